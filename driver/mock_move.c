/* SPDX-License-Identifier: Apache-2.0 */
/* mock_move.c - load and store of the C chip: DRAM to rows or feature words and back, and the fully connected layer's walk. */
#include <string.h>
#include "mock.h"

#define G(field) bonnet_desc_get(d, BONNET_F_##field)

static uint64_t little(const uint8_t *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

void mock_sum(mock *m, uint32_t base, const uint8_t *p, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes; i += 8) m->sums[base] += little(p + i);
}

const uint8_t *mock_read_beats(mock *m, uint32_t base, uint64_t addr, uint64_t bytes)
{
    const uint64_t beat = m->bus_bits / 8, whole = (bytes + beat - 1) / beat * beat;
    const uint8_t *p = mock_axi(m, MOCK_IN, addr, whole);
    if (p && base < 2) mock_sum(m, base, p, whole); /* what the chip itself wrote is not summed when it reads it again */
    return p;
}

mock_result mock_load(mock *m, const uint32_t *d, uint64_t addr, uint32_t step, uint64_t *cycles, uint32_t *bytes)
{
    uint32_t n = G(LOAD_BYTES), at = G(LOAD_ADDR), dest = G(LOAD_DEST), row_bytes = 8 * m->lanes, arrays = dest == 2 ? m->arrays : 1;
    if (dest > 2 || G(LOAD_OFFSET) % 64 || n == 0) return MOCK_REFUSED;
    if (dest == 2) {
        if (n % 8 || at + n / 8 > m->feature_words) return MOCK_REFUSED;
    } else {
        uint32_t rows = dest ? m->stem_rows : m->weight_rows;
        if (n % row_bytes || at + n / row_bytes > rows) return MOCK_REFUSED;
    }
    for (uint32_t a = 0; a < arrays; a++) {
        mock_array(m, a);
        uint64_t *to = dest == 2 ? m->feature + at : (dest ? m->stem : m->weight) + (size_t)at * m->lanes;
        const uint8_t *from = mock_read_beats(m, G(LOAD_BASE), addr + (uint64_t)a * step, n);
        if (!from) return MOCK_BUS_ERROR;
        for (uint32_t i = 0; i < n / 8; i++) to[i] = little(from + 8 * (size_t)i);
    }
    *bytes = n * arrays;
    *cycles = 20 + 8 * (uint64_t)n * arrays / m->bus_bits;
    return MOCK_OK;
}

mock_result mock_store(mock *m, const uint32_t *d, uint64_t addr, uint32_t step, uint64_t *cycles, uint32_t *bytes)
{
    uint32_t n = G(STORE_BYTES), at = G(STORE_ADDR);
    if (n == 0 || n % 8 || G(STORE_OFFSET) % 64 || at + n / 8 > m->feature_words) return MOCK_REFUSED;
    for (uint32_t a = 0; a < m->arrays; a++) {
        mock_array(m, a);
        uint8_t *to = mock_axi(m, MOCK_OUT, addr + (uint64_t)a * step, n);
        if (!to) return MOCK_BUS_ERROR;
        for (uint32_t i = 0; i < n; i++) to[i] = (uint8_t)(m->feature[at + i / 8] >> 8 * (i % 8));
        for (uint32_t i = 0; i < n / 8 && G(STORE_BASE) >= 2; i++) m->sums[G(STORE_BASE)] += m->feature[at + i];
    }
    *bytes = n * m->arrays;
    *cycles = 20 + 8 * (uint64_t)n * m->arrays / m->bus_bits;
    return MOCK_OK;
}

mock_result mock_fc(mock *m, const uint32_t *d, uint64_t *cycles)
{
    uint32_t inputs = G(FC_INPUTS), tiles = G(FC_TILES), in = G(FC_IN), out = G(FC_OUT), tile_rows = 1 + inputs / 8;
    if (!inputs || inputs % 8 || !tiles || in + inputs / 4 > m->feature_words || out + tiles * m->lanes / 2 > m->feature_words ||
        G(FC_WROW) + (uint64_t)tiles * tile_rows > m->weight_rows)
        return MOCK_REFUSED;
    m->head.next = 0; /* sums of a HEAD last to the next descriptor only */
    for (uint32_t n = 0; n < m->arrays * tiles; n++)
        for (uint32_t lane = 0; lane < m->lanes; lane++) {
            uint32_t t = n % tiles;
            mock_array(m, n / tiles);
            const uint64_t *row = m->weight + (size_t)(G(FC_WROW) + t * tile_rows) * m->lanes + lane;
            uint32_t sum = (uint32_t)*row; /* modulo 2^32: int32 arithmetic */
            for (uint32_t i = 0; i < inputs; i++) {
                int32_t w = (int8_t)(row[(size_t)(1 + i / 8) * m->lanes] >> 8 * (i % 8));
                int32_t f = (int16_t)(m->feature[in + i / 4] >> 16 * (i % 4));
                sum += (uint32_t)(w * f);
            }
            uint32_t logit = t * m->lanes + lane, shift = 32 * (logit % 2);
            uint64_t *word = &m->feature[out + logit / 2];
            *word = (*word & ~(UINT64_C(0xFFFFFFFF) << shift)) | (uint64_t)sum << shift;
        }
    *cycles = (uint64_t)tiles * (inputs + m->lanes / 2 + 8);
    return MOCK_OK;
}
