/* SPDX-License-Identifier: Apache-2.0 */
/* stats.c - what the last run took, whole and by layer. Cycles are read from the chip's counters, never modelled. */
#include <string.h>
#include "internal.h"
#include "regdev.h"
#include "regs.h"

bonnet_status bonnet_stats_get(bonnet_stats *out, const bonnet_device *dev)
{
    if (!out || !dev) return BONNET_EINVAL;
    *out = dev->stats;
    return BONNET_OK;
}

void bonnet_layer_stats_make(bonnet_layer_stats *out, const bonnet_net *net, uint32_t index, const bonnet_layer_cycles *c, uint32_t frames,
                             uint32_t lanes)
{
    const bonnet_layer *l = &net->layers[index];
    if (c->frames) frames = c->frames;
    const uint64_t accounted = c->ideal + c->fill + c->starved + c->stall_out;
    bool binary = l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_DOWN || l->kind == BONNET_LAYER_LAST || l->kind == BONNET_LAYER_BCONV;
    *out = (bonnet_layer_stats){
        .name = l->name,
        .kind = bonnet_kind_name(l->kind),
        .channels_in = l->in_c,
        .channels_out = l->out_c,
        .height = l->out_h,
        .width = l->out_w,
        .kernel = l->kernel,
        .binary = binary,
        .macs = bonnet_net_macs(net, index) * frames,
        .cycles = c->busy, /* of all its descriptors; what it waited for tokens is stall_in */
        .busy = c->busy,
        .stall_in = c->stall_in,
        .stall_out = c->stall_out,
        .dram_bytes = c->dram_bytes,
        .peak_mac_per_cycle = lanes == 0                     ? 0
                              : binary                       ? lanes * 64
                              : l->kind == BONNET_LAYER_STEM ? lanes * 8
                                                             : lanes,
        .frames = frames,
        .waited = c->waited,
        .starved = c->starved,
        .ideal = c->ideal,
        .fill = c->fill,
        .drain = c->busy > accounted ? c->busy - accounted : 0,
        .within = c->within ? net->layers[c->within - 1].name : NULL,
    };
}

bonnet_status bonnet_layer_stats_get(bonnet_layer_stats *out, const bonnet_device *dev, const bonnet_model *model, uint32_t index)
{
    if (!out || !dev || !model || model->dev != dev || index >= model->net->n_layers) return BONNET_EINVAL;
    if (dev->last_net != model->net) return BONNET_EINVAL;
    bonnet_layer_stats_make(out, model->net, index, &dev->last_layers[index], dev->last_walk ? dev->last_walk : 1, dev->stats.lanes);
    if (dev->stats.frames) out->nanoseconds = dev->last_layers[index].nanoseconds / dev->stats.frames;
    return BONNET_OK;
}

bonnet_status bonnet_event_get(bonnet_event *out, const bonnet_device *dev, const bonnet_model *model, uint32_t index)
{
    if (!out || !dev || !model || model->dev != dev || dev->last_net != model->net || index >= dev->n_events) return BONNET_EINVAL;
    *out = dev->events[index];
    out->name = out->layer < model->net->n_layers ? model->net->layers[out->layer].name : "";
    return BONNET_OK;
}

uint32_t bonnet_chip_abi(void) { return (uint32_t)BONNET_ABI_MAJOR << 16 | BONNET_ABI_MINOR; }

bonnet_status bonnet_chip_info_get(bonnet_chip_info *out, const bonnet_device *dev)
{
    if (!out || !dev) return BONNET_EINVAL;
    if (!dev->backend->mmio) return BONNET_EUNSUPPORTED;
    const bonnet_geometry *g = bonnet_regdev_geometry(dev->self); /* as the chip said when it was opened */
    *out = (bonnet_chip_info){g->lanes * g->arrays,           g->feature_words, g->weight_rows, g->bus_bits, bonnet_regdev_abi(dev->self),
                              bonnet_regdev_build(dev->self), g->arrays};
    return BONNET_OK;
}
