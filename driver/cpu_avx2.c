/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_avx2.c - the cpu kernels for x86-64 with AVX2 and popcnt (2013 and later). Chosen at run time; the file needs no flags. */
#include <string.h>
#include "cpu.h"
#include "cpu_bodies.h"
#if defined(__x86_64__)
#include <immintrin.h>

/* Register blocks are arrays: without this they would live on the stack at -O2. */
#define UNROLL _Pragma("GCC unroll 8")
#define TARGET __attribute__((target("avx2,popcnt")))

static int supported(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"); }

/*
 * Bytes are counted by looking up both nibbles; byte sums are folded into 64-bit lanes before they can pass 255 (31 words of at
 * most 8 each). Sixteen channels are four registers of four.
 */
TARGET static void mismatch(uint16_t *q, size_t q_pitch, const uint64_t *x, uint32_t step, uint32_t positions, const uint64_t *w, uint32_t words,
                            uint32_t outs)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
    for (uint32_t n = 0; n < positions; n++)
        for (uint32_t o = 0; o < outs; o += 16) {
            __m256i sum[4] = {zero, zero, zero, zero};
            for (uint32_t i = 0; i < words;) {
                __m256i bytes[4] = {zero, zero, zero, zero};
                for (uint32_t end = words - i < 31 ? words : i + 31; i < end; i++) {
                    const __m256i act = _mm256_set1_epi64x((long long)x[((size_t)n * words + i) * step]);
                    UNROLL
                    for (int r = 0; r < 4; r++) {
                        __m256i v = _mm256_xor_si256(act, _mm256_loadu_si256((const __m256i *)(w + (size_t)i * outs + o + 4 * r)));
                        __m256i lo = _mm256_shuffle_epi8(table, _mm256_and_si256(v, low));
                        __m256i hi = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(v, 4), low));
                        bytes[r] = _mm256_add_epi8(bytes[r], _mm256_add_epi8(lo, hi));
                    }
                }
                UNROLL
                for (int r = 0; r < 4; r++) sum[r] = _mm256_add_epi64(sum[r], _mm256_sad_epu8(bytes[r], zero));
            }
            UNROLL
            for (int r = 0; r < 4; r++) {
                uint64_t four[4];
                _mm256_storeu_si256((__m256i *)four, sum[r]);
                UNROLL
                for (int c = 0; c < 4; c++) q[n * q_pitch + o + (uint32_t)(4 * r + c)] = (uint16_t)four[c];
            }
        }
}

/* 32 words of 16 bits that are all ones or zeros, in two registers, to 32 bits. packs works in 128-bit halves: put them in order. */
TARGET static inline uint32_t mask16(__m256i a, __m256i b)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xd8));
}

TARGET static void at_most(uint64_t *bits, const uint16_t *value, const int16_t *limit, size_t pitch, uint32_t k)
{
    __m256i v[4], over[4]; /* counts are at most 4608, so signed compares are right */
    UNROLL
    for (int r = 0; r < 4; r++) v[r] = _mm256_loadu_si256((const __m256i *)(value + 16 * r));
    for (uint32_t j = 0; j < k; j++, limit += pitch) {
        UNROLL
        for (int r = 0; r < 4; r++) over[r] = _mm256_cmpgt_epi16(v[r], _mm256_loadu_si256((const __m256i *)(limit + 16 * r)));
        bits[j] = ~((uint64_t)mask16(over[2], over[3]) << 32 | mask16(over[0], over[1]));
    }
}

TARGET static uint64_t at_least(const int32_t *value, const int32_t *limit)
{
    uint64_t under = 0;
    UNROLL
    for (int r = 0; r < 8; r++) {
        __m256i less = _mm256_cmpgt_epi32(_mm256_loadu_si256((const __m256i *)(limit + 8 * r)), _mm256_loadu_si256((const __m256i *)(value + 8 * r)));
        under |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(less)) << 8 * r;
    }
    return ~under;
}

/* Two taps of 16 bits: vpmaddubsw would do twice as many at once, but it saturates, and 2 * 255 * 127 does not fit. */
TARGET static void stem(int32_t *sum, uint32_t positions, const bonnet_cpu_stem_row *row)
{
    for (uint32_t n = 0; n < positions; n++) {
        const int16_t *w = row->w;
        __m256i acc[8];
        UNROLL
        for (int r = 0; r < 8; r++) acc[r] = _mm256_loadu_si256((const __m256i *)(row->start + 8 * r));
        for (uint32_t y = 0; y < row->rows; y++) {
            const int16_t *from = (const int16_t *)row->image + y * row->pitch + (size_t)n * row->step;
            for (uint32_t i = 0; i < row->groups; i++, w += 128) {
                int32_t pair;
                memcpy(&pair, from + 2 * i, sizeof pair);
                const __m256i act = _mm256_set1_epi32(pair);
                UNROLL
                for (int r = 0; r < 8; r++)
                    acc[r] = _mm256_add_epi32(acc[r], _mm256_madd_epi16(act, _mm256_loadu_si256((const __m256i *)(w + 16 * r))));
            }
        }
        UNROLL
        for (int r = 0; r < 8; r++) _mm256_storeu_si256((__m256i *)(sum + (size_t)n * 64 + 8 * r), acc[r]);
    }
}

TARGET static void interleave(uint64_t *to, const uint64_t *z, const uint64_t *t, uint32_t k) { bonnet_cpu_interleave_body(to, z, t, k); }
TARGET static void maximum(int32_t *best, const int32_t *const *value, uint32_t n) { bonnet_cpu_maximum_body(best, value, n); }
TARGET static void requantise(int8_t *a, const int32_t *max, const int32_t *half, const int32_t *sh) { bonnet_cpu_requantise_body(a, max, half, sh); }
TARGET static void depthwise(int32_t *d, const int8_t *const a[9], const int16_t *w) { bonnet_cpu_depthwise_body(d, a, w); }
TARGET static int32_t dot(const int8_t *w, const int16_t *x, uint32_t n)
{
    __m256i sum = _mm256_setzero_si256();
    int32_t eight[8], all = 0;
    for (uint32_t i = 0; i < n; i += 16) /* two products of int8 and int16 fit */
        sum = _mm256_add_epi32(
            sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + i))), _mm256_loadu_si256((const __m256i *)(x + i))));
    _mm256_storeu_si256((__m256i *)eight, sum);
    for (int i = 0; i < 8; i++) all += eight[i];
    return all;
}
TARGET static void last(int32_t *sum, const uint16_t *q, const uint64_t *b, uint32_t k, const bonnet_layer *l, uint32_t c)
{
    bonnet_cpu_last_body(sum, q, b, k, l, c);
}

const bonnet_cpu_kernels bonnet_cpu_avx2 = {.name = "avx2",
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
