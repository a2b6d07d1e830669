/* SPDX-License-Identifier: Apache-2.0 */
/* make_onnx.c - ONNX messages from C, see make_onnx.h. */
#include <stdarg.h>
#include "make_onnx.h"

static void *get(make_onnx *m, size_t count, size_t size)
{
    void *p = bonnet_arena_calloc(&m->arena, count, size);
    if (!p) exit(1);
    return p;
}

const char *make_name(make_onnx *m, const char *format, ...)
{
    char *name = get(m, 1, 64);
    va_list args;
    va_start(args, format);
    vsnprintf(name, 64, format, args);
    va_end(args);
    return name;
}

static char *keep(make_onnx *m, const char *text)
{
    char *copy = get(m, 1, strlen(text) + 1);
    return strcpy(copy, text);
}

Onnx__NodeProto *make_node(make_onnx *m, const char *op, const char *name, uint32_t n_in, const char *const *in)
{
    Onnx__NodeProto *n = get(m, 1, sizeof *n);
    if (m->graph.n_node == MAKE_NODES) exit(1);
    onnx__node_proto__init(n);
    n->op_type = keep(m, op);
    n->name = keep(m, name);
    n->n_output = 1;
    n->output = get(m, 1, sizeof *n->output);
    n->output[0] = keep(m, name);
    n->n_input = n_in;
    n->input = get(m, n_in, sizeof *n->input);
    for (uint32_t i = 0; i < n_in; i++) n->input[i] = keep(m, in[i]);
    n->attribute = get(m, 8, sizeof *n->attribute);
    m->nodes[m->graph.n_node++] = n;
    return n;
}

static Onnx__AttributeProto *attribute(make_onnx *m, Onnx__NodeProto *n, const char *name, Onnx__AttributeProto__AttributeType type)
{
    for (size_t i = 0; i < n->n_attribute; i++)
        if (strcmp(n->attribute[i]->name, name) == 0) return n->attribute[i]; /* a test changes it */
    Onnx__AttributeProto *a = get(m, 1, sizeof *a);
    if (n->n_attribute == 8) exit(1);
    onnx__attribute_proto__init(a);
    a->name = keep(m, name);
    a->has_type = 1;
    a->type = type;
    return n->attribute[n->n_attribute++] = a;
}

void make_ints(make_onnx *m, Onnx__NodeProto *n, const char *name, uint32_t count, const int64_t *values)
{
    Onnx__AttributeProto *a = attribute(m, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    a->n_ints = count;
    a->ints = get(m, count, sizeof *a->ints);
    memcpy(a->ints, values, count * sizeof *values);
}

void make_int(make_onnx *m, Onnx__NodeProto *n, const char *name, int64_t value)
{
    Onnx__AttributeProto *a = attribute(m, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    a->has_i = 1;
    a->i = value;
}

void make_float(make_onnx *m, Onnx__NodeProto *n, const char *name, float value)
{
    Onnx__AttributeProto *a = attribute(m, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    a->has_f = 1;
    a->f = value;
}

void make_string(make_onnx *m, Onnx__NodeProto *n, const char *name, const char *value)
{
    Onnx__AttributeProto *a = attribute(m, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);
    a->has_s = 1;
    a->s.len = strlen(value);
    a->s.data = (uint8_t *)keep(m, value);
}

/* ---- constants --------------------------------------------------------------------------------------------------- */

static Onnx__TensorProto *tensor(make_onnx *m, const char *name, int32_t type, uint32_t rank, const int64_t *dims)
{
    Onnx__TensorProto *t = get(m, 1, sizeof *t);
    onnx__tensor_proto__init(t);
    t->name = keep(m, name);
    t->has_data_type = 1;
    t->data_type = type;
    t->n_dims = rank;
    t->dims = get(m, rank, sizeof *t->dims);
    if (rank) memcpy(t->dims, dims, rank * sizeof *dims);
    return t;
}

static size_t count_of(uint32_t rank, const int64_t *dims)
{
    size_t count = 1;
    for (uint32_t i = 0; i < rank; i++) count *= (size_t)dims[i];
    return count;
}

static void raw(make_onnx *m, Onnx__TensorProto *t, const void *values, size_t bytes) /* this machine is little-endian, as ONNX is */
{
    t->has_raw_data = 1;
    t->raw_data.len = bytes;
    t->raw_data.data = get(m, bytes, 1);
    memcpy(t->raw_data.data, values, bytes);
}

/* As an initialiser or, now and then, in a Constant node. */
static const char *publish(make_onnx *m, Onnx__TensorProto *t)
{
    if (!m->plain && unit_below(&m->u, 6) == 0) {
        Onnx__NodeProto *n = make_node(m, "Constant", t->name, 0, NULL);
        attribute(m, n, "value", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR)->t = t;
        return t->name;
    }
    if (m->graph.n_initializer == MAKE_TENSORS) exit(1);
    m->tensors[m->graph.n_initializer++] = t;
    return t->name;
}

const char *make_floats(make_onnx *m, const char *name, uint32_t rank, const int64_t *dims, const double *values)
{
    Onnx__TensorProto *t = tensor(m, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, rank, dims);
    const size_t count = count_of(rank, dims);
    float *f = get(m, count, sizeof *f);
    for (size_t i = 0; i < count; i++) f[i] = (float)values[i];
    if (m->plain || unit_below(&m->u, 2)) raw(m, t, f, count * sizeof *f);
    else t->n_float_data = count, t->float_data = f;
    return publish(m, t);
}

const char *make_small(make_onnx *m, const char *name, uint32_t rank, const int64_t *dims, const double *values)
{
    const size_t count = count_of(rank, dims);
    if (!m->plain && unit_below(&m->u, 3) == 0) return make_floats(m, name, rank, dims, values);
    Onnx__TensorProto *t = tensor(m, make_name(m, "%s.int8", name), ONNX__TENSOR_PROTO__DATA_TYPE__INT8, rank, dims);
    if (m->plain || unit_below(&m->u, 2)) {
        int8_t *b = get(m, count, 1);
        for (size_t i = 0; i < count; i++) b[i] = (int8_t)values[i];
        raw(m, t, b, count);
    } else {
        t->n_int32_data = count;
        t->int32_data = get(m, count, sizeof *t->int32_data);
        for (size_t i = 0; i < count; i++) t->int32_data[i] = (int32_t)values[i];
    }
    const double one = 1;
    const char *in[2] = {publish(m, t), make_floats(m, make_name(m, "%s.scale", name), 0, NULL, &one)};
    make_node(m, "DequantizeLinear", name, 2, in);
    return name;
}

const char *make_int64s(make_onnx *m, const char *name, uint32_t count, const int64_t *values)
{
    const int64_t dims[1] = {count};
    Onnx__TensorProto *t = tensor(m, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, 1, dims);
    if (m->plain || unit_below(&m->u, 2)) {
        raw(m, t, values, count * sizeof *values);
    } else {
        t->n_int64_data = count;
        t->int64_data = get(m, count, sizeof *values);
        memcpy(t->int64_data, values, count * sizeof *values);
    }
    return publish(m, t);
}

/* ---- the model ----------------------------------------------------------------------------------------------------- */

static Onnx__ValueInfoProto *value_info(make_onnx *m, const char *name, uint32_t rank, const int64_t *dims)
{
    Onnx__ValueInfoProto *v = get(m, 1, sizeof *v);
    Onnx__TypeProto *type = get(m, 1, sizeof *type);
    Onnx__TypeProto__Tensor *t = get(m, 1, sizeof *t);
    Onnx__TensorShapeProto *shape = get(m, 1, sizeof *shape);
    onnx__value_info_proto__init(v);
    onnx__type_proto__init(type);
    onnx__type_proto__tensor__init(t);
    onnx__tensor_shape_proto__init(shape);
    v->name = keep(m, name);
    v->type = type;
    type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = t;
    t->has_elem_type = 1;
    t->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    t->shape = shape;
    shape->n_dim = rank;
    shape->dim = get(m, rank, sizeof *shape->dim);
    for (uint32_t i = 0; i < rank; i++) {
        shape->dim[i] = get(m, 1, sizeof **shape->dim);
        onnx__tensor_shape_proto__dimension__init(shape->dim[i]);
        shape->dim[i]->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        shape->dim[i]->dim_value = dims[i];
    }
    return v;
}

void make_start(make_onnx *m, uint64_t seed)
{
    *m = (make_onnx){.u = {.seed = seed, .state = seed}};
    bonnet_arena_init(&m->arena, (size_t)256 << 20);
}

void make_end(make_onnx *m) { bonnet_arena_free(&m->arena); }

uint8_t *make_bytes(const make_onnx *m, size_t *size)
{
    make_onnx *x = get((make_onnx *)(uintptr_t)m, 1, sizeof *x);
    *x = *m;
    const int64_t in[4] = {1, m->planes, m->h, m->w}, out[2] = {1, m->classes};
    onnx__model_proto__init(&x->model);
    onnx__graph_proto__init(&x->graph);
    onnx__operator_set_id_proto__init(&x->opset);
    onnx__string_string_entry_proto__init(&x->entry);
    x->model.has_ir_version = 1, x->model.ir_version = 8;
    x->model.graph = &x->graph;
    x->opset.has_version = 1, x->opset.version = 13;
    x->opsets[0] = &x->opset;
    x->model.n_opset_import = 1, x->model.opset_import = x->opsets;
    x->entry.key = keep(x, "bonnet.pixels"), x->entry.value = keep(x, m->is_signed ? "int8" : "uint8");
    x->entries[0] = &x->entry;
    onnx__string_string_entry_proto__init(&x->entry2);
    x->entry2.key = keep(x, "bonnet.final"), x->entry2.value = keep(x, m->final ? m->final : "");
    x->entries[1] = &x->entry2;
    x->model.n_metadata_props = 1 + (m->final != NULL), x->model.metadata_props = x->entries;
    x->image = value_info(x, "image", 4, in);
    const uint32_t last = m->n_exits ? (m->h + m->w) % (m->n_exits + 1) : 0; /* the order of outputs says nothing */
    for (uint32_t i = 0, e = 0; i <= m->n_exits; i++) x->outputs[i] = value_info(x, i == last ? "logits" : m->exits[e++], 2, out);
    x->graph.name = keep(x, "made");
    x->graph.n_node = m->graph.n_node, x->graph.node = x->nodes;
    x->graph.n_initializer = m->graph.n_initializer, x->graph.initializer = x->tensors;
    x->graph.n_input = 1, x->graph.input = &x->image;
    x->graph.n_output = 1 + m->n_exits, x->graph.output = x->outputs;
    *size = onnx__model_proto__get_packed_size(&x->model);
    uint8_t *bytes = malloc(*size);
    if (!bytes) exit(1);
    onnx__model_proto__pack(&x->model, bytes);
    ((make_onnx *)(uintptr_t)m)->arena = x->arena; /* what was made for the packing goes with the rest */
    return bytes;
}

Onnx__NodeProto *make_find(make_onnx *m, const char *name)
{
    for (size_t i = 0; i < m->graph.n_node; i++)
        if (strcmp(m->nodes[i]->name, name) == 0) return m->nodes[i];
    printf("no node %s\n", name);
    exit(1);
}

Onnx__TensorProto *make_find_tensor(make_onnx *m, const char *name)
{
    for (size_t i = 0; i < m->graph.n_initializer; i++)
        if (strcmp(m->tensors[i]->name, name) == 0) return m->tensors[i];
    printf("no tensor %s\n", name);
    exit(1);
}
