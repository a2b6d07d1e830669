/* SPDX-License-Identifier: Apache-2.0 */
/* profile_fuse.c - layers that a compiler does in one go: rewrites of pairs, in order (ANNETTE's mapping model). */
#include "profile_models.h"

static double written(const bonnet_shape *s) { return (double)s->h_out * s->w_out * s->c_out; }

static bonnet_status start(bonnet_graph_layer *layers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bonnet_graph_layer *l = &layers[i];
        l->into = l->last = i, l->readers = l->reader = 0;
        for (uint32_t j = 0; j < l->inputs; j++) {
            if (l->input[j] >= i) return BONNET_EINVAL;
            layers[l->input[j]].readers++;
            layers[l->input[j]].reader = i;
        }
    }
    return BONNET_OK;
}

/* Layer i does layer c too, and whatever c does. */
static void merge(bonnet_graph_layer *layers, uint32_t count, uint32_t i, uint32_t c, uint32_t kind)
{
    for (uint32_t j = c; j < count; j++)
        if (layers[j].into == c) layers[j].into = i;
    layers[i].last = layers[c].last;
    layers[i].kind = kind;
}

/* What flows in from outside the group that `from` and its readers up to `to` make. */
static double elements_read(const bonnet_graph_layer *layers, uint32_t of, uint32_t group)
{
    const bonnet_graph_layer *l = &layers[of];
    double sum = 0;
    for (uint32_t j = 0; j < l->inputs; j++)
        if (layers[l->input[j]].into != group) sum += written(&layers[l->input[j]].shape);
    return sum;
}

bonnet_status bonnet_graph_fuse(bonnet_graph_layer *layers, uint32_t count, const bonnet_fusion *rules, uint32_t n_rules, uint32_t every_input)
{
    if (!layers || count > BONNET_GRAPH_LAYERS || (n_rules && !rules)) return BONNET_EINVAL;
    const bonnet_status status = start(layers, count);
    for (uint32_t r = 0; r < n_rules && status == BONNET_OK; r++)
        for (uint32_t i = 0; i < count; i++) {
            const bonnet_graph_layer *l = &layers[i], *last = &layers[l->last];
            if (l->into != i || l->kind != rules[r].first || last->readers != 1) continue;
            const bonnet_graph_layer *c = &layers[last->reader];
            if (c->into == last->reader && c->kind == rules[r].second) merge(layers, count, i, last->reader, rules[r].result);
        }
    for (uint32_t i = 0; i < count && status == BONNET_OK; i++) {
        bonnet_graph_layer *l = &layers[i];
        if (!l->inputs) continue;
        l->shape.read = written(&layers[l->input[0]].shape);
        if (every_input) l->shape.read = elements_read(layers, i, i);
        if (l->last != i) l->shape.written = written(&layers[l->last].shape);
    }
    for (uint32_t i = 0; i < count && status == BONNET_OK && every_input; i++)
        if (layers[i].into != i) layers[layers[i].into].shape.read += elements_read(layers, i, layers[i].into);
    return status;
}
