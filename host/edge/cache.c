/* SPDX-License-Identifier: Apache-2.0 */
/* cache.c - the cache itself: opened, filled, looked into. The nearest map is found exactly; samples of bits only say where to begin and what to leave out. */
#include "cache.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "random.h"

typedef struct need {
    size_t maps, logits, all; /* bytes */
} need;

static need needed(uint32_t entries, uint32_t words, uint32_t classes)
{
    need n = {.maps = (size_t)entries * words * sizeof(uint64_t), .logits = (size_t)entries * classes * sizeof(int32_t)};
    n.all = n.maps + n.logits + entries * (sizeof(cache_sample) + sizeof(uint16_t) + sizeof(cache_slot)) + classes * sizeof(cache_class) +
            sizeof(bonnet_cache);
    return n;
}

static void say(const bonnet_cache_options *o, const char *text)
{
    if (!o->message || !o->message_bytes) return;
    strncpy(o->message, text, o->message_bytes - 1);
    o->message[o->message_bytes - 1] = 0;
}

/* What is wrong with the options, or NULL. */
static const char *complaint(const bonnet_cache_options *o)
{
    if (!o->key.words || o->key.words > BONNET_CACHE_MAX_WORDS) return "cache: a map has 1 to 1048576 words";
    if (o->classes < 2 || o->classes > BONNET_EXIT_CLASSES) return "cache: 2 to 1024 classes";
    if (o->entries > BONNET_CACHE_MAX_ENTRIES) return "cache: at most 1048576 entries";
    if (!o->tau) return "cache: tau is missing";
    if (!(o->ttl_s >= 0)) return "cache: the life of an entry is not below 0 seconds";
    if (!(o->audit >= 0 && o->audit <= 1)) return "cache: the share of audits is 0 to 1";
    if (!cache_budget_ok(o->budget > 0 ? o->budget : 0.02, o->level > 0 ? o->level : 0.95) || o->budget < 0 || o->level < 0)
        return "cache: budget and level lie between 0 and 1";
    return NULL;
}

/* Bits of the sample: none twice, or they would be counted twice. Those of a small map are all of them. */
static void choose_bits(bonnet_cache *c)
{
    const uint32_t bits = c->key.words * 64;
    c->sampled = bits < CACHE_SAMPLED ? bits : CACHE_SAMPLED;
    for (uint32_t i = 0; i < c->sampled;) { /* Floyd's choice */
        const uint32_t last = bits - c->sampled + i;
        uint32_t bit = (uint32_t)(edge_random(&c->random) % (last + 1));
        for (uint32_t k = 0; k < i; k++)
            if (c->bit[k] == bit) bit = last;
        c->bit[i++] = bit;
    }
}

static void set_tau(bonnet_cache *c, const uint32_t *tau)
{
    for (uint32_t i = 0; i < c->classes; i++) {
        cache_class *to = &c->by_class[i];
        to->tau = tau[i], to->round = to->round_false = 0;
    }
    cache_reach(c);
}

bonnet_status bonnet_cache_tau_set(bonnet_cache *cache, const uint32_t *tau)
{
    if (!cache || !tau) return BONNET_EINVAL;
    set_tau(cache, tau);
    return BONNET_OK;
}

bonnet_status bonnet_cache_open(bonnet_cache **out, const bonnet_cache_options *o)
{
    if (!out || !o || o->size < sizeof *o) return BONNET_EINVAL;
    const char *wrong = complaint(o);
    uint32_t room = o->entries ? o->entries : 1024;
    if (!wrong && o->memory_bytes)
        while (room && needed(room, o->key.words, o->classes).all > o->memory_bytes) room = room > 64 ? room - room / 64 : room - 1;
    if (!wrong && !room) wrong = "cache: not even one entry has room in so little memory";
    if (wrong) return say(o, wrong), BONNET_EINVAL;
    const need n = needed(room, o->key.words, o->classes);
    bonnet_cache *c = calloc(1, sizeof *c);
    if (c) {
        *c = (bonnet_cache){.key = o->key,
                            .classes = o->classes,
                            .room = room,
                            .random = o->seed,
                            .audit = o->audit,
                            .ttl_s = o->ttl_s > 0 ? o->ttl_s : HUGE_VAL,
                            .budget = o->budget > 0 ? o->budget : 0.02,
                            .level = o->level > 0 ? o->level : 0.95};
        c->maps = malloc(n.maps), c->logits = malloc(n.logits);
        c->samples = malloc(room * sizeof *c->samples), c->near = malloc(room * sizeof *c->near);
        c->slots = calloc(room, sizeof *c->slots), c->by_class = calloc(o->classes, sizeof *c->by_class);
    }
    if (!c || !c->maps || !c->logits || !c->samples || !c->near || !c->slots || !c->by_class) {
        bonnet_cache_close(c);
        return say(o, "cache: out of memory for its entries"), BONNET_ENOMEM;
    }
    const bonnet_status status = bonnet_cache_round(&c->round, c->budget, c->level);
    if (status != BONNET_OK) {
        bonnet_cache_close(c);
        return say(o, "cache: no number of audits could show so small a budget"), status;
    }
    c->stats.room = room, c->stats.memory_bytes = n.all;
    choose_bits(c);
    set_tau(c, o->tau);
    *out = c;
    return BONNET_OK;
}

void bonnet_cache_close(bonnet_cache *c)
{
    if (!c) return;
    free(c->maps), free(c->logits), free(c->samples), free(c->near), free(c->slots), free(c->by_class);
    free(c);
}

static bool same_key(const bonnet_cache_key *a, const bonnet_cache_key *b)
{
    return a->cut == b->cut && a->words == b->words && memcmp(a->model_sha256, b->model_sha256, sizeof a->model_sha256) == 0;
}

static cache_sample sample_of(const bonnet_cache *c, const uint64_t *map)
{
    cache_sample s = {{0}};
    for (uint32_t i = 0; i < c->sampled; i++) s.word[i / 64] |= (map[c->bit[i] / 64] >> c->bit[i] % 64 & 1) << i % 64;
    return s;
}

static void drop(bonnet_cache *c, uint32_t i)
{
    c->slots[i] = (cache_slot){0};
    c->stats.entries--;
}

static void expire(bonnet_cache *c, double now_s)
{
    for (uint32_t i = 0; i < c->room && isfinite(c->ttl_s); i++)
        if (c->slots[i].id && now_s - c->slots[i].added_s > c->ttl_s) drop(c, i), c->stats.expired++;
}

/* The slot of the nearest map within `most` bits, of equally near ones the newest; room: there is none. *distance: of it. */
static uint32_t nearest(uint32_t *distance, bonnet_cache *c, const uint64_t *map, uint32_t most)
{
    const cache_sample s = sample_of(c, map);
    uint32_t first = c->room, best = c->room, bound = most;
    uint64_t read = 0;
    for (uint32_t i = 0; i < c->room; i++) {
        if (!c->slots[i].id) continue;
        c->near[i] = (uint16_t)cache_distance(s.word, c->samples[i].word, CACHE_SAMPLED_WORDS, UINT32_MAX, &read);
        if (first == c->room || c->near[i] < c->near[first]) first = i;
    }
    /* The one whose sample is nearest comes first: its distance, mostly small, is the bound for the others. */
    for (uint32_t k = 0; k <= c->room && first < c->room; k++) {
        const uint32_t i = k ? k - 1 : first;
        if (!c->slots[i].id || (k && i == first) || c->near[i] > bound) continue;
        const uint32_t d = cache_distance(map, c->maps + (size_t)i * c->key.words, c->key.words, bound, &c->stats.words_read);
        if (d > bound || (best < c->room && d == bound && c->slots[i].id < c->slots[best].id)) continue;
        best = i, bound = d;
    }
    *distance = bound;
    return best;
}

bonnet_status bonnet_cache_look(bonnet_cache_answer *out, bonnet_cache *cache, const bonnet_cache_key *key, const uint64_t *map, double now_s)
{
    if (!out || !cache || !key || !map || !isfinite(now_s)) return BONNET_EINVAL;
    if (!same_key(key, &cache->key)) return BONNET_EABI;
    bonnet_cache_answer a = {.distance = BONNET_CACHE_NEVER};
    expire(cache, now_s);
    cache->stats.looks++;
    uint32_t distance = 0;
    const uint32_t i = cache->any ? nearest(&distance, cache, map, cache->largest_tau) : cache->room;
    if (i < cache->room) {
        cache_slot *s = &cache->slots[i];
        cache_class *of = &cache->by_class[s->label];
        a = (bonnet_cache_answer){.hit = of->tau != BONNET_CACHE_NEVER && distance <= of->tau,
                                  .label = s->label,
                                  .distance = distance,
                                  .confidence = s->confidence,
                                  .age_s = now_s - s->added_s,
                                  .entry = s->id};
        if (a.hit) {
            if (s->has_logits) a.logits = cache->logits + (size_t)i * cache->classes;
            a.audit = edge_chance(&cache->random) < cache->audit;
            s->used = ++cache->uses;
            of->hits++, cache->stats.hits++;
        }
    }
    *out = a;
    return BONNET_OK;
}

/* For a map that is new: a free slot, or that of the entry that was not used for longest. */
static uint32_t make_room(bonnet_cache *c)
{
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < c->room; i++) {
        if (!c->slots[i].id) return i;
        if (c->slots[i].used < c->slots[oldest].used) oldest = i;
    }
    drop(c, oldest);
    c->stats.evicted++;
    return oldest;
}

bonnet_status bonnet_cache_add(bonnet_cache *cache, const bonnet_cache_key *key, const bonnet_cache_entry *entry, double now_s)
{
    if (!cache || !key || !entry || !entry->map || entry->label >= cache->classes || !isfinite(entry->confidence) || !isfinite(now_s))
        return BONNET_EINVAL;
    if (!same_key(key, &cache->key)) return BONNET_EABI;
    uint32_t distance;
    uint64_t *const counted = &cache->stats.words_read, before = *counted;
    expire(cache, now_s);
    uint32_t i = nearest(&distance, cache, entry->map, 0);
    *counted = before;
    if (i < cache->room) drop(cache, i), cache->stats.replaced++;
    else i = make_room(cache);
    memcpy(cache->maps + (size_t)i * cache->key.words, entry->map, cache->key.words * sizeof *entry->map);
    if (entry->logits) memcpy(cache->logits + (size_t)i * cache->classes, entry->logits, cache->classes * sizeof *entry->logits);
    cache->samples[i] = sample_of(cache, entry->map);
    cache->slots[i] = (cache_slot){.id = ++cache->ids,
                                   .used = ++cache->uses,
                                   .added_s = now_s,
                                   .confidence = entry->confidence,
                                   .label = entry->label,
                                   .has_logits = entry->logits != NULL};
    cache->stats.entries++, cache->stats.added++;
    return BONNET_OK;
}

void bonnet_cache_clear(bonnet_cache *cache)
{
    for (uint32_t i = 0; cache && i < cache->room; i++)
        if (cache->slots[i].id) drop(cache, i);
}
