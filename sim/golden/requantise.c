/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requantise.c - 32-bit stem sums to int8.
 *
 *   a = sat8(round_shift(c, sh))       round half up, then saturate to -128..127; sh in 0..24, one per channel
 *
 * Monotone in c, so pooling before or after gives the same bits.
 */
#include "golden/golden.h"

int8_t bonnet_golden_requantise(int32_t sum, unsigned sh) { return bonnet_golden_sat8(bonnet_golden_round_shift(sum, sh)); }
