/* SPDX-License-Identifier: Apache-2.0 */
/*
 * depthwise.c - the local adaptive shift: 3x3 filter of one int8 channel, stride 1.
 *
 *   d[y][x] = sum over i, j of w[i][j] * a[y + i - 1][x + j - 1]
 *
 * Out of the map: the channel's border constant, or, without one (border NULL), the nearest edge value. |d| <= 9 * 128 * 128 < 2^18.
 */
#include "golden/golden.h"

int32_t bonnet_golden_depthwise(const int8_t *plane, uint32_t h, uint32_t w, const int8_t w9[9], const int8_t *border, uint32_t y, uint32_t x)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < 3; i++)
        for (int32_t j = 0; j < 3; j++) {
            int32_t iy = (int32_t)y + i - 1, ix = (int32_t)x + j - 1;
            int outside = iy < 0 || ix < 0 || iy >= (int32_t)h || ix >= (int32_t)w;
            int8_t value = outside && border ? *border : plane[(size_t)bonnet_golden_clamp(iy, h) * w + bonnet_golden_clamp(ix, w)];
            sum += w9[3 * i + j] * value;
        }
    return sum;
}
