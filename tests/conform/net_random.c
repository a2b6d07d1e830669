/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_random.c - a random sound network that fits a room.
 *
 * Layers are tried one at a time and kept while the whole, with a last block and an FC behind it, still fits. Half of the networks
 * also get real blocks (conv1 XNOR, conv2 OR or INTERLEAVE, downsample), so that the shapes of BoolNet are there and not only soup.
 */
#include <string.h>
#include "net_build.h"

/* Binary maps (or halves) of h x w (0: any) with `channels` (0: any up to 512), one at random; map -1: there is none. */
static bonnet_map_ref pick(bonnet_build *b, uint32_t h, uint32_t w, uint32_t channels)
{
    bonnet_map_ref best = BONNET_NONE;
    uint32_t seen = 0;
    for (uint32_t i = 0; i < b->n; i++)
        for (int part = 0; part < 3; part++) {
            const bonnet_layer *l = &b->layers[i];
            if (part && l->out_c % 128) continue;
            bonnet_map_ref ref = bonnet_build_part(b, (int)i, part);
            if ((h && (l->out_h != h || l->out_w != w)) || (channels ? ref.channels != channels : ref.channels > 512)) continue;
            seen += 1 + i; /* later maps more often */
            if (bonnet_rng_below(&b->rng, seen) < 1 + i) best = ref;
        }
    return best;
}

static uint32_t pick_channels(bonnet_build *b) { return 64u << (bonnet_rng_chance(&b->rng, 70) ? 0 : bonnet_rng_below(&b->rng, 4)); }

/* Whole network, or for `big` the layer added last, still fits with a small head behind it. */
static int fits(const bonnet_build *b, const bonnet_room *room, int big)
{
    bonnet_build t = *b;
    if (big) { /* this layer alone: as if it were the only one with weights */
        t.layers[0] = b->layers[b->n - 1];
        t.n = 1;
        if (t.layers[0].kind != BONNET_LAYER_STEM) return bonnet_build_fits(&t, room);
    }
    uint32_t c = t.layers[t.n - 1].out_c;
    if (t.layers[t.n - 1].kind != BONNET_LAYER_FC) {
        if (c > 512) { /* the last block reads a half */
            bonnet_build_last(&t, bonnet_build_part(&t, (int)t.n - 1, 1), 1);
        } else if (t.layers[t.n - 1].kind != BONNET_LAYER_LAST) {
            bonnet_build_last(&t, bonnet_build_part(&t, (int)t.n - 1, 0), 1);
        }
        bonnet_build_fc(&t, 1);
    }
    return bonnet_build_fits(&t, room);
}

/* Keeps the layers added since `mark` if everything fits; else takes them away. */
static int keep(bonnet_build *b, uint32_t mark, const bonnet_room *room, int big)
{
    int ok = 1;
    for (uint32_t n = b->n, i = mark; i < n && ok && big; i++) {
        b->n = i + 1;
        ok = fits(b, room, 1);
        b->n = n;
    }
    if (ok && !big) ok = fits(b, room, 0);
    if (!ok) b->n = mark;
    return ok;
}

static int add_stem(bonnet_build *b, const bonnet_room *room, int big)
{
    bonnet_rng *r = &b->rng;
    for (int attempt = 0; attempt < 200; attempt++) {
        bonnet_stem_spec s = {0};
        uint32_t side = attempt > 100 ? 8 : bonnet_rng_chance(r, 20) ? 40 : 20; /* give way when nothing large fits */
        s.h = 1 + bonnet_rng_below(r, side), s.w = bonnet_rng_chance(r, 30) ? s.h : 1 + bonnet_rng_below(r, side);
        s.planes = bonnet_rng_chance(r, 60) ? 1 : 3;
        s.kernel = 3 + 2 * bonnet_rng_below(r, 3), s.stride = 1 + bonnet_rng_below(r, 2), s.pool = bonnet_rng_below(r, 3);
        s.out_c = bonnet_rng_chance(r, 80) ? 64 : 128;
        s.pixels_signed = bonnet_rng_below(r, 2), s.dw = bonnet_rng_below(r, 2), s.dw_const = bonnet_rng_below(r, 2);
        if (s.pool == 1 && ((s.h + s.stride - 1) / s.stride < 2 || (s.w + s.stride - 1) / s.stride < 2)) continue;
        bonnet_build_stem(b, &s);
        if (b->layers[0].out_h > 24 || b->layers[0].out_w > 24) {
            b->n = 0;
            continue;
        }
        if (keep(b, 0, room, big)) return 1;
    }
    return 0;
}

/* One layer of any kind on any maps. */
static void add_any(bonnet_build *b)
{
    bonnet_rng *r = &b->rng;
    bonnet_map_ref in = pick(b, 0, 0, 0);
    if (in.map < 0) return;
    const bonnet_layer *from = &b->layers[in.map];
    uint32_t stride = 1 + bonnet_rng_chance(r, 25), dilation = 1 + bonnet_rng_chance(r, 25), pool = bonnet_rng_chance(r, 60);
    uint32_t h = (from->out_h + stride - 1) / stride, w = (from->out_w + stride - 1) / stride;
    if (bonnet_rng_chance(r, 25)) {
        const int keeps = bonnet_rng_chance(r, 50);
        if (!keeps && (from->out_h < 2 || from->out_w < 2)) pool = 0;
        bonnet_build_down(b, in, pick_channels(b), !pool ? BONNET_BUILD_NO_POOL : keeps ? BONNET_BUILD_POOL_KEEPS : BONNET_BUILD_POOL_DROPS);
        return;
    }
    bonnet_post post = (bonnet_post)bonnet_rng_below(r, 4);
    bonnet_map_ref res = post == BONNET_POST_STORE ? BONNET_NONE : pick(b, h, w, 0), pass = BONNET_NONE;
    if (post != BONNET_POST_STORE && res.map < 0) post = BONNET_POST_STORE;
    if (post == BONNET_POST_INTERLEAVE) pass = pick(b, h, w, res.channels);
    bonnet_build_conv(b, in, post == BONNET_POST_STORE ? pick_channels(b) : res.channels, stride, dilation, post, res, pass);
}

/* A block of BaseNet or BoolNet on the newest map, with or without a downsample. */
static void add_block(bonnet_build *b, int boolnet)
{
    bonnet_rng *r = &b->rng;
    const int x = (int)b->n - 1;
    const bonnet_layer *from = &b->layers[x];
    int halve = from->out_h >= 2 && from->out_w >= 2 && bonnet_rng_chance(r, 30);
    int split = boolnet && !halve && from->out_c % 128 == 0;
    bonnet_map_ref in = split ? BONNET_LOWER(b, x) : BONNET_ALL(b, x), res = in, pass = split ? BONNET_UPPER(b, x) : in;
    if (in.channels > 512) return;
    if (halve) {
        int d = bonnet_build_down(b, in, 64u << bonnet_rng_below(r, 2), BONNET_BUILD_POOL_KEEPS); /* as conv1 of stride 2 does */
        res = pass = BONNET_ALL(b, d);
    }
    int c1 = bonnet_build_conv(b, in, res.channels, halve ? 2 : 1, 1, BONNET_POST_XNOR, res, BONNET_NONE);
    bonnet_build_conv(b, BONNET_ALL(b, c1), res.channels, 1, 1, boolnet ? BONNET_POST_INTERLEAVE : BONNET_POST_OR, res, boolnet ? pass : BONNET_NONE);
}

bonnet_net *bonnet_random_net(uint64_t seed, const bonnet_room *room, int big)
{
    bonnet_build b;
    bonnet_build_start(&b, seed, 1);
    b.k = bonnet_rng_chance(&b.rng, 35) ? 1 : 4;
    if (!add_stem(&b, room, big)) return NULL;
    int blocks = bonnet_rng_chance(&b.rng, 50), boolnet = bonnet_rng_chance(&b.rng, 60);
    for (uint32_t n = bonnet_rng_below(&b.rng, big ? 12 : 7); n > 0; n--) {
        uint32_t mark = b.n;
        if (blocks) add_block(&b, boolnet);
        else add_any(&b);
        keep(&b, mark, room, big);
    }
    const uint32_t mark = b.n;
    for (int attempt = 0; attempt < 50; attempt++) {
        bonnet_map_ref in = pick(&b, 0, 0, 0);
        if (attempt == 49) in = bonnet_build_part(&b, (int)mark - 1, b.layers[mark - 1].out_c > 512); /* known to fit */
        bonnet_build_last(&b, in, 1 + bonnet_rng_chance(&b.rng, 20));
        bonnet_build_fc(&b, attempt == 49                   ? 1
                            : bonnet_rng_chance(&b.rng, 70) ? 1 + bonnet_rng_below(&b.rng, 20)
                                                            : 1 + bonnet_rng_below(&b.rng, 1000));
        if (keep(&b, mark, room, big)) return bonnet_build_finish(&b);
    }
    return NULL;
}
