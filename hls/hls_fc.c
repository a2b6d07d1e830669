/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_fc.c - fully connected layer, int32 logits of int16 features and int8 weights: rtl/compute/bonnet_fc.sv.
 *
 *   logit[t*Lanes + l] = bias[l] + sum over j of W[l][j] * F[j]        (int32, wraps)
 *
 * For each tile the bias row, then INPUTS/8 rows of eight int8 a lane, one feature a trip for all lanes; then words of two logits.
 */
#include "hls_conv.h"
#include "hls_desc.h"
#include "hls_fbuf.h"

#define TILES  255
#define INPUTS 4096

/* A row past the last one is row 0: the host promises that there is none. */
static uint32_t inside(uint32_t row) { return row < HLS_WEIGHT_ROWS ? row : 0; }

static void multiply(uint32_t in, uint32_t wrow, uint32_t inputs, hls_word feature[HLS_FEATURE_WORDS / 4][4],
                     hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES], uint32_t acc[HLS_LANES])
{
    for (uint32_t l = 0; l < HLS_LANES; l++) {
#pragma HLS UNROLL
        acc[l] = (uint32_t)weight[inside(wrow)][l];
    }
    for (uint32_t j = 0; j < INPUTS; j++) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 8 max = 4088 avg = 512
        if (j == inputs) break;
        hls_word word[4];
#pragma HLS ARRAY_PARTITION variable = word complete
        hls_fbuf_read(feature, (in + j / 4) & 0xFFFFu, word);
        int32_t f = (int16_t)(uint16_t)(word[0] >> 16 * (j % 4));
        uint32_t row = inside(wrow + 1 + j / 8), byte = 8 * (j % 8);
        for (uint32_t l = 0; l < HLS_LANES; l++) {
#pragma HLS UNROLL
            int32_t w = (int8_t)(uint8_t)(weight[row][l] >> byte);
            acc[l] += (uint32_t)(w * f);
        }
    }
}

static void put_logits(uint32_t out, const uint32_t acc[HLS_LANES], hls_word feature[HLS_FEATURE_WORDS / 4][4])
{
    for (uint32_t i = 0; i < HLS_LANES / 2; i++) {
#pragma HLS PIPELINE II = 2
        const hls_word data[4] = {(hls_word)acc[2 * i + 1] << 32 | acc[2 * i], 0, 0, 0}, mask[4] = {~UINT64_C(0), 0, 0, 0};
        hls_fbuf_write(feature, (out + i) & 0xFFFFu, mask, data);
    }
}

int HLS_NAME(hls_fc)(const uint32_t desc[16], hls_word feature[HLS_FEATURE_WORDS / 4][4], hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES],
                     hls_counts *counts)
{
    uint32_t tiles = HLS_G(desc, FC_TILES), inputs = HLS_G(desc, FC_INPUTS), wrow = HLS_G(desc, FC_WROW), out = HLS_G(desc, FC_OUT);
    uint32_t acc[HLS_LANES];
#pragma HLS ARRAY_PARTITION variable = acc complete
    if (HLS_G(desc, JOB_OP) != HLS_OP_FC || tiles == 0 || inputs == 0 || inputs % 8 != 0) return 1;
    counts->array_cycles = tiles * inputs;
    counts->post_cycles = tiles * (1 + HLS_LANES / 2);
    for (uint32_t tile = 0; tile < TILES; tile++) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 16 avg = 2
        if (tile == tiles) break;
        multiply(HLS_G(desc, FC_IN), wrow, inputs, feature, weight, acc);
        put_logits(out, acc, feature);
        wrow += 1 + inputs / 8;
        out += HLS_LANES / 2;
    }
    return 0;
}
