/* SPDX-License-Identifier: Apache-2.0 */
/* stairs.h - what the files of bonnet_stairs_refine() share: places and measurements, least squares, models that explain everything measured so far. */
#ifndef BONNET_STAIRS_PARTS_H
#define BONNET_STAIRS_PARTS_H
#include <stdbool.h>
#include "backend.h"
#include "bonnet_stairs.h"

enum { STAIRS_AXES = 3, STAIRS_TERMS = 6, STAIRS_STEPS = 20, STAIRS_PLAUSIBLE = 16, STAIRS_PLACES = 65536 };
#define STAIRS_EXACT 1e-9 /* relative differences below this are rounding */

/* Least squares by orthogonal columns: coefficients, and what is needed to say how well they are known anywhere. */
typedef struct stairs_solved {
    bonnet_stairs model;
    double rms;                                       /* of 1 - predicted / seconds */
    double r[STAIRS_TERMS][STAIRS_TERMS];             /* upper triangle */
    bool used[STAIRS_TERMS];                          /* false: these points say nothing about the term */
    double q[BONNET_STAIRS_MAX_POINTS][STAIRS_TERMS]; /* orthonormal, weighted */
} stairs_solved;
/* Coefficients for the steps that `model` has. */
void stairs_least_squares(stairs_solved *out, const bonnet_stairs *model, bool line, const bonnet_stairs_point *point, uint32_t count);
/* Variance of a prediction in parts of that of one measurement, both relative; seconds: the prediction. */
double stairs_leverage(const stairs_solved *s, bool line, uint32_t x, uint32_t y, uint32_t z, double seconds);

typedef struct stairs_job {
    bonnet_stairs_options o;
    bonnet_stairs_measure *measure;
    void *user;
    bonnet_stairs_fit *fit;
    uint32_t places[STAIRS_AXES];                     /* of an axis; 1 where there is none */
    uint32_t step[2][STAIRS_STEPS], steps[2];         /* candidates of x and y */
    stairs_solved best, trial;
    bonnet_stairs plausible[STAIRS_PLAUSIBLE];        /* every model that explains the points as well, best first */
    uint32_t n_plausible;
    bool full;                                        /* the budget has ended */
    bonnet_error error;
} stairs_job;

/* The coordinate of a place, 0 where there is no such axis; and the place nearest to a coordinate. */
uint32_t stairs_coordinate(const stairs_job *job, int axis, uint32_t place);
uint32_t stairs_place(const stairs_job *job, int axis, double coordinate);
/* What was measured there, or is now; job->full and *seconds 0 when the budget has ended. */
bonnet_status stairs_at(stairs_job *job, const uint32_t place[STAIRS_AXES], double *seconds);
bool stairs_measured(const stairs_job *job, const uint32_t place[STAIRS_AXES]);
/* One candidate more; none twice. */
void stairs_add_step(stairs_job *job, int axis, uint32_t step);

/* Candidates of both axes: powers of two, and what jumps say. */
bonnet_status stairs_find_steps(stairs_job *job);
/* With a line every place differs: jumps to the place, and what divides their positions. */
bonnet_status stairs_bisect(stairs_job *job);
/* job->best, job->plausible of all pairs of candidates. */
void stairs_choose(stairs_job *job);
/* Does the best model explain every point, as far as noise lets it? */
bool stairs_explained(const stairs_job *job);
/* Where to measure next; *disagree: how far the plausible models are apart, at most. false: nowhere. */
bool stairs_next(const stairs_job *job, uint32_t place[STAIRS_AXES], double *disagree);
#endif
