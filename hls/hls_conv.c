/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_conv.c - the CONV descriptor: for each tile its parameter rows, then block after block of pixels through the array and through
 * post-processing. rtl/fetch/bonnet_conv.sv; docs/chip.md, The conv unit.
 *
 * The block that is post-processed and the next block's array work take turns here: both need the feature buffer, and this way no word is
 * written while another loop reads. The RTL does them at the same time, so its cycles are fewer (hls_counts).
 */
#include "hls_conv_parts.h"

static void row_of(hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES], uint32_t row, hls_word to[HLS_LANES])
{
#pragma HLS INLINE
    for (uint32_t l = 0; l < HLS_LANES; l++) {
#pragma HLS UNROLL
        to[l] = weight[row < HLS_WEIGHT_ROWS ? row : 0][l];
    }
}

/* One tile, its rows from `row` on. */
static void tile_of(const hls_conv_job *job, uint32_t tile, uint32_t row, hls_word feature[HLS_FEATURE_WORDS / 4][4],
                    hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES], hls_head_state *head, hls_counts *counts)
{
    hls_word param0[HLS_LANES], param1[HLS_LANES], pooled[4] = {0, 0, 0, 0};
    uint16_t sum[HLS_BLOCK][HLS_LANES];
    hls_pixel pixel[HLS_BLOCK];
    hls_segments seg;
    hls_walk walk;
#pragma HLS ARRAY_PARTITION variable = param0 complete
#pragma HLS ARRAY_PARTITION variable = param1 complete
#pragma HLS ARRAY_PARTITION variable = pooled complete
#pragma HLS ARRAY_PARTITION variable = sum complete dim = 0
    const uint32_t is_head = job->post == HLS_POST_HEAD, params = is_head ? 2 : 1;
    row_of(weight, row, param0);
    row_of(weight, row + params - 1, param1); /* HEAD only reads it */
    counts->post_cycles += params;
    HLS_NAME(hls_segments_of)(job, tile, &seg);
    HLS_NAME(hls_window_start)(job, &walk);
    for (uint32_t block = 0; block < HLS_CONV_BLOCKS; block++) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1568 avg = 98
        uint32_t n = HLS_NAME(hls_window_block)(job, &walk, pixel);
        if (n == 0) break;
        counts->array_cycles += HLS_NAME(hls_array)(job, pixel, n, row + params, feature, weight, sum);
        for (uint32_t p = 0; p < HLS_BLOCK; p++) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 8
            if (p == n) break;
            const hls_pixel result = pixel[p]; /* copies: one multiplexer here, and no pointer whose target is chosen at run time */
            uint16_t count[HLS_LANES];
#pragma HLS ARRAY_PARTITION variable = count complete
            for (uint32_t l = 0; l < HLS_LANES; l++) {
#pragma HLS UNROLL
                count[l] = sum[p][l];
            }
            if (is_head) counts->post_cycles += HLS_NAME(hls_head)(job, &seg, &result, block == 0 && p == 0, count, param0, param1, feature, head);
            else counts->post_cycles += HLS_NAME(hls_post)(job, &seg, &result, count, param0, pooled, feature);
        }
    }
    if (is_head && !job->more) counts->post_cycles += HLS_NAME(hls_head_features)(job, &seg, feature, head);
}

int HLS_NAME(hls_conv)(const uint32_t desc[16], hls_word feature[HLS_FEATURE_WORDS / 4][4], hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES],
                       hls_head_state *head, hls_counts *counts)
{
    hls_conv_job job;
    if (HLS_NAME(hls_conv_check)(desc, &job)) return 1;
    uint32_t row = job.wrow, rows = (job.post == HLS_POST_HEAD ? 2u : 1u) + (job.k3 ? 9u : 1u) * job.depth;
    counts->array_cycles = 0;
    counts->post_cycles = 0;
    for (uint32_t tile = 0; tile < HLS_CONV_TILES; tile++) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 16 avg = 4
        if (tile == job.tiles) break;
        tile_of(&job, tile, row, feature, weight, head, counts);
        row += rows;
    }
    return 0;
}
