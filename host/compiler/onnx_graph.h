/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnx_graph.h - an ONNX file as a graph that can be trusted.
 *
 * After bonnet_graph_open(): every name is resolved; every node comes after what it reads; every constant's dims multiply to the
 * number of values that are really there; every number is finite; sizes are below the ceilings here. Constants hidden
 * in Constant, DequantizeLinear (zero point 0), Identity and Cast nodes are constants. Nothing outside trusts the protobuf structs.
 */
#ifndef BONNET_ONNX_GRAPH_H
#define BONNET_ONNX_GRAPH_H
#include "arena.h"
#include "backend.h"
#include "onnx.pb-c.h"

enum { BONNET_GRAPH_MAX_NODES = 8192, BONNET_GRAPH_MAX_EDGES = 65536, BONNET_TENSOR_MAX_RANK = 8, BONNET_WIRE_MAX_DEPTH = 16 };
#define BONNET_TENSOR_MAX_COUNT ((size_t)1 << 25)

/* A constant. Rank 0 is a scalar, count 1. */
typedef struct bonnet_tensor {
    uint32_t rank, dims[BONNET_TENSOR_MAX_RANK];
    size_t count;
    double scale; /* of a DequantizeLinear; value = scale * stored */
    const Onnx__TensorProto *proto;
} bonnet_tensor;

/* One value of the graph. */
typedef struct bonnet_edge {
    const char *name;
    const bonnet_tensor *constant; /* or NULL                             */
    int32_t producer;              /* node, or -1: initialiser or input   */
    uint32_t consumers;            /* node inputs, +1 for a graph output  */
} bonnet_edge;

typedef struct bonnet_node {
    char name[64]; /* printable, never empty              */
    const char *op;
    uint32_t n_in;
    const int32_t *in; /* edges, -1: absent                   */
    int32_t out;       /* edge: the first output              */
    uint32_t n_out;
    const int32_t *outs; /* edges, -1: absent; outs[0] = out   */
    int folded;        /* 1: its output is a constant         */
    const Onnx__NodeProto *proto;
} bonnet_node;

typedef struct bonnet_graph {
    bonnet_arena *arena;
    bonnet_error *err;
    const Onnx__ModelProto *model;
    uint32_t n_nodes, n_edges;
    bonnet_node *nodes;
    bonnet_edge *edges;             /* sorted by name */
    int32_t input, output;          /* edges */
    uint32_t n_outputs;             /* that the file has; both of a TopK are one */
    uint32_t planes, height, width; /* of the input */
    int flat_input;                 /* 1: it is [1, numbers]: one plane where that is a square, else so many planes of one pixel */
} bonnet_graph;

/* Fills in *g; everything lives in `arena`, the bytes are not referred to afterwards. Of several outputs the one numbered `output` (0: also where there is but
 * one) and what it is computed from: other nodes are not there, as if the graph had been exported so. BONNET_EINVAL: there is no such output. */
bonnet_status bonnet_graph_open(bonnet_graph *g, bonnet_arena *arena, const void *bytes, size_t size, uint32_t output, bonnet_error *err);
/* onnx_outputs.c: g->output and n_outputs, with every node connected; leaves out what `output` does not need. */
bonnet_status bonnet_graph_take_output(bonnet_graph *g, uint32_t output);
/* The edge of that name, or -1. */
int32_t bonnet_graph_edge(const bonnet_graph *g, const char *name);
/* The refusal of an import that ran out of memory, its own ceiling included. */
bonnet_status bonnet_graph_no_memory(const bonnet_graph *g);

/* "node 'name' (Op): ..." into the error, returning status. */
bonnet_status bonnet_graph_refuse(const bonnet_graph *g, const bonnet_node *node, bonnet_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Metadata value or NULL. */
const char *bonnet_graph_metadata(const bonnet_graph *g, const char *key);
/* Copy with everything that is not printable ASCII replaced, cut to fit, always terminated. */
void bonnet_printable(char *to, size_t to_bytes, const char *from);

/* ---- attributes: defaults where absent, wrong type or length refused ---------------------------------------- */
bonnet_status bonnet_attr_int(const bonnet_graph *g, const bonnet_node *node, const char *name, int64_t missing, int64_t *out);
bonnet_status bonnet_attr_float(const bonnet_graph *g, const bonnet_node *node, const char *name, double missing, double *out);
/* Exactly `count` integers; absent: all `missing`. *present may be NULL. */
bonnet_status bonnet_attr_ints(const bonnet_graph *g, const bonnet_node *node, const char *name, int64_t missing, int64_t *out, uint32_t count,
                               int *present);
/* 1: the string attribute is `value`, or it is absent and `missing` is. */
int bonnet_attr_is(const bonnet_node *node, const char *name, const char *value, const char *missing);
const Onnx__AttributeProto *bonnet_attr_find(const bonnet_node *node, const char *name);

/* ---- tensors (onnx_tensor.c) ---------------------------------------------------------------------------------- */
/* Checks a TensorProto and fills in *out; `what` names it in the error. */
bonnet_status bonnet_tensor_open(bonnet_tensor *out, const Onnx__TensorProto *proto, const char *what, bonnet_error *err);
/* Element i < count, as a real number; exact for every type but int64 beyond 2^53. */
double bonnet_tensor_at(const bonnet_tensor *t, size_t i);
int64_t bonnet_tensor_int_at(const bonnet_tensor *t, size_t i);
int bonnet_tensor_is_int64(const bonnet_tensor *t);

/* Walks protobuf wire format without building anything: 1 if lengths fit and messages nest at most BONNET_WIRE_MAX_DEPTH deep. protobuf-c
 * recurses once per level and has no limit of its own. */
int bonnet_wire_sound(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size, uint32_t depth);

/* Name, labels, logit scale and table of pixels of a net with its layers in place, from the metadata (onnx_emit.c). */
bonnet_status bonnet_metadata_fill(const bonnet_graph *g, bonnet_net *net);
#endif
