/* SPDX-License-Identifier: Apache-2.0 */
/* tiers_exits.c - exits and the points at which they are used: the file's own, or those that `bonnet calibrate` found. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exits_file.h"
#include "netprofile.h"
#include "tiers.h"

static int behind(cli_tiers *t, uint32_t e, const char *path, const char *where, const char *layer)
{
    uint32_t *to = &t->exits[e].behind;
    if (!cli_tiers_layer(to, t, layer))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"behind\" wants the name of a layer, not \"%.60s\"", path, where, layer);
    if (*to + 1 == t->p.blocks || (e && *to < t->exits[e - 1].behind))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"behind\" wants exits in the order of their layers, none behind the last one", path,
                        where);
    return CLI_OK;
}

static int read_exits(cli_tiers *t, const char *path, struct json_object *list)
{
    const uint32_t n = list ? (uint32_t)json_object_array_length(list) : 0;
    const double whole = t->accuracy[0];
    int code = CLI_OK;
    t->accuracy[0] = -1;
    for (uint32_t e = 0; e < n && code == CLI_OK; e++) {
        char where[32], layer[CLI_TEXT];
        double memory = 0;
        snprintf(where, sizeof where, "exits[%u]", e);
        const cli_field fields[] = {{"name", CLI_STRING, 0, 0, t->exit[e], false},
                                    {"behind", CLI_STRING, 0, 0, layer, false},
                                    {"accuracy", CLI_NUMBER, 0, 1, &t->accuracy[e], true},
                                    {"memory_bytes", CLI_NUMBER, 0, 9e15, &memory, true}};
        code = cli_fields_read(path, where, json_object_array_get_idx(list, e), fields, sizeof fields / sizeof *fields);
        t->exits[e].memory_bytes = (uint64_t)memory;
        if (code == CLI_OK) code = behind(t, e, path, where, layer);
        for (uint32_t k = 0; k < e && code == CLI_OK; k++)
            if (!strcmp(t->exit[k], t->exit[e]))
                code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"name\" wants a name that no other exit has", path, where);
    }
    t->p.exits = n;
    t->accuracy[n] = whole;
    snprintf(t->exit[n], CLI_TEXT, "final");
    return code;
}

/* Thresholds, the last exit, and with them who is asked. A threshold of 0 ends everybody: exits behind it are never asked. */
static void use(cli_tiers *t, uint32_t point, const double *threshold)
{
    bonnet_place_point *x = &t->points[point];
    x->last = t->p.exits;
    for (uint32_t e = 0; e < t->p.exits && x->last == t->p.exits; e++) {
        if (!(threshold[e] < HUGE_VAL)) continue;
        x->active |= 1u << e;
        if (threshold[e] <= 0) x->last = e;
    }
    for (uint32_t e = 0; e < t->p.exits; e++) t->threshold[point][e] = x->active >> e & 1 ? threshold[e] : HUGE_VAL;
}

static int read_point(cli_tiers *t, uint32_t i, const char *path, struct json_object *object)
{
    char where[32];
    double threshold[BONNET_PLACE_EXITS] = {0};
    struct json_object *thresholds = NULL, *share = NULL;
    bonnet_place_point *x = &t->points[i];
    snprintf(where, sizeof where, "points[%u]", i);
    const cli_field fields[] = {{"thresholds", CLI_LIST, 0, BONNET_PLACE_EXITS, &thresholds, false},
                                {"share", CLI_LIST, 0, BONNET_PLACE_EXITS + 1, &share, false},
                                {"accuracy", CLI_NUMBER, 0, 1, &x->accuracy, false}};
    int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    if (code == CLI_OK) code = cli_tiers_numbers(threshold, t->p.exits, thresholds, path, where, "thresholds", 1e300, HUGE_VAL);
    if (code == CLI_OK) code = cli_tiers_numbers(x->share, t->p.exits + 1, share, path, where, "share", 1, NAN);
    double sum = 0;
    use(t, i, threshold);
    for (uint32_t e = 0; e <= t->p.exits; e++) {
        const bool asked = e == t->p.exits ? x->last == e : x->active >> e & 1;
        sum += x->share[e];
        if (code == CLI_OK && !asked && x->share[e] > 0)
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"share\" wants 0 at exits that are not asked, as \"%s\" here", path, where,
                            t->exit[e]);
    }
    if (code == CLI_OK && !(fabs(sum - 1) <= 1e-6)) /* to the digits of the file */
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"share\" wants numbers that sum to 1, not to %.9g", path, where, sum);
    return code;
}

/* Without points: the whole network, and each exit whose accuracy is known as the end of a smaller one. */
static void sizes(cli_tiers *t)
{
    for (uint32_t e = 0; e <= t->p.exits; e++) {
        if (t->accuracy[e] < 0) continue;
        bonnet_place_point *x = &t->points[t->p.points];
        *x = (bonnet_place_point){.active = e < t->p.exits ? 1u << e : 0, .last = e, .accuracy = t->accuracy[e]};
        x->share[e] = 1;
        for (uint32_t k = 0; k < t->p.exits; k++) t->threshold[t->p.points][k] = k == e ? 0 : HUGE_VAL;
        t->p.points++;
    }
}

int cli_tiers_exits(cli_tiers *t, const char *path, struct json_object *exits, struct json_object *points)
{
    int code = read_exits(t, path, exits);
    const uint32_t n = points ? (uint32_t)json_object_array_length(points) : 0;
    for (uint32_t i = 0; i < n && code == CLI_OK; i++) code = read_point(t, i, path, json_object_array_get_idx(points, i));
    t->p.points = n;
    t->thresholds = t->p.exits > 0;
    if (!n) sizes(t);
    return code;
}

int cli_tiers_exits_file(cli_tiers *t, const char *path, const cli_session *s)
{
    char sha256[CLI_TEXT] = "";
    cli_exits_file *f = malloc(sizeof *f);
    int code = f ? cli_exits_read(f, path) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) cli_sha256_hex(sha256, f->sha256);
    if (code == CLI_OK && *f->network && s && strcmp(sha256, t->sha256))
        code = cli_fail(CLI_STATUS - BONNET_EABI, "%s: \"sha256\" is of another network than %s; calibrate again", path, s->path);
    if (code == CLI_OK && f->exits - 1 > BONNET_PLACE_EXITS)
        code =
            cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "%s: \"exits\" has %u; bonnet plan takes at most %d", path, f->exits, BONNET_PLACE_EXITS + 1);
    for (uint32_t e = 0; code == CLI_OK && e < f->exits; e++) {
        char where[32];
        snprintf(where, sizeof where, "exits[%u]", e);
        snprintf(t->exit[e], CLI_TEXT, "%s", f->exit[e].name);
        t->accuracy[e] = f->exit[e].accuracy;
        if (e + 1 == f->exits) break;
        t->temperature[e] = f->temperature[e];
        code = behind(t, e, path, where, f->exit[e].behind);
        t->p.exits = e + 1;
    }
    for (uint32_t i = 0; code == CLI_OK && i < f->points; i++) {
        bonnet_place_point *x = &t->points[i];
        use(t, i, f->point[i].threshold);
        memcpy(x->share, f->point[i].share, f->exits * sizeof *x->share);
        x->accuracy = f->point[i].accuracy;
        t->p.points = i + 1;
    }
    if (code == CLI_OK) {
        t->thresholds = true;
        snprintf(t->confidence, CLI_TEXT, "%s", bonnet_confidence_name(f->confidence));
    }
    free(f);
    return code;
}

void cli_tiers_branches(cli_tiers *t, const cli_session *s)
{
    bonnet_exit x;
    for (uint32_t i = 0; bonnet_exit_get(&x, s->model, i) == BONNET_OK; i++)
        for (uint32_t e = 0; e < t->p.exits; e++)
            if (!strcmp(x.name, t->exit[e]) && !t->exits[e].memory_bytes) t->exits[e].memory_bytes = (x.weight_bits + 7) / 8;
}
