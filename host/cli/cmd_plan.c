/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_plan.c - bonnet plan: which part of a network runs where, and why (docs/plan.md). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "detector.h"
#include "plan.h"

static const char usage[] =
    "usage: bonnet plan MODEL.bonnet --tiers TIERS.json [--exits THRESHOLDS.json] [--goal ms|mj|accuracy|reward] [--deadline MS] [--accuracy X]\n"
    "                   [--energy MJ] [--policy NAME,NAME] [--best K] [--json] [-o PLAN.json]\n"
    "       bonnet plan TIERS.json ...                    the chain of layers is in the file\n"
    "       bonnet plan ... --pareto | --edgent static | --edgent map [--states LIST] | --trace LOG [--detector NAME] [--times X]\n"
    "       bonnet plan --check PLAN.json [MODEL.bonnet]\n\n"
    "Where to cut a network, what to send how, which exits to use: every plan is looked at. Files and model: docs/plan.md.\n"
    "  --goal NAME      least expected time (default) or energy of the device, highest accuracy, Edgent's reward exp(accuracy) + weight * inputs/s\n"
    "  --deadline MS    for the upper bound: nobody exits early, everything at its slowest\n"
    "  --accuracy X     0 to 1, at least\n  --energy MJ      of the device for an input, at most\n"
    "  --policy NAMES   no_raw_upload: the input stays on the device; must_local_answer: an exit on the device is asked before anything is sent\n"
    "  --only NAMES     device, server, partition: the whole network, no exits\n"
    "  --best K         plans to show (default 3)\n  --weight X       of inputs/s in the reward (default 1)\n"
    "  --pareto         all plans that no other beats in time, energy and accuracy\n"
    "  --edgent NAME    static: algorithm 1, map: algorithm 2, as printed and device first\n"
    "  --states LIST    bandwidths in Mbit/s: 0.5,1,2 or FROM:TO:STEP (default 0.1:6:0.1)\n"
    "  --trace LOG      algorithm 3: the map over a recorded link, beside fixed plans; --detector, --threshold, --scale as in bonnet link\n"
    "  --times X        bandwidths of the trace times X\n  --json\n  -o PLAN.json     the best plan, for a runtime\n";

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_detection_options),
                                          CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_TEXT("tiers", plan_line, tiers),
                                          CLI_OPT_TEXT("exits", plan_line, exits),
                                          CLI_OPT_TEXT("accuracy", plan_line, accuracy),
                                          CLI_OPT_TEXT("energy", plan_line, energy),
                                          CLI_OPT_TEXT("goal", plan_line, goal),
                                          CLI_OPT_TEXT("policy", plan_line, policy),
                                          CLI_OPT_WHOLE("best", plan_line, best, 1, BONNET_PLACE_BEST - 1),
                                          CLI_OPT_TEXT("edgent", plan_line, edgent),
                                          CLI_OPT_TEXT("states", plan_line, states),
                                          CLI_OPT_FLAG("pareto", plan_line, pareto),
                                          CLI_OPT_TEXT("times", plan_line, times),
                                          CLI_OPT_FLAG("check", plan_line, check),
                                          CLI_OPT_TEXT("weight", plan_line, weight),
                                          CLI_OPT_TEXT("only", plan_line, only),
                                          CLI_OPT_TEXT("deadline", plan_line, deadline),
                                          CLI_OPT_TEXT("trace", plan_line, trace),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

const char *const cli_goal_names[4] = {"ms", "mj", "accuracy", "reward"};
const char *const cli_limit_names[BONNET_PLACE_LIMITS] = {"deadline", "accuracy", "energy", "memory", "no_raw_upload", "must_local_answer"};

static int read_number(double *to, const char *text, const char *option, double least, double most)
{
    if (!text || (cli_number(to, text) && *to >= least && *to <= most)) return CLI_OK;
    return cli_fail(CLI_USAGE, "plan: --%s wants a number, %g to %g, not '%.40s'", option, least, most, text);
}

static int read_policy(bonnet_place_options *to, const char *text)
{
    for (const char *at = text; at && *at;) {
        const size_t n = strcspn(at, ",");
        if (n == 13 && !strncmp(at, "no_raw_upload", n)) to->no_raw_upload = 1;
        else if (n == 17 && !strncmp(at, "must_local_answer", n)) to->must_local_answer = 1;
        else return cli_fail(CLI_USAGE, "plan: --policy is no_raw_upload or must_local_answer, or both with a comma, not '%.60s'", text);
        at += n + (at[n] == ',');
    }
    return CLI_OK;
}

static int read_options(bonnet_place_options *to, const plan_line *l)
{
    int code = read_number(&to->deadline_ms, l->deadline, "deadline", 1e-6, 1e9);
    if (code == CLI_OK) code = read_number(&to->accuracy, l->accuracy, "accuracy", 0, 1);
    if (code == CLI_OK) code = read_number(&to->mj, l->energy, "energy", 1e-9, 1e12);
    if (code == CLI_OK) code = read_number(&to->weight, l->weight, "weight", 1e-9, 1e9);
    if (code == CLI_OK) code = read_policy(to, l->policy);
    if (code != CLI_OK) return code;
    to->goal = l->trace || (l->edgent && !strcmp(l->edgent, "map")) ? BONNET_PLACE_REWARD : l->edgent ? BONNET_PLACE_ACCURACY : BONNET_PLACE_MS;
    uint32_t goal = 0;
    while (l->goal && goal < 4 && strcmp(l->goal, cli_goal_names[goal])) goal++;
    if (goal == 4) return cli_fail(CLI_USAGE, "plan: --goal is ms, mj, accuracy or reward, not '%.40s'", l->goal);
    if (l->goal) to->goal = goal;
    to->best = (uint32_t)l->best + 1; /* one more, to say what the last one gains over it */
    return CLI_OK;
}

/* Points that ask no exit. */
static int whole_only(cli_tiers *t)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->p.points; i++)
        if (!t->points[i].active) {
            t->points[n] = t->points[i];
            memcpy(t->threshold[n++], t->threshold[i], sizeof *t->threshold);
        }
    t->p.points = n;
    return n ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "plan: --only partition, but every point of the exits asks one");
}

/* --only: what cannot be, or is not wanted. */
static int restrict_to(cli_tiers *t, const char *only)
{
    int code = CLI_OK;
    for (const char *at = only; at && *at && code == CLI_OK;) {
        const size_t n = strcspn(at, ",");
        if (n == 6 && !strncmp(at, "device", n)) t->p.tiers = 1;
        else if (n == 6 && !strncmp(at, "server", n))
            for (uint32_t j = 0; j < t->p.blocks; j++) t->cost[0][j].ms = INFINITY;
        else if (n == 9 && !strncmp(at, "partition", n)) code = whole_only(t);
        else code = cli_fail(CLI_USAGE, "plan: --only is device, server or partition, or two with a comma, not '%.60s'", only);
        at += n + (at[n] == ',');
    }
    return code;
}

static int fail(const cli_question *q, bonnet_status status)
{
    return cli_fail(CLI_STATUS - (int)status, "%s: %s", q->path, *q->message ? q->message : bonnet_status_text(status));
}

static struct json_object *wanted_json(const cli_question *q, const bonnet_place_result *r)
{
    struct json_object *j = cli_plan_json(q, &r->wanted, ""), *misses = json_object_new_array();
    for (uint32_t i = 0; i < BONNET_PLACE_LIMITS; i++)
        if (r->wanted.misses >> i & 1) json_object_array_add(misses, json_object_new_string(cli_limit_names[i]));
    json_object_object_add(j, "misses", misses);
    return j;
}

static int print_json(const cli_question *q, const bonnet_place_result *r, uint32_t shown)
{
    struct json_object *j = json_object_new_object(), *plans = json_object_new_array(), *better = json_object_new_object();
    char reason[512];
    for (uint32_t i = 0; i < shown; i++) {
        cli_plan_reason(reason, sizeof reason, r, i, q);
        json_object_array_add(plans, cli_plan_json(q, &r->plan[i], reason));
    }
    for (uint32_t i = 0; i < BONNET_PLACE_LIMITS; i++)
        if (r->better[i]) json_object_object_add(better, cli_limit_names[i], json_object_new_uint64(r->better[i]));
    json_object_object_add(j, "network", json_object_new_string(q->t->network));
    json_object_object_add(j, "goal", json_object_new_string(cli_goal_names[q->o.goal]));
    json_object_object_add(j, "looked_at", json_object_new_uint64(r->plans));
    json_object_object_add(j, "within_limits", json_object_new_uint64(r->good));
    json_object_object_add(j, "late", json_object_new_boolean((json_bool)r->late));
    json_object_object_add(j, "plans", plans);
    json_object_object_add(j, "without_limits", wanted_json(q, r));
    json_object_object_add(j, "better_but_for", better);
    return cli_print_json(j);
}

static void print_row(const cli_tiers *t, const bonnet_place_plan *plan, uint32_t place)
{
    char words[1024], hi[24] = "no bound";
    if (isfinite(plan->ms_hi)) snprintf(hi, sizeof hi, "%.3f", plan->ms_hi);
    cli_plan_words(words, sizeof words, t, plan);
    printf("%5u %11.3f %11s %11.3f %9.4f  %s\n", place, plan->ms, hi, plan->mj, plan->accuracy, words);
}

static void print_head(void) { printf("%5s %11s %11s %11s %9s  %s\n", "place", "ms", "at most", "mJ", "accuracy", "plan"); }

static int print_table(const cli_question *q, const bonnet_place_result *r, uint32_t shown)
{
    char text[1024];
    print_head();
    for (uint32_t i = 0; i < shown; i++) {
        print_row(q->t, &r->plan[i], i + 1);
        cli_plan_reason(text, sizeof text, r, i, q);
        if (*text) printf("%5s %s\n", "", text);
    }
    const bonnet_place_plan *a = &r->wanted, *b = &r->plan[0];
    if (a->point != b->point || memcmp(a->cut, b->cut, sizeof a->cut) || memcmp(a->codec, b->codec, sizeof a->codec)) {
        cli_plan_words(text, sizeof text, q->t, &r->wanted);
        printf("without limits: %.3f ms, %.3f mJ, accuracy %.4f: %s\n", r->wanted.ms, r->wanted.mj, r->wanted.accuracy, text);
    }
    printf("%s: %llu plans, %llu within the limits; goal %s\n", q->t->network, (unsigned long long)r->plans, (unsigned long long)r->good,
           cli_goal_names[q->o.goal]);
    return cli_finish_stdout();
}

static int plan(cli_question *q, const plan_line *l)
{
    char reason[512];
    bonnet_place_result *r = malloc(sizeof *r);
    if (!r) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    const bonnet_status status = bonnet_place(r, &q->t->p, &q->o);
    int code = status == BONNET_OK ? CLI_OK : fail(q, status);
    const uint32_t shown = code != CLI_OK ? 0 : r->count < q->o.best ? r->count : q->o.best - 1;
    if (code == CLI_OK && l->o.output) {
        cli_plan_reason(reason, sizeof reason, r, 0, q);
        code = cli_planfile_write(l->o.output, q, &r->plan[0], reason);
    }
    if (code == CLI_OK) code = l->o.json ? print_json(q, r, shown) : print_table(q, r, shown);
    free(r);
    return code;
}

static int front(cli_question *q, const plan_line *l)
{
    bonnet_place_plan *plans = NULL;
    uint32_t count = 0;
    const bonnet_status status = bonnet_place_front(&plans, &count, &q->t->p, &q->o);
    if (status != BONNET_OK) return fail(q, status);
    struct json_object *list = json_object_new_array();
    if (!l->o.json) print_head();
    for (uint32_t i = 0; i < count; i++)
        if (l->o.json) json_object_array_add(list, cli_plan_json(q, &plans[i], ""));
        else print_row(q->t, &plans[i], i + 1);
    bonnet_place_front_free(plans);
    if (l->o.json) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "network", json_object_new_string(q->t->network));
        json_object_object_add(j, "front", list);
        return cli_print_json(j);
    }
    json_object_put(list);
    return cli_finish_stdout();
}

static int check(const plan_line *l)
{
    cli_planfile *f = calloc(1, sizeof *f);
    cli_session s = {0};
    if (l->o.argc < 1 || l->o.argc > 2) {
        free(f);
        return cli_fail(CLI_USAGE, "plan: --check wants a plan, and the network if it is to be compared");
    }
    int code = f ? cli_planfile_read(f, l->o.argv[0]) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK && l->o.argc == 2) code = cli_open(&s, &l->o, l->o.argv[1]);
    if (code == CLI_OK && l->o.argc == 2) code = cli_planfile_check(f, l->o.argv[0], &s);
    if (code == CLI_OK) {
        printf("%s: sound; %s, %u layer%s on %u tier%s, expected %.3f ms, accuracy %.4f%s\n", l->o.argv[0], f->network, f->layers,
               f->layers == 1 ? "" : "s", f->tiers, f->tiers == 1 ? "" : "s", f->ms, f->accuracy, f->late_ms >= 0 ? ", late" : "");
        code = cli_finish_stdout();
    }
    cli_close(&s);
    free(f);
    return code;
}

int cli_plan(int argc, char **argv)
{
    plan_line l = {.o = {.device = "cpu:"}, .best = 3};
    cli_question q = {.o = BONNET_PLACE_OPTIONS_INIT};
    cli_session s = {0};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.check) return check(&l);
    if (l.o.argc != 1)
        return cli_fail(CLI_USAGE, "plan: give a network and --tiers FILE, or a file of tiers with its own layers; try `bonnet plan --help`");
    if (l.edgent && strcmp(l.edgent, "static") && strcmp(l.edgent, "map"))
        return cli_fail(CLI_USAGE, "plan: --edgent is static or map, not '%.40s'", l.edgent);
    if ((l.pareto + (l.edgent != NULL) + (l.trace != NULL) > 1) || (l.o.output && (l.pareto || l.edgent || l.trace)))
        return cli_fail(CLI_USAGE, "plan: one of -o, --pareto, --edgent, --trace at a time");
    if ((code = read_options(&q.o, &l)) != CLI_OK) return code;
    q.o.message = q.message, q.o.message_bytes = sizeof q.message;
    q.path = l.tiers ? l.tiers : l.o.argv[0];
    if (l.tiers) code = cli_open(&s, &l.o, l.o.argv[0]);
    if (code == CLI_OK) code = cli_tiers_read(&q.t, q.path, l.tiers ? &s : NULL, l.exits);
    if (code == CLI_OK) q.o.sigmas = q.t->sigmas, code = restrict_to(q.t, l.only);
    if (code == CLI_OK) code = (l.pareto ? front : l.edgent ? cli_plan_edgent : l.trace ? cli_plan_trace : plan)(&q, &l);
    free(q.t);
    cli_close(&s);
    return code;
}
