/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower.h - a bonnet_net becomes a job: rows of weights, descriptors, and a place for every map, for one geometry.
 *
 *     bonnet_job *job;
 *     if (bonnet_lower(&job, net, geometry, 0, &err) == BONNET_OK) { ... bonnet_job_free(job); }
 *
 * Declared here because a device wants a job for the geometry it finds; host/compiler/lower*.c makes it. What the chip does with a job: docs/chip.md. What a job promises is in bonnet_job_check(), which bonnet_lower() and
 * bonnet_job_parse() have called before they hand one out. Errors: BONNET_EUNSUPPORTED (a sound net that this geometry cannot
 * hold; the text says which layer and what does not fit), BONNET_EINVAL (not a sound net), BONNET_EFORMAT (parse), BONNET_ENOMEM.
 */
#ifndef BONNET_LOWER_H
#define BONNET_LOWER_H
#include <stddef.h>
#include <stdint.h>
#include "backend.h"
#include "bonnet.h"
#include "desc.h"
#include "net.h"

/* Sizes of a chip, as rtl/pkg/bonnet_pkg.sv names them and the registers tell them. */
typedef struct bonnet_geometry {
    uint32_t lanes; /* output channels in parallel: 8..64, a power of two */
    uint32_t arrays;
    uint32_t bus_bits;                 /* AXI data width */
    uint32_t weight_rows;              /* of lanes x 64 bits */
    uint32_t feature_words;            /* of 64 bits */
    uint32_t stem_rows;                /* of lanes x 64 bits */
    uint32_t stem_taps;                /* int8 MACs per lane and cycle */
    uint32_t block;                    /* pixels that share one weight row read */
    uint32_t stem_image_w, stem_map_w; /* widest image, widest map after the pool */
    uint32_t records;                  /* a job has fewer descriptors, the header included */
} bonnet_geometry;

/* "asic" or "tiny"; NULL for any other name. Static. */
const bonnet_geometry *bonnet_geometry_named(const char *name);
/* "asic", "tiny", or "custom". Static. */
const char *bonnet_geometry_name(const bonnet_geometry *geometry);
/* What its cycles are called in seconds until a device says better; 0: "custom". */
uint32_t bonnet_geometry_clock_hz(const bonnet_geometry *geometry);
/* 1 if every number is one that the lowering can work with. */
int bonnet_geometry_sound(const bonnet_geometry *geometry);

/* The semaphore of tokens that unit `giver` gives and unit `taker` takes; units: 0 load, 1 conv, 2 stem, 3 store. */
static inline uint32_t bonnet_sem(uint32_t giver, uint32_t taker) { return 1 + 3 * giver + (taker < giver ? taker : taker - 1); }

/* What the host and the check must know of layer i, beyond its descriptors: its place in the network. Where a map lies is in the
 * descriptors alone. */
typedef struct bonnet_job_layer {
    uint32_t kind;                            /* bonnet_layer_kind                                        */
    int32_t in, res, pass;                    /* maps read, -1 none                                       */
    uint32_t in_first, res_first, pass_first; /* first channel read of each                               */
    uint32_t in_c, conv_c;                    /* channels read of `in`; output channels of the convolution */
    uint32_t out_c, out_h, out_w;             /* of the map made; LAST: out_h, out_w are the positions averaged; FC: 1, 1 */
    uint32_t row, rows, tile_rows;            /* its rows in the blob: first, count, of one tile (STEM: of one pass) */
} bonnet_job_layer;

/* Traced jobs: rows y0 .. y0 + rows - 1 of a map, contiguous in scratch as they lay in the feature buffer. LAST and FC: one piece, rows 1. */
typedef struct bonnet_job_piece {
    uint32_t layer, frame; /* frame of the batch */
    uint32_t y0, rows;
    uint32_t therm;      /* 1: thermometer coded */
    uint32_t pitch, pix; /* words from row to row, pixel to pixel; 0 for LAST and FC */
    uint32_t words;      /* stored */
    uint32_t scratch;    /* byte offset, multiple of 64 */
} bonnet_job_piece;

typedef struct bonnet_job {
    bonnet_geometry geometry;
    uint32_t traced; /* 1: every map of every layer is stored, in pieces; for one walk */
    uint32_t k;      /* slices */
    uint32_t classes;
    uint32_t batch;                       /* frames of one walk on one array; a walk is batch * arrays frames: frame b * arrays + a runs on array a */
    uint32_t input_bytes, input_stride;   /* one image at BASE 1; stride from frame to frame in bytes, a multiple of 64 */
    uint32_t output_bytes, output_stride; /* one frame's logits at BASE 2, int32 each */
    uint32_t scratch_bytes;               /* at BASE 3, of one array, a multiple of 64; maps that do not fit, and traces */
    uint32_t watchdog_cycles;             /* longer than any of its descriptors can take without a data beat */
    uint32_t resident;                    /* 1: all weights stay in the chip after the first walk */
    uint32_t n_layers, n_desc, n_pieces;  /* n_desc with the header, which is desc[0] */
    uint32_t rows_bytes;                  /* a multiple of 64 */
    bonnet_job_layer *layers;             /* [n_layers] */
    uint32_t (*desc)[BONNET_DESC_WORDS];  /* [n_desc]: header, then the lists of load, conv, stem, store; the layer of desc[i] is its field LAYER */
    bonnet_job_piece *pieces;             /* [n_pieces], NULL unless traced */
    uint8_t *rows;                        /* [rows_bytes]: goes to BASE 0 as it is */
} bonnet_job;

/* What the caller of bonnet_lower() may choose. All 0: the defaults. */
typedef struct bonnet_lower_options {
    uint32_t traced;
    uint32_t batch; /* frames of one walk on one array, 0 = 1: late layers then take each weight once for all of them */
    char *explain;  /* or NULL: receives the choices made as a table for people, cut where explain_bytes ends */
    size_t explain_bytes;
} bonnet_lower_options;

/* *out is owned by the caller: bonnet_job_free(). The net must have passed bonnet_net_check() (checked again). */
bonnet_status bonnet_lower(bonnet_job **out, const bonnet_net *net, const bonnet_geometry *geometry, const bonnet_lower_options *options,
                           bonnet_error *err);
void bonnet_job_free(bonnet_job *job); /* NULL is a no-op */

/*
 * What a chip runs of a general network: runs of layers with one map in and one map out. Each is a BCONV that the conv unit can do as it is (1x1, 3x3,
 * windows of a whole map; one group), alone or with the 2x2 pool or the join (XNOR, OR) that alone reads it. Channels are filled up to whole words,
 * thresholds move into the chip's count: S >= t of K bits becomes matches >= ceil((t + K) / 2), plus what the filling matches.
 */
typedef struct bonnet_segment {
    uint32_t first, last; /* layers of the network, all of them the segment's; the map of `last` is the result */
    uint32_t in;          /* the network's map that it is made of */
    bonnet_net *net;      /* owned; bonnet_net_check_segment() has passed it, bonnet_lower() takes it */
    uint32_t *conv, *map; /* [net->n_layers], owned: of layer i, from 1 on, the network's convolution, and the map it makes: of its pool or join, or its own */
} bonnet_segment;
/* All segments of `net` that a chip of this geometry holds, in order; *out is the caller's: bonnet_segments_free(). None: *n is 0, *out NULL. */
bonnet_status bonnet_segments(bonnet_segment **out, uint32_t *n, const bonnet_net *net, const bonnet_geometry *geometry, bonnet_error *err);
void bonnet_segments_free(bonnet_segment *segments, uint32_t n); /* NULL is a no-op */
/* Frames that one walk should take where weights do not stay in the chip: as many as make their loads the shorter part. Halved while there is no room; 1: none more. */
uint32_t bonnet_segment_batch(const bonnet_net *segment, const bonnet_geometry *geometry);
/* What the segment is given, to[bonnet_net_map_words(s->net, 0)], of its map in the network: the same words, or without gaps between pixels. Its last
 * map is the network's, word for word. */
void bonnet_segment_given(uint64_t *to, const bonnet_segment *s, const bonnet_net *net, const uint64_t *map);
/* 1: the layer is a pool or a join that the convolution whose map it alone reads does with it. */
int bonnet_segment_ends(const bonnet_net *net, uint32_t layer);
/* Why the conv unit cannot do this layer of a general network by itself, in a few words; NULL: it can (whether a chip has the room is another question). */
const char *bonnet_segment_why(const bonnet_layer *layer, char *why, size_t why_bytes);

/*
 * The contract of a job, for `walks` walks (1..3 are enough: later ones repeat). BONNET_OK, or BONNET_EFORMAT and one line.
 *  - every field of every descriptor in range for the geometry, unknown bits 0;
 *  - the lists never deadlock, however short the queues; one giving and one taking unit per semaphore, none can pass its maximum;
 *  - every word of the feature buffer, of scratch, every weight and stem row carries what it holds: which frame, layer, row, pixel and word of it, which row
 *    of the blob. Each descriptor reads exactly what its layer means (rings, thermometer codes, clamped edges, halves), written before by tokens and unit order,
 *    whatever the units' speed;
 *  - nothing is overwritten that something still reads, or that is being written;
 *  - every frame's logits are stored, and in a traced job every map.
 */
bonnet_status bonnet_job_check(const bonnet_job *job, uint32_t walks, bonnet_error *err);

/* Bytes of a job, little-endian, for the JOB section of a .bonnet file. *bytes is owned by the caller: free(). */
bonnet_status bonnet_job_serialise(uint8_t **bytes, size_t *size, const bonnet_job *job, bonnet_error *err);
/* The reverse, for any bytes at all: complete check before *out is written. */
bonnet_status bonnet_job_parse(bonnet_job **out, const uint8_t *bytes, size_t size, bonnet_error *err);
#endif
