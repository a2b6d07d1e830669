/* SPDX-License-Identifier: Apache-2.0 */
/* any_pick.c - the layer that moves channels: binary maps cut, put behind one another, turned (BPICK, net.h). */
#include "any.h"

static int nothing_to_do(const any_value *a, uint32_t count, const int32_t *t, const uint8_t *turn)
{
    if (count != any_bits(a)) return 0;
    for (uint32_t i = 0; i < count; i++)
        if (t[i] != (int32_t)i || (turn && turn[i])) return 0;
    return 1;
}

bonnet_status any_pick(any_import *im, const bonnet_node *n, const any_value *a, const any_value *b, uint32_t count, const int32_t *t,
                       const uint8_t *turn, int32_t *layer)
{
    if (count < 1 || count > BONNET_MAX_WIDE_CHANNELS)
        return ANY_REFUSE(im, n, "makes a map of %u channels; 1 to %d fit", (unsigned)count, BONNET_MAX_WIDE_CHANNELS);
    *layer = a->layer;
    if (nothing_to_do(a, count, t, turn)) return BONNET_OK;
    uint8_t *sh = bonnet_arena_calloc(im->g->arena, count, 1);
    int32_t *at = bonnet_arena_calloc(im->g->arena, count, sizeof *at);
    if (!sh || !at) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < count; i++) at[i] = t[i], sh[i] = turn ? turn[i] : 0;
    bonnet_layer l = {.kind = BONNET_LAYER_BPICK, .in_c = any_bits(a), .in_h = a->h, .in_w = a->w, .out_c = count, .out_h = a->h, .out_w = a->w};
    l.win = (bonnet_net_window){.kernel_h = 1, .kernel_w = 1, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1};
    l.in = (bonnet_map_ref){a->layer, 0, any_bits(a)};
    l.res = b ? (bonnet_map_ref){b->layer, 0, any_bits(b)} : (bonnet_map_ref){-1, 0, 0};
    l.pass.map = -1;
    l.t = at, l.sh = sh;
    any_finish(&l, n);
    return any_layer(im, n, &l, layer);
}

bonnet_status any_maps_joined(any_import *im, const bonnet_node *n, const any_value *const *v, uint32_t count, any_value *to)
{
    *to = *v[0];
    for (uint32_t i = 1; i < count; i++) {
        const uint32_t had = any_bits(to), all = had + any_bits(v[i]);
        const int turned = v[i]->mul != to->mul;
        if (all > BONNET_MAX_WIDE_CHANNELS)
            return ANY_REFUSE(im, n, "makes a map of %u channels; 1 to %d fit", (unsigned)all, BONNET_MAX_WIDE_CHANNELS);
        int32_t *t = bonnet_arena_calloc(im->g->arena, all, sizeof *t);
        uint8_t *turn = bonnet_arena_calloc(im->g->arena, all, 1);
        if (!t || !turn) return bonnet_graph_no_memory(im->g);
        for (uint32_t c = 0; c < all; c++) t[c] = (int32_t)c, turn[c] = c >= had && turned;
        bonnet_status status = any_pick(im, n, to, v[i], all, t, turn, &to->layer);
        if (status != BONNET_OK) return status;
        to->ch += v[i]->ch;
        to->nested = to->nested && v[i]->nested && !turned;
    }
    return BONNET_OK;
}
