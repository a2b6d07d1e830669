/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terms_fit.c - bonnet_layer_fit_refine(): non-negative terms by weighted least squares, the next measurement where they say least.
 *
 * Columns are scaled by their median over all shapes and rows by 1 / seconds, so that relative errors count; a trace of weight on the diagonal makes everything
 * solvable from the first measurement on. With A = X'X + trace, row * A^-1 * row' is the variance of a prediction in parts of a measurement's.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "backend.h"
#include "terms.h"

enum { MOST_SHAPES = 4096, N = BONNET_STAIRS_TERMS };
static const double trace = 1e-9;

typedef struct fit_job {
    bonnet_layer_fit_options o;
    bonnet_layer_fit *fit;
    double (*row)[N];             /* [shapes], scaled */
    double scale[N], guess;       /* guess: seconds of the sum of a scaled row, before there is a model */
    double value[N], upper[N][N]; /* of the terms; the triangle of A */
    bool used[N];
    uint32_t shapes, terms;
    bool *taken;
    bonnet_error error;
} fit_job;

static double times(const fit_job *job, uint32_t shape)
{
    double sum = 0;
    for (uint32_t k = 0; k < job->terms; k++) sum += job->row[shape][k] * job->value[k];
    return sum;
}

/* A = U'U of the terms in use, and their values. */
static void solve(fit_job *job)
{
    double a[N][N] = {{0}}, right[N] = {0};
    for (uint32_t i = 0; i < job->fit->count; i++) {
        const bonnet_layer_fit_point *p = &job->fit->point[i];
        for (uint32_t j = 0; j < job->terms; j++) {
            right[j] += job->row[p->shape][j] / p->seconds;
            for (uint32_t k = 0; k < job->terms; k++) a[j][k] += job->row[p->shape][j] * job->row[p->shape][k] / (p->seconds * p->seconds);
        }
    }
    double most = 0;
    for (uint32_t k = 0; k < job->terms; k++) most = a[k][k] > most ? a[k][k] : most;
    memset(job->upper, 0, sizeof job->upper);
    for (uint32_t j = 0; j < job->terms; j++) {
        if (!job->used[j]) continue;
        double diagonal = a[j][j] * (1 + trace) + trace * trace * most;
        for (uint32_t i = 0; i < j; i++) diagonal -= job->upper[i][j] * job->upper[i][j];
        job->upper[j][j] = sqrt(diagonal > trace * trace * most ? diagonal : trace * trace * most);
        for (uint32_t k = j + 1; k < job->terms; k++) {
            double sum = a[j][k];
            for (uint32_t i = 0; i < j; i++) sum -= job->upper[i][j] * job->upper[i][k];
            job->upper[j][k] = job->used[k] ? sum / job->upper[j][j] : 0;
        }
    }
    for (uint32_t j = 0; j < job->terms; j++) { /* U'z = right */
        job->value[j] = 0;
        if (!job->used[j]) continue;
        for (uint32_t i = 0; i < j; i++) right[j] -= job->upper[i][j] * right[i];
        right[j] /= job->upper[j][j];
    }
    for (uint32_t j = job->terms; j-- > 0;) {
        if (!job->used[j]) continue;
        job->value[j] = right[j];
        for (uint32_t k = j + 1; k < job->terms; k++) job->value[j] -= job->upper[j][k] * job->value[k];
        job->value[j] /= job->upper[j][j];
    }
}

/* The most negative term goes, until none is. */
static void solve_positive(fit_job *job)
{
    for (uint32_t k = 0; k < job->terms; k++) job->used[k] = true;
    for (;;) {
        uint32_t worst = N;
        solve(job);
        for (uint32_t k = 0; k < job->terms; k++)
            if (job->value[k] < 0 && (worst == N || job->value[k] < job->value[worst])) worst = k;
        if (worst == N) return;
        job->used[worst] = false;
    }
}

/* Variance of a prediction, relative; seconds: what the row is divided by. */
static double variance(const fit_job *job, uint32_t shape, double seconds)
{
    double u[N] = {0}, sum = 0;
    for (uint32_t j = 0; j < job->terms; j++) {
        if (!job->used[j]) continue;
        u[j] = job->row[shape][j] / seconds;
        for (uint32_t i = 0; i < j; i++) u[j] -= job->upper[i][j] * u[i];
        u[j] /= job->upper[j][j];
        sum += u[j] * u[j];
    }
    return sum;
}

static double expected(const fit_job *job, uint32_t shape)
{
    double sum = 0;
    for (uint32_t k = 0; k < job->terms; k++) sum += job->row[shape][k];
    const double rough = sum * job->guess, model = times(job, shape);
    return job->fit->count >= job->terms && model > rough / 1000 ? model : rough;
}

/* Of all terms, those that were left out too: what was measured may yet say otherwise. */
static bool next(fit_job *job, uint32_t *shape)
{
    double most = -1;
    for (uint32_t k = 0; k < job->terms; k++) job->used[k] = true;
    solve(job);
    for (uint32_t i = 0; i < job->shapes; i++) {
        const double v = job->taken[i] ? -1 : variance(job, i, expected(job, i));
        if (v > most) most = v, *shape = i;
    }
    solve_positive(job);
    return most >= 0;
}

static bonnet_status rounds(fit_job *job, const bonnet_layer_shape *shapes, bonnet_layer_measure *measure, void *user)
{
    uint32_t good = 0, shape = 0;
    bonnet_layer_fit *f = job->fit;
    for (uint32_t i = 1; i < job->shapes; i++) /* first the largest: it says most about the guess */
        if (expected(job, i) > expected(job, shape)) shape = i;
    do {
        bonnet_layer_fit_point *p = &f->point[f->count];
        const double before = f->count >= job->terms ? times(job, shape) : 0;
        *p = (bonnet_layer_fit_point){.shape = shape};
        bonnet_status status = measure(user, &shapes[shape], &p->seconds);
        if (status != BONNET_OK) return bonnet_fail(&job->error, status, "the measurement of shape %u failed", shape);
        if (!(p->seconds > 0) || !isfinite(p->seconds))
            return bonnet_fail(&job->error, BONNET_EINVAL, "measured %g of shape %u; a time above 0 is wanted", p->seconds, shape);
        for (uint32_t i = 0; i < job->shapes; i++) /* nothing new is learnt of its like */
            if (!memcmp(job->row[i], job->row[shape], sizeof *job->row)) job->taken[i] = true;
        if (!f->count++) job->guess = p->seconds / expected(job, shape) * job->guess;
        good = fabs(p->seconds - before) <= job->o.eps * p->seconds ? good + 1 : 0;
        solve_positive(job);
        if (good >= 3 && f->count >= 3 * job->terms) f->settled = 1;
    } while (!f->settled && f->count < job->o.budget && next(job, &shape));
    return BONNET_OK;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(fit_job *job)
{
    bonnet_layer_fit *f = job->fit;
    double off[BONNET_STAIRS_MAX_POINTS] = {0}, square = 0;
    uint32_t known = 0;
    solve_positive(job);
    for (uint32_t k = 0; k < job->terms; k++) f->model.term[k].seconds = job->value[k] / job->scale[k];
    for (uint32_t i = 0; i < f->count; i++) {
        bonnet_layer_fit_point *p = &f->point[i];
        const double own = variance(job, p->shape, p->seconds);
        p->predicted = times(job, p->shape);
        const double without = 1 - (1 - p->predicted / p->seconds) / (1 - own);
        p->left_out = 1 - own > 1e-6 && without > 0 ? 1 / without - 1 : NAN;
        square += (p->seconds / p->predicted - 1) * (p->seconds / p->predicted - 1);
        if (!isnan(p->left_out)) off[known++] = fabs(p->left_out);
    }
    f->rms = sqrt(square / f->count);
    qsort(off, known, sizeof *off, ascending);
    const double rank = ceil((known + 1) * job->o.coverage);
    f->model.spread = known ? off[rank > known ? known - 1 : (uint32_t)rank - 1] : 0;
}

/* Rows of all shapes, columns scaled to a median of 1. */
static bonnet_status prepare(fit_job *job, const bonnet_layer_stairs *start, const bonnet_layer_shape *shapes)
{
    bonnet_status status = BONNET_OK;
    double *column = malloc(job->shapes * sizeof *column);
    if (!column) return bonnet_fail(&job->error, BONNET_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < job->shapes && status == BONNET_OK; i++) {
        status = terms_row(job->row[i], start, &shapes[i]);
        if (status != BONNET_OK) status = bonnet_fail(&job->error, status, "shape %u is none that these terms are about", i);
    }
    for (uint32_t k = 0; k < job->terms && status == BONNET_OK; k++) {
        for (uint32_t i = 0; i < job->shapes; i++) column[i] = job->row[i][k];
        qsort(column, job->shapes, sizeof *column, ascending);
        job->scale[k] = column[job->shapes / 2] > 0 ? column[job->shapes / 2] : column[job->shapes - 1] > 0 ? column[job->shapes - 1] : 1;
        for (uint32_t i = 0; i < job->shapes; i++) job->row[i][k] /= job->scale[k];
    }
    free(column);
    return status;
}

static bonnet_status check(fit_job *job, const bonnet_layer_stairs *start)
{
    bonnet_layer_fit_options *o = &job->o;
    if (!o->budget) o->budget = 30;
    if (o->eps == 0) o->eps = 0.01;
    if (o->coverage == 0) o->coverage = 0.9;
    if (start->count < 1 || start->count > N) return bonnet_fail(&job->error, BONNET_EINVAL, "%u terms, not 1..%d", start->count, N);
    if (!job->shapes || job->shapes > MOST_SHAPES) return bonnet_fail(&job->error, BONNET_EINVAL, "%u shapes, not 1..%d", job->shapes, MOST_SHAPES);
    if (o->budget < 4 || o->budget > BONNET_STAIRS_MAX_POINTS)
        return bonnet_fail(&job->error, BONNET_EINVAL, "a budget of 4 to %d measurements is wanted, not %u", BONNET_STAIRS_MAX_POINTS, o->budget);
    if (!(o->eps > 0 && o->eps <= 1)) return bonnet_fail(&job->error, BONNET_EINVAL, "an eps above 0 and at most 1 is wanted, not %g", o->eps);
    if (!(o->coverage > 0 && o->coverage < 1))
        return bonnet_fail(&job->error, BONNET_EINVAL, "a coverage between 0 and 1 is wanted, not %g", o->coverage);
    return BONNET_OK;
}

bonnet_status bonnet_layer_fit_refine(bonnet_layer_fit *out, const bonnet_layer_stairs *start, const bonnet_layer_shape *shapes, uint32_t count,
                                      bonnet_layer_measure *measure, void *user, const bonnet_layer_fit_options *options)
{
    fit_job job = {.o = BONNET_LAYER_FIT_OPTIONS_INIT, .shapes = count, .guess = 1};
    if (!out || !start || !shapes || !measure || (options && (options->size < sizeof options->size || options->size > 4096))) return BONNET_EINVAL;
    if (options) memcpy(&job.o, options, options->size < sizeof job.o ? options->size : sizeof job.o); /* an older caller's struct is shorter */
    job.terms = start->count;
    bonnet_status status = check(&job, start);
    if (status == BONNET_OK) {
        job.fit = calloc(1, sizeof *job.fit);
        job.row = calloc(count, sizeof *job.row);
        job.taken = calloc(count, sizeof *job.taken);
        status = job.fit && job.row && job.taken ? prepare(&job, start, shapes) : bonnet_fail(&job.error, BONNET_ENOMEM, "out of memory");
    }
    if (status == BONNET_OK) {
        job.fit->model = *start;
        status = rounds(&job, shapes, measure, user);
    }
    if (status == BONNET_OK) {
        report(&job);
        *out = *job.fit;
    } else if (job.o.message && job.o.message_bytes) snprintf(job.o.message, job.o.message_bytes, "%s", job.error.text);
    free(job.fit), free(job.row), free(job.taken);
    return status;
}
