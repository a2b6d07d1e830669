/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_build.h - small sound networks made on the spot: layer by layer, shapes worked out from what they read, numbers from a seed.
 *
 *     bonnet_build b;  bonnet_build_start(&b, seed, 4);
 *     int a = bonnet_build_stem(&b, &(bonnet_stem_spec){ .h = 8, .w = 8, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64 });
 *     int c = bonnet_build_conv(&b, BONNET_ALL(&b, a), 64, 1, 1, BONNET_POST_XNOR, BONNET_ALL(&b, a), BONNET_NONE);
 *     bonnet_build_last(&b, BONNET_ALL(&b, c), 1);  bonnet_build_fc(&b, 10);
 *     bonnet_net *net = bonnet_build_finish(&b);      // bonnet_net_free()
 *
 * The functions return the index of the new layer. Used by tests/conform, and free for any other test.
 */
#ifndef BONNET_NET_BUILD_H
#define BONNET_NET_BUILD_H
#include <stdint.h>
#include "net.h"

/* splitmix64: every bit of the seed counts, nearby seeds are far apart. */
typedef struct bonnet_rng {
    uint64_t state;
} bonnet_rng;
uint64_t bonnet_rng_next(bonnet_rng *r);
uint32_t bonnet_rng_below(bonnet_rng *r, uint32_t n);               /* 0..n-1; n > 0 */
int32_t bonnet_rng_range(bonnet_rng *r, int32_t low, int32_t high); /* low..high, both included */
int bonnet_rng_chance(bonnet_rng *r, uint32_t percent);
int32_t bonnet_rng_log(bonnet_rng *r, unsigned bits); /* |x| < 2^bits, small ones as likely as large ones */

typedef struct bonnet_build {
    bonnet_rng rng;
    uint32_t k, n;
    uint32_t ordered; /* 1: thresholds fall from slice to slice, as training leaves them. 0: the seed decides */
    bonnet_layer layers[BONNET_MAX_LAYERS];
    char name[BONNET_NAME_BYTES];
} bonnet_build;

typedef struct bonnet_stem_spec {
    uint32_t h, w, planes, kernel, stride, pool, out_c, pixels_signed, dw, dw_const;
} bonnet_stem_spec;

void bonnet_build_start(bonnet_build *b, uint64_t seed, uint32_t k);
bonnet_map_ref bonnet_build_part(const bonnet_build *b, int map, int part); /* part 0: all, 1: first half, 2: second half */
#define BONNET_ALL(b, map)   bonnet_build_part((b), (map), 0)
#define BONNET_LOWER(b, map) bonnet_build_part((b), (map), 1)
#define BONNET_UPPER(b, map) bonnet_build_part((b), (map), 2)
#define BONNET_NONE          ((bonnet_map_ref){-1, 0, 0})

int bonnet_build_map(bonnet_build *b, uint32_t channels, uint32_t height, uint32_t width); /* what a part begins with */
int bonnet_build_stem(bonnet_build *b, const bonnet_stem_spec *spec);
int bonnet_build_conv(bonnet_build *b, bonnet_map_ref in, uint32_t conv_c, uint32_t stride, uint32_t dilation, bonnet_post post, bonnet_map_ref res,
                      bonnet_map_ref pass);
/* What becomes of the odd last row and column of a pooled map: dropped, or kept and pooled with themselves. */
typedef enum bonnet_build_pool { BONNET_BUILD_NO_POOL, BONNET_BUILD_POOL_DROPS, BONNET_BUILD_POOL_KEEPS } bonnet_build_pool;
int bonnet_build_down(bonnet_build *b, bonnet_map_ref in, uint32_t out_c, bonnet_build_pool pool);
int bonnet_build_last(bonnet_build *b, bonnet_map_ref in, uint32_t dilation);
int bonnet_build_fc(bonnet_build *b, uint32_t classes);

/* The net with random parameters: thresholds around the mean with some always and never, every range used to its ends. NULL: no memory. */
bonnet_net *bonnet_build_finish(bonnet_build *b);

/* What the layers so far need of a chip, if nothing is ever thrown away: words of all maps, and rows of `lanes` x 64 bits. */
typedef struct bonnet_room {
    uint32_t lanes, feature_words, weight_rows, stem_rows, image_w, map_w;
} bonnet_room;
extern const bonnet_room bonnet_room_asic, bonnet_room_tiny, bonnet_room_small; /* as rtl/pkg/bonnet_pkg.sv */
/* 1 if layers, plus a last block on `in` (map -1: none) and an FC of `classes` (0: none), stay inside. */
int bonnet_build_fits(const bonnet_build *b, const bonnet_room *room);

/* A random sound network inside `room`; big = 1: each layer alone fits, the sum need not. */
bonnet_net *bonnet_random_net(uint64_t seed, const bonnet_room *room, int big);
/* A random sound network of general layers (net.h), some of which a chip of any geometry runs. */
bonnet_net *bonnet_random_general(uint64_t seed);
/* A random branch of its family behind the map of `layer`. */
bonnet_net *bonnet_random_general_branch(const bonnet_net *net, uint32_t layer, uint64_t seed);
/* Up to `most` random branches behind random cuts; each fits the room, of general layers any. Their number. */
uint32_t bonnet_add_random_exits(bonnet_net *net, uint64_t seed, const bonnet_room *room, uint32_t most);
/* Directed network `index`, or NULL after the last (*end set) or without memory. Each fits the tiny room unless its name ends in "-asic". */
bonnet_net *bonnet_directed_net(uint32_t index, int *end);
/* An image for the net: random, constant, ramps, extremes. Owned by the caller: free(). */
uint8_t *bonnet_random_image(const bonnet_net *net, uint64_t seed, uint32_t frames);
#endif
