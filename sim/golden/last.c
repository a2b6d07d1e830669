/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last.c - the last block: batch norms of the convolution and of the shortcut in one sum, PReLU, average pool.
 *
 *   m = sum over slices of the +-1 values of b          -k..k
 *   v = sat16(round_shift(A*n + B*m + C, s1))           n = 2p - K, |A*n + B*m + C| < 2^30
 *   u = v >= 0 ? v : sat16(round_shift(S*v, 8))         slope S/256
 *   F = sat16(round_shift(sum of u over the map, s2))   the sum is int32
 */
#include "golden/golden.h"

int32_t bonnet_golden_slice_sum(const bonnet_golden_map *m, uint32_t c, uint32_t y, uint32_t x)
{
    int32_t sum = 0;
    for (uint32_t j = 0; j < m->k; j++) sum += bonnet_golden_bit(m, y, x, c, j) ? 1 : -1;
    return sum;
}

int16_t bonnet_golden_last_value(const bonnet_layer *l, uint32_t c, int32_t n, int32_t m)
{
    return bonnet_golden_sat16(bonnet_golden_round_shift(l->a[c] * n + l->b[c] * m + l->c[c], l->s1));
}

int16_t bonnet_golden_prelu(int16_t v, int16_t slope) { return v >= 0 ? v : bonnet_golden_sat16(bonnet_golden_round_shift((int32_t)slope * v, 8)); }

int16_t bonnet_golden_average(int32_t sum, unsigned s2) { return bonnet_golden_sat16(bonnet_golden_round_shift(sum, s2)); }
