/* SPDX-License-Identifier: Apache-2.0 */
/* layers.c - a model's layers as the network defines them, and what the bytes of a picture mean to it. */
#include "internal.h"

const char *bonnet_kind_name(bonnet_layer_kind kind)
{
    switch (kind) {
    case BONNET_LAYER_STEM: return "stem";
    case BONNET_LAYER_CONV: return "conv";
    case BONNET_LAYER_DOWN: return "down";
    case BONNET_LAYER_LAST: return "last";
    case BONNET_LAYER_FC: return "fc";
    case BONNET_LAYER_BCONV: return "bconv";
    case BONNET_LAYER_ICONV: return "iconv";
    case BONNET_LAYER_BPOOL: return "bpool";
    case BONNET_LAYER_BELT: return "belt";
    case BONNET_LAYER_BSUM: return "bsum";
    case BONNET_LAYER_BPICK: return "bpick";
    case BONNET_LAYER_MAP: return "map";
    }
    return "";
}

void bonnet_layer_info_make(bonnet_layer_info *out, const bonnet_net *net, uint32_t index)
{
    const bonnet_layer *l = &net->layers[index];
    const int bytes = l->kind == BONNET_LAYER_STEM || l->kind == BONNET_LAYER_FC || l->kind == BONNET_LAYER_ICONV || l->kind == BONNET_LAYER_BSUM;
    *out = (bonnet_layer_info){
        .name = l->name,
        .kind = bonnet_kind_name(l->kind),
        .slices = bytes ? 1 : net->k,
        .channels_in = l->in_c,
        .height_in = l->in_h,
        .width_in = l->in_w,
        .channels_out = l->conv_c,
        .height_out = l->conv_h,
        .width_out = l->conv_w,
        .kernel = l->kernel,
        .stride = l->stride,
        .dilation = l->dilation,
    };
    if (bonnet_kind_general(l->kind)) {
        out->macs = bonnet_net_macs(net, index);
        out->weight_bits = l->out_h && l->out_w ? out->macs / l->out_h / l->out_w * (bytes ? 8 : 1) : 0;
        return;
    }
    /* A 3x3 group reads one slice, a 1x1 all of them; the filter of every output channel is that long. */
    const uint64_t filter = (uint64_t)l->in_c * l->kernel * l->kernel * (l->kind == BONNET_LAYER_DOWN ? net->k : 1);
    out->weight_bits = filter * l->conv_c * (bytes ? 8 : 1);
    out->macs = filter * l->conv_c * l->conv_h * l->conv_w;
    if (l->dw) {
        out->depthwise_macs = (uint64_t)9 * l->out_c * l->out_h * l->out_w;
        out->depthwise_weight_bits = (uint64_t)9 * l->out_c * 8;
    }
}

bonnet_status bonnet_model_layer_get(bonnet_layer_info *out, const bonnet_model *model, uint32_t index)
{
    if (!out || !model || index >= model->net->n_layers) return BONNET_EINVAL;
    bonnet_layer_info_make(out, model->net, index);
    return BONNET_OK;
}

bonnet_status bonnet_model_pixels(const bonnet_model *model, uint8_t *pixels, size_t bytes)
{
    if (!model || (bytes && !pixels)) return BONNET_EINVAL;
    const bonnet_layer *stem = &model->net->layers[0];
    const int8_t *lut = model->net->pixel_lut;
    if (!stem->in_c || bytes % stem->in_c) return BONNET_EINVAL; /* a tail has no pixels */
    for (size_t i = 0; stem->pixels_signed && i < bytes; i++) pixels[i] = lut ? (uint8_t)lut[i % stem->in_c * 256 + pixels[i]] : pixels[i] ^ 0x80;
    return BONNET_OK;
}
