/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_fbuf.h - four feature words from any word on, as rtl/fetch/bonnet_fbuf.sv gives them: bank b holds the words w with w % 4 == b, so
 * the four words lie in four banks, in row w / 4 or the one after it. Words beyond the last one read 0 and are not written.
 */
#ifndef HLS_FBUF_H
#define HLS_FBUF_H
#include "hls_geometry.h"

/* to[i] = feature word `word + i`. */
static inline void hls_fbuf_read(hls_word feature[HLS_FEATURE_WORDS / 4][4], uint32_t word, hls_word to[4])
{
#pragma HLS INLINE
    for (uint32_t i = 0; i < 4; i++) {
#pragma HLS UNROLL
        to[i] = word + i < HLS_FEATURE_WORDS ? feature[(word + i) / 4][(word + i) % 4] : 0;
    }
}

/* Feature word `word + i` takes the bits of mask[i] from data[i]. A memory without bit enables reads before it writes: two cycles. */
static inline void hls_fbuf_write(hls_word feature[HLS_FEATURE_WORDS / 4][4], uint32_t word, const hls_word mask[4], const hls_word data[4])
{
#pragma HLS INLINE
    for (uint32_t i = 0; i < 4; i++) {
#pragma HLS UNROLL
        if (mask[i] != 0 && word + i < HLS_FEATURE_WORDS) {
            hls_word old = feature[(word + i) / 4][(word + i) % 4];
            feature[(word + i) / 4][(word + i) % 4] = (old & ~mask[i]) | (data[i] & mask[i]);
        }
    }
}
#endif
