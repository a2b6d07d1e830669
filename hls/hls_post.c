/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_post.c - popcounts of a pixel to written words: rtl/post/bonnet_threshold.sv, bonnet_pool2.sv, bonnet_merge.sv, segment by segment.
 *
 *   bit_j[lane] = sum[lane] >= Tp_j[lane]             POOL2: OR, or AND where the lane says so, of four pixels that follow each other
 *   STORE a   XNOR ~(a ^ r)   OR a | r                 INTERLEAVE: out[2c] = a[c] | r[c], out[2c+1] = t[c], two words for one
 *   OUT_T: t0 = s0, t1 = s2, t2 = s2 ? s1 : s3
 *
 * A segment is placed in its word and masked, so neighbours stay as they are. Bits of a pixel travel as four words, one a slice, bit l = lane l.
 */
#include "hls_conv_parts.h"
#include "hls_fbuf.h"

#define GROUP_MASK ((UINT64_C(1) << HLS_GROUP) - 1)

void HLS_NAME(hls_segments_of)(const hls_conv_job *job, uint32_t tile, hls_segments *seg)
{
    uint32_t channel = job->channel + tile * job->tile_step, n = 0;
    for (uint32_t g = 0; g < 4; g++) {
#pragma HLS UNROLL
        uint32_t word = channel / 64 % 128;
        if (g == 0 || word != seg->word[n - 1]) seg->word[n++] = (uint8_t)word;
        seg->of[g] = (uint8_t)(n - 1);
        seg->bit[g] = (uint8_t)(channel % 64 / HLS_GROUP * HLS_GROUP);
        channel += job->group_step;
    }
    seg->count = (uint8_t)n;
}

void HLS_NAME(hls_slices)(hls_word feature[HLS_FEATURE_WORDS / 4][4], uint32_t word, uint32_t coded, hls_word slice[4])
{
#pragma HLS INLINE
    hls_word t[4];
#pragma HLS ARRAY_PARTITION variable = t complete
    hls_fbuf_read(feature, word & 0xFFFFu, t);
    slice[0] = t[0];
    slice[1] = coded ? t[1] & t[2] : t[1];
    slice[2] = coded ? t[1] : t[2];
    slice[3] = coded ? t[1] | t[2] : t[3];
}

static void compare(const uint16_t sum[HLS_LANES], const hls_word thresholds[HLS_LANES], hls_word bits[4], hls_word *all)
{
#pragma HLS INLINE
    hls_word b0 = 0, b1 = 0, b2 = 0, b3 = 0, a = 0;
    for (uint32_t lane = 0; lane < HLS_LANES; lane++) {
#pragma HLS UNROLL
        hls_word t = thresholds[lane];
        b0 |= (hls_word)(sum[lane] >= (t & HLS_SUM_MASK)) << lane;
        b1 |= (hls_word)(sum[lane] >= (t >> 16 & HLS_SUM_MASK)) << lane;
        b2 |= (hls_word)(sum[lane] >= (t >> 32 & HLS_SUM_MASK)) << lane;
        b3 |= (hls_word)(sum[lane] >= (t >> 48 & HLS_SUM_MASK)) << lane;
        a |= (t >> 15 & 1) << lane;
    }
    bits[0] = b0;
    bits[1] = b1;
    bits[2] = b2;
    bits[3] = b3;
    *all = a;
}

/* Bit i to bit 2i. */
static hls_word spread(hls_word x)
{
#pragma HLS INLINE
    x &= UINT64_C(0x00000000FFFFFFFF);
    x = (x | x << 16) & UINT64_C(0x0000FFFF0000FFFF);
    x = (x | x << 8) & UINT64_C(0x00FF00FF00FF00FF);
    x = (x | x << 4) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    x = (x | x << 2) & UINT64_C(0x3333333333333333);
    return (x | x << 1) & UINT64_C(0x5555555555555555);
}

/* The lane groups of segment s at their places in its word. */
static hls_word placed(const hls_segments *seg, uint32_t s, hls_word lanes)
{
#pragma HLS INLINE
    hls_word out = 0;
    for (uint32_t g = 0; g < 4; g++) {
#pragma HLS UNROLL
        if (seg->of[g] == s) out |= (lanes >> HLS_GROUP * g & GROUP_MASK) << seg->bit[g];
    }
    return out;
}

/* The slices `s` of a map, in the code if it is coded, at `word`, in the bits of `ours`. */
static void put(const hls_conv_job *job, const hls_word s[4], hls_word ours, uint32_t word, hls_word feature[HLS_FEATURE_WORDS / 4][4])
{
#pragma HLS INLINE
    hls_word data[4], mask[4];
#pragma HLS ARRAY_PARTITION variable = data complete
#pragma HLS ARRAY_PARTITION variable = mask complete
    data[0] = s[0];
    data[1] = job->out.coded ? s[2] : s[1];
    data[2] = job->out.coded ? (s[2] & s[1]) | (~s[2] & s[3]) : s[2];
    data[3] = s[3];
    mask[0] = ours;
    mask[1] = job->k4 ? ours : 0;
    mask[2] = job->k4 ? ours : 0;
    mask[3] = job->k4 && !job->out.coded ? ours : 0;
    hls_fbuf_write(feature, word & 0xFFFFu, mask, data);
}

/* INTERLEAVE: the upper (half = 1) or lower 32 channels of r, already a | r, and of t, one beside the other. */
static void weave(const hls_word r[4], const hls_word t[4], uint32_t half, hls_word out[4])
{
#pragma HLS INLINE
    for (uint32_t j = 0; j < 4; j++) {
#pragma HLS UNROLL
        out[j] = spread(r[j] >> 32 * half) | spread(t[j] >> 32 * half) << 1;
    }
}

/* Merge of one segment: operands read, words written. Returns the accesses. */
static uint32_t merge(const hls_conv_job *job, const hls_segments *seg, uint32_t s, const hls_pixel *pixel, const hls_word bits[4],
                      hls_word feature[HLS_FEATURE_WORDS / 4][4])
{
#pragma HLS INLINE
    hls_word ours = placed(seg, s, ~UINT64_C(0)), a[4], r[4], t[4], out[4];
#pragma HLS ARRAY_PARTITION variable = a complete
#pragma HLS ARRAY_PARTITION variable = r complete
#pragma HLS ARRAY_PARTITION variable = t complete
#pragma HLS ARRAY_PARTITION variable = out complete
    uint32_t w = seg->word[s], step = hls_words(job, job->out.coded, w), accesses = 1;
    for (uint32_t j = 0; j < 4; j++) {
#pragma HLS UNROLL
        a[j] = placed(seg, s, bits[j]);
        r[j] = 0;
    }
    if (job->post != HLS_POST_STORE) {
        HLS_NAME(hls_slices)(feature, pixel->res + hls_words(job, job->res.coded, w), job->res.coded, r);
        accesses++;
    }
    for (uint32_t j = 0; j < 4; j++) {
#pragma HLS UNROLL
        a[j] = job->post == HLS_POST_XNOR ? ~(a[j] ^ r[j]) : a[j] | r[j];
    }
    if (job->post != HLS_POST_INTERLEAVE) {
        put(job, a, ours, pixel->out + step, feature);
        return accesses;
    }
    HLS_NAME(hls_slices)(feature, pixel->pass + hls_words(job, job->pass.coded, w), job->pass.coded, t);
    for (uint32_t half = 0; half < 2; half++) {
        hls_word channels = spread(ours >> 32 * half), both = channels | channels << 1;
        weave(a, t, half, out);
        if (both != 0) {
            put(job, out, both, pixel->out + 2 * step + (half ? hls_words(job, job->out.coded, 1) : 0), feature);
            accesses++;
        }
    }
    return accesses;
}

uint32_t HLS_NAME(hls_post)(const hls_conv_job *job, const hls_segments *seg, const hls_pixel *pixel, const uint16_t sum[HLS_LANES],
                            const hls_word thresholds[HLS_LANES], hls_word pooled[4], hls_word feature[HLS_FEATURE_WORDS / 4][4])
{
    hls_word bits[4], all;
#pragma HLS ARRAY_PARTITION variable = bits complete
    uint32_t accesses = 0;
    compare(sum, thresholds, bits, &all);
    if (job->pool2) {
        for (uint32_t j = 0; j < 4; j++) {
#pragma HLS UNROLL
            if (pixel->pos != 0) bits[j] = (all & pooled[j] & bits[j]) | (~all & (pooled[j] | bits[j]));
            pooled[j] = bits[j];
        }
        if (pixel->pos != 3) return 1;
    }
    for (uint32_t s = 0; s < 4; s++) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 4
        if (s == seg->count) break;
        accesses += merge(job, seg, s, pixel, bits, feature);
    }
    return accesses;
}
