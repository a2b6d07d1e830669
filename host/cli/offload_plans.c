/* SPDX-License-Identifier: Apache-2.0 */
/* offload_plans.c - what is sent and from which confidence on: of --send, --exits and --threshold, or of plan files. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exits_file.h"
#include "offload.h"
#include "plan.h"
#include "run_exits.h"

/* The cut with the smallest map, the first of equals. */
static int smallest(uint32_t *cut, const cli_session *s)
{
    bonnet_cut c;
    size_t least = SIZE_MAX;
    for (uint32_t i = 0; bonnet_cut_get(&c, s->model, i) == BONNET_OK; i++)
        if (c.bytes < least) least = c.bytes, *cut = i;
    return least < SIZE_MAX ? CLI_OK : cli_fail(CLI_USAGE, "offload: %s cannot be cut; --send picture and --threshold, or --model", s->path);
}

static int by_options(offload_setup *to, const offload_line *l, const cli_session *s)
{
    bonnet_client_plan *p = &to->plan[0];
    double *threshold = to->threshold[BONNET_CLIENT_PLANS], value = 0;
    const uint32_t exits = cli_exit_count(s->model);
    bonnet_exits_options x = BONNET_EXITS_OPTIONS_INIT;
    x.count = exits;
    if (l->threshold && (!cli_number(&value, l->threshold) || value < 0))
        return cli_fail(CLI_USAGE, "offload: --threshold wants a number from 0 on, not '%.40s'", l->threshold);
    for (uint32_t i = 0; i <= exits; i++) threshold[i] = l->threshold ? value : HUGE_VAL;
    int code = CLI_OK;
    if (l->exits) {
        const cli_exits_wish wish = {.file = l->exits};
        code = cli_exits_thresholds(&x, threshold, to->temperature, &wish, s);
        to->o.temperatures = to->temperature, to->o.confidence = x.confidence;
    }
    to->o.thresholds = threshold;
    to->o.plans = to->plan, to->o.plan_count = 1;
    p->model = l->model;
    const char *send = l->send && strcmp(l->send, "auto") != 0 ? l->send : l->model ? "picture" : NULL;
    if (code != CLI_OK || !l->upstream) return code;
    if (send && !strcmp(send, "picture")) {
        p->send = BONNET_SEND_PICTURE;
        p->whole = 1;
        return l->threshold ? CLI_OK : cli_fail(CLI_USAGE, "offload: who is sure at the end of the network? give --threshold");
    }
    p->send = BONNET_SEND_MAP;
    return send ? cli_cut_find(&p->cut, s, send) : smallest(&p->cut, s);
}

/* The first tier of the file is this device. */
static int by_file(offload_setup *to, uint32_t index, const char *path, const cli_session *s)
{
    bonnet_client_plan *p = &to->plan[index];
    double *threshold = to->threshold[index];
    const uint32_t exits = cli_exit_count(s->model);
    cli_planfile *f = malloc(sizeof *f);
    bonnet_cut cut;
    bonnet_exit e;
    int code = f ? cli_planfile_read(f, path) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = cli_planfile_check(f, path, s);
    for (uint32_t i = 0; i <= exits; i++) threshold[i] = HUGE_VAL;
    for (uint32_t i = 0; code == CLI_OK && i < f->exits; i++) {
        if (!*f->exit[i].behind) continue;
        uint32_t at = 0;
        while (bonnet_exit_get(&e, s->model, at) == BONNET_OK && strcmp(e.name, f->exit[i].name) != 0) at++;
        if (at == exits) code = cli_fail(CLI_USAGE, "offload: %s: the network has no exit '%.60s'", path, f->exit[i].name);
        else if (f->exit[i].threshold < 0)
            code = cli_fail(CLI_USAGE, "offload: %s: exit '%.60s' has no threshold; plan again with --exits", path, f->exit[i].name);
        else threshold[at] = f->exit[i].threshold, to->temperature[at] = f->exit[i].temperature, to->o.temperatures = to->temperature;
    }
    if (code == CLI_OK && strstr(f->policy, "no_raw_upload")) to->o.no_raw_upload = 1;
    uint32_t kind = to->o.confidence;
    if (code == CLI_OK && *f->confidence && (!cli_confidence(&kind, f->confidence) || (index && kind != to->o.confidence)))
        code = cli_fail(CLI_USAGE, "offload: %s: its exits are sure in another way, \"confidence\": \"%.40s\"", path, f->confidence);
    to->o.confidence = kind;
    p->thresholds = threshold;
    if (code == CLI_OK && f->tiers > 1) p->send = f->count[0] ? BONNET_SEND_MAP : BONNET_SEND_PICTURE;
    for (p->cut = 0; code == CLI_OK && p->send == BONNET_SEND_MAP && bonnet_cut_get(&cut, s->model, p->cut) == BONNET_OK; p->cut++)
        if (cut.layer + 1 == f->count[0]) break;
    free(f);
    return code;
}

static int by_files(offload_setup *to, const offload_line *l, const cli_session *s)
{
    int code = CLI_OK;
    bonnet_exit e;
    if (l->plans.count > BONNET_CLIENT_PLANS) return cli_fail(CLI_USAGE, "offload: at most %d plans", BONNET_CLIENT_PLANS);
    const uint32_t exits = cli_exit_count(s->model);
    for (uint32_t i = 0; i <= exits; i++) {
        const double scale = i < exits && bonnet_exit_get(&e, s->model, i) == BONNET_OK ? e.logit_scale : s->info.logit_scale;
        to->temperature[i] = scale > 0 ? 1 / scale : 1; /* where no file says */
    }
    for (uint32_t i = 0; i < l->plans.count && code == CLI_OK; i++) {
        const char *text = l->plans.text[i], *colon = strchr(text, ':');
        char number[32] = "";
        double mbit = 0;
        if (colon && (size_t)(colon - text) < sizeof number) snprintf(number, sizeof number, "%.*s", (int)(colon - text), text);
        if (*number && cli_number(&mbit, number)) text = colon + 1;
        else if (l->plans.count > 1) return cli_fail(CLI_USAGE, "offload: several plans want --plan MBIT:FILE each, not '%.80s'", text);
        to->plan[i].from_bits_per_s = 1e6 * mbit;
        code = by_file(to, i, text, s);
    }
    to->o.plans = to->plan, to->o.plan_count = (uint32_t)l->plans.count;
    return code;
}

int offload_plans(offload_setup *to, const offload_line *l, const cli_session *s)
{
    to->o = (bonnet_client_options)BONNET_CLIENT_OPTIONS_INIT;
    to->o.url = l->upstream;
    to->o.ca = l->ca, to->o.certificate = l->cert, to->o.key = l->key;
    to->o.insecure = l->insecure, to->o.no_raw_upload = l->no_raw_upload;
    to->o.margin_us = (uint64_t)(1e3 * l->margin_ms + 0.5);
    to->o.connect_us = (uint64_t)(1e3 * l->connect_ms + 0.5);
    to->o.in_flight = (uint32_t)l->in_flight;
    to->o.seed = l->o.seed;
    to->o.message = to->line, to->o.message_bytes = sizeof to->line;
    const int code = l->plans.count ? by_files(to, l, s) : by_options(to, l, s);
    return code == CLI_OK ? offload_keep(to, l, s) : code;
}
