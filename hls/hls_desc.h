/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hls_desc.h - a descriptor's fields, of rtl/csr/bonnet_job.def, for C99.
 *
 *     HLS_G(d, CONV_IN_W)      the field of uint32_t d[16]; with a field that is named, nothing but wires is left of it
 *     HLS_OP_CONV              operation codes
 */
#ifndef HLS_DESC_H
#define HLS_DESC_H
#include <stdint.h>

enum {
    HLS_DESC_WORDS = 16,           /* 32 bits each */
    HLS_DESC_BYTES = 64,
    HLS_JOB_MAGIC = 0x324A4E42,    /* ASCII BNJ2 */
    HLS_SEMS = 16,                 /* semaphore 0 is none */
    HLS_SEM_MAX = 63
};

/* A field is word << 16 | lsb << 8 | width. */
#define OP(name, code, text)
#define JOB(name, word, lsb, width, text)   HLS_F_JOB_##name = (word) << 16 | (lsb) << 8 | (width),
#define HDR(name, word, lsb, width, text)   HLS_F_HDR_##name = (word) << 16 | (lsb) << 8 | (width),
#define LOAD(name, word, lsb, width, text)  HLS_F_LOAD_##name = (word) << 16 | (lsb) << 8 | (width),
#define CONV(name, word, lsb, width, text)  HLS_F_CONV_##name = (word) << 16 | (lsb) << 8 | (width),
#define FC(name, word, lsb, width, text)    HLS_F_FC_##name = (word) << 16 | (lsb) << 8 | (width),
#define STEM(name, word, lsb, width, text)  HLS_F_STEM_##name = (word) << 16 | (lsb) << 8 | (width),
#define STORE(name, word, lsb, width, text) HLS_F_STORE_##name = (word) << 16 | (lsb) << 8 | (width),
enum {
#include "bonnet_job.def"
    HLS_F_NONE = 0
};
#undef OP
#undef JOB
#undef HDR
#undef LOAD
#undef CONV
#undef FC
#undef STEM
#undef STORE
#define OP(name, code, text) HLS_OP_##name = (code),
#define JOB(name, word, lsb, width, text)
#define HDR(name, word, lsb, width, text)
#define LOAD(name, word, lsb, width, text)
#define CONV(name, word, lsb, width, text)
#define FC(name, word, lsb, width, text)
#define STEM(name, word, lsb, width, text)
#define STORE(name, word, lsb, width, text)
enum {
#include "bonnet_job.def"
    HLS_OPS
};
#undef OP
#undef JOB
#undef HDR
#undef LOAD
#undef CONV
#undef FC
#undef STEM
#undef STORE

static inline uint32_t hls_mask(int width) { return width >= 32 ? 0xFFFFFFFFu : (1u << width) - 1u; }
static inline uint32_t hls_get(const uint32_t d[16], int field) { return d[field >> 16 & 15] >> (field >> 8 & 31) & hls_mask(field & 255); }
#define HLS_G(d, name) hls_get(d, HLS_F_##name)
#endif
