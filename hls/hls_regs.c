/* SPDX-License-Identifier: Apache-2.0 */
/* hls_regs.c - see hls_regs.h. In the RTL: rtl/csr/bonnet_csr.sv. */
#include "hls_regs.h"

#ifndef BONNET_BUILD
#define BONNET_BUILD 0x0u /* first 32 bits of the git commit */
#endif

#define REG(offset, name, access, reset, text) HLS_REG_##name = offset,
#define FIELD(reg, name, lsb, width, text)
enum {
#include "bonnet_csr.def"
    HLS_REG_RECORD = 0x8000
};
#undef REG
#undef FIELD
#define REG(offset, name, access, reset, text)
#define FIELD(reg, name, lsb, width, text) HLS_RF_##reg##_##name = (lsb),
enum {
#include "bonnet_csr.def"
    HLS_RF_NONE = 0
};
#undef REG
#undef FIELD

/* One of the registers of a job, which hold what was written last; the holes between them are not there. */
static int is_job(uint32_t at)
{
    int found = 0;
#define RO                                     0
#define WO                                     0
#define COR                                    0
#define TOW                                    0
#define RW                                     1
#define REG(offset, name, access, reset, text) found |= (access) && at == (offset);
#define FIELD(reg, name, lsb, width, text)
#include "bonnet_csr.def"
#undef REG
    return found && at >= HLS_REGS_JOB && at < HLS_REGS_JOB_END;
}

/* What a register comes up with; a hole: 0. */
static uint32_t reset_value(uint32_t at)
{
    uint32_t value = 0;
#define REG(offset, name, access, reset, text) value = at == (offset) ? (reset) : value;
#include "bonnet_csr.def"
    return value;
}

static uint32_t job_word(const hls_regs *r, uint32_t lo) { return r->job[(lo - HLS_REGS_JOB) / 4]; }
static uint64_t job_address(const hls_regs *r, uint32_t lo) { return (uint64_t)job_word(r, lo + 4) << 32 | job_word(r, lo); }

static uint32_t log2_of(uint32_t n) /* of a power of two */
{
    uint32_t bits = 0;
    for (uint32_t i = 1; i < 32; i++) bits = n >> i ? i : bits;
    return bits;
}

static uint32_t half(uint64_t value, uint32_t offset, uint32_t lo) { return (uint32_t)(offset == lo ? value & 0xFFFFFFFFu : value >> 32); }

static uint32_t read_register(const hls_regs *r, const hls_regs_in *in, uint32_t offset)
{
    if (is_job(offset)) return job_word(r, offset);
    if (offset >= HLS_REG_SUM_MODEL_LO && offset <= HLS_REG_SUM_SCRATCH_HI)
        return half(in->sum[(offset - HLS_REG_SUM_MODEL_LO) / 8], offset % 8, HLS_REG_SUM_MODEL_LO % 8);
    switch (offset) {
    case HLS_REG_CTRL:
        return r->start << HLS_RF_CTRL_START | r->done << HLS_RF_CTRL_DONE | (uint32_t)(!r->busy && !r->start && in->ready) << HLS_RF_CTRL_IDLE |
               r->done << HLS_RF_CTRL_READY;
    case HLS_REG_GIE: return r->gie;
    case HLS_REG_IER: return r->ier;
    case HLS_REG_ISR: return r->isr;
    case HLS_REG_BUILD: return BONNET_BUILD;
    case HLS_REG_GEOMETRY:
        return (uint32_t)HLS_LANES << HLS_RF_GEOMETRY_LANES | (uint32_t)HLS_ARRAYS << HLS_RF_GEOMETRY_ARRAYS |
               log2_of(HLS_BUS_BITS) << HLS_RF_GEOMETRY_BUS_LOG2 | (uint32_t)HLS_STEM_TAPS << HLS_RF_GEOMETRY_STEM_TAPS |
               (uint32_t)HLS_BLOCK << HLS_RF_GEOMETRY_BLOCK;
    case HLS_REG_WEIGHT_ROWS: return HLS_WEIGHT_ROWS;
    case HLS_REG_FEATURE_WORDS: return HLS_FEATURE_WORDS;
    case HLS_REG_STEM_ROWS: return HLS_STEM_ROWS;
    case HLS_REG_STEM_WIDTHS: return (uint32_t)HLS_STEM_IMAGE_W << HLS_RF_STEM_WIDTHS_IMAGE | (uint32_t)HLS_STEM_MAP_W << HLS_RF_STEM_WIDTHS_MAP;
    case HLS_REG_CAUSE: return r->cause;
    case HLS_REG_FRAME: return r->frame;
    case HLS_REG_CYCLES_LO:
    case HLS_REG_CYCLES_HI: return half(r->cycles, offset, HLS_REG_CYCLES_LO);
    case HLS_REG_BEATS_IN: return r->beats_in;
    case HLS_REG_BEATS_OUT: return r->beats_out;
    case HLS_REG_RECORDS: return HLS_RECORDS;
    case HLS_REG_RESET: return 0;
    default: return reset_value(offset); /* ID, ABI; a hole: 0 */
    }
}

static uint32_t read_any(const hls_regs *r, const hls_regs_in *in, uint32_t address)
{
    const uint32_t offset = address & 0xFFFC, index = (offset & 0x7FFF) / 32, word = offset / 4 % 8;
    if (offset < HLS_REG_RECORD) return read_register(r, in, offset);
    return index < HLS_RECORDS && word < 6 ? r->record[index][word] : 0;
}

static void power_on(hls_regs *r)
{
    for (uint32_t i = 0; i < (HLS_REGS_JOB_END - HLS_REGS_JOB) / 4; i++)
        r->job[i] = is_job(HLS_REGS_JOB + 4 * i) ? reset_value(HLS_REGS_JOB + 4 * i) : 0;
    r->start = r->busy = r->done = r->run = r->gie = r->ier = r->isr = 0;
    r->cause = r->frame = r->beats_in = r->beats_out = 0;
    r->cycles = 0;
}

/* The running job has its own copy: a host that prepares the next job does not disturb it. */
static void copy_job(hls_regs *r)
{
    r->config.job = job_address(r, HLS_REG_JOB_LO);
    r->config.model = job_address(r, HLS_REG_MODEL_LO);
    r->config.input = job_address(r, HLS_REG_INPUT_LO);
    r->config.output = job_address(r, HLS_REG_OUTPUT_LO);
    r->config.scratch = job_address(r, HLS_REG_SCRATCH_LO);
    r->config.frames = job_word(r, HLS_REG_FRAMES);
    r->config.input_stride = job_word(r, HLS_REG_INPUT_STRIDE);
    r->config.output_stride = job_word(r, HLS_REG_OUTPUT_STRIDE);
    r->config.watchdog = job_word(r, HLS_REG_WATCHDOG);
}

/* What the job did, in a cycle in which it is busy. */
static void account(hls_regs *r, const hls_regs_in *in, uint32_t go, uint32_t reset)
{
    const hls_event *e = &in->event;
    if (go) {
        r->cause = r->frame = r->beats_in = r->beats_out = 0;
        r->cycles = 0;
    } else if (r->busy) {
        if (reset) r->cause = 4;
        else if (e->stop) r->cause = e->cause;
        r->frame = (r->frame + e->frame) & 0xFFFF;
        r->cycles += in->tick;
        r->beats_in += e->beats_in;
        r->beats_out += e->beats_out;
    }
    if (e->rec_we && e->rec_index < HLS_RECORDS)
        for (int w = 0; w < 6; w++) r->record[e->rec_index][w] = e->rec[w];
}

void HLS_NAME(hls_regs_cycle)(hls_regs *r, const hls_regs_in *in, hls_regs_out *out)
{
    const uint32_t to = in->waddr & 0xFFFC, low = in->we && (in->wstrb & 1), re_ctrl = in->re && (in->raddr & 0xFFFC) == HLS_REG_CTRL;
    const uint32_t we_ctrl = low && to == HLS_REG_CTRL, we_reset = low && to == HLS_REG_RESET && (in->wdata & 1);
    const uint32_t go = r->start && !r->busy && in->ready && !we_reset, ended = r->busy && (in->event.done || in->event.stop) && !we_reset;
    uint32_t mask = 0;
    for (int b = 0; b < 4; b++) mask |= in->wstrb >> b & 1 ? 0xFFu << 8 * b : 0;
    if (in->re) out->rdata = read_any(r, in, in->raddr);
    out->halt = we_reset || (r->busy && in->event.stop);
    account(r, in, go, we_reset);
    if (go) copy_job(r);
    r->run = go;
    if (we_reset || go) r->start = 0;
    else if (we_ctrl && (in->wdata & 1)) r->start = 1;
    if (we_reset || ended) r->busy = 0;
    else if (go) r->busy = 1;
    if (we_reset) r->done = 0;
    else if (ended) r->done = 1;
    else if (re_ctrl) r->done = 0;
    if (low && to == HLS_REG_GIE) r->gie = in->wdata & 1;
    if (we_reset) r->isr = 0;
    else if (ended) r->isr |= r->ier;
    else if (low && to == HLS_REG_ISR) r->isr ^= in->wdata & 3;
    if (low && to == HLS_REG_IER) r->ier = in->wdata & 3; /* an end in this cycle has seen the old one */
    if (in->we && is_job(to)) r->job[(to - HLS_REGS_JOB) / 4] = (job_word(r, to) & ~mask) | (in->wdata & mask);
    if (!in->rst_n) power_on(r);
    out->start = r->run;
    out->irq = r->gie && r->isr;
    out->config = r->config;
}
