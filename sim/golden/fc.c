/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fc.c - fully connected layer.
 *
 *   logit[i] = bias[i] + sum over c of W[i][c] * F[c]        int8 weights, int16 features, int32 arithmetic
 *
 * bonnet_net_check() has refused every network in which a logit, or any partial sum of one, could leave 32 bits.
 */
#include "golden/golden.h"

int32_t bonnet_golden_fc(const bonnet_layer *l, const int16_t *features, uint32_t i)
{
    int32_t sum = l->c[i];
    for (uint32_t c = 0; c < l->in_c; c++) sum += l->w8[(size_t)i * l->in_c + c] * features[c];
    return sum;
}
