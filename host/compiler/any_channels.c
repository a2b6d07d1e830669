/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_channels.c - channels of sums that are chosen, repeated or put behind one another before a sign is taken: filters and steps follow them.
 *
 * A Concat of sums is a value of parts: each keeps what was done to it, and what is done to all of them is a chain behind that. When a sign is taken
 * the parts become layers one by one.
 */
#include <string.h>
#include "any.h"

static const long double *chosen(any_import *im, const long double *from, uint32_t n, uint32_t count, const uint32_t *index)
{
    if (!from || n == 1) return from;
    long double *x = bonnet_arena_calloc(im->g->arena, count, sizeof *x);
    for (uint32_t i = 0; x && i < count; i++) x[i] = from[index[i]];
    return x;
}

bonnet_status any_steps(any_import *im, const bonnet_node *n, const any_value *from, const bonnet_affine *prev, uint32_t count, const uint32_t *index,
                        any_value *v)
{
    const bonnet_affine *step = from->chain;
    const uint32_t before = prev ? prev->depth : 0, depth = step ? step->depth : 0;
    v->chain = prev;
    if (from->pool && !from->pooled_at) v->pooled_at = prev;
    if (!depth) return BONNET_OK;
    if (before + depth >= BONNET_CHAIN_MAX)
        return ANY_REFUSE(im, n, "more than %d operators between a convolution and its sign; fold some before exporting", BONNET_CHAIN_MAX - 1);
    bonnet_affine *steps = bonnet_arena_calloc(im->g->arena, depth, sizeof *steps);
    if (!steps) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = depth; i-- > 0; step = step->prev) {
        bonnet_affine *s = &steps[i];
        *s = *step;
        s->prev = i ? &steps[i - 1] : prev;
        s->depth = before + i + 1;
        s->n = step->n == 1 ? 1 : count;
        s->sub = chosen(im, step->sub, step->n, count, index), s->mul = chosen(im, step->mul, step->n, count, index);
        s->add = chosen(im, step->add, step->n, count, index), s->below = chosen(im, step->below, step->n, count, index);
        if ((step->sub && !s->sub) || (step->mul && !s->mul) || (step->add && !s->add) || (step->below && !s->below))
            return bonnet_graph_no_memory(im->g);
        if (step->strict && step->n > 1) {
            uint8_t *strict = bonnet_arena_calloc(im->g->arena, count, 1);
            if (!strict) return bonnet_graph_no_memory(im->g);
            for (uint32_t c = 0; c < count; c++) strict[c] = step->strict[index[c]];
            s->strict = strict;
        }
        if (from->pool && step == from->pooled_at) v->pooled_at = s;
        if (from->side && step == from->side_at) v->side_at = s;
    }
    v->chain = &steps[depth - 1];
    return BONNET_OK;
}

/* Groups of a convolution of which channels are taken: runs of equal length that read the same group are the new ones, and their inputs are picked. */
static bonnet_status regroup(any_import *im, const bonnet_node *n, bonnet_layer *l, uint32_t was, uint32_t count, const uint32_t *index)
{
    const uint32_t channels = l->in_c / l->win.groups;
    uint32_t run = count;
    for (; run > 1; run--) {
        uint32_t i = 0;
        while (count % run == 0 && i < count && index[i] / was == index[i - i % run] / was) i++;
        if (i == count) break;
    }
    const uint32_t groups = count / run;
    if (l->kind != BONNET_LAYER_BCONV || (uint64_t)groups * channels > BONNET_MAX_WIDE_CHANNELS)
        return ANY_REFUSE(im, n, "takes channels of a Conv in %u groups; behind its Sign, or without groups, it fits", (unsigned)l->win.groups);
    int32_t *t = bonnet_arena_calloc(im->g->arena, (size_t)groups * channels, sizeof *t);
    if (!t) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < groups * channels; i++) t[i] = (int32_t)(index[i / channels * run] / was * channels + i % channels);
    const any_value in = {.kind = ANY_BITS, .layer = l->in.map, .ch = l->in_c, .h = l->in_h, .w = l->in_w};
    bonnet_status status = any_pick(im, n, &in, NULL, groups * channels, t, NULL, &l->in.map);
    l->in_c = l->in.channels = groups * channels;
    l->win.groups = groups;
    return status;
}

/* Channels of one window sum: their filters. */
static bonnet_status filters(any_import *im, const bonnet_node *n, const any_sum *of, uint32_t count, const uint32_t *index, const any_sum **out)
{
    const uint32_t groups = of->l.win.groups, was = of->l.out_c / groups;
    const size_t filter = any_filter(&of->l);
    any_sum *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s);
    double *w = bonnet_arena_calloc(im->g->arena, (size_t)count * filter, sizeof *w);
    if (!s || !w) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < count; i++) memcpy(w + i * filter, of->w + index[i] * filter, filter * sizeof *w);
    *s = *of;
    int kept = 1; /* each group keeps its share */
    for (uint32_t i = 0; groups > 1 && i < count; i++) kept = kept && count % groups == 0 && index[i] / was == i / (count / groups);
    bonnet_status status = kept ? BONNET_OK : regroup(im, n, &s->l, was, count, index);
    s->l.out_c = count;
    s->w = w;
    *out = s;
    return status;
}

/* The part that has channel c of v, and which of its own it is. */
static uint32_t part_of(const any_value *v, uint32_t *c)
{
    uint32_t p = 0;
    while (*c >= v->parts[p].ch) *c -= v->parts[p++].ch;
    return p;
}

/* Runs of channels of one part become parts. */
static bonnet_status parts_pick(any_import *im, const bonnet_node *n, const any_value *v, uint32_t count, const uint32_t *index, any_value *to)
{
    any_value *parts = bonnet_arena_calloc(im->g->arena, count, sizeof *parts);
    uint32_t *own = bonnet_arena_calloc(im->g->arena, count, sizeof *own), at = 0, n_parts = 0;
    if (!parts || !own) return bonnet_graph_no_memory(im->g);
    while (at < count) {
        own[at] = index[at];
        const uint32_t p = part_of(v, &own[at]);
        uint32_t end = at + 1;
        for (; end < count; end++) {
            own[end] = index[end];
            if (part_of(v, &own[end]) != p) break;
        }
        bonnet_status status = any_sum_pick(im, n, &v->parts[p], end - at, own + at, &parts[n_parts++]);
        if (status != BONNET_OK) return status;
        at = end;
    }
    to->parts = parts;
    to->n_parts = n_parts;
    return BONNET_OK;
}

/* The same channels of the map that is added. */
static bonnet_status side_pick(any_import *im, const bonnet_node *n, uint32_t count, const uint32_t *index, any_value *to)
{
    any_value *side = bonnet_arena_calloc(im->g->arena, 1, sizeof *side);
    int32_t *t = bonnet_arena_calloc(im->g->arena, count, sizeof *t);
    if (!side || !t) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < count; i++) t[i] = (int32_t)index[i];
    *side = *to->side;
    bonnet_status status = any_pick(im, n, to->side, NULL, count, t, NULL, &side->layer);
    side->ch = count;
    to->side = side;
    return status;
}

bonnet_status any_sum_pick(any_import *im, const bonnet_node *n, const any_value *v, uint32_t count, const uint32_t *index, any_value *to)
{
    *to = *v;
    to->ch = count;
    bonnet_status status = v->parts ? parts_pick(im, n, v, count, index, to) : filters(im, n, v->sum, count, index, &to->sum);
    if (status == BONNET_OK && v->side) status = side_pick(im, n, count, index, to);
    return status == BONNET_OK ? any_steps(im, n, v, NULL, count, index, to) : status;
}

bonnet_status any_part(any_import *im, const bonnet_node *n, const any_value *v, uint32_t i, any_value *to)
{
    uint32_t first = 0;
    for (uint32_t p = 0; p < i; p++) first += v->parts[p].ch;
    *to = v->parts[i];
    uint32_t *index = bonnet_arena_calloc(im->g->arena, to->ch, sizeof *index);
    if (!index) return bonnet_graph_no_memory(im->g);
    for (uint32_t c = 0; c < to->ch; c++) index[c] = first + c;
    if (v->pool) to->pool = v->pool; /* any_concat() lets no part have one of its own */
    to->h = v->h, to->w = v->w, to->flat = v->flat, to->last = v->last;
    return any_steps(im, n, v, v->parts[i].chain, to->ch, index, to);
}
