/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_conv.c - the conv unit of the C chip: one CONV descriptor, word by word as docs/chip.md says, every address checked.
 */
#include <string.h>
#include "mock.h"

#define G(field) bonnet_desc_get(d, BONNET_F_##field)

enum { STORE, XNOR, OR, INTERLEAVE, HEAD };

typedef struct conv {
    mock *m;
    const uint32_t *d;
    uint32_t tile, depth, taps, k, group, post, tile_rows, params; /* params: rows before the weights of a tile */
    int refused;
} conv;

static uint64_t word(conv *c, uint64_t at)
{
    if (at >= c->m->feature_words) {
        c->refused = 1;
        return 0;
    }
    return c->m->feature[at];
}

static uint64_t row(const conv *c, uint32_t r, uint32_t lane)
{
    uint32_t wrow = bonnet_desc_get(c->d, BONNET_F_CONV_WROW) + c->tile * c->tile_rows + r;
    return c->m->weight[(size_t)wrow * c->m->lanes + lane];
}

static uint32_t channel(const conv *c, uint32_t lane)
{
    return c->tile * bonnet_desc_get(c->d, BONNET_F_CONV_TILE_STEP) + lane / c->group * bonnet_desc_get(c->d, BONNET_F_CONV_GROUP_STEP) +
           lane % c->group;
}

static uint32_t clamp(int32_t v, uint32_t size) { return v < 0 ? 0 : (uint32_t)v >= size ? size - 1 : (uint32_t)v; }

/* Popcounts of all lanes at input position (y, x), the centre of a 3x3 window or the one tap. */
static void popcounts(conv *c, int32_t y, int32_t x, uint32_t *p)
{
    const uint32_t *d = c->d;
    int32_t dil = G(CONV_DILATE2) ? 2 : 1;
    memset(p, 0, c->m->lanes * sizeof *p);
    for (uint32_t tap = 0; tap < c->taps; tap++) {
        int32_t dy = c->taps == 9 ? ((int32_t)tap / 3 - 1) * dil : 0, dx = c->taps == 9 ? ((int32_t)tap % 3 - 1) * dil : 0;
        uint64_t at = G(CONV_IN) + (uint64_t)clamp(y + dy, G(CONV_IN_H)) * G(CONV_IN_ROW) + (uint64_t)clamp(x + dx, G(CONV_IN_W)) * G(CONV_IN_PIX);
        for (uint32_t i = 0; i < c->depth; i++) {
            uint32_t wrow = G(CONV_WROW) + c->tile * c->tile_rows + c->params + tap * c->depth + i;
            const uint64_t *w = c->m->weight + (size_t)wrow * c->m->lanes;
            uint64_t s[4];
            for (uint32_t g = 0; g < 4; g++) s[g] = word(c, G(CONV_GROUPED) ? at + 4 * i + g : at + i);
            for (uint32_t lane = 0; lane < c->m->lanes; lane++) p[lane] += (uint32_t)__builtin_popcountll(~(s[lane / c->group] ^ w[lane]));
        }
    }
}

static uint32_t at_least(uint32_t p, uint64_t thresholds, uint32_t slice) { return p >= (thresholds >> 16 * slice & 0x1FFF); }

/* Bit `slice` of channel ch of the map at `base`. */
static uint32_t bit_of(conv *c, uint32_t base, uint32_t row_pitch, uint32_t pix, uint32_t y, uint32_t x, uint32_t ch, uint32_t slice)
{
    return word(c, base + (uint64_t)y * row_pitch + (uint64_t)x * pix + ch / 64 * c->k + slice) >> ch % 64 & 1;
}

static void write_bit(conv *c, uint32_t y, uint32_t x, uint32_t ch, uint32_t slice, uint32_t value)
{
    const uint32_t *d = c->d;
    uint64_t at = G(CONV_OUT) + (uint64_t)y * G(CONV_OUT_ROW) + (uint64_t)x * G(CONV_OUT_PIX) + ch / 64 * c->k + slice;
    if (at >= c->m->feature_words) c->refused = 1;
    else mock_put_bit(c->m, at, ch % 64, value);
}

static void finish(conv *c, uint32_t y, uint32_t x, uint32_t lane, uint32_t slice, uint32_t a)
{
    const uint32_t *d = c->d;
    uint32_t ch = channel(c, lane), r = 0;
    if (c->post != STORE) r = bit_of(c, G(CONV_RES), G(CONV_RES_ROW), G(CONV_RES_PIX), y, x, ch, slice);
    if (c->post == INTERLEAVE) {
        write_bit(c, y, x, 2 * ch, slice, a | r);
        write_bit(c, y, x, 2 * ch + 1, slice, bit_of(c, G(CONV_PASS), G(CONV_PASS_ROW), G(CONV_PASS_PIX), y, x, ch, slice));
    } else {
        write_bit(c, y, x, ch, slice, c->post == XNOR ? !(a ^ r) : c->post == OR ? a | r : a);
    }
}

static void binary_pixel(conv *c, uint32_t y, uint32_t x)
{
    const uint32_t *d = c->d;
    uint32_t s = G(CONV_STRIDE2) ? 2 : 1, n = G(CONV_POOL2) ? 4 : 1, p[4][64];
    for (uint32_t i = 0; i < n; i++) popcounts(c, (int32_t)(n == 4 ? 2 * y + i / 2 : s * y), (int32_t)(n == 4 ? 2 * x + i % 2 : s * x), p[i]);
    for (uint32_t lane = 0; lane < c->m->lanes; lane++) {
        uint64_t thresholds = row(c, 0, lane);
        for (uint32_t j = 0; j < c->k; j++) {
            uint32_t any = 0, all = 1;
            for (uint32_t i = 0; i < n; i++) {
                any |= at_least(p[i][lane], thresholds, j);
                all &= at_least(p[i][lane], thresholds, j);
            }
            finish(c, y, x, lane, j, thresholds >> 15 & 1 ? all : any);
        }
    }
}

/* u of one lane at one position: operators.md, section 5, 1 and 2. */
static int32_t head_value(conv *c, uint32_t lane, uint32_t p, uint32_t y, uint32_t x)
{
    const uint32_t *d = c->d;
    uint64_t h0 = row(c, 0, lane), h1 = row(c, 1, lane);
    int64_t a = (int16_t)h0, b = (int16_t)(h0 >> 16), bias = (int32_t)(h0 >> 32), slope = (int16_t)h1, sum = 0;
    for (uint32_t j = 0; j < c->k; j++) sum += bit_of(c, G(CONV_RES), G(CONV_RES_ROW), G(CONV_RES_PIX), y, x, channel(c, lane), j) ? 1 : -1;
    int32_t v = mock_saturate(mock_round_shift(a * (2 * (int64_t)p - G(CONV_K)) + b * sum + bias, G(CONV_S1)), 16);
    return v >= 0 ? v : mock_saturate(mock_round_shift(slope * v, 8), 16);
}

static void head_tile(conv *c)
{
    const uint32_t *d = c->d;
    int64_t sums[64] = {0};
    uint32_t p[64], s = G(CONV_STRIDE2) ? 2 : 1;
    for (uint32_t y = G(CONV_Y0); y < G(CONV_Y0) + G(CONV_ROWS); y++)
        for (uint32_t x = 0; x < G(CONV_OUT_W); x++) {
            popcounts(c, (int32_t)(s * y), (int32_t)(s * x), p);
            for (uint32_t lane = 0; lane < c->m->lanes; lane++) sums[lane] += head_value(c, lane, p[lane], y, x);
        }
    for (uint32_t lane = 0; lane < c->m->lanes; lane++) {
        uint32_t ch = channel(c, lane), shift = 16 * (ch % 4);
        uint64_t at = G(CONV_OUT) + ch / 4, f = (uint16_t)mock_saturate(mock_round_shift(sums[lane], G(CONV_S2)), 16);
        if (at >= c->m->feature_words) c->refused = 1;
        else c->m->feature[at] = (c->m->feature[at] & ~(UINT64_C(0xFFFF) << shift)) | f << shift;
    }
}

static int sound(const conv *c)
{
    const uint32_t *d = c->d;
    uint32_t by = G(CONV_STRIDE2) || G(CONV_POOL2) ? 2 : 1;
    return c->post <= HEAD && G(CONV_TILES) && c->depth && G(CONV_IN_W) && G(CONV_IN_H) && G(CONV_OUT_W) && G(CONV_ROWS) &&
           G(CONV_Y0) + G(CONV_ROWS) <= G(CONV_OUT_H) && !(G(CONV_POOL2) && (G(CONV_STRIDE2) || c->post != STORE || G(CONV_K3))) &&
           !(G(CONV_DILATE2) && !G(CONV_K3)) && !(G(CONV_GROUPED) && !G(CONV_K4)) &&
           (G(CONV_POOL2) ? G(CONV_IN_W) >= 2 * G(CONV_OUT_W) && G(CONV_IN_H) >= 2 * G(CONV_OUT_H)
                          : G(CONV_OUT_W) == (G(CONV_IN_W) + by - 1) / by && G(CONV_OUT_H) == (G(CONV_IN_H) + by - 1) / by) &&
           G(CONV_WROW) + (uint64_t)G(CONV_TILES) * c->tile_rows <= c->m->weight_rows;
}

mock_result mock_conv(mock *m, const uint32_t *d, uint64_t *cycles)
{
    conv c = {
        .m = m, .d = d, .depth = G(CONV_DEPTH), .taps = G(CONV_K3) ? 9 : 1, .k = G(CONV_K4) ? 4 : 1, .group = m->lanes / 4, .post = G(CONV_POST)};
    c.params = c.post == HEAD ? 2 : 1;
    c.tile_rows = c.params + c.taps * c.depth;
    if (!sound(&c)) return MOCK_REFUSED;
    for (c.tile = 0; c.tile < G(CONV_TILES) && !c.refused; c.tile++) {
        if (c.post == HEAD) {
            head_tile(&c);
            continue;
        }
        for (uint32_t y = G(CONV_Y0); y < G(CONV_Y0) + G(CONV_ROWS) && !c.refused; y++)
            for (uint32_t x = 0; x < G(CONV_OUT_W); x++) binary_pixel(&c, y, x);
    }
    *cycles = (uint64_t)G(CONV_TILES) * G(CONV_ROWS) * G(CONV_OUT_W) * (G(CONV_POOL2) ? 4 : 1) * c.taps * c.depth + 8 * G(CONV_TILES);
    return c.refused ? MOCK_REFUSED : MOCK_OK;
}
