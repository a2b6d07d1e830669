/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_canvas.h - regions of frames side by side on one canvas, for a detector that looks at a canvas at once: who comes on, where each lies, and where on the
 * frame a box on the canvas is. Arithmetic only; no device, no clock. A detector's business: a classifier gives one answer for a whole picture, and none of
 * this library's networks is a detector. docs/schedule.md has the method, its proof and its sources.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure; nothing
 * prints, exits or waits.
 *
 * Threads: no function keeps anything outside its arguments.
 */
#ifndef BONNET_CANVAS_H
#define BONNET_CANVAS_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BONNET_CANVAS_REGIONS = 256, BONNET_CANVAS_SIDE = 8192 };

/* A rectangle of a frame, in pixels. */
typedef struct bonnet_region {
    uint32_t x, y, width, height; /* width, height: 1..BONNET_CANVAS_SIDE */
    uint64_t deadline_ns;       /* the earliest is first */
    double   weight;            /* what it is worth to be looked at, 0..1000 */
} bonnet_region;

/* Where it lies on the canvas: its `scale` times as large (at most 1: nothing is enlarged), from this corner. slot: side of the square that is kept for it. */
typedef struct bonnet_tile {
    uint32_t region;            /* index */
    uint32_t x, y, width, height, slot;
    double   scale;             /* width = max(1, round(scale * the region's)), and so height */
} bonnet_tile;

typedef struct bonnet_canvas {
    uint32_t count;
    bonnet_tile tile[BONNET_CANVAS_REGIONS]; /* in the order of deadlines */
    uint32_t left_out[BONNET_CANVAS_REGIONS], left; /* regions that found no room: indices, in the order of deadlines */
    double   used;              /* share of the canvas that is kept: slots, or of bonnet_canvas_fit() tiles */
    double   loss;              /* of bonnet_canvas_fit() */
} bonnet_canvas;

/*
 * Squares whose sides are powers of two: the smallest that holds the region; larger ones than `largest` are made smaller, and one that would need the next
 * power is made as small as the one below if that is at least `least_scale` of it (1: never). By deadline, who fits by area comes on, who does not is skipped.
 * Then the largest is placed first: squares of powers of two with no more area than the canvas always find room.
 */
typedef struct bonnet_canvas_options { size_t size; uint32_t side, smallest, largest; double least_scale; } bonnet_canvas_options;
#define BONNET_CANVAS_OPTIONS_INIT { sizeof(bonnet_canvas_options), 512, 32, 512, 1 } /* side, smallest, largest: powers of two */
BONNET_API bonnet_status bonnet_canvas_pack(bonnet_canvas *out, const bonnet_region *regions, uint32_t count, const bonnet_canvas_options *options);

/*
 * Rectangles as they are, all made smaller by the same factor, on a canvas of any size, by a skyline: of the factors 64/64, 63/64, .. `least_scale`, the one with the
 * least sum of weight * loss(factor), where a region that finds no room loses all its weight. Of equal ones the largest. loss: what a detector loses on
 * regions so much smaller, 0..1, at `points` scales, rising from 0..1 to 1 and straight between; NULL: that of a published table of a network on images made smaller (0.327
 * at 1/8, 0.119 at 1/4, 0.015 at 1/2, 0 at 1).
 */
typedef struct bonnet_canvas_loss { double scale, loss; } bonnet_canvas_loss;
BONNET_API bonnet_status bonnet_canvas_fit(bonnet_canvas *out, const bonnet_region *regions, uint32_t count, uint32_t width, uint32_t height, double least_scale,
                                           const bonnet_canvas_loss *loss, uint32_t points);

/* A box in pixels; on the canvas or on the frame. */
typedef struct bonnet_box { double x, y, width, height; } bonnet_box;
/*
 * Whose is a box that was found on the canvas, and where is it on the frame? The tile that the box's middle lies in has it; what is beyond the tile is cut off. *out_tile: index.
 * BONNET_EINVAL: between the tiles.
 */
BONNET_API bonnet_status bonnet_canvas_back(bonnet_box *out, uint32_t *out_tile, const bonnet_canvas *canvas, const bonnet_region *regions, const bonnet_box *box);

/* 8-bit pixels, `planes` interleaved, rows of `stride` bytes. */
typedef struct bonnet_pixels { uint8_t *at; uint32_t width, height, planes; size_t stride; } bonnet_pixels;
/* Every tile's pixels, each the mean of the frame's area that it stands for; frames [count] of each region. What is between the tiles stays. BONNET_EINVAL: a region
 * beyond its frame, other planes, a canvas too small; nothing is drawn then. */
BONNET_API bonnet_status bonnet_canvas_draw(bonnet_pixels *to, const bonnet_canvas *canvas, const bonnet_region *regions, const bonnet_pixels *frames);

/*
 * Streams of regions, one canvas after the other, each taking canvas_ns: is every region on a canvas that ends by its deadline? Sufficient: sum of area / canvases in a
 * deadline <= 1 - the largest area. aligned: regions come when a canvas begins (else a canvas of each deadline is lost to waiting).
 */
typedef struct bonnet_canvas_stream { uint32_t slot; uint64_t period_ns, deadline_ns; } bonnet_canvas_stream; /* deadline at most the period */
typedef struct bonnet_canvas_admission { uint32_t admitted; double density, room; } bonnet_canvas_admission; /* density <= room */
BONNET_API bonnet_status bonnet_canvas_admit(bonnet_canvas_admission *out, const bonnet_canvas_stream *streams, uint32_t count, uint32_t side, uint64_t canvas_ns,
                                             uint32_t aligned);

#ifdef __cplusplus
}
#endif
#endif
