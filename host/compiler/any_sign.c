/* SPDX-License-Identifier: Apache-2.0 */
/* any_sign.c - a sign is taken of a sum: weights to integers, everything between to one integer threshold per channel (fold.h). */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "any.h"

enum { MAX_SUM = 1 << 30, MAX_RATIO = 16, MAX_ZERO = 1 << 16 };

/* All of one channel are +-alpha. */
static int one_bit(const double *w, size_t n, int8_t *to, long double *alpha)
{
    *alpha = fabs(w[0]);
    for (size_t i = 0; i < n; i++) {
        if (fabs(w[i]) != fabs(w[0]) || w[i] == 0) return 0;
        to[i] = w[i] > 0 ? 1 : -1;
    }
    return 1;
}

static int multiples(const double *w, size_t n, double unit, double tolerance, int8_t *to)
{
    for (size_t i = 0; i < n; i++) {
        const double q = nearbyint(w[i] / unit);
        if (!(q >= -128 && q <= 127) || fabs(q * unit - w[i]) > tolerance * fabs(w[i])) return 0;
        to[i] = (int8_t)q;
    }
    return 1;
}

/* One channel has a scale of its own: its smallest weight is 1 to 127 of it. */
static int own_unit(const double *w, size_t n, double tolerance, int8_t *to, long double *alpha)
{
    double least = 0;
    for (size_t i = 0; i < n; i++)
        if (w[i] != 0 && (least == 0 || fabs(w[i]) < least)) least = fabs(w[i]);
    for (int m = 1; m <= 127; m++)
        if (least > 0 && multiples(w, n, least / m, tolerance, to)) {
            *alpha = (long double)least / m;
            return 1;
        }
    return 0;
}

/* The same of float32 numbers, each rounded by itself, as of a BatchNormalization that torch.onnx has multiplied into a Conv: the scale nearest to all. */
static int rounded_unit(const double *w, size_t n, int8_t *to, long double *alpha)
{
    long double both = 0, own = 0;
    for (size_t i = 0; i < n && w[i] == 0; i++)
        if (i + 1 == n) return *alpha = 1, memset(to, 0, n), 1; /* gamma is 0 */
    if (!own_unit(w, n, 0x1p-22, to, alpha)) return 0;
    for (size_t i = 0; i < n; i++) both += (long double)w[i] * to[i], own += (long double)to[i] * to[i];
    *alpha = both / own;
    return 1;
}

/* Weights as integers -128..127 times alpha[o]: 1, or 0: they are not. */
static int integers(const any_sum *s, int8_t *to, long double *alpha)
{
    const size_t n = any_filter(&s->l);
    uint32_t o = 0;
    for (; o < s->l.out_c && one_bit(s->w + o * n, n, to + o * n, &alpha[o]); o++) {}
    if (o == s->l.out_c) return 1;
    const double unit = s->unit > 0 ? s->unit : 1;
    for (o = 0; o < s->l.out_c; o++) {
        const double *w = s->w + o * n;
        alpha[o] = unit;
        if (multiples(w, n, unit, 1e-12, to + o * n) || own_unit(w, n, 1e-12, to + o * n, &alpha[o])) continue;
        if (strcmp(s->node->op, "Add") == 0 || !rounded_unit(w, n, to + o * n, &alpha[o])) return 0; /* scales of two sums are as they are */
    }
    return 1;
}

/* Sign of what the steps after the pool do to a channel: a falling one makes of the largest value the smallest. */
static int slope_after(const any_value *v, uint32_t channel)
{
    int sign = 1;
    for (const bonnet_affine *s = v->chain; s && s != v->pooled_at; s = s->prev) {
        const long double m = s->mul ? s->mul[s->n == 1 ? 0 : channel] : 1;
        sign = m > 0 ? sign : m < 0 ? -sign : 0;
    }
    return sign;
}

/* The chain with what stands between the integers and the graph's sum before it: alpha * (mul * S + add * W). */
static bonnet_status rooted(any_import *im, const any_value *v, const long double *alpha, const int8_t *w, const bonnet_affine **out)
{
    const any_sum *s = v->sum;
    const uint32_t outs = s->l.out_c, depth = v->chain ? v->chain->depth : 0;
    const size_t n = any_filter(&s->l);
    long double *x = bonnet_arena_calloc(im->g->arena, 2 * (size_t)outs, sizeof *x);
    bonnet_affine *steps = bonnet_arena_calloc(im->g->arena, depth + (size_t)1, sizeof *steps);
    if (!x || !steps) return bonnet_graph_no_memory(im->g);
    for (uint32_t o = 0; o < outs; o++) {
        long double sum = 0;
        for (size_t i = 0; i < n; i++) sum += w[o * n + i];
        x[o] = -(s->add / s->mul) * sum;
        x[outs + o] = alpha[o] * s->mul;
    }
    steps[0] = (bonnet_affine){.depth = 1, .n = outs, .sub = x, .mul = x + outs};
    const bonnet_affine *from = v->chain;
    for (uint32_t i = depth; i > 0; i--, from = from->prev) {
        steps[i] = *from;
        steps[i].prev = &steps[i - 1];
        steps[i].depth = i + 1;
    }
    *out = &steps[depth];
    return BONNET_OK;
}

/* Bits of +-1 weights, threshold in the +-1 domain; the filter of a falling channel is negated. */
static bonnet_status bconv(any_import *im, bonnet_layer *l, const int8_t *w, const bonnet_affine *chain)
{
    const uint32_t channels = l->in_c / l->win.groups, taps = l->win.kernel_h * l->win.kernel_w, words = (channels + 63) / 64;
    const int32_t most = (int32_t)(channels * taps);
    uint64_t *bits = bonnet_arena_calloc(im->g->arena, (size_t)l->out_c * taps * words, sizeof *bits);
    int32_t *t = bonnet_arena_calloc(im->g->arena, l->out_c, sizeof *t);
    if (!bits || !t) return bonnet_graph_no_memory(im->g);
    for (uint32_t o = 0; o < l->out_c; o++) {
        const int direction = bonnet_fold_slope(chain, o) < 0 ? -1 : 1;
        const uint32_t count = 2 * (uint32_t)most + 1, at = bonnet_fold_threshold(chain, o, direction, -most, 1, count, &im->stats);
        t[o] = at == count ? INT32_MAX : -most + (int32_t)at;
        for (size_t i = 0; i < (size_t)channels * taps; i++)
            if (w[(size_t)o * channels * taps + i] == direction)
                bits[((size_t)o * taps + i % taps) * words + i / taps / 64] |= UINT64_C(1) << i / taps % 64;
    }
    l->bits = bits, l->t = t;
    return BONNET_OK;
}

/* A falling channel keeps its weights and is turned: S <= u is not (S >= u + 1). */
static bonnet_status iconv(any_import *im, const bonnet_node *n, bonnet_layer *l, const int8_t *w, const bonnet_affine *chain)
{
    const size_t filter = any_filter(l);
    const int64_t low = l->pixels_signed ? -128 : 0, a = llabs(l->win.mul * low + l->win.add), b = llabs(l->win.mul * (low + 255) + l->win.add);
    uint8_t *turn = bonnet_arena_calloc(im->g->arena, l->out_c, 1);
    int32_t *t = bonnet_arena_calloc(im->g->arena, l->out_c, sizeof *t);
    if (!turn || !t) return bonnet_graph_no_memory(im->g);
    for (uint32_t o = 0; o < l->out_c; o++) {
        int64_t most = 0;
        for (size_t i = 0; i < filter; i++) most += abs(w[o * filter + i]) * (a > b ? a : b);
        if (most > MAX_SUM) return ANY_REFUSE(im, n, "the sum of channel %u can reach %lld; up to 2^30 fits", (unsigned)o, (long long)most);
        const int direction = bonnet_fold_slope(chain, o) < 0 ? -1 : 1;
        const uint32_t count = 2 * (uint32_t)most + 1;
        const uint32_t at = bonnet_fold_threshold(chain, o, direction, -(int32_t)most, 1, count, &im->stats);
        const int32_t least = -(int32_t)most + (int32_t)at;
        if (at == count) t[o] = INT32_MAX;
        else if (direction > 0) t[o] = least;
        else t[o] = 1 - least, turn[o] = 1;
    }
    l->w8 = w, l->sh = turn, l->t = t;
    return BONNET_OK;
}

/* The pixel's numbers as integers where a border of real zeros meets an image whose zero is no pixel of 0: x - 127.5 is (2x - 255) / 2. */
static bonnet_status image_zero(any_import *im, const bonnet_node *n, any_sum *s)
{
    const bonnet_net_window *w = &s->l.win;
    s->l.win.mul = 1;
    const char *pixels = bonnet_graph_metadata(im->g, "bonnet.pixels");
    s->l.pixels_signed = pixels && pixels[0] == 'i';
    if (s->add == 0 || w->edge || !(w->top | w->left | w->bottom | w->right)) return BONNET_OK;
    for (int m = 1; m <= MAX_RATIO; m++) {
        const long double a = s->add / s->mul * m, whole = nearbyintl(a);
        if (!(fabsl(a - whole) <= 0x1p-22L * fabsl(a))) continue; /* constants are float32 numbers */
        if (fabsl(whole) > MAX_ZERO) break;
        s->l.win.mul = m, s->l.win.add = (int32_t)whole;
        s->mul /= m, s->add = 0;
        return BONNET_OK;
    }
    return ANY_REFUSE(im, n, "pads zeros around an image of x + %Lg; a multiple of 1/%d up to %d, or no border, fits", s->add / s->mul, MAX_RATIO,
                      MAX_ZERO);
}

/* The pool that stood between sum and sign, on bits: OR, or AND in falling channels. */
static bonnet_status pooled(any_import *im, const bonnet_node *n, const any_value *v, any_value *bits)
{
    uint8_t *and_ = bonnet_arena_calloc(im->g->arena, bits->ch, 1);
    if (!and_) return bonnet_graph_no_memory(im->g);
    for (uint32_t o = 0; o < bits->ch; o++) and_[o] = slope_after(v, o) < 0;
    return any_pool(im, n, bits, v->pool, and_);
}

static bonnet_status one_sum(any_import *im, const bonnet_node *n, const any_value *v, long double mul, long double add, any_value *out)
{
    any_sum s = *v->sum;
    const bonnet_affine *chain = NULL;
    const size_t filter = any_filter(&s.l);
    int8_t *w = bonnet_arena_calloc(im->g->arena, s.l.out_c, filter);
    long double *alpha = bonnet_arena_calloc(im->g->arena, s.l.out_c, sizeof *alpha);
    if (!w || !alpha) return bonnet_graph_no_memory(im->g);
    if (filter > BONNET_MAX_WIDE_DOT) return ANY_REFUSE(im, s.node, "sums of %zu products; up to %d fit", filter, BONNET_MAX_WIDE_DOT);
    if (!integers(&s, w, alpha)) {
        const char *nearest = s.l.kind == BONNET_LAYER_ICONV ? ", nor 8-bit integers times one scale; put a Quant or DequantizeLinear behind them"
                                                             : "; put a Sign or BipolarQuant behind them";
        if (strcmp(s.node->op, "Add") == 0) nearest = ": it adds sums of different scales; a BatchNormalization behind it instead of before it fits";
        return ANY_REFUSE(im, s.node, "its weights are not +-1 times one scale a channel%s", nearest);
    }
    bonnet_status status = BONNET_OK;
    const int binary = s.l.kind == BONNET_LAYER_BCONV;
    if (binary) status = any_copies(im, s.node, &s.l, &w, alpha);
    if (status != BONNET_OK) return status;
    if (!binary) status = image_zero(im, s.node, &s);
    else if (s.add != 0 && !s.l.win.edge && (s.l.win.top | s.l.win.left | s.l.win.bottom | s.l.win.right))
        return ANY_REFUSE(im, s.node, "pads zeros around bits that stand for %Lg and %Lg; bits of +-1 fit", s.add - s.mul, s.add + s.mul);
    any_value exact = *v;
    exact.sum = &s;
    if (status == BONNET_OK) status = rooted(im, &exact, alpha, w, &chain);
    if (status == BONNET_OK) status = binary ? bconv(im, &s.l, w, chain) : iconv(im, s.node, &s.l, w, chain);
    any_value to = {.kind = ANY_BITS, .ch = s.l.out_c, .h = s.l.out_h, .w = s.l.out_w, .flat = v->flat, .last = v->last, .mul = mul, .add = add};
    any_finish(&s.l, s.node);
    if (status == BONNET_OK) status = any_layer(im, n, &s.l, &to.layer);
    if (status == BONNET_OK && v->pool) status = pooled(im, n, v, &to);
    *out = to;
    return status;
}

bonnet_status any_threshold(any_import *im, const bonnet_node *n, const any_value *v, long double mul, long double add, any_value *to)
{
    if (v->side) return any_side(im, n, v, mul, add, one_sum, to);
    if (!v->parts) return one_sum(im, n, v, mul, add, to);
    any_value *bits = bonnet_arena_calloc(im->g->arena, v->n_parts, sizeof *bits);
    const any_value **list = bonnet_arena_calloc(im->g->arena, v->n_parts, sizeof *list);
    if (!bits || !list) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < v->n_parts; i++) {
        any_value part;
        bonnet_status status = any_part(im, n, v, i, &part);
        if (status == BONNET_OK) status = any_threshold(im, n, &part, mul, add, &bits[i]);
        if (status != BONNET_OK) return status;
        list[i] = &bits[i];
    }
    return any_maps_joined(im, n, list, v->n_parts, to);
}

/* sign(x) of whatever x is; the bits then stand for mul * (+-1). */
static bonnet_status sign_of(any_import *im, const bonnet_node *n, long double mul)
{
    any_value v = *any_in(im, n, 0), to;
    bonnet_status status = BONNET_OK;
    if (v.ended || any_padded(&v)) return ANY_REFUSE(im, n, "follows a Pad or the end of the network");
    if (v.kind == ANY_BITS && !v.mean && any_planes(&v) == 1 && v.add == 0 && v.mul > 0) { /* a sign of signs */
        v.mul = mul;
        return any_set(im, n, v);
    }
    status = any_as_sum(im, n, any_in(im, n, 0), &v);
    if (status == BONNET_OK) status = any_threshold(im, n, &v, mul, 0, &to);
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

bonnet_status any_sign(any_import *im, const bonnet_node *n) { return sign_of(im, n, 1); }

bonnet_status any_bipolar(any_import *im, const bonnet_node *n)
{
    const any_const *s = any_in(im, n, 1)->c;
    if (!s || s->count != 1 || !(s->v[0] > 0)) return ANY_REFUSE(im, n, "its scale is not one positive constant");
    return sign_of(im, n, s->v[0]);
}
