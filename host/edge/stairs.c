/* SPDX-License-Identifier: Apache-2.0 */
/* stairs.c - bonnet_stairs_refine() and bonnet_stairs_solve(): options checked, measurements counted, rounds, and what is reported of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stairs.h"

static const bonnet_stairs_axis *axis_of(const stairs_job *job, int axis) { return axis == 0 ? &job->o.x : axis == 1 ? &job->o.y : &job->o.z; }

uint32_t stairs_coordinate(const stairs_job *job, int axis, uint32_t place)
{
    const bonnet_stairs_axis *a = axis_of(job, axis);
    return a->values ? a->values[place] : a->from + place * a->grid;
}

uint32_t stairs_place(const stairs_job *job, int axis, double coordinate)
{
    uint32_t low = 0, high = job->places[axis] - 1;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (stairs_coordinate(job, axis, middle) <= coordinate) low = middle;
        else high = middle;
    }
    return stairs_coordinate(job, axis, high) - coordinate < coordinate - stairs_coordinate(job, axis, low) ? high : low;
}

static const bonnet_stairs_point *find(const stairs_job *job, const uint32_t place[STAIRS_AXES])
{
    const bonnet_stairs_fit *f = job->fit;
    for (uint32_t i = 0; i < f->count; i++)
        if (f->point[i].x == stairs_coordinate(job, 0, place[0]) && f->point[i].y == stairs_coordinate(job, 1, place[1]) &&
            f->point[i].z == stairs_coordinate(job, 2, place[2]))
            return &f->point[i];
    return NULL;
}

bool stairs_measured(const stairs_job *job, const uint32_t place[STAIRS_AXES]) { return find(job, place) != NULL; }

bonnet_status stairs_at(stairs_job *job, const uint32_t place[STAIRS_AXES], double *seconds)
{
    const bonnet_stairs_point *there = find(job, place);
    *seconds = there ? there->seconds : 0;
    if (there) return BONNET_OK;
    if (job->fit->count >= job->o.budget) {
        job->full = true;
        return BONNET_OK;
    }
    bonnet_stairs_point *p = &job->fit->point[job->fit->count];
    *p =
        (bonnet_stairs_point){stairs_coordinate(job, 0, place[0]), stairs_coordinate(job, 1, place[1]), stairs_coordinate(job, 2, place[2]), 0, 0, 0};
    bonnet_status status = job->measure(job->user, p->x, p->y, p->z, seconds);
    if (status != BONNET_OK) return bonnet_fail(&job->error, status, "the measurement at x %u, y %u, z %u failed", p->x, p->y, p->z);
    if (!(*seconds > 0) || !isfinite(*seconds))
        return bonnet_fail(&job->error, BONNET_EINVAL, "measured %g at x %u, y %u, z %u; a time above 0 is wanted", *seconds, p->x, p->y, p->z);
    p->seconds = *seconds;
    job->fit->count++;
    return BONNET_OK;
}

static bonnet_status check_axis(bonnet_stairs_axis *a, const char *name, uint32_t *places, bonnet_error *err)
{
    const bool none = !a->from && !a->to && !a->values;
    *places = 1;
    if (none) return BONNET_OK;
    if (!a->values) {
        if (!a->grid) a->grid = 1;
        if (a->from < 1 || a->to < a->from || (a->to - a->from) / a->grid >= STAIRS_PLACES)
            return bonnet_fail(err, BONNET_EINVAL, "%s from %u to %u by %u: 1 or more, ascending, at most %d places", name, a->from, a->to, a->grid,
                               STAIRS_PLACES);
        *places = (a->to - a->from) / a->grid + 1;
        return BONNET_OK;
    }
    if (!a->count || a->count > STAIRS_PLACES) return bonnet_fail(err, BONNET_EINVAL, "%s has %u values, not 1..%d", name, a->count, STAIRS_PLACES);
    for (uint32_t i = 0; i < a->count; i++)
        if (!a->values[i] || (i && a->values[i] <= a->values[i - 1]))
            return bonnet_fail(err, BONNET_EINVAL, "%s: values ascend from 1 or more", name);
    *places = a->count;
    return BONNET_OK;
}

static bonnet_status check(stairs_job *job)
{
    bonnet_stairs_options *o = &job->o;
    bonnet_error *err = &job->error;
    if (!o->budget) o->budget = 30;
    if (o->eps == 0) o->eps = 0.01;
    if (o->coverage == 0) o->coverage = 0.9;
    bonnet_status status = check_axis(&o->x, "x", &job->places[0], err);
    if (status == BONNET_OK) status = check_axis(&o->y, "y", &job->places[1], err);
    if (status == BONNET_OK) status = check_axis(&o->z, "z", &job->places[2], err);
    if (status != BONNET_OK) return status;
    if (!o->x.from && !o->x.values) return bonnet_fail(err, BONNET_EINVAL, "no x to measure along");
    if (o->line > 1 || (o->line && (job->places[1] > 1 || job->places[2] > 1)))
        return bonnet_fail(err, BONNET_EINVAL, "a line along x is for x alone");
    if (o->budget < 4 || o->budget > BONNET_STAIRS_MAX_POINTS)
        return bonnet_fail(err, BONNET_EINVAL, "a budget of 4 to %d measurements is wanted, not %u", BONNET_STAIRS_MAX_POINTS, o->budget);
    if (!(o->noise >= 0 && o->noise <= 0.5)) return bonnet_fail(err, BONNET_EINVAL, "a noise of 0 to 0.5 is wanted, not %g", o->noise);
    if (!(o->eps > 0 && o->eps <= 1)) return bonnet_fail(err, BONNET_EINVAL, "an eps above 0 and at most 1 is wanted, not %g", o->eps);
    if (!(o->coverage > 0 && o->coverage < 1)) return bonnet_fail(err, BONNET_EINVAL, "a coverage between 0 and 1 is wanted, not %g", o->coverage);
    return BONNET_OK;
}

static bonnet_status ends(stairs_job *job)
{
    bonnet_status status = BONNET_OK;
    for (uint32_t corner = 0; corner < 8 && status == BONNET_OK; corner++) {
        double seconds;
        uint32_t place[STAIRS_AXES];
        for (int axis = 0; axis < STAIRS_AXES; axis++) place[axis] = corner >> axis & 1 ? job->places[axis] - 1 : 0;
        status = stairs_at(job, place, &seconds);
    }
    return status;
}

/* Models that all explain the points must agree before a good prediction counts: of exact measurements to rounding, of noisy ones to eps. */
static bonnet_status rounds(stairs_job *job)
{
    const double agreed = job->o.noise > 0 ? job->o.eps : STAIRS_EXACT;
    for (uint32_t good = 0; !job->full;) {
        uint32_t place[STAIRS_AXES];
        double apart, seconds;
        stairs_choose(job);
        if (!stairs_next(job, place, &apart)) return BONNET_OK;
        if (good >= 2 && apart <= agreed) {
            job->fit->settled = 1;
            return BONNET_OK;
        }
        const double predicted = bonnet_stairs_at(&job->best.model, stairs_coordinate(job, 0, place[0]), stairs_coordinate(job, 1, place[1]),
                                                  stairs_coordinate(job, 2, place[2]));
        bonnet_status status = stairs_at(job, place, &seconds);
        if (status != BONNET_OK) return status;
        good = fabs(seconds - predicted) <= job->o.eps * seconds ? good + 1 : 0;
    }
    return BONNET_OK;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(stairs_job *job)
{
    bonnet_stairs_fit *f = job->fit;
    double off[BONNET_STAIRS_MAX_POINTS] = {0}, square = 0;
    uint32_t known = 0;
    stairs_choose(job);
    f->model = job->best.model;
    for (uint32_t i = 0; i < f->count; i++) {
        bonnet_stairs_point *p = &f->point[i];
        double own = 0; /* what the point itself has to say about its prediction */
        for (int k = 0; k < STAIRS_TERMS; k++) own += job->best.q[i][k] * job->best.q[i][k];
        p->predicted = bonnet_stairs_at(&f->model, p->x, p->y, p->z);
        const double without = 1 - (1 - p->predicted / p->seconds) / (1 - own);
        p->left_out = 1 - own > 1e-9 && without > 0 ? 1 / without - 1 : NAN;
        square += (p->seconds / p->predicted - 1) * (p->seconds / p->predicted - 1);
        if (!isnan(p->left_out)) off[known++] = fabs(p->left_out);
    }
    f->rms = sqrt(square / f->count);
    qsort(off, known, sizeof *off, ascending);
    const double rank = ceil((known + 1) * job->o.coverage);
    f->spread = known ? off[rank > known ? known - 1 : (uint32_t)rank - 1] : 0;
}

static bonnet_status finish(bonnet_stairs_fit *out, stairs_job *job, bonnet_status status)
{
    if (status == BONNET_OK) {
        report(job);
        *out = *job->fit;
    } else if (job->o.message && job->o.message_bytes) snprintf(job->o.message, job->o.message_bytes, "%s", job->error.text);
    free(job->fit);
    free(job);
    return status;
}

static stairs_job *start(const bonnet_stairs_options *options)
{
    stairs_job *job = calloc(1, sizeof *job);
    if (job) job->fit = calloc(1, sizeof *job->fit);
    if (job && job->fit) {
        job->o = (bonnet_stairs_options)BONNET_STAIRS_OPTIONS_INIT;
        memcpy(&job->o, options, options->size < sizeof job->o ? options->size : sizeof job->o); /* an older caller's struct is shorter */
        return job;
    }
    free(job);
    return NULL;
}

bonnet_status bonnet_stairs_refine(bonnet_stairs_fit *out, bonnet_stairs_measure *measure, void *user, const bonnet_stairs_options *options)
{
    if (!out || !measure || !options || options->size < sizeof options->size || options->size > 4096) return BONNET_EINVAL;
    stairs_job *job = start(options);
    if (!job) return BONNET_ENOMEM;
    job->measure = measure, job->user = user;
    bonnet_status status = check(job);
    if (status == BONNET_OK) status = ends(job);
    if (status == BONNET_OK) status = stairs_find_steps(job);
    if (status == BONNET_OK && job->o.line && !job->o.step_x && job->places[0] > 2) status = stairs_bisect(job);
    if (status == BONNET_OK) status = rounds(job);
    return finish(out, job, status);
}

bonnet_status bonnet_stairs_solve(bonnet_stairs_fit *out, const bonnet_stairs_point *points, uint32_t count, const bonnet_stairs_options *options)
{
    if (!out || !points || !options || options->size < sizeof options->size || options->size > 4096) return BONNET_EINVAL;
    stairs_job *job = start(options);
    if (!job) return BONNET_ENOMEM;
    job->o.budget = 4, job->o.eps = 0;
    bonnet_status status = check(job);
    if (status == BONNET_OK && (!count || count > BONNET_STAIRS_MAX_POINTS))
        status = bonnet_fail(&job->error, BONNET_EINVAL, "%u points, not 1..%d", count, BONNET_STAIRS_MAX_POINTS);
    for (uint32_t i = 0; i < count && status == BONNET_OK; i++) {
        job->fit->point[job->fit->count++] = points[i];
        if (!(points[i].seconds > 0) || !isfinite(points[i].seconds) || !points[i].x)
            status = bonnet_fail(&job->error, BONNET_EINVAL, "point %u: x from 1 on and a time above 0 are wanted", i);
    }
    if (status == BONNET_OK) status = stairs_find_steps(job);
    return finish(out, job, status);
}
