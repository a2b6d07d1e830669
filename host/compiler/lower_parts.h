/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_parts.h - what the files of the lowering share; nobody else includes it. In order of use:
 *
 *   lower.c          accept, glue                      lower_search.c   the search over choices
 *   lower_blocks.c   what the network offers to choose from: blocks, thermometer codes
 *   lower_program.c, lower_make.c  choices -> program: one item for each descriptor in an order that is right one after the other,
 *                    buffers (maps in the feature buffer, row by row) and tenancies (rows in the weight buffer)
 *   lower_place.c    a place for every buffer         lower_weights.c   a place for every tenancy
 *   lower_tokens.c   program -> waits and posts        lower_desc.c      items -> descriptors
 *   lower_rows.c     weights -> rows                   lower_explain.c   the choices as a table
 *
 * Time is counted in conv items: item number t of the conv unit happens "at t". A row of a map lives from the time it is written to the
 * time of its last reading, both inclusive; two maps may share words where no two rows that share a word live at once.
 */
#ifndef BONNET_LOWER_PARTS_H
#define BONNET_LOWER_PARTS_H
#include "lower.h"

enum {
    LOWER_UNITS = 4, /* load, conv, stem, store: the order of bonnet_sem() */
    LOWER_LOAD = 0,
    LOWER_CONV = 1,
    LOWER_STEM = 2,
    LOWER_STORE = 3,
    LOWER_MAX_BATCH = 16,
    LOWER_MAX_RING = 63,
    LOWER_NOWHERE = -1
};

/* Rows of one map (of one frame of the batch) in the feature buffer. */
typedef struct lower_buffer {
    uint32_t layer, frame;
    uint32_t height;        /* rows of the map; features and logits: 1 */
    uint32_t rows;          /* held at once: height, or fewer in a ring */
    uint32_t pix, pitch;    /* words from pixel to pixel, from row to row */
    uint32_t therm;         /* thermometer coded */
    uint32_t words;         /* rows * pitch, a multiple of 4 */
    uint32_t word;          /* placed here */
    uint32_t ring;          /* rows < height */
    uint32_t window;        /* may be a ring: nobody needs it whole */
    int32_t *birth, *death; /* [height] */
} lower_buffer;

/* Tiles of one layer in the weight buffer for a while. */
typedef struct lower_tenancy {
    uint32_t layer, tile, tiles;
    uint32_t rows, wrow;
    uint32_t once;       /* loaded in the first walk, never overwritten */
    uint32_t together;   /* one of several that a segment needs at once */
    int32_t first, last; /* times of use */
} lower_tenancy;

typedef struct lower_item {
    uint8_t unit, op;
    uint8_t first, last; /* STEM: first and last strip of its pass; LOAD: once, a segment's map; STORE: a trace, the results */
    uint16_t layer, frame;
    uint16_t y0, rows;                            /* rows of the map made, loaded or stored */
    uint16_t tile, tiles;                         /* CONV, FC; STEM, LOAD of stem rows: pass in `tile` */
    int32_t out, in, res, pass;                   /* buffers; LOAD and STORE of rows: `out` */
    int32_t tenancy;                              /* CONV, FC, LOAD of weights */
    uint32_t offset;                              /* LOAD and STORE of rows at BASE 3 */
    int32_t time;                                 /* CONV, FC: their number; others: of the next conv item */
    uint8_t wait[LOWER_UNITS], post[LOWER_UNITS]; /* tokens from and to each other unit */
    uint8_t wait_once;                            /* the token from the load unit is for the first walk only */
    uint8_t on_map;                               /* it is for the map that is given */
} lower_item;

/* Blocks: runs of layers that can be made row by row together. */
typedef struct lower_block {
    uint32_t first, last;
    uint32_t fusable;      /* all its weights fit into the weight buffer together */
    uint32_t fused, chunk; /* chosen: together, by so many rows of its last map; not fused: each layer by chunk rows, 0 = whole */
    uint32_t effort;       /* how often a search has asked for less memory here */
} lower_block;

typedef struct lower_plan {
    const bonnet_net *net;
    const bonnet_geometry *g;
    uint32_t traced, batch;
    /* the network */
    uint8_t therm[BONNET_MAX_LAYERS];        /* the map can be coded */
    uint32_t last_reader[BONNET_MAX_LAYERS]; /* last layer that reads the map; itself if none */
    lower_block blocks[BONNET_MAX_LAYERS];
    uint32_t n_blocks;
    uint32_t stem_passes, stem_rows, stem_reload;
    /* choices */
    uint8_t spill[BONNET_MAX_LAYERS]; /* the map goes through DRAM */
    uint8_t stem_window;              /* the stem's map may be a ring: its strips follow their readers */
    uint32_t boundary;                /* first layer that runs for all frames of the batch at once; n_layers: none */
    uint32_t early,
        early_inner; /* the stem of the next walk's first frame, of the next frame in a batch, may write once this layer is done; 0: when it must */
    uint32_t even_rings;  /* so many rows more in rings that rows then pass the end of in fewer pieces */
    uint32_t stream_rows; /* weight rows that are not resident */
    uint32_t coarse;      /* 1: portions of weights as large as can be where strips stream them again and again: fewer descriptors */
    uint32_t no_resident; /* 1: everything is loaded in every walk */
    /* the program */
    lower_buffer *buffers;
    lower_tenancy *tenancies;
    lower_item *items;
    bonnet_job_piece *pieces;
    uint32_t n_buffers, n_tenancies, n_items, n_pieces;
    uint32_t scratch; /* bytes */
    int32_t times;    /* conv items of a walk */
    uint8_t initial[16];
    int failed; /* out of memory, or more items than a job can have */
} lower_plan;

/* Binary layers whose lane groups read their own slices. */
static inline int lower_grouped(const bonnet_net *net, const bonnet_layer *l)
{
    return net->k == 4 && (l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_LAST);
}
static inline uint32_t lower_tile_step(const bonnet_net *net, const bonnet_layer *l, const bonnet_geometry *g)
{
    return lower_grouped(net, l) ? g->lanes / 4 : g->lanes;
}
uint32_t lower_tiles(const bonnet_net *net, uint32_t layer, const bonnet_geometry *g);
uint32_t lower_tile_rows(const bonnet_net *net, uint32_t layer); /* rows of one tile; STEM: of one pass */
void lower_fill_rows(bonnet_job *job, const bonnet_net *net);    /* job->rows is zeroed and large enough */

void lower_blocks(lower_plan *plan);
/* Choices, program and places that fit; the best found. */
bonnet_status lower_search(lower_plan *plan, bonnet_error *err);
/* Rows (and columns) of the input before the first centre of a window; the first row of the input that is a centre of row y of the map. */
uint32_t lower_border(const bonnet_layer *l);
uint32_t lower_centre(const bonnet_layer *l, uint32_t y);
/* Rows of map `ref` of a layer that its rows 0 .. upto - 1 read; and the first one that rows y0 .. read. */
uint32_t lower_rows_needed(const bonnet_layer *l, int is_input, uint32_t map_h, uint32_t upto);
uint32_t lower_first_needed(const bonnet_layer *l, int is_input, uint32_t y0);
/* A program for the choices made; what was there before is freed. 0: out of memory or too long. */
int lower_program(lower_plan *plan);
void lower_program_free(lower_plan *plan);
/* 0: no room; *where receives the time at which most is held. */
int lower_place(lower_plan *plan, int32_t *where);
uint32_t lower_count(const lower_plan *plan);               /* descriptors that the placed program becomes, without the header */
int lower_place_weights(lower_plan *plan, uint32_t *layer); /* 0: *layer finds no room for its rows */
/* LOADs of the first walk only that stand before the map that is given: what its first reader needs. The others stand behind it, so that this reader need
 * not wait for the weights of all layers. UINT32_MAX: all stand before. */
uint32_t lower_before_map(const lower_plan *plan);
/* 0: the program's order gives no steady pattern of tokens (cannot happen with a sound program), or no memory. */
int lower_tokens(lower_plan *plan);
bonnet_status lower_descriptors(bonnet_job *job, lower_plan *plan, bonnet_error *err);
void lower_explain(const lower_plan *plan, const bonnet_job *job, char *buffer, size_t bytes);
#endif
