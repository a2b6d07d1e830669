/* SPDX-License-Identifier: Apache-2.0 */
/* model.c - a .bonnet file becomes a network bound to a device. */
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "file.h"
#include "internal.h"
#include "mixed.h"

/* Who runs it. A chip does what it can of a network of general layers, and the CPU beside it the rest. */
static bonnet_status choose_backend(bonnet_model *model, bonnet_device *dev)
{
    const bonnet_open_config config = {.timeout_ms = dev->timeout_ms};
    model->backend = dev->backend;
    model->self = dev->self;
    if (!bonnet_net_general(model->net) || model->backend == &bonnet_golden_backend || model->backend == &bonnet_cpu_backend) return BONNET_OK;
    model->backend = dev->backend->mmio ? &bonnet_mixed_backend : &bonnet_cpu_backend; /* ice40: is a machine of its own */
    bonnet_status status = dev->backend->mmio ? bonnet_mixed_open(&model->self, dev->self, &config, &dev->error)
                                              : bonnet_cpu_backend.open(&model->self, "", &config, &dev->error);
    model->own_self = status == BONNET_OK;
    return status;
}

bonnet_status bonnet_model_bind(bonnet_model **out, bonnet_device *dev, bonnet_file *file)
{
    bonnet_model *model = calloc(1, sizeof *model);
    if (!model) {
        bonnet_file_free(file);
        return bonnet_fail(&dev->error, BONNET_ENOMEM, "out of memory");
    }
    model->dev = dev;
    model->file = *file;
    model->net = model->file.net;
    for (uint32_t i = 0; i < file->n_jobs; i++) {
        memcpy(model->jobs[i].geometry, file->jobs[i].geometry, sizeof model->jobs[i].geometry);
        model->jobs[i].bytes = file->jobs[i].bytes;
        model->jobs[i].size = file->jobs[i].size;
    }
    model->net->jobs = model->jobs;
    model->net->n_jobs = file->n_jobs;
    bonnet_status status = choose_backend(model, dev);
    if (status == BONNET_OK) status = model->backend->load(model->self, &model->slot, model->net, &dev->error);
    if (status != BONNET_OK) {
        if (model->own_self) model->backend->close(model->self);
        bonnet_file_free(&model->file);
        free(model);
        return status;
    }
    *out = model;
    return BONNET_OK;
}

bonnet_status bonnet_model_load(bonnet_model **out, bonnet_device *dev, const char *path)
{
    bonnet_file file = {0};
    if (!dev) return BONNET_EINVAL;
    if (!out || !path) return bonnet_fail(&dev->error, BONNET_EINVAL, "out and path must not be NULL");
    bonnet_status status = bonnet_file_read(&file, path, &dev->error);
    return status == BONNET_OK ? bonnet_model_bind(out, dev, &file) : status;
}

bonnet_status bonnet_model_load_memory(bonnet_model **out, bonnet_device *dev, const void *bytes, size_t size)
{
    bonnet_file file = {0};
    if (!dev) return BONNET_EINVAL;
    if (!out || !bytes) return bonnet_fail(&dev->error, BONNET_EINVAL, "out and bytes must not be NULL");
    bonnet_status status = bonnet_file_parse(&file, bytes, size, &dev->error);
    return status == BONNET_OK ? bonnet_model_bind(out, dev, &file) : status;
}

void bonnet_model_free(bonnet_model *model)
{
    if (!model) return;
    if (model->dev->last_net == model->net) model->dev->last_net = NULL;
    model->backend->unload(model->self, model->slot);
    if (model->own_self) model->backend->close(model->self);
    bonnet_file_free(&model->file);
    free(model);
}

bonnet_status bonnet_model_info_get(bonnet_model_info *out, const bonnet_model *model)
{
    if (!out || !model) return BONNET_EINVAL;
    const bonnet_net *net = model->net;
    const bonnet_layer *stem = &net->layers[0];
    *out = (bonnet_model_info){
        .name = net->name,
        .width = stem->in_w,
        .height = stem->in_h,
        .planes = stem->in_c,
        .pixels_signed = stem->pixels_signed,
        .slices = net->k,
        .classes = net->classes,
        .layers = net->n_layers,
        .logit_scale = net->logit_scale,
    };
    for (uint32_t i = 0; i < net->n_layers; i++) out->macs += bonnet_net_macs(net, i);
    memcpy(out->sha256, model->file.sha256, sizeof out->sha256);
    return BONNET_OK;
}

const char *bonnet_model_label(const bonnet_model *model, uint32_t index)
{
    if (!model || !model->net->labels || index >= model->net->classes || !model->net->labels[index]) return "";
    return model->net->labels[index];
}

size_t bonnet_model_input_bytes(const bonnet_model *model) { return model ? bonnet_net_input_bytes(model->net) : 0; }
