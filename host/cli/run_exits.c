/* SPDX-License-Identifier: Apache-2.0 */
/* run_exits.c - bonnet run --exits, --exit: images leave where a branch is sure enough; who left where, and what that took. docs/exits.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exits_file.h"
#include "run_exits.h"

enum { CHUNK = 200 }; /* images a call: large enough for dense batches behind an exit, small enough for a lively bar */

int cli_exits_images_open(cli_exits_images *to, cli_session *s, const cli_options *o)
{
    memset(to, 0, sizeof *to);
    if (!o->dataset) return cli_images_of_all(&to->pixels, &to->count, s, o);
    int code = cli_dataset_open(&to->dataset, o, &s->info);
    to->count = to->dataset.count;
    to->labels = to->dataset.labels;
    return code;
}

void cli_exits_images_free(cli_exits_images *i)
{
    cli_dataset_free(&i->dataset);
    free(i->pixels);
}

static int wrong_network(const cli_exits_wish *w, const cli_session *s, const char *what)
{
    return cli_fail(CLI_STATUS - BONNET_EABI, "%s: %s %s; make one with `bonnet run --all-exits` and `bonnet calibrate`", w->file, what, s->path);
}

int cli_exits_thresholds(bonnet_exits_options *o, double *thresholds, double *temperatures, const cli_exits_wish *w, const cli_session *s)
{
    static const uint8_t any[32];
    cli_exits_file *f = calloc(1, sizeof *f);
    char *end = NULL;
    bonnet_exit e;
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    int code = cli_exits_read(f, w->file);
    if (code == CLI_OK && memcmp(f->sha256, any, sizeof any) != 0 && memcmp(f->sha256, s->info.sha256, sizeof any) != 0)
        code = wrong_network(w, s, "thresholds of another network than");
    if (code == CLI_OK && f->exits != o->count + 1) code = wrong_network(w, s, "other exits than those of");
    for (uint32_t i = 0; code == CLI_OK && i < o->count; i++)
        if (bonnet_exit_get(&e, s->model, i) != BONNET_OK || strcmp(e.name, f->exit[i].name) != 0)
            code = wrong_network(w, s, "other exits than those of");
    unsigned long point = code == CLI_OK ? f->chosen : 0;
    if (code == CLI_OK && w->point) {
        point = strtoul(w->point, &end, 10);
        if (!*w->point || *end || w->point[0] == '-' || point >= f->points)
            code = cli_fail(CLI_USAGE, "run: --point wants a number from 0 to %u, those of %s", f->points - 1, w->file);
    }
    for (uint32_t i = 0; code == CLI_OK && i <= o->count; i++) {
        temperatures[i] = f->temperature[i];
        if (i < o->count) thresholds[i] = f->point[point].threshold[i];
    }
    o->confidence = f->confidence;
    o->thresholds = thresholds;
    o->temperatures = temperatures;
    free(f);
    return code;
}

/* --exit NAME: there everybody leaves. */
static int always_at(bonnet_exits_options *o, double *thresholds, const cli_exits_wish *w, const cli_session *s)
{
    bonnet_exit e;
    int found = strcmp(w->exit, "final") == 0;
    for (uint32_t i = 0; i < o->count; i++) {
        const int here = bonnet_exit_get(&e, s->model, i) == BONNET_OK && strcmp(e.name, w->exit) == 0;
        thresholds[i] = here ? 0 : HUGE_VAL;
        found |= here;
    }
    o->thresholds = thresholds;
    return found ? CLI_OK : cli_fail(CLI_USAGE, "run: no exit '%.60s'; `bonnet info %s` lists them", w->exit, s->path);
}

static struct json_object *answer_json(const cli_session *s, const bonnet_exit_result *r, const char *name, const char *exit)
{
    char number[16];
    struct json_object *j = json_object_new_object();
    if (name) json_object_object_add(j, "image", json_object_new_string(name));
    json_object_object_add(j, "label", json_object_new_string(cli_label(s->model, r->result.label, number, sizeof number)));
    json_object_object_add(j, "index", json_object_new_int64(r->result.label));
    json_object_object_add(j, "score", json_object_new_double(r->result.score));
    json_object_object_add(j, "exit", json_object_new_string(exit));
    json_object_object_add(j, "confidence", json_object_new_double(r->confidence));
    return j;
}

static const char *exit_name(const cli_session *s, uint32_t index)
{
    bonnet_exit e;
    return bonnet_exit_get(&e, s->model, index) == BONNET_OK ? e.name : "final";
}

/* Everything, chunk by chunk. */
static int run_all(cli_exits_run *r, cli_session *s, const cli_options *o, bonnet_exits *x, const cli_exits_images *images)
{
    const size_t bytes = bonnet_model_input_bytes(s->model);
    bonnet_exit_result answers[CHUNK];
    int code = CLI_OK;
    for (size_t done = 0; done < images->count && code == CLI_OK;) {
        const size_t n = images->count - done < CHUNK ? images->count - done : CHUNK;
        const uint8_t *from = images->dataset.pixels ? images->dataset.pixels : images->pixels;
        if (!o->quiet && images->labels) cli_progress(s->info.name, done, images->count);
        bonnet_status status = bonnet_exits_run(answers, NULL, x, from + done * bytes, n);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, s->path);
        for (size_t i = 0; i < n && code == CLI_OK; i++) {
            char name[64];
            const bonnet_exit_result *a = &answers[i];
            const char *exit = exit_name(s, a->exit), *file = images->labels ? NULL : (size_t)o->argc == images->count ? o->argv[done + i] : name;
            snprintf(name, sizeof name, "image %zu", done + i);
            r->right += images->labels && a->result.label == images->labels[done + i];
            if (o->json) json_object_array_add(r->answers, answer_json(s, a, file, exit));
            else if (file) {
                char number[16];
                if (!done && !i) printf("%-32s %-16s %8s %-12s %s\n", "image", "label", "score", "exit", "confidence");
                printf("%-32s %-16s %6.1f %% %-12s %.*f\n", file, cli_label(s->model, a->result.label, number, sizeof number), 100 * a->result.score,
                       exit, r->confidence == BONNET_CONFIDENCE_MARGIN ? 0 : 4, a->confidence);
            }
        }
        done += n;
    }
    cli_progress_end();
    return code;
}

int cli_run_exits(cli_session *s, const cli_options *o, const cli_exits_wish *w)
{
    double thresholds[BONNET_EXITS_MAX] = {0}, temperatures[BONNET_EXITS_MAX] = {0};
    bonnet_exits_options options = BONNET_EXITS_OPTIONS_INIT;
    cli_exits_images images = {0};
    cli_exits_run r = {.answers = json_object_new_array()};
    bonnet_exits *x = NULL;
    options.count = cli_exit_count(s->model);
    int code = options.count || !w->file ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "%s: a network without exits; docs/exits.md", s->path);
    if (code == CLI_OK) code = w->file ? cli_exits_thresholds(&options, thresholds, temperatures, w, s) : always_at(&options, thresholds, w, s);
    if (code == CLI_OK) code = cli_exits_images_open(&images, s, o);
    if (code == CLI_OK) {
        bonnet_status status = bonnet_exits_open(&x, s->model, &options);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, s->path);
    }
    r.confidence = options.confidence;
    if (code == CLI_OK) code = run_all(&r, s, o, x, &images);
    r.images = &images;
    if (code == CLI_OK) code = o->json ? cli_exits_report(&r, s, o, x) : cli_exits_table(&r, s, o, x);
    json_object_put(r.answers);
    bonnet_exits_close(x);
    cli_exits_images_free(&images);
    return code;
}
