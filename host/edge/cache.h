/* SPDX-License-Identifier: Apache-2.0 */
/* cache.h - what the files of bonnet_cache_open() share: entries, the distance of maps, what a number of false ones shows. */
#ifndef BONNET_EDGE_CACHE_H
#define BONNET_EDGE_CACHE_H
#include <stdbool.h>
#include "backend.h"
#include "bonnet_cache.h"

/* Bits of a map that are looked at first: a fixed random choice, none twice, so that they differ in at most as many places as the whole. */
enum { CACHE_SAMPLED = 256, CACHE_SAMPLED_WORDS = CACHE_SAMPLED / 64 };
typedef struct cache_sample { uint64_t word[CACHE_SAMPLED_WORDS]; } cache_sample;

typedef struct cache_slot {
    uint64_t id;                        /* 0: free; rising, so that the larger is the newer */
    uint64_t used;                      /* rising */
    double added_s, confidence;
    uint32_t label;
    bool has_logits;
} cache_slot;

typedef struct cache_class {
    uint32_t tau;
    uint64_t hits, audits, false_hits, tightened;
    uint64_t round, round_false;        /* of the round that is open */
    uint32_t distance[BONNET_CACHE_FORGIVEN + 1]; /* of its false hits */
} cache_class;

struct bonnet_cache {
    bonnet_cache_key key;
    uint32_t classes, room, largest_tau, sampled;
    bool any;                           /* a class that is not NEVER */
    uint64_t round, random, ids, uses;
    double ttl_s, audit, budget, level;
    uint32_t bit[CACHE_SAMPLED];
    uint64_t *maps;                     /* [room][words] */
    cache_sample *samples;              /* [room] */
    uint16_t *near;                     /* [room]: of one look-up, by the samples */
    cache_slot *slots;                  /* [room] */
    int32_t *logits;                    /* [room][classes] */
    cache_class *by_class;              /* [classes] */
    bonnet_cache_stats stats;
};

/* Bits in which a and b differ, or, once they are more than `most`, any larger number. *read: words that were compared, added. */
uint32_t cache_distance(const uint64_t *a, const uint64_t *b, uint32_t words, uint32_t most, uint64_t *read);
void cache_reach(bonnet_cache *cache); /* largest_tau and any, of the classes' tau */
/* Is a rate of `budget` or more refuted, at `level`, by no more than `wrong` of `of`? Clopper and Pearson: their upper bound is within the budget. */
bool cache_within(uint64_t wrong, uint64_t of, double budget, double level);
bool cache_budget_ok(double budget, double level);
#endif
