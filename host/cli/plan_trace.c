/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_trace.c - bonnet plan --trace: Edgent's algorithm 3 over a recorded link. For each sample the plan that was chosen before it runs at the bandwidth that
 * it then meets; beside it plans that never change, and the one that knows the sample beforehand.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "detector.h"
#include "plan.h"

enum { DYNAMIC, NEWEST, FIXED, DEVICE, SERVER, FORESEEN, POLICIES };
static const char *const names[POLICIES] = {"by state", "by last sample", "fixed", "device only", "server only", "foreseen"};
static const char *const keys[POLICIES] = {"by_state", "by_last_sample", "fixed", "device_only", "server_only", "foreseen"};

typedef struct policy {
    bonnet_place_plan plan;
    bool there;                    /* within the limits at all */
    double rate, reward, accuracy; /* sums over samples */
    uint64_t late, changes;
} policy;

typedef struct race {
    cli_question *q;
    bonnet_link_trace trace;
    double state[BONNET_PLACE_STATES], mean;
    uint32_t states;
    bonnet_place_plan *map; /* [states] */
    policy policy[POLICIES];
    uint64_t found; /* changes of state */
    struct json_object *samples;
} race;

static int fail(const cli_question *q, bonnet_status status)
{
    return cli_fail(CLI_STATUS - (int)status, "%s: %s", q->path, *q->message ? q->message : bonnet_status_text(status));
}

/* The best plan at the trace's mean, of the problem as it is or of a restricted one. */
static bonnet_status fixed_plan(policy *to, const race *r, const bonnet_place_problem *problem)
{
    bonnet_place_options o = r->q->o;
    bonnet_place_result *result = malloc(sizeof *result);
    if (!result) return BONNET_ENOMEM;
    if (problem->tiers > 1) {
        bonnet_status status = bonnet_place_map(&to->plan, problem, &o, &r->mean, 1);
        to->there = status == BONNET_OK;
        free(result);
        return status == BONNET_EUNSUPPORTED ? BONNET_OK : status;
    }
    const bonnet_status status = bonnet_place(result, problem, &o);
    to->there = status == BONNET_OK;
    if (to->there) to->plan = result->plan[0];
    for (uint32_t t = 0; to->there && t + 1 < BONNET_PLACE_TIERS; t++) to->plan.cut[t] = to->plan.end, to->plan.codec[t] = 0;
    free(result);
    return status == BONNET_EUNSUPPORTED ? BONNET_OK : status;
}

static bonnet_status start(race *r)
{
    bonnet_place_problem device = r->q->t->p, server = r->q->t->p;
    bonnet_place_tier tier[BONNET_PLACE_TIERS];
    bonnet_place_cost never[BONNET_PLACE_BLOCKS];
    for (uint32_t j = 0; j < server.blocks; j++) never[j] = (bonnet_place_cost){INFINITY, INFINITY, 0};
    memcpy(tier, server.tier, server.tiers * sizeof *tier);
    tier[0].block = never;
    device.tiers = 1, server.tier = tier;
    bonnet_status status = bonnet_place_map(r->map, &r->q->t->p, &r->q->o, r->state, r->states);
    if (status == BONNET_OK) status = fixed_plan(&r->policy[FIXED], r, &r->q->t->p);
    if (status == BONNET_OK) status = fixed_plan(&r->policy[DEVICE], r, &device);
    if (status == BONNET_OK) status = fixed_plan(&r->policy[SERVER], r, &server);
    r->policy[DYNAMIC] = r->policy[NEWEST] = r->policy[FIXED];
    r->policy[FORESEEN].there = true;
    return status;
}

static void choose(policy *to, const bonnet_place_plan *plan)
{
    const bool other =
        to->plan.point != plan->point || memcmp(to->plan.cut, plan->cut, sizeof plan->cut) || memcmp(to->plan.codec, plan->codec, sizeof plan->codec);
    to->changes += other;
    to->plan = *plan;
}

/* What the policy's plan does while the link carries so much. */
static bonnet_status meet(policy *to, const race *r, double bits_per_s, double *rate)
{
    bonnet_place_link link[BONNET_PLACE_TIERS - 1];
    bonnet_place_problem p = r->q->t->p;
    bonnet_place_plan plan = to->plan;
    memcpy(link, p.link, (p.tiers - 1) * sizeof *link);
    p.link = link;
    const double now = fmax(bits_per_s, 1e3); /* a link that carries nothing */
    link[0].down_bits_per_s *= now / link[0].bits_per_s, link[0].bits_per_s = now, link[0].sd_bits_per_s = 0;
    const bonnet_status status = bonnet_place_cost_of(&plan, &p, &r->q->o);
    if (status != BONNET_OK) return status;
    *rate = 1e3 / fmax(plan.ms, 1e-9);
    to->rate += *rate, to->reward += plan.reward, to->accuracy += plan.accuracy;
    to->late += plan.misses >> BONNET_PLACE_LATE & 1;
    return BONNET_OK;
}

static int run(race *r, const bonnet_link_options *o, double times)
{
    bonnet_link *link = NULL;
    bonnet_link_state now = {0};
    bonnet_status status = bonnet_link_open(&link, o);
    if (status != BONNET_OK) return cli_fail(CLI_USAGE, "plan: %s", r->q->message);
    for (size_t i = 0; i < r->trace.count && status == BONNET_OK; i++) {
        const double bits = times * r->trace.samples[i].bits_per_s;
        double rate[POLICIES] = {0};
        if (cli_cancelled) break;
        r->policy[FORESEEN].plan = r->map[bonnet_place_find(r->state, r->states, bits)];
        for (int k = 0; k < POLICIES && status == BONNET_OK; k++)
            if (r->policy[k].there) status = meet(&r->policy[k], r, bits, &rate[k]);
        struct json_object *row = r->samples ? json_object_new_array() : NULL;
        if (row) {
            json_object_array_add(row, cli_json_number(r->trace.samples[i].at_s));
            json_object_array_add(row, cli_json_number(bits / 1e6));
            json_object_array_add(row, cli_json_number(rate[DYNAMIC]));
            json_object_array_add(row, cli_json_number(rate[FIXED]));
            json_object_array_add(r->samples, row);
        }
        choose(&r->policy[NEWEST], &r->map[bonnet_place_find(r->state, r->states, bits)]);
        if (status == BONNET_OK) status = bonnet_link_add(&now, link, fmin(bits, 1e12));
        if (status == BONNET_OK && (now.changed || i == 0)) { /* find(s), algorithm 3 */
            r->found += i > 0;
            choose(&r->policy[DYNAMIC], &r->map[bonnet_place_find(r->state, r->states, now.bits_per_s)]);
        }
    }
    bonnet_link_close(link);
    if (cli_cancelled) return cli_fail(CLI_INTERRUPTED, "plan: interrupted");
    return status == BONNET_OK ? CLI_OK : fail(r->q, status);
}

static int print_json(race *r, const bonnet_link_options *o)
{
    struct json_object *j = json_object_new_object(), *list = json_object_new_object();
    const double n = (double)r->trace.count;
    for (int k = 0; k < POLICIES; k++) {
        const policy *p = &r->policy[k];
        struct json_object *one = json_object_new_object();
        if (!p->there) continue;
        json_object_object_add(one, "per_s", cli_json_number(p->rate / n));
        json_object_object_add(one, "reward", cli_json_number(p->reward / n));
        json_object_object_add(one, "accuracy", cli_json_number(p->accuracy / n));
        json_object_object_add(one, "late", cli_json_number((double)p->late / n));
        json_object_object_add(one, "changes", json_object_new_uint64(p->changes));
        json_object_object_add(list, keys[k], one);
    }
    json_object_object_add(j, "samples", json_object_new_uint64(r->trace.count));
    json_object_object_add(j, "mean_mbit_per_s", cli_json_number(r->mean / 1e6));
    json_object_object_add(j, "detector", json_object_new_string(o->method == BONNET_LINK_EWMA ? "ewma" : "bayes"));
    json_object_object_add(j, "threshold", cli_json_number(o->threshold));
    json_object_object_add(j, "states", json_object_new_int64(r->states));
    json_object_object_add(j, "changes_of_state", json_object_new_uint64(r->found));
    json_object_object_add(j, "policies", list);
    json_object_object_add(j, "rows", r->samples); /* s, Mbit/s, inputs/s by state and fixed */
    r->samples = NULL;
    return cli_print_json(j);
}

static int print_table(const race *r, const bonnet_link_options *o, const char *path)
{
    const double n = (double)r->trace.count;
    printf("%-15s %12s %10s %10s %8s %8s\n", "plan", "inputs/s", "reward", "accuracy", "late", "changes");
    for (int k = 0; k < POLICIES; k++) {
        const policy *p = &r->policy[k];
        if (p->there)
            printf("%-15s %12.3f %10.4f %10.4f %8.4f %8llu\n", names[k], p->rate / n, p->reward / n, p->accuracy / n, (double)p->late / n,
                   (unsigned long long)p->changes);
        else printf("%-15s %12s\n", names[k], "no plan");
    }
    printf("%s: %zu samples, mean %.3f Mbit/s; %u states in the map; %llu changes of state, detector %s, threshold %g\n", path, r->trace.count,
           r->mean / 1e6, r->states, (unsigned long long)r->found, o->method == BONNET_LINK_EWMA ? "ewma" : "bayes", o->threshold);
    return cli_finish_stdout();
}

static int race_of(race *r, const plan_line *l, const bonnet_link_options *d, double times)
{
    for (size_t i = 0; i < r->trace.count; i++) r->mean += times * r->trace.samples[i].bits_per_s / (double)r->trace.count;
    r->mean = fmax(r->mean, 1e3);
    int code = cli_plan_states(r->state, &r->states, l->states);
    if (code != CLI_OK) return code;
    r->map = calloc(r->states, sizeof *r->map);
    r->samples = l->o.json ? json_object_new_array() : NULL;
    const bonnet_status status = r->map ? start(r) : BONNET_ENOMEM;
    code = status == BONNET_OK ? run(r, d, times) : fail(r->q, status);
    if (code == CLI_OK) code = l->o.json ? print_json(r, d) : print_table(r, d, l->trace);
    free(r->map);
    json_object_put(r->samples);
    return code;
}

int cli_plan_trace(cli_question *q, const plan_line *l)
{
    bonnet_link_options d = BONNET_LINK_OPTIONS_INIT;
    double times = 1;
    uint8_t *bytes = NULL;
    size_t size = 0;
    d.message = q->message, d.message_bytes = sizeof q->message;
    if (q->t->p.tiers < 2) return cli_fail(CLI_USAGE, "plan: --trace wants a link, two tiers or more");
    if (l->times && (!cli_number(&times, l->times) || !(times > 0 && times <= 1e6)))
        return cli_fail(CLI_USAGE, "plan: --times wants a number above 0, at most 10^6, not '%.40s'", l->times);
    int code = cli_detector_options(&d, &l->o, "plan");
    if (code == CLI_OK) code = cli_read_file(&bytes, &size, l->trace);
    race *r = code == CLI_OK ? calloc(1, sizeof *r) : NULL;
    if (code == CLI_OK && !r) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) {
        r->q = q;
        const bonnet_status status = bonnet_link_trace_read(&r->trace, (const char *)bytes, size, BONNET_LINK_GUESS, q->message, sizeof q->message);
        code = status == BONNET_OK ? race_of(r, l, &d, times) : cli_fail(CLI_STATUS - (int)status, "%s: %s", l->trace, q->message);
        bonnet_link_trace_free(&r->trace);
    }
    free(bytes);
    free(r);
    return code;
}
