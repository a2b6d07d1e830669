/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ice40_plan.c - a net for the machine's 16,384 words: maps at the bottom, each as long as something reads it; weights at the top, from the
 * first layer on as many layers as have room; between them the place of the weights that are sent again in every frame, in pieces of a few tiles.
 *
 * A tile is four output channels: one row of thresholds, then a row for each word of the dot product; a row is a word for each lane.
 * A grouped layer (four slices) is four runs, one a slice.
 */
#include <stdlib.h>
#include <string.h>
#include "ice40.h"

static int has_place(const bonnet_layer *l) { return l->kind != BONNET_LAYER_FC; }
static int runs_there(const bonnet_layer *l) { return l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_DOWN || l->kind == BONNET_LAYER_LAST; }

/* Words of a pixel of a binary map. */
static uint32_t pixel_words(const bonnet_net *net, uint32_t layer) { return net->layers[layer].out_c / 64 * net->k; }

/* Words of the machine's memory that layer i writes: its map, or a 16-bit popcount a channel and pixel. */
static size_t place_words(const bonnet_net *net, uint32_t i)
{
    const bonnet_layer *l = &net->layers[i];
    return l->kind == BONNET_LAYER_LAST ? (size_t)l->in_h * l->in_w * (l->conv_c / 4) : bonnet_net_map_words(net, i);
}

static uint32_t dot_words(const bonnet_net *net, const bonnet_layer *l) /* of one dot product */
{
    return l->kind == BONNET_LAYER_DOWN ? l->in_c / 64 * net->k : 9 * (l->in_c / 64);
}
static uint32_t tile_words(const bonnet_net *net, const bonnet_layer *l) { return BONNET_ICE40_LANES * (1 + dot_words(net, l)); }
static uint32_t layer_words(const bonnet_net *net, const bonnet_layer *l) { return l->conv_c / BONNET_ICE40_LANES * tile_words(net, l); }

static int reads(const bonnet_layer *l, uint32_t map)
{
    return l->in.map == (int32_t)map || l->res.map == (int32_t)map || l->pass.map == (int32_t)map;
}

/* The last layer that needs the map of layer i. */
static uint32_t last_use(const bonnet_net *net, uint32_t i)
{
    uint32_t last = i;
    for (uint32_t j = i + 1; j < net->n_layers; j++)
        if (reads(&net->layers[j], i)) last = j;
    return last;
}

/* Lowest place for every map among those that live beside it. Returns the first word above all of them. */
static size_t place_maps(bonnet_ice40_plan *plan, const bonnet_net *net)
{
    size_t top = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        if (!has_place(&net->layers[i])) continue;
        const size_t words = place_words(net, i);
        size_t at = 0;
        for (uint32_t j = 0; j < i;) {
            const size_t from = plan->place[j], to = from + place_words(net, j);
            const int beside = has_place(&net->layers[j]) && last_use(net, j) >= i && at < to && from < at + words;
            if (beside) at = to, j = 0;
            else j++;
        }
        if (at + words > BONNET_ICE40_MARK) return SIZE_MAX;
        plan->place[i] = (uint32_t)at;
        if (at + words > top) top = at + words;
    }
    return top;
}

/* Weight rows of a layer, tile after tile. */
static void pack_rows(uint64_t *rows, const bonnet_net *net, const bonnet_layer *l)
{
    const uint32_t words = dot_words(net, l);
    for (uint32_t o = 0; o < l->conv_c; o++) {
        uint64_t *lane = rows + (size_t)(o / BONNET_ICE40_LANES) * tile_words(net, l) + o % BONNET_ICE40_LANES;
        *lane = l->pool_and && l->pool_and[o] ? 1u << 15 : 0;
        for (uint32_t j = 0; j < net->k && l->tp; j++) *lane |= (uint64_t)l->tp[o * net->k + j] << 16 * j;
        for (uint32_t i = 0; i < words; i++) lane[(size_t)(i + 1) * BONNET_ICE40_LANES] = l->bits[(size_t)o * words + i];
    }
}

/* First word of what a layer reads, and the pitch of its pixels. */
static uint64_t source(const bonnet_ice40_plan *plan, const bonnet_net *net, const bonnet_map_ref *ref, uint32_t *pitch)
{
    *pitch = ref->map < 0 ? 0 : pixel_words(net, (uint32_t)ref->map);
    return ref->map < 0 ? 0 : plan->place[ref->map] + ref->first / 64 * net->k;
}

/* The descriptor of tiles [first, first + tiles) of a layer, with their rows at `weights`: rtl/board/ice40/bonnet_ice40_cfg.sv. */
static void describe(uint64_t cfg[BONNET_ICE40_CFG_WORDS], const bonnet_ice40_plan *plan, const bonnet_net *net, uint32_t layer, uint32_t first,
                     uint32_t tiles, uint32_t weights)
{
    const bonnet_layer *l = &net->layers[layer];
    const int down = l->kind == BONNET_LAYER_DOWN, last = l->kind == BONNET_LAYER_LAST;
    const uint32_t slice = down ? 0 : first / (l->conv_c / BONNET_ICE40_LANES / net->k);
    const uint32_t depth = down ? dot_words(net, l) : l->in_c / 64, step = down ? 1 : net->k;
    const uint32_t out_pixel = last ? l->conv_c / 4 : pixel_words(net, layer);
    const uint32_t out_h = last ? l->in_h : l->out_h, out_w = last ? l->in_w : l->out_w;
    const bonnet_map_ref none = {-1, 0, 0};
    uint32_t in_pixel, res_pixel, pass_pixel;
    const uint64_t in = source(plan, net, &l->in, &in_pixel) + slice;
    const uint64_t res = source(plan, net, last ? &none : &l->res, &res_pixel), pass = source(plan, net, last ? &none : &l->pass, &pass_pixel);
    const uint64_t flags = (uint64_t)!down | (uint64_t)(l->stride == 2 || l->pool) << 1 | (uint64_t)(l->dilation == 2) << 2 |
                           (uint64_t)(down && l->pool) << 3 | (uint64_t)(down || last ? 0 : l->post) << 4 | (uint64_t)(net->k == 4) << 6 |
                           (uint64_t)last << 7;
    cfg[0] = in | (uint64_t)(in_pixel * l->in_w) << 16 | (uint64_t)in_pixel << 32 | (uint64_t)step << 48;
    cfg[1] = (uint64_t)(l->in_h - 1) | (uint64_t)(l->in_w - 1) << 16 | (uint64_t)(out_h - 1) << 32 | (uint64_t)(out_w - 1) << 48;
    cfg[2] = weights | (uint64_t)plan->place[layer] << 16 | (uint64_t)out_pixel << 32 | (uint64_t)(depth - 1) << 48 | (uint64_t)(tiles - 1) << 56;
    cfg[3] = res | (uint64_t)res_pixel << 16 | pass << 32 | (uint64_t)pass_pixel << 48;
    cfg[4] = first | flags << 8 | (uint64_t)dot_words(net, l) << 16;
}

/* Runs of a layer: a slice each, and where its rows are sent, as many tiles as their place holds (`room` words; 0: they stay at `at`). */
static void plan_layer(bonnet_ice40_plan *plan, const bonnet_net *net, uint32_t layer, size_t row_word, uint32_t at, uint32_t room)
{
    const bonnet_layer *l = &net->layers[layer];
    const uint32_t all = l->conv_c / BONNET_ICE40_LANES, group = l->kind == BONNET_LAYER_DOWN ? all : all / net->k, words = tile_words(net, l);
    for (uint32_t first = 0, tiles; first < all; first += tiles) {
        tiles = group - first % group;
        if (room && tiles > room / words) tiles = room / words;
        const uint32_t from = first * words;
        bonnet_ice40_step *s = &plan->steps[plan->n_steps++];
        *s = (bonnet_ice40_step){.layer = layer, .send = room ? tiles * words : 0, .to = at, .row_word = row_word + from};
        describe(s->cfg, plan, net, layer, first, tiles, room ? at : at + from);
    }
}

static bonnet_status check(const bonnet_net *net, bonnet_error *err)
{
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        if (!runs_there(l)) continue;
        if (l->in_h > BONNET_ICE40_SIDE || l->in_w > BONNET_ICE40_SIDE)
            return bonnet_fail(err, BONNET_EUNSUPPORTED, "ice40: layer '%s' reads a map of %u x %u; %d is the longest side", l->name, l->in_h,
                               l->in_w, BONNET_ICE40_SIDE);
    }
    return BONNET_OK;
}

/* How many of the first layers keep their rows there, so that the largest piece of what is left has room too; -1: not even one tile has. */
static int choose_resident(bonnet_ice40_plan *plan, const bonnet_net *net, size_t room)
{
    size_t all = 0;
    uint32_t tile = 0; /* the largest tile from layer n on */
    for (uint32_t i = 0; i < net->n_layers; i++) all += runs_there(&net->layers[i]) ? layer_words(net, &net->layers[i]) : 0;
    for (uint32_t n = net->n_layers;; n--) {
        if (all + tile <= room) {
            plan->resident = (uint32_t)all;
            plan->resident_at = BONNET_ICE40_MARK - plan->resident;
            return (int)n;
        }
        if (!n) return -1;
        const bonnet_layer *l = &net->layers[n - 1];
        if (!runs_there(l)) continue;
        all -= layer_words(net, l);
        if (tile_words(net, l) > tile) tile = tile_words(net, l);
    }
}

bonnet_status bonnet_ice40_plan_make(bonnet_ice40_plan *plan, const bonnet_net *net, bonnet_error *err)
{
    memset(plan, 0, sizeof *plan);
    bonnet_status st = check(net, err);
    if (st) return st;
    const size_t top = place_maps(plan, net);
    const int resident = top == SIZE_MAX ? -1 : choose_resident(plan, net, BONNET_ICE40_MARK - top);
    if (resident < 0)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "ice40: the maps that live side by side do not leave room in %d words; a smaller image fits",
                           BONNET_ICE40_WORDS);
    size_t rows = 0, steps = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        if (runs_there(l)) rows += layer_words(net, l), steps += l->conv_c / BONNET_ICE40_LANES;
    }
    plan->rows = calloc(rows + 1, sizeof *plan->rows);
    plan->steps = calloc(steps + 1, sizeof *plan->steps);
    if (!plan->rows || !plan->steps) {
        bonnet_ice40_plan_free(plan);
        return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    }
    size_t at = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        if (!runs_there(l)) continue;
        pack_rows(plan->rows + at, net, l);
        if ((int)i < resident) plan_layer(plan, net, i, at, plan->resident_at + (uint32_t)at, 0);
        else plan_layer(plan, net, i, at, (uint32_t)top, plan->resident_at - (uint32_t)top);
        at += layer_words(net, l);
    }
    return BONNET_OK;
}

void bonnet_ice40_plan_free(bonnet_ice40_plan *plan)
{
    free(plan->rows);
    free(plan->steps);
    plan->rows = NULL;
    plan->steps = NULL;
}
