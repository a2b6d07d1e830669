/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slices.c - one bit per threshold.
 *
 *   bit_j = value >= T_j
 *
 * Stem: value is the 32-bit d, T is 20 bits signed. Binary layers: value is the popcount p in 0..K, T is 0 (always) to K+1 (never).
 */
#include "golden/golden.h"

unsigned bonnet_golden_slice(int32_t value, int32_t threshold) { return value >= threshold; }
