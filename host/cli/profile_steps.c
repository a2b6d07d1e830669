/* SPDX-License-Identifier: Apache-2.0 */
/* profile_steps.c - bonnet profile --steps: how wide the stairs of a device are along both channels of a layer, found without knowing them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fields.h"
#include "profiling.h"

enum { SIDE = 14, MOST = 512, OTHERS = 40, SWEEP = 32, LINES = 3 };
static const uint32_t sweep_in[LINES] = {64, 192, 512};

static bonnet_status at(void *user, uint32_t x, uint32_t y, uint32_t z, double *seconds)
{
    profile_timer *t = user;
    (void)z;
    t->shape.channels_in = x, t->shape.channels_out = y;
    return profile_time(t, &t->shape, seconds);
}

/* Errors at places that took no part, drawn by the seed. */
static int judge(double *error, const bonnet_stairs_fit *f, const bonnet_stairs_axis *axis, profile_timer *t, uint64_t seed)
{
    uint64_t state = seed;
    for (int i = 0; i < OTHERS; i++) {
        double seconds;
        const uint32_t places = (axis->to - axis->from) / axis->grid + 1;
        const uint32_t x = axis->from + profile_below(&state, places) * axis->grid, y = axis->from + profile_below(&state, places) * axis->grid;
        const bonnet_status status = at(t, x, y, 0, &seconds);
        if (status != BONNET_OK) return cli_fail_status(status, t->dev, t->shape.kind);
        error[i] = fabs(bonnet_stairs_at(&f->model, x, y, 0) / seconds - 1);
    }
    return CLI_OK;
}

/* A line of the model and what is measured along it, which the fit does not see. */
static int sweep(FILE *f, const bonnet_stairs_fit *fit, const bonnet_stairs_axis *axis, uint32_t in, profile_timer *t)
{
    fprintf(f, "$m%u << EOD\n", in);
    for (uint32_t i = 0; i < SWEEP; i++) {
        double seconds;
        const uint32_t y = axis->from + (axis->to - axis->from) * i / (SWEEP - 1) / axis->grid * axis->grid;
        const bonnet_status status = at(t, in, y, 0, &seconds);
        if (status != BONNET_OK) return cli_fail_status(status, t->dev, t->shape.kind);
        fprintf(f, "%u %.9g\n", y, seconds * 1e6);
    }
    fprintf(f, "EOD\n$l%u << EOD\n", in);
    for (uint32_t y = axis->from; y <= axis->to; y++) fprintf(f, "%u %.9g\n", y, bonnet_stairs_at(&fit->model, in, y, 0) * 1e6);
    fputs("EOD\n", f);
    return CLI_OK;
}

static int plot(const bonnet_stairs_fit *fit, const bonnet_stairs_axis *axis, profile_timer *t, const char *path)
{
    static const char *const colour[LINES] = {"#7570b3", "#1b9e77", "#d95f02"};
    char *text = NULL, *svg = NULL;
    size_t size = 0, bytes = 0;
    int code = CLI_OK;
    FILE *f = open_memstream(&text, &size);
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    fprintf(f,
            "set terminal svg size 900,480 font 'DejaVu Sans,13' background '#ffffff'\nset border 3\nset grid lc '#dddddd'\nset xtics nomirror 64\n"
            "set ytics nomirror\nset xlabel 'output channels'\nset ylabel 'microseconds'\nset xrange [0:%u]\nset yrange [0:*]\nset key top left "
            "reverse Left\n",
            axis->to + 16);
    for (int i = 0; i < LINES && code == CLI_OK; i++) code = sweep(f, fit, axis, sweep_in[i], t);
    fputs("$fit << EOD\n", f);
    for (uint32_t i = 0; i < fit->count; i++) fprintf(f, "%u %.9g\n", fit->point[i].y, fit->point[i].seconds * 1e6);
    fputs("EOD\nplot ", f);
    for (int i = 0; i < LINES; i++)
        fprintf(f,
                "$l%u using 1:2 with lines lw 2 lc '%s' title '%u input channels, model', $m%u using 1:2 with points pt 6 ps 0.5 lc '%s' notitle, ",
                sweep_in[i], colour[i], sweep_in[i], sweep_in[i], colour[i]);
    fputs("$fit using 1:2 with points pt 2 ps 0.8 lc '#222222' title 'what the fit measured, any input channels'\n", f);
    if (fclose(f) != 0) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = cli_gnuplot(&svg, &bytes, text);
    if (code == CLI_OK) code = cli_write_file(path, svg, bytes);
    free(text);
    free(svg);
    return code;
}

static void print(const bonnet_stairs_fit *f, double *error, const char *kind, const char *device)
{
    const bonnet_stairs *m = &f->model;
    double sum = 0;
    for (int i = 0; i < OTHERS; i++) sum += error[i] / OTHERS;
    const double median = profile_median(error, OTHERS);
    printf("%s, %d x %d pixels, device %s; a stair is %u input channels wide and %u output channels\n", kind, SIDE, SIDE, device, m->step_x,
           m->step_y);
    printf("t = %.4g + %.4g F(in) + F(out) (%.4g + %.4g F(in)) us, F(n) = floor((n - 1) / step)\n", m->a * 1e6, m->b * 1e6, m->c * 1e6, m->d * 1e6);
    printf("%u measurements%s; nine tenths within %.1f %%; at %d other places off by %.1f %% (median), %.1f %% (mean), %.1f %% (worst)\n", f->count,
           f->settled ? "" : ", all that were allowed", 100 * f->spread, OTHERS, 100 * median, 100 * sum, 100 * error[OTHERS - 1]);
}

static int print_json(const bonnet_stairs_fit *f, double *error, const char *kind, const char *device)
{
    struct json_object *root = json_object_new_object(), *points = json_object_new_array();
    const struct {
        const char *name;
        double value;
    } number[] = {{"a_ms", f->model.a * 1e3},        {"b_ms", f->model.b * 1e3}, {"c_ms", f->model.c * 1e3},
                  {"d_ms", f->model.d * 1e3},        {"error", f->spread},       {"median_error", profile_median(error, OTHERS)},
                  {"worst_error", error[OTHERS - 1]}};
    json_object_object_add(root, "kind", json_object_new_string(kind));
    json_object_object_add(root, "device", json_object_new_string(device));
    json_object_object_add(root, "step_in", json_object_new_int((int)f->model.step_x));
    json_object_object_add(root, "step_out", json_object_new_int((int)f->model.step_y));
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) json_object_object_add(root, number[i].name, cli_json_number(number[i].value));
    for (uint32_t i = 0; i < f->count; i++) {
        struct json_object *p = json_object_new_object();
        json_object_object_add(p, "channels_in", json_object_new_int((int)f->point[i].x));
        json_object_object_add(p, "channels_out", json_object_new_int((int)f->point[i].y));
        json_object_object_add(p, "ms", cli_json_number(f->point[i].seconds * 1e3));
        json_object_object_add(p, "predicted_ms", cli_json_number(f->point[i].predicted * 1e3));
        json_object_array_add(points, p);
    }
    json_object_object_add(root, "points", points);
    return cli_print_json(root);
}

int profile_steps(const profile_line *l)
{
    const char *kind = l->steps;
    char message[256] = "";
    double error[OTHERS];
    const bool general = !strcmp(kind, "bconv");
    bonnet_open_options open = BONNET_OPEN_OPTIONS_INIT;
    bonnet_stairs_options q = BONNET_STAIRS_OPTIONS_INIT;
    profile_timer t = {.repeats = (uint32_t)l->repeat};
    if (!general && strcmp(kind, "conv") && strcmp(kind, "down"))
        return cli_fail(CLI_USAGE, "profile: --steps wants bconv, conv or down, not '%.40s'", kind);
    bonnet_stairs_fit *f = malloc(sizeof *f);
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    t.shape = (bonnet_layer_shape){
        .kind = kind, .slices = 1, .height_in = SIDE, .width_in = SIDE, .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1};
    t.shape.kernel_h = t.shape.kernel_w = strcmp(kind, "down") ? 3 : 1;
    q.x = q.y = general ? (bonnet_stairs_axis){1, MOST, 1, NULL, 0} : (bonnet_stairs_axis){64, MOST, 64, NULL, 0};
    q.budget = (uint32_t)l->budget, q.noise = 0.02, q.eps = 0.02, q.message = message, q.message_bytes = sizeof message;
    open.cancel = (const volatile int *)&cli_cancelled;
    bonnet_status status = bonnet_open(&t.dev, l->o.device, &open);
    int code = status == BONNET_OK ? CLI_OK : cli_fail_status(status, NULL, l->o.device);
    if (code == CLI_OK) {
        status = bonnet_stairs_refine(f, at, &t, &q);
        if (t.status == BONNET_EUNSUPPORTED) code = cli_fail(CLI_USAGE, PROFILE_NO_CLOCK, l->o.device);
        else if (t.status != BONNET_OK) code = cli_fail_status(t.status, t.dev, kind);
        else if (status != BONNET_OK) code = cli_fail(CLI_STATUS - (int)status, "profile: %s", message);
    }
    if (code == CLI_OK) code = judge(error, f, &q.x, &t, l->o.seed);
    if (code == CLI_OK && l->plot) code = plot(f, &q.x, &t, l->plot);
    if (code == CLI_OK && l->o.json) code = print_json(f, error, kind, l->o.device);
    else if (code == CLI_OK) print(f, error, kind, l->o.device);
    bonnet_close(t.dev);
    free(f);
    return code == CLI_OK ? cli_finish_stdout() : code;
}
