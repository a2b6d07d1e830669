/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_join.c - Add of two values that are no constants. Two maps: one whose channels are the bits of both, side by side. A sum and a map: the map chooses between
 * two thresholds (any_side.c). Two window sums of one stride: one window over both maps with both filters, where their scales are alike.
 */
#include <math.h>
#include <string.h>
#include "any.h"

enum { MAX_TIMES = 8, MAX_PLANES = 64 };

/* a and b in 1..MAX_TIMES with b * |x| = a * |y|; 0: none. */
static int ratio(long double x, long double y, uint32_t *a, uint32_t *b)
{
    for (*b = 1; *b <= MAX_TIMES; ++*b)
        for (*a = 1; *a <= MAX_TIMES; ++*a)
            if (fabsl(*b * fabsl(x) - *a * fabsl(y)) <= 0x1p-50L * fabsl(*b * x)) return 1;
    return 0;
}

/* *done = 0: scales that are no small multiples of one. */
static bonnet_status maps(any_import *im, const bonnet_node *n, const any_value *a, const any_value *b, any_value *to, int *done)
{
    uint32_t ta, tb;
    *done = ratio(a->mul, b->mul, &ta, &tb);
    if (!*done) return BONNET_OK;
    const uint32_t pa = any_planes(a) * ta, pb = any_planes(b) * tb, planes = pa + pb;
    const uint64_t bits = (uint64_t)a->ch * planes;
    if (planes > MAX_PLANES || bits > BONNET_MAX_WIDE_CHANNELS)
        return ANY_REFUSE(im, n, "adds up to %u bits a value and %llu a pixel; up to %d and %d fit, and a Sign before it makes one bit again",
                          (unsigned)planes, (unsigned long long)bits, MAX_PLANES, BONNET_MAX_WIDE_CHANNELS);
    int32_t *t = bonnet_arena_calloc(im->g->arena, bits, sizeof *t);
    uint8_t *turn = bonnet_arena_calloc(im->g->arena, bits, 1);
    if (!t || !turn) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < bits; i++) {
        const uint32_t c = i / planes, p = i % planes;
        const int of_b = p >= pa;
        t[i] = (int32_t)(of_b ? any_bits(a) + c * any_planes(b) + (p - pa) / tb : c * any_planes(a) + p / ta);
        turn[i] = of_b && (a->mul < 0) != (b->mul < 0);
    }
    *to = *a;
    bonnet_status status = any_pick(im, n, a, b, (uint32_t)bits, t, turn, &to->layer);
    to->planes = planes, to->nested = 0;
    to->mul = a->mul / ta, to->add = a->add + b->add;
    return status;
}

static bonnet_status side(any_import *im, const bonnet_node *n, const any_value *sum, const any_value *map)
{
    any_value to = *sum, *kept = bonnet_arena_calloc(im->g->arena, 1, sizeof *kept);
    if (!kept) return bonnet_graph_no_memory(im->g);
    *kept = *map;
    bonnet_status status = any_push(im, n, &to, 1, NULL, NULL, NULL);
    to.side = kept, to.side_at = to.chain;
    return status == BONNET_OK ? any_set(im, n, to) : status;
}

/* What the steps make of one channel: slope * S + offset; 0: they bend. */
static int line(const any_value *v, uint32_t channel, long double *slope, long double *offset)
{
    long double terms;
    *slope = v->sum->mul;
    for (const bonnet_affine *s = v->chain; s; s = s->prev) {
        if (s->clamp || s->below) return 0;
        if (s->mul) *slope *= s->mul[s->n == 1 ? 0 : channel];
    }
    *offset = bonnet_fold_value(v->chain, channel, 0, &terms);
    return 1;
}

/* The smallest window that has both in it: *ya, *yb: where the rows of each begin. The same for columns. 0: none has. */
static int both(uint32_t in, uint32_t out, uint32_t stride, uint32_t dilation, uint32_t kernel_a, uint32_t before_a, uint32_t kernel_b,
                uint32_t before_b, uint32_t *kernel, uint32_t *before, uint32_t *after, uint32_t *ya, uint32_t *yb)
{
    *before = before_a > before_b ? before_a : before_b;
    if ((*before - before_a) % dilation || (*before - before_b) % dilation) return 0;
    *ya = (*before - before_a) / dilation, *yb = (*before - before_b) / dilation;
    *kernel = *ya + kernel_a > *yb + kernel_b ? *ya + kernel_a : *yb + kernel_b;
    const uint32_t end = (out - 1) * stride + (*kernel - 1) * dilation + 1, have = in + *before;
    *after = end > have ? end - have : 0;
    return 1;
}

/* Filters of s, each value times slope[o], added to x at (y, x) of its larger windows, its channels from `first` on of `channels`. */
static void placed(double *x, const any_sum *s, const bonnet_net_window *w, const long double *slope, uint32_t channels, uint32_t first, uint32_t y0,
                   uint32_t x0)
{
    const uint32_t own = s->l.in_c / s->l.win.groups, kh = s->l.win.kernel_h, kw = s->l.win.kernel_w;
    for (size_t o = 0; o < s->l.out_c; o++)
        for (uint32_t c = 0; c < own; c++)
            for (uint32_t i = 0; i < kh * kw; i++)
                x[((o * channels + first + c) * w->kernel_h + y0 + i / kw) * w->kernel_w + x0 + i % kw] +=
                    (double)(slope[o] * s->w[(o * own + c) * kh * kw + i]);
}

/* One map of both inputs, group by group: the channels of a, then those of b. */
static bonnet_status inputs(any_import *im, const bonnet_node *n, const any_sum *a, const any_sum *b, bonnet_layer *l)
{
    const uint32_t groups = l->win.groups, ca = a->l.in_c / groups, cb = b->l.in_c / groups, all = groups * (ca + cb);
    const any_value in = {.kind = ANY_BITS, .layer = a->l.in.map, .ch = a->l.in_c, .h = a->l.in_h, .w = a->l.in_w};
    const any_value other = {.kind = ANY_BITS, .layer = b->l.in.map, .ch = b->l.in_c, .h = b->l.in_h, .w = b->l.in_w};
    int32_t *t = bonnet_arena_calloc(im->g->arena, all, sizeof *t);
    if (!t) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < all; i++) {
        const uint32_t g = i / (ca + cb), c = i % (ca + cb);
        t[i] = (int32_t)(c < ca ? g * ca + c : a->l.in_c + g * cb + c - ca);
    }
    l->in_c = all;
    bonnet_status status = any_pick(im, n, &in, &other, all, t, NULL, &l->in.map);
    l->in.channels = all;
    return status;
}

/* What the numbers behind the bits are more than their scale, as a constant of each channel; 0: zeros around them have none of it. */
static int apart(const any_sum *s, const long double *slope, long double *offset)
{
    const bonnet_net_window *w = &s->l.win;
    const size_t filter = any_filter(&s->l);
    if (s->add == 0) return 1;
    if (!w->edge && (w->top | w->left | w->bottom | w->right)) return 0;
    for (size_t o = 0; o < s->l.out_c; o++) {
        long double sum = 0;
        for (size_t i = 0; i < filter; i++) sum += s->w[o * filter + i];
        offset[o] += slope[o] * (s->add / s->mul) * sum;
    }
    return 1;
}

static bonnet_status sums(any_import *im, const bonnet_node *n, const any_value *a, const any_value *b)
{
    const any_sum *sa = a->sum, *sb = b->sum;
    const bonnet_net_window *wa = &sa->l.win, *wb = &sb->l.win;
    any_value to = *a;
    uint32_t ya, yb, xa, xb;
    any_sum *s = bonnet_arena_calloc(im->g->arena, 1, sizeof *s);
    long double *x = bonnet_arena_calloc(im->g->arena, 3 * (size_t)a->ch, sizeof *x);
    if (!s || !x) return bonnet_graph_no_memory(im->g);
    long double *slope_a = x, *slope_b = x + a->ch, *offset = x + 2 * (size_t)a->ch;
    for (uint32_t o = 0; o < a->ch; o++) {
        long double other;
        if (!line(a, o, &slope_a[o], &offset[o]) || !line(b, o, &slope_b[o], &other))
            return ANY_REFUSE(im, n, "adds sums behind a Relu, PRelu or Clip; an Add before them, or a Sign between, fits");
        offset[o] += other;
    }
    *s = *sa;
    bonnet_net_window *w = &s->l.win;
    if (sa->l.kind != sb->l.kind)
        return ANY_REFUSE(im, n, "adds sums of the image's pixels and sums of bits; a Sign of the pixels' before the Add fits");
    const int same = sa->l.in.map == sb->l.in.map, pixels = sa->l.kind == BONNET_LAYER_ICONV;
    if (sa->l.in_h != sb->l.in_h || sa->l.in_w != sb->l.in_w || wa->stride_h != wb->stride_h || wa->stride_w != wb->stride_w ||
        wa->dilation_h != wb->dilation_h || wa->dilation_w != wb->dilation_w || wa->edge != wb->edge || wa->groups != wb->groups ||
        !both(sa->l.in_h, sa->l.out_h, wa->stride_h, wa->dilation_h, wa->kernel_h, wa->top, wb->kernel_h, wb->top, &w->kernel_h, &w->top, &w->bottom,
              &ya, &yb) ||
        !both(sa->l.in_w, sa->l.out_w, wa->stride_w, wa->dilation_w, wa->kernel_w, wa->left, wb->kernel_w, wb->left, &w->kernel_w, &w->left,
              &w->right, &xa, &xb))
        return ANY_REFUSE(
            im, n, "adds sums of windows with other strides, dilations, groups, borders or map sizes; alike ones fit, or a Sign before the Add");
    const int alike = sa->add / sa->mul == sb->add / sb->mul;
    if (!alike && (!apart(sa, slope_a, offset) || !apart(sb, slope_b, offset)))
        return ANY_REFUSE(im, n, "adds sums of %s that stand for different numbers, with zeros around them; one scale for both, or no border, fits",
                          pixels ? "pixels" : "bits");
    const uint32_t groups = wa->groups, ca = sa->l.in_c / groups, cb = sb->l.in_c / groups, channels = same ? ca : ca + cb;
    const bonnet_status status = any_sizes(im, n, &s->l);
    if (status != BONNET_OK) return status;
    if (s->l.out_h != a->h || s->l.out_w != a->w)
        return ANY_REFUSE(im, n, "adds sums of windows that no larger one has both of; a Sign before the Add fits");
    s->w = bonnet_arena_calloc(im->g->arena, (size_t)s->l.out_c * channels * w->kernel_h * w->kernel_w, sizeof *s->w);
    if (!s->w) return bonnet_graph_no_memory(im->g);
    placed((double *)(uintptr_t)s->w, sa, w, slope_a, channels, 0, ya, xa);
    placed((double *)(uintptr_t)s->w, sb, w, slope_b, channels, same ? 0 : ca, yb, xb);
    s->node = n, s->unit = 0, s->add = alike ? sa->add / sa->mul : 0, s->mul = 1;
    to.chain = NULL, to.sum = s;
    bonnet_status picked = same ? BONNET_OK : inputs(im, n, sa, sb, &s->l);
    if (picked == BONNET_OK) picked = any_push(im, n, &to, a->ch, NULL, NULL, offset);
    return picked == BONNET_OK ? any_set(im, n, to) : picked;
}

static int plain(const any_value *v) { return !v->pool && !v->parts && !v->side && !v->ended; }

bonnet_status any_added(any_import *im, const bonnet_node *n, const any_value *a, const any_value *b)
{
    any_value to;
    int done = 0;
    if ((a->kind != ANY_BITS && a->kind != ANY_SUM) || (b->kind != ANY_BITS && b->kind != ANY_SUM))
        return ANY_REFUSE(im, n, "adds %s and %s; binary maps and sums fit", any_name(a), any_name(b));
    if (a->ch != b->ch || a->h != b->h || a->w != b->w || a->flat != b->flat || a->last != b->last || a->mean || b->mean || any_padded(a) ||
        any_padded(b))
        return ANY_REFUSE(im, n, "adds %ux%ux%u and %ux%ux%u; equal shapes fit", (unsigned)a->ch, (unsigned)a->h, (unsigned)a->w, (unsigned)b->ch,
                          (unsigned)b->h, (unsigned)b->w);
    if (a->kind == ANY_BITS && b->kind == ANY_SUM) {
        const any_value *swap = a;
        a = b, b = swap;
    }
    if (a->kind == ANY_BITS) {
        bonnet_status status = maps(im, n, a, b, &to, &done);
        if (status != BONNET_OK || done) return status == BONNET_OK ? any_set(im, n, to) : status;
        return ANY_REFUSE(im, n, "adds bits that stand for +-%Lg and +-%Lg; multiples of one number, up to %d, fit", fabsl(a->mul), fabsl(b->mul),
                          MAX_TIMES);
    }
    if (!plain(a) || !plain(b)) return ANY_REFUSE(im, n, "adds sums behind a MaxPool, a Concat or another Add of a map; put a Sign between");
    if (b->kind == ANY_BITS && any_planes(b) == 1) return side(im, n, a, b);
    if (b->kind == ANY_BITS)
        return ANY_REFUSE(im, n, "adds a map of %u bits a value to a sum; one bit, behind a Sign, fits", (unsigned)any_planes(b));
    return sums(im, n, a, b);
}
