/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_levels.c - activations of several levels: MultiThreshold, and Quant of what is no constant. A value of `base` + `step` times the number of thresholds
 * that it reaches is a channel of N bits side by side, one for each threshold, of one layer: what reads it gives all of them the same weight.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "any.h"

enum { MAX_LEVELS = 255 };

/* Thresholds at[channel or 0][level], taken off the sum; strict[level] (or NULL): reached only beyond it. */
typedef struct levels {
    uint32_t count, channels;
    long double *at;
    const uint8_t *strict;
    long double base, step;
} levels;

static bonnet_status reached(any_import *im, const bonnet_node *n, const levels *l)
{
    any_value v = *any_in(im, n, 0), all, to;
    if (v.ended || any_padded(&v)) return ANY_REFUSE(im, n, "follows a Pad or the end of the network");
    bonnet_status status = any_as_sum(im, n, any_in(im, n, 0), &v);
    if (status != BONNET_OK) return status;
    if (l->channels != 1 && l->channels != v.ch)
        return ANY_REFUSE(im, n, "thresholds of %u channels; 1 or %u fit", (unsigned)l->channels, (unsigned)v.ch);
    const uint64_t bits = (uint64_t)v.ch * l->count;
    if (bits > BONNET_MAX_WIDE_CHANNELS)
        return ANY_REFUSE(im, n, "%u levels of %u channels are %llu bits a pixel; up to %d fit: fewer bits, or fewer channels",
                          (unsigned)l->count + 1, (unsigned)v.ch, (unsigned long long)bits, BONNET_MAX_WIDE_CHANNELS);
    const int falling = l->step < 0; /* then the bits are of what is not reached, and stand for something positive again */
    uint32_t *index = bonnet_arena_calloc(im->g->arena, bits, sizeof *index);
    long double *x = bonnet_arena_calloc(im->g->arena, bits, sizeof *x), *minus = bonnet_arena_calloc(im->g->arena, bits, sizeof *minus);
    uint8_t *strict = bonnet_arena_calloc(im->g->arena, bits, 1);
    if (!index || !x || !minus || !strict) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < bits; i++) {
        const uint32_t c = i / l->count, level = i % l->count;
        index[i] = c;
        minus[i] = -1;
        x[i] = l->at[(l->channels == 1 ? 0 : c) * l->count + level];
        strict[i] = (l->strict && l->strict[level]) != falling;
    }
    status = l->count == 1 ? BONNET_OK : any_sum_pick(im, n, &v, (uint32_t)bits, index, &all);
    if (l->count == 1) all = v;
    if (status == BONNET_OK) status = any_push(im, n, &all, (uint32_t)bits, x, falling ? minus : NULL, NULL);
    if (status != BONNET_OK) return status;
    bonnet_affine *last = bonnet_arena_calloc(im->g->arena, 1, sizeof *last);
    if (!last) return bonnet_graph_no_memory(im->g);
    *last = *all.chain;
    last->strict = strict;
    all.chain = last;
    status = any_threshold(im, n, &all, fabsl(l->step) / 2, l->base + l->step * l->count / 2, &to);
    if (status != BONNET_OK) return status;
    to.ch = v.ch, to.planes = l->count, to.nested = l->count > 1;
    return any_set(im, n, to);
}

static int rising(const void *a, const void *b)
{
    const long double x = *(const long double *)a, y = *(const long double *)b;
    return (x > y) - (x < y);
}

bonnet_status any_multithreshold(any_import *im, const bonnet_node *n)
{
    const any_const *t = any_in(im, n, 1)->c;
    const int last = any_in(im, n, 0)->last;
    double scale, bias;
    bonnet_status status = bonnet_attr_float(im->g, n, "out_scale", 1, &scale);
    if (status == BONNET_OK) status = bonnet_attr_float(im->g, n, "out_bias", 0, &bias);
    if (status != BONNET_OK) return status;
    if (!t || t->rank != 2 || !t->count) return ANY_REFUSE(im, n, "its thresholds are not a constant [channels, levels]");
    if (last ? !bonnet_attr_is(n, "data_layout", "NHWC", "NCHW")
             : !bonnet_attr_is(n, "data_layout", "NCHW", "NCHW") && !bonnet_attr_is(n, "data_layout", "NC", "NCHW"))
        return ANY_REFUSE(im, n, "data_layout is not that of its input; %s fits", last ? "NHWC" : "NCHW");
    if (scale == 0) return ANY_REFUSE(im, n, "out_scale is 0");
    long double *at = bonnet_arena_calloc(im->g->arena, t->count, sizeof *at);
    if (!at) return bonnet_graph_no_memory(im->g);
    for (size_t i = 0; i < t->count; i++) at[i] = t->v[i];
    for (uint32_t c = 0; c < t->dims[0]; c++) qsort(at + (size_t)c * t->dims[1], t->dims[1], sizeof *at, rising); /* how many, not which */
    return reached(im, n, &(levels){.count = t->dims[1], .channels = t->dims[0], .at = at, .base = bias, .step = scale});
}

/* Quant(x) = (clamp(round(x / s + z), low, high) - z) * s. */
typedef struct quantiser {
    long double s, z, low, high;
    char how; /* R, F, C: round to even, floor, ceil */
} quantiser;

static bonnet_status quantiser_read(any_import *im, const bonnet_node *n, quantiser *q)
{
    int64_t is_signed, narrow;
    const any_const *c[3];
    bonnet_status status = bonnet_attr_int(im->g, n, "signed", 1, &is_signed);
    if (status == BONNET_OK) status = bonnet_attr_int(im->g, n, "narrow", 0, &narrow);
    if (status != BONNET_OK) return status;
    for (uint32_t i = 0; i < 3; i++) {
        c[i] = any_in(im, n, i + 1)->c;
        if (n->n_in != 4 || !c[i] || c[i]->count != 1)
            return ANY_REFUSE(im, n, "scale, zero point and bits of what is no constant are not one number each; a scale for the tensor fits");
    }
    const double bits = c[2]->v[0], half = ldexp(1, (int)(bits >= 1 && bits <= 8 ? bits : 1) - 1);
    if (bits < 1 || bits > 8 || floor(bits) != bits) return ANY_REFUSE(im, n, "%g bits; 1 to 8 fit", bits);
    if (!(c[0]->v[0] > 0)) return ANY_REFUSE(im, n, "scale is %g; above 0 fits", c[0]->v[0]);
    if (floor(c[1]->v[0]) != c[1]->v[0]) return ANY_REFUSE(im, n, "zero point is %g; whole numbers fit", c[1]->v[0]);
    if (narrow < 0 || narrow > 1) return ANY_REFUSE(im, n, "narrow is %lld; 0 and 1 fit", (long long)narrow);
    *q = (quantiser){.s = c[0]->v[0], .z = c[1]->v[0], .low = is_signed ? -half + (double)narrow : 0};
    q->high = is_signed ? half - 1 : 2 * half - 1 - (double)narrow;
    q->how = bonnet_attr_is(n, "rounding_mode", "ROUND", "ROUND")   ? 'R'
             : bonnet_attr_is(n, "rounding_mode", "FLOOR", "ROUND") ? 'F'
             : bonnet_attr_is(n, "rounding_mode", "CEIL", "ROUND")  ? 'C'
                                                                    : 0;
    return q->how ? BONNET_OK : ANY_REFUSE(im, n, "rounding_mode; ROUND, FLOOR and CEIL fit");
}

/* All numbers that the image or map can hold are levels already. */
static int keeps(const any_import *im, const any_value *v, const quantiser *q)
{
    const char *pixels = bonnet_graph_metadata(im->g, "bonnet.pixels");
    const long double low = v->kind == ANY_IMAGE ? (pixels && pixels[0] == 'i' ? -128 : 0) : -(long double)any_planes(v);
    const uint32_t count = v->kind == ANY_IMAGE ? 256 : any_planes(v) + 1, step = v->kind == ANY_IMAGE ? 1 : 2;
    if ((v->kind != ANY_IMAGE && v->kind != ANY_BITS) || v->mean) return 0;
    for (uint32_t i = 0; i < count; i++) {
        const long double x = (v->mul * (low + (long double)step * i) + v->add) / q->s + q->z, whole = nearbyintl(x);
        if (fabsl(x - whole) > 0x1p-22L * fabsl(x) || whole < q->low || whole > q->high) return 0; /* constants are float32 numbers */
    }
    return 1;
}

/* The levels of q; with `plain` the integers in front of - z and * s, which are added to what is rounded, not rounded with it. */
static bonnet_status quantised(any_import *im, const bonnet_node *n, const quantiser *q, int plain)
{
    any_value v = *any_in(im, n, 0);
    if (keeps(im, &v, q)) {
        if (plain) v.mul /= q->s, v.add = v.add / q->s + q->z;
        return any_set(im, n, v);
    }
    const uint32_t count = q->high > q->low ? (uint32_t)(q->high - q->low) : 0;
    long double *at = bonnet_arena_calloc(im->g->arena, count, sizeof *at);
    uint8_t *strict = bonnet_arena_calloc(im->g->arena, count, 1);
    if (!count) return ANY_REFUSE(im, n, "one level, %Lg, is all it makes", q->low);
    if (!at || !strict) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < count; i++) { /* level w is reached where round(x / s + z) >= w */
        const long double w = q->low + i + 1, own = plain ? w - q->z : w;
        at[i] = (q->how == 'R' ? w - 0.5L : q->how == 'F' ? w : w - 1) - q->z;
        at[i] *= q->s;
        strict[i] = q->how == 'C' || (q->how == 'R' && fmodl(own, 2) != 0); /* a half goes to the even one */
    }
    levels l = {.count = count, .channels = 1, .at = at, .strict = strict, .base = (q->low - q->z) * q->s, .step = q->s};
    if (plain) l.base = q->low, l.step = 1;
    return reached(im, n, &l);
}

bonnet_status any_quant(any_import *im, const bonnet_node *n)
{
    quantiser q = {0};
    bonnet_status status = quantiser_read(im, n, &q);
    return status == BONNET_OK ? quantised(im, n, &q, 0) : status;
}

/* What the Clip that alone reads this node leaves of its levels, as between the Linears of QCDQ. */
static void narrowed(const any_import *im, const bonnet_node *n, quantiser *q)
{
    if (im->g->edges[n->out].consumers != 1) return;
    for (const bonnet_node *c = n + 1; c < im->g->nodes + im->g->n_nodes; c++) {
        if (strcmp(c->op, "Clip") != 0 || c->n_in != 3 || c->in[0] != n->out) continue;
        const any_const *low = any_in(im, c, 1)->c, *high = any_in(im, c, 2)->c;
        if (low && low->count == 1 && low->v[0] > q->low) q->low = low->v[0];
        if (high && high->count == 1 && high->v[0] < q->high) q->high = high->v[0];
        return;
    }
}

bonnet_status any_quantize_linear(any_import *im, const bonnet_node *n)
{
    const any_const *s = any_in(im, n, 1)->c, *z = any_in(im, n, 2)->c;
    if (!s || s->count != 1 || !(s->v[0] > 0) || (n->n_in > 2 && n->in[2] >= 0 && (!z || z->count != 1)))
        return ANY_REFUSE(im, n, "its scale and zero point are not one constant each; one scale above 0 fits");
    quantiser q = {.s = s->v[0], .z = z ? z->v[0] : 0, .how = 'R'};
    any_const_range(im, n, &q.low, &q.high);
    narrowed(im, n, &q);
    return quantised(im, n, &q, 1);
}

bonnet_status any_dequantize_linear(any_import *im, const bonnet_node *n)
{
    const any_const *s = any_in(im, n, 1)->c, *z = any_in(im, n, 2)->c;
    any_value to = *any_in(im, n, 0);
    if ((to.kind != ANY_BITS && to.kind != ANY_IMAGE) || any_padded(&to))
        return any_unfit(im, n, &to, "DequantizeLinear reads what a QuantizeLinear makes");
    if (!s || s->count != 1 || (n->n_in > 2 && n->in[2] >= 0 && (!z || z->count != 1)))
        return ANY_REFUSE(im, n, "its scale and zero point are not one constant each; one scale fits");
    to.add = (to.add - (z ? z->v[0] : 0)) * s->v[0], to.mul *= s->v[0];
    return any_set(im, n, to);
}

/* The least and the largest that the steps let a channel be. */
static void bounds(const bonnet_affine *step, uint32_t channel, long double *low, long double *high)
{
    *low = -HUGE_VALL, *high = HUGE_VALL;
    if (!step) return;
    bounds(step->prev, channel, low, high);
    const uint32_t i = step->n == 1 ? 0 : channel;
    const long double mul = step->mul ? step->mul[i] : 1, sub = step->sub ? step->sub[i] : 0, add = step->add ? step->add[i] : 0;
    const long double a = mul == 0 ? add : (*low - sub) * mul + add, b = mul == 0 ? add : (*high - sub) * mul + add;
    *low = fminl(a, b), *high = fmaxl(a, b);
    const long double below = step->below ? step->below[step->n == 1 ? 0 : channel] : 1; /* 0 or more, and 0 * infinity would be no number */
    if (*low < 0) *low = below > 0 ? *low * below : 0;
    if (*high < 0) *high = below > 0 ? *high * below : 0;
    if (step->clamp) *low = fminl(fmaxl(*low, step->low), step->high), *high = fminl(fmaxl(*high, step->low), step->high);
}

/* Round and Ceil of sums between bounds, as DoReFa-Net has: round(clip(x, 0, 1) * 3) / 3. */
bonnet_status any_round(any_import *im, const bonnet_node *n)
{
    const any_value *v = any_in(im, n, 0);
    quantiser q = {.s = 1, .low = -HUGE_VALL, .high = HUGE_VALL, .how = n->op[0]};
    if (keeps(im, v, &q)) return any_set(im, n, *v);
    for (uint32_t c = 0; v->kind == ANY_SUM && c < v->ch; c++) {
        long double low, high;
        bounds(v->chain, c, &low, &high);
        q.low = c ? fminl(q.low, low) : low, q.high = c ? fmaxl(q.high, high) : high;
    }
    if (!(q.high - q.low <= MAX_LEVELS)) return ANY_REFUSE(im, n, "rounds what has no bounds; a Clip to 0..%d or less before it fits", MAX_LEVELS);
    q.low = q.how == 'R' ? nearbyintl(q.low) : ceill(q.low);
    q.high = q.how == 'R' ? nearbyintl(q.high) : ceill(q.high);
    if (q.high == q.low) q.high += 1; /* sums that are constant: a level that none reaches */
    return quantised(im, n, &q, 0);
}
