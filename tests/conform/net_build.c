/* SPDX-License-Identifier: Apache-2.0 */
/* net_build.c - shapes of layers from what they read; see net_build.h. */
#include <stdio.h>
#include <string.h>
#include "net_build.h"

uint64_t bonnet_rng_next(bonnet_rng *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t bonnet_rng_below(bonnet_rng *r, uint32_t n) { return (uint32_t)((bonnet_rng_next(r) >> 32) * n >> 32); }
int32_t bonnet_rng_range(bonnet_rng *r, int32_t low, int32_t high) { return low + (int32_t)bonnet_rng_below(r, (uint32_t)(high - low) + 1); }
int bonnet_rng_chance(bonnet_rng *r, uint32_t percent) { return bonnet_rng_below(r, 100) < percent; }

int32_t bonnet_rng_log(bonnet_rng *r, unsigned bits)
{
    int32_t x = (int32_t)(bonnet_rng_next(r) & ((UINT64_C(1) << bonnet_rng_below(r, bits + 1)) - 1));
    return bonnet_rng_chance(r, 50) ? -x : x;
}

void bonnet_build_start(bonnet_build *b, uint64_t seed, uint32_t k)
{
    memset(b, 0, sizeof *b);
    b->rng.state = seed;
    b->k = k;
    snprintf(b->name, sizeof b->name, "random-%llu", (unsigned long long)seed);
}

bonnet_map_ref bonnet_build_part(const bonnet_build *b, int map, int part)
{
    uint32_t c = b->layers[map].out_c;
    if (part == 0) return (bonnet_map_ref){map, 0, c};
    return (bonnet_map_ref){map, part == 2 ? c / 2 : 0, c / 2};
}

static bonnet_layer *add(bonnet_build *b, bonnet_layer_kind kind, const char *what)
{
    bonnet_layer *l = &b->layers[b->n];
    memset(l, 0, sizeof *l);
    l->kind = kind;
    l->in = l->res = l->pass = BONNET_NONE;
    l->stride = l->dilation = l->kernel = 1;
    snprintf(l->name, sizeof l->name, "%s%u", what, b->n);
    b->n++;
    return l;
}

int bonnet_build_map(bonnet_build *b, uint32_t channels, uint32_t height, uint32_t width)
{
    bonnet_layer *l = add(b, BONNET_LAYER_MAP, "map");
    l->kernel = l->stride = l->dilation = 0;
    l->out_c = l->conv_c = channels;
    l->out_h = l->conv_h = height, l->out_w = l->conv_w = width;
    return (int)b->n - 1;
}

int bonnet_build_stem(bonnet_build *b, const bonnet_stem_spec *s)
{
    bonnet_layer *l = add(b, BONNET_LAYER_STEM, "stem");
    l->in_c = s->planes, l->in_h = s->h, l->in_w = s->w;
    l->kernel = s->kernel, l->stride = s->stride, l->pool = s->pool;
    l->conv_h = (s->h + s->stride - 1) / s->stride, l->conv_w = (s->w + s->stride - 1) / s->stride;
    l->out_h = s->pool == 0 ? l->conv_h : s->pool == 1 ? l->conv_h / 2 : (l->conv_h + 1) / 2;
    l->out_w = s->pool == 0 ? l->conv_w : s->pool == 1 ? l->conv_w / 2 : (l->conv_w + 1) / 2;
    l->out_c = l->conv_c = s->out_c;
    l->pixels_signed = s->pixels_signed, l->dw = s->dw, l->dw_const = s->dw && s->dw_const;
    return (int)b->n - 1;
}

int bonnet_build_conv(bonnet_build *b, bonnet_map_ref in, uint32_t conv_c, uint32_t stride, uint32_t dilation, bonnet_post post, bonnet_map_ref res,
                      bonnet_map_ref pass)
{
    static const char *const name[] = {"store", "xnor", "or", "interleave"};
    bonnet_layer *l = add(b, BONNET_LAYER_CONV, name[post]);
    const bonnet_layer *from = &b->layers[in.map];
    l->in = in, l->res = res, l->pass = pass, l->post = post;
    l->in_c = in.channels, l->in_h = from->out_h, l->in_w = from->out_w;
    l->kernel = 3, l->stride = stride, l->dilation = dilation;
    l->conv_c = conv_c, l->out_c = post == BONNET_POST_INTERLEAVE ? 2 * conv_c : conv_c;
    l->out_h = l->conv_h = (l->in_h + stride - 1) / stride;
    l->out_w = l->conv_w = (l->in_w + stride - 1) / stride;
    return (int)b->n - 1;
}

int bonnet_build_down(bonnet_build *b, bonnet_map_ref in, uint32_t out_c, bonnet_build_pool pool)
{
    bonnet_layer *l = add(b, BONNET_LAYER_DOWN, "down");
    const bonnet_layer *from = &b->layers[in.map];
    l->in = in;
    l->in_c = in.channels, l->in_h = l->conv_h = from->out_h, l->in_w = l->conv_w = from->out_w;
    l->pool = pool != BONNET_BUILD_NO_POOL;
    l->conv_c = l->out_c = out_c;
    const uint32_t by = l->pool ? 2 : 1, up = pool == BONNET_BUILD_POOL_KEEPS;
    l->out_h = (l->in_h + up) / by;
    l->out_w = (l->in_w + up) / by;
    return (int)b->n - 1;
}

int bonnet_build_last(bonnet_build *b, bonnet_map_ref in, uint32_t dilation)
{
    bonnet_layer *l = add(b, BONNET_LAYER_LAST, "last");
    const bonnet_layer *from = &b->layers[in.map];
    l->in = l->res = in;
    l->in_c = l->conv_c = l->out_c = in.channels;
    l->in_h = l->conv_h = l->out_h = from->out_h;
    l->in_w = l->conv_w = l->out_w = from->out_w;
    l->kernel = 3, l->dilation = dilation;
    return (int)b->n - 1;
}

int bonnet_build_fc(bonnet_build *b, uint32_t classes)
{
    uint32_t features = b->layers[b->n - 1].out_c;
    bonnet_layer *l = add(b, BONNET_LAYER_FC, "fc");
    l->in = (bonnet_map_ref){(int32_t)b->n - 2, 0, features};
    l->in_c = features;
    l->conv_c = l->out_c = classes;
    l->in_h = l->in_w = l->conv_h = l->conv_w = l->out_h = l->out_w = 1;
    return (int)b->n - 1;
}

const bonnet_room bonnet_room_asic = {64, 24576, 576, 32, 512, 128};
const bonnet_room bonnet_room_tiny = {16, 4096, 256, 64, 64, 32};
const bonnet_room bonnet_room_small = {8, 4096, 1024, 128, 64, 32};

int bonnet_build_fits(const bonnet_build *b, const bonnet_room *room)
{
    uint64_t words = 0, rows = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        const bonnet_layer *l = &b->layers[i];
        uint64_t tiles = (l->conv_c + room->lanes - 1) / room->lanes, depth = l->in_c / 64;
        switch (l->kind) {
        case BONNET_LAYER_STEM:
            if (l->in_w > room->image_w || l->out_w > room->map_w) return 0;
            if (tiles * (5 + (l->kernel * l->kernel * l->in_c + 7) / 8) > room->stem_rows) return 0;
            break;
        case BONNET_LAYER_CONV: rows += tiles * (1 + 9 * depth); break;
        case BONNET_LAYER_DOWN: rows += tiles * (1 + depth * b->k); break;
        case BONNET_LAYER_LAST: rows += tiles * (2 + 9 * depth); break;
        case BONNET_LAYER_FC: rows += tiles * (1 + l->in_c / 8); break;
        case BONNET_LAYER_MAP: break;
        default: return 0; /* general layers have no form on the chip yet */
        }
        if (l->kind == BONNET_LAYER_LAST) words += l->out_c / 4;
        else if (l->kind == BONNET_LAYER_FC) words += tiles * room->lanes / 2; /* whole tiles of logits are written */
        else words += ((uint64_t)l->out_h * l->out_w * (l->out_c / 64) * b->k + 3) / 4 * 4;
    }
    return words <= room->feature_words && rows <= room->weight_rows;
}
