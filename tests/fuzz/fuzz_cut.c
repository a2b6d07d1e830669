/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_cut.c - any bytes as the maps of a cut (.cut, both versions): as they are, with digests made right, and behind a right header. What is taken comes back
 * the same when written again, with any codec.
 */
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "../conform/net_build.h"
#include "bonnet_codec.h"
#include "internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
enum { AT_MODEL = 40, AT_MAPS = 136, HASH = 32 };

/* cut.c can also run networks; here nothing is run. */
bonnet_status bonnet_model_bind(bonnet_model **out, bonnet_device *dev, bonnet_file *file)
{
    (void)out, (void)dev, (void)file;
    abort();
}
bonnet_status bonnet_check_run(bonnet_device *dev, const bonnet_model *model, size_t bytes, size_t count)
{
    (void)dev, (void)model, (void)bytes, (void)count;
    abort();
}
bonnet_status bonnet_run_batch(bonnet_result *r, int32_t *l, bonnet_device *d, const bonnet_model *m, const uint8_t *p, size_t n)
{
    (void)r, (void)l, (void)d, (void)m, (void)p, (void)n;
    abort();
}

static bonnet_device device;
static bonnet_model model = {.dev = &device};

static void make_model(void)
{
    bonnet_build b;
    bonnet_build_start(&b, 1, 4);
    int s = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = 4, .w = 4, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64, .dw = 1, .dw_const = 1});
    int c = bonnet_build_conv(&b, BONNET_ALL(&b, s), 64, 1, 1, BONNET_POST_INTERLEAVE, BONNET_ALL(&b, s), BONNET_ALL(&b, s));
    int d = bonnet_build_down(&b, BONNET_ALL(&b, c), 64, 1);
    bonnet_build_last(&b, BONNET_ALL(&b, d), 1);
    bonnet_build_fc(&b, 3);
    model.net = bonnet_build_finish(&b);
    bonnet_cut cut;
    if (!model.net || bonnet_cut_get(&cut, &model, 0) != BONNET_OK) abort();
}

static void take(const uint8_t *data, size_t size)
{
    uint8_t *maps = NULL, *stream = NULL, *back = NULL;
    const uint8_t *at;
    size_t count, n, bytes;
    uint32_t cut, same;
    bonnet_cut c;
    device.error.text[0] = 0;
    const bonnet_status status = bonnet_cut_decode(&maps, &count, &cut, &model, data, size);
    if (bonnet_cut_parse(&at, &n, &same, &model, data, size) == BONNET_OK && (status != BONNET_OK || n != count || same != cut)) abort();
    if (status != BONNET_OK) {
        if (maps || !device.error.text[0] || strchr(device.error.text, '\n')) abort();
        return;
    }
    if (bonnet_cut_get(&c, &model, cut) != BONNET_OK) abort();
    for (uint32_t codec = 0; codec < BONNET_CODEC_NAMES; codec++) {
        if (bonnet_cut_encode(&stream, &bytes, &model, cut, maps, count, codec, 0) != BONNET_OK ||
            bonnet_cut_decode(&back, &n, &same, &model, stream, bytes) != BONNET_OK)
            abort();
        if (n != count || same != cut || memcmp(back, maps, count * c.bytes) != 0) abort();
        free(back);
        free(stream);
    }
    free(maps);
}

/* The sums of somebody who knows how they are made; the inner one too. */
static void sign(uint8_t *p, size_t size)
{
    SHA2_CTX context;
    if (size < AT_MAPS + HASH) return;
    memset(p + AT_MODEL, 0, HASH);
    if (p[6] == '2' && size > AT_MAPS + HASH + 4) {
        const uint32_t sum = (uint32_t)crc32(0, p + AT_MAPS, (uInt)(size - AT_MAPS - HASH - 4));
        for (size_t i = 0; i < 4; i++) p[size - HASH - 4 + i] = (uint8_t)(sum >> 8 * i);
    }
    SHA256Init(&context);
    SHA256Update(&context, p, size - HASH);
    SHA256Final(p + size - HASH, &context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!model.net) make_model();
    take(data, size);
    uint8_t *copy = malloc(size + AT_MAPS + HASH);
    if (!copy) return 0;
    memcpy(copy, data, size);
    sign(copy, size);
    take(copy, size);
    uint8_t *good;
    size_t bytes;
    bonnet_cut c;
    if (bonnet_cut_get(&c, &model, 0) != BONNET_OK) abort();
    uint8_t *zeros = calloc(1, c.bytes); /* its header, the input as what follows */
    for (uint32_t codec = 0; zeros && codec < BONNET_CODEC_NAMES; codec += BONNET_CODEC_ZSTD) {
        if (bonnet_cut_encode(&good, &bytes, &model, 0, zeros, 1, codec, 0) != BONNET_OK) abort();
        memcpy(copy, good, AT_MAPS);
        memcpy(copy + AT_MAPS, data, size);
        memset(copy + AT_MAPS + size, 0, HASH);
        sign(copy, size + AT_MAPS + HASH);
        take(copy, size + AT_MAPS + HASH);
        free(good);
    }
    free(zeros);
    free(copy);
    return 0;
}
