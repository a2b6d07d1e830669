/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache_tau_test.c - how far a cache may reach: calibration on pairs of maps whose true rate of false hits is known; rounds of audits, and the share that is
 * audited.
 */
#include <math.h>
#include "bonnet_cache.h"
#include "unit.h"

enum { WORDS = 32, BITS = WORDS * 64, CLASSES = 3, PAIRS = 900, FAR = 200 };

static void random_map(unit *u, uint64_t *map, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++) map[i] = unit_random(u);
}

static void flip(unit *u, uint64_t *map, uint32_t bits) /* `bits` different ones of the first FAR * 4 */
{
    for (uint32_t i = 0; i < bits;) {
        const uint32_t at = unit_below(u, FAR * 4);
        uint64_t *word = &map[WORDS + at / 64];
        if (*word >> at % 64 & 1) continue;
        *word |= UINT64_C(1) << at % 64;
        map[at / 64] ^= UINT64_C(1) << at % 64;
        i++;
    }
}

/* Wrong where d bits lie between: never below 60, then ever more often. */
static double wrong_at(uint32_t d)
{
    return d < 60 ? 0 : (d - 60) / 140.0 * 0.554; /* so that the budget lies just below one of the distances tried */
}
static double wrong_within(uint32_t tau) /* d uniform in 1..FAR */
{
    double sum = 0;
    for (uint32_t d = 1; d <= tau; d++) sum += wrong_at(d);
    return sum / tau;
}

static void calibration(unit *u)
{
    static uint64_t maps[2 * PAIRS][WORDS];
    static uint16_t labels[2 * PAIRS];
    const double budget = 0.1, level = 0.9;
    uint32_t broken = 0, classes = 0, never = 0, differ = 0;
    double reach = 0, best = 0;
    for (uint32_t d = 1; d <= FAR; d++)
        if (wrong_within(d) <= budget) best = d;
    for (uint32_t n = 0; n < 12; n++) {
        uint32_t distance[PAIRS];
        for (uint32_t i = 0; i < PAIRS; i++) {
            uint64_t with[2 * WORDS] = {0};
            random_map(u, maps[2 * i], WORDS);
            memcpy(with, maps[2 * i], sizeof maps[0]);
            distance[i] = 1 + unit_below(u, FAR);
            flip(u, with, distance[i]);
            memcpy(maps[2 * i + 1], with, sizeof maps[0]);
            labels[2 * i] = (uint16_t)unit_below(u, CLASSES);
            labels[2 * i + 1] = (uint16_t)((labels[2 * i] + (unit_real(u) < wrong_at(distance[i]))) % CLASSES);
        }
        bonnet_cache_tau tau[CLASSES];
        const bonnet_cache_samples s = {maps[0], labels, 2 * PAIRS, WORDS, CLASSES};
        differ += bonnet_cache_calibrate(tau, &s, budget, level, NULL, 0) != BONNET_OK;
        for (uint32_t c = 0; c < CLASSES && !differ; c++) {
            uint64_t hits = 0, wrong = 0;
            for (uint32_t i = 0; i < PAIRS && tau[c].tau != BONNET_CACHE_NEVER; i++)
                if (labels[2 * i] == c && distance[i] <= tau[c].tau) hits++, wrong += labels[2 * i + 1] != c;
            differ += hits != tau[c].hits || wrong != tau[c].false_hits;
            classes++;
            if (tau[c].tau == BONNET_CACHE_NEVER) never++;
            else reach += tau[c].tau, broken += wrong_within(tau[c].tau) > budget;
        }
    }
    UNIT(u, differ == 0, "counts are those of the pairs within tau", "%u differ", differ);
    UNIT(u, broken <= classes / 10, "the true rate is within the budget at least as often as the level says", "%u of %u are not", broken, classes);
    UNIT(u, never == 0 && reach / classes > 0.6 * best, "and tau reaches far", "%u never, mean %.1f of %.0f", never, reach / classes, best);
    bonnet_cache_tau none[2];
    const bonnet_cache_samples few = {maps[0], labels, 1, WORDS, CLASSES};
    char message[100] = "";
    UNIT(u, bonnet_cache_calibrate(none, &few, budget, level, message, sizeof message) == BONNET_EINVAL && *message, "one sample is refused", "%s",
         message);
}

typedef struct audited {
    bonnet_cache *cache;
    bonnet_cache_key key;
    uint32_t tau[CLASSES];
} audited;

static void open_audited(audited *a, double budget)
{
    bonnet_cache_options o = BONNET_CACHE_OPTIONS_INIT;
    *a = (audited){.key = {.words = 1, .cut = 0}, .tau = {40, 40, 40}};
    o.key = a->key, o.classes = CLASSES, o.tau = a->tau, o.entries = 4, o.audit = 1, o.budget = budget;
    if (bonnet_cache_open(&a->cache, &o) != BONNET_OK) exit(1);
}

/* A hit of class 1 from `distance`, and what upstream said of it. */
static void audit_one(audited *a, uint32_t distance, int is_false)
{
    const uint64_t zero = 0, map = distance ? UINT64_MAX >> (64 - distance) : 0;
    const bonnet_cache_entry e = {&zero, 1, 1, NULL};
    bonnet_cache_answer answer;
    if (bonnet_cache_add(a->cache, &a->key, &e, 0) != BONNET_OK || bonnet_cache_look(&answer, a->cache, &a->key, &map, 0) != BONNET_OK) exit(1);
    if (answer.hit && (!answer.audit || bonnet_cache_audited(a->cache, &answer, is_false ? 2 : 1) != BONNET_OK)) exit(1);
}

static bonnet_cache_class class_of(const audited *a, uint32_t label)
{
    bonnet_cache_class c;
    if (bonnet_cache_class_get(&c, a->cache, label) != BONNET_OK) exit(1);
    return c;
}

static void audits(unit *u)
{
    audited a;
    uint64_t round = 0;
    open_audited(&a, 0.05);
    if (bonnet_cache_round(&round, 0.05, 0.95) != BONNET_OK) exit(1);
    for (int i = 0; i < 3; i++) audit_one(&a, 10 + 10 * (uint32_t)i, 1);
    UNIT(u, class_of(&a, 1).tau == 40, "three false hits of a round are forgiven", "tau %u", class_of(&a, 1).tau);
    audit_one(&a, 40, 1);
    const bonnet_cache_class c = class_of(&a, 1);
    UNIT(u, c.tau == 19 && c.tightened == 1 && c.false_hits == 4 && c.audits == 4, "the fourth tightens, so that three had been kept out", "tau %u",
         c.tau);
    UNIT(u, class_of(&a, 0).tau == 40 && class_of(&a, 2).tau == 40, "no other class", "tau %u", class_of(&a, 0).tau);
    for (int i = 0; i < 3; i++) audit_one(&a, 5, 1);
    for (uint64_t i = 3; i < round; i++) audit_one(&a, 5, 0);
    for (int i = 0; i < 3; i++) audit_one(&a, 5, 1);
    UNIT(u, class_of(&a, 1).tau == 19, "a round that was passed forgets its false hits", "tau %u", class_of(&a, 1).tau);
    audit_one(&a, 5, 1);
    for (int i = 0; i < 4; i++) audit_one(&a, 0, 1);
    UNIT(u, class_of(&a, 1).tau == BONNET_CACHE_NEVER, "false from no distance at all: never again", "tau %u", class_of(&a, 1).tau);
    audit_one(&a, 0, 1);
    UNIT(u, class_of(&a, 1).hits == 4 + round + 3 + 1 + 4, "and that is kept", "%llu hits", (unsigned long long)class_of(&a, 1).hits);
    bonnet_cache_answer answer = {.hit = 1, .label = CLASSES};
    UNIT(u,
         bonnet_cache_audited(a.cache, &answer, 0) == BONNET_EINVAL &&
             (answer.label = 0, answer.hit = 0, bonnet_cache_audited(a.cache, &answer, 0)) == BONNET_EINVAL,
         "what was no hit cannot be audited", "taken");
    if (bonnet_cache_tau_set(a.cache, a.tau) != BONNET_OK) exit(1);
    UNIT(u, class_of(&a, 1).tau == 40, "a new calibration relaxes", "tau %u", class_of(&a, 1).tau);
    bonnet_cache_close(a.cache);
}

/* How often a round tightens where the true rate is a given part of the budget. */
static void rates(unit *u)
{
    const double part[] = {0.125, 1, 3};
    uint32_t tightened[3] = {0};
    uint64_t round = 0;
    if (bonnet_cache_round(&round, 0.05, 0.95) != BONNET_OK) exit(1);
    for (uint32_t r = 0; r < 3; r++)
        for (uint32_t n = 0; n < 200; n++) {
            audited a;
            open_audited(&a, 0.05);
            for (uint64_t i = 0; i < round && !class_of(&a, 1).tightened; i++) audit_one(&a, 1 + unit_below(u, 40), unit_real(u) < part[r] * 0.05);
            tightened[r] += class_of(&a, 1).tightened > 0;
            bonnet_cache_close(a.cache);
        }
    UNIT(u, tightened[0] <= 14 && tightened[1] >= 180 && tightened[2] == 200, "a round tightens at the budget, and hardly at an eighth of it",
         "%u, %u, %u of 200", tightened[0], tightened[1], tightened[2]);
}

static void shares(unit *u)
{
    uint32_t tau[CLASSES] = {0}, audits_seen = 0;
    bonnet_cache *c = NULL;
    bonnet_cache_answer a;
    bonnet_cache_options o = BONNET_CACHE_OPTIONS_INIT;
    o.key.words = 1, o.classes = CLASSES, o.tau = tau, o.audit = 0.1, o.seed = unit_random(u);
    const uint64_t map = 1;
    const bonnet_cache_entry e = {&map, 1, 1, NULL};
    if (bonnet_cache_open(&c, &o) != BONNET_OK || bonnet_cache_add(c, &o.key, &e, 0) != BONNET_OK) exit(1);
    for (int i = 0; i < 10000; i++) audits_seen += bonnet_cache_look(&a, c, &o.key, &map, 0) == BONNET_OK && a.hit && a.audit;
    UNIT(u, audits_seen > 850 && audits_seen < 1150, "one hit in ten is audited", "%u of 10000", audits_seen);
    bonnet_cache_close(c);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "cache_tau", 1, 1);
    calibration(&u);
    audits(&u);
    rates(&u);
    shares(&u);
    return unit_end(&u);
}
