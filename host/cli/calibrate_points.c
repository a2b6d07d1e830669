/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calibrate_points.c - bonnet calibrate --points: ways to do one thing, measured anywhere, as a table:
 *
 *     bonnet_points,1
 *     unit,ms
 *     exits,1,6,0.432        group, name, cost, accuracy 0..1
 *
 * Which of them none beats, and of each group the most accurate that costs no more than is allowed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calibrate.h"
#include "csv.h"

enum { MOST = 4096 };

typedef struct ways {
    uint32_t count;
    char unit[16];
    char group[MOST][CLI_EXITS_NAME], name[MOST][CLI_EXITS_NAME];
    bonnet_operating_point at[MOST];
} ways;

static int read_ways(ways *w, cli_csv *csv)
{
    if (!cli_csv_line(csv) || !cli_csv_word(csv, "bonnet_points") || !cli_csv_word(csv, "1") || csv->field)
        return cli_fail(CLI_STATUS - BONNET_EABI, "%s: begins with another line than \"bonnet_points,1\"; this program reads version 1", csv->path);
    if (!cli_csv_line(csv) || !cli_csv_word(csv, "unit") || !cli_csv_name(csv, w->unit, sizeof w->unit) || csv->field)
        return cli_csv_wants(csv, "\"unit\" and a word of at most 15 bytes");
    while (cli_csv_line(csv)) {
        if (w->count == MOST) return cli_csv_wants(csv, "at most 4096 ways");
        bonnet_operating_point *p = &w->at[w->count];
        if (!cli_csv_name(csv, w->group[w->count], CLI_EXITS_NAME) || !cli_csv_name(csv, w->name[w->count], CLI_EXITS_NAME))
            return cli_csv_wants(csv, "a group and a name of 1 to 63 bytes");
        if (!cli_csv_number(csv, &p->cost) || !(p->cost >= 0 && p->cost <= 1e15)) return cli_csv_wants(csv, "a cost of 0 to 10^15 behind the name");
        if (!cli_csv_number(csv, &p->accuracy) || !(p->accuracy >= 0 && p->accuracy <= 1) || csv->field)
            return cli_csv_wants(csv, "an accuracy of 0 to 1 at the end");
        w->count++;
    }
    return w->count ? CLI_OK : cli_csv_wants(csv, "at least one way");
}

/* The best of a group within a cost: by its index, or count. */
static uint32_t best_of(const ways *w, const char *group, double most)
{
    uint32_t best = w->count;
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t one = 0;
        const bonnet_operating_point pair[2] = {w->at[best < w->count ? best : i], w->at[i]};
        if (!strcmp(w->group[i], group) && bonnet_pareto_at_most(&one, pair, 2, most) == BONNET_OK && (one || best == w->count)) best = i;
    }
    return best;
}

static int print_ways(const ways *w, const uint32_t *front, uint32_t n, bool bounded, double most)
{
    printf("%-16s %-16s %12s %9s\n", "group", "way", w->unit, "accuracy");
    for (uint32_t i = 0; i < n; i++)
        printf("%-16s %-16s %12g %8.2f%%\n", w->group[front[i]], w->name[front[i]], w->at[front[i]].cost, 100 * w->at[front[i]].accuracy);
    printf("%u of %u that none other beats\n", n, w->count);
    for (uint32_t g = 0; g < w->count && bounded; g++) {
        bool first = true;
        for (uint32_t i = 0; i < g; i++) first = first && strcmp(w->group[i], w->group[g]);
        if (!first) continue;
        const uint32_t best = best_of(w, w->group[g], most);
        if (best == w->count) printf("at most %g %s: nothing of %s\n", most, w->unit, w->group[g]);
        else printf("at most %g %s: %s %s, %.2f%%\n", most, w->unit, w->group[g], w->name[best], 100 * w->at[best].accuracy);
    }
    return cli_finish_stdout();
}

static struct json_object *way_json(const ways *w, uint32_t i)
{
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "group", json_object_new_string(w->group[i]));
    json_object_object_add(j, "name", json_object_new_string(w->name[i]));
    json_object_object_add(j, "cost", json_object_new_double(w->at[i].cost));
    json_object_object_add(j, "accuracy", json_object_new_double(w->at[i].accuracy));
    return j;
}

static int print_json(const ways *w, const uint32_t *front, uint32_t n, bool bounded, double most)
{
    struct json_object *j = json_object_new_object(), *list = json_object_new_array(), *best = json_object_new_array();
    for (uint32_t i = 0; i < n; i++) json_object_array_add(list, way_json(w, front[i]));
    for (uint32_t i = 0; i < w->count; i++)
        if (bounded && best_of(w, w->group[i], most) == i) json_object_array_add(best, way_json(w, i));
    json_object_object_add(j, "unit", json_object_new_string(w->unit));
    json_object_object_add(j, "front", list);
    if (bounded) json_object_object_add(j, "at_most", best);
    else json_object_put(best);
    return cli_print_json(j);
}

int calibrate_points(const char *path, const char *at_most, bool json)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    double most = 0;
    uint32_t n = 0;
    if (at_most && !cli_number(&most, at_most)) return cli_fail(CLI_USAGE, "calibrate: --at-most wants a number, not '%.40s'", at_most);
    int code = cli_read_file(&bytes, &size, path);
    if (code != CLI_OK) return code;
    ways *w = calloc(1, sizeof *w);
    uint32_t *front = calloc(MOST, sizeof *front);
    cli_csv csv = {.path = path, .next = (const char *)bytes, .end = (const char *)bytes + size};
    code = w && front ? read_ways(w, &csv) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK && bonnet_pareto(&n, front, w->at, w->count) != BONNET_OK) code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no numbers", path);
    if (code == CLI_OK) code = json ? print_json(w, front, n, at_most != NULL, most) : print_ways(w, front, n, at_most != NULL, most);
    free(bytes);
    free(front);
    free(w);
    return code;
}
