/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_shape.c - arithmetic on shapes, as torch.onnx writes x.view(x.size(0), -1) and x.chunk(2, 1): the Shape of a value is a constant here, and what
 * Gather, Unsqueeze, Squeeze, Concat, Slice and Cast make of lists of constants are constants, too.
 */
#include <math.h>
#include <string.h>
#include "any.h"

/* A new list like `as`, or one number (rank 0). */
static any_const *list(any_import *im, const any_const *as, uint32_t rank, size_t count)
{
    const uint32_t dims[1] = {(uint32_t)count};
    any_const *c = any_const_new(im, rank, dims);
    if (c) c->whole = as->whole;
    return c;
}

static bonnet_status gather(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c, *which = any_in(im, n, 1)->c;
    if (n->n_in != 2 || x->rank != 1 || which->rank > 1) return ANY_REFUSE(im, n, "picks of a constant; of a list, numbers or a list fit");
    any_const *c = *out = list(im, x, which->rank, which->count);
    if (!c) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < which->count; i++) {
        const double at = which->v[i] < 0 ? which->v[i] + (double)x->count : which->v[i];
        if (!(at >= 0 && at < (double)x->count)) return ANY_REFUSE(im, n, "number %g of a list of %zu", which->v[i], x->count);
        c->v[i] = x->v[(size_t)at];
    }
    return BONNET_OK;
}

/* One number as a list of one, and back. */
static bonnet_status boxed(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c;
    if (x->count != 1) return ANY_REFUSE(im, n, "reads a constant of %zu numbers; one fits", x->count);
    any_const *c = *out = list(im, x, n->op[0] == 'U', 1);
    if (!c) return bonnet_graph_no_memory(im->g);
    c->v[0] = x->v[0];
    return BONNET_OK;
}

static bonnet_status concat(any_import *im, const bonnet_node *n, any_const **out)
{
    size_t count = 0;
    for (uint32_t i = 0; i < n->n_in; i++) {
        const any_const *x = any_in(im, n, i)->c;
        if (x->rank != 1) return ANY_REFUSE(im, n, "joins constants of rank %u; lists fit", (unsigned)x->rank);
        count += x->count;
    }
    any_const *c = *out = list(im, any_in(im, n, 0)->c, 1, count);
    if (!c) return bonnet_graph_no_memory(im->g);
    count = 0;
    for (uint32_t i = 0; i < n->n_in; i++) {
        const any_const *x = any_in(im, n, i)->c;
        memcpy(c->v + count, x->v, x->count * sizeof *x->v);
        count += x->count;
    }
    return BONNET_OK;
}

static bonnet_status slice(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c;
    double at[4] = {0, 0, 0, 1}; /* start, end, axis, step */
    if (n->n_in < 3 || n->n_in > 5 || x->rank != 1) return ANY_REFUSE(im, n, "cuts a constant of rank %u; a list fits", (unsigned)x->rank);
    for (uint32_t i = 1; i < n->n_in; i++) {
        if (any_in(im, n, i)->c->count != 1) return ANY_REFUSE(im, n, "starts, ends, axes and steps of a list are one number each");
        at[i - 1] = any_in(im, n, i)->c->v[0];
    }
    if (at[3] != 1 || (at[2] != 0 && at[2] != -1)) return ANY_REFUSE(im, n, "step %g along axis %g of a list; 1 along 0 fits", at[3], at[2]);
    for (int i = 0; i < 2; i++) {
        if (at[i] < 0) at[i] += (double)x->count;
        at[i] = at[i] < 0 ? 0 : at[i] > (double)x->count ? (double)x->count : at[i];
    }
    const size_t first = (size_t)at[0], end = (size_t)at[1];
    any_const *c = *out = list(im, x, 1, end > first ? end - first : 0);
    if (!c) return bonnet_graph_no_memory(im->g);
    memcpy(c->v, x->v + first, c->count * sizeof *c->v);
    return BONNET_OK;
}

static bonnet_status cast(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c;
    int64_t type;
    bonnet_status status = bonnet_attr_int(im->g, n, "to", 1, &type);
    if (status != BONNET_OK) return status;
    any_const *c = *out = any_const_new(im, x->rank, x->dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    c->whole = type == 6 || type == 7;
    if (!c->whole && type != 1 && type != 10 && type != 11)
        return ANY_REFUSE(im, n, "casts to type %lld; float, int32 and int64 fit", (long long)type);
    for (size_t i = 0; i < x->count; i++) c->v[i] = c->whole ? trunc(x->v[i]) : x->v[i];
    c->unit = x->unit;
    return BONNET_OK;
}

bonnet_status any_fold_list(any_import *im, const bonnet_node *n, any_const **out)
{
    static const struct {
        const char *op;
        bonnet_status (*run)(any_import *, const bonnet_node *, any_const **);
    } folds[] = {{"Gather", gather}, {"Unsqueeze", boxed}, {"Squeeze", boxed}, {"Concat", concat}, {"Slice", slice}, {"Cast", cast}};
    *out = NULL;
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
        if (strcmp(n->op, folds[i].op) == 0) return folds[i].run(im, n, out);
    return BONNET_OK;
}

bonnet_status any_shape(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    int64_t d[ANY_RANK];
    if (v->kind != ANY_IMAGE && v->kind != ANY_BITS && v->kind != ANY_SUM)
        return any_unfit(im, n, v, "the shape of a map, a sum or the image is read");
    if (bonnet_attr_find(n, "start") || bonnet_attr_find(n, "end") || any_padded(v))
        return ANY_REFUSE(im, n, "takes a part of a shape, or that of a Pad; a Shape without start and end fits");
    const uint32_t rank = any_dims(v, d);
    any_const *c = any_const_new(im, 1, &rank);
    if (!c) return bonnet_graph_no_memory(im->g);
    c->whole = 1;
    for (uint32_t i = 0; i < rank; i++) c->v[i] = (double)d[i];
    im->values[n->out] = (any_value){.kind = ANY_CONST, .c = c, .layer = -1};
    return BONNET_OK;
}
