/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_profile.h - how long a layer takes on hardware that a few numbers describe: rooflines, staircases, measured tables; and which layers of a network such
 * hardware does in one go. Arithmetic only; no device, no file, no clock. docs/estimate.md has the formulas and their sources.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure; nothing prints,
 * exits or waits. `message`, where a function takes one: NULL, or receives one line on failure. No function keeps anything outside its arguments.
 */
#ifndef BONNET_PROFILE_H
#define BONNET_PROFILE_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What something takes: always with an interval, 0 <= ms_lo <= ms <= ms_hi. mj: millijoules; negative where nobody knows. */
typedef struct bonnet_cost { double ms, ms_lo, ms_hi, mj; } bonnet_cost;
/* One after the other: bounds add up as if all were off to the same side; the energy of the two is known if that of both is. Start with {0, 0, 0, 0}. */
BONNET_API_VOID void bonnet_cost_add(bonnet_cost *sum, const bonnet_cost *cost);
/* Gives cost->mj: milliwatts while it runs, times ms. */
BONNET_API_VOID void bonnet_cost_power(bonnet_cost *cost, double milliwatts);

/* How the operations and weights of a layer are counted. Values are API. */
typedef enum bonnet_op {
    BONNET_OP_NONE      = 0,    /* neither operations nor bytes: the picture that is there already                                        */
    BONNET_OP_CONV      = 1,    /* every output is a sum over kh * kw * c_in / groups products; also transposed, and dense with all of h, w, k 1 */
    BONNET_OP_DEPTHWISE = 2,    /* a filter of its own for each channel                                                                    */
    BONNET_OP_POOL      = 3,    /* a maximum or mean of kh * kw elements                                                                   */
    BONNET_OP_MOVE      = 4     /* only bytes: activations, sums, joins                                                                    */
} bonnet_op;
enum { BONNET_SHAPE_MAX = 1 << 20 };

/* A layer as its hardware sees it. Sizes: 1..BONNET_SHAPE_MAX; of NONE nothing is looked at, kernels and groups only where the operation has them. */
typedef struct bonnet_shape {
    uint32_t op;                         /* enum bonnet_op */
    uint32_t h_in, w_in, c_in;           /* of the (first) input */
    uint32_t h_out, w_out, c_out;
    uint32_t kh, kw, stride_h, stride_w; /* strides are told to models that want them; no roofline does */
    uint32_t groups;                     /* of CONV: c_in and c_out are multiples */
    uint32_t act_bits, weight_bits;      /* of an element, 1..64 */
    double   read, written;              /* elements, where they are not those of the (first) input and of the output; 0: they are. At most 2^53 */
    const bonnet_layer_shape *layer;     /* of a .bonnet: what STAIRS go by; the caller's. Or NULL */
} bonnet_shape;

/* A product and its addition are two operations. */
typedef struct bonnet_work { double ops, read, written, weights, bytes; } bonnet_work;
BONNET_API bonnet_status bonnet_work_of(bonnet_work *out, const bonnet_shape *shape); /* BONNET_EINVAL: a number out of range */

/* Models of one kind of layer. Values are API. */
typedef enum bonnet_layer_model_kind {
    BONNET_MODEL_FREE     = 0,  /* costs nothing: done on the way, or not counted */
    BONNET_MODEL_ROOFLINE = 1,
    BONNET_MODEL_REFINED  = 2,  /* ANNETTE's refined roofline */
    BONNET_MODEL_TABLE    = 3,  /* measured, whatever the shape */
    BONNET_MODEL_STAIRS   = 4   /* bonnet_layer_stairs of bonnet_stairs.h: layers of a .bonnet only */
} bonnet_layer_model_kind;

/* A dimension that the hardware unrolls `parallel` times; `alpha`, 0..1, is the share of the idle units' time that is really lost. parallel 0: not unrolled. */
typedef struct bonnet_unroll { double parallel, alpha; } bonnet_unroll;
/*
 * ROOFLINE: the longer of ops / ops_per_s and bytes / bytes_per_s. REFINED: the same, but where the operations take longer their time is divided by the
 * efficiency, the product over the unrolled dimensions u of 1 / (1 - alpha + alpha / e) with e = u / (parallel * ceil(u / parallel)), 1 where u < parallel.
 */
typedef struct bonnet_roofline {
    double ops_per_s, bytes_per_s;               /* above 0 */
    bonnet_unroll h_out, w_out, c_in, c_out;     /* c_in: of one filter, c_in / groups */
    double error;                                /* relative, 0..1: the interval is ms * (1 - error) .. ms * (1 + error) */
} bonnet_roofline;

struct bonnet_layer_stairs;
typedef struct bonnet_layer_model {
    uint32_t kind;                               /* enum bonnet_layer_model_kind */
    union {
        bonnet_roofline roofline;                /* ROOFLINE, REFINED */
        bonnet_cost table;                       /* TABLE */
        const struct bonnet_layer_stairs *stairs; /* STAIRS; the caller's */
    } of;
} bonnet_layer_model;
/* Of one layer. out->mj: -1 but for a TABLE that knows it, and 0 where nothing is done. BONNET_EINVAL: shape or model out of range; EUNSUPPORTED: no such model. */
BONNET_API bonnet_status bonnet_layer_cost(bonnet_cost *out, const bonnet_layer_model *model, const bonnet_shape *shape);

/*
 * A network as layers in an order in which it can be computed, and what a compiler makes of them: two layers in one go. The first of a rule's two must have
 * exactly one reader, the second. Kinds are the caller's numbers.
 */
enum { BONNET_GRAPH_LAYERS = 4096 };
typedef struct bonnet_graph_layer {
    uint32_t kind;
    uint32_t inputs;
    const uint32_t *input;      /* [inputs]: earlier layers */
    bonnet_shape shape;
    uint32_t into;              /* out: which layer does this one too; itself, if none does */
    uint32_t last, readers, reader; /* out: the last layer done in the same go (by `into`s), how many layers read this one, and one of them */
} bonnet_graph_layer;
typedef struct bonnet_fusion { uint32_t first, second, result; } bonnet_fusion; /* kinds */
/*
 * Every rule in turn, over the layers in turn, once. Of layers that do others too: kind becomes the rule's result, shape.written what the last of them writes.
 * shape.read of every layer: what it reads; with every_input of all its inputs and those of the layers it does too, else of its own first.
 * BONNET_EINVAL: more than BONNET_GRAPH_LAYERS, or an input that is no earlier layer.
 */
BONNET_API bonnet_status bonnet_graph_fuse(bonnet_graph_layer *layers, uint32_t count, const bonnet_fusion *rules, uint32_t n_rules, uint32_t every_input);

#ifdef __cplusplus
}
#endif
#endif
