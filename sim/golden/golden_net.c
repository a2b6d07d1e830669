/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden_net.c - all the loops: a frame through every layer, each map in the packed layout of docs/chip.md.
 *
 *   binary map  word ((y*W + x) * C/64 + c/64) * k + slice, bit c % 64
 *   features    channel c is the int16 at word c/4, field c % 4        logits   class i is the int32 at word i/2, half i % 2
 */
#include <stdlib.h>
#include <string.h>
#include "golden/golden.h"

typedef struct frame {
    const bonnet_net *net;
    uint64_t **maps;
    bonnet_golden_poll *poll;
    void *poll_arg;
} frame;

static bonnet_status go_on(const frame *f) { return f->poll ? f->poll(f->poll_arg) : BONNET_OK; }

static bonnet_golden_map view(const frame *f, const bonnet_map_ref *ref)
{
    const bonnet_layer *from = &f->net->layers[ref->map];
    return (bonnet_golden_map){f->maps[ref->map], from->out_h, from->out_w, from->out_c, f->net->k, ref->first, ref->channels};
}

/* Maps start as zeros, so only ones are written. */
static void put_bit(const frame *f, uint32_t layer, uint32_t y, uint32_t x, uint32_t c, uint32_t j, unsigned bit)
{
    const bonnet_layer *l = &f->net->layers[layer];
    f->maps[layer][(((size_t)y * l->out_w + x) * (l->out_c / 64) + c / 64) * f->net->k + j] |= (uint64_t)bit << c % 64;
}

/* One channel of the stem; a holds the convolution's output, pooled the pool's, both int8 planes. */
static void stem_channel(const frame *f, const uint8_t *pixels, uint32_t o, int8_t *a, int8_t *pooled)
{
    const bonnet_layer *l = &f->net->layers[0];
    const uint32_t k = f->net->k;
    for (uint32_t y = 0; y < l->conv_h; y++)
        for (uint32_t x = 0; x < l->conv_w; x++)
            a[(size_t)y * l->conv_w + x] = bonnet_golden_requantise(bonnet_golden_stem_conv(l, pixels, o, y, x), l->sh[o]);
    for (uint32_t y = 0; y < l->out_h; y++)
        for (uint32_t x = 0; x < l->out_w; x++) pooled[(size_t)y * l->out_w + x] = bonnet_golden_max_pool(a, l->conv_h, l->conv_w, l->pool, y, x);
    for (uint32_t y = 0; y < l->out_h; y++)
        for (uint32_t x = 0; x < l->out_w; x++) {
            int32_t d = l->dw ? bonnet_golden_depthwise(pooled, l->out_h, l->out_w, &l->dw8[o * 9], l->dw_const ? &l->border[o] : NULL, y, x)
                              : pooled[(size_t)y * l->out_w + x];
            for (uint32_t j = 0; j < k; j++) put_bit(f, 0, y, x, o, j, bonnet_golden_slice(d, l->t[o * k + j]));
        }
}

static bonnet_status run_stem(const frame *f, const uint8_t *pixels)
{
    const bonnet_layer *l = &f->net->layers[0];
    int8_t *a = malloc((size_t)l->conv_h * l->conv_w), *pooled = malloc((size_t)l->out_h * l->out_w);
    bonnet_status st = a && pooled ? BONNET_OK : BONNET_ENOMEM;
    for (uint32_t o = 0; o < l->out_c && !st; o++) {
        if ((st = go_on(f))) break;
        stem_channel(f, pixels, o, a, pooled);
    }
    free(a);
    free(pooled);
    return st;
}

/* The residual joins bit `a` of convolution channel o, slice j; one bit is written, or two next to each other. */
static void put_joined(const frame *f, uint32_t layer, uint32_t y, uint32_t x, uint32_t o, uint32_t j, unsigned a)
{
    const bonnet_layer *l = &f->net->layers[layer];
    unsigned r = 0;
    if (l->post != BONNET_POST_STORE) {
        bonnet_golden_map res = view(f, &l->res);
        r = bonnet_golden_bit(&res, y, x, o, j);
    }
    switch (l->post) {
    case BONNET_POST_STORE: put_bit(f, layer, y, x, o, j, a); break;
    case BONNET_POST_XNOR: put_bit(f, layer, y, x, o, j, bonnet_golden_xnor(a, r)); break;
    case BONNET_POST_OR: put_bit(f, layer, y, x, o, j, bonnet_golden_or(a, r)); break;
    case BONNET_POST_INTERLEAVE: {
        bonnet_golden_map pass = view(f, &l->pass);
        unsigned t = bonnet_golden_bit(&pass, y, x, o, j), z = bonnet_golden_or(a, r);
        for (uint32_t c = 2 * o; c < 2 * o + 2; c++) put_bit(f, layer, y, x, c, j, bonnet_golden_interleave(z, t, c));
        break;
    }
    }
}

static bonnet_status run_conv(const frame *f, uint32_t layer)
{
    const bonnet_layer *l = &f->net->layers[layer];
    const uint32_t k = f->net->k;
    const bonnet_golden_map in = view(f, &l->in);
    for (uint32_t y = 0; y < l->out_h; y++) {
        bonnet_status st = go_on(f);
        if (st) return st;
        for (uint32_t x = 0; x < l->out_w; x++)
            for (uint32_t o = 0; o < l->conv_c; o++) {
                int32_t p = (int32_t)bonnet_golden_binary_conv(l, &in, o, y, x);
                for (uint32_t j = 0; j < k; j++) put_joined(f, layer, y, x, o, j, bonnet_golden_slice(p, l->tp[o * k + j]));
            }
    }
    return BONNET_OK;
}

static bonnet_status run_downsample(const frame *f, uint32_t layer)
{
    const bonnet_layer *l = &f->net->layers[layer];
    const uint32_t k = f->net->k;
    const bonnet_golden_map in = view(f, &l->in);
    for (uint32_t y = 0; y < l->out_h; y++) {
        bonnet_status st = go_on(f);
        if (st) return st;
        for (uint32_t x = 0; x < l->out_w; x++)
            for (uint32_t o = 0; o < l->conv_c; o++) {
                int32_t p[4] = {0}; /* without a pool all four are the one position, and OR or AND of equal bits is that bit */
                for (uint32_t i = 0; i < 4; i++) {
                    uint32_t iy = l->pool ? 2 * y + i / 2 : y, ix = l->pool ? 2 * x + i % 2 : x;
                    if (iy == l->in_h) iy--; /* an odd edge pools with itself: OR and AND do not notice a bit twice */
                    if (ix == l->in_w) ix--;
                    p[i] = (int32_t)bonnet_golden_downsample(l, &in, o, iy, ix);
                }
                for (uint32_t j = 0; j < k; j++) {
                    unsigned bits[4];
                    for (uint32_t i = 0; i < 4; i++) bits[i] = bonnet_golden_slice(p[i], l->tp[o * k + j]);
                    put_bit(f, layer, y, x, o, j, bonnet_golden_pool_bits(bits, l->pool_and[o]));
                }
            }
    }
    return BONNET_OK;
}

static bonnet_status run_last(const frame *f, uint32_t layer)
{
    const bonnet_layer *l = &f->net->layers[layer];
    const bonnet_golden_map in = view(f, &l->in), res = view(f, &l->res);
    for (uint32_t o = 0; o < l->conv_c; o++) {
        bonnet_status st = go_on(f);
        if (st) return st;
        int32_t sum = 0;
        for (uint32_t y = 0; y < l->out_h; y++)
            for (uint32_t x = 0; x < l->out_w; x++) {
                int32_t n = 2 * (int32_t)bonnet_golden_binary_conv(l, &in, o, y, x) - 9 * (int32_t)l->in_c;
                int16_t v = bonnet_golden_last_value(l, o, n, bonnet_golden_slice_sum(&res, o, y, x));
                sum += bonnet_golden_prelu(v, l->s[o]);
            }
        f->maps[layer][o / 4] |= (uint64_t)(uint16_t)bonnet_golden_average(sum, l->s2) << 16 * (o % 4);
    }
    return BONNET_OK;
}

static bonnet_status run_fc(const frame *f, uint32_t layer)
{
    const bonnet_layer *l = &f->net->layers[layer];
    int16_t features[BONNET_MAX_CHANNELS];
    for (uint32_t c = 0; c < l->in_c; c++) features[c] = (int16_t)(f->maps[l->in.map][c / 4] >> 16 * (c % 4));
    for (uint32_t i = 0; i < l->out_c; i++) f->maps[layer][i / 2] |= (uint64_t)(uint32_t)bonnet_golden_fc(l, features, i) << 32 * (i % 2);
    return go_on(f);
}

bonnet_status bonnet_golden_run_layer(const bonnet_net *net, uint32_t layer, const uint8_t *pixels, uint64_t **maps, bonnet_golden_poll *poll,
                                      void *poll_arg)
{
    const frame f = {net, maps, poll, poll_arg};
    memset(maps[layer], 0, bonnet_net_map_words(net, layer) * sizeof **maps);
    switch (net->layers[layer].kind) {
    case BONNET_LAYER_STEM: return run_stem(&f, pixels);
    case BONNET_LAYER_CONV: return run_conv(&f, layer);
    case BONNET_LAYER_DOWN: return run_downsample(&f, layer);
    case BONNET_LAYER_LAST: return run_last(&f, layer);
    case BONNET_LAYER_FC: return run_fc(&f, layer);
    case BONNET_LAYER_MAP: bonnet_net_give(net, maps[layer], pixels); break;
    default: return bonnet_golden_run_any(net, layer, pixels, maps, poll, poll_arg);
    }
    return BONNET_OK;
}

static bonnet_status run_layers(const frame *f, const uint8_t *pixels, int32_t *logits)
{
    const bonnet_net *net = f->net;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        bonnet_status st = bonnet_golden_run_layer(net, i, pixels, f->maps, f->poll, f->poll_arg);
        if (st) return st;
    }
    const uint64_t *last = f->maps[net->n_layers - 1];
    for (uint32_t i = 0; logits && i < net->classes; i++) logits[i] = (int32_t)(uint32_t)(last[i / 2] >> 32 * (i % 2));
    return BONNET_OK;
}

bonnet_status bonnet_golden_run(const bonnet_net *net, const uint8_t *pixels, uint64_t **maps, int32_t *logits, bonnet_golden_poll *poll,
                                void *poll_arg)
{
    frame f = {net, maps, poll, poll_arg};
    if (maps) return run_layers(&f, pixels, logits);

    /* The caller keeps no maps: one block holds all of them for the time of this frame. */
    uint64_t *own[BONNET_MAX_LAYERS];
    size_t words = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) words += bonnet_net_map_words(net, i);
    uint64_t *all = malloc(words * sizeof *all), *next = all;
    if (!all) return BONNET_ENOMEM;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        own[i] = next;
        next += bonnet_net_map_words(net, i);
    }
    f.maps = own;
    bonnet_status st = run_layers(&f, pixels, logits);
    free(all);
    return st;
}
