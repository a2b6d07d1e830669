/* SPDX-License-Identifier: Apache-2.0 */
/* schedule_simulate.c - made-up arrivals of cameras, and a schedule that meets them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "random.h"
#include "schedule.h"

static int by_time(const void *a, const void *b)
{
    const bonnet_arrival *x = a, *y = b;
    if (x->at_ns != y->at_ns) return x->at_ns < y->at_ns ? -1 : 1;
    return x->task < y->task ? -1 : x->task > y->task;
}

bonnet_status bonnet_arrivals(bonnet_arrival *out, const bonnet_task *tasks, uint32_t count, uint32_t frames, const bonnet_arrivals_options *options)
{
    bonnet_arrivals_options o = BONNET_ARRIVALS_OPTIONS_INIT;
    if (!out || !tasks || !count || count > BONNET_TASKS_MAX || !frames || (uint64_t)count * frames > BONNET_ARRIVALS_MAX) return BONNET_EINVAL;
    if (options && (options->size < sizeof options->size || options->size > 4096)) return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    if (!(o.calm >= 1 && o.calm <= 1000) || !(o.stay >= 0 && o.stay <= 1) || !(o.jitter >= 0 && o.jitter <= 1)) return BONNET_EINVAL;
    for (uint32_t i = 0; i < count; i++)
        if (tasks[i].period_ns < 1 || tasks[i].period_ns > BONNET_SCHEDULE_MOST_NS) return BONNET_EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t state = o.seed * UINT64_C(0x2545f4914f6cdd1d) + i; /* a stream's own: more streams change no other */
        const double period = (double)tasks[i].period_ns;
        bool calm = edge_chance(&state) < 0.5;
        uint64_t at = (uint64_t)(edge_chance(&state) * period);
        for (uint32_t f = 0; f < frames; f++) {
            out[(size_t)i * frames + f] = (bonnet_arrival){.at_ns = at, .task = i};
            if (edge_chance(&state) >= o.stay) calm = !calm;
            at += (uint64_t)ceil(period * ((calm ? o.calm : 1) + o.jitter * edge_chance(&state)));
        }
    }
    qsort(out, (size_t)count * frames, sizeof *out, by_time);
    for (uint32_t i = 0; i < count * frames; i++) out[i].sample = i;
    return BONNET_OK;
}

static bonnet_status check(const bonnet_task *tasks, uint32_t count, const bonnet_arrival *arrivals, size_t frames, const bonnet_outcomes *x,
                           bonnet_error *err)
{
    if (!arrivals || !frames || frames > BONNET_ARRIVALS_MAX) return bonnet_fail(err, BONNET_EINVAL, "1 to 2^24 arrivals are wanted");
    if (!x || !x->samples || !x->confidence || !x->value) return bonnet_fail(err, BONNET_EINVAL, "no outcomes of the stages");
    for (uint32_t i = 0; i < count; i++)
        if (tasks[i].stages > x->stages)
            return bonnet_fail(err, BONNET_EINVAL, "stream %u: %u stages, outcomes of %u", i, tasks[i].stages, x->stages);
    for (size_t i = 0; i < frames; i++)
        if (arrivals[i].task >= count || arrivals[i].at_ns > UINT64_MAX / 8 || (i && arrivals[i].at_ns < arrivals[i - 1].at_ns))
            return bonnet_fail(err, BONNET_EINVAL, "arrival %zu: no such stream, or before the one before it", i);
    return BONNET_OK;
}

typedef struct simulating {
    bonnet_schedule *s;
    const bonnet_task *tasks;
    const bonnet_outcomes *x;
    uint32_t sample[BONNET_JOBS_MAX]; /* of a slot */
    bonnet_simulation r;
} simulating;

static void take(simulating *m)
{
    bonnet_job_end e;
    while (bonnet_schedule_take(&e, m->s) == BONNET_OK) {
        m->r.missed += e.outcome == BONNET_MISSED;
        m->r.dropped += e.outcome == BONNET_DROPPED;
        if (e.outcome != BONNET_ANSWERED) continue;
        m->r.answered[e.stage]++;
        m->r.utility += m->tasks[e.task].weight * m->x->value[m->sample[e.slot] % m->x->samples * m->x->stages + e.stage];
    }
}

static bonnet_status turn_done(simulating *m, const bonnet_turn *turn, uint64_t end)
{
    bonnet_stage_seen seen[BONNET_BATCH_MAX];
    for (uint32_t i = 0; i < turn->count; i++) {
        const size_t at = m->sample[turn->slot[i]] % m->x->samples * m->x->stages + turn->stage;
        seen[i] = (bonnet_stage_seen){m->x->confidence[at], m->x->sure ? m->x->sure[at] : 0};
    }
    m->r.calls++;
    m->r.busy_ns += turn->ns;
    return bonnet_schedule_done(m->s, end, seen);
}

static bonnet_status play(simulating *m, const bonnet_arrival *arrivals, size_t frames)
{
    uint64_t now = 0;
    for (size_t next = 0;;) {
        bonnet_turn turn;
        uint32_t slot;
        bonnet_status status = BONNET_OK;
        for (; next < frames && arrivals[next].at_ns <= now && status == BONNET_OK; next++) {
            status = bonnet_schedule_arrive(&slot, m->s, arrivals[next].task, arrivals[next].at_ns, 0);
            take(m);
            m->r.frames++;
            if (slot == BONNET_NO_JOB) m->r.dropped++;
            else m->sample[slot] = arrivals[next].sample;
        }
        if (status == BONNET_OK) status = bonnet_schedule_next(&turn, m->s, now);
        take(m);
        if (status != BONNET_OK) return status;
        m->r.end_ns = now;
        if (turn.count) {
            now += turn.ns;
            status = turn_done(m, &turn, now);
            take(m);
        } else if (next == frames && turn.wake_ns == UINT64_MAX) return BONNET_OK;
        else now = next < frames && arrivals[next].at_ns < turn.wake_ns ? arrivals[next].at_ns : turn.wake_ns;
        if (status != BONNET_OK) return status;
    }
}

bonnet_status bonnet_simulate(bonnet_simulation *out, const bonnet_task *tasks, uint32_t count, const bonnet_arrival *arrivals, size_t frames,
                              const bonnet_outcomes *outcomes, const bonnet_schedule_options *options)
{
    bonnet_error err = {""};
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    simulating *m = calloc(1, sizeof *m);
    if (options && options->size <= 4096) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    bonnet_status status = m && out ? BONNET_OK : m ? BONNET_EINVAL : BONNET_ENOMEM;
    if (status == BONNET_OK) {
        m->tasks = tasks, m->x = outcomes;
        status = bonnet_schedule_open(&m->s, tasks, count, options);
        if (status == BONNET_OK) status = check(tasks, count, arrivals, frames, outcomes, &err);
        if (status == BONNET_OK) status = play(m, arrivals, frames);
        if (status == BONNET_OK) *out = m->r;
        if (*err.text && o.message && o.message_bytes) snprintf(o.message, o.message_bytes, "%s", err.text);
        bonnet_schedule_close(m->s);
    }
    free(m);
    return status;
}
