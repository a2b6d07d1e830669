/* SPDX-License-Identifier: Apache-2.0 */
/* codec_parts.h - the compressors behind bonnet_codec.h. */
#ifndef BONNET_CODEC_PARTS_H
#define BONNET_CODEC_PARTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bonnet_codec.h"

/* Level 0 made the codec's own; false: no such codec or level. */
bool codec_level(uint32_t *level, uint32_t codec);
/* *out: free(). BONNET_ENOMEM is the only failure. */
bonnet_status codec_compress(uint8_t **out, size_t *size, const uint8_t *bytes, size_t n, uint32_t codec, uint32_t level);
/* Could the codec have made `packed` bytes of n? Asked before memory is taken for n. */
bool codec_plausible(uint32_t codec, size_t packed, size_t n);
/* All of `packed` to exactly n bytes; false: it is something else. */
bool codec_expand(uint8_t *out, size_t n, const uint8_t *packed, size_t size, uint32_t codec);
#endif
