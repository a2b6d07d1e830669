/* SPDX-License-Identifier: Apache-2.0 */
/* streams_times.c - what a stage takes on the device: measured, said on the command line, or by the file of thresholds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "exits_file.h"
#include "streams.h"

enum { RUNS = 8 };

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
    return streams_exits_open(out, r, &o);
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

/* Cycles that the file of thresholds has for the policy's stages: of each exit alone, or where all before are asked. */
static int times_of_file(streams_run *r)
{
    cli_exits_file *f = calloc(1, sizeof *f);
    bonnet_exit_stage s;
    double before = 0;
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    int code = cli_exits_read(f, r->line->exits);
    if (code == CLI_OK && (strcmp(f->unit, "cycles") != 0 || f->frames != 1))
        code = cli_fail(CLI_USAGE, "streams: %s has no cycles, and costs of %s are not in cycles of one frame; give --stage-cycles",
                        r->line->o.device, r->line->exits);
    for (uint32_t i = 0; i < r->stages && code == CLI_OK; i++) {
        if (bonnet_exits_stage_get(&s, r->exits, i) != BONNET_OK || s.exit >= f->exits || (r->stages > 1 && s.exit != i))
            code = cli_fail(CLI_USAGE, "streams: %s leaves out an exit before %s; give --stage-cycles", r->line->exits, r->stage[i]);
        if (code != CLI_OK) break;
        const double until = r->stages > 1 ? f->exit[s.exit].cost : f->exit[s.exit].alone;
        r->stage_ns[i] = (uint64_t)ceil(fmax(until - before, 1) * 1e9 / (double)r->clock_hz);
        before = until;
    }
    free(f);
    return code;
}

/* Whose time it is, and where what a stage takes comes from. cycles: the device counts them. */
static int choose_clock(streams_run *r, const bonnet_stats *stats)
{
    const streams_line *l = r->line;
    const bool counts = stats->cycles > 0;
    if (l->stage_cycles && !l->virtual_time) return cli_fail(CLI_USAGE, "streams: --stage-cycles is for --virtual");
    if (l->stage_cycles && counts) return cli_fail(CLI_USAGE, "streams: %s has cycles of its own; --stage-cycles is for others", l->o.device);
    if (l->batch > 1 && !l->virtual_time) return cli_fail(CLI_USAGE, "streams: --batch wants --virtual: the times of batches are measured in cycles");
    if (!l->virtual_time) return CLI_OK;
    r->given = !counts;
    r->clock_hz = l->mhz > 0 ? (uint64_t)(1e6 * l->mhz) : counts ? stats->clock_hz : UINT64_C(1000000000);
    if (counts) return CLI_OK;
    if (l->batch > 1) return cli_fail(CLI_USAGE, "streams: --batch wants a device with cycles");
    if (l->stage_cycles) return times_given(r);
    if (l->exits) return times_of_file(r);
    return cli_fail(CLI_USAGE, "streams: %s has no cycles; --virtual wants a chip (sim:), --stage-cycles, or --exits with costs in cycles",
                    l->o.device);
}

int streams_measure(streams_run *r)
{
    const uint8_t *pixels = r->dataset.pixels ? r->dataset.pixels : r->noise;
    bonnet_exits *never = NULL;
    bonnet_stats stats = {.cycles = 0};
    bonnet_exit_result ignored;
    bonnet_status status = bonnet_exits_run(&ignored, NULL, r->exits, pixels, 1); /* also: caches are warm */
    if (status == BONNET_OK) status = bonnet_stats_get(&stats, r->session.dev);
    int code = status == BONNET_OK ? choose_clock(r, &stats) : cli_fail_status(status, r->session.dev, r->session.path);
    if (code != CLI_OK || r->given) return code;
    code = never_open(&never, r);
    if (code == CLI_OK) code = measure(r, never, 1, pixels);
    if (code == CLI_OK && r->line->batch > 1 && !(r->batch_ns = calloc(r->stages * r->line->batch, sizeof *r->batch_ns)))
        code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    for (uint32_t b = 2; b <= r->line->batch && code == CLI_OK; b++) code = measure(r, never, b, pixels);
    if (code == CLI_OK) add_margin(r);
    bonnet_exits_close(never);
    return code == CLI_OK ? streams_exits_open(&r->exits, r, &r->use) : code;
}
