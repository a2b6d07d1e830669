/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_conv.h - the conv unit in HLS C: the CONV and FC descriptors of docs/descriptors.md on the buffers of docs/chip.md.
 *
 *   feature   four banks: feature word w lies in bank w % 4, row w / 4, so any four words that follow each other are there in one cycle
 *             (hls_fbuf.h). Partition it over its second dimension.
 *   weight    rows of HLS_LANES words of 64 bits; reshape it over its second dimension. Only read; not const, because C99 does not let an
 *             array of arrays become one of constants on the way in.
 *   head      what a HEAD leaves for the next descriptor of the unit (KEEP, MORE). The caller's, and one for the whole core: zero after reset.
 *             HLS_LANES / 8 neighbours are read and written in a trip: partition head.sum cyclically by that.
 *
 * Errors  0: done, every word is written. 1: bad descriptor, CAUSE 1; nothing is touched. Refused is what rtl/fetch/bonnet_conv_check.sv
 *         refuses, no more. That addresses lie inside the buffers is the host's promise, as it is to the RTL; words beyond the last one read 0
 *         and are not written, a row beyond the last one is read as one of the others, so nothing outside is touched.
 * One array: with several, call it once for each, with its own feature and head.
 */
#ifndef HLS_CONV_H
#define HLS_CONV_H
#include "hls_geometry.h"

/* Sums of the tile under way, one a lane: rtl/post/bonnet_head.sv, sum_q. */
typedef struct hls_head_state {
    int32_t sum[HLS_LANES];
} hls_head_state;

/* What a descriptor took: trip counts of the pipelined loops, each at one trip a cycle, with nothing for filling and draining them. Modelled:
 * no tool's schedule and no clock stands behind it. The RTL overlaps the post-processing of a block with the next block, these loops do not. */
typedef struct hls_counts {
    uint32_t array_cycles; /* window, feature reads, array; FC: multiply-adds */
    uint32_t post_cycles;  /* parameter rows, thresholds, operands, writes, head */
} hls_counts;

/* Both write *counts whenever they return 0. */
int HLS_NAME(hls_conv)(const uint32_t desc[16], hls_word feature[HLS_FEATURE_WORDS / 4][4], hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES],
                       hls_head_state *head, hls_counts *counts);
int HLS_NAME(hls_fc)(const uint32_t desc[16], hls_word feature[HLS_FEATURE_WORDS / 4][4], hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES],
                     hls_counts *counts);
#endif
