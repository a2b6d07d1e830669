/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resample.h - 8-bit pictures to another size, with the numbers that Pillow gives (torchvision resizes by it): the filter widens with the reduction, weights are
 * rounded to 22 bits, first across and then down, each to 8 bits. tests/cli/preprocess.sh compares the two, byte for byte.
 */
#ifndef BONNET_RESAMPLE_H
#define BONNET_RESAMPLE_H
#include <stddef.h>
#include <stdint.h>

/* in: [in_h][in_w][planes], out: [out_h][out_w][planes]; sizes 1..BONNET_PICTURE_MAX_SIDE, planes 1 or 3; filter: enum bonnet_filter. 1, or 0: out of memory. */
int bonnet_resample(uint8_t *out, uint32_t out_w, uint32_t out_h, const uint8_t *in, uint32_t in_w, uint32_t in_h, uint32_t planes, uint32_t filter);
#endif
