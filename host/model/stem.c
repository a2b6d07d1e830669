/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stem.c - the links of rtl/compute/bonnet_stem*.sv without pixels: who is full, who may move. A cycle looks at the links from the last to the first, for
 * each asks whether the next one takes.
 */
#include <string.h>
#include "walk.h"

enum { ASK = 16, QUEUE = 32, RING = 8, PARAM_CYCLES = 7, UNIT = 2, POOL_NONE = 0, POOL_3X3 = 2 };

static void configure(stem *s, const uint32_t *d, const bonnet_geometry *g)
{
    const uint32_t k = 3 + 2 * bonnet_desc_get(d, BONNET_F_STEM_KERNEL);
    s->planes = bonnet_desc_get(d, BONNET_F_STEM_PLANES3) ? 3 : 1;
    s->pad = (k - 1) / 2;
    s->stride = bonnet_desc_get(d, BONNET_F_STEM_STRIDE2) ? 2 : 1;
    s->taprows = (k * k * s->planes + g->stem_taps - 1) / g->stem_taps;
    s->pool = bonnet_desc_get(d, BONNET_F_STEM_POOL);
    s->dw = bonnet_desc_get(d, BONNET_F_STEM_DW) != 0;
    s->k4 = bonnet_desc_get(d, BONNET_F_STEM_K4) != 0;
    s->in_w = bonnet_desc_get(d, BONNET_F_STEM_IN_W), s->in_h = bonnet_desc_get(d, BONNET_F_STEM_IN_H);
    s->conv_w = bonnet_desc_get(d, BONNET_F_STEM_CONV_W), s->conv_h = bonnet_desc_get(d, BONNET_F_STEM_CONV_H);
    s->out_w = bonnet_desc_get(d, BONNET_F_STEM_OUT_W), s->out_h = bonnet_desc_get(d, BONNET_F_STEM_OUT_H);
}

void bonnet_walk_stem_wires(walk *w)
{
    unit_ctl *u = &w->unit[UNIT];
    bool all = true;
    u->beat = w->rd.owner >= 2;
    u->stall_in = u->stall_out = w->stem_busy = false;
    for (uint32_t a = 0; a < w->g->arrays; a++) {
        const stem *s = &w->stems[a];
        const uint32_t beats = s->left < ASK ? s->left : ASK;
        w->rd.valid[2 + a] = s->left && s->space >= beats;
        w->rd.ask_addr[2 + a] = s->addr;
        w->rd.ask_beats[2 + a] = beats;
        w->stem_busy |= s->fb;
        u->stall_out |= s->fb && w->post_busy;
        u->stall_in |= s->run && s->l_run && !s->w_busy;
        all &= s->done_q || s->got;
    }
    u->done = all;
}

/* A new pass: the links start at the top left. */
static void fresh(walk *w, stem *s)
{
    const uint32_t bus = w->g->bus_bits / 8;
    s->left = (s->planes * s->in_w * s->in_h + bus - 1) / bus;
    s->have = 0;
    s->l_run = true, s->l_valid = false;
    s->wrow = s->wcol = s->c = s->y = 0;
    s->top = -(int32_t)s->pad;
    s->p_run = true, s->b_valid = s->p_upper = false;
    s->px = s->py = 0;
    s->d_run = true, s->s1 = s->d_upper = false;
    s->dwrow = s->dwcol = s->dx = s->dy = s->tap = 0;
    s->params = w->now + PARAM_CYCLES;
}

/* The strip that was asked for a cycle ago begins. */
static void begin(walk *w, stem *s, const uint32_t *d)
{
    if (!s->held) {
        s->made = 0;
        fresh(w, s);
    }
    const uint32_t rows = bonnet_desc_get(d, BONNET_F_STEM_ROWS), left = s->out_h - s->made;
    s->strip_rows = rows ? rows : left;
    s->last = s->strip_rows >= left;
    s->made += s->strip_rows;
    s->held = !s->last;
    s->s_run = true, s->kept = s->second = s->fb = false;
    s->sx = 0;
    s->sleft = s->strip_rows;
    s->run = true;
}

/* Pixels and columns. col_ready: the window takes the column that waits. Returns true if something moved. */
static bool step_lines(walk *w, stem *s, bool asked, bool beat, bool col_ready)
{
    const uint32_t bus = w->g->bus_bits / 8;
    const bool column = s->l_valid && col_ready;
    bool pixel_ready = false, read = false;
    if (s->l_run) {
        const int32_t bottom = s->top + 2 * (int32_t)s->pad, need = bottom >= (int32_t)s->in_h ? (int32_t)s->in_h - 1 : bottom;
        const bool there = s->c >= (int32_t)s->in_w || s->wrow > need || (s->wrow == need && s->wcol > s->c);
        pixel_ready = s->wrow != (int32_t)s->in_h && s->wrow - RING < s->top;
        read = there && (!s->l_valid || column);
    }
    const bool take = s->have >= s->planes && pixel_ready;
    const uint32_t rest = take ? s->have - s->planes : s->have;
    const bool pop = s->fifo && rest < s->planes;
    s->have = rest + (pop ? bus : 0);
    s->fifo += (uint32_t)beat - (uint32_t)pop;
    s->space += pop;
    if (asked) {
        const uint32_t beats = s->left < ASK ? s->left : ASK;
        s->left -= beats;
        s->space -= beats;
        s->addr += (uint64_t)beats * bus;
    }
    if (take && ++s->wcol == (int32_t)s->in_w) s->wcol = 0, s->wrow++;
    if (read) {
        s->l_full = s->c >= (int32_t)s->pad && !(s->stride == 2 && ((s->c ^ (int32_t)s->pad) & 1));
        if (s->c == (int32_t)(s->stride * (s->conv_w - 1) + s->pad)) {
            s->c = 0;
            s->top += (int32_t)s->stride;
            if (++s->y == (int32_t)s->conv_h) s->l_run = false;
        } else {
            s->c++;
        }
    }
    s->l_valid = read || (s->l_valid && !column);
    return asked || beat || pop || take || read || column;
}

/* Window, multiplication, requantisation in two halves; the pool takes the half if a_ready. */
static bool step_taps(walk *w, stem *s, bool a_ready, bool *col_ready)
{
    const bool a_go = (s->sum || s->upper) && (!s->a || a_ready), sum_take = a_go && !s->upper;
    const bool go = s->m_valid && (!s->sum || sum_take), tap = s->w_busy && w->now >= s->params && (!s->m_valid || go);
    const bool end = tap && s->beat == s->taprows - 1, copy = s->w_full && (!s->w_busy || end);
    *col_ready = !s->w_full || copy;
    const bool shift = s->l_valid && *col_ready, full = s->l_full, before = s->a;
    s->a = a_go || (s->a && !a_ready);
    s->upper ^= a_go;
    s->sum = go ? s->m_last : s->sum && !sum_take;
    s->m_valid = tap || (s->m_valid && !go);
    if (tap) {
        s->m_last = end;
        s->beat = end ? 0 : s->beat + 1;
    }
    s->w_full = shift ? full : s->w_full && !copy;
    s->w_busy = copy || (s->w_busy && !end);
    return a_go || go || tap || copy || shift || before != s->a;
}

static bool pool_goes(const stem *s, bool p_ready) { return s->b_valid && (!s->b_emit || !s->p || p_ready); }

static bool step_pool(stem *s, bool a_take, bool p_ready)
{
    const bool go = pool_goes(s, p_ready), before = s->p;
    s->p = (go && s->b_emit) || (s->p && !p_ready);
    s->b_valid = s->b_valid && !go;
    if (a_take) {
        const bool last_x = s->px == s->conv_w - 1, last_y = s->py == s->conv_h - 1, none = s->pool == POOL_NONE, three = s->pool == POOL_3X3;
        s->b_valid = none || (s->px & 1) || (three && last_x);
        s->b_emit = none || (s->py & 1) || (three && last_y);
        if (s->p_upper) {
            s->px = last_x ? 0 : s->px + 1;
            if (last_x) s->py++;
            if (last_x && last_y) s->p_run = false;
        }
        s->p_upper = !s->p_upper;
    }
    return go || a_take || before != s->p;
}

/* dw: a ring of rows that the pool fills; nine taps a pixel, or the pixel itself. */
static bool step_depthwise(stem *s, bool p_take, bool d_ready)
{
    bool read = false;
    const bool go = s->s1 && (!s->d || d_ready), before = s->d;
    if (s->d_run) {
        const uint32_t nx = !s->dw || s->dx == s->out_w - 1 ? s->dx : s->dx + 1, ny = !s->dw || s->dy == s->out_h - 1 ? s->dy : s->dy + 1;
        read = (s->dwrow > ny || (s->dwrow == ny && s->dwcol > nx)) && (!s->s1 || go);
    }
    s->d = go ? s->s1_last : s->d && !d_ready;
    s->s1 = read || (s->s1 && !go);
    if (read) {
        s->s1_last = !s->dw || s->tap == 8;
        s->tap = s->s1_last ? 0 : s->tap + 1;
        if (s->s1_last && ++s->dx == s->out_w) {
            s->dx = 0;
            if (++s->dy == s->out_h) s->d_run = false;
        }
    }
    if (p_take && s->d_upper && ++s->dwcol == s->out_w) s->dwcol = 0, s->dwrow++;
    s->d_upper ^= p_take;
    return go || read || p_take || before != s->d;
}

static void step_one(walk *w, stem *s, const unit_ctl *u, uint32_t array)
{
    const bool asked = w->rd.valid[2 + array] && w->rd.ready[2 + array], beat = w->rd.owner == 2 + (int)array;
    /* wires, from the last link to the first */
    const bool finished = s->run && !(s->s_run || s->fb) && !(s->last && (s->l_run || s->p_run || s->b_valid));
    const bool fb_ready = !w->post_busy, compares = s->kept && (!s->fb || fb_ready), writes = compares && (s->second || !s->k4);
    const bool d_ready = s->s_run && (!s->kept || (writes && !(s->sleft == 1 && s->sx == s->out_w - 1))), d_take = s->d && d_ready;
    const bool p_ready = s->d_run && s->dwrow != s->out_h && s->dwrow < s->dy + 3;
    const bool a_ready = s->p_run && (!s->b_valid || pool_goes(s, p_ready)), a_take = s->a && a_ready;
    const bool go = s->asked;
    bool col_ready, moved = finished || u->start || go || s->done_q || (s->fb && fb_ready);

    s->fb = writes || (s->fb && !fb_ready);
    s->kept = d_take || (s->kept && !writes);
    if (compares) s->second = s->k4 && !s->second;
    if (writes && ++s->sx == s->out_w) {
        s->sx = 0;
        if (--s->sleft == 0) s->s_run = false;
    }
    moved |= d_take || compares;
    moved |= step_depthwise(s, s->p && p_ready, d_ready);
    moved |= step_pool(s, a_take, p_ready);
    moved |= step_taps(w, s, a_ready, &col_ready);
    moved |= step_lines(w, s, asked, beat, col_ready);
    s->got = u->done ? false : s->got || s->done_q;
    s->done_q = finished;
    if (finished) s->run = false;
    if (go) begin(w, s, desc_of(w, u->cmd.index));
    s->asked = u->start;
    if (u->start && !s->held) {
        uint64_t step;
        configure(s, desc_of(w, u->cmd.index), w->g);
        s->addr = bonnet_walk_address(w, u->cmd, &step) + array * step;
    }
    w->moved |= moved;
}

void bonnet_walk_stem_step(walk *w)
{
    for (uint32_t a = 0; a < w->g->arrays; a++) step_one(w, &w->stems[a], &w->unit[UNIT], a);
}
