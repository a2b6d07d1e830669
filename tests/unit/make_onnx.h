/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_onnx.h - random ONNX models of the dialect, and an evaluator that knows nothing of binary networks.
 *
 *     make_onnx m;  make_start(&m, seed);  make_network(&m);
 *     bytes = make_bytes(&m, &size);            // free()
 *     make_evaluate(&m, image, logits, n);      // double precision, operator by operator
 *     make_end(&m);
 *
 * A seed decides slices, image, stem, blocks, and how each constant is stored (INT8 behind DequantizeLinear, float, raw or
 * typed, initialiser or Constant node). Before make_bytes() a test may change any node (make_find) to see what is refused.
 */
#ifndef BONNET_MAKE_ONNX_H
#define BONNET_MAKE_ONNX_H
#include "arena.h"
#include "onnx.pb-c.h"
#include "unit.h"

enum { MAKE_NODES = 768, MAKE_TENSORS = 768, MAKE_EXITS = 3 };

typedef struct make_onnx {
    bonnet_arena arena;
    unit u; /* its random numbers */
    Onnx__ModelProto model;
    Onnx__GraphProto graph;
    Onnx__OperatorSetIdProto opset, *opsets[2];
    Onnx__StringStringEntryProto entry, entry2, *entries[2];
    Onnx__ValueInfoProto *image, *outputs[MAKE_EXITS + 1];
    Onnx__NodeProto *nodes[MAKE_NODES];
    Onnx__TensorProto *tensors[MAKE_TENSORS];
    uint32_t k, planes, h, w, classes, is_signed;
    uint32_t with_exits, n_exits; /* 1: side branches here and there */
    const char *final;            /* that metadata call the network's own output, which need not take most work then; NULL: none */
    const char *exits[MAKE_EXITS]; /* their outputs, by depth */
    uint32_t plain; /* 1: always the same form of constants and the smallest network */
} make_onnx;

void make_start(make_onnx *m, uint64_t seed);
void make_end(make_onnx *m);
void make_network(make_onnx *m); /* random; with m->plain the fixed small one */
/* An exit behind value x, a map of c channels; no_pool: a costly one. */
void make_exit(make_onnx *m, const char *name, const char *x, int64_t c, int64_t h, int64_t w, int no_pool);
uint8_t *make_bytes(const make_onnx *m, size_t *size);

/* ---- pieces ------------------------------------------------------------------------------------------------------ */
const char *make_name(make_onnx *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
Onnx__NodeProto *make_node(make_onnx *m, const char *op, const char *name, uint32_t n_in, const char *const *in); /* output = name */
void make_ints(make_onnx *m, Onnx__NodeProto *n, const char *name, uint32_t count, const int64_t *values);
void make_int(make_onnx *m, Onnx__NodeProto *n, const char *name, int64_t value);
void make_float(make_onnx *m, Onnx__NodeProto *n, const char *name, float value);
void make_string(make_onnx *m, Onnx__NodeProto *n, const char *name, const char *value);
const char *make_floats(make_onnx *m, const char *name, uint32_t rank, const int64_t *dims, const double *values);
const char *make_small(make_onnx *m, const char *name, uint32_t rank, const int64_t *dims, const double *values); /* integers of -128..127 */
const char *make_int64s(make_onnx *m, const char *name, uint32_t count, const int64_t *values);
Onnx__NodeProto *make_find(make_onnx *m, const char *name);
Onnx__TensorProto *make_find_tensor(make_onnx *m, const char *name);

/* 1: evaluated. image: [planes][h][w]. output: "logits", or one of the exits. */
int make_evaluate(make_onnx *m, const double *image, const char *output, double *logits, uint32_t n);
#endif
