/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_job.c - sequencer, lists, tokens and counters of the C chip.
 *
 * Units run in an order drawn from the seed, one descriptor at a time, each through its own list as far as tokens allow: a job that forgets a
 * token gives wrong results for some seed. Time is modelled, not simulated: each unit has a clock, a token carries the time it was given.
 */
#include <string.h>
#include "mock.h"

#define G(field) bonnet_desc_get(d, BONNET_F_##field)

/* A unit's way through its list. */
typedef struct list {
    uint32_t first, count, at, walk; /* index of the first descriptor, descriptors; the one that comes now, in which walk */
} list;

typedef struct job {
    mock *m;
    uint32_t desc[BONNET_JOB_MAX + 1][BONNET_DESC_WORDS];
    uint32_t count, walks;
    list lists[MOCK_UNITS];
    uint64_t clock[MOCK_UNITS]; /* when each unit became free */
    uint64_t token_time[BONNET_SEMS][BONNET_SEM_MAX];
    uint32_t tokens[BONNET_SEMS];
    uint32_t code, unit, at; /* CAUSE */
    int hang, dead;
    int lost; /* BONNET_CAUSE_RESET: by RESET; else -1: by the reset wire */
} job;

static uint32_t unit_of(uint32_t op)
{
    static const uint8_t units[BONNET_OPS] = {[BONNET_OP_LOAD] = BONNET_UNIT_LOAD,
                                              [BONNET_OP_CONV] = BONNET_UNIT_CONV,
                                              [BONNET_OP_FC] = BONNET_UNIT_CONV,
                                              [BONNET_OP_STEM] = BONNET_UNIT_STEM,
                                              [BONNET_OP_STORE] = BONNET_UNIT_STORE};
    return op < BONNET_OPS ? units[op] : 0;
}

static int cause(job *j, uint32_t code, uint32_t unit, uint32_t at)
{
    j->code = code;
    j->unit = unit;
    j->at = at;
    return 0;
}

static uint64_t reg64(const mock *m, uint32_t lo) { return (uint64_t)m->regs[lo / 4 + 1] << 32 | m->regs[lo / 4]; }

/* Bits that an operation does not define must be 0. */
static int unknown_bits(const uint32_t *d)
{
    uint32_t known[BONNET_DESC_WORDS] = {0}, op = G(JOB_OP);
#define OP(name, code, text)
#define KNOWN(when, word, lsb, width)                                                                                                                \
    if (when) known[word] |= bonnet_desc_mask(width) << (lsb);
#define JOB(name, word, lsb, width, text)   KNOWN(1, word, lsb, width)
#define HDR(name, word, lsb, width, text)   KNOWN(op == BONNET_OP_HEADER, word, lsb, width)
#define LOAD(name, word, lsb, width, text)  KNOWN(op == BONNET_OP_LOAD, word, lsb, width)
#define CONV(name, word, lsb, width, text)  KNOWN(op == BONNET_OP_CONV, word, lsb, width)
#define FC(name, word, lsb, width, text)    KNOWN(op == BONNET_OP_FC, word, lsb, width)
#define STEM(name, word, lsb, width, text)  KNOWN(op == BONNET_OP_STEM, word, lsb, width)
#define STORE(name, word, lsb, width, text) KNOWN(op == BONNET_OP_STORE, word, lsb, width)
#include "bonnet_job.def"
    for (int w = 0; w < BONNET_DESC_WORDS; w++)
        if (d[w] & ~known[w]) return 1;
    return 0;
}

static int fetch(job *j)
{
    uint64_t at = reg64(j->m, BONNET_REG_JOB_LO);
    const uint8_t *bytes = mock_axi(j->m, MOCK_IN, at, BONNET_DESC_BYTES);
    if (!bytes) return cause(j, BONNET_CAUSE_BUS, BONNET_UNIT_SEQ, 0);
    bonnet_desc_from_bytes(j->desc[0], bytes);
    const uint32_t *d = j->desc[0];
    j->count = G(HDR_COUNT);
    const uint32_t counts[MOCK_UNITS] = {0, G(HDR_LOADS), G(HDR_CONVS), G(HDR_STEMS), G(HDR_STORES)};
    uint32_t next = 1;
    for (uint32_t u = 1; u < MOCK_UNITS; u++) { /* BONNET_UNIT_LOAD .. STORE, as in the header */
        j->lists[u] = (list){.first = next, .count = counts[u]};
        next += counts[u];
    }
    if (G(JOB_OP) != BONNET_OP_HEADER || G(HDR_MAGIC) != BONNET_JOB_MAGIC || j->count < 1 || j->count >= j->m->records || next != j->count + 1 ||
        unknown_bits(d) || j->walks < 1 || at % 64 || (G(HDR_IN_STEP) | G(HDR_OUT_STEP) | G(HDR_SCRATCH_STEP)) % 64)
        return cause(j, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ, 0);
    for (uint32_t s = 1; s < BONNET_SEMS; s++) j->tokens[s] = (s < 8 ? G(HDR_SEMS_LO) : G(HDR_SEMS_HI)) >> 4 * (s % 8) & 15;
    bytes = mock_axi(j->m, MOCK_IN, at, (uint64_t)(j->count + 1) * BONNET_DESC_BYTES);
    if (!bytes) return cause(j, BONNET_CAUSE_BUS, BONNET_UNIT_SEQ, 1);
    for (uint32_t i = 1; i <= j->count; i++) {
        d = j->desc[i];
        bonnet_desc_from_bytes(j->desc[i], bytes + (size_t)i * BONNET_DESC_BYTES);
        uint32_t w[3] = {G(JOB_WAIT0), G(JOB_WAIT1), G(JOB_WAIT2)}, p[3] = {G(JOB_POST0), G(JOB_POST1), G(JOB_POST2)};
        int twice = 0;
        for (int a = 0; a < 3; a++) twice |= (w[a] && w[a] == w[(a + 1) % 3]) || (p[a] && p[a] == p[(a + 1) % 3]);
        uint32_t u = unit_of(G(JOB_OP));
        int here = u && i >= j->lists[u].first && i < j->lists[u].first + j->lists[u].count;
        if (!here || unknown_bits(d) || twice || (G(JOB_ONCE) && u != BONNET_UNIT_LOAD) ||
            G(JOB_LAST) != (i + 1 == j->lists[u].first + j->lists[u].count) || mock_strikes(j->m, MOCK_BADDESC, i))
            return cause(j, BONNET_CAUSE_DESCRIPTOR, BONNET_UNIT_SEQ, i);
    }
    mock_sum(j->m, 0, bytes, BONNET_DESC_BYTES);
    for (uint32_t w = 0; w < j->walks; w++) mock_sum(j->m, 0, bytes + BONNET_DESC_BYTES, (uint64_t)j->count * BONNET_DESC_BYTES);
    j->m->beats_in += (1 + j->walks * j->count) * 8 * BONNET_DESC_BYTES / j->m->bus_bits; /* the header once, the lists walk after walk */
    return 1;
}

static uint64_t address(const job *j, uint32_t base, uint32_t offset, uint32_t walk)
{
    static const uint16_t bases[4] = {BONNET_REG_MODEL_LO, BONNET_REG_INPUT_LO, BONNET_REG_OUTPUT_LO, BONNET_REG_SCRATCH_LO};
    uint64_t stride = base == 1 ? j->m->regs[BONNET_REG_INPUT_STRIDE / 4] : base == 2 ? j->m->regs[BONNET_REG_OUTPUT_STRIDE / 4] : 0;
    return reg64(j->m, bases[base]) + walk * stride + offset;
}

/* From one array's data to the next one's. */
static uint32_t step(const job *j, uint32_t base)
{
    const uint32_t *d = j->desc[0];
    const uint32_t steps[4] = {0, G(HDR_IN_STEP), G(HDR_OUT_STEP), G(HDR_SCRATCH_STEP)};
    return steps[base];
}

static mock_result execute(job *j, const uint32_t *d, uint32_t walk, uint64_t *cycles, uint32_t *bytes)
{
    mock *m = j->m;
    *cycles = *bytes = 0;
    if (G(JOB_ONCE) && walk) return MOCK_OK;
    switch (G(JOB_OP)) {
    case BONNET_OP_LOAD: return mock_load(m, d, address(j, G(LOAD_BASE), G(LOAD_OFFSET), walk), step(j, G(LOAD_BASE)), cycles, bytes);
    case BONNET_OP_STORE: return mock_store(m, d, address(j, G(STORE_BASE), G(STORE_OFFSET), walk), step(j, G(STORE_BASE)), cycles, bytes);
    case BONNET_OP_STEM: return mock_stem(m, d, address(j, G(STEM_BASE), G(STEM_OFFSET), walk), step(j, G(STEM_BASE)), cycles, bytes);
    case BONNET_OP_CONV: return mock_conv(m, d, cycles);
    default: return mock_fc(m, d, cycles);
    }
}

static void count(job *j, uint32_t u, uint32_t index, uint64_t start, uint64_t taken, uint64_t cycles, uint32_t bytes)
{
    uint32_t *c = j->m->counters[index];
    uint64_t beats = (8 * (uint64_t)bytes + j->m->bus_bits - 1) / j->m->bus_bits;
    c[0] = (uint32_t)start;
    c[1] = (uint32_t)(taken + cycles);
    c[2] = (uint32_t)cycles;
    c[3] = (uint32_t)(taken - start);
    c[4] = 0;
    c[5] = bytes;
    *(u == BONNET_UNIT_STORE ? &j->m->beats_out : &j->m->beats_in) += beats;
}

static int ended(const job *j, uint32_t u) { return !j->lists[u].count || j->lists[u].walk == j->walks; }

/* Starts and finishes the next descriptor of a unit, if its tokens are there. 0: nothing happened. */
static int advance(job *j, uint32_t u)
{
    list *l = &j->lists[u];
    if (ended(j, u)) return 0;
    uint32_t index = l->first + l->at;
    const uint32_t *d = j->desc[index];
    uint32_t waits[3], posts[3];
    for (int i = 0; i < 3; i++) {
        waits[i] = bonnet_desc_wait(d, i, l->walk);
        posts[i] = bonnet_desc_post(d, i, l->walk);
    }
    uint64_t start = j->clock[u], taken = start, cycles;
    uint32_t bytes;
    for (int i = 0; i < 3; i++)
        if (waits[i] && !j->tokens[waits[i]]) return 0;
    if (mock_strikes(j->m, MOCK_HANG, index)) j->hang = 1;
    if (mock_strikes(j->m, MOCK_DEAD, index)) j->dead = 1;
    if (mock_strikes(j->m, MOCK_HALT, index)) j->lost = BONNET_CAUSE_RESET;
    if (mock_strikes(j->m, MOCK_RESET, index)) j->lost = -1;
    if (j->lost) return cause(j, BONNET_CAUSE_RESET, u, index);
    if (j->hang || j->dead) return cause(j, BONNET_CAUSE_WATCHDOG, u, index);
    for (int i = 0; i < 3; i++) {
        if (!waits[i]) continue;
        uint64_t t = j->token_time[waits[i]][0];
        memmove(j->token_time[waits[i]], j->token_time[waits[i]] + 1, (BONNET_SEM_MAX - 1) * sizeof t);
        j->tokens[waits[i]]--;
        taken = t > taken ? t : taken;
    }
    mock_result r = mock_strikes(j->m, MOCK_BUS, index) ? MOCK_BUS_ERROR : execute(j, d, l->walk, &cycles, &bytes);
    if (r != MOCK_OK) return cause(j, r == MOCK_REFUSED ? BONNET_CAUSE_DESCRIPTOR : BONNET_CAUSE_BUS, u, index);
    j->clock[u] = taken + cycles + 4;
    count(j, u, index, start, taken, cycles, bytes);
    for (int i = 0; i < 3; i++) {
        if (!posts[i]) continue;
        if (j->tokens[posts[i]] == BONNET_SEM_MAX) return cause(j, BONNET_CAUSE_DESCRIPTOR, u, index);
        j->token_time[posts[i]][j->tokens[posts[i]]++] = taken + cycles;
    }
    if (++l->at == l->count) {
        l->at = 0;
        l->walk++;
        if (u == BONNET_UNIT_STORE) j->m->regs[BONNET_REG_FRAME / 4]++;
    }
    return 1;
}

uint32_t mock_draw(mock *m, uint32_t below) /* xorshift64* */
{
    m->random ^= m->random >> 12;
    m->random ^= m->random << 25;
    m->random ^= m->random >> 27;
    return (uint32_t)((m->random * UINT64_C(0x2545F4914F6CDD1D) >> 33) % below);
}

static void walk(job *j)
{
    for (;;) {
        uint32_t first = mock_draw(j->m, MOCK_UNITS), moved = 0; /* 0 is the sequencer: never in the way */
        for (uint32_t i = 0; i < MOCK_UNITS && !moved; i++) {
            uint32_t u = (first + i) % MOCK_UNITS;
            moved = (uint32_t)(u && advance(j, u));
            if (j->code) return;
        }
        if (moved) continue;
        for (uint32_t u = 1; u < MOCK_UNITS; u++)
            if (!ended(j, u)) { /* nobody can move: tokens are missing */
                j->hang = 1;
                cause(j, BONNET_CAUSE_WATCHDOG, u, j->lists[u].first + j->lists[u].at);
                return;
            }
        return;
    }
}

void mock_run_job(mock *m)
{
    job j = {.m = m, .walks = m->regs[BONNET_REG_FRAMES / 4] & 0xFFFF};
    if (mock_strikes(m, MOCK_SHORT, m->n_jobs)) j.walks = 1;
    m->beats_in = m->beats_out = 0;
    memset(m->sums, 0, sizeof m->sums);
    m->regs[BONNET_REG_FRAME / 4] = 0;
    m->pass = (mock_pass){.next = 0};
    m->head.next = 0;
    if (fetch(&j)) walk(&j);
    uint32_t dog = m->regs[BONNET_REG_WATCHDOG / 4], job_number = m->n_jobs++;
    uint64_t cycles = 0;
    for (int u = 0; u < MOCK_UNITS; u++) cycles = j.clock[u] > cycles ? j.clock[u] : cycles;
    if (j.lost) { /* idle, and nobody says why; on which the reset wire leaves no trace at all */
        if (j.lost < 0) mock_reset_registers(m);
        else m->regs[BONNET_REG_CAUSE / 4] = BONNET_CAUSE_RESET;
        return;
    }
    if ((j.hang && !dog) || j.dead) { /* neither idle nor done until somebody resets it */
        m->busy = 1;
        return;
    }
    cycles += j.hang ? dog : 0;
    m->total_cycles += cycles;
    m->regs[BONNET_REG_CYCLES_LO / 4] = (uint32_t)cycles;
    m->regs[BONNET_REG_CYCLES_HI / 4] = (uint32_t)(cycles >> 32);
    m->regs[BONNET_REG_BEATS_IN / 4] = (uint32_t)m->beats_in;
    m->regs[BONNET_REG_BEATS_OUT / 4] = (uint32_t)m->beats_out;
    for (int i = 0; i < 4; i++) {
        m->regs[BONNET_REG_SUM_MODEL_LO / 4 + 2 * i] = (uint32_t)m->sums[i];
        m->regs[BONNET_REG_SUM_MODEL_LO / 4 + 2 * i + 1] = (uint32_t)(m->sums[i] >> 32);
    }
    m->regs[BONNET_REG_CAUSE / 4] =
        bonnet_reg_put(BONNET_RF_CAUSE_CODE, j.code) | bonnet_reg_put(BONNET_RF_CAUSE_UNIT, j.unit) | bonnet_reg_put(BONNET_RF_CAUSE_INDEX, j.at);
    m->done = !mock_strikes(m, MOCK_DONE_LOST, job_number);
    m->done_again = mock_strikes(m, MOCK_DONE_TWICE, job_number);
    m->done_next = mock_strikes(m, MOCK_DONE_LATE, job_number);
    m->irq_next = mock_strikes(m, MOCK_IRQ_LATE, job_number);
    if (!m->irq_next && !mock_strikes(m, MOCK_IRQLOST, job_number)) m->regs[BONNET_REG_ISR / 4] |= m->regs[BONNET_REG_IER / 4] & 3;
}
