/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_head.c - last block and head: A*n + B*m + C, rounding, PRelu, average pool, Gemm, and their numbers. */
#include <math.h>
#include "onnx_import.h"

bonnet_status bonnet_head_begin(bonnet_import *im, const bonnet_node *n, const bonnet_value *sum, const bonnet_value *slices)
{
    bonnet_draft *d = &im->drafts[sum->draft];
    const bonnet_map_ref in = d->l.in;
    if (d->l.kind != BONNET_LAYER_CONV || d->state != DRAFT_OPEN || sum->shared)
        return REFUSE(im, n, "the sum is not that of a binary 3x3 Conv that is used here only");
    if (in.map != slices->draft || in.first != slices->first || in.channels != slices->channels)
        return REFUSE(im, n, "the sum over slices is not of the input of '%s'", d->l.name);
    if (d->l.stride != 1 || d->l.conv_c != d->l.in_c) return REFUSE(im, n, "'%s' changes the shape; the last convolution keeps it", d->l.name);
    d->l.kind = BONNET_LAYER_LAST;
    d->l.res = in;
    d->a = sum->chain;
    d->b = slices->chain;
    bonnet_value to = *sum;
    to.kind = V_HEAD;
    to.stage = HEAD_SUM;
    to.chain = NULL;
    return bonnet_set(im, n, to);
}

bonnet_status bonnet_head_floor(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_draft *d = &im->drafts[v->draft];
    const bonnet_affine *shift, *rest;
    bonnet_value to = *v;
    if (v->stage != HEAD_SUM && v->stage != HEAD_ACT && v->stage != HEAD_POOL) return bonnet_unfit(im, n, v, "Floor follows Add(0.5)");
    if (v->shared) return REFUSE(im, n, "the value before it is used elsewhere, too");
    bonnet_status status = bonnet_chain_rounding(im, n, v->chain, &shift, &rest);
    if (status != BONNET_OK) return status;
    const int s = bonnet_shift_of(shift, 0);
    for (uint32_t i = 0; shift && i < shift->n; i++)
        if (bonnet_shift_of(shift, i) != s) return REFUSE(im, n, "the shift differs between channels; one for all fits");
    if (v->stage == HEAD_SUM) {
        if (rest && (rest->prev || rest->mul || rest->sub)) return REFUSE(im, n, "more than Add(C) between the sum and its scale");
        d->c = rest;
        d->l.s1 = (uint32_t)s;
    } else if (rest || (v->stage == HEAD_ACT && s)) {
        return REFUSE(im, n, "only Add(0.5), and after the pool Mul(2^-s2), come before it");
    } else if (v->stage == HEAD_POOL) {
        d->l.s2 = (uint32_t)s;
    }
    to.stage++; /* HEAD_*_FLOOR */
    to.chain = NULL;
    return bonnet_set(im, n, to);
}

bonnet_status bonnet_head_clip(bonnet_import *im, const bonnet_node *n, double low, double high)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_value to = *v;
    if (v->stage != HEAD_SUM_FLOOR && v->stage != HEAD_ACT_FLOOR && v->stage != HEAD_POOL_FLOOR) return bonnet_unfit(im, n, v, "Clip follows Floor");
    if (low != -32768 || high != 32767) return REFUSE(im, n, "clips to %g..%g; values of the head are -32768..32767", low, high);
    to.stage++; /* HEAD_V, HEAD_U, HEAD_FEATURES */
    return bonnet_set(im, n, to);
}

bonnet_status bonnet_op_prelu(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const bonnet_tensor *slope = bonnet_const_in(im, n, 1);
    bonnet_value to = *v;
    if (v->kind != V_HEAD || v->stage != HEAD_V || v->shared)
        return bonnet_unfit(im, n, v, "PRelu follows the last block's Clip, and nobody else uses that");
    if (!slope || !bonnet_per_channel(slope, v->channels))
        return REFUSE(im, n, "the slope is not a constant of shape [%u, 1, 1]", (unsigned)v->channels);
    im->drafts[v->draft].slope = slope;
    to.stage = HEAD_ACT;
    return bonnet_set(im, n, to);
}

/* Axes from input 1 or, in old opsets, an attribute: returns how many, -1 if they are not constant. */
static int axes_of(const bonnet_import *im, const bonnet_node *n, int64_t axes[2])
{
    const bonnet_tensor *t = bonnet_const_in(im, n, 1);
    const Onnx__AttributeProto *a = bonnet_attr_find(n, "axes");
    if (t && (!bonnet_tensor_is_int64(t) || t->count > 2)) return -1;
    if (!t && (!a || a->n_ints < 1 || a->n_ints > 2)) return -1;
    const int count = t ? (int)t->count : (int)a->n_ints;
    for (int i = 0; i < count; i++) axes[i] = t ? bonnet_tensor_int_at(t, (size_t)i) : a->ints[i];
    return count;
}

bonnet_status bonnet_op_reduce(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const int mean = n->op[6] == 'M'; /* ReduceMean, ReduceSum */
    bonnet_value to = *v;
    int64_t axes[2] = {0, 0}, keep;
    const int count = axes_of(im, n, axes);
    bonnet_status status = bonnet_attr_int(&im->g, n, "keepdims", 1, &keep);
    if (status != BONNET_OK) return status;
    if (v->kind == V_BITS && v->form == FORM_SPLIT && !mean) {
        if (count != 1 || axes[0] != 1 || keep) return REFUSE(im, n, "slices are summed along axis 1 with keepdims 0");
        to.kind = V_SLICE_SUM;
        return bonnet_set(im, n, to);
    }
    if (v->kind != V_HEAD || (v->stage != HEAD_U && v->stage != HEAD_V) || mean)
        return bonnet_unfit(im, n, v, "ReduceSum sums the slices of [1, k, C, H, W], or a head's values over its positions");
    if (count != 2 || !((axes[0] == 2 && axes[1] == 3) || (axes[0] == -2 && axes[1] == -1)))
        return REFUSE(im, n, "the average pool sums along axes 2 and 3");
    if (v->shared) return REFUSE(im, n, "the value before it is used elsewhere, too");
    to.stage = HEAD_POOL;
    return bonnet_set(im, n, to);
}

bonnet_status bonnet_op_gemm(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const bonnet_tensor *w = bonnet_const_in(im, n, 1), *bias = bonnet_const_in(im, n, 2);
    double alpha, beta;
    int64_t ta, tb;
    int32_t draft;
    bonnet_status status = bonnet_attr_float(&im->g, n, "alpha", 1, &alpha);
    if (status == BONNET_OK) status = bonnet_attr_float(&im->g, n, "beta", 1, &beta);
    if (status == BONNET_OK) status = bonnet_attr_int(&im->g, n, "transA", 0, &ta);
    if (status == BONNET_OK) status = bonnet_attr_int(&im->g, n, "transB", 0, &tb);
    if (status != BONNET_OK) return status;
    if (v->kind != V_HEAD || v->stage != HEAD_FEATURES || v->shared)
        return bonnet_unfit(im, n, v, "Gemm reads the features, after the average pool's Clip");
    if (alpha != 1 || beta != 1 || ta) return REFUSE(im, n, "alpha %g, beta %g, transA %lld; 1, 1 and 0 fit", alpha, beta, (long long)ta);
    if (!w || w->rank != 2 || w->dims[tb ? 1 : 0] != v->channels)
        return REFUSE(im, n, "the weight is not a constant of shape [classes, %u]", (unsigned)v->channels);
    const uint32_t classes = w->dims[tb ? 0 : 1];
    if (n->n_in > 2 && n->in[2] >= 0 && (!bias || bias->count != classes))
        return REFUSE(im, n, "the bias is not a constant of %u numbers", (unsigned)classes);
    status = bonnet_draft_new(im, n, BONNET_LAYER_FC, w, &draft);
    if (status != BONNET_OK) return status;
    im->drafts[v->draft].state = DRAFT_DONE;
    bonnet_draft *d = &im->drafts[draft];
    d->state = DRAFT_DONE;
    d->bias = bias;
    d->transposed = !tb;
    d->l.in_c = v->channels, d->l.in_h = d->l.in_w = 1;
    d->l.out_c = d->l.conv_c = classes;
    d->l.out_h = d->l.out_w = d->l.conv_h = d->l.conv_w = 1;
    d->l.in = (bonnet_map_ref){v->draft, 0, v->channels};
    return bonnet_set(im, n, (bonnet_value){.kind = V_LOGITS, .draft = draft, .channels = classes});
}

/* The factor of a chain of Muls; NAN if it also adds. */
static double factor_of(const bonnet_affine *chain, uint32_t channel)
{
    long double f = 1;
    for (; chain; chain = chain->prev) {
        if (chain->add || chain->sub) return NAN;
        f *= chain->mul[chain->n == 1 ? 0 : channel];
    }
    return (double)f;
}

static bonnet_status take_int(bonnet_import *im, const bonnet_draft *d, const char *what, uint32_t channel, double v, int64_t most, int64_t *out)
{
    if (bonnet_exact_int(v, -most - 1, most, out)) return BONNET_OK;
    return REFUSE(im, d->node, "%s[%u] is %g; integers from %lld to %lld fit", what, (unsigned)channel, v, (long long)(-most - 1), (long long)most);
}

bonnet_status bonnet_last_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer)
{
    int16_t *a = bonnet_net_param_data(net, layer, BONNET_PARAM_A), *b = bonnet_net_param_data(net, layer, BONNET_PARAM_B);
    int16_t *s = bonnet_net_param_data(net, layer, BONNET_PARAM_S);
    int32_t *c = bonnet_net_param_data(net, layer, BONNET_PARAM_C);
    for (uint32_t o = 0; o < net->layers[layer].conv_c; o++) {
        int64_t x = 0, y = 0, z = 0, slope = 256;
        bonnet_status status = take_int(im, d, "A", o, factor_of(d->a, o), INT16_MAX, &x);
        if (status == BONNET_OK) status = take_int(im, d, "B", o, factor_of(d->b, o), INT16_MAX, &y);
        if (status == BONNET_OK && d->c) status = take_int(im, d, "C", o, (double)d->c->add[d->c->n == 1 ? 0 : o], INT32_MAX, &z);
        if (status == BONNET_OK && d->slope)
            status = take_int(im, d, "256 * PRelu slope", o, 256 * bonnet_tensor_at(d->slope, d->slope->count == 1 ? 0 : o), INT16_MAX, &slope);
        if (status != BONNET_OK) return status;
        a[o] = (int16_t)x, b[o] = (int16_t)y, c[o] = (int32_t)z, s[o] = (int16_t)slope;
    }
    return BONNET_OK;
}

bonnet_status bonnet_fc_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer)
{
    const bonnet_layer *l = &net->layers[layer];
    int8_t *w8 = bonnet_net_param_data(net, layer, BONNET_PARAM_W8);
    int32_t *c = bonnet_net_param_data(net, layer, BONNET_PARAM_C);
    bonnet_status status = BONNET_OK;
    for (uint32_t o = 0; status == BONNET_OK && o < l->out_c; o++) {
        int64_t x = 0;
        if (d->bias) status = take_int(im, d, "bias", o, bonnet_tensor_at(d->bias, o), INT32_MAX, &x);
        c[o] = (int32_t)x;
        for (uint32_t i = 0; status == BONNET_OK && i < l->in_c; i++) {
            size_t at = d->transposed ? (size_t)i * l->out_c + o : (size_t)o * l->in_c + i;
            status = take_int(im, d, "weight", (uint32_t)at, bonnet_tensor_at(d->w, at), INT8_MAX, &x);
            w8[(size_t)o * l->in_c + i] = (int8_t)x;
        }
    }
    return status;
}
