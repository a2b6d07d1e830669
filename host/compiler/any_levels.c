/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_levels.c - activations of several levels: MultiThreshold, and Quant of what is no constant. A value of `base` + `step` times the number of thresholds
 * that it reaches is a channel of N bits side by side, one for each threshold, of one layer: what reads it gives all of them the same weight.
 */
#include <math.h>
#include <stdlib.h>
#include "any.h"

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

bonnet_status any_quant(any_import *im, const bonnet_node *n)
{
    quantiser q = {0};
    bonnet_status status = quantiser_read(im, n, &q);
    if (status != BONNET_OK) return status;
    if (keeps(im, any_in(im, n, 0), &q)) return any_set(im, n, *any_in(im, n, 0));
    const uint32_t count = q.high > q.low ? (uint32_t)(q.high - q.low) : 0;
    long double *at = bonnet_arena_calloc(im->g->arena, count, sizeof *at);
    uint8_t *strict = bonnet_arena_calloc(im->g->arena, count, 1);
    if (!count) return ANY_REFUSE(im, n, "one level, %Lg, is all it makes", q.low);
    if (!at || !strict) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < count; i++) { /* level w is reached where round(x / s + z) >= w */
        const long double w = q.low + i + 1;
        at[i] = (q.how == 'R' ? w - 0.5L : q.how == 'F' ? w : w - 1) - q.z;
        at[i] *= q.s;
        strict[i] = q.how == 'C' || (q.how == 'R' && fmodl(w, 2) != 0); /* a half goes to the even one */
    }
    return reached(im, n, &(levels){.count = count, .channels = 1, .at = at, .strict = strict, .base = (q.low - q.z) * q.s, .step = q.s});
}
