/* SPDX-License-Identifier: Apache-2.0 */
/* streams_stages.c - the exits that a policy uses, what their answers are worth, and what a stage takes on the device: measured, or as said. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "exits_file.h"
#include "logits.h"
#include "run_exits.h"
#include "streams.h"

enum { BINS = 10, RUNS = 8 };

static void stages_read(streams_run *r)
{
    bonnet_exit_stage s;
    for (r->stages = 0; r->stages < BONNET_EXITS_MAX && bonnet_exits_stage_get(&s, r->exits, r->stages) == BONNET_OK; r->stages++)
        snprintf(r->stage[r->stages], sizeof *r->stage, "%.60s", s.name);
}

static int exits_open(bonnet_exits **out, const streams_run *r, const bonnet_exits_options *o)
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
    if (code == CLI_OK) code = exits_open(&r->exits, r, &r->use);
    if (code == CLI_OK) stages_read(r);
    if (code == CLI_OK) code = r->line->logits ? utility_logits(r, &r->use) : utility_plain(r);
    return code;
}

/* ---- times ----------------------------------------------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

static int times_given(streams_run *r)
{
    const char *text = r->line->stage_cycles;
    char *end;
    for (uint32_t i = 0; i < r->stages; i++, text = end + 1) {
        const double cycles = strtod(text, &end);
        if (end == text || !(cycles >= 1 && cycles <= 1e12) || *end != (i + 1 < r->stages ? ',' : 0))
            return cli_fail(CLI_USAGE, "streams: --stage-cycles wants %u numbers for --policy %s, of %s to %s, not '%.60s'", r->stages,
                            r->line->policy, r->stage[0], r->stage[r->stages - 1], r->line->stage_cycles);
        r->stage_ns[i] = (uint64_t)ceil(cycles * 1e9 / (double)r->clock_hz);
    }
    return CLI_OK;
}

/* Every stage of a picture that is never sure, or of `frames` at once: the longest of RUNS, by the clock of the chip or of the wall. */
static int measure(streams_run *r, bonnet_exits *never, uint32_t frames, const uint8_t *pixels)
{
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    uint64_t *table = calloc((size_t)r->stages * BONNET_BATCH_MAX, sizeof *table);
    bonnet_streams *s = NULL;
    const size_t bytes = bonnet_model_input_bytes(r->session.model);
    bonnet_stream one = {.exits = never,
                         .task = {.period_ns = 1, .deadline_ns = BONNET_SCHEDULE_MOST_NS, .weight = 1, .batch = BONNET_BATCH_MAX, .batch_ns = table}};
    o.policy = BONNET_POLICY_EDF, o.batch = frames;
    for (uint32_t i = 0; i < r->stages; i++)
        for (uint32_t b = 0; b < BONNET_BATCH_MAX; b++) table[i * BONNET_BATCH_MAX + b] = 100; /* so that all come together: one call is shorter */
    for (uint32_t i = 0; i < r->stages; i++) one.task.stage_ns[i] = 101;
    bonnet_status status = table ? bonnet_streams_open(&s, &one, 1, &o) : BONNET_ENOMEM;
    const uint64_t start = now_ns();
    for (uint32_t run = 0; run < (r->clock_hz ? 1 : RUNS) && status == BONNET_OK && !cli_cancelled; run++) {
        bonnet_streams_turn t = {.cycles = 0};
        bonnet_stream_frame f;
        for (uint32_t k = 0, taken; k < frames && status == BONNET_OK; k++)
            status = bonnet_streams_push(&taken, s, 0, pixels + k % r->pictures * bytes, bytes, now_ns() - start,
                                         now_ns() - start + BONNET_SCHEDULE_MOST_NS, 0);
        for (uint32_t stage = 0; stage < r->stages && status == BONNET_OK; stage++) {
            const uint64_t before = now_ns();
            status = bonnet_streams_step(&t, s, before - start);
            if (status != BONNET_OK) break;
            const uint64_t ns = r->clock_hz ? (uint64_t)ceil((double)t.cycles * 1e9 / (double)r->clock_hz) : now_ns() - before;
            uint64_t *to = frames == 1 ? &r->stage_ns[stage] : &r->batch_ns[(size_t)stage * r->line->batch + frames - 1];
            if (ns > *to) *to = ns + !ns;
            status = bonnet_streams_done(s, now_ns() - start);
        }
        while (status == BONNET_OK && bonnet_streams_take(&f, NULL, s) == BONNET_OK) {}
    }
    bonnet_streams_close(s);
    free(table);
    return status == BONNET_OK ? CLI_OK : cli_fail_status(status, r->session.dev, r->session.path);
}

/* As r->exits, but that no picture leaves before the last stage. In their place, for where weights lie is a few cycles' difference. */
static int never_open(bonnet_exits **out, streams_run *r)
{
    double never[BONNET_EXITS_MAX];
    bonnet_exits_options o = r->use;
    for (uint32_t i = 0; i < o.count; i++) never[i] = r->threshold[i] == 0 || r->threshold[i] == HUGE_VAL ? r->threshold[i] : 1e15;
    if (o.thresholds) o.thresholds = never;
    bonnet_exits_close(r->exits);
    r->exits = NULL;
    return exits_open(out, r, &o);
}

/* A start for what is learned as time goes on, or a bound for good. */
static void add_margin(streams_run *r)
{
    const double times = 1 + (r->line->margin >= 0 ? r->line->margin : r->line->virtual_time ? 1 : 25) / 100;
    for (uint32_t i = 0; i < r->stages; i++) {
        r->stage_ns[i] = (uint64_t)ceil((double)r->stage_ns[i] * times);
        for (uint32_t b = 0; r->batch_ns && b < r->line->batch; b++) {
            uint64_t *ns = &r->batch_ns[(size_t)i * r->line->batch + b];
            *ns = b ? (uint64_t)ceil((double)*ns * times) : r->stage_ns[i];
        }
    }
}

int streams_measure(streams_run *r)
{
    const uint8_t *pixels = r->dataset.pixels ? r->dataset.pixels : r->noise;
    bonnet_exits *never = NULL;
    bonnet_stats stats = {.cycles = 0};
    bonnet_exit_result ignored;
    int code = never_open(&never, r);
    if (code == CLI_OK) {
        const bonnet_status status = bonnet_exits_run(&ignored, NULL, never, pixels, 1);
        if (status != BONNET_OK) code = cli_fail_status(status, r->session.dev, r->session.path);
    }
    if (code == CLI_OK && bonnet_stats_get(&stats, r->session.dev) == BONNET_OK && stats.cycles) r->clock_hz = stats.clock_hz; /* a chip */
    if (code == CLI_OK && r->line->stage_cycles && !r->line->virtual_time) code = cli_fail(CLI_USAGE, "streams: --stage-cycles is for --virtual");
    if (code == CLI_OK && r->line->stage_cycles && stats.cycles)
        code = cli_fail(CLI_USAGE, "streams: %s has cycles of its own; --stage-cycles is for others", r->line->o.device);
    if (code == CLI_OK && r->line->virtual_time && !stats.cycles && !r->line->stage_cycles)
        code = cli_fail(CLI_USAGE, "streams: %s has no cycles; --virtual wants a chip (sim:), or --stage-cycles", r->line->o.device);
    if (r->line->virtual_time && (r->line->mhz > 0 || !stats.cycles)) r->clock_hz = (uint64_t)(1e6 * (r->line->mhz > 0 ? r->line->mhz : 250));
    if (!r->line->virtual_time) r->clock_hz = 0;
    r->given = r->line->stage_cycles != NULL;
    if (code == CLI_OK && r->line->batch > 1 && !r->clock_hz)
        code = cli_fail(CLI_USAGE, "streams: --batch wants --virtual: the times of batches are measured in cycles");
    if (code == CLI_OK && r->line->batch > 1 && r->given)
        code = cli_fail(CLI_USAGE, "streams: --batch wants a device with cycles, not --stage-cycles");
    if (code == CLI_OK && r->given) code = times_given(r);
    else if (code == CLI_OK) code = measure(r, never, 1, pixels);
    if (code == CLI_OK && r->line->batch > 1 && !(r->batch_ns = calloc(r->stages * r->line->batch, sizeof *r->batch_ns)))
        code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    for (uint32_t b = 2; b <= r->line->batch && code == CLI_OK; b++) code = measure(r, never, b, pixels);
    if (code == CLI_OK && !r->given) add_margin(r);
    bonnet_exits_close(never);
    return code == CLI_OK ? exits_open(&r->exits, r, &r->use) : code;
}
