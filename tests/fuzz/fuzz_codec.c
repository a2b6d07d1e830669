/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_codec.c - any bytes as an encoded tensor, as they are and with sizes and checksum made right: refused in one line, or values that come back the same when
 * encoded again.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "bonnet_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum { MOST = 1 << 22, HEAD = 40, AT_RANK = 12, AT_PAYLOAD = 16 };

static void again(const bonnet_codec_info *info, const void *values, void *back)
{
    bonnet_codec_tensor t = {info->type, info->rank, {0}, values};
    bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
    uint8_t *stream;
    size_t size;
    memcpy(t.shape, info->shape, sizeof t.shape);
    o.codec = info->codec, o.bits = info->bits, o.range = info->bits ? &info->range : NULL;
    if (info->bits) { /* steps of a range need not fall into themselves again after rounding to an integer; their range is kept */
        if (bonnet_codec_encode(&stream, &size, &t, &o) == BONNET_OK) free(stream);
        return;
    }
    if (bonnet_codec_encode(&stream, &size, &t, &o) != BONNET_OK || bonnet_codec_decode(back, info->bytes, stream, size, NULL, 0) != BONNET_OK)
        abort();
    if (info->bytes && memcmp(back, values, info->bytes) != 0) abort();
    free(stream);
}

static void take(const uint8_t *data, size_t size)
{
    char message[100] = "";
    bonnet_codec_info info;
    const bonnet_status status = bonnet_codec_look(&info, data, size, message, sizeof message);
    if (status != BONNET_OK) {
        if ((status != BONNET_EFORMAT && status != BONNET_EABI) || !*message || strchr(message, '\n')) abort();
        return;
    }
    if (info.bytes > MOST) return;
    uint8_t *values = malloc(info.bytes + 1), *back = malloc(info.bytes + 1);
    if (values && back && bonnet_codec_decode(values, info.bytes, data, size, message, sizeof message) == BONNET_OK) again(&info, values, back);
    free(values);
    free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    take(data, size);
    if (size < HEAD + 4) return 0;
    uint8_t *copy = malloc(size);
    if (!copy) return 0;
    memcpy(copy, data, size);
    copy[AT_RANK] %= BONNET_CODEC_RANK + 1;
    const size_t head = HEAD + 4u * copy[AT_RANK] + 4;
    for (size_t i = 0; i < 8; i++) copy[AT_PAYLOAD + i] = (uint8_t)((uint64_t)(size - head) >> 8 * i);
    const uint32_t sum = (uint32_t)crc32(0, copy, (uInt)size - 4);
    for (size_t i = 0; i < 4; i++) copy[size - 4 + i] = (uint8_t)(sum >> 8 * i);
    take(copy, size);
    free(copy);
    return 0;
}
