/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache_video_test.c - a cache on a synthetic video, calibrated on another one: textures that drift under noise, seen through random binary filters, a label by a
 * random binary tail. Hits must come, and the false ones stay within the budget, for every seed; on pictures that have nothing in common none come. A cache that is
 * told to reach too far must find that out by its audits.
 */
#include <math.h>
#include "bonnet_cache.h"
#include "unit.h"

enum { SIDE = 19, OUT = 8, PATCH = 5, WORDS = OUT * OUT, CLASSES = 4, WAVES = 6, SCENE = 15, FRAMES = 900, HELD = 1600, APART = 6 };

typedef struct network {
    float filter[64][PATCH * PATCH], tail[CLASSES][4][64];
} network;

typedef struct scene {
    double wave[WAVES][4]; /* fx, fy, phase, amplitude */
    double vx, vy, light[4];
} scene;

static double spread(unit *u) { return 2 * unit_real(u) - 1; }

static void draw_network(network *n, unit *u)
{
    for (int i = 0; i < 64 * PATCH * PATCH; i++) n->filter[i / (PATCH * PATCH)][i % (PATCH * PATCH)] = (float)spread(u);
    for (int i = 0; i < CLASSES * 4 * 64; i++) n->tail[i / 256][i / 64 % 4][i % 64] = (float)spread(u);
}

static void draw_scene(scene *s, unit *u)
{
    for (int w = 0; w < WAVES; w++) {
        const double wave[4] = {0.5 * spread(u), 0.5 * spread(u), 3.14 * spread(u), 0.2 + unit_real(u)};
        memcpy(s->wave[w], wave, sizeof wave);
    }
    s->vx = 0.05 * spread(u), s->vy = 0.05 * spread(u); /* pixels a frame */
    for (int q = 0; q < 4; q++) s->light[q] = spread(u);
}

/* Most of the test's time: without the sanitizers' looks at every pixel. */
__attribute__((no_sanitize("address", "undefined"), optimize("O3"))) static void map_of(uint64_t *map, const network *n, const scene *s, double t,
                                                                                        unit *u)
{
    float p[SIDE][SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        double v = s->light[(i % SIDE > SIDE / 2) + 2 * (i / SIDE > SIDE / 2)] + 0.03 * spread(u);
        for (int w = 0; w < WAVES; w++)
            v += s->wave[w][3] * sin(s->wave[w][0] * (i % SIDE + s->vx * t) + s->wave[w][1] * (i / SIDE + s->vy * t) + s->wave[w][2]);
        p[i / SIDE][i % SIDE] = (float)v;
    }
    for (int i = 0; i < WORDS; i++) {
        map[i] = 0;
        for (int c = 0; c < 64; c++) {
            float sum = 0;
            for (int k = 0; k < PATCH * PATCH; k++) sum += n->filter[c][k] * p[i / OUT * 2 + k / PATCH][i % OUT * 2 + k % PATCH];
            map[i] |= (uint64_t)(sum > 0) << c;
        }
    }
}

/* Channels counted over each quarter of the map, weighed by class: as a network that ends in a pool and a dense layer. */
static uint32_t label_of(const network *n, const uint64_t *map)
{
    float sum[CLASSES] = {0};
    uint32_t best = 0;
    for (int i = 0; i < WORDS * 64; i++) {
        const int quarter = (i / 64 % OUT >= OUT / 2) + 2 * (i / 64 / OUT >= OUT / 2);
        for (int c = 0; c < CLASSES; c++) sum[c] += map[i / 64] >> i % 64 & 1 ? n->tail[c][quarter][i % 64] : -n->tail[c][quarter][i % 64];
    }
    for (uint32_t c = 1; c < CLASSES; c++) best = sum[c] > sum[best] ? c : best;
    return best;
}

typedef struct tally {
    uint64_t frames, hits, wrong, late_hits, late_wrong; /* late: the second half */
} tally;

/* A video of `frames`, a new scene every `length` of them, through the cache; upstream is the tail. */
static tally play(bonnet_cache *c, const bonnet_cache_key *key, const network *n, uint32_t frames, uint32_t length, unit *u)
{
    tally t = {.frames = frames};
    scene s;
    for (uint32_t f = 0; f < frames; f++) {
        uint64_t map[WORDS];
        bonnet_cache_answer a;
        if (f % length == 0) draw_scene(&s, u);
        map_of(map, n, &s, f % length, u);
        const uint32_t label = label_of(n, map);
        const bonnet_cache_entry e = {map, label, 1, NULL};
        if (bonnet_cache_look(&a, c, key, map, f) != BONNET_OK) exit(1);
        t.hits += a.hit, t.wrong += a.hit && a.label != label;
        if (f >= frames / 2) t.late_hits += a.hit, t.late_wrong += a.hit && a.label != label;
        if (a.audit && bonnet_cache_audited(c, &a, label) != BONNET_OK) exit(1);
        if ((!a.hit || (a.audit && a.label != label)) && bonnet_cache_add(c, key, &e, f) != BONNET_OK) exit(1);
    }
    return t;
}

static void add(tally *to, tally t)
{
    to->frames += t.frames, to->hits += t.hits, to->wrong += t.wrong, to->late_hits += t.late_hits, to->late_wrong += t.late_wrong;
}

/* tau of a video of its own: frames that lie APART, so that what lies between them is what a cache is to span. */
static void calibrate(uint32_t *tau, const network *n, double budget, unit *u)
{
    static uint64_t maps[HELD][WORDS];
    static uint16_t labels[HELD];
    bonnet_cache_tau found[CLASSES];
    scene s;
    for (uint32_t i = 0; i < HELD; i++) {
        if (i % 2 == 0) draw_scene(&s, u);
        map_of(maps[i], n, &s, i % 2 * (1 + i / 2 % APART), u);
        labels[i] = (uint16_t)label_of(n, maps[i]);
    }
    const bonnet_cache_samples all = {maps[0], labels, HELD, WORDS, CLASSES};
    if (bonnet_cache_calibrate(found, &all, budget, 0.95, NULL, 0) != BONNET_OK) exit(1);
    for (uint32_t c = 0; c < CLASSES; c++) tau[c] = found[c].tau;
}

static bonnet_cache *open_with(const bonnet_cache_key *key, const uint32_t *tau, double budget, double audit, uint64_t seed)
{
    bonnet_cache *c = NULL;
    bonnet_cache_options o = BONNET_CACHE_OPTIONS_INIT;
    o.key = *key, o.classes = CLASSES, o.tau = tau, o.entries = 256, o.budget = budget, o.audit = audit, o.seed = seed;
    if (bonnet_cache_open(&c, &o) != BONNET_OK) exit(1);
    return c;
}

int main(int argc, char **argv)
{
    static network n;
    unit u = unit_start(argc, argv, "cache_video", 1, 4);
    const bonnet_cache_key key = {.cut = 1, .words = WORDS};
    const double budget = 0.1;
    tally video = {0}, pictures = {0}, bold = {0};
    uint64_t tightened = 0;
    for (uint32_t k = 0; k < u.cases; k++) {
        uint32_t tau[CLASSES], far[CLASSES];
        bonnet_cache_stats stats;
        draw_network(&n, &u);
        calibrate(tau, &n, budget, &u);
        bonnet_cache *c = open_with(&key, tau, budget, 0.05, u.seed);
        add(&video, play(c, &key, &n, FRAMES, SCENE, &u));
        bonnet_cache_close(c);
        c = open_with(&key, tau, budget, 0.05, u.seed);
        add(&pictures, play(c, &key, &n, FRAMES / 3, 1, &u));
        bonnet_cache_close(c);
        for (uint32_t i = 0; i < CLASSES; i++) far[i] = WORDS * 64 / 4;
        c = open_with(&key, far, 0.02, 1, u.seed);
        add(&bold, play(c, &key, &n, 2 * FRAMES, SCENE, &u));
        if (bonnet_cache_stats_get(&stats, c) != BONNET_OK) exit(1);
        bonnet_cache_close(c);
        tightened += stats.tightened;
    }
    printf("      video: %llu hits, %llu false, of %llu; pictures: %llu hits of %llu; too bold: %llu false of %llu, then %llu of %llu, tightened "
           "%llu times\n",
           (unsigned long long)video.hits, (unsigned long long)video.wrong, (unsigned long long)video.frames, (unsigned long long)pictures.hits,
           (unsigned long long)pictures.frames, (unsigned long long)(bold.wrong - bold.late_wrong), (unsigned long long)(bold.hits - bold.late_hits),
           (unsigned long long)bold.late_wrong, (unsigned long long)bold.late_hits, (unsigned long long)tightened);
    UNIT(&u, video.hits > video.frames / 20, "on a video, frames are answered from the cache", "%llu", (unsigned long long)video.hits);
    UNIT(&u, (double)video.wrong <= budget * (double)video.hits, "and false ones are within the budget", "%llu of %llu",
         (unsigned long long)video.wrong, (unsigned long long)video.hits);
    UNIT(&u, pictures.hits * 100 <= pictures.frames, "on pictures without anything in common, at most one in a hundred", "%llu",
         (unsigned long long)pictures.hits);
    UNIT(&u, tightened >= u.cases && bold.late_wrong < bold.wrong - bold.late_wrong,
         "a cache that reaches too far finds out, and is wrong less often later", "%llu, then %llu",
         (unsigned long long)(bold.wrong - bold.late_wrong), (unsigned long long)bold.late_wrong);
    return unit_end(&u);
}
