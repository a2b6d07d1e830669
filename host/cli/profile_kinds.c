/* SPDX-License-Identifier: Apache-2.0 */
/* profile_kinds.c - bonnet profile --kinds: a model of each kind of layer from at most --budget measurements, and its errors on shapes that it never saw. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fields.h"
#include "profiling.h"

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double profile_median(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, ascending);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

bonnet_status profile_time(profile_timer *t, const bonnet_layer_shape *shape, double *seconds)
{
    double times[PROFILE_REPEATS];
    if (cli_cancelled) return t->status = BONNET_EINTR;
    t->status = bonnet_profile_layer(times, t->dev, shape, t->repeats);
    if (t->status == BONNET_OK) *seconds = profile_median(times, t->repeats);
    return t->status;
}

static bonnet_status measure(void *user, const bonnet_layer_shape *shape, double *seconds) { return profile_time(user, shape, seconds); }

static bool held_out(const profile_fitted *f, const bonnet_layer_shape *shape, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!memcmp(&f->held_out[i].shape, shape, sizeof *shape)) return true;
    return false;
}

/* The ones that take no part first, so that they do not depend on what is measured. */
static void draw(profile_fitted *f, uint32_t kind, uint64_t seed)
{
    uint64_t state = seed * 1000 + kind;
    for (uint32_t i = 0; i < PROFILE_HELD_OUT; i++) do
            profile_shape(&f->held_out[i].shape, kind, &state);
        while (held_out(f, &f->held_out[i].shape, i));
    for (uint32_t i = 0; i < PROFILE_POOL; i++) do
            profile_shape(&f->shape[i], kind, &state);
        while (held_out(f, &f->shape[i], PROFILE_HELD_OUT));
}

static int judge(profile_fitted *f, profile_timer *t)
{
    double error[PROFILE_HELD_OUT], around[PROFILE_HELD_OUT], sum = 0;
    for (uint32_t i = 0; i < PROFILE_HELD_OUT; i++) {
        const bonnet_status status = measure(t, &f->held_out[i].shape, &f->held_out[i].seconds);
        if (status != BONNET_OK) return cli_fail_status(status, t->dev, f->kind);
        if (bonnet_layer_stairs_at(&f->held_out[i].predicted, &f->fit.model, &f->held_out[i].shape) != BONNET_OK)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "profile: the model of %s does not know its own shapes", f->kind);
        error[i] = fabs(f->held_out[i].predicted / f->held_out[i].seconds - 1);
        around[i] = fabs(f->held_out[i].seconds / f->held_out[i].predicted - 1);
        sum += error[i];
    }
    f->mean = sum / PROFILE_HELD_OUT;
    f->median = profile_median(error, PROFILE_HELD_OUT);
    f->worst = error[PROFILE_HELD_OUT - 1];
    /* The points of the fit are chosen, these are drawn: what they say of nine tenths counts if it is more. */
    profile_median(around, PROFILE_HELD_OUT);
    const double drawn = around[(PROFILE_HELD_OUT + 1) * 9 / 10];
    if (drawn > f->fit.model.spread) f->fit.model.spread = drawn;
    return CLI_OK;
}

static int one_kind(profile_fitted *f, uint32_t kind, profile_timer *t, uint32_t budget, uint64_t seed)
{
    char message[256] = "";
    bonnet_layer_stairs start;
    bonnet_layer_fit_options o = BONNET_LAYER_FIT_OPTIONS_INIT;
    o.budget = budget, o.message = message, o.message_bytes = sizeof message;
    f->kind = profile_kind[kind];
    draw(f, kind, seed);
    bonnet_status status = bonnet_layer_stairs_start(&start, f->kind);
    if (status == BONNET_OK) status = bonnet_layer_fit_refine(&f->fit, &start, f->shape, PROFILE_POOL, measure, t, &o);
    if (t->status != BONNET_OK) return cli_fail_status(t->status, t->dev, f->kind);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "profile: %s: %s", f->kind, message);
    return judge(f, t);
}

/* What a run takes beside its layers, of the built-in network. */
static int start_time(double *seconds, profile_timer *t, const char *uri)
{
    bonnet_model *model = NULL;
    double times[PROFILE_REPEATS];
    bonnet_status status = bonnet_model_load_memory(&model, t->dev, cli_selftest_net, cli_selftest_net_size);
    if (status == BONNET_OK) {
        const profile_run run = {t->dev, model, NULL, t->repeats};
        status = profile_measure(NULL, times, &run);
    }
    bonnet_model_free(model);
    if (status == BONNET_EUNSUPPORTED) return cli_fail(CLI_USAGE, PROFILE_NO_CLOCK, uri);
    if (status != BONNET_OK) return cli_fail_status(status, t->dev, "the built-in network");
    *seconds = profile_median(times, t->repeats);
    return CLI_OK;
}

/* A whole network: the sum of its layers, measured and by the models. */
static int whole(struct json_object *list, const char *path, const profile_fitted *fitted, const profile_line *l)
{
    cli_session s;
    int code = cli_open(&s, &l->o, path);
    const uint32_t repeats = (uint32_t)l->repeat, layers = code == CLI_OK ? s.info.layers : 0;
    double *times = calloc((size_t)layers * repeats + 1, sizeof *times), start[PROFILE_REPEATS], sum = 0, predicted = 0;
    if (code == CLI_OK && !times) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) {
        const profile_run run = {s.dev, s.model, NULL, repeats};
        const bonnet_status status = profile_measure(times, start, &run);
        if (status != BONNET_OK) code = cli_fail_status(status, s.dev, path);
    }
    for (uint32_t i = 0; i < layers && code == CLI_OK; i++) {
        bonnet_layer_shape shape;
        double seconds = 0;
        sum += profile_median(times + (size_t)i * repeats, repeats);
        bonnet_status status = bonnet_model_shape_get(&shape, s.model, i);
        for (uint32_t k = 0; k < PROFILE_KINDS && status == BONNET_OK; k++)
            if (!strcmp(fitted[k].kind, shape.kind)) status = bonnet_layer_stairs_at(&seconds, &fitted[k].fit.model, &shape);
        if (status != BONNET_OK)
            code = cli_fail(CLI_STATUS - (int)status, "%s: layer %u is none that the models know: %s", path, i, bonnet_status_text(status));
        predicted += seconds;
    }
    if (code == CLI_OK) {
        if (list) {
            struct json_object *n = json_object_new_object();
            json_object_object_add(n, "network", json_object_new_string(path));
            json_object_object_add(n, "measured_ms", cli_json_number(sum * 1e3));
            json_object_object_add(n, "predicted_ms", cli_json_number(predicted * 1e3));
            json_object_array_add(list, n);
        } else printf("%-40s %10.4f %10.4f %+8.1f %%\n", path, sum * 1e3, predicted * 1e3, 100 * (predicted / sum - 1));
    }
    free(times);
    cli_close(&s);
    return code;
}

static void print_table(const profile_fitted *fitted, double start_s)
{
    printf("%-6s %8s %6s %9s   %8s %8s %8s\n", "kind", "measured", "terms", "spread", "median", "mean", "worst");
    for (uint32_t k = 0; k < PROFILE_KINDS; k++) {
        const profile_fitted *f = &fitted[k];
        uint32_t terms = 0;
        for (uint32_t i = 0; i < f->fit.model.count; i++) terms += f->fit.model.term[i].seconds > 0;
        printf("%-6s %8u %6u %7.1f %%   %6.1f %% %6.1f %% %6.1f %%\n", f->kind, f->fit.count, terms, 100 * f->fit.model.spread, 100 * f->median,
               100 * f->mean, 100 * f->worst);
    }
    printf("\nErrors: |predicted / measured - 1| of %d shapes a kind that took no part. A run takes %.4f ms beside its layers.\n", PROFILE_HELD_OUT,
           start_s * 1e3);
}

int profile_kinds(const profile_line *l)
{
    bonnet_open_options options = BONNET_OPEN_OPTIONS_INIT;
    profile_timer t = {.repeats = (uint32_t)l->repeat};
    double start_s = 0;
    profile_fitted *fitted = calloc(PROFILE_KINDS, sizeof *fitted);
    if (!fitted) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    options.cancel = (const volatile int *)&cli_cancelled;
    bonnet_status status = bonnet_open(&t.dev, l->o.device, &options);
    bonnet_chip_info chip;
    if (status == BONNET_OK && bonnet_chip_info_get(&chip, t.dev) == BONNET_OK) {
        bonnet_close(t.dev);
        free(fitted);
        return cli_fail(CLI_USAGE, "profile: --kinds fits what cpu: does; a chip's cycles are worked out exactly by `bonnet estimate`");
    }
    int code = status == BONNET_OK ? start_time(&start_s, &t, l->o.device) : cli_fail_status(status, NULL, l->o.device);
    for (uint32_t k = 0; k < PROFILE_KINDS && code == CLI_OK; k++) {
        cli_progress(profile_kind[k], k, PROFILE_KINDS);
        code = one_kind(&fitted[k], k, &t, (uint32_t)l->budget, l->o.seed);
    }
    cli_progress_end();
    bonnet_close(t.dev);
    if (code == CLI_OK) code = profile_platform_write(fitted, start_s, l);
    if (code == CLI_OK && !l->o.json) print_table(fitted, start_s);
    struct json_object *nets = l->o.json ? json_object_new_array() : NULL;
    if (code == CLI_OK && !l->o.json && l->o.argc) printf("\n%-40s %10s %10s %10s\n", "network", "ms", "predicted", "error");
    for (int i = 0; i < l->o.argc && code == CLI_OK; i++) code = whole(nets, l->o.argv[i], fitted, l);
    if (code == CLI_OK && l->o.json) code = profile_kinds_json(fitted, start_s, nets, l);
    else json_object_put(nets);
    free(fitted);
    return code == CLI_OK ? cli_finish_stdout() : code;
}
