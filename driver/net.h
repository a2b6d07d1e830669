/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net.h - a compiled network in its geometry-free form: what the layers are and what their numbers are.
 *
 * The compiler makes one from ONNX, the .bonnet file carries it, sim/golden and driver/cpu.c run it as it is, and
 * host/compiler/lower.c turns it into weight rows and descriptors for one geometry. Meaning: docs/operators.md.
 *
 * A network is a list of layers in execution order; layer i produces map i. Binary maps are arrays of 64-bit words
 * [y][x][c/64][slice], bit c%64, exactly as in the chip's feature buffer (docs/chip.md).
 *
 * Two families share the struct. BoolNet's begins with STEM and is what the chip runs. The general one begins with ICONV, has k = 1 and any
 * number of channels: a pixel is ceil(C/64) words and the bits behind the last channel are 0, in maps and in weights. Nothing mixes.
 *
 * A *part* is some layers of a network, from one cut to another (bonnet_net_part()): it begins as the network does, or with MAP, the bits of the cut;
 * it ends in logits, or in the bits of the next cut, which then are its result, two 32-bit words each. Every device runs parts as it runs networks.
 *
 * A *segment* is what a chip runs of a general network (lower.h): MAP, the bits it is given, then CONV and DOWN layers with k = 1, whose last map
 * is the result. Its layers do more than BoolNet's: CONV pads with zero or not at all and may pool, DOWN may have stride 2. Segments are made for a device and live beside their network; no file holds one, and only bonnet_lower() takes one.
 */
#ifndef BONNET_NET_H
#define BONNET_NET_H
#include <stddef.h>
#include <stdint.h>

enum {
    BONNET_MAX_LAYERS = 128,
    BONNET_MAX_CHANNELS = 1024,
    BONNET_MAX_SIDE = 512,
    BONNET_MAX_WIDE_CHANNELS = 4096, /* of general layers                                  */
    BONNET_MAX_WIDE_DOT = 1 << 22,   /* their longest sum: kernel_h * kernel_w * channels   */
    BONNET_MAX_CLASSES = 1024,
    BONNET_MAX_DOT = 4608,          /* longest dot product, bits                        */
    BONNET_MAX_MAP_WORDS = 1 << 24, /* all maps of one frame together, 64-bit words     */
    BONNET_MAX_EXITS = 15,          /* side branches                                    */
    BONNET_NAME_BYTES = 64
};

typedef enum bonnet_layer_kind {                         /* values are file format: append, never renumber */
                                 BONNET_LAYER_STEM = 0,  /* pixels -> binary map                                     */
                                 BONNET_LAYER_CONV = 1,  /* binary 3x3 with post-processing -> binary map            */
                                 BONNET_LAYER_DOWN = 2,  /* dense binary 1x1, optional 2x2 bit pool -> binary map    */
                                 BONNET_LAYER_LAST = 3,  /* binary 3x3 with head arithmetic -> int16 features [out_c] */
                                 BONNET_LAYER_FC = 4,    /* int16 features -> int32 logits [out_c]                   */
                                 BONNET_LAYER_BCONV = 5, /* general: 1-bit window sums, thresholds -> binary map     */
                                 BONNET_LAYER_ICONV = 6, /* general: pixels x int8 weights, thresholds -> binary map */
                                 BONNET_LAYER_BPOOL = 7, /* general: OR or AND of a window's bits, per channel       */
                                 BONNET_LAYER_BELT = 8,  /* general: XNOR, OR, AND of two maps                       */
                                 BONNET_LAYER_BSUM = 9,  /* general: bits x int8 weights of one window -> logits     */
                                 BONNET_LAYER_BPICK = 10, /* general: channels of one map or two, in any order       */
                                 BONNET_LAYER_MAP = 100  /* first of a part or a segment: bits that are there; in a file of a branch only */
} bonnet_layer_kind;

/* What a 3x3 window of the chip finds beyond the edge of its map: the CONV descriptor's PAD. */
typedef enum bonnet_pad { BONNET_PAD_EDGE = 0, BONNET_PAD_ZERO = 1, BONNET_PAD_NONE = 2 } bonnet_pad;
typedef enum bonnet_post { BONNET_POST_STORE = 0, BONNET_POST_XNOR = 1, BONNET_POST_OR = 2, BONNET_POST_INTERLEAVE = 3 } bonnet_post;

/* Channels [first, first + channels) of map `map`: all of them, or a half (first is 0 or half of the map's channels, both a
 * multiple of 64). map -1: none, then first and channels are 0. */
typedef struct bonnet_map_ref {
    int32_t map;
    uint32_t first, channels;
} bonnet_map_ref;

typedef enum bonnet_join { BONNET_JOIN_XNOR = 0, BONNET_JOIN_OR = 1, BONNET_JOIN_AND = 2 } bonnet_join; /* file format */

/* What a general layer slides over its map; all zero in BoolNet's layers. Tap (ky, kx) of output (y, x) reads pixel
 * (y * stride_h + ky * dilation_h - top, x * stride_w + kx * dilation_w - left). Out = (in + pads - (kernel - 1) * dilation - 1) / stride + 1.
 * Taps outside the map: edge 0: they add nothing (to a sum 0, to a pool no bit); edge 1: they read the nearest pixel. */
typedef struct bonnet_net_window {
    uint32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    uint32_t top, left, bottom, right, edge;
    uint32_t groups;  /* BCONV, ICONV; else 1                                       */
    int32_t mul, add; /* ICONV: the number that a pixel x stands for is mul * x + add; else 0 */
    bonnet_join join; /* BELT; else 0                                               */
} bonnet_net_window;

typedef struct bonnet_layer {
    char name[BONNET_NAME_BYTES]; /* node name in the user's graph: "layer1.0.conv1" */
    bonnet_layer_kind kind;
    uint32_t in_c, in_h, in_w;         /* STEM: planes, image height and width; FC: in_c features, 1, 1 */
    uint32_t out_c, out_h, out_w;      /* INTERLEAVE: out_c = channels of the map written (2 x conv_c);
                                           LAST: positions averaged (= in_h, in_w); FC: classes, 1, 1    */
    uint32_t conv_c;                   /* output channels of the convolution itself; STEM, DOWN, LAST, FC: = out_c */
    uint32_t kernel, stride, dilation; /* STEM 3/5/7, 1/2, 1; CONV 3, 1/2, 1/2; LAST 3, 1, 1/2; DOWN, FC 1, 1, 1 */
    uint32_t pool;                     /* STEM 0 none, 1 2x2/2, 2 3x3/2 pad 1; DOWN, CONV of a segment: 0, 1 2x2/2 */
    bonnet_pad pad;                    /* CONV of a segment; else EDGE                                  */
    uint32_t conv_h, conv_w;           /* before the pool                                               */
    bonnet_post post;
    bonnet_map_ref in, res, pass;         /* STEM: all none. LAST: res = the map summed over slices (= in) */
    uint32_t pixels_signed, dw, dw_const; /* STEM flags                                                  */
    uint32_t s1, s2;                      /* LAST                                                          */
    bonnet_net_window win;                /* general layers; kernel, stride and dilation above repeat its vertical ones */
    /* Parameters; NULL where the kind has none. Owned by the net's one allocation.                      */
    const uint64_t *bits;     /* CONV, LAST: [conv_c][9 taps][in_c/64]; DOWN: [conv_c][in_c/64][k] words, i.e. word order of the input pixel */
    const uint16_t *tp;       /* CONV, DOWN: [conv_c][k], popcount domain, 0..K+1              */
    const uint8_t *pool_and;  /* DOWN, CONV with a pool: [conv_c], 1 = AND-pool                */
    const int8_t *w8;         /* STEM: [out_c][planes][kernel][kernel]; FC: [out_c][in_c]      */
    const uint8_t *sh;        /* STEM: [out_c]                                                 */
    const int8_t *dw8;        /* STEM with dw: [out_c][3][3]                                   */
    const int8_t *border;     /* STEM with dw_const: [out_c]                                   */
    const int32_t *t;         /* STEM: [out_c][k], 20-bit signed                               */
    const int16_t *a, *b, *s; /* LAST: [conv_c]                                                */
    const int32_t *c;         /* LAST: [conv_c]; FC: bias [out_c]                              */
    /* General layers: BCONV: bits [out_c][kernel_h][kernel_w][ceil(in_c/groups/64)], a group's channels from bit 0 on; bit = sum of +-1 products
     * >= t[out_c]. ICONV: w8 [out_c][in_c/groups][kernel_h][kernel_w]; bit = (sum >= t[out_c]) ^ sh[out_c]. BPOOL: pool_and [out_c].
     * BSUM: w8 [out_c][kernel_h][kernel_w][in_c], bias c [out_c]. BPICK: t [out_c], a channel of `in`, or with in_c added one of `res` (which may
     * be none and has channels of its own number); bit = that bit ^ sh[out_c]. */
} bonnet_layer;

/* The net lowered for one geometry (lower.h), as the .bonnet file carried it. */
typedef struct bonnet_net_job {
    char geometry[16];    /* "asic"; zero-padded */
    const uint8_t *bytes; /* owned by whoever owns the net */
    size_t size;
} bonnet_net_job;

/* How a picture of any size becomes the network's: bonnet_preprocess of bonnet.h, and its enums, without the table of pixels. */
typedef struct bonnet_net_pictures {
    uint32_t resize, width, height, filter, crop, convert, bgr;
} bonnet_net_pictures;

/* A side branch: a part that begins with the map of a cut and ends in logits of its own, as many as the network's. */
typedef struct bonnet_net_exit {
    char name[BONNET_NAME_BYTES]; /* of the output in the user's graph */
    uint32_t layer;               /* behind which the cut is           */
    struct bonnet_net *branch;    /* owned by the net                  */
} bonnet_net_exit;

typedef struct bonnet_net {
    char name[BONNET_NAME_BYTES];
    uint32_t k; /* slices of every binary map: 1 or 4 */
    uint32_t classes;
    double logit_scale; /* real logit = scale * integer; for display only */
    uint32_t n_layers;
    bonnet_layer *layers;
    char **labels;                       /* [classes] or NULL */
    char **tensors;                      /* [n_layers] or NULL: the value of the user's graph that layer i's map is; "" where none is */
    const int8_t *pixel_lut;             /* [planes][256] or NULL: the signed pixel that stands for the byte of a picture; NULL: byte - 128 */
    const bonnet_net_pictures *pictures; /* or NULL: pictures come as the network wants them */
    const bonnet_net_job *jobs;          /* [n_jobs] or NULL: a register device of that geometry need not lower the net again */
    uint32_t n_jobs;
    bonnet_net_exit *exits;              /* [n_exits] or NULL, the first cut first. Whoever runs the net need not know of them */
    uint32_t n_exits;
} bonnet_net;

/* 1: the general family. */
static inline int bonnet_kind_general(bonnet_layer_kind kind) { return kind >= BONNET_LAYER_BCONV && kind <= BONNET_LAYER_BPICK; }
/* 1: its map is the logits, int32. */
static inline int bonnet_kind_logits(bonnet_layer_kind kind) { return kind == BONNET_LAYER_FC || kind == BONNET_LAYER_BSUM; }
/* 1: it begins with bits that are given, not with pixels. */
static inline int bonnet_net_given(const bonnet_net *net) { return net->layers[0].kind == BONNET_LAYER_MAP; }
static inline int bonnet_net_general(const bonnet_net *net)
{
    return bonnet_kind_general(net->layers[bonnet_net_given(net) && net->n_layers > 1 ? 1 : 0].kind);
}
/* 1: its result is a map, not logits. */
static inline int bonnet_net_ends_in_bits(const bonnet_net *net) { return !bonnet_kind_logits(net->layers[net->n_layers - 1].kind); }

/* 64-bit words of layer i's map: binary maps out_h*out_w*(out_c/64)*k; LAST ceil(out_c/4); FC, BSUM ceil(out_c/2). */
size_t bonnet_net_map_words(const bonnet_net *net, uint32_t layer);
/* A window of the whole map, without a border, whose pixels leave bits behind their last channel: it goes as one long pixel without the gaps. */
static inline int bonnet_layer_packs(const bonnet_layer *l)
{
    const bonnet_net_window *w = &l->win;
    return l->in_c % 64 && l->in_h * l->in_w > 1 && w->kernel_h == l->in_h && w->kernel_w == l->in_w && !w->top && !w->left && !w->bottom && !w->right;
}
/* The channels of pixels that begin on a word each, one behind the other without gaps: to[ceil(pixels * channels / 64)]. Bits behind a pixel's last
 * channel are 0. */
void bonnet_net_pack(uint64_t *to, const uint64_t *from, uint32_t pixels, uint32_t channels);
/* Bytes of one frame's input: its pixels, or the words of the map that is given, little-endian. */
size_t bonnet_net_input_bytes(const bonnet_net *net);
/* These words as the map of layer 0. */
void bonnet_net_give(const bonnet_net *net, uint64_t *map, const uint8_t *bytes);
/* Binary (or int8) multiply-accumulates of one frame of layer i, as the seeds count them: one op = one MAC. */
uint64_t bonnet_net_macs(const bonnet_net *net, uint32_t layer);
/* Every rule of docs/operators.md that a net must obey: shapes, references, ranges. NULL if sound, else one
 * line in `why` (and why is returned). Nothing may run a net that did not pass. */
const char *bonnet_net_check(const bonnet_net *net, char *why, size_t why_bytes);
/* The same for a part; classes: of one that ends in bits, 32-bit words of its last map. */
const char *bonnet_net_check_part(const bonnet_net *net, char *why, size_t why_bytes);
/* The same for a segment, or a part, as only a chip takes it. */
const char *bonnet_net_check_segment(const bonnet_net *net, char *why, size_t why_bytes);
/* The same for its exits, which bonnet_net_check() includes. */
const char *bonnet_net_check_exits(const bonnet_net *net, char *why, size_t why_bytes);
/* The part of bonnet_net_check() that needs no parameters: what a reader checks before it allocates them. */
const char *bonnet_net_check_shape(const bonnet_net *net, char *why, size_t why_bytes);
const char *bonnet_net_check_part_shape(const bonnet_net *net, char *why, size_t why_bytes); /* of bonnet_net_check_part() */

/* ---- Nets that own their memory ------------------------------------------------------------------------------
 *     net = bonnet_net_alloc(n);  fill in shapes of net->layers[i];
 *     bonnet_net_check_shape();   bonnet_net_alloc_params(net, i);   fill in through bonnet_net_param_data();
 *     bonnet_net_set_label();  bonnet_net_check();  ...  bonnet_net_free(net);
 * Everything lives in one arena that bonnet_net_free() gives back at once. NULL or 0: out of memory. */

/* All zero, references none (map = -1), logit_scale 1. n_layers 1..BONNET_MAX_LAYERS, else NULL. */
bonnet_net *bonnet_net_alloc(uint32_t n_layers);
void bonnet_net_free(bonnet_net *net);               /* only nets from alloc and clone; NULL is a no-op */
bonnet_net *bonnet_net_clone(const bonnet_net *net); /* of a net that passed bonnet_net_check */
/* 1: every later layer reads nothing that came before the binary map of this one, so the network can be cut behind it. */
int bonnet_net_cut(const bonnet_net *net, uint32_t layer);
/* Layers that the two have alike from the first on: shapes, references, parameters; names may differ. Their count. */
uint32_t bonnet_net_common(const bonnet_net *a, const bonnet_net *b);
/* A branch that reads the map of `layer` becomes net's, which owns it from now on in any case; behind those that read an earlier or the same map. 0: out of
 * memory, or there are BONNET_MAX_EXITS. Not checked here. A part of a network has no exits. */
int bonnet_net_add_exit(bonnet_net *net, const char *name, uint32_t layer, bonnet_net *branch);
/* Layers first .. last of a sound network as a part of its own; first is 0 or one behind a cut, last is a cut or the network's last. NULL: out of memory. */
bonnet_net *bonnet_net_part(const bonnet_net *net, uint32_t first, uint32_t last);
/* Zeroed memory, 64-byte aligned, that lives as long as net. */
void *bonnet_net_reserve(bonnet_net *net, size_t bytes);
/* Zeroed arrays for every parameter that layer i has (by kind, dw, dw_const, k). 1 on success. */
int bonnet_net_alloc_params(bonnet_net *net, uint32_t layer);
/* Sets labels[index] to a copy of `text` (allocates net->labels, filled with "", on first use). net->classes must be set. 1 on success. */
int bonnet_net_set_label(bonnet_net *net, uint32_t index, const char *text);
/* The same for tensors[layer]. */
int bonnet_net_set_tensor(bonnet_net *net, uint32_t layer, const char *text);

/* The parameter arrays of a layer by number, for those who read, write or copy all of them. Values are file format. */
typedef enum bonnet_param {
    BONNET_PARAM_BITS = 0,
    BONNET_PARAM_TP = 1,
    BONNET_PARAM_POOL_AND = 2,
    BONNET_PARAM_W8 = 3,
    BONNET_PARAM_SH = 4,
    BONNET_PARAM_DW8 = 5,
    BONNET_PARAM_BORDER = 6,
    BONNET_PARAM_T = 7,
    BONNET_PARAM_A = 8,
    BONNET_PARAM_B = 9,
    BONNET_PARAM_S = 10,
    BONNET_PARAM_C = 11,
    BONNET_PARAMS = 12
} bonnet_param;
size_t bonnet_net_param_size(bonnet_param which); /* bytes of one element: 1, 2, 4 or 8 */
/* Elements that layer i's shape asks for; 0: the layer has no such parameter; SIZE_MAX: more than any memory. */
size_t bonnet_net_param_count(const bonnet_net *net, uint32_t layer, bonnet_param which);
const void *bonnet_net_param(const bonnet_net *net, uint32_t layer, bonnet_param which);
void *bonnet_net_param_data(bonnet_net *net, uint32_t layer, bonnet_param which); /* writable; nets from alloc and clone only */
#endif
