/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_bodies.h - the kernels that every instruction set shares as C: always inlined into a function of that set's target, where
 * the compiler turns the fixed 64-channel loops into its vectors.
 */
#ifndef BONNET_CPU_BODIES_H
#define BONNET_CPU_BODIES_H
#include "cpu.h"

#define BONNET_CPU_BODY static inline __attribute__((always_inline))

BONNET_CPU_BODY void bonnet_cpu_requantise_body(int8_t *restrict a, const int32_t *restrict max, const int32_t *restrict half, const int32_t *restrict sh)
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
#endif
