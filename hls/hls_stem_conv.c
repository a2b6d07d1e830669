/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_stem_conv.c - STEM, from the image to the pooled map: image rows, windows, taps, requantising, max-pool.
 * In the RTL: rtl/compute/bonnet_stem_pixels.sv, _lines.sv, _window.sv, _mac.sv, _requant.sv, _pool.sv. Arithmetic: docs/operators.md, 2.1 to 2.3.
 *
 *     c = sum over taps of weight * pixel, 0 outside the image        a = sat8(round_shift(c, sh))        map = max of a over the pool's window
 *
 * Rate    eight taps of all lanes each time around the loop over tap rows (II 1), as the RTL: ceil(K*K*planes / 8) cycles a convolution pixel, and STRIDE
 *         for its columns, which the RTL takes at the same time. Pixels are read row by row before that, a byte each time around.
 */
#include "hls_chip.h"

enum { TAPS = 8 * HLS_STEM_TAPROWS, SIDE = 7 }; /* of the largest window */

/* One image row into its line. The image is a stream of bytes in 64-bit words, rows follow each other without a gap. */
static void read_line(hls_chip *c, const hls_word *mem)
{
    hls_stem *s = &c->stem;
    uint64_t sum = 0;
    for (uint32_t x = 0; x < HLS_STEM_IMAGE_W; x++) {
        if (x == s->in_w) break;
        for (uint32_t p = 0; p < 3; p++) {
#pragma HLS PIPELINE II = 1
            if (p < s->planes && !s->fresh) {
                s->word = mem[s->at++];
                s->words--;
                s->fresh = 8;
                sum += s->word;
            }
            if (p < s->planes) {
                s->line[s->lines % HLS_STEM_LINES][x][p] = (uint8_t)(s->word & 0xFF);
                s->word >>= 8;
                s->fresh--;
            }
        }
    }
    if (HLS_G(s->d, STEM_BASE) < 2) c->sum[HLS_G(s->d, STEM_BASE)] += sum;
    s->lines++;
}

/* Image column x into the window of convolution row y, behind the columns that are there. Outside of the image: 0. */
static void shift(const hls_stem *s, uint32_t y, int32_t x, uint8_t win[3][SIDE][SIDE])
{
#pragma HLS INLINE
    for (uint32_t p = 0; p < 3; p++) {
#pragma HLS UNROLL
        for (uint32_t ky = 0; ky < SIDE; ky++) {
#pragma HLS UNROLL
            const int32_t yy = (int32_t)(s->stride * y + ky) - (int32_t)s->pad;
            const int inside = yy >= 0 && x >= 0 && yy < (int32_t)s->in_h && x < (int32_t)s->in_w;
            for (uint32_t kx = 0; kx < SIDE - 1; kx++) win[p][ky][kx] = win[p][ky][kx + 1];
            win[p][ky][SIDE - 1] = inside ? s->line[yy % HLS_STEM_LINES][x][p] : 0;
        }
    }
}

/* The window as a row of taps: tap = (plane * K + ky) * K + kx, kx = K - 1 the newest column. Behind the last one: 0. */
static void taps(const hls_stem *s, uint8_t win[3][SIDE][SIDE], int16_t tap[TAPS])
{
#pragma HLS INLINE
    const uint32_t n = s->side * s->side * s->planes;
    const int is_signed = HLS_G(s->d, STEM_SIGNED) != 0;
    for (uint32_t t = 0; t < TAPS; t++) {
#pragma HLS UNROLL
        const uint8_t raw = s->side == 3   ? win[t / 9 % 3][t / 3 % 3][t % 3 + SIDE - 3]
                            : s->side == 5 ? win[t / 25 % 3][t / 5 % 5][t % 5 + SIDE - 5]
                                           : win[t / 49 % 3][t / 7 % 7][t % 7];
        tap[t] = (int16_t)(t >= n ? 0 : is_signed ? (int8_t)raw : raw);
    }
}

static int8_t requantise(int32_t sum, uint32_t sh)
{
    const int32_t a = (int32_t)(((int64_t)sum + (((int64_t)1 << sh) >> 1)) >> sh);
    return (int8_t)(a > 127 ? 127 : a < -128 ? -128 : a);
}

static void convolve(const hls_chip *c, const int16_t tap[TAPS], int8_t a[HLS_LANES])
{
    const hls_stem *s = &c->stem;
    int32_t sum[HLS_LANES];
#pragma HLS ARRAY_PARTITION variable = sum complete
    for (uint32_t lane = 0; lane < HLS_LANES; lane++) sum[lane] = 0;
    for (uint32_t t = 0; t < HLS_STEM_TAPROWS; t++) {
#pragma HLS PIPELINE II = 1
        if (t == s->taprows) break;
        for (uint32_t lane = 0; lane < HLS_LANES; lane++) {
#pragma HLS UNROLL
            const hls_word w = c->param[s->prow + HLS_STEM_PRM + t][lane];
            for (uint32_t i = 0; i < 8; i++) sum[lane] += (int8_t)(w >> 8 * i & 0xFF) * tap[8 * t + i];
        }
    }
    for (uint32_t lane = 0; lane < HLS_LANES; lane++) {
#pragma HLS UNROLL
        a[lane] = requantise(sum[lane], (uint32_t)(c->param[s->prow][lane] & 31));
    }
}

/* a into position (my, mx) of the map: the first of its window sets it, the others raise it. */
static void raise(hls_stem *s, uint32_t my, uint32_t mx, int first, const int8_t a[HLS_LANES])
{
    if (my >= s->out_h || mx >= s->out_w) return; /* an odd last row or column of a 2x2 pool */
    for (uint32_t lane = 0; lane < HLS_LANES; lane++) {
#pragma HLS UNROLL
        int8_t *m = &s->map[my % HLS_STEM_MAPS][mx][lane];
        if (first || a[lane] > *m) *m = a[lane];
    }
}

/* Convolution pixel (y, x) into each pool window that it is in: one, or with 3x3 up to four. */
static void pool(hls_stem *s, uint32_t y, uint32_t x, const int8_t a[HLS_LANES])
{
    if (s->pool == 0) {
        raise(s, y, x, 1, a);
    } else if (s->pool == 1) {
        raise(s, y / 2, x / 2, y % 2 == 0 && x % 2 == 0, a);
    } else {
        /* Window m holds 2m - 1 .. 2m + 1: an odd position closes one and opens the next. */
        for (uint32_t j = 0; j < 2; j++)
            for (uint32_t i = 0; i < 2; i++)
                if (j <= y % 2 && i <= x % 2) raise(s, y / 2 + j, x / 2 + i, (j || y == 0) && (i || x == 0), a);
    }
}

void HLS_NAME(hls_stem_row)(hls_chip *c, const hls_word *mem)
{
    hls_stem *s = &c->stem;
    const uint32_t y = s->convs, bottom = s->stride * y + s->pad, need = bottom < s->in_h ? bottom + 1 : s->in_h;
    uint8_t win[3][SIDE][SIDE] = {{{0}}};
#pragma HLS ARRAY_PARTITION variable = win complete dim = 0
    int32_t column = -(int32_t)s->pad;
    for (uint32_t i = 0; i < HLS_STEM_LINES; i++) {
        if (s->lines >= need) break;
        read_line(c, mem);
    }
    for (uint32_t x = 0; x < HLS_STEM_IMAGE_W; x++) {
        if (x == s->conv_w) break;
        int16_t tap[TAPS];
#pragma HLS ARRAY_PARTITION variable = tap complete
        int8_t a[HLS_LANES];
#pragma HLS ARRAY_PARTITION variable = a complete
        for (uint32_t i = 0; i < SIDE; i++) { /* all of them before the first pixel, then STRIDE */
#pragma HLS PIPELINE II = 1
            if (column > (int32_t)(s->stride * x + s->pad)) break;
            shift(s, y, column++, win);
        }
        taps(s, win, tap);
        convolve(c, tap, a);
        pool(s, y, x, a);
    }
    s->convs++;
}
