/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - images in, labels out; and the statistics of what that took. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

bonnet_status bonnet_check_run(bonnet_device *dev, const bonnet_model *model, size_t pixels_bytes, size_t count)
{
    if (!dev) return BONNET_EINVAL;
    if (!model || model->dev != dev) return bonnet_fail(&dev->error, BONNET_EINVAL, "the model was loaded for another device");
    size_t want = bonnet_net_input_bytes(model->net);
    if (pixels_bytes != want) return bonnet_fail(&dev->error, BONNET_EINVAL, "an image of this network has %zu bytes, not %zu", want, pixels_bytes);
    if (!count || count > UINT32_MAX / 2) return bonnet_fail(&dev->error, BONNET_EINVAL, "cannot run %zu images", count);
    return BONNET_OK;
}

bonnet_status bonnet_execute(bonnet_device *dev, const bonnet_model *model, bonnet_run *run)
{
    const bonnet_net *net = model->net;
    memset(dev->last_layers, 0, sizeof dev->last_layers);
    dev->last_net = NULL;
    dev->n_events = 0;
    if (dev->backend->mmio && !dev->events) dev->events = calloc(BONNET_JOB_MAX, sizeof *dev->events);
    if (dev->backend->mmio && !dev->events) return bonnet_fail(&dev->error, BONNET_ENOMEM, "out of memory");
    run->layers = dev->last_layers;
    run->events = dev->events;
    run->events_room = BONNET_JOB_MAX;
    run->timeout_ms = dev->timeout_ms;
    run->cancel = dev->cancel;
    run->progress = dev->progress;
    run->progress_user = dev->progress_user;
    bonnet_status status = model->backend->run(model->self, model->slot, run, &dev->error);

    bonnet_stats *s = &dev->stats;
    memset(s, 0, sizeof *s);
    dev->last_net = net;
    dev->last_walk = run->walk_frames;
    s->cycles = run->cycles;
    s->frames = run->frames;
    for (uint32_t i = 0; i < net->n_layers; i++) /* beside a chip's, the CPU's layers have no cycles */
        if (!run->cycles || run->layers[i].busy) s->macs += bonnet_net_macs(net, i) * run->frames;
    s->dram_bytes_in = run->bytes_in;
    s->dram_bytes_out = run->bytes_out;
    s->clock_hz = run->clock_hz;
    s->lanes = run->lanes;
    if (status == BONNET_OK) dev->n_events = run->n_events;
    s->sim_cycles = run->sim_cycles;
    s->sim_seconds = run->sim_seconds;
    return status;
}

/* Index of the largest logit, ties to the lowest; the softmax is for people and is computed in double. */
static bonnet_result classify(const bonnet_net *net, const int32_t *logits)
{
    bonnet_result r = {0, logits[0], 0};
    double sum = 0;
    for (uint32_t i = 1; i < net->classes; i++)
        if (logits[i] > r.logit) r.label = i, r.logit = logits[i];
    for (uint32_t i = 0; i < net->classes; i++) sum += exp(net->logit_scale * ((double)logits[i] - r.logit));
    r.score = 1 / sum;
    return r;
}

bonnet_status bonnet_run_batch(bonnet_result *results, int32_t *logits, bonnet_device *dev, const bonnet_model *model, const uint8_t *pixels,
                               size_t count)
{
    bonnet_status status = bonnet_check_run(dev, model, model ? bonnet_net_input_bytes(model->net) : 0, count);
    if (status != BONNET_OK) return status;
    if (!pixels) return bonnet_fail(&dev->error, BONNET_EINVAL, "pixels is NULL");
    /* Own buffer even where the caller has one: outputs stay untouched on failure. */
    int32_t *scratch = calloc(count, model->net->classes * sizeof *scratch);
    if (!scratch) return bonnet_fail(&dev->error, BONNET_ENOMEM, "out of memory for the logits of %zu images", count);
    bonnet_run run = {.pixels = pixels, .frames = (uint32_t)count, .logits = scratch};
    status = bonnet_execute(dev, model, &run);
    if (status == BONNET_OK) {
        if (logits) memcpy(logits, scratch, count * model->net->classes * sizeof *scratch);
        for (size_t i = 0; results && i < count; i++) results[i] = classify(model->net, scratch + i * model->net->classes);
    }
    free(scratch);
    return status;
}

bonnet_status bonnet_run_image(bonnet_result *out, bonnet_device *dev, const bonnet_model *model, const uint8_t *pixels, size_t pixels_bytes)
{
    bonnet_status status = bonnet_check_run(dev, model, pixels_bytes, 1);
    if (status != BONNET_OK) return status;
    if (!out) return bonnet_fail(&dev->error, BONNET_EINVAL, "out is NULL");
    return bonnet_run_batch(out, NULL, dev, model, pixels, 1);
}
