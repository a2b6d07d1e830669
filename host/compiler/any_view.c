/* SPDX-License-Identifier: Apache-2.0 */
/* any_view.c - operators that move no number: a map flattened and back, and what is taken off the end. */
#include "any.h"

/* Dimensions [1, ch, h, w], [1, h, w, ch], [1, fold, ch / fold, h, w] or [1, numbers] as the graph sees them. */
uint32_t any_dims(const any_value *v, int64_t d[ANY_RANK])
{
    const int64_t h = v->mean ? 1 : v->h, w = v->mean ? 1 : v->w;
    d[0] = 1, d[1] = v->flat ? v->ch * h * w : v->last ? h : v->ch, d[2] = v->last ? w : h, d[3] = v->last ? v->ch : w;
    if (v->flat) return 2;
    if (!v->fold) return 4;
    d[1] = v->fold, d[2] = v->ch / v->fold, d[3] = h, d[4] = w;
    return 5;
}

/* The shape that the node asks for; 0: it cannot be known. At most ANY_RANK dimensions. */
static uint32_t wanted(const any_import *im, const bonnet_node *n, const int64_t from[ANY_RANK], uint32_t rank, int64_t to[ANY_RANK])
{
    const any_value *s = any_in(im, n, 1);
    int64_t axis = 1, total = 1, known = 1;
    int open = -1;
    for (uint32_t i = 0; i < rank; i++) total *= from[i];
    if (n->op[0] == 'F') { /* Flatten: everything before the axis, everything after */
        if (bonnet_attr_int(im->g, n, "axis", 1, &axis) != BONNET_OK || axis != 1) return 0;
        to[0] = 1, to[1] = total;
        return 2;
    }
    if (n->op[0] == 'S') { /* Squeeze of [1, c, 1, 1], at once or one dimension after the other */
        to[0] = 1, to[1] = total;
        return (rank == 4 || rank == 2) && total == from[1] ? 2 : 0;
    }
    if (n->op[0] == 'U') { /* Unsqueeze of [1, c] twice at once */
        to[0] = 1, to[1] = total, to[2] = to[3] = 1;
        return rank == 2 ? 4 : 0;
    }
    if (s->kind != ANY_CONST || s->c->rank != 1 || s->c->count < 1 || s->c->count > ANY_RANK) return 0;
    for (uint32_t i = 0; i < s->c->count; i++) {
        if (!(s->c->v[i] >= -1 && s->c->v[i] <= (double)total)) return 0;
        to[i] = (int64_t)s->c->v[i];
        if (to[i] == 0 && i < rank) to[i] = from[i];
        if (to[i] == -1 && open >= 0) return 0;
        if (to[i] == -1) open = (int)i;
        else known *= to[i];
        if (known < 1 || known > total) return 0;
    }
    if (open >= 0) to[open] = total / known, known *= to[open];
    return known == total ? (uint32_t)s->c->count : 0;
}

bonnet_status any_reshape(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    any_value to = *v;
    int64_t from[ANY_RANK], shape[ANY_RANK] = {0};
    if (v->kind != ANY_IMAGE && v->kind != ANY_BITS && v->kind != ANY_SUM) return any_unfit(im, n, v, "a map or a sum is reshaped");
    if (v->ended) return any_set(im, n, to);
    if (any_padded(v)) return ANY_REFUSE(im, n, "follows a Pad; a Conv fits there");
    const uint32_t rank = wanted(im, n, from, any_dims(v, from), shape);
    to.flat = rank == 2 && shape[0] == 1; /* wanted() keeps the count */
    to.fold = rank == 5 && v->kind != ANY_IMAGE && !v->last && !v->mean && shape[1] > 0 && v->ch % shape[1] == 0 ? (uint32_t)shape[1] : 0;
    int64_t same[ANY_RANK];
    int equal = any_dims(&to, same) == rank;
    for (uint32_t i = 0; i < rank && equal; i++) equal = shape[i] == same[i];
    if (!equal)
        return ANY_REFUSE(im, n, "a shape other than [1, numbers], [1, %u, %u, %u] and [1, groups, channels, %u, %u]", (unsigned)v->ch,
                          (unsigned)v->h, (unsigned)v->w, (unsigned)v->h, (unsigned)v->w);
    return any_set(im, n, to);
}

bonnet_status any_same(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    int64_t type;
    bonnet_status status = bonnet_attr_int(im->g, n, "to", 1, &type);
    if (status != BONNET_OK) return status;
    if (v->kind == ANY_NONE) return any_unfit(im, n, v, "a map, a sum or a constant is passed on");
    if (n->op[0] == 'C' && !v->ended && type != 1 && type != 10 && type != 11)
        return ANY_REFUSE(im, n, "casts to type %lld; float types fit", (long long)type);
    return any_set(im, n, *v);
}
