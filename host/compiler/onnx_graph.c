/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_graph.c - bytes to a checked graph, see onnx_graph.h. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "onnx_graph.h"

void bonnet_printable(char *to, size_t to_bytes, const char *from)
{
    size_t i = 0;
    for (; from[i] && i + 1 < to_bytes; i++) to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
    to[i] = '\0';
}

bonnet_status bonnet_graph_refuse(const bonnet_graph *g, const bonnet_node *node, bonnet_status status, const char *format, ...)
{
    char text[192], op[32];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bonnet_printable(op, sizeof op, node->op);
    return bonnet_fail(g->err, status, "node '%s' (%s): %s", node->name, op, text);
}

const char *bonnet_graph_metadata(const bonnet_graph *g, const char *key)
{
    for (size_t i = 0; i < g->model->n_metadata_props; i++) {
        const Onnx__StringStringEntryProto *e = g->model->metadata_props[i];
        if (e->key && e->value && strcmp(e->key, key) == 0) return e->value;
    }
    return NULL;
}

/* ---- edges: every name once, sorted, so that a name is found by bisection ------------------------------------ */

static int by_name(const void *a, const void *b) { return strcmp(((const bonnet_edge *)a)->name, ((const bonnet_edge *)b)->name); }

int32_t bonnet_graph_edge(const bonnet_graph *g, const char *name)
{
    const bonnet_edge key = {.name = name};
    const bonnet_edge *e = bsearch(&key, g->edges, g->n_edges, sizeof key, by_name);
    return e ? (int32_t)(e - g->edges) : -1;
}

bonnet_status bonnet_graph_no_memory(const bonnet_graph *g)
{
    return bonnet_fail(g->err, BONNET_ENOMEM, "ONNX: out of memory, or more than the importer's ceiling of %zu MiB", g->arena->limit_bytes >> 20);
}

/* Initialisers, graph inputs that are not initialisers, and outputs of nodes. */
static bonnet_status edges_collect(bonnet_graph *g, const Onnx__GraphProto *graph)
{
    size_t total = graph->n_initializer + graph->n_input;
    for (size_t i = 0; i < graph->n_node && total <= BONNET_GRAPH_MAX_EDGES; i++) total += graph->node[i]->n_output;
    if (total > BONNET_GRAPH_MAX_EDGES)
        return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: %zu named values, at most %d", total, BONNET_GRAPH_MAX_EDGES);
    bonnet_edge *e = g->edges = bonnet_arena_calloc(g->arena, total, sizeof *e);
    bonnet_tensor *t = bonnet_arena_calloc(g->arena, graph->n_initializer, sizeof *t);
    if (!e || !t) return bonnet_graph_no_memory(g);
    for (size_t i = 0; i < graph->n_initializer; i++) {
        const Onnx__TensorProto *p = graph->initializer[i];
        if (!p->name || !*p->name) return bonnet_fail(g->err, BONNET_EFORMAT, "ONNX: initialiser %zu has no name", i);
        bonnet_status status = bonnet_tensor_open(&t[i], p, p->name, g->err);
        if (status != BONNET_OK) return status;
        *e++ = (bonnet_edge){.name = p->name, .constant = &t[i], .producer = -1};
    }
    g->n_edges = (uint32_t)(e - g->edges);
    qsort(g->edges, g->n_edges, sizeof *e, by_name); /* old models list initialisers among the inputs, too */
    for (size_t i = 0; i < graph->n_input; i++) {
        const char *name = graph->input[i]->name;
        if (!name || !*name) return bonnet_fail(g->err, BONNET_EFORMAT, "ONNX: graph input %zu has no name", i);
        if (bonnet_graph_edge(g, name) < 0) *e++ = (bonnet_edge){.name = name, .producer = -1};
    }
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        const Onnx__NodeProto *p = g->nodes[i].proto;
        if (p->n_output < 1 || !*p->output[0]) return bonnet_graph_refuse(g, &g->nodes[i], BONNET_EFORMAT, "has no output, or its first has no name");
        for (size_t j = 0; j < p->n_output; j++)
            if (*p->output[j]) *e++ = (bonnet_edge){.name = p->output[j], .producer = (int32_t)i};
    }
    g->n_edges = (uint32_t)(e - g->edges);
    qsort(g->edges, g->n_edges, sizeof *e, by_name);
    for (uint32_t i = 1; i < g->n_edges; i++)
        if (strcmp(g->edges[i - 1].name, g->edges[i].name) == 0) {
            char name[64];
            bonnet_printable(name, sizeof name, g->edges[i].name);
            return bonnet_fail(g->err, BONNET_EFORMAT, "ONNX: value '%s' is defined more than once", name);
        }
    return BONNET_OK;
}

/* ---- nodes ------------------------------------------------------------------------------------------------------ */

static bonnet_status nodes_collect(bonnet_graph *g, const Onnx__GraphProto *graph)
{
    if (graph->n_node < 1 || graph->n_node > BONNET_GRAPH_MAX_NODES)
        return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: %zu nodes; 1 to %d are read", graph->n_node, BONNET_GRAPH_MAX_NODES);
    g->n_nodes = (uint32_t)graph->n_node;
    g->nodes = bonnet_arena_calloc(g->arena, g->n_nodes, sizeof *g->nodes);
    if (!g->nodes) return bonnet_graph_no_memory(g);
    for (uint32_t i = 0; i < g->n_nodes; i++) {
        bonnet_node *n = &g->nodes[i];
        const Onnx__NodeProto *p = n->proto = graph->node[i];
        n->op = p->op_type ? p->op_type : "";
        if (p->name && *p->name) bonnet_printable(n->name, sizeof n->name, p->name);
        else snprintf(n->name, sizeof n->name, "node%u", (unsigned)i);
    }
    return BONNET_OK;
}

/* Inputs of a node to edges that exist already. */
static bonnet_status node_connect(bonnet_graph *g, uint32_t index)
{
    bonnet_node *n = &g->nodes[index];
    const Onnx__NodeProto *p = n->proto;
    if (p->n_input > BONNET_GRAPH_MAX_EDGES) return bonnet_graph_refuse(g, n, BONNET_EUNSUPPORTED, "has %zu inputs", p->n_input);
    int32_t *in = bonnet_arena_calloc(g->arena, p->n_input, sizeof *in);
    if (!in) return bonnet_graph_no_memory(g);
    for (size_t i = 0; i < p->n_input; i++) {
        in[i] = *p->input[i] ? bonnet_graph_edge(g, p->input[i]) : -1;
        if (in[i] < 0 && *p->input[i]) return bonnet_graph_refuse(g, n, BONNET_EFORMAT, "input %zu is a value that nothing defines", i);
        if (in[i] >= 0 && g->edges[in[i]].producer >= (int32_t)index)
            return bonnet_graph_refuse(g, n, BONNET_EFORMAT, "input %zu is defined later: the nodes are not in topological order", i);
        if (in[i] >= 0) g->edges[in[i]].consumers++;
    }
    n->in = in;
    n->n_in = (uint32_t)p->n_input;
    int32_t *outs = bonnet_arena_calloc(g->arena, p->n_output, sizeof *outs);
    if (!outs) return bonnet_graph_no_memory(g);
    for (size_t i = 0; i < p->n_output; i++) outs[i] = *p->output[i] ? bonnet_graph_edge(g, p->output[i]) : -1;
    n->outs = outs;
    n->n_out = (uint32_t)p->n_output;
    n->out = outs[0];
    return BONNET_OK;
}

static const bonnet_tensor *constant_in(const bonnet_graph *g, const bonnet_node *n, uint32_t i)
{
    return i < n->n_in && n->in[i] >= 0 ? g->edges[n->in[i]].constant : NULL;
}

/* DequantizeLinear of a constant with zero point 0: the same integers with a scale. */
static bonnet_status dequantize(bonnet_graph *g, bonnet_node *n, bonnet_tensor *t)
{
    const bonnet_tensor *scale = constant_in(g, n, 1), *zero = constant_in(g, n, 2);
    if (!scale || scale->count != 1 || (n->n_in > 2 && n->in[2] >= 0 && (!zero || zero->count != 1)))
        return bonnet_graph_refuse(g, n, BONNET_EUNSUPPORTED, "scale and zero point must be constants of one element");
    if (zero && bonnet_tensor_at(zero, 0) != 0)
        return bonnet_graph_refuse(g, n, BONNET_EUNSUPPORTED, "zero point is %g, only 0 is read", bonnet_tensor_at(zero, 0));
    t->scale *= bonnet_tensor_at(scale, 0);
    return BONNET_OK;
}

/* If the node only says what a constant is, its output becomes one. */
static bonnet_status node_fold(bonnet_graph *g, bonnet_node *n)
{
    const int literal = strcmp(n->op, "Constant") == 0, quantised = strcmp(n->op, "DequantizeLinear") == 0;
    const bonnet_tensor *from = constant_in(g, n, 0);
    const int copied = from && (strcmp(n->op, "Identity") == 0 || strcmp(n->op, "Cast") == 0);
    if (!literal && !copied && !(quantised && from)) return BONNET_OK;
    const bonnet_tensor *scale = quantised ? constant_in(g, n, 1) : NULL;
    if (scale && scale->count > 1) return BONNET_OK; /* one scale a channel: the general importer multiplies (any_const.c) */
    bonnet_tensor *t = bonnet_arena_calloc(g->arena, 1, sizeof *t);
    bonnet_status status = BONNET_OK;
    if (!t) return bonnet_graph_no_memory(g);
    if (literal) {
        const Onnx__AttributeProto *a = bonnet_attr_find(n, "value");
        if (!a || !a->t) return bonnet_graph_refuse(g, n, BONNET_EUNSUPPORTED, "attribute 'value' is not a tensor");
        status = bonnet_tensor_open(t, a->t, n->name, g->err);
    } else {
        *t = *from;
        if (quantised) status = dequantize(g, n, t);
    }
    g->edges[n->out].constant = t;
    n->folded = 1;
    return status;
}

/* ---- the whole file --------------------------------------------------------------------------------------------- */

static bonnet_status opset_check(const bonnet_graph *g)
{
    for (size_t i = 0; i < g->model->n_opset_import; i++) {
        const Onnx__OperatorSetIdProto *o = g->model->opset_import[i];
        if (o->domain && *o->domain && strcmp(o->domain, "ai.onnx") != 0) continue;
        if (o->version >= 11 && o->version <= 22) return BONNET_OK;
        return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: opset %lld is not read; export with opset 13", (long long)o->version);
    }
    return bonnet_fail(g->err, BONNET_EFORMAT, "ONNX: the model names no opset; is it a .onnx file?");
}

/* The one input that is no initialiser: float [1, planes, height, width]. */
static bonnet_status input_check(bonnet_graph *g, const Onnx__GraphProto *graph)
{
    const Onnx__ValueInfoProto *in = NULL;
    for (size_t i = 0; i < graph->n_input; i++) {
        int32_t e = bonnet_graph_edge(g, graph->input[i]->name);
        if (e < 0 || g->edges[e].constant) continue;
        if (in) return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: more than one input; a network reads one image");
        in = graph->input[i];
        g->input = e;
    }
    if (!in) return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: the graph has no input; a network reads one image");
    const Onnx__TypeProto *type = in->type;
    const Onnx__TypeProto__Tensor *t = type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ? type->tensor_type : NULL;
    if (!t || t->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT || !t->shape || (t->shape->n_dim != 4 && t->shape->n_dim != 2))
        return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: the input is not a float tensor [1, planes, height, width]");
    int64_t d[4] = {1, 0, 0, 0};
    g->flat_input = t->shape->n_dim == 2;
    for (int i = 0; i < (g->flat_input ? 2 : 4); i++) {
        const Onnx__TensorShapeProto__Dimension *x = t->shape->dim[i];
        if (x->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE) d[i] = x->dim_value;
        else if (i) return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: input dimension %d is not a number; export with a fixed image size", i);
    }
    if (g->flat_input) {
        int64_t side = 1;
        while (side < 4096 && side * side < d[1]) side++;
        d[2] = d[3] = side * side == d[1] ? side : 1;
        if (side * side == d[1]) d[1] = 1;
    }
    if (d[0] != 1 || d[1] < 1 || d[1] > 4096 || d[2] < 1 || d[2] > 4096 || d[3] < 1 || d[3] > 4096)
        return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: input shape [%lld, %lld, %lld, %lld]; 1 image of 1..4096 planes is read",
                           (long long)d[0], (long long)d[1], (long long)d[2], (long long)d[3]);
    g->planes = (uint32_t)d[1], g->height = (uint32_t)d[2], g->width = (uint32_t)d[3];
    return BONNET_OK;
}

static void *arena_alloc(void *arena, size_t size) { return bonnet_arena_calloc(arena, 1, size); }

static void arena_keep(void *arena, void *pointer) /* all of it goes at once, with the arena */ { (void)arena, (void)pointer; }

bonnet_status bonnet_graph_open(bonnet_graph *g, bonnet_arena *arena, const void *bytes, size_t size, uint32_t output, bonnet_error *err)
{
    *g = (bonnet_graph){.arena = arena, .err = err};
    ProtobufCAllocator allocator = {arena_alloc, arena_keep, arena};
    if (!size || !bonnet_wire_sound(&onnx__model_proto__descriptor, bytes, size, 0))
        return bonnet_fail(err, BONNET_EFORMAT, "not an ONNX file, or it is cut short or damaged");
    g->model = onnx__model_proto__unpack(&allocator, size, bytes);
    if (!g->model && arena->used_bytes > arena->limit_bytes / 2) return bonnet_graph_no_memory(g);
    if (!g->model) return bonnet_fail(err, BONNET_EFORMAT, "not an ONNX file, or it is damaged");
    const Onnx__GraphProto *graph = g->model->graph;
    if (!graph) return bonnet_fail(err, BONNET_EFORMAT, "ONNX: the file has no graph; is it a .onnx file?");
    if (graph->n_sparse_initializer) return bonnet_fail(err, BONNET_EUNSUPPORTED, "ONNX: sparse initialisers are not read");

    bonnet_status status = opset_check(g);
    if (status == BONNET_OK) status = nodes_collect(g, graph);
    if (status == BONNET_OK) status = edges_collect(g, graph);
    if (status == BONNET_OK) status = input_check(g, graph);
    for (uint32_t i = 0; status == BONNET_OK && i < g->n_nodes; i++) {
        status = node_connect(g, i);
        if (status == BONNET_OK) status = node_fold(g, &g->nodes[i]);
    }
    return status == BONNET_OK ? bonnet_graph_take_output(g, output) : status;
}
