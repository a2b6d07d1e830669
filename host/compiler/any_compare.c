/* SPDX-License-Identifier: Apache-2.0 */
/* any_compare.c - signs by other names: x >= c, x > c and the like are bits of 0 and 1, and Where gives the two other numbers. */
#include <math.h>
#include "any.h"

/* x >= c, or with `strict` x > c, where it holds 1, else 0; with `turned` the other way round. */
static bonnet_status compared(any_import *im, const bonnet_node *n, int strict, int turned)
{
    const any_value *x = any_in(im, n, 0), *c = any_in(im, n, 1);
    any_value v, to;
    long double *at;
    uint32_t entries;
    if (n->n_in != 2) return ANY_REFUSE(im, n, "has %u inputs, needs 2", (unsigned)n->n_in);
    if (x->kind == ANY_CONST) { /* c > x is not (x >= c) */
        const any_value *swap = x;
        x = c, c = swap;
        strict = !strict, turned = !turned;
    }
    if (c->kind != ANY_CONST) return ANY_REFUSE(im, n, "compares two values; one with a constant fits");
    if (x->ended || any_padded(x)) return ANY_REFUSE(im, n, "follows a Pad or the end of the network");
    bonnet_status status = any_as_sum(im, n, x, &v);
    if (status == BONNET_OK) status = any_numbers(im, n, c->c, &v, &at, &entries);
    if (status == BONNET_OK) status = any_push(im, n, &v, entries, at, NULL, NULL);
    if (status != BONNET_OK) return status;
    bonnet_affine *last = bonnet_arena_calloc(im->g->arena, 1, sizeof *last);
    uint8_t *beyond = bonnet_arena_calloc(im->g->arena, v.ch, 1);
    if (!last || !beyond) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < v.ch; i++) beyond[i] = (uint8_t)strict;
    *last = *v.chain;
    last->strict = beyond;
    v.chain = last;
    status = any_threshold(im, n, &v, 0.5L, 0.5L, &to);
    if (status == BONNET_OK && turned) to.mul = -to.mul;
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

bonnet_status any_greater(any_import *im, const bonnet_node *n) { return compared(im, n, 1, 0); }
bonnet_status any_greater_equal(any_import *im, const bonnet_node *n) { return compared(im, n, 0, 0); }
bonnet_status any_less(any_import *im, const bonnet_node *n) { return compared(im, n, 0, 1); }
bonnet_status any_less_equal(any_import *im, const bonnet_node *n) { return compared(im, n, 1, 1); }

/* Bits of 0 and 1, as a comparison leaves them. */
static int truths(const any_value *v)
{
    return v->kind == ANY_BITS && any_planes(v) == 1 && fabsl(v->mul) == 0.5L && v->add == 0.5L && !v->mean && !any_padded(v);
}

bonnet_status any_not(any_import *im, const bonnet_node *n)
{
    any_value to = *any_in(im, n, 0);
    if (!truths(&to)) return any_unfit(im, n, &to, "Not reads what a comparison gives");
    to.mul = -to.mul;
    return any_set(im, n, to);
}

bonnet_status any_where(any_import *im, const bonnet_node *n)
{
    any_value to = *any_in(im, n, 0);
    long double x[2];
    if (n->n_in != 3 || !truths(&to)) return any_unfit(im, n, &to, "Where reads what a comparison gives, and two constants");
    for (uint32_t i = 0; i < 2; i++) {
        const any_const *c = any_in(im, n, i + 1)->c;
        if (!c || !c->count) return ANY_REFUSE(im, n, "chooses between values; between two numbers, as 1 and -1, it fits");
        for (size_t k = 0; k < c->count; k++)
            if (c->v[k] != c->v[0]) return ANY_REFUSE(im, n, "chooses between many numbers; between two, as 1 and -1, it fits");
        x[i] = c->v[0];
    }
    to.mul *= x[0] - x[1], to.add = x[1] + (x[0] - x[1]) * to.add;
    return any_set(im, n, to);
}
