/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tb.c - the test bench of vitis_hls, for C simulation and C/RTL co-simulation: a job in memory, the core on it, logits and sums compared.
 *
 *     tb FILE kernel    through bonnet_hls_kernel
 *     tb FILE wires     through bonnet_hls and bonnet_hls_regs, wired as a block design wires them, by the registers of bonnet_csr.def
 *
 * FILE is written by tests/hls/make_tb.c: 64-bit little-endian words: magic, lanes, words of memory, job, model, input, output, scratch, frames, input stride, output
 * stride, watchdog, words of expected results, 0, then the memory, then what must be in it from `output` on. Exit 0: equal. 1: not. 2: no such file.
 */
#include <stdio.h>
#include <string.h>
#include "hls_top.h"

enum { MAGIC = 0x31425448, HEAD = 14, CALLS = 1 << 20 }; /* HTB1 */
enum {
    AT_MAGIC,
    AT_LANES,
    AT_MEMORY,
    AT_JOB,
    AT_MODEL,
    AT_INPUT,
    AT_OUTPUT,
    AT_SCRATCH,
    AT_FRAMES,
    AT_IN_STRIDE,
    AT_OUT_STRIDE,
    AT_WATCHDOG,
    AT_WANTED
};
enum {
    CTRL = 0x00,
    JOB_LO = 0x10,
    FRAMES = 0x4C,
    INPUT_STRIDE = 0x54,
    OUTPUT_STRIDE = 0x5C,
    WATCHDOG = 0x64,
    ID = 0x100,
    CAUSE = 0x120,
    FRAME = 0x124
};
enum { SUM_OUTPUT_LO = 0x150, READY = 2 };

static uint64_t head[HEAD];
static hls_word memory[HLS_TB_WORDS], wanted[HLS_TB_WORDS];

static int words(FILE *f, uint64_t *to, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        to[i] = 0;
        for (int b = 0; b < 8; b++) {
            const int c = fgetc(f);
            if (c == EOF) return 0;
            to[i] |= (uint64_t)c << 8 * b;
        }
    }
    return 1;
}

static int job_file(const char *name)
{
    FILE *f = fopen(name, "rb");
    int ok = f && words(f, head, HEAD) && head[AT_MAGIC] == MAGIC && head[AT_LANES] == HLS_LANES && head[AT_MEMORY] <= HLS_TB_WORDS &&
             head[AT_WANTED] >= 1 && head[AT_OUTPUT] / 8 + head[AT_WANTED] <= head[AT_MEMORY] && words(f, memory, head[AT_MEMORY]) &&
             words(f, wanted, head[AT_WANTED]);
    if (f) fclose(f);
    if (!ok) fprintf(stderr, "tb: %s is no job for %d lanes and %d words of memory\n", name, HLS_LANES, HLS_TB_WORDS);
    return ok;
}

static int differs(const char *what, uint64_t got, uint64_t want)
{
    if (got != want) fprintf(stderr, "tb: %s: got %llx, wanted %llx\n", what, (unsigned long long)got, (unsigned long long)want);
    return got != want;
}

static int compare(uint32_t cause, uint32_t frames, uint64_t sum)
{
    uint64_t want = 0;
    int bad = differs("CAUSE", cause, 0) | differs("FRAME", frames, head[AT_FRAMES]);
    for (uint64_t i = 0; i < head[AT_WANTED] && !bad; i++) {
        want += wanted[i];
        bad = differs("result", memory[head[AT_OUTPUT] / 8 + i], wanted[i]);
    }
    return bad | (!bad && differs("SUM_OUTPUT", sum, want));
}

static int kernel(void)
{
    uint32_t status[HLS_STATUS_WORDS];
    HLS_NAME(bonnet_hls_kernel)
    (memory, head[AT_JOB], head[AT_MODEL], head[AT_INPUT], head[AT_OUTPUT], head[AT_SCRATCH], (uint32_t)head[AT_FRAMES], (uint32_t)head[AT_IN_STRIDE],
     (uint32_t)head[AT_OUT_STRIDE], (uint32_t)head[AT_WATCHDOG], status);
    return compare(status[0], status[1], (uint64_t)status[13] << 32 | status[12]);
}

/* The wires of a block design: each call is a cycle of the register file; the chip is started by its START and by every end of a call before the job's. */
static hls_regs_in in;
static hls_regs_out out;
static void cycle(void)
{
    static uint32_t runs;
    HLS_NAME(bonnet_hls_regs)(&in, &out);
    memset(&in.event, 0, sizeof in.event);
    in.we = in.re = 0;
    if (out.start || runs) {
        HLS_NAME(bonnet_hls)(memory, 0, head[AT_MEMORY] * 8, &out.config, !out.start, 1, &in.event, in.sum);
        runs = !in.event.done && !in.event.stop;
    }
}

static void put(uint32_t offset, uint64_t value)
{
    in.we = 1;
    in.waddr = offset;
    in.wdata = (uint32_t)(value & 0xFFFFFFFFu);
    in.wstrb = 15;
    cycle();
}

static uint32_t get(uint32_t offset)
{
    in.re = 1;
    in.raddr = offset;
    cycle();
    return out.rdata;
}

static int wires(void)
{
    memset(&in, 0, sizeof in);
    cycle(); /* reset */
    in.rst_n = in.ready = in.tick = 1;
    if (differs("ID", get(ID), 0x424E4E31)) return 1;
    for (uint32_t i = 0; i < 5; i++) {
        put(JOB_LO + 12 * i, head[AT_JOB + i]);
        put(JOB_LO + 12 * i + 4, head[AT_JOB + i] >> 32);
    }
    put(FRAMES, head[AT_FRAMES]);
    put(INPUT_STRIDE, head[AT_IN_STRIDE]);
    put(OUTPUT_STRIDE, head[AT_OUT_STRIDE]);
    put(WATCHDOG, head[AT_WATCHDOG]);
    put(CTRL, 1);
    for (uint32_t i = 0; i < CALLS; i++)
        if (get(CTRL) & READY) {
            const uint32_t cause = get(CAUSE), frames = get(FRAME), lo = get(SUM_OUTPUT_LO);
            return compare(cause, frames, (uint64_t)get(SUM_OUTPUT_LO + 4) << 32 | lo);
        }
    fprintf(stderr, "tb: the job did not end\n");
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 3 || (strcmp(argv[2], "kernel") && strcmp(argv[2], "wires")) || !job_file(argv[1])) {
        fprintf(stderr, "usage: tb FILE kernel|wires\n");
        return 2;
    }
    const int bad = strcmp(argv[2], "wires") ? kernel() : wires();
    if (!bad) printf("tb: %s: %d words equal, %d frames\n", argv[2], (int)head[AT_WANTED], (int)head[AT_FRAMES]);
    return bad;
}
