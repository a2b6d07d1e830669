/* SPDX-License-Identifier: Apache-2.0 */
/*
 * downsample.c - dense binary 1x1 convolution over all slices, and the pool of its bits.
 *
 *   p[o][y][x] = sum over j, c of XNOR(w[o][c][j], s_j[c][y][x])          K = k * in_c products
 *
 * The network pools the integer and then thresholds; thresholding each of the four positions first and then taking the OR of the
 * bits (or the AND, where the folded slope was negative and the filter negated) is the same, bit for bit.
 */
#include "golden/golden.h"

uint32_t bonnet_golden_downsample(const bonnet_layer *l, const bonnet_golden_map *in, uint32_t o, uint32_t y, uint32_t x)
{
    uint32_t p = 0;
    for (uint32_t j = 0; j < in->k; j++)
        for (uint32_t c = 0; c < l->in_c; c++) {
            uint64_t w = l->bits[((size_t)o * (l->in_c / 64) + c / 64) * in->k + j];
            p += (w >> c % 64 & 1) == bonnet_golden_bit(in, y, x, c, j);
        }
    return p;
}

unsigned bonnet_golden_pool_bits(const unsigned bits[4], unsigned and_pool)
{
    return and_pool ? bits[0] & bits[1] & bits[2] & bits[3] : bits[0] | bits[1] | bits[2] | bits[3];
}
