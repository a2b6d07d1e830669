/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_block.c - binary convolutions (3x3 and 1x1), their pooling, slices, XNOR and OR. */
#include <string.h>
#include "onnx_import.h"

bonnet_status bonnet_window_of(bonnet_import *im, const bonnet_node *n, int64_t kernel, bonnet_window *out)
{
    int64_t k[2], s[2], d[2], p[4];
    int present;
    bonnet_status status = bonnet_attr_ints(&im->g, n, "kernel_shape", kernel, k, 2, &present);
    if (status == BONNET_OK) status = bonnet_attr_ints(&im->g, n, "strides", 1, s, 2, NULL);
    if (status == BONNET_OK) status = bonnet_attr_ints(&im->g, n, "dilations", 1, d, 2, NULL);
    if (status == BONNET_OK) status = bonnet_attr_ints(&im->g, n, "pads", 0, p, 4, NULL);
    if (status != BONNET_OK) return status;
    if (!bonnet_attr_is(n, "auto_pad", "NOTSET", "NOTSET")) return REFUSE(im, n, "auto_pad; use explicit pads");
    if (k[0] != kernel || k[1] != kernel)
        return REFUSE(im, n, "kernel_shape %lldx%lld; %lldx%lld fits", (long long)k[0], (long long)k[1], (long long)kernel, (long long)kernel);
    if (s[0] != s[1] || d[0] != d[1] || p[0] != p[1] || p[0] != p[2] || p[0] != p[3])
        return REFUSE(im, n, "strides, dilations or pads differ between the sides; square ones fit");
    *out = (bonnet_window){kernel, s[0], d[0], p[0]};
    return BONNET_OK;
}

static bonnet_status shape_of(bonnet_import *im, const bonnet_node *n, const bonnet_value *v, const bonnet_tensor *w, bonnet_layer *l)
{
    bonnet_window win;
    int64_t group;
    const uint32_t kernel = w->dims[2], k = im->k;
    bonnet_status status = bonnet_attr_int(&im->g, n, "group", 1, &group);
    if (status == BONNET_OK) status = bonnet_window_of(im, n, kernel, &win);
    if (status != BONNET_OK) return status;
    if (win.pad != 0) return REFUSE(im, n, "pads %lld put zeros between bits; use Pad(mode=edge) before it", (long long)win.pad);
    if (kernel == 1) {
        if (group != 1 || win.stride != 1 || win.dilation != 1 || v->kind != V_BITS)
            return REFUSE(im, n, "group %lld, stride %lld; a 1x1 has group 1 and stride 1 on an unpadded map", (long long)group,
                          (long long)win.stride);
        if (w->dims[1] != k * v->channels)
            return REFUSE(im, n, "the weight reads %u channels, the map has %u", (unsigned)w->dims[1], (unsigned)(k * v->channels));
    } else {
        if (group != k) return REFUSE(im, n, "group %lld; with %u slices group %u fits", (long long)group, (unsigned)k, (unsigned)k);
        if (w->dims[1] != v->channels)
            return REFUSE(im, n, "the weight reads %u channels, a slice has %u", (unsigned)w->dims[1], (unsigned)v->channels);
        if (win.stride != 1 && win.stride != 2) return REFUSE(im, n, "stride %lld; 1 or 2 fits", (long long)win.stride);
        if (win.dilation != 1 && win.dilation != 2) return REFUSE(im, n, "dilation %lld; 1 or 2 fits", (long long)win.dilation);
        if (v->kind != V_PADDED || v->pad != win.dilation) return REFUSE(im, n, "needs Pad(mode=edge) by %lld before it", (long long)win.dilation);
    }
    if (v->channels % 64 || w->dims[0] % 64)
        return REFUSE(im, n, "%u to %u channels; multiples of 64 fit", (unsigned)v->channels, (unsigned)w->dims[0]);
    l->kernel = kernel, l->stride = (uint32_t)win.stride, l->dilation = (uint32_t)win.dilation;
    l->in_c = v->channels, l->in_h = v->h, l->in_w = v->w;
    l->out_c = l->conv_c = w->dims[0];
    l->out_h = l->conv_h = (v->h + l->stride - 1) / l->stride;
    l->out_w = l->conv_w = (v->w + l->stride - 1) / l->stride;
    l->in = (bonnet_map_ref){v->draft, v->first, v->channels};
    return BONNET_OK;
}

bonnet_status bonnet_op_conv(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const bonnet_tensor *w = bonnet_const_in(im, n, 1), *bias = bonnet_const_in(im, n, 2);
    int32_t draft;
    if (v->kind == V_IMAGE) return bonnet_stem_conv(im, n);
    if (v->kind == V_STEM || v->kind == V_STEM_PADDED) return bonnet_stem_depthwise(im, n);
    if ((v->kind != V_BITS && v->kind != V_PADDED) || v->form != FORM_MAP)
        return bonnet_unfit(im, n, v, "Conv reads the image, a stem map or a binary map [1, kC, H, W]");
    if (!w || w->rank != 4 || w->dims[2] != w->dims[3] || (w->dims[2] != 1 && w->dims[2] != 3))
        return REFUSE(im, n, "the weight is not a constant of shape [O, C, 3, 3] or [O, C, 1, 1]");
    bonnet_layer shape = {0};
    bonnet_status status = shape_of(im, n, v, w, &shape);
    if (status == BONNET_OK) status = bonnet_draft_new(im, n, w->dims[2] == 1 ? BONNET_LAYER_DOWN : BONNET_LAYER_CONV, w, &draft);
    if (status != BONNET_OK) return status;
    bonnet_layer *l = &im->drafts[draft].l;
    memcpy(shape.name, l->name, sizeof shape.name);
    shape.kind = l->kind;
    shape.res.map = shape.pass.map = -1;
    *l = shape;
    bonnet_value to = {.kind = V_SUM, .draft = draft, .channels = l->out_c, .h = l->out_h, .w = l->out_w};
    if (n->n_in > 2 && n->in[2] >= 0) {
        if (!bias) return REFUSE(im, n, "the bias is not a constant");
        status = bonnet_chain_push(im, n, &to.chain, NULL, bias, to.channels);
    }
    return status == BONNET_OK ? bonnet_set(im, n, to) : status;
}

bonnet_status bonnet_op_maxpool(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_value to = *v;
    bonnet_window win;
    int64_t ceil_mode;
    if (v->kind == V_STEM) return bonnet_stem_pool(im, n);
    if (v->kind != V_SUM || im->drafts[v->draft].l.kind != BONNET_LAYER_DOWN)
        return bonnet_unfit(im, n, v, "MaxPool follows the stem's or a 1x1 Conv");
    bonnet_layer *l = &im->drafts[v->draft].l;
    bonnet_status status = bonnet_window_of(im, n, 2, &win);
    if (status == BONNET_OK) status = bonnet_attr_int(&im->g, n, "ceil_mode", 0, &ceil_mode);
    if (status != BONNET_OK) return status;
    if (win.stride != 2 || win.pad || win.dilation != 1)
        return REFUSE(im, n, "stride %lld, pads %lld; 2x2 stride 2 without padding fits", (long long)win.stride, (long long)win.pad);
    for (const bonnet_affine *s = v->chain; s; s = s->prev)
        if (s->mul) return REFUSE(im, n, "pools after a scale; put it right after the Conv");
    if (v->shared || l->pool) return REFUSE(im, n, "a 1x1 pools once, and nobody else uses its sum");
    l->pool = 1;
    l->out_h = to.h = (v->h + (ceil_mode != 0)) / 2;
    l->out_w = to.w = (v->w + (ceil_mode != 0)) / 2;
    return bonnet_set(im, n, to);
}

bonnet_status bonnet_op_pad(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    const bonnet_tensor *pads = bonnet_const_in(im, n, 1), *value = bonnet_const_in(im, n, 2);
    bonnet_value to = *v;
    const int edge = bonnet_attr_is(n, "mode", "edge", "constant"), constant = bonnet_attr_is(n, "mode", "constant", "constant");
    if (!pads || !bonnet_tensor_is_int64(pads) || pads->rank != 1 || pads->count != 8)
        return REFUSE(im, n, "pads is not a constant of 8 int64 numbers");
    const int64_t by = bonnet_tensor_int_at(pads, 2);
    for (size_t i = 0; i < 8; i++)
        if (bonnet_tensor_int_at(pads, i) != (i % 4 < 2 ? 0 : by)) return REFUSE(im, n, "pads differ between the sides; the same on all four fits");
    const int stem = (v->kind == V_STEM && v->stage == STEM_MAP) || (v->kind == V_SUM && im->drafts[v->draft].l.kind == BONNET_LAYER_STEM);
    if (stem && by == 1 && (edge || constant)) return bonnet_stem_pad(im, n, edge, value);
    if (v->kind != V_BITS || v->form != FORM_MAP)
        return bonnet_unfit(im, n, v, "Pad by 1 or 2 surrounds a binary map [1, kC, H, W], Pad by 1 a stem map");
    if (!edge || (by != 1 && by != 2)) return REFUSE(im, n, "pads a binary map by %lld; mode edge, by 1 or 2, fits", (long long)by);
    to.kind = V_PADDED;
    to.pad = (uint32_t)by;
    return bonnet_set(im, n, to);
}

/* Does a Concat of several values read what n makes? */
static int joined(const bonnet_import *im, const bonnet_node *n)
{
    for (uint32_t i = 0; i < im->g.n_nodes; i++) {
        const bonnet_node *user = &im->g.nodes[i];
        for (uint32_t j = 0; j < user->n_in && user->n_in > 1; j++)
            if (user->in[j] == n->out && strcmp(user->op, "Concat") == 0) return 1;
    }
    return 0;
}

/* Sign and BipolarQuant with scale 1: v >= 0. One of several slices waits for its Concat. */
bonnet_status bonnet_op_sign(bonnet_import *im, const bonnet_node *n)
{
    const bonnet_value *v = bonnet_value_in(im, n, 0);
    bonnet_value to;
    if (strcmp(n->op, "BipolarQuant") == 0) {
        const bonnet_tensor *scale = bonnet_const_in(im, n, 1);
        if (!scale || scale->count != 1 || bonnet_tensor_at(scale, 0) != 1) return REFUSE(im, n, "the scale is not the constant 1");
    }
    if (!bonnet_as_sum(&to, v)) return bonnet_unfit(im, n, v, "a sign is taken of a convolution's sum, after BatchNormalization");
    to.kind = V_SIGN;
    to.shared = 0;
    if (im->k != 1 && joined(im, n)) return bonnet_set(im, n, to);
    const bonnet_value *slice = &to;
    return bonnet_slices_done(im, n, &slice, 1);
}

bonnet_status bonnet_slices_done(bonnet_import *im, const bonnet_node *n, const bonnet_value *const *slices, uint32_t count)
{
    const bonnet_value *v = slices[0];
    bonnet_draft *d = &im->drafts[v->draft];
    if (count != 1 && count != 4) return REFUSE(im, n, "%u slices; 1 or 4 fit", (unsigned)count);
    if (im->k && im->k != count) return REFUSE(im, n, "%u slices, but the stem has %u", (unsigned)count, (unsigned)im->k);
    if (d->state != DRAFT_OPEN) return REFUSE(im, n, "layer '%s' has its slices already", d->l.name);
    im->k = count;
    d->state = DRAFT_DONE;
    for (uint32_t j = 0; j < count; j++) d->chain[j] = slices[j]->chain;
    return bonnet_set(
        im, n,
        (bonnet_value){.kind = V_BITS, .draft = v->draft, .channels = d->l.out_c, .h = d->l.out_h, .w = d->l.out_w, .form = FORM_MAP, .axis = 1});
}

bonnet_status bonnet_op_max(bonnet_import *im, const bonnet_node *n) { return bonnet_import_fuse(im, n, BONNET_POST_OR); }

/* Can `a` still take post-processing with `r`? It is all of a fresh 3x3 convolution that nobody else sees. */
static int fusable(const bonnet_import *im, const bonnet_value *a, const bonnet_value *r)
{
    const bonnet_layer *l = &im->drafts[a->draft].l;
    return l->kind == BONNET_LAYER_CONV && l->post == BONNET_POST_STORE && !a->shared && a->first == 0 && a->channels == l->out_c &&
           a->draft != r->draft;
}

bonnet_status bonnet_import_fuse(bonnet_import *im, const bonnet_node *n, bonnet_post post)
{
    const bonnet_value *a = bonnet_value_in(im, n, 0), *r = bonnet_value_in(im, n, 1);
    if (n->n_in != 2) return REFUSE(im, n, "has %u inputs, needs 2", (unsigned)n->n_in);
    if (a->kind != V_BITS || r->kind != V_BITS || a->form != FORM_MAP || r->form != FORM_MAP)
        return REFUSE(im, n, "combines %s and %s; two binary maps [1, kC, H, W] fit", bonnet_value_name(a), bonnet_value_name(r));
    if (a->channels != r->channels || a->h != r->h || a->w != r->w)
        return REFUSE(im, n, "combines %ux%ux%u and %ux%ux%u; equal shapes fit", (unsigned)a->channels, (unsigned)a->h, (unsigned)a->w,
                      (unsigned)r->channels, (unsigned)r->h, (unsigned)r->w);
    if (!fusable(im, a, r) || (fusable(im, r, a) && r->draft > a->draft)) {
        const bonnet_value *swap = a;
        a = r, r = swap;
    }
    if (!fusable(im, a, r)) return REFUSE(im, n, "neither input is the result of a binary 3x3 Conv that is used here only");
    bonnet_layer *l = &im->drafts[a->draft].l;
    l->post = post;
    l->res = (bonnet_map_ref){r->draft, r->first, r->channels};
    bonnet_value to = *a;
    return bonnet_set(im, n, to);
}
