/* SPDX-License-Identifier: Apache-2.0 */
/* exits_file.c - reads thresholds of early exits, and believes none of them. */
#include "exits_file.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cli_confidence(uint32_t *out, const char *name)
{
    for (uint32_t kind = 0; *bonnet_confidence_name(kind); kind++)
        if (strcmp(name, bonnet_confidence_name(kind)) == 0) return *out = kind, true;
    return false;
}

/* Where the reader is, for complaints: "points[3].share[1]". */
typedef struct place {
    const char *path;
    char where[48];
} place;

static int wrong(const place *p, const char *key, const char *wants)
{
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s%s%.40s\" wants %s; `bonnet calibrate` writes such files", p->path, p->where,
                    *p->where ? "." : "", key, wants);
}

/* Every entry of an object is one of `keys`, "/"-separated. */
static int only(const place *p, struct json_object *object, const char *keys)
{
    json_object_object_foreach(object, key, value)
    {
        (void)value;
        const char *at = keys;
        for (const size_t n = strlen(key); at && (strncmp(at, key, n) != 0 || (at[n] && at[n] != '/')); at = at ? at + 1 : NULL) at = strchr(at, '/');
        if (!at || !*key)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s%sno entry \"%.40s\"; there are %s", p->path, p->where, *p->where ? ": " : "", key,
                            keys);
    }
    return CLI_OK;
}

static int get(struct json_object **out, const place *p, struct json_object *of, const char *key, enum json_type type, const char *wants)
{
    if (json_object_object_get_ex(of, key, out) && json_object_is_type(*out, type)) return CLI_OK;
    return wrong(p, key, wants);
}

static bool is_number(struct json_object *j) { return json_object_is_type(j, json_type_double) || json_object_is_type(j, json_type_int); }

static int number(double *out, const place *p, struct json_object *of, const char *key, double least, double most, const char *wants)
{
    struct json_object *j;
    if (!json_object_object_get_ex(of, key, &j) || !is_number(j)) return wrong(p, key, wants);
    *out = json_object_get_double(j);
    return *out >= least && *out <= most ? CLI_OK : wrong(p, key, wants);
}

static int count(uint64_t *out, const place *p, struct json_object *of, const char *key, uint64_t most, const char *wants)
{
    struct json_object *j;
    const int code = get(&j, p, of, key, json_type_int, wants);
    if (code != CLI_OK) return code;
    const int64_t n = json_object_get_int64(j);
    *out = (uint64_t)n;
    return n >= 0 && *out <= most ? CLI_OK : wrong(p, key, wants);
}

/* A string of at most room - 1 bytes without control characters. may_lack: then "". */
static int text(char *out, size_t room, const place *p, struct json_object *of, const char *key, bool may_lack)
{
    struct json_object *j;
    *out = 0;
    if (may_lack && !json_object_object_get_ex(of, key, &j)) return CLI_OK;
    const int code = get(&j, p, of, key, json_type_string, "a string");
    if (code != CLI_OK) return code;
    const size_t n = (size_t)json_object_get_string_len(j);
    const char *s = json_object_get_string(j);
    if (!n || n >= room) return wrong(p, key, "a name, not empty and not longer than a line");
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < ' ' || s[i] == 0x7f) return wrong(p, key, "a name without control characters");
    memcpy(out, s, n + 1);
    return CLI_OK;
}

/* exactly `n` numbers. unused: null stands for BONNET_EXIT_UNUSED. */
static int numbers(double *out, uint32_t n, const place *p, struct json_object *of, const char *key, double least, double most, bool unused,
                   const char *wants)
{
    struct json_object *list;
    const int code = get(&list, p, of, key, json_type_array, wants);
    if (code != CLI_OK) return code;
    if (json_object_array_length(list) != n) return wrong(p, key, wants);
    for (uint32_t i = 0; i < n; i++) {
        struct json_object *j = json_object_array_get_idx(list, i);
        if (unused && !j) {
            out[i] = HUGE_VAL;
            continue;
        }
        out[i] = is_number(j) ? json_object_get_double(j) : -1;
        if (!(out[i] >= least && out[i] <= most)) return wrong(p, key, wants);
    }
    return CLI_OK;
}

static int accuracies(double *accuracy, double *low, double *high, const place *p, struct json_object *of)
{
    int code = number(accuracy, p, of, "accuracy", 0, 1, "a share, 0 to 1");
    if (code == CLI_OK) code = number(low, p, of, "accuracy_low", 0, 1, "a share, 0 to 1");
    if (code == CLI_OK) code = number(high, p, of, "accuracy_high", 0, 1, "a share, 0 to 1");
    if (code == CLI_OK && !(*low <= *accuracy && *accuracy <= *high)) return wrong(p, "accuracy", "to lie between accuracy_low and accuracy_high");
    return code;
}

static int read_exit(cli_exits_file *f, uint32_t index, struct json_object *j, place *p)
{
    cli_exit *e = &f->exit[index];
    snprintf(p->where, sizeof p->where, "exits[%u]", index);
    if (!json_object_is_type(j, json_type_object)) return wrong(p, "name", "an object around it");
    int code = only(p, j, "name/behind/accuracy/accuracy_low/accuracy_high/alone/cost");
    if (code == CLI_OK) code = text(e->name, sizeof e->name, p, j, "name", false);
    if (code == CLI_OK) code = text(e->behind, sizeof e->behind, p, j, "behind", true);
    if (code == CLI_OK) code = accuracies(&e->accuracy, &e->accuracy_low, &e->accuracy_high, p, j);
    if (code == CLI_OK)
        code = number(&e->cost, p, j, "cost", index ? f->exit[index - 1].cost : 0, 1e15, "a number of 0 to 10^15, not below that of the exit before");
    if (code == CLI_OK) code = number(&e->alone, p, j, "alone", 0, 1e15, "a number of 0 to 10^15");
    for (uint32_t i = 0; i < index && code == CLI_OK; i++)
        if (strcmp(f->exit[i].name, e->name) == 0) code = wrong(p, "name", "a name that no other exit has");
    if (code == CLI_OK && (index + 1 == f->exits) != (strcmp(e->name, "final") == 0))
        code = wrong(p, "name", "\"final\" for the last one, and for no other");
    return code;
}

static int read_point(cli_exits_file *f, uint32_t index, struct json_object *j, place *p)
{
    bonnet_exit_point *o = &f->point[index];
    double sum = 0;
    snprintf(p->where, sizeof p->where, "points[%u]", index);
    if (!json_object_is_type(j, json_type_object)) return wrong(p, "thresholds", "an object around it");
    int code = only(p, j, "thresholds/share/accuracy/accuracy_low/accuracy_high/cost");
    if (code == CLI_OK)
        code = numbers(o->threshold, f->exits - 1, p, j, "thresholds", 0, 1e15, true,
                       "a number of 0 to 10^15 for each exit but the last, or null: not used");
    if (code == CLI_OK) code = numbers(o->share, f->exits, p, j, "share", 0, 1, false, "a share of 0 to 1 for each exit");
    for (uint32_t e = 0; e < f->exits; e++) sum += o->share[e];
    if (code == CLI_OK && fabs(sum - 1) > 1e-6) code = wrong(p, "share", "shares that make 1 together");
    for (uint32_t e = 0; e + 1 < f->exits && code == CLI_OK; e++)
        if (o->threshold[e] == HUGE_VAL && o->share[e] > 0) code = wrong(p, "share", "0 of an exit that is not used");
    if (code == CLI_OK) code = accuracies(&o->accuracy, &o->accuracy_low, &o->accuracy_high, p, j);
    return code == CLI_OK ? number(&o->cost, p, j, "cost", 0, 1e15, "a number of 0 to 10^15") : code;
}

static int read_identity(cli_exits_file *f, struct json_object *root, const place *p)
{
    struct json_object *j;
    int code = text(f->network, sizeof f->network, p, root, "network", true);
    if (code != CLI_OK) return code;
    const bool has = json_object_object_get_ex(root, "sha256", &j);
    if (has != (*f->network != 0)) return wrong(p, "sha256", "\"network\" beside it, and the other way round");
    if (!has) return CLI_OK;
    const char *hex = json_object_is_type(j, json_type_string) ? json_object_get_string(j) : "";
    if (strlen(hex) != 64 || strspn(hex, "0123456789abcdef") != 64) return wrong(p, "sha256", "64 hexadecimal digits, lower case");
    for (int i = 0; i < 32; i++) {
        const char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
        f->sha256[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return CLI_OK;
}

static int read_cost(cli_exits_file *f, struct json_object *root, place *p)
{
    uint64_t frames = 0;
    struct json_object *j;
    int code = get(&j, p, root, "cost", json_type_object, "an object: unit, geometry, frames");
    if (code != CLI_OK) return code;
    snprintf(p->where, sizeof p->where, "cost");
    code = only(p, j, "unit/geometry/frames");
    if (code == CLI_OK) code = text(f->unit, sizeof f->unit, p, j, "unit", false);
    if (code == CLI_OK) code = text(f->geometry, sizeof f->geometry, p, j, "geometry", true);
    if (code == CLI_OK && json_object_object_get_ex(j, "frames", NULL))
        code = count(&frames, p, j, "frames", 100000, "a whole number of 0 to 100000");
    f->frames = (uint32_t)frames;
    *p->where = 0;
    return code;
}

static int read_head(cli_exits_file *f, struct json_object *root, place *p)
{
    struct json_object *kind;
    int code = only(p, root, "bonnet_exits/network/sha256/confidence/temperature/samples/chosen_on/interval/budget/cost/exits/points/chosen");
    if (code == CLI_OK) code = read_identity(f, root, p);
    if (code == CLI_OK) code = get(&kind, p, root, "confidence", json_type_string, "margin, probability or entropy");
    if (code == CLI_OK && !cli_confidence(&f->confidence, json_object_get_string(kind)))
        code = wrong(p, "confidence", "margin, probability or entropy");
    if (code == CLI_OK) code = count(&f->samples, p, root, "samples", BONNET_EXIT_SAMPLES, "a whole number of 1 to 1048576");
    if (code == CLI_OK && !f->samples) code = wrong(p, "samples", "a whole number of 1 to 1048576");
    if (code == CLI_OK && json_object_object_get_ex(root, "chosen_on", NULL))
        code = count(&f->chosen_on, p, root, "chosen_on", BONNET_EXIT_SAMPLES, "a whole number of 0 to 1048576");
    if (code == CLI_OK) code = number(&f->interval, p, root, "interval", 1e-6, 1 - 1e-6, "a level between 0 and 1");
    if (code == CLI_OK) code = number(&f->budget, p, root, "budget", 0, 100, "points of accuracy, 0 to 100");
    return code == CLI_OK ? read_cost(f, root, p) : code;
}

static int read_lists(cli_exits_file *f, struct json_object *root, place *p)
{
    struct json_object *exits, *points;
    uint64_t chosen = 0;
    int code = get(&exits, p, root, "exits", json_type_array, "an array of 2 to 16 exits, the last one \"final\"");
    if (code != CLI_OK) return code;
    const size_t n = json_object_array_length(exits);
    if (n < 2 || n > BONNET_EXITS_MAX) return wrong(p, "exits", "an array of 2 to 16 exits, the last one \"final\"");
    f->exits = (uint32_t)n;
    for (uint32_t e = 0; e < f->exits; e++) f->temperature[e] = 1;
    if (json_object_object_get_ex(root, "temperature", NULL) || f->confidence != BONNET_CONFIDENCE_MARGIN)
        code = numbers(f->temperature, f->exits, p, root, "temperature", 1e-6, 1e12, false, "a number above 0 for each exit");
    for (uint32_t e = 0; e < f->exits && code == CLI_OK; e++) code = read_exit(f, e, json_object_array_get_idx(exits, e), p);
    *p->where = 0;
    if (code == CLI_OK) code = get(&points, p, root, "points", json_type_array, "an array of 1 to 64 points");
    if (code != CLI_OK) return code;
    const size_t m = json_object_array_length(points);
    if (!m || m > BONNET_EXIT_POINTS) return wrong(p, "points", "an array of 1 to 64 points");
    f->points = (uint32_t)m;
    for (uint32_t i = 0; i < f->points && code == CLI_OK; i++) code = read_point(f, i, json_object_array_get_idx(points, i), p);
    *p->where = 0;
    if (code == CLI_OK) code = count(&chosen, p, root, "chosen", m - 1, "the index of one of the points");
    f->chosen = (uint32_t)chosen;
    return code;
}

static int read_root(cli_exits_file *f, struct json_object *root, const char *path)
{
    struct json_object *version;
    place p = {.path = path};
    if (!json_object_is_type(root, json_type_object)) return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: not a JSON object", path);
    if (!json_object_object_get_ex(root, "bonnet_exits", &version))
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: no thresholds of exits: \"bonnet_exits\", its version, is missing", path);
    if (!json_object_is_type(version, json_type_int) || json_object_get_int64(version) != 1)
        return cli_fail(CLI_STATUS - BONNET_EABI, "%s: \"bonnet_exits\" is of another version; this program reads 1", path);
    const int code = read_head(f, root, &p);
    return code == CLI_OK ? read_lists(f, root, &p) : code;
}

int cli_exits_parse(cli_exits_file *out, const char *path, const uint8_t *bytes, size_t size)
{
    struct json_object *root = NULL;
    int code = cli_parse_json(&root, path, bytes, size);
    memset(out, 0, sizeof *out);
    if (code == CLI_OK) code = read_root(out, root, path);
    json_object_put(root);
    return code;
}

int cli_exits_read(cli_exits_file *out, const char *path)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int code = cli_read_file(&bytes, &size, path);
    if (code == CLI_OK) code = cli_exits_parse(out, path, bytes, size);
    free(bytes);
    return code;
}
