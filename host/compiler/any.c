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
    int any_order; /* 1: it knows where the channels are in [1, h, w, c], too */
} operators[] = {
    {"Add", any_add, 1},
    {"ArgMax", any_end, 0},
    {"AveragePool", any_average_pool, 0},
    {"BatchNormalization", any_batchnorm, 0},
    {"BipolarQuant", any_bipolar, 1},
    {"Cast", any_same, 1},
    {"Ceil", any_round, 1},
    {"Clip", any_clip, 1},
    {"Concat", any_concat, 1},
    {"Conv", any_conv, 0},
    {"DequantizeLinear", any_dequantize_linear, 1},
    {"Div", any_div, 1},
    {"Dropout", any_same, 1},
    {"Flatten", any_reshape, 1},
    {"Gather", any_gather, 1},
    {"Gemm", any_gemm, 1},
    {"GlobalAveragePool", any_global_average, 0},
    {"GlobalMaxPool", any_global_max, 0},
    {"Greater", any_greater, 1},
    {"GreaterOrEqual", any_greater_equal, 1},
    {"Identity", any_same, 1},
    {"IntQuant", any_quant, 1},
    {"LeakyRelu", any_leaky_relu, 1},
    {"Less", any_less, 1},
    {"LessOrEqual", any_less_equal, 1},
    {"LogSoftmax", any_end, 0},
    {"MatMul", any_matmul, 1},
    {"Max", any_max, 1},
    {"MaxPool", any_maxpool, 0},
    {"Min", any_min, 1},
    {"Mul", any_mul, 1},
    {"MultiThreshold", any_multithreshold, 1},
    {"Not", any_not, 1},
    {"PRelu", any_prelu, 1},
    {"Pad", any_pad, 0},
    {"Quant", any_quant, 1},
    {"QuantizeLinear", any_quantize_linear, 1},
    {"ReduceMax", any_reduce, 0},
    {"ReduceMean", any_reduce, 1},
    {"ReduceSum", any_reduce, 1},
    {"Relu", any_relu, 1},
    {"Reshape", any_reshape, 1},
    {"Round", any_round, 1},
    {"Shape", any_shape, 1},
    {"Sign", any_sign, 1},
    {"Slice", any_slice, 1},
    {"Softmax", any_end, 0},
    {"Split", any_split, 1},
    {"Squeeze", any_reshape, 0},
    {"Sub", any_sub, 1},
    {"TopK", any_top_k, 0},
    {"Transpose", any_transpose, 1},
    {"Unsqueeze", any_reshape, 0},
    {"Where", any_where, 1},
};

const any_value *any_in(const any_import *im, const bonnet_node *n, uint32_t i)
{
    return i < n->n_in && n->in[i] >= 0 ? &im->values[n->in[i]] : &im->values[im->g->n_edges];
}

bonnet_status any_set_at(any_import *im, const bonnet_node *n, int32_t edge, any_value v)
{
    if ((v.kind == ANY_IMAGE || v.kind == ANY_BITS) && !(v.mul != 0 && isfinite(v.mul) && isfinite(v.add)))
        return ANY_REFUSE(im, n, "makes %s 0 or infinite", any_name(&v));
    if (v.flat && v.h * v.w == 1) v.last = 0;
    im->values[edge] = v;
    if (v.kind == ANY_BITS && v.layer >= 0 && v.mul == 1 && v.add == 0 && !v.flat && !v.last && !v.fold && !v.mean && any_planes(&v) == 1 &&
        !any_padded(&v))
        im->map[v.layer] = edge;
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

int any_axis(const any_value *v, int64_t axis)
{
    const int64_t rank = v->flat ? 2 : 4, own = v->last && !v->flat ? 3 : 1;
    return axis == own || axis == own - rank;
}

uint32_t any_planes(const any_value *v) { return v->planes ? v->planes : 1; }

uint32_t any_bits(const any_value *v) { return v->ch * any_planes(v); }

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
    const size_t at = (size_t)((const char *)entry - (const char *)operators) / sizeof *operators;
    for (uint32_t i = 0; i < n->n_in; i++) {
        const any_value *v = any_in(im, n, i);
        if (v->fold && operators[at].run != any_transpose && operators[at].run != any_reshape)
            return ANY_REFUSE(im, n, "its input has rank 5 since a Reshape; a Transpose and a Reshape to [1, %u, %u, %u] fit", (unsigned)v->ch,
                              (unsigned)v->h, (unsigned)v->w);
        if (v->last && !operators[at].any_order)
            return ANY_REFUSE(im, n, "its input has its channels last since a Transpose; a Transpose with perm [0, 3, 1, 2] before it fits");
    }
    return operators[at].run(im, n);
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
        const int32_t from = g->edges[e].producer; /* a Cast or DequantizeLinear is no integer any more */
        c->whole =
            bonnet_tensor_is_int64(t) && (from < 0 || strcmp(g->nodes[from].op, "Constant") == 0 || strcmp(g->nodes[from].op, "Identity") == 0);
        im->values[e] = (any_value){.kind = ANY_CONST, .c = c, .layer = -1};
    }
    return BONNET_OK;
}

/* The Sub in front of `add`, if it is (x - y) + y: what torch.onnx writes of (sign(x) - clamp(x)).detach() + clamp(x), and is x. */
static const bonnet_node *straight(const bonnet_graph *g, const bonnet_node *add)
{
    if (strcmp(add->op, "Add") != 0 || add->n_in != 2 || add->in[0] < 0 || add->in[1] < 0) return NULL;
    for (int i = 0; i < 2; i++) {
        const int32_t from = g->edges[add->in[i]].producer;
        const bonnet_node *sub = from >= 0 ? &g->nodes[from] : NULL;
        if (sub && strcmp(sub->op, "Sub") == 0 && sub->n_in == 2 && sub->in[0] >= 0 && sub->in[1] == add->in[1 - i]) return sub;
    }
    return NULL;
}

/* Edges that the output needs, from behind; needed[edge]. */
static void needs(const bonnet_graph *g, uint8_t *needed)
{
    needed[g->output] = 1;
    for (uint32_t i = g->n_nodes; i-- > 0;) {
        const bonnet_node *n = &g->nodes[i], *sub = straight(g, n);
        int any = 0;
        for (uint32_t o = 0; o < n->n_out; o++) any |= n->outs[o] >= 0 && needed[n->outs[o]];
        if (!any) continue;
        for (uint32_t k = 0; k < (sub ? 1 : n->n_in); k++) {
            const int32_t edge = sub ? sub->in[0] : n->in[k];
            if (edge >= 0) needed[edge] = 1;
        }
    }
}

static bonnet_status walk(any_import *im)
{
    const bonnet_graph *g = im->g;
    bonnet_status status = BONNET_OK;
    uint8_t *needed = bonnet_arena_calloc(g->arena, g->n_edges, 1);
    if (!needed) return bonnet_graph_no_memory(g);
    needs(g, needed);
    for (uint32_t i = 0; i < g->n_nodes && status == BONNET_OK; i++) {
        const bonnet_node *n = &g->nodes[i], *sub = straight(g, n);
        int any = 0;
        for (uint32_t o = 0; o < n->n_out; o++) any |= n->outs[o] >= 0 && needed[n->outs[o]];
        if (!any || n->folded) continue;
        if (sub) im->values[n->out] = im->values[sub->in[0]];
        else status = step(im, n);
    }
    return status;
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
    status = walk(im);
    if (status == BONNET_OK) status = any_emit(im, out);
    if (status == BONNET_OK && report) *report = (bonnet_onnx_report){im->stats, im->error_bound, im->left_out};
    return status;
}
