/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_geometry.h - the sizes of the machine and how a name says whose they are.
 *
 *     HLS_LANES, HLS_BLOCK, HLS_WEIGHT_ROWS, HLS_FEATURE_WORDS, HLS_STEM_ROWS, HLS_STEM_IMAGE_W, HLS_STEM_MAP_W, HLS_GROUP, HLS_BUS_BITS, HLS_RECORDS, ...
 *
 * come from rtl/pkg/bonnet_pkg.sv (hls/geometry.awk). The C of hls/ is compiled once a geometry: as it is for asic, with -DBONNET_GEOMETRY_TINY for tiny.
 * Every name with external linkage is written HLS_NAME(name), so that both fit into one library. zcu102 is asic with four arrays, which hls/ has not; small
 * is tiny with half its lanes and other buffers.
 */
#ifndef HLS_GEOMETRY_H
#define HLS_GEOMETRY_H
#include <stdint.h>
#include "hls_sizes.h"

#ifdef BONNET_GEOMETRY_TINY
#define HLS_NAME(name) name##_tiny
#elif defined BONNET_GEOMETRY_SMALL || defined BONNET_GEOMETRY_ZCU102
#error "hls/ is for asic and tiny"
#else
#define HLS_NAME(name) name##_asic
#endif
#if HLS_FEATURE_WORDS % 4 || HLS_LANES % 4 || 64 % HLS_GROUP || HLS_BUS_BITS % 64
#error "hls/ was not written for these sizes"
#endif

typedef uint64_t hls_word; /* 64 bits of a lane, or a feature word */
#endif
