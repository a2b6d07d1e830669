/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_neon.c - the cpu kernels for 64-bit ARM: NEON is part of the architecture, so every such machine has them. */
#include <string.h>
#include "cpu.h"
#include "cpu_bodies.h"
#if defined(__aarch64__)
#include <arm_neon.h>

/* Register blocks are arrays: without this they would live on the stack at -O2. */
#define UNROLL _Pragma("GCC unroll 8")

static int supported(void) { return 1; }

/* Two positions by eight channels; byte sums are folded into 64-bit lanes before they can pass 255 (31 words of at most 8 each). */
static void mismatch_8(uint16_t *q, size_t q_pitch, const uint64_t *x, uint32_t step, uint32_t words, const uint64_t *w, uint32_t outs)
{
    uint64x2_t sum[2][4];
    for (int m = 0; m < 2; m++) UNROLL
    for (int r = 0; r < 4; r++) sum[m][r] = vdupq_n_u64(0);
    for (uint32_t i = 0; i < words;) {
        uint8x16_t bytes[2][4];
        UNROLL
        for (int m = 0; m < 2; m++) UNROLL
        for (int r = 0; r < 4; r++) bytes[m][r] = vdupq_n_u8(0);
        for (uint32_t end = words - i < 31 ? words : i + 31; i < end; i++) {
            const uint64_t *row = w + (size_t)i * outs;
            uint8x16_t weights[4];
            UNROLL
            for (int r = 0; r < 4; r++) weights[r] = vreinterpretq_u8_u64(vld1q_u64(row + 2 * r));
            UNROLL
            for (uint32_t m = 0; m < 2; m++) {
                const uint8x16_t act = vreinterpretq_u8_u64(vld1q_dup_u64(x + ((size_t)m * words + i) * step));
                UNROLL
                for (int r = 0; r < 4; r++) bytes[m][r] = vaddq_u8(bytes[m][r], vcntq_u8(veorq_u8(act, weights[r])));
            }
        }
        UNROLL
        for (int m = 0; m < 2; m++) UNROLL
        for (int r = 0; r < 4; r++) sum[m][r] = vpadalq_u32(sum[m][r], vpaddlq_u16(vpaddlq_u8(bytes[m][r])));
    }
    UNROLL
    for (uint32_t m = 0; m < 2; m++) UNROLL
    for (uint32_t r = 0; r < 4; r++) {
        q[m * q_pitch + 2 * r] = (uint16_t)vgetq_lane_u64(sum[m][r], 0);
        q[m * q_pitch + 2 * r + 1] = (uint16_t)vgetq_lane_u64(sum[m][r], 1);
    }
}

static void mismatch(uint16_t *q, size_t q_pitch, const uint64_t *x, uint32_t step, uint32_t positions, const uint64_t *w, uint32_t words,
                     uint32_t outs)
{
    for (uint32_t n = 0; n < positions; n += 2)
        for (uint32_t o = 0; o < outs; o += 8) mismatch_8(q + n * q_pitch + o, q_pitch, x + (size_t)n * words * step, step, words, w + o, outs);
}

/* Bytes that are all ones or zeros, 64 of them, to one bit each: every byte keeps its own bit, neighbours are added three times. */
static inline uint64_t mask64(const uint8x16_t v[4])
{
    static const uint8_t bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t own = vld1q_u8(bit);
    uint8x16_t a = vpaddq_u8(vandq_u8(v[0], own), vandq_u8(v[1], own)), b = vpaddq_u8(vandq_u8(v[2], own), vandq_u8(v[3], own));
    a = vpaddq_u8(a, b);
    a = vpaddq_u8(a, a);
    return vgetq_lane_u64(vreinterpretq_u64_u8(a), 0);
}

static void at_most(uint64_t *bits, const uint16_t *value, const int16_t *limit, size_t pitch, uint32_t k)
{
    for (uint32_t j = 0; j < k; j++, limit += pitch) {
        uint8x16_t v[4]; /* counts are at most 4608, so signed compares are right */
        UNROLL
        for (int r = 0; r < 4; r++) {
            const uint16x8_t lo = vcleq_s16(vreinterpretq_s16_u16(vld1q_u16(value + 16 * r)), vld1q_s16(limit + 16 * r));
            const uint16x8_t hi = vcleq_s16(vreinterpretq_s16_u16(vld1q_u16(value + 16 * r + 8)), vld1q_s16(limit + 16 * r + 8));
            v[r] = vcombine_u8(vmovn_u16(lo), vmovn_u16(hi));
        }
        bits[j] = mask64(v);
    }
}

static uint64_t at_least(const int32_t *value, const int32_t *limit)
{
    uint8x16_t v[4];
    UNROLL
    for (int r = 0; r < 4; r++) {
        uint16x4_t part[4];
        UNROLL
        for (int i = 0; i < 4; i++) part[i] = vmovn_u32(vcgeq_s32(vld1q_s32(value + 16 * r + 4 * i), vld1q_s32(limit + 16 * r + 4 * i)));
        v[r] = vcombine_u8(vmovn_u16(vcombine_u16(part[0], part[1])), vmovn_u16(vcombine_u16(part[2], part[3])));
    }
    return mask64(v);
}

/* 32 channels at a time in eight registers; a pair of taps is two multiply-accumulates of 16 bits into 32. */
static void stem(int32_t *sum, uint32_t positions, const bonnet_cpu_stem_row *row)
{
    for (uint32_t n = 0; n < positions; n++)
        for (uint32_t o = 0; o < 64; o += 32) {
            const int16_t *w = (const int16_t *)row->w + 2 * o;
            int32x4_t acc[8];
            UNROLL
            for (int r = 0; r < 8; r++) acc[r] = vld1q_s32(row->start + o + 4 * (uint32_t)r);
            for (uint32_t y = 0; y < row->rows; y++) {
                const int16_t *from = (const int16_t *)row->image + y * row->pitch + (size_t)n * row->step;
                for (uint32_t i = 0; i < row->groups; i++, w += 128) {
                    UNROLL
                    for (int r = 0; r < 8; r++) {
                        const int16x4x2_t taps = vld2_s16(w + 8 * r);
                        acc[r] = vmlal_n_s16(vmlal_n_s16(acc[r], taps.val[0], from[2 * i]), taps.val[1], from[2 * i + 1]);
                    }
                }
            }
            UNROLL
            for (int r = 0; r < 8; r++) vst1q_s32(sum + (size_t)n * 64 + o + 4 * (uint32_t)r, acc[r]);
        }
}

static void interleave(uint64_t *to, const uint64_t *z, const uint64_t *t, uint32_t k) { bonnet_cpu_interleave_body(to, z, t, k); }
static void maximum(int32_t *best, const int32_t *const *value, uint32_t n) { bonnet_cpu_maximum_body(best, value, n); }
static void requantise(int8_t *a, const int32_t *max, const int32_t *half, const int32_t *sh) { bonnet_cpu_requantise_body(a, max, half, sh); }
static void depthwise(int32_t *d, const int8_t *const a[9], const int16_t *w) { bonnet_cpu_depthwise_body(d, a, w); }
static int32_t dot(const int8_t *w, const int16_t *x, uint32_t n) { return bonnet_cpu_dot_body(w, x, n); }
static void last(int32_t *sum, const uint16_t *q, const uint64_t *b, uint32_t k, const bonnet_layer *l, uint32_t c)
{
    bonnet_cpu_last_body(sum, q, b, k, l, c);
}

const bonnet_cpu_kernels bonnet_cpu_neon = {.name = "neon",
                                            .supported = supported,
                                            .quads = 0,
                                            .mismatch = mismatch,
                                            .at_most = at_most,
                                            .at_least = at_least,
                                            .interleave = interleave,
                                            .stem = stem,
                                            .maximum = maximum,
                                            .requantise = requantise,
                                            .depthwise = depthwise,
                                            .last = last,
                                            .dot = dot};
#endif
