/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden.h - the meaning of the hardware: docs/operators.md in C, integers only, one bit at a time, one small file per operator.
 *
 * Slow on purpose. An operator here computes one value at one position from plain arguments; golden_net.c holds all the loops. When
 * the chip, driver/cpu.c and this directory disagree, this directory is right until the page says otherwise.
 *
 * Callers guarantee what bonnet_net_check() checks; nothing here checks it again.
 */
#ifndef BONNET_GOLDEN_H
#define BONNET_GOLDEN_H
#include <stdint.h>
#include "bonnet.h"
#include "net.h"

/* ---- numbers ---------------------------------------------------------------------------------------------- */

/* Round half up, then shift: (x + half) >> s. Arithmetic shift; s in 0..24. 64 bits inside, so no sum here wraps. */
static inline int64_t bonnet_golden_round_shift(int64_t x, unsigned s) { return (x + ((INT64_C(1) << s) >> 1)) >> s; }
static inline int8_t bonnet_golden_sat8(int64_t x) { return (int8_t)(x < -128 ? -128 : x > 127 ? 127 : x); }
static inline int16_t bonnet_golden_sat16(int64_t x) { return (int16_t)(x < -32768 ? -32768 : x > 32767 ? 32767 : x); }
static inline uint32_t bonnet_golden_clamp(int64_t i, uint32_t size) { return (uint32_t)(i < 0 ? 0 : i >= size ? size - 1 : i); }

/* ---- binary maps ------------------------------------------------------------------------------------------ */

/* Channels [first, first + channels) of a packed map [y][x][c/64][slice], bit c % 64, that has `all` channels. */
typedef struct bonnet_golden_map {
    const uint64_t *words;
    uint32_t h, w, all, k, first, channels;
} bonnet_golden_map;

/* Bit of channel c (counted from `first`) of slice j at (y, x). */
static inline unsigned bonnet_golden_bit(const bonnet_golden_map *m, uint32_t y, uint32_t x, uint32_t c, uint32_t j)
{
    uint32_t channel = m->first + c;
    return m->words[(((size_t)y * m->w + x) * (m->all / 64) + channel / 64) * m->k + j] >> channel % 64 & 1;
}

/* ---- stem ------------------------------------------------------------------------------------------------- */
int32_t bonnet_golden_stem_conv(const bonnet_layer *l, const uint8_t *pixels, uint32_t o, uint32_t y, uint32_t x);
int8_t bonnet_golden_requantise(int32_t sum, unsigned sh);
int8_t bonnet_golden_max_pool(const int8_t *plane, uint32_t h, uint32_t w, uint32_t pool, uint32_t y, uint32_t x);
int32_t bonnet_golden_depthwise(const int8_t *plane, uint32_t h, uint32_t w, const int8_t w9[9], const int8_t *border, uint32_t y, uint32_t x);

/* ---- binary ----------------------------------------------------------------------------------------------- */
unsigned bonnet_golden_slice(int32_t value, int32_t threshold);
uint32_t bonnet_golden_binary_conv(const bonnet_layer *l, const bonnet_golden_map *in, uint32_t o, uint32_t y, uint32_t x);
uint32_t bonnet_golden_downsample(const bonnet_layer *l, const bonnet_golden_map *in, uint32_t o, uint32_t y, uint32_t x);
unsigned bonnet_golden_pool_bits(const unsigned bits[4], unsigned and_pool);
unsigned bonnet_golden_xnor(unsigned a, unsigned r);
unsigned bonnet_golden_or(unsigned a, unsigned r);
unsigned bonnet_golden_interleave(unsigned z, unsigned t, uint32_t out_channel);

/* ---- head ------------------------------------------------------------------------------------------------- */
int32_t bonnet_golden_slice_sum(const bonnet_golden_map *m, uint32_t c, uint32_t y, uint32_t x);
int16_t bonnet_golden_last_value(const bonnet_layer *l, uint32_t c, int32_t n, int32_t m);
int16_t bonnet_golden_prelu(int16_t v, int16_t slope);
int16_t bonnet_golden_average(int32_t sum, unsigned s2);
int32_t bonnet_golden_fc(const bonnet_layer *l, const int16_t *features, uint32_t i);

/* ---- a whole network --------------------------------------------------------------------------------------- */

/* Asked before every row of every layer; anything but BONNET_OK ends the run with that status. */
typedef bonnet_status bonnet_golden_poll(void *arg);

/*
 * One frame. pixels [h][w][planes]. maps, or NULL: maps[layer] has room for bonnet_net_map_words(), every one is filled.
 * logits, or NULL: [classes]. poll, or NULL. net must have passed bonnet_net_check().
 * BONNET_OK, BONNET_ENOMEM, or what poll said; outputs are then incomplete.
 */
bonnet_status bonnet_golden_run(const bonnet_net *net, const uint8_t *pixels, uint64_t **maps, int32_t *logits, bonnet_golden_poll *poll,
                                void *poll_arg);

/* One layer of a frame, of maps that the layers before it filled; for a device that does some of them itself. pixels: of the stem only. */
bonnet_status bonnet_golden_run_layer(const bonnet_net *net, uint32_t layer, const uint8_t *pixels, uint64_t **maps, bonnet_golden_poll *poll,
                                      void *poll_arg);
/* golden_any.c: one general layer; maps[layer] is zeroed. */
bonnet_status bonnet_golden_run_any(const bonnet_net *net, uint32_t layer, const uint8_t *pixels, uint64_t **maps, bonnet_golden_poll *poll,
                                    void *poll_arg);
#endif
