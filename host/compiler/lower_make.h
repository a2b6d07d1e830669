/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_make.h - what a program is made with; shared by lower_make.c (items, buffers, tenancies, one layer at a time) and lower_program.c
 * (segments, batches, the walk). Nobody else includes it.
 */
#ifndef BONNET_LOWER_MAKE_H
#define BONNET_LOWER_MAKE_H
#include "lower_parts.h"

typedef struct lower_maker {
    lower_plan *p;
    int32_t cur[BONNET_MAX_LAYERS][LOWER_MAX_BATCH];             /* buffer that holds the map now, or the window it is loaded into */
    uint32_t home[BONNET_MAX_LAYERS][LOWER_MAX_BATCH];           /* scratch offset of a spilled map */
    int32_t ended[BONNET_MAX_LAYERS][LOWER_MAX_BATCH];           /* time of the layer's last conv item */
    int32_t resident[BONNET_MAX_LAYERS];                         /* tenancy, or -1 */
    int32_t tenant[BONNET_MAX_LAYERS];                           /* of the running segment, all tiles of the layer, or -1 */
    uint32_t done[BONNET_MAX_LAYERS], loaded[BONNET_MAX_LAYERS]; /* rows, in the running segment */
    uint8_t back[BONNET_MAX_LAYERS][LOWER_MAX_BATCH];            /* a spilled map is whole in the chip again, for the late layers */
    uint32_t first, last;                                        /* layers of the running segment */
    int stem_loaded;
} lower_maker;

/* All of these do nothing once plan->failed is set. */
lower_item *make_item(lower_maker *m, uint8_t unit, uint8_t op, uint32_t layer, uint32_t frame); /* NULL: no room */
int32_t make_buffer(lower_maker *m, uint32_t layer, uint32_t frame);
/* Rows y0 .. y1 - 1 of a buffer are written, or only read, at `time`. */
void make_live(lower_plan *p, int32_t buffer, uint32_t y0, uint32_t y1, int32_t time, int written);
void make_resident(lower_maker *m); /* which layers' weights stay in the chip */
int make_there_whole(const lower_maker *m, uint32_t layer);
/* Tiles of one portion of a layer that is not there whole: small ones run ahead better, larger ones are fewer descriptors where strip after strip
 * streams them all again. */
uint32_t make_portion(const lower_plan *p, uint32_t layer, int in_strips);
int32_t make_tenancy(lower_maker *m, uint32_t layer, uint32_t tile, uint32_t tiles); /* the one that holds these tiles, loaded if need be */
/* Rows of a spilled map from DRAM (BONNET_OP_LOAD) or to it, held until the conv item at `until`. */
void make_move(lower_maker *m, uint8_t op, int32_t buffer, uint32_t y0, uint32_t y1, uint32_t home, int32_t until);
void make_trace(lower_maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1);
void make_compute(lower_maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1, uint32_t tile, uint32_t tiles, int32_t weights);
void make_rows(lower_maker *m, uint32_t layer, uint32_t frame, uint32_t y0, uint32_t y1); /* of a layer, all its tiles */
#endif
