/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_amx.c - the cpu kernels for x86-64 with AMX int8 tiles beside AVX-512 (2023 and later). Chosen at run time; the file needs no flags.
 *
 * A tile instruction multiplies 16 rows of 64 int8 by 64 x 16 int8 and adds to 16 x 16 int32: 16,384 products, where the popcount path needs 48
 * instructions. Bits have to become bytes of +1 and -1 for it, which one masked move does for 64 of them. The map is unpacked once per band of rows, not
 * once per tap, and the weights, which stay packed in memory (eight times less to read), once per band. With n the sum of products and
 * K the bits of the dot product, the mismatches are q = (K - n) / 2, and everything after is what the other sets do.
 */
#include "cpu.h"
#if defined(__x86_64__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,amx-tile,amx-int8")))

enum { ARCH_REQUEST_PERMISSION = 0x1023, TILE_DATA = 18, ROWS = 16, TILE = 1024 };

/* The kernel saves tiles only for processes that asked for them; asking again is harmless. */
int bonnet_cpu_amx_supported(void)
{
    unsigned a, b, c, d;
    if (!bonnet_cpu_avx512.supported()) return 0;
    __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
    return (d >> 24 & 1) && (d >> 25 & 1) && syscall(SYS_arch_prctl, ARCH_REQUEST_PERMISSION, TILE_DATA) == 0;
}

void bonnet_cpu_amx_arrange(uint64_t *tiles, const uint64_t *w, uint32_t words, uint32_t outs)
{
    for (uint32_t o = 0; o < outs; o++)
        for (uint32_t i = 0; i < words; i++)
            for (uint32_t bit = 0; bit < 64; bit++) /* row bit / 4 of the tile holds bits 4r..4r+3 of all sixteen channels */
                tiles[((size_t)(o / 16) * words + i) * ROWS + bit / 4] |= (w[(size_t)i * outs + o] >> bit & 1) << (o % 16 * 4 + bit % 4);
}

TARGET static inline void unpack(uint8_t *to, uint64_t bits)
{
    _mm512_store_si512(to, _mm512_mask_blend_epi8(bits, _mm512_set1_epi8(-1), _mm512_set1_epi8(1)));
}

/* All that the band reads, as bytes with its border: [slice][row][column][depth][64]. */
TARGET static void unpack_map(const bonnet_cpu_rows *r, uint32_t first, uint32_t in_rows, uint32_t in_cols)
{
    const int32_t pad = r->taps == 3 ? (int32_t)r->dilation : 0;
    const size_t slice = (size_t)in_rows * in_cols * r->depth * 64;
    for (uint32_t y = 0; y < in_rows; y++) {
        const uint64_t *row = r->base + (size_t)bonnet_cpu_clamp((int32_t)(first * r->stride + y) - pad, r->in_h) * r->in_w * r->pitch;
        uint8_t *to = r->bytes + (size_t)y * in_cols * r->depth * 64;
        for (uint32_t x = 0; x < in_cols; x++) {
            const uint64_t *from = row + bonnet_cpu_clamp((int32_t)x - pad, r->in_w) * r->pitch;
            for (uint32_t i = 0; i < r->depth; i++, to += 64)
                for (uint32_t j = 0; j < r->slices; j++) unpack(to + j * slice, *from++);
        }
    }
}

/* Four blocks of positions by sixteen channels: sums to n[4][16][16]. */
TARGET static void multiply(int32_t *n, const uint8_t *const block[4], size_t step, const uint32_t *offset, const uint8_t *weights, uint32_t words)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (uint32_t i = 0; i < words; i++) {
        _tile_loadd(7, weights + (size_t)i * TILE, 64);
        _tile_loadd(4, block[0] + offset[i], step);
        _tile_dpbssd(0, 4, 7);
        _tile_loadd(5, block[1] + offset[i], step);
        _tile_dpbssd(1, 5, 7);
        _tile_loadd(6, block[2] + offset[i], step);
        _tile_dpbssd(2, 6, 7);
        _tile_loadd(4, block[3] + offset[i], step);
        _tile_dpbssd(3, 4, 7);
    }
    _tile_stored(0, n, 64);
    _tile_stored(1, n + 256, 64);
    _tile_stored(2, n + 512, 64);
    _tile_stored(3, n + 768, 64);
}

/* Tiles 0..6 hold `positions` rows, tile 7 the sixteen rows of weights. */
TARGET static void configure(uint32_t positions)
{
    struct {
        uint8_t palette, start, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } c = {.palette = 1};
    for (int i = 0; i < 8; i++) c.bytes[i] = 64, c.rows[i] = (uint8_t)(i < 7 ? positions : ROWS);
    _tile_loadconfig(&c);
}

TARGET void bonnet_cpu_amx_count(const bonnet_cpu_rows *r, uint32_t first, uint32_t rows)
{
    const uint32_t pad = r->taps == 3 ? r->dilation : 0, in_rows = (rows - 1) * r->stride + 1 + 2 * pad;
    const uint32_t in_cols = (r->conv_w - 1) * r->stride + 1 + 2 * pad, pixel = r->depth * 64;
    /* Blocks of equal size; where the row is no multiple the last one overlaps the one before, and writes the same again. */
    const uint32_t per_row = (r->conv_w + ROWS - 1) / ROWS, size = (r->conv_w + per_row - 1) / per_row, blocks = rows * per_row;
    const __m512i all = _mm512_set1_epi32((int32_t)r->words * 64);
    uint32_t offset[BONNET_MAX_DOT / 64];
    int32_t n[4 * 256] __attribute__((aligned(64)));
    for (uint32_t i = 0; i < r->words; i++) {
        const uint32_t tap = i / r->depth, ky = tap / 3, kx = tap % 3;
        offset[i] = (ky * r->dilation * in_cols + kx * r->dilation) * pixel + i % r->depth * 64;
    }
    unpack_map(r, first, in_rows, in_cols);
    configure(size);
    for (uint32_t tile = 0; tile < r->conv_c / 16; tile++) { /* sixteen channels each */
        const uint8_t *map = r->bytes + (size_t)(tile * 16 / r->outs) * in_rows * in_cols * pixel;
        const uint64_t *packed = r->tiles + (size_t)tile * r->words * ROWS;
        for (uint32_t i = 0; i < r->words * ROWS; i++) unpack(r->weights + (size_t)i * 64, packed[i]);
        for (uint32_t b = 0; b < blocks; b += 4) {
            const uint8_t *block[4];
            uint16_t *to[4];
            for (uint32_t m = 0; m < 4; m++) {
                const uint32_t at = b + m < blocks ? b + m : blocks - 1, y = at / per_row;
                const uint32_t x = at % per_row * size + size <= r->conv_w ? at % per_row * size : r->conv_w - size;
                block[m] = map + ((size_t)y * in_cols + x) * r->stride * pixel;
                to[m] = r->q + ((size_t)y * r->conv_w + x) * r->conv_c + tile * 16;
            }
            multiply(n, block, (size_t)r->stride * pixel, offset, r->weights, r->words);
            for (uint32_t m = 0; m < 4 && b + m < blocks; m++)
                for (uint32_t p = 0; p < size; p++) {
                    const __m512i q = _mm512_srli_epi32(_mm512_sub_epi32(all, _mm512_load_si512(n + m * 256 + p * 16)), 1);
                    _mm256_storeu_si256((__m256i *)(void *)(to[m] + (size_t)p * r->conv_c), _mm512_cvtepi32_epi16(q));
                }
        }
    }
    _tile_release();
}
#endif
