/* SPDX-License-Identifier: Apache-2.0 */
/* trap.c - see trap.h. The table of windows is the handler's, so it is the process's: a stand-in may have that, libbonnet has none of this. */
#include "trap.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

typedef struct window {
    _Atomic uintptr_t base; /* 0: free */
    size_t bytes;
    trap_calls calls;
} window;

static window windows[TRAP_WINDOWS];
static struct sigaction earlier;
static atomic_uint_fast64_t count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of open and close; the handler only reads */
static int installed;

int trap_decode_x86(const uint8_t *code, trap_access *out)
{
    const uint8_t *p = code;
    unsigned rex = 0;
    if ((*p & 0xf0) == 0x40) rex = *p++;
    if (rex & 8) return 0; /* 64 bits */
    const uint8_t opcode = *p++, modrm = *p++;
    const unsigned mod = modrm >> 6, rm = modrm & 7;
    if ((opcode != 0x8b && opcode != 0x89 && opcode != 0xc7) || mod == 3) return 0;
    if (opcode == 0xc7 && (modrm >> 3 & 7) != 0) return 0;
    if (rm == 4 && (*p++ & 7) == 5 && mod == 0) p += 4; /* SIB without a base: 32 bits of displacement */
    p += mod == 1 ? 1 : mod == 2 || (mod == 0 && rm == 5) ? 4 : 0;
    *out = (trap_access){.store = opcode != 0x8b, .reg = (int)((modrm >> 3 & 7) | (rex & 4) << 1)};
    if (opcode == 0xc7) {
        out->reg = -1;
        out->imm = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        p += 4;
    }
    out->length = (unsigned)(p - code);
    return 1;
}

int trap_decode_a64(uint32_t in, trap_access *out)
{
    const int rt = in & 31;
    int load;
    if ((in & 0xff800000) == 0xb9000000) load = in >> 22 & 1;      /* unsigned offset */
    else if ((in & 0xffa00c00) == 0xb8000000) load = in >> 22 & 1; /* signed offset, unscaled */
    else if ((in & 0xffa00c00) == 0xb8200800) load = in >> 22 & 1; /* register offset */
    else if ((in & 0xffbffc00) == 0x889ffc00) load = in >> 22 & 1; /* STLR, LDAR */
    else return 0;
    *out = (trap_access){.store = !load, .reg = rt == 31 ? -1 : rt, .length = 4};
    return 1;
}

#if defined(__x86_64__)
static uintptr_t where(const ucontext_t *c) { return (uintptr_t)c->uc_mcontext.gregs[REG_RIP]; }
static int decode(const ucontext_t *c, trap_access *out) { return trap_decode_x86((const uint8_t *)where(c), out); }
static void skip(ucontext_t *c, unsigned length) { c->uc_mcontext.gregs[REG_RIP] += length; }
static greg_t *cpu_register(ucontext_t *c, int reg)
{
    static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                  REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    return &c->uc_mcontext.gregs[order[reg]];
}
static uint32_t get(ucontext_t *c, int reg) { return (uint32_t)*cpu_register(c, reg); }
static void set(ucontext_t *c, int reg, uint32_t value) { *cpu_register(c, reg) = value; } /* a 32-bit load clears the upper half */
#elif defined(__aarch64__)
static uintptr_t where(const ucontext_t *c) { return (uintptr_t)c->uc_mcontext.pc; }
static int decode(const ucontext_t *c, trap_access *out) { return trap_decode_a64(*(const uint32_t *)where(c), out); }
static void skip(ucontext_t *c, unsigned length) { c->uc_mcontext.pc += length; }
static uint32_t get(ucontext_t *c, int reg) { return (uint32_t)c->uc_mcontext.regs[reg]; }
static void set(ucontext_t *c, int reg, uint32_t value) { c->uc_mcontext.regs[reg] = value; }
#else
#error "trap.c: x86-64 and AArch64 only"
#endif

static window *find(uintptr_t address)
{
    for (int i = 0; i < TRAP_WINDOWS; i++) {
        const uintptr_t base = atomic_load(&windows[i].base);
        if (base && address >= base && address - base < windows[i].bytes) return &windows[i];
    }
    return NULL;
}

/* On no heap and no stdio: this is a signal handler with bad news. */
static void refuse(uintptr_t pc, uintptr_t offset)
{
    char line[160];
    const uint8_t *code = (const uint8_t *)pc;
    int n = snprintf(line, sizeof line, "trap: no 32-bit load or store of a register: offset 0x%zx, code at %p:", (size_t)offset, (const void *)code);
    for (int i = 0; i < 8; i++) n += snprintf(line + n, sizeof line - (size_t)n, " %02x", code[i]);
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)n) < 0) abort();
    abort();
}

/* To whoever was there before. With the default action: put that back, and the instruction faults again. */
static void forward(int number, siginfo_t *info, void *context)
{
    if (earlier.sa_flags & SA_SIGINFO) earlier.sa_sigaction(number, info, context);
    else if (earlier.sa_handler == SIG_DFL || earlier.sa_handler == SIG_IGN) signal(number, SIG_DFL);
    else earlier.sa_handler(number);
}

static void handler(int number, siginfo_t *info, void *context)
{
    ucontext_t *c = context;
    const uintptr_t address = (uintptr_t)info->si_addr;
    window *w = info->si_code > 0 ? find(address) : NULL; /* <= 0: sent by a process, si_addr is nothing */
    trap_access a;
    if (!w) {
        forward(number, info, context);
        return;
    }
    const uint32_t offset = (uint32_t)(address - atomic_load(&w->base));
    if (offset % 4 || !decode(c, &a)) refuse(where(c), offset);
    atomic_fetch_add(&count, 1);
    if (a.store) {
        w->calls.write(w->calls.user, offset, a.reg < 0 ? a.imm : get(c, a.reg));
    } else {
        const uint32_t value = w->calls.read(w->calls.user, offset);
        if (a.reg >= 0) set(c, a.reg, value);
    }
    skip(c, a.length);
}

static void *add(size_t bytes, const trap_calls *calls)
{
    window *w = NULL;
    for (int i = 0; i < TRAP_WINDOWS && !w; i++)
        if (!atomic_load(&windows[i].base)) w = &windows[i];
    if (!w) return NULL;
    if (!installed) {
        struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
        sigemptyset(&action.sa_mask);
        if (sigaction(SIGSEGV, &action, &earlier)) return NULL;
        installed = 1;
    }
    void *base = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return NULL;
    w->bytes = bytes;
    w->calls = *calls;
    atomic_store(&w->base, (uintptr_t)base); /* last: now the handler sees it */
    return base;
}

void *trap_open(size_t bytes, const trap_calls *calls)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    pthread_mutex_lock(&lock);
    void *base = add((bytes + page - 1) / page * page, calls);
    pthread_mutex_unlock(&lock);
    return base;
}

int trap_close(void *base)
{
    size_t bytes = 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < TRAP_WINDOWS && base && !bytes; i++) {
        if (atomic_load(&windows[i].base) != (uintptr_t)base) continue;
        bytes = windows[i].bytes;
        atomic_store(&windows[i].base, 0);
    }
    pthread_mutex_unlock(&lock);
    if (bytes) munmap(base, bytes); /* not under the lock: a stand-in's own munmap() comes back here */
    return bytes != 0;
}

uint64_t trap_count(void) { return atomic_load(&count); }
