/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_conv_parts.h - what the parts of the conv unit hand to each other. Private to hls_conv*.c, hls_window.c, hls_array.c, hls_post.c, hls_head.c, hls_fc.c.
 *
 *   hls_conv_check   descriptor -> job                                                 rtl/fetch/bonnet_conv_check.sv
 *   hls_window_*     job -> blocks of pixels -> feature words of a tap                 rtl/fetch/bonnet_window.sv, rtl/post/bonnet_walk.sv
 *   hls_array        words x weight rows -> popcounts of a block's pixels              rtl/compute/bonnet_array.sv
 *   hls_post_*       popcounts -> bits -> pooled -> merged with RES, PASS -> words     rtl/post/bonnet_threshold.sv, _pool2.sv, _merge.sv
 *   hls_head_*       popcounts -> integers -> sums -> features                         rtl/post/bonnet_head.sv
 */
#ifndef HLS_CONV_PARTS_H
#define HLS_CONV_PARTS_H
#include "hls_conv.h"
#include "hls_desc.h"

enum { HLS_PAD_EDGE, HLS_PAD_ZERO, HLS_PAD_NONE };
enum { HLS_POST_STORE, HLS_POST_XNOR, HLS_POST_OR, HLS_POST_INTERLEAVE, HLS_POST_HEAD };

/* Bounds of the loops: no descriptor can ask for more. */
#define HLS_CONV_TILES  255
#define HLS_CONV_ROWS   (9 * 255)                   /* binary weight rows of a tile */
#define HLS_CONV_BEATS  (HLS_CONV_ROWS * HLS_BLOCK) /* of a block */
#define HLS_CONV_BLOCKS (1024 * 1024 / HLS_BLOCK)   /* of a tile: 10 bits each way, POOL2 512 x 512 x 4 */
#define HLS_SUM_MASK    ((1u << HLS_SUM_W) - 1u)

/* One of the four maps as the descriptor places it. */
typedef struct hls_map {
    uint16_t base, row; /* words: of slot 0; from row to row */
    uint8_t pix;        /* words from pixel to pixel */
    uint8_t ring, slot; /* rows of the ring, 0: none; slot of the first row */
    uint8_t coded;      /* thermometer: 3 words for 4 slices */
} hls_map;

typedef struct hls_conv_job {
    hls_map in, out, res, pass;
    uint16_t in_w, in_h, out_w, out_h, y0, rows, wrow, depth, tiles;
    uint16_t group_step, tile_step, channel, dot;
    uint8_t k3, stride2, dilate2, pad, grouped, pool2, k4, post, keep, more, s1, s2;
} hls_conv_job;

/* A row of a map while rows go by: word of its pixel 0, slot. */
typedef struct hls_line {
    uint16_t word;
    uint8_t slot;
} hls_line;

/* Where the walk over a tile's pixels stands. */
typedef struct hls_walk {
    uint16_t x, y;   /* output column; row counted from Y0 */
    uint8_t pos;     /* POOL2: which of the four */
    uint8_t in_slot; /* slot of input row S * y */
    uint8_t end;     /* past the last pixel */
    hls_line out, res, pass;
} hls_walk;

/* A result under way. */
typedef struct hls_pixel {
    uint16_t xc, yc;         /* centre in the input */
    uint8_t slot;            /* ring: of row yc */
    uint8_t pos;             /* POOL2: which of the four; else 0 */
    uint16_t out, res, pass; /* first words of the output pixel in the maps; HEAD: no out */
} hls_pixel;

/* The 64-channel words that a tile's four lane groups touch, neighbours that touch the same one together: rtl/post/bonnet_post_pkg.sv, seg_t. */
typedef struct hls_segments {
    uint8_t count;
    uint8_t word[4]; /* of segment s: channel / 64 */
    uint8_t of[4];   /* segment of lane group g */
    uint8_t bit[4];  /* of lane group g: channel % 64 of its first lane */
} hls_segments;

/* 0 and *job, or 1: bad descriptor. */
int HLS_NAME(hls_conv_check)(const uint32_t desc[16], hls_conv_job *job);

/* The first pixel of a tile. */
void HLS_NAME(hls_window_start)(const hls_conv_job *job, hls_walk *walk);
/* The next pixels, at most HLS_BLOCK; returns how many, 0 after the last. */
uint32_t HLS_NAME(hls_window_block)(const hls_conv_job *job, hls_walk *walk, hls_pixel pixel[HLS_BLOCK]);
/* First feature word of word d of tap (ky, kx), 0..2, 1 is the centre. */
uint32_t HLS_NAME(hls_window_word)(const hls_conv_job *job, const hls_pixel *pixel, uint32_t ky, uint32_t kx, uint32_t d, uint32_t *mask);

/* Popcounts of n pixels in all lanes, binary weight rows from `row` on. Returns the trips of its loop. */
uint32_t HLS_NAME(hls_array)(const hls_conv_job *job, const hls_pixel pixel[HLS_BLOCK], uint32_t n, uint32_t row,
                             hls_word feature[HLS_FEATURE_WORDS / 4][4], hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES],
                             uint16_t sum[HLS_BLOCK][HLS_LANES]);

void HLS_NAME(hls_segments_of)(const hls_conv_job *job, uint32_t tile, hls_segments *seg);
/* Words from channel 0 of a pixel to 64-channel word w of a map: k words for 64 channels, coded three. */
static inline uint32_t hls_words(const hls_conv_job *job, uint32_t coded, uint32_t w) { return job->k4 == 0 ? w : coded != 0 ? 3 * w : 4 * w; }
/* Slices of the 64 channels at `word` of a map. k = 1: slice 0 only means something. */
void HLS_NAME(hls_slices)(hls_word feature[HLS_FEATURE_WORDS / 4][4], uint32_t word, uint32_t coded, hls_word slice[4]);

/* One result of a binary layer: thresholds, pool (in pooled[] until the fourth), merge, write. Returns the accesses to the feature buffer. */
uint32_t HLS_NAME(hls_post)(const hls_conv_job *job, const hls_segments *seg, const hls_pixel *pixel, const uint16_t sum[HLS_LANES],
                            const hls_word thresholds[HLS_LANES], hls_word pooled[4], hls_word feature[HLS_FEATURE_WORDS / 4][4]);

/* One result of a HEAD, first: of the tile in this descriptor. Returns the beats. */
uint32_t HLS_NAME(hls_head)(const hls_conv_job *job, const hls_segments *seg, const hls_pixel *pixel, uint32_t first, const uint16_t sum[HLS_LANES],
                            const hls_word abc[HLS_LANES], const hls_word slope[HLS_LANES], hls_word feature[HLS_FEATURE_WORDS / 4][4],
                            hls_head_state *head);
/* The features of a tile. Returns the writes. */
uint32_t HLS_NAME(hls_head_features)(const hls_conv_job *job, const hls_segments *seg, hls_word feature[HLS_FEATURE_WORDS / 4][4],
                                     const hls_head_state *head);
#endif
