/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shortcut.c - the three ways a residual joins, element by element and slice by slice.
 *
 *   XNOR         b = XNOR(a, r)                       the product of two +-1 values
 *   OR           out = a | r                          their maximum
 *   INTERLEAVE   out[2c] = z[c], out[2c+1] = t[c]     z = a | r, t the pass-through half
 */
#include "golden/golden.h"

unsigned bonnet_golden_xnor(unsigned a, unsigned r) { return (a ^ r) == 0; }

unsigned bonnet_golden_or(unsigned a, unsigned r) { return a | r; }

/* z and t are the bits of channel out_channel / 2. */
unsigned bonnet_golden_interleave(unsigned z, unsigned t, uint32_t out_channel) { return out_channel % 2 ? t : z; }
