/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_side.c - the sign of a sum to which a binary map was added, f(S + m * x): two thresholds of S, one for each value of x, and x chooses. f rises or falls
 * in x, so one of the two has all ones of the other, and the choice is few | (x' & many), with x' = x turned where x = -1 gives the many.
 */
#include "any.h"

/* v with x set: `add` in place of the step that adds it. */
static bonnet_status with(any_import *im, const any_value *v, long double add, any_value *to)
{
    const uint32_t depth = v->chain->depth;
    bonnet_affine *steps = bonnet_arena_calloc(im->g->arena, depth, sizeof *steps);
    long double *x = bonnet_arena_calloc(im->g->arena, 1, sizeof *x);
    if (!steps || !x) return bonnet_graph_no_memory(im->g);
    const bonnet_affine *from = v->chain, *pooled = v->pooled_at;
    *to = *v;
    *x = add;
    for (uint32_t i = depth; i-- > 0; from = from->prev) {
        steps[i] = *from;
        steps[i].prev = i ? &steps[i - 1] : NULL;
        if (from == v->side_at) steps[i].n = 1, steps[i].add = x;
        if (from == pooled) to->pooled_at = &steps[i];
    }
    to->chain = &steps[depth - 1];
    to->side = NULL, to->side_at = NULL;
    return BONNET_OK;
}

/* 1: what stands behind the Add turns a channel round. */
static int falls(const any_value *v, uint32_t channel)
{
    int sign = 1;
    for (const bonnet_affine *s = v->chain; s != v->side_at; s = s->prev) {
        const long double m = s->mul ? s->mul[s->n == 1 ? 0 : channel] : 1;
        sign = m < 0 ? -sign : sign;
    }
    return (sign < 0) != (v->side->mul < 0);
}

bonnet_status any_side(any_import *im, const bonnet_node *n, const any_value *v, long double mul, long double add, any_one_sum *of, any_value *to)
{
    const any_value *x = v->side;
    any_value sums[2], bits[2], few, many, chosen = *x;
    int32_t *t = bonnet_arena_calloc(im->g->arena, v->ch, sizeof *t), *same = bonnet_arena_calloc(im->g->arena, v->ch, sizeof *same);
    uint8_t *turn = bonnet_arena_calloc(im->g->arena, v->ch, 1);
    if (!t || !same || !turn) return bonnet_graph_no_memory(im->g);
    for (int i = 0; i < 2; i++) {
        bonnet_status status = with(im, v, x->add + (i ? x->mul : -x->mul), &sums[i]);
        if (status == BONNET_OK) status = of(im, n, &sums[i], mul, add, &bits[i]);
        if (status != BONNET_OK) return status;
    }
    for (uint32_t c = 0; c < v->ch; c++) {
        turn[c] = (uint8_t)falls(v, c);
        same[c] = (int32_t)c;
        t[c] = (int32_t)(turn[c] ? v->ch + c : c);
    }
    *to = few = many = bits[0];
    bonnet_status status = any_pick(im, n, &bits[0], &bits[1], v->ch, t, NULL, &few.layer);
    if (status == BONNET_OK) status = any_pick(im, n, &bits[1], &bits[0], v->ch, t, NULL, &many.layer);
    if (status == BONNET_OK) status = any_pick(im, n, x, NULL, v->ch, same, turn, &chosen.layer);
    if (status == BONNET_OK) status = any_belt(im, n, &many, &chosen, BONNET_JOIN_AND, &many.layer);
    return status == BONNET_OK ? any_belt(im, n, &few, &many, BONNET_JOIN_OR, &to->layer) : status;
}
