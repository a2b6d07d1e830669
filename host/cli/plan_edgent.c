/* SPDX-License-Identifier: Apache-2.0 */
/* plan_edgent.c - bonnet plan --edgent: algorithms 1 and 2 as printed (server first), beside the same question device first. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan.h"

int cli_plan_states(double *out, uint32_t *count, const char *text)
{
    static const char *const wants = "plan: --states wants Mbit/s above 0, as 0.5,1,2 or FROM:TO:STEP, at most %d, not '%.60s'";
    char copy[4096], *at = copy, *rest = NULL;
    double from[3];
    uint32_t n = 0;
    snprintf(copy, sizeof copy, "%s", text ? text : "0.1:6:0.1");
    const bool range = strchr(copy, ':') != NULL;
    for (char *word = strtok_r(at, range ? ":" : ",", &rest); word; word = strtok_r(NULL, range ? ":" : ",", &rest)) {
        double x;
        if (!cli_number(&x, word) || !(x > 0 && x <= 1e6) || n == (range ? 3 : BONNET_PLACE_STATES))
            return cli_fail(CLI_USAGE, wants, BONNET_PLACE_STATES, text);
        if (range) from[n++] = x;
        else out[n++] = 1e6 * x;
    }
    if (strlen(text ? text : "") >= sizeof copy || !n ||
        (range && (n != 3 || from[1] < from[0] || (from[1] - from[0]) / from[2] > BONNET_PLACE_STATES - 2)))
        return cli_fail(CLI_USAGE, wants, BONNET_PLACE_STATES, text);
    *count = n;
    if (range)
        for (*count = 0; from[0] + *count * from[2] <= from[1] * (1 + 1e-9); ++*count) out[*count] = 1e6 * (from[0] + *count * from[2]);
    return CLI_OK;
}

static int fail(const cli_question *q, bonnet_status status)
{
    return cli_fail(CLI_STATUS - (int)status, "%s: %s", q->path, *q->message ? q->message : bonnet_status_text(status));
}

static struct json_object *printed_json(const cli_tiers *t, const bonnet_place_edgent *e)
{
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "found", json_object_new_boolean((json_bool)e->found));
    if (!e->found) return j;
    json_object_object_add(j, "exit", json_object_new_string(t->exit[e->exit]));
    json_object_object_add(j, "exit_number", json_object_new_int64(e->exit + 1));
    json_object_object_add(j, "server_layers", json_object_new_int64(e->cut));
    json_object_object_add(j, "ms", cli_json_number(e->ms));
    return j;
}

static int static_of(cli_question *q, const plan_line *l)
{
    const cli_tiers *t = q->t;
    bonnet_place_edgent e;
    char words[1024];
    if (!(q->o.deadline_ms > 0)) return cli_fail(CLI_USAGE, "plan: --edgent static wants --deadline MS");
    bonnet_place_result *r = malloc(sizeof *r);
    if (!r) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    bonnet_status status = bonnet_place_edgent_static(&e, &t->p, t->links[0].bits_per_s, q->o.deadline_ms);
    if (status == BONNET_OK) status = bonnet_place(r, &t->p, &q->o);
    if (status != BONNET_OK) {
        free(r);
        return fail(q, status);
    }
    const bonnet_place_plan plan = r->plan[0];
    free(r);
    if (l->o.json) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "as_printed", printed_json(t, &e));
        json_object_object_add(j, "device_first", cli_plan_json(q, &plan, ""));
        json_object_object_add(j, "late", json_object_new_boolean((json_bool)(plan.misses >> BONNET_PLACE_LATE & 1)));
        return cli_print_json(j);
    }
    if (e.found) printf("as printed: %s, the server runs the first %u layers: %.3f ms\n", t->exit[e.exit], e.cut, e.ms);
    else printf("as printed: NULL, nothing within %.3f ms\n", q->o.deadline_ms);
    cli_plan_words(words, sizeof words, t, &plan);
    printf("device first: %.3f ms, at most %.3f, accuracy %.4f%s: %s\n", plan.ms, plan.ms_hi, plan.accuracy,
           plan.misses >> BONNET_PLACE_LATE & 1 ? ", late" : "", words);
    return cli_finish_stdout();
}

static void print_map(const cli_question *q, const double *state, uint32_t n, const bonnet_place_edgent *printed, const bonnet_place_plan *plan)
{
    char words[1024];
    printf("%9s  %-28s  %10s %9s %9s  %s\n", "Mbit/s", "as printed", "ms", "accuracy", "reward", "device first");
    for (uint32_t i = 0; i < n; i++) {
        char text[CLI_TEXT + 40] = "-";
        if (printed[i].found) snprintf(text, sizeof text, "%.60s, server %u, %.3f ms", q->t->exit[printed[i].exit], printed[i].cut, printed[i].ms);
        cli_plan_words(words, sizeof words, q->t, &plan[i]);
        printf("%9.3f  %-28s  %10.3f %9.4f %9.4f  %s%s\n", state[i] / 1e6, text, plan[i].ms, plan[i].accuracy, plan[i].reward,
               plan[i].misses ? "late: " : "", words);
    }
}

static struct json_object *map_json(const cli_question *q, const double *state, uint32_t n, const bonnet_place_edgent *printed,
                                    const bonnet_place_plan *plan)
{
    struct json_object *j = json_object_new_object(), *list = json_object_new_array();
    for (uint32_t i = 0; i < n; i++) {
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "mbit_per_s", cli_json_number(state[i] / 1e6));
        json_object_object_add(one, "as_printed", printed_json(q->t, &printed[i]));
        json_object_object_add(one, "late", json_object_new_boolean((json_bool)(plan[i].misses != 0)));
        json_object_object_add(one, "device_first", cli_plan_json(q, &plan[i], ""));
        json_object_array_add(list, one);
    }
    json_object_object_add(j, "network", json_object_new_string(q->t->network));
    json_object_object_add(j, "goal", json_object_new_string(cli_goal_names[q->o.goal]));
    json_object_object_add(j, "states", list);
    return j;
}

static int map_of(cli_question *q, const plan_line *l, const double *state, uint32_t n)
{
    const cli_tiers *t = q->t;
    bonnet_place_edgent *printed = calloc(n, sizeof *printed);
    bonnet_place_plan *plan = calloc(n, sizeof *plan);
    bonnet_status status = printed && plan ? BONNET_OK : BONNET_ENOMEM;
    bool known = t->p.tiers == 2;
    for (uint32_t e = 0; e <= t->p.exits; e++) known = known && t->accuracy[e] >= 0;
    if (status == BONNET_OK && known)
        status = bonnet_place_edgent_map(printed, &t->p, t->accuracy, q->o.deadline_ms > 0 ? q->o.deadline_ms : INFINITY,
                                         q->o.weight > 0 ? q->o.weight : 1, state, n);
    if (status == BONNET_OK) status = bonnet_place_map(plan, &t->p, &q->o, state, n);
    int code = status == BONNET_OK ? CLI_OK : fail(q, status);
    if (code == CLI_OK && l->o.json) code = cli_print_json(map_json(q, state, n, printed, plan));
    else if (code == CLI_OK) {
        print_map(q, state, n, printed, plan);
        code = cli_finish_stdout();
    }
    free(printed);
    free(plan);
    return code;
}

int cli_plan_edgent(cli_question *q, const plan_line *l)
{
    double state[BONNET_PLACE_STATES];
    uint32_t n;
    if (q->t->p.tiers < 2) return cli_fail(CLI_USAGE, "plan: --edgent wants a device and a server, two tiers");
    if (!strcmp(l->edgent, "static")) {
        if (q->t->p.tiers != 2) return cli_fail(CLI_USAGE, "plan: --edgent static wants a device and a server, two tiers");
        return static_of(q, l);
    }
    const int code = cli_plan_states(state, &n, l->states);
    return code == CLI_OK ? map_of(q, l, state, n) : code;
}
