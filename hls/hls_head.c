/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_head.c - the last block's integers, popcounts to int16 features: rtl/post/bonnet_head.sv, docs/operators.md, section 5.
 *
 *   n = 2p - K                     m = sum over slices of +-1 of RES at the lane's channel
 *   v = sat16(round_shift(A*n + B*m + C, s1))
 *   u = v >= 0 ? v : sat16(round_shift(S*v, 8))
 *   sum += u                       after the last pixel of a tile: F = sat16(round_shift(sum, s2)), written as int16
 *
 * HLS_LANES / 8 multipliers of each kind: eight beats a pixel, two for each lane group. Sums are 32 bits and wrap, as the RTL's.
 */
#include "hls_conv_parts.h"
#include "hls_fbuf.h"

#define MACS (HLS_LANES / 8)

static int32_t low16(hls_word x) { return (int32_t)(int16_t)(uint16_t)x; }

/* x of 33 bits: nothing is lost on the way. The shift is arithmetic, as every compiler that builds this has it. */
static int32_t round_sat16(int64_t x, uint32_t shift)
{
#pragma HLS INLINE
    int64_t r = (x + (int64_t)((UINT64_C(1) << shift) >> 1)) >> shift;
    return r > 32767 ? 32767 : r < -32768 ? -32768 : (int32_t)r;
}

/* u of a lane: p its popcount, ones its slices at +1. */
static int32_t value(const hls_conv_job *job, uint32_t p, uint32_t ones, hls_word abc, hls_word slope)
{
#pragma HLS INLINE
    int32_t n = (int32_t)(2 * p) - (int32_t)job->dot, m = (int32_t)(2 * ones) - (job->k4 ? 4 : 1);
    uint32_t x = (uint32_t)(low16(abc) * n) + (uint32_t)(low16(abc >> 16) * m) + (uint32_t)(abc >> 32);
    int32_t v = round_sat16((int32_t)x, job->s1);
    return v >= 0 ? v : round_sat16((int64_t)low16(slope) * v, 8);
}

uint32_t HLS_NAME(hls_head)(const hls_conv_job *job, const hls_segments *seg, const hls_pixel *pixel, uint32_t first, const uint16_t sum[HLS_LANES],
                            const hls_word abc[HLS_LANES], const hls_word slope[HLS_LANES], hls_word feature[HLS_FEATURE_WORDS / 4][4],
                            hls_head_state *head)
{
    for (uint32_t beat = 0; beat < 8; beat++) {
#pragma HLS PIPELINE II = 1
        uint32_t g = beat / 2, bit = seg->bit[g] + beat % 2 * MACS;
        hls_word slice[4];
#pragma HLS ARRAY_PARTITION variable = slice complete
        HLS_NAME(hls_slices)(feature, pixel->res + hls_words(job, job->res.coded, seg->word[seg->of[g]]), job->res.coded, slice);
        for (uint32_t i = 0; i < MACS; i++) {
#pragma HLS UNROLL
            uint32_t lane = beat * MACS + i, at = bit + i, ones = (uint32_t)(slice[0] >> at & 1);
            if (job->k4) ones += (uint32_t)((slice[1] >> at & 1) + (slice[2] >> at & 1) + (slice[3] >> at & 1));
            uint32_t old = first && !job->keep ? 0 : (uint32_t)head->sum[lane];
            head->sum[lane] = (int32_t)(old + (uint32_t)value(job, sum[lane], ones, abc[lane], slope[lane]));
        }
    }
    return 8;
}

/* A beat's features are neighbours: channel c is the int16 at word OUT + c/4, field c%4. */
uint32_t HLS_NAME(hls_head_features)(const hls_conv_job *job, const hls_segments *seg, hls_word feature[HLS_FEATURE_WORDS / 4][4],
                                     const hls_head_state *head)
{
    for (uint32_t beat = 0; beat < 8; beat++) {
#pragma HLS PIPELINE II = 2
        uint32_t g = beat / 2, channel = seg->bit[g] + beat % 2 * MACS;
        uint32_t word = job->out.base + 16u * seg->word[seg->of[g]] + channel / 4;
        hls_word data[4] = {0, 0, 0, 0}, mask[4] = {0, 0, 0, 0};
#pragma HLS ARRAY_PARTITION variable = data complete
#pragma HLS ARRAY_PARTITION variable = mask complete
        for (uint32_t i = 0; i < MACS; i++) {
#pragma HLS UNROLL
            uint32_t at = channel % 4 + i, f = (uint32_t)round_sat16(head->sum[beat * MACS + i], job->s2) & 0xFFFFu;
            data[at / 4] |= (hls_word)f << 16 * (at % 4);
            mask[at / 4] |= UINT64_C(0xFFFF) << 16 * (at % 4);
        }
        hls_fbuf_write(feature, word & 0xFFFFu, mask, data);
    }
    return 8;
}
