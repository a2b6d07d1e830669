/* SPDX-License-Identifier: Apache-2.0 */
/* profiling.h - what the files of `bonnet profile` share: random shapes of each kind of layer, medians, models of kinds. */
#ifndef BONNET_CLI_PROFILING_H
#define BONNET_CLI_PROFILING_H
#include "bonnet_stairs.h"
#include "cli.h"

enum { PROFILE_KINDS = 11, PROFILE_POOL = 400, PROFILE_HELD_OUT = 20, PROFILE_REPEATS = 1000 };
extern const char *const profile_kind[PROFILE_KINDS];

/* A shape of this kind as networks have them, of a few milliseconds at most; *state is its seed and moves on. */
void profile_shape(bonnet_layer_shape *out, uint32_t kind, uint64_t *state);
/* Sorts the values. */
double profile_median(double *values, uint32_t count);

/* Runs of a model on `pixels` (one image), or on noise where that is NULL. */
typedef struct profile_run { bonnet_device *dev; const bonnet_model *model; const uint8_t *pixels; uint32_t repeats; } profile_run;
/* layers (or NULL): [layer][repeat] seconds of each layer; start: [repeat] what a run took beside them. One more run comes first and is not
 * counted. BONNET_EUNSUPPORTED: the device has no clock. */
bonnet_status profile_measure(double *layers, double *start, const profile_run *run);

/* The same bytes every time. */
void profile_noise(uint8_t *pixels, size_t bytes);
#define PROFILE_NO_CLOCK "%s has no clock; use --device cpu:, sim: or a board"

/* Times single layers: the median of `repeats`. */
typedef struct profile_timer { bonnet_device *dev; uint32_t repeats; bonnet_status status; bonnet_layer_shape shape; } profile_timer; /* shape: for the caller */
bonnet_status profile_time(profile_timer *t, const bonnet_layer_shape *shape, double *seconds);
/* 0..n-1, of a seed that moves on. */
uint32_t profile_below(uint64_t *state, uint32_t n);

/* One kind: its model, and how far it is off where it was not measured. */
typedef struct profile_fitted {
    const char *kind;
    bonnet_layer_fit fit;
    bonnet_layer_shape shape[PROFILE_POOL]; /* what could be measured; fit.point[].shape is an index */
    struct { bonnet_layer_shape shape; double seconds, predicted; } held_out[PROFILE_HELD_OUT];
    double median, mean, worst;             /* of |predicted / seconds - 1| of those */
} profile_fitted;

typedef struct profile_line {
    cli_options o;
    unsigned long repeat, budget;
    const char *steps, *plot;
    const char *idle_mw, *active_mw; /* numbers as text, or NULL */
    bool kinds;
} profile_line;

/* `bonnet profile --kinds`. */
int profile_kinds(const profile_line *l);
/* `bonnet profile --steps KIND`. */
int profile_steps(const profile_line *l);
/* "bonnet_platform" of all kinds, into l->o.output. */
int profile_platform_write(const profile_fitted *fitted, double start_s, const profile_line *l);
/* --json: points, errors, networks (taken over). */
int profile_kinds_json(const profile_fitted *fitted, double start_s, struct json_object *networks, const profile_line *l);
#endif
