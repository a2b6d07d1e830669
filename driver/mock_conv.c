/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_conv.c - the conv unit of the C chip: one CONV descriptor, word by word as docs/chip.md says, every address checked.
 */
#include <string.h>
#include "mock.h"

#define G(field) bonnet_desc_get(d, BONNET_F_##field)

enum { STORE, XNOR, OR, INTERLEAVE, HEAD };

/* One of the four maps, as the descriptor places it. first: the row that lies in `slot` of the ring. */
typedef struct place {
    uint32_t at, row, pix, therm, ring, slot, first;
} place;

typedef struct conv {
    mock *m;
    const uint32_t *d;
    uint32_t array, tile, depth, taps, k, group, post, tile_rows, params; /* params: rows before the weights of a tile */
    place in, out, res, pass;
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

/* Word of pixel (y, x). */
static uint64_t pixel(const place *p, uint32_t y, uint32_t x)
{
    return p->at + (uint64_t)mock_slot(p->ring, p->slot, p->first, y) * p->row + (uint64_t)x * p->pix;
}

/* The slices of 64 channels from word `at` on. */
static void slices(conv *c, const place *p, uint64_t at, uint64_t *s)
{
    if (!p->therm) {
        for (uint32_t j = 0; j < c->k; j++) s[j] = word(c, at + j);
        return;
    }
    uint64_t t0 = word(c, at), t1 = word(c, at + 1), t2 = word(c, at + 2);
    s[0] = t0;
    s[1] = t1 & t2;
    s[2] = t1;
    s[3] = t1 | t2;
}

static uint64_t row(const conv *c, uint32_t r, uint32_t lane)
{
    uint32_t wrow = bonnet_desc_get(c->d, BONNET_F_CONV_WROW) + c->tile * c->tile_rows + r;
    return c->m->weight[(size_t)wrow * c->m->lanes + lane];
}

static uint32_t channel(const conv *c, uint32_t lane)
{
    return bonnet_desc_get(c->d, BONNET_F_CONV_CHANNEL) + c->tile * bonnet_desc_get(c->d, BONNET_F_CONV_TILE_STEP) +
           lane / c->group * bonnet_desc_get(c->d, BONNET_F_CONV_GROUP_STEP) + lane % c->group;
}

static uint32_t clamp(int32_t v, uint32_t size) { return v < 0 ? 0 : (uint32_t)v >= size ? size - 1 : (uint32_t)v; }

/* Word of input pixel (y, x), counted from the first centre. */
static uint64_t tap_word(const conv *c, int32_t y, int32_t x)
{
    const uint32_t *d = c->d;
    const place *p = &c->in;
    if (G(CONV_PAD) != BONNET_PAD_NONE) return pixel(p, clamp(y, G(CONV_IN_H)), clamp(x, G(CONV_IN_W)));
    const int64_t slot = p->ring ? (int64_t)mock_slot(p->ring, p->slot, p->first, (uint32_t)(y + (int32_t)p->ring)) : y;
    return (uint64_t)(p->at + slot * p->row + (int64_t)x * p->pix);
}

/* Popcounts of all lanes at input position (y, x), the centre of a 3x3 window or the one tap. */
static void popcounts(conv *c, int32_t y, int32_t x, uint32_t *p)
{
    const uint32_t *d = c->d;
    int32_t dil = G(CONV_DILATE2) ? 2 : 1, high = (int32_t)G(CONV_IN_H), wide = (int32_t)G(CONV_IN_W);
    uint32_t pad = G(CONV_PAD), per = c->in.therm ? 3 : 4;
    memset(p, 0, c->m->lanes * sizeof *p);
    for (uint32_t tap = 0; tap < c->taps; tap++) {
        int32_t dy = c->taps == 9 ? ((int32_t)tap / 3 - 1) * dil : 0, dx = c->taps == 9 ? ((int32_t)tap % 3 - 1) * dil : 0;
        if (pad == BONNET_PAD_ZERO && (y + dy < 0 || y + dy >= high || x + dx < 0 || x + dx >= wide)) {
            for (uint32_t lane = 0; lane < c->m->lanes; lane++) p[lane] += 32 * c->depth; /* half a match for each bit */
            continue;
        }
        uint64_t at = tap_word(c, y + dy, x + dx);
        for (uint32_t i = 0; i < c->depth; i++) {
            uint32_t wrow = G(CONV_WROW) + c->tile * c->tile_rows + c->params + tap * c->depth + i;
            const uint64_t *w = c->m->weight + (size_t)wrow * c->m->lanes;
            uint64_t s[4];
            if (G(CONV_GROUPED)) {
                slices(c, &c->in, at + per * i, s);
            } else if (c->in.therm) {
                slices(c, &c->in, at + 3 * (i / 4), s);
                s[0] = s[1] = s[2] = s[3] = s[i % 4];
            } else {
                s[0] = s[1] = s[2] = s[3] = word(c, at + i);
            }
            for (uint32_t lane = 0; lane < c->m->lanes; lane++) p[lane] += (uint32_t)__builtin_popcountll(~(s[lane / c->group] ^ w[lane]));
        }
    }
}

static uint32_t at_least(uint32_t p, uint64_t thresholds, uint32_t slice) { return p >= (thresholds >> 16 * slice & 0x1FFF); }

/* Bits of channel ch of a map, by slice. */
static void bits_of(conv *c, const place *p, uint32_t y, uint32_t x, uint32_t ch, uint32_t *bits)
{
    uint64_t s[4];
    slices(c, p, pixel(p, y, x) + ch / 64 * (p->therm ? 3 : c->k), s);
    for (uint32_t j = 0; j < c->k; j++) bits[j] = s[j] >> ch % 64 & 1;
}

static void write_bits(conv *c, uint32_t y, uint32_t x, uint32_t ch, const uint32_t *bits)
{
    uint32_t per = c->out.therm ? 3 : c->k;
    uint64_t at = pixel(&c->out, y, x) + ch / 64 * per;
    if (at + per > c->m->feature_words) c->refused = 1;
    else mock_put_slices(c->m, at, ch % 64, c->k, c->out.therm, bits);
}

static void finish(conv *c, uint32_t y, uint32_t x, uint32_t lane, uint32_t *a)
{
    uint32_t ch = channel(c, lane), r[4] = {0}, t[4] = {0};
    if (c->post != STORE) bits_of(c, &c->res, y, x, ch, r);
    for (uint32_t j = 0; j < c->k; j++) a[j] = c->post == XNOR ? !(a[j] ^ r[j]) : a[j] | r[j];
    write_bits(c, y, x, c->post == INTERLEAVE ? 2 * ch : ch, a);
    if (c->post != INTERLEAVE) return;
    bits_of(c, &c->pass, y, x, ch, t);
    write_bits(c, y, x, 2 * ch + 1, t);
}

static void binary_pixel(conv *c, uint32_t y, uint32_t x)
{
    const uint32_t *d = c->d;
    uint32_t s = G(CONV_STRIDE2) ? 2 : 1, n = G(CONV_POOL2) ? 4 : 1, p[4][64];
    for (uint32_t i = 0; i < n; i++) { /* at an odd edge a position stands for the one that is missing */
        const uint32_t cy = n == 4 ? clamp((int32_t)(2 * y + i / 2), G(CONV_IN_H)) : s * y;
        const uint32_t cx = n == 4 ? clamp((int32_t)(2 * x + i % 2), G(CONV_IN_W)) : s * x;
        popcounts(c, (int32_t)cy, (int32_t)cx, p[i]);
    }
    for (uint32_t lane = 0; lane < c->m->lanes; lane++) {
        uint64_t thresholds = row(c, 0, lane);
        uint32_t bits[4] = {0};
        for (uint32_t j = 0; j < c->k; j++) {
            uint32_t any = 0, all = 1;
            for (uint32_t i = 0; i < n; i++) {
                any |= at_least(p[i][lane], thresholds, j);
                all &= at_least(p[i][lane], thresholds, j);
            }
            bits[j] = thresholds >> 15 & 1 ? all : any;
        }
        finish(c, y, x, lane, bits);
    }
}

/* u of one lane at one position: operators.md, section 5, 1 and 2. */
static int32_t head_value(conv *c, uint32_t lane, uint32_t p, uint32_t y, uint32_t x)
{
    const uint32_t *d = c->d;
    uint32_t bits[4];
    uint64_t h0 = row(c, 0, lane), h1 = row(c, 1, lane);
    int64_t a = (int16_t)h0, b = (int16_t)(h0 >> 16), bias = (int32_t)(h0 >> 32), slope = (int16_t)h1, sum = 0;
    bits_of(c, &c->res, y, x, channel(c, lane), bits);
    for (uint32_t j = 0; j < c->k; j++) sum += bits[j] ? 1 : -1;
    int32_t v = mock_saturate(mock_round_shift(a * (2 * (int64_t)p - G(CONV_K)) + b * sum + bias, G(CONV_S1)), 16);
    return v >= 0 ? v : mock_saturate(mock_round_shift(slope * v, 8), 16);
}

static void head_tile(conv *c)
{
    const uint32_t *d = c->d;
    int64_t *sums = c->m->head.sums + 64 * (size_t)c->array;
    uint32_t p[64], s = G(CONV_STRIDE2) ? 2 : 1;
    if (!G(CONV_KEEP)) memset(sums, 0, 64 * sizeof *sums);
    for (uint32_t y = G(CONV_Y0); y < G(CONV_Y0) + G(CONV_ROWS); y++)
        for (uint32_t x = 0; x < G(CONV_OUT_W); x++) {
            popcounts(c, (int32_t)(s * y), (int32_t)(s * x), p);
            for (uint32_t lane = 0; lane < c->m->lanes; lane++) sums[lane] += head_value(c, lane, p[lane], y, x);
        }
    for (uint32_t lane = 0; lane < c->m->lanes && !G(CONV_MORE); lane++) {
        uint32_t ch = channel(c, lane), shift = 16 * (ch % 4);
        uint64_t at = G(CONV_OUT) + ch / 4, f = (uint16_t)mock_saturate(mock_round_shift(sums[lane], G(CONV_S2)), 16);
        if (at >= c->m->feature_words) c->refused = 1;
        else c->m->feature[at] = (c->m->feature[at] & ~(UINT64_C(0xFFFF) << shift)) | f << shift;
    }
}

/* KEEP and MORE: a HEAD's rows are all of the map's, in one descriptor or, of one tile, in several that follow each other. */
static int strip_sound(const conv *c)
{
    static const int same[] = {BONNET_F_CONV_OUT,     BONNET_F_CONV_OUT_W,      BONNET_F_CONV_OUT_H, BONNET_F_CONV_GROUPED, BONNET_F_CONV_K4,
                               BONNET_F_CONV_CHANNEL, BONNET_F_CONV_GROUP_STEP, BONNET_F_CONV_S1,    BONNET_F_CONV_S2,      BONNET_F_CONV_K};
    const uint32_t *d = c->d;
    if (c->post != HEAD) return !G(CONV_KEEP) && !G(CONV_MORE);
    if (G(CONV_KEEP) != (G(CONV_Y0) != 0) || G(CONV_MORE) != (G(CONV_Y0) + G(CONV_ROWS) != G(CONV_OUT_H))) return 0;
    if (!G(CONV_KEEP)) return !G(CONV_MORE) || G(CONV_TILES) == 1;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        if (bonnet_desc_get(d, same[i]) != bonnet_desc_get(c->m->head.desc, same[i])) return 0;
    return G(CONV_TILES) == 1 && G(CONV_Y0) == c->m->head.next;
}

static int sound(const conv *c)
{
    const uint32_t *d = c->d;
    uint32_t by = G(CONV_STRIDE2) || G(CONV_POOL2) ? 2 : 1;
    return c->post <= HEAD && G(CONV_TILES) && c->depth && G(CONV_IN_W) && G(CONV_IN_H) && G(CONV_OUT_W) && G(CONV_ROWS) &&
           G(CONV_Y0) + G(CONV_ROWS) <= G(CONV_OUT_H) && !(G(CONV_POOL2) && (G(CONV_STRIDE2) || c->post != STORE)) &&
           !((G(CONV_DILATE2) || G(CONV_PAD)) && !G(CONV_K3)) && G(CONV_PAD) <= BONNET_PAD_NONE && !(G(CONV_GROUPED) && !G(CONV_K4)) &&
           (G(CONV_POOL2) ? G(CONV_IN_W) + 1 >= 2 * G(CONV_OUT_W) && G(CONV_IN_H) + 1 >= 2 * G(CONV_OUT_H)
                          : G(CONV_OUT_W) == (G(CONV_IN_W) + by - 1) / by && G(CONV_OUT_H) == (G(CONV_IN_H) + by - 1) / by) &&
           (G(CONV_K4) || !(c->in.therm | c->out.therm | c->res.therm | c->pass.therm)) && G(CONV_CHANNEL) % c->group == 0 &&
           mock_ring_sound(c->in.ring, c->in.slot) && mock_ring_sound(c->out.ring, c->out.slot) && mock_ring_sound(c->res.ring, c->res.slot) &&
           mock_ring_sound(c->pass.ring, c->pass.slot) && !(c->post == HEAD && G(CONV_OUT) % 4) && strip_sound(c) &&
           G(CONV_WROW) + (uint64_t)G(CONV_TILES) * c->tile_rows <= c->m->weight_rows;
}

static void on_array(conv *c)
{
    const uint32_t *d = c->d;
    for (c->tile = 0; c->tile < G(CONV_TILES) && !c->refused; c->tile++) {
        if (c->post == HEAD) {
            head_tile(c);
            continue;
        }
        for (uint32_t y = G(CONV_Y0); y < G(CONV_Y0) + G(CONV_ROWS) && !c->refused; y++)
            for (uint32_t x = 0; x < G(CONV_OUT_W); x++) binary_pixel(c, y, x);
    }
}

mock_result mock_conv(mock *m, const uint32_t *d, uint64_t *cycles)
{
    uint32_t y0 = G(CONV_Y0), by = G(CONV_STRIDE2) || G(CONV_POOL2) ? 2 : 1;
    conv c = {.m = m,
              .d = d,
              .depth = G(CONV_DEPTH),
              .taps = G(CONV_K3) ? 9 : 1,
              .k = G(CONV_K4) ? 4 : 1,
              .group = m->lanes / 4,
              .post = G(CONV_POST),
              .in = {G(CONV_IN), G(CONV_IN_ROW), G(CONV_IN_PIX), G(CONV_IN_T), G(CONV_IN_RING), G(CONV_IN_SLOT), by * y0},
              .out = {G(CONV_OUT), G(CONV_OUT_ROW), G(CONV_OUT_PIX), G(CONV_OUT_T), G(CONV_OUT_RING), G(CONV_OUT_SLOT), y0},
              .res = {G(CONV_RES), G(CONV_RES_ROW), G(CONV_RES_PIX), G(CONV_RES_T), G(CONV_RES_RING), G(CONV_RES_SLOT), y0},
              .pass = {G(CONV_PASS), G(CONV_PASS_ROW), G(CONV_PASS_PIX), G(CONV_PASS_T), G(CONV_PASS_RING), G(CONV_PASS_SLOT), y0}};
    c.params = c.post == HEAD ? 2 : 1;
    c.tile_rows = c.params + c.taps * c.depth;
    if (!sound(&c)) return MOCK_REFUSED;
    for (c.array = 0; c.array < m->arrays && !c.refused; c.array++) {
        mock_array(m, c.array);
        on_array(&c);
    }
    m->head.next = G(CONV_MORE) ? y0 + G(CONV_ROWS) : 0;
    memcpy(m->head.desc, d, sizeof m->head.desc);
    *cycles = (uint64_t)G(CONV_TILES) * G(CONV_ROWS) * G(CONV_OUT_W) * (G(CONV_POOL2) ? 4 : 1) * c.taps * c.depth + 8 * G(CONV_TILES);
    return c.refused ? MOCK_REFUSED : MOCK_OK;
}
