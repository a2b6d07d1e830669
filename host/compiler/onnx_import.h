/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnx_import.h - private to onnx_*.c: what is known about each value of the graph while it is walked.
 *
 * The walk is one pass, forward. Every edge gets a bonnet_value: "a binary map, this half of it", "the sum of that convolution
 * after these affine steps". An operator looks at the values of its inputs and says what its output is; names and node order
 * beyond topology play no part. Convolutions open a bonnet_draft, a layer whose numbers are still in the graph; when the walk is
 * over the drafts are put in execution order and filled in (weights packed, parameters folded).
 */
#ifndef BONNET_ONNX_IMPORT_H
#define BONNET_ONNX_IMPORT_H
#include "fold.h"
#include "onnx_graph.h"

typedef enum bonnet_value_kind {
    V_NONE = 0,    /* nothing that a network is made of                                  */
    V_IMAGE,       /* the input                                                          */
    V_STEM,        /* int8 stem on its way; `stage`                                      */
    V_STEM_PADDED, /* the stem map with a border of 1; `border`                          */
    V_SUM,         /* integer sum of a draft, then `chain`                               */
    V_SIGN,        /* one slice of it                                                    */
    V_BITS,        /* binary map: channels [first, first + channels) of `draft`; `form`  */
    V_PADDED,      /* that with a replicated edge of `pad`                               */
    V_SLICE_SUM,   /* sum over the slices of a binary map, then `chain`                  */
    V_PAIR,        /* OR result and pass-through map side by side                        */
    V_HEAD,        /* last block and head; `stage`                                       */
    V_LOGITS
} bonnet_value_kind;

/* Stages of rounding: a sum is scaled (chain), floored, clipped. */
enum { STEM_SUM, STEM_FLOOR, STEM_MAP };
enum { HEAD_SUM, HEAD_SUM_FLOOR, HEAD_V, HEAD_ACT, HEAD_ACT_FLOOR, HEAD_U, HEAD_POOL, HEAD_POOL_FLOOR, HEAD_FEATURES };
/* Shapes of a binary map: [1,kC,H,W], [1,k,C,H,W], [1,k,C,1,H,W] (k = 1 also [1,C,1,H,W]). */
enum { FORM_MAP, FORM_SPLIT, FORM_LANE };

typedef struct bonnet_value {
    bonnet_value_kind kind;
    int32_t draft;
    uint32_t first, channels, h, w; /* channels: of one slice */
    uint32_t stage, form, axis;     /* axis: where the channels are */
    uint32_t pad;
    int32_t border;            /* V_STEM_PADDED: the constant, or -1000: replicated edge */
    const bonnet_affine *lift; /* V_STEM_PADDED: integers added to the map before it was padded, or NULL */
    int32_t pass_draft;        /* V_PAIR */
    uint32_t pass_first;
    int shared; /* 1: this or what it was made from is used elsewhere too */
    const bonnet_affine *chain;
} bonnet_value;
enum { BORDER_EDGE = -1000 };

typedef enum bonnet_draft_state { DRAFT_OPEN, DRAFT_DONE } bonnet_draft_state;

/* A layer whose numbers are still in the graph. Map references are draft indices until the end. */
typedef struct bonnet_draft {
    bonnet_layer l; /* shapes only */
    bonnet_draft_state state;
    const bonnet_node *node; /* the Conv or Gemm */
    int32_t map;             /* edge: the last value of the graph that was this layer's whole map; -1: none yet */
    const bonnet_tensor *w;
    const bonnet_affine *chain[4]; /* of each slice */
    const bonnet_tensor *dw;       /* STEM */
    const bonnet_node *dw_node;
    int32_t border;                 /* STEM: the constant of dw_const */
    const bonnet_affine *lift;      /* STEM: what was added before padding: channel o's border is border - lift[o]; or NULL */
    const bonnet_affine *shift;     /* STEM: the step Mul(2^-sh), or NULL */
    const bonnet_affine *a, *b, *c; /* LAST */
    const bonnet_tensor *slope;     /* LAST: PRelu, or NULL */
    const bonnet_tensor *bias;      /* FC */
    uint32_t transposed;            /* FC: W is [inputs, classes] */
} bonnet_draft;

typedef struct bonnet_import {
    bonnet_graph g;
    bonnet_arena arena;
    bonnet_value *values; /* [n_edges] */
    uint32_t k;           /* 0: not known yet */
    uint32_t n_drafts;
    bonnet_draft drafts[BONNET_MAX_LAYERS];
    bonnet_fold_stats stats;
} bonnet_import;

/* One operator: says what its output is. `x` is the value of input 0 (a V_NONE if that is a constant or absent). */
typedef bonnet_status bonnet_op(bonnet_import *im, const bonnet_node *n);

/* ---- onnx_match.c: for the operators ------------------------------------------------------------------------------ */
bonnet_value *bonnet_value_in(bonnet_import *im, const bonnet_node *n, uint32_t i);              /* never NULL */
const bonnet_tensor *bonnet_const_in(const bonnet_import *im, const bonnet_node *n, uint32_t i); /* NULL: absent or no constant */
bonnet_status bonnet_set(bonnet_import *im, const bonnet_node *n, bonnet_value v);               /* BONNET_OK */
const char *bonnet_value_name(const bonnet_value *v);                                            /* "a binary map" */
/* Refuses an input that this operator does not take; `wants` says what it does. */
bonnet_status bonnet_unfit(const bonnet_import *im, const bonnet_node *n, const bonnet_value *v, const char *wants);
/* New draft in *out, its node and weights set. */
bonnet_status bonnet_draft_new(bonnet_import *im, const bonnet_node *n, bonnet_layer_kind kind, const bonnet_tensor *w, int32_t *out);
#define REFUSE(im, n, ...) bonnet_graph_refuse(&(im)->g, (n), BONNET_EUNSUPPORTED, __VA_ARGS__)
/* `v` as an integer in lo..hi: 1 and *out, else 0. */
int bonnet_exact_int(double v, int64_t lo, int64_t hi, int64_t *out);

/* ---- onnx_affine.c ------------------------------------------------------------------------------------------------ */
/* One number for all channels, or one per channel along axis 1 of [1,C,H,W]? Returns 1, C, or 0: neither. */
uint32_t bonnet_per_channel(const bonnet_tensor *t, uint32_t channels);
/* Appends a step to *chain. sub, mul, add: tensors or NULL. */
bonnet_status bonnet_chain_push(bonnet_import *im, const bonnet_node *n, const bonnet_affine **chain, const bonnet_tensor *mul,
                                const bonnet_tensor *add, uint32_t channels);
/* Takes Mul(2^-s), Add(0.5) off the end of a chain. *shift: the Mul step, NULL for s = 0. *rest: what is before. */
bonnet_status bonnet_chain_rounding(bonnet_import *im, const bonnet_node *n, const bonnet_affine *chain, const bonnet_affine **shift,
                                    const bonnet_affine **rest);
/* s of 2^-s, 0..24; -1: it is not that. */
int bonnet_shift_of(const bonnet_affine *shift, uint32_t channel);
/* Value as integer sum: the stem map counts as one. NULL: it is none. */
bonnet_value *bonnet_as_sum(bonnet_value *copy, const bonnet_value *v);

/* ---- what becomes of the numbers ----------------------------------------------------------------------------------- */
bonnet_status bonnet_stem_prepare(bonnet_import *im, bonnet_draft *d); /* decides dw before memory is laid out */
bonnet_status bonnet_stem_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer);
bonnet_status bonnet_block_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer);
bonnet_status bonnet_last_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer);
bonnet_status bonnet_fc_fill(bonnet_import *im, const bonnet_draft *d, bonnet_net *net, uint32_t layer);
/* +1 or -1: the common direction of a channel's slices (0 counts as +1); refused if they disagree. */
bonnet_status bonnet_direction(bonnet_import *im, const bonnet_draft *d, uint32_t channel, int *out);
/* Drafts to a checked net (onnx_emit.c). */
bonnet_status bonnet_emit(bonnet_import *im, bonnet_net **out);

/* ---- operators, by the file that has them ---------------------------------------------------------------------------- */
bonnet_op bonnet_op_mul, bonnet_op_add, bonnet_op_batchnorm, bonnet_op_floor, bonnet_op_clip;          /* onnx_affine.c */
bonnet_op bonnet_op_conv, bonnet_op_maxpool, bonnet_op_pad, bonnet_op_sign, bonnet_op_max;             /* onnx_block.c  */
bonnet_op bonnet_op_concat, bonnet_op_reshape, bonnet_op_slice, bonnet_op_flatten, bonnet_op_identity; /* onnx_view.c   */
bonnet_op bonnet_op_reduce, bonnet_op_prelu, bonnet_op_gemm;                                           /* onnx_head.c   */
bonnet_status bonnet_stem_conv(bonnet_import *im, const bonnet_node *n);                               /* onnx_stem.c   */
bonnet_status bonnet_stem_depthwise(bonnet_import *im, const bonnet_node *n);
bonnet_status bonnet_stem_pool(bonnet_import *im, const bonnet_node *n);
/* Pad(constant) of a stem map to which integers may have been added, one per channel: a border of its own for each. */
bonnet_status bonnet_stem_pad(bonnet_import *im, const bonnet_node *n, int edge, const bonnet_tensor *value);
bonnet_status bonnet_slices_done(bonnet_import *im, const bonnet_node *n, const bonnet_value *const *slices, uint32_t count);
bonnet_status bonnet_import_fuse(bonnet_import *im, const bonnet_node *n, bonnet_post post); /* XNOR, OR      */
bonnet_status bonnet_head_begin(bonnet_import *im, const bonnet_node *n, const bonnet_value *sum, const bonnet_value *slices);
bonnet_status bonnet_head_floor(bonnet_import *im, const bonnet_node *n);
bonnet_status bonnet_head_clip(bonnet_import *im, const bonnet_node *n, double low, double high);

/* Attributes that every Conv and MaxPool has; refuses auto_pad and unequal sides. pads must be equal on all sides. */
typedef struct bonnet_window {
    int64_t kernel, stride, dilation, pad;
} bonnet_window;
bonnet_status bonnet_window_of(bonnet_import *im, const bonnet_node *n, int64_t kernel, bonnet_window *out);
#endif
