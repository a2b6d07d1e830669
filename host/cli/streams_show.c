/* SPDX-License-Identifier: Apache-2.0 */
/* streams_show.c - what the admission test found, and what became of the frames. */
#include <stdio.h>
#include <string.h>
#include "streams.h"

static double ms(uint64_t ns) { return (double)ns / 1e6; }

static void clock_text(char *to, size_t bytes, const streams_run *r)
{
    if (r->clock_hz) snprintf(to, bytes, "%.6g MHz, time of the chip", (double)r->clock_hz / 1e6);
    else snprintf(to, bytes, "time of the wall");
}

static void print_stages(const streams_run *r)
{
    printf("stages:");
    for (uint32_t i = 0; i < r->stages; i++) {
        printf("%s %s %.6f ms", i ? "," : "", r->stage[i], ms(r->stage_ns[i]));
        if (r->batch_ns) printf(" (%lu together %.6f)", r->line->batch, ms(r->batch_ns[(size_t)i * r->line->batch + r->line->batch - 1]));
    }
    putchar('\n');
}

static uint64_t mandatory(const streams_run *r)
{
    uint64_t ns = 0;
    for (uint32_t i = 0; i < (r->policy == BONNET_POLICY_EDF ? r->stages : 1); i++) ns += r->stage_ns[i];
    return ns;
}

static const char *blocker(const streams_run *r) { return r->admission.blocker < r->count ? r->camera[r->admission.blocker].name : "nobody"; }

int streams_show_admission(const streams_run *r)
{
    const bonnet_admission *a = &r->admission;
    if (r->line->o.json) {
        struct json_object *j = json_object_new_object(), *list = json_object_new_array();
        for (uint32_t i = 0; i < r->stages; i++) {
            struct json_object *one = json_object_new_object();
            json_object_object_add(one, "stage", json_object_new_string(r->stage[i]));
            json_object_object_add(one, "ms", json_object_new_double(ms(r->stage_ns[i])));
            json_object_array_add(list, one);
        }
        json_object_object_add(j, "stages", list);
        json_object_object_add(j, "admitted", json_object_new_boolean(a->admitted));
        json_object_object_add(j, "utilisation", json_object_new_double(a->utilisation));
        json_object_object_add(j, "at_ms", json_object_new_double(ms(a->at_ns)));
        json_object_object_add(j, "demand_ms", json_object_new_double(ms(a->demand_ns)));
        json_object_object_add(j, "blocking_ms", json_object_new_double(ms(a->blocking_ns)));
        if (!a->admitted) json_object_object_add(j, "refused", json_object_new_string(r->camera[a->refused].name));
        const int code = cli_print_json(j);
        return code != CLI_OK ? code : a->admitted ? CLI_OK : CLI_DIFFERS;
    }
    print_stages(r);
    printf("%-28s %12s %12s %12s %9s\n", "stream", "period ms", "deadline ms", "mandatory ms", "share");
    for (uint32_t i = 0; i < r->count; i++) {
        const bonnet_task *t = &r->stream[i].task;
        printf("%-28s %12.6f %12.6f %12.6f %8.2f%%%s\n", r->camera[i].name, ms(t->period_ns), ms(t->deadline_ns), ms(mandatory(r)),
               100.0 * (double)mandatory(r) / (double)t->period_ns, i == a->refused ? "  this one is too much" : "");
    }
    printf("together %.2f%%; ", 100 * a->utilisation);
    if (a->at_ns)
        printf("least room within %.6f ms: %.6f ms of work, %.6f ms blocked by %s, %.6f ms %s; ", ms(a->at_ns), ms(a->demand_ns), ms(a->blocking_ns),
               blocker(r),
               ms(a->demand_ns + a->blocking_ns > a->at_ns ? a->demand_ns + a->blocking_ns - a->at_ns : a->at_ns - a->demand_ns - a->blocking_ns),
               a->demand_ns + a->blocking_ns > a->at_ns ? "too much" : "left");
    printf("%llu points\n%s\n", (unsigned long long)a->points,
           a->admitted ? "admitted: every frame gets its mandatory part in time" : "not admitted");
    const int code = cli_finish_stdout();
    return code != CLI_OK ? code : a->admitted ? CLI_OK : CLI_DIFFERS;
}

int streams_refuse(const streams_run *r)
{
    const bonnet_admission *a = &r->admission;
    char why[200];
    if (a->utilisation >= 1 || a->demand_ns + a->blocking_ns <= a->at_ns)
        snprintf(why, sizeof why, "%.2f %% of the time are wanted", 100 * a->utilisation);
    else if (!a->blocking_ns) snprintf(why, sizeof why, "within %.6f ms %.6f ms of work", ms(a->at_ns), ms(a->demand_ns));
    else
        snprintf(why, sizeof why, "within %.6f ms %.6f ms of work, and %.6f ms that %s may block", ms(a->at_ns), ms(a->demand_ns), ms(a->blocking_ns),
                 blocker(r));
    return cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "streams: stream '%s' is too much: %s; --admit says more, --force runs them all the same",
                    r->camera[a->refused].name, why);
}

/* ---- frames ---------------------------------------------------------------------------------------------------------- */

/* One camera's, or the sum. */
typedef struct row {
    const char *name;
    bonnet_task_stats stats;
    uint64_t answered, right;
    double utility, sum_ms, most_ms;
} row;

static row row_of(const streams_run *r, uint32_t camera)
{
    const streams_camera *c = &r->camera[camera];
    return (row){c->name, r->stats[camera], c->answered, c->right, c->utility, c->sum_ms, c->most_ms};
}

static row sum_of(const streams_run *r)
{
    row all = {.name = "all"};
    for (uint32_t i = 0; i < r->count; i++) {
        const row one = row_of(r, i);
        all.stats.frames += one.stats.frames, all.stats.missed += one.stats.missed, all.stats.dropped += one.stats.dropped;
        all.stats.early += one.stats.early, all.stats.overrun += one.stats.overrun;
        for (uint32_t k = 0; k < r->stages; k++) all.stats.answered[k] += one.stats.answered[k];
        all.answered += one.answered, all.right += one.right, all.utility += one.utility, all.sum_ms += one.sum_ms;
        if (one.most_ms > all.most_ms) all.most_ms = one.most_ms;
    }
    return all;
}

static void print_row(const streams_run *r, const row *w)
{
    printf("%-12s %8llu", w->name, (unsigned long long)w->stats.frames);
    for (uint32_t k = 0; k < r->stages; k++) printf(" %8llu", (unsigned long long)w->stats.answered[k]);
    printf(" %8llu %8llu", (unsigned long long)w->stats.dropped, (unsigned long long)w->stats.missed);
    if (r->dataset.labels) printf(" %8llu", (unsigned long long)w->right);
    printf(" %9.4f %10.6f %10.6f\n", w->utility / (double)w->stats.frames, w->answered ? w->sum_ms / (double)w->answered : 0, w->most_ms);
}

static struct json_object *row_json(const streams_run *r, const row *w)
{
    struct json_object *j = json_object_new_object(), *answered = json_object_new_object();
    json_object_object_add(j, "stream", json_object_new_string(w->name));
    json_object_object_add(j, "frames", json_object_new_uint64(w->stats.frames));
    for (uint32_t k = 0; k < r->stages; k++) json_object_object_add(answered, r->stage[k], json_object_new_uint64(w->stats.answered[k]));
    json_object_object_add(j, "answered", answered);
    json_object_object_add(j, "dropped", json_object_new_uint64(w->stats.dropped));
    json_object_object_add(j, "missed", json_object_new_uint64(w->stats.missed));
    json_object_object_add(j, "early", json_object_new_uint64(w->stats.early));
    json_object_object_add(j, "overrun", json_object_new_uint64(w->stats.overrun));
    if (r->dataset.labels) json_object_object_add(j, "right", json_object_new_uint64(w->right));
    json_object_object_add(j, "utility", json_object_new_double(w->utility / (double)w->stats.frames));
    json_object_object_add(j, "mean_ms", json_object_new_double(w->answered ? w->sum_ms / (double)w->answered : 0));
    json_object_object_add(j, "longest_ms", json_object_new_double(w->most_ms));
    return j;
}

static int show_json(const streams_run *r, const row *all)
{
    struct json_object *j = json_object_new_object(), *list = json_object_new_array(), *stages = json_object_new_object();
    json_object_object_add(j, "network", json_object_new_string(r->session.info.name));
    json_object_object_add(j, "policy", json_object_new_string(bonnet_policy_name(r->policy)));
    if (r->tested) json_object_object_add(j, "admitted", json_object_new_boolean(r->admission.admitted));
    for (uint32_t k = 0; k < r->stages; k++) json_object_object_add(stages, r->stage[k], json_object_new_double(ms(r->stage_ns[k])));
    json_object_object_add(j, "stage_ms", stages);
    for (uint32_t i = 0; i < r->count; i++) {
        const row one = row_of(r, i);
        json_object_array_add(list, row_json(r, &one));
    }
    json_object_object_add(j, "streams", list);
    json_object_object_add(j, "all", row_json(r, all));
    json_object_object_add(j, "busy_ms", json_object_new_double(ms(r->busy_ns)));
    json_object_object_add(j, "end_ms", json_object_new_double(ms(r->end_ns)));
    json_object_object_add(j, "load", json_object_new_double(r->load));
    json_object_object_add(j, "calls", json_object_new_uint64(r->calls));
    return cli_print_json(j);
}

int streams_show(const streams_run *r)
{
    const row all = sum_of(r);
    char clock[64];
    if (r->line->o.json) return show_json(r, &all);
    clock_text(clock, sizeof clock, r);
    printf("%s on %s, policy %s, %s\n", r->session.info.name, r->line->o.device, bonnet_policy_name(r->policy), clock);
    print_stages(r);
    printf("%-12s %8s", "stream", "frames");
    for (uint32_t k = 0; k < r->stages; k++) printf(" %8.8s", r->stage[k]);
    printf(" %8s %8s", "dropped", "missed");
    if (r->dataset.labels) printf(" %8s", "right");
    printf(" %9s %10s %10s\n", "utility", "mean ms", "longest");
    for (uint32_t i = 0; i < r->count && r->count > 1; i++) {
        const row one = row_of(r, i);
        print_row(r, &one);
    }
    print_row(r, &all);
    printf("busy %.2f %% of %.6f ms, %llu calls; frames came at %.4f of what these stages take one after the other",
           r->end_ns ? 100.0 * (double)r->busy_ns / (double)r->end_ns : 0, ms(r->end_ns), (unsigned long long)r->calls, r->load);
    printf(r->tested ? r->admission.admitted ? "; admitted\n" : "; not admitted\n" : "; no test for this policy\n");
    if (all.stats.early || all.stats.overrun)
        printf("%llu frames came too early, %llu stages took longer than expected: what is admitted may miss by that\n",
               (unsigned long long)all.stats.early, (unsigned long long)all.stats.overrun);
    return cli_finish_stdout();
}
