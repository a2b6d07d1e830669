/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net.c - sizes of a network's maps, work and parameters, from the shapes alone.
 *
 * No function here trusts the shapes: sums that leave 64 bits come out as SIZE_MAX, so that a reader may ask before it checks.
 */
#include "net.h"
#include <string.h>

/* a * b, or SIZE_MAX when that does not fit or an operand is SIZE_MAX already. */
static size_t times(size_t a, size_t b)
{
    size_t r;
    return a == SIZE_MAX || b == SIZE_MAX || __builtin_mul_overflow(a, b, &r) ? SIZE_MAX : r;
}

size_t bonnet_net_map_words(const bonnet_net *net, uint32_t layer)
{
    const bonnet_layer *l = &net->layers[layer];
    switch (l->kind) {
    case BONNET_LAYER_LAST: return ((size_t)l->out_c + 3) / 4;
    case BONNET_LAYER_FC:
    case BONNET_LAYER_BSUM: return ((size_t)l->out_c + 1) / 2;
    case BONNET_LAYER_BCONV:
    case BONNET_LAYER_ICONV:
    case BONNET_LAYER_BPOOL:
    case BONNET_LAYER_BPICK:
    case BONNET_LAYER_BELT: return times(times(l->out_h, l->out_w), ((size_t)l->out_c + 63) / 64);
    case BONNET_LAYER_MAP: return times(times(l->out_h, l->out_w), times(((size_t)l->out_c + 63) / 64, net->k));
    default: return times(times(l->out_h, l->out_w), times(l->out_c / 64, net->k));
    }
}

void bonnet_net_pack(uint64_t *to, const uint64_t *from, uint32_t pixels, uint32_t channels)
{
    const uint32_t words = (channels + 63) / 64;
    memset(to, 0, ((size_t)pixels * channels + 63) / 64 * sizeof *to);
    for (uint32_t p = 0; p < pixels; p++)
        for (uint32_t w = 0; w < words; w++) {
            const uint64_t bits = from[(size_t)p * words + w];
            const size_t at = (size_t)p * channels + w * 64;
            to[at / 64] |= bits << at % 64;
            if (at % 64 && bits >> (64 - at % 64)) to[at / 64 + 1] |= bits >> (64 - at % 64);
        }
}

/* Numbers in the filter of one output channel of a general layer. */
static size_t filter(const bonnet_layer *l)
{
    return times(times(l->win.kernel_h, l->win.kernel_w), l->win.groups ? l->in_c / l->win.groups : SIZE_MAX);
}

/* Parameters of the general kinds. */
static size_t general_count(const bonnet_layer *l, bonnet_param which)
{
    const int bconv = l->kind == BONNET_LAYER_BCONV, iconv = l->kind == BONNET_LAYER_ICONV, sum = l->kind == BONNET_LAYER_BSUM;
    const int pick = l->kind == BONNET_LAYER_BPICK;
    const size_t words = l->win.groups ? (l->in_c / l->win.groups + (size_t)63) / 64 : SIZE_MAX;
    switch (which) {
    case BONNET_PARAM_BITS: return bconv ? times(l->out_c, times(times(l->win.kernel_h, l->win.kernel_w), words)) : 0;
    case BONNET_PARAM_W8: return iconv || sum ? times(l->out_c, filter(l)) : 0;
    case BONNET_PARAM_SH: return iconv || pick ? l->out_c : 0;
    case BONNET_PARAM_T: return bconv || iconv || pick ? l->out_c : 0;
    case BONNET_PARAM_POOL_AND: return l->kind == BONNET_LAYER_BPOOL ? l->out_c : 0;
    case BONNET_PARAM_C: return sum ? l->out_c : 0;
    default: return 0;
    }
}

uint64_t bonnet_net_macs(const bonnet_net *net, uint32_t layer)
{
    const bonnet_layer *l = &net->layers[layer];
    uint64_t positions = (uint64_t)l->conv_h * l->conv_w, in = l->in_c, out = l->conv_c;
    switch (l->kind) {
    case BONNET_LAYER_STEM: return positions * out * in * l->kernel * l->kernel + (l->dw ? (uint64_t)l->out_h * l->out_w * out * 9 : 0);
    case BONNET_LAYER_CONV:
    case BONNET_LAYER_LAST: return positions * out * in * 9; /* grouped: every output channel reads one slice */
    case BONNET_LAYER_DOWN: return positions * out * in * net->k;
    case BONNET_LAYER_FC: return in * out;
    case BONNET_LAYER_BCONV:
    case BONNET_LAYER_ICONV:
    case BONNET_LAYER_BSUM: return times(times(positions, out), filter(l));
    case BONNET_LAYER_BPOOL:
    case BONNET_LAYER_BPICK:
    case BONNET_LAYER_MAP:
    case BONNET_LAYER_BELT: break;
    }
    return 0;
}

size_t bonnet_net_param_size(bonnet_param which)
{
    switch (which) {
    case BONNET_PARAM_BITS: return 8;
    case BONNET_PARAM_T:
    case BONNET_PARAM_C: return 4;
    case BONNET_PARAM_TP:
    case BONNET_PARAM_A:
    case BONNET_PARAM_B:
    case BONNET_PARAM_S: return 2;
    default: return 1;
    }
}

size_t bonnet_net_param_count(const bonnet_net *net, uint32_t layer, bonnet_param which)
{
    const bonnet_layer *l = &net->layers[layer];
    const int stem = l->kind == BONNET_LAYER_STEM, conv = l->kind == BONNET_LAYER_CONV, down = l->kind == BONNET_LAYER_DOWN;
    const int last = l->kind == BONNET_LAYER_LAST, fc = l->kind == BONNET_LAYER_FC;
    if (bonnet_kind_general(l->kind)) return general_count(l, which);
    switch (which) {
    case BONNET_PARAM_BITS: return conv || last ? times(times(l->conv_c, 9), l->in_c / 64) : down ? times(times(l->conv_c, l->in_c / 64), net->k) : 0;
    case BONNET_PARAM_TP: return conv || down ? times(l->conv_c, net->k) : 0;
    case BONNET_PARAM_POOL_AND: return down || (conv && l->pool) ? l->conv_c : 0;
    case BONNET_PARAM_W8: return stem ? times(times(l->out_c, l->in_c), times(l->kernel, l->kernel)) : fc ? times(l->out_c, l->in_c) : 0;
    case BONNET_PARAM_SH: return stem ? l->out_c : 0;
    case BONNET_PARAM_DW8: return stem && l->dw ? times(l->out_c, 9) : 0;
    case BONNET_PARAM_BORDER: return stem && l->dw && l->dw_const ? l->out_c : 0;
    case BONNET_PARAM_T: return stem ? times(l->out_c, net->k) : 0;
    case BONNET_PARAM_A:
    case BONNET_PARAM_B:
    case BONNET_PARAM_S: return last ? l->conv_c : 0;
    case BONNET_PARAM_C: return last ? l->conv_c : fc ? l->out_c : 0;
    case BONNET_PARAMS: break;
    }
    return 0;
}

const void *bonnet_net_param(const bonnet_net *net, uint32_t layer, bonnet_param which)
{
    const bonnet_layer *l = &net->layers[layer];
    switch (which) {
    case BONNET_PARAM_BITS: return l->bits;
    case BONNET_PARAM_TP: return l->tp;
    case BONNET_PARAM_POOL_AND: return l->pool_and;
    case BONNET_PARAM_W8: return l->w8;
    case BONNET_PARAM_SH: return l->sh;
    case BONNET_PARAM_DW8: return l->dw8;
    case BONNET_PARAM_BORDER: return l->border;
    case BONNET_PARAM_T: return l->t;
    case BONNET_PARAM_A: return l->a;
    case BONNET_PARAM_B: return l->b;
    case BONNET_PARAM_S: return l->s;
    case BONNET_PARAM_C: return l->c;
    case BONNET_PARAMS: break;
    }
    return NULL;
}

size_t bonnet_net_input_bytes(const bonnet_net *net)
{
    const bonnet_layer *l = &net->layers[0];
    return bonnet_net_given(net) ? 8 * bonnet_net_map_words(net, 0) : (size_t)l->in_h * l->in_w * l->in_c;
}

void bonnet_net_give(const bonnet_net *net, uint64_t *map, const uint8_t *bytes)
{
    const size_t n = bonnet_net_input_bytes(net);
    memset(map, 0, n);
    for (size_t i = 0; i < n; i++) map[i / 8] |= (uint64_t)bytes[i] << 8 * (i % 8);
    const uint32_t channels = net->layers[0].out_c, words = (channels + 63) / 64;
    for (size_t w = words - 1; channels % 64 && w < n / 8; w += words) map[w] &= ~(~UINT64_C(0) << channels % 64); /* nobody's bits are 0 */
}
