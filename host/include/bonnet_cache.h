/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_cache.h - answers that were had before: a cache whose key is the packed map of a cut and whose measure is the Hamming distance. Arithmetic only; no
 * device, no file, no clock: the time is an argument.
 *
 * Of maps that are near each other a network mostly says the same. A look-up finds the nearest of the maps that the cache holds; within tau bits, tau by the
 * class that it would answer, its label is the answer. How far tau may reach is measured on validation samples, and held against the network afterwards: a share
 * of the hits is asked upstream all the same, and a class that is wrong too often answers from a smaller distance only, or no more.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure; nothing
 * prints, exits or waits. Rates and shares are 0..1. docs/cache.md has the rules and what they measure.
 *
 * Threads: a cache is used by one thread at a time; no function keeps anything outside its arguments.
 */
#ifndef BONNET_CACHE_H
#define BONNET_CACHE_H

#include "bonnet_exits.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BONNET_CACHE_NEVER UINT32_MAX /* a tau: this class is never answered from the cache */
enum {
    BONNET_CACHE_MAX_ENTRIES = 1 << 20,
    BONNET_CACHE_MAX_WORDS   = 1 << 20,
    BONNET_CACHE_MAX_SAMPLES = 1 << 14, /* of a calibration */
    BONNET_CACHE_FORGIVEN    = 3        /* false hits of a round of audits that do not tighten */
};

/* Whose maps: another network's, or another cut's, are refused. */
typedef struct bonnet_cache_key {
    uint8_t  model_sha256[32];  /* bonnet_model_info.sha256 */
    uint32_t cut;               /* bonnet_cut_get()'s index */
    uint32_t words;             /* 64-bit words of a map: bonnet_cut.bytes / 8; 1..BONNET_CACHE_MAX_WORDS */
} bonnet_cache_key;

/* Zero means default. Initialise with BONNET_CACHE_OPTIONS_INIT so that fields can be added. */
typedef struct bonnet_cache_options {
    size_t   size;
    bonnet_cache_key key;
    uint32_t classes;           /* 2..BONNET_EXIT_CLASSES */
    uint32_t entries;           /* at most, default 1024; the one that was not used for longest makes room */
    uint64_t memory_bytes;      /* at most, default none: fewer entries where they do not fit */
    const uint32_t *tau;        /* [classes]: bits that may differ, or BONNET_CACHE_NEVER */
    double   ttl_s;             /* an entry's life from when it was added; default: for ever */
    double   audit;             /* share of hits to be asked upstream all the same, 0..1 */
    double   budget;            /* false hits among a class's hits, above 0 and below 1; default 0.02 */
    double   level;             /* of what audits must show, default 0.95 */
    uint64_t seed;              /* of the audits' lots and of the bits that are sampled */
    char    *message;
    size_t   message_bytes;
} bonnet_cache_options;
#define BONNET_CACHE_OPTIONS_INIT { sizeof(bonnet_cache_options), {{0}, 0, 0}, 0, 0, 0, NULL, 0, 0, 0, 0, 1, NULL, 0 }

/* All memory is taken here. *out: bonnet_cache_close(). BONNET_EINVAL: a number out of range, no room for one entry. */
typedef struct bonnet_cache bonnet_cache;
BONNET_API bonnet_status bonnet_cache_open(bonnet_cache **out, const bonnet_cache_options *options);
BONNET_API_VOID void bonnet_cache_close(bonnet_cache *cache); /* NULL is a no-op */

/* What a look-up found. To be handed back as it is if it was to be audited. */
typedef struct bonnet_cache_answer {
    uint32_t hit;               /* 1: label, confidence and logits are the answer, unless audit says to ask */
    uint32_t audit;             /* 1: ask upstream although it is a hit, then bonnet_cache_audited() */
    uint32_t label;             /* of the nearest entry, hit or not; 0 in an empty cache */
    uint32_t distance;          /* bits; BONNET_CACHE_NEVER: nothing lies within the largest tau */
    double   confidence;        /* as it was added */
    double   age_s;
    const int32_t *logits;      /* [classes] of a hit, in the cache until its next call; NULL: none were added, or no hit */
    uint64_t entry;             /* which one, or 0 */
} bonnet_cache_answer;

/*
 * The entry that is nearest to map[key->words]; of equally near ones the newest. A hit if its distance is at most the tau of its label. now_s: of any clock that
 * does not go back. BONNET_EABI: key is another network's or cut's. Time: at most the whole of all maps is read, mostly a small part of them (docs/cache.md).
 */
BONNET_API bonnet_status bonnet_cache_look(bonnet_cache_answer *out, bonnet_cache *cache, const bonnet_cache_key *key, const uint64_t *map, double now_s);

/* An answer from above: what a look-up of this map, or of one close to it, will say. logits: [classes], or NULL. The very same map: replaced. BONNET_EABI as above. */
typedef struct bonnet_cache_entry {
    const uint64_t *map;
    uint32_t label;             /* below classes */
    double   confidence;        /* finite */
    const int32_t *logits;
} bonnet_cache_entry;
BONNET_API bonnet_status bonnet_cache_add(bonnet_cache *cache, const bonnet_cache_key *key, const bonnet_cache_entry *entry, double now_s);

/*
 * What upstream said where `answer` was a hit. A hit with another label is a false one: its entry is dropped. Audits of a class are counted in rounds of
 * bonnet_cache_round() of them: with at most BONNET_CACHE_FORGIVEN false ones the rate is within the budget, at `level`, and a new round begins. One more tightens
 * at once: tau becomes the largest that would have kept out all but one of them, and at most 7/8 of itself; at 0 the class is never answered again.
 * Nothing relaxes tau but bonnet_cache_tau_set(). An audit that came to nothing is not reported.
 */
BONNET_API bonnet_status bonnet_cache_audited(bonnet_cache *cache, const bonnet_cache_answer *answer, uint32_t label);
/* The least number of audits of which BONNET_CACHE_FORGIVEN false ones show, at `level`, a rate of at most `budget` (Clopper and Pearson's bound). */
BONNET_API bonnet_status bonnet_cache_round(uint64_t *out, double budget, double level);
/* tau [classes] anew, and every round with it: after a calibration. */
BONNET_API bonnet_status bonnet_cache_tau_set(bonnet_cache *cache, const uint32_t *tau);
BONNET_API_VOID void bonnet_cache_clear(bonnet_cache *cache); /* no entries; tau, rounds and counts stay */

typedef struct bonnet_cache_class {
    uint32_t tau;
    uint64_t hits, audits, false_hits;  /* audits that were reported; false_hits: among them */
    uint64_t tightened;
    bonnet_interval false_rate;         /* false_hits of audits, at `level` (Wilson); 0..1 without audits */
} bonnet_cache_class;

typedef struct bonnet_cache_stats {
    uint32_t entries, room;             /* held; at most */
    uint64_t memory_bytes;              /* taken at open */
    uint64_t looks, hits, audits, false_hits, tightened;
    uint64_t added, replaced, evicted, expired, dropped; /* replaced: the same map; evicted: for room; dropped: by audits */
    uint64_t words_read;                /* of maps, by look-ups: what the bounds left to be compared */
} bonnet_cache_stats;
BONNET_API bonnet_status bonnet_cache_stats_get(bonnet_cache_stats *out, const bonnet_cache *cache);
BONNET_API bonnet_status bonnet_cache_class_get(bonnet_cache_class *out, const bonnet_cache *cache, uint32_t label);

/* Validation samples: maps and what upstream says of them. */
typedef struct bonnet_cache_samples {
    const uint64_t *maps;       /* [samples][words] */
    const uint16_t *labels;     /* [samples] */
    size_t   samples;           /* 2..BONNET_CACHE_MAX_SAMPLES */
    uint32_t words, classes;
} bonnet_cache_samples;

/* Of a class: how far its entries answer, and what that came to on the samples. */
typedef struct bonnet_cache_tau {
    uint32_t tau;               /* bits, or BONNET_CACHE_NEVER */
    uint64_t hits, false_hits;  /* samples that the class would have answered within tau; of them, those with another label */
} bonnet_cache_tau;

/*
 * The largest tau of every class, out[classes], whose rate of false hits is within the budget, at `level`. The samples at even places are held, those at odd places
 * are looked up among them; a class's rate is that among the look-ups which one of its entries answers. Tried are the distances at 8 equal shares of those
 * look-ups, each at the level 1 - (1 - level) / 8 (Bonferroni), so that the choice among them does not spoil the bound. The samples must come as maps will:
 * for a camera, consecutive frames. message as in the options. Time: samples^2 words / 4 at most.
 */
BONNET_API bonnet_status bonnet_cache_calibrate(bonnet_cache_tau *out, const bonnet_cache_samples *samples, double budget, double level, char *message,
                                                size_t message_bytes);

#ifdef __cplusplus
}
#endif
#endif
