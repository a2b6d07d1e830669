/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - every map of every layer of one image, on a device and on the golden model, bit by bit. */
#include <string.h>
#include "internal.h"
#include "maps.h"

/* Where in layer `layer` bit, feature or logit the differing word `at` lies. */
static void locate(bonnet_divergence *d, const bonnet_net *net, uint32_t layer, size_t at, uint64_t wanted, uint64_t got)
{
    const bonnet_layer *l = &net->layers[layer];
    if (l->kind == BONNET_LAYER_LAST || bonnet_kind_logits(l->kind)) {
        unsigned width = l->kind == BONNET_LAYER_LAST ? 16 : 32, per = 64 / width, i = 0;
        uint64_t mask = (UINT64_C(1) << width) - 1;
        while (((wanted >> i * width) & mask) == ((got >> i * width) & mask)) i++;
        uint32_t w = (uint32_t)((wanted >> i * width) & mask), g = (uint32_t)((got >> i * width) & mask);
        d->channel = (uint32_t)(at * per + i);
        d->wanted = width == 16 ? (int16_t)w : (int32_t)w;
        d->got = width == 16 ? (int16_t)g : (int32_t)g;
        return;
    }
    uint32_t words = (l->out_c + 63) / 64 * net->k, bit = (uint32_t)__builtin_ctzll(wanted ^ got);
    size_t pixel = at / words;
    d->y = (uint32_t)(pixel / l->out_w);
    d->x = (uint32_t)(pixel % l->out_w);
    d->channel = (uint32_t)(at % words / net->k) * 64 + bit;
    d->slice = (uint32_t)(at % words % net->k);
    d->wanted = wanted >> bit & 1;
    d->got = got >> bit & 1;
}

/* True if layer `layer` agrees; d counts, and on a difference is filled in. Bits past the last feature or logit do not count. */
static bool compare_map(bonnet_divergence *d, const bonnet_net *net, uint32_t layer, const uint64_t *wanted, const uint64_t *got)
{
    size_t words = bonnet_net_map_words(net, layer);
    const bonnet_layer *l = &net->layers[layer];
    for (size_t i = 0; i < words; i++) {
        uint64_t mask = ~UINT64_C(0);
        if (i + 1 == words && bonnet_kind_logits(l->kind) && l->out_c % 2) mask = UINT32_MAX;
        if ((wanted[i] ^ got[i]) & mask) {
            d->layer = layer;
            d->name = l->name;
            locate(d, net, layer, i, wanted[i] & mask, got[i] & mask);
            return false;
        }
    }
    d->maps_compared++;
    d->words_compared += words;
    return true;
}

static bonnet_status run_golden(bonnet_device *dev, const bonnet_net *net, const uint8_t *pixels, bonnet_maps *set)
{
    const bonnet_backend *golden = NULL;
    for (size_t i = 0; bonnet_backends[i]; i++)
        if (!strcmp(bonnet_backends[i]->scheme, "golden")) golden = bonnet_backends[i];
    if (!golden) return bonnet_fail(&dev->error, BONNET_ENODEV, "this build has no golden model");
    bonnet_open_config config = {.timeout_ms = dev->timeout_ms, .seed = 1};
    void *self = NULL, *slot = NULL;
    bonnet_status status = golden->open(&self, "", &config, &dev->error);
    if (status != BONNET_OK) return status;
    status = golden->load(self, &slot, net, &dev->error);
    if (status == BONNET_OK) {
        bonnet_run run = {
            .pixels = pixels, .frames = 1, .logits = set->logits, .maps = set->maps, .timeout_ms = dev->timeout_ms, .cancel = dev->cancel};
        status = golden->run(self, slot, &run, &dev->error);
        golden->unload(self, slot);
    }
    golden->close(self);
    return status;
}

bonnet_status bonnet_verify_image(bonnet_divergence *out, bonnet_device *dev, const bonnet_model *model, const uint8_t *pixels, size_t pixels_bytes)
{
    bonnet_status status = bonnet_check_run(dev, model, pixels_bytes, 1);
    if (status != BONNET_OK) return status;
    if (!out || !pixels) return bonnet_fail(&dev->error, BONNET_EINVAL, "out and pixels must not be NULL");
    const bonnet_net *net = model->net;
    bonnet_maps want = {0}, got = {0};
    bonnet_divergence d = {0};
    if (!bonnet_maps_alloc(&want, net) || !bonnet_maps_alloc(&got, net)) {
        status = bonnet_fail(&dev->error, BONNET_ENOMEM, "out of memory for the maps of %s", net->name);
        goto done;
    }
    status = run_golden(dev, net, pixels, &want);
    if (status != BONNET_OK) goto done;
    bonnet_run run = {.pixels = pixels, .frames = 1, .logits = got.logits, .maps = got.maps};
    status = bonnet_execute(dev, model, &run);
    if (status != BONNET_OK) goto done;
    for (uint32_t i = 0; i < net->n_layers && status == BONNET_OK; i++)
        if (!compare_map(&d, net, i, want.maps[i], got.maps[i])) status = BONNET_EMISMATCH;
    if (status == BONNET_OK && memcmp(want.logits, got.logits, net->classes * sizeof *want.logits) != 0) {
        /* The map of the last layer agreed, so the way from it to the host lost something. */
        uint32_t i = 0;
        while (want.logits[i] == got.logits[i]) i++;
        d.layer = net->n_layers - 1;
        d.name = net->layers[d.layer].name;
        d.channel = i;
        d.wanted = want.logits[i];
        d.got = got.logits[i];
        status = BONNET_EMISMATCH;
    }
    if (status == BONNET_EMISMATCH)
        bonnet_fail(&dev->error, status, "layer %s y=%u x=%u channel=%u slice=%u: wanted %lld, got %lld", d.name, d.y, d.x, d.channel, d.slice,
                    (long long)d.wanted, (long long)d.got);
    if (status == BONNET_OK || status == BONNET_EMISMATCH) *out = d;
done:
    bonnet_maps_free(&want);
    bonnet_maps_free(&got);
    return status;
}
