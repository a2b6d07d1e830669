/* SPDX-License-Identifier: Apache-2.0 */
/* any_pool.c - MaxPool before and after the sign, the mean before the last layer, two maps joined. */
#include <string.h>
#include "any.h"

/* ceil_mode is a border that is wider below and on the right, of taps that count nothing. */
static uint32_t ceiling(uint32_t in, uint32_t before, uint32_t after, uint32_t kernel, uint32_t stride, uint32_t dilation)
{
    const uint32_t padded = in + before + after, reach = (kernel - 1) * dilation + 1;
    if (padded < reach) return 0;
    const uint32_t rest = (padded - reach) % stride;
    const uint32_t out = (padded - reach) / stride + 1;            /* of the floor */
    return rest && out * stride < in + before ? stride - rest : 0; /* a window that would start behind the map is none */
}

bonnet_status any_pool(any_import *im, const bonnet_node *n, any_value *bits, const bonnet_net_window *w, const uint8_t *and_pool)
{
    bonnet_layer l = {
        .kind = BONNET_LAYER_BPOOL, .in_c = bits->ch, .in_h = bits->h, .in_w = bits->w, .out_c = bits->ch, .win = *w, .pool_and = and_pool};
    bonnet_status status = any_sizes(im, n, &l);
    if (status != BONNET_OK) return status;
    l.in = (bonnet_map_ref){bits->layer, 0, bits->ch};
    l.res.map = l.pass.map = -1;
    any_finish(&l, n);
    bits->h = l.out_h, bits->w = l.out_w;
    return any_layer(im, n, &l, &bits->layer);
}

/* A pool of bits, whose 1 may stand for the smaller number. */
static bonnet_status bits_pool(any_import *im, const bonnet_node *n, const any_value *v, const bonnet_net_window *w)
{
    any_value to = *v;
    uint8_t *and_ = bonnet_arena_calloc(im->g->arena, v->ch, 1);
    if (!and_) return bonnet_graph_no_memory(im->g);
    memset(and_, v->mul < 0, v->ch);
    bonnet_status status = any_pool(im, n, &to, w, and_);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

static bonnet_status max_over(any_import *im, const bonnet_node *n, const bonnet_net_window *w)
{
    const any_value *v = any_in(im, n, 0);
    if ((v->kind != ANY_BITS && v->kind != ANY_SUM) || v->flat || v->mean || any_padded(v) || v->ended)
        return any_unfit(im, n, v, "MaxPool reads a binary map, or a sum before its sign");
    if (v->pool) return ANY_REFUSE(im, n, "a second MaxPool before the sign; one fits");
    if (v->kind == ANY_BITS) return bits_pool(im, n, v, w);
    bonnet_layer l = {.in_h = v->h, .in_w = v->w, .win = *w};
    bonnet_status status = any_sizes(im, n, &l);
    bonnet_net_window *kept = bonnet_arena_calloc(im->g->arena, 1, sizeof *kept);
    if (!kept) return bonnet_graph_no_memory(im->g);
    if (status != BONNET_OK) return status;
    *kept = *w;
    any_value to = *v;
    to.pool = kept, to.pooled_at = v->chain, to.h = l.out_h, to.w = l.out_w;
    return any_set(im, n, to);
}

bonnet_status any_maxpool(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    bonnet_net_window w;
    int64_t up;
    bonnet_status status = bonnet_attr_int(im->g, n, "ceil_mode", 0, &up);
    if (status == BONNET_OK) status = any_window(im, n, 0, 0, &w);
    if (status != BONNET_OK) return status;
    if ((w.top > w.bottom ? w.top : w.bottom) * 2 > w.kernel_h || (w.left > w.right ? w.left : w.right) * 2 > w.kernel_w)
        return ANY_REFUSE(im, n, "pads more than half its kernel");
    if (w.dilation_h != 1 || w.dilation_w != 1) return ANY_REFUSE(im, n, "dilations; 1 fits");
    if (up) {
        w.bottom += ceiling(v->h, w.top, w.bottom, w.kernel_h, w.stride_h, 1);
        w.right += ceiling(v->w, w.left, w.right, w.kernel_w, w.stride_w, 1);
    }
    return max_over(im, n, &w);
}

bonnet_status any_global_max(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    bonnet_net_window w = {.kernel_h = v->h, .kernel_w = v->w, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1};
    return max_over(im, n, &w);
}

bonnet_status any_join(any_import *im, const bonnet_node *n, bonnet_join join)
{
    const any_value *a = any_in(im, n, 0), *b = any_in(im, n, 1);
    any_value to = *a;
    if (n->n_in != 2) return ANY_REFUSE(im, n, "has %u inputs; two fit", (unsigned)n->n_in);
    if (a->kind != ANY_BITS || b->kind != ANY_BITS) return ANY_REFUSE(im, n, "joins %s and %s; two binary maps fit", any_name(a), any_name(b));
    if (a->ch != b->ch || a->h != b->h || a->w != b->w || a->flat != b->flat || a->last != b->last || a->mean || b->mean || any_padded(a) ||
        any_padded(b))
        return ANY_REFUSE(im, n, "joins maps of %ux%ux%u and %ux%ux%u; equal shapes fit", (unsigned)a->ch, (unsigned)a->h, (unsigned)a->w,
                          (unsigned)b->ch, (unsigned)b->h, (unsigned)b->w);
    if (join == BONNET_JOIN_XNOR) {
        if (a->add != 0 || b->add != 0) return ANY_REFUSE(im, n, "multiplies bits that do not stand for +-1 times a scale");
        to.mul = a->mul * b->mul;
    } else {
        if (a->mul != b->mul || a->add != b->add)
            return ANY_REFUSE(im, n, "joins maps whose bits stand for different numbers; one scale for both fits");
        if (a->mul < 0) join = join == BONNET_JOIN_OR ? BONNET_JOIN_AND : BONNET_JOIN_OR;
    }
    bonnet_layer l = {.kind = BONNET_LAYER_BELT, .in_c = a->ch, .in_h = a->h, .in_w = a->w, .out_c = a->ch, .out_h = a->h, .out_w = a->w};
    l.win =
        (bonnet_net_window){.kernel_h = 1, .kernel_w = 1, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1, .join = join};
    l.in = (bonnet_map_ref){a->layer, 0, a->ch};
    l.res = (bonnet_map_ref){b->layer, 0, b->ch};
    l.pass.map = -1;
    any_finish(&l, n);
    bonnet_status status = any_layer(im, n, &l, &to.layer);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

bonnet_status any_max(any_import *im, const bonnet_node *n) { return any_join(im, n, BONNET_JOIN_OR); }
bonnet_status any_min(any_import *im, const bonnet_node *n) { return any_join(im, n, BONNET_JOIN_AND); }
