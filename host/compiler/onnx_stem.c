/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_stem.c - the int8 stem: Conv -> [MaxPool] -> round -> clip -> [Pad -> depthwise Conv], and its numbers. */
#include <string.h>
#include "onnx_import.h"

enum { T_ALWAYS = -(1 << 19), T_NEVER = (1 << 19) - 1 };

static uint32_t half_up(uint32_t x, uint32_t stride) { return (x + stride - 1) / stride; }

bonnet_status bonnet_stem_conv(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const bonnet_tensor *w = bonnet_const_in(im, n, 1), *bias = bonnet_const_in(im, n, 2);
    bonnet_window win;
    int64_t group;
    int32_t draft;
    if (im->n_drafts) return REFUSE(im, n, "a second layer reads the image; only the stem does");
    if (!w || w->rank != 4 || w->dims[1] != v->channels || w->dims[2] != w->dims[3])
        return REFUSE(im, n, "the weight is not a constant of shape [C, %u, K, K]", (unsigned)v->channels);
    const uint32_t kernel = w->dims[2];
    bonnet_status status = bonnet_attr_int(&im->g, n, "group", 1, &group);
    if (status == BONNET_OK) status = bonnet_window_of(im, n, kernel, &win);
    if (status != BONNET_OK) return status;
    if (kernel != 3 && kernel != 5 && kernel != 7)
        return REFUSE(im, n, "kernel %ux%u; a stem is 3x3, 5x5 or 7x7", (unsigned)kernel, (unsigned)kernel);
    if (group != 1) return REFUSE(im, n, "group %lld; a stem has group 1", (long long)group);
    if (win.stride != 1 && win.stride != 2) return REFUSE(im, n, "stride %lld; a stem has stride 1 or 2", (long long)win.stride);
    if (win.dilation != 1) return REFUSE(im, n, "dilation %lld; a stem has dilation 1", (long long)win.dilation);
    if (win.pad != (kernel - 1) / 2)
        return REFUSE(im, n, "pads %lld; a %ux%u stem has pads %u", (long long)win.pad, (unsigned)kernel, (unsigned)kernel,
                      (unsigned)(kernel - 1) / 2);
    if (n->n_in > 2 && n->in[2] >= 0) {
        if (!bias) return REFUSE(im, n, "the bias is not a constant");
        for (size_t i = 0; i < bias->count; i++)
            if (bonnet_tensor_at(bias, i) != 0) return REFUSE(im, n, "has a bias; a stem has none, put it into the BatchNormalization");
    }
    status = bonnet_draft_new(im, n, BONNET_LAYER_STEM, w, &draft);
    if (status != BONNET_OK) return status;
    bonnet_layer *l = &im->drafts[draft].l;
    const char *pixels = bonnet_graph_metadata(&im->g, "bonnet.pixels");
    if (pixels && strcmp(pixels, "uint8") != 0 && strcmp(pixels, "int8") != 0)
        return REFUSE(im, n, "metadata 'bonnet.pixels' is neither uint8 nor int8");
    l->pixels_signed = pixels && strcmp(pixels, "int8") == 0;
    l->in_c = v->channels, l->in_h = v->h, l->in_w = v->w;
    l->kernel = kernel, l->stride = (uint32_t)win.stride;
    l->out_c = l->conv_c = w->dims[0];
    l->out_h = l->conv_h = half_up(v->h, l->stride);
    l->out_w = l->conv_w = half_up(v->w, l->stride);
    return bonnet_set(im, n, (bonnet_value){.kind = V_STEM, .draft = draft, .channels = l->out_c, .h = l->out_h, .w = l->out_w, .shared = v->shared});
}

bonnet_status bonnet_stem_pool(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_value to = *v;
    bonnet_window win;
    int64_t kernel[2], ceil_mode;
    bonnet_status status = bonnet_attr_ints(&im->g, n, "kernel_shape", 0, kernel, 2, NULL);
    if (status == BONNET_OK) status = bonnet_attr_int(&im->g, n, "ceil_mode", 0, &ceil_mode);
    if (status == BONNET_OK) status = bonnet_window_of(im, n, kernel[0], &win);
    if (status != BONNET_OK) return status;
    bonnet_draft *d = &im->drafts[v->draft];
    /* Before scaling or after rounding: the same bits, rounding is monotone. In between, or twice, it is something else. */
    if (v->shared || d->l.pool || v->chain || v->stage == STEM_FLOOR) return REFUSE(im, n, "a stem pools once, right after its convolution");
    if (win.kernel == 2 && win.stride == 2 && win.pad == 0 && win.dilation == 1 && !ceil_mode) d->l.pool = 1, to.h /= 2, to.w /= 2;
    else if (win.kernel == 3 && win.stride == 2 && win.pad == 1 && win.dilation == 1 && !ceil_mode)
        d->l.pool = 2, to.h = half_up(to.h, 2), to.w = half_up(to.w, 2);
    else
        return REFUSE(im, n, "kernel %lld, stride %lld, pads %lld; 2x2 stride 2, or 3x3 stride 2 pads 1, fits", (long long)win.kernel,
                      (long long)win.stride, (long long)win.pad);
    d->l.out_h = to.h, d->l.out_w = to.w;
    return bonnet_set(im, n, to);
}

static int is_lift(const bonnet_affine *s) { return s->add && !s->mul && !s->sub && !s->prev; }

bonnet_status bonnet_stem_pad(bonnet_import *im, const bonnet_node *n, int edge, const bonnet_tensor *value)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const bonnet_draft *d = &im->drafts[v->draft];
    bonnet_value to = *v;
    int64_t border = 0, x;
    if (value && (value->count != 1 || !bonnet_exact_int(bonnet_tensor_at(value, 0), -128, 127, &border)))
        return REFUSE(im, n, "pads with something that is not one integer of -128..127");
    if (v->kind == V_SUM) { /* Add before it */
        if (d->dw || edge || v->shared || (v->chain && !is_lift(v->chain)))
            return REFUSE(im, n, "the stem map may be changed before Pad by one Add of integers only, and then the mode is constant");
        to.lift = v->chain;
    }
    for (uint32_t i = 0; to.lift && i < to.lift->n; i++)
        if (!bonnet_exact_int((double)(border - to.lift->add[i]), -128, 127, &x))
            return REFUSE(im, n, "channel %u: %lld - %Lg is no border; integers of -128..127 fit", (unsigned)i, (long long)border, to.lift->add[i]);
    to.kind = V_STEM_PADDED;
    to.border = edge ? BORDER_EDGE : (int32_t)border;
    to.chain = NULL;
    return bonnet_set(im, n, to);
}

/* Adding x to the map adds x times the sum of the filter to what the filter gives. */
static bonnet_status push_lift(bonnet_import *im, const bonnet_value *v, const bonnet_tensor *w, const bonnet_affine **chain)
{
    bonnet_affine *s = bonnet_arena_calloc(&im->arena, 1, sizeof *s);
    long double *x = bonnet_arena_calloc(&im->arena, v->channels, sizeof *x);
    if (!s || !x) return bonnet_graph_no_memory(&im->g);
    for (uint32_t o = 0; o < v->channels; o++)
        for (uint32_t i = 0; i < 9; i++) x[o] += v->lift->add[v->lift->n == 1 ? 0 : o] * (long double)bonnet_tensor_at(w, o * (size_t)9 + i);
    *s = (bonnet_affine){.depth = 1, .n = v->channels, .add = x};
    *chain = s;
    return BONNET_OK;
}

bonnet_status bonnet_stem_depthwise(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const bonnet_tensor *w = bonnet_const_in(im, n, 1), *bias = bonnet_const_in(im, n, 2);
    bonnet_value to = *v;
    bonnet_window win;
    int64_t group;
    bonnet_draft *d = &im->drafts[v->draft];
    bonnet_status status = bonnet_attr_int(&im->g, n, "group", 1, &group);
    if (status == BONNET_OK) status = bonnet_window_of(im, n, 3, &win);
    if (status != BONNET_OK) return status;
    if (v->kind == V_STEM && v->stage != STEM_MAP) return bonnet_unfit(im, n, v, "the depthwise Conv follows Clip(-128, 127)");
    if (!w || w->rank != 4 || w->dims[0] != v->channels || w->dims[1] != 1 || w->dims[2] != 3 || w->dims[3] != 3 || group != v->channels)
        return REFUSE(im, n, "a stem map feeds slices or a depthwise 3x3: group %u, weight [%u, 1, 3, 3]", (unsigned)v->channels,
                      (unsigned)v->channels);
    if (win.stride != 1 || win.dilation != 1 || win.pad != (v->kind == V_STEM)) /* a Pad before it, or its own zeros */
        return REFUSE(im, n, "stride %lld, dilation %lld, pads %lld; 1, 1 and a border of one in all fit", (long long)win.stride,
                      (long long)win.dilation, (long long)win.pad);
    if (v->shared || d->dw) return REFUSE(im, n, "a stem has one depthwise Conv, and nobody else uses the map before it");
    d->dw = w;
    d->dw_node = n;
    d->l.dw = 1;
    d->l.dw_const = v->kind == V_STEM || v->border != BORDER_EDGE;
    d->border = v->kind == V_STEM ? 0 : v->border;
    d->lift = v->lift;
    to.kind = V_SUM;
    to.chain = NULL;
    to.lift = NULL;
    if (v->lift) status = push_lift(im, v, w, &to.chain);
    if (status != BONNET_OK) return status;
    if (n->n_in > 2 && n->in[2] >= 0) {
        if (!bias) return REFUSE(im, n, "the bias is not a constant");
        status = bonnet_chain_push(im, n, &to.chain, NULL, bias, to.channels);
    }
    return status == BONNET_OK ? bonnet_set(im, n, to) : status;
}

bonnet_status bonnet_stem_prepare(bonnet_import *im, bonnet_draft *d)
{
    for (uint32_t o = 0; o < d->l.out_c && !d->l.dw; o++) {
        int direction;
        bonnet_status status = bonnet_direction(im, d, o, &direction);
        if (status != BONNET_OK) return status;
        if (direction < 0) d->l.dw = 1; /* -1 at the centre turns the slope around; rounding makes -a of -w wrong by one */
    }
    return BONNET_OK;
}

static bonnet_status weights_int8(bonnet_import *im, const bonnet_node *n, const bonnet_tensor *w, size_t first, size_t count, int sign, int8_t *to)
{
    for (size_t i = 0; i < count; i++) {
        int64_t x;
        if (!bonnet_exact_int(bonnet_tensor_at(w, first + i), -127, 127, &x))
            return REFUSE(im, n, "weight %zu is %g; integers from -127 to 127 fit", first + i, bonnet_tensor_at(w, first + i));
        to[i] = (int8_t)(sign * x);
    }
    return BONNET_OK;
}

bonnet_status bonnet_stem_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer)
{
    const bonnet_layer *l = &net->layers[layer];
    int8_t *w8 = bonnet_net_param_data(net, layer, BONNET_PARAM_W8), *dw8 = bonnet_net_param_data(net, layer, BONNET_PARAM_DW8);
    int8_t *border = bonnet_net_param_data(net, layer, BONNET_PARAM_BORDER);
    uint8_t *sh = bonnet_net_param_data(net, layer, BONNET_PARAM_SH);
    int32_t *t = bonnet_net_param_data(net, layer, BONNET_PARAM_T);
    const int32_t reach = d->dw ? 9 * 127 * 128 : 128; /* |d| never exceeds it */
    bonnet_status status = weights_int8(im, d->node, d->w, 0, d->w->count, 1, w8);
    for (uint32_t o = 0; status == BONNET_OK && o < l->out_c; o++) {
        int direction;
        status = bonnet_direction(im, d, o, &direction);
        if (status == BONNET_OK && d->dw) status = weights_int8(im, d->dw_node, d->dw, o * (size_t)9, 9, direction, dw8 + o * (size_t)9);
        if (status != BONNET_OK) break;
        sh[o] = (uint8_t)bonnet_shift_of(d->shift, o);
        if (dw8 && !d->dw) dw8[o * (size_t)9 + 4] = (int8_t)direction;
        if (border) border[o] = (int8_t)(d->border - (d->lift ? (int32_t)d->lift->add[d->lift->n == 1 ? 0 : o] : 0));
        for (uint32_t j = 0; j < net->k; j++) {
            uint32_t count = 2 * (uint32_t)reach + 1;
            uint32_t i = bonnet_fold_threshold(d->chain[j], o, direction, -reach, 1, count, &im->stats);
            t[o * net->k + j] = i == 0 ? T_ALWAYS : i == count ? T_NEVER : (int32_t)i - reach;
        }
    }
    return status;
}
