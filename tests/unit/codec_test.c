/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec_test.c - encoded tensors: drawn ones through every codec and back, what is kept uncompressed, streams cut off and changed at every byte, streams that
 * promise more than they hold, and what is measured of maps.
 */
#include <zlib.h>
#include <zstd.h>
#include "bonnet_codec.h"
#include "unit.h"

size_t __sanitizer_get_current_allocated_bytes(void); /* of the address sanitizer */
enum { MOST = 1 << 16, HEAD = 40 };
static const size_t items[] = {1, 4, 4, 2, 1};

static void sign(uint8_t *stream, size_t size) /* the checksum of somebody who knows how it is made */
{
    const uint32_t sum = (uint32_t)crc32(0, stream, (uInt)size - 4);
    for (int i = 0; i < 4; i++) stream[size - 4 + (size_t)i] = (uint8_t)(sum >> 8 * i);
}

static bonnet_codec_tensor draw(void *data, unit *u)
{
    bonnet_codec_tensor t = {unit_below(u, 5), unit_below(u, 4), {0}, data};
    size_t count = 1;
    for (uint32_t i = 0; i < t.rank; i++) count *= t.shape[i] = unit_below(u, 30);
    const int flat = unit_below(u, 3) == 0;
    for (size_t i = 0; i < count; i++) {
        const float f = flat ? 1.5f : (float)(unit_real(u) * 20 - 10);
        const uint32_t w = flat ? 77 : (uint32_t)unit_random(u);
        memcpy((uint8_t *)data + i * items[t.type], t.type == BONNET_CODEC_F32 ? (const void *)&f : &w, items[t.type]);
    }
    return t;
}

static void there_and_back(unit *u)
{
    static uint8_t data[MOST * 4], back[MOST * 4], direct[MOST * 4], packed[MOST * 4];
    uint32_t wrong = 0, large = 0, kept = 0, compressed = 0, shape = 0;
    for (uint32_t c = 0; c < u->cases; c++) {
        const bonnet_codec_tensor t = draw(data, u);
        bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
        bonnet_codec_info info;
        uint8_t *stream;
        size_t size;
        char message[100] = "";
        o.bits = t.type == BONNET_CODEC_U8 ? 0 : unit_below(u, 9), o.codec = unit_below(u, 3);
        o.level = o.codec ? unit_below(u, 10) : 0, o.message = message, o.message_bytes = sizeof message;
        const bonnet_range given = {-5, 6};
        if (o.bits && unit_below(u, 2)) o.range = &given;
        if (bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_OK || bonnet_codec_look(&info, stream, size, NULL, 0) != BONNET_OK) {
            printf("%s\n", message);
            wrong++;
            continue;
        }
        shape += info.type != t.type || info.rank != t.rank || memcmp(info.shape, t.shape, sizeof t.shape) != 0 || info.bits != o.bits ||
                 info.codec != o.codec;
        large += size != HEAD + 4 * t.rank + info.payload_bytes + 4 || info.payload_bytes > info.packed_bytes;
        *(info.stored ? &compressed : &kept) += o.codec != 0;
        if (info.stored) large += (double)info.payload_bytes > 0.95 * (double)info.packed_bytes;
        else large += info.payload_bytes != info.packed_bytes;
        memset(back, 0xa5, sizeof back);
        wrong += bonnet_codec_decode(back, info.bytes, stream, size, NULL, 0) != BONNET_OK || back[info.bytes] != 0xa5;
        if (!o.bits) memcpy(direct, data, info.bytes);
        else {
            const bonnet_values v = {t.type, info.count, data};
            if (o.range && memcmp(&info.range, &given, sizeof given) != 0) wrong++;
            if (bonnet_quantise(packed, &v, o.bits, &info.range, NULL, 0) != BONNET_OK ||
                bonnet_dequantise(direct, t.type, info.count, packed, o.bits, &info.range) != BONNET_OK)
                wrong++;
        }
        wrong += memcmp(back, direct, info.bytes) != 0;
        if (info.bytes) wrong += bonnet_codec_decode(back, info.bytes - 1, stream, size, NULL, 0) != BONNET_EINVAL;
        free(stream);
    }
    UNIT(u, !wrong, "what comes back is the tensor, or its quantised values", "%u wrong", wrong);
    UNIT(u, !shape, "a stream says what it is", "%u wrong", shape);
    UNIT(u, !large && kept && compressed, "compressed where that leaves at most 0.95, else as it was", "%u wrong, %u kept, %u compressed", large,
         kept, compressed);
}

static uint8_t *encoded(size_t *size, uint32_t type, uint32_t bits, uint32_t codec, unit *u)
{
    static float data[600];
    uint8_t *stream;
    for (int i = 0; i < 600; i++) data[i] = i % 3 ? 0 : (float)unit_below(u, 5);
    const bonnet_codec_tensor t = {type, 2, {20, 600 * 4 / items[type] / 20}, data};
    bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
    o.bits = bits, o.codec = codec, o.keep_above = 10; /* always compressed */
    if (bonnet_codec_encode(&stream, size, &t, &o) != BONNET_OK) exit(1);
    return stream;
}

/* In a block of its own size, so that the sanitizer sees what is read beyond. */
static bonnet_status decode_copy(const uint8_t *stream, size_t size, void *values, size_t room)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (size) memcpy(copy, stream, size);
    const bonnet_status status = bonnet_codec_decode(values, room, copy, size, NULL, 0);
    free(copy);
    return status;
}

static void damaged(unit *u)
{
    static const uint32_t kinds[][3] = {{1, 5, 0}, {1, 3, 1}, {1, 8, 2}, {0, 0, 1}, {0, 0, 2}, {3, 1, 2}, {2, 0, 0}};
    static uint8_t values[1 << 20];
    uint32_t shorter = 0, changed = 0, longer = 0, header = 0, passed = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t size;
        uint8_t *stream = encoded(&size, kinds[k][0], kinds[k][1], kinds[k][2], u), *more = malloc(size + 9);
        if (decode_copy(stream, size, values, sizeof values) != BONNET_OK) exit(1);
        for (size_t n = 0; n < size; n++) {
            shorter += decode_copy(stream, n, values, sizeof values) == BONNET_OK;
            memcpy(more, stream, n); /* and with the right sum */
            if (n >= 4) sign(more, n), shorter += decode_copy(more, n, values, sizeof values) == BONNET_OK;
        }
        memcpy(more, stream, size);
        memset(more + size, 0, 9);
        for (size_t n = size + 1; n <= size + 9; n++) {
            longer += decode_copy(more, n, values, sizeof values) == BONNET_OK;
            sign(more, n), longer += decode_copy(more, n, values, sizeof values) == BONNET_OK;
            memset(more + n - 4, 0, 4);
            memcpy(more, stream, size);
        }
        for (size_t n = 0; n < size; n++) {
            const uint8_t was = stream[n];
            stream[n] ^= (uint8_t)(1 + unit_below(u, 255));
            changed += decode_copy(stream, size, values, sizeof values) == BONNET_OK;
            if (n < size - 4) {
                sign(stream, size); /* of the header, only a range, a type of the same size and a shape of the same size can pass for another's */
                const bonnet_status status = decode_copy(stream, size, values, sizeof values);
                header += ((n < 24 && n != 8 && n != 10) || (!kinds[k][1] && n >= 24 && n < HEAD)) && status == BONNET_OK;
                passed += status == BONNET_OK;
                stream[n] = was;
                sign(stream, size);
            }
            stream[n] = was;
        }
        free(more);
        free(stream);
    }
    UNIT(u, !shorter, "cut off at any byte: refused", "%u taken", shorter);
    UNIT(u, !longer, "with bytes behind it: refused", "%u taken", longer);
    UNIT(u, !changed, "any byte changed: refused", "%u taken", changed);
    UNIT(u, !header && passed, "fields that do not fit each other, under a right checksum: refused", "%u taken", header);
}

/* A stream of bytes whose payload somebody else compressed. */
static bonnet_status forged(uint64_t shape, uint32_t codec, const void *payload, size_t bytes, void *values, size_t room)
{
    uint8_t *p = calloc(1, HEAD + 4 + bytes + 4);
    memcpy(p, "BNNCODE\1", 8);
    p[10] = p[11] = (uint8_t)codec, p[12] = 1;
    for (size_t i = 0; i < 8; i++) p[16 + i] = (uint8_t)((uint64_t)bytes >> 8 * i);
    for (size_t i = 0; i < 4; i++) p[HEAD + i] = (uint8_t)(shape >> 8 * i);
    memcpy(p + HEAD + 4, payload, bytes);
    sign(p, HEAD + 4 + bytes + 4);
    const bonnet_status status = bonnet_codec_decode(values, room, p, HEAD + 4 + bytes + 4, NULL, 0);
    free(p);
    return status;
}

static void bombs(unit *u)
{
    enum { ZEROS = 1 << 20 };
    static uint8_t zeros[ZEROS + 1], values[ZEROS + 1], packed[2 * 5000];
    uLongf deflated = sizeof packed;
    uint32_t taken = 0;
    if (compress2(packed, &deflated, zeros, ZEROS, 9) != Z_OK) exit(1);
    UNIT(u, forged(ZEROS, 1, packed, deflated, values, sizeof values) == BONNET_OK, "2^20 zeros in deflate", "%lu bytes", (unsigned long)deflated);
    for (int d = -1; d <= 1; d += 2) taken += forged(ZEROS + d, 1, packed, deflated, values, sizeof values) != BONNET_EFORMAT;
    memset(packed + deflated, 0, 3);
    taken += forged(ZEROS, 1, packed, deflated + 3, values, sizeof values) != BONNET_EFORMAT;
    const size_t framed = ZSTD_compress(packed, 5000, zeros, ZEROS, 19);
    UNIT(u, forged(ZEROS, 2, packed, framed, values, sizeof values) == BONNET_OK, "and in zstd", "%zu bytes", framed);
    for (int d = -1; d <= 1; d += 2) taken += forged(ZEROS + d, 2, packed, framed, values, sizeof values) != BONNET_EFORMAT;
    memcpy(packed + framed, packed, framed); /* a second frame behind the first, an empty one to be skipped, half the zeros twice */
    taken += forged(ZEROS, 2, packed, 2 * framed, values, sizeof values) != BONNET_EFORMAT;
    memcpy(packed + framed, "\x50\x2a\x4d\x18\0\0\0", 8);
    taken += forged(ZEROS, 2, packed, framed + 8, values, sizeof values) != BONNET_EFORMAT;
    const size_t half = ZSTD_compress(packed, 5000, zeros, ZEROS / 2, 19);
    memcpy(packed + half, packed, half);
    taken += forged(ZEROS, 2, packed, 2 * half, values, sizeof values) != BONNET_EFORMAT;
    UNIT(u, !taken, "a byte more or less than the shape, bytes or frames behind: refused", "%u taken", taken);
    /* A shape that no payload of this size can hold costs no memory: were it believed, 2^30 bytes would be beyond the room, BONNET_EINVAL. */
    const size_t before = __sanitizer_get_current_allocated_bytes();
    taken = forged(UINT64_C(1) << 30, 1, packed, 100, values, sizeof values) != BONNET_EFORMAT;
    taken += forged(UINT64_C(1) << 30, 2, packed, 100, values, sizeof values) != BONNET_EFORMAT;
    taken += forged(100, 0, packed, 99, values, sizeof values) != BONNET_EFORMAT;
    taken += forged((UINT64_C(1) << 30) + 1, 2, packed, 9000, values, sizeof values) != BONNET_EFORMAT;
    UNIT(u, !taken && __sanitizer_get_current_allocated_bytes() == before, "shapes that no such payload holds", "%u taken", taken);
}

static void refused(unit *u)
{
    uint8_t *stream = NULL;
    size_t size = 7;
    const float f[4] = {0, 1, 2, 3};
    bonnet_codec_tensor t = {BONNET_CODEC_F32, 1, {4}, f};
    bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
    char message[100] = "";
    uint32_t taken = 0;
    o.message = message, o.message_bytes = sizeof message;
    o.bits = 9, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL || !*message;
    o.bits = 4, o.codec = 3, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    o.codec = 1, o.level = 10, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    o.codec = 2, o.level = 20, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    o.level = 0, o.range = &(bonnet_range){2, 1}, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    o.range = NULL, t.rank = 9, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    t.rank = 1, t.type = 5, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    t.type = BONNET_CODEC_U8, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    t.type = BONNET_CODEC_F32, t.shape[0] = UINT64_C(1) << 32, taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    t.rank = 8;
    for (int i = 0; i < 8; i++) t.shape[i] = UINT32_MAX;
    taken += bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_EINVAL;
    UNIT(u, !taken && !stream && size == 7, "wrong tensors and options, nothing written", "%u taken", taken);
    o.bits = 0, o.codec = 0, t.rank = 1, t.shape[0] = 4;
    if (bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_OK) exit(1);
    bonnet_codec_info info;
    stream[7] = 2, sign(stream, size);
    UNIT(u, bonnet_codec_look(&info, stream, size, NULL, 0) == BONNET_EABI, "another version", "%d", bonnet_codec_look(&info, stream, size, NULL, 0));
    stream[7] = 1, stream[10] = 3, sign(stream, size);
    UNIT(u, bonnet_codec_look(&info, stream, size, NULL, 0) == BONNET_EFORMAT, "a codec that there is not", "taken");
    free(stream);
    o.bits = 3;
    if (bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_OK) exit(1);
    float back[4];
    stream[size - 5] |= 0x10, sign(stream, size);
    UNIT(u, bonnet_codec_decode(back, sizeof back, stream, size, NULL, 0) == BONNET_EFORMAT, "a bit behind the last code", "taken");
    stream[size - 5] &= 0x0f, sign(stream, size);
    UNIT(u, bonnet_codec_decode(back, sizeof back, stream, size, NULL, 0) == BONNET_OK, "and without it", "refused");
    stream[39] = 0x7f, stream[38] = 0xf0, sign(stream, size);
    UNIT(u, bonnet_codec_look(&info, stream, size, NULL, 0) == BONNET_EFORMAT, "a range up to infinity", "taken");
    free(stream);
}

static void measured(unit *u)
{
    enum { BYTES = 3000 };
    static uint8_t maps[4 * BYTES];
    bonnet_codec_measured m;
    for (int i = 0; i < 4 * BYTES; i++) maps[i] = (uint8_t)unit_random(u);
    UNIT(u, bonnet_codec_measure(&m, maps, BYTES, 4) == BONNET_OK && m.codec == BONNET_CODEC_NONE && m.ratio[1] > 1 && m.ratio[2] > 1,
         "noise is not worth compressing", "codec %u, %.3f %.3f", m.codec, m.ratio[1], m.ratio[2]);
    for (int i = 0; i < 4 * BYTES; i++) maps[i] = (uint8_t)(unit_below(u, 4) ? 0 : unit_random(u));
    UNIT(u, bonnet_codec_measure(&m, maps, BYTES, 4) == BONNET_OK && m.codec && m.ratio[m.codec] < 0.7 && m.ratio[m.codec] <= m.ratio[3 - m.codec],
         "zeros in noise are, by the better codec", "codec %u, %.3f %.3f", m.codec, m.ratio[1], m.ratio[2]);
    for (int i = 0; i < BYTES; i++) maps[i] = (uint8_t)(i < BYTES / 33 ? 0 : unit_random(u));
    UNIT(u, bonnet_codec_measure(&m, maps, BYTES, 1) == BONNET_OK && m.codec == BONNET_CODEC_NONE && m.ratio[2] > 0.95 && m.ratio[2] < 1,
         "three parts of a hundred are not", "codec %u, %.3f", m.codec, m.ratio[2]);
    uint32_t chosen[BONNET_CODEC_NAMES] = {0}, worse = 0;
    for (int c = 0; c < 100; c++) {
        const size_t bytes = 20 + unit_below(u, c % 2 ? 100 : BYTES);
        const uint32_t letters = 1 + unit_below(u, 9);
        for (size_t i = 0; i < bytes; i++) maps[i] = (uint8_t)unit_below(u, letters);
        if (bonnet_codec_measure(&m, maps, bytes, 1) != BONNET_OK) exit(1);
        worse += m.codec && (m.ratio[m.codec] > m.ratio[1] || m.ratio[m.codec] > m.ratio[2]);
        chosen[m.codec]++;
    }
    UNIT(u, !worse && chosen[1] && chosen[2], "the better of the two, each at times", "%u worse; %u deflate, %u zstd", worse, chosen[1], chosen[2]);
    for (int i = 0; i < 4 * BYTES; i++) maps[i] = (uint8_t)(unit_below(u, 4) ? 0 : unit_random(u));
    if (bonnet_codec_measure(&m, maps, BYTES, 4) != BONNET_OK) exit(1);
    uLongf size = compressBound(BYTES);
    static uint8_t to[2 * BYTES];
    double all = 0;
    for (int i = 0; i < 4; i++, size = sizeof to) all += compress2(to, &size, maps + i * BYTES, BYTES, 6) == Z_OK ? (double)size / BYTES / 4 : 9;
    UNIT(u, all > m.ratio[1] - 1e-12 && all < m.ratio[1] + 1e-12, "map by map, level 6", "%.4f, not %.4f", m.ratio[1], all);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "codec", 1, 500);
    there_and_back(&u);
    damaged(&u);
    bombs(&u);
    refused(&u);
    measured(&u);
    return unit_end(&u);
}
