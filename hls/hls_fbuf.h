/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_fbuf.h - four feature words from any word on, as rtl/fetch/bonnet_fbuf.sv gives them: bank b holds the words w with w % 4 == b, so
 * the four words lie in four banks, in row w / 4 or the one after it. Words beyond the last one read 0 and are not written.
 * The loops go over banks and not over words, so that a tool sees one access to each bank.
 */
#ifndef HLS_FBUF_H
#define HLS_FBUF_H
#include "hls_geometry.h"

/* Row of bank b that holds one of the words word .. word + 3. Word i of a request lies in bank (word + i) % 4. */
static inline uint32_t hls_fbuf_row(uint32_t word, uint32_t b)
{
#pragma HLS INLINE
    return word / 4 + (b < word % 4 ? 1u : 0u);
}

/* to[i] = feature word `word + i`. */
static inline void hls_fbuf_read(hls_word feature[HLS_FEATURE_WORDS / 4][4], uint32_t word, hls_word to[4])
{
#pragma HLS INLINE
    hls_word bank[4];
#pragma HLS ARRAY_PARTITION variable = bank complete
    for (uint32_t b = 0; b < 4; b++) {
#pragma HLS UNROLL
        uint32_t row = hls_fbuf_row(word, b);
        bank[b] = row < HLS_FEATURE_WORDS / 4 ? feature[row][b] : 0;
    }
    for (uint32_t i = 0; i < 4; i++) {
#pragma HLS UNROLL
        to[i] = bank[(word + i) % 4];
    }
}

/* Feature word `word + i` takes the bits of mask[i] from data[i]. A memory without bit enables is read before it is written: two cycles. */
static inline void hls_fbuf_write(hls_word feature[HLS_FEATURE_WORDS / 4][4], uint32_t word, const hls_word mask[4], const hls_word data[4])
{
#pragma HLS INLINE
    for (uint32_t b = 0; b < 4; b++) {
#pragma HLS UNROLL
        uint32_t row = hls_fbuf_row(word, b), i = (b - word) % 4;
        if (mask[i] != 0 && row < HLS_FEATURE_WORDS / 4) feature[row][b] = (feature[row][b] & ~mask[i]) | (data[i] & mask[i]);
    }
}
#endif
