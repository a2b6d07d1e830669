/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_prep.c - a network made ready for the cpu kernels: weights transposed so that channels lie side by side, scratch allocated. */
#include <stdlib.h>
#include <string.h>
#include "cpu.h"

enum { MAX_BLOCKS = BONNET_MAX_LAYERS * 8 + 16 + 6 * BONNET_CPU_THREADS };

/* Zeroed, 64-byte aligned, freed with the net. Once one fails all later ones do, so callers check at the end. */
static void *grab(bonnet_cpu_net *cpu, size_t count, size_t bytes_each)
{
    size_t total = (count * bytes_each + 127) / 64 * 64; /* at least a line beyond the end: vector loads may touch it */
    if (!cpu->blocks || cpu->n_blocks == MAX_BLOCKS) return NULL;
    void *p = aligned_alloc(64, total);
    if (!p) {
        cpu->n_blocks = MAX_BLOCKS;
        return NULL;
    }
    cpu->blocks[cpu->n_blocks++] = memset(p, 0, total);
    return p;
}

int32_t bonnet_cpu_arrange(bonnet_cpu_layer *to, const int8_t *w8, uint32_t o, const uint32_t size[3], uint32_t per)
{
    uint8_t *block = to->taps + o / 64 * to->block_bytes;
    int32_t sum = 0;
    for (uint32_t p = 0; p < size[0]; p++)
        for (uint32_t ky = 0; ky < size[1]; ky++)
            for (uint32_t kx = 0; kx < size[2]; kx++) { /* pixels are interleaved, so planes are the innermost taps here */
                const uint32_t tap = kx * size[0] + p;
                const size_t at = (((size_t)ky * to->row_groups + tap / per) * 64 + o % 64) * per + tap % per;
                const int8_t w = w8[((size_t)(o * size[0] + p) * size[1] + ky) * size[2] + kx];
                if (per == 4) ((int8_t *)block)[at] = w;
                else ((int16_t *)(void *)block)[at] = w;
                sum += w;
            }
    return sum;
}

static int prepare_stem(bonnet_cpu_net *cpu, bonnet_cpu_layer *to, const bonnet_layer *l)
{
    const uint32_t k = cpu->net->k, per = cpu->kernels->quads ? 4 : 2, bytes = 4 / per;
    /* A group may reach beyond its window's row, the last ones beyond the image: a line more is allocated than is used. */
    const size_t image = ((size_t)(l->in_h + l->kernel) * (l->in_w + l->kernel) + 4 * l->stride) * l->in_c * bytes;
    to->row_groups = (l->kernel * l->in_c + per - 1) / per;
    to->block_bytes = (size_t)l->kernel * to->row_groups * 64 * 4;
    to->taps = grab(cpu, l->out_c / 64, to->block_bytes);
    to->start = grab(cpu, l->out_c, sizeof *to->start);
    to->half = grab(cpu, l->out_c, sizeof *to->half);
    to->sh = grab(cpu, l->out_c, sizeof *to->sh);
    to->dw = grab(cpu, (size_t)l->out_c * 9, sizeof *to->dw);
    to->t = grab(cpu, (size_t)l->out_c * k, sizeof *to->t);
    cpu->image = grab(cpu, image, 1);
    for (uint32_t i = 0; i < bonnet_cpu_pool_threads(cpu->pool); i++)
        cpu->scratch[i].rows = grab(cpu, (size_t)3 * (l->conv_w + 4) * 64, sizeof *cpu->scratch[i].rows);
    cpu->a = grab(cpu, (size_t)l->out_h * l->out_w * 64, sizeof *cpu->a);
    if (!cpu->a) return 0;
    if (per == 4 && l->pixels_signed) memset(cpu->image, 128, image); /* the border is a pixel of 0 */
    for (uint32_t o = 0; o < l->out_c; o++) {
        const int32_t sum = bonnet_cpu_arrange(to, l->w8, o, (const uint32_t[3]){l->in_c, l->kernel, l->kernel}, per);
        if (per == 4 && l->pixels_signed) to->start[o] -= 128 * sum;
        to->half[o] = (1 << l->sh[o]) >> 1;
        to->sh[o] = l->sh[o];
        for (uint32_t i = 0; l->dw && i < 9; i++) to->dw[(o / 64 * 9 + i) * 64 + o % 64] = l->dw8[o * 9 + i];
        for (uint32_t j = 0; j < k; j++) to->t[j * l->out_c + o] = l->t[o * k + j];
    }
    return 1;
}

enum { BAND_BYTES = 192 << 10 }; /* of the map that a band reads unpacked, so that it stays near */

/* Bytes of one slice that `rows` rows of the convolution read, unpacked, with border (cpu_amx.c, layout_of). */
static size_t band_bytes(const bonnet_layer *l, uint32_t rows)
{
    const uint32_t extra = (2 * l->dilation + l->stride - 1) / l->stride;
    return (size_t)(rows + extra) * (l->conv_w + extra) * l->stride * l->stride * (l->in_c / 64) * 64;
}

/* Rows of the convolution that are counted at a time. */
static uint32_t band_of(const bonnet_layer *l)
{
    uint32_t rows = 1;
    while (rows < l->conv_h && band_bytes(l, rows + 1) <= BAND_BYTES) rows++;
    return rows;
}

static int prepare_binary(bonnet_cpu_net *cpu, bonnet_cpu_layer *to, const bonnet_layer *l)
{
    const uint32_t k = cpu->net->k, down = l->kind == BONNET_LAYER_DOWN;
    to->groups = down ? 1 : k;
    to->words = down ? l->in_c / 64 * k : 9 * (l->in_c / 64);
    to->outs = l->conv_c / to->groups;
    to->w = grab(cpu, (size_t)l->conv_c * to->words, sizeof *to->w);
    if (!to->w) return 0;
    for (uint32_t o = 0; o < l->conv_c; o++)
        for (uint32_t i = 0; i < to->words; i++)
            to->w[((size_t)(o / to->outs) * to->words + i) * to->outs + o % to->outs] = l->bits[(size_t)o * to->words + i];
    if (cpu->kernels->arrange && !down) {
        const size_t words = (size_t)to->words * to->outs; /* of a group; tiles are as large */
        to->tiles = grab(cpu, words * to->groups, sizeof *to->tiles);
        if (!to->tiles) return 0;
        for (uint32_t g = 0; g < to->groups; g++) cpu->kernels->arrange(to->tiles + g * words, to->w + g * words, to->words, to->outs);
    }
    if (l->kind == BONNET_LAYER_LAST) return 1;
    to->limit = grab(cpu, (size_t)l->conv_c * k, sizeof *to->limit);
    to->pool_and = grab(cpu, l->conv_c / 64, sizeof *to->pool_and);
    if (!to->limit || !to->pool_and) return 0;
    for (uint32_t o = 0; o < l->conv_c; o++) {
        for (uint32_t j = 0; j < k; j++) to->limit[j * l->conv_c + o] = (int16_t)((int32_t)to->words * 64 - l->tp[o * k + j]);
        if (down) to->pool_and[o / 64] |= (uint64_t)l->pool_and[o] << o % 64;
    }
    return 1;
}

static int prepare_bconv(bonnet_cpu_net *cpu, bonnet_cpu_layer *to, const bonnet_layer *l, const bonnet_cpu_bconv_sizes *s)
{
    uint64_t *row = grab(cpu, s->words, sizeof *row);
    to->w = grab(cpu, (size_t)s->words * s->outs, sizeof *to->w);
    to->limit = grab(cpu, (size_t)s->limits * s->outs, sizeof *to->limit);
    to->ones = s->ones ? grab(cpu, (size_t)s->ones * s->outs, sizeof *to->ones) : NULL;
    if (!row || !to->w || !to->limit || (s->ones && !to->ones)) return 0;
    bonnet_cpu_bconv_fill(to, l, row);
    return 1;
}

static int prepare_iconv(bonnet_cpu_net *cpu, bonnet_cpu_layer *to, const bonnet_layer *l)
{
    if (bonnet_cpu_iconv_fits(l, cpu->kernels)) {
        bonnet_cpu_iconv_sizes s;
        bonnet_cpu_iconv_size(l, cpu->kernels, &s);
        to->taps = grab(cpu, s.blocks, s.block_bytes);
        to->start = grab(cpu, 64, sizeof *to->start);
        to->t = grab(cpu, (size_t)s.blocks * 64, sizeof *to->t);
        to->turned = grab(cpu, s.blocks, sizeof *to->turned);
        cpu->image = grab(cpu, s.image_bytes, 1);
        for (uint32_t i = 0; i < bonnet_cpu_pool_threads(cpu->pool); i++) cpu->scratch[i].rows = grab(cpu, s.sums, sizeof *cpu->scratch[i].rows);
        if (cpu->n_blocks >= MAX_BLOCKS) return 0;
        bonnet_cpu_iconv_fill(to, l, cpu->kernels, cpu->image);
        return 1;
    }
    const uint32_t dot = l->win.kernel_h * l->win.kernel_w * (l->in_c / l->win.groups);
    if (!bonnet_cpu_iconv_int16(l)) return 1;
    to->padded = (dot + 63) / 64 * 64;
    to->taps = grab(cpu, l->out_c, to->padded);
    for (uint32_t o = 0; to->taps && o < l->out_c; o++) memcpy(to->taps + (size_t)o * to->padded, l->w8 + (size_t)o * dot, dot);
    return to->taps != NULL;
}

static int prepare(bonnet_cpu_net *cpu)
{
    const bonnet_net *net = cpu->net;
    size_t window = 0, q = 0, sum = 0, bytes = 0;
    cpu->layers = grab(cpu, net->n_layers, sizeof *cpu->layers);
    cpu->maps = grab(cpu, net->n_layers, sizeof *cpu->maps);
    cpu->scratch = grab(cpu, bonnet_cpu_pool_threads(cpu->pool), sizeof *cpu->scratch);
    if (!cpu->scratch) return 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        bonnet_cpu_layer *to = &cpu->layers[i];
        cpu->maps[i] = grab(cpu, bonnet_net_map_words(net, i), sizeof **cpu->maps);
        if (!cpu->maps[i]) return 0;
        if (l->kind == BONNET_LAYER_FC || l->kind == BONNET_LAYER_MAP) continue;
        if (bonnet_cpu_bconv_fits(l)) {
            bonnet_cpu_bconv_sizes s;
            bonnet_cpu_bconv_size(l, &s);
            if (!prepare_bconv(cpu, to, l, &s)) return 0;
            if (s.words > window) window = s.words;
            if ((size_t)s.outs * BONNET_CPU_CHUNK > q) q = (size_t)s.outs * BONNET_CPU_CHUNK;
            continue;
        }
        if (l->kind == BONNET_LAYER_ICONV && !prepare_iconv(cpu, to, l)) return 0;
        if (bonnet_kind_general(l->kind)) {
            const size_t chunks = bonnet_cpu_any_scratch(l) / BONNET_CPU_CHUNK + 1;
            if (chunks > window) window = chunks;
            continue;
        }
        if (!(l->kind == BONNET_LAYER_STEM ? prepare_stem(cpu, to, l) : prepare_binary(cpu, to, l))) return 0;
        size_t need = (size_t)to->groups * to->words;
        if (need > window) window = need;
        if ((size_t)l->conv_c * BONNET_CPU_CHUNK > q) q = (size_t)l->conv_c * BONNET_CPU_CHUNK;
        if (l->conv_c > sum) sum = l->conv_c;
        if (l->kernel != 3 || l->kind == BONNET_LAYER_STEM || !cpu->kernels->count_rows) continue;
        to->band = band_of(l);
        need = band_bytes(l, to->band) + BONNET_CPU_BAND_SLACK;
        if (need > bytes) bytes = need;
        need = (size_t)to->band * l->conv_w * l->conv_c;
        if (need > q) q = need;
    }
    for (uint32_t i = 0; i < bonnet_cpu_pool_threads(cpu->pool); i++) {
        bonnet_cpu_scratch *t = &cpu->scratch[i];
        t->window = grab(cpu, window * BONNET_CPU_CHUNK, sizeof *t->window);
        t->q = grab(cpu, q, sizeof *t->q);
        t->sum = grab(cpu, sum, sizeof *t->sum);
        t->bytes = grab(cpu, bytes, 1);
    }
    return cpu->n_blocks < MAX_BLOCKS; /* grab() sets it to MAX_BLOCKS when memory ends */
}

bonnet_cpu_net *bonnet_cpu_net_make(const bonnet_net *net, const bonnet_cpu_kernels *kernels, bonnet_cpu_pool *pool)
{
    bonnet_cpu_net *cpu = calloc(1, sizeof *cpu);
    if (!cpu) return NULL;
    cpu->net = net;
    cpu->kernels = kernels;
    cpu->pool = pool;
    cpu->blocks = calloc(MAX_BLOCKS, sizeof *cpu->blocks);
    if (!prepare(cpu)) {
        bonnet_cpu_net_free(cpu);
        return NULL;
    }
    return cpu;
}

void bonnet_cpu_net_free(bonnet_cpu_net *cpu)
{
    if (!cpu) return;
    for (uint32_t i = 0; cpu->blocks && i < MAX_BLOCKS; i++) free(cpu->blocks[i]);
    free(cpu->blocks);
    free(cpu);
}
