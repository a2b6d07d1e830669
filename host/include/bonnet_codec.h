/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_codec.h - tensors made small before they cross a link: quantised to 1..8 bits, compressed where that pays, as bytes that say what they are.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first arguments, and leave them untouched on failure; nothing
 * prints, exits or waits. message: NULL, or receives one line of at most message_bytes on failure. docs/codecs.md has formulas, the format, and what it measures.
 *
 * Threads: no function keeps anything outside its arguments.
 */
#ifndef BONNET_CODEC_H
#define BONNET_CODEC_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types of values. Values are wire format: append, never renumber. */
typedef enum bonnet_codec_type {
    BONNET_CODEC_U8  = 0,   /* bytes, a cut's packed bits among them: never quantised */
    BONNET_CODEC_F32 = 1,
    BONNET_CODEC_I32 = 2,
    BONNET_CODEC_I16 = 3,
    BONNET_CODEC_I8  = 4
} bonnet_codec_type;
/* What compresses. Wire format, too. */
typedef enum bonnet_codec_name {
    BONNET_CODEC_NONE    = 0,
    BONNET_CODEC_DEFLATE = 1,   /* RFC 1950, as zlib writes it */
    BONNET_CODEC_ZSTD    = 2    /* RFC 8878, one frame         */
} bonnet_codec_name;
enum { BONNET_CODEC_NAMES = 3, BONNET_CODEC_RANK = 8, BONNET_CODEC_MAX_BITS = 8 };
#define BONNET_CODEC_MAX_BYTES (UINT64_C(1) << 30)  /* of one tensor's values; larger ones are refused, before memory is taken */
#define BONNET_CODEC_KEEP_ABOVE 0.95                /* compressed by uncompressed bytes beyond which compressing is not worth its time */

/* Numbers of one type in the host's byte order, aligned for it. */
typedef struct bonnet_values { uint32_t type; size_t count; const void *data; } bonnet_values;

/*
 * The quantiser: b bits over the range low..high (m, M), S = (M + m) / 2 and h = M - S:
 *     d = floor((f - S) / h * 2^(b - 1)), not below -2^(b - 1) and not above 2^(b - 1) - 1,     f' = S + (d + 1/2) h / 2^(b - 1)
 * so that |f' - f| <= h / 2^b within the range, but for the rounding of f' to its type, and what lies beyond comes back as the step at that end. low = high: every
 * f' is S. Codes are d + 2^(b - 1), packed without gaps: value i from bit i * b on, bit 0 of a byte first; what is left of the last byte is zero.
 */
typedef struct bonnet_range { double low, high; } bonnet_range; /* finite as float32, low <= high, and no closer than 2^-32 of the larger unless equal */
/* (count * bits + 7) / 8; BONNET_EINVAL: beyond BONNET_CODEC_MAX_BYTES of values, or bits not 1..8. */
BONNET_API bonnet_status bonnet_quantised_bytes(size_t *out, uint32_t type, size_t count, uint32_t bits);
/* packed: [bonnet_quantised_bytes()]. BONNET_EINVAL: a value that is no number or infinite, a wrong range. */
BONNET_API bonnet_status bonnet_quantise(uint8_t *packed, const bonnet_values *values, uint32_t bits, const bonnet_range *range, char *message, size_t message_bytes);
/* values: [count] of `type`; integers are rounded to the nearest, ties upwards, within their type. */
BONNET_API bonnet_status bonnet_dequantise(void *values, uint32_t type, size_t count, const uint8_t *packed, uint32_t bits, const bonnet_range *range);

/*
 * A range out of many tensors, for a cut whose range is agreed on before. share 1: smallest to largest value. Below: the middle share of all values, so that
 * (1 - share) / 2 of them lie beyond either end at most; the ends are then up to 1/512 of themselves too far out, never too far in. Memory: 2 MiB,
 * whatever is added. *out: bonnet_range_close().
 */
typedef struct bonnet_range_search bonnet_range_search;
BONNET_API bonnet_status bonnet_range_open(bonnet_range_search **out, double share); /* above 0, at most 1 */
/* BONNET_EINVAL: a value that is no number or infinite; nothing is added. */
BONNET_API bonnet_status bonnet_range_add(bonnet_range_search *search, const bonnet_values *values, char *message, size_t message_bytes);
BONNET_API bonnet_status bonnet_range_get(bonnet_range *out, const bonnet_range_search *search); /* BONNET_EINVAL: nothing was added */
BONNET_API_VOID void bonnet_range_close(bonnet_range_search *search); /* NULL is a no-op */

/* A tensor to be sent. Every dimension at most 2^32 - 1; rank 0: one value. */
typedef struct bonnet_codec_tensor {
    uint32_t type, rank;
    uint64_t shape[BONNET_CODEC_RANK];
    const void *data;           /* as bonnet_values.data */
} bonnet_codec_tensor;

/* Zero means default. Initialise with BONNET_CODEC_OPTIONS_INIT so that fields can be added. */
typedef struct bonnet_codec_options {
    size_t   size;
    uint32_t bits;              /* 1..8; 0: the values as they are, without loss      */
    uint32_t codec;             /* enum bonnet_codec_name                             */
    uint32_t level;             /* deflate 1..9, default 6; zstd 1..19, default 3     */
    const bonnet_range *range;  /* with bits: NULL: smallest to largest value of the tensor */
    double   keep_above;        /* the payload stays uncompressed when compressing leaves more than this of it; default BONNET_CODEC_KEEP_ABOVE */
    char    *message;
    size_t   message_bytes;
} bonnet_codec_options;
#define BONNET_CODEC_OPTIONS_INIT { sizeof(bonnet_codec_options), 0, 0, 0, NULL, 0, NULL, 0 }
/* The tensor as a stream. *out: free(). */
BONNET_API bonnet_status bonnet_codec_encode(uint8_t **out, size_t *size, const bonnet_codec_tensor *tensor, const bonnet_codec_options *options);

typedef struct bonnet_codec_info {
    uint32_t type, bits;        /* bits 0: without loss */
    uint32_t codec, stored;     /* asked for; of the payload: NONE where compressing was not worth it */
    uint32_t rank;
    uint64_t shape[BONNET_CODEC_RANK];
    bonnet_range range;
    size_t   count, bytes;      /* values; bytes of them decoded */
    size_t   packed_bytes, payload_bytes; /* before and after compression */
} bonnet_codec_info;
/* What a stream says of itself, its checksum held; takes no memory. BONNET_EFORMAT: no stream, damaged; BONNET_EABI: of a later version. */
BONNET_API bonnet_status bonnet_codec_look(bonnet_codec_info *out, const uint8_t *bytes, size_t size, char *message, size_t message_bytes);
/* The values, into room for at least bonnet_codec_info.bytes, aligned for their type. Memory beyond that: packed_bytes, never more than the codec could have made of the payload. */
BONNET_API bonnet_status bonnet_codec_decode(void *values, size_t room_bytes, const uint8_t *bytes, size_t size, char *message, size_t message_bytes);

/* What codecs make of `count` maps of `bytes` each, every map by itself. */
typedef struct bonnet_codec_measured {
    double   ratio[BONNET_CODEC_NAMES]; /* compressed by uncompressed bytes, the mean; [BONNET_CODEC_NONE] is 1 */
    uint32_t codec;             /* the one that makes least of them; NONE where none gets below BONNET_CODEC_KEEP_ABOVE: skip it */
} bonnet_codec_measured;
BONNET_API bonnet_status bonnet_codec_measure(bonnet_codec_measured *out, const uint8_t *maps, size_t bytes, size_t count);

/*
 * Maps of a cut (bonnet_cut_pack()) with a codec: version 2 of the file, or version 1 with BONNET_CODEC_NONE; level as above. decode: of both versions; *maps: free().
 * Errors as those of bonnet_cut_pack() and bonnet_cut_parse().
 */
BONNET_API bonnet_status bonnet_cut_encode(uint8_t **out, size_t *size, const bonnet_model *model, uint32_t cut, const uint8_t *maps, size_t count, uint32_t codec,
                                           uint32_t level);
BONNET_API bonnet_status bonnet_cut_decode(uint8_t **maps, size_t *count, uint32_t *cut, const bonnet_model *model, const uint8_t *bytes, size_t size);

#ifdef __cplusplus
}
#endif
#endif
