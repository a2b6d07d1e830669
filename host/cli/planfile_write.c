/* SPDX-License-Identifier: Apache-2.0 */
/* planfile_write.c - a plan as JSON: for `--json`, and with network and limits as the file "bonnet_plan". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan.h"

static void number(struct json_object *to, const char *key, double value) { json_object_object_add(to, key, cli_json_number(value)); }
static void text(struct json_object *to, const char *key, const char *value) { json_object_object_add(to, key, json_object_new_string(value)); }

/* Tiers as far as they are needed, and the links between them. */
static void add_tiers(struct json_object *to, const cli_tiers *t, const bonnet_place_plan *plan)
{
    struct json_object *tiers = json_object_new_array(), *links = json_object_new_array();
    for (uint32_t i = 0, first; i < t->p.tiers; i++) {
        struct json_object *tier = json_object_new_object();
        const uint32_t n = cli_plan_layers(&first, t, plan, i);
        text(tier, "name", t->tier[i]);
        json_object_object_add(tier, "layers", json_object_new_int64(n));
        if (n) text(tier, "first", t->layer[first]), text(tier, "last", t->layer[first + n - 1]);
        json_object_array_add(tiers, tier);
        if (i + 1 == t->p.tiers || plan->cut[i] == plan->end) break;
        struct json_object *link = json_object_new_object();
        text(link, "codec", t->codec[plan->codec[i]]);
        number(link, "bytes", plan->bytes[i]);
        number(link, "share", plan->crosses[i]);
        json_object_array_add(links, link);
    }
    json_object_object_add(to, "tiers", tiers);
    json_object_object_add(to, "links", links);
}

/* The tier that runs the layer. */
static uint32_t tier_of(const cli_tiers *t, const bonnet_place_plan *plan, uint32_t layer)
{
    uint32_t i = 0;
    while (i + 1 < t->p.tiers && plan->cut[i] <= layer) i++;
    return i;
}

/* Exits that are asked; the end is an exit, too. */
static void add_exits(struct json_object *to, const cli_tiers *t, const bonnet_place_plan *plan)
{
    const bonnet_place_point *x = &t->points[plan->point];
    struct json_object *list = json_object_new_array();
    if (*t->confidence && x->active) text(to, "confidence", t->confidence);
    for (uint32_t e = 0; e <= t->p.exits; e++) {
        const bool end = e == t->p.exits;
        if (end ? x->last != e : !(x->active >> e & 1)) continue;
        struct json_object *one = json_object_new_object();
        text(one, "name", t->exit[e]);
        if (!end) text(one, "behind", t->layer[t->exits[e].behind]);
        json_object_object_add(one, "tier", json_object_new_int64(tier_of(t, plan, end ? plan->end - 1 : t->exits[e].behind)));
        number(one, "share", x->share[e]);
        if (!end && t->thresholds) number(one, "threshold", t->threshold[plan->point][e]);
        if (!end && *t->confidence) number(one, "temperature", t->temperature[e]);
        json_object_array_add(list, one);
    }
    json_object_object_add(to, "exits", list);
}

struct json_object *cli_plan_json(const cli_question *q, const bonnet_place_plan *plan, const char *reason)
{
    struct json_object *j = json_object_new_object(), *why = json_object_new_array();
    json_object_object_add(j, "layers", json_object_new_int64(plan->end));
    add_tiers(j, q->t, plan);
    add_exits(j, q->t, plan);
    number(j, "ms", plan->ms);
    if (isfinite(plan->ms_hi)) number(j, "ms_hi", plan->ms_hi);
    number(j, "mj", plan->mj);
    number(j, "accuracy", plan->accuracy);
    number(j, "reward", plan->reward);
    for (const char *at = reason; *at;) {
        const size_t n = strcspn(at, ";");
        json_object_array_add(why, json_object_new_string_len(at, (int)n));
        at += n;
        at += strspn(at, "; ");
    }
    json_object_object_add(j, "reason", why);
    return j;
}

int cli_planfile_write(const char *path, const cli_question *q, const bonnet_place_plan *plan, const char *reason)
{
    struct json_object *j = json_object_new_object(), *rest = cli_plan_json(q, plan, reason);
    const bonnet_place_options *o = &q->o;
    json_object_object_add(j, "bonnet_plan", json_object_new_int(1));
    text(j, "network", q->t->network);
    if (*q->t->sha256) text(j, "sha256", q->t->sha256);
    text(j, "goal", cli_goal_names[o->goal]);
    if (o->no_raw_upload || o->must_local_answer)
        text(j, "policy", !o->must_local_answer ? "no_raw_upload" : o->no_raw_upload ? "no_raw_upload,must_local_answer" : "must_local_answer");
    if (o->deadline_ms > 0) number(j, "deadline_ms", o->deadline_ms);
    if (plan->misses >> BONNET_PLACE_LATE & 1 && isfinite(plan->ms_hi)) number(j, "late_ms", plan->ms_hi - o->deadline_ms);
    json_object_object_foreach(rest, key, value) { json_object_object_add(j, key, json_object_get(value)); }
    json_object_put(rest);
    const char *all = json_object_to_json_string_ext(j, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    char *line = all ? malloc(strlen(all) + 2) : NULL;
    int code = line ? CLI_OK : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (line) {
        const int n = sprintf(line, "%s\n", all);
        code = cli_write_file(path, line, (size_t)n);
    }
    free(line);
    json_object_put(j);
    return code;
}
