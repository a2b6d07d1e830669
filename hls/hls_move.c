/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_move.c - LOAD and STORE: DRAM to weight rows, stem parameter rows or feature words, and feature words to DRAM.
 * In the RTL: rtl/fetch/bonnet_load.sv, rtl/store/bonnet_store.sv, rtl/shell/bonnet_sums.sv.
 *
 * Rate    a 64-bit word each time around the loop (II 1); m_axi widens two words to a beat of 128 bits.
 * Errors  HLS_REFUSED: unknown destination, length 0, no whole rows (words), or beyond the buffer. HLS_BUS_ERROR: hls_reach().
 */
#include "hls_chip.h"

/* The longest LOAD: all weights or all feature words, and what the last beat has too much. */
enum { LOAD_WORDS = (HLS_WEIGHT_ROWS * HLS_LANES > HLS_FEATURE_WORDS ? HLS_WEIGHT_ROWS * HLS_LANES : HLS_FEATURE_WORDS) + HLS_BEAT_WORDS };

static int load_fits(uint32_t dest, uint32_t bytes, uint32_t at)
{
    if (bytes == 0 || dest > 2) return 0;
    if (dest == 2) return bytes % 8 == 0 && at + bytes / 8 <= HLS_FEATURE_WORDS;
    return bytes % HLS_ROW_BYTES == 0 && at + bytes / HLS_ROW_BYTES <= (dest ? HLS_STEM_ROWS : HLS_WEIGHT_ROWS);
}

hls_result HLS_NAME(hls_load)(hls_chip *c, const hls_word *mem, const uint32_t d[HLS_DESC_WORDS], uint64_t addr)
{
    const uint32_t dest = HLS_G(d, LOAD_DEST), bytes = HLS_G(d, LOAD_BYTES), at = HLS_G(d, LOAD_ADDR), base = HLS_G(d, LOAD_BASE);
    const uint32_t beats = (uint32_t)hls_beats(bytes), words = bytes / 8;
    if (!load_fits(dest, bytes, at)) return HLS_REFUSED;
    if (!hls_reach(c, addr, beats)) return HLS_BUS_ERROR;
    const uint64_t from = (addr - c->mem_base) / 8;
    uint32_t row = at, lane = 0; /* of a row; a feature word has no lane */
    uint64_t sum = 0;
    for (uint32_t i = 0; i < LOAD_WORDS; i++) {
#pragma HLS PIPELINE II = 1
        if (i == beats * HLS_BEAT_WORDS) break;
        const hls_word w = mem[from + i];
        sum += w;
        if (i < words && dest == 0) c->weight[row][lane] = w;
        else if (i < words && dest == 1) c->param[row][lane] = w;
        else if (i < words) c->feature[row / 4][row % 4] = w;
        if (dest == 2 || lane == HLS_LANES - 1) {
            lane = 0;
            row++;
        } else {
            lane++;
        }
    }
    if (base < 2) c->sum[base] += sum; /* what the chip itself wrote is not summed when it reads it again */
    c->beats_in += beats;
    return HLS_OK;
}

hls_result HLS_NAME(hls_store)(hls_chip *c, hls_word *mem, const uint32_t d[HLS_DESC_WORDS], uint64_t addr)
{
    const uint32_t bytes = HLS_G(d, STORE_BYTES), at = HLS_G(d, STORE_ADDR), base = HLS_G(d, STORE_BASE), words = bytes / 8;
    if (bytes == 0 || bytes % 8 || at + words > HLS_FEATURE_WORDS) return HLS_REFUSED;
    if (!hls_reach(c, addr, hls_beats(bytes))) return HLS_BUS_ERROR;
    const uint64_t to = (addr - c->mem_base) / 8;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < HLS_FEATURE_WORDS; i++) { /* the last beat may be half: m_axi writes with strobes */
#pragma HLS PIPELINE II = 1
        if (i == words) break;
        const hls_word w = c->feature[(at + i) / 4][(at + i) % 4];
        sum += w;
        mem[to + i] = w;
    }
    if (base >= 2) c->sum[base] += sum;
    c->beats_out += (uint32_t)hls_beats(bytes);
    return HLS_OK;
}
