/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_stairs.h - how long a layer takes, as a staircase: a model, and a fitter that asks for few measurements. Arithmetic only; whoever calls measures.
 *
 * Machines work in blocks: of 64 channels to a word, of some lanes at once. Time along such a dimension stands still within a block and jumps behind it.
 *
 *     t(x, y, z) = start + z * (a + b * F(x) + F(y) * (c + d * F(x))) + line * x,      F(x) = floor((x - 1) / step)
 *
 * x and y climb stairs, z (pixels, say) is a plain factor. Without z there is no `start`; `line` is for x alone. As in bonnet.h: functions return BONNET_OK or
 * a negative bonnet_status and leave their first argument untouched on failure. Threads: no function keeps anything outside its arguments. docs/profile.md.
 */
#ifndef BONNET_STAIRS_H
#define BONNET_STAIRS_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BONNET_STAIRS_MAX_POINTS = 256 };

typedef struct bonnet_stairs {
    uint32_t step_x, step_y;    /* 0: nothing along this axis, F = 0; 1: a straight line */
    uint32_t by_z;              /* 1: times z, and `start` counts; 0: z is not looked at */
    double   start, a, b, c, d, line;
} bonnet_stairs;
BONNET_API_VOID double bonnet_stairs_at(const bonnet_stairs *model, uint32_t x, uint32_t y, uint32_t z);

/* Where can be measured along one dimension: `values` (ascending, count of them), or from, from + grid, ... to. All 0: the dimension does not exist. */
typedef struct bonnet_stairs_axis {
    uint32_t from, to, grid;    /* from >= 1; grid 0: 1 */
    const uint32_t *values;     /* or NULL */
    uint32_t count;
} bonnet_stairs_axis;

/* One measurement, above 0; y and z are 0 where there is no such dimension. Anything but BONNET_OK ends the fit with that status. */
typedef bonnet_status bonnet_stairs_measure(void *user, uint32_t x, uint32_t y, uint32_t z, double *seconds);

/* Initialise with BONNET_STAIRS_OPTIONS_INIT so that fields can be added. */
typedef struct bonnet_stairs_options {
    size_t   size;
    bonnet_stairs_axis x, y, z; /* x must be there; at most 65536 places each */
    uint32_t line;              /* 1: x may rise within a stair too; then neither y nor z */
    uint32_t step_x, step_y;    /* known steps; 0: find them */
    uint32_t budget;            /* measurements, at most: 4 .. BONNET_STAIRS_MAX_POINTS; 0 = 30 */
    double   noise;             /* standard deviation of one measurement in parts of itself, 0 .. 0.5; smaller differences are none. 0: exact to 10^-9 */
    double   eps;               /* enough when two measurements in a row were predicted this well, in parts; 0 = 0.01 */
    double   coverage;          /* of the interval, below 1; 0 = 0.9 */
    char    *message;
    size_t   message_bytes;
} bonnet_stairs_options;
#define BONNET_STAIRS_OPTIONS_INIT \
    { sizeof(bonnet_stairs_options), {0, 0, 0, NULL, 0}, {0, 0, 0, NULL, 0}, {0, 0, 0, NULL, 0}, 0, 0, 0, 0, 0, 0, 0, NULL, 0 }

typedef struct bonnet_stairs_point {
    uint32_t x, y, z;
    double seconds, predicted;  /* measured; by the final model */
    double left_out;            /* seconds / what the model says when this point is left out (steps held) - 1; NAN: without it there is no model */
} bonnet_stairs_point;

typedef struct bonnet_stairs_fit {
    bonnet_stairs model;
    bonnet_stairs_point point[BONNET_STAIRS_MAX_POINTS]; /* [count], in the order of measuring */
    uint32_t count;
    uint32_t settled;           /* 1: two in a row were predicted within eps; 0: the budget ended, or there was nothing left to measure */
    double   rms;               /* of seconds / predicted - 1 */
    /* t is within model * (1 +- spread) for `coverage` of the points: the conformal quantile of |left_out|, the (n + 1) * coverage smallest of n, or the largest. */
    double   spread;
} bonnet_stairs_fit;

/*
 * Measures and fits. Ends first, then the steps: smallest x whose time differs from the first one's, among powers of 2, else by bisection; then wherever
 * distance to what was measured x disagreement of the models that still explain everything is largest. Weighted by 1 / seconds: relative errors count.
 * Memory: some KiB; time: the measurements', and at most a second for 256 of them.
 */
BONNET_API bonnet_status bonnet_stairs_refine(bonnet_stairs_fit *out, bonnet_stairs_measure *measure, void *user, const bonnet_stairs_options *options);
/* The same without measuring: of `points` (x, y, z, seconds) that are there. budget, eps: ignored. */
BONNET_API bonnet_status bonnet_stairs_solve(bonnet_stairs_fit *out, const bonnet_stairs_point *points, uint32_t count, const bonnet_stairs_options *options);

/*
 * A whole layer climbs more stairs than two: words of its input channels, blocks of output channels, pixels by fours. Its time is a sum of terms, each a
 * constant times stairs, and each stair counts the blocks of `step` that a dimension of the layer has begun: ceil(dimension / step).
 */
typedef enum bonnet_dimension {     /* values are API; names in files: bonnet_dimension_name() */
    BONNET_DIM_NONE       = 0,
    BONNET_DIM_CHANNELS_IN = 1,     /* of a slice */
    BONNET_DIM_CHANNELS_OUT = 2,    /* of the convolution itself */
    BONNET_DIM_SLICES     = 3,
    BONNET_DIM_PIXELS_IN  = 4,
    BONNET_DIM_PIXELS     = 5,      /* positions of the convolution, before a pool */
    BONNET_DIM_PIXELS_OUT = 6,      /* of the map written */
    BONNET_DIM_TAPS       = 7,      /* kernel_h * kernel_w */
    BONNET_DIM_KERNEL     = 8,      /* kernel_h */
    BONNET_DIM_ROW        = 9,      /* kernel_w * channels_in */
    BONNET_DIM_WINDOW     = 10,     /* bits under a window with each pixel filled up to words; of a window of the whole map: bits, packed */
    BONNET_DIM_OUTSIDE    = 11,     /* taps beyond the edge, over all positions, where these count as zeros */
    BONNET_DIM_POOL       = 12,     /* positions that a pool looks at, over all pixels written; 0: no pool */
    BONNET_DIM_DEPTHWISE  = 13,     /* 1: a stem with a second filter */
    BONNET_DIM_INTERLEAVE = 14,     /* 1: an interleave behind the convolution */
    BONNET_DIM_SECOND     = 15,     /* 1: channels of two maps */
    BONNET_DIM_GATHERED   = 16,     /* taps that are gathered one by one: all, or 0 of a window that is packed */
    BONNET_DIM_PACKED     = 17,     /* pixels of a window that is packed, else 0 */
    BONNET_DIMENSIONS     = 18
} bonnet_dimension;
BONNET_API_VOID const char *bonnet_dimension_name(uint32_t dimension); /* "channels_in"; NULL: there is none */
/* BONNET_EINVAL: no dimension, or a shape that is none. BONNET_EUNSUPPORTED: several groups, of which these dimensions do not know. */
BONNET_API bonnet_status bonnet_dimension_of(double *out, const bonnet_layer_shape *shape, uint32_t dimension);

enum { BONNET_STAIRS_TERMS = 12, BONNET_STAIRS_FACTORS = 6 };
typedef struct bonnet_stairs_factor { uint32_t dimension, step; } bonnet_stairs_factor; /* BONNET_DIM_NONE: 1; step 1..65536 */
typedef struct bonnet_stairs_term { double seconds; bonnet_stairs_factor of[BONNET_STAIRS_FACTORS]; } bonnet_stairs_term;
typedef struct bonnet_layer_stairs {
    uint32_t count;             /* 1..BONNET_STAIRS_TERMS */
    bonnet_stairs_term term[BONNET_STAIRS_TERMS];
    double   spread;            /* the time is within seconds * (1 +- spread), as bonnet_stairs_fit says */
} bonnet_layer_stairs;
BONNET_API bonnet_status bonnet_layer_stairs_at(double *seconds, const bonnet_layer_stairs *model, const bonnet_layer_shape *shape);
/* The terms that a kind of layer has on the cpu: device, all 0 seconds (docs/profile.md says from where in driver/cpu*.c). BONNET_EINVAL: no such kind. */
BONNET_API bonnet_status bonnet_layer_stairs_start(bonnet_layer_stairs *out, const char *kind);

typedef bonnet_status bonnet_layer_measure(void *user, const bonnet_layer_shape *shape, double *seconds); /* above 0 */
typedef struct bonnet_layer_fit_options {
    size_t   size;
    uint32_t budget;            /* measurements, at most: 4 .. BONNET_STAIRS_MAX_POINTS; 0 = 30 */
    double   eps;               /* enough when three in a row were predicted this well, with three measurements for each term; 0 = 0.01 */
    double   coverage;          /* of the interval; 0 = 0.9 */
    char    *message;
    size_t   message_bytes;
} bonnet_layer_fit_options;
#define BONNET_LAYER_FIT_OPTIONS_INIT { sizeof(bonnet_layer_fit_options), 0, 0, 0, NULL, 0 }
typedef struct bonnet_layer_fit_point { uint32_t shape; double seconds, predicted, left_out; } bonnet_layer_fit_point; /* shape: index; else as bonnet_stairs_point */
typedef struct bonnet_layer_fit {
    bonnet_layer_stairs model;
    bonnet_layer_fit_point point[BONNET_STAIRS_MAX_POINTS]; /* [count], as measured */
    uint32_t count, settled;
    double rms;
} bonnet_layer_fit;
/*
 * The seconds of the terms of `start`, from measurements of some of `shapes`: always of that one whose time the terms so far say least about. None is negative: a
 * term that would be is left out. BONNET_EINVAL, BONNET_EUNSUPPORTED: as above, of some shape; 1..4096 shapes.
 */
BONNET_API bonnet_status bonnet_layer_fit_refine(bonnet_layer_fit *out, const bonnet_layer_stairs *start, const bonnet_layer_shape *shapes, uint32_t count,
                                                 bonnet_layer_measure *measure, void *user, const bonnet_layer_fit_options *options);

#ifdef __cplusplus
}
#endif
#endif
