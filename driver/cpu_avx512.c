/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_avx512.c - the cpu kernels for x86-64 with AVX-512, vpopcntdq and vnni (2019 and later). Chosen at run time; the file needs no flags. */
#include <string.h>
#include "cpu.h"
#include "cpu_bodies.h"
#if defined(__x86_64__)
#include <immintrin.h>

/* Register blocks are arrays: without this they would live on the stack at -O2. */
#define UNROLL _Pragma("GCC unroll 8")
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vpopcntdq,avx512vnni,popcnt,bmi2")))

static int supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512vnni") &&
           __builtin_cpu_supports("bmi2");
}

/*
 * Four positions by sixteen channels in eight registers: a weight is loaded once for four positions. Two words are counted with one
 * popcount: a full adder adds both mismatch vectors to the `ones` left over (t = ones ^ m1, s = t ^ m2, carry = t ? ~s : ones; the
 * three-input instruction has the xor with the weights inside), and only the carries, worth two each, are counted. That is 5
 * instructions for two vectors, where xor, popcount and add are 6, and half the work for the one port that has popcount.
 */
#define XOR3  0x96 /* a ^ b ^ c                                 */
#define CARRY 0x3a /* a ? ~b : c, index of the bit is a * 4 + b * 2 + c */
TARGET static void mismatch(uint16_t *q, size_t q_pitch, const uint64_t *x, uint32_t step, uint32_t positions, const uint64_t *w, uint32_t words,
                            uint32_t outs)
{
    for (uint32_t n = 0; n < positions; n += 4)
        for (uint32_t o = 0; o < outs; o += 16) {
            __m512i twos[4][2], ones[4][2];
            UNROLL
            for (int m = 0; m < 4; m++) twos[m][0] = twos[m][1] = ones[m][0] = ones[m][1] = _mm512_setzero_si512();
            const uint64_t *act = x + (size_t)n * words * step, *row = w + o;
            uint32_t i = 0;
            for (; i + 2 <= words; i += 2, row += 2 * (size_t)outs) {
                UNROLL
                for (uint32_t m = 0; m < 4; m++) {
                    const uint64_t *at = act + ((size_t)m * words + i) * step;
                    const __m512i a1 = _mm512_set1_epi64((long long)at[0]), a2 = _mm512_set1_epi64((long long)at[step]);
                    UNROLL
                    for (int h = 0; h < 2; h++) {
                        const __m512i w1 = _mm512_loadu_si512(row + 8 * h), w2 = _mm512_loadu_si512(row + outs + 8 * h);
                        const __m512i t = _mm512_ternarylogic_epi64(ones[m][h], a1, w1, XOR3), s = _mm512_ternarylogic_epi64(t, a2, w2, XOR3);
                        twos[m][h] = _mm512_add_epi64(twos[m][h], _mm512_popcnt_epi64(_mm512_ternarylogic_epi64(t, s, ones[m][h], CARRY)));
                        ones[m][h] = s;
                    }
                }
            }
            UNROLL
            for (uint32_t m = 0; m < 4; m++) {
                const __m512i a = _mm512_set1_epi64((long long)act[((size_t)m * words + words - 1) * step]);
                UNROLL
                for (int h = 0; h < 2; h++) {
                    __m512i sum = _mm512_add_epi64(_mm512_add_epi64(twos[m][h], twos[m][h]), _mm512_popcnt_epi64(ones[m][h]));
                    if (i < words) /* an odd number of them */
                        sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_xor_si512(a, _mm512_loadu_si512(row + 8 * h))));
                    _mm_storeu_si128((__m128i *)(q + (n + m) * q_pitch + o + 8 * (uint32_t)h), _mm512_cvtepi64_epi16(sum));
                }
            }
        }
}

TARGET static void at_most(uint64_t *bits, const uint16_t *value, const int16_t *limit, size_t pitch, uint32_t k)
{
    const __m512i v0 = _mm512_loadu_si512(value), v1 = _mm512_loadu_si512(value + 32); /* at most 4608: signed compares are right */
    for (uint32_t j = 0; j < k; j++, limit += pitch)
        bits[j] =
            (uint64_t)_mm512_cmple_epi16_mask(v1, _mm512_loadu_si512(limit + 32)) << 32 | _mm512_cmple_epi16_mask(v0, _mm512_loadu_si512(limit));
}

TARGET static uint64_t at_least(const int32_t *value, const int32_t *limit)
{
    uint64_t bits = 0;
    UNROLL
    for (int r = 0; r < 4; r++)
        bits |= (uint64_t)_mm512_cmpge_epi32_mask(_mm512_loadu_si512(value + 16 * r), _mm512_loadu_si512(limit + 16 * r)) << 16 * r;
    return bits;
}

/* vpdpbusd multiplies uint8 by int8 and adds four products to an int32 without saturating: exact. */
TARGET static void stem(int32_t *sum, uint32_t positions, const bonnet_cpu_stem_row *row)
{
    for (uint32_t n = 0; n < positions; n += 4) { /* the last block may run up to three positions over; the buffers have room */
        const int8_t *w = row->w;
        __m512i acc[4][4];
        UNROLL
        for (int m = 0; m < 4; m++) UNROLL
        for (int r = 0; r < 4; r++) acc[m][r] = _mm512_loadu_si512(row->start + 16 * r);
        for (uint32_t y = 0; y < row->rows; y++) {
            const uint8_t *from = (const uint8_t *)row->image + y * row->pitch + (size_t)n * row->step;
            for (uint32_t i = 0; i < row->groups; i++, w += 256, from += 4) {
                __m512i tap[4];
                UNROLL
                for (int r = 0; r < 4; r++) tap[r] = _mm512_loadu_si512(w + 64 * r);
                UNROLL
                for (uint32_t m = 0; m < 4; m++) {
                    int32_t quad;
                    memcpy(&quad, from + m * row->step, sizeof quad);
                    const __m512i act = _mm512_set1_epi32(quad);
                    UNROLL
                    for (int r = 0; r < 4; r++) acc[m][r] = _mm512_dpbusd_epi32(acc[m][r], act, tap[r]);
                }
            }
        }
        UNROLL
        for (int m = 0; m < 4; m++) UNROLL
        for (int r = 0; r < 4; r++) _mm512_storeu_si512(sum + ((size_t)n + (size_t)m) * 64 + 16 * r, acc[m][r]);
    }
}

TARGET static void interleave(uint64_t *to, const uint64_t *z, const uint64_t *t, uint32_t k)
{
    const uint64_t even = UINT64_C(0x5555555555555555);
    for (uint32_t j = 0; j < k; j++) {
        to[j] = _pdep_u64(z[j], even) | _pdep_u64(t[j], ~even);
        to[k + j] = _pdep_u64(z[j] >> 32, even) | _pdep_u64(t[j] >> 32, ~even);
    }
}

TARGET static void maximum(int32_t *best, const int32_t *const *value, uint32_t n) { bonnet_cpu_maximum_body(best, value, n); }
TARGET static void requantise(int8_t *a, const int32_t *max, const int32_t *half, const int32_t *sh) { bonnet_cpu_requantise_body(a, max, half, sh); }
TARGET static void depthwise(int32_t *d, const int8_t *const a[9], const int16_t *w) { bonnet_cpu_depthwise_body(d, a, w); }
TARGET static int32_t dot(const int8_t *w, const int16_t *x, uint32_t n)
{
    __m512i sum = _mm512_setzero_si512();
    for (uint32_t i = 0; i < n; i += 32)
        sum = _mm512_dpwssd_epi32(sum, _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(w + i))), _mm512_loadu_si512(x + i));
    return _mm512_reduce_add_epi32(sum);
}
TARGET static void last(int32_t *sum, const uint16_t *q, const uint64_t *b, uint32_t k, const bonnet_layer *l, uint32_t c)
{
    bonnet_cpu_last_body(sum, q, b, k, l, c);
}

#define COMMON                                                                                                                                       \
    .quads = 1, .mismatch = mismatch, .at_most = at_most, .at_least = at_least, .interleave = interleave, .stem = stem, .maximum = maximum,          \
    .requantise = requantise, .depthwise = depthwise, .last = last, .dot = dot

const bonnet_cpu_kernels bonnet_cpu_avx512 = {.name = "avx512", .supported = supported, COMMON};
const bonnet_cpu_kernels bonnet_cpu_amx = {
    .name = "amx", .supported = bonnet_cpu_amx_supported, .count_rows = bonnet_cpu_amx_count, .arrange = bonnet_cpu_amx_arrange, COMMON};
#endif
