/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_tensor.c - constants of a graph: are they all there, and what are they. */
#include <math.h>
#include <string.h>
#include "bytes.h"
#include "onnx_graph.h"

/* Bytes of one element in raw_data; 0: a type that is not read. */
static size_t raw_bytes(int32_t type)
{
    switch (type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT8:
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8:
    case ONNX__TENSOR_PROTO__DATA_TYPE__BOOL: return 1;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT16:
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT16: return 2;
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT32: return 4;
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64: return 8;
    default: return 0;
    }
}

/* Elements in the typed field that this type uses when there is no raw_data. */
static size_t typed_count(const Onnx__TensorProto *t)
{
    switch (t->data_type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT: return t->n_float_data;
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE: return t->n_double_data;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64: return t->n_int64_data;
    default: return t->n_int32_data;
    }
}

bonnet_status bonnet_tensor_open(bonnet_tensor *out, const Onnx__TensorProto *proto, const char *what, bonnet_error *err)
{
    char name[64];
    bonnet_printable(name, sizeof name, what);
    bonnet_tensor t = {.scale = 1, .count = 1, .proto = proto};
    size_t element = raw_bytes(proto->data_type);
    if (!element)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "tensor '%s': data type %d is not read; use FLOAT, INT8, INT32 or INT64", name,
                           (int)proto->data_type);
    if (proto->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL || proto->n_external_data)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "tensor '%s': data lies outside the file; save the model with its data inside", name);
    if (proto->n_dims > BONNET_TENSOR_MAX_RANK)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "tensor '%s': rank %zu, at most %d", name, proto->n_dims, BONNET_TENSOR_MAX_RANK);
    for (size_t i = 0; i < proto->n_dims; i++) {
        int64_t d = proto->dims[i];
        if (d < 1 || (uint64_t)d > BONNET_TENSOR_MAX_COUNT || t.count > BONNET_TENSOR_MAX_COUNT / (size_t)d)
            return bonnet_fail(err, BONNET_EFORMAT, "tensor '%s': dimension %zu is %lld, impossible or too large", name, i, (long long)d);
        t.dims[t.rank++] = (uint32_t)d;
        t.count *= (size_t)d;
    }
    size_t have = proto->has_raw_data ? proto->raw_data.len : typed_count(proto) * element;
    if (have != t.count * element)
        return bonnet_fail(err, BONNET_EFORMAT, "tensor '%s': %zu bytes of data where its shape needs %zu", name, have, t.count * element);
    for (size_t i = 0; i < t.count; i++)
        if (!isfinite(bonnet_tensor_at(&t, i))) return bonnet_fail(err, BONNET_EFORMAT, "tensor '%s': element %zu is not a finite number", name, i);
    *out = t;
    return BONNET_OK;
}

static double raw_at(const Onnx__TensorProto *p, size_t i)
{
    size_t bytes = raw_bytes(p->data_type);
    uint64_t v = bonnet_little(p->raw_data.data + i * bytes, bytes);
    uint32_t v32 = (uint32_t)v;
    float f;
    double d;
    switch (p->data_type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT: memcpy(&f, &v32, sizeof f); return f;
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE: memcpy(&d, &v, sizeof d); return d;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT8: return (int8_t)v;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT16: return (int16_t)v;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT32: return (int32_t)v;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64: return (double)(int64_t)v;
    default: return (double)v; /* UINT8, UINT16, BOOL */
    }
}

static double typed_at(const Onnx__TensorProto *p, size_t i)
{
    switch (p->data_type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT: return p->float_data[i];
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE: return p->double_data[i];
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64: return (double)p->int64_data[i];
    default: return p->int32_data[i];
    }
}

double bonnet_tensor_at(const bonnet_tensor *t, size_t i)
{
    return t->scale * (t->proto->has_raw_data ? raw_at(t->proto, i) : typed_at(t->proto, i));
}

int64_t bonnet_tensor_int_at(const bonnet_tensor *t, size_t i)
{
    const Onnx__TensorProto *p = t->proto;
    return p->has_raw_data ? (int64_t)bonnet_little(p->raw_data.data + i * 8, 8) : p->int64_data[i];
}

int bonnet_tensor_is_int64(const bonnet_tensor *t) { return t->proto->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64; }
