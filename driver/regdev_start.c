/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev_start.c - one job from START to the reason of its end.
 *
 * Nothing is believed once: an old DONE is read away before START; the job's registers are read back before it, because a chip with a
 * wrong address writes into somebody's memory; DONE counts only of a chip that is idle again, or says why not; at the end FRAME must
 * have counted every walk and the job must still be ours. A chip that is idle and was never done has been reset, or shared: said at
 * once. The interrupt only saves time: waits get longer from FIRST_SLICE_MS on, and CTRL is looked at after each.
 */
#include "regdev_parts.h"

enum {
    FIRST_SLICE_MS = 8,   /* a lost interrupt costs this, or as much again as the job took, */
    WAIT_SLICE_MS = 500,  /* but this at most */
    WATCH_SLICE_MS = 200, /* the same where somebody watches */
    WRITE_TRIES = 3,
    JOB_WORDS = 16
};

static bonnet_status get(regdev_runner *r, uint32_t offset, uint32_t *value) { return regdev_get(r->dev, offset, value, r->err); }

bonnet_status regdev_start(regdev_runner *r, uint32_t walks)
{
    const bonnet_job *job = r->j->job;
    const uint32_t frames = job->batch * job->geometry.arrays;
    const uint64_t desc = r->j->desc.addr, rows = r->j->rows.addr, input = r->j->input.addr, output = r->j->output.addr, scratch = r->j->scratch.addr;
    const struct {
        uint32_t offset, value;
    } words[JOB_WORDS] = {
        {BONNET_REG_JOB_LO, (uint32_t)desc},
        {BONNET_REG_JOB_HI, (uint32_t)(desc >> 32)},
        {BONNET_REG_MODEL_LO, (uint32_t)rows},
        {BONNET_REG_MODEL_HI, (uint32_t)(rows >> 32)},
        {BONNET_REG_INPUT_LO, (uint32_t)input},
        {BONNET_REG_INPUT_HI, (uint32_t)(input >> 32)},
        {BONNET_REG_OUTPUT_LO, (uint32_t)output},
        {BONNET_REG_OUTPUT_HI, (uint32_t)(output >> 32)},
        {BONNET_REG_SCRATCH_LO, (uint32_t)scratch},
        {BONNET_REG_SCRATCH_HI, (uint32_t)(scratch >> 32)},
        {BONNET_REG_FRAMES, walks},
        {BONNET_REG_INPUT_STRIDE, frames * job->input_stride},
        {BONNET_REG_OUTPUT_STRIDE, frames * job->output_stride},
        {BONNET_REG_WATCHDOG, job->watchdog_cycles},
        {BONNET_REG_IER, 1},
        {BONNET_REG_GIE, 1},
    };
    bonnet_status st = regdev_settle(r->dev, r->err);
    uint32_t wrong = 1, offset = 0, value = 0, wanted = 0;
    for (int tries = 0; st == BONNET_OK && wrong && tries <= WRITE_TRIES; tries++) { /* read, write what differs, read again */
        wrong = 0;
        for (int i = 0; i < JOB_WORDS && st == BONNET_OK; i++) {
            st = get(r, words[i].offset, &value);
            if (st != BONNET_OK || value == words[i].value) continue;
            wrong = value ^ words[i].value;
            offset = words[i].offset;
            wanted = words[i].value;
            st = tries < WRITE_TRIES ? regdev_put(r->dev, offset, wanted, r->err) : BONNET_OK;
        }
    }
    if (st == BONNET_OK && wrong)
        return bonnet_fail(r->err, BONNET_EIO, "%s: register 0x%03x does not keep 0x%08x: bits 0x%08x are wrong; look at bus and bitstream",
                           r->dev->mmio->scheme, offset, wanted, wrong);
    return st == BONNET_OK ? regdev_put(r->dev, BONNET_REG_CTRL, 1, r->err) : st;
}

/* The chip is idle and was never done. What is known of why. */
static bonnet_status lost(regdev_runner *r)
{
    uint32_t cause, job;
    bonnet_status st = get(r, BONNET_REG_CAUSE, &cause);
    if (st == BONNET_OK) st = get(r, BONNET_REG_JOB_LO, &job);
    if (st != BONNET_OK) return st;
    const char *why = job != (uint32_t)r->j->desc.addr                                    ? "it was reset, or runs somebody else's jobs"
                      : bonnet_reg_get(cause, BONNET_RF_CAUSE_CODE) == BONNET_CAUSE_RESET ? "somebody wrote RESET"
                                                                                          : "it did not start, or somebody else read DONE";
    return bonnet_fail(r->err, BONNET_EIO, "%s: the job is lost, the chip is idle and never said done: %s; see that nobody else uses it, run again",
                       r->dev->mmio->scheme, why);
}

typedef enum verdict { RUNS, ENDED, LOST } verdict;

static bonnet_status look(regdev_runner *r, verdict *v)
{
    uint32_t ctrl, cause = 0;
    *v = RUNS;
    for (int i = 0; i < 2; i++) { /* twice before it is lost: START may still be on its way */
        bonnet_status st = get(r, BONNET_REG_CTRL, &ctrl);
        if (st != BONNET_OK) return st;
        const uint32_t done = bonnet_reg_get(ctrl, BONNET_RF_CTRL_DONE), idle = bonnet_reg_get(ctrl, BONNET_RF_CTRL_IDLE);
        if (done && !idle) st = get(r, BONNET_REG_CAUSE, &cause); /* a job that failed is drained yet; else DONE is an earlier job's */
        *v = done && (idle || cause) ? ENDED : idle ? LOST : RUNS;
        if (st != BONNET_OK || *v != LOST) return st;
    }
    return BONNET_OK;
}

/* Until CTRL says done. */
static bonnet_status wait_done(regdev_runner *r, uint32_t first, uint32_t frames)
{
    const uint32_t longest = r->run->progress ? WATCH_SLICE_MS : WAIT_SLICE_MS;
    const bonnet_mmio *io = r->dev->mmio;
    for (uint32_t next = FIRST_SLICE_MS;; next = next < longest / 2 ? 2 * next : longest) {
        int64_t left_ms = (r->deadline.end_us - bonnet_now_us()) / 1000;
        uint32_t slice = left_ms <= 0 ? 0 : left_ms < next ? (uint32_t)left_ms : next;
        bonnet_status st = regdev_judge(r->dev, io->wait(r->dev->self, slice, r->run->cancel, r->err), r->err);
        if (st != BONNET_OK && st != BONNET_ETIMEOUT && st != BONNET_EINTR) return st;
        const int cancelled = st == BONNET_EINTR;
        verdict v;
        st = st == BONNET_ETIMEOUT ? regdev_there(r->dev, r->err) : BONNET_OK;
        if (st == BONNET_OK) st = look(r, &v);
        if (st != BONNET_OK) return st;
        if (v == ENDED) return regdev_acknowledge(r->dev, r->err);
        if (v == LOST) return lost(r);
        if (cancelled) return bonnet_fail(r->err, BONNET_EINTR, "%s: cancelled, the job was stopped", io->scheme);
        if (left_ms <= 0)
            return bonnet_fail(r->err, BONNET_ETIMEOUT,
                               "%s: the job did not finish in time and was stopped; raise the timeout or run fewer "
                               "images at once",
                               io->scheme);
        st = regdev_acknowledge(r->dev, r->err);
        if (st != BONNET_OK) return st;
        if (next == longest) regdev_progress(r->dev, r->slot, r->j->job, r->run, first, frames);
    }
}

/* A job that ended well has done all of its walks, and is ours. */
static bonnet_status complete(regdev_runner *r, uint32_t walks)
{
    uint32_t frame, job;
    bonnet_status st = get(r, BONNET_REG_FRAME, &frame);
    if (st == BONNET_OK) st = get(r, BONNET_REG_JOB_LO, &job);
    if (st != BONNET_OK) return st;
    if (job != (uint32_t)r->j->desc.addr) return lost(r);
    if (frame != walks)
        return bonnet_fail(r->err, BONNET_EIO, "%s: the chip says done after %u of %u walks; see that nobody else uses it, run again",
                           r->dev->mmio->scheme, frame, walks);
    return BONNET_OK;
}

static bonnet_status explain(regdev_runner *r, uint32_t walks)
{
    static const char *const units[] = {"sequencer", "load unit", "conv unit", "stem unit", "store unit"};
    const bonnet_job *job = r->j->job;
    uint32_t cause;
    bonnet_status st = get(r, BONNET_REG_CAUSE, &cause);
    if (st != BONNET_OK) return st;
    if (cause == 0) return complete(r, walks);
    uint32_t unit = bonnet_reg_get(cause, BONNET_RF_CAUSE_UNIT), index = bonnet_reg_get(cause, BONNET_RF_CAUSE_INDEX), layer = 0;
    if (index < job->n_desc) layer = bonnet_desc_get(job->desc[index], BONNET_F_JOB_LAYER);
    const char *scheme = r->dev->mmio->scheme, *name = index ? r->slot->net->layers[layer].name : "header";
    const char *who = unit < sizeof units / sizeof units[0] ? units[unit] : "unknown unit";
    switch (bonnet_reg_get(cause, BONNET_RF_CAUSE_CODE)) {
    case BONNET_CAUSE_DESCRIPTOR:
        return bonnet_fail(r->err, BONNET_EABI,
                           "%s: the %s refused descriptor %u (%s); chip and library do not match, or it read other bytes than were sent", scheme, who,
                           index, name);
    case BONNET_CAUSE_BUS:
        return bonnet_fail(r->err, BONNET_EBUS, "%s: bus error in the %s at descriptor %u (%s); the job was stopped", scheme, who, index, name);
    case BONNET_CAUSE_WATCHDOG:
        return bonnet_fail(r->err, BONNET_ETIMEOUT, "%s: no progress for %u cycles in the %s at descriptor %u (%s); the job was stopped", scheme,
                           job->watchdog_cycles, who, index, name);
    default: return bonnet_fail(r->err, BONNET_EIO, "%s: the job ended with CAUSE 0x%08x", scheme, cause);
    }
}

bonnet_status regdev_finish(regdev_runner *r, uint32_t walks, uint32_t first, uint32_t frames)
{
    bonnet_status st = wait_done(r, first, frames);
    return st == BONNET_OK ? explain(r, walks) : st;
}
