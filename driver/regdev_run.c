/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev_run.c - frames through a register device: write registers, start, wait, find out why it stopped, read back.
 *
 * Two clocks bound a run: the call's timeout (host time), and the chip's watchdog (its cycles, from the job). Whatever ends a job
 * other than well, the chip is reset and seen idle before the call returns.
 */
#include <string.h>
#include "deadline.h"
#include "regdev_parts.h"

enum {
    WAIT_SLICE_MS = 500,  /* a lost interrupt costs at most this */
    WATCH_SLICE_MS = 200, /* the same where somebody watches */
    RESET_TRIES = 2000,   /* reads of CTRL, a millisecond apart where the device has real time */
};

typedef struct runner {
    regdev *dev;
    regdev_slot *slot;
    regdev_job *j;
    bonnet_run *run;
    bonnet_deadline deadline;
    bonnet_error *err;
} runner;

static bonnet_status put(runner *r, uint32_t offset, uint32_t value) { return r->dev->mmio->write(r->dev->self, offset, value, r->err); }

static bonnet_status get(runner *r, uint32_t offset, uint32_t *value) { return r->dev->mmio->read(r->dev->self, offset, value, r->err); }

static bonnet_status put64(runner *r, uint32_t offset, uint64_t value)
{
    bonnet_status st = put(r, offset, (uint32_t)value);
    return st == BONNET_OK ? put(r, offset + 4, (uint32_t)(value >> 32)) : st;
}

/* A pending interrupt is acknowledged by toggling it. */
static bonnet_status acknowledge(regdev *dev, bonnet_error *err)
{
    uint32_t isr;
    bonnet_status st = dev->mmio->read(dev->self, BONNET_REG_ISR, &isr, err);
    return st == BONNET_OK && isr ? dev->mmio->write(dev->self, BONNET_REG_ISR, isr, err) : st;
}

/* RESET, until the chip is seen idle. */
static bonnet_status reset(regdev *dev, bonnet_error *err)
{
    uint32_t ctrl = 0;
    bonnet_status st = dev->mmio->write(dev->self, BONNET_REG_RESET, 1, err);
    for (int i = 0; st == BONNET_OK && i < RESET_TRIES; i++) {
        st = dev->mmio->read(dev->self, BONNET_REG_CTRL, &ctrl, err); /* clears DONE too */
        if (st == BONNET_OK && bonnet_reg_get(ctrl, BONNET_RF_CTRL_IDLE)) break;
        if (i > 16 && st == BONNET_OK) { /* wait() is a way to let time pass; why it returns does not matter */
            bonnet_error ignored;
            (void)dev->mmio->wait(dev->self, 1, NULL, &ignored);
        }
    }
    if (st == BONNET_OK) st = acknowledge(dev, err);
    if (st != BONNET_OK) return BONNET_ENODEV; /* the access that failed has said why */
    if (bonnet_reg_get(ctrl, BONNET_RF_CTRL_IDLE)) return BONNET_OK;
    return bonnet_fail(err, BONNET_ENODEV, "%s: the chip does not come back from reset; close the device and open it again", dev->mmio->scheme);
}

/* Back to idle after a failure `st`, whose text stays; a chip that does not come back is worse, and said instead. */
static bonnet_status stop(runner *r, bonnet_status st)
{
    bonnet_error kept = *r->err;
    if (reset(r->dev, r->err) != BONNET_OK) {
        r->dev->broken = 1;
        return BONNET_ENODEV;
    }
    *r->err = kept;
    return st;
}

bonnet_status regdev_settle(regdev *dev, bonnet_error *err)
{
    uint32_t ctrl;
    bonnet_status st = dev->mmio->read(dev->self, BONNET_REG_CTRL, &ctrl, err); /* clears a DONE that nobody fetched */
    return st != BONNET_OK || bonnet_reg_get(ctrl, BONNET_RF_CTRL_IDLE) ? st : reset(dev, err);
}

static uint32_t walk_frames(const bonnet_job *job) { return job->batch * job->geometry.arrays; }

static bonnet_status start(runner *r, uint32_t walks)
{
    const bonnet_job *job = r->j->job;
    const struct {
        uint32_t offset, value;
    } words[] = {
        {BONNET_REG_FRAMES, walks},
        {BONNET_REG_INPUT_STRIDE, walk_frames(job) * job->input_stride},
        {BONNET_REG_OUTPUT_STRIDE, walk_frames(job) * job->output_stride},
        {BONNET_REG_WATCHDOG, job->watchdog_cycles},
        {BONNET_REG_IER, 1},
        {BONNET_REG_GIE, 1},
    };
    const struct {
        uint32_t offset;
        uint64_t addr;
    } addresses[] = {
        {BONNET_REG_JOB_LO, r->j->desc.addr},      {BONNET_REG_MODEL_LO, r->j->rows.addr},      {BONNET_REG_INPUT_LO, r->j->input.addr},
        {BONNET_REG_OUTPUT_LO, r->j->output.addr}, {BONNET_REG_SCRATCH_LO, r->j->scratch.addr},
    };
    bonnet_status st = BONNET_OK;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0] && st == BONNET_OK; i++) st = put64(r, addresses[i].offset, addresses[i].addr);
    for (size_t i = 0; i < sizeof words / sizeof words[0] && st == BONNET_OK; i++) st = put(r, words[i].offset, words[i].value);
    return st == BONNET_OK ? put(r, BONNET_REG_CTRL, 1) : st;
}

/* Until CTRL says done. The interrupt only saves time: without it the wait ends after a slice. */
static bonnet_status wait_done(runner *r, uint32_t first, uint32_t frames)
{
    const uint32_t longest = r->run->progress ? WATCH_SLICE_MS : WAIT_SLICE_MS;
    for (;;) {
        int64_t left_ms = (r->deadline.end_us - bonnet_now_us()) / 1000;
        uint32_t slice = left_ms <= 0 ? 0 : left_ms < longest ? (uint32_t)left_ms : longest, ctrl;
        bonnet_status st = r->dev->mmio->wait(r->dev->self, slice, r->run->cancel, r->err);
        if (st != BONNET_OK && st != BONNET_ETIMEOUT && st != BONNET_EINTR) return st;
        int cancelled = st == BONNET_EINTR;
        st = get(r, BONNET_REG_CTRL, &ctrl);
        if (st != BONNET_OK) return st;
        if (bonnet_reg_get(ctrl, BONNET_RF_CTRL_DONE)) return acknowledge(r->dev, r->err);
        if (cancelled) return bonnet_fail(r->err, BONNET_EINTR, "%s: cancelled, the job was stopped", r->dev->mmio->scheme);
        if (left_ms <= 0)
            return bonnet_fail(r->err, BONNET_ETIMEOUT,
                               "%s: the job did not finish in time and was stopped; raise the timeout or run fewer "
                               "images at once",
                               r->dev->mmio->scheme);
        st = acknowledge(r->dev, r->err);
        if (st != BONNET_OK) return st;
        regdev_progress(r->dev, r->slot, r->j->job, r->run, first, frames);
    }
}

static bonnet_status explain(runner *r)
{
    static const char *const units[] = {"sequencer", "load unit", "conv unit", "stem unit", "store unit"};
    const bonnet_job *job = r->j->job;
    uint32_t cause;
    bonnet_status st = get(r, BONNET_REG_CAUSE, &cause);
    if (st != BONNET_OK || bonnet_reg_get(cause, BONNET_RF_CAUSE_CODE) == BONNET_CAUSE_DONE) return st;
    uint32_t unit = bonnet_reg_get(cause, BONNET_RF_CAUSE_UNIT), index = bonnet_reg_get(cause, BONNET_RF_CAUSE_INDEX), layer = 0;
    if (index < job->n_desc) layer = bonnet_desc_get(job->desc[index], BONNET_F_JOB_LAYER);
    const char *scheme = r->dev->mmio->scheme, *name = index ? r->slot->net->layers[layer].name : "header";
    const char *who = unit < sizeof units / sizeof units[0] ? units[unit] : "unknown unit";
    switch (bonnet_reg_get(cause, BONNET_RF_CAUSE_CODE)) {
    case BONNET_CAUSE_DESCRIPTOR:
        return bonnet_fail(r->err, BONNET_EABI, "%s: the %s refused descriptor %u (%s); chip and library do not match", scheme, who, index, name);
    case BONNET_CAUSE_BUS:
        return bonnet_fail(r->err, BONNET_EBUS, "%s: bus error in the %s at descriptor %u (%s); the job was stopped", scheme, who, index, name);
    case BONNET_CAUSE_WATCHDOG:
        return bonnet_fail(r->err, BONNET_ETIMEOUT, "%s: no progress for %u cycles in the %s at descriptor %u (%s); the job was stopped", scheme,
                           job->watchdog_cycles, who, index, name);
    default: return bonnet_fail(r->err, BONNET_EIO, "%s: the job ended with CAUSE 0x%08x", scheme, cause);
    }
}

/* Units of one job that cannot fail anything: cycles and bytes. */
static bonnet_status add_totals(runner *r)
{
    uint32_t lo, hi, in, out, bus_bytes = r->dev->geometry.bus_bits / 8;
    bonnet_status st = get(r, BONNET_REG_CYCLES_LO, &lo);
    if (st == BONNET_OK) st = get(r, BONNET_REG_CYCLES_HI, &hi);
    if (st == BONNET_OK) st = get(r, BONNET_REG_BEATS_IN, &in);
    if (st == BONNET_OK) st = get(r, BONNET_REG_BEATS_OUT, &out);
    if (st != BONNET_OK) return st;
    r->run->cycles += (uint64_t)hi << 32 | lo;
    r->run->bytes_in += (uint64_t)in * bus_bytes;
    r->run->bytes_out += (uint64_t)out * bus_bytes;
    return BONNET_OK;
}

static uint64_t little(const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

/* One word of a map in the order of bonnet_net_map_words(), from the pixel at p. */
static uint64_t map_word(const bonnet_job_piece *piece, uint32_t k, const uint8_t *p, uint32_t word)
{
    uint32_t slice = word % k;
    if (!piece->therm) return little(p + 8 * (size_t)word, 8);
    p += 24 * (size_t)(word / k);
    uint64_t t1 = little(p + 8, 8), t2 = little(p + 16, 8);
    return slice == 0 ? little(p, 8) : slice == 1 ? t1 & t2 : slice == 2 ? t1 : t1 | t2;
}

static void read_piece(const bonnet_job *job, const bonnet_job_piece *piece, const uint8_t *p, uint64_t *map)
{
    const bonnet_job_layer *l = &job->layers[piece->layer];
    if (l->kind == BONNET_LAYER_LAST || l->kind == BONNET_LAYER_FC) {
        for (uint32_t w = 0; w < piece->words; w++) map[w] = little(p + 8 * (size_t)w, 8);
        return;
    }
    uint32_t words = l->out_c / 64 * job->k;
    map += (size_t)piece->y0 * l->out_w * words;
    for (uint32_t y = 0; y < piece->rows; y++)
        for (uint32_t x = 0; x < l->out_w; x++)
            for (uint32_t w = 0; w < words; w++) *map++ = map_word(piece, job->k, p + 8 * ((size_t)y * piece->pitch + (size_t)x * piece->pix), w);
}

/* From the host's copy of scratch: maps of the walk's first frame, which is the first array's. */
static void read_maps(runner *r)
{
    const bonnet_job *job = r->j->job;
    for (uint32_t i = 0; i < job->n_pieces; i++) {
        const bonnet_job_piece *piece = &job->pieces[i];
        if (piece->frame == 0 && r->run->maps[piece->layer])
            read_piece(job, piece, (const uint8_t *)r->j->scratch.host + piece->scratch, r->run->maps[piece->layer]);
    }
}

/* Frame f of a start is the f-th image and the f-th result in memory; a last walk that is not full works on what is there. */
static bonnet_status run_walks(runner *r, uint32_t first, uint32_t frames)
{
    const bonnet_job *job = r->j->job;
    const bonnet_mmio *io = r->dev->mmio;
    uint32_t walks = (frames + walk_frames(job) - 1) / walk_frames(job);
    for (uint32_t f = 0; f < frames; f++) {
        const uint8_t *image = r->run->pixels + (size_t)(first + f) * job->input_bytes;
        memcpy((uint8_t *)r->j->input.host + (size_t)f * job->input_stride, image, job->input_bytes);
        r->j->sums.images[f] = regdev_sum(image, job->input_bytes);
    }
    bonnet_status st = io->to_device(r->dev->self, &r->j->input, 0, (size_t)walks * walk_frames(job) * job->input_stride, r->err);
    if (st != BONNET_OK) return st;
    st = start(r, walks);
    if (st == BONNET_OK) st = wait_done(r, first, frames);
    if (st == BONNET_OK) st = explain(r);
    if (st == BONNET_OK) st = add_totals(r);
    if (st != BONNET_OK) return stop(r, st);
    st = io->to_host(r->dev->self, &r->j->output, 0, (size_t)walks * walk_frames(job) * job->output_stride, r->err);
    if (st == BONNET_OK && r->run->maps) st = io->to_host(r->dev->self, &r->j->scratch, 0, r->j->scratch.bytes, r->err);
    if (st == BONNET_OK) st = regdev_sums_check(r->dev, r->j, walks, r->err);
    if (st != BONNET_OK) return st;
    for (uint32_t f = 0; f < frames; f++)
        for (uint32_t i = 0; i < job->classes; i++)
            r->run->logits[(size_t)(first + f) * job->classes + i] =
                (int32_t)(uint32_t)little((const uint8_t *)r->j->output.host + (size_t)f * job->output_stride + 4 * (size_t)i, 4);
    return BONNET_OK;
}

bonnet_status bonnet_regdev_run(void *self, void *slot, bonnet_run *run, bonnet_error *err)
{
    regdev *dev = self;
    bonnet_error nowhere = {""};
    runner r = {.dev = dev, .slot = slot, .run = run, .err = err ? err : &nowhere};
    if (dev->broken)
        return bonnet_fail(err, BONNET_ENODEV, "%s: the chip did not come back from reset; close the device and open it again", dev->mmio->scheme);
    if (!run->frames || !run->pixels || !run->logits || (run->maps && run->frames != 1))
        return bonnet_fail(err, BONNET_EINVAL, "nothing to run, or maps of more than one frame");
    if (run->maps && !r.slot->traced.job) {
        bonnet_status st = regdev_place(dev, r.slot, 1, r.err);
        if (st != BONNET_OK) return st;
    }
    r.j = run->maps ? &r.slot->traced : &r.slot->plain;
    r.deadline = bonnet_deadline_start(run->timeout_ms, dev->timeout_ms, run->cancel);
    run->cycles = run->bytes_in = run->bytes_out = 0;
    run->walk_frames = walk_frames(r.j->job);
    for (uint32_t done = 0, n, most = r.j->walks * run->walk_frames; done < run->frames; done += n) {
        n = run->frames - done < most ? run->frames - done : most;
        bonnet_status st = bonnet_deadline_poll(&r.deadline); /* between jobs the chip is idle: nothing to stop */
        if (st != BONNET_OK) st = bonnet_fail(r.err, st, "%s: %s", dev->mmio->scheme, bonnet_deadline_text(st));
        else st = run_walks(&r, done, n);
        if (st != BONNET_OK) return st;
    }
    run->lanes = dev->geometry.lanes * dev->geometry.arrays;
    run->clock_hz = dev->mmio->clock_hz ? dev->mmio->clock_hz(dev->self) : 0;
    if (dev->mmio->sim_time) dev->mmio->sim_time(dev->self, &run->sim_cycles, &run->sim_seconds);
    bonnet_status st = run->layers ? regdev_read_records(dev, r.j->job, run, r.err) : BONNET_OK;
    if (st == BONNET_OK && run->maps) read_maps(&r);
    return st;
}
