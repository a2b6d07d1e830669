/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_affine.c - Mul, Add, BatchNormalization with constants: steps of a chain; Floor and Clip, which end one. */
#include <math.h>
#include "onnx_import.h"

uint32_t bonnet_per_channel(const bonnet_tensor *t, uint32_t channels)
{
    if (t->count == 1) return 1;
    /* Right-aligned against [1, C, H, W]: the channels are three from the end. */
    return t->count == channels && t->rank >= 3 && t->rank <= 4 && t->dims[t->rank - 3] == channels ? channels : 0;
}

static bonnet_affine *step_new(bonnet_import *im, const bonnet_affine *prev, uint32_t entries)
{
    bonnet_affine *s = bonnet_arena_calloc(&im->arena, 1, sizeof *s);
    if (s) *s = (bonnet_affine){.prev = prev, .depth = prev ? prev->depth + 1 : 1, .n = entries};
    return s;
}

static bonnet_status too_deep(const bonnet_import *im, const bonnet_node *n)
{
    return REFUSE(im, n, "more than %d affine operators in a row; fold some before exporting", BONNET_CHAIN_MAX);
}

bonnet_status bonnet_chain_push(bonnet_import *im, const bonnet_node *n, const bonnet_affine **chain, const bonnet_tensor *mul,
                                const bonnet_tensor *add, uint32_t channels)
{
    const bonnet_tensor *t = mul ? mul : add;
    uint32_t entries = bonnet_per_channel(t, channels);
    if (!entries && t->rank == 1 && t->count == channels) entries = channels; /* the bias of a Conv */
    if (!entries)
        return REFUSE(im, n, "a constant of %zu numbers and rank %u; one number, or shape [1, %u, 1, 1], fits", t->count, (unsigned)t->rank,
                      (unsigned)channels);
    if (*chain && (*chain)->depth == BONNET_CHAIN_MAX) return too_deep(im, n);
    bonnet_affine *s = step_new(im, *chain, entries);
    long double *x = bonnet_arena_calloc(&im->arena, entries, sizeof *x);
    if (!s || !x) return bonnet_graph_no_memory(&im->g);
    for (uint32_t i = 0; i < entries; i++) x[i] = bonnet_tensor_at(t, i);
    if (mul) s->mul = x;
    else s->add = x;
    *chain = s;
    return BONNET_OK;
}

int bonnet_shift_of(const bonnet_affine *shift, uint32_t channel)
{
    if (!shift) return 0;
    long double m = shift->mul[shift->n == 1 ? 0 : channel];
    for (int s = 0; s <= 24; s++)
        if (m == ldexpl(1, -s)) return s;
    return -1;
}

bonnet_status bonnet_chain_rounding(bonnet_import *im, const bonnet_node *n, const bonnet_affine *chain, const bonnet_affine **shift,
                                    const bonnet_affine **rest)
{
    if (!chain || !chain->add || chain->mul || chain->sub || chain->n != 1 || chain->add[0] != 0.5L)
        return REFUSE(im, n, "Floor rounds only after Add(0.5); put that before it");
    chain = chain->prev;
    *shift = NULL;
    if (chain && chain->mul && !chain->add && !chain->sub) {
        for (uint32_t i = 0; i < chain->n; i++)
            if (chain->mul[i] <= 0 || bonnet_shift_of(chain, i) < 0)
                return REFUSE(im, n, "is scaled by %Lg before it; a power of two from 1 down to 2^-24 fits", chain->mul[i]);
        *shift = chain;
        chain = chain->prev;
    }
    *rest = chain;
    return BONNET_OK;
}

bonnet_value *bonnet_as_sum(bonnet_value *copy, const bonnet_value *v)
{
    *copy = *v;
    if (v->kind == V_STEM && v->stage == STEM_MAP) {
        copy->kind = V_SUM;
        copy->chain = NULL;
        return copy;
    }
    return v->kind == V_SUM ? copy : NULL;
}

/* Does an affine step on `v` make sense? If so *copy is `v` with a chain to append to. */
static int takes_chain(const bonnet_import *im, const bonnet_value *v, bonnet_value *copy)
{
    if (bonnet_as_sum(copy, v)) return 1;
    if (v->kind == V_BITS && im->k == 1 && v->form == FORM_MAP) { /* one slice is its own sum over slices */
        copy->kind = V_SLICE_SUM;
        return 1;
    }
    return v->kind == V_SLICE_SUM || (v->kind == V_STEM && v->stage == STEM_SUM) ||
           (v->kind == V_HEAD && (v->stage == HEAD_SUM || v->stage == HEAD_ACT || v->stage == HEAD_POOL));
}

/* Mul or Add of a value and a constant, in either order; *done = 0: neither input is a constant. */
static bonnet_status with_constant(bonnet_import *im, const bonnet_node *n, int is_mul, int *done)
{
    const bonnet_tensor *t = bonnet_const_in(im, n, 1);
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_value to;
    if (n->n_in != 2) return REFUSE(im, n, "has %u inputs, needs 2", (unsigned)n->n_in);
    if (!t) t = bonnet_const_in(im, n, 0), v = bonnet_value_in(im, n, 1);
    *done = t != NULL;
    if (!t) return BONNET_OK;
    if (!takes_chain(im, v, &to)) return bonnet_unfit(im, n, v, "a constant is added to or multiplied with an integer sum");
    bonnet_status status = bonnet_chain_push(im, n, &to.chain, is_mul ? t : NULL, is_mul ? NULL : t, to.channels);
    return status == BONNET_OK ? bonnet_set(im, n, to) : status;
}

bonnet_status bonnet_op_mul(bonnet_import *im, const bonnet_node *n)
{
    int done;
    bonnet_status status = with_constant(im, n, 1, &done);
    return status != BONNET_OK || done ? status : bonnet_import_fuse(im, n, BONNET_POST_XNOR);
}

bonnet_status bonnet_op_add(bonnet_import *im, const bonnet_node *n)
{
    int done;
    bonnet_status status = with_constant(im, n, 0, &done);
    if (status != BONNET_OK || done) return status;
    const bonnet_value *x = bonnet_value_in(im, n, 0), *y = bonnet_value_in(im, n, 1);
    if (x->kind == V_SUM && y->kind == V_SLICE_SUM) return bonnet_head_begin(im, n, x, y);
    if (x->kind == V_SLICE_SUM && y->kind == V_SUM) return bonnet_head_begin(im, n, y, x);
    return REFUSE(im, n, "adds %s and %s; only the last block adds, a convolution's sum and a sum over slices", bonnet_value_name(x),
                  bonnet_value_name(y));
}

bonnet_status bonnet_op_batchnorm(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const bonnet_tensor *p[4]; /* gamma, beta, mean, var */
    bonnet_value to;
    double epsilon;
    int64_t training;
    if (!bonnet_as_sum(&to, v)) return bonnet_unfit(im, n, v, "BatchNormalization follows a convolution");
    bonnet_status status = bonnet_attr_float(&im->g, n, "epsilon", (double)1e-5f, &epsilon);
    if (status == BONNET_OK) status = bonnet_attr_int(&im->g, n, "training_mode", 0, &training);
    if (status != BONNET_OK) return status;
    if (training) return REFUSE(im, n, "training_mode is 1; export the model in evaluation mode");
    for (uint32_t i = 0; i < 4; i++) {
        p[i] = bonnet_const_in(im, n, i + 1);
        if (!p[i] || p[i]->rank != 1 || p[i]->count != to.channels)
            return REFUSE(im, n, "input %u is not a constant of shape [%u]", (unsigned)i + 1, (unsigned)to.channels);
    }
    if (to.chain && to.chain->depth == BONNET_CHAIN_MAX) return too_deep(im, n);
    bonnet_affine *s = step_new(im, to.chain, to.channels);
    long double *x = bonnet_arena_calloc(&im->arena, 3 * (size_t)to.channels, sizeof *x);
    if (!s || !x) return bonnet_graph_no_memory(&im->g);
    for (uint32_t c = 0; c < to.channels; c++) {
        long double var = (long double)bonnet_tensor_at(p[3], c) + epsilon;
        if (var <= 0) return REFUSE(im, n, "channel %u: variance + epsilon is %Lg, must be positive", (unsigned)c, var);
        x[c] = bonnet_tensor_at(p[2], c);
        x[to.channels + c] = bonnet_tensor_at(p[0], c) / sqrtl(var);
        x[2 * (size_t)to.channels + c] = bonnet_tensor_at(p[1], c);
    }
    s->sub = x, s->mul = x + to.channels, s->add = x + 2 * (size_t)to.channels;
    to.chain = s;
    return bonnet_set(im, n, to);
}

bonnet_status bonnet_op_floor(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_value to = *v;
    if (v->kind == V_HEAD) return bonnet_head_floor(im, n);
    if (v->kind != V_STEM || v->stage != STEM_SUM || v->shared)
        return bonnet_unfit(im, n, v, "Floor rounds the stem and the head, and nobody else may use the value before it");
    const bonnet_affine *rest;
    bonnet_status status = bonnet_chain_rounding(im, n, v->chain, &im->drafts[v->draft].shift, &rest);
    if (status != BONNET_OK) return status;
    if (rest) return REFUSE(im, n, "the stem's sum is changed before it is scaled; only Mul(2^-sh) and Add(0.5) fit");
    to.stage = STEM_FLOOR;
    to.chain = NULL;
    return bonnet_set(im, n, to);
}

/* Bounds from inputs 1 and 2, or, as in old opsets, from attributes. */
static bonnet_status clip_bounds(const bonnet_import *im, const bonnet_node *n, double bound[2])
{
    static const char *const name[2] = {"min", "max"};
    for (uint32_t i = 0; i < 2; i++) {
        const bonnet_tensor *t = bonnet_const_in(im, n, i + 1);
        if (t && t->count == 1) {
            bound[i] = bonnet_tensor_at(t, 0);
            continue;
        }
        if (!bonnet_attr_find(n, name[i])) return REFUSE(im, n, "%s is not a constant number", name[i]);
        bonnet_status status = bonnet_attr_float(&im->g, n, name[i], 0, &bound[i]);
        if (status != BONNET_OK) return status;
    }
    return BONNET_OK;
}

bonnet_status bonnet_op_clip(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    double bound[2];
    bonnet_value to = *v;
    bonnet_status status = clip_bounds(im, n, bound);
    if (status != BONNET_OK) return status;
    if (v->kind == V_HEAD) return bonnet_head_clip(im, n, bound[0], bound[1]);
    if (v->kind != V_STEM || v->stage != STEM_FLOOR) return bonnet_unfit(im, n, v, "Clip follows Floor");
    if (bound[0] != -128 || bound[1] != 127) return REFUSE(im, n, "clips to %g..%g; the stem map is -128..127", bound[0], bound[1]);
    to.stage = STEM_MAP;
    return bonnet_set(im, n, to);
}
