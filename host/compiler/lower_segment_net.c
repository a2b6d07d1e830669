/* SPDX-License-Identifier: Apache-2.0 */
/* lower_segment_net.c - a segment's layers as a net of the chip's own kind, and the map that it is given. */
#include <stdlib.h>
#include <string.h>
#include "lower_segment.h"

void bonnet_segment_given(uint64_t *to, const bonnet_segment *s, const bonnet_net *net, const uint64_t *map)
{
    const bonnet_layer *l = &net->layers[s->conv[1]];
    if (bonnet_layer_packs(l)) bonnet_net_pack(to, map, l->in_h * l->in_w, l->in_c);
    else memcpy(to, map, bonnet_net_map_words(s->net, 0) * sizeof *to);
}

/* Thresholds and weights: the same bits in the same order; what fills up a tap's last word has half its weights 1 under zero padding, where a masked
 * word counts 32, and else none: bits that are 0 match. Channels that fill up never reach their threshold, or always where XNOR turns them. */
static void parameters(bonnet_net *to, uint32_t at, const bonnet_layer *l)
{
    const bonnet_layer *s = &to->layers[at];
    const uint32_t taps = segment_three(l) ? 9 : 1, words = s->in_c / 64;
    uint64_t *bits = bonnet_net_param_data(to, at, BONNET_PARAM_BITS);
    uint16_t *tp = bonnet_net_param_data(to, at, BONNET_PARAM_TP);
    if (!bonnet_layer_packs(l)) memcpy(bits, l->bits, (size_t)l->out_c * taps * words * sizeof *bits);
    for (uint32_t o = 0; bonnet_layer_packs(l) && o < l->out_c; o++)
        bonnet_net_pack(bits + (size_t)o * words, l->bits + (size_t)o * l->in_h * l->in_w * (segment_whole(l->in_c) / 64), l->in_h * l->in_w,
                        l->in_c);
    for (uint32_t i = 0; s->pad == BONNET_PAD_ZERO && i < l->out_c * taps; i++)
        for (uint32_t c = l->in_c; c < s->in_c; c += 2) bits[(size_t)i * words + c / 64] |= UINT64_C(1) << c % 64;
    const int64_t k = (int64_t)l->win.kernel_h * l->win.kernel_w * l->in_c, filled = (int64_t)taps * s->in_c - k;
    const int64_t more = s->pad == BONNET_PAD_ZERO ? filled / 2 : filled, never = k + filled + 1;
    for (uint32_t o = 0; o < s->out_c; o++) {
        const int64_t twice = o < l->out_c ? l->t[o] + k : 0, need = twice > 0 ? (twice + 1) / 2 : 0; /* matches wanted */
        if (o < l->out_c) tp[o] = (uint16_t)(need == 0 ? 0 : need > k ? never : need + more);
        else tp[o] = (uint16_t)(s->post == BONNET_POST_XNOR ? 0 : never);
    }
}

/* Convolution l, and the pool or join `end` that it ends with (or itself), as one layer of the segment, on maps `in` and `res` of it. */
static int convert(bonnet_net *to, uint32_t at, const bonnet_layer *l, const bonnet_layer *end, uint32_t in, uint32_t res)
{
    bonnet_layer *s = &to->layers[at];
    const uint32_t flat = segment_dense(l);
    char why[128];
    memcpy(s->name, l->name, sizeof s->name);
    s->kind = segment_three(l) ? BONNET_LAYER_CONV : BONNET_LAYER_DOWN;
    s->in_c = segment_pixel(l);
    s->in_h = flat ? 1 : l->in_h;
    s->in_w = flat ? 1 : l->in_w;
    s->conv_c = s->out_c = segment_whole(l->out_c);
    s->conv_h = l->out_h;
    s->conv_w = l->out_w;
    s->out_h = end->out_h;
    s->out_w = end->out_w;
    s->kernel = segment_three(l) ? 3 : 1;
    s->stride = flat ? 1 : l->win.stride_h;
    s->dilation = segment_three(l) ? l->win.dilation_h : 1;
    s->pool = end->kind == BONNET_LAYER_BPOOL;
    s->in = (bonnet_map_ref){(int32_t)in, 0, s->in_c};
    if (segment_three(l)) segment_border(l, &s->pad, why, sizeof why);
    if (end->kind == BONNET_LAYER_BELT) {
        s->post = end->win.join == BONNET_JOIN_XNOR ? BONNET_POST_XNOR : BONNET_POST_OR;
        s->res = (bonnet_map_ref){(int32_t)res, 0, s->out_c};
    }
    if (!bonnet_net_alloc_params(to, at)) return 0;
    parameters(to, at, l);
    if (s->pool) memcpy(bonnet_net_param_data(to, at, BONNET_PARAM_POOL_AND), end->pool_and, l->out_c);
    return 1;
}

bonnet_status segment_make(bonnet_segment *s, const segment_look *look, const bonnet_geometry *g, bonnet_error *err)
{
    const bonnet_net *net = look->net;
    uint32_t n = 1, where[BONNET_MAX_LAYERS] = {0}; /* the segment's layer that makes a map; from outside: 0 */
    for (uint32_t i = s->first; i <= s->last; i++) n += !segment_taken(look, i, s->last);
    s->net = bonnet_net_alloc(n);
    s->conv = calloc(2 * (size_t)n, sizeof *s->conv);
    int ok = s->net && s->conv;
    if (ok) {
        s->map = s->conv + n;
        s->map[0] = s->conv[0] = s->in;
        s->net->k = 1;
        memcpy(s->net->name, net->name, sizeof s->net->name);
    }
    n = 1;
    for (uint32_t i = s->first; ok && i <= s->last; i++) {
        if (segment_taken(look, i, s->last)) continue;
        const int32_t conv = look->conv[i], res = segment_other(look, i);
        const bonnet_layer *l = &net->layers[conv];
        if (n == 1) {
            bonnet_layer *map = &s->net->layers[0];
            memcpy(map->name, net->layers[s->in].name, sizeof map->name);
            map->kind = BONNET_LAYER_MAP;
            map->out_c = map->conv_c = segment_pixel(l);
            map->out_h = map->conv_h = segment_dense(l) ? 1 : l->in_h;
            map->out_w = map->conv_w = segment_dense(l) ? 1 : l->in_w;
        }
        s->conv[n] = (uint32_t)conv;
        s->map[n] = i;
        where[i] = n;
        ok = convert(s->net, n, l, &net->layers[i], where[l->in.map], where[res < 0 ? 0 : res]);
        n++;
    }
    if (!ok) return bonnet_fail(err, BONNET_ENOMEM, "no memory for a part of the network");
    s->net->classes = (uint32_t)(2 * bonnet_net_map_words(s->net, s->net->n_layers - 1));
    bonnet_job *job = NULL;
    const bonnet_status st = bonnet_lower(&job, s->net, g, NULL, err);
    bonnet_job_free(job);
    return st;
}

uint32_t bonnet_segment_batch(const bonnet_net *net, const bonnet_geometry *g)
{
    enum { MOST = 16 };
    uint32_t pixels = UINT32_MAX, batch = 1;
    for (uint32_t i = 1; i < net->n_layers; i++) /* a weight row is one cycle for each pixel, and lanes * 64 bits on the bus */
        if (net->layers[i].out_h * net->layers[i].out_w < pixels) pixels = net->layers[i].out_h * net->layers[i].out_w;
    while (batch < MOST && (uint64_t)batch * pixels < g->lanes * 64 / g->bus_bits) batch *= 2;
    return batch;
}
