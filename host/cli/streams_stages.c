/* SPDX-License-Identifier: Apache-2.0 */
/* streams_stages.c - the exits that a policy uses, and what their answers are worth. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exits_file.h"
#include "logits.h"
#include "run_exits.h"
#include "streams.h"

enum { BINS = 10 };

static void stages_read(streams_run *r)
{
    bonnet_exit_stage s;
    for (r->stages = 0; r->stages < BONNET_EXITS_MAX && bonnet_exits_stage_get(&s, r->exits, r->stages) == BONNET_OK; r->stages++)
        snprintf(r->stage[r->stages], sizeof *r->stage, "%.60s", s.name);
}

int streams_exits_open(bonnet_exits **out, const streams_run *r, const bonnet_exits_options *o)
{
    const bonnet_status status = bonnet_exits_open(out, r->session.model, o);
    return status == BONNET_OK ? CLI_OK : cli_fail_status(status, r->session.dev, r->session.path);
}

/* How far apart the stages' answers are on average, where nobody has logits: accuracies of the file of thresholds, or just more for later. */
static int utility_plain(streams_run *r)
{
    bonnet_exit_stage s;
    cli_exits_file *f = calloc(1, sizeof *f);
    bonnet_utility *u = &r->utility;
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    const int code = r->line->exits ? cli_exits_read(f, r->line->exits) : CLI_OK;
    u->stages = r->stages, u->bins = 1;
    for (uint32_t i = 0; i < r->stages && code == CLI_OK; i++) {
        u->mean[i] = (i + 1.0) / r->stages;
        if (r->line->exits && bonnet_exits_stage_get(&s, r->exits, i) == BONNET_OK && s.exit < f->exits) u->mean[i] = f->exit[s.exit].accuracy;
    }
    for (uint32_t i = 0; i < r->stages; i++)
        for (uint32_t l = i; l < r->stages; l++) u->after[i][0][l] = u->mean[l];
    free(f);
    return code;
}

static size_t exit_of(const streams_run *r, const cli_logits *l, uint32_t stage)
{
    for (size_t e = 0; e < l->exits; e++)
        if (!strcmp(l->name[e], r->stage[stage])) return e;
    return BONNET_EXITS_MAX;
}

/* The share of right answers after each stage, by how sure an earlier one was. */
static int utility_logits(streams_run *r, const bonnet_exits_options *o)
{
    cli_logits l;
    bonnet_utility_samples of[BONNET_EXITS_MAX];
    double *numbers = NULL;
    int code = cli_logits_read(&l, r->line->logits);
    if (code == CLI_OK && !(numbers = calloc(2 * (size_t)r->stages * l.samples, sizeof *numbers)))
        code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < r->stages && code == CLI_OK; i++) {
        const size_t e = exit_of(r, &l, i);
        double *const sure = numbers + 2 * i * l.samples, *const right = sure + l.samples;
        of[i] = (bonnet_utility_samples){sure, right};
        if (e == BONNET_EXITS_MAX) code = cli_fail(CLI_STATUS - BONNET_EABI, "%s: no logits of exit '%s'", l.path, r->stage[i]);
        for (size_t s = 0; s < l.samples && code == CLI_OK; s++) {
            const int32_t *z = l.logits[e] + s * l.classes;
            uint32_t label = 0;
            for (uint32_t k = 1; k < l.classes; k++)
                if (z[k] > z[label]) label = k;
            right[s] = label == l.labels[s];
            if (bonnet_confidence_get(&sure[s], o->confidence, z, l.classes, o->temperatures ? o->temperatures[e] : 1) != BONNET_OK)
                code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no confidence of sample %zu", l.path, s);
        }
    }
    if (code == CLI_OK && bonnet_utility_fit(&r->utility, of, r->stages, l.samples, BINS) != BONNET_OK)
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no utilities of these logits", l.path);
    free(numbers);
    cli_logits_free(&l);
    return code;
}

/* fifo and edf: the network in one go; first: the first exit for all; imprecise: every exit in use, left where it is sure enough. */
static int choose_exits(streams_run *r)
{
    bonnet_exits_options *o = &r->use;
    double *t = r->threshold;
    const cli_exits_wish wish = {.file = r->line->exits, .point = r->line->point};
    int code = CLI_OK;
    *o = (bonnet_exits_options)BONNET_EXITS_OPTIONS_INIT;
    o->count = cli_exit_count(r->session.model);
    o->thresholds = t;
    for (uint32_t i = 0; i < o->count; i++) t[i] = 1e15; /* asked, and never sure enough to stop while there is time */
    if (r->line->exits) code = cli_exits_thresholds(o, t, r->temperature, &wish, &r->session);
    if (r->policy <= BONNET_POLICY_EDF) o->thresholds = NULL;
    if (r->policy <= BONNET_POLICY_EDF || code != CLI_OK) return code;
    if (!o->count) return cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "%s: a network without exits; docs/exits.md", r->session.path);
    uint32_t first = 0;
    while (first < o->count && t[first] == HUGE_VAL) first++;
    if (first == o->count)
        return cli_fail(CLI_USAGE, "streams: --policy %s wants an exit in use; the chosen point of %s has none", r->line->policy, r->line->exits);
    if (r->policy == BONNET_POLICY_FIRST) t[first] = 0;
    return CLI_OK;
}

int streams_exits(streams_run *r)
{
    int code = choose_exits(r);
    if (code == CLI_OK) code = streams_exits_open(&r->exits, r, &r->use);
    if (code == CLI_OK) stages_read(r);
    if (code == CLI_OK) code = r->line->logits ? utility_logits(r, &r->use) : utility_plain(r);
    return code;
}
