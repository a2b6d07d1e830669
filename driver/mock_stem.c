/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_stem.c - the stem unit of the C chip: one pass of `lanes` channels, a channel at a time. A strip of rows is worked out from the pixels
 * again, borders and all, with the parameters that are there now: what the chip keeps in its line buffers must come out the same.
 */
#include <stdlib.h>
#include <string.h>
#include "mock.h"

#define G(field) bonnet_desc_get(d, BONNET_F_##field)

typedef struct stem {
    mock *m;
    const uint32_t *d;
    const uint8_t *pixels;
    uint32_t planes, side, lane;
    uint32_t first, end; /* map rows of this strip */
    uint32_t at, pitch, ring, slot, therm;
    int8_t *conv, *map; /* CONV_H x CONV_W after requantising, OUT_H x OUT_W after the pool; rows of the strip and around it */
} stem;

static uint64_t row(const stem *s, uint32_t r) { return s->m->stem[(size_t)(bonnet_desc_get(s->d, BONNET_F_STEM_PROW) + r) * s->m->lanes + s->lane]; }

static int32_t pixel(const stem *s, int32_t y, int32_t x, uint32_t plane)
{
    const uint32_t *d = s->d;
    if (y < 0 || x < 0 || y >= (int32_t)G(STEM_IN_H) || x >= (int32_t)G(STEM_IN_W)) return 0;
    uint8_t v = s->pixels[((size_t)y * G(STEM_IN_W) + (size_t)x) * s->planes + plane];
    return G(STEM_SIGNED) ? (int8_t)v : v;
}

static int8_t convolve(const stem *s, uint32_t y, uint32_t x)
{
    const uint32_t *d = s->d;
    int32_t stride = G(STEM_STRIDE2) ? 2 : 1, pad = ((int32_t)s->side - 1) / 2;
    int64_t sum = 0;
    uint64_t weights = 0;
    uint32_t tap = 0;
    for (uint32_t p = 0; p < s->planes; p++)
        for (int32_t ky = 0; ky < (int32_t)s->side; ky++)
            for (int32_t kx = 0; kx < (int32_t)s->side; kx++, tap++) {
                if (tap % 8 == 0) weights = row(s, 5 + tap / 8);
                sum += (int8_t)(weights >> 8 * (tap % 8)) * pixel(s, stride * (int32_t)y + ky - pad, stride * (int32_t)x + kx - pad, p);
            }
    return (int8_t)mock_saturate(mock_round_shift(sum, row(s, 0) & 31), 8);
}

static int8_t pooled(const stem *s, uint32_t y, uint32_t x)
{
    const uint32_t *d = s->d;
    int32_t w = (int32_t)G(STEM_CONV_W), h = (int32_t)G(STEM_CONV_H), size = (int32_t)G(STEM_POOL) + 1, from = G(STEM_POOL) == 2 ? -1 : 0;
    int8_t best = INT8_MIN;
    if (G(STEM_POOL) == 0) return s->conv[y * (uint32_t)w + x];
    for (int32_t j = 0; j < size; j++)
        for (int32_t i = 0; i < size; i++) {
            int32_t yy = 2 * (int32_t)y + from + j, xx = 2 * (int32_t)x + from + i;
            if (yy >= 0 && xx >= 0 && yy < h && xx < w && s->conv[yy * w + xx] > best) best = s->conv[yy * w + xx];
        }
    return best;
}

static int32_t depthwise(const stem *s, int32_t y, int32_t x)
{
    const uint32_t *d = s->d;
    int32_t w = (int32_t)G(STEM_OUT_W), h = (int32_t)G(STEM_OUT_H), sum = 0;
    if (!G(STEM_DW)) return s->map[y * w + x];
    for (int32_t tap = 0; tap < 9; tap++) {
        int32_t yy = y + tap / 3 - 1, xx = x + tap % 3 - 1, a;
        int8_t wt = tap < 8 ? (int8_t)(row(s, 1) >> 8 * tap) : (int8_t)row(s, 2);
        if (G(STEM_DW_CONST) && (yy < 0 || xx < 0 || yy >= h || xx >= w)) {
            a = (int8_t)(row(s, 0) >> 8);
        } else {
            yy = yy < 0 ? 0 : yy >= h ? h - 1 : yy;
            xx = xx < 0 ? 0 : xx >= w ? w - 1 : xx;
            a = s->map[yy * w + xx];
        }
        sum += wt * a;
    }
    return sum;
}

static int32_t threshold(const stem *s, uint32_t slice)
{
    uint32_t t = (uint32_t)(row(s, 3 + slice / 2) >> 32 * (slice % 2)) & 0xFFFFF;
    return t & 0x80000 ? (int32_t)t - 0x100000 : (int32_t)t;
}

static void one_channel(stem *s)
{
    const uint32_t *d = s->d;
    uint32_t ch = G(STEM_CHANNEL) + s->lane, k = G(STEM_K4) ? 4 : 1, by = G(STEM_POOL) ? 2 : 1;
    uint32_t y0 = s->first ? s->first - 1 : 0, y1 = s->end < G(STEM_OUT_H) ? s->end + 1 : s->end; /* a row more for the depthwise filter */
    for (uint32_t y = y0 ? by * y0 - 1 : 0; y < G(STEM_CONV_H) && y <= by * y1; y++)
        for (uint32_t x = 0; x < G(STEM_CONV_W); x++) s->conv[y * G(STEM_CONV_W) + x] = convolve(s, y, x);
    for (uint32_t y = y0; y < y1; y++)
        for (uint32_t x = 0; x < G(STEM_OUT_W); x++) s->map[y * G(STEM_OUT_W) + x] = pooled(s, y, x);
    for (uint32_t y = s->first; y < s->end; y++)
        for (uint32_t x = 0; x < G(STEM_OUT_W); x++) {
            int32_t v = depthwise(s, (int32_t)y, (int32_t)x);
            uint32_t bits[4] = {0};
            uint64_t at = s->at + (uint64_t)mock_slot(s->ring, s->slot, s->first, y) * s->pitch + (uint64_t)x * G(STEM_OUT_PIX);
            for (uint32_t j = 0; j < k; j++) bits[j] = v >= threshold(s, j);
            mock_put_slices(s->m, at + ch / 64 * (s->therm ? 3 : k), ch % 64, k, s->therm, bits);
        }
}

/* A STEM that begins a pass. */
static int sound(const mock *m, const uint32_t *d)
{
    uint32_t stride = G(STEM_STRIDE2) ? 2 : 1, side = 3 + 2 * G(STEM_KERNEL), planes = G(STEM_PLANES3) ? 3 : 1, pool = G(STEM_POOL);
    uint32_t w = G(STEM_CONV_W), h = G(STEM_CONV_H), ow = G(STEM_OUT_W), oh = G(STEM_OUT_H);
    if (G(STEM_KERNEL) > 2 || pool > 2 || G(STEM_OFFSET) % 64 || !w || !h || !ow || !oh || (G(STEM_DW_CONST) && !G(STEM_DW))) return 0;
    if (w != (G(STEM_IN_W) + stride - 1) / stride || h != (G(STEM_IN_H) + stride - 1) / stride) return 0;
    if (ow != (pool == 0 ? w : pool == 1 ? w / 2 : (w + 1) / 2) || oh != (pool == 0 ? h : pool == 1 ? h / 2 : (h + 1) / 2)) return 0;
    return G(STEM_IN_W) <= m->stem_image_w && ow <= m->stem_map_w && G(STEM_CHANNEL) % m->lanes == 0 && (G(STEM_K4) || !G(STEM_OUT_T)) &&
           G(STEM_PROW) + 5 + (side * side * planes + 7) / 8 <= m->stem_rows;
}

/* Where the strip's rows go, of what STEM or CONT says; 0: not there. */
static int placed(stem *s, const uint32_t *d, uint32_t left)
{
    uint32_t rows = G(STEM_ROWS) ? G(STEM_ROWS) : left, per = s->therm ? 3 : bonnet_desc_get(s->d, BONNET_F_STEM_K4) ? 4 : 1;
    s->at = G(STEM_OUT);
    s->pitch = G(STEM_OUT_ROW);
    s->ring = G(STEM_OUT_RING);
    s->slot = G(STEM_OUT_SLOT);
    s->end = s->first + rows;
    if (rows > left || !mock_ring_sound(s->ring, s->slot)) return 0;
    d = s->d;
    for (uint32_t y = s->first; y < s->end; y++)
        if (s->at + (uint64_t)mock_slot(s->ring, s->slot, s->first, y) * s->pitch + (uint64_t)(G(STEM_OUT_W) - 1) * G(STEM_OUT_PIX) +
                (G(STEM_CHANNEL) + s->m->lanes - 1) / 64 * per + per >
            s->m->feature_words)
            return 0;
    return 1;
}

mock_result mock_stem(mock *m, const uint32_t *d, uint64_t addr, uint32_t step, uint64_t *cycles, uint32_t *bytes)
{
    mock_pass *p = &m->pass;
    int cont = G(STEM_CONT) != 0;
    if (cont != (p->next < p->end)) return MOCK_REFUSED; /* nothing to go on with, or something unfinished */
    if (!cont) {
        if (!sound(m, d)) return MOCK_REFUSED;
        *p = (mock_pass){.addr = addr, .end = G(STEM_OUT_H)};
        memcpy(p->desc, d, sizeof p->desc);
    }
    stem s = {.m = m, .d = p->desc, .first = p->next, .therm = bonnet_desc_get(p->desc, BONNET_F_STEM_OUT_T)};
    if (!placed(&s, d, p->end - p->next)) return MOCK_REFUSED;
    d = p->desc;
    s.planes = G(STEM_PLANES3) ? 3 : 1;
    s.side = 3 + 2 * G(STEM_KERNEL);
    uint32_t image = s.planes * G(STEM_IN_W) * G(STEM_IN_H), positions = G(STEM_CONV_W) * G(STEM_CONV_H);
    int8_t *buffer = malloc(2 * (size_t)positions); /* the pooled map is never larger than the convolution */
    mock_result result = buffer ? MOCK_OK : MOCK_BUS_ERROR;
    for (uint32_t a = 0; a < m->arrays && result == MOCK_OK; a++) {
        mock_array(m, a);
        const uint64_t at = p->addr + (uint64_t)a * step;
        s.pixels = cont ? mock_dram(m, at, image) : mock_read_beats(m, G(STEM_BASE), at, image); /* a CONT goes on with what was read */
        if (!s.pixels) result = MOCK_BUS_ERROR;
        s.conv = buffer;
        s.map = buffer + positions;
        for (s.lane = 0; s.lane < m->lanes && result == MOCK_OK; s.lane++) one_channel(&s);
    }
    free(buffer);
    p->next = s.end;
    *bytes = cont ? 0 : image * m->arrays; /* all of them with the first strip */
    *cycles = (uint64_t)positions * ((s.side * s.side * s.planes + 7) / 8) * (s.end - s.first) / G(STEM_OUT_H);
    return result;
}
