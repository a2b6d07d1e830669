/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache_test.c - the cache against a list that is searched bit by bit: nearest, ties, tau by class, life, room, the same map twice. Refusals; memory; what a
 * number of false hits shows, against the sum of the binomial distribution.
 */
#include <math.h>
#include "bonnet_cache.h"
#include "unit.h"

enum { MOST_WORDS = 40, MOST_ENTRIES = 12, CLASSES = 4, STEPS = 60, POOL = 6 };

typedef struct entry {
    uint64_t map[MOST_WORDS], id, used;
    uint32_t label;
    double added_s, confidence;
    int32_t logits[CLASSES];
    int has_logits;
} entry;

/* What the header says, the slow way. */
typedef struct list {
    entry entries[MOST_ENTRIES];
    uint32_t count, room, words, tau[CLASSES];
    double ttl_s;
    uint64_t ids, uses;
} list;

static uint32_t bits_between(const uint64_t *a, const uint64_t *b, uint32_t words)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < words * 64; i++) n += (a[i / 64] >> i % 64 & 1) != (b[i / 64] >> i % 64 & 1);
    return n;
}

static void take_out(list *l, uint32_t i) { l->entries[i] = l->entries[--l->count]; }

static void age(list *l, double now_s)
{
    for (uint32_t i = 0; i < l->count;)
        if (l->ttl_s > 0 && now_s - l->entries[i].added_s > l->ttl_s) take_out(l, i);
        else i++;
}

static entry *list_nearest(list *l, const uint64_t *map, uint32_t *distance)
{
    entry *best = NULL;
    for (uint32_t i = 0; i < l->count; i++) {
        const uint32_t d = bits_between(map, l->entries[i].map, l->words);
        if (!best || d < *distance || (d == *distance && l->entries[i].id > best->id)) best = &l->entries[i], *distance = d;
    }
    return best;
}

static void list_add(list *l, const bonnet_cache_entry *e, double now_s)
{
    uint32_t oldest = 0, distance;
    age(l, now_s);
    const entry *same = list_nearest(l, e->map, &distance);
    if (same && distance == 0) take_out(l, (uint32_t)(same - l->entries));
    else if (l->count == l->room) {
        for (uint32_t i = 1; i < l->count; i++)
            if (l->entries[i].used < l->entries[oldest].used) oldest = i;
        take_out(l, oldest);
    }
    entry *to = &l->entries[l->count++];
    *to =
        (entry){.id = ++l->ids, .used = ++l->uses, .label = e->label, .added_s = now_s, .confidence = e->confidence, .has_logits = e->logits != NULL};
    memcpy(to->map, e->map, l->words * sizeof *e->map);
    if (e->logits) memcpy(to->logits, e->logits, sizeof to->logits);
}

/* One look-up in both; 0: they differ. */
static int same_look(bonnet_cache *c, const bonnet_cache_key *key, list *l, const uint64_t *map, double now_s)
{
    bonnet_cache_answer a;
    uint32_t distance = 0, most = 0, any = 0;
    if (bonnet_cache_look(&a, c, key, map, now_s) != BONNET_OK) return 0;
    age(l, now_s);
    entry *e = list_nearest(l, map, &distance);
    for (uint32_t i = 0; i < CLASSES; i++)
        if (l->tau[i] != BONNET_CACHE_NEVER && (any = 1, l->tau[i] > most)) most = l->tau[i];
    if (!e || !any || distance > most) return !a.hit && !a.entry && !a.logits && a.distance == BONNET_CACHE_NEVER;
    const int hit = l->tau[e->label] != BONNET_CACHE_NEVER && distance <= l->tau[e->label];
    if (hit) e->used = ++l->uses;
    return (int)a.hit == hit && a.distance == distance && a.label == e->label && a.confidence == e->confidence && a.age_s == now_s - e->added_s &&
           (hit && e->has_logits ? a.logits && memcmp(a.logits, e->logits, sizeof e->logits) == 0 : !a.logits);
}

static void against_list(unit *u)
{
    uint32_t differ = 0, hits = 0, looks = 0;
    uint64_t evicted = 0, expired = 0, replaced = 0;
    for (uint32_t n = 0; n < u->cases; n++) {
        list l = {
            .room = 1 + unit_below(u, MOST_ENTRIES), .words = 1 + unit_below(u, MOST_WORDS), .ttl_s = unit_below(u, 2) * (1 + unit_below(u, 20))};
        const uint32_t spread = 1 + unit_below(u, l.words * 8);
        for (uint32_t i = 0; i < CLASSES; i++) l.tau[i] = unit_below(u, 5) ? unit_below(u, 2 * spread + 1) : BONNET_CACHE_NEVER;
        bonnet_cache *c = NULL;
        bonnet_cache_stats s;
        bonnet_cache_options o = BONNET_CACHE_OPTIONS_INIT;
        o.key = (bonnet_cache_key){.cut = 2, .words = l.words}, o.classes = CLASSES, o.entries = l.room, o.tau = l.tau, o.ttl_s = l.ttl_s, o.seed = n;
        if (bonnet_cache_open(&c, &o) != BONNET_OK) differ++;
        uint64_t pool[POOL][MOST_WORDS];
        for (uint32_t i = 0; i < POOL * MOST_WORDS; i++) pool[i / MOST_WORDS][i % MOST_WORDS] = unit_random(u);
        for (uint32_t step = 0; c && step < STEPS; step++) {
            uint64_t *map = pool[unit_below(u, POOL)];
            for (uint32_t k = unit_below(u, spread + 1) / 2; k > 0; k--) map[unit_below(u, l.words)] ^= UINT64_C(1) << unit_below(u, 64); /* drifts */
            const double now_s = step;
            int32_t logits[CLASSES] = {(int32_t)unit_random(u), 1, 2, 3};
            const bonnet_cache_entry e = {map, unit_below(u, CLASSES), unit_real(u), unit_below(u, 2) ? logits : NULL};
            if (unit_below(u, 3)) differ += !same_look(c, &o.key, &l, map, now_s), looks++;
            else {
                differ += bonnet_cache_add(c, &o.key, &e, now_s) != BONNET_OK;
                list_add(&l, &e, now_s);
            }
        }
        if (bonnet_cache_stats_get(&s, c) == BONNET_OK)
            differ += s.entries != l.count || s.room != l.room, hits += (uint32_t)s.hits, evicted += s.evicted, expired += s.expired,
                replaced += s.replaced;
        bonnet_cache_clear(c);
        differ += bonnet_cache_stats_get(&s, c) != BONNET_OK || s.entries != 0;
        bonnet_cache_close(c);
    }
    UNIT(u, differ == 0, "every look-up as in a list that is searched bit by bit", "%u differ", differ);
    UNIT(u, hits > looks / 10 && hits < looks && evicted && expired && replaced, "hits, misses, room, life, the same map: all were met",
         "%u hits of %u looks, %llu evicted, %llu expired, %llu replaced", hits, looks, (unsigned long long)evicted, (unsigned long long)expired,
         (unsigned long long)replaced);
}

static void refusals(unit *u)
{
    uint32_t tau[CLASSES] = {0, 64, 64, BONNET_CACHE_NEVER}, wrong = 0;
    uint64_t map[2] = {0};
    char message[128] = "";
    bonnet_cache *c = NULL, *none = NULL;
    bonnet_cache_answer a;
    bonnet_cache_options good = BONNET_CACHE_OPTIONS_INIT, o;
    good.key.words = 2, good.classes = CLASSES, good.tau = tau, good.message = message, good.message_bytes = sizeof message;
#define REFUSED(change) (o = good, change, *message = 0, wrong += bonnet_cache_open(&none, &o) != BONNET_EINVAL || none || !*message)
    REFUSED(o.key.words = 0);
    REFUSED(o.key.words = BONNET_CACHE_MAX_WORDS + 1);
    REFUSED(o.classes = 1);
    REFUSED(o.classes = BONNET_EXIT_CLASSES + 1);
    REFUSED(o.entries = BONNET_CACHE_MAX_ENTRIES + 1);
    REFUSED(o.tau = NULL);
    REFUSED(o.ttl_s = -1);
    REFUSED(o.ttl_s = NAN);
    REFUSED(o.audit = 1.01);
    REFUSED(o.audit = NAN);
    REFUSED(o.budget = 1);
    REFUSED(o.budget = -0.1);
    REFUSED(o.level = 1);
    REFUSED(o.budget = 1e-300);
    REFUSED(o.memory_bytes = 100);
    UNIT(u, wrong == 0, "options out of range are refused, with a line", "%u are not", wrong);
    o = good, o.memory_bytes = 1 << 16, o.entries = 100000;
    bonnet_cache_stats s = {0};
    if (bonnet_cache_open(&c, &o) == BONNET_OK && bonnet_cache_stats_get(&s, c) != BONNET_OK) s.room = 0;
    UNIT(u, s.room > 100 && s.room < 2000 && s.memory_bytes <= 1 << 16 && s.memory_bytes > 60000, "as many entries as the memory holds",
         "%u in %llu bytes", s.room, (unsigned long long)s.memory_bytes);
    bonnet_cache_key other = good.key;
    const bonnet_cache_entry e = {map, 1, 1, NULL}, high = {map, CLASSES, 1, NULL};
    other.model_sha256[31] = 1;
    UNIT(u, bonnet_cache_look(&a, c, &other, map, 0) == BONNET_EABI && bonnet_cache_add(c, &other, &e, 0) == BONNET_EABI,
         "another network's maps are refused", "taken");
    other = good.key, other.cut = 1;
    UNIT(u, bonnet_cache_look(&a, c, &other, map, 0) == BONNET_EABI && bonnet_cache_add(c, &other, &e, 0) == BONNET_EABI, "and another cut's",
         "taken");
    UNIT(u,
         bonnet_cache_add(c, &good.key, &high, 0) == BONNET_EINVAL && bonnet_cache_look(&a, c, &good.key, map, NAN) == BONNET_EINVAL &&
             bonnet_cache_stats_get(&s, c) == BONNET_OK && s.entries == 0,
         "labels beyond the classes and times that are none, too", "taken");
    bonnet_cache_close(c);
    bonnet_cache_close(NULL);
}

/* P(X <= k) of a binomial distribution, by its recursion over n: slow, without a logarithm. */
static double at_most(uint32_t k, uint32_t n, double p)
{
    double of[8] = {1};
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 7; j-- > 0;) of[j] = of[j] * (1 - p) + (j ? of[j - 1] * p : 0);
    double sum = 0;
    for (uint32_t j = 0; j <= k; j++) sum += of[j];
    return sum;
}

static void rounds(unit *u)
{
    uint32_t wrong = 0;
    for (uint32_t n = 0; n < 60; n++) {
        const double budget = 0.004 + 0.3 * unit_real(u), level = 0.5 + 0.49 * unit_real(u);
        uint64_t round = 0;
        if (bonnet_cache_round(&round, budget, level) != BONNET_OK || round > 100000) wrong++;
        else
            wrong += at_most(BONNET_CACHE_FORGIVEN, (uint32_t)round, budget) > 1 - level + 1e-12 ||
                     at_most(BONNET_CACHE_FORGIVEN, (uint32_t)round - 1, budget) < 1 - level - 1e-12;
    }
    UNIT(u, wrong == 0, "a round is the least that shows the budget", "%u are not", wrong);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "cache", 1, 300);
    against_list(&u);
    refusals(&u);
    rounds(&u);
    return unit_end(&u);
}
