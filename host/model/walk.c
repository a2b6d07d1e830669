/* SPDX-License-Identifier: Apache-2.0 */
/* walk.c - a job in time: cycle after cycle where something moves, from event to event where nothing does. */
#include <stdlib.h>
#include <string.h>
#include "walk.h"

enum { CONV_UNIT = 1, PAGE = 4096 };

uint64_t bonnet_walk_address(const walk *w, command c, uint64_t *step)
{
    const uint32_t *d = desc_of(w, c.index), *h = desc_of(w, 0); /* OFFSET and BASE lie at the same place in LOAD, STEM and STORE */
    const uint64_t offset = bonnet_desc_get(d, BONNET_F_LOAD_OFFSET);
    switch (bonnet_desc_get(d, BONNET_F_LOAD_BASE)) {
    case 0: *step = 0; return w->config->model + offset;
    case 1: *step = bonnet_desc_get(h, BONNET_F_HDR_IN_STEP); return w->config->input + (uint64_t)c.walk * w->config->input_stride + offset;
    case 2: *step = bonnet_desc_get(h, BONNET_F_HDR_OUT_STEP); return w->config->output + (uint64_t)c.walk * w->config->output_stride + offset;
    default: *step = bonnet_desc_get(h, BONNET_F_HDR_SCRATCH_STEP); return w->config->scratch + offset;
    }
}

static uint64_t earlier(uint64_t a, uint64_t b) { return a < b ? a : b; }

uint64_t bonnet_walk_next(const walk *w)
{
    uint64_t next = w->conv_done;
    if (w->post_busy) next = earlier(next, w->conv_begin + w->port.to);
    if (w->rd.n_flight) next = earlier(next, w->rd.flight[0].ready - 1);
    if (w->wr.n_answer) next = earlier(next, w->wr.answer[0] - 1);
    for (uint32_t a = 0; a < w->g->arrays; a++)
        if (w->stems[a].params > w->now) next = earlier(next, w->stems[a].params);
    return next > w->now ? next : w->now + 1;
}

static void conv_wires(walk *w)
{
    unit_ctl *u = &w->unit[CONV_UNIT];
    u->done = w->now == w->conv_done;
    u->stall_in = u->stall_out = u->beat = false;
    w->post_busy = false;
    if (w->conv_done == NEVER || !w->port.desc) return;
    while (w->port.desc && w->conv_begin + w->port.to <= w->now)
        if (!bonnet_model_port_next(&w->port)) w->port.desc = NULL;
    w->post_busy = w->port.desc && w->conv_begin + w->port.from <= w->now;
}

static void conv_step(walk *w)
{
    const unit_ctl *u = &w->unit[CONV_UNIT];
    if (u->done) w->conv_done = NEVER;
    if (!u->start) return;
    uint64_t *cost = &w->conv_cost[u->cmd.index];
    if (!*cost) *cost = bonnet_model_desc(desc_of(w, u->cmd.index), w->g).done;
    w->conv_done = w->now + *cost;
    w->conv_begin = w->now;
    bonnet_model_port_start(&w->port, desc_of(w, u->cmd.index), w->g);
}

static void cycle(walk *w)
{
    w->moved = false;
    bonnet_walk_bus_wires(w);
    conv_wires(w);
    bonnet_walk_stem_wires(w);
    bonnet_walk_store_wires(w);
    bonnet_walk_load_wires(w);
    bonnet_walk_seq_wires(w);
    bonnet_walk_bus_step(w);
    bonnet_walk_load_step(w);
    conv_step(w);
    bonnet_walk_stem_step(w);
    bonnet_walk_store_step(w);
    bonnet_walk_seq_step(w);
    const uint64_t next = w->moved ? w->now + 1 : bonnet_walk_next(w);
    if (next == NEVER) return;                                   /* nothing will ever move */
    for (uint32_t u = 0; u < UNITS && next != w->now + 1; u++) { /* stalls of the cycles left out */
        unit_ctl *c = &w->unit[u];
        if (!c->run) continue;
        c->in += c->stall_in * (next - w->now - 1);
        c->out += c->stall_out * (next - w->now - 1);
    }
    w->now = next;
}

bonnet_model_config bonnet_model_place(const bonnet_job *job, uint32_t walks, uint32_t room_walks, uint32_t latency)
{
    const uint64_t frames = (uint64_t)room_walks * job->batch * job->geometry.arrays;
    const uint64_t sizes[] = {(uint64_t)job->n_desc * BONNET_DESC_BYTES, job->rows_bytes, frames * job->input_stride, frames * job->output_stride,
                              (uint64_t)job->scratch_bytes * job->geometry.arrays};
    uint64_t at[5], next = (uint64_t)1 << 32;
    for (int i = 0; i < 5; i++) {
        at[i] = next;
        next += (sizes[i] + 63) / 64 * 64 + PAGE;
    }
    return (bonnet_model_config){.walks = walks,
                                 .latency = latency,
                                 .input_stride = job->batch * job->geometry.arrays * job->input_stride,
                                 .output_stride = job->batch * job->geometry.arrays * job->output_stride,
                                 .job = at[0],
                                 .model = at[1],
                                 .input = at[2],
                                 .output = at[3],
                                 .scratch = at[4]};
}

bonnet_status bonnet_model_run(bonnet_model_totals *out, bonnet_model_record *records, const bonnet_job *job, const bonnet_model_config *config,
                               bonnet_error *err)
{
    if (!config->walks || config->walks > 65535 || job->geometry.arrays > MAX_ARRAYS) return bonnet_fail(err, BONNET_EINVAL, "1 to 65535 walks");
    walk *w = calloc(1, sizeof *w);
    uint64_t *cost = calloc(job->n_desc, sizeof *cost);
    bonnet_status st = w && cost ? BONNET_OK : bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    if (st == BONNET_OK) {
        w->job = job, w->g = &job->geometry, w->config = config, w->records = records, w->conv_cost = cost;
        w->conv_done = NEVER;
        w->rd.arready = w->wr.awready = true;
        if (records) memset(records, 0, job->n_desc * sizeof *records);
        for (uint32_t u = 0; u < UNITS; u++) w->seq.room[u] = PLACES;
        for (uint32_t a = 0; a < job->geometry.arrays; a++) w->stems[a].space = 32;
        uint64_t before = NEVER;
        while (w->seq.state != S_END && w->now != before) {
            before = w->now;
            cycle(w);
        }
        if (w->seq.state != S_END) st = bonnet_fail(err, BONNET_EFORMAT, "the job stands still at cycle %llu", (unsigned long long)w->now);
        /* `now` is the cycle in which the sequencer says done; CYCLES counts it. */
        else *out = (bonnet_model_totals){w->now + 1, w->beats_in * (job->geometry.bus_bits / 8), w->beats_out * (job->geometry.bus_bits / 8)};
    }
    free(cost);
    free(w);
    return st;
}
