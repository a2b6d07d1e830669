/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_limit.c - see bench_limit.h. 4 KiB of words, an activation in a register, enough sums that no instruction waits for another.
 * What a convolution adds (gathering windows, thresholds, stores) is what it loses against this.
 */
#include "bench_limit.h"
#include <stdint.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { WORDS = 512, ROUNDS = 4000 };
static uint64_t words[WORDS] __attribute__((aligned(64)));
static volatile uint64_t sink;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512vpopcntdq"))) static void avx512(void)
{
    __m512i sum[16];
    for (int i = 0; i < 16; i++) sum[i] = _mm512_setzero_si512();
    for (uint64_t r = 0; r < ROUNDS; r++) {
        const __m512i x = _mm512_set1_epi64((long long)r);
        for (uint32_t i = 0; i < WORDS; i += 128) {
#pragma GCC unroll 16
            for (uint32_t j = 0; j < 16; j++)
                sum[j] = _mm512_add_epi64(sum[j], _mm512_popcnt_epi64(_mm512_xor_si512(x, _mm512_load_si512(words + i + 8 * j))));
        }
    }
    for (int i = 0; i < 16; i++) sink += (uint64_t)_mm512_reduce_add_epi64(sum[i]);
}

/* The nibble table, bytes summed; folding them into words every 31 steps is left out, which flatters the limit a little. */
__attribute__((target("avx2"))) static void avx2(void)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15);
    __m256i sum[8];
    for (int i = 0; i < 8; i++) sum[i] = _mm256_setzero_si256();
    for (uint64_t r = 0; r < ROUNDS / 4; r++) {
        const __m256i x = _mm256_set1_epi64x((long long)r);
        for (uint32_t i = 0; i < WORDS; i += 32) {
#pragma GCC unroll 8
            for (uint32_t j = 0; j < 8; j++) {
                const __m256i v = _mm256_xor_si256(x, _mm256_load_si256((const __m256i *)(words + i + 4 * j)));
                const __m256i lo = _mm256_shuffle_epi8(table, _mm256_and_si256(v, low));
                const __m256i hi = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(v, 4), low));
                sum[j] = _mm256_add_epi8(sum[j], _mm256_add_epi8(lo, hi));
            }
        }
    }
    uint64_t four[4];
    for (int i = 0; i < 8; i++) _mm256_storeu_si256((__m256i *)four, sum[i]), sink += four[0];
}
#elif defined(__aarch64__)
static void neon(void)
{
    uint8x16_t sum[8];
    for (int i = 0; i < 8; i++) sum[i] = vdupq_n_u8(0);
    for (uint64_t r = 0; r < ROUNDS / 4; r++) {
        const uint8x16_t x = vreinterpretq_u8_u64(vdupq_n_u64(r));
        for (uint32_t i = 0; i < WORDS; i += 16) {
#pragma GCC unroll 8
            for (uint32_t j = 0; j < 8; j++) sum[j] = vaddq_u8(sum[j], vcntq_u8(veorq_u8(x, vreinterpretq_u8_u64(vld1q_u64(words + i + 2 * j)))));
        }
    }
    for (int i = 0; i < 8; i++) sink += vaddvq_u8(sum[i]);
}
#endif

static void portable(void)
{
    uint64_t sum = 0;
    for (uint64_t r = 0; r < ROUNDS / 16; r++)
        for (uint32_t i = 0; i < WORDS; i++) {
            uint64_t x = words[i] ^ r;
            x -= x >> 1 & UINT64_C(0x5555555555555555);
            x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
            x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
            sum += x * UINT64_C(0x0101010101010101) >> 56;
        }
    sink += sum;
}

double bench_limit(const char *isa)
{
    void (*run)(void) = NULL;
    uint32_t rounds = ROUNDS / 4;
    if (!strcmp(isa, "portable")) run = portable, rounds = ROUNDS / 16;
#if defined(__x86_64__)
    if (!strcmp(isa, "avx512")) run = avx512, rounds = ROUNDS;
    if (!strcmp(isa, "avx2")) run = avx2;
#elif defined(__aarch64__)
    if (!strcmp(isa, "neon")) run = neon;
#endif
    if (!run) return 0;
    for (uint32_t i = 0; i < WORDS; i++) words[i] = i * UINT64_C(0x9e3779b97f4a7c15);
    const double start = seconds();
    run();
    return rounds * (double)WORDS * 64 / (seconds() - start);
}
