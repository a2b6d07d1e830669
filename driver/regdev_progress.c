/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev_progress.c - how far a running job is, for somebody who watches: from registers that may be read while it runs.
 *
 * The layer is that of the first conv descriptor which the conv unit has not finished in this walk of the job: its record is of an earlier walk, or of an
 * earlier job (then its END is later than now, or the registers say that no walk has ended yet). The share is guessed: of the walks that
 * ended where there are some, else of the cycles that the network would take at its units' peaks. A read that fails is no news, not an error.
 */
#include "regdev_parts.h"

static int get(regdev *dev, uint32_t offset, uint32_t *value)
{
    bonnet_error ignored;
    return dev->mmio->read(dev->self, offset, value, &ignored) == BONNET_OK;
}

static int is_compute(const bonnet_job *job, uint32_t index)
{
    uint32_t op = bonnet_desc_get(job->desc[index], BONNET_F_JOB_OP);
    return op == BONNET_OP_CONV || op == BONNET_OP_FC;
}

static int record_end(regdev *dev, uint32_t index, uint32_t *end)
{
    return get(dev, BONNET_REG_COUNTERS + BONNET_COUNTER_SIZE * index + BONNET_COUNTER_END, end);
}

/* The compute descriptors are finished in order, so half of them are asked about at a time. Index of the first unfinished one, 0 if unknown. */
static uint32_t current(regdev *dev, const bonnet_job *job, uint32_t now, uint32_t walks)
{
    uint32_t low = 1, high = job->n_desc - 1, began = 0, end;
    while (high > 1 && !is_compute(job, high)) high--;
    if (walks && !record_end(dev, high, &began)) return 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2, ask = middle;
        while (ask < high && !is_compute(job, ask)) ask++;
        if (!record_end(dev, ask, &end)) return 0;
        int done = end > began && end <= now && ask != high;
        if (done) low = ask + 1;
        else high = middle;
    }
    while (low + 1 < job->n_desc && !is_compute(job, low)) low++;
    return low;
}

/* Cycles of a frame if every unit were at its peak all the time: what a first frame is measured by. */
static double ideal_cycles(const regdev *dev, const bonnet_net *net)
{
    double cycles = 0, lanes = (double)dev->geometry.lanes;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        bonnet_layer_kind kind = net->layers[i].kind;
        double peak = kind == BONNET_LAYER_STEM ? lanes * dev->geometry.stem_taps : kind == BONNET_LAYER_FC ? lanes : lanes * 64;
        cycles += (double)bonnet_net_macs(net, i) / peak;
    }
    return cycles;
}

void regdev_progress(regdev *dev, const regdev_slot *slot, const bonnet_job *job, bonnet_run *run, uint32_t before, uint32_t frames)
{
    uint32_t lo, hi, walks;
    if (!run->progress || !get(dev, BONNET_REG_CYCLES_LO, &lo) || !get(dev, BONNET_REG_CYCLES_HI, &hi) || !get(dev, BONNET_REG_FRAME, &walks)) return;
    uint64_t cycles = (uint64_t)hi << 32 | lo;
    uint32_t at = current(dev, job, lo, walks), layer = at ? bonnet_desc_get(job->desc[at], BONNET_F_JOB_LAYER) : 0;
    double frame = walks ? (double)cycles / walks : 1.05 * ideal_cycles(dev, slot->net), done = frame > 0 ? (double)cycles / frame : 0;
    if (done > walks + 0.99) done = walks + 0.99;
    if (done > frames) done = frames;
    bonnet_progress news = {
        .frames = run->frames,
        .frames_done = before + (walks < frames ? walks : frames),
        .cycles = run->cycles + cycles,
        .share = (before + done) / run->frames,
        .layer = layer < slot->net->n_layers ? slot->net->layers[layer].name : "",
    };
    run->progress(run->progress_user, &news);
}
