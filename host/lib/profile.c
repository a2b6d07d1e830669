/* SPDX-License-Identifier: Apache-2.0 */
/* profile.c - the time of one layer: shapes of a model's layers, and layers that are there to be timed. */
#include <stdlib.h>
#include <string.h>
#include "one_layer.h"

bonnet_status bonnet_model_shape_get(bonnet_layer_shape *out, const bonnet_model *model, uint32_t index)
{
    if (!out || !model || index >= model->net->n_layers) return BONNET_EINVAL;
    const bonnet_layer *l = &model->net->layers[index];
    const bonnet_net_window *w = &l->win;
    const int general = bonnet_kind_general(l->kind);
    *out = (bonnet_layer_shape){.kind = bonnet_kind_name(l->kind),
                                .slices = model->net->k,
                                .channels_in = l->in_c,
                                .height_in = l->in_h,
                                .width_in = l->in_w,
                                .channels_out = l->conv_c,
                                .kernel_h = general ? w->kernel_h : l->kernel,
                                .kernel_w = general ? w->kernel_w : l->kernel,
                                .stride_h = general ? w->stride_h : l->stride,
                                .stride_w = general ? w->stride_w : l->stride,
                                .dilation_h = general ? w->dilation_h : l->dilation,
                                .dilation_w = general ? w->dilation_w : l->dilation,
                                .groups = general ? w->groups : 1,
                                .top = w->top,
                                .left = w->left,
                                .bottom = w->bottom,
                                .right = w->right,
                                .edge = w->edge,
                                .multiply = w->mul,
                                .add = w->add,
                                .join = (uint32_t)w->join,
                                .second = l->kind == BONNET_LAYER_BPICK && l->res.map >= 0,
                                .pool = l->pool,
                                .drops = l->kind == BONNET_LAYER_DOWN && l->pool && l->out_h == l->conv_h / 2 && l->out_w == l->conv_w / 2,
                                .post = (uint32_t)l->post,
                                .depthwise = l->dw,
                                .pixels_signed = l->pixels_signed};
    return BONNET_OK;
}

/* What lies in the nearest cache from the run before, other layers would have driven out of it, though hardly out of the next one. */
enum { OTHERS_BYTES = 256 << 10, MOST_REPEATS = 10000 };

static uint64_t touch(uint8_t *others)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < OTHERS_BYTES; i += 64) sum += others[i]++;
    return sum;
}

static bonnet_status run(double *seconds, bonnet_device *dev, const bonnet_model *model, uint32_t index, uint32_t repeats)
{
    const size_t bytes = bonnet_net_input_bytes(model->net);
    uint8_t *pixels = malloc(bytes), *others = calloc(1, OTHERS_BYTES);
    int32_t *logits = calloc(model->net->classes, sizeof *logits);
    uint64_t state = 1;
    bonnet_status status = pixels && others && logits ? BONNET_OK : bonnet_fail(&dev->error, BONNET_ENOMEM, "out of memory for a layer's maps");
    for (size_t i = 0; pixels && i < bytes; i++) pixels[i] = (uint8_t)bonnet_one_layer_random(&state);
    if (status == BONNET_OK && bonnet_net_given(model->net)) { /* bits behind a pixel's last channel are 0 */
        const uint32_t c = model->net->layers[0].out_c, words = (c + 63) / 64, rest = c % 64;
        for (size_t i = 0; rest && i < bytes; i++)
            if (i / 8 % words == words - 1 && 8 * (i % 8) + 8 > rest) pixels[i] &= (uint8_t)(8 * (i % 8) >= rest ? 0 : 0xff >> (8 - rest % 8));
    }
    for (uint32_t r = 0; r < repeats + 1 && status == BONNET_OK; r++) { /* the first one finds its memory for the first time */
        bonnet_run once = {.pixels = pixels, .frames = 1, .logits = logits};
        touch(others);
        status = bonnet_execute(dev, model, &once);
        const bonnet_layer_cycles *c = &dev->last_layers[index];
        const double took = c->nanoseconds ? (double)c->nanoseconds * 1e-9 : dev->stats.clock_hz ? (double)c->busy / dev->stats.clock_hz : 0;
        if (status == BONNET_OK && !(took > 0))
            status = bonnet_fail(&dev->error, BONNET_EUNSUPPORTED, "this device does not time a layer of this kind");
        if (r) seconds[r - 1] = took;
    }
    free(pixels), free(others), free(logits);
    return status;
}

bonnet_status bonnet_profile_layer(double *seconds, bonnet_device *dev, const bonnet_layer_shape *shape, uint32_t repeats)
{
    if (!dev) return BONNET_EINVAL;
    if (!seconds || !shape || !repeats || repeats > MOST_REPEATS)
        return bonnet_fail(&dev->error, BONNET_EINVAL, "seconds, a shape and 1 to %d repeats are wanted", MOST_REPEATS);
    bonnet_file file = {0};
    uint32_t index;
    bonnet_status status = bonnet_one_layer(&file.net, &index, shape, 1, &dev->error);
    bonnet_model *model = NULL;
    double *times = status == BONNET_OK ? calloc(repeats, sizeof *times) : NULL;
    if (status == BONNET_OK) status = bonnet_model_bind(&model, dev, &file);
    if (status == BONNET_OK && !times) status = bonnet_fail(&dev->error, BONNET_ENOMEM, "out of memory");
    if (status == BONNET_OK) status = run(times, dev, model, index, repeats);
    if (status == BONNET_OK) memcpy(seconds, times, repeats * sizeof *times);
    free(times);
    bonnet_model_free(model);
    return status;
}
