/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_match.c - the walk over the graph: which file knows which operator. See onnx.h and onnx_import.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "any_import.h"
#include "onnx_import.h"
#include "onnx_output.h"

/* Memory of one import, protobuf's included. A 64 MiB file of weights needs about twice its size. */
#define IMPORT_LIMIT_BYTES ((size_t)512 << 20)

static const struct {
    const char *op;
    bonnet_op *run;
} operators[] = {
    {"Add", bonnet_op_add},           {"BatchNormalization", bonnet_op_batchnorm},
    {"BipolarQuant", bonnet_op_sign}, {"Clip", bonnet_op_clip},
    {"Concat", bonnet_op_concat},     {"Conv", bonnet_op_conv},
    {"Flatten", bonnet_op_flatten},   {"Floor", bonnet_op_floor},
    {"Gemm", bonnet_op_gemm},         {"Identity", bonnet_op_identity},
    {"Max", bonnet_op_max},           {"MaxPool", bonnet_op_maxpool},
    {"Mul", bonnet_op_mul},           {"PRelu", bonnet_op_prelu},
    {"Pad", bonnet_op_pad},           {"ReduceMean", bonnet_op_reduce},
    {"ReduceSum", bonnet_op_reduce},  {"Reshape", bonnet_op_reshape},
    {"Sign", bonnet_op_sign},         {"Slice", bonnet_op_slice},
};

bonnet_value *bonnet_value_in(bonnet_import *im, const bonnet_node *n, uint32_t i)
{
    return i < n->n_in && n->in[i] >= 0 ? &im->values[n->in[i]] : &im->values[im->g.n_edges]; /* one past: V_NONE for ever */
}

const bonnet_tensor *bonnet_const_in(const bonnet_import *im, const bonnet_node *n, uint32_t i)
{
    return i < n->n_in && n->in[i] >= 0 ? im->g.edges[n->in[i]].constant : NULL;
}

bonnet_status bonnet_set(bonnet_import *im, const bonnet_node *n, bonnet_value v)
{
    v.shared |= im->g.edges[n->out].consumers > 1;
    im->values[n->out] = v;
    bonnet_draft *d = v.draft >= 0 ? &im->drafts[v.draft] : NULL;
    const int whole = d && ((v.kind == V_BITS && v.form == FORM_MAP && !v.first && v.channels == d->l.out_c) ||
                            (v.kind == V_HEAD && v.stage == HEAD_FEATURES) || v.kind == V_LOGITS);
    if (whole) d->map = n->out;
    return BONNET_OK;
}

const char *bonnet_value_name(const bonnet_value *v)
{
    static const char *const names[] = {
        "a constant or unknown", "the image",           "an unfinished stem", "a padded stem map",      "an integer sum",     "one slice",
        "a binary map",          "a padded binary map", "a sum over slices",  "two maps to interleave", "an unfinished head", "the logits",
    };
    return names[v->kind];
}

bonnet_status bonnet_unfit(const bonnet_import *im, const bonnet_node *n, const bonnet_value *v, const char *wants)
{
    return REFUSE(im, n, "its input is %s; %s (docs/operators.md, section 6)", bonnet_value_name(v), wants);
}

bonnet_status bonnet_draft_new(bonnet_import *im, const bonnet_node *n, bonnet_layer_kind kind, const bonnet_tensor *w, int32_t *out)
{
    if (im->n_drafts == BONNET_MAX_LAYERS) return REFUSE(im, n, "more than %d layers", BONNET_MAX_LAYERS);
    bonnet_draft *d = &im->drafts[im->n_drafts];
    *d = (bonnet_draft){.node = n, .w = w, .map = -1};
    memcpy(d->l.name, n->name, sizeof d->l.name);
    d->l.kind = kind;
    d->l.kernel = d->l.stride = d->l.dilation = 1;
    d->l.in.map = d->l.res.map = d->l.pass.map = -1;
    *out = (int32_t)im->n_drafts++;
    return BONNET_OK;
}

int bonnet_exact_int(double v, int64_t lo, int64_t hi, int64_t *out)
{
    if (!(v >= (double)lo && v <= (double)hi) || floor(v) != v) return 0;
    *out = (int64_t)v;
    return 1;
}

static int by_op(const void *key, const void *entry) { return strcmp(key, *(const char *const *)entry); }

static bonnet_status walk(bonnet_import *im)
{
    const bonnet_graph *g = &im->g;
    im->values = bonnet_arena_calloc(&im->arena, (size_t)g->n_edges + 1, sizeof *im->values);
    if (!im->values) return bonnet_graph_no_memory(&im->g);
    im->values[g->input] = (bonnet_value){.kind = V_IMAGE, .draft = -1, .channels = g->planes, .h = g->height, .w = g->width};
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        const bonnet_node *n = &g->nodes[i];
        if (n->folded) continue;
        const void *entry = bsearch(n->op, operators, sizeof operators / sizeof *operators, sizeof *operators, by_op);
        if (!entry) return REFUSE(im, n, "this operator is not part of the dialect (docs/operators.md, section 6)");
        bonnet_status status = operators[(size_t)((const char *)entry - (const char *)operators) / sizeof *operators].run(im, n);
        if (status != BONNET_OK) return status;
    }
    if (im->values[g->output].kind != V_LOGITS)
        return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: the output is %s, not the logits of a Gemm",
                           bonnet_value_name(&im->values[g->output]));
    return BONNET_OK;
}

/* The family's stem rounds with Floor, and nothing else here does: such a graph is BoolNet's, sound or not, and every other is not. */
static int of_family(const bonnet_graph *g)
{
    for (uint32_t i = 0; i < g->n_nodes; i++)
        if (strcmp(g->nodes[i].op, "Floor") == 0) return 1;
    return 0;
}

static bonnet_status family(bonnet_import *im, bonnet_net **net, bonnet_onnx_report *report)
{
    if (im->g.planes != 1 && im->g.planes != 3)
        return bonnet_fail(im->g.err, BONNET_EUNSUPPORTED, "ONNX: input shape [1, %u, %u, %u]; a stem that rounds (Floor) reads 1 or 3 planes",
                           im->g.planes, im->g.height, im->g.width);
    bonnet_status status = walk(im);
    if (status == BONNET_OK) status = bonnet_emit(im, net);
    *report = (bonnet_onnx_report){im->stats, 0, 0};
    return status;
}

static void describe(bonnet_onnx_output *o, const bonnet_graph *g)
{
    const char *name = g->edges[g->output].name, *final = bonnet_graph_metadata(g, "bonnet.final");
    bonnet_printable(o->name, sizeof o->name, name);
    o->count = g->n_outputs;
    o->final = final && strcmp(final, name) == 0;
    o->final_elsewhere = final && !o->final;
}

bonnet_status bonnet_onnx_import_output(bonnet_net **out, bonnet_onnx_output *output, const void *bytes, size_t size, uint32_t index,
                                        int allow_inexact, bonnet_onnx_report *report, bonnet_error *err)
{
    if (size > BONNET_ONNX_MAX_BYTES)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "ONNX: %zu bytes, at most %zu are read", size, BONNET_ONNX_MAX_BYTES);
    bonnet_import *im = calloc(1, sizeof *im);
    if (!im) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    bonnet_arena_init(&im->arena, IMPORT_LIMIT_BYTES);
    bonnet_status status = bonnet_graph_open(&im->g, &im->arena, bytes, size, index, err);
    if (status == BONNET_OK) describe(output, &im->g);
    if (status == BONNET_OK) status = of_family(&im->g) ? family(im, out, report) : bonnet_any_import(out, &im->g, allow_inexact, report);
    bonnet_arena_free(&im->arena);
    free(im);
    return status;
}
