/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_segment.h - what the two files about segments share; nobody else includes it. lower_segment.c: which layers of a network a chip runs together.
 * lower_segment_net.c: these layers as a net of the chip's own kind.
 */
#ifndef BONNET_LOWER_SEGMENT_H
#define BONNET_LOWER_SEGMENT_H
#include "lower.h"

/* A window of three by three pixels, unless that is the map and its pixels pack. */
int segment_three(const bonnet_layer *l);
/* The window is the map: one output pixel, which sees it as one long pixel. */
int segment_dense(const bonnet_layer *l);
/* Channels of the pixel that the conv unit reads. */
uint32_t segment_pixel(const bonnet_layer *l);
static inline uint32_t segment_whole(uint32_t channels) { return (channels + 63) / 64 * 64; }
/* A 3x3 window: what it finds beyond the edge. NULL, or why the conv unit cannot do that. */
const char *segment_border(const bonnet_layer *l, bonnet_pad *pad, char *why, size_t bytes);

/* What is known of a network's layers before they are put together. */
typedef struct segment_look {
    const bonnet_net *net;
    uint32_t readers[BONNET_MAX_LAYERS];     /* of the map: how often it is read, */
    uint32_t last_reader[BONNET_MAX_LAYERS]; /*      and by which layer last; itself if none */
    int32_t conv[BONNET_MAX_LAYERS];         /* the convolution that makes this map on the chip: the layer itself, or one whose pool or join it is. -1: none */
} segment_look;
/* The other map of the join that layer i is, -1: none. */
int32_t segment_other(const segment_look *s, uint32_t i);
/* Layer i makes no map, because a layer up to `last` is the pool or the join that it ends with. */
int segment_taken(const segment_look *s, uint32_t i, uint32_t last);

/* s->first, last, in are set; makes the rest, and lowers it to see that it has room. s is to be freed whatever comes back. */
bonnet_status segment_make(bonnet_segment *s, const segment_look *look, const bonnet_geometry *g, bonnet_error *err);
#endif
