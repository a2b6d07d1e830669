/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden_any.c - general layers by their definition (docs/operators.md, section 7): one bit, one tap, one channel at a time.
 *
 * Nothing is packed, skipped or precomputed here; what a tap outside the map is, is asked at every tap.
 */
#include <string.h>
#include "golden.h"

/* The pixel that tap (ky, kx) of output (y, x) reads: 1 and *iy, *ix; 0: it lies outside and counts nothing. */
static int tap(const bonnet_layer *l, uint32_t y, uint32_t x, uint32_t ky, uint32_t kx, uint32_t *iy, uint32_t *ix)
{
    const bonnet_net_window *w = &l->win;
    int64_t sy = (int64_t)y * w->stride_h + (int64_t)ky * w->dilation_h - w->top;
    int64_t sx = (int64_t)x * w->stride_w + (int64_t)kx * w->dilation_w - w->left;
    const int outside = sy < 0 || sy >= l->in_h || sx < 0 || sx >= l->in_w;
    if (outside && !w->edge) return 0;
    if (sy < 0) sy = 0;
    if (sx < 0) sx = 0;
    if (sy >= l->in_h) sy = l->in_h - 1;
    if (sx >= l->in_w) sx = l->in_w - 1;
    *iy = (uint32_t)sy;
    *ix = (uint32_t)sx;
    return 1;
}

static unsigned bit_at(const uint64_t *map, const bonnet_layer *from, uint32_t y, uint32_t x, uint32_t c)
{
    const size_t words = ((size_t)from->out_c + 63) / 64;
    return map[((size_t)y * from->out_w + x) * words + c / 64] >> c % 64 & 1;
}

static int32_t sign_at(const uint64_t *map, const bonnet_layer *from, uint32_t y, uint32_t x, uint32_t c)
{
    return bit_at(map, from, y, x, c) ? 1 : -1;
}

/* Maps start as zeros, so only ones are written. */
static void put(const bonnet_layer *l, uint64_t *map, uint32_t y, uint32_t x, uint32_t c, unsigned bit)
{
    map[((size_t)y * l->out_w + x) * (((size_t)l->out_c + 63) / 64) + c / 64] |= (uint64_t)bit << c % 64;
}

static unsigned bconv_bit(const bonnet_layer *l, const bonnet_layer *from, const uint64_t *in, uint32_t o, uint32_t y, uint32_t x)
{
    const bonnet_net_window *w = &l->win;
    const uint32_t channels = l->in_c / w->groups, first = o / (l->out_c / w->groups) * channels, words = (channels + 63) / 64;
    int32_t sum = 0;
    for (uint32_t ky = 0; ky < w->kernel_h; ky++)
        for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
            uint32_t iy, ix;
            if (!tap(l, y, x, ky, kx, &iy, &ix)) continue;
            const uint64_t *bits = l->bits + (((size_t)o * w->kernel_h + ky) * w->kernel_w + kx) * words;
            for (uint32_t c = 0; c < channels; c++) sum += (bits[c / 64] >> c % 64 & 1 ? 1 : -1) * sign_at(in, from, iy, ix, first + c);
        }
    return sum >= l->t[o];
}

static unsigned iconv_bit(const bonnet_layer *l, const uint8_t *pixels, uint32_t o, uint32_t y, uint32_t x)
{
    const bonnet_net_window *w = &l->win;
    const uint32_t channels = l->in_c / w->groups, first = o / (l->out_c / w->groups) * channels;
    int32_t sum = 0;
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t ky = 0; ky < w->kernel_h; ky++)
            for (uint32_t kx = 0; kx < w->kernel_w; kx++) {
                uint32_t iy, ix;
                if (!tap(l, y, x, ky, kx, &iy, &ix)) continue;
                const uint8_t byte = pixels[((size_t)iy * l->in_w + ix) * l->in_c + first + c];
                const int32_t pixel = l->pixels_signed ? (int8_t)byte : byte;
                sum += l->w8[(((size_t)o * channels + c) * w->kernel_h + ky) * w->kernel_w + kx] * (w->mul * pixel + w->add);
            }
    return (sum >= l->t[o]) ^ l->sh[o];
}

/* A window without a tap inside pools to what OR and AND of nothing are, 0 and 1. */
static unsigned bpool_bit(const bonnet_layer *l, const bonnet_layer *from, const uint64_t *in, uint32_t o, uint32_t y, uint32_t x)
{
    unsigned any = 0, all = 1;
    for (uint32_t ky = 0; ky < l->win.kernel_h; ky++)
        for (uint32_t kx = 0; kx < l->win.kernel_w; kx++) {
            uint32_t iy, ix;
            if (!tap(l, y, x, ky, kx, &iy, &ix)) continue;
            const unsigned bit = bit_at(in, from, iy, ix, o);
            any |= bit;
            all &= bit;
        }
    return l->pool_and[o] ? all : any;
}

static unsigned joined(bonnet_join join, unsigned a, unsigned b)
{
    switch (join) {
    case BONNET_JOIN_XNOR: return a == b;
    case BONNET_JOIN_OR: return a | b;
    case BONNET_JOIN_AND: return a & b;
    }
    return 0;
}

static unsigned picked(const bonnet_layer *l, const uint64_t *in, const bonnet_layer *from, const uint64_t *res, const bonnet_layer *other,
                       uint32_t y, uint32_t x, uint32_t o)
{
    const uint32_t c = (uint32_t)l->t[o];
    return (c < l->in_c ? bit_at(in, from, y, x, c) : bit_at(res, other, y, x, c - l->in_c)) ^ l->sh[o];
}

static int32_t logit(const bonnet_layer *l, const bonnet_layer *from, const uint64_t *in, uint32_t o)
{
    const bonnet_net_window *w = &l->win;
    int32_t sum = l->c[o];
    for (uint32_t ky = 0; ky < w->kernel_h; ky++)
        for (uint32_t kx = 0; kx < w->kernel_w; kx++)
            for (uint32_t c = 0; c < l->in_c; c++)
                sum += l->w8[(((size_t)o * w->kernel_h + ky) * w->kernel_w + kx) * l->in_c + c] *
                       sign_at(in, from, ky * w->dilation_h, kx * w->dilation_w, c);
    return sum;
}

bonnet_status bonnet_golden_run_any(const bonnet_net *net, uint32_t layer, const uint8_t *pixels, uint64_t **maps, bonnet_golden_poll *poll,
                                    void *poll_arg)
{
    const bonnet_layer *l = &net->layers[layer], *from = l->in.map >= 0 ? &net->layers[l->in.map] : NULL;
    const bonnet_layer *other = l->res.map >= 0 ? &net->layers[l->res.map] : NULL;
    const uint64_t *in = from ? maps[l->in.map] : NULL, *res = other ? maps[l->res.map] : NULL;
    uint64_t *out = maps[layer];
    for (uint32_t o = 0; l->kind == BONNET_LAYER_BSUM && o < l->out_c; o++) out[o / 2] |= (uint64_t)(uint32_t)logit(l, from, in, o) << 32 * (o % 2);
    for (uint32_t y = 0; l->kind != BONNET_LAYER_BSUM && y < l->out_h; y++) {
        bonnet_status st = poll ? poll(poll_arg) : BONNET_OK;
        if (st) return st;
        for (uint32_t x = 0; x < l->out_w; x++)
            for (uint32_t o = 0; o < l->out_c; o++) {
                unsigned bit = 0;
                if (l->kind == BONNET_LAYER_ICONV) bit = iconv_bit(l, pixels, o, y, x);
                else if (l->kind == BONNET_LAYER_BCONV) bit = bconv_bit(l, from, in, o, y, x);
                else if (l->kind == BONNET_LAYER_BPOOL) bit = bpool_bit(l, from, in, o, y, x);
                else if (l->kind == BONNET_LAYER_BPICK) bit = picked(l, in, from, res, other, y, x, o);
                else bit = joined(l->win.join, bit_at(in, from, y, x, o), bit_at(res, other, y, x, o));
                put(l, out, y, x, o, bit);
            }
    }
    return poll ? poll(poll_arg) : BONNET_OK;
}
