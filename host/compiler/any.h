/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any.h - private to any_*.c: the importer of graphs that are not of BoolNet's family, to a network of general layers.
 *
 * One pass, forward, over the same checked graph. Every edge gets an any_value: constants (folded here as far as weights go), the image,
 * a binary map, or an integer sum with what was done to it since. A sum becomes a layer when a sign is taken of it, so two signs of one sum are
 * two layers; the sum that the graph ends with becomes the logits. Dialect and refusals: docs/operators.md, section 7.
 */
#ifndef BONNET_ANY_H
#define BONNET_ANY_H
#include "fold.h"
#include "onnx_graph.h"

typedef enum any_kind {
    ANY_NONE = 0,
    ANY_CONST, /* c                                                        */
    ANY_IMAGE, /* mul * pixel + add                                        */
    ANY_BITS,  /* mul * (sum of `planes` times +-1) + add, of layer `layer` */
    ANY_SUM    /* `sum` or `parts`, then chain                             */
} any_kind;

typedef struct any_const {
    uint32_t rank, dims[BONNET_TENSOR_MAX_RANK];
    size_t count;
    double *v;
    int whole;   /* 1: of an integer type: a Div of two such drops the rest */
    double unit; /* all values are integers times this, as a quantiser said; 0: nobody said */
} any_const;

/* A window sum of integers: layer shape and real weights [out_c][in_c / groups][kernel_h][kernel_w]. */
typedef struct any_sum {
    bonnet_layer l; /* shape, in, win; kind ICONV or BCONV            */
    const bonnet_node *node;
    const double *w; /* as the graph has them                          */
    double unit;
    long double mul, add; /* what stands for the bit or pixel: mul * x + add */
} any_sum;

typedef struct any_value {
    any_kind kind;
    const any_const *c;
    int32_t layer;
    uint32_t ch, h, w;
    uint32_t planes; /* ANY_BITS: channels of the map for each of `ch`, side by side; 0 is 1 */
    int nested;      /* planes > 1: bit p only where bit p - 1 is: the largest of two values is the OR of their bits */
    const struct any_value *parts; /* ANY_SUM without `sum`: the sums whose channels follow one another, before `chain` */
    uint32_t n_parts;
    int flat;  /* [1, ch * h * w] instead of [1, ch, h, w]       */
    int ended; /* an ArgMax or Softmax was taken off the end      */
    int last;  /* [1, h, w, ch], or flattened from it             */
    uint32_t fold; /* [1, fold, ch / fold, h, w], or 0            */
    long double mul, add;
    uint32_t pads[4], edge; /* top, left, bottom, right, put around it by Pad; 0 only   */
    uint32_t mean;          /* ANY_BITS: 1: its mean over h x w, still to be taken      */
    const any_sum *sum;
    const bonnet_affine *chain;
    const bonnet_net_window *pool; /* ANY_SUM: a MaxPool, taken when the chain was `pooled_at` */
    const bonnet_affine *pooled_at;
    const struct any_value *side;   /* ANY_SUM: a binary map that step side_at adds; the step itself adds 0 */
    const bonnet_affine *side_at;
} any_value;

typedef struct any_import {
    bonnet_graph *g;
    any_value *values; /* [n_edges + 1], the last ANY_NONE for ever */
    uint32_t n_layers;
    bonnet_layer layers[BONNET_MAX_LAYERS]; /* with their parameters in the arena */
    int32_t map[BONNET_MAX_LAYERS];         /* edge that is the layer's map, or -1 */
    int allow_inexact;
    double error_bound; /* of a logit, real; 0: exact */
    double left_out;    /* of every logit, real */
    double scale;       /* of the logits */
    bonnet_fold_stats stats;
} any_import;

typedef bonnet_status any_op(any_import *im, const bonnet_node *n);
#define ANY_REFUSE(im, n, ...) bonnet_graph_refuse((im)->g, (n), BONNET_EUNSUPPORTED, __VA_ARGS__)

/* ---- any.c */
const any_value *any_in(const any_import *im, const bonnet_node *n, uint32_t i); /* never NULL */
bonnet_status any_set(any_import *im, const bonnet_node *n, any_value v);
/* The same for output `edge` of a node that has several. */
bonnet_status any_set_at(any_import *im, const bonnet_node *n, int32_t edge, any_value v);
const char *any_name(const any_value *v); /* "a binary map" */
bonnet_status any_unfit(const any_import *im, const bonnet_node *n, const any_value *v, const char *wants);
int any_padded(const any_value *v);
enum { ANY_RANK = 5 };
uint32_t any_dims(const any_value *v, int64_t d[ANY_RANK]); /* its shape as the graph sees it, and the rank of that. any_view.c */
uint32_t any_planes(const any_value *v);
uint32_t any_bits(const any_value *v); /* channels of its map: ch * planes */
int any_axis(const any_value *v, int64_t axis); /* 1: that of its channels */
/* A new layer of this shape in *out; its parameters must be in it already. */
bonnet_status any_layer(any_import *im, const bonnet_node *n, const bonnet_layer *l, int32_t *out);
/* conv_c, kernel, ... from the window. */
void any_finish(bonnet_layer *l, const bonnet_node *n);

/* ---- any_const.c: *done = 1 if all inputs are constants and the output now is one */
bonnet_status any_fold(any_import *im, const bonnet_node *n, int *done);
/* The same for lists (any_shape.c): *out stays NULL where it is no such operator. */
bonnet_status any_fold_list(any_import *im, const bonnet_node *n, any_const **out);
/* The integers that a QuantizeLinear makes, by the type of its zero point. */
void any_const_range(const any_import *im, const bonnet_node *n, long double *low, long double *high);
/* The same for arithmetic (any_math.c). */
bonnet_status any_fold_math(any_import *im, const bonnet_node *n, any_const **out);
/* Element of `b` that meets element `i` of `a`: equal shapes, or b of one element, or b broadcast along dimensions of 1. -1: it does not. */
int64_t any_const_meets(const any_const *a, const any_const *b, size_t i);
any_const *any_const_new(any_import *im, uint32_t rank, const uint32_t *dims);

/* ---- any_chain.c */
bonnet_status any_push(any_import *im, const bonnet_node *n, any_value *v, uint32_t entries, const long double *sub, const long double *mul,
                       const long double *add);
/* The numbers of a constant that meets a value channel by channel: *n = 1 or its channels; refused if it does not. */
bonnet_status any_numbers(any_import *im, const bonnet_node *n, const any_const *c, const any_value *v, long double **out, uint32_t *entries);

/* ---- any_channels.c */
/* v's steps, as those of `from`, behind `prev`; channel i is theirs of index[i]. pooled_at and side_at move along. */
bonnet_status any_steps(any_import *im, const bonnet_node *n, const any_value *from, const bonnet_affine *prev, uint32_t count, const uint32_t *index,
                        any_value *v);
/* Channels index[0..count-1] of v, a sum. */
bonnet_status any_sum_pick(any_import *im, const bonnet_node *n, const any_value *v, uint32_t count, const uint32_t *index, any_value *to);
/* Part `i` of v, a sum of parts, with the steps and the pool that v has behind it. */
bonnet_status any_part(any_import *im, const bonnet_node *n, const any_value *v, uint32_t i, any_value *to);

/* ---- any_pick.c */
/* A map of `count` channels: t[i] of a's map, or with the channels of that added of b's (NULL: no b), turned where turn[i]. Nothing to do: a's own. */
bonnet_status any_pick(any_import *im, const bonnet_node *n, const any_value *a, const any_value *b, uint32_t count, const int32_t *t,
                       const uint8_t *turn, int32_t *layer);
/* Maps of equal height and width, one channel behind the other, as one; their scales are equal. */
bonnet_status any_maps_joined(any_import *im, const bonnet_node *n, const any_value *const *v, uint32_t count, any_value *to);

/* Two maps of one shape bit by bit. */
bonnet_status any_belt(any_import *im, const bonnet_node *n, const any_value *a, const any_value *b, bonnet_join join, int32_t *layer);
/* A map with `pads` around it of bits that together stand for `number`: *done = 0 if none do. any_pool.c */
bonnet_status any_border(any_import *im, const bonnet_node *n, const any_value *v, const uint32_t pads[4], long double number, any_value *to, int *done);

/* Channels index[0..count-1] of the node's input as the value of `edge`. any_slice.c */
bonnet_status any_take(any_import *im, const bonnet_node *n, int32_t edge, uint32_t count, const uint32_t *index);

/* ---- any_copies.c: integers of a few units as sums of +-1 on copies of the channels */
bonnet_status any_copies(any_import *im, const bonnet_node *n, bonnet_layer *l, int8_t **w, long double *alpha);

/* ---- any_side.c: the bits of a sum to which a map was added */
typedef bonnet_status any_one_sum(any_import *im, const bonnet_node *n, const any_value *v, long double mul, long double add, any_value *out);
bonnet_status any_side(any_import *im, const bonnet_node *n, const any_value *v, long double mul, long double add, any_one_sum *of, any_value *to);

/* ---- any_join.c: two values added */
bonnet_status any_added(any_import *im, const bonnet_node *n, const any_value *a, const any_value *b);

/* ---- any_sign.c */
/* A layer of the sign of v, a sum, or one for each part of it; its bits stand for mul * (+-1) + add. */
bonnet_status any_threshold(any_import *im, const bonnet_node *n, const any_value *v, long double mul, long double add, any_value *to);
size_t any_filter(const bonnet_layer *l); /* weights of one output channel */

/* ---- any_emit.c */
bonnet_status any_emit(any_import *im, bonnet_net **out);

any_op any_mul, any_add, any_sub, any_div, any_batchnorm, any_clip, any_relu; /* any_chain.c */
any_op any_prelu, any_leaky_relu;                                             /* any_chain.c */
any_op any_conv, any_gemm, any_matmul, any_pad;                               /* any_conv.c  */
any_op any_sign, any_bipolar;                                                 /* any_sign.c  */
any_op any_greater, any_greater_equal, any_less, any_less_equal;              /* any_compare.c */
any_op any_not, any_where;                                                    /* any_compare.c */
any_op any_quantize_linear, any_dequantize_linear, any_round;                 /* any_levels.c */
any_op any_multithreshold, any_quant;                                         /* any_levels.c */
any_op any_average_pool, any_global_average, any_reduce;                      /* any_average.c */
any_op any_maxpool, any_global_max, any_max, any_min;                         /* any_pool.c  */
any_op any_reshape, any_same;                                                 /* any_view.c  */
any_op any_shape;                                                             /* any_shape.c */
any_op any_transpose;                                                         /* any_transpose.c */
any_op any_end, any_top_k;                                                    /* any_end.c   */
any_op any_concat, any_split, any_slice, any_gather;                          /* any_concat.c, any_slice.c */
/* A layer that pools a binary map, per channel to OR or AND; *bits becomes its map. */
bonnet_status any_pool(any_import *im, const bonnet_node *n, any_value *bits, const bonnet_net_window *w, const uint8_t *and_pool); /* any_pool.c */
bonnet_status any_join(any_import *im, const bonnet_node *n, bonnet_join join);                                                     /* any_pool.c  */
/* v, the image or a map, as a sum: one filter of 1 for each channel. any_average.c */
bonnet_status any_unit_sum(any_import *im, const bonnet_node *n, const any_value *v, any_value *to);
/* v itself if it is a sum; the image, a map or its mean as one. any_average.c */
bonnet_status any_as_sum(any_import *im, const bonnet_node *n, const any_value *v, any_value *to);
/* Kernel, strides, dilations, pads of a node into *w; auto_pad is refused. kernel 0: from the attribute. */
bonnet_status any_window(any_import *im, const bonnet_node *n, uint32_t kh, uint32_t kw, bonnet_net_window *w);
/* Out sizes from the window; refused if it does not fit. */
bonnet_status any_sizes(any_import *im, const bonnet_node *n, bonnet_layer *l);
#endif
