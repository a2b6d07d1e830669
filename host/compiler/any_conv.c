/* SPDX-License-Identifier: Apache-2.0 */
/* any_conv.c - Conv, Gemm, MatMul: a window sum over the image or a binary map. A dense layer is a window as large as its map. */
#include <string.h>
#include "any.h"

size_t any_filter(const bonnet_layer *l) { return (size_t)(l->in_c / l->win.groups) * l->win.kernel_h * l->win.kernel_w; }

bonnet_status any_window(any_import *im, const bonnet_node *n, uint32_t kh, uint32_t kw, bonnet_net_window *w)
{
    int64_t k[2], s[2], d[2], p[4];
    int present;
    bonnet_status status = bonnet_attr_ints(im->g, n, "kernel_shape", 0, k, 2, &present);
    if (status == BONNET_OK) status = bonnet_attr_ints(im->g, n, "strides", 1, s, 2, NULL);
    if (status == BONNET_OK) status = bonnet_attr_ints(im->g, n, "dilations", 1, d, 2, NULL);
    if (status == BONNET_OK) status = bonnet_attr_ints(im->g, n, "pads", 0, p, 4, NULL);
    if (status != BONNET_OK) return status;
    if (!bonnet_attr_is(n, "auto_pad", "NOTSET", "NOTSET") && !bonnet_attr_is(n, "auto_pad", "VALID", "NOTSET"))
        return ANY_REFUSE(im, n, "auto_pad; explicit pads fit");
    if (kh && present && (k[0] != kh || k[1] != kw))
        return ANY_REFUSE(im, n, "kernel_shape is not that of the weight, %ux%u", (unsigned)kh, (unsigned)kw);
    if (kh) k[0] = kh, k[1] = kw;
    for (int i = 0; i < 2; i++)
        if (k[i] < 1 || k[i] > BONNET_MAX_SIDE || s[i] < 1 || s[i] > BONNET_MAX_SIDE || d[i] < 1 || d[i] > BONNET_MAX_SIDE)
            return ANY_REFUSE(im, n, "kernel_shape, strides or dilations not in 1..%d", BONNET_MAX_SIDE);
    for (int i = 0; i < 4; i++)
        if (p[i] < 0 || p[i] >= BONNET_MAX_SIDE) return ANY_REFUSE(im, n, "pads are not 0..%d", BONNET_MAX_SIDE - 1);
    *w = (bonnet_net_window){.kernel_h = (uint32_t)k[0],
                             .kernel_w = (uint32_t)k[1],
                             .stride_h = (uint32_t)s[0],
                             .stride_w = (uint32_t)s[1],
                             .dilation_h = (uint32_t)d[0],
                             .dilation_w = (uint32_t)d[1],
                             .top = (uint32_t)p[0],
                             .left = (uint32_t)p[1],
                             .bottom = (uint32_t)p[2],
                             .right = (uint32_t)p[3],
                             .groups = 1};
    return BONNET_OK;
}

bonnet_status any_sizes(any_import *im, const bonnet_node *n, bonnet_layer *l)
{
    const bonnet_net_window *w = &l->win;
    const uint32_t h = l->in_h + w->top + w->bottom, v = l->in_w + w->left + w->right;
    const uint32_t reach_h = (w->kernel_h - 1) * w->dilation_h + 1, reach_w = (w->kernel_w - 1) * w->dilation_w + 1;
    if (reach_h > h || reach_w > v)
        return ANY_REFUSE(im, n, "a window of %ux%u does not fit a map of %ux%u", (unsigned)reach_h, (unsigned)reach_w, (unsigned)h, (unsigned)v);
    l->out_h = (h - reach_h) / w->stride_h + 1;
    l->out_w = (v - reach_w) / w->stride_w + 1;
    return BONNET_OK;
}

/* A border of zeros around bits that stand for other numbers becomes bits that stand for 0, if some do. */
static bonnet_status bordered(any_import *im, const bonnet_node *n, any_value *v, bonnet_layer *l)
{
    bonnet_net_window *w = &l->win;
    const uint32_t pads[4] = {w->top, w->left, w->bottom, w->right};
    any_value to;
    int done;
    if (v->kind != ANY_BITS || v->add == 0 || w->edge || !(w->top | w->left | w->bottom | w->right)) return BONNET_OK;
    bonnet_status status = any_border(im, n, v, pads, 0, &to, &done);
    if (status != BONNET_OK || !done) return status;
    *v = to;
    l->in_h = v->h, l->in_w = v->w;
    w->top = w->left = w->bottom = w->right = 0;
    return BONNET_OK;
}

/* The planes of a value have its weights, each: [out][channels][taps] to [out][channels][planes][taps]. */
static double *spread(any_import *im, bonnet_layer *l, const double *w, uint32_t planes)
{
    const size_t taps = (size_t)l->win.kernel_h * l->win.kernel_w, filters = (size_t)l->out_c * (l->in_c / l->win.groups);
    double *x = bonnet_arena_calloc(im->g->arena, filters * planes * taps, sizeof *x);
    for (size_t i = 0; x && i < filters * planes; i++) memcpy(x + i * taps, w + i / planes * taps, taps * sizeof *x);
    l->in_c *= planes;
    return x;
}

static bonnet_status sum_set(any_import *im, const bonnet_node *n, const any_value *from, bonnet_layer *l, const double *w, double unit,
                             const any_const *bias, int flat)
{
    if (l->out_c < 1 || l->out_c > BONNET_MAX_WIDE_CHANNELS)
        return ANY_REFUSE(im, n, "%u output channels; 1 to %d fit", (unsigned)l->out_c, BONNET_MAX_WIDE_CHANNELS);
    any_sum *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s);
    if (!s) return bonnet_graph_no_memory(im->g);
    any_value at = *from, *v = &at;
    bonnet_status status = bordered(im, n, v, l);
    if (status != BONNET_OK) return status;
    const uint32_t planes = any_planes(v);
    if (planes > 1 && !(w = spread(im, l, w, planes))) return bonnet_graph_no_memory(im->g);
    l->kind = v->kind == ANY_IMAGE ? BONNET_LAYER_ICONV : BONNET_LAYER_BCONV;
    l->in = l->kind == BONNET_LAYER_ICONV ? (bonnet_map_ref){-1, 0, 0} : (bonnet_map_ref){v->layer, 0, any_bits(v)};
    l->res.map = l->pass.map = -1;
    *s = (any_sum){.l = *l, .node = n, .w = w, .unit = unit, .mul = v->mul, .add = v->add / planes};
    any_value to = {.kind = ANY_SUM, .layer = -1, .ch = l->out_c, .h = l->out_h, .w = l->out_w, .flat = flat, .mul = 1, .sum = s};
    if (bias) {
        if (bias->count != l->out_c && bias->count != 1)
            return ANY_REFUSE(im, n, "a bias of %zu numbers for %u channels", bias->count, (unsigned)l->out_c);
        long double *b = bonnet_arena_calloc(im->g->arena, bias->count, sizeof *b);
        if (!b) return bonnet_graph_no_memory(im->g);
        for (size_t i = 0; i < bias->count; i++) b[i] = bias->v[i];
        status = any_push(im, n, &to, (uint32_t)bias->count, NULL, NULL, b);
        if (status != BONNET_OK) return status;
    }
    return any_set(im, n, to);
}

/* A 1x1 Conv behind a GlobalAveragePool: its weights at every place of the map. */
static bonnet_status on_mean(any_import *im, const bonnet_node *n, const any_value *v, bonnet_layer *l, const any_const *w, const any_const *bias,
                             uint32_t groups)
{
    const size_t places = (size_t)v->h * v->w;
    if (w->dims[2] * w->dims[3] != 1 || (l->win.top | l->win.left | l->win.bottom | l->win.right))
        return ANY_REFUSE(im, n, "a kernel of %ux%u or pads on a mean of one pixel; 1x1 without pads fits", (unsigned)w->dims[2],
                          (unsigned)w->dims[3]);
    double *x = bonnet_arena_calloc(im->g->arena, w->count * places, sizeof *x);
    if (!x) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < w->count * places; i++) x[i] = w->v[i / places];
    any_value from = *v;
    from.mul /= places, from.add /= places;
    l->out_c = w->dims[0], l->out_h = l->out_w = 1;
    l->win =
        (bonnet_net_window){.kernel_h = v->h, .kernel_w = v->w, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = groups};
    return sum_set(im, n, &from, l, x, w->unit, bias, 0);
}

bonnet_status any_conv(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    const any_const *w = any_in(im, n, 1)->c, *bias = any_in(im, n, 2)->c;
    bonnet_layer l = {.in_c = v->ch, .in_h = v->h, .in_w = v->w};
    int64_t group;
    if (v->kind == ANY_SUM && v->sum && v->sum->l.kind == BONNET_LAYER_ICONV && v->sum->l.win.groups == v->ch && any_filter(&v->sum->l) == 1)
        return ANY_REFUSE(im, n,
                          "its image is normalised plane by plane; one number for all planes fits, or int8 pixels by metadata bonnet.pixel_lut or "
                          "--preprocess with mean, std and scale");
    if ((v->kind != ANY_IMAGE && v->kind != ANY_BITS) || v->flat)
        return any_unfit(im, n, v, "Conv reads the image or a binary map; put a Sign before it");
    if (!w || w->rank != 4) return ANY_REFUSE(im, n, "its weight is not a constant of rank 4");
    if (n->n_in > 2 && n->in[2] >= 0 && !bias) return ANY_REFUSE(im, n, "its bias is not a constant");
    bonnet_status status = bonnet_attr_int(im->g, n, "group", 1, &group);
    if (status == BONNET_OK) status = any_window(im, n, w->dims[2], w->dims[3], &l.win);
    if (status != BONNET_OK) return status;
    if (group < 1 || group > v->ch || v->ch % group || w->dims[0] % group || w->dims[1] != v->ch / group)
        return ANY_REFUSE(im, n, "group %lld with a weight of [%u, %u, ...] on %u channels", (long long)group, (unsigned)w->dims[0],
                          (unsigned)w->dims[1], (unsigned)v->ch);
    if (v->mean) return on_mean(im, n, v, &l, w, bias, (uint32_t)group);
    if (any_padded(v) && v->edge && (l.win.top | l.win.left | l.win.bottom | l.win.right))
        return ANY_REFUSE(im, n, "pads zeros around replicated edges; one of them fits");
    l.win.groups = (uint32_t)group;
    l.win.top += v->pads[0], l.win.left += v->pads[1], l.win.bottom += v->pads[2], l.win.right += v->pads[3];
    l.win.edge = v->edge;
    l.out_c = w->dims[0];
    status = any_sizes(im, n, &l);
    return status == BONNET_OK ? sum_set(im, n, v, &l, w->v, w->unit, bias, 0) : status;
}

/* w: [out][in], or with `columns` [in][out]; the inputs are the map's numbers in the order of channel, row, column. */
static bonnet_status dense(any_import *im, const bonnet_node *n, const any_const *w, int columns, double alpha, const any_const *bias)
{
    const any_value *v = any_in(im, n, 0);
    if ((v->kind != ANY_IMAGE && v->kind != ANY_BITS) || any_padded(v) || !v->flat)
        return any_unfit(im, n, v, "a dense layer reads a flattened binary map or image");
    const uint32_t places = v->h * v->w, inputs = v->mean ? v->ch : v->ch * places;
    if (!w || w->rank != 2 || w->dims[columns ? 0 : 1] != inputs)
        return ANY_REFUSE(im, n, "its weight is not a constant matrix for %u inputs", (unsigned)inputs);
    const uint32_t outs = w->dims[columns ? 1 : 0], all = v->ch * places, per = v->mean ? places : 1;
    double *x = bonnet_arena_calloc(im->g->arena, (size_t)outs * all, sizeof *x);
    if (!x) return bonnet_graph_no_memory(im->g);
    for (size_t o = 0; o < outs; o++)
        for (size_t i = 0; i < all; i++) {
            const size_t at = v->last && !v->mean ? i % places * v->ch + i / places : i / per; /* the graph's order to channel, row, column */
            x[o * all + i] = alpha * w->v[columns ? at * outs + o : o * inputs + at];
        }
    bonnet_layer l = {.in_c = v->ch, .in_h = v->h, .in_w = v->w, .out_c = outs, .out_h = 1, .out_w = 1};
    l.win = (bonnet_net_window){.kernel_h = v->h, .kernel_w = v->w, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1};
    any_value from = *v;
    if (v->mean) from.mul /= places, from.add /= places;
    return sum_set(im, n, &from, &l, x, w->unit * (alpha < 0 ? -alpha : alpha), bias, 1);
}

bonnet_status any_gemm(any_import *im, const bonnet_node *n)
{
    double alpha, beta;
    int64_t ta, tb;
    const any_const *bias = any_in(im, n, 2)->c;
    bonnet_status status = bonnet_attr_float(im->g, n, "alpha", 1, &alpha);
    if (status == BONNET_OK) status = bonnet_attr_float(im->g, n, "beta", 1, &beta);
    if (status == BONNET_OK) status = bonnet_attr_int(im->g, n, "transA", 0, &ta);
    if (status == BONNET_OK) status = bonnet_attr_int(im->g, n, "transB", 0, &tb);
    if (status != BONNET_OK) return status;
    if (ta || alpha == 0) return ANY_REFUSE(im, n, "transA %lld, alpha %g; transA 0 and an alpha other than 0 fit", (long long)ta, alpha);
    if (n->n_in > 2 && n->in[2] >= 0 && !bias) return ANY_REFUSE(im, n, "its bias is not a constant");
    if (bias && beta != 1) return ANY_REFUSE(im, n, "beta %g; 1 fits", beta);
    return dense(im, n, any_in(im, n, 1)->c, !tb, alpha, bias);
}

bonnet_status any_matmul(any_import *im, const bonnet_node *n) { return dense(im, n, any_in(im, n, 1)->c, 1, 1, NULL); }

/* Numbers other than 0 around a map: those that its bits stand for. */
static bonnet_status pad_numbers(any_import *im, const bonnet_node *n, const any_value *v, const uint32_t pads[4], double number)
{
    any_value to;
    int done = 0;
    bonnet_status status = v->kind == ANY_BITS ? any_border(im, n, v, pads, number, &to, &done) : BONNET_OK;
    if (status != BONNET_OK || done) return status == BONNET_OK ? any_set(im, n, to) : status;
    return ANY_REFUSE(im, n, "pads with %g; 0 fits, and around a map what its bits stand for", number);
}

bonnet_status any_pad(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0), *p = any_in(im, n, 1), *fill = any_in(im, n, 2);
    any_value to = *v;
    uint32_t pads[4], all = 0;
    const int edge = bonnet_attr_is(n, "mode", "edge", "constant");
    if (!edge && !bonnet_attr_is(n, "mode", "constant", "constant")) return ANY_REFUSE(im, n, "mode is neither constant nor edge");
    if (p->kind != ANY_CONST || p->c->count != 8 || n->n_in > 3) return ANY_REFUSE(im, n, "its pads are not a constant of 8 numbers");
    for (int i = 0; i < 8; i++) {
        const double x = p->c->v[i];
        if (x < 0 || x >= BONNET_MAX_SIDE || (i % 4 < 2 && x != 0))
            return ANY_REFUSE(im, n, "pads of %g in dimension %d; 0..511 around rows and columns fit", x, i % 4);
        if (i % 4 >= 2) all |= pads[i / 4 * 2 + i % 4 - 2] = (uint32_t)x;
    }
    if (!all && v->kind != ANY_CONST) return any_set(im, n, to); /* as in front of every AvgPool2d */
    if ((v->kind != ANY_IMAGE && v->kind != ANY_BITS) || v->flat || v->mean || any_padded(v))
        return any_unfit(im, n, v, "Pad goes around the image or a binary map, once");
    if (!edge && fill->kind == ANY_CONST && fill->c->count != 1) return ANY_REFUSE(im, n, "pads with %zu numbers; one fits", fill->c->count);
    if (!edge && fill->kind == ANY_CONST && fill->c->v[0] != 0) return pad_numbers(im, n, v, pads, fill->c->v[0]);
    memcpy(to.pads, pads, sizeof pads);
    to.edge = edge;
    return any_set(im, n, to);
}
