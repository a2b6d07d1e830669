/* SPDX-License-Identifier: Apache-2.0 */
/* cache_audit.c - what audits say of a class: rounds of them, and tau made smaller; the counts. */
#include "cache.h"

void cache_reach(bonnet_cache *c)
{
    c->largest_tau = 0, c->any = false;
    for (uint32_t i = 0; i < c->classes; i++) {
        const uint32_t tau = c->by_class[i].tau;
        if (tau == BONNET_CACHE_NEVER) continue;
        c->any = true;
        if (tau > c->largest_tau) c->largest_tau = tau;
    }
}

/*
 * One false hit more than a round forgives. Those at larger distances are what tau was too large for: it becomes the largest that keeps out all but the nearest
 * of them. Near and far alike, a smaller one is tried anyway: 7/8.
 */
static void tighten(bonnet_cache *c, cache_class *of)
{
    uint32_t first = BONNET_CACHE_NEVER, second = BONNET_CACHE_NEVER;
    for (uint32_t i = 0; i <= BONNET_CACHE_FORGIVEN; i++) {
        if (of->distance[i] < first) second = first, first = of->distance[i];
        else if (of->distance[i] < second) second = of->distance[i];
    }
    const uint32_t less = of->tau - of->tau / 8 - (of->tau / 8 == 0);
    if (!of->tau || !second) of->tau = BONNET_CACHE_NEVER;
    else of->tau = second - 1 < less ? second - 1 : less;
    of->tightened++, c->stats.tightened++;
    of->round = of->round_false = 0;
    cache_reach(c);
}

bonnet_status bonnet_cache_audited(bonnet_cache *cache, const bonnet_cache_answer *answer, uint32_t label)
{
    if (!cache || !answer || !answer->hit || answer->label >= cache->classes || label >= cache->classes) return BONNET_EINVAL;
    cache_class *of = &cache->by_class[answer->label];
    of->audits++, cache->stats.audits++;
    if (label != answer->label) {
        of->false_hits++, cache->stats.false_hits++;
        for (uint32_t i = 0; i < cache->room; i++) {
            if (cache->slots[i].id != answer->entry) continue;
            cache->slots[i] = (cache_slot){0};
            cache->stats.entries--, cache->stats.dropped++;
        }
    }
    if (of->tau == BONNET_CACHE_NEVER || answer->distance > of->tau) return BONNET_OK; /* of a tau that is no more: says nothing about this one */
    of->round++;
    if (label != answer->label) of->distance[of->round_false++] = answer->distance;
    if (of->round_false > BONNET_CACHE_FORGIVEN) tighten(cache, of);
    else if (of->round >= cache->round) of->round = of->round_false = 0;
    return BONNET_OK;
}

bonnet_status bonnet_cache_stats_get(bonnet_cache_stats *out, const bonnet_cache *cache)
{
    if (!out || !cache) return BONNET_EINVAL;
    *out = cache->stats;
    return BONNET_OK;
}

bonnet_status bonnet_cache_class_get(bonnet_cache_class *out, const bonnet_cache *cache, uint32_t label)
{
    if (!out || !cache || label >= cache->classes) return BONNET_EINVAL;
    const cache_class *of = &cache->by_class[label];
    bonnet_cache_class c = {
        .tau = of->tau, .hits = of->hits, .audits = of->audits, .false_hits = of->false_hits, .tightened = of->tightened, .false_rate = {0, 1}};
    if (of->audits) {
        const bonnet_status status = bonnet_wilson(&c.false_rate, of->false_hits, of->audits, cache->level);
        if (status != BONNET_OK) return status;
    }
    *out = c;
    return BONNET_OK;
}
