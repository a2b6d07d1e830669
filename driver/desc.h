/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desc.h - descriptors in C: every field of rtl/csr/bonnet_job.def as one constant, and get and set.
 *
 *     uint32_t d[BONNET_DESC_WORDS] = { 0 };
 *     ok = bonnet_desc_set(d, BONNET_F_CONV_IN, word);      // 0: the value does not fit, d is unchanged
 *     word = bonnet_desc_get(d, BONNET_F_CONV_IN);
 *
 * Words here are numbers; bonnet_desc_to_bytes() and _from_bytes() are the little-endian form that the chip reads.
 */
#ifndef BONNET_DESC_H
#define BONNET_DESC_H
#include <stdint.h>

enum {
    BONNET_DESC_WORDS = 16,
    BONNET_DESC_BYTES = 64,
    BONNET_JOB_MAX = 1023,         /* descriptors after the header, on a chip with 1024 records */
    BONNET_JOB_MAGIC = 0x324A4E42, /* ASCII BNJ2 */
    BONNET_QUEUE_DEPTH = 8,        /* descriptors that wait in front of a unit */
    BONNET_SEMS = 16,              /* semaphore 0 means none */
    BONNET_SEM_MAX = 63
};

/* A field is word << 16 | lsb << 8 | width. */
#define BONNET_FIELD(word, lsb, width) ((word) << 16 | (lsb) << 8 | (width))

#define OP(name, code, text) BONNET_OP_##name = code,
#define JOB(name, word, lsb, width, text)
#define HDR   JOB
#define LOAD  JOB
#define CONV  JOB
#define FC    JOB
#define STEM  JOB
#define STORE JOB
enum {
#include "bonnet_job.def"
    BONNET_OPS
};
#undef OP
#undef JOB
#undef HDR
#undef LOAD
#undef CONV
#undef FC
#undef STEM
#undef STORE
#define OP(name, code, text)
#define JOB(name, word, lsb, width, text)   BONNET_F_JOB_##name = BONNET_FIELD(word, lsb, width),
#define HDR(name, word, lsb, width, text)   BONNET_F_HDR_##name = BONNET_FIELD(word, lsb, width),
#define LOAD(name, word, lsb, width, text)  BONNET_F_LOAD_##name = BONNET_FIELD(word, lsb, width),
#define CONV(name, word, lsb, width, text)  BONNET_F_CONV_##name = BONNET_FIELD(word, lsb, width),
#define FC(name, word, lsb, width, text)    BONNET_F_FC_##name = BONNET_FIELD(word, lsb, width),
#define STEM(name, word, lsb, width, text)  BONNET_F_STEM_##name = BONNET_FIELD(word, lsb, width),
#define STORE(name, word, lsb, width, text) BONNET_F_STORE_##name = BONNET_FIELD(word, lsb, width),
enum {
#include "bonnet_job.def"
    BONNET_F_NONE = 0
};
#undef OP
#undef JOB
#undef HDR
#undef LOAD
#undef CONV
#undef FC
#undef STEM
#undef STORE

/* The def file and the words of this header must mean the same descriptor. */
#define OP(name, code, text) _Static_assert((code) >= 0 && (code) < 16, "operation code does not fit: " #name);
#define JOB(name, word, lsb, width, text)                                                                                                            \
    _Static_assert((word) < BONNET_DESC_WORDS && (width) >= 1 && (lsb) + (width) <= 32, "field outside its word: " #name);
#define HDR   JOB
#define LOAD  JOB
#define CONV  JOB
#define FC    JOB
#define STEM  JOB
#define STORE JOB
#include "bonnet_job.def"
#undef OP
#undef JOB
#undef HDR
#undef LOAD
#undef CONV
#undef FC
#undef STEM
#undef STORE
_Static_assert(BONNET_DESC_BYTES == 4 * BONNET_DESC_WORDS, "a descriptor is sixteen words");

static inline uint32_t bonnet_desc_mask(int field)
{
    unsigned width = (unsigned)field & 0xFFu;
    return width >= 32 ? 0xFFFFFFFFu : (1u << width) - 1u;
}

static inline uint32_t bonnet_desc_get(const uint32_t *d, int field)
{
    return d[(field >> 16) & 15] >> ((field >> 8) & 31) & bonnet_desc_mask(field);
}

/* 1 on success; 0 if value needs more bits than the field has, then d is as it was. */
static inline int bonnet_desc_set(uint32_t *d, int field, uint64_t value)
{
    uint32_t mask = bonnet_desc_mask(field);
    unsigned lsb = (unsigned)(field >> 8) & 31u;
    if (value > mask) return 0;
    uint32_t *w = &d[(field >> 16) & 15];
    *w = (*w & ~(mask << lsb)) | (uint32_t)value << lsb;
    return 1;
}

/* Semaphore of wait or post i = 0..2 of a descriptor in this walk: ONCE and WAIT_ONCE are for the first one only. 0: none. */
static inline uint32_t bonnet_desc_wait(const uint32_t *d, int i, uint32_t walk)
{
    static const int waits[3] = {BONNET_F_JOB_WAIT0, BONNET_F_JOB_WAIT1, BONNET_F_JOB_WAIT2};
    if (walk && (bonnet_desc_get(d, BONNET_F_JOB_ONCE) || (i == 0 && bonnet_desc_get(d, BONNET_F_JOB_WAIT_ONCE)))) return 0;
    return bonnet_desc_get(d, waits[i]);
}

static inline uint32_t bonnet_desc_post(const uint32_t *d, int i, uint32_t walk)
{
    static const int posts[3] = {BONNET_F_JOB_POST0, BONNET_F_JOB_POST1, BONNET_F_JOB_POST2};
    return walk && bonnet_desc_get(d, BONNET_F_JOB_ONCE) ? 0 : bonnet_desc_get(d, posts[i]);
}

static inline void bonnet_desc_to_bytes(uint8_t bytes[BONNET_DESC_BYTES], const uint32_t *d)
{
    for (int i = 0; i < BONNET_DESC_BYTES; i++) bytes[i] = (uint8_t)(d[i / 4] >> 8 * (i % 4));
}

static inline void bonnet_desc_from_bytes(uint32_t *d, const uint8_t bytes[BONNET_DESC_BYTES])
{
    for (int w = 0; w < BONNET_DESC_WORDS; w++)
        d[w] = (uint32_t)bytes[4 * w] | (uint32_t)bytes[4 * w + 1] << 8 | (uint32_t)bytes[4 * w + 2] << 16 | (uint32_t)bytes[4 * w + 3] << 24;
}
#endif
