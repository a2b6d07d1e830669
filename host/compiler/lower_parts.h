/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_parts.h - what the files of the lowering share; nobody else includes it. Order: counts and rows (lower_rows.c),
 * places in the feature buffer (lower_place.c), places in the weight buffer (lower_weights.c), descriptors (lower_job.c).
 */
#ifndef BONNET_LOWER_PARTS_H
#define BONNET_LOWER_PARTS_H
#include "lower.h"

/* A run of tiles of one layer whose rows lie in the weight buffer together: one LOAD and one CONV or FC. */
typedef struct lower_chunk {
    uint32_t layer, tile, tiles; /* first tile, count */
    uint32_t row, rows;          /* in the blob */
    uint32_t wrow;               /* in the weight buffer */
    uint32_t ring;               /* 0 resident, else 1 + its number among the streamed chunks */
} lower_chunk;

typedef struct lower_plan {
    lower_chunk *chunks;       /* in execution order */
    uint32_t n_chunks, n_ring; /* all, streamed */
    uint32_t slots;            /* equal parts of the streamed region: 0 (all resident), 1 or 2 */
    uint32_t stem_rows;        /* rows of one stem pass */
    uint32_t stem_passes;
    uint32_t stem_reload; /* 1: each pass loads its rows to row 0, every frame */
    uint32_t stem_shared; /* 1: the stem map's words are used again within the frame */
} lower_plan;

/* Binary layers whose lane groups read their own slices. */
static inline int lower_grouped(const bonnet_net *net, const bonnet_layer *l)
{
    return net->k == 4 && (l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_LAST);
}
uint32_t lower_tiles(const bonnet_net *net, uint32_t layer, const bonnet_geometry *g);
uint32_t lower_tile_rows(const bonnet_net *net, uint32_t layer); /* rows of one tile; STEM: of one pass */
/* Tiles that must stay together so that a chunk starts at channel 0 of a feature word. */
uint32_t lower_tile_unit(const bonnet_net *net, uint32_t layer, const bonnet_geometry *g);
void lower_fill_rows(bonnet_job *job, const bonnet_net *net); /* job->rows is zeroed and large enough */

bonnet_status lower_place(bonnet_job *job, lower_plan *plan, const bonnet_net *net, bonnet_error *err);
bonnet_status lower_weights(const bonnet_job *job, lower_plan *plan, const bonnet_net *net, bonnet_error *err);
bonnet_status lower_descriptors(bonnet_job *job, const lower_plan *plan, const bonnet_net *net, bonnet_error *err);
#endif
