/* SPDX-License-Identifier: Apache-2.0 */
/* cpu_portable.c - the cpu kernels in plain C11, for any machine. */
#include <string.h>
#include "cpu.h"
#include "cpu_bodies.h"

/* Not __builtin_popcountll: without the instruction that is a call per word. */
static inline uint32_t popcount64(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(x * UINT64_C(0x0101010101010101) >> 56);
}

static int always(void) { return 1; }

static void mismatch(uint16_t *q, size_t q_pitch, const uint64_t *x, uint32_t step, uint32_t positions, const uint64_t *w, uint32_t words,
                     uint32_t outs)
{
    for (uint32_t n = 0; n < positions; n++)
        for (uint32_t o = 0; o < outs; o += 16) {
            uint32_t sum[16] = {0};
            for (uint32_t i = 0; i < words; i++)
                for (uint32_t c = 0; c < 16; c++) sum[c] += popcount64(x[((size_t)n * words + i) * step] ^ w[(size_t)i * outs + o + c]);
            for (uint32_t c = 0; c < 16; c++) q[n * q_pitch + o + c] = (uint16_t)sum[c];
        }
}

static void at_most(uint64_t *bits, const uint16_t *value, const int16_t *limit, size_t pitch, uint32_t k)
{
    for (uint32_t j = 0; j < k; j++) {
        bits[j] = 0;
        for (uint32_t i = 0; i < 64; i++) bits[j] |= (uint64_t)((int32_t)value[i] <= limit[j * pitch + i]) << i;
    }
}

static uint64_t at_least(const int32_t *value, const int32_t *limit)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < 64; i++) bits |= (uint64_t)(value[i] >= limit[i]) << i;
    return bits;
}

static void stem(int32_t *sum, uint32_t positions, const bonnet_cpu_stem_row *row)
{
    for (uint32_t n = 0; n < positions; n++) {
        int32_t *to = sum + (size_t)n * 64;
        const int16_t *w = row->w;
        memcpy(to, row->start, 64 * sizeof *to);
        for (uint32_t y = 0; y < row->rows; y++) {
            const int16_t *from = (const int16_t *)row->image + y * row->pitch + (size_t)n * row->step;
            for (uint32_t i = 0; i < row->groups; i++, w += 128)
                for (uint32_t o = 0; o < 64; o++) to[o] += from[2 * i] * w[2 * o] + from[2 * i + 1] * w[2 * o + 1];
        }
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

const bonnet_cpu_kernels bonnet_cpu_portable = {.name = "portable",
                                                .supported = always,
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
