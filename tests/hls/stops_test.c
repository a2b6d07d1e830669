/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stops_test.c - how a job ends that cannot end well: CAUSE, DONE, IDLE and what RESET does; and what one that ends well says it moved:
 * sums, BYTES. Built twice, on the Verilated chip and on the C of hls/ (tests/hls/sim_hls.c): what is wanted is written down once, so the
 * two stop alike.
 *
 *     build/tests/hls/stops_sim [--geometry N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "desc.h"
#include "regs.h"
#include "verilator/bonnet_sim.h"

#ifndef STOPS_GEOMETRIES /* hls/ has the first two */
#define STOPS_GEOMETRIES 4
#endif

enum { BYTES = 65536, IMAGE = 16 * 16, NOWHERE = 0x40, WATCHDOG = 3000, BOUND = 400000, NEVER = -1 };
#define CAUSE(code, unit, index) ((code) | (unit) << 4 | (index) << 8)

typedef struct chip {
    bonnet_sim *sim;
    uint64_t addr[3]; /* of job, model and images, results */
    uint8_t *host[3];
    uint32_t n; /* descriptors written */
    uint32_t arrays;
} chip;
enum { JOB, DATA, RESULT };

static uint32_t get(chip *c, uint32_t offset)
{
    uint32_t value = UINT32_MAX;
    if (bonnet_sim_read(c->sim, offset, &value) != BONNET_SIM_OK) fprintf(stderr, "stops: %s\n", bonnet_sim_error(c->sim));
    return value;
}
static void put(chip *c, uint32_t offset, uint64_t value)
{
    if (bonnet_sim_write(c->sim, offset, (uint32_t)value) != BONNET_SIM_OK) fprintf(stderr, "stops: %s\n", bonnet_sim_error(c->sim));
}
static void put64(chip *c, uint32_t offset, uint64_t value)
{
    put(c, offset, value);
    put(c, offset + 4, value >> 32);
}

/* One more descriptor; fields and values in pairs, 0 ends. Returns its index. */
typedef struct field {
    int name;
    uint32_t value;
} field;
static uint32_t add(chip *c, uint32_t op, const field *fields)
{
    uint32_t d[BONNET_DESC_WORDS] = {0};
    bonnet_desc_set(d, BONNET_F_JOB_OP, op);
    for (; fields->name; fields++) bonnet_desc_set(d, fields->name, fields->value);
    bonnet_desc_to_bytes(c->host[JOB] + (size_t)64 * c->n, d);
    return c->n++;
}

static void header(chip *c, uint32_t loads, uint32_t convs, uint32_t stems, uint32_t stores, uint32_t sems)
{
    c->n = 0;
    add(c, BONNET_OP_HEADER,
        (field[]){{BONNET_F_HDR_MAGIC, BONNET_JOB_MAGIC},
                  {BONNET_F_HDR_COUNT, loads + convs + stems + stores},
                  {BONNET_F_HDR_LOADS, loads},
                  {BONNET_F_HDR_CONVS, convs},
                  {BONNET_F_HDR_STEMS, stems},
                  {BONNET_F_HDR_STORES, stores},
                  {BONNET_F_HDR_SEMS_LO, sems},
                  {0, 0}});
}

static uint32_t store_at(chip *c, uint32_t wait, uint32_t at)
{
    return add(c, BONNET_OP_STORE,
               (field[]){{BONNET_F_JOB_LAST, 1},
                         {BONNET_F_JOB_WAIT0, wait},
                         {BONNET_F_STORE_BASE, 2},
                         {BONNET_F_STORE_BYTES, 64},
                         {BONNET_F_STORE_ADDR, at},
                         {0, 0}});
}
static uint32_t store(chip *c, uint32_t wait) { return store_at(c, wait, 0); }
static uint32_t load_at(chip *c, uint32_t base, uint32_t post, uint32_t at)
{
    return add(c, BONNET_OP_LOAD,
               (field[]){{BONNET_F_JOB_LAST, 1},
                         {BONNET_F_JOB_POST0, post},
                         {BONNET_F_LOAD_BASE, base},
                         {BONNET_F_LOAD_DEST, 2},
                         {BONNET_F_LOAD_BYTES, 64},
                         {BONNET_F_LOAD_ADDR, at},
                         {0, 0}});
}
static uint32_t load(chip *c, uint32_t base, uint32_t post) { return load_at(c, base, post, 0); }
static uint32_t stem(chip *c, uint32_t cont, uint32_t rows)
{
    return add(c, BONNET_OP_STEM,
               (field[]){{BONNET_F_JOB_LAST, 1},
                         {BONNET_F_STEM_BASE, 1},
                         {BONNET_F_STEM_IN_W, 16},
                         {BONNET_F_STEM_IN_H, 16},
                         {BONNET_F_STEM_CONV_W, 16},
                         {BONNET_F_STEM_CONV_H, 16},
                         {BONNET_F_STEM_OUT_W, 16},
                         {BONNET_F_STEM_OUT_H, 16},
                         {BONNET_F_STEM_OUT_ROW, 16},
                         {BONNET_F_STEM_OUT_PIX, 1},
                         {BONNET_F_STEM_CONT, cont},
                         {BONNET_F_STEM_ROWS, rows},
                         {0, 0}});
}

static void start(chip *c, uint64_t job, uint64_t data, uint64_t result, uint32_t frames, uint32_t watchdog)
{
    put64(c, BONNET_REG_JOB_LO, job);
    put64(c, BONNET_REG_MODEL_LO, data);
    put64(c, BONNET_REG_INPUT_LO, data);
    put64(c, BONNET_REG_OUTPUT_LO, result);
    put64(c, BONNET_REG_SCRATCH_LO, result + BYTES / 2);
    put(c, BONNET_REG_FRAMES, frames);
    put(c, BONNET_REG_WATCHDOG, watchdog);
    put(c, BONNET_REG_GIE, 1);
    put(c, BONNET_REG_IER, 1);
    put(c, BONNET_REG_CTRL, 1);
}

static int idle(chip *c)
{
    for (int i = 0; i < 20000; i++)
        if (bonnet_reg_get(get(c, BONNET_REG_CTRL), BONNET_RF_CTRL_IDLE)) return 1;
    return 0;
}

/* The job that was started ends with `want`; NEVER: it does not, and RESET ends it. */
static int ends(chip *c, const char *what, int64_t want)
{
    const int up = bonnet_sim_run(c->sim, BOUND) == BONNET_SIM_OK;
    const uint32_t ctrl = get(c, BONNET_REG_CTRL), cause = get(c, BONNET_REG_CAUSE);
    int bad = up != (want != NEVER) || (up && (!bonnet_reg_get(ctrl, BONNET_RF_CTRL_DONE) || cause != (uint32_t)want)) ||
              (!up && bonnet_reg_get(ctrl, BONNET_RF_CTRL_IDLE));
    put(c, BONNET_REG_RESET, 1);
    bad |= !idle(c) || get(c, BONNET_REG_ISR) || (!up && get(c, BONNET_REG_CAUSE) != BONNET_CAUSE_RESET);
    if (bad) fprintf(stderr, "stops: %s: CTRL 0x%x, CAUSE 0x%x, wanted 0x%x\n", what, ctrl, cause, (uint32_t)want);
    return bad;
}

static uint64_t sum_of(const uint8_t *bytes, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += (uint64_t)bytes[i] << 8 * (i % 8);
    return sum;
}

/* 64 bytes go from `from` to `to`: the four sums say what was read at bases 0 and 1 and written at 2 and 3, and nothing else. */
static int sums(chip *c, uint32_t from, uint32_t to)
{
    header(c, 1, 0, 0, 1, 0);
    load_at(c, from, 1, 0);
    add(c, BONNET_OP_STORE,
        (field[]){{BONNET_F_JOB_LAST, 1}, {BONNET_F_JOB_WAIT0, 1}, {BONNET_F_STORE_BASE, to}, {BONNET_F_STORE_BYTES, 64}, {0, 0}});
    start(c, c->addr[JOB], c->addr[DATA], c->addr[RESULT], 1, WATCHDOG);
    const int up = bonnet_sim_run(c->sim, BOUND) == BONNET_SIM_OK;
    const uint64_t list = sum_of(c->host[JOB], (size_t)64 * c->n), moved = c->arrays * sum_of(c->host[RESULT] + (to == 3 ? BYTES / 2 : 0), 64);
    const uint64_t want[4] = {list + (from == 0 ? moved : 0), from == 1 ? moved : 0, to == 2 ? moved : 0, to == 3 ? moved : 0};
    int bad = !up || !moved;
    for (uint32_t i = 0; i < 4; i++) {
        const uint64_t got = (uint64_t)get(c, BONNET_REG_SUM_MODEL_LO + 8 * i + 4) << 32 | get(c, BONNET_REG_SUM_MODEL_LO + 8 * i);
        bad |= got != want[i];
    }
    if (bad) fprintf(stderr, "stops: sums of a LOAD at base %u and a STORE at base %u\n", from, to);
    put(c, BONNET_REG_RESET, 1);
    return bad | !idle(c);
}

/* A LOAD, a STEM and a STORE: each record has the bytes of its own descriptor, and with the list they are all that was moved. */
static int records(chip *c)
{
    header(c, 1, 0, 1, 1, 0);
    load(c, 0, 1), stem(c, 0, 0), store(c, 1);
    start(c, c->addr[JOB], c->addr[DATA], c->addr[RESULT], 1, WATCHDOG);
    int bad = bonnet_sim_run(c->sim, BOUND) != BONNET_SIM_OK || get(c, BONNET_REG_CAUSE);
    const uint32_t want[] = {64 * c->arrays, IMAGE * c->arrays, 64 * c->arrays};
    for (uint32_t i = 0; i < 3; i++) {
        const uint32_t got = get(c, BONNET_REG_COUNTERS + 32 * (1 + i) + 20);
        if (got != want[i]) fprintf(stderr, "stops: BYTES of descriptor %u: %u, wanted %u\n", 1 + i, got, want[i]);
        bad |= got != want[i];
    }
    const uint32_t beat = (1u << bonnet_reg_get(get(c, BONNET_REG_GEOMETRY), BONNET_RF_GEOMETRY_BUS_LOG2)) / 8;
    const uint32_t in = beat * get(c, BONNET_REG_BEATS_IN), out = beat * get(c, BONNET_REG_BEATS_OUT);
    bad |= in != 64 * c->n + want[0] + want[1] || out != want[2];
    if (bad) fprintf(stderr, "stops: records of a LOAD, a STEM and a STORE: %u bytes in, %u out\n", in, out);
    put(c, BONNET_REG_RESET, 1);
    return bad | !idle(c);
}

static int cases(chip *c)
{
    const uint64_t job = c->addr[JOB], data = c->addr[DATA], result = c->addr[RESULT];
    int bad = 0;
    for (uint32_t i = 0; i < BYTES; i++) c->host[DATA][i] = (uint8_t)(i * 151 + 7), c->host[RESULT][i] = (uint8_t)(i * 89 + 3);
    for (uint32_t from = 0; from < 4; from++)
        for (uint32_t to = 2; to < 4; to++) bad |= sums(c, from, to);
    bad |= records(c);
    header(c, 1, 0, 0, 1, 0); /* the good one, again after every other */
    load(c, 0, 1), store(c, 1);
#define RUN(what, want, ...) (start(c, __VA_ARGS__), bad |= ends(c, what, want))
    RUN("a good job", 0, job, data, result, 3, WATCHDOG);
    RUN("a job at no address", CAUSE(BONNET_CAUSE_BUS, BONNET_UNIT_SEQ, 0), NOWHERE, data, result, 1, WATCHDOG);
    RUN("a job not on 64 bytes", CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ, 0), job + 16, data, result, 1, WATCHDOG);
    RUN("no walk", CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ, 0), job, data, result, 0, WATCHDOG);
    RUN("65536 walks", CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ, 0), job, data, result, 65536, WATCHDOG);
    RUN("a LOAD from nowhere", CAUSE(BONNET_CAUSE_BUS, BONNET_UNIT_LOAD, 1), job, NOWHERE, result, 1, WATCHDOG);
    RUN("a STORE to nowhere", CAUSE(BONNET_CAUSE_BUS, BONNET_UNIT_STORE, 2), job, data, NOWHERE, 1, WATCHDOG);
    header(c, 1, 0, 0, 1, 0);
    load(c, 0, 2), store(c, 1);
    RUN("a token nobody gives", CAUSE(BONNET_CAUSE_WATCHDOG, BONNET_UNIT_SEQ, 0), job, data, result, 1, WATCHDOG);
    RUN("a token nobody gives, no watchdog", NEVER, job, data, result, 1, 0);
    header(c, 1, 0, 0, 1, 15u << 4);
    load(c, 0, 1), store(c, 0);
    RUN("63 tokens and one more", CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ, 0), job, data, result, 49, WATCHDOG);
    RUN("63 tokens", 0, job, data, result, 48, WATCHDOG);
    const uint32_t end = get(c, BONNET_REG_FEATURE_WORDS); /* 64 bytes are eight words */
    for (uint32_t over = 0; over < 2; over++) {
        header(c, 1, 0, 0, 1, 0);
        load_at(c, 0, 1, end - 8 + over), store(c, 1);
        RUN("a LOAD to the last word, or one further", over ? CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_LOAD, 1) : 0, job, data, result, 1,
            WATCHDOG);
        header(c, 1, 0, 0, 1, 0);
        load(c, 0, 1), store_at(c, 1, end - 8 + over);
        RUN("a STORE from the last word, or one further", over ? CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STORE, 2) : 0, job, data, result, 1,
            WATCHDOG);
    }
    header(c, 0, 0, 1, 0, 0);
    stem(c, 0, 0);
    RUN("a STEM of nothing", CAUSE(BONNET_CAUSE_BUS, BONNET_UNIT_STEM, 1), job, NOWHERE, result, 1, WATCHDOG);
    RUN("a STEM", 0, job, data, result, 2, WATCHDOG);
    for (uint32_t over = 0; over < 2; over++) {
        header(c, 0, 0, 1, 0, 0);
        stem(c, 0, 16 + over);
        RUN("a STEM of all rows, or one more", over ? CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STEM, 1) : 0, job, data, result, 1, WATCHDOG);
    }
    header(c, 0, 0, 1, 0, 0);
    stem(c, 1, 0);
    RUN("a STEM that goes on with nothing", CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_STEM, 1), job, data, result, 1, WATCHDOG);
    header(c, 0, 1, 0, 0, 0);
    add(c, BONNET_OP_CONV, (field[]){{BONNET_F_JOB_LAST, 1}, {BONNET_F_CONV_POST, 7}, {0, 0}});
    RUN("a CONV with no such POST", CAUSE(BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_CONV, 1), job, data, result, 1, WATCHDOG);
    header(c, 1, 0, 0, 1, 0);
    load(c, 0, 1), store(c, 1);
    RUN("a good job again", 0, job, data, result, 3, WATCHDOG);
    return bad;
}

static int one_chip(int geometry)
{
    char text[BONNET_SIM_TEXT] = "";
    chip c = {0};
    const bonnet_sim_config config = {.geometry = geometry, .latency_cycles = 20, .bandwidth_percent = 100, .seed = 1};
    if (bonnet_sim_new(&c.sim, &config, text) != BONNET_SIM_OK) return fprintf(stderr, "stops: %s\n", text), 1;
    int bad = 0;
    for (int i = 0; i < 3 && !bad; i++) {
        void *host;
        bad = bonnet_sim_alloc(c.sim, BYTES, &c.addr[i], &host) != BONNET_SIM_OK;
        c.host[i] = bad ? NULL : host;
    }
    c.arrays = bonnet_reg_get(get(&c, BONNET_REG_GEOMETRY), BONNET_RF_GEOMETRY_ARRAYS);
    bad = bad || cases(&c);
    if (bad) fprintf(stderr, "stops: geometry %d; %s\n", geometry, bonnet_sim_error(c.sim));
    bonnet_sim_free(c.sim);
    return bad;
}

int main(int argc, char **argv)
{
    int first = 0, end = STOPS_GEOMETRIES;
    if (argc == 3 && !strcmp(argv[1], "--geometry")) first = atoi(argv[2]), end = first + 1;
    for (int geometry = first; geometry < end; geometry++)
        if (one_chip(geometry)) return 1;
    printf("PASS stops, %d geometr%s\n", end - first, end - first == 1 ? "y" : "ies");
    return 0;
}
