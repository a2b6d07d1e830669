/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_outputs.c - which of a graph's outputs is meant, and the graph as if it had no other. */
#include <string.h>
#include "onnx_graph.h"

/* Values and indices of one TopK: the logits, once. */
static int same_top_k(const bonnet_graph *g, int32_t a, int32_t b)
{
    const int32_t from = g->edges[a].producer;
    return from >= 0 && from == g->edges[b].producer && strcmp(g->nodes[from].op, "TopK") == 0;
}

/* Nodes that g->output does not need go; the others keep order and names, and count their consumers anew. */
static bonnet_status prune(bonnet_graph *g)
{
    uint8_t *needed = bonnet_arena_calloc(g->arena, g->n_edges, 1);
    int32_t *place = bonnet_arena_calloc(g->arena, g->n_nodes, sizeof *place);
    if (!needed || !place) return bonnet_graph_no_memory(g);
    needed[g->output] = 1;
    for (uint32_t i = g->n_nodes; i-- > 0;) {
        const bonnet_node *n = &g->nodes[i];
        place[i] = -1;
        for (uint32_t o = 0; o < n->n_out; o++)
            if (n->outs[o] >= 0 && needed[n->outs[o]]) place[i] = 0;
        for (uint32_t k = 0; !place[i] && k < n->n_in; k++)
            if (n->in[k] >= 0) needed[n->in[k]] = 1;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < g->n_nodes; i++)
        if (!place[i]) {
            place[i] = (int32_t)kept;
            g->nodes[kept++] = g->nodes[i];
        }
    g->n_nodes = kept;
    for (uint32_t e = 0; e < g->n_edges; e++) {
        g->edges[e].consumers = 0;
        if (g->edges[e].producer >= 0) g->edges[e].producer = place[g->edges[e].producer];
    }
    for (uint32_t i = 0; i < kept; i++)
        for (uint32_t k = 0; k < g->nodes[i].n_in; k++)
            if (g->nodes[i].in[k] >= 0) g->edges[g->nodes[i].in[k]].consumers++;
    return BONNET_OK;
}

bonnet_status bonnet_graph_take_output(bonnet_graph *g, uint32_t output)
{
    const Onnx__GraphProto *graph = g->model->graph;
    int32_t last = -1;
    g->output = -1;
    g->n_outputs = 0;
    if (!graph->n_output) return bonnet_fail(g->err, BONNET_EUNSUPPORTED, "ONNX: the graph has no output; a network has one, the logits");
    for (size_t i = 0; i < graph->n_output; i++) {
        const int32_t edge = graph->output[i]->name ? bonnet_graph_edge(g, graph->output[i]->name) : -1;
        if (edge < 0) return bonnet_fail(g->err, BONNET_EFORMAT, "ONNX: output %zu is a value that nothing defines", i);
        if (last < 0 || !same_top_k(g, last, edge)) g->n_outputs++;
        if (g->n_outputs == output + 1 && g->output < 0) g->output = edge;
        last = edge;
    }
    if (g->output < 0) return bonnet_fail(g->err, BONNET_EINVAL, "ONNX: %u outputs, none numbered %u", (unsigned)g->n_outputs, (unsigned)output);
    bonnet_status status = g->n_outputs > 1 ? prune(g) : BONNET_OK;
    for (size_t i = 0; status == BONNET_OK && i < graph->n_output; i++) { /* an output is a consumer of its value */
        const int32_t edge = bonnet_graph_edge(g, graph->output[i]->name);
        if (edge == g->output || same_top_k(g, edge, g->output)) g->edges[edge].consumers++;
    }
    return status;
}
