/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_amx.c - the cpu kernels for x86-64 with AMX int8 tiles beside AVX-512 (2023 and later). Chosen at run time; the file needs no flags.
 *
 * A tile instruction multiplies 16 rows of 64 int8 by 64 x 16 int8 and adds to 16 x 16 int32: 16,384 products, where the popcount path needs 48
 * instructions. Bits have to become bytes of +1 and -1 for it, which one masked move does for 64 of them. The map is unpacked once per band of rows, not
 * once per tap, and the weights, which stay packed in memory (eight times less to read), once per band, beside the multiplication. With n the sum of products and
 * K the bits of the dot product, the mismatches are q = (K - n) / 2, and everything after is what the other sets do.
 */
#include "cpu.h"
#if defined(__x86_64__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,amx-tile,amx-int8")))

/* gcc 12's tile loads do not say that they read memory: without this it may still hold back the stores before them. */
#define STORED() __asm__ volatile("" ::: "memory")

enum { ARCH_REQUEST_PERMISSION = 0x1023, TILE_DATA = 18, ROWS = 16, TILE = 1024, BLOCK = 64, RING = 8, AHEAD = 4 };

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

/* How a band lies in memory. A stride of 2 is taken apart: even and odd rows and columns apart, so that the positions of a block follow
 * each other in every tap, 64 bytes apart, in any layer. */
typedef struct layout {
    uint32_t pad, extra; /* border; rows and columns that a window reaches beyond its first */
    uint32_t cols;       /* of a phase: conv_w + extra */
    size_t phase, plane; /* bytes of a phase [row][cols][64] and of all stride^2 of them, which are one word of one slice */
} layout;

static layout layout_of(const bonnet_cpu_rows *r, uint32_t rows)
{
    layout a = {.pad = r->dilation};
    a.extra = (2 * a.pad + r->stride - 1) / r->stride;
    a.cols = r->conv_w + a.extra;
    a.phase = (size_t)(rows + a.extra) * a.cols * 64;
    a.plane = a.phase * r->stride * r->stride;
    return a;
}

/* All that the band reads of one slice, as bytes with its border: [depth][phase y][phase x][row][column][64]. */
TARGET static void unpack_map(const bonnet_cpu_rows *r, const layout *a, uint32_t first, uint32_t rows, uint32_t slice)
{
    const int32_t pad = (int32_t)a->pad;
    const uint32_t s = r->stride, slices = r->slices, depth = r->depth;
    const size_t plane = a->plane;
    for (uint32_t y = 0; y < (rows + a->extra) * s; y++) {
        const uint64_t *row = r->base + (size_t)bonnet_cpu_clamp((int32_t)(first * s + y) - pad, r->in_h) * r->in_w * r->pitch + slice;
        uint8_t *to = r->bytes + y % s * s * a->phase + (size_t)(y / s) * a->cols * 64;
        for (uint32_t phase = 0; phase < s; phase++, to += a->phase)
            for (uint32_t x = 0; x < a->cols; x++) {
                const uint64_t *from = row + bonnet_cpu_clamp((int32_t)(x * s + phase) - pad, r->in_w) * r->pitch;
                uint8_t *at = to + (size_t)x * 64;
                for (uint32_t i = 0; i < depth; i++, from += slices, at += plane) unpack(at, *from);
            }
    }
}

TARGET static inline void unpack_tile(uint8_t *to, const uint64_t *packed)
{
    for (uint32_t i = 0; i < ROWS; i++) unpack(to + (size_t)i * 64, packed[i]);
}

/*
 * Four blocks of sixteen positions, 1 KiB apart, by sixteen channels: sums to n[64][16]. The weights are unpacked while the tile unit
 * multiplies, into a ring small enough for the first-level cache, and early enough that the stores are done when the tile is loaded.
 */
TARGET static void multiply(int32_t *n, const uint8_t *map, const uint32_t *offset, uint8_t *ring, const uint64_t *packed, uint32_t words)
{
    for (uint32_t i = 0; i < AHEAD && i < words; i++) unpack_tile(ring + (size_t)i * TILE, packed + (size_t)i * ROWS);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (uint32_t i = 0; i < words; i++) {
        const uint8_t *at = map + offset[i];
        STORED();
        _tile_loadd(7, ring + (size_t)(i % RING) * TILE, 64);
        _tile_loadd(4, at, 64);
        _tile_dpbssd(0, 4, 7);
        _tile_loadd(5, at + TILE, 64);
        _tile_dpbssd(1, 5, 7);
        _tile_loadd(6, at + 2 * TILE, 64);
        _tile_dpbssd(2, 6, 7);
        _tile_loadd(4, at + 3 * TILE, 64);
        _tile_dpbssd(3, 4, 7);
        if (i + AHEAD < words) unpack_tile(ring + (size_t)((i + AHEAD) % RING) * TILE, packed + (size_t)(i + AHEAD) * ROWS);
    }
    _tile_stored(0, n, 64);
    _tile_stored(1, n + 256, 64);
    _tile_stored(2, n + 512, 64);
    _tile_stored(3, n + 768, 64);
}

/* Sums of positions at..at+63, counted along the band with its border, to mismatches of those inside. */
TARGET static void store(const bonnet_cpu_rows *r, const layout *a, const int32_t *n, uint32_t at, uint32_t positions, uint32_t channel)
{
    const __m512i all = _mm512_set1_epi32((int32_t)r->words * 64);
    uint32_t x = at % a->cols;
    uint16_t *to = r->q + ((size_t)(at / a->cols) * r->conv_w + (x < r->conv_w ? x : r->conv_w)) * r->conv_c + channel;
    for (uint32_t p = 0; p < BLOCK && at + p < positions; p++) {
        if (x < r->conv_w) {
            const __m512i q = _mm512_srli_epi32(_mm512_sub_epi32(all, _mm512_load_si512(n + p * 16)), 1);
            _mm256_storeu_si256((__m256i *)(void *)to, _mm512_cvtepi32_epi16(q));
            to += r->conv_c;
        }
        if (++x == a->cols) x = 0; /* `to` stood still over the border */
    }
}

TARGET static void configure(void)
{
    struct {
        uint8_t palette, start, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } c = {.palette = 1};
    for (int i = 0; i < 8; i++) c.bytes[i] = 64, c.rows[i] = ROWS;
    STORED();
    _tile_loadconfig(&c);
}

TARGET void bonnet_cpu_amx_count(const bonnet_cpu_rows *r, uint32_t first, uint32_t rows)
{
    const layout a = layout_of(r, rows);
    const uint32_t tiles = r->outs / 16, positions = (rows - 1) * a.cols + r->conv_w;
    uint32_t offset[BONNET_MAX_DOT / 64];
    int32_t n[BLOCK * 16] __attribute__((aligned(64)));
    uint8_t ring[RING * TILE] __attribute__((aligned(64)));
    for (uint32_t i = 0; i < r->words; i++) {
        const uint32_t tap = i / r->depth, y = tap / 3 * r->dilation, x = tap % 3 * r->dilation, s = r->stride;
        offset[i] = (uint32_t)(i % r->depth * a.plane + (y % s * s + x % s) * a.phase + ((size_t)(y / s) * a.cols + x / s) * 64);
    }
    configure();
    for (uint32_t g = 0; g < r->slices; g++) {
        unpack_map(r, &a, first, rows, g);
        for (uint32_t at = 0; at < positions; at += BLOCK) /* what 64 positions read stays in the first-level cache */
            for (uint32_t t = 0; t < tiles; t++) {
                multiply(n, r->bytes + (size_t)at * 64, offset, ring, r->tiles + (size_t)(g * tiles + t) * r->words * ROWS, r->words);
                store(r, &a, n, at, positions, g * r->outs + t * 16);
            }
    }
    _tile_release();
}
#endif
