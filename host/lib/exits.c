/* SPDX-License-Identifier: Apache-2.0 */
/* exits.c - the early exits of a model, and their branches as models. */
#include "internal.h"

bonnet_status bonnet_exit_get(bonnet_exit *out, const bonnet_model *model, uint32_t index)
{
    if (!out || !model || index >= model->net->n_exits) return BONNET_EINVAL;
    const bonnet_net_exit *e = &model->net->exits[index];
    bonnet_layer_info layer;
    *out = (bonnet_exit){.name = e->name, .layer = e->layer, .layers = e->branch->n_layers - 1, .logit_scale = e->branch->logit_scale};
    while (bonnet_cut_layer(model->net, out->cut) < e->layer) out->cut++;
    for (uint32_t i = 1; i < e->branch->n_layers; i++) {
        bonnet_layer_info_make(&layer, e->branch, i);
        out->macs += bonnet_net_macs(e->branch, i);
        out->weight_bits += layer.weight_bits;
    }
    return BONNET_OK;
}

bonnet_status bonnet_model_branch(bonnet_model **out, const bonnet_model *model, uint32_t exit)
{
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    if (!out) return bonnet_fail(err, BONNET_EINVAL, "out is NULL");
    if (exit >= model->net->n_exits) return bonnet_fail(err, BONNET_EINVAL, "the network has %u exits, none numbered %u", model->net->n_exits, exit);
    bonnet_net *branch = bonnet_net_clone(model->net->exits[exit].branch);
    for (uint32_t i = 0; branch && model->net->labels && i < branch->classes; i++)
        if (!bonnet_net_set_label(branch, i, model->net->labels[i])) {
            bonnet_net_free(branch);
            branch = NULL;
        }
    return bonnet_model_of_part(out, model, branch);
}
