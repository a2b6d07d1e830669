/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut_file.c - the maps of a cut as bytes that say what they are: docs/cuts.md.
 *
 *     0  "BNNCUT1\0"      8  layer, images, channels, height, width, slices: uint32     32  bytes of one map: uint64
 *    40  SHA-256 of the .bonnet file     72  name of the layer, zero-padded     136  the maps     then  SHA-256 of all before
 *
 * Little-endian. Nothing is handed out unless all of it holds.
 */
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include "bytes.h"
#include "internal.h"

enum { AT_NUMBERS = 8, AT_BYTES = 32, AT_MODEL = 40, AT_NAME = 72, AT_MAPS = 136, HASH = 32 };
static const char magic[8] = "BNNCUT1";

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

bonnet_status bonnet_cut_pack(uint8_t **out, size_t *size, const bonnet_model *model, uint32_t index, const uint8_t *maps, size_t count)
{
    bonnet_cut cut;
    uint32_t n[6];
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    if (!out || !size || !maps || !count || count > UINT32_MAX || bonnet_cut_get(&cut, model, index) != BONNET_OK)
        return bonnet_fail(err, BONNET_EINVAL, "no maps, or no such cut");
    uint8_t *p = cut.bytes > (SIZE_MAX - AT_MAPS - HASH) / count ? NULL : malloc(AT_MAPS + cut.bytes * count + HASH);
    if (!p) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for the maps of %zu images", count);
    memset(p, 0, AT_MAPS);
    memcpy(p, magic, sizeof magic);
    numbers(n, &cut, count);
    for (int i = 0; i < 6; i++) put(p + AT_NUMBERS + 4 * i, n[i], 4);
    put(p + AT_BYTES, cut.bytes, 8);
    memcpy(p + AT_MODEL, model->file.sha256, HASH);
    memcpy(p + AT_NAME, model->net->layers[cut.layer].name, BONNET_NAME_BYTES);
    memcpy(p + AT_MAPS, maps, cut.bytes * count);
    *size = AT_MAPS + cut.bytes * count;
    hash(p + *size, p, *size);
    *size += HASH;
    *out = p;
    return BONNET_OK;
}

bonnet_status bonnet_cut_parse(const uint8_t **maps, size_t *count, uint32_t *index, const bonnet_model *model, const uint8_t *bytes, size_t size)
{
    bonnet_cut cut = {0};
    uint32_t n[6], i = 0;
    uint8_t sum[HASH];
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    if (!maps || !count || !index || !bytes) return bonnet_fail(err, BONNET_EINVAL, "maps, count, index and bytes must not be NULL");
    if (size < AT_MAPS + HASH || memcmp(bytes, magic, sizeof magic) != 0)
        return bonnet_fail(err, BONNET_EFORMAT, "no maps of a cut, or of another version; make them with run --until");
    hash(sum, bytes, size - HASH);
    if (memcmp(sum, bytes + size - HASH, HASH) != 0) return bonnet_fail(err, BONNET_EFORMAT, "damaged: its SHA-256 is another; make it again");
    if (memcmp(bytes + AT_MODEL, model->file.sha256, HASH) != 0)
        return bonnet_fail(err, BONNET_EABI, "of another network than %s: the SHA-256 of its .bonnet file differs", model->net->name);
    while (bonnet_cut_get(&cut, model, i) == BONNET_OK && cut.layer != bonnet_little(bytes + AT_NUMBERS, 4)) i++;
    if (bonnet_cut_get(&cut, model, i) != BONNET_OK) return bonnet_fail(err, BONNET_EFORMAT, "of a layer behind which the network has no cut");
    const uint64_t images = bonnet_little(bytes + AT_NUMBERS + 4, 4);
    numbers(n, &cut, images);
    int same = images > 0 && bonnet_little(bytes + AT_BYTES, 8) == cut.bytes && (size - AT_MAPS - HASH) / cut.bytes == images &&
               (size - AT_MAPS - HASH) % cut.bytes == 0 && memcmp(bytes + AT_NAME, model->net->layers[cut.layer].name, BONNET_NAME_BYTES) == 0;
    for (int k = 0; k < 6; k++) same = same && bonnet_little(bytes + AT_NUMBERS + 4 * k, 4) == n[k];
    if (!same) return bonnet_fail(err, BONNET_EFORMAT, "its sizes are not those of cut '%.63s'", cut.name);
    *maps = bytes + AT_MAPS;
    *count = (size_t)images;
    *index = i;
    return BONNET_OK;
}
