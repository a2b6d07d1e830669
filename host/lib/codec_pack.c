/* SPDX-License-Identifier: Apache-2.0 */
/* codec_pack.c - bytes through deflate and zstd, and what they leave of many maps. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include "codec_parts.h"

bool codec_level(uint32_t *level, uint32_t codec)
{
    static const uint32_t usual[BONNET_CODEC_NAMES] = {0, 6, 3}, most[BONNET_CODEC_NAMES] = {0, 9, 19};
    if (codec >= BONNET_CODEC_NAMES || *level > most[codec]) return false;
    if (!*level) *level = usual[codec];
    return true;
}

bonnet_status codec_compress(uint8_t **out, size_t *size, const uint8_t *bytes, size_t n, uint32_t codec, uint32_t level)
{
    const size_t room = codec == BONNET_CODEC_NONE ? n : codec == BONNET_CODEC_ZSTD ? ZSTD_compressBound(n) : compressBound(n);
    uint8_t *to = malloc(room + 1);
    uLongf deflated = room;
    size_t made = n;
    bool good = to != NULL;
    if (good && codec == BONNET_CODEC_ZSTD) {
        made = ZSTD_compress(to, room, bytes, n, (int)level);
        good = !ZSTD_isError(made);
    } else if (good && codec == BONNET_CODEC_DEFLATE) {
        good = compress2(to, &deflated, bytes, n, (int)level) == Z_OK;
        made = deflated;
    } else if (good && n) memcpy(to, bytes, n);
    if (!good) {
        free(to);
        return BONNET_ENOMEM;
    }
    *out = to;
    *size = made;
    return BONNET_OK;
}

bool codec_plausible(uint32_t codec, size_t packed, size_t n)
{
    /* deflate: 258 bytes for two bits. zstd: a block of at most 128 KiB takes at least 4 bytes. */
    const uint64_t most = codec == BONNET_CODEC_DEFLATE ? UINT64_C(1032) : UINT64_C(32768);
    return codec == BONNET_CODEC_NONE ? packed == n : n / most <= packed;
}

bool codec_expand(uint8_t *out, size_t n, const uint8_t *packed, size_t size, uint32_t codec)
{
    if (codec == BONNET_CODEC_NONE) {
        if (n == size && n) memcpy(out, packed, n);
        return n == size;
    }
    if (codec == BONNET_CODEC_ZSTD) /* one frame, nothing behind it, no window of its own: it expands into out */
        return ZSTD_findFrameCompressedSize(packed, size) == size && ZSTD_getFrameContentSize(packed, size) == n &&
               ZSTD_decompress(out, n, packed, size) == n;
    uLongf got = n;
    uLong taken = size;
    return uncompress2(out, &got, packed, &taken) == Z_OK && got == n && taken == size;
}

bonnet_status bonnet_codec_measure(bonnet_codec_measured *out, const uint8_t *maps, size_t bytes, size_t count)
{
    if (!out || !maps || !bytes || !count) return BONNET_EINVAL;
    bonnet_codec_measured m = {{1, 0, 0}, BONNET_CODEC_NONE};
    for (uint32_t codec = BONNET_CODEC_DEFLATE; codec < BONNET_CODEC_NAMES; codec++) {
        uint32_t level = 0;
        if (!codec_level(&level, codec)) return BONNET_EINVAL;
        double all = 0;
        for (size_t i = 0; i < count; i++) { /* map by map: a request carries one */
            uint8_t *packed;
            size_t size;
            const bonnet_status status = codec_compress(&packed, &size, maps + i * bytes, bytes, codec, level);
            if (status != BONNET_OK) return status;
            free(packed);
            all += (double)size / (double)bytes;
        }
        m.ratio[codec] = all / (double)count;
        if (m.ratio[codec] <= BONNET_CODEC_KEEP_ABOVE && m.ratio[codec] < m.ratio[m.codec]) m.codec = codec;
    }
    *out = m;
    return BONNET_OK;
}
