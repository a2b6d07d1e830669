/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_blocks.c - what the network offers to choose from: which maps are thermometer codes, who reads a map last, which layers can
 * be made row by row together, and which rows of its operands a row needs.
 */
#include "lower_parts.h"

/* Thresholds in falling order give slices in rising order. */
static int ordered(const bonnet_net *net, const bonnet_layer *l)
{
    if (net->k != 4) return 0;
    uint32_t n = l->kind == BONNET_LAYER_STEM ? l->out_c : l->conv_c;
    for (uint32_t c = 0; c < n; c++)
        for (uint32_t j = 1; j < 4; j++)
            if (l->kind == BONNET_LAYER_STEM ? l->t[4 * c + j] > l->t[4 * c + j - 1] : l->tp[4 * c + j] > l->tp[4 * c + j - 1]) return 0;
    return 1;
}

static int map_is_code(const lower_plan *p, const bonnet_layer *l)
{
    if (l->kind == BONNET_LAYER_LAST || l->kind == BONNET_LAYER_FC || l->kind == BONNET_LAYER_MAP || l == &p->net->layers[p->net->n_layers - 1])
        return 0; /* what comes and goes by BASE 1 and 2 is not coded */
    if (!ordered(p->net, l)) return 0;
    if (l->kind != BONNET_LAYER_CONV || l->post == BONNET_POST_STORE) return 1;
    if (l->post == BONNET_POST_XNOR || !p->therm[l->res.map]) return 0;
    return l->post == BONNET_POST_OR || p->therm[l->pass.map];
}

static void read_by(lower_plan *p, bonnet_map_ref ref, uint32_t layer)
{
    if (ref.map >= 0) p->last_reader[ref.map] = layer;
}

void lower_blocks(lower_plan *p)
{
    const bonnet_net *net = p->net;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        p->therm[i] = (uint8_t)map_is_code(p, l);
        p->last_reader[i] = i;
        read_by(p, l->in, i);
        read_by(p, l->res, i);
        read_by(p, l->pass, i);
    }
    p->n_blocks = 0;
    for (uint32_t i = 1, first = 1; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        int whole = l->kind == BONNET_LAYER_LAST || l->kind == BONNET_LAYER_FC;
        if (whole && first < i) p->blocks[p->n_blocks++] = (lower_block){.first = first, .last = i - 1};
        if (whole) p->blocks[p->n_blocks++] = (lower_block){.first = i, .last = i};
        else if (i + 1 == net->n_layers || (bonnet_net_given(net) && net->k == 1) ||
                 (l->kind == BONNET_LAYER_CONV && (l->post == BONNET_POST_OR || l->post == BONNET_POST_INTERLEAVE)))
            p->blocks[p->n_blocks++] = (lower_block){.first = first, .last = i};
        else continue;
        first = i + 1;
    }
    for (uint32_t b = 0; b < p->n_blocks; b++) {
        uint64_t rows = 0;
        for (uint32_t i = p->blocks[b].first; i <= p->blocks[b].last; i++) rows += lower_tiles(net, i, p->g) * lower_tile_rows(net, i);
        p->blocks[b].fusable = p->blocks[b].last > p->blocks[b].first && rows <= p->g->weight_rows;
    }
}

/* Rows that a window reaches up and down from its centre. */
static uint32_t reach(const bonnet_layer *l) { return l->kind == BONNET_LAYER_DOWN ? 0 : l->dilation; }

uint32_t lower_border(const bonnet_layer *l) { return l->kind == BONNET_LAYER_CONV && l->pad == BONNET_PAD_NONE ? l->dilation : 0; }

uint32_t lower_centre(const bonnet_layer *l, uint32_t y) { return (l->pool || l->stride == 2 ? 2 * y : y) + lower_border(l); }

uint32_t lower_rows_needed(const bonnet_layer *l, int is_input, uint32_t map_h, uint32_t upto)
{
    uint32_t need = upto;
    if (l->kind == BONNET_LAYER_FC) need = map_h;
    else if (is_input) need = (lower_centre(l, upto - 1) + (l->pool ? 1 : 0)) + reach(l) + 1;
    return need < map_h ? need : map_h;
}

uint32_t lower_first_needed(const bonnet_layer *l, int is_input, uint32_t y0)
{
    if (l->kind == BONNET_LAYER_FC) return 0;
    if (!is_input) return y0;
    return lower_centre(l, y0) < reach(l) ? 0 : lower_centre(l, y0) - reach(l);
}
