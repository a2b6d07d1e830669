/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c - see fold.h. */
#include <float.h>
#include <math.h>
#include "fold.h"

static long double at(const long double *array, uint32_t n, uint32_t channel, long double missing)
{
    return array ? array[n == 1 ? 0 : channel] : missing;
}

int bonnet_fold_slope(const bonnet_affine *chain, uint32_t channel)
{
    int sign = 1;
    for (; chain; chain = chain->prev) {
        long double m = at(chain->mul, chain->n, channel, 1);
        sign = m > 0 ? sign : m < 0 ? -sign : 0;
    }
    return sign;
}

long double bonnet_fold_value(const bonnet_affine *chain, uint32_t channel, int32_t n, long double *terms)
{
    const bonnet_affine *steps[BONNET_CHAIN_MAX] = {NULL};
    uint32_t depth = 0;
    for (; chain && depth < BONNET_CHAIN_MAX; chain = chain->prev) steps[depth++] = chain;
    long double v = n, sum = fabsl(v);
    while (depth--) {
        const bonnet_affine *s = steps[depth];
        long double sub = at(s->sub, s->n, channel, 0), mul = at(s->mul, s->n, channel, 1), add = at(s->add, s->n, channel, 0);
        v = (v - sub) * mul + add;
        sum = (sum + fabsl(sub)) * fabsl(mul) + fabsl(add);
        if (s->below) {
            const long double slope = at(s->below, s->n, channel, 1);
            if (v < 0) v *= slope;
            if (slope > 1) sum *= slope;
        }
        if (s->clamp) v = v < s->low ? s->low : v > s->high ? s->high : v;
    }
    *terms = sum;
    return v;
}

typedef struct {
    const bonnet_affine *chain;
    uint32_t channel;
    int direction;
    int32_t first, step;
} line;

/* 1: v(n(i)) >= 0, or so close that the arithmetic cannot tell it from 0; strict: neither that. */
static int bit(const line *l, uint32_t i)
{
    long double terms, v = bonnet_fold_value(l->chain, l->channel, l->direction * (l->first + l->step * (int32_t)i), &terms);
    const bonnet_affine *last = l->chain;
    const int strict = last && last->strict && last->strict[last->n == 1 ? 0 : l->channel];
    return strict ? v > 32 * LDBL_EPSILON * terms : v >= -32 * LDBL_EPSILON * terms;
}

static void count_close(const line *l, uint32_t i, bonnet_fold_stats *stats)
{
    long double terms, v = bonnet_fold_value(l->chain, l->channel, l->direction * (l->first + l->step * (int32_t)i), &terms);
    stats->ties += fabsl(v) <= 32 * LDBL_EPSILON * terms;
    stats->near += fabsl(v) <= 1e-9L * terms;
}

uint32_t bonnet_fold_threshold(const bonnet_affine *chain, uint32_t channel, int direction, int32_t first, int32_t step, uint32_t count,
                               bonnet_fold_stats *stats)
{
    const line l = {chain, channel, direction, first, step};
    uint32_t low = 0, high = count; /* bit(low - 1) = 0, bit(high) = 1, where they exist */
    if (bonnet_fold_slope(chain, channel) == 0) {
        low = high = bit(&l, 0) ? 0 : count;
    } else {
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (bit(&l, middle)) high = middle;
            else low = middle + 1;
        }
    }
    if (stats) { /* how sharp the boundary is, on both of its sides */
        stats->thresholds++;
        if (low < count) count_close(&l, low, stats);
        if (low > 0) count_close(&l, low - 1, stats);
    }
    return low;
}
