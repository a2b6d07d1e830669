/* SPDX-License-Identifier: Apache-2.0 */
/* streams_play.c - the cameras send, the device computes: in the time of the wall, or in that of the chip's cycles. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "streams.h"

typedef struct playing {
    streams_run *r;
    bonnet_streams *s;
    bonnet_arrival *in;
    size_t count, next;
    struct timespec start;
    uint64_t now;
} playing;

/* Time goes on by itself, or by what was computed. */
static uint64_t clock_ns(playing *p)
{
    struct timespec t;
    if (p->r->line->virtual_time) return p->now;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return p->now = (uint64_t)((int64_t)(t.tv_sec - p->start.tv_sec) * 1000000000 + (t.tv_nsec - p->start.tv_nsec));
}

static void wait_until(playing *p, uint64_t at)
{
    enum { MOST = 20000000 }; /* so that a Ctrl-C is heard */
    if (p->r->line->virtual_time) {
        p->now = at;
        return;
    }
    const uint64_t now = clock_ns(p), left = at > now ? at - now : 0;
    const struct timespec t = {0, (long)(left < MOST ? left : MOST)};
    if (left) nanosleep(&t, NULL);
}

static int push_due(playing *p)
{
    const size_t bytes = bonnet_model_input_bytes(p->r->session.model);
    for (; p->next < p->count && p->in[p->next].at_ns <= clock_ns(p); p->next++) {
        const bonnet_arrival *a = &p->in[p->next];
        streams_camera *c = &p->r->camera[a->task];
        const size_t picture = c->pixels ? c->next++ % c->count : a->sample % p->r->pictures;
        const uint8_t *pixels = (c->pixels ? c->pixels : p->r->dataset.pixels ? p->r->dataset.pixels : p->r->noise) + picture * bytes;
        uint32_t taken;
        const bonnet_status status = bonnet_streams_push(&taken, p->s, a->task, pixels, bytes, a->at_ns, 0, picture);
        if (status != BONNET_OK) return cli_fail_status(status, p->r->session.dev, "streams");
    }
    return CLI_OK;
}

/* Right, where labels say what that is; else as likely to be right as the samples of the utility were. */
static double worth(const streams_run *r, const streams_camera *c, const bonnet_stream_frame *f)
{
    if (r->dataset.labels && !c->pixels) return f->answer.result.label == r->dataset.labels[f->tag];
    const uint32_t bin = bonnet_utility_bin(&r->utility, f->end.stage, f->answer.confidence);
    return r->utility.after[f->end.stage][bin][f->end.stage];
}

static void take(playing *p)
{
    bonnet_stream_frame f;
    while (bonnet_streams_take(&f, NULL, p->s) == BONNET_OK) {
        streams_camera *c = &p->r->camera[f.end.task];
        if (f.end.outcome != BONNET_ANSWERED) continue;
        const double ms = (double)(f.end.answer_ns - f.end.arrival_ns) / 1e6, value = worth(p->r, c, &f);
        c->answered++;
        c->right += p->r->dataset.labels && !c->pixels && value > 0;
        c->utility += p->r->stream[f.end.task].task.weight * value;
        c->sum_ms += ms;
        if (ms > c->most_ms) c->most_ms = ms;
    }
}

static int play(playing *p)
{
    streams_run *r = p->r;
    clock_gettime(CLOCK_MONOTONIC, &p->start);
    for (;;) {
        bonnet_streams_turn t;
        int code = push_due(p);
        take(p);
        if (code != CLI_OK) return code;
        if (cli_cancelled) return cli_fail(CLI_INTERRUPTED, "streams: interrupted; the device is idle");
        if (!r->line->o.quiet) cli_progress(r->session.info.name, p->next, p->count);
        const uint64_t before = clock_ns(p);
        bonnet_status status = bonnet_streams_step(&t, p->s, before);
        if (status != BONNET_OK) return cli_fail_status(status, r->session.dev, r->session.path);
        take(p);
        if (!t.turn.count) {
            if (p->next == p->count && t.turn.wake_ns == UINT64_MAX) break;
            wait_until(p, p->next < p->count && p->in[p->next].at_ns < t.turn.wake_ns ? p->in[p->next].at_ns : t.turn.wake_ns);
            continue;
        }
        if (r->line->virtual_time) p->now += r->given ? t.turn.ns : (uint64_t)ceil((double)t.cycles * 1e9 / (double)r->clock_hz);
        const uint64_t end = clock_ns(p);
        r->busy_ns += end - before, r->calls++;
        r->end_ns = end;
        status = bonnet_streams_done(p->s, end);
        if (status != BONNET_OK) return cli_fail_status(status, r->session.dev, r->session.path);
    }
    return CLI_OK;
}

/* Of what came, as many frames as there are: mean work per time. */
static double load_of(const playing *p)
{
    uint64_t whole = 0;
    for (uint32_t i = 0; i < p->r->stages; i++) whole += p->r->stage_ns[i];
    const uint64_t span = p->in[p->count - 1].at_ns - p->in[0].at_ns;
    return span ? (double)(p->count - 1) * (double)whole / (double)span : 0;
}

static int show(playing *p)
{
    for (uint32_t i = 0; i < p->r->count; i++)
        if (bonnet_streams_stats(&p->r->stats[i], p->s, i) != BONNET_OK) return cli_fail(CLI_STATUS - BONNET_EINVAL, "streams: no statistics");
    p->r->load = load_of(p);
    return streams_show(p->r);
}

int streams_play(streams_run *r)
{
    playing p = {.r = r, .count = (size_t)r->count * r->line->frames};
    bonnet_task tasks[BONNET_TASKS_MAX];
    char message[256] = "";
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_arrivals_options a = BONNET_ARRIVALS_OPTIONS_INIT;
    o.policy = r->policy, o.jobs = (uint32_t)r->line->jobs, o.drop_stale = r->line->drop_stale, o.batch = (uint32_t)r->line->batch;
    o.run_late = r->line->run_late, o.learn = !r->line->virtual_time, o.message = message, o.message_bytes = sizeof message;
    a.seed = r->line->o.seed, a.calm = r->line->calm, a.stay = r->line->stay, a.jitter = r->line->jitter;
    for (uint32_t i = 0; i < r->count; i++) tasks[i] = r->stream[i].task;
    if (!(p.in = calloc(p.count, sizeof *p.in))) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %zu frames", p.count);
    bonnet_status status = bonnet_arrivals(p.in, tasks, r->count, (uint32_t)r->line->frames, &a);
    if (status == BONNET_OK) status = bonnet_streams_open(&p.s, r->stream, r->count, &o);
    int code = status == BONNET_OK ? CLI_OK : cli_fail(CLI_STATUS - (int)status, "streams: %s", *message ? message : bonnet_status_text(status));
    if (code == CLI_OK) code = play(&p);
    cli_progress_end();
    if (code == CLI_OK) code = show(&p);
    bonnet_streams_close(p.s);
    free(p.in);
    return code;
}
