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
    if (l->kind == BONNET_LAYER_LAST || l->kind == BONNET_LAYER_FC || !ordered(p->net, l)) return 0;
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
        else if (bonnet_net_segment(net) || (l->kind == BONNET_LAYER_CONV && (l->post == BONNET_POST_OR || l->post == BONNET_POST_INTERLEAVE)))
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

uint32_t lower_rows_needed(const bonnet_layer *l, int is_input, uint32_t map_h, uint32_t upto)
{
    uint32_t need = upto;
    if (l->kind == BONNET_LAYER_FC) need = map_h;
    else if (is_input && (l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_LAST)) need = (upto - 1) * l->stride + l->dilation + 1;
    else if (is_input && l->kind == BONNET_LAYER_DOWN && l->pool) need = 2 * upto;
    return need < map_h ? need : map_h;
}

uint32_t lower_first_needed(const bonnet_layer *l, int is_input, uint32_t y0)
{
    if (l->kind == BONNET_LAYER_FC) return 0;
    if (is_input && (l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_LAST))
        return y0 * l->stride < l->dilation ? 0 : y0 * l->stride - l->dilation;
    if (is_input && l->kind == BONNET_LAYER_DOWN && l->pool) return 2 * y0;
    return y0;
}
