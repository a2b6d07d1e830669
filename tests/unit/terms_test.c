/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terms_test.c - bonnet_layer_stairs: dimensions of known layers, terms that are found again from few measurements, exact and with noise, intervals, bad questions.
 */
#include <math.h>
#include "bonnet_profile.h"
#include "bonnet_stairs.h"
#include "unit.h"

static const char *const kinds[] = {"stem", "conv", "down", "last", "fc", "iconv", "bconv", "bpool", "belt", "bsum", "bpick"};
enum { KINDS = sizeof kinds / sizeof *kinds, SHAPES = 200, BUDGET = 30 };

static bonnet_layer_shape plain(const char *kind)
{
    return (bonnet_layer_shape){.kind = kind,
                                .slices = 1,
                                .channels_in = 64,
                                .height_in = 14,
                                .width_in = 14,
                                .channels_out = 64,
                                .kernel_h = 1,
                                .kernel_w = 1,
                                .stride_h = 1,
                                .stride_w = 1,
                                .dilation_h = 1,
                                .dilation_w = 1,
                                .groups = 1};
}

static void dimensions(unit *u)
{
    bonnet_layer_shape stem = plain("stem"), conv = plain("conv"), bconv = plain("bconv"), whole = plain("bconv"), down = plain("down");
    stem.channels_in = 3, stem.height_in = stem.width_in = 29, stem.kernel_h = stem.kernel_w = 7, stem.stride_h = stem.stride_w = 2, stem.pool = 2,
    stem.depthwise = 1;
    conv.kernel_h = conv.kernel_w = 3, conv.stride_h = conv.stride_w = 2, conv.post = 3, conv.slices = 4;
    bconv.channels_in = 65, bconv.kernel_h = bconv.kernel_w = 3, bconv.top = bconv.left = bconv.bottom = bconv.right = 1;
    whole.channels_in = 1, whole.height_in = whole.width_in = whole.kernel_h = whole.kernel_w = 28;
    down.height_in = down.width_in = 7, down.pool = 1, down.drops = 1;
    const struct {
        const bonnet_layer_shape *shape;
        uint32_t dimension;
        double want;
    } table[] = {{&stem, BONNET_DIM_PIXELS_IN, 841},
                 {&stem, BONNET_DIM_PIXELS, 225},
                 {&stem, BONNET_DIM_PIXELS_OUT, 64},
                 {&stem, BONNET_DIM_POOL, 576},
                 {&stem, BONNET_DIM_ROW, 21},
                 {&stem, BONNET_DIM_KERNEL, 7},
                 {&stem, BONNET_DIM_DEPTHWISE, 1},
                 {&conv, BONNET_DIM_PIXELS, 49},
                 {&conv, BONNET_DIM_SLICES, 4},
                 {&conv, BONNET_DIM_INTERLEAVE, 1},
                 {&conv, BONNET_DIM_POOL, 0},
                 {&conv, BONNET_DIM_OUTSIDE, 0},
                 {&bconv, BONNET_DIM_PIXELS, 196},
                 {&bconv, BONNET_DIM_WINDOW, 9 * 128},
                 {&bconv, BONNET_DIM_TAPS, 9},
                 {&bconv, BONNET_DIM_CHANNELS_IN, 65},
                 {&bconv, BONNET_DIM_OUTSIDE, 4 * 5 + 4 * 12 * 3},
                 {&whole, BONNET_DIM_WINDOW, 784},
                 {&whole, BONNET_DIM_PIXELS, 1},
                 {&down, BONNET_DIM_PIXELS, 49},
                 {&down, BONNET_DIM_PIXELS_OUT, 9},
                 {&down, BONNET_DIM_POOL, 36},
                 {&down, BONNET_DIM_SECOND, 0},
                 {&whole, BONNET_DIM_GATHERED, 0},
                 {&whole, BONNET_DIM_PACKED, 784},
                 {&bconv, BONNET_DIM_GATHERED, 9},
                 {&bconv, BONNET_DIM_PACKED, 0}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        double got = -1;
        const bonnet_status status = bonnet_dimension_of(&got, table[i].shape, table[i].dimension);
        UNIT(u, status == BONNET_OK && got == table[i].want, bonnet_dimension_name(table[i].dimension), "%s: %g, not %g", table[i].shape->kind, got,
             table[i].want);
    }
    for (uint32_t d = 1; d < BONNET_DIMENSIONS; d++)
        for (uint32_t e = 1; e < d; e++)
            UNIT(u, strcmp(bonnet_dimension_name(d), bonnet_dimension_name(e)), "names differ", "%s", bonnet_dimension_name(d));
    double got = 7;
    conv.groups = 2;
    UNIT(u, bonnet_dimension_of(&got, &conv, BONNET_DIM_PIXELS) == BONNET_EUNSUPPORTED && got == 7, "several groups", "%g", got);
    conv.groups = 1, conv.stride_w = 0;
    UNIT(u, bonnet_dimension_of(&got, &conv, BONNET_DIM_PIXELS) == BONNET_EINVAL && got == 7, "no stride", "%g", got);
    bconv.kernel_h = 20;
    UNIT(u, bonnet_dimension_of(&got, &bconv, BONNET_DIM_PIXELS) == BONNET_EINVAL, "a window larger than its map", "%g", got);
    UNIT(u,
         bonnet_dimension_of(&got, &down, 0) == BONNET_EINVAL && bonnet_dimension_of(&got, &down, BONNET_DIMENSIONS) == BONNET_EINVAL &&
             !bonnet_dimension_name(0) && !bonnet_dimension_name(BONNET_DIMENSIONS),
         "no dimension", "%g", got);
}

/* What a shape of the kind may be; the terms do not ask whether a network could have it. */
static void draw_shape(bonnet_layer_shape *s, unit *u, const char *kind)
{
    *s = plain(kind);
    s->slices = unit_below(u, 2) ? 4 : 1;
    s->channels_in = 1 + unit_below(u, 512), s->channels_out = 1 + unit_below(u, 512);
    s->height_in = 7 + unit_below(u, 50), s->width_in = 7 + unit_below(u, 50);
    s->kernel_h = s->kernel_w = 1 + 2 * unit_below(u, 3), s->stride_h = s->stride_w = 1 + unit_below(u, 2);
    s->top = s->left = s->bottom = s->right = unit_below(u, 2);
    s->pool = unit_below(u, 3), s->post = unit_below(u, 4), s->depthwise = unit_below(u, 2), s->second = unit_below(u, 2);
}

typedef struct machine {
    unit *u;
    bonnet_layer_stairs truth;
    double noise;
    uint32_t calls, fail_at;
    const bonnet_layer_shape *seen[BONNET_STAIRS_MAX_POINTS];
    int again;
} machine;

static bonnet_status measure(void *user, const bonnet_layer_shape *shape, double *seconds)
{
    machine *m = user;
    for (uint32_t i = 0; i < m->calls; i++) m->again |= m->seen[i] == shape;
    m->seen[m->calls] = shape;
    if (++m->calls == m->fail_at) return BONNET_EIO;
    const bonnet_status status = bonnet_layer_stairs_at(seconds, &m->truth, shape);
    *seconds *= 1 + m->noise * (2 * unit_real(m->u) - 1);
    return status;
}

static double worst_error(const machine *m, const bonnet_layer_stairs *model, const bonnet_layer_shape *shapes, uint32_t count)
{
    double worst = 0;
    for (uint32_t i = 0; i < count; i++) {
        double t = 1, p = 0;
        if (bonnet_layer_stairs_at(&t, &m->truth, &shapes[i]) != BONNET_OK || bonnet_layer_stairs_at(&p, model, &shapes[i]) != BONNET_OK)
            return INFINITY;
        worst = fabs(p / t - 1) > worst ? fabs(p / t - 1) : worst;
    }
    return worst;
}

/* Nanoseconds of terms, some of them nothing at all; of every kind. */
static void found_again(unit *u, double noise, double most)
{
    static bonnet_layer_shape shapes[SHAPES];
    static bonnet_layer_fit f;
    uint32_t wrong = 0, over = 0, outside = 0, unlike = 0;
    double worst = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        machine m = {.u = u, .noise = noise};
        bonnet_layer_stairs start;
        bonnet_layer_fit_options o = BONNET_LAYER_FIT_OPTIONS_INIT;
        const char *kind = kinds[i % KINDS];
        if (bonnet_layer_stairs_start(&start, kind) != BONNET_OK) wrong++;
        m.truth = start;
        for (uint32_t k = 0; k < start.count; k++)
            m.truth.term[k].seconds = k && unit_below(u, 4) == 0 ? 0 : 1e-9 * (1 + unit_below(u, 20)) * (k ? 1 : 100);
        for (uint32_t k = 0; k < SHAPES; k++) draw_shape(&shapes[k], u, kind);
        o.budget = BUDGET, o.eps = 1e-9;
        const bonnet_status status = bonnet_layer_fit_refine(&f, &start, shapes, SHAPES, measure, &m, &o);
        const double error = status == BONNET_OK ? worst_error(&m, &f.model, shapes, SHAPES) : INFINITY;
        worst = error > worst ? error : worst;
        if (!(error < most)) wrong++, printf("      %s: %g off, status %d, %u points\n", kind, error, (int)status, f.count);
        over += m.calls > BUDGET || m.again || m.calls != f.count;
        uint32_t in = 0;
        for (uint32_t k = 0; k < f.count; k++) {
            const bonnet_layer_fit_point *p = &f.point[k];
            double again = 0;
            in += fabs(p->seconds / p->predicted - 1) <= f.model.spread + 1e-9;
            unlike += bonnet_layer_stairs_at(&again, &f.model, &shapes[p->shape]) != BONNET_OK || fabs(again - p->predicted) > 1e-9 * again;
        }
        outside += in * 10 < f.count * 8;
        for (uint32_t k = 0; k < f.model.count; k++) wrong += f.model.term[k].seconds < 0;
    }
    UNIT(u, !wrong, noise > 0 ? "terms from noisy measurements" : "terms are found again", "%u of %u", wrong, u->cases);
    UNIT(u, !over, "budget kept, nothing measured twice", "%u", over);
    UNIT(u, !outside, "intervals hold the points", "%u do not", outside);
    UNIT(u, !unlike, "predictions are the model's", "%u are not", unlike);
    printf("      worst of %d shapes a fit: %.2g\n", SHAPES, worst);
}

static void refused(unit *u)
{
    static bonnet_layer_fit f;
    char text[256] = "";
    machine m = {.u = u};
    bonnet_layer_shape shapes[8];
    bonnet_layer_stairs start, none = {.count = 0};
    bonnet_layer_fit_options o = BONNET_LAYER_FIT_OPTIONS_INIT;
    UNIT(u, bonnet_layer_stairs_start(&start, "map") == BONNET_EINVAL, "no such kind", "taken");
    if (bonnet_layer_stairs_start(&start, "belt") != BONNET_OK) return;
    m.truth = start, m.truth.term[0].seconds = 1e-6;
    for (int i = 0; i < 8; i++) draw_shape(&shapes[i], u, "belt");
    o.message = text, o.message_bytes = sizeof text, f.count = 12345;
#define REFUSE(want, says, ...)                                                                                                                      \
    do {                                                                                                                                             \
        const bonnet_status status = __VA_ARGS__;                                                                                                    \
        UNIT(u, status == (want) && strstr(text, says) && f.count == 12345, "refused: " says, "%d: %s", (int)status, text);                          \
    } while (0)
    REFUSE(BONNET_EINVAL, "0 terms", bonnet_layer_fit_refine(&f, &none, shapes, 8, measure, &m, &o));
    REFUSE(BONNET_EINVAL, "0 shapes", bonnet_layer_fit_refine(&f, &start, shapes, 0, measure, &m, &o));
    o.budget = 3;
    REFUSE(BONNET_EINVAL, "a budget of 4", bonnet_layer_fit_refine(&f, &start, shapes, 8, measure, &m, &o));
    o.budget = 0, o.eps = -1;
    REFUSE(BONNET_EINVAL, "an eps", bonnet_layer_fit_refine(&f, &start, shapes, 8, measure, &m, &o));
    o.eps = 0, o.coverage = 1;
    REFUSE(BONNET_EINVAL, "a coverage", bonnet_layer_fit_refine(&f, &start, shapes, 8, measure, &m, &o));
    o.coverage = 0, m.fail_at = 2, m.calls = 0;
    REFUSE(BONNET_EIO, "measurement of shape", bonnet_layer_fit_refine(&f, &start, shapes, 8, measure, &m, &o));
    m.fail_at = 0, m.calls = 0, m.truth.term[0].seconds = 0;
    REFUSE(BONNET_EINVAL, "measured 0", bonnet_layer_fit_refine(&f, &start, shapes, 8, measure, &m, &o));
    shapes[5].groups = 2;
    REFUSE(BONNET_EUNSUPPORTED, "shape 5", bonnet_layer_fit_refine(&f, &start, shapes, 8, measure, &m, &o));
    start.term[0].of[0] = (bonnet_stairs_factor){BONNET_DIM_PIXELS, 0};
    REFUSE(BONNET_EINVAL, "shape 0", bonnet_layer_fit_refine(&f, &start, shapes, 8, measure, &m, &o));
}

/* As a model of a platform: the interval, and what it is not about. */
static void cost(unit *u)
{
    bonnet_layer_shape layer = plain("belt");
    bonnet_layer_stairs stairs = {2, {{1e-3, {{0, 0}}}, {1e-6, {{BONNET_DIM_PIXELS, 4}, {BONNET_DIM_CHANNELS_OUT, 64}}}}, 0.25};
    bonnet_layer_model model = {.kind = BONNET_MODEL_STAIRS, .of.stairs = &stairs};
    bonnet_shape shape = {
        .op = BONNET_OP_MOVE, .h_in = 14, .w_in = 14, .c_in = 64, .h_out = 14, .w_out = 14, .c_out = 64, .act_bits = 1, .weight_bits = 1};
    bonnet_cost c = {0, 0, 0, 0};
    UNIT(u, bonnet_layer_cost(&c, &model, &shape) == BONNET_EUNSUPPORTED, "a layer of no .bonnet", "%g", c.ms);
    shape.layer = &layer;
    const bonnet_status status = bonnet_layer_cost(&c, &model, &shape);
    UNIT(u,
         status == BONNET_OK && fabs(c.ms - 1.049) < 1e-12 && fabs(c.ms_lo - 0.75 * 1.049) < 1e-12 && fabs(c.ms_hi - 1.25 * 1.049) < 1e-12 &&
             c.mj == -1,
         "49 blocks of pixels and a millisecond", "%d: %.9f", (int)status, c.ms);
    stairs.term[1].of[0].step = 5;
    UNIT(u, bonnet_layer_cost(&c, &model, &shape) == BONNET_OK && fabs(c.ms - 1.040) < 1e-12, "39 blocks of five pixels and one begun", "%.9f", c.ms);
    stairs.spread = 3;
    UNIT(u, bonnet_layer_cost(&c, &model, &shape) == BONNET_OK && c.ms_lo == 0, "an interval beyond 0", "%g", c.ms_lo);
    stairs.term[0].seconds = -1;
    UNIT(u, bonnet_layer_cost(&c, &model, &shape) == BONNET_EINVAL, "a negative time", "%g", c.ms);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "terms", 1, 66);
    dimensions(&u);
    found_again(&u, 0, 1e-6);
    found_again(&u, 0.03, 0.1);
    refused(&u);
    cost(&u);
    return unit_end(&u);
}
