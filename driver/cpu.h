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
    BONNET_CPU_CHUNK = 32,  /* output positions gathered at a time; a multiple of 4  */
    BONNET_CPU_BAND_SLACK = 4096, /* bytes behind the unpacked band that whole blocks read */
    BONNET_CPU_THREADS = 64 /* the most that threads=N takes                          */
};

/* The image as the stem kernels read it: elements of int16, or with quads of uint8, in rows of `pitch` elements with their border.
 * Weights of one 64-channel block: [kernel rows][groups][64][2 int16, or with quads 4 int8]; taps beyond the kernel's width are 0. */
typedef struct bonnet_cpu_stem_row {
    const void *image;     /* upper left element of the first window  */
    size_t pitch;          /* elements to the next image row          */
    uint32_t step;         /* elements to the next window             */
    uint32_t rows, groups; /* of the kernel                           */
    const void *w;
    const int32_t *start;  /* [64] what the sums start from           */
} bonnet_cpu_stem_row;

/* A band of rows of a 3x3 layer, for sets that count whole rows at once (AMX). A dense 1x1 reads every bit once, so unpacking it does not pay. */
typedef struct bonnet_cpu_rows {
    const uint64_t *base; /* map read: word i of slice j of pixel p is base[p * pitch + i * slices + j] */
    size_t pitch;
    uint32_t in_h, in_w, slices, depth; /* depth: in_c / 64 */
    uint32_t stride, dilation;
    uint32_t words, outs, conv_c, conv_w;
    const uint64_t *tiles;   /* weights as arrange() left them          */
    uint8_t *bytes;          /* scratch                              */
    uint16_t *q;             /* out: [row of the band][conv_w][conv_c]  */
} bonnet_cpu_rows;

/* The hot loops. All sets give the same bits; tests run every set the machine has ("cpu:isa=portable" and so on). */
typedef struct bonnet_cpu_kernels {
    const char *name;
    int (*supported)(void);
    int quads; /* 1: the stem multiplies uint8 by int8, four taps at once; 0: int16 by int16, two */
    /* q[n * q_pitch + o] = sum over i of popcount(x[(n * words + i) * step] ^ w[i * outs + o]); n < positions, a multiple of 4; o < outs, of 16. */
    void (*mismatch)(uint16_t *q, size_t q_pitch, const uint64_t *x, uint32_t step, uint32_t positions, const uint64_t *w, uint32_t words,
                     uint32_t outs);
    /* Bit i of bits[j] = value[i] <= limit[j * pitch + i], 64 of them, j < k. */
    void (*at_most)(uint64_t *bits, const uint16_t *value, const int16_t *limit, size_t pitch, uint32_t k);
    /* Bit i = value[i] >= limit[i], 64 of them. */
    uint64_t (*at_least)(const int32_t *value, const int32_t *limit);
    /* to[j], to[k + j]: bits of z[j] at the even positions of the two words together, bits of t[j] at the odd ones; j < k. */
    void (*interleave)(uint64_t *to, const uint64_t *z, const uint64_t *t, uint32_t k);
    /* sum[n * 64 + o], 64 channels at `positions` windows side by side; up to three more are written behind. */
    void (*stem)(int32_t *sum, uint32_t positions, const bonnet_cpu_stem_row *row);
    /* best[o] = the largest value[i][o], i < n, n >= 1, 64 channels. */
    void (*maximum)(int32_t *best, const int32_t *const *value, uint32_t n);
    /* a[o] = sat8((max[o] + half[o]) >> sh[o]), 64 channels. */
    void (*requantise)(int8_t *a, const int32_t *max, const int32_t *half, const int32_t *sh);
    /* d[o] = sum over the nine taps of w[tap][o] * a[tap][o], 64 channels. */
    void (*depthwise)(int32_t *d, const int8_t *const a[9], const int16_t *w);
    /* sum[i] += u of channel c + i, 64 of them, at one position: q their mismatches, b the k words that m sums over. */
    void (*last)(int32_t *sum, const uint16_t *q, const uint64_t *b, uint32_t k, const bonnet_layer *l, uint32_t c);
    /* sum of w[i] * x[i], i < n, n a multiple of 64. */
    int32_t (*dot)(const int8_t *w, const int16_t *x, uint32_t n);
    /* Optional (NULL), and then used instead of mismatch in 3x3 layers: of whole rows, first..first+rows-1 of the convolution; and the weights
     * in the order it wants: tiles zeroed, [outs/16][words][16], from w[words][outs] of one group. */
    void (*count_rows)(const bonnet_cpu_rows *r, uint32_t first, uint32_t rows);
    void (*arrange)(uint64_t *tiles, const uint64_t *w, uint32_t words, uint32_t outs);
} bonnet_cpu_kernels;

extern const bonnet_cpu_kernels bonnet_cpu_portable, bonnet_cpu_avx2, bonnet_cpu_avx512, bonnet_cpu_amx, bonnet_cpu_neon;
int bonnet_cpu_amx_supported(void); /* cpu_amx.c; the rest of its set is cpu_avx512.c */
void bonnet_cpu_amx_arrange(uint64_t *tiles, const uint64_t *w, uint32_t words, uint32_t outs);
void bonnet_cpu_amx_count(const bonnet_cpu_rows *r, uint32_t first, uint32_t rows);
/* Every set of this build, best first, NULL-terminated; those that this machine lacks too. */
extern const bonnet_cpu_kernels *const bonnet_cpu_sets[];

/* What stands behind "cpu:". */
typedef struct bonnet_cpu_options {
    const bonnet_cpu_kernels *kernels; /* the best of this machine, or isa=NAME */
    uint32_t threads;                  /* 1..BONNET_CPU_THREADS                 */
} bonnet_cpu_options;
bonnet_status bonnet_cpu_options_read(bonnet_cpu_options *o, const char *path, bonnet_error *err);

/* Threads that wait between layers. A pool of one is no thread at all: work runs on the caller. */
typedef struct bonnet_cpu_pool bonnet_cpu_pool;
typedef void bonnet_cpu_work(void *arg, uint32_t part, uint32_t parts); /* part < parts = threads; parts run at the same time */
bonnet_cpu_pool *bonnet_cpu_pool_open(uint32_t threads);               /* NULL: the system gives no more threads or memory */
void bonnet_cpu_pool_close(bonnet_cpu_pool *pool);                      /* ends and joins them; NULL is a no-op */
void bonnet_cpu_pool_run(bonnet_cpu_pool *pool, bonnet_cpu_work *work, void *arg); /* returns when all parts are done */
uint32_t bonnet_cpu_pool_threads(const bonnet_cpu_pool *pool);

/* Parameters of a layer in the order the kernels walk them. */
typedef struct bonnet_cpu_layer {
    uint32_t groups, words, outs; /* binary: groups of `outs` channels, each reading `words` words of its window */
    uint64_t *w;                  /* binary: [group][word][outs]            */
    uint64_t *tiles;              /* 3x3, with count_rows: [group][outs/16][words][16] */
    uint32_t band;                /* 3x3, with count_rows: rows of the convolution at a time */
    int16_t *limit;               /* CONV, DOWN: [k][conv_c], K - Tp; BCONV: [taps inside, or 1][outs] */
    uint16_t *ones;               /* BCONV with zeros around its map: [tap][outs], ones of its weights */
    uint64_t *pool_and;           /* DOWN: [conv_c/64]                      */
    uint32_t row_groups;          /* STEM: groups of taps in a kernel row   */
    size_t block_bytes;           /* STEM: of the taps of 64 channels       */
    uint8_t *taps;                /* STEM: as bonnet_cpu_stem_row says, block after block; ICONV: int8 [out_c][padded], if padded */
    uint32_t padded;              /* ICONV position by position: numbers of a filter and zeros to a multiple of 64; 0: a pixel's number does not fit int16 */
    int32_t *start;               /* ICONV: zeros; STEM: [out_c]; -128 x sum of weights where pixels are signed and stored + 128 */
    int32_t *half, *sh;           /* STEM: [out_c]                          */
    int16_t *dw;                  /* STEM: [out_c/64][9][64]                */
    int32_t *t;                   /* STEM: [k][out_c]; ICONV: [blocks of 64], of the kernel's sums */
    uint64_t *turned;             /* ICONV: [blocks of 64], channels whose bit is turned */
} bonnet_cpu_layer;

/* What one thread works in. */
typedef struct bonnet_cpu_scratch {
    uint64_t *window; /* [chunk][words][group], of the largest layer */
    uint16_t *q;      /* [chunk][conv_c], or [band][conv_w][conv_c] */
    uint8_t *bytes;   /* bonnet_cpu_rows                            */
    int32_t *rows;    /* STEM: three rows of sums, [3][conv_w][64]; ICONV: one */
    int32_t *sum;     /* LAST: [conv_c]                             */
} bonnet_cpu_scratch;

/* A loaded network: parameters, maps and scratch. One frame at a time. */
typedef struct bonnet_cpu_net {
    const bonnet_net *net;
    const bonnet_cpu_kernels *kernels;
    bonnet_cpu_pool *pool; /* the device's */
    bonnet_cpu_layer *layers;
    uint64_t **maps;
    bonnet_cpu_scratch *scratch; /* [threads]                           */
    uint8_t *image;              /* STEM, ICONV: with its border, int16 or uint8 */
    int8_t *a;                   /* STEM: [out_h][out_w][64]            */
    void **blocks;               /* every allocation above              */
    uint32_t n_blocks;
} bonnet_cpu_net;

/* NULL: out of memory. net has passed bonnet_net_check(); net and pool outlive the result. */
bonnet_cpu_net *bonnet_cpu_net_make(const bonnet_net *net, const bonnet_cpu_kernels *kernels, bonnet_cpu_pool *pool);
void bonnet_cpu_net_free(bonnet_cpu_net *cpu); /* NULL is a no-op */

/* Computes map `layer` from the maps before it; pixels: of the frame, read by layer 0 only. */
void bonnet_cpu_run_layer(bonnet_cpu_net *cpu, uint32_t layer, const uint8_t *pixels);

void bonnet_cpu_stem(bonnet_cpu_net *cpu, const uint8_t *pixels);
void bonnet_cpu_conv(bonnet_cpu_net *cpu, uint32_t layer);
void bonnet_cpu_down(bonnet_cpu_net *cpu, uint32_t layer);
void bonnet_cpu_last(bonnet_cpu_net *cpu, uint32_t layer);
void bonnet_cpu_fc(bonnet_cpu_net *cpu, uint32_t layer);
void bonnet_cpu_any(bonnet_cpu_net *cpu, uint32_t layer, const uint8_t *pixels); /* general layers */
size_t bonnet_cpu_any_scratch(const bonnet_layer *l);                             /* words of scratch->window that one takes */

/* cpu_bconv.c: BCONV layers that go through the kernels. What one takes: words of a window, channels counted (of 64), rows of limit, rows of ones. */
typedef struct bonnet_cpu_bconv_sizes {
    uint32_t words, outs, limits, ones;
} bonnet_cpu_bconv_sizes;
int bonnet_cpu_bconv_fits(const bonnet_layer *l); /* 0: bonnet_cpu_any() does it */
void bonnet_cpu_bconv_size(const bonnet_layer *l, bonnet_cpu_bconv_sizes *s);
void bonnet_cpu_bconv_fill(bonnet_cpu_layer *to, const bonnet_layer *l, uint64_t *row); /* w, limit, ones: zeroed; row: [words] to work in */
void bonnet_cpu_bconv(bonnet_cpu_net *cpu, uint32_t layer);

/*
 * cpu_prep.c: weights of channel o ([channel][plane][kernel row][column]; size: the last three) into to->taps as the stem's kernel walks them: kernel row, group of
 * `per` taps, channel of its 64, tap. Their sum.
 */
int32_t bonnet_cpu_arrange(bonnet_cpu_layer *to, const int8_t *w8, uint32_t o, const uint32_t size[3], uint32_t per);
/* cpu_iconv.c: ICONV layers that go through the stem's kernel. What one takes: blocks of 64 channels, groups of taps in a kernel row, bytes. */
typedef struct bonnet_cpu_iconv_sizes {
    uint32_t blocks, row_groups;
    size_t block_bytes, image_bytes, sums;
} bonnet_cpu_iconv_sizes;
int bonnet_cpu_iconv_int16(const bonnet_layer *l); /* every number that a pixel can become is an int16 */
int bonnet_cpu_iconv_fits(const bonnet_layer *l, const bonnet_cpu_kernels *kernels); /* 0: bonnet_cpu_any() does it */
void bonnet_cpu_iconv_size(const bonnet_layer *l, const bonnet_cpu_kernels *kernels, bonnet_cpu_iconv_sizes *s);
void bonnet_cpu_iconv_fill(bonnet_cpu_layer *to, const bonnet_layer *l, const bonnet_cpu_kernels *kernels, uint8_t *image); /* taps, t, turned, image: zeroed */
void bonnet_cpu_iconv(bonnet_cpu_net *cpu, uint32_t layer, const uint8_t *pixels);

static inline uint32_t bonnet_cpu_clamp(int32_t i, uint32_t size) { return i < 0 ? 0 : (uint32_t)i >= size ? size - 1 : (uint32_t)i; }

/* Words of a general layer's pixel. */
static inline uint32_t bonnet_cpu_words(uint32_t channels) { return (channels + 63) / 64; }

/* General layers: index of the pixel that a tap of output (y, x) reads, or -1: outside, and counts nothing. */
static inline int64_t bonnet_cpu_pixel(const bonnet_layer *l, uint32_t y, uint32_t x, uint32_t tap)
{
    const bonnet_net_window *w = &l->win;
    const int32_t iy = (int32_t)(y * w->stride_h + tap / w->kernel_w * w->dilation_h) - (int32_t)w->top;
    const int32_t ix = (int32_t)(x * w->stride_w + tap % w->kernel_w * w->dilation_w) - (int32_t)w->left;
    const int inside = (uint32_t)iy < l->in_h && (uint32_t)ix < l->in_w;
    if (!inside && !w->edge) return -1;
    return (int64_t)bonnet_cpu_clamp(iy, l->in_h) * l->in_w + bonnet_cpu_clamp(ix, l->in_w);
}

/* Items first..end-1 of `total` that part `part` of `parts` does, in whole units. */
static inline void bonnet_cpu_share(uint32_t total, uint32_t unit, uint32_t part, uint32_t parts, uint32_t *first, uint32_t *end)
{
    const uint64_t units = ((uint64_t)total + unit - 1) / unit;
    *first = (uint32_t)(units * part / parts * unit);
    *end = (uint32_t)(units * (part + 1) / parts * unit);
    if (*end > total) *end = total;
    if (*first > total) *first = total;
}
#endif
