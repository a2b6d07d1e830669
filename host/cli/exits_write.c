/* SPDX-License-Identifier: Apache-2.0 */
/* exits_write.c - thresholds of early exits as a file: numbers with as many digits as they were found with, so that they are read back as they were. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "exits_file.h"

/* A double that a text stands for as shown: as few digits as give it back. */
static struct json_object *shown(double value)
{
    char text[40];
    double back = 0;
    if (value == floor(value) && fabs(value) < 9e15) return json_object_new_int64((int64_t)value);
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (sscanf(text, "%lf", &back) == 1 && back == value) break;
    }
    return json_object_new_double_s(value, text);
}

/* What was measured: six digits say more than the samples can. */
static struct json_object *rounded(double value)
{
    char text[40];
    double back = value;
    snprintf(text, sizeof text, "%.9g", value);
    if (sscanf(text, "%lf", &back) != 1) back = value;
    return shown(back);
}

static void add(struct json_object *to, const char *key, struct json_object *value) { json_object_object_add(to, key, value); }
static void add_text(struct json_object *to, const char *key, const char *text)
{
    if (*text) add(to, key, json_object_new_string(text));
}

static void add_accuracy(struct json_object *to, double accuracy, double low, double high)
{
    add(to, "accuracy", rounded(accuracy));
    add(to, "accuracy_low", rounded(fmin(low, accuracy)));
    add(to, "accuracy_high", rounded(fmax(high, accuracy)));
}

static struct json_object *exits_json(const cli_exits_file *f)
{
    struct json_object *list = json_object_new_array();
    for (uint32_t e = 0; e < f->exits; e++) {
        struct json_object *j = json_object_new_object();
        add_text(j, "name", f->exit[e].name);
        add_text(j, "behind", f->exit[e].behind);
        add_accuracy(j, f->exit[e].accuracy, f->exit[e].accuracy_low, f->exit[e].accuracy_high);
        add(j, "cost", rounded(f->exit[e].cost));
        add(j, "alone", rounded(f->exit[e].alone));
        json_object_array_add(list, j);
    }
    return list;
}

static struct json_object *points_json(const cli_exits_file *f)
{
    struct json_object *list = json_object_new_array();
    for (uint32_t i = 0; i < f->points; i++) {
        const bonnet_exit_point *p = &f->point[i];
        struct json_object *j = json_object_new_object(), *thresholds = json_object_new_array(), *share = json_object_new_array();
        for (uint32_t e = 0; e + 1 < f->exits; e++) json_object_array_add(thresholds, p->threshold[e] == HUGE_VAL ? NULL : shown(p->threshold[e]));
        for (uint32_t e = 0; e < f->exits; e++) json_object_array_add(share, rounded(p->share[e]));
        add(j, "thresholds", thresholds);
        add(j, "share", share);
        add_accuracy(j, p->accuracy, p->accuracy_low, p->accuracy_high);
        add(j, "cost", rounded(p->cost));
        json_object_array_add(list, j);
    }
    return list;
}

struct json_object *cli_exits_json(const cli_exits_file *f)
{
    struct json_object *root = json_object_new_object(), *cost = json_object_new_object();
    char hex[CLI_DIGEST] = "";
    if (*f->network) cli_sha256_hex(hex, f->sha256);
    add(root, "bonnet_exits", json_object_new_int(1));
    add_text(root, "network", f->network);
    add_text(root, "sha256", hex);
    add(root, "confidence", json_object_new_string(bonnet_confidence_name(f->confidence)));
    if (f->confidence != BONNET_CONFIDENCE_MARGIN) {
        struct json_object *list = json_object_new_array();
        for (uint32_t e = 0; e < f->exits; e++) json_object_array_add(list, shown(f->temperature[e]));
        add(root, "temperature", list);
    }
    add(root, "samples", json_object_new_uint64(f->samples));
    if (f->chosen_on) add(root, "chosen_on", json_object_new_uint64(f->chosen_on));
    add(root, "interval", shown(f->interval));
    add(root, "budget", shown(f->budget));
    add_text(cost, "unit", f->unit);
    add_text(cost, "geometry", f->geometry);
    if (f->frames) add(cost, "frames", json_object_new_int64(f->frames));
    add(root, "cost", cost);
    add(root, "exits", exits_json(f));
    add(root, "points", points_json(f));
    add(root, "chosen", json_object_new_int64(f->chosen));
    return root;
}

int cli_exits_write(const char *path, const cli_exits_file *f)
{
    struct json_object *root = cli_exits_json(f);
    size_t bytes = 0;
    const char *text = json_object_to_json_string_length(root, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE, &bytes);
    const int code = text ? cli_write_file(path, text, bytes) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    json_object_put(root);
    return code;
}
