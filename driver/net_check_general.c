/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_check_general.c - the rules of general layers (net.h): shapes, references, and numbers whose largest sum must fit.
 *
 * A layer that passes costs bounded memory and work: sums of at most 2^22 products, at most 2^36 of them in a layer.
 */
#include <limits.h>
#include <string.h>
#include "net_check.h"

#define RULE(holds, ...)                                                                                                                             \
    do {                                                                                                                                             \
        if (!bonnet_net_rule(c, (holds), __VA_ARGS__)) return 0;                                                                                     \
    } while (0)

enum { MAX_PIXEL = 1 << 16 }; /* |mul * x + add| */
static const uint64_t max_macs = UINT64_C(1) << 36;

static int side_ok(const bonnet_check *c, const char *what, uint32_t in, uint32_t out, uint32_t kernel, uint32_t stride, uint32_t dilation,
                   uint32_t before, uint32_t after)
{
    const uint32_t most = BONNET_MAX_SIDE;
    RULE(kernel >= 1 && kernel <= most && stride >= 1 && stride <= most && dilation >= 1 && dilation <= most && before < most && after < most,
         "%s: kernel %u, stride %u, dilation %u, pads %u and %u, not 1..%u (pads 0..)", what, kernel, stride, dilation, before, after, most);
    const uint32_t reach = (kernel - 1) * dilation + 1, padded = in + before + after;
    RULE(reach <= padded, "%s: a window of %u over %u pixels with their border", what, reach, padded);
    RULE(out == (padded - reach) / stride + 1, "%s of the map is %u, not %u", what, out, (padded - reach) / stride + 1);
    return 1;
}

static int ref_ok(const bonnet_check *c, const char *what, const bonnet_map_ref *ref, const bonnet_layer *l)
{
    RULE(ref->map >= 0 && ref->map < c->layer, "%s refers to map %d, not an earlier one", what, ref->map);
    const bonnet_layer *from = &c->net->layers[ref->map];
    RULE(ref->first == 0 && ref->channels == l->in_c && from->out_c == l->in_c, "%s is channels %u..+%u of %u, not all %u", what, ref->first,
         ref->channels, from->out_c, l->in_c);
    RULE(from->out_h == l->in_h && from->out_w == l->in_w, "%s is %u x %u, not %u x %u", what, from->out_h, from->out_w, l->in_h, l->in_w);
    return 1;
}

static int ref_none(const bonnet_check *c, const char *what, const bonnet_map_ref *ref)
{
    RULE(ref->map == -1 && ref->first == 0 && ref->channels == 0, "%s must be none", what);
    return 1;
}

static int plain(const bonnet_check *c, const bonnet_layer *l)
{
    const bonnet_net_window *w = &l->win;
    RULE(l->conv_c == l->out_c && l->conv_h == l->out_h && l->conv_w == l->out_w, "conv_c, conv_h, conv_w are not those of the map");
    RULE(l->kernel == w->kernel_h && l->stride == w->stride_h && l->dilation == w->dilation_h, "kernel, stride or dilation is not the window's");
    RULE(l->pool == 0 && l->post == BONNET_POST_STORE && !l->dw && !l->dw_const && !l->s1 && !l->s2, "a field of other layers is not 0");
    RULE(l->kind == BONNET_LAYER_ICONV || (!l->pixels_signed && !w->mul && !w->add), "a field of the first layer is not 0");
    RULE(l->kind == BONNET_LAYER_BELT || w->join == BONNET_JOIN_XNOR, "join on a layer that joins nothing");
    RULE(w->edge <= 1 && (uint32_t)w->join <= BONNET_JOIN_AND && l->pixels_signed <= 1, "edge, join or pixels_signed has no such value");
    return ref_none(c, "pass", &l->pass);
}

/* Everything but the kind's own. */
static int window_ok(const bonnet_check *c, const bonnet_layer *l)
{
    const bonnet_net_window *w = &l->win;
    RULE(l->in_h >= 1 && l->in_h <= BONNET_MAX_SIDE && l->in_w >= 1 && l->in_w <= BONNET_MAX_SIDE, "input of %u x %u, sides are 1..%d", l->in_h,
         l->in_w, BONNET_MAX_SIDE);
    RULE(l->in_c >= 1 && l->in_c <= BONNET_MAX_WIDE_CHANNELS && l->out_c >= 1 && l->out_c <= BONNET_MAX_WIDE_CHANNELS, "%u channels to %u, not 1..%d",
         l->in_c, l->out_c, BONNET_MAX_WIDE_CHANNELS);
    if (!side_ok(c, "height", l->in_h, l->out_h, w->kernel_h, w->stride_h, w->dilation_h, w->top, w->bottom) ||
        !side_ok(c, "width", l->in_w, l->out_w, w->kernel_w, w->stride_w, w->dilation_w, w->left, w->right))
        return 0;
    RULE(l->out_h <= BONNET_MAX_SIDE && l->out_w <= BONNET_MAX_SIDE, "map of %u x %u, sides are 1..%d", l->out_h, l->out_w, BONNET_MAX_SIDE);
    RULE(w->groups >= 1 && l->in_c % w->groups == 0 && l->out_c % w->groups == 0, "%u groups of %u channels to %u", w->groups, l->in_c, l->out_c);
    const uint64_t dot = (uint64_t)w->kernel_h * w->kernel_w * (l->in_c / w->groups);
    RULE(dot <= BONNET_MAX_WIDE_DOT, "sums of %llu products, more than %d", (unsigned long long)dot, BONNET_MAX_WIDE_DOT);
    const uint64_t all = dot * l->out_c * l->out_h * l->out_w; /* 22 + 12 + 18 bits */
    RULE(all <= max_macs, "%llu products in a layer, more than %llu", (unsigned long long)all, (unsigned long long)max_macs);
    return plain(c, l);
}

static int same_channels(const bonnet_check *c, const bonnet_layer *l)
{
    RULE(l->out_c == l->in_c && l->win.groups == 1, "out_c is %u of %u channels in %u groups; this layer keeps its channels", l->out_c, l->in_c,
         l->win.groups);
    return 1;
}

/* Channels of its own choice: the shapes; which ones, is a parameter. */
static int pick_ok(const bonnet_check *c, const bonnet_layer *l)
{
    const bonnet_net_window *w = &l->win;
    RULE(w->kernel_h == 1 && w->kernel_w == 1 && w->groups == 1 && l->out_h == l->in_h && l->out_w == l->in_w, "a choice of channels slides nothing");
    if (!ref_ok(c, "in", &l->in, l)) return 0;
    if (l->res.map < 0) return ref_none(c, "res", &l->res);
    RULE(l->res.channels >= 1 && l->res.channels <= BONNET_MAX_WIDE_CHANNELS, "res of %u channels, not 1..%d", l->res.channels,
         BONNET_MAX_WIDE_CHANNELS);
    bonnet_layer other = *l;
    other.in_c = l->res.channels;
    return ref_ok(c, "res", &l->res, &other);
}

static int iconv_ok(const bonnet_check *c, const bonnet_layer *l)
{
    const int64_t m = l->win.mul, a = l->win.add, low = l->pixels_signed ? -128 : 0, high = low + 255;
    RULE(m >= 1 && m * high + a <= MAX_PIXEL && m * low + a >= -MAX_PIXEL && m <= MAX_PIXEL && a <= 2 * MAX_PIXEL && a >= -2 * MAX_PIXEL,
         "pixels are %lld * x + %lld, beyond +-%d", (long long)m, (long long)a, (int)MAX_PIXEL);
    return ref_none(c, "in", &l->in) && ref_none(c, "res", &l->res);
}

static int sum_ok(const bonnet_check *c, const bonnet_layer *l)
{
    RULE(l->out_h == 1 && l->out_w == 1 && l->win.groups == 1, "logits are one window in one group, not %u x %u in %u", l->out_h, l->out_w,
         l->win.groups);
    RULE(!l->win.top && !l->win.left && !l->win.bottom && !l->win.right, "a border around the window of the logits");
    RULE(l->out_c == c->net->classes, "out_c is %u, the network has %u classes", l->out_c, c->net->classes);
    return ref_ok(c, "in", &l->in, l) && ref_none(c, "res", &l->res);
}

int bonnet_net_check_general(const bonnet_check *c, const bonnet_layer *l)
{
    const uint32_t i = (uint32_t)c->layer, n = c->net->n_layers;
    const int first = l->kind == BONNET_LAYER_ICONV, last = l->kind == BONNET_LAYER_BSUM;
    RULE(bonnet_kind_general(l->kind) && first == (i == 0) && (c->part ? !last || i == n - 1 : last == (i == n - 1)), "kind %u as layer %u of %u",
         (unsigned)l->kind, i, n);
    if (!window_ok(c, l)) return 0;
    if (first) return iconv_ok(c, l);
    if (last) return sum_ok(c, l);
    if (l->kind == BONNET_LAYER_BCONV) return ref_ok(c, "in", &l->in, l) && ref_none(c, "res", &l->res);
    if (l->kind == BONNET_LAYER_BPICK) return pick_ok(c, l);
    if (!same_channels(c, l) || !ref_ok(c, "in", &l->in, l)) return 0;
    if (l->kind == BONNET_LAYER_BPOOL) return ref_none(c, "res", &l->res);
    RULE(l->win.kernel_h == 1 && l->win.kernel_w == 1 && l->out_h == l->in_h && l->out_w == l->in_w, "a join of two maps slides nothing");
    return ref_ok(c, "res", &l->res, l);
}

static int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

/* Bits behind the last channel are 0: what counts mismatches in whole words relies on it. */
static int bits_ok(const bonnet_check *c, const bonnet_layer *l)
{
    const uint32_t channels = l->in_c / l->win.groups, words = (channels + 63) / 64;
    const uint64_t behind = channels % 64 ? ~UINT64_C(0) << channels % 64 : 0;
    const size_t taps = (size_t)l->out_c * l->win.kernel_h * l->win.kernel_w;
    for (size_t i = 0; i < taps; i++) RULE(!(l->bits[(i + 1) * words - 1] & behind), "a weight behind the last channel of tap %zu is not 0", i);
    return 1;
}

/* The largest sum of a channel of int8 weights with numbers up to `most` fits 32 bits. */
static int sums_ok(const bonnet_check *c, const bonnet_layer *l, int64_t most, const int32_t *bias)
{
    const size_t dot = bonnet_net_param_count(c->net, (uint32_t)c->layer, BONNET_PARAM_W8) / l->out_c;
    for (uint32_t o = 0; o < l->out_c; o++) {
        int64_t sum = bias ? magnitude(bias[o]) : 0;
        for (size_t i = 0; i < dot; i++) sum += magnitude(l->w8[o * dot + i]) * most;
        RULE(sum <= INT32_MAX, "the sum of channel %u may leave 32 bits", o);
    }
    return 1;
}

int bonnet_net_check_general_params(const bonnet_check *c, const bonnet_layer *l)
{
    const int64_t low = l->pixels_signed ? -128 : 0, a = magnitude(l->win.mul * low + l->win.add);
    const int64_t b = magnitude(l->win.mul * (low + 255) + l->win.add);
    switch (l->kind) {
    case BONNET_LAYER_BCONV: return bits_ok(c, l);
    case BONNET_LAYER_ICONV:
        for (uint32_t o = 0; o < l->out_c; o++) RULE(l->sh[o] <= 1, "channel %u is turned by %u, not 0 or 1", o, l->sh[o]);
        return sums_ok(c, l, a > b ? a : b, NULL);
    case BONNET_LAYER_BPOOL:
        for (uint32_t o = 0; o < l->out_c; o++) RULE(l->pool_and[o] <= 1, "channel %u pool_and is %u, not 0 or 1", o, l->pool_and[o]);
        return 1;
    case BONNET_LAYER_BPICK:
        for (uint32_t o = 0; o < l->out_c; o++) {
            RULE(l->t[o] >= 0 && (uint32_t)l->t[o] < l->in_c + l->res.channels, "channel %u is channel %d of %u", o, l->t[o],
                 l->in_c + l->res.channels);
            RULE(l->sh[o] <= 1, "channel %u is turned by %u, not 0 or 1", o, l->sh[o]);
        }
        return 1;
    case BONNET_LAYER_BSUM: return sums_ok(c, l, 1, l->c);
    default: return 1;
    }
}
