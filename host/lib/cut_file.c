/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut_file.c - the maps of a cut as bytes that say what they are: docs/cuts.md.
 *
 *     0  "BNNCUT1\0"      8  layer, images, channels, height, width, slices: uint32     32  bytes of one map: uint64
 *    40  SHA-256 of the .bonnet file     72  name of the layer, zero-padded     136  the maps     then  SHA-256 of all before
 *
 * "BNNCUT2\0": the maps are a stream (codec.c) of images x bytes of one map. Little-endian. Nothing is handed out unless all of it holds.
 */
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include "bonnet_codec.h"
#include "bytes.h"
#include "internal.h"

enum { AT_NUMBERS = 8, AT_BYTES = 32, AT_MODEL = 40, AT_NAME = 72, AT_MAPS = 136, HASH = 32 };
static const char magic[2][8] = {"BNNCUT1", "BNNCUT2"};

static void put(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) to[i] = (uint8_t)(value >> 8 * i);
}

static void hash(uint8_t out[HASH], const uint8_t *bytes, size_t size)
{
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, bytes, size);
    SHA256Final(out, &context);
}

static void numbers(uint32_t n[6], const bonnet_cut *cut, size_t count)
{
    const uint32_t all[6] = {cut->layer, (uint32_t)count, cut->channels, cut->height, cut->width, cut->slices};
    memcpy(n, all, sizeof all);
}

/* The file around `bytes` of maps or of their stream. *out: free(). */
static bonnet_status wrap(uint8_t **out, size_t *size, const bonnet_model *model, const bonnet_cut *cut, size_t count, int version,
                          const uint8_t *maps, size_t bytes)
{
    uint32_t n[6];
    uint8_t *p = malloc(AT_MAPS + bytes + HASH);
    if (!p) return bonnet_fail(&model->dev->error, BONNET_ENOMEM, "out of memory for the maps of %zu images", count);
    memset(p, 0, AT_MAPS);
    memcpy(p, magic[version - 1], sizeof magic[0]);
    numbers(n, cut, count);
    for (int i = 0; i < 6; i++) put(p + AT_NUMBERS + 4 * i, n[i], 4);
    put(p + AT_BYTES, cut->bytes, 8);
    memcpy(p + AT_MODEL, model->file.sha256, HASH);
    memcpy(p + AT_NAME, model->net->layers[cut->layer].name, BONNET_NAME_BYTES);
    memcpy(p + AT_MAPS, maps, bytes);
    *size = AT_MAPS + bytes;
    hash(p + *size, p, *size);
    *size += HASH;
    *out = p;
    return BONNET_OK;
}

bonnet_status bonnet_cut_encode(uint8_t **out, size_t *size, const bonnet_model *model, uint32_t index, const uint8_t *maps, size_t count,
                                uint32_t codec, uint32_t level)
{
    bonnet_cut cut;
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    if (!out || !size || !maps || !count || count > UINT32_MAX || bonnet_cut_get(&cut, model, index) != BONNET_OK)
        return bonnet_fail(err, BONNET_EINVAL, "no maps, or no such cut");
    if (cut.bytes > (SIZE_MAX - AT_MAPS - HASH) / count) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for the maps of %zu images", count);
    if (codec == BONNET_CODEC_NONE) return wrap(out, size, model, &cut, count, 1, maps, cut.bytes * count);
    uint8_t *stream;
    size_t bytes;
    bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
    const bonnet_codec_tensor tensor = {BONNET_CODEC_U8, 2, {count, cut.bytes}, maps};
    o.codec = codec, o.level = level, o.message = err->text, o.message_bytes = sizeof err->text;
    bonnet_status status = bonnet_codec_encode(&stream, &bytes, &tensor, &o);
    if (status != BONNET_OK) return status;
    status = wrap(out, size, model, &cut, count, 2, stream, bytes);
    free(stream);
    return status;
}

bonnet_status bonnet_cut_pack(uint8_t **out, size_t *size, const bonnet_model *model, uint32_t index, const uint8_t *maps, size_t count)
{
    return bonnet_cut_encode(out, size, model, index, maps, count, BONNET_CODEC_NONE, 0);
}

/* All but what is at AT_MAPS. */
static bonnet_status check(bonnet_cut *out, uint32_t *index, uint64_t *images, const bonnet_model *model, const uint8_t *bytes, size_t size)
{
    bonnet_cut cut = {0};
    uint32_t n[6], i = 0;
    uint8_t sum[HASH];
    bonnet_error *err = &model->dev->error;
    hash(sum, bytes, size - HASH);
    if (memcmp(sum, bytes + size - HASH, HASH) != 0) return bonnet_fail(err, BONNET_EFORMAT, "damaged: its SHA-256 is another; make it again");
    if (memcmp(bytes + AT_MODEL, model->file.sha256, HASH) != 0)
        return bonnet_fail(err, BONNET_EABI, "of another network than %s: the SHA-256 of its .bonnet file differs", model->net->name);
    while (bonnet_cut_get(&cut, model, i) == BONNET_OK && cut.layer != bonnet_little(bytes + AT_NUMBERS, 4)) i++;
    if (bonnet_cut_get(&cut, model, i) != BONNET_OK) return bonnet_fail(err, BONNET_EFORMAT, "of a layer behind which the network has no cut");
    *images = bonnet_little(bytes + AT_NUMBERS + 4, 4);
    numbers(n, &cut, *images);
    int same = *images > 0 && bonnet_little(bytes + AT_BYTES, 8) == cut.bytes &&
               memcmp(bytes + AT_NAME, model->net->layers[cut.layer].name, BONNET_NAME_BYTES) == 0;
    for (int k = 0; k < 6; k++) same = same && bonnet_little(bytes + AT_NUMBERS + 4 * k, 4) == n[k];
    if (!same) return bonnet_fail(err, BONNET_EFORMAT, "its sizes are not those of cut '%.63s'", cut.name);
    *out = cut;
    *index = i;
    return BONNET_OK;
}

static int is(int version, const uint8_t *bytes, size_t size)
{
    return size >= AT_MAPS + HASH && memcmp(bytes, magic[version - 1], sizeof magic[0]) == 0;
}

bonnet_status bonnet_cut_parse(const uint8_t **maps, size_t *count, uint32_t *index, const bonnet_model *model, const uint8_t *bytes, size_t size)
{
    bonnet_cut cut;
    uint32_t i;
    uint64_t images;
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    if (!maps || !count || !index || !bytes) return bonnet_fail(err, BONNET_EINVAL, "maps, count, index and bytes must not be NULL");
    if (!is(1, bytes, size)) return bonnet_fail(err, BONNET_EFORMAT, "no maps of a cut, or of another version; make them with run --until");
    const bonnet_status status = check(&cut, &i, &images, model, bytes, size);
    if (status != BONNET_OK) return status;
    if ((size - AT_MAPS - HASH) / cut.bytes != images || (size - AT_MAPS - HASH) % cut.bytes)
        return bonnet_fail(err, BONNET_EFORMAT, "its sizes are not those of cut '%.63s'", cut.name);
    *maps = bytes + AT_MAPS;
    *count = (size_t)images;
    *index = i;
    return BONNET_OK;
}

bonnet_status bonnet_cut_decode(uint8_t **maps, size_t *count, uint32_t *index, const bonnet_model *model, const uint8_t *bytes, size_t size)
{
    bonnet_cut cut = {0};
    bonnet_codec_info info = {0};
    const uint8_t *at = NULL;
    uint32_t i = 0;
    uint64_t images = 0;
    size_t plain = 0;
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    if (!maps || !count || !index || !bytes) return bonnet_fail(err, BONNET_EINVAL, "maps, count, index and bytes must not be NULL");
    const int coded = is(2, bytes, size);
    bonnet_status status = coded ? check(&cut, &i, &images, model, bytes, size) : bonnet_cut_parse(&at, &plain, &i, model, bytes, size);
    if (status == BONNET_OK && !coded) status = bonnet_cut_get(&cut, model, i);
    if (status == BONNET_OK && coded) {
        status = bonnet_codec_look(&info, bytes + AT_MAPS, size - AT_MAPS - HASH, err->text, sizeof err->text);
        if (status == BONNET_OK && (info.type != BONNET_CODEC_U8 || info.rank != 2 || info.shape[0] != images || info.shape[1] != cut.bytes))
            status = bonnet_fail(err, BONNET_EFORMAT, "its sizes are not those of cut '%.63s'", cut.name);
        plain = (size_t)images;
    }
    if (status != BONNET_OK) return status;
    uint8_t *to = malloc(plain * cut.bytes); /* the sizes are those of the bytes, or of a stream that can hold as much */
    if (!to) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for the maps of %zu images", plain);
    if (!coded) memcpy(to, at, plain * cut.bytes);
    else status = bonnet_codec_decode(to, plain * cut.bytes, bytes + AT_MAPS, size - AT_MAPS - HASH, err->text, sizeof err->text);
    if (status != BONNET_OK) {
        free(to);
        return status;
    }
    *maps = to;
    *count = plain;
    *index = i;
    return BONNET_OK;
}
