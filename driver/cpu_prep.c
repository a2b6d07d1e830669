/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_prep.c - a network made ready for the cpu kernels: weights transposed so that channels lie side by side, scratch allocated. */
#include <stdlib.h>
#include <string.h>
#include "cpu.h"

enum { MAX_BLOCKS = BONNET_MAX_LAYERS * 8 + 16 };

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

static int prepare_stem(bonnet_cpu_net *cpu, bonnet_cpu_layer *to, const bonnet_layer *l)
{
    const uint32_t k = cpu->net->k, area = l->kernel * l->kernel, blocks = l->out_c / 64;
    to->pairs = (area * l->in_c + 1) / 2;
    to->taps = grab(cpu, (size_t)blocks * to->pairs * 128, sizeof *to->taps);
    to->half = grab(cpu, l->out_c, sizeof *to->half);
    to->sh = grab(cpu, l->out_c, sizeof *to->sh);
    to->dw = grab(cpu, (size_t)l->out_c * 9, sizeof *to->dw);
    to->t = grab(cpu, (size_t)l->out_c * k, sizeof *to->t);
    cpu->image = grab(cpu, (size_t)(l->in_h + l->kernel) * (l->in_w + l->kernel) * l->in_c, sizeof *cpu->image);
    cpu->patch = grab(cpu, (size_t)(l->conv_w + 4) * to->pairs * 2, sizeof *cpu->patch);
    cpu->rows = grab(cpu, (size_t)3 * (l->conv_w + 4) * 64, sizeof *cpu->rows);
    cpu->a = grab(cpu, (size_t)l->out_h * l->out_w * 64, sizeof *cpu->a);
    if (!cpu->a) return 0;
    for (uint32_t o = 0; o < l->out_c; o++) {
        int16_t *taps = to->taps + (size_t)(o / 64) * to->pairs * 128;
        for (uint32_t p = 0; p < l->in_c; p++)
            for (uint32_t i = 0; i < area; i++) { /* pixels are interleaved, so planes are the innermost taps here */
                uint32_t tap = i * l->in_c + p;
                taps[(tap / 2 * 64 + o % 64) * 2 + tap % 2] = l->w8[(o * l->in_c + p) * area + i];
            }
        to->half[o] = (1 << l->sh[o]) >> 1;
        to->sh[o] = l->sh[o];
        for (uint32_t i = 0; l->dw && i < 9; i++) to->dw[(o / 64 * 9 + i) * 64 + o % 64] = l->dw8[o * 9 + i];
        for (uint32_t j = 0; j < k; j++) to->t[j * l->out_c + o] = l->t[o * k + j];
    }
    return 1;
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

static int prepare(bonnet_cpu_net *cpu)
{
    const bonnet_net *net = cpu->net;
    size_t window = 0, q = 0;
    cpu->layers = grab(cpu, net->n_layers, sizeof *cpu->layers);
    cpu->maps = grab(cpu, net->n_layers, sizeof *cpu->maps);
    if (!cpu->layers || !cpu->maps) return 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        bonnet_cpu_layer *to = &cpu->layers[i];
        cpu->maps[i] = grab(cpu, bonnet_net_map_words(net, i), sizeof **cpu->maps);
        if (!cpu->maps[i]) return 0;
        if (l->kind == BONNET_LAYER_FC) continue;
        if (!(l->kind == BONNET_LAYER_STEM ? prepare_stem(cpu, to, l) : prepare_binary(cpu, to, l))) return 0;
        size_t need = (size_t)to->groups * to->words;
        if (need > window) window = need;
        if (l->conv_c > q) q = l->conv_c;
    }
    cpu->window = grab(cpu, window * BONNET_CPU_CHUNK, sizeof *cpu->window);
    cpu->q = grab(cpu, q * BONNET_CPU_CHUNK, sizeof *cpu->q);
    return cpu->window && cpu->q;
}

bonnet_cpu_net *bonnet_cpu_net_make(const bonnet_net *net, const bonnet_cpu_kernels *kernels)
{
    bonnet_cpu_net *cpu = calloc(1, sizeof *cpu);
    if (!cpu) return NULL;
    cpu->net = net;
    cpu->kernels = kernels;
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
