/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec.c - a tensor as a stream: docs/codecs.md.
 *
 *     0  "BNNCODE"    7  version 1      8  type, bits, codec asked for, codec of the payload, rank, three zeros: bytes     16  bytes of the payload: uint64
 *    24  range, low and high: float64   40  shape: rank x uint32     then  the payload     then  CRC-32 of all before
 *
 * Little-endian. Nothing is handed out unless all of it holds, and no memory is taken for more than the payload can be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "bytes.h"
#include "codec_parts.h"

enum {
    AT_VERSION = 7,
    AT_TYPE,
    AT_BITS,
    AT_CODEC,
    AT_STORED,
    AT_RANK,
    AT_ZEROS,
    AT_PAYLOAD = 16,
    AT_RANGE = 24,
    AT_SHAPE = 40,
    CRC = 4,
    VERSION = 1
};
static const char magic[AT_VERSION] = {'B', 'N', 'N', 'C', 'O', 'D', 'E'};

static void put(uint8_t *to, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) to[i] = (uint8_t)(value >> 8 * i);
}

static bonnet_status fail(bonnet_status status, const char *why, char *message, size_t message_bytes)
{
    if (message && message_bytes) snprintf(message, message_bytes, "%s", why);
    return status;
}

static uint32_t crc(const uint8_t *bytes, size_t size) { return (uint32_t)crc32_z(0, bytes, size); }

/* count, bytes and packed_bytes of type, shape and bits; NULL, or what is wrong with them. */
static const char *sizes(bonnet_codec_info *info)
{
    static const uint8_t items[] = {1, 4, 4, 2, 1};
    if (info->type >= sizeof items) return "no such type of values";
    if (info->bits > BONNET_CODEC_MAX_BITS) return "0 to 8 bits are wanted";
    if (info->bits && info->type == BONNET_CODEC_U8) return "bytes are not quantised; 0 bits keep them as they are";
    if (info->rank > BONNET_CODEC_RANK) return "more than 8 dimensions";
    uint64_t count = 1;
    int empty = 0;
    for (uint32_t i = 0; i < info->rank; i++) {
        if (info->shape[i] > UINT32_MAX) return "a dimension beyond 2^32 - 1";
        empty |= !info->shape[i];
        if (info->shape[i] && count > BONNET_CODEC_MAX_BYTES / items[info->type] / info->shape[i]) return "larger than 2^30 bytes";
        count *= info->shape[i] ? info->shape[i] : 1;
    }
    info->count = empty ? 0 : (size_t)count;
    info->bytes = info->packed_bytes = info->count * items[info->type];
    if (info->bits && bonnet_quantised_bytes(&info->packed_bytes, info->type, info->count, info->bits) != BONNET_OK) return "larger than 2^30 bytes";
    return NULL;
}

/* Values as little-endian bytes, and back: on most hosts a copy. */
static void to_little(uint8_t *to, const void *from, size_t count, size_t item)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t wide = 0;
        uint16_t half = 0;
        if (item == 4) memcpy(&wide, (const uint8_t *)from + 4 * i, 4);
        else if (item == 2) memcpy(&half, (const uint8_t *)from + 2 * i, 2), wide = half;
        else wide = ((const uint8_t *)from)[i];
        put(to + item * i, wide, item);
    }
}

static void from_little(void *to, const uint8_t *from, size_t count, size_t item)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t wide = (uint32_t)bonnet_little(from + item * i, item);
        const uint16_t half = (uint16_t)wide;
        if (item == 4) memcpy((uint8_t *)to + 4 * i, &wide, 4);
        else if (item == 2) memcpy((uint8_t *)to + 2 * i, &half, 2);
        else ((uint8_t *)to)[i] = (uint8_t)wide;
    }
}

/* The values packed: quantised, or as they are. *out: free(). */
static bonnet_status pack(uint8_t **out, bonnet_codec_info *info, const void *data, const bonnet_codec_options *o)
{
    const bonnet_values values = {info->type, info->count, data};
    if (info->bits && !o->range && info->count) {
        bonnet_range_search *c = NULL;
        bonnet_status status = bonnet_range_open(&c, 1);
        if (status == BONNET_OK) status = bonnet_range_add(c, &values, o->message, o->message_bytes);
        if (status == BONNET_OK) status = bonnet_range_get(&info->range, c);
        bonnet_range_close(c);
        if (status != BONNET_OK) return status == BONNET_ENOMEM ? fail(status, "out of memory", o->message, o->message_bytes) : status;
    } else if (info->bits && o->range) info->range = *o->range;
    uint8_t *packed = malloc(info->packed_bytes + 1);
    if (!packed) return fail(BONNET_ENOMEM, "out of memory", o->message, o->message_bytes);
    bonnet_status status = BONNET_OK;
    if (info->bits) status = bonnet_quantise(packed, &values, info->bits, &info->range, o->message, o->message_bytes);
    else if (info->count) to_little(packed, data, info->count, info->bytes / info->count);
    if (status != BONNET_OK) free(packed);
    else *out = packed;
    return status;
}

/* Header and checksum around the payload. *out: free(); NULL: no memory. */
static uint8_t *wrap(size_t *size, const bonnet_codec_info *info, const uint8_t *payload)
{
    const size_t head = AT_SHAPE + 4 * info->rank;
    uint64_t low, high;
    uint8_t *p = calloc(1, head + info->payload_bytes + CRC);
    if (!p) return NULL;
    memcpy(&low, &info->range.low, 8);
    memcpy(&high, &info->range.high, 8);
    memcpy(p, magic, sizeof magic);
    const uint8_t bytes[] = {VERSION, (uint8_t)info->type, (uint8_t)info->bits, (uint8_t)info->codec, (uint8_t)info->stored, (uint8_t)info->rank};
    memcpy(p + AT_VERSION, bytes, sizeof bytes);
    put(p + AT_PAYLOAD, info->payload_bytes, 8);
    put(p + AT_RANGE, low, 8);
    put(p + AT_RANGE + 8, high, 8);
    for (uint32_t i = 0; i < info->rank; i++) put(p + AT_SHAPE + 4 * i, info->shape[i], 4);
    if (info->payload_bytes) memcpy(p + head, payload, info->payload_bytes);
    *size = head + info->payload_bytes;
    put(p + *size, crc(p, *size), CRC);
    *size += CRC;
    return p;
}

static bonnet_status encode(uint8_t **out, size_t *size, bonnet_codec_info *info, const void *data, const bonnet_codec_options *o)
{
    uint8_t *packed = NULL, *smaller = NULL, *stream = NULL;
    uint32_t level = o->level;
    if (!codec_level(&level, info->codec))
        return fail(BONNET_EINVAL, "no such codec or level; deflate has 1 to 9, zstd 1 to 19", o->message, o->message_bytes);
    const double above = o->keep_above > 0 ? o->keep_above : BONNET_CODEC_KEEP_ABOVE;
    bonnet_status status = pack(&packed, info, data, o);
    if (status != BONNET_OK) return status;
    info->payload_bytes = info->packed_bytes;
    if (info->codec != BONNET_CODEC_NONE) status = codec_compress(&smaller, &info->payload_bytes, packed, info->packed_bytes, info->codec, level);
    const bool worth = smaller && (double)info->payload_bytes <= above * (double)info->packed_bytes;
    info->stored = worth ? info->codec : BONNET_CODEC_NONE;
    if (!worth) info->payload_bytes = info->packed_bytes;
    if (status == BONNET_OK) stream = wrap(size, info, worth ? smaller : packed);
    free(packed);
    free(smaller);
    if (!stream) return fail(BONNET_ENOMEM, "out of memory", o->message, o->message_bytes);
    *out = stream;
    return BONNET_OK;
}

bonnet_status bonnet_codec_encode(uint8_t **out, size_t *size, const bonnet_codec_tensor *tensor, const bonnet_codec_options *options)
{
    bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
    if (!out || !size || (options && (options->size < sizeof options->size || options->size > 4096))) return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o); /* an older caller's struct is shorter */
    if (!tensor || tensor->rank > BONNET_CODEC_RANK)
        return fail(BONNET_EINVAL, "a tensor of at most 8 dimensions is wanted", o.message, o.message_bytes);
    bonnet_codec_info info = {.type = tensor->type, .bits = o.bits, .codec = o.codec, .rank = tensor->rank};
    memcpy(info.shape, tensor->shape, tensor->rank * sizeof *info.shape);
    const char *why = sizes(&info);
    if (!why && info.count && !tensor->data) why = "the tensor has no values";
    if (why) return fail(BONNET_EINVAL, why, o.message, o.message_bytes);
    return encode(out, size, &info, tensor->data, &o);
}

/* All but the payload's inside. NULL, or what is wrong. */
static const char *look(bonnet_codec_info *info, const uint8_t *bytes, size_t size)
{
    const size_t rank = bytes[AT_RANK], head = AT_SHAPE + 4 * rank;
    uint64_t low = bonnet_little(bytes + AT_RANGE, 8), high = bonnet_little(bytes + AT_RANGE + 8, 8);
    if (rank > BONNET_CODEC_RANK || size < head + CRC || bonnet_little(bytes + AT_PAYLOAD, 8) != size - head - CRC)
        return "its sizes are not those of a stream; it is cut short or damaged";
    if (bonnet_little(bytes + size - CRC, CRC) != crc(bytes, size - CRC)) return "damaged: its CRC-32 is another";
    *info = (bonnet_codec_info){
        .type = bytes[AT_TYPE], .bits = bytes[AT_BITS], .codec = bytes[AT_CODEC], .stored = bytes[AT_STORED], .rank = (uint32_t)rank};
    info->payload_bytes = size - head - CRC;
    for (uint32_t i = 0; i < info->rank; i++) info->shape[i] = bonnet_little(bytes + AT_SHAPE + 4 * i, 4);
    memcpy(&info->range.low, &low, 8);
    memcpy(&info->range.high, &high, 8);
    const char *why = sizes(info);
    if (why) return why;
    if (info->codec >= BONNET_CODEC_NAMES || (info->stored != info->codec && info->stored != BONNET_CODEC_NONE)) return "no such codec";
    if (bytes[AT_ZEROS] || bytes[AT_ZEROS + 1] || bytes[AT_ZEROS + 2] || (!info->bits && (low || high))) return "a field that must be zero is not";
    uint8_t none;
    if (info->bits && bonnet_dequantise(&none, info->type, 0, &none, info->bits, &info->range) != BONNET_OK) return "its range is none";
    if (!codec_plausible(info->stored, info->payload_bytes, info->packed_bytes)) return "its payload is not of this shape";
    return NULL;
}

bonnet_status bonnet_codec_look(bonnet_codec_info *out, const uint8_t *bytes, size_t size, char *message, size_t message_bytes)
{
    bonnet_codec_info info;
    if (!out || !bytes) return fail(BONNET_EINVAL, "out and bytes must not be NULL", message, message_bytes);
    if (size < AT_SHAPE + CRC || memcmp(bytes, magic, sizeof magic) != 0)
        return fail(BONNET_EFORMAT, "no encoded tensor; bonnet codec -o makes them", message, message_bytes);
    if (bytes[AT_VERSION] != VERSION) return fail(BONNET_EABI, "an encoded tensor of another version", message, message_bytes);
    const char *why = look(&info, bytes, size);
    if (why) return fail(BONNET_EFORMAT, why, message, message_bytes);
    *out = info;
    return BONNET_OK;
}

bonnet_status bonnet_codec_decode(void *values, size_t room_bytes, const uint8_t *bytes, size_t size, char *message, size_t message_bytes)
{
    bonnet_codec_info info;
    bonnet_status status = bonnet_codec_look(&info, bytes, size, message, message_bytes);
    if (status != BONNET_OK) return status;
    if (room_bytes < info.bytes || (info.bytes && !values)) return fail(BONNET_EINVAL, "no room for the values", message, message_bytes);
    uint8_t *packed = malloc(info.packed_bytes + 1);
    if (!packed) return fail(BONNET_ENOMEM, "out of memory", message, message_bytes);
    const unsigned last = (unsigned)(info.count % 8 * info.bits % 8); /* bits in use of the last byte; 0: all */
    if (!codec_expand(packed, info.packed_bytes, bytes + AT_SHAPE + 4 * info.rank, info.payload_bytes, info.stored) ||
        (last && packed[info.packed_bytes - 1] >> last))
        status = fail(BONNET_EFORMAT, "its payload is not of this shape", message, message_bytes);
    else if (info.bits) status = bonnet_dequantise(values, info.type, info.count, packed, info.bits, &info.range);
    else if (info.count) from_little(values, packed, info.count, info.bytes / info.count);
    free(packed);
    return status;
}
