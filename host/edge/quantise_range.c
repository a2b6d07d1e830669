/* SPDX-License-Identifier: Apache-2.0 */
/* quantise_range.c - a range out of many tensors: smallest and largest, or the middle share by a histogram whose bins are as wide as their numbers are large. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "quantise.h"

/* A bin is what the upper 18 bits of a float32 tell apart: sign, exponent, 9 bits of mantissa; 2^-9 of itself wide. */
enum { BIN_BITS = 18, BINS = 1 << BIN_BITS, REST = 32 - BIN_BITS };

struct bonnet_range_search {
    double share;
    bonnet_range range;
    uint64_t count;
    uint64_t *bin; /* [BINS]; NULL with share 1 */
};

/* Floats in ascending order have ascending keys. */
static uint32_t key_of(double x)
{
    const float f = (float)x;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}

static double value_of(uint32_t key)
{
    const uint32_t bits = key >> 31 ? key & ~(UINT32_C(1) << 31) : ~key;
    float f;
    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

bonnet_status bonnet_range_open(bonnet_range_search **out, double share)
{
    if (!out || !(share > 0 && share <= 1)) return BONNET_EINVAL;
    bonnet_range_search *c = calloc(1, sizeof *c);
    if (c && share < 1) c->bin = calloc(BINS, sizeof *c->bin);
    if (!c || (share < 1 && !c->bin)) {
        free(c);
        return BONNET_ENOMEM;
    }
    c->share = share;
    *out = c;
    return BONNET_OK;
}

bonnet_status bonnet_range_add(bonnet_range_search *search, const bonnet_values *values, char *message, size_t message_bytes)
{
    bonnet_range_search *c = search;
    const char *why = c ? quantise_wrong_values(values) : "search must not be NULL";
    if (why) return quantise_fail(BONNET_EINVAL, why, message, message_bytes);
    double x[QUANTISE_BLOCK];
    for (size_t at = 0; at < values->count; at += QUANTISE_BLOCK) {
        const size_t n = values->count - at < QUANTISE_BLOCK ? values->count - at : QUANTISE_BLOCK;
        quantise_load(x, values, at, n);
        if (!c->count) c->range.low = c->range.high = x[0];
        for (size_t i = 0; i < n; i++) {
            if (x[i] < c->range.low) c->range.low = x[i];
            if (x[i] > c->range.high) c->range.high = x[i];
            if (c->bin) c->bin[key_of(x[i]) >> REST]++;
        }
        c->count += n;
    }
    return BONNET_OK;
}

bonnet_status bonnet_range_get(bonnet_range *out, const bonnet_range_search *search)
{
    const bonnet_range_search *c = search;
    if (!out || !c || !c->count) return BONNET_EINVAL;
    bonnet_range r = c->range;
    if (c->bin) { /* outer edges of the bins in which the share ends */
        const uint64_t beyond = (uint64_t)floor((double)c->count * (1 - c->share) / 2);
        uint32_t low = 0, high = BINS - 1;
        for (uint64_t n = 0; (n += c->bin[low]) <= beyond;) low++;
        for (uint64_t n = 0; (n += c->bin[high]) <= beyond;) high--;
        double least = value_of(low << REST), largest = value_of(((high + 1) << REST) - 1);
        least -= ldexp(fabs(least), -20), largest += ldexp(fabs(largest), -20); /* an int32 may have been rounded into the bin */
        if (least > r.low) r.low = least;                                       /* a bin may reach beyond all values */
        if (largest < r.high) r.high = largest;
    }
    *out = r;
    return BONNET_OK;
}

void bonnet_range_close(bonnet_range_search *search)
{
    if (!search) return;
    free(search->bin);
    free(search);
}
