/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regdev_records.c - the counter records of a job that ended: by layer, and one by one for those who want a trace.
 *
 * A layer's time is that of the descriptors that compute it, from the first's start to the last's end; its bytes are those of its loads and
 * stores as well. Counters are 32-bit, differences survive their overflow.
 */
#include <string.h>
#include "model.h"
#include "regdev_parts.h"

static bonnet_status read_record(regdev *dev, uint32_t index, uint32_t c[BONNET_RECORD_WORDS], bonnet_error *err)
{
    bonnet_status st = BONNET_OK;
    for (uint32_t w = 0; w < BONNET_RECORD_WORDS && st == BONNET_OK; w++)
        st = regdev_get(dev, BONNET_REG_COUNTERS + BONNET_COUNTER_SIZE * index + 4 * w, &c[w], err);
    return st;
}

void bonnet_regdev_event(bonnet_event *e, const uint32_t *desc, const uint32_t c[BONNET_RECORD_WORDS], uint64_t dram_bytes,
                         const bonnet_geometry *geometry)
{
    static const char *const operations[] = {"", "load", "conv", "fc", "stem", "store"};
    static const char *const units[] = {"", "load", "conv", "conv", "stem", "store"};
    uint32_t op = bonnet_desc_get(desc, BONNET_F_JOB_OP);
    memset(e, 0, sizeof *e);
    e->layer = bonnet_desc_get(desc, BONNET_F_JOB_LAYER);
    e->operation = op < sizeof operations / sizeof operations[0] ? operations[op] : "";
    e->unit = op < sizeof units / sizeof units[0] ? units[op] : "";
    e->start = c[BONNET_COUNTER_START / 4];
    e->end = e->start + (uint32_t)(c[BONNET_COUNTER_END / 4] - c[BONNET_COUNTER_START / 4]);
    e->busy = c[BONNET_COUNTER_BUSY / 4];
    e->stall_in = c[BONNET_COUNTER_STALL_IN / 4];
    e->stall_out = c[BONNET_COUNTER_STALL_OUT / 4];
    e->dram_bytes = dram_bytes;
    regdev_traffic(e, desc, geometry);
}

void bonnet_regdev_account(bonnet_layer_cycles *layers, const uint32_t *desc, const uint32_t c[BONNET_RECORD_WORDS], const bonnet_geometry *geometry)
{
    const uint32_t op = bonnet_desc_get(desc, BONNET_F_JOB_OP), busy = c[BONNET_COUNTER_BUSY / 4];
    const uint32_t waited = c[BONNET_COUNTER_END / 4] - c[BONNET_COUNTER_START / 4] - busy, stall_in = c[BONNET_COUNTER_STALL_IN / 4];
    bonnet_layer_cycles *l = &layers[bonnet_desc_get(desc, BONNET_F_JOB_LAYER)];
    l->dram_bytes += c[BONNET_COUNTER_BYTES / 4];
    if (op == BONNET_OP_LOAD || op == BONNET_OP_STORE) return;
    if (!l->busy) l->start = c[BONNET_COUNTER_START / 4];
    l->end = l->start + (uint32_t)(c[BONNET_COUNTER_END / 4] - (uint32_t)l->start);
    l->busy += busy;
    l->stall_in += stall_in;
    l->stall_out += c[BONNET_COUNTER_STALL_OUT / 4];
    const bonnet_model_cost cost = bonnet_model_desc(desc, geometry);
    const uint32_t starved = stall_in - waited, fill = op == BONNET_OP_STEM && cost.fill > starved ? starved : (uint32_t)cost.fill;
    l->waited += waited;
    l->starved += op == BONNET_OP_STEM ? starved - fill : starved; /* the stem counts its fill as a wait for operands */
    l->ideal += cost.ideal;
    l->fill += fill;
}

bonnet_status regdev_read_records(regdev *dev, const bonnet_job *job, bonnet_run *run, bonnet_error *err)
{
    memset(run->layers, 0, job->n_layers * sizeof *run->layers);
    run->n_events = 0;
    for (uint32_t i = 1; i < job->n_desc; i++) {
        uint32_t c[BONNET_RECORD_WORDS];
        bonnet_status st = read_record(dev, i, c, err);
        if (st != BONNET_OK) return st;
        if (run->events && run->n_events < run->events_room)
            bonnet_regdev_event(&run->events[run->n_events++], job->desc[i], c, c[BONNET_COUNTER_BYTES / 4], &dev->geometry);
        bonnet_regdev_account(run->layers, job->desc[i], c, &dev->geometry);
    }
    return regdev_there(dev, err); /* records of zeros are nothing to be proud of */
}
