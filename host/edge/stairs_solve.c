/* SPDX-License-Identifier: Apache-2.0 */
/* stairs_solve.c - the staircase itself, and its coefficients by weighted least squares. */
#include <math.h>
#include <string.h>
#include "stairs.h"

static double climbed(uint32_t x, uint32_t step) { return step && x ? (double)((x - 1) / step) : 0; }

/* What start, a, b, c, d and line are multiplied by. */
static void terms(double row[STAIRS_TERMS], const bonnet_stairs *m, bool line, uint32_t x, uint32_t y, uint32_t z)
{
    const double times = m->by_z ? z : 1, fx = climbed(x, m->step_x), fy = climbed(y, m->step_y);
    row[0] = m->by_z ? 1 : 0;
    row[1] = times;
    row[2] = times * fx;
    row[3] = times * fy;
    row[4] = times * fx * fy;
    row[5] = line ? x : 0;
}

double bonnet_stairs_at(const bonnet_stairs *m, uint32_t x, uint32_t y, uint32_t z)
{
    double row[STAIRS_TERMS];
    terms(row, m, true, x, y, z);
    return row[0] * m->start + row[1] * m->a + row[2] * m->b + row[3] * m->c + row[4] * m->d + row[5] * m->line;
}

/* Column `at` made orthogonal to those before it, twice, so that rounding does not come back; false: nothing is left of it. */
static bool orthogonalise(stairs_solved *s, uint32_t count, int at)
{
    double before = 0, after = 0;
    for (uint32_t i = 0; i < count; i++) before += s->q[i][at] * s->q[i][at];
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < at; k++) {
            double dot = 0;
            if (!s->used[k]) continue;
            for (uint32_t i = 0; i < count; i++) dot += s->q[i][k] * s->q[i][at];
            for (uint32_t i = 0; i < count; i++) s->q[i][at] -= dot * s->q[i][k];
            s->r[k][at] += dot;
        }
    for (uint32_t i = 0; i < count; i++) after += s->q[i][at] * s->q[i][at];
    const bool there = after > before * 1e-18;
    s->r[at][at] = there ? sqrt(after) : 1;
    for (uint32_t i = 0; i < count; i++) s->q[i][at] = there ? s->q[i][at] / s->r[at][at] : 0;
    return there;
}

void stairs_least_squares(stairs_solved *out, const bonnet_stairs *model, bool line, const bonnet_stairs_point *point, uint32_t count)
{
    double right[STAIRS_TERMS] = {0}, value[STAIRS_TERMS] = {0}, square = 0;
    memset(out->r, 0, sizeof out->r);
    for (uint32_t i = 0; i < count; i++) {
        terms(out->q[i], model, line, point[i].x, point[i].y, point[i].z);
        for (int k = 0; k < STAIRS_TERMS; k++) out->q[i][k] /= point[i].seconds; /* the right side becomes all ones */
    }
    for (int k = 0; k < STAIRS_TERMS; k++) {
        out->used[k] = orthogonalise(out, count, k);
        for (uint32_t i = 0; i < count; i++) right[k] += out->q[i][k];
    }
    for (int k = STAIRS_TERMS; k-- > 0;) {
        if (!out->used[k]) continue;
        value[k] = right[k];
        for (int j = k + 1; j < STAIRS_TERMS; j++) value[k] -= out->used[j] ? out->r[k][j] * value[j] : 0;
        value[k] /= out->r[k][k];
    }
    out->model = *model;
    out->model.start = value[0], out->model.a = value[1], out->model.b = value[2];
    out->model.c = value[3], out->model.d = value[4], out->model.line = value[5];
    for (uint32_t i = 0; i < count; i++) {
        const double off = 1 - bonnet_stairs_at(&out->model, point[i].x, point[i].y, point[i].z) / point[i].seconds;
        square += off * off;
    }
    out->rms = count ? sqrt(square / count) : 0;
}

double stairs_leverage(const stairs_solved *s, bool line, uint32_t x, uint32_t y, uint32_t z, double seconds)
{
    double row[STAIRS_TERMS], u[STAIRS_TERMS] = {0}, sum = 0;
    terms(row, &s->model, line, x, y, z);
    for (int k = 0; k < STAIRS_TERMS; k++) {
        if (!s->used[k]) continue;
        u[k] = row[k] / seconds;
        for (int j = 0; j < k; j++) u[k] -= s->used[j] ? s->r[j][k] * u[j] : 0;
        u[k] /= s->r[k][k];
        sum += u[k] * u[k];
    }
    return sum;
}
