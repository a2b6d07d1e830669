/* SPDX-License-Identifier: Apache-2.0 */
/* stairs_next.c - which models explain what was measured, and where to measure next: where these are farthest apart, far from all points. */
#include <math.h>
#include <stdlib.h>
#include "stairs.h"

static double largest(double a, double b) { return a > b ? a : b; }

/* One model of each pair of candidates; index beyond the last: false. */
static bool pair(const stairs_job *job, uint32_t index, bonnet_stairs *out)
{
    const uint32_t nx = job->steps[0] ? job->steps[0] : 1, ny = job->steps[1] ? job->steps[1] : 1;
    if (index >= nx * ny) return false;
    *out = (bonnet_stairs){
        .step_x = job->steps[0] ? job->step[0][index % nx] : 0, .step_y = job->steps[1] ? job->step[1][index / nx] : 0, .by_z = job->places[2] > 1};
    return true;
}

/* Finer stairs first: a wider one has to explain more to be believed. */
static bool finer(const bonnet_stairs *a, const bonnet_stairs *b) { return (uint64_t)a->step_x + a->step_y < (uint64_t)b->step_x + b->step_y; }

void stairs_choose(stairs_job *job)
{
    const bonnet_stairs_fit *f = job->fit;
    double rms[STAIRS_STEPS * STAIRS_STEPS] = {0}, least = INFINITY;
    bonnet_stairs model;
    for (uint32_t i = 0; pair(job, i, &model); i++) {
        stairs_least_squares(&job->trial, &model, job->o.line, f->point, f->count);
        rms[i] = job->trial.rms;
        least = rms[i] < least ? rms[i] : least;
    }
    const double enough = largest(1.15 * least, largest(0.8 * job->o.noise, STAIRS_EXACT));
    job->n_plausible = 0;
    uint32_t best = 0;
    bonnet_stairs first = {0};
    for (uint32_t i = 0; pair(job, i, &model); i++) {
        if (rms[i] > enough) continue;
        if (!job->n_plausible || finer(&model, &first)) best = i, first = model;
        if (job->n_plausible == STAIRS_PLAUSIBLE) continue;
        stairs_least_squares(&job->trial, &model, job->o.line, f->point, f->count);
        job->plausible[job->n_plausible++] = job->trial.model;
    }
    pair(job, best, &model);
    stairs_least_squares(&job->best, &model, job->o.line, f->point, f->count);
}

bool stairs_explained(const stairs_job *job) { return job->best.rms <= largest(1.5 * job->o.noise, STAIRS_EXACT); }

/* Places to look at along an axis, with the width of the gap that each lies in. */
enum { LOOK_POINTS = 16, LOOK = 4 * LOOK_POINTS };
typedef struct look {
    uint32_t place[LOOK], count;
    double width[LOOK];
} look;

static void add(look *l, uint32_t place, double width)
{
    if (l->count < LOOK) l->place[l->count] = place, l->width[l->count++] = width;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* What was measured, each gap's middle, and the two ends of the stair next to it. */
static void look_along(look *l, const stairs_job *job, int axis)
{
    uint32_t at[BONNET_STAIRS_MAX_POINTS] = {0}, n = 0;
    const bonnet_stairs_fit *f = job->fit;
    const uint32_t step = axis == 0 ? job->best.model.step_x : axis == 1 ? job->best.model.step_y : 0;
    l->count = 0;
    for (uint32_t i = 0; i < f->count; i++) at[i] = axis == 0 ? f->point[i].x : axis == 1 ? f->point[i].y : f->point[i].z;
    qsort(at, f->count, sizeof *at, by_number);
    for (uint32_t i = 0; i < f->count; i++)
        if (!n || at[i] != at[n - 1]) at[n++] = at[i];
    const double span = n > 1 ? (double)at[n - 1] - at[0] : 1;
    for (uint32_t i = 0, every = (n + LOOK_POINTS - 1) / LOOK_POINTS; i < n; i += every) {
        const uint32_t next = i + every < n ? i + every : n - 1;
        add(l, stairs_place(job, axis, at[i]), 0);
        if (next <= i) continue;
        const double width = ((double)at[next] - at[i]) / span, middle = ((double)at[next] + at[i]) / 2;
        add(l, stairs_place(job, axis, middle), width);
        if (step < 2) continue;
        const double edge = floor((middle - 1) / step + 0.5) * step + 1;
        add(l, stairs_place(job, axis, edge), width);
        add(l, stairs_place(job, axis, edge - 1), width);
    }
}

/* How far apart the models are at a place, and how far off the best one may be for its coefficients alone. */
static void uncertainty(const stairs_job *job, const uint32_t place[STAIRS_AXES], double *apart, double *loose)
{
    const uint32_t x = stairs_coordinate(job, 0, place[0]), y = stairs_coordinate(job, 1, place[1]), z = stairs_coordinate(job, 2, place[2]);
    const double here = fabs(bonnet_stairs_at(&job->best.model, x, y, z));
    double low = INFINITY, high = -INFINITY;
    *apart = *loose = 0;
    if (!(here > 0)) return;
    for (uint32_t i = 0; i < job->n_plausible; i++) {
        const double t = bonnet_stairs_at(&job->plausible[i], x, y, z);
        low = t < low ? t : low, high = t > high ? t : high;
    }
    *apart = (high - low) / here;
    *loose = sqrt(stairs_leverage(&job->best, job->o.line, x, y, z, here)) * largest(job->best.rms, largest(job->o.noise, STAIRS_EXACT));
}

bool stairs_next(const stairs_job *job, uint32_t place[STAIRS_AXES], double *disagree)
{
    look l[STAIRS_AXES];
    double most = -1;
    *disagree = 0;
    for (int axis = 0; axis < STAIRS_AXES; axis++) look_along(&l[axis], job, axis);
    for (uint32_t i = 0; i < l[0].count; i++)
        for (uint32_t j = 0; j < l[1].count; j++)
            for (uint32_t k = 0; k < l[2].count; k++) {
                const uint32_t at[STAIRS_AXES] = {l[0].place[i], l[1].place[j], l[2].place[k]};
                double apart, loose;
                if (stairs_measured(job, at)) continue;
                uncertainty(job, at, &apart, &loose);
                const double score = (apart + loose) * (0.02 + l[0].width[i] + l[1].width[j] + l[2].width[k]);
                if (apart > *disagree) *disagree = apart;
                if (score <= most) continue;
                most = score;
                for (int axis = 0; axis < STAIRS_AXES; axis++) place[axis] = at[axis];
            }
    return most >= 0;
}
