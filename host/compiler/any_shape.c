/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_shape.c - arithmetic on shapes, as torch.onnx writes x.view(x.size(0), -1) and x.chunk(2, 1): the Shape of a value is a constant here, and what
 * Gather, Unsqueeze, Squeeze, Concat, Slice, Reshape, ConstantOfShape and Cast make of constants are constants, too: the pads of F.pad are such.
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

/* As Python clamps and counts them: *first and how many of `size`, every `step`-th. */
static uint32_t span(double start, double end, double step, double size, double *first)
{
    const double low = step < 0 ? -1 : 0, high = step < 0 ? size - 1 : size;
    if (start < 0) start += size;
    if (end < 0) end += size;
    start = fmin(fmax(start, low), high), end = fmin(fmax(end, low), high);
    *first = start;
    const double count = ceil((end - start) / step);
    return count > 0 ? (uint32_t)count : 0;
}

static bonnet_status slice(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c;
    double at[4] = {0, 0, 0, 1}, first; /* start, end, axis, step */
    if (n->n_in < 3 || n->n_in > 5 || !x->rank) return ANY_REFUSE(im, n, "cuts a constant of rank %u; a list or a tensor fits", (unsigned)x->rank);
    for (uint32_t i = 1; i < n->n_in; i++) {
        if (any_in(im, n, i)->c->count != 1) return ANY_REFUSE(im, n, "starts, ends, axes and steps of a constant are one number each");
        at[i - 1] = any_in(im, n, i)->c->v[0];
    }
    if (at[2] < 0) at[2] += x->rank;
    if (at[3] == 0 || !(at[2] >= 0 && at[2] < x->rank)) return ANY_REFUSE(im, n, "step %g along axis %g of a constant", at[3], at[2]);
    const uint32_t axis = (uint32_t)at[2];
    uint32_t dims[BONNET_TENSOR_MAX_RANK];
    size_t inner = 1;
    memcpy(dims, x->dims, sizeof dims);
    for (uint32_t r = axis + 1; r < x->rank; r++) inner *= dims[r];
    dims[axis] = span(at[0], at[1], at[3], x->dims[axis], &first);
    any_const *c = *out = any_const_new(im, x->rank, dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    c->whole = x->whole, c->unit = x->unit;
    for (size_t i = 0; i < c->count; i++) {
        const size_t from = (size_t)(first + at[3] * (double)(i / inner % dims[axis]));
        c->v[i] = x->v[(i / inner / dims[axis] * x->dims[axis] + from) * inner + i % inner];
    }
    return BONNET_OK;
}

/* Input i as dimensions that count at most BONNET_TENSOR_MAX_COUNT numbers; 0 and -1 are kept. */
static bonnet_status dimensions(any_import *im, const bonnet_node *n, uint32_t i, int64_t d[BONNET_TENSOR_MAX_RANK], uint32_t *rank)
{
    const any_const *s = any_in(im, n, i)->c;
    double count = 1;
    if (!s || s->rank != 1 || s->count > BONNET_TENSOR_MAX_RANK)
        return ANY_REFUSE(im, n, "its shape is not a list of up to %d numbers", BONNET_TENSOR_MAX_RANK);
    *rank = (uint32_t)s->count;
    for (uint32_t r = 0; r < *rank; r++) {
        if (!(s->v[r] >= -1 && (count *= fmax(s->v[r], 1)) <= (double)BONNET_TENSOR_MAX_COUNT))
            return ANY_REFUSE(im, n, "dimension %u of the constant is %g", (unsigned)r, s->v[r]);
        d[r] = (int64_t)s->v[r];
    }
    return BONNET_OK;
}

static bonnet_status reshape(any_import *im, const bonnet_node *n, any_const **out)
{
    const any_const *x = any_in(im, n, 0)->c;
    int64_t d[BONNET_TENSOR_MAX_RANK];
    uint32_t rank, dims[BONNET_TENSOR_MAX_RANK] = {0};
    size_t known = 1;
    bonnet_status status = dimensions(im, n, 1, d, &rank);
    if (status != BONNET_OK) return status;
    for (uint32_t r = 0; r < rank; r++) {
        if (d[r] == 0 && r < x->rank) d[r] = x->dims[r];
        if (d[r] > 0) known *= (size_t)d[r];
    }
    for (uint32_t r = 0; r < rank; r++) dims[r] = d[r] < 0 && known ? (uint32_t)(x->count / known) : (uint32_t)d[r];
    any_const *c = any_const_new(im, rank, dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    if (c->count != x->count) return ANY_REFUSE(im, n, "makes %zu numbers of a constant of %zu", c->count, x->count);
    memcpy(c->v, x->v, x->count * sizeof *x->v);
    c->whole = x->whole, c->unit = x->unit;
    *out = c;
    return BONNET_OK;
}

static bonnet_status filled(any_import *im, const bonnet_node *n, any_const **out)
{
    const Onnx__AttributeProto *a = bonnet_attr_find(n, "value");
    bonnet_tensor t;
    int64_t d[BONNET_TENSOR_MAX_RANK];
    uint32_t rank, dims[BONNET_TENSOR_MAX_RANK] = {0};
    bonnet_status status = dimensions(im, n, 0, d, &rank);
    if (status == BONNET_OK && a && a->t) status = bonnet_tensor_open(&t, a->t, n->name, im->g->err);
    if (status != BONNET_OK) return status;
    for (uint32_t r = 0; r < rank; r++) dims[r] = d[r] < 0 ? 0 : (uint32_t)d[r];
    any_const *c = *out = any_const_new(im, rank, dims);
    if (!c) return bonnet_graph_no_memory(im->g);
    c->whole = a && a->t && bonnet_tensor_is_int64(&t);
    for (size_t i = 0; i < c->count && a && a->t && t.count; i++) c->v[i] = bonnet_tensor_at(&t, 0);
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
    } folds[] = {{"Gather", gather}, {"Unsqueeze", boxed}, {"Squeeze", boxed},   {"Concat", concat},
                 {"Slice", slice},   {"Cast", cast},       {"Reshape", reshape}, {"ConstantOfShape", filled}};
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
