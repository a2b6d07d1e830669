/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calibrate_cost.c - what the way through the exits costs: numbers from the command line, or of a model every part between two stops and every branch as a job
 * of its own, by the estimate. No part is simulated.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calibrate.h"
#include "csv.h"
#include "joules.h"

int calibrate_costs_text(calibrate_costs *out, const char *text, const char *unit, uint32_t exits)
{
    double ends[BONNET_EXITS_MAX] = {0};
    cli_csv csv = {.path = "--costs", .field = text, .stop = text + strlen(text)};
    const size_t bytes = unit ? strlen(unit) : 0;
    if (unit && (!bytes || bytes >= sizeof out->unit[0] || strspn(unit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != bytes))
        return cli_fail(CLI_USAGE, "calibrate: --unit is a word of at most 15 letters, not '%.40s'", unit);
    for (uint32_t e = 0; e < exits; e++)
        if (!cli_csv_number(&csv, &ends[e]))
            return cli_fail(CLI_USAGE, "calibrate: --costs wants %u numbers between commas, one for each exit", exits);
    if (csv.field) return cli_fail(CLI_USAGE, "calibrate: --costs has more numbers than there are exits, %u", exits);
    if (bonnet_exit_costs_set(&out->of[0], ends, exits) != BONNET_OK)
        return cli_fail(CLI_USAGE,
                        "calibrate: --costs wants numbers of 0 to 10^15, each at least the one before: what a sample costs that ends there");
    strcpy(out->unit[0], unit ? unit : "cost");
    out->units = 1;
    out->whole[0] = ends[exits - 1];
    return CLI_OK;
}

/* Cycles and mJ of a part, a frame. */
static int cost_of(double cost[2], bool *shared, const cli_session *s, bonnet_model *part, const cli_exits_file *f)
{
    cli_session of = {.dev = s->dev, .model = part, .path = s->path};
    bonnet_estimate_options o = BONNET_ESTIMATE_OPTIONS_INIT;
    bonnet_plan *plan = NULL;
    bonnet_stats stats = {0};
    joules *j = malloc(sizeof *j);
    o.geometry = f->geometry, o.frames = f->frames;
    bonnet_status status = bonnet_model_info_get(&of.info, part);
    if (status == BONNET_OK) status = bonnet_estimate(&plan, part, &o);
    if (status == BONNET_OK) status = bonnet_plan_stats(&stats, plan);
    int code = !j ? cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory") : status == BONNET_OK ? CLI_OK : cli_fail_status(status, s->dev, s->path);
    if (code == CLI_OK) code = cli_joules_estimate(j, &of, plan);
    if (code == CLI_OK) {
        cost[0] = (double)stats.cycles / f->frames, cost[1] = 1e-3 * j->energy.total;
        for (uint32_t i = 0; i < j->layers; i++) *shared |= joules_on_cpu(j, &j->layer[i]) && !j->layer[i].stats.within && j->layer[i].stats.macs;
    }
    bonnet_plan_free(plan);
    free(j);
    return code;
}

/* From the input (from 0) or from behind exit from - 1 as far as exit `to`, or to the end. */
static int body(double cost[2], bool *shared, const cli_session *s, uint32_t from, uint32_t to, uint32_t last, const cli_exits_file *f)
{
    bonnet_exit begin = {0}, end = {0};
    bonnet_model *part = NULL;
    bonnet_status status = from ? bonnet_exit_get(&begin, s->model, from - 1) : BONNET_OK;
    if (status == BONNET_OK && to < last) status = bonnet_exit_get(&end, s->model, to);
    cost[0] = cost[1] = 0;
    if (status == BONNET_OK && from && to < last && begin.cut == end.cut) return CLI_OK; /* two exits at one place */
    if (!from && to == last) return cost_of(cost, shared, s, s->model, f);
    if (status == BONNET_OK)
        status = !from        ? bonnet_model_head(&part, s->model, end.cut)
                 : to == last ? bonnet_model_tail(&part, s->model, begin.cut)
                              : bonnet_model_part(&part, s->model, begin.cut, end.cut);
    const int code = status == BONNET_OK ? cost_of(cost, shared, s, part, f) : cli_fail_status(status, s->dev, s->path);
    bonnet_model_free(part);
    return code;
}

static int branch(double cost[2], bool *shared, const cli_session *s, uint32_t exit, const cli_exits_file *f)
{
    bonnet_model *part = NULL;
    const bonnet_status status = bonnet_model_branch(&part, s->model, exit);
    const int code = status == BONNET_OK ? cost_of(cost, shared, s, part, f) : cli_fail_status(status, s->dev, s->path);
    bonnet_model_free(part);
    return code;
}

/* The network's exits are those of the logits. */
static int match(calibrate_costs *out, cli_exits_file *f, double *temperature, const cli_session *s, const cli_logits *l)
{
    const uint32_t n = cli_exit_count(s->model);
    if (n + 1 != l->exits)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s has %u early exits, %s has %u; they belong to different networks", s->path, n, l->path,
                        l->exits - 1);
    if (s->info.classes != l->classes)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s has %u classes, %s has %u", s->path, s->info.classes, l->path, l->classes);
    for (uint32_t e = 0; e < n; e++) {
        bonnet_exit x;
        bonnet_cut c;
        bonnet_status status = bonnet_exit_get(&x, s->model, e);
        if (status == BONNET_OK) status = bonnet_cut_get(&c, s->model, x.cut);
        if (status != BONNET_OK) return cli_fail_status(status, s->dev, s->path);
        if (strcmp(x.name, l->name[e]) != 0)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: its exit %u is '%.60s', in %s it is '%.60s'", s->path, e, x.name, l->path, l->name[e]);
        temperature[e] = 1 / x.logit_scale;
        out->map_bits[e] = 8 * (uint64_t)c.bytes;
        snprintf(f->exit[e].behind, sizeof f->exit[e].behind, "%s", c.name);
    }
    temperature[n] = 1 / s->info.logit_scale;
    out->input_bytes = bonnet_model_input_bytes(s->model), out->classes = s->info.classes;
    snprintf(f->network, sizeof f->network, "%s", s->info.name);
    memcpy(f->sha256, s->info.sha256, sizeof f->sha256);
    return CLI_OK;
}

int calibrate_costs_model(calibrate_costs *out, cli_exits_file *f, double *temperature, const cli_logits *l, const char *model, const char *unit)
{
    static const char *const units[2] = {"cycles", "mJ"};
    const uint32_t first = unit && !strcmp(unit, units[1]), last = l->exits - 1;
    cli_session s = {0};
    double cost[2];
    if (unit && !first && strcmp(unit, units[0])) return cli_fail(CLI_USAGE, "calibrate: --unit is cycles or mJ with a model, not '%.40s'", unit);
    int code = cli_open(&s, &(cli_options){.device = "cpu:", .quiet = true}, model);
    if (code == CLI_OK) code = match(out, f, temperature, &s, l);
    for (uint32_t to = 0; to <= last && code == CLI_OK; to++) {
        for (uint32_t from = 0; from <= to && code == CLI_OK; from++) {
            code = body(cost, &out->shared, &s, from, to, last, f);
            for (uint32_t i = 0; i < 2 && code == CLI_OK; i++) out->of[i].body[from][to] = cost[i ^ first];
        }
        if (code == CLI_OK && to < last) code = branch(cost, &out->shared, &s, to, f);
        for (uint32_t i = 0; i < 2 && code == CLI_OK && to < last; i++) out->of[i].branch[to] = cost[i ^ first];
    }
    for (uint32_t i = 0; i < 2; i++) {
        strcpy(out->unit[i], units[i ^ first]);
        out->whole[i] = out->of[i].body[0][last];
    }
    out->units = 2;
    cli_close(&s);
    return code;
}
