/* SPDX-License-Identifier: Apache-2.0 */
/* any.c - the walk of the general importer, see any.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "any.h"
#include "any_import.h"

/* Sorted by name. */
static const struct {
    const char *op;
    any_op *run;
} operators[] = {
    {"Add", any_add},
    {"ArgMax", any_end},
    {"AveragePool", any_average_pool},
    {"BatchNormalization", any_batchnorm},
    {"BipolarQuant", any_bipolar},
    {"Cast", any_same},
    {"Clip", any_clip},
    {"Concat", any_concat},
    {"Conv", any_conv},
    {"Div", any_div},
    {"Dropout", any_same},
    {"Flatten", any_reshape},
    {"Gather", any_gather},
    {"Gemm", any_gemm},
    {"GlobalAveragePool", any_global_average},
    {"Identity", any_same},
    {"LeakyRelu", any_leaky_relu},
    {"LogSoftmax", any_end},
    {"MatMul", any_matmul},
    {"Max", any_max},
    {"MaxPool", any_maxpool},
    {"Min", any_min},
    {"Mul", any_mul},
    {"MultiThreshold", any_multithreshold},
    {"PRelu", any_prelu},
    {"Pad", any_pad},
    {"Relu", any_relu},
    {"Reshape", any_reshape},
    {"Sign", any_sign},
    {"Slice", any_slice},
    {"Softmax", any_end},
    {"Split", any_split},
    {"Squeeze", any_reshape},
    {"Sub", any_sub},
    {"Unsqueeze", any_reshape},
};

const any_value *any_in(const any_import *im, const bonnet_node *n, uint32_t i)
{
    return i < n->n_in && n->in[i] >= 0 ? &im->values[n->in[i]] : &im->values[im->g->n_edges];
}

bonnet_status any_set_at(any_import *im, const bonnet_node *n, int32_t edge, any_value v)
{
    if ((v.kind == ANY_IMAGE || v.kind == ANY_BITS) && !(v.mul != 0 && isfinite(v.mul) && isfinite(v.add)))
        return ANY_REFUSE(im, n, "makes %s 0 or infinite", any_name(&v));
    im->values[edge] = v;
    if (v.kind == ANY_BITS && v.layer >= 0 && v.mul == 1 && v.add == 0 && !v.flat && !v.mean && !any_padded(&v)) im->map[v.layer] = edge;
    return BONNET_OK;
}

bonnet_status any_set(any_import *im, const bonnet_node *n, any_value v) { return any_set_at(im, n, n->out, v); }

const char *any_name(const any_value *v)
{
    static const char *const names[] = {"nothing a network is made of", "a constant", "the image", "a binary map", "an integer sum"};
    return names[v->kind];
}

bonnet_status any_unfit(const any_import *im, const bonnet_node *n, const any_value *v, const char *wants)
{
    return ANY_REFUSE(im, n, "its input is %s; %s (docs/operators.md, section 7)", any_name(v), wants);
}

int any_padded(const any_value *v) { return (v->pads[0] | v->pads[1] | v->pads[2] | v->pads[3]) != 0; }

void any_finish(bonnet_layer *l, const bonnet_node *n)
{
    memcpy(l->name, n->name, sizeof l->name);
    l->conv_c = l->out_c, l->conv_h = l->out_h, l->conv_w = l->out_w;
    l->kernel = l->win.kernel_h, l->stride = l->win.stride_h, l->dilation = l->win.dilation_h;
}

bonnet_status any_layer(any_import *im, const bonnet_node *n, const bonnet_layer *l, int32_t *out)
{
    if (im->n_layers == BONNET_MAX_LAYERS) return ANY_REFUSE(im, n, "more than %d layers", BONNET_MAX_LAYERS);
    im->map[im->n_layers] = -1;
    *out = (int32_t)im->n_layers;
    im->layers[im->n_layers++] = *l;
    return BONNET_OK;
}

static int by_op(const void *key, const void *entry) { return strcmp(key, *(const char *const *)entry); }

static bonnet_status step(any_import *im, const bonnet_node *n)
{
    int done = 0;
    bonnet_status status = any_fold(im, n, &done);
    if (status != BONNET_OK || done) return status;
    const void *entry = bsearch(n->op, operators, sizeof operators / sizeof *operators, sizeof *operators, by_op);
    if (!entry) return ANY_REFUSE(im, n, "this operator is not read; docs/operators.md, section 7, lists those that are");
    return operators[(size_t)((const char *)entry - (const char *)operators) / sizeof *operators].run(im, n);
}

static bonnet_status constants(any_import *im)
{
    const bonnet_graph *g = im->g;
    for (uint32_t e = 0; e < g->n_edges; e++) {
        const bonnet_tensor *t = g->edges[e].constant;
        if (!t) continue;
        any_const *c = any_const_new(im, t->rank, t->dims);
        if (!c) return bonnet_graph_no_memory(im->g);
        for (size_t i = 0; i < c->count; i++) c->v[i] = bonnet_tensor_at(t, i);
        if (t->scale != 1) c->unit = t->scale < 0 ? -t->scale : t->scale;
        im->values[e] = (any_value){.kind = ANY_CONST, .c = c, .layer = -1};
    }
    return BONNET_OK;
}

bonnet_status bonnet_any_import(bonnet_net **out, bonnet_graph *g, int allow_inexact, bonnet_onnx_report *report)
{
    any_import *im = bonnet_arena_calloc(g->arena, 1, sizeof *im);
    if (!im) return bonnet_graph_no_memory(g);
    if (g->planes > BONNET_MAX_WIDE_CHANNELS || g->height > BONNET_MAX_SIDE || g->width > BONNET_MAX_SIDE)
        return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: an image of %u planes of %ux%u; up to %d of %dx%d fit", (unsigned)g->planes,
                           (unsigned)g->height, (unsigned)g->width, BONNET_MAX_WIDE_CHANNELS, BONNET_MAX_SIDE, BONNET_MAX_SIDE);
    im->g = g;
    im->allow_inexact = allow_inexact;
    im->values = bonnet_arena_calloc(g->arena, (size_t)g->n_edges + 1, sizeof *im->values);
    if (!im->values) return bonnet_graph_no_memory(im->g);
    bonnet_status status = constants(im);
    if (status != BONNET_OK) return status;
    im->values[g->input] =
        (any_value){.kind = ANY_IMAGE, .layer = -1, .ch = g->planes, .h = g->height, .w = g->width, .flat = g->flat_input, .mul = 1};
    for (uint32_t i = 0; i < g->n_nodes && status == BONNET_OK; i++)
        if (!g->nodes[i].folded) status = step(im, &g->nodes[i]);
    if (status == BONNET_OK) status = any_emit(im, out);
    if (status == BONNET_OK && report) *report = (bonnet_onnx_report){im->stats, im->error_bound};
    return status;
}
