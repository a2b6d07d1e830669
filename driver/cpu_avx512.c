/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_avx512.c - the cpu kernels for x86-64 with AVX-512 and vpopcntdq (2019 and later). Chosen at run time; the file needs no flags. */
#include "cpu.h"
#include "cpu_bodies.h"
#if defined(__x86_64__)
#include <immintrin.h>

/* Register blocks are arrays: without this they would live on the stack at -O2. */
#define UNROLL _Pragma("GCC unroll 8")
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vpopcntdq,popcnt")))

static int supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vpopcntdq");
}

/* Four positions by sixteen channels in eight registers: a weight is loaded once for four positions. */
TARGET static void mismatch(uint16_t *q, size_t q_pitch, const uint64_t *x, uint32_t step, uint32_t positions, const uint64_t *w, uint32_t words,
                            uint32_t outs)
{
    for (uint32_t n = 0; n < positions; n += 4)
        for (uint32_t o = 0; o < outs; o += 16) {
            __m512i sum[4][2];
            UNROLL
            for (int m = 0; m < 4; m++) sum[m][0] = sum[m][1] = _mm512_setzero_si512();
            const uint64_t *act = x + (size_t)n * words * step, *row = w + o;
            for (uint32_t i = 0; i < words; i++, row += outs) {
                const __m512i w0 = _mm512_loadu_si512(row), w1 = _mm512_loadu_si512(row + 8);
                UNROLL
                for (uint32_t m = 0; m < 4; m++) {
                    const __m512i a = _mm512_set1_epi64((long long)act[((size_t)m * words + i) * step]);
                    sum[m][0] = _mm512_add_epi64(sum[m][0], _mm512_popcnt_epi64(_mm512_xor_si512(a, w0)));
                    sum[m][1] = _mm512_add_epi64(sum[m][1], _mm512_popcnt_epi64(_mm512_xor_si512(a, w1)));
                }
            }
            UNROLL
            for (uint32_t m = 0; m < 4; m++) {
                _mm_storeu_si128((__m128i *)(q + (n + m) * q_pitch + o), _mm512_cvtepi64_epi16(sum[m][0]));
                _mm_storeu_si128((__m128i *)(q + (n + m) * q_pitch + o + 8), _mm512_cvtepi64_epi16(sum[m][1]));
            }
        }
}

TARGET static uint64_t at_most(const uint16_t *value, const int16_t *limit)
{
    uint64_t lo = _mm512_cmple_epi16_mask(_mm512_loadu_si512(value), _mm512_loadu_si512(limit));
    uint64_t hi = _mm512_cmple_epi16_mask(_mm512_loadu_si512(value + 32), _mm512_loadu_si512(limit + 32));
    return hi << 32 | lo;
}

TARGET static uint64_t at_least(const int32_t *value, const int32_t *limit)
{
    uint64_t bits = 0;
    UNROLL
    for (int r = 0; r < 4; r++)
        bits |= (uint64_t)_mm512_cmpge_epi32_mask(_mm512_loadu_si512(value + 16 * r), _mm512_loadu_si512(limit + 16 * r)) << 16 * r;
    return bits;
}

TARGET static void stem(int32_t *sum, const int16_t *x, uint32_t positions, const int16_t *w, uint32_t pairs)
{
    for (uint32_t n = 0; n < positions; n += 4) { /* the last block may run up to three positions over; the buffers have room */
        __m512i acc[4][4];
        UNROLL
        for (int m = 0; m < 4; m++) UNROLL
        for (int r = 0; r < 4; r++) acc[m][r] = _mm512_setzero_si512();
        for (uint32_t i = 0; i < pairs; i++) {
            __m512i tap[4];
            UNROLL
            for (int r = 0; r < 4; r++) tap[r] = _mm512_loadu_si512(w + i * 128 + 32 * (uint32_t)r);
            UNROLL
            for (uint32_t m = 0; m < 4; m++) {
                const int16_t *from = x + ((size_t)(n + m) * pairs + i) * 2;
                const __m512i act = _mm512_set1_epi32((int32_t)((uint16_t)from[0] | (uint32_t)(uint16_t)from[1] << 16));
                UNROLL
                for (int r = 0; r < 4; r++) acc[m][r] = _mm512_add_epi32(acc[m][r], _mm512_madd_epi16(act, tap[r]));
            }
        }
        UNROLL
        for (int m = 0; m < 4; m++) UNROLL
        for (int r = 0; r < 4; r++) _mm512_storeu_si512(sum + ((size_t)n + (size_t)m) * 64 + 16 * r, acc[m][r]);
    }
}

TARGET static void maximum(int32_t *best, const int32_t *value) { bonnet_cpu_maximum_body(best, value); }
TARGET static void requantise(int8_t *a, const int32_t *max, const int32_t *half, const int32_t *sh) { bonnet_cpu_requantise_body(a, max, half, sh); }
TARGET static void depthwise(int32_t *d, const int8_t *const a[9], const int16_t *w) { bonnet_cpu_depthwise_body(d, a, w); }
TARGET static void last(int32_t *sum, const uint16_t *q, const uint64_t *b, uint32_t k, const bonnet_layer *l, uint32_t c)
{
    bonnet_cpu_last_body(sum, q, b, k, l, c);
}

const bonnet_cpu_kernels bonnet_cpu_avx512 = {"avx512", supported, mismatch, at_most, at_least, stem, maximum, requantise, depthwise, last};
#endif
