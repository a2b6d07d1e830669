/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terms_cpu.c - what each kind of layer does on the cpu: device, as products of stairs: its loops in driver/cpu*.c.
 *
 * Windows are gathered position by position (words), mismatches counted for four positions and sixteen channels at a time (window words x channels), then 64
 * channels are thresholded at once. Every kind has a constant: calls, clock, the first lines of its memory.
 */
#include <string.h>
#include "bonnet_stairs.h"

#define IN     BONNET_DIM_CHANNELS_IN
#define OUT    BONNET_DIM_CHANNELS_OUT
#define K      BONNET_DIM_SLICES
#define PIXELS BONNET_DIM_PIXELS
#define MAP    BONNET_DIM_PIXELS_OUT
#define TERM(...)                                                                                                                                    \
    {                                                                                                                                                \
        0, { __VA_ARGS__ }                                                                                                                           \
    }
#define ONE TERM({0, 0})

static const struct {
    const char *kind;
    bonnet_layer_stairs terms;
} kinds[] = {
    /* place_image; conv_row: four windows, four taps, 64 channels at once; pool_at and requantise; shifted_at; at_least of each slice (cpu_stem.c) */
    {"stem",
     {8,
      {ONE, TERM({BONNET_DIM_PIXELS_IN, 1}, {IN, 1}), TERM({PIXELS, 4}, {OUT, 64}),
       TERM({PIXELS, 4}, {BONNET_DIM_KERNEL, 1}, {BONNET_DIM_ROW, 4}, {OUT, 64}), TERM({BONNET_DIM_POOL, 1}, {OUT, 64}), TERM({MAP, 1}, {OUT, 64}),
       TERM({MAP, 1}, {OUT, 64}, {K, 1}), TERM({MAP, 1}, {OUT, 64}, {BONNET_DIM_DEPTHWISE, 1})},
      0}},
    /* count_3x3 gathers, count_mismatches, at_most of each slice, conv_post and what an interleave adds (cpu_layers.c) */
    {"conv",
     {7,
      {ONE, TERM({PIXELS, 4}), TERM({PIXELS, 1}, {IN, 64}, {K, 1}), TERM({PIXELS, 4}, {IN, 64}, {OUT, 16}), TERM({PIXELS, 4}, {OUT, 16}),
       TERM({PIXELS, 1}, {OUT, 64}, {K, 1}), TERM({PIXELS, 1}, {OUT, 64}, {K, 1}, {BONNET_DIM_INTERLEAVE, 1})},
      0}},
    /* down_part: the words of all slices make one sum */
    {"down",
     {8,
      {ONE, TERM({PIXELS, 4}), TERM({PIXELS, 1}, {IN, 64}, {K, 1}), TERM({IN, 64}, {K, 1}, {OUT, 16}), TERM({PIXELS, 4}, {IN, 64}, {K, 1}, {OUT, 16}),
       TERM({PIXELS, 4}, {OUT, 16}), TERM({PIXELS, 1}, {OUT, 64}, {K, 1}), TERM({MAP, 1}, {OUT, 64}, {K, 1})},
      0}},
    {"last",
     {6,
      {ONE, TERM({PIXELS, 4}), TERM({PIXELS, 1}, {IN, 64}, {K, 1}), TERM({PIXELS, 4}, {IN, 64}, {OUT, 16}), TERM({PIXELS, 4}, {OUT, 16}),
       TERM({PIXELS, 1}, {OUT, 64}, {K, 1})},
      0}},
    {"fc", {4, {ONE, TERM({IN, 1}), TERM({OUT, 1}), TERM({IN, 32}, {OUT, 1})}, 0}},
    /* place and part_rows (cpu_iconv.c) */
    {"iconv",
     {5,
      {ONE, TERM({BONNET_DIM_PIXELS_IN, 1}), TERM({BONNET_DIM_PIXELS_IN, 1}, {IN, 1}),
       TERM({PIXELS, 4}, {BONNET_DIM_KERNEL, 1}, {BONNET_DIM_ROW, 4}, {OUT, 64}), TERM({PIXELS, 1}, {OUT, 64})},
      0}},
    /* gather: a division for each tap, then words, or a packed window; mismatch; mend where taps are outside; at_most (cpu_bconv.c) */
    {"bconv",
     {11,
      {ONE, TERM({PIXELS, 4}), TERM({PIXELS, 1}, {BONNET_DIM_GATHERED, 1}), TERM({BONNET_DIM_PACKED, 1}), TERM({PIXELS, 1}, {BONNET_DIM_WINDOW, 64}),
       TERM({BONNET_DIM_WINDOW, 64}, {OUT, 64}), TERM({PIXELS, 4}, {BONNET_DIM_WINDOW, 64}, {OUT, 64}),
       TERM({PIXELS, 4}, {BONNET_DIM_WINDOW, 128}, {OUT, 64}), TERM({PIXELS, 1}, {OUT, 64}), TERM({BONNET_DIM_OUTSIDE, 1}),
       TERM({BONNET_DIM_OUTSIDE, 1}, {OUT, 64})},
      0}},
    /* any_part (cpu_any.c) */
    {"bpool",
     {5, {ONE, TERM({PIXELS, 1}), TERM({PIXELS, 1}, {OUT, 1}), TERM({PIXELS, 1}, {OUT, 64}, {BONNET_DIM_TAPS, 1}), TERM({PIXELS, 1}, {OUT, 64})}, 0}},
    {"belt", {3, {ONE, TERM({PIXELS, 1}), TERM({PIXELS, 1}, {OUT, 64})}, 0}},
    {"bpick", {4, {ONE, TERM({PIXELS, 1}), TERM({PIXELS, 1}, {OUT, 1}), TERM({PIXELS, 1}, {OUT, 1}, {BONNET_DIM_SECOND, 1})}, 0}},
    /* sum_part: all weights, then those under a 1 */
    {"bsum",
     {5,
      {ONE, TERM({OUT, 1}), TERM({OUT, 1}, {BONNET_DIM_TAPS, 1}), TERM({OUT, 1}, {BONNET_DIM_TAPS, 1}, {IN, 64}),
       TERM({OUT, 1}, {BONNET_DIM_TAPS, 1}, {IN, 1})},
      0}},
};

bonnet_status bonnet_layer_stairs_start(bonnet_layer_stairs *out, const char *kind)
{
    if (!out || !kind) return BONNET_EINVAL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].kind, kind)) {
            *out = kinds[i].terms;
            return BONNET_OK;
        }
    return BONNET_EINVAL;
}
