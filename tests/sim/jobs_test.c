/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs_test - the simulated chip driven by hand-written jobs, without compiler or driver: sequencer, semaphores, load, store, both AXI
 * masters, registers, stop and reset.
 *
 *     build/tests/jobs [--seed N] [--cases N] [--geometry N]
 *
 * A case: a chip of any geometry, or of BONNET_SIM_ASIC + N, behind a memory with random latency, bandwidth and pauses; a job of LOAD and STORE pairs that
 * hand each other tokens (a LOAD that is done ONCE only on the first walk), run for some walks; every byte of the output, of every
 * array, and of what lies around it is compared. Then one thing is made wrong - a bit no descriptor knows, the header, an address, a
 * bus error, a silent memory - and CAUSE must say so; after RESET the good job must run again on the same chip.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "desc.h"
#include "regs.h"
#include "verilator/bonnet_sim.h"

#ifndef JOBS_GEOMETRIES /* tests/hls: the first two, and a memory that cannot be silent */
#define JOBS_GEOMETRIES 4
#define JOBS_SILENCE    1
#endif

enum { PAIRS = 7, FRAMES = 3, ARRAYS = 4, AREA = 16384, GUARD = 0xEE, BOUND = 4000000 };

typedef struct {
    uint64_t state;
} rng;
static uint32_t below(rng *r, uint32_t n)
{
    uint64_t z = (r->state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) % n);
}

typedef struct {
    uint32_t pairs, frames, bytes[PAIRS], at[PAIRS], once[PAIRS];
} plan;
typedef struct {
    uint64_t addr;
    uint8_t *host;
} buffer;
typedef struct {
    bonnet_sim *sim;
    buffer job, model, in, out;
    plan plan;
    uint32_t beat_bytes, arrays; /* array a of walk f has the bytes from (f * arrays + a) * PAIRS * AREA on */
} chip;

static int failed(const char *what, uint64_t got, uint64_t want)
{
    fprintf(stderr, "jobs: %s: got %llu, want %llu\n", what, (unsigned long long)got, (unsigned long long)want);
    return 1;
}

static uint32_t get(chip *c, uint32_t offset)
{
    uint32_t value = 0;
    if (bonnet_sim_read(c->sim, offset, &value) != BONNET_SIM_OK) fprintf(stderr, "jobs: register 0x%x: %s\n", offset, bonnet_sim_error(c->sim));
    return value;
}
static void put(chip *c, uint32_t offset, uint32_t value)
{
    if (bonnet_sim_write(c->sim, offset, value) != BONNET_SIM_OK) fprintf(stderr, "jobs: register 0x%x: %s\n", offset, bonnet_sim_error(c->sim));
}
static void put64(chip *c, uint32_t offset, uint64_t value)
{
    put(c, offset, (uint32_t)value);
    put(c, offset + 4, (uint32_t)(value >> 32));
}

/* Pair p: LOAD takes semaphore 2p+2 (place free), gives 2p+1 (data there); STORE the other way round. */
static void write_job(chip *c)
{
    const plan *p = &c->plan;
    uint32_t d[BONNET_DESC_WORDS], n = 2 * p->pairs;
    memset(d, 0, sizeof d);
    bonnet_desc_set(d, BONNET_F_HDR_MAGIC, BONNET_JOB_MAGIC);
    bonnet_desc_set(d, BONNET_F_HDR_COUNT, n);
    bonnet_desc_set(d, BONNET_F_HDR_LOADS, p->pairs);
    bonnet_desc_set(d, BONNET_F_HDR_STORES, p->pairs);
    bonnet_desc_set(d, BONNET_F_HDR_IN_STEP, c->arrays > 1 ? PAIRS * AREA : 0);
    bonnet_desc_set(d, BONNET_F_HDR_OUT_STEP, c->arrays > 1 ? PAIRS * AREA : 0);
    for (uint32_t i = 0; i < p->pairs; i++) {
        uint32_t s = 2 * i + 2; /* one token: the place is free */
        d[4 + s / 8] |= 1u << 4 * (s % 8);
    }
    bonnet_desc_to_bytes(c->job.host, d);
    for (uint32_t i = 0; i < p->pairs; i++) {
        memset(d, 0, sizeof d);
        bonnet_desc_set(d, BONNET_F_JOB_OP, BONNET_OP_LOAD);
        bonnet_desc_set(d, BONNET_F_JOB_ONCE, p->once[i]);
        bonnet_desc_set(d, BONNET_F_JOB_LAST, i + 1 == p->pairs);
        bonnet_desc_set(d, BONNET_F_JOB_WAIT1, 2 * i + 2);
        bonnet_desc_set(d, BONNET_F_JOB_POST2, 2 * i + 1);
        bonnet_desc_set(d, BONNET_F_LOAD_OFFSET, i * AREA);
        bonnet_desc_set(d, BONNET_F_LOAD_BASE, p->once[i] ? 0 : 1);
        bonnet_desc_set(d, BONNET_F_LOAD_DEST, 2);
        bonnet_desc_set(d, BONNET_F_LOAD_BYTES, (p->bytes[i] + 31) / 32 * 32);
        bonnet_desc_set(d, BONNET_F_LOAD_ADDR, p->at[i]);
        bonnet_desc_to_bytes(c->job.host + 64 * (size_t)(1 + i), d);
        memset(d, 0, sizeof d);
        bonnet_desc_set(d, BONNET_F_JOB_OP, BONNET_OP_STORE);
        bonnet_desc_set(d, BONNET_F_JOB_LAST, i + 1 == p->pairs);
        bonnet_desc_set(d, BONNET_F_JOB_WAIT0, 2 * i + 1);
        bonnet_desc_set(d, BONNET_F_JOB_WAIT_ONCE, p->once[i]);
        if (!p->once[i]) bonnet_desc_set(d, BONNET_F_JOB_POST0, 2 * i + 2);
        bonnet_desc_set(d, BONNET_F_STORE_OFFSET, i * AREA);
        bonnet_desc_set(d, BONNET_F_STORE_BASE, 2);
        bonnet_desc_set(d, BONNET_F_STORE_BYTES, p->bytes[i]);
        bonnet_desc_set(d, BONNET_F_STORE_ADDR, p->at[i]);
        bonnet_desc_to_bytes(c->job.host + 64 * (size_t)(1 + p->pairs + i), d);
    }
}

/* CAUSE, or ~0 when no interrupt came. */
static uint32_t run(chip *c, uint32_t watchdog)
{
    put64(c, BONNET_REG_JOB_LO, c->job.addr);
    put64(c, BONNET_REG_MODEL_LO, c->model.addr);
    put64(c, BONNET_REG_INPUT_LO, c->in.addr);
    put64(c, BONNET_REG_OUTPUT_LO, c->out.addr);
    put(c, BONNET_REG_FRAMES, c->plan.frames);
    put(c, BONNET_REG_INPUT_STRIDE, c->arrays * PAIRS * AREA);
    put(c, BONNET_REG_OUTPUT_STRIDE, c->arrays * PAIRS * AREA);
    put(c, BONNET_REG_WATCHDOG, watchdog);
    put(c, BONNET_REG_GIE, 1);
    put(c, BONNET_REG_IER, 1);
    put(c, BONNET_REG_CTRL, 1);
    if (bonnet_sim_run(c->sim, BOUND) != BONNET_SIM_OK) {
        fprintf(stderr, "jobs: no interrupt in %d cycles; %s\n", BOUND, bonnet_sim_error(c->sim));
        return ~0u;
    }
    put(c, BONNET_REG_ISR, get(c, BONNET_REG_ISR));
    uint32_t ctrl = get(c, BONNET_REG_CTRL);
    if (!bonnet_reg_get(ctrl, BONNET_RF_CTRL_DONE)) return ~0u;
    return get(c, BONNET_REG_CAUSE);
}

static int good_run(chip *c, rng *r)
{
    const plan *p = &c->plan;
    size_t room = (size_t)FRAMES * c->arrays * PAIRS * AREA;
    memset(c->out.host, GUARD, room);
    for (size_t i = 0; i < room; i += 4) {
        uint32_t word = below(r, UINT32_MAX);
        memcpy(c->in.host + i, &word, 4);
    }
    memcpy(c->model.host, c->in.host + 5, PAIRS * AREA);
    write_job(c);
    uint32_t cause = run(c, 100000), beats_in = 4 * 16 / c->beat_bytes, beats_out = 0;
    if (cause) return failed("CAUSE of a good job", cause, 0);
    if (get(c, BONNET_REG_FRAME) != p->frames) return failed("FRAME", get(c, BONNET_REG_FRAME), p->frames);
    for (uint32_t f = 0; f < p->frames * c->arrays; f++)
        for (uint32_t i = 0; i < p->pairs; i++) {
            const uint8_t *from = p->once[i] ? c->model.host + (size_t)i * AREA : c->in.host + ((size_t)f * PAIRS + i) * AREA;
            const uint8_t *to = c->out.host + ((size_t)f * PAIRS + i) * AREA;
            for (uint32_t b = 0; b < AREA; b++)
                if (to[b] != (b < p->bytes[i] ? from[b] : GUARD)) return failed("output byte", (uint64_t)i << 32 | b, to[b]);
            beats_out += (p->bytes[i] + c->beat_bytes - 1) / c->beat_bytes;
            if (f < c->arrays || !p->once[i]) beats_in += (p->bytes[i] + 31) / 32 * 32 / c->beat_bytes;
        }
    beats_in += p->frames * 2 * p->pairs * (64 / c->beat_bytes);
    if (get(c, BONNET_REG_BEATS_IN) != beats_in) return failed("BEATS_IN", get(c, BONNET_REG_BEATS_IN), beats_in);
    if (get(c, BONNET_REG_BEATS_OUT) != beats_out) return failed("BEATS_OUT", get(c, BONNET_REG_BEATS_OUT), beats_out);
    uint32_t cycles = get(c, BONNET_REG_CYCLES_LO);
    for (uint32_t i = 0; i < 2 * p->pairs; i++) {
        uint32_t at = BONNET_REG_COUNTERS + 32 * (i + 1), first = get(c, at), end = get(c, at + 4), busy = get(c, at + 8);
        uint32_t bytes = i < p->pairs ? (p->once[i] && p->frames > 1 ? 0 : (p->bytes[i] + 31) / 32 * 32)
                                      : (p->bytes[i - p->pairs] + c->beat_bytes - 1) / c->beat_bytes * c->beat_bytes;
        bytes *= c->arrays;
        if (first > end || end > cycles || busy > end - first) return failed("counter START, END, BUSY", first, end);
        if (get(c, at + 20) != bytes) return failed("counter BYTES", get(c, at + 20), bytes);
    }
    return 0;
}

static int reset(chip *c)
{
    put(c, BONNET_REG_RESET, 1);
    for (int i = 0; i < 20000; i++)
        if (bonnet_reg_get(get(c, BONNET_REG_CTRL), BONNET_RF_CTRL_IDLE)) return 0;
    return failed("IDLE after RESET", 0, 1);
}

/* Make one thing wrong in the written job; *want is CAUSE. */
static void spoil(chip *c, rng *r, uint32_t *want)
{
    uint32_t d[BONNET_DESC_WORDS], n = 2 * c->plan.pairs, index = 1 + below(r, n), kind = below(r, 9);
    if (kind < 2) index = 0;
    uint8_t *at = c->job.host + 64 * (size_t)index;
    bonnet_desc_from_bytes(d, at);
    *want = BONNET_CAUSE_DESCRIPTOR | index << 8;
    switch (kind) {
    case 0: d[2] ^= 1u << below(r, 32); break; /* magic */
    case 1: bonnet_desc_set(d, below(r, 2) ? BONNET_F_HDR_COUNT : BONNET_F_HDR_CONVS, n + 1 + below(r, 1000)); break;
    case 2: d[6 + below(r, 10)] |= 1u << below(r, 32); break; /* a bit nobody knows */
    case 3: bonnet_desc_set(d, BONNET_F_JOB_OP, below(r, 2) ? 0 : 6 + below(r, 10)); break;
    case 4: bonnet_desc_set(d, BONNET_F_JOB_LAST, !bonnet_desc_get(d, BONNET_F_JOB_LAST)); break;
    case 5: d[0] = (d[0] & ~0x0FFF0000u) | 0x03300000u; break; /* one semaphore twice */
    case 6: d[2] |= 1u << below(r, 6); break;                  /* address not on 64 bytes */
    case 7:
        d[4] = 0;
        *want |= (index <= c->plan.pairs ? 1u : 4u) << 4;
        break; /* no length: the unit refuses */
    default:
        d[5] = 0xFFFC;
        *want |= (index <= c->plan.pairs ? 1u : 4u) << 4;
        break; /* past the end of the buffer */
    }
    bonnet_desc_to_bytes(at, d);
}

static int one_case(uint64_t seed, uint32_t geometry)
{
    rng r = {seed};
    chip c = {0};
    char text[BONNET_SIM_TEXT] = "";
    const uint32_t any = below(&r, JOBS_GEOMETRIES);
    bonnet_sim_config config = {.geometry = (int)(geometry < JOBS_GEOMETRIES ? geometry : any),
                                .latency_cycles = below(&r, 200),
                                .bandwidth_percent = 20 + below(&r, 81),
                                .stall_percent = below(&r, 2) ? below(&r, 60) : 0,
                                .seed = seed};
    uint32_t fault = below(&r, 4), rc = 0, want = 0;
    if (fault == 2 && !JOBS_SILENCE) fault = 1;
    if (fault == 1) config.error_beat = 1 + below(&r, 1500);
    if (fault == 2) config.hang_beat = 1 + below(&r, 1500);
    if (bonnet_sim_new(&c.sim, &config, text) != BONNET_SIM_OK) {
        fprintf(stderr, "jobs: %s\n", text);
        return 1;
    }
    c.beat_bytes = config.geometry == BONNET_SIM_TINY || config.geometry == BONNET_SIM_SMALL ? 8 : 16;
    c.arrays = config.geometry == BONNET_SIM_ZCU102 ? ARRAYS : 1;
    static const uint32_t feature_words[] = {24576, 4096, 24576, 4096}; /* in the order of BONNET_SIM_ASIC, .. */
    const uint32_t words = feature_words[config.geometry];
    buffer *buffers[] = {&c.job, &c.model, &c.in, &c.out};
    for (int i = 0; i < 4; i++) {
        void *host;
        if (bonnet_sim_alloc(c.sim, (size_t)FRAMES * c.arrays * PAIRS * AREA + 64, &buffers[i]->addr, &host) != BONNET_SIM_OK) {
            bonnet_sim_free(c.sim);
            return failed("memory", 0, 1);
        }
        buffers[i]->host = host;
    }
    plan *p = &c.plan;
    p->pairs = 1 + below(&r, PAIRS), p->frames = 1 + below(&r, FRAMES);
    for (uint32_t i = 0; i < p->pairs; i++) {
        p->bytes[i] = 8 * (1 + below(&r, below(&r, 2) ? 16 : words / PAIRS < AREA / 8 ? words / PAIRS - 8 : AREA / 8));
        p->at[i] = words / PAIRS / 4 * 4 * i;
        p->once[i] = below(&r, 4) == 0;
    }
    if (fault == 0) rc = (uint32_t)good_run(&c, &r);
    if (!rc) {
        uint32_t cause;
        write_job(&c);
        if (fault == 0) { /* the host stops it in the middle */
            put(&c, BONNET_REG_CTRL, 1);
            bonnet_sim_run(c.sim, below(&r, 1000));
        } else if (fault == 3) {
            spoil(&c, &r, &want);
            cause = run(&c, 50000);
            if (cause != want) rc = (uint32_t)failed("CAUSE of a bad descriptor", cause, want);
        } else { /* the memory misbehaves once, in one of the runs to come */
            want = fault == 1 ? BONNET_CAUSE_BUS : BONNET_CAUSE_WATCHDOG;
            cause = 0;
            for (int i = 0; i < 500 && !cause; i++) cause = run(&c, 50000);
            if ((cause & 15) != want) rc = (uint32_t)failed("CAUSE of a fault of the memory", cause, want);
        }
    }
    if (!rc) rc = (uint32_t)reset(&c);
    if (!rc) rc = (uint32_t)good_run(&c, &r);
    if (rc) fprintf(stderr, "jobs: fault %u, %u pairs, %u frames; %s\n", fault, p->pairs, p->frames, bonnet_sim_error(c.sim));
    bonnet_sim_free(c.sim);
    return (int)rc;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, cases = 60;
    uint32_t geometry = UINT32_MAX;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], NULL, 0);
        if (!strcmp(argv[i], "--cases")) cases = strtoull(argv[i + 1], NULL, 0);
        if (!strcmp(argv[i], "--geometry")) geometry = (uint32_t)strtoul(argv[i + 1], NULL, 0);
    }
    for (uint64_t n = 0; n < cases; n++)
        if (one_case(seed + n, geometry)) {
            fprintf(stderr, "replay: build/tests/jobs --seed %llu --cases 1\n", (unsigned long long)(seed + n));
            return 1;
        }
    printf("PASS jobs cases=%llu seed=%llu\n", (unsigned long long)cases, (unsigned long long)seed);
    return 0;
}
