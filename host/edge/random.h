/* SPDX-License-Identifier: Apache-2.0 */
/* random.h - splitmix64: one state, one stream of numbers, the same on every machine. */
#ifndef BONNET_EDGE_RANDOM_H
#define BONNET_EDGE_RANDOM_H
#include <stdint.h>

static inline uint64_t edge_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0..1, without 1. */
static inline double edge_chance(uint64_t *state) { return (double)(edge_random(state) >> 11) / 9007199254740992.0; }
#endif
