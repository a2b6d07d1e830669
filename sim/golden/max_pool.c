/* SPDX-License-Identifier: Apache-2.0 */
/*
 * max_pool.c - maximum over a window of one int8 channel.
 *
 *   pool 0   the value itself
 *   pool 1   2x2, stride 2: rows 2y, 2y+1; an odd last row or column is dropped (the caller asks for floor(h/2) rows)
 *   pool 2   3x3, stride 2, padding 1: rows 2y-1 .. 2y+1; positions out of the map are ignored
 */
#include "golden/golden.h"

int8_t bonnet_golden_max_pool(const int8_t *plane, uint32_t h, uint32_t w, uint32_t pool, uint32_t y, uint32_t x)
{
    if (pool == 0) return plane[(size_t)y * w + x];
    const int32_t size = pool == 1 ? 2 : 3, pad = pool == 1 ? 0 : 1;
    int8_t best = -128;
    for (int32_t i = 0; i < size; i++)
        for (int32_t j = 0; j < size; j++) {
            int32_t iy = 2 * (int32_t)y + i - pad, ix = 2 * (int32_t)x + j - pad;
            if (iy < 0 || ix < 0 || iy >= (int32_t)h || ix >= (int32_t)w) continue;
            int8_t value = plane[(size_t)iy * w + (size_t)ix];
            if (value > best) best = value;
        }
    return best;
}
