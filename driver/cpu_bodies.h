/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_bodies.h - the kernels that every instruction set shares as C: always inlined into a function of that set's target, where
 * the compiler turns the fixed 64-channel loops into its vectors.
 */
#ifndef BONNET_CPU_BODIES_H
#define BONNET_CPU_BODIES_H
#include "cpu.h"

#define BONNET_CPU_BODY static inline __attribute__((always_inline))

BONNET_CPU_BODY void bonnet_cpu_maximum_body(int32_t *restrict best, const int32_t *const *value, uint32_t n)
{
    for (uint32_t part = 0; part < 64; part += 16) { /* sixteen at a time stay in registers over all n */
        int32_t most[16];
        for (uint32_t o = 0; o < 16; o++) most[o] = value[0][part + o];
        for (uint32_t i = 1; i < n; i++)
            for (uint32_t o = 0; o < 16; o++) most[o] = value[i][part + o] > most[o] ? value[i][part + o] : most[o];
        for (uint32_t o = 0; o < 16; o++) best[part + o] = most[o];
    }
}

/* Bits 0..31 of x moved to the even positions. */
BONNET_CPU_BODY uint64_t bonnet_cpu_spread(uint64_t x)
{
    x &= 0xffffffffu;
    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    x = (x | x << 2) & UINT64_C(0x3333333333333333);
    return (x | x << 1) & UINT64_C(0x5555555555555555);
}

BONNET_CPU_BODY void bonnet_cpu_interleave_body(uint64_t *restrict to, const uint64_t *restrict z, const uint64_t *restrict t, uint32_t k)
{
    for (uint32_t j = 0; j < k; j++) {
        to[j] = bonnet_cpu_spread(z[j]) | bonnet_cpu_spread(t[j]) << 1;
        to[k + j] = bonnet_cpu_spread(z[j] >> 32) | bonnet_cpu_spread(t[j] >> 32) << 1;
    }
}

BONNET_CPU_BODY int32_t bonnet_cpu_dot_body(const int8_t *restrict w, const int16_t *restrict x, uint32_t n)
{
    int32_t sum[16] = {0}, all = 0;
    for (uint32_t i = 0; i < n; i += 16)
        for (uint32_t j = 0; j < 16; j++) sum[j] += w[i + j] * x[i + j];
    for (uint32_t j = 0; j < 16; j++) all += sum[j];
    return all;
}

BONNET_CPU_BODY void bonnet_cpu_requantise_body(int8_t *restrict a, const int32_t *restrict max, const int32_t *restrict half,
                                                const int32_t *restrict sh)
{
    for (uint32_t o = 0; o < 64; o++) {
        int32_t v = (max[o] + half[o]) >> sh[o];
        v = v < -128 ? -128 : v;
        a[o] = (int8_t)(v > 127 ? 127 : v);
    }
}

BONNET_CPU_BODY void bonnet_cpu_depthwise_body(int32_t *restrict d, const int8_t *const a[9], const int16_t *restrict w)
{
    for (uint32_t o = 0; o < 64; o++) d[o] = 0;
    for (uint32_t tap = 0; tap < 9; tap++) {
        const int8_t *restrict from = a[tap];
        for (uint32_t o = 0; o < 64; o++) d[o] += w[tap * 64 + o] * from[o];
    }
}

/* One position of the last block, 64 channels from c on (docs/operators.md, section 5); sums leave room for every half that is added. */
BONNET_CPU_BODY void bonnet_cpu_last_body(int32_t *restrict sum, const uint16_t *restrict q, const uint64_t *restrict b, uint32_t k,
                                          const bonnet_layer *restrict l, uint32_t c)
{
    const int16_t *restrict pa = l->a + c, *restrict pb = l->b + c, *restrict ps = l->s + c;
    const int32_t *restrict pc = l->c + c;
    const int32_t dot = 9 * (int32_t)l->in_c, half = (1 << l->s1) >> 1, s1 = (int32_t)l->s1;
    int32_t m[64];
    for (uint32_t i = 0; i < 64; i++) m[i] = -(int32_t)k;
    for (uint32_t j = 0; j < k; j++)
        for (uint32_t h = 0; h < 2; h++) {
            const uint32_t word = (uint32_t)(b[j] >> 32 * h);
            for (uint32_t i = 0; i < 32; i++) m[32 * h + i] += 2 * (int32_t)(word >> i & 1);
        }
    for (uint32_t i = 0; i < 64; i++) {
        int32_t v = (pa[i] * (dot - 2 * (int32_t)q[i]) + pb[i] * m[i] + pc[i] + half) >> s1;
        v = v < -32768 ? -32768 : v;
        v = v > 32767 ? 32767 : v;
        int32_t u = (ps[i] * v + 128) >> 8;
        u = u < -32768 ? -32768 : u;
        u = u > 32767 ? 32767 : u;
        sum[i] += v >= 0 ? v : u;
    }
}
#endif
