/* SPDX-License-Identifier: Apache-2.0 */
/* streams_spec.c - --stream: cameras, how often they send a picture and by when it is to be answered; and the pictures. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "streams.h"

static int wrong(const char *spec, const char *why)
{
    return cli_fail(CLI_USAGE, "streams: --stream wants NAME[*COUNT]:period=MS,deadline=MS[,weight=X][,images=PATH]; %s: '%.80s'", why, spec);
}

/* MS: 0.000001 to 1000000, to whole nanoseconds. */
static bool nanoseconds(uint64_t *out, const char *text)
{
    double ms;
    if (!cli_number(&ms, text) || !(ms >= 1e-6 && ms <= 1e6)) return false;
    *out = (uint64_t)(ms * 1e6 + 0.5);
    return true;
}

static int read_entry(streams_camera *c, bonnet_task *t, char *entry, const char *spec)
{
    char *value = strchr(entry, '=');
    if (!value) return wrong(spec, "an entry without '='");
    *value++ = 0;
    if (!strcmp(entry, "period")) return nanoseconds(&t->period_ns, value) ? CLI_OK : wrong(spec, "a period is 0.000001 to 1000000 ms");
    if (!strcmp(entry, "deadline")) return nanoseconds(&t->deadline_ns, value) ? CLI_OK : wrong(spec, "a deadline is 0.000001 to 1000000 ms");
    if (!strcmp(entry, "weight"))
        return cli_number(&t->weight, value) && t->weight >= 0 && t->weight <= 1000 ? CLI_OK : wrong(spec, "a weight is 0 to 1000");
    if (strcmp(entry, "images")) return wrong(spec, "entries are period, deadline, weight and images");
    c->images = strstr(spec, "images=") + strlen("images="); /* up to the end: it may hold commas */
    return CLI_OK;
}

static int read_spec(streams_run *r, const char *spec)
{
    char text[512];
    double count = 1;
    streams_camera c = {.images = NULL};
    bonnet_task t = {.weight = 1};
    int code = CLI_OK;
    if (strlen(spec) >= sizeof text) return wrong(spec, "too long");
    strcpy(text, spec);
    char *entry = strchr(text, ':');
    if (!entry) return wrong(spec, "no ':'");
    *entry++ = 0;
    char *star = strchr(text, '*');
    if (star) *star++ = 0;
    if (star && (!cli_number(&count, star) || count < 1 || count > BONNET_TASKS_MAX || star[strspn(star, "0123456789")]))
        return wrong(spec, "a count is 1 to 64");
    if (!*text || strlen(text) > STREAMS_NAME - 4) return wrong(spec, "a name of 1 to 28 characters");
    while (code == CLI_OK && entry) {
        char *comma = strncmp(entry, "images=", 7) ? strchr(entry, ',') : NULL;
        if (comma) *comma++ = 0;
        code = read_entry(&c, &t, entry, spec);
        entry = comma;
    }
    if (code != CLI_OK) return code;
    if (!t.period_ns || !t.deadline_ns) return wrong(spec, "period and deadline are both wanted");
    if (r->count + count > BONNET_TASKS_MAX) return cli_fail(CLI_USAGE, "streams: at most %d streams", BONNET_TASKS_MAX);
    for (uint32_t i = 0; i < (uint32_t)count; i++) {
        streams_camera *to = &r->camera[r->count];
        *to = c;
        if (star) snprintf(to->name, sizeof to->name, "%.28s%u", text, i % BONNET_TASKS_MAX);
        else snprintf(to->name, sizeof to->name, "%.28s", text);
        r->stream[r->count++].task = t;
    }
    return CLI_OK;
}

int streams_specs(streams_run *r, const streams_line *l)
{
    int code = l->stream.count ? CLI_OK : cli_fail(CLI_USAGE, "streams: give at least one --stream; try `bonnet streams --help`");
    for (size_t i = 0; i < l->stream.count && code == CLI_OK; i++) code = read_spec(r, l->stream.text[i]);
    return code;
}

/* ---- pictures -------------------------------------------------------------------------------------------------------- */

static int visible(const struct dirent *e) { return e->d_name[0] != '.'; }

/* The files of a folder, by name. */
static int read_folder(streams_camera *c, const cli_session *s)
{
    struct dirent **list = NULL;
    const int n = scandir(c->images, &list, visible, alphasort);
    int code = n > 0 ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EIO, "%s: no pictures in it", c->images);
    char **paths = calloc(n > 0 ? (size_t)n : 1, sizeof *paths);
    if (!paths) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    for (int i = 0; i < n && code == CLI_OK; i++) {
        const size_t bytes = strlen(c->images) + strlen(list[i]->d_name) + 2;
        if (!(paths[i] = malloc(bytes))) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
        else snprintf(paths[i], bytes, "%s/%s", c->images, list[i]->d_name);
    }
    const cli_options o = {.argc = n, .argv = paths};
    if (code == CLI_OK) code = cli_images_of_all(&c->pixels, &c->count, s, &o);
    for (int i = 0; i < n; i++) {
        if (paths) free(paths[i]);
        free(list[i]);
    }
    free(paths);
    free(list);
    return code;
}

static int read_pictures(streams_camera *c, const cli_session *s)
{
    struct stat st;
    if (stat(c->images, &st) == 0 && S_ISDIR(st.st_mode)) return read_folder(c, s);
    char *path = (char *)c->images;
    const cli_options o = {.argc = 1, .argv = &path};
    return cli_images_of_all(&c->pixels, &c->count, s, &o);
}

int streams_pictures(streams_run *r)
{
    enum { NOISE = 64 };
    const size_t bytes = bonnet_model_input_bytes(r->session.model);
    int code = CLI_OK;
    for (uint32_t i = 0; i < r->count && code == CLI_OK; i++)
        if (r->camera[i].images) code = read_pictures(&r->camera[i], &r->session);
    if (code == CLI_OK && r->line->o.dataset) {
        code = cli_dataset_open(&r->dataset, &r->line->o, &r->session.info);
        r->pictures = r->dataset.count;
    } else if (code == CLI_OK) {
        r->pictures = NOISE;
        if (!(r->noise = malloc(NOISE * bytes))) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
        uint64_t state = r->line->o.seed;
        for (size_t i = 0; i < NOISE * bytes; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            r->noise[i] = (uint8_t)(state >> 56);
        }
    }
    return code;
}

void streams_pictures_free(streams_run *r)
{
    for (uint32_t i = 0; i < r->count; i++) free(r->camera[i].pixels);
    cli_dataset_free(&r->dataset);
    free(r->noise);
}
