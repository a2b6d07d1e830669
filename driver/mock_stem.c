/* SPDX-License-Identifier: Apache-2.0 */
/* mock_stem.c - the stem unit of the C chip: one pass of `lanes` channels, a channel at a time. */
#include <stdlib.h>
#include <string.h>
#include "mock.h"

#define G(field) bonnet_desc_get(d, BONNET_F_##field)

typedef struct stem {
    mock *m;
    const uint32_t *d;
    const uint8_t *pixels;
    uint32_t planes, side, lane;
    int8_t *conv, *map; /* CONV_H x CONV_W after requantising, OUT_H x OUT_W after the pool */
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
    uint32_t ch = G(STEM_CHANNEL) + s->lane, k = G(STEM_K4) ? 4 : 1;
    for (uint32_t y = 0; y < G(STEM_CONV_H); y++)
        for (uint32_t x = 0; x < G(STEM_CONV_W); x++) s->conv[y * G(STEM_CONV_W) + x] = convolve(s, y, x);
    for (uint32_t y = 0; y < G(STEM_OUT_H); y++)
        for (uint32_t x = 0; x < G(STEM_OUT_W); x++) s->map[y * G(STEM_OUT_W) + x] = pooled(s, y, x);
    for (uint32_t y = 0; y < G(STEM_OUT_H); y++)
        for (uint32_t x = 0; x < G(STEM_OUT_W); x++) {
            int32_t v = depthwise(s, (int32_t)y, (int32_t)x);
            for (uint32_t j = 0; j < k; j++)
                mock_put_bit(s->m, G(STEM_OUT) + (uint64_t)y * G(STEM_OUT_ROW) + (uint64_t)x * G(STEM_OUT_PIX) + ch / 64 * k + j, ch % 64,
                             v >= threshold(s, j));
        }
}

static int sound(const mock *m, const uint32_t *d)
{
    uint32_t stride = G(STEM_STRIDE2) ? 2 : 1, side = 3 + 2 * G(STEM_KERNEL), planes = G(STEM_PLANES3) ? 3 : 1, pool = G(STEM_POOL);
    uint32_t w = G(STEM_CONV_W), h = G(STEM_CONV_H), ow = G(STEM_OUT_W), oh = G(STEM_OUT_H), k = G(STEM_K4) ? 4 : 1;
    if (G(STEM_KERNEL) > 2 || pool > 2 || G(STEM_OFFSET) % 64 || !w || !h || !ow || !oh || (G(STEM_DW_CONST) && !G(STEM_DW))) return 0;
    if (w != (G(STEM_IN_W) + stride - 1) / stride || h != (G(STEM_IN_H) + stride - 1) / stride) return 0;
    if (ow != (pool == 0 ? w : pool == 1 ? w / 2 : (w + 1) / 2) || oh != (pool == 0 ? h : pool == 1 ? h / 2 : (h + 1) / 2)) return 0;
    uint64_t end =
        G(STEM_OUT) + (uint64_t)(oh - 1) * G(STEM_OUT_ROW) + (uint64_t)(ow - 1) * G(STEM_OUT_PIX) + (G(STEM_CHANNEL) + m->lanes - 1) / 64 * k + k;
    return G(STEM_IN_W) <= m->stem_image_w && ow <= m->stem_map_w && G(STEM_CHANNEL) % m->lanes == 0 && end <= m->feature_words &&
           G(STEM_PROW) + 5 + (side * side * planes + 7) / 8 <= m->stem_rows;
}

mock_result mock_stem(mock *m, const uint32_t *d, uint64_t addr, uint64_t *cycles, uint32_t *bytes)
{
    if (!sound(m, d)) return MOCK_REFUSED;
    stem s = {.m = m, .d = d, .planes = G(STEM_PLANES3) ? 3 : 1, .side = 3 + 2 * G(STEM_KERNEL)};
    uint32_t image = s.planes * G(STEM_IN_W) * G(STEM_IN_H), positions = G(STEM_CONV_W) * G(STEM_CONV_H);
    s.pixels = mock_dram(m, addr, image);
    if (!s.pixels) return MOCK_BUS_ERROR;
    int8_t *buffer = malloc(2 * (size_t)positions); /* the pooled map is never larger than the convolution */
    if (!buffer) return MOCK_BUS_ERROR;
    s.conv = buffer;
    s.map = buffer + positions;
    for (s.lane = 0; s.lane < m->lanes; s.lane++) one_channel(&s);
    free(buffer);
    *bytes = image;
    *cycles = (uint64_t)positions * ((s.side * s.side * s.planes + 7) / 8);
    return MOCK_OK;
}
