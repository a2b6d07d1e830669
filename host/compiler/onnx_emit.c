/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_emit.c - drafts to a network: execution order, memory, packed weights, thresholds, metadata, and the last check. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "onnx_import.h"

/*
 * Order so that every layer comes after the maps it reads; among those ready, as the graph had them. A residual may be
 * written later in the file than the convolution that takes it in. order[i]: draft; place[draft]: i.
 */
static bonnet_status execution_order(const bonnet_import *im, uint32_t order[], int32_t place[])
{
    for (uint32_t i = 0; i < im->n_drafts; i++) place[i] = -1;
    for (uint32_t count = 0; count < im->n_drafts; count++) {
        uint32_t next = 0;
        for (; next < im->n_drafts; next++) {
            const bonnet_layer *l = &im->drafts[next].l;
            const int32_t refs[3] = {l->in.map, l->res.map, l->pass.map};
            int ready = place[next] < 0;
            for (int r = 0; r < 3; r++) ready &= refs[r] < 0 || place[refs[r]] >= 0;
            if (ready) break;
        }
        if (next == im->n_drafts) return bonnet_fail(im->g.err, BONNET_EUNSUPPORTED, "ONNX: layers wait for each other in a circle");
        order[count] = next;
        place[next] = (int32_t)count;
    }
    return BONNET_OK;
}

bonnet_status bonnet_direction(bonnet_import *im, const bonnet_draft *d, uint32_t channel, int *out)
{
    int direction = 0;
    for (uint32_t j = 0; j < im->k; j++) {
        int slope = bonnet_fold_slope(d->chain[j], channel);
        if (slope * direction < 0)
            return REFUSE(im, d->node, "channel %u: its slices rise and fall; one BatchNormalization for all of them fits", (unsigned)channel);
        if (slope) direction = slope;
    }
    *out = direction < 0 ? -1 : 1;
    return BONNET_OK;
}

/* 3x3: [o][tap][c/64]; 1x1: [o][c/64 * k + slice]; the filter of a falling channel is negated. */
static bonnet_status bits_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer, uint32_t o, int direction)
{
    const bonnet_layer *l = &net->layers[layer];
    const uint32_t down = l->kind == BONNET_LAYER_DOWN, words = l->in_c / 64, taps = down ? 1 : 9, slices = down ? net->k : 1;
    uint64_t *bits = bonnet_net_param_data(net, layer, BONNET_PARAM_BITS);
    bits += (size_t)o * taps * words * slices;
    for (uint32_t s = 0; s < slices; s++)
        for (uint32_t c = 0; c < l->in_c; c++)
            for (uint32_t tap = 0; tap < taps; tap++) {
                size_t at = (((size_t)o * slices + s) * l->in_c + c) * taps + tap;
                double w = bonnet_tensor_at(d->w, at);
                if (w != 1 && w != -1) return REFUSE(im, d->node, "weight %zu is %g; binary weights are -1 and +1", at, w);
                size_t word = down ? (size_t)(c / 64) * slices + s : (size_t)tap * words + c / 64;
                bits[word] |= (uint64_t)(w == direction) << c % 64;
            }
    return BONNET_OK;
}

bonnet_status bonnet_block_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer)
{
    const bonnet_layer *l = &net->layers[layer];
    uint16_t *tp = bonnet_net_param_data(net, layer, BONNET_PARAM_TP);
    uint8_t *pool_and = bonnet_net_param_data(net, layer, BONNET_PARAM_POOL_AND);
    const uint32_t dot = l->in_c * (l->kind == BONNET_LAYER_DOWN ? net->k : 9);
    bonnet_status status = BONNET_OK;
    for (uint32_t o = 0; status == BONNET_OK && o < l->conv_c; o++) {
        int direction = 1;
        if (tp) status = bonnet_direction(im, d, o, &direction);
        if (status == BONNET_OK) status = bits_fill(im, d, net, layer, o, direction);
        if (status != BONNET_OK || !tp) continue;
        for (uint32_t j = 0; j < net->k; j++) /* n = 2p - K */
            tp[o * net->k + j] = (uint16_t)bonnet_fold_threshold(d->chain[j], o, direction, -(int32_t)dot, 2, dot + 1, &im->stats);
        if (pool_and) pool_and[o] = l->pool && direction < 0; /* the largest sum gives the smallest value */
    }
    return status;
}

static bonnet_status layer_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer)
{
    bonnet_status status = BONNET_OK;
    switch (d->l.kind) {
    case BONNET_LAYER_STEM: return bonnet_stem_fill(im, d, net, layer);
    case BONNET_LAYER_FC: return bonnet_fc_fill(im, d, net, layer);
    case BONNET_LAYER_LAST:
        status = bonnet_last_fill(im, d, net, layer); /* and its bits */
        break;
    case BONNET_LAYER_CONV:
    case BONNET_LAYER_DOWN:
    default: break;
    }
    return status == BONNET_OK ? bonnet_block_fill(im, d, net, layer) : status;
}

/* 'bonnet.pixel_lut': two hexadecimal digits for each byte of a picture, plane after plane. */
static bonnet_status lut_fill(const bonnet_graph *g, bonnet_net *net)
{
    static const char digits[] = "0123456789abcdef";
    const char *text = bonnet_graph_metadata(g, "bonnet.pixel_lut");
    const size_t count = (size_t)net->layers[0].in_c * 256;
    if (!text) return BONNET_OK;
    if (!net->layers[0].pixels_signed || strlen(text) != 2 * count || strspn(text, digits) != 2 * count)
        return bonnet_fail(g->err, BONNET_EFORMAT, "ONNX: metadata 'bonnet.pixel_lut' is not %zu hexadecimal digits beside 'bonnet.pixels' = int8",
                           2 * count);
    int8_t *lut = bonnet_net_reserve(net, count);
    if (!lut) return bonnet_graph_no_memory(g);
    for (size_t i = 0; i < count; i++) lut[i] = (int8_t)((strchr(digits, text[2 * i]) - digits) * 16 + (strchr(digits, text[2 * i + 1]) - digits));
    net->pixel_lut = lut;
    return BONNET_OK;
}

/* The scale of the output that is meant: 'bonnet.logit_scale.NAME', else 'bonnet.logit_scale', else NULL. */
static const char *scale_of(const bonnet_graph *g)
{
    char key[24 + BONNET_NAME_BYTES];
    const char *name = g->edges[g->output].name;
    snprintf(key, sizeof key, "bonnet.logit_scale.%s", strlen(name) < BONNET_NAME_BYTES ? name : "");
    const char *own = bonnet_graph_metadata(g, key);
    return own ? own : bonnet_graph_metadata(g, "bonnet.logit_scale");
}

/* Names and the scale from the metadata; what is missing or senseless is left at its default. */
static bonnet_status texts_fill(const bonnet_graph *g, bonnet_net *net)
{
    const char *name = bonnet_graph_metadata(g, "bonnet.name"), *scale = scale_of(g);
    const char *labels = bonnet_graph_metadata(g, "bonnet.labels");
    if (!name) name = g->model->graph->name ? g->model->graph->name : "";
    bonnet_printable(net->name, sizeof net->name, name);
    if (scale) {
        char *end;
        double x = strtod(scale, &end);
        if (end == scale || *end || !isfinite(x) || x <= 0)
            return bonnet_fail(g->err, BONNET_EFORMAT, "ONNX: metadata 'bonnet.logit_scale' is not a positive number");
        net->logit_scale = x;
    }
    for (uint32_t i = 0; labels; i++) {
        char text[256];
        size_t length = strcspn(labels, ",");
        if (i == net->classes || length >= sizeof text)
            return bonnet_fail(g->err, BONNET_EFORMAT, "ONNX: metadata 'bonnet.labels': more than %u labels, or one of more than 255 bytes",
                               (unsigned)net->classes);
        memcpy(text, labels, length);
        text[length] = '\0';
        if (!bonnet_net_set_label(net, i, text)) return bonnet_graph_no_memory(g);
        labels = labels[length] ? labels + length + 1 : NULL;
    }
    return BONNET_OK;
}

bonnet_status bonnet_metadata_fill(const bonnet_graph *g, bonnet_net *net)
{
    bonnet_status status = texts_fill(g, net);
    return status == BONNET_OK ? lut_fill(g, net) : status;
}

static void remap(bonnet_map_ref *ref, const int32_t place[])
{
    if (ref->map >= 0) ref->map = place[ref->map];
}

static bonnet_status fill(bonnet_import *im, bonnet_net *net, const uint32_t order[], const int32_t place[])
{
    char why[sizeof im->g.err->text];
    for (uint32_t i = 0; i < net->n_layers; i++) {
        bonnet_layer *l = &net->layers[i];
        *l = im->drafts[order[i]].l;
        remap(&l->in, place), remap(&l->res, place), remap(&l->pass, place);
    }
    net->k = im->k;
    net->classes = net->layers[net->n_layers - 1].out_c;
    bonnet_status status = BONNET_OK;
    bonnet_printable(net->name, sizeof net->name, "net");
    if (bonnet_net_check_shape(net, why, sizeof why)) return bonnet_fail(im->g.err, BONNET_EUNSUPPORTED, "%s", why);
    for (uint32_t i = 0; status == BONNET_OK && i < net->n_layers; i++)
        status = bonnet_net_alloc_params(net, i) ? layer_fill(im, &im->drafts[order[i]], net, i) : bonnet_graph_no_memory(&im->g);
    for (uint32_t i = 0; status == BONNET_OK && i < net->n_layers; i++) {
        char text[256] = "";
        if (im->drafts[order[i]].map >= 0) bonnet_printable(text, sizeof text, im->g.edges[im->drafts[order[i]].map].name);
        if (!bonnet_net_set_tensor(net, i, text)) status = bonnet_graph_no_memory(&im->g);
    }
    if (status == BONNET_OK) status = bonnet_metadata_fill(&im->g, net);
    if (status == BONNET_OK && bonnet_net_check(net, why, sizeof why)) status = bonnet_fail(im->g.err, BONNET_EUNSUPPORTED, "%s", why);
    return status;
}

bonnet_status bonnet_emit(bonnet_import *im, bonnet_net **out)
{
    uint32_t order[BONNET_MAX_LAYERS];
    int32_t place[BONNET_MAX_LAYERS];
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < im->n_drafts && status == BONNET_OK; i++) {
        bonnet_draft *d = &im->drafts[i];
        if (d->state != DRAFT_DONE) return REFUSE(im, d->node, "its result leads nowhere; take a sign of it or remove it");
        if (d->l.kind == BONNET_LAYER_STEM) status = bonnet_stem_prepare(im, d);
    }
    if (status == BONNET_OK) status = execution_order(im, order, place);
    if (status != BONNET_OK) return status;
    bonnet_net *net = bonnet_net_alloc(im->n_drafts);
    if (!net) return bonnet_graph_no_memory(&im->g);
    status = fill(im, net, order, place);
    if (status == BONNET_OK) *out = net;
    else bonnet_net_free(net);
    return status;
}
