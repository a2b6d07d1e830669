/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stem_conv.c - int8 convolution of the image.
 *
 *   c[o][y][x] = sum over p, i, j of w[o][p][i][j] * pixel[p][S*y + i - (K-1)/2][S*x + j - (K-1)/2]
 *
 * Pixels out of the image count 0. Pixels are uint8, or int8 where the network says so; weights int8 in -127..127; no bias.
 * |c| <= 147 * 127 * 255 < 2^23.
 */
#include "golden/golden.h"

int32_t bonnet_golden_stem_conv(const bonnet_layer *l, const uint8_t *pixels, uint32_t o, uint32_t y, uint32_t x)
{
    int32_t sum = 0, pad = ((int32_t)l->kernel - 1) / 2;
    for (uint32_t p = 0; p < l->in_c; p++)
        for (uint32_t i = 0; i < l->kernel; i++)
            for (uint32_t j = 0; j < l->kernel; j++) {
                int32_t iy = (int32_t)(l->stride * y + i) - pad, ix = (int32_t)(l->stride * x + j) - pad;
                if (iy < 0 || ix < 0 || iy >= (int32_t)l->in_h || ix >= (int32_t)l->in_w) continue;
                uint8_t raw = pixels[((size_t)iy * l->in_w + (size_t)ix) * l->in_c + p];
                int32_t pixel = l->pixels_signed ? (int8_t)raw : raw;
                sum += l->w8[((o * l->in_c + p) * l->kernel + i) * l->kernel + j] * pixel;
            }
    return sum;
}
