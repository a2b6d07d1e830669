/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu.h - inside of the cpu backend: a network made ready for packed 64-bit words, and the few loops worth one version per
 * instruction set.
 *
 * Everything counts mismatches instead of matches: q = sum of popcount(x ^ w) = K - p, so that bit_j = p >= Tp is q <= K - Tp.
 */
#ifndef BONNET_CPU_H
#define BONNET_CPU_H
#include <stddef.h>
#include <stdint.h>
#include "backend.h"

enum {
    BONNET_CPU_CHUNK = 32, /* output positions gathered at a time; a multiple of 4 */
    BONNET_CPU_LANES = 64  /* channels that the stem kernels do at once */
};

/* The hot loops. All sets give the same bits; tests run every set the machine has ("cpu:portable" and so on). */
typedef struct bonnet_cpu_kernels {
    const char *name;
    int (*supported)(void);
    /* q[n * q_pitch + o] = sum over i of popcount(x[(n * words + i) * step] ^ w[i * outs + o]); n < positions, a multiple of 4; o < outs, of 16. */
    void (*mismatch)(uint16_t *q, size_t q_pitch, const uint64_t *x, uint32_t step, uint32_t positions, const uint64_t *w, uint32_t words,
                     uint32_t outs);
    /* Bit i = value[i] <= limit[i], 64 of them. */
    uint64_t (*at_most)(const uint16_t *value, const int16_t *limit);
    /* Bit i = value[i] >= limit[i], 64 of them. */
    uint64_t (*at_least)(const int32_t *value, const int32_t *limit);
    /* sum[n * 64 + o] = sum over i of x[n][2i] * w[i][o][0] + x[n][2i+1] * w[i][o][1]; 64 channels, pairs of taps. */
    void (*stem)(int32_t *sum, const int16_t *x, uint32_t positions, const int16_t *w, uint32_t pairs);
    /* best[o] = max(best[o], value[o]), 64 channels. */
    void (*maximum)(int32_t *best, const int32_t *value);
    /* a[o] = sat8((max[o] + half[o]) >> sh[o]), 64 channels. */
    void (*requantise)(int8_t *a, const int32_t *max, const int32_t *half, const int32_t *sh);
    /* d[o] = sum over the nine taps of w[tap][o] * a[tap][o], 64 channels. */
    void (*depthwise)(int32_t *d, const int8_t *const a[9], const int16_t *w);
    /* sum[i] += u of channel c + i, 64 of them, at one position: q their mismatches, b the k words that m sums over. */
    void (*last)(int32_t *sum, const uint16_t *q, const uint64_t *b, uint32_t k, const bonnet_layer *l, uint32_t c);
} bonnet_cpu_kernels;

extern const bonnet_cpu_kernels bonnet_cpu_portable, bonnet_cpu_avx2, bonnet_cpu_avx512;
/* The best set of this machine, or the one named; NULL: no such set, or the machine lacks it. */
const bonnet_cpu_kernels *bonnet_cpu_kernels_find(const char *name);

/* Parameters of a layer in the order the kernels walk them. */
typedef struct bonnet_cpu_layer {
    uint32_t groups, words, outs; /* binary: groups of `outs` channels, each reading `words` words of its window */
    uint64_t *w;                  /* binary: [group][word][outs]            */
    int16_t *limit;               /* CONV, DOWN: [k][conv_c], K - Tp         */
    uint64_t *pool_and;           /* DOWN: [conv_c/64]                      */
    uint32_t pairs;               /* STEM: ceil(taps / 2)                   */
    int16_t *taps;                /* STEM: [out_c/64][pairs][64][2]         */
    int32_t *half, *sh;           /* STEM: [out_c]                          */
    int16_t *dw;                  /* STEM: [out_c/64][9][64]                */
    int32_t *t;                   /* STEM: [k][out_c]                       */
} bonnet_cpu_layer;

/* A loaded network: parameters, maps and scratch. One frame at a time. */
typedef struct bonnet_cpu_net {
    const bonnet_net *net;
    const bonnet_cpu_kernels *kernels;
    bonnet_cpu_layer *layers;
    uint64_t **maps;
    uint64_t *window; /* [chunk][words][group], of the largest layer */
    uint16_t *q;      /* [chunk][conv_c]                            */
    int16_t *image;   /* STEM: with its border of zeros             */
    int16_t *patch;   /* STEM: [conv_w][2 * pairs]                  */
    int32_t *rows;    /* STEM: three rows of sums, [3][conv_w][64]  */
    int8_t *a;        /* STEM: [out_h][out_w][64]                   */
    void **blocks;    /* every allocation above                     */
    uint32_t n_blocks;
} bonnet_cpu_net;

/* NULL: out of memory. net has passed bonnet_net_check() and outlives the result. */
bonnet_cpu_net *bonnet_cpu_net_make(const bonnet_net *net, const bonnet_cpu_kernels *kernels);
void bonnet_cpu_net_free(bonnet_cpu_net *cpu); /* NULL is a no-op */

void bonnet_cpu_stem(bonnet_cpu_net *cpu, const uint8_t *pixels);
void bonnet_cpu_conv(bonnet_cpu_net *cpu, uint32_t layer);
void bonnet_cpu_down(bonnet_cpu_net *cpu, uint32_t layer);
void bonnet_cpu_last(bonnet_cpu_net *cpu, uint32_t layer);
void bonnet_cpu_fc(bonnet_cpu_net *cpu, uint32_t layer);
#endif
