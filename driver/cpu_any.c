/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_any.c - general layers on packed words: gather a window once, then one popcount per word and output channel.
 *
 * Bits behind the last channel are 0 on both sides of every XOR, so a sum of +-1 products is (gathered bits) - 2 * mismatches, whatever the
 * number of channels and of taps that lie inside. Threads share the rows of the output; sums of pixels go through int32.
 */
#include <string.h>
#include "cpu.h"

typedef struct any_job {
    bonnet_cpu_net *cpu;
    const bonnet_layer *l;
    const bonnet_cpu_layer *p;
    const uint8_t *pixels;
    const uint64_t *in, *res;
    uint64_t *out;
    uint32_t in_words, res_words, out_words; /* of a pixel */
} any_job;

size_t bonnet_cpu_any_scratch(const bonnet_layer *l)
{
    const size_t taps = (size_t)l->win.kernel_h * l->win.kernel_w, group = l->in_c / (l->win.groups ? l->win.groups : 1);
    const size_t numbers = (taps * group + 1) / 2 + (taps * group + 63) / 64 * 16 + 1; /* ICONV: of 32 bits, and of 16 */
    return taps * bonnet_cpu_words((uint32_t)group) + numbers + taps + 2;
}

/* Channels [first, first + count) of a pixel, moved to bit 0, zeros behind. */
static void cut(uint64_t *to, const uint64_t *pixel, uint32_t pixel_words, uint32_t first, uint32_t count)
{
    const uint32_t n = bonnet_cpu_words(count), shift = first % 64, at = first / 64;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = pixel[at + i] >> shift;
        if (shift && at + i + 1 < pixel_words) to[i] |= pixel[at + i + 1] << (64 - shift);
    }
    if (count % 64) to[n - 1] &= ~UINT64_C(0) >> (64 - count % 64);
}

static uint32_t mismatches(const uint64_t *x, const uint64_t *w, size_t n)
{
    uint32_t q = 0;
    for (size_t i = 0; i < n; i++) q += (uint32_t)__builtin_popcountll(x[i] ^ w[i]);
    return q;
}

/* One group at one position. taps[]: those that lie inside, `n` of them. */
static void bconv_group(const any_job *job, const uint64_t *window, const uint32_t *taps, uint32_t n, uint32_t g, uint64_t *to)
{
    const bonnet_layer *l = job->l;
    const uint32_t channels = l->in_c / l->win.groups, outs = l->out_c / l->win.groups, words = bonnet_cpu_words(channels);
    const uint32_t all = l->win.kernel_h * l->win.kernel_w;
    for (uint32_t o = g * outs; o < (g + 1) * outs; o++) {
        const uint64_t *w = l->bits + (size_t)o * all * words;
        uint32_t q = 0;
        if (n == all) q = mismatches(window, w, (size_t)all * words);
        else
            for (uint32_t i = 0; i < n; i++) q += mismatches(window + (size_t)i * words, w + (size_t)taps[i] * words, words);
        if ((int32_t)(n * channels) - 2 * (int32_t)q >= l->t[o]) to[o / 64] |= UINT64_C(1) << o % 64;
    }
}

static void bconv_at(const any_job *job, uint64_t *scratch, uint32_t y, uint32_t x, uint64_t *to)
{
    const bonnet_layer *l = job->l;
    const uint32_t channels = l->in_c / l->win.groups, words = bonnet_cpu_words(channels), all = l->win.kernel_h * l->win.kernel_w;
    uint32_t *taps = (uint32_t *)(void *)(scratch + (size_t)all * words);
    for (uint32_t g = 0; g < l->win.groups; g++) {
        uint32_t n = 0;
        for (uint32_t tap = 0; tap < all; tap++) {
            const int64_t pixel = bonnet_cpu_pixel(l, y, x, tap);
            if (pixel < 0) continue;
            cut(scratch + (size_t)n * words, job->in + (size_t)pixel * job->in_words, job->in_words, g * channels, channels);
            taps[n++] = tap;
        }
        bconv_group(job, scratch, taps, n, g, to);
    }
}

/* The numbers under the window in one group, [channel of the group][tap], as the weights lie. */
static void iconv_values(const any_job *job, int32_t *value, uint32_t y, uint32_t x, uint32_t first, uint32_t channels)
{
    const bonnet_layer *l = job->l;
    const uint32_t all = l->win.kernel_h * l->win.kernel_w;
    for (uint32_t tap = 0; tap < all; tap++) {
        const int64_t pixel = bonnet_cpu_pixel(l, y, x, tap);
        const uint8_t *p = pixel < 0 ? NULL : job->pixels + (size_t)pixel * l->in_c + first;
        for (uint32_t c = 0; c < channels; c++)
            value[(size_t)c * all + tap] = p ? l->win.mul * (l->pixels_signed ? (int8_t)p[c] : p[c]) + l->win.add : 0;
    }
}

/* Through the kernel where all numbers fit 16 bits: then weights are in rows of `padded`, a multiple of 64. */
static void iconv_at(const any_job *job, uint64_t *scratch, uint32_t y, uint32_t x, uint64_t *to)
{
    const bonnet_layer *l = job->l;
    const bonnet_cpu_layer *p = job->p;
    const uint32_t channels = l->in_c / l->win.groups, outs = l->out_c / l->win.groups, dot = l->win.kernel_h * l->win.kernel_w * channels;
    int32_t *value = (int32_t *)(void *)scratch;
    int16_t *narrow = (int16_t *)(void *)(scratch + (dot + 1) / 2);
    for (uint32_t o = 0; o < l->out_c; o++) {
        if (o % outs == 0) {
            iconv_values(job, value, y, x, o / outs * channels, channels);
            for (uint32_t i = 0; i < p->padded; i++) narrow[i] = i < dot ? (int16_t)value[i] : 0;
        }
        const int8_t *w = l->w8 + (size_t)o * dot;
        int32_t sum = 0;
        if (p->padded) sum = job->cpu->kernels->dot((const int8_t *)p->taps + (size_t)o * p->padded, narrow, p->padded);
        else
            for (size_t i = 0; i < dot; i++) sum += w[i] * value[i];
        to[o / 64] |= (uint64_t)((sum >= l->t[o]) != (l->sh[o] != 0)) << o % 64;
    }
}

static void bpool_at(const any_job *job, uint32_t y, uint32_t x, uint64_t *to)
{
    const bonnet_layer *l = job->l;
    for (uint32_t i = 0; i < job->out_words; i++) {
        const uint32_t here = l->out_c - i * 64 < 64 ? l->out_c - i * 64 : 64;
        uint64_t any = 0, all = ~UINT64_C(0) >> (64 - here), min = 0;
        for (uint32_t tap = 0; tap < l->win.kernel_h * l->win.kernel_w; tap++) {
            const int64_t pixel = bonnet_cpu_pixel(l, y, x, tap);
            if (pixel < 0) continue;
            any |= job->in[(size_t)pixel * job->in_words + i];
            all &= job->in[(size_t)pixel * job->in_words + i];
        }
        for (uint32_t c = 0; c < here; c++) min |= (uint64_t)l->pool_and[i * 64 + c] << c;
        to[i] = (all & min) | (any & ~min);
    }
}

static void belt_at(const any_job *job, uint32_t y, uint32_t x, uint64_t *to)
{
    const size_t at = ((size_t)y * job->l->out_w + x) * job->out_words;
    const uint32_t rest = job->l->out_c % 64;
    for (uint32_t i = 0; i < job->out_words; i++) {
        const uint64_t a = job->in[at + i], b = job->res[at + i];
        to[i] = job->l->win.join == BONNET_JOIN_XNOR ? ~(a ^ b) : job->l->win.join == BONNET_JOIN_OR ? a | b : a & b;
    }
    if (rest) to[job->out_words - 1] &= ~UINT64_C(0) >> (64 - rest);
}

/* Bit by bit: which channel goes where is any order. */
static void pick_at(const any_job *job, uint32_t at, uint64_t *to)
{
    const bonnet_layer *l = job->l;
    const uint64_t *a = job->in + (size_t)at * job->in_words, *b = job->res ? job->res + (size_t)at * job->res_words : NULL;
    for (uint32_t o = 0; o < l->out_c; o++) {
        const uint32_t t = (uint32_t)l->t[o], c = t < l->in_c ? t : t - l->in_c;
        const uint64_t bit = (t < l->in_c ? a : b)[c / 64] >> c % 64 & 1;
        to[o / 64] |= (bit ^ l->sh[o]) << o % 64;
    }
}

static void any_part(void *arg, uint32_t part, uint32_t parts)
{
    const any_job *job = arg;
    const bonnet_layer *l = job->l;
    uint64_t *scratch = job->cpu->scratch[part].window;
    uint32_t first, end;
    bonnet_cpu_share(l->out_h * l->out_w, 1, part, parts, &first, &end);
    for (uint32_t at = first; at < end; at++) {
        uint64_t *to = job->out + (size_t)at * job->out_words;
        const uint32_t y = at / l->out_w, x = at % l->out_w;
        memset(to, 0, job->out_words * sizeof *to);
        if (l->kind == BONNET_LAYER_ICONV) iconv_at(job, scratch, y, x, to);
        else if (l->kind == BONNET_LAYER_BCONV) bconv_at(job, scratch, y, x, to);
        else if (l->kind == BONNET_LAYER_BPOOL) bpool_at(job, y, x, to);
        else if (l->kind == BONNET_LAYER_BPICK) pick_at(job, at, to);
        else belt_at(job, y, x, to);
    }
}

/* A logit is its bias, minus all weights, plus twice those that meet a 1. */
static void sum_part(void *arg, uint32_t part, uint32_t parts)
{
    const any_job *job = arg;
    const bonnet_layer *l = job->l;
    uint32_t first, end;
    bonnet_cpu_share(l->out_c, 2, part, parts, &first, &end); /* two logits are a word */
    const uint32_t taps = l->win.kernel_h * l->win.kernel_w;
    for (uint32_t o = first; o < end; o++) {
        const int8_t *w = l->w8 + (size_t)o * taps * l->in_c;
        int32_t sum = l->c[o];
        for (size_t i = 0; i < (size_t)taps * l->in_c; i++) sum -= w[i];
        for (uint32_t tap = 0; tap < taps; tap++, w += l->in_c) {
            const uint64_t *pixel = job->in + (size_t)bonnet_cpu_pixel(l, 0, 0, tap) * job->in_words;
            for (uint32_t i = 0; i < job->in_words; i++)
                for (uint64_t left = pixel[i]; left; left &= left - 1) sum += 2 * w[i * 64 + (uint32_t)__builtin_ctzll(left)];
        }
        job->out[o / 2] = (o % 2 ? job->out[o / 2] : 0) | (uint64_t)(uint32_t)sum << 32 * (o % 2);
    }
}

void bonnet_cpu_any(bonnet_cpu_net *cpu, uint32_t layer, const uint8_t *pixels)
{
    const bonnet_layer *l = &cpu->net->layers[layer];
    any_job job = {.cpu = cpu,
                   .l = l,
                   .p = &cpu->layers[layer],
                   .pixels = pixels,
                   .in = l->in.map >= 0 ? cpu->maps[l->in.map] : NULL,
                   .res = l->res.map >= 0 ? cpu->maps[l->res.map] : NULL,
                   .out = cpu->maps[layer],
                   .in_words = bonnet_cpu_words(l->in_c),
                   .res_words = bonnet_cpu_words(l->res.channels),
                   .out_words = bonnet_cpu_words(l->out_c)};
    bonnet_cpu_pool_run(cpu->pool, l->kind == BONNET_LAYER_BSUM ? sum_part : any_part, &job);
}
