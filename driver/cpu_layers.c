/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_layers.c - the binary layers and the head on packed words.
 *
 * Every layer goes in chunks of up to 32 output positions: gather their windows, count mismatches of all channels with one kernel
 * call per slice group (which reads every k-th word), then threshold 64 channels at a time.
 */
#include <string.h>
#include "cpu.h"

/* Where a reference's words are: word d of slice j of pixel i is base[i * pitch + d * k + j]. */
typedef struct source {
    const uint64_t *base;
    size_t pitch;
    uint32_t h, w;
} source;

static source source_of(const bonnet_cpu_net *cpu, const bonnet_map_ref *ref)
{
    const uint32_t k = cpu->net->k;
    if (ref->map < 0) return (source){0};
    const bonnet_layer *from = &cpu->net->layers[ref->map];
    return (source){cpu->maps[ref->map] + ref->first / 64 * k, (size_t)(from->out_c / 64) * k, from->out_h, from->out_w};
}

static uint32_t clamp(int32_t i, uint32_t size) { return i < 0 ? 0 : (uint32_t)i >= size ? size - 1 : (uint32_t)i; }

/* Mismatch counts of all channels at `count` gathered positions; up to three stale ones after them make the block full. */
static void count_mismatches(bonnet_cpu_net *cpu, const bonnet_cpu_layer *p, uint32_t conv_c, uint32_t count)
{
    for (uint32_t g = 0; g < p->groups; g++)
        cpu->kernels->mismatch(cpu->q + (size_t)g * p->outs, conv_c, cpu->window + g, p->groups, (count + 3) & ~3u,
                               p->w + (size_t)g * p->words * p->outs, p->words, p->outs);
}

/* Gathers and counts positions [first, first + count) of a 3x3 layer. */
static void count_3x3(bonnet_cpu_net *cpu, uint32_t layer, uint32_t first, uint32_t count)
{
    const bonnet_layer *l = &cpu->net->layers[layer];
    const bonnet_cpu_layer *p = &cpu->layers[layer];
    const source in = source_of(cpu, &l->in);
    const uint32_t k = cpu->net->k, run = l->in_c / 64 * k; /* words of one tap, all slices */
    const int32_t d = (int32_t)l->dilation;
    for (uint32_t n = 0; n < count; n++) {
        int32_t y = (int32_t)((first + n) / l->out_w * l->stride), x = (int32_t)((first + n) % l->out_w * l->stride);
        uint64_t *to = cpu->window + (size_t)n * p->words * k;
        for (int32_t ky = -1; ky <= 1; ky++) {
            const uint64_t *row = in.base + (size_t)clamp(y + d * ky, in.h) * in.w * in.pitch;
            for (int32_t kx = -1; kx <= 1; kx++) {
                const uint64_t *from = row + clamp(x + d * kx, in.w) * in.pitch;
                for (uint32_t i = 0; i < run; i++) *to++ = from[i];
            }
        }
    }
    count_mismatches(cpu, p, l->conv_c, count);
}

/* Bits 0..31 of x moved to the even positions. */
static uint64_t spread(uint64_t x)
{
    x &= 0xffffffffu;
    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    x = (x | x << 2) & UINT64_C(0x3333333333333333);
    return (x | x << 1) & UINT64_C(0x5555555555555555);
}

void bonnet_cpu_conv(bonnet_cpu_net *cpu, uint32_t layer)
{
    const bonnet_layer *l = &cpu->net->layers[layer];
    const bonnet_cpu_layer *p = &cpu->layers[layer];
    const uint32_t k = cpu->net->k, depth = l->conv_c / 64, positions = l->out_h * l->out_w;
    const source res = source_of(cpu, &l->res), pass = source_of(cpu, &l->pass);
    uint64_t *out = cpu->maps[layer];
    for (uint32_t first = 0; first < positions; first += BONNET_CPU_CHUNK) {
        uint32_t count = positions - first < BONNET_CPU_CHUNK ? positions - first : BONNET_CPU_CHUNK;
        count_3x3(cpu, layer, first, count);
        for (uint32_t n = 0; n < count; n++)
            for (uint32_t i = 0; i < depth; i++)
                for (uint32_t j = 0; j < k; j++) {
                    uint64_t a = cpu->kernels->at_most(cpu->q + (size_t)n * l->conv_c + i * 64, p->limit + j * l->conv_c + i * 64);
                    size_t at = (size_t)first + n, word = i * k + j;
                    uint64_t r = res.base ? res.base[at * res.pitch + word] : 0;
                    switch (l->post) {
                    case BONNET_POST_STORE: out[at * depth * k + word] = a; break;
                    case BONNET_POST_XNOR: out[at * depth * k + word] = ~(a ^ r); break;
                    case BONNET_POST_OR: out[at * depth * k + word] = a | r; break;
                    case BONNET_POST_INTERLEAVE: {
                        uint64_t z = a | r, t = pass.base[at * pass.pitch + word];
                        uint64_t *to = out + (at * 2 * depth + 2 * i) * k + j;
                        to[0] = spread(z) | spread(t) << 1;
                        to[k] = spread(z >> 32) | spread(t >> 32) << 1;
                        break;
                    }
                    }
                }
    }
}

void bonnet_cpu_down(bonnet_cpu_net *cpu, uint32_t layer)
{
    const bonnet_layer *l = &cpu->net->layers[layer];
    const bonnet_cpu_layer *p = &cpu->layers[layer];
    const uint32_t k = cpu->net->k, depth = l->conv_c / 64, group = l->pool ? 4 : 1; /* input positions per output position */
    const uint32_t positions = l->out_h * l->out_w * group;
    const source in = source_of(cpu, &l->in);
    for (uint32_t first = 0; first < positions; first += BONNET_CPU_CHUNK) {
        uint32_t count = positions - first < BONNET_CPU_CHUNK ? positions - first : BONNET_CPU_CHUNK;
        for (uint32_t n = 0; n < count; n++) { /* a pooled pixel's four positions follow each other */
            uint32_t at = (first + n) / group, y = at / l->out_w, x = at % l->out_w, corner = n % group;
            if (l->pool) y = 2 * y + corner / 2, x = 2 * x + corner % 2;
            y -= y == l->in_h, x -= x == l->in_w; /* an odd edge pools with itself */
            memcpy(cpu->window + (size_t)n * p->words, in.base + ((size_t)y * in.w + x) * in.pitch, p->words * sizeof(uint64_t));
        }
        count_mismatches(cpu, p, l->conv_c, count);
        for (uint32_t n = 0; n < count; n += group)
            for (uint32_t i = 0; i < depth; i++)
                for (uint32_t j = 0; j < k; j++) {
                    uint64_t any = 0, all = ~UINT64_C(0);
                    for (uint32_t m = 0; m < group; m++) {
                        uint64_t a = cpu->kernels->at_most(cpu->q + (size_t)(n + m) * l->conv_c + i * 64, p->limit + j * l->conv_c + i * 64);
                        any |= a;
                        all &= a;
                    }
                    cpu->maps[layer][((size_t)(first + n) / group * depth + i) * k + j] = (any & ~p->pool_and[i]) | (all & p->pool_and[i]);
                }
    }
}

static int32_t round_shift(int32_t x, uint32_t s) { return (x + ((1 << s) >> 1)) >> s; } /* sums here leave room for the half */
static int32_t sat16(int32_t x) { return x < -32768 ? -32768 : x > 32767 ? 32767 : x; }

void bonnet_cpu_last(bonnet_cpu_net *cpu, uint32_t layer)
{
    const bonnet_layer *l = &cpu->net->layers[layer];
    const uint32_t k = cpu->net->k, positions = l->out_h * l->out_w;
    const source res = source_of(cpu, &l->res);
    int32_t sum[BONNET_MAX_CHANNELS] = {0};
    for (uint32_t first = 0; first < positions; first += BONNET_CPU_CHUNK) {
        uint32_t count = positions - first < BONNET_CPU_CHUNK ? positions - first : BONNET_CPU_CHUNK;
        count_3x3(cpu, layer, first, count);
        for (uint32_t n = 0; n < count; n++)
            for (uint32_t c = 0; c < l->conv_c; c += 64)
                cpu->kernels->last(sum + c, cpu->q + (size_t)n * l->conv_c + c, res.base + (size_t)(first + n) * res.pitch + c / 64 * k, k, l, c);
    }
    memset(cpu->maps[layer], 0, bonnet_net_map_words(cpu->net, layer) * sizeof(uint64_t));
    for (uint32_t c = 0; c < l->conv_c; c++) cpu->maps[layer][c / 4] |= (uint64_t)(uint16_t)sat16(round_shift(sum[c], l->s2)) << 16 * (c % 4);
}

void bonnet_cpu_fc(bonnet_cpu_net *cpu, uint32_t layer)
{
    const bonnet_layer *l = &cpu->net->layers[layer];
    const uint64_t *in = cpu->maps[l->in.map];
    int16_t features[BONNET_MAX_CHANNELS];
    for (uint32_t c = 0; c < l->in_c; c++) features[c] = (int16_t)(in[c / 4] >> 16 * (c % 4));
    memset(cpu->maps[layer], 0, bonnet_net_map_words(cpu->net, layer) * sizeof(uint64_t));
    for (uint32_t i = 0; i < l->out_c; i++) {
        int32_t sum = l->c[i];
        for (uint32_t c = 0; c < l->in_c; c++) sum += l->w8[(size_t)i * l->in_c + c] * features[c];
        cpu->maps[layer][i / 2] |= (uint64_t)(uint32_t)sum << 32 * (i % 2);
    }
}
