/* SPDX-License-Identifier: Apache-2.0 */
/*
 * binary_conv.c - 3x3 binary convolution: how many of the K = 9 * in_c products are +1.
 *
 *   p[o][y][x] = sum over c, i, j of XNOR(w[o][c][i][j], s_g[c][clamp(S*y + D*(i-1))][clamp(S*x + D*(j-1))])
 *
 * Output channel o reads slice g = o / (O/k): with four slices each quarter of the outputs has its own, with one there is one.
 * Padding is edge replication, so every product is a real +1 or -1.  0 <= p <= 4608.
 */
#include "golden/golden.h"

uint32_t bonnet_golden_binary_conv(const bonnet_layer *l, const bonnet_golden_map *in, uint32_t o, uint32_t y, uint32_t x)
{
    const uint32_t g = o / (l->conv_c / in->k);
    uint32_t p = 0;
    for (uint32_t tap = 0; tap < 9; tap++) {
        int32_t i = (int32_t)tap / 3, j = (int32_t)tap % 3, d = (int32_t)l->dilation;
        uint32_t iy = bonnet_golden_clamp((int32_t)(l->stride * y) + d * (i - 1), in->h);
        uint32_t ix = bonnet_golden_clamp((int32_t)(l->stride * x) + d * (j - 1), in->w);
        const uint64_t *w = &l->bits[((size_t)o * 9 + tap) * (l->in_c / 64)];
        for (uint32_t c = 0; c < l->in_c; c++) p += (w[c / 64] >> c % 64 & 1) == bonnet_golden_bit(in, iy, ix, c, g);
    }
    return p;
}
