/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.c - a schedule at work: streams, frames that arrive, frames that are at their end. Who is next: schedule_next.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "schedule.h"

static bonnet_status check(const bonnet_schedule_options *o, bonnet_error *err)
{
    if (o->jobs < 1 || o->jobs > BONNET_JOBS_MAX) return bonnet_fail(err, BONNET_EINVAL, "room for 1 to %d frames is wanted", BONNET_JOBS_MAX);
    if (o->batch < 1 || o->batch > BONNET_BATCH_MAX)
        return bonnet_fail(err, BONNET_EINVAL, "1 to %d frames in one call are wanted", BONNET_BATCH_MAX);
    return BONNET_OK;
}

/* What the test says of the times as they are now; a time that is not known yet is none. */
void schedule_admit_again(bonnet_schedule *s)
{
    bonnet_task tasks[BONNET_TASKS_MAX];
    bonnet_admission a = {.admitted = 0};
    for (uint32_t i = 0; i < s->count; i++) tasks[i] = s->task[i].is;
    s->admitted = bonnet_admit(&a, tasks, s->count, s->o.policy, NULL, 0) == BONNET_OK && a.admitted;
}

static bonnet_status open_tasks(bonnet_schedule *s, const bonnet_task *tasks, bonnet_error *err)
{
    s->task = calloc(s->count, sizeof *s->task);
    for (uint32_t i = 0; s->task && i < s->count; i++) {
        s->task[i].is = tasks[i];
        if (s->o.learn && !(s->task[i].seen = calloc(tasks[i].stages, sizeof *s->task[i].seen)))
            return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    }
    if (!s->task) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    schedule_admit_again(s);
    return BONNET_OK;
}

static bonnet_status open_schedule(bonnet_schedule **out, const bonnet_task *tasks, uint32_t count, const bonnet_schedule_options *o,
                                   bonnet_error *err)
{
    bonnet_status status = check(o, err);
    if (status == BONNET_OK) status = schedule_check(tasks, count, o->policy, o->learn, err);
    if (status != BONNET_OK) return status;
    bonnet_schedule *s = calloc(1, sizeof *s);
    if (!s) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    s->count = count;
    s->o = *o;
    s->o.message = NULL; /* the caller's, for this call */
    status = open_tasks(s, tasks, err);
    if (status == BONNET_OK) *out = s;
    else bonnet_schedule_close(s);
    return status;
}

bonnet_status bonnet_schedule_open(bonnet_schedule **out, const bonnet_task *tasks, uint32_t count, const bonnet_schedule_options *options)
{
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_error err = {""};
    if (!out || (options && (options->size < sizeof options->size || options->size > 4096))) return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o); /* an older caller's struct is shorter */
    const bonnet_status status = open_schedule(out, tasks, count, &o, &err);
    if (status != BONNET_OK && o.message && o.message_bytes) snprintf(o.message, o.message_bytes, "%s", err.text);
    return status;
}

void bonnet_schedule_close(bonnet_schedule *s)
{
    if (!s) return;
    for (uint32_t i = 0; s->task && i < s->count; i++) free(s->task[i].seen);
    free(s->task);
    free(s);
}

void schedule_end(schedule_job *j, bonnet_schedule *s, uint32_t outcome, uint64_t now_ns)
{
    bonnet_task_stats *stats = &s->task[j->task].stats;
    j->state = JOB_ENDED;
    j->end.outcome = outcome;
    j->end.end_ns = now_ns;
    if (outcome == BONNET_ANSWERED) stats->answered[j->end.stage]++;
    else if (outcome == BONNET_MISSED) stats->missed++;
    else stats->dropped++;
}

/* One that has not begun gives way to a newer one of its stream. */
static void drop_stale(bonnet_schedule *s, uint32_t task, uint64_t at_ns)
{
    for (uint32_t i = 0; i < BONNET_JOBS_MAX; i++)
        if (s->job[i].state == JOB_OPEN && s->job[i].task == task && !s->job[i].done) schedule_end(&s->job[i], s, BONNET_DROPPED, at_ns);
}

bonnet_status bonnet_schedule_arrive(uint32_t *slot, bonnet_schedule *s, uint32_t task, uint64_t at_ns, uint64_t deadline_ns)
{
    if (!slot || !s || task >= s->count || at_ns > UINT64_MAX / 4 || deadline_ns > UINT64_MAX / 4) return BONNET_EINVAL;
    if (deadline_ns && (deadline_ns < at_ns || deadline_ns - at_ns > BONNET_SCHEDULE_MOST_NS)) return BONNET_EINVAL;
    schedule_task *t = &s->task[task];
    const uint64_t number = t->stats.frames++, due = deadline_ns ? deadline_ns : at_ns + t->is.deadline_ns;
    t->stats.early += at_ns < t->next_ns || due < at_ns + t->is.deadline_ns;
    t->next_ns = at_ns + t->is.period_ns;
    if (s->o.drop_stale) drop_stale(s, task, at_ns);
    uint32_t taken = 0, free_slot = BONNET_NO_JOB;
    for (uint32_t i = BONNET_JOBS_MAX; i--;) {
        if (s->job[i].state == JOB_FREE) free_slot = i;
        else taken++;
    }
    if (taken >= s->o.jobs) {
        t->stats.dropped++;
        *slot = BONNET_NO_JOB;
        return BONNET_OK;
    }
    s->job[free_slot] = (schedule_job){.state = JOB_OPEN, .task = task, .arrived = s->arrivals++};
    s->job[free_slot].end = (bonnet_job_end){.slot = free_slot, .task = task, .number = number, .arrival_ns = at_ns, .deadline_ns = due};
    *slot = free_slot;
    return BONNET_OK;
}

bonnet_status bonnet_schedule_look(bonnet_job_end *out, const bonnet_schedule *s, uint32_t slot)
{
    if (!out || !s || slot >= BONNET_JOBS_MAX || s->job[slot].state == JOB_FREE) return BONNET_EINVAL;
    *out = s->job[slot].end;
    return BONNET_OK;
}

bonnet_status bonnet_schedule_take(bonnet_job_end *out, bonnet_schedule *s)
{
    const schedule_job *first = NULL;
    if (!out || !s) return BONNET_EINVAL;
    for (uint32_t i = 0; i < BONNET_JOBS_MAX; i++) {
        const schedule_job *j = &s->job[i];
        if (j->state == JOB_ENDED &&
            (!first || j->end.end_ns < first->end.end_ns || (j->end.end_ns == first->end.end_ns && j->arrived < first->arrived)))
            first = j;
    }
    if (!first) return BONNET_EINVAL;
    *out = first->end;
    s->job[out->slot].state = JOB_FREE;
    return BONNET_OK;
}

bonnet_status bonnet_schedule_stats(bonnet_task_stats *out, const bonnet_schedule *s, uint32_t task)
{
    if (!out || !s || task >= s->count) return BONNET_EINVAL;
    *out = s->task[task].stats;
    return BONNET_OK;
}
