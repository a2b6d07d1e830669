/* SPDX-License-Identifier: Apache-2.0 */
/* cut.c - where a network can be cut in two, and the two as models of their own. */
#include <stdlib.h>
#include <string.h>
#include "internal.h"

uint32_t bonnet_cut_layer(const bonnet_net *net, uint32_t index)
{
    uint32_t layer = 0;
    for (; layer < net->n_layers; layer++)
        if (bonnet_net_cut(net, layer) && !index--) break;
    return layer;
}

bonnet_status bonnet_cut_get(bonnet_cut *out, const bonnet_model *model, uint32_t index)
{
    if (!out || !model) return BONNET_EINVAL;
    const bonnet_net *net = model->net;
    const uint32_t layer = bonnet_cut_layer(net, index);
    if (layer == net->n_layers) return BONNET_EINVAL;
    const bonnet_layer *l = &net->layers[layer];
    *out = (bonnet_cut){.name = l->name,
                        .layer = layer,
                        .channels = l->out_c,
                        .height = l->out_h,
                        .width = l->out_w,
                        .slices = net->k,
                        .bytes = 8 * bonnet_net_map_words(net, layer)};
    for (uint32_t i = 0; i < net->n_layers; i++) *(i <= layer ? &out->macs_before : &out->macs_after) += bonnet_net_macs(net, i);
    return BONNET_OK;
}

bonnet_status bonnet_model_of_part(bonnet_model **out, const bonnet_model *of, bonnet_net *net)
{
    bonnet_file file = {.net = net};
    if (!net) return bonnet_fail(&of->dev->error, BONNET_ENOMEM, "no memory for a part of the network");
    memcpy(file.sha256, of->file.sha256, sizeof file.sha256);
    return bonnet_model_bind(out, of->dev, &file);
}

/* From behind cut `from` (or the picture) as far as cut `to` (or the logits). */
static bonnet_status part(bonnet_model **out, const bonnet_model *model, const uint32_t *from, const uint32_t *to)
{
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    const bonnet_net *net = model->net;
    const uint32_t first = from ? bonnet_cut_layer(net, *from) : 0, last = to ? bonnet_cut_layer(net, *to) : net->n_layers - 1;
    if (!out) return bonnet_fail(err, BONNET_EINVAL, "out is NULL");
    if (first == net->n_layers || last == net->n_layers)
        return bonnet_fail(err, BONNET_EINVAL, "the network has no cut %u", first == net->n_layers ? *from : *to);
    if (from && first >= last) return bonnet_fail(err, BONNET_EINVAL, "cut %u is not before cut %u", *from, *to);
    return bonnet_model_of_part(out, model, bonnet_net_part(net, from ? first + 1 : 0, last));
}

bonnet_status bonnet_model_head(bonnet_model **out, const bonnet_model *model, uint32_t index) { return part(out, model, NULL, &index); }
bonnet_status bonnet_model_tail(bonnet_model **out, const bonnet_model *model, uint32_t index) { return part(out, model, &index, NULL); }
bonnet_status bonnet_model_part(bonnet_model **out, const bonnet_model *model, uint32_t from_cut, uint32_t to_cut)
{
    return part(out, model, &from_cut, &to_cut);
}

bonnet_status bonnet_run_head(uint8_t *maps, bonnet_device *dev, const bonnet_model *head, const uint8_t *pixels, size_t count)
{
    bonnet_status status = bonnet_check_run(dev, head, head ? bonnet_net_input_bytes(head->net) : 0, count);
    if (status != BONNET_OK) return status;
    if (!maps || !bonnet_net_ends_in_bits(head->net)) return bonnet_fail(&dev->error, BONNET_EINVAL, "maps is NULL, or the model ends in logits");
    const size_t numbers = count * head->net->classes;
    int32_t *result = calloc(numbers, sizeof *result);
    if (!result) return bonnet_fail(&dev->error, BONNET_ENOMEM, "out of memory for the maps of %zu images", count);
    status = bonnet_run_batch(NULL, result, dev, head, pixels, count);
    for (size_t i = 0; status == BONNET_OK && i < 4 * numbers; i++) maps[i] = (uint8_t)((uint32_t)result[i / 4] >> 8 * (i % 4));
    free(result);
    return status;
}
