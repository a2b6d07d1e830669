/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_stem.c - STEM: its descriptor, and from the pooled map on: depthwise 3x3, thresholds, slices, thermometer code, feature words.
 * In the RTL: rtl/compute/bonnet_stem_cfg.sv, _dw.sv, _slices.sv; before the map: hls_stem_conv.c. Arithmetic: docs/operators.md, 2.
 *
 * A pass makes Lanes channels of the map. A strip of it (ROWS) leaves the rest in hls_stem: image rows, map rows and how far each part is; a CONT goes on.
 * Rows are made when they are wanted: row y of the result pulls map rows to y + 1, those the convolution's, those the image's.
 *
 * Rate    a pixel of the result each time around the loop over x (II 2: three columns of a map row from a memory of two ports, and bits of a feature
 *         word that stay); the convolution's pixels bind (hls_stem_conv.c).
 * Errors  HLS_REFUSED: as bonnet_stem_cfg.sv says. HLS_BUS_ERROR: not all of the image is in memory.
 */
#include "hls_chip.h"
#include "hls_fbuf.h"

enum { ROWS = 1023, IMAGE_WORDS = 3 * HLS_STEM_IMAGE_W * ROWS / 8 + HLS_BEAT_WORDS }; /* the highest map; the largest image */

/* A descriptor's strip: feature word of CHANNEL of pixel (row 0 or slot 0, 0), words from row to row, rows, ring. */
typedef struct strip {
    uint32_t base, pitch, rows, ring, slot;
} strip;

static uint32_t half_up(uint32_t n) { return (n + 1) / 2; }

/* The fields of a pass that begins. 0: refused. */
static int begin(hls_stem *s, const uint32_t d[HLS_DESC_WORDS])
{
    for (int i = 0; i < HLS_DESC_WORDS; i++) s->d[i] = d[i];
    s->in_w = HLS_G(d, STEM_IN_W);
    s->in_h = HLS_G(d, STEM_IN_H);
    s->conv_w = HLS_G(d, STEM_CONV_W);
    s->conv_h = HLS_G(d, STEM_CONV_H);
    s->out_w = HLS_G(d, STEM_OUT_W);
    s->out_h = HLS_G(d, STEM_OUT_H);
    s->planes = HLS_G(d, STEM_PLANES3) ? 3 : 1;
    s->pad = HLS_G(d, STEM_KERNEL) + 1;
    s->side = 2 * s->pad + 1;
    s->stride = HLS_G(d, STEM_STRIDE2) ? 2 : 1;
    s->pool = HLS_G(d, STEM_POOL);
    s->prow = HLS_G(d, STEM_PROW);
    s->taprows = (s->side * s->side * s->planes + 7) / 8;
    s->row = s->lines = s->convs = s->fresh = 0;
    const uint32_t conv_w = s->stride == 2 ? half_up(s->in_w) : s->in_w, conv_h = s->stride == 2 ? half_up(s->in_h) : s->in_h;
    const uint32_t out_w = s->pool == 0 ? s->conv_w : s->pool == 1 ? s->conv_w / 2 : half_up(s->conv_w);
    const uint32_t out_h = s->pool == 0 ? s->conv_h : s->pool == 1 ? s->conv_h / 2 : half_up(s->conv_h);
    return s->pad <= 3 && s->pool <= 2 && s->in_w && s->in_h && s->out_w && s->out_h && s->in_w <= HLS_STEM_IMAGE_W && s->out_w <= HLS_STEM_MAP_W &&
           s->conv_w == conv_w && s->conv_h == conv_h && s->out_w == out_w && s->out_h == out_h && HLS_G(d, STEM_CHANNEL) % HLS_LANES == 0 &&
           (HLS_G(d, STEM_K4) || !HLS_G(d, STEM_OUT_T)) && s->prow + HLS_STEM_PRM + s->taprows <= HLS_STEM_ROWS;
}

/* Where the strip of descriptor d goes. 0: refused. */
static int place(const hls_stem *s, const uint32_t d[HLS_DESC_WORDS], strip *p)
{
    const uint32_t per = !HLS_G(s->d, STEM_K4) ? 1 : HLS_G(s->d, STEM_OUT_T) ? 3 : 4, left = s->out_h - s->row;
    p->base = HLS_G(d, STEM_OUT) + HLS_G(s->d, STEM_CHANNEL) / 64 * per;
    p->pitch = HLS_G(d, STEM_OUT_ROW);
    p->rows = HLS_G(d, STEM_ROWS) ? HLS_G(d, STEM_ROWS) : left;
    p->ring = HLS_G(d, STEM_OUT_RING);
    p->slot = HLS_G(d, STEM_OUT_SLOT);
    if (p->rows > left || (p->ring && p->slot >= p->ring)) return 0;
    const uint32_t last_row = p->ring ? p->ring - 1 : s->row + p->rows - 1;
    return p->base + p->pitch * last_row + HLS_G(s->d, STEM_OUT_PIX) * (s->out_w - 1) + per - 1 < HLS_FEATURE_WORDS;
}

/* A position of the map for the depthwise filter: itself, the nearest one, or outside with a constant. */
static int32_t neighbour(const hls_chip *c, int32_t y, int32_t x, uint32_t lane, int outside_is_constant)
{
    const hls_stem *s = &c->stem;
    const int32_t h = (int32_t)s->out_h, w = (int32_t)s->out_w;
    const int32_t yy = y < 0 ? 0 : y >= h ? h - 1 : y, xx = x < 0 ? 0 : x >= w ? w - 1 : x;
    if (outside_is_constant && (yy != y || xx != x)) return (int8_t)(c->param[s->prow][lane] >> 8 & 0xFF);
    return s->map[yy % HLS_STEM_MAPS][xx][lane];
}

/* d of one lane: the nine taps, or the map as it is. */
static int32_t depthwise(const hls_chip *c, uint32_t y, uint32_t x, uint32_t lane)
{
    const hls_stem *s = &c->stem;
    if (!HLS_G(s->d, STEM_DW)) return s->map[y % HLS_STEM_MAPS][x][lane];
    const int constant = HLS_G(s->d, STEM_DW_CONST) != 0;
    int32_t sum = 0;
    for (int32_t tap = 0; tap < 9; tap++) {
#pragma HLS UNROLL
        const hls_word row = c->param[s->prow + (tap < 8 ? 1 : 2)][lane];
        sum += (int8_t)(row >> 8 * (tap % 8) & 0xFF) * neighbour(c, (int32_t)y + tap / 3 - 1, (int32_t)x + tap % 3 - 1, lane, constant);
    }
    return sum;
}

/* T of a slice: 20 bits, signed. */
static int32_t threshold(const hls_chip *c, uint32_t lane, int slice)
{
    const uint32_t t = (uint32_t)(c->param[c->stem.prow + 3 + slice / 2][lane] >> 32 * (slice % 2) & 0xFFFFF);
    return (int32_t)(t ^ 0x80000u) - 0x80000;
}

/* One row of the result into the feature words from `word` on. */
static void write_row(hls_chip *c, uint32_t y, uint32_t word)
{
    const hls_stem *s = &c->stem;
    const uint32_t k4 = HLS_G(s->d, STEM_K4), coded = HLS_G(s->d, STEM_OUT_T), shift = HLS_G(s->d, STEM_CHANNEL) % 64;
    const uint32_t pix = HLS_G(s->d, STEM_OUT_PIX);
    const hls_word lanes = (HLS_LANES == 64 ? ~(hls_word)0 : ((hls_word)1 << HLS_LANES % 64) - 1) << shift;
    const hls_word mask[4] = {lanes, k4 ? lanes : 0, k4 ? lanes : 0, k4 && !coded ? lanes : 0};
    for (uint32_t x = 0; x < HLS_STEM_MAP_W; x++) {
#pragma HLS PIPELINE II = 2
        if (x == s->out_w) break;
        hls_word bit[4] = {0, 0, 0, 0};
        for (uint32_t lane = 0; lane < HLS_LANES; lane++) {
#pragma HLS UNROLL
            const int32_t v = depthwise(c, y, x, lane);
            for (int j = 0; j < 4; j++) bit[j] |= (hls_word)(v >= threshold(c, lane, j)) << lane;
        }
        const hls_word t2 = (bit[2] & bit[1]) | (~bit[2] & bit[3]);
        const hls_word out[4] = {bit[0] << shift, (coded ? bit[2] : bit[1]) << shift, (coded ? t2 : bit[2]) << shift, bit[3] << shift};
        hls_fbuf_write(c->feature, word + x * pix, mask, out);
    }
}

/* The convolution row after which map row m is complete. */
static uint32_t last_conv(const hls_stem *s, uint32_t m)
{
    if (s->pool == 0) return m;
    return 2 * m + 1 < s->conv_h ? 2 * m + 1 : s->conv_h - 1;
}

/* What of the image is left is read, and thrown away: a pass has read all of it, whatever the pool dropped. */
static void drain(hls_chip *c, const hls_word *mem)
{
    hls_stem *s = &c->stem;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < IMAGE_WORDS; i++) {
#pragma HLS PIPELINE II = 1
        if (i == s->words) break;
        sum += mem[s->at + i];
    }
    if (HLS_G(s->d, STEM_BASE) < 2) c->sum[HLS_G(s->d, STEM_BASE)] += sum;
    s->words = 0;
}

hls_result HLS_NAME(hls_stem)(hls_chip *c, const hls_word *mem, const uint32_t d[HLS_DESC_WORDS], uint64_t addr)
{
    hls_stem *s = &c->stem;
    strip p;
    const uint32_t cont = HLS_G(d, STEM_CONT);
    if (cont != s->held || (!cont && !begin(s, d)) || !place(s, d, &p)) return HLS_REFUSED;
    if (!cont) {
        const uint64_t beats = hls_beats((uint64_t)s->planes * s->in_w * s->in_h);
        if (!hls_reach(c, addr, beats)) return HLS_BUS_ERROR;
        s->at = (addr - c->mem_base) / 8;
        s->words = beats * HLS_BEAT_WORDS;
    }
    const uint64_t before = s->words;
    uint32_t slot = p.ring ? p.slot : s->row;
    for (uint32_t n = 0; n < ROWS; n++) {
        if (n == p.rows) break;
        const uint32_t y = s->row;
        const uint32_t map = HLS_G(s->d, STEM_DW) && y + 1 < s->out_h ? y + 1 : y, until = last_conv(s, map) + 1;
        for (uint32_t i = 0; i < 4; i++) { /* two map rows: at most four */
            if (s->convs >= until) break;
            HLS_NAME(hls_stem_row)(c, mem);
        }
        write_row(c, y, p.base + p.pitch * slot);
        slot = slot + 1 == p.ring ? 0 : slot + 1;
        s->row++;
    }
    s->held = s->row < s->out_h;
    if (!s->held) drain(c, mem);
    c->beats_in += (uint32_t)(before / HLS_BEAT_WORDS - s->words / HLS_BEAT_WORDS);
    return HLS_OK;
}
