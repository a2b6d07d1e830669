/* SPDX-License-Identifier: Apache-2.0 */
/* any_pool.c - MaxPool before and after the sign, the mean before the last layer, two maps joined. */
#include <math.h>
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
    bonnet_layer l = {.kind = BONNET_LAYER_BPOOL,
                      .in_c = any_bits(bits),
                      .in_h = bits->h,
                      .in_w = bits->w,
                      .out_c = any_bits(bits),
                      .win = *w,
                      .pool_and = and_pool};
    bonnet_status status = any_sizes(im, n, &l);
    if (status != BONNET_OK) return status;
    l.in = (bonnet_map_ref){bits->layer, 0, any_bits(bits)};
    l.res.map = l.pass.map = -1;
    any_finish(&l, n);
    bits->h = l.out_h, bits->w = l.out_w;
    return any_layer(im, n, &l, &bits->layer);
}

/* A pool of bits, whose 1 may stand for the smaller number. */
static bonnet_status bits_pool(any_import *im, const bonnet_node *n, const any_value *v, const bonnet_net_window *w)
{
    any_value to = *v;
    if (any_planes(v) > 1 && !v->nested) return ANY_REFUSE(im, n, "reads a sum of maps; a MaxPool before the Add, or behind a Sign, fits");
    uint8_t *and_ = bonnet_arena_calloc(im->g->arena, any_bits(v), 1);
    if (!and_) return bonnet_graph_no_memory(im->g);
    memset(and_, v->mul < 0, any_bits(v));
    bonnet_status status = any_pool(im, n, &to, w, and_);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

static bonnet_status max_over(any_import *im, const bonnet_node *n, const bonnet_net_window *w)
{
    const any_value *v = any_in(im, n, 0);
    if ((v->kind != ANY_BITS && v->kind != ANY_SUM) || v->flat || v->mean || any_padded(v) || v->ended)
        return any_unfit(im, n, v, "MaxPool reads a binary map, or a sum before its sign");
    if (v->pool) return ANY_REFUSE(im, n, "a second MaxPool before the sign; one fits");
    if (v->side) return ANY_REFUSE(im, n, "reads sums to which a map was added; a MaxPool before the Add, or behind a Sign, fits");
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

bonnet_status any_belt(any_import *im, const bonnet_node *n, const any_value *a, const any_value *b, bonnet_join join, int32_t *layer)
{
    bonnet_layer l = {.kind = BONNET_LAYER_BELT, .in_c = any_bits(a), .in_h = a->h, .in_w = a->w, .out_c = any_bits(a), .out_h = a->h, .out_w = a->w};
    l.win =
        (bonnet_net_window){.kernel_h = 1, .kernel_w = 1, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1, .join = join};
    l.in = (bonnet_map_ref){a->layer, 0, any_bits(a)};
    l.res = (bonnet_map_ref){b->layer, 0, any_bits(b)};
    l.pass.map = -1;
    any_finish(&l, n);
    return any_layer(im, n, &l, layer);
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
    if (any_planes(a) != any_planes(b) || (any_planes(a) > 1 && (join == BONNET_JOIN_XNOR || !a->nested || !b->nested)))
        return ANY_REFUSE(im, n, "joins maps of %u and %u bits a value; maps of one bit fit", (unsigned)any_planes(a), (unsigned)any_planes(b));
    if (join == BONNET_JOIN_XNOR) {
        if (a->add != 0 || b->add != 0) return ANY_REFUSE(im, n, "multiplies bits that do not stand for +-1 times a scale");
        to.mul = a->mul * b->mul;
    } else {
        if (a->mul != b->mul || a->add != b->add)
            return ANY_REFUSE(im, n, "joins maps whose bits stand for different numbers; one scale for both fits");
        if (a->mul < 0) join = join == BONNET_JOIN_OR ? BONNET_JOIN_AND : BONNET_JOIN_OR;
    }
    bonnet_status status = any_belt(im, n, a, b, join, &to.layer);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

bonnet_status any_max(any_import *im, const bonnet_node *n) { return any_join(im, n, BONNET_JOIN_OR); }
bonnet_status any_min(any_import *im, const bonnet_node *n) { return any_join(im, n, BONNET_JOIN_AND); }

/* A pool of one tap makes of what lies outside 0 in OR channels and 1 in AND channels: as many bits of 1 as make the number. */
bonnet_status any_border(any_import *im, const bonnet_node *n, const any_value *v, const uint32_t pads[4], long double number, any_value *to,
                         int *done)
{
    const uint32_t planes = any_planes(v);
    uint32_t ones = 0;
    *done = 0;
    while (ones <= planes && fabsl(v->mul * (2.0L * ones - planes) + v->add - number) > 0x1p-40L * (fabsl(v->add) + fabsl(number))) ones++;
    if (ones > planes) return BONNET_OK;
    uint8_t *and_ = bonnet_arena_calloc(im->g->arena, any_bits(v), 1);
    if (!and_) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < any_bits(v); i++) and_[i] = i % planes < ones;
    const bonnet_net_window w = {.kernel_h = 1,
                                 .kernel_w = 1,
                                 .stride_h = 1,
                                 .stride_w = 1,
                                 .dilation_h = 1,
                                 .dilation_w = 1,
                                 .top = pads[0],
                                 .left = pads[1],
                                 .bottom = pads[2],
                                 .right = pads[3],
                                 .groups = 1};
    *to = *v;
    *done = 1;
    return any_pool(im, n, to, &w, and_);
}
