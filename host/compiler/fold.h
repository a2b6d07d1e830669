/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h - what stands between an integer sum and a sign, folded to one integer threshold, exactly.
 *
 *   v(n) = a chain of affine steps, x -> (x - sub) * mul + add, applied to the integer n;   bit = v(n) >= 0 (or > 0, if strict)
 *
 * and then, in some steps, v < 0 is multiplied by a slope of its own (PRelu) or v is clamped. A BatchNormalization is the step sub = mean, mul = gamma / sqrt(var + eps), add = beta; a slice offset, a conv bias or a
 * scale is one too. Parameters are real numbers (float32 values taken as exact) and steps are evaluated in long double, never
 * combined. v is monotone, and so is its rounded evaluation, so the boundary is found by bisection over
 * the integers that can occur: no closed form, no rounding of T. A v within the evaluation's own error of 0 (64-bit mantissa: 2^-58 of its terms) is
 * 0, and sign(0) = +1.
 */
#ifndef BONNET_FOLD_H
#define BONNET_FOLD_H
#include <stdint.h>
#include "onnx.h"

enum { BONNET_CHAIN_MAX = 16 };

/* One step; chains share prefixes. Arrays have n = 1 entries (all channels alike) or one per channel; NULL: 0 for
 * sub and add, 1 for mul. */
typedef struct bonnet_affine {
    const struct bonnet_affine *prev; /* applied before this one; NULL: this is the first */
    uint32_t depth, n;                /* depth: steps up to here, 1..BONNET_CHAIN_MAX    */
    const long double *sub, *mul, *add;
    const long double *below; /* [n] or NULL: and then what is below 0 is multiplied by this, 0 or more: still monotone */
    const uint8_t *strict;    /* [n] or NULL: read of the last step: 1: a v of 0 makes no 1 */
    int clamp;                /* 1: and then clamped to low..high: still monotone */
    long double low, high;
} bonnet_affine;

/* Sign of dv/dn of one channel: -1, 0 or +1. An empty chain (NULL) is v = n. */
int bonnet_fold_slope(const bonnet_affine *chain, uint32_t channel);

/* v(n). *terms: sum of the absolute values of what was added up, the yardstick for its error. */
long double bonnet_fold_value(const bonnet_affine *chain, uint32_t channel, int32_t n, long double *terms);

/* With n(i) = direction * (first + step * i): the least i in 0..count-1 with v(n(i)) >= 0, `count` if there is none.
 * direction * slope must not be negative (direction -1 is a negated filter). Slope 0: 0 or `count`. */
uint32_t bonnet_fold_threshold(const bonnet_affine *chain, uint32_t channel, int direction, int32_t first, int32_t step, uint32_t count,
                               bonnet_fold_stats *stats);
#endif
