/* SPDX-License-Identifier: Apache-2.0 */
/* cache_distance.c - the Hamming distance of two maps, given up as soon as it is too large; which rates a number of false ones refutes. */
#include <math.h>
#include "cache.h"

enum { BLOCK = 32 }; /* words between two looks at the bound */

static inline uint32_t block_portable(const uint64_t *a, const uint64_t *b, uint32_t words)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < words; i++) sum += (uint32_t)__builtin_popcountll(a[i] ^ b[i]);
    return sum;
}

#if defined __x86_64__
/* The instruction is not in the baseline of x86-64; without it every word is a call. */
__attribute__((target("popcnt"))) static uint32_t block_popcnt(const uint64_t *a, const uint64_t *b, uint32_t words)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < words; i++) sum += (uint32_t)__builtin_popcountll(a[i] ^ b[i]);
    return sum;
}
static uint32_t block(const uint64_t *a, const uint64_t *b, uint32_t words)
{
    return __builtin_cpu_supports("popcnt") ? block_popcnt(a, b, words) : block_portable(a, b, words);
}
#else
static uint32_t block(const uint64_t *a, const uint64_t *b, uint32_t words) { return block_portable(a, b, words); }
#endif

uint32_t cache_distance(const uint64_t *a, const uint64_t *b, uint32_t words, uint32_t most, uint64_t *read)
{
    uint32_t sum = 0, i = 0;
    while (i < words && sum <= most) {
        const uint32_t n = words - i < BLOCK ? words - i : BLOCK;
        sum += block(a + i, b + i, n);
        i += n;
    }
    *read += i;
    return sum;
}

bool cache_budget_ok(double budget, double level) { return budget > 0 && budget < 1 && level > 0 && level < 1; }

/* P(at most `wrong` of `of`) where each is wrong with probability `budget`: terms as logarithms, as the first may be below every double. */
bool cache_within(uint64_t wrong, uint64_t of, double budget, double level)
{
    if (wrong >= of || (double)wrong >= budget * (double)of) return false; /* not even the estimate is below */
    const double odds = log(budget) - log1p(-budget);
    double term = (double)of * log1p(-budget), sum = 0;
    for (uint64_t k = 0; k <= wrong; k++) {
        sum += exp(term);
        term += log((double)(of - k)) - log((double)(k + 1)) + odds;
    }
    return sum <= 1 - level;
}

bonnet_status bonnet_cache_round(uint64_t *out, double budget, double level)
{
    if (!out || !cache_budget_ok(budget, level)) return BONNET_EINVAL;
    uint64_t high = BONNET_CACHE_FORGIVEN + 1, low = high;
    for (; !cache_within(BONNET_CACHE_FORGIVEN, high, budget, level); high *= 2) {
        if (high > UINT64_C(1) << 52) return BONNET_EINVAL; /* such a budget is no number of audits */
        low = high;
    }
    while (low < high) { /* the more of them, the more they show */
        const uint64_t middle = low + (high - low) / 2;
        if (cache_within(BONNET_CACHE_FORGIVEN, middle, budget, level)) high = middle;
        else low = middle + 1;
    }
    *out = high;
    return BONNET_OK;
}
