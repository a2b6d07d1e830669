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
    uint32_t lanes; /* output channels in parallel: 4..64, a power of two */
    uint32_t arrays;
    uint32_t bus_bits;                 /* AXI data width */
    uint32_t weight_rows;              /* of lanes x 64 bits */
    uint32_t feature_words;            /* of 64 bits */
    uint32_t stem_rows;                /* of lanes x 64 bits */
    uint32_t stem_taps;                /* int8 MACs per lane and cycle */
    uint32_t block;                    /* pixels that share one weight row read */
    uint32_t stem_image_w, stem_map_w; /* widest image, widest map after the pool */
} bonnet_geometry;

/* "asic" or "tiny"; NULL for any other name. Static. */
const bonnet_geometry *bonnet_geometry_named(const char *name);
/* "asic", "tiny", or "custom". Static. */
const char *bonnet_geometry_name(const bonnet_geometry *geometry);
/* 1 if every number is one that the lowering can work with. */
int bonnet_geometry_sound(const bonnet_geometry *geometry);

/* Semaphores, as docs/chip.md assigns them. */
enum {
    BONNET_SEM_WEIGHTS = 1,
    BONNET_SEM_STEM_ROWS = 2,
    BONNET_SEM_STEM_MAP = 3,
    BONNET_SEM_STEM_FREE = 4,
    BONNET_SEM_RESULT = 5,
    BONNET_SEM_RESULT_FREE = 6,
    BONNET_SEM_WEIGHTS_FREE = 7,
    BONNET_SEM_STEM_ROWS_FREE = 8,
    BONNET_SEM_WEIGHTS_WRAP = 9,
    BONNET_SEM_TRACE_STEM = 13,
    BONNET_SEM_TRACE = 14,
    BONNET_SEM_TRACE_DONE = 15
};

/* What the host and the check must know of layer i, beyond its descriptors. */
typedef struct bonnet_job_layer {
    uint32_t kind;                   /* bonnet_layer_kind */
    int32_t in, res, pass;           /* maps read, -1 none */
    uint32_t in_at, res_at, pass_at; /* first word read of a pixel there: 0, or half a pixel */
    uint32_t row, rows;              /* its rows in the blob: first, count (row * 8 * lanes = byte offset) */
    uint32_t word, words;            /* its map in the feature buffer; words as bonnet_net_map_words() */
    uint32_t held;                   /* words reserved there, >= words (whole tiles of logits, alignment to 4) */
    uint32_t pix, pitch;             /* words from pixel to pixel, from row to row; 0 for LAST and FC */
    uint32_t scratch;                /* traced: byte offset of the map in scratch */
} bonnet_job_layer;

typedef struct bonnet_job {
    bonnet_geometry geometry;
    uint32_t traced; /* 1: a STORE of its map after every layer; for one frame */
    uint32_t classes;
    uint32_t input_bytes, input_stride;   /* one image at BASE 1; stride in bytes, a multiple of 64 */
    uint32_t output_bytes, output_stride; /* one frame's logits at BASE 2, int32 each */
    uint32_t scratch_bytes;               /* at BASE 3; 0 unless traced */
    uint32_t watchdog_cycles;             /* longer than any of its descriptors can take without a data beat */
    uint32_t resident;                    /* 1: all weights stay in the chip after the first frame */
    uint32_t n_layers;
    uint32_t n_desc;                     /* with the header, which is desc[0] */
    uint32_t rows_bytes;                 /* a multiple of 64 */
    bonnet_job_layer *layers;            /* [n_layers] */
    uint32_t (*desc)[BONNET_DESC_WORDS]; /* [n_desc]; the layer of desc[i] is its field LAYER */
    uint8_t *rows;                       /* [rows_bytes]: goes to BASE 0 as it is */
} bonnet_job;

/* *out is owned by the caller: bonnet_job_free(). The net must have passed bonnet_net_check() (checked again). */
bonnet_status bonnet_lower(bonnet_job **out, const bonnet_net *net, const bonnet_geometry *geometry, int traced, bonnet_error *err);
void bonnet_job_free(bonnet_job *job); /* NULL is a no-op */

/*
 * The contract of a job, for `frames` frames (1..3 are enough: later ones repeat). BONNET_OK, or BONNET_EFORMAT and one line.
 *  - every field of every descriptor in range for the geometry, unknown bits 0;
 *  - every token that a descriptor waits for is given by an earlier one in job order (so no queue depth can deadlock), by one
 *    unit and to one unit per semaphore, and no semaphore can pass its maximum;
 *  - for each word and row that a descriptor reads: it holds all channels of the map, or the row of the blob, that the layer
 *    means, of this frame, and the write happened before by tokens and unit order, whatever the units' speed;
 *  - no word or row is overwritten that something still reads or that is being written;
 *  - every layer's weights are used exactly once a frame, every logit is stored.
 */
bonnet_status bonnet_job_check(const bonnet_job *job, uint32_t frames, bonnet_error *err);

/* Bytes of a job, little-endian, for the JOB section of a .bonnet file. *bytes is owned by the caller: free(). */
bonnet_status bonnet_job_serialise(uint8_t **bytes, size_t *size, const bonnet_job *job, bonnet_error *err);
/* The reverse, for any bytes at all: complete check before *out is written. */
bonnet_status bonnet_job_parse(bonnet_job **out, const uint8_t *bytes, size_t size, bonnet_error *err);
#endif
