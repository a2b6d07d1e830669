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

static int record_end(regdev *dev, uint32_t index, uint32_t *end)
{
    return get(dev, BONNET_REG_COUNTERS + BONNET_COUNTER_SIZE * index + BONNET_COUNTER_END, end);
}

/* The conv unit finishes its list in order, so half of it is asked about at a time. Index of the first unfinished descriptor, 0 if unknown. */
static uint32_t current(regdev *dev, const bonnet_job *job, uint32_t now, uint32_t walks)
{
    uint32_t low = 1 + bonnet_desc_get(job->desc[0], BONNET_F_HDR_LOADS), count = bonnet_desc_get(job->desc[0], BONNET_F_HDR_CONVS);
    uint32_t high = low + count - 1, began = 0, end;
    if (!count || (walks && !record_end(dev, high, &began))) return 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (!record_end(dev, middle, &end)) return 0;
        if (end > began && end <= now) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Cycles of a frame on one array if every unit were at its peak all the time: what a first walk is measured by. */
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
    uint32_t walk_frames = job->batch * job->geometry.arrays, ended = walks * walk_frames < frames ? walks * walk_frames : frames;
    double walk = walks ? (double)cycles / walks : 1.05 * job->batch * ideal_cycles(dev, slot->net), done = walk > 0 ? (double)cycles / walk : 0;
    if (done > walks + 0.99) done = walks + 0.99;
    done *= walk_frames;
    if (done > frames) done = frames;
    bonnet_progress news = {
        .frames = run->frames,
        .frames_done = before + ended,
        .cycles = run->cycles + cycles,
        .share = (before + done) / run->frames,
        .layer = layer < slot->net->n_layers ? slot->net->layers[layer].name : "",
    };
    run->progress(run->progress_user, &news);
}
