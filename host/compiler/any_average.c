/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_average.c - AveragePool and GlobalAveragePool. A mean of window sums is a window sum: the box goes over the filter, and the strides multiply. A mean of
 * a map is that of its own 1x1 sum. GlobalAveragePool of a map waits: the dense layer behind it takes the mean (any_conv.c).
 */
#include <string.h>
#include "any.h"

bonnet_status any_unit_sum(any_import *im, const bonnet_node *n, const any_value *v, any_value *to)
{
    any_sum *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s);
    const uint32_t planes = any_planes(v), all = any_bits(v);
    double *one = bonnet_arena_calloc(im->g->arena, all, sizeof *one);
    if (!s || !one) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < all; i++) one[i] = 1;
    *s = (any_sum){.node = n, .w = one, .unit = 1, .mul = v->mul, .add = v->add / planes};
    s->l = (bonnet_layer){.in_c = all, .in_h = v->h, .in_w = v->w, .out_c = v->ch, .out_h = v->h, .out_w = v->w};
    s->l.kind = v->kind == ANY_IMAGE ? BONNET_LAYER_ICONV : BONNET_LAYER_BCONV;
    s->l.in = v->kind == ANY_IMAGE ? (bonnet_map_ref){-1, 0, 0} : (bonnet_map_ref){v->layer, 0, all};
    s->l.res.map = s->l.pass.map = -1;
    s->l.win = (bonnet_net_window){.kernel_h = 1, .kernel_w = 1, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = v->ch};
    *to = *v;
    to->kind = ANY_SUM, to->mul = 1, to->add = 0, to->planes = 0, to->sum = s;
    return BONNET_OK;
}

/* One side of the window of the mean: `taps` of the sum's windows, each `kernel` taps `dilation` apart, from `stride` to `stride`. */
static uint32_t reach(uint32_t taps, uint32_t stride, uint32_t kernel, uint32_t dilation)
{
    return (taps - 1) * stride + (kernel - 1) * dilation + 1;
}

/* Where tap `at` of a window that begins `before` in front of a map of `size` lies in it; -1: in the zeros around it. */
static int64_t place(uint32_t at, uint32_t before, uint32_t size, uint32_t edge)
{
    const int64_t i = (int64_t)at - before, last = (int64_t)size - 1;
    if (i >= 0 && i <= last) return i;
    if (!edge) return -1;
    return i < 0 ? 0 : last;
}

/* One filter under the box, summed: down the rows first, then along them, which is as much less work as the box is wide. `tall`: [big rows][columns] of scratch. */
static void stretched(double *to, double *tall, const double *from, const bonnet_net_window *w, const bonnet_net_window *box,
                      const bonnet_net_window *big, int all)
{
    const uint32_t columns = w->kernel_w;
    memset(tall, 0, (size_t)big->kernel_h * columns * sizeof *tall);
    for (uint32_t k = 0; k < w->kernel_h; k++)
        for (uint32_t i = 0; i < box->kernel_h; i++) {
            const int64_t y = place(i * w->stride_h + k * w->dilation_h, all ? w->top : 0, big->kernel_h, w->edge);
            for (uint32_t x = 0; y >= 0 && x < columns; x++) tall[(uint64_t)y * columns + x] += from[k * columns + x];
        }
    for (uint32_t y = 0; y < big->kernel_h; y++)
        for (uint32_t k = 0; k < columns; k++)
            for (uint32_t i = 0; i < box->kernel_w; i++) {
                const int64_t x = place(i * w->stride_w + k * w->dilation_w, all ? w->left : 0, big->kernel_w, w->edge);
                if (x >= 0) to[(uint64_t)y * big->kernel_w + (uint64_t)x] += tall[y * columns + k];
            }
}

/* The mean of `box` windows of the sum v. One that takes them all is a filter as large as the map: what lies outside is left out, or is its edge. */
static bonnet_status boxed(any_import *im, const bonnet_node *n, const any_value *v, const bonnet_net_window *box, any_value *to)
{
    for (const bonnet_affine *c = v->chain; c; c = c->prev)
        if (c->clamp || c->below) return ANY_REFUSE(im, n, "averages sums behind a Relu, PRelu or Clip; put a Sign between");
    if (v->pool || v->parts || v->side) return ANY_REFUSE(im, n, "averages sums behind a MaxPool, a Concat or an Add of a map; put a Sign between");
    const any_sum *of = v->sum;
    const bonnet_layer *l = &of->l;
    const bonnet_net_window *w = &l->win;
    const uint32_t channels = l->in_c / w->groups;
    any_sum *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s);
    if (!s) return bonnet_graph_no_memory(im->g);
    *s = *of;
    s->node = n;
    s->l.out_h = (l->out_h - box->kernel_h) / box->stride_h + 1;
    s->l.out_w = (l->out_w - box->kernel_w) / box->stride_w + 1;
    const int all = box->kernel_h == l->out_h && box->kernel_w == l->out_w;
    bonnet_net_window *big = &s->l.win;
    big->kernel_h = all ? l->in_h : reach(box->kernel_h, w->stride_h, w->kernel_h, w->dilation_h);
    big->kernel_w = all ? l->in_w : reach(box->kernel_w, w->stride_w, w->kernel_w, w->dilation_w);
    big->stride_h = all ? 1 : w->stride_h * box->stride_h;
    big->stride_w = all ? 1 : w->stride_w * box->stride_w;
    big->dilation_h = big->dilation_w = 1;
    if (all) big->top = big->left = big->bottom = big->right = big->edge = 0;
    const uint64_t taps = (uint64_t)big->kernel_h * big->kernel_w;
    if (taps * channels > BONNET_MAX_WIDE_DOT)
        return ANY_REFUSE(im, n, "makes sums of %llu products; up to %d fit", (unsigned long long)(taps * channels), BONNET_MAX_WIDE_DOT);
    double *x = bonnet_arena_calloc(im->g->arena, taps * channels * l->out_c, sizeof *x);
    if (!x) return bonnet_graph_no_memory(im->g);
    double *tall = bonnet_arena_calloc(im->g->arena, (size_t)big->kernel_h * w->kernel_w, sizeof *tall);
    if (!tall) return bonnet_graph_no_memory(im->g);
    for (size_t f = 0; f < (size_t)l->out_c * channels; f++) stretched(x + f * taps, tall, of->w + f * w->kernel_h * w->kernel_w, w, box, big, all);
    const long double count = (long double)box->kernel_h * box->kernel_w;
    s->w = x;
    s->mul /= count, s->add /= count;
    *to = *v;
    to->sum = s, to->h = s->l.out_h, to->w = s->l.out_w;
    return BONNET_OK;
}

static bonnet_status all_of(any_import *im, const bonnet_node *n, const any_value *v, any_value *to)
{
    return boxed(im, n, v, &(bonnet_net_window){.kernel_h = v->h, .kernel_w = v->w, .stride_h = 1, .stride_w = 1}, to);
}

bonnet_status any_as_sum(any_import *im, const bonnet_node *n, const any_value *v, any_value *to)
{
    any_value whole = *v, sum;
    *to = *v;
    if (v->kind == ANY_SUM) return BONNET_OK;
    if (any_padded(v)) return ANY_REFUSE(im, n, "follows a Pad; a Conv fits there");
    if (v->kind != ANY_BITS && v->kind != ANY_IMAGE) return any_unfit(im, n, v, "a sum, a binary map or the image fits");
    if (!v->mean) return any_unit_sum(im, n, v, to);
    whole.mean = 0;
    bonnet_status status = any_unit_sum(im, n, &whole, &sum);
    return status == BONNET_OK ? all_of(im, n, &sum, to) : status;
}

bonnet_status any_average_pool(any_import *im, const bonnet_node *n)
{
    any_value v = *any_in(im, n, 0), to;
    bonnet_net_window box;
    int64_t up, whole;
    if (v.kind == ANY_CONST || v.kind == ANY_NONE || v.flat || v.mean || (any_padded(&v) && v.edge) || v.ended)
        return any_unfit(im, n, &v, "AveragePool reads the image, a binary map, or a sum before its sign");
    bonnet_status status = bonnet_attr_int(im->g, n, "ceil_mode", 0, &up);
    if (status == BONNET_OK) status = bonnet_attr_int(im->g, n, "count_include_pad", 0, &whole);
    if (status == BONNET_OK) status = any_window(im, n, 0, 0, &box);
    if (status == BONNET_OK && any_padded(&v)) { /* zeros that are counted, as torch.onnx writes them */
        if ((box.top | box.left | box.bottom | box.right) && !whole) return ANY_REFUSE(im, n, "pads what it averages behind a Pad; one of them fits");
        box.top += v.pads[0], box.left += v.pads[1], box.bottom += v.pads[2], box.right += v.pads[3];
        memset(v.pads, 0, sizeof v.pads);
        whole = 1;
    }
    if (status == BONNET_OK && whole && v.kind == ANY_BITS && v.add != 0 && (box.top | box.left | box.bottom | box.right)) {
        const uint32_t pads[4] = {box.top, box.left, box.bottom, box.right};
        int done;
        status = any_border(im, n, &v, pads, 0, &to, &done);
        if (status == BONNET_OK && done) v = to, box.top = box.left = box.bottom = box.right = 0;
    }
    if (status == BONNET_OK && v.kind != ANY_SUM) {
        const any_value map = v;
        status = any_unit_sum(im, n, &map, &v);
    }
    if (status != BONNET_OK) return status;
    if (box.dilation_h != 1 || box.dilation_w != 1) return ANY_REFUSE(im, n, "dilations; 1 fits");
    if (box.top | box.left | box.bottom | box.right) {
        if (!whole || any_in(im, n, 0)->kind == ANY_SUM)
            return ANY_REFUSE(im, n, "pads what it averages; without pads, or on a map with count_include_pad 1, it fits");
        any_sum *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s); /* zeros around the map are counted: so they are in its 1x1 sum */
        if (!s) return bonnet_graph_no_memory(im->g);
        *s = *v.sum;
        s->l.win.top = box.top, s->l.win.left = box.left, s->l.win.bottom = box.bottom, s->l.win.right = box.right;
        status = any_sizes(im, n, &s->l);
        if (status != BONNET_OK) return status;
        v.sum = s, v.h = s->l.out_h, v.w = s->l.out_w;
    }
    if (box.kernel_h > v.h || box.kernel_w > v.w)
        return ANY_REFUSE(im, n, "a window of %ux%u on a map of %ux%u", (unsigned)box.kernel_h, (unsigned)box.kernel_w, (unsigned)v.h, (unsigned)v.w);
    if (up && ((v.h - box.kernel_h) % box.stride_h || (v.w - box.kernel_w) % box.stride_w))
        return ANY_REFUSE(im, n, "ceil_mode adds windows that hang over the edge; 0 fits");
    status = boxed(im, n, &v, &box, &to);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

static bonnet_status mean_of_all(any_import *im, const bonnet_node *n, int flat)
{
    const any_value *v = any_in(im, n, 0);
    any_value to = *v;
    if (v->flat || v->mean || v->ended || any_padded(v) || (v->kind != ANY_BITS && v->kind != ANY_SUM))
        return any_unfit(im, n, v, "GlobalAveragePool reads a binary map before a dense layer, or a sum");
    if (v->kind == ANY_SUM) {
        bonnet_status status = all_of(im, n, v, &to);
        to.flat = flat;
        return status == BONNET_OK ? any_set(im, n, to) : status;
    }
    to.mean = 1, to.flat = flat;
    return any_set(im, n, to);
}

bonnet_status any_global_average(any_import *im, const bonnet_node *n) { return mean_of_all(im, n, 0); }

/* ReduceSum: the mean times what it is of. */
static bonnet_status times_places(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    any_value to = im->values[n->out];
    long double *places = bonnet_arena_calloc(im->g->arena, 1, sizeof *places);
    if (!places) return bonnet_graph_no_memory(im->g);
    *places = (long double)v->h * v->w;
    if (to.kind == ANY_BITS) {
        to.mul *= *places, to.add *= *places;
        return any_set(im, n, to);
    }
    bonnet_status status = any_push(im, n, &to, 1, NULL, places, NULL);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

/* Over rows and columns it is GlobalAveragePool or GlobalMaxPool, and with keepdims 0 a Flatten behind it. */
bonnet_status any_reduce(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0), *axes = any_in(im, n, 1);
    const Onnx__AttributeProto *a = bonnet_attr_find(n, "axes");
    int64_t keep, at[2] = {0, 0};
    bonnet_status status = bonnet_attr_int(im->g, n, "keepdims", 1, &keep);
    if (status != BONNET_OK) return status;
    const size_t count = axes->kind == ANY_CONST ? axes->c->count : a ? a->n_ints : 0;
    for (size_t i = 0; i < 2 && count == 2; i++) {
        at[i] = axes->kind == ANY_CONST ? (int64_t)axes->c->v[i] : a->ints[i];
        if (at[i] < 0) at[i] += 4;
    }
    const int64_t first = v->last ? 1 : 2; /* of rows and columns, in either order */
    if (v->flat || at[0] + at[1] != 2 * first + 1 || (at[0] != first && at[1] != first))
        return ANY_REFUSE(im, n, "axes are not %d and %d, the rows and columns of a map", (int)first, (int)first + 1);
    const int most = strcmp(n->op, "ReduceMax") == 0;
    status = most ? any_global_max(im, n) : mean_of_all(im, n, !keep);
    if (most && status == BONNET_OK) im->values[n->out].flat = !keep;
    return status == BONNET_OK && strcmp(n->op, "ReduceSum") == 0 ? times_places(im, n) : status;
}
