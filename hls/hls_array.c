/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_array.c - HLS_LANES output channels on four slice buses: rtl/compute/bonnet_array.sv, bonnet_lane.sv.
 *
 *   sum[pixel][lane] = sum over weight rows of popcount(~(weight ^ bus of the lane's group))        modulo 2^13
 *
 * A tap in the zero padding counts 32, half a match for each bit.
 *
 * For each weight row (tap, word d) all pixels of the block take their turn, so a row serves up to HLS_BLOCK trips. One loop for both, with
 * counters of its own: a trip a cycle, without a bubble between rows.
 */
#include "hls_conv_parts.h"
#include "hls_fbuf.h"

/* In hardware a tree of adders, which a tool makes of the plain sum; for a processor the sum of neighbours, then of pairs, .. */
static inline uint32_t popcount(hls_word x)
{
#pragma HLS INLINE
#ifdef __SYNTHESIS__
    uint32_t count = 0;
    for (uint32_t i = 0; i < 64; i++) {
#pragma HLS UNROLL
        count += (uint32_t)(x >> i) & 1u;
    }
    return count;
#else
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    x += x >> 8;
    x += x >> 16;
    x += x >> 32;
    return (uint32_t)x & 127u;
#endif
}

/* The four buses: GROUPED slice g, else the same word, or slice d % 4 of a code, on all. s0 = t0, s1 = t1 & t2, s2 = t1, s3 = t1 | t2 */
static void buses(const hls_conv_job *job, uint32_t d, const hls_word word[4], hls_word bus[4])
{
#pragma HLS INLINE
    hls_word slice[4], same;
#pragma HLS ARRAY_PARTITION variable = slice complete
    slice[0] = word[0];
    slice[1] = word[1] & word[2];
    slice[2] = word[1];
    slice[3] = word[1] | word[2];
    same = job->in.coded ? slice[d % 4] : word[0];
    for (uint32_t g = 0; g < 4; g++) {
#pragma HLS UNROLL
        bus[g] = !job->grouped ? same : job->in.coded ? slice[g] : word[g];
    }
}

uint32_t HLS_NAME(hls_array)(const hls_conv_job *job, const hls_pixel pixel[HLS_BLOCK], uint32_t n, uint32_t row,
                             hls_word feature[HLS_FEATURE_WORDS / 4][4], hls_word weight[HLS_WEIGHT_ROWS][HLS_LANES],
                             uint16_t sum[HLS_BLOCK][HLS_LANES])
{
    uint32_t ky = job->k3 ? 0 : 1, kx = job->k3 ? 0 : 1, d = 0, p = 0, beats = 0;
    uint32_t first = 1; /* weight row of the block */
    for (uint32_t beat = 0; beat < HLS_CONV_BEATS; beat++) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 4608 avg = 288
        hls_word word[4], bus[4];
#pragma HLS ARRAY_PARTITION variable = word complete
#pragma HLS ARRAY_PARTITION variable = bus complete
        const hls_pixel centre = pixel[p];
        uint32_t at = row < HLS_WEIGHT_ROWS ? row : 0, mask;
        hls_fbuf_read(feature, HLS_NAME(hls_window_word)(job, &centre, ky, kx, d, &mask), word);
        buses(job, d, word, bus);
        for (uint32_t g = 0; g < 4; g++) {
#pragma HLS UNROLL
            for (uint32_t i = 0; i < HLS_GROUP; i++) {
#pragma HLS UNROLL
                uint32_t lane = g * HLS_GROUP + i, old = first ? 0 : sum[p][lane], count = popcount(~(weight[at][lane] ^ bus[g]));
                sum[p][lane] = (uint16_t)((old + (mask ? 32 : count)) & HLS_SUM_MASK);
            }
        }
        const uint32_t last_p = p + 1 == n, last_d = d + 1 == job->depth, last_kx = !job->k3 || kx == 2, last_ky = !job->k3 || ky == 2;
        beats = beat + 1;
        if (last_p && last_d && last_kx && last_ky) break;
        p = last_p ? 0 : p + 1;
        if (last_p) { /* the block again with the next weight row */
            first = 0;
            row++;
            d = last_d ? 0 : d + 1;
            if (last_d) kx = last_kx ? 0 : kx + 1;
            if (last_d && last_kx) ky++;
        }
    }
    return beats;
}
