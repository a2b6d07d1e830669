/* SPDX-License-Identifier: Apache-2.0 */
/* seq.c - the sequencer: lists fetched, descriptors queued, tokens, counter records. rtl/seq/bonnet_seq*.sv, bonnet_sems.sv, bonnet_unit_ctl.sv. */
#include <string.h>
#include "walk.h"

static const int unit_counts[UNITS] = {BONNET_F_HDR_LOADS, BONNET_F_HDR_CONVS, BONNET_F_HDR_STEMS, BONNET_F_HDR_STORES};

static bool skip(const walk *w, command c) { return c.walk && bonnet_desc_get(desc_of(w, c.index), BONNET_F_JOB_ONCE); }

static bool has_tokens(const walk *w, command c)
{
    for (int i = 0; i < 3; i++) {
        const uint32_t sem = bonnet_desc_wait(desc_of(w, c.index), i, c.walk);
        if (sem && !w->seq.sems[sem]) return false;
    }
    return true;
}

void bonnet_walk_seq_wires(walk *w)
{
    bool granted = false;
    for (uint32_t u = 0, recs = 0; u < UNITS; u++) {
        unit_ctl *c = &w->unit[u];
        c->pop = c->count && !c->head_q;
        c->want = c->head_q && !c->run && (!c->rec || !recs); /* one record a cycle, the lowest unit's first */
        recs |= c->rec;
        c->gnt = !granted && c->want && has_tokens(w, c->head);
        granted |= c->gnt;
    }
    w->rd.valid[0] = w->seq.req;
    w->rd.ask_addr[0] = w->seq.req_addr;
    w->rd.ask_beats[0] = w->seq.req_beats;
}

static void write_record(walk *w, const unit_ctl *c)
{
    if (w->records) w->records[c->rec_index] = c->record;
}

/* push: NULL, or what goes into the queue. */
static void step_unit(walk *w, uint32_t u, const command *push, bool rec_ready)
{
    unit_ctl *c = &w->unit[u];
    const bool skipped = c->gnt && skip(w, c->head), over = c->run && c->done;
    const bool waits = c->head_q && !c->run;
    w->moved |= c->gnt || c->pop || push || over || c->rec || c->give || c->start;
    /* tokens */
    if (c->gnt)
        for (int i = 0; i < 3; i++) {
            const uint32_t sem = bonnet_desc_wait(desc_of(w, c->head.index), i, c->head.walk);
            if (sem) w->seq.sems[sem]--;
        }
    if (c->give)
        for (int i = 0; i < 3; i++) {
            const uint32_t sem = bonnet_desc_post(desc_of(w, c->give_index), i, c->give_walk);
            if (sem) w->seq.sems[sem]++;
        }
    /* counters */
    const uint64_t first = c->oldest ? c->first : w->now;
    if (waits && !c->oldest) c->first = w->now;
    c->oldest = waits && !c->gnt;
    if (c->rec && rec_ready) {
        write_record(w, c);
        c->rec = false;
    }
    if (over) {
        c->record = (bonnet_model_record){
            c->begin, w->now, w->now - c->taken, c->in + c->stall_in, c->out + c->stall_out, (c->beats + c->beat) * (w->g->bus_bits / 8)};
        c->rec_index = c->cmd.index;
    } else if (skipped) {
        c->record = (bonnet_model_record){first, w->now, 0, w->now - first, 0, 0};
        c->rec_index = c->head.index;
    } else if (c->run) {
        c->in += c->stall_in, c->out += c->stall_out, c->beats += c->beat;
    }
    if (c->gnt) {
        c->begin = first, c->taken = w->now;
        c->in = w->now - first, c->out = c->beats = 0;
        c->give_index = c->head.index, c->give_walk = c->head.walk;
        if (!skipped) c->cmd = c->head;
    }
    c->rec |= over || skipped;
    c->give = over || skipped;
    c->run = (c->gnt && !skipped) || (c->run && !c->done);
    c->start = c->gnt && !skipped;
    /* queue */
    c->head_q = c->pop || (c->head_q && !c->gnt);
    if (c->pop) {
        c->head = c->queue[c->rptr];
        c->rptr = (c->rptr + 1) % PLACES;
        c->count--;
    }
    if (push) {
        c->queue[(c->rptr + c->count) % PLACES] = *push;
        c->count++;
    }
}

/* Requests of lists, beats to descriptors. pops: places that became free in this cycle. */
static void step_fetch(walk *w, const bool pops[UNITS], bool go)
{
    sequencer *s = &w->seq;
    const uint32_t beats = BONNET_DESC_BYTES * 8 / w->g->bus_bits;
    const bool taken = s->req && w->rd.ready[0], beat = w->rd.owner == 0;
    uint32_t pick = s->turn;
    bool able[UNITS], any = false;
    for (uint32_t u = 0; u < UNITS; u++) able[u] = s->more[u] && s->room[u], any |= able[u];
    for (uint32_t i = UNITS - 1; i >= 1; i--)
        if (able[(s->turn + i) % UNITS]) pick = (s->turn + i) % UNITS;
    const bool ask = any && (!s->req || taken) && s->n_order < PLACES, start = w->now == 0;
    for (uint32_t u = 0; u < UNITS; u++) s->room[u] += pops[u];

    s->valid = beat && s->pos == beats - 1;
    if (s->valid) {
        s->header = s->order[0].header;
        s->unit = s->order[0].unit;
        s->desc = s->header ? 0 : s->index[s->unit];
        if (!s->header) s->index[s->unit] = s->desc == s->last[s->unit] ? s->first[s->unit] : s->desc + 1;
        if (++s->got == s->order[0].many) {
            s->got = 0;
            memmove(s->order, s->order + 1, --s->n_order * sizeof s->order[0]);
        }
    }
    if (beat) s->pos = (s->pos + 1) % beats;
    s->req = start || ask || (s->req && !taken);
    if (start) {
        s->req_addr = w->config->job;
        s->req_beats = beats;
        s->order[s->n_order].unit = 0, s->order[s->n_order].many = 1, s->order[s->n_order++].header = true;
    } else if (ask) {
        const uint32_t left = s->last[pick] - s->next[pick], room = s->room[pick] - pops[pick], many = left < room ? left + 1 : room;
        s->req_addr = w->config->job + (uint64_t)s->next[pick] * BONNET_DESC_BYTES;
        s->req_beats = many * beats;
        s->order[s->n_order].unit = pick, s->order[s->n_order].many = many, s->order[s->n_order++].header = false;
        s->room[pick] -= many;
        s->turn = pick;
        if (left < room) {
            s->next[pick] = s->first[pick];
            if (--s->walks[pick] == 0) s->more[pick] = false;
        } else {
            s->next[pick] += many;
        }
    }
    if (go)
        for (uint32_t u = 0; u < UNITS; u++) {
            s->more[u] = s->some[u];
            s->next[u] = s->index[u] = s->first[u];
            s->walks[u] = w->config->walks;
        }
    w->moved |= start || ask || beat || taken || go || s->valid;
}

static void take_header(walk *w)
{
    sequencer *s = &w->seq;
    uint32_t next = 1;
    for (uint32_t u = 0; u < UNITS; u++) {
        const uint32_t n = bonnet_desc_get(desc_of(w, 0), unit_counts[u]);
        s->some[u] = n != 0;
        s->first[u] = next;
        next += n;
        s->last[u] = next - 1;
    }
    for (uint32_t sem = 1; sem < BONNET_SEMS; sem++)
        s->sems[sem] = bonnet_desc_get(desc_of(w, 0), sem < 8 ? BONNET_F_HDR_SEMS_LO : BONNET_F_HDR_SEMS_HI) >> 4 * (sem % 8) & 15;
}

void bonnet_walk_seq_step(walk *w)
{
    sequencer *s = &w->seq;
    const bool valid = s->valid, header = s->header, push = s->check, go = s->state == S_GO;
    const command pushed = s->cmd;
    const uint32_t pushed_unit = s->cmd_unit, unit = s->unit, desc = s->desc;
    bool pops[UNITS], idle = true, recs = false;
    for (uint32_t u = 0; u < UNITS; u++) {
        const unit_ctl *c = &w->unit[u];
        pops[u] = c->pop;
        idle &= !c->count && !c->head_q && !c->run && !c->rec;
    }
    for (uint32_t u = 0; u < UNITS; u++) {
        const bool rec = w->unit[u].rec;
        step_unit(w, u, push && pushed_unit == u ? &pushed : NULL, !recs);
        recs |= rec;
    }
    step_fetch(w, pops, go);

    s->check = s->state == S_WALK && valid;
    switch (s->state) {
    case S_IDLE:
        if (w->now == 0) s->state = S_HEAD;
        break;
    case S_HEAD:
        if (valid && header) {
            take_header(w);
            s->state = S_GO;
        }
        break;
    case S_GO:
        for (uint32_t u = 0; u < UNITS; u++) s->fin[u] = !s->some[u], s->walk[u] = 0;
        s->state = S_WALK;
        break;
    case S_WALK:
        if (valid) {
            s->cmd = (command){desc, s->walk[unit]};
            s->cmd_unit = unit;
            if (desc == s->last[unit]) s->fin[unit] = ++s->walk[unit] == w->config->walks;
        } else if (s->fin[0] && s->fin[1] && s->fin[2] && s->fin[3] && !push && idle) {
            s->state = S_END;
        }
        break;
    case S_END: break;
    }
    w->moved |= s->check || push || s->state == S_GO || s->state == S_END || (s->state == S_WALK && go);
}
