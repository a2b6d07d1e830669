/* SPDX-License-Identifier: Apache-2.0 */
/* tensors.c - every map of one image, unpacked to the numbers and the layout of the user's graph. */
#include <stdlib.h>
#include "internal.h"
#include "maps.h"

int bonnet_maps_alloc(bonnet_maps *set, const bonnet_net *net)
{
    size_t total = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) total += bonnet_net_map_words(net, i);
    set->words = calloc(total, sizeof *set->words);
    set->logits = calloc(net->classes, sizeof *set->logits);
    if (!set->words || !set->logits) return 0;
    size_t at = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        set->maps[i] = set->words + at;
        at += bonnet_net_map_words(net, i);
    }
    return 1;
}

void bonnet_maps_free(bonnet_maps *set)
{
    free(set->words);
    free(set->logits);
    set->words = NULL;
    set->logits = NULL;
}

struct bonnet_tensors {
    const bonnet_net *net; /* the model's */
    bonnet_maps maps;
};

bonnet_status bonnet_run_tensors(bonnet_tensors **out, bonnet_device *dev, const bonnet_model *model, const uint8_t *pixels, size_t pixels_bytes)
{
    bonnet_status status = bonnet_check_run(dev, model, pixels_bytes, 1);
    if (status != BONNET_OK) return status;
    if (!out || !pixels) return bonnet_fail(&dev->error, BONNET_EINVAL, "out and pixels must not be NULL");
    bonnet_tensors *t = calloc(1, sizeof *t);
    if (!t || !bonnet_maps_alloc(&t->maps, model->net)) {
        bonnet_tensors_free(t);
        return bonnet_fail(&dev->error, BONNET_ENOMEM, "out of memory for the maps of %s", model->net->name);
    }
    t->net = model->net;
    bonnet_run run = {.pixels = pixels, .frames = 1, .logits = t->maps.logits, .maps = t->maps.maps};
    status = bonnet_execute(dev, model, &run);
    if (status == BONNET_OK) *out = t;
    else bonnet_tensors_free(t);
    return status;
}

const char *bonnet_model_tensor_name(const bonnet_model *model, uint32_t layer)
{
    return model && model->net->tensors && layer < model->net->n_layers ? model->net->tensors[layer] : "";
}

bonnet_status bonnet_tensor_get(bonnet_tensor_info *out, const bonnet_tensors *tensors, uint32_t index)
{
    if (!out || !tensors || index >= tensors->net->n_layers) return BONNET_EINVAL;
    const bonnet_layer *l = &tensors->net->layers[index];
    const int numbers = l->kind == BONNET_LAYER_LAST || bonnet_kind_logits(l->kind);
    *out = (bonnet_tensor_info){.name = tensors->net->tensors ? tensors->net->tensors[index] : "", /* as bonnet_model_tensor_name() */
                                .layer = l->name,
                                .channels = numbers ? l->out_c : tensors->net->k * l->out_c,
                                .height = numbers ? 1 : l->out_h,
                                .width = numbers ? 1 : l->out_w,
                                .binary = !numbers};
    return BONNET_OK;
}

/* Two's complement number `i` of `width` bits, packed from bit 0 of word 0 on. */
static int32_t number(const uint64_t *words, size_t i, unsigned width)
{
    const unsigned per = 64 / width;
    return (int32_t)((int64_t)(words[i / per] >> (i % per * width) << (64 - width)) >> (64 - width));
}

bonnet_status bonnet_tensor_values(int32_t *values, size_t count, const bonnet_tensors *tensors, uint32_t index)
{
    bonnet_tensor_info info;
    if (!values || bonnet_tensor_get(&info, tensors, index) != BONNET_OK || count != (size_t)info.channels * info.height * info.width)
        return BONNET_EINVAL;
    const bonnet_layer *l = &tensors->net->layers[index];
    const uint64_t *map = tensors->maps.maps[index];
    if (bonnet_kind_logits(l->kind))
        for (size_t i = 0; i < count; i++) values[i] = tensors->maps.logits[i];
    else if (!info.binary)
        for (size_t i = 0; i < count; i++) values[i] = number(map, i, 16);
    else {
        const size_t k = tensors->net->k, groups = (l->out_c + (size_t)63) / 64, pixels = (size_t)l->out_h * l->out_w;
        for (size_t c = 0; c < info.channels; c++) { /* slice-major: channel c of the graph is channel c % out_c of slice c / out_c */
            const size_t slice = c / l->out_c, channel = c % l->out_c;
            for (size_t p = 0; p < pixels; p++) values[c * pixels + p] = map[(p * groups + channel / 64) * k + slice] >> channel % 64 & 1 ? 1 : -1;
        }
    }
    return BONNET_OK;
}

void bonnet_tensors_free(bonnet_tensors *tensors)
{
    if (!tensors) return;
    bonnet_maps_free(&tensors->maps);
    free(tensors);
}
