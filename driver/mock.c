/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock.c - `mock:`, a chip in C that can be driven only as a real one: registers with their access types, an interrupt, and
 * buffers of which host and device see different copies. It is slow, checks everything, and breaks on request (mock_fault.h).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "backends.h"
#include "deadline.h"
#include "mock.h"
#include "regdev.h"

static const struct {
    uint32_t offset;
    bonnet_access access;
    uint32_t reset;
} table[] = {
#define RO                                     BONNET_RO
#define RW                                     BONNET_RW
#define WO                                     BONNET_WO
#define COR                                    BONNET_COR
#define TOW                                    BONNET_TOW
#define REG(offset, name, access, reset, text) {offset, access, reset},
#define FIELD(reg, name, lsb, width, text)
#include "bonnet_csr.def"
#undef RO
#undef RW
#undef WO
#undef COR
#undef TOW
};

/* Time passes for the job that runs: the looks at CTRL and the milliseconds of wait() are the mock's only clock. */
static void tick(mock *m)
{
    if (m->running && --m->running == 0) mock_run_job(m);
}

static uint32_t control(mock *m)
{
    tick(m);
    const uint32_t done = (uint32_t)m->done, busy = m->busy || m->running;
    m->done = done && m->done_again; /* clears on read */
    if (done) m->done_again = 0;
    return bonnet_reg_put(BONNET_RF_CTRL_DONE, done) | bonnet_reg_put(BONNET_RF_CTRL_READY, done) | bonnet_reg_put(BONNET_RF_CTRL_IDLE, !busy) |
           bonnet_reg_put(BONNET_RF_CTRL_START, (uint32_t)m->busy);
}

static void interrupt(mock *m) { m->regs[BONNET_REG_ISR / 4] |= m->regs[BONNET_REG_IER / 4] & 3; }

static bonnet_status mock_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    mock *m = self;
    if (offset % 4 || offset >= BONNET_REG_END) return bonnet_fail(err, BONNET_EINVAL, "mock: register read at 0x%x", offset);
    if (mock_unplugged(m)) return bonnet_fail(err, BONNET_ENODEV, "mock: unplugged");
    const uint32_t n = m->n_read++, access = m->n_access++;
    const int gone = mock_strikes_since(m, MOCK_GONE, access), blank = mock_strikes_since(m, MOCK_BLANK, access);
    if (gone || blank) {
        *value = gone ? UINT32_MAX : 0;
        return BONNET_OK;
    }
    if (mock_strikes(m, MOCK_READ, n)) return bonnet_fail(err, BONNET_EIO, "mock: register read at 0x%x failed", offset);
    if (offset == BONNET_REG_CTRL) *value = control(m);
    else if (offset >= BONNET_REG_COUNTERS) /* records that the chip does not have hold 0 */
        *value = m->counters[(offset - BONNET_REG_COUNTERS) / BONNET_COUNTER_SIZE][offset % BONNET_COUNTER_SIZE / 4];
    else *value = m->regs[offset / 4]; /* holes and write-only registers hold 0 */
    if (mock_strikes(m, MOCK_READ_ONES, n)) *value = UINT32_MAX;
    if (mock_strikes(m, MOCK_READ_FLIP, n)) *value ^= 1u << mock_draw(m, 32);
    return BONNET_OK;
}

/* DONE of an earlier job stays, as in the chip: who starts a job has read it away. */
static void start(mock *m)
{
    if (m->busy || m->running) return;
    memset(m->counters, 0, sizeof m->counters);
    m->regs[BONNET_REG_CAUSE / 4] = m->regs[BONNET_REG_FRAME / 4] = 0;
    m->running = m->slow;
    const int early = mock_strikes(m, MOCK_IRQ_EARLY, m->n_starts++) | m->irq_next;
    if (early || m->done_next) m->running += 3;
    if (early) interrupt(m);
    if (m->done_next) m->done = 1;
    m->irq_next = m->done_next = 0;
    if (!m->running) mock_run_job(m);
}

static void reset(mock *m)
{
    for (uint32_t i = 0; i < m->n_faults; i++)
        if (m->busy && m->faults[i].kind == MOCK_STUCK) { /* for good: nothing but reopening helps */
            m->faults[i].spent = 1;
            return;
        }
    if (m->busy || m->running) m->regs[BONNET_REG_CAUSE / 4] = BONNET_CAUSE_RESET;
    m->regs[BONNET_REG_ISR / 4] = 0;
    m->done = m->busy = 0;
    m->running = 0;
}

static bonnet_status mock_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err)
{
    mock *m = self;
    if (offset % 4 || offset >= BONNET_REG_END) return bonnet_fail(err, BONNET_EINVAL, "mock: register write at 0x%x", offset);
    if (mock_unplugged(m)) return bonnet_fail(err, BONNET_ENODEV, "mock: unplugged");
    const uint32_t n = m->n_write++, access = m->n_access++;
    if (mock_strikes_since(m, MOCK_GONE, access) || mock_strikes_since(m, MOCK_BLANK, access)) return BONNET_OK;
    if (mock_strikes(m, MOCK_WRITE_LOST, n)) return BONNET_OK;
    if (mock_strikes(m, MOCK_WRITE, n)) return bonnet_fail(err, BONNET_EIO, "mock: register write at 0x%x failed", offset);
    const int half = mock_strikes(m, MOCK_WRITE_HALF, n);
    if (offset == BONNET_REG_CTRL) {
        if (bonnet_reg_get(value, BONNET_RF_CTRL_START)) start(m);
        return BONNET_OK;
    }
    if (offset == BONNET_REG_RESET) {
        if (value & 1) reset(m);
        return BONNET_OK;
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].offset != offset) continue;
        if (half) value = (value & 0xFFFF) | (m->regs[offset / 4] & 0xFFFF0000u);
        uint32_t mask = offset == BONNET_REG_GIE ? 1u : offset == BONNET_REG_IER || offset == BONNET_REG_ISR ? 3u : ~0u;
        if (table[i].access == BONNET_RW) m->regs[offset / 4] = value & mask;
        else if (table[i].access == BONNET_TOW) m->regs[offset / 4] ^= value & mask;
    }
    return BONNET_OK;
}

static bonnet_status mock_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    mock *m = self;
    const uint32_t n = m->n_wait++;
    if (mock_unplugged(m)) return bonnet_fail(err, BONNET_ENODEV, "mock: unplugged");
    if (mock_strikes(m, MOCK_WAIT, n)) return bonnet_fail(err, BONNET_EIO, "mock: the wait for the interrupt failed");
    if (mock_strikes(m, MOCK_WAIT_TIMEOUT, n)) timeout_ms = 0;
    if (mock_strikes(m, MOCK_IRQ_SPURIOUS, n)) return BONNET_OK;
    for (uint32_t ms = 0;; ms++) {
        const int reachable = !mock_strikes_since(m, MOCK_GONE, m->n_access) && !mock_strikes_since(m, MOCK_BLANK, m->n_access);
        if (reachable && m->regs[BONNET_REG_GIE / 4] & 1 && m->regs[BONNET_REG_ISR / 4]) return BONNET_OK;
        if (bonnet_cancelled(cancel)) return bonnet_fail(err, BONNET_EINTR, "mock: cancelled");
        if (ms >= timeout_ms) return bonnet_fail(err, BONNET_ETIMEOUT, "mock: no interrupt within %u ms", timeout_ms);
        nanosleep(&(struct timespec){.tv_nsec = (long)m->millisecond_us * 1000}, NULL);
        tick(m);
    }
}

static void mock_close(void *self)
{
    mock *m = self;
    if (!m) return;
    for (int i = 0; i < MOCK_BUFFERS; i++) {
        free(m->buffers[i].host);
        free(m->buffers[i].device);
    }
    free(m->features);
    free(m->weight);
    free(m->stem);
    free(m->head.sums);
    free(m);
}

void mock_reset_registers(mock *m)
{
    memset(m->regs, 0, sizeof m->regs);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].access != BONNET_WO) m->regs[table[i].offset / 4] = table[i].reset;
    m->regs[BONNET_REG_ID / 4] ^= m->wrong_id;
    m->regs[BONNET_REG_ABI / 4] += m->wrong_abi << 16;
    uint32_t log2 = 0;
    while (1u << log2 < m->bus_bits) log2++;
    m->regs[BONNET_REG_GEOMETRY / 4] = bonnet_reg_put(BONNET_RF_GEOMETRY_LANES, m->lanes) | bonnet_reg_put(BONNET_RF_GEOMETRY_ARRAYS, m->arrays) |
                                       bonnet_reg_put(BONNET_RF_GEOMETRY_BUS_LOG2, log2) | bonnet_reg_put(BONNET_RF_GEOMETRY_STEM_TAPS, 8) |
                                       bonnet_reg_put(BONNET_RF_GEOMETRY_BLOCK, 8);
    m->regs[BONNET_REG_WEIGHT_ROWS / 4] = m->weight_rows;
    m->regs[BONNET_REG_FEATURE_WORDS / 4] = m->feature_words;
    m->regs[BONNET_REG_STEM_ROWS / 4] = m->stem_rows;
    m->regs[BONNET_REG_STEM_WIDTHS / 4] =
        bonnet_reg_put(BONNET_RF_STEM_WIDTHS_IMAGE, m->stem_image_w) | bonnet_reg_put(BONNET_RF_STEM_WIDTHS_MAP, m->stem_map_w);
    m->regs[BONNET_REG_RECORDS / 4] = m->records;
    static const uint32_t sizes[6] = {BONNET_REG_GEOMETRY,  BONNET_REG_WEIGHT_ROWS, BONNET_REG_FEATURE_WORDS,
                                      BONNET_REG_STEM_ROWS, BONNET_REG_STEM_WIDTHS, BONNET_REG_RECORDS};
    for (uint32_t i = 0; i < 6; i++) m->regs[sizes[i] / 4] ^= m->wrong_geometry[i];
    m->done = m->busy = 0;
    m->running = 0;
}

static void power_on(mock *m)
{
    for (uint32_t i = 0; i < 6; i++) m->wrong_geometry[i] = mock_wrong_geometry(m, i);
    m->wrong_id = (uint32_t)mock_strikes(m, MOCK_ID, 0);
    m->wrong_abi = (uint32_t)mock_strikes(m, MOCK_ABI, 0);
    mock_reset_registers(m);
    m->busy = mock_strikes(m, MOCK_BUSY, 0);
    /* Memories come up with anything in them: nobody may rely on zeros. */
    memset(m->features, 0xA5, 8 * (size_t)m->feature_words * m->arrays);
    mock_array(m, 0);
    memset(m->weight, 0x5A, 8 * (size_t)m->weight_rows * m->lanes);
    memset(m->stem, 0x96, 8 * (size_t)m->stem_rows * m->lanes);
    memset(m->head.sums, 0x69, 64 * sizeof *m->head.sums * m->arrays);
}

static bonnet_status mock_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    mock *m = calloc(1, sizeof *m);
    if (!m) return bonnet_fail(err, BONNET_ENOMEM, "mock: no memory");
    m->next_addr = UINT64_C(0x1200001000); /* above 4 GiB: the high registers matter */
    m->millisecond_us = 1000;
    m->random = config && config->seed ? config->seed : 1;
    bonnet_status st = mock_options(m, path, err);
    if (st == BONNET_OK) {
        m->features = malloc(8 * (size_t)m->feature_words * m->arrays);
        m->weight = malloc(8 * (size_t)m->weight_rows * m->lanes);
        m->stem = malloc(8 * (size_t)m->stem_rows * m->lanes);
        m->head.sums = malloc(64 * sizeof *m->head.sums * m->arrays);
        if (!m->features || !m->weight || !m->stem || !m->head.sums) st = bonnet_fail(err, BONNET_ENOMEM, "mock: no memory for the chip's buffers");
    }
    if (st != BONNET_OK) {
        mock_close(m);
        return st;
    }
    power_on(m);
    *self = m;
    return BONNET_OK;
}

static uint32_t mock_clock_hz(void *self)
{
    (void)self;
    return 0; /* its cycles are a model, not a measurement */
}

static const bonnet_mmio mock_mmio = {.scheme = "mock",
                                      .summary = "register-level C model of the chip; slow, checked, breaks on request",
                                      .open = mock_open,
                                      .close = mock_close,
                                      .read = mock_read,
                                      .write = mock_write,
                                      .alloc = mock_alloc,
                                      .free = mock_free,
                                      .to_device = mock_to_device,
                                      .to_host = mock_to_host,
                                      .wait = mock_wait,
                                      .clock_hz = mock_clock_hz};

static bonnet_status open_mock(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &mock_mmio, path, config, err);
}

const bonnet_backend bonnet_mock_backend =
    BONNET_REGDEV_BACKEND("mock", "register-level C model of the chip; slow, checked, breaks on request", &mock_mmio, open_mock, NULL);
