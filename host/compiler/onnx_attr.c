/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_attr.c - attributes of a node, see onnx_graph.h. */
#include <math.h>
#include <string.h>
#include "onnx_graph.h"

const Onnx__AttributeProto *bonnet_attr_find(const bonnet_node *node, const char *name)
{
    for (size_t i = 0; i < node->proto->n_attribute; i++) {
        const Onnx__AttributeProto *a = node->proto->attribute[i];
        if (a->name && strcmp(a->name, name) == 0) return a;
    }
    return NULL;
}

bonnet_status bonnet_attr_int(const bonnet_graph *g, const bonnet_node *node, const char *name, int64_t missing, int64_t *out)
{
    const Onnx__AttributeProto *a = bonnet_attr_find(node, name);
    if (a && !a->has_i) return bonnet_graph_refuse(g, node, BONNET_EFORMAT, "attribute '%s' is not an integer", name);
    *out = a ? a->i : missing;
    return BONNET_OK;
}

bonnet_status bonnet_attr_float(const bonnet_graph *g, const bonnet_node *node, const char *name, double missing, double *out)
{
    const Onnx__AttributeProto *a = bonnet_attr_find(node, name);
    if (a && (!a->has_f || !isfinite(a->f))) return bonnet_graph_refuse(g, node, BONNET_EFORMAT, "attribute '%s' is not a finite number", name);
    *out = a ? (double)a->f : missing;
    return BONNET_OK;
}

bonnet_status bonnet_attr_ints(const bonnet_graph *g, const bonnet_node *node, const char *name, int64_t missing, int64_t *out, uint32_t count,
                               int *present)
{
    const Onnx__AttributeProto *a = bonnet_attr_find(node, name);
    if (a && a->n_ints != count)
        return bonnet_graph_refuse(g, node, BONNET_EUNSUPPORTED, "attribute '%s' has %zu numbers, needs %u", name, a->n_ints, (unsigned)count);
    for (uint32_t i = 0; i < count; i++) out[i] = a ? a->ints[i] : missing;
    if (present) *present = a != NULL;
    return BONNET_OK;
}

int bonnet_attr_is(const bonnet_node *node, const char *name, const char *value, const char *missing)
{
    const Onnx__AttributeProto *a = bonnet_attr_find(node, name);
    if (!a || !a->has_s) return strcmp(value, missing) == 0;
    return a->s.len == strlen(value) && memcmp(a->s.data, value, a->s.len) == 0;
}
