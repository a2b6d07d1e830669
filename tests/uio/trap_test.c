/* SPDX-License-Identifier: Apache-2.0 */
/* trap_test.c - sim/board/trap: both decoders against the assembler's bytes, real loads and stores through a window, faults elsewhere. */
#include "board/trap.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../unit/unit.h"

typedef struct x86_case {
    const char *text;
    uint8_t code[12];
    int ok, store, reg;
    uint32_t imm;
    unsigned length;
} x86_case;

/* As GNU as encodes them. */
static const x86_case x86[] = {
    {"mov eax,[rdi]", {0x8b, 0x07}, 1, 0, 0, 0, 2},
    {"mov eax,[rdi+0x104]", {0x8b, 0x87, 0x04, 0x01}, 1, 0, 0, 0, 6},
    {"mov r9d,[r12]", {0x45, 0x8b, 0x0c, 0x24}, 1, 0, 9, 0, 4},
    {"mov r13d,[r13+0]", {0x45, 0x8b, 0x6d, 0x00}, 1, 0, 13, 0, 4},
    {"mov esp,[rsp+8]", {0x8b, 0x64, 0x24, 0x08}, 1, 0, 4, 0, 4},
    {"mov ecx,[rdi+rsi*4]", {0x8b, 0x0c, 0xb7}, 1, 0, 1, 0, 3},
    {"mov ecx,[rdi+rsi*4+0x1000]", {0x8b, 0x8c, 0xb7, 0x00, 0x10}, 1, 0, 1, 0, 7},
    {"mov r10d,[r11*8+0x1000]", {0x46, 0x8b, 0x14, 0xdd, 0x00, 0x10}, 1, 0, 10, 0, 8},
    {"mov edx,[rip+0x1234]", {0x8b, 0x15, 0x34, 0x12}, 1, 0, 2, 0, 6},
    {"mov [rdi],eax", {0x89, 0x07}, 1, 1, 0, 0, 2},
    {"mov [rdi+4],r15d", {0x44, 0x89, 0x7f, 0x04}, 1, 1, 15, 0, 4},
    {"mov [rbp+rax-8],ebx", {0x89, 0x5c, 0x05, 0xf8}, 1, 1, 3, 0, 4},
    {"mov dword [rdi],1", {0xc7, 0x07, 1}, 1, 1, -1, 1, 6},
    {"mov dword [r14+0x6c],0x12345678", {0x41, 0xc7, 0x46, 0x6c, 0x78, 0x56, 0x34, 0x12}, 1, 1, -1, 0x12345678, 8},
    {"mov dword [rsp+4],-1", {0xc7, 0x44, 0x24, 0x04, 0xff, 0xff, 0xff, 0xff}, 1, 1, -1, UINT32_MAX, 8},
    {"mov rax,[rdi]", {0x48, 0x8b, 0x07}, 0, 0, 0, 0, 0},
    {"mov ax,[rdi]", {0x66, 0x8b, 0x07}, 0, 0, 0, 0, 0},
    {"mov al,[rdi]", {0x8a, 0x07}, 0, 0, 0, 0, 0},
    {"mov [rdi],al", {0x88, 0x07}, 0, 0, 0, 0, 0},
    {"mov qword [rdi],1", {0x48, 0xc7, 0x07, 1}, 0, 0, 0, 0, 0},
    {"movzx eax,byte [rdi]", {0x0f, 0xb6, 0x07}, 0, 0, 0, 0, 0},
    {"test dword [rdi],2", {0xf7, 0x07, 2}, 0, 0, 0, 0, 0},
    {"or dword [rdi],2", {0x83, 0x0f, 2}, 0, 0, 0, 0, 0},
    {"movups xmm0,[rdi]", {0x0f, 0x10, 0x07}, 0, 0, 0, 0, 0},
    {"mov eax,ecx", {0x89, 0xc8}, 0, 0, 0, 0, 0},
};

typedef struct a64_case {
    const char *text;
    uint32_t in;
    int ok, store, reg;
} a64_case;

static const a64_case a64[] = {
    {"ldr w3,[x1]", 0xb9400023, 1, 0, 3},           {"ldr w3,[x1,#260]", 0xb9410423, 1, 0, 3},       {"str w9,[x1,#8]", 0xb9000829, 1, 1, 9},
    {"str wzr,[x1]", 0xb900003f, 1, 1, -1},         {"ldr wzr,[x2,#4]", 0xb940045f, 1, 0, -1},       {"ldur w4,[x1,#-4]", 0xb85fc024, 1, 0, 4},
    {"stur w4,[x1,#3]", 0xb8003024, 1, 1, 4},       {"ldr w5,[x1,x2]", 0xb8626825, 1, 0, 5},         {"ldr w5,[x1,w2,uxtw]", 0xb8624825, 1, 0, 5},
    {"ldr w5,[x1,x2,lsl #2]", 0xb8627825, 1, 0, 5}, {"str w6,[x1,w2,sxtw #2]", 0xb822d826, 1, 1, 6}, {"ldar w7,[x1]", 0x88dffc27, 1, 0, 7},
    {"stlr w8,[x1]", 0x889ffc28, 1, 1, 8},          {"ldr w3,[x1],#4", 0xb8404423, 0, 0, 0},         {"ldr w3,[x1,#4]!", 0xb8404c23, 0, 0, 0},
    {"str w3,[x1],#4", 0xb8004423, 0, 0, 0},        {"ldrb w3,[x1]", 0x39400023, 0, 0, 0},           {"ldrh w3,[x1]", 0x79400023, 0, 0, 0},
    {"ldr x3,[x1]", 0xf9400023, 0, 0, 0},           {"ldrsw x3,[x1]", 0xb9800023, 0, 0, 0},          {"ldp w3,w4,[x1]", 0x29401023, 0, 0, 0},
    {"ldr s3,[x1]", 0xbd400023, 0, 0, 0},           {"ldtr w3,[x1]", 0xb8400823, 0, 0, 0},           {"ldadd w1,w2,[x3]", 0xb8210062, 0, 0, 0},
    {"ldxr w1,[x2]", 0x885f7c41, 0, 0, 0},
};

static void decoders(unit *u)
{
    for (size_t i = 0; i < sizeof x86 / sizeof x86[0]; i++) {
        trap_access a = {0};
        const int ok = trap_decode_x86(x86[i].code, &a);
        UNIT(u, ok == x86[i].ok && (!ok || (a.store == x86[i].store && a.reg == x86[i].reg && a.imm == x86[i].imm && a.length == x86[i].length)),
             x86[i].text, "decoded %d: store %d, register %d, 0x%x, %u bytes", ok, a.store, a.reg, a.imm, a.length);
    }
    for (size_t i = 0; i < sizeof a64 / sizeof a64[0]; i++) {
        trap_access a = {0};
        const int ok = trap_decode_a64(a64[i].in, &a);
        UNIT(u, ok == a64[i].ok && (!ok || (a.store == a64[i].store && a.reg == a64[i].reg && a.length == 4)), a64[i].text,
             "decoded %d: store %d, register %d", ok, a.store, a.reg);
    }
}

enum { WORDS = 16384 };
static uint32_t memory[WORDS];
static uint32_t on_read(void *user, uint32_t offset) { return ((uint32_t *)user)[offset / 4]; }
static void on_write(void *user, uint32_t offset, uint32_t value) { ((uint32_t *)user)[offset / 4] = value; }

/* Whatever the compiler makes of volatile accesses, with variable and constant addresses and values. */
static void accesses(unit *u, volatile uint32_t *w)
{
    uint32_t bad = 0;
    const uint64_t before = trap_count();
    for (uint32_t i = 0; i < u->cases; i++) {
        const uint32_t at = unit_below(u, WORDS), value = (uint32_t)unit_random(u);
        w[at] = value;
        bad += memory[at] != value;
        memory[at] = ~value;
        bad += w[at] != ~value;
    }
    w[0] = 0, w[WORDS - 1] = 1, w[27] = UINT32_MAX;
    bad += memory[0] != 0 || memory[WORDS - 1] != 1 || memory[27] != UINT32_MAX || w[27] != UINT32_MAX;
    UNIT(u, !bad, "loads and stores", "%u of %u wrong", bad, u->cases);
    UNIT(u, trap_count() - before == 2 * (uint64_t)u->cases + 4, "each access once", "%llu traps", (unsigned long long)(trap_count() - before));
}

#if defined(__x86_64__)
/* Every register as destination and as source. rsp apart: gcc could not go on. */
#define THROUGH(name, n)                                                                                                                             \
    do {                                                                                                                                             \
        uint64_t full = UINT64_MAX;                                                                                                                  \
        memory[n] = 0x80000000u + (n);                                                                                                               \
        __asm__ volatile("movl (%1), %%" name "d\n\tmovq %%" name ", %0\n\tmovl $7, %%" name "d\n\tmovl %%" name "d, 4(%1)"                          \
                         : "=&a"(full)                                                                                                               \
                         : "c"(w + (n))                                                                                                              \
                         : name, "memory");                                                                                                          \
        bad += full != 0x80000000u + (n) || memory[(n) + 1] != 7;                                                                                    \
    } while (0)
static void registers(unit *u, volatile uint32_t *w)
{
    uint32_t bad = 0;
    THROUGH("r8", 8);
    THROUGH("r9", 18);
    THROUGH("r10", 28);
    THROUGH("r11", 38);
    THROUGH("r12", 48);
    THROUGH("r13", 58);
    THROUGH("r14", 68);
    THROUGH("r15", 78);
    UNIT(u, !bad, "r8 to r15, upper halves cleared", "%u wrong", bad);
}
#else
static void registers(unit *u, volatile uint32_t *w) { (void)u, (void)w; }
#endif

static sigjmp_buf back;
static void ours(int number)
{
    (void)number;
    siglongjmp(back, 1);
}

/* What a child says on stderr before it aborts; its signal in *number. */
static void child_byte(volatile uint32_t *w, char *said, size_t room, int *number)
{
    int ends[2], status = 0;
    if (pipe(ends)) return;
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        (void)*(volatile uint8_t *)w;
        _exit(0);
    }
    close(ends[1]);
    const ssize_t n = read(ends[0], said, room - 1);
    said[n > 0 ? n : 0] = '\0';
    close(ends[0]);
    waitpid(pid, &status, 0);
    *number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "trap", 1, 2000);
    decoders(&u);
    signal(SIGSEGV, ours);
    const trap_calls calls = {on_read, on_write, memory};
    volatile uint32_t *w = trap_open(sizeof memory, &calls);
    UNIT(&u, w != NULL, "a window", "none");
    if (!w) return 1;
    accesses(&u, w);
    registers(&u, w);
    volatile uint32_t *elsewhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile int forwarded = sigsetjmp(back, 1);
    if (!forwarded) (void)elsewhere[1];
    UNIT(&u, forwarded, "a fault elsewhere goes to the earlier handler", "it did not");
    char said[200] = "";
    int number = 0;
    child_byte(w, said, sizeof said, &number);
    UNIT(&u, number == SIGABRT && strstr(said, "no 32-bit load or store of a register: offset 0x0"), "a byte of a register", "signal %d, '%s'",
         number, said);
    void *more[TRAP_WINDOWS];
    int n = 0;
    while (n < TRAP_WINDOWS && (more[n] = trap_open(1, &calls)) != NULL) n++;
    UNIT(&u, n == TRAP_WINDOWS - 1, "as many windows as promised", "%d more", n);
    while (n) n -= trap_close(more[n - 1]);
    UNIT(&u, trap_close((void *)(uintptr_t)w) && !trap_close((void *)(uintptr_t)w), "close, once", "otherwise");
    volatile int gone = sigsetjmp(back, 1);
    if (!gone) (void)w[0];
    UNIT(&u, gone, "a closed window faults", "it does not");
    return unit_end(&u);
}
