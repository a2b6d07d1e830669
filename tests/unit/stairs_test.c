/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stairs_test.c - bonnet_stairs_refine() on staircases that are known: the published two-dimensional one, random ones, exact and with noise; bad questions.
 */
#include <math.h>
#include "bonnet_stairs.h"
#include "unit.h"

typedef struct machine {
    bonnet_stairs truth;
    unit *u;
    double noise; /* of a measurement, uniform within +-, in parts */
    uint32_t calls, fail_at;
    uint32_t x[BONNET_STAIRS_MAX_POINTS], y[BONNET_STAIRS_MAX_POINTS], z[BONNET_STAIRS_MAX_POINTS];
    int again; /* the same place was asked for twice */
} machine;

static bonnet_status measure(void *user, uint32_t x, uint32_t y, uint32_t z, double *seconds)
{
    machine *m = user;
    for (uint32_t i = 0; i < m->calls; i++) m->again |= m->x[i] == x && m->y[i] == y && m->z[i] == z;
    m->x[m->calls] = x, m->y[m->calls] = y, m->z[m->calls] = z;
    if (++m->calls == m->fail_at) return BONNET_EIO;
    *seconds = bonnet_stairs_at(&m->truth, x, y, z) * (m->noise ? 1 + m->noise * (2 * unit_real(m->u) - 1) : 1);
    return BONNET_OK;
}

static int near(double a, double b, double by) { return fabs(a - b) <= by; }

/* f(d, k) = 0.1418 + floor((d - 1) / 8) 0.0106 + floor((k - 1) / 32) (0.044 + floor((d - 1) / 8) 0.0121), ms: docs/profile.md. */
static const bonnet_stairs published = {8, 32, 0, 0, 0.1418, 0.0106, 0.044, 0.0121, 0};

static void known(unit *u)
{
    static const struct {
        uint32_t x, y;
        double t;
    } check[] = {{1, 1, .1418}, {9, 33, .2085}, {64, 512, 2.1465}, {128, 1024, 7.2913}, {1024, 1024, 50.4897}};
    for (unsigned i = 0; i < sizeof check / sizeof *check; i++) {
        const double t = bonnet_stairs_at(&published, check[i].x, check[i].y, 0);
        UNIT(u, near(t, check[i].t, 1e-12), "published value", "f(%u, %u) = %.10f, not %.4f", check[i].x, check[i].y, t, check[i].t);
    }
    int rows = 1, columns = 1;
    for (uint32_t v = 1; v <= 1024; v++) {
        rows &= near(bonnet_stairs_at(&published, v, 1024, 0), 1.5058 + (v - 1) / 8 * .3857, 1e-10);
        columns &= near(bonnet_stairs_at(&published, 128, v, 0), .3008 + (v - 1) / 32 * .2255, 1e-10);
    }
    UNIT(u, rows, "slice f(d, 1024)", "differs");
    UNIT(u, columns, "slice f(128, k)", "differs");

    enum { BUDGET = 20 };
    machine m = {.truth = published, .u = u};
    bonnet_stairs_options o = BONNET_STAIRS_OPTIONS_INIT;
    bonnet_stairs_fit f;
    o.x = o.y = (bonnet_stairs_axis){1, 1024, 1, NULL, 0}, o.budget = BUDGET;
    const bonnet_status status = bonnet_stairs_refine(&f, measure, &m, &o);
    UNIT(u, status == BONNET_OK, "the published function is fitted", "status %d", (int)status);
    const bonnet_stairs *r = &f.model;
    UNIT(u, r->step_x == 8 && r->step_y == 32, "its steps", "%u and %u", r->step_x, r->step_y);
    UNIT(u, near(r->a, .1418, 1e-9) && near(r->b, .0106, 1e-9) && near(r->c, .044, 1e-9) && near(r->d, .0121, 1e-9), "its coefficients to 1e-9",
         "%.12f %.12f %.12f %.12f", r->a, r->b, r->c, r->d);
    UNIT(u, m.calls == f.count && f.count <= BUDGET && f.settled && !m.again, "20 measurements suffice, none twice", "%u, settled %u", f.count,
         f.settled);
    UNIT(u, f.spread < 1e-9 && f.rms < 1e-9, "its interval is a point", "%g %g", f.spread, f.rms);
    printf("      %u measurements\n", f.count);
}

/* Of 2,000 places: the worst relative error. */
static double worst_error(unit *u, const bonnet_stairs *truth, const bonnet_stairs *model, uint32_t to_x, uint32_t to_y, uint32_t to_z)
{
    double worst = 0;
    for (int i = 0; i < 2000; i++) {
        const uint32_t x = 1 + unit_below(u, to_x), y = to_y ? 1 + unit_below(u, to_y) : 0, z = to_z ? 1 + unit_below(u, to_z) : 0;
        const double t = bonnet_stairs_at(truth, x, y, z), e = fabs(bonnet_stairs_at(model, x, y, z) / t - 1);
        if (e > worst) worst = e;
    }
    return worst;
}

typedef struct question {
    machine m;
    bonnet_stairs_options o;
    bonnet_stairs_fit f;
} question;

/* Steps mostly powers of two, as in machines; jumps that are seen: at least a tenth of the first stair. */
static void draw(question *q, unit *u, int axes, int line)
{
    bonnet_stairs *t = &q->m.truth;
    *q = (question){.m = {.u = u}, .o = BONNET_STAIRS_OPTIONS_INIT};
    q->o.x = (bonnet_stairs_axis){1, 64 + unit_below(u, 1000), 1, NULL, 0};
    t->step_x = unit_below(u, 3) ? 1u << unit_below(u, 6) : 2 + unit_below(u, 60);
    t->a = 0.1 + unit_real(u), t->b = t->a * (0.1 + unit_real(u));
    q->o.line = (uint32_t)line;
    if (line) t->line = t->step_x > 1 ? t->b / t->step_x * unit_real(u) : 0;
    q->o.budget = line ? 50 : 20 + 15 * (uint32_t)axes;
    if (axes < 2) return;
    q->o.y = (bonnet_stairs_axis){1, 64 + unit_below(u, 1000), 1, NULL, 0};
    t->step_y = unit_below(u, 3) ? 1u << unit_below(u, 6) : 2 + unit_below(u, 60);
    t->c = t->a * (0.1 + unit_real(u)), t->d = t->b * (0.1 + unit_real(u));
    if (axes < 3) return;
    t->by_z = 1, t->start = t->a * unit_real(u) * 10;
    q->o.z = (bonnet_stairs_axis){1, 1000, 1, NULL, 0};
}

/* Nine tenths are promised of points left out; those that took part lie nearer. */
static int covered(const bonnet_stairs_fit *f)
{
    uint32_t in = 0;
    for (uint32_t i = 0; i < f->count; i++) in += fabs(f->point[i].seconds / f->point[i].predicted - 1) <= f->spread + 1e-12;
    return in * 10 >= f->count * 8;
}

static void random_exact(unit *u, int axes, int line, const char *label)
{
    uint32_t wrong = 0, most = 0, over = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        question q;
        draw(&q, u, axes, line);
        const bonnet_status status = bonnet_stairs_refine(&q.f, measure, &q.m, &q.o);
        const double worst = status == BONNET_OK ? worst_error(u, &q.m.truth, &q.f.model, q.o.x.to, q.o.y.to, q.o.z.to) : 1;
        if (!(worst < 1e-8)) {
            wrong++;
            printf("      %d: %g of a step %u up to %u and %u up to %u: found %u and %u, %u measurements\n", (int)status, worst, q.m.truth.step_x,
                   q.o.x.to, q.m.truth.step_y, q.o.y.to, q.f.model.step_x, q.f.model.step_y, q.f.count);
        }
        over += q.m.calls > q.o.budget || q.m.again;
        most = q.f.count > most ? q.f.count : most;
    }
    UNIT(u, !wrong, label, "%u of %u were not found", wrong, u->cases);
    UNIT(u, !over, "budget kept, nothing measured twice", "%u of %u", over, u->cases);
    printf("      at most %u measurements\n", most);
}

/* With noise the stairs need not be found; but predictions are never much worse than the measurements. */
static void random_noisy(unit *u, int axes, int line, const char *label)
{
    uint32_t bad = 0, loose = 0, over = 0;
    double sum = 0, most = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        question q;
        draw(&q, u, axes, line);
        if (line)
            while (q.m.truth.step_x & (q.m.truth.step_x - 1)) draw(&q, u, axes, line); /* others are taken for the nearest power: docs/profile.md */
        q.m.noise = 0.03;                                                              /* uniform: 1.7 % of standard deviation */
        q.o.noise = 0.0174, q.o.eps = 0.005;
        const bonnet_status status = bonnet_stairs_refine(&q.f, measure, &q.m, &q.o);
        const double worst = status == BONNET_OK ? worst_error(u, &q.m.truth, &q.f.model, q.o.x.to, q.o.y.to, q.o.z.to) : 1;
        bad += !(worst < 0.15);
        sum += worst, most = worst > most ? worst : most;
        loose += !covered(&q.f);
        over += q.m.calls > q.o.budget || q.m.again || q.m.calls != q.f.count;
        if (!(worst < 0.15))
            printf("      %g of step %u up to %u and %u up to %u: found %u and %u of %u\n", worst, q.m.truth.step_x, q.o.x.to, q.m.truth.step_y,
                   q.o.y.to, q.f.model.step_x, q.f.model.step_y, q.f.count);
    }
    UNIT(u, bad * 50 <= u->cases, label, "%u of %u are off by more than 15 %% somewhere", bad, u->cases);
    UNIT(u, !loose, "the interval holds its points", "%u do not", loose);
    UNIT(u, !over, "budget kept, nothing measured twice", "%u of %u", over, u->cases);
    printf("      worst place: %.1f %% on average, %.1f %% at most\n", 100 * sum / u->cases, 100 * most);
}

/* Noise around a straight line, or around nothing, must not become stairs. */
static void no_stairs(unit *u)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        question q;
        draw(&q, u, 1, 0);
        q.m.truth.step_x = 1, q.m.truth.b = i % 2 ? q.m.truth.a * 0.01 : 0;
        q.m.noise = 0.03, q.o.noise = 0.0174;
        const bonnet_status status = bonnet_stairs_refine(&q.f, measure, &q.m, &q.o);
        bad += status != BONNET_OK || !(worst_error(u, &q.m.truth, &q.f.model, q.o.x.to, 0, 0) < 0.1);
    }
    UNIT(u, bad * 50 <= u->cases, "a noisy line stays a line", "%u of %u are off by more than 10 %%", bad, u->cases);
}

static bonnet_status zero(void *user, uint32_t x, uint32_t y, uint32_t z, double *seconds)
{
    (void)user, (void)y, (void)z;
    *seconds = x > 3 ? 0 : 1;
    return BONNET_OK;
}

static void refused(unit *u)
{
    static const uint32_t falling[] = {3, 2}, none[] = {0, 1};
    char text[256] = "";
    machine m = {.truth = published, .u = u};
    bonnet_stairs_fit f = {.count = 12345};
    bonnet_stairs_options good = BONNET_STAIRS_OPTIONS_INIT;
    good.x = good.y = (bonnet_stairs_axis){1, 64, 1, NULL, 0};
    good.message = text, good.message_bytes = sizeof text;
#define REFUSED(field, value, says)                                                                                                                  \
    do {                                                                                                                                             \
        bonnet_stairs_options o = good;                                                                                                              \
        o.field = value, m.calls = 0;                                                                                                                \
        const bonnet_status status = bonnet_stairs_refine(&f, measure, &m, &o);                                                                      \
        UNIT(u, status == BONNET_EINVAL && strstr(text, says) && f.count == 12345 && !m.calls, "refused: " #field, "%d: %s", (int)status, text);     \
    } while (0)
    REFUSED(x.from, 0, "x from 0");
    REFUSED(x.to, 4000000000u, "at most 65536 places");
    REFUSED(y.to, 0, "y from 1 to 0");
    REFUSED(x, ((bonnet_stairs_axis){0, 0, 0, falling, 2}), "x: values ascend");
    REFUSED(x, ((bonnet_stairs_axis){0, 0, 0, none, 2}), "x: values ascend");
    REFUSED(x, ((bonnet_stairs_axis){0, 0, 0, falling, 0}), "x has 0 values");
    REFUSED(x, ((bonnet_stairs_axis){0}), "no x");
    REFUSED(line, 1, "for x alone");
    REFUSED(budget, 3, "a budget of 4 to 256");
    REFUSED(budget, 257, "a budget of 4 to 256");
    REFUSED(noise, -0.1, "a noise of 0 to 0.5");
    REFUSED(eps, NAN, "an eps");
    REFUSED(coverage, 1, "a coverage");
    bonnet_stairs_options o = good;
    m.calls = 0, m.fail_at = 3;
    UNIT(u, bonnet_stairs_refine(&f, measure, &m, &o) == BONNET_EIO && strstr(text, "measurement at x 1, y 64") && m.calls == 3,
         "a measurement that fails", "%s", text);
    UNIT(u, bonnet_stairs_refine(&f, zero, NULL, &o) == BONNET_EINVAL && strstr(text, "measured 0"), "a time of 0", "%s", text);
    UNIT(u,
         bonnet_stairs_refine(NULL, measure, &m, &o) == BONNET_EINVAL && bonnet_stairs_refine(&f, NULL, &m, &o) == BONNET_EINVAL &&
             bonnet_stairs_refine(&f, measure, &m, NULL) == BONNET_EINVAL,
         "NULL", "taken");
    const bonnet_stairs_point bad = {.x = 1, .seconds = -1};
    UNIT(u, bonnet_stairs_solve(&f, &bad, 1, &o) == BONNET_EINVAL && strstr(text, "point 0") && f.count == 12345, "a point without time", "%s", text);
    UNIT(u, bonnet_stairs_solve(&f, &bad, 0, &o) == BONNET_EINVAL, "no points", "%s", text);
}

/* A flat time, one place, a list of places with a known step, points that are there already. */
static void corners(unit *u)
{
    static const uint32_t sides[] = {49, 196, 784, 3136};
    machine m = {.truth = {.a = 2}, .u = u};
    bonnet_stairs_options o = BONNET_STAIRS_OPTIONS_INIT;
    bonnet_stairs_fit f, again;
    o.x = (bonnet_stairs_axis){1, 1000, 1, NULL, 0};
    bonnet_status status = bonnet_stairs_refine(&f, measure, &m, &o);
    UNIT(u, status == BONNET_OK && f.count <= 5 && near(bonnet_stairs_at(&f.model, 500, 0, 0), 2, 1e-12), "a flat time", "%u points", f.count);
    o.x.to = 1, m.calls = 0;
    status = bonnet_stairs_refine(&f, measure, &m, &o);
    UNIT(u, status == BONNET_OK && f.count == 1 && !f.settled && near(f.model.a, 2, 1e-12), "one place", "%u points", f.count);
    m = (machine){.truth = {64, 64, 1, 5, .1, .02, .03, .004, 0}, .u = u};
    o.x = (bonnet_stairs_axis){64, 512, 64, NULL, 0}, o.y = o.x, o.z = (bonnet_stairs_axis){0, 0, 0, sides, 4};
    o.step_x = o.step_y = 64, o.budget = 16;
    status = bonnet_stairs_refine(&f, measure, &m, &o);
    UNIT(u, status == BONNET_OK && f.settled && worst_error(u, &m.truth, &f.model, 512, 512, 4000) < 1e-9, "three dimensions, known steps, a list",
         "%u points", f.count);
    status = bonnet_stairs_solve(&again, f.point, f.count, &o);
    UNIT(u, status == BONNET_OK && !memcmp(&again.model, &f.model, sizeof f.model) && again.count == f.count, "the same of points that are there",
         "status %d", (int)status);
}

/* left_out is what a fit without the point says of it; spread is the right one of these. */
static void left_out(unit *u)
{
    machine m = {.truth = {64, 32, 0, 0, .1, .02, .03, .004, 0}, .u = u, .noise = 0.05};
    bonnet_stairs_options o = BONNET_STAIRS_OPTIONS_INIT;
    bonnet_stairs_fit f, without;
    double off[BONNET_STAIRS_MAX_POINTS] = {0};
    o.x = o.y = (bonnet_stairs_axis){1, 512, 1, NULL, 0}, o.step_x = 64, o.step_y = 32, o.noise = 0.03, o.budget = 20, o.eps = 1e-9;
    const bonnet_status status = bonnet_stairs_refine(&f, measure, &m, &o);
    UNIT(u, status == BONNET_OK && f.count == 20 && !f.settled, "all 20 measurements", "%u", f.count);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < f.count; i++) {
        bonnet_stairs_point rest[BONNET_STAIRS_MAX_POINTS];
        memcpy(rest, f.point, sizeof rest);
        memmove(rest + i, rest + i + 1, (f.count - i - 1) * sizeof *rest);
        if (bonnet_stairs_solve(&without, rest, f.count - 1, &o) != BONNET_OK) wrong++;
        const bonnet_stairs_point *p = &f.point[i];
        off[i] = p->seconds / bonnet_stairs_at(&without.model, p->x, p->y, 0) - 1;
        wrong += !near(off[i], p->left_out, 1e-9);
        off[i] = fabs(off[i]);
    }
    UNIT(u, !wrong, "left out: as if fitted without", "%u of %u are not", wrong, f.count);
    uint32_t within = 0;
    for (uint32_t i = 0; i < f.count; i++) within += off[i] <= f.spread + 1e-12;
    UNIT(u, within == 19, "21 x 0.9, rounded up: 19 of 20 are within", "%u", within);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "stairs", 1, 60);
    known(&u);
    random_exact(&u, 1, 0, "random stairs are found exactly");
    random_exact(&u, 2, 0, "random stairs along two dimensions");
    random_exact(&u, 3, 0, "random stairs along two dimensions, times a third");
    random_exact(&u, 1, 1, "random stairs on a slope");
    random_noisy(&u, 1, 0, "with 3 % of noise");
    random_noisy(&u, 2, 0, "with 3 % of noise, two dimensions");
    random_noisy(&u, 3, 0, "with 3 % of noise, three dimensions");
    random_noisy(&u, 1, 1, "with 3 % of noise, on a slope");
    no_stairs(&u);
    corners(&u);
    left_out(&u);
    refused(&u);
    return unit_end(&u);
}
