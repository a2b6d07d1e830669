/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_test - the Verilated JTAG chain (sim/board/jtag) as a host sees it: identification before and after JTAG_CTRL, the status word, the
 * chip's registers and DRAM through USER1, every sticky error, scans that end anywhere, a bitstream without our port. Random commands
 * against a plain array of words, at random clock ratios. `chain_test [--seed N]`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "board/jtag/chain.h"
#include "host.h"

enum { MOST_WORDS = 200, MOST_BITS = 64 + 65 + 40 * MOST_WORDS, AREA_WORDS = 4096, DONE_TRIES = 200 };

static uint64_t rng;
static uint32_t below(uint32_t n)
{
    rng = rng * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(rng >> 33) % n;
}

#define CHECK(what, got, want)                                                                                                                       \
    do {                                                                                                                                             \
        const uint64_t got_ = (got), want_ = (want);                                                                                                 \
        if (got_ != want_) return fprintf(stderr, "%s:%d: %s: got %" PRIx64 " want %" PRIx64 "\n", __FILE__, __LINE__, what, got_, want_), 1;        \
    } while (0)

static int tck(void *user, int tms, int tdi) { return chain_clock(user, tms, tdi); }

/* One scan of a command behind up to 40 zeros, and the words that come with it. -1: no status. */
static int command(host *h, uint32_t op, uint32_t count, uint64_t addr, const uint32_t *data, uint32_t words, uint32_t *status, uint32_t *in,
                   int enough)
{
    static uint8_t out[MOST_BITS];
    const size_t n = host_command(out, (int)below(40), op, count, addr, data, words);
    return host_stream(h, out, n, status, in, enough, (int)below(40));
}
/* The status when nothing is on the bus any more. */
static uint32_t settle(host *h)
{
    uint32_t status = 0, in[MOST_WORDS];
    for (int i = 0; i < DONE_TRIES; i++)
        if (command(h, OP_MORE, 0, 0, NULL, 0, &status, in, 0) < 0 || !(status & ST_BUSY)) break;
    return status;
}
/* READ, and MORE in scans of random length until all words are there: how many came. */
static int read_words(host *h, uint64_t addr, uint32_t count, uint32_t *in)
{
    uint32_t status;
    int n = command(h, OP_READ, count, addr, NULL, 0, &status, in, (int)below(count + 1));
    for (int i = 0; n >= 0 && n < (int)count && i < DONE_TRIES; i++) {
        const int more = command(h, OP_MORE, 0, 0, NULL, 0, &status, in + n, 1 + (int)below(count - (uint32_t)n));
        if (more < 0) return -1;
        n += more;
    }
    return n;
}

static int identity(host *h, uint32_t idcode, uint32_t dap)
{
    uint8_t bits[70], ones[70];
    memset(ones, 1, sizeof ones);
    host_reset(h);
    host_scan(h, 0, ones, bits, 70);
    CHECK("dummy before the first IDCODE", bits[0], 0);
    CHECK("IDCODE after power-up", host_get(bits + 1, 32), idcode);
    CHECK("end of the chain", host_get(bits + 33, 32), UINT32_MAX);
    host_enable(h);
    host_scan(h, 0, ones, bits, 70);
    CHECK("DAP", host_get(bits, 32), dap);
    CHECK("IDCODE", host_get(bits + 32, 32), idcode);
    CHECK("end of the chain", host_get(bits + 64, 6), 0x3f);
    host_scan(h, 1, ones, bits, 20);
    CHECK("IR capture of the DAP", host_get(bits, 4), 1);
    CHECK("IR capture of the PL", host_get(bits + 4, 6), 0x35);
    CHECK("end of the IRs", host_get(bits + 16, 4), 0xf);
    memset(ones, 0, 3);
    host_scan(h, 0, ones, bits, 8); /* all in BYPASS now: two bits */
    CHECK("two bypass bits", host_get(bits, 8), 0xE0);
    return 0;
}

static int registers(host *h, board *b)
{
    uint32_t status = 0, in[4];
    CHECK("words behind a status", (uint64_t)command(h, OP_MORE, 0, 0, NULL, 0, &status, in, 1), 0);
    CHECK("status", status, ST_MAGIC | 1 << 16);
    CHECK("a register read", (uint64_t)read_words(h, BOARD_REGS_ADDR + 0x100, 1, in), 1);
    CHECK("ID", in[0], 0x424E4E31);
    const uint32_t job[2] = {below(UINT32_MAX) & ~63u, below(UINT32_MAX)};
    command(h, OP_WRITE, 2, BOARD_REGS_ADDR + 0x10, job, 2, &status, in, 0);
    CHECK("status after a write", settle(h), ST_MAGIC | 1 << 16);
    CHECK("JOB_LO", board_read(b, 0x10), job[0]);
    CHECK("JOB_HI", board_read(b, 0x14), job[1]);
    return 0;
}

/* Each sticky error, and CLEAR. */
static int errors(host *h)
{
    const uint32_t clean = ST_MAGIC | 1 << 16, word = 5;
    uint32_t status = 0, in[MOST_WORDS];
    for (uint32_t op = 0; op < 16; op++) {
        const uint64_t addr = BOARD_DRAM_ADDR + (op == OP_WRITE ? 2 : op == OP_READ);
        if (op == OP_MORE || op == OP_CLEAR) continue;
        command(h, op, 1, addr, &word, 1, &status, in, 0);
        CHECK("bad op or address", settle(h), clean | ST_OP);
        command(h, OP_CLEAR, 0, 0, NULL, 0, &status, in, 0);
        CHECK("after CLEAR", settle(h), clean);
    }
    command(h, OP_WRITE, 1, UINT64_C(0x10000000), &word, 1, &status, in, 0);
    CHECK("write to nobody", settle(h), clean | ST_BUS);
    command(h, OP_CLEAR, 0, 0, NULL, 0, &status, in, 0);
    CHECK("words from nobody", (uint64_t)read_words(h, BOARD_DRAM_ADDR + BOARD_DRAM_BYTES - 8, 20, in), 20);
    CHECK("read from nobody", settle(h), clean | ST_BUS);
    command(h, OP_CLEAR, 0, 0, NULL, 0, &status, in, 0);
    CHECK("after CLEAR", settle(h), clean);
    /* A READ longer than the queue stays on the bus until its words are taken, or until CLEAR. */
    command(h, OP_READ, 1000, BOARD_DRAM_ADDR, NULL, 0, &status, in, 0);
    command(h, OP_WRITE, 1, BOARD_DRAM_ADDR, &word, 1, &status, in, 0);
    CHECK("the status a WRITE meets", status, clean | ST_BUSY);
    command(h, OP_READ, 1, BOARD_DRAM_ADDR, NULL, 0, &status, in, 0);
    command(h, OP_MORE, 0, 0, NULL, 0, &status, in, 0);
    CHECK("a second command", status, clean | ST_BUSY | ST_BUSY_ERR);
    command(h, OP_CLEAR, 0, 0, NULL, 0, &status, in, 0);
    CHECK("after CLEAR", settle(h), clean);
    CHECK("words after CLEAR", (uint64_t)command(h, OP_MORE, 0, 0, NULL, 0, &status, in, 1), 0);
    return 0;
}

/* Random WRITEs, some cut short, and READs, against an array. */
static int traffic(host *h, board *b)
{
    static uint32_t area[AREA_WORDS], data[MOST_WORDS], in[MOST_WORDS];
    static uint8_t out[MOST_BITS];
    memset(area, 0, sizeof area);
    uint8_t *dram = board_dram(b, BOARD_DRAM_ADDR, sizeof area);
    memset(dram, 0, sizeof area);
    for (int i = 0; i < 30; i++) {
        const uint32_t count = 1 + below(below(2) ? 20 : MOST_WORDS), first = below(AREA_WORDS - count);
        uint32_t status, done = count;
        if (below(2)) {
            for (uint32_t w = 0; w < count; w++) data[w] = below(UINT32_MAX) ^ below(UINT32_MAX) << 8;
            size_t n = host_command(out, (int)below(40), OP_WRITE, count, BOARD_DRAM_ADDR + 4 * first, data, count);
            if (below(3) == 0) {
                const size_t cut = 1 + below((uint32_t)n), head = n - 32 * count;
                host_scan(h, 0, out, NULL, cut);
                done = cut <= head ? 0 : (uint32_t)(cut - head) / 32;
            } else {
                host_stream(h, out, n, &status, in, 0, 0);
            }
            CHECK("status after a write", settle(h), ST_MAGIC | 1 << 16);
            memcpy(area + first, data, 4 * done);
            if (memcmp(area, dram, sizeof area)) return fprintf(stderr, "%u of %u words to word %u: DRAM differs\n", done, count, first), 1;
        } else {
            const int n = read_words(h, BOARD_DRAM_ADDR + 4 * first, count, in);
            CHECK("words", (uint64_t)n, count);
            if (memcmp(in, area + first, 4 * count)) return fprintf(stderr, "READ of %u words at %u differs\n", count, first), 1;
            CHECK("status after a read", settle(h), ST_MAGIC | 1 << 16);
        }
    }
    return 0;
}

/* One board with everything in front of it. */
static int whole(const char *options, uint32_t idcode, uint32_t dap)
{
    chain *c;
    char text[BOARD_TEXT];
    if (chain_new(&c, options, text)) return fprintf(stderr, "%s\n", text), 1;
    host h = {tck, c};
    int bad = identity(&h, idcode, dap);
    if (!bad) {
        host_ir(&h, USER1);
        bad = registers(&h, chain_board(c)) || errors(&h) || traffic(&h, chain_board(c));
    }
    if (chain_failed(c)[0]) bad = fprintf(stderr, "chain: %s\n", chain_failed(c));
    if (bad) fprintf(stderr, "with %s\n", options);
    chain_free(c);
    return bad;
}

static int no_port(void)
{
    chain *c;
    char text[BOARD_TEXT];
    uint32_t status, in[1];
    if (chain_new(&c, "port=0", text)) return fprintf(stderr, "%s\n", text), 1;
    host h = {tck, c};
    host_enable(&h);
    host_ir(&h, USER1);
    const int found = host_stream(&h, NULL, 0, &status, in, 1, 0);
    chain_free(c);
    CHECK("a status without a port", (uint64_t)(int64_t)found, UINT64_MAX);
    static const char *const wrong[] = {"cycles=0", "cycles=65", "port=2", "idcode=xyz", "dap=", "port", "nonsense=1", "idcode=100000000"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!chain_new(&c, wrong[i], text)) return fprintf(stderr, "accepted: %s\n", wrong[i]), 1;
    return 0;
}

int main(int argc, char **argv)
{
    const uint64_t seed = argc == 3 && !strcmp(argv[1], "--seed") ? strtoull(argv[2], NULL, 0) : 1;
    char options[200];
    rng = seed;
    int bad = no_port();
    for (int i = 0; i < 6 && !bad; i++) {
        const uint32_t idcode = i ? 0x04738093 | below(16) << 28 : 0x24738093, dap = i ? below(UINT32_MAX) | 1 : 0x5ba00477;
        snprintf(options, sizeof options, "geometry=tiny,seed=%u,stall=%u,cycles=%u,idcode=%x,dap=%x", below(1000), below(3) ? below(50) : 0,
                 1 + below(9), idcode, dap);
        bad = whole(i ? options : "", idcode, dap);
    }
    if (bad) return fprintf(stderr, "FAIL jtag-chain; replay: make test-jtag-chain SEED=%" PRIu64 "\n", seed), 1;
    printf("PASS jtag-chain seed=%" PRIu64 "\n", seed);
    return 0;
}
