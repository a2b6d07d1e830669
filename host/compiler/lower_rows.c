/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_rows.c - how many rows a layer has, and what is in them. The layout is the table in docs/chip.md: each row gives each
 * lane 64 bits, lane 0 first, little-endian.
 */
#include <string.h>
#include "lower_parts.h"

enum { STEM_FIXED_ROWS = 5 }; /* requantise, depthwise 0 and 1, thresholds 0 and 1 */

static uint32_t ceil_div(uint32_t a, uint32_t b) { return (a + b - 1) / b; }

uint32_t lower_tiles(const bonnet_net *net, uint32_t layer, const bonnet_geometry *g) { return ceil_div(net->layers[layer].conv_c, g->lanes); }

uint32_t lower_tile_rows(const bonnet_net *net, uint32_t layer)
{
    const bonnet_layer *l = &net->layers[layer];
    switch (l->kind) {
    case BONNET_LAYER_STEM: return STEM_FIXED_ROWS + ceil_div(l->kernel * l->kernel * l->in_c, 8);
    case BONNET_LAYER_CONV: return 1 + 9 * (l->in_c / 64);
    case BONNET_LAYER_DOWN: return 1 + net->k * (l->in_c / 64);
    case BONNET_LAYER_LAST: return 2 + 9 * (l->in_c / 64);
    case BONNET_LAYER_FC: return 1 + l->in_c / 8;
    case BONNET_LAYER_MAP: return 0; /* has no parameters */
    default: break;                  /* general layers: bonnet_lower() refuses them */
    }
    return 0;
}

static void put(uint8_t *row, uint32_t lane, uint64_t bits)
{
    for (int i = 0; i < 8; i++) row[8 * lane + (uint32_t)i] = (uint8_t)(bits >> 8 * i);
}

static void stem_lane(const bonnet_net *net, const bonnet_layer *l, uint32_t o, uint8_t *rows, size_t row_bytes, uint32_t lane)
{
    uint64_t v = l->sh[o];
    if (l->dw && l->dw_const) v |= (uint64_t)(uint8_t)l->border[o] << 8;
    put(rows, lane, v);
    uint64_t lo = 0, hi = 0;
    if (l->dw) {
        for (uint32_t tap = 0; tap < 8; tap++) lo |= (uint64_t)(uint8_t)l->dw8[9 * o + tap] << 8 * tap;
        hi = (uint8_t)l->dw8[9 * o + 8];
    }
    put(rows + row_bytes, lane, lo);
    put(rows + 2 * row_bytes, lane, hi);
    uint64_t t[4] = {0};
    for (uint32_t j = 0; j < net->k; j++) t[j] = (uint32_t)l->t[o * net->k + j] & 0xFFFFFu;
    put(rows + 3 * row_bytes, lane, t[0] | t[1] << 32);
    put(rows + 4 * row_bytes, lane, t[2] | t[3] << 32);
    uint32_t taps = l->kernel * l->kernel * l->in_c;
    for (uint32_t tap = 0; tap < taps; tap += 8) {
        v = 0;
        for (uint32_t i = 0; i < 8 && tap + i < taps; i++) v |= (uint64_t)(uint8_t)l->w8[(size_t)o * taps + tap + i] << 8 * i;
        put(rows + (STEM_FIXED_ROWS + tap / 8) * row_bytes, lane, v);
    }
}

/* Rows of one output channel of a binary layer; the words of its filter follow its first row or two. */
static void binary_lane(const bonnet_net *net, const bonnet_layer *l, uint32_t o, uint8_t *rows, size_t row_bytes, uint32_t lane)
{
    uint64_t v = 0;
    if (l->kind == BONNET_LAYER_LAST) {
        put(rows, lane, (uint64_t)(uint16_t)l->a[o] | (uint64_t)(uint16_t)l->b[o] << 16 | (uint64_t)(uint32_t)l->c[o] << 32);
        rows += row_bytes;
        v = (uint16_t)l->s[o];
    } else {
        for (uint32_t j = 0; j < net->k; j++) v |= (uint64_t)(l->tp[o * net->k + j] & 0x1FFFu) << 16 * j;
        if (l->pool_and && l->pool_and[o]) v |= UINT64_C(0x8000800080008000);
    }
    put(rows, lane, v);
    uint32_t words = l->kind == BONNET_LAYER_DOWN ? net->k * (l->in_c / 64) : 9 * (l->in_c / 64);
    for (uint32_t i = 0; i < words; i++) put(rows + (1 + i) * row_bytes, lane, l->bits[(size_t)o * words + i]);
}

static void fc_lane(const bonnet_layer *l, uint32_t o, uint8_t *rows, size_t row_bytes, uint32_t lane)
{
    put(rows, lane, (uint32_t)l->c[o]);
    for (uint32_t i = 0; i < l->in_c; i += 8) {
        uint64_t v = 0;
        for (uint32_t b = 0; b < 8; b++) v |= (uint64_t)(uint8_t)l->w8[(size_t)o * l->in_c + i + b] << 8 * b;
        put(rows + (1 + i / 8) * row_bytes, lane, v);
    }
}

void lower_fill_rows(bonnet_job *job, const bonnet_net *net)
{
    uint32_t lanes = job->geometry.lanes, group = lanes / 4;
    size_t row_bytes = 8 * (size_t)lanes;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        uint32_t tile_rows = lower_tile_rows(net, i), tiles = tile_rows ? lower_tiles(net, i, &job->geometry) : 0;
        for (uint32_t t = 0; t < tiles; t++) {
            uint8_t *rows = job->rows + (job->layers[i].row + (size_t)t * tile_rows) * row_bytes;
            for (uint32_t lane = 0; lane < lanes; lane++) {
                uint32_t o = t * lanes + lane;
                if (lower_grouped(net, l)) o = t * group + lane / group * (l->conv_c / 4) + lane % group;
                if (o >= l->conv_c) continue; /* lanes past the last logit carry zeros */
                if (l->kind == BONNET_LAYER_STEM) stem_lane(net, l, o, rows, row_bytes, lane);
                else if (l->kind == BONNET_LAYER_FC) fc_lane(l, o, rows, row_bytes, lane);
                else binary_lane(net, l, o, rows, row_bytes, lane);
            }
        }
    }
}
