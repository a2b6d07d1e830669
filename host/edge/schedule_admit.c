/* SPDX-License-Identifier: Apache-2.0 */
/* schedule_admit.c - bonnet_admit(): demand and blocking at every deadline; and the same sum from a given moment on. docs/schedule.md. */
#include <math.h>
#include <stdio.h>
#include "schedule.h"

const char *bonnet_policy_name(uint32_t policy)
{
    static const char *const names[] = {"fifo", "edf", "first", "imprecise"};
    return policy <= BONNET_POLICY_IMPRECISE ? names[policy] : "";
}

static bonnet_status check_task(const bonnet_task *t, uint32_t i, uint32_t policy, bool learn, bonnet_error *err)
{
    const uint64_t most = BONNET_SCHEDULE_MOST_NS;
    if (t->period_ns < 1 || t->period_ns > most) return bonnet_fail(err, BONNET_EINVAL, "stream %u: a period of 1 to 10^12 ns is wanted", i);
    if (t->deadline_ns < 1 || t->deadline_ns > most) return bonnet_fail(err, BONNET_EINVAL, "stream %u: a deadline of 1 to 10^12 ns is wanted", i);
    if (t->stages < 1 || t->stages > BONNET_EXITS_MAX)
        return bonnet_fail(err, BONNET_EINVAL, "stream %u: 1 to %d stages are wanted", i, BONNET_EXITS_MAX);
    for (uint32_t s = 0; s < t->stages; s++)
        if ((!learn && t->stage_ns[s] < 1) || t->stage_ns[s] > most)
            return bonnet_fail(err, BONNET_EINVAL, "stream %u: stage %u wants a time of 1 to 10^12 ns", i, s);
    if (!(t->weight >= 0 && t->weight <= 1000)) return bonnet_fail(err, BONNET_EINVAL, "stream %u: a weight of 0 to 1000 is wanted", i);
    if (t->batch > BONNET_BATCH_MAX || (t->batch && !t->batch_ns))
        return bonnet_fail(err, BONNET_EINVAL, "stream %u: times of 0 to %d frames in one call are wanted", i, BONNET_BATCH_MAX);
    for (uint32_t b = 0; b < t->batch * t->stages; b++)
        if (t->batch_ns[b] < 1 || t->batch_ns[b] > most)
            return bonnet_fail(err, BONNET_EINVAL, "stream %u: %u frames in one call want a time of 1 to 10^12 ns", i, b % t->batch + 1);
    if (t->utility && t->utility->stages != t->stages)
        return bonnet_fail(err, BONNET_EINVAL, "stream %u: %u stages, but a utility of %u", i, t->stages, t->utility->stages);
    if (policy == BONNET_POLICY_IMPRECISE && !t->utility) return bonnet_fail(err, BONNET_EINVAL, "stream %u: no utility", i);
    return BONNET_OK;
}

bonnet_status schedule_check(const bonnet_task *tasks, uint32_t count, uint32_t policy, bool learn, bonnet_error *err)
{
    if (!tasks || !count || count > BONNET_TASKS_MAX) return bonnet_fail(err, BONNET_EINVAL, "1 to %d streams are wanted", BONNET_TASKS_MAX);
    if (policy > BONNET_POLICY_IMPRECISE) return bonnet_fail(err, BONNET_EINVAL, "no policy %u", policy);
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < count && status == BONNET_OK; i++) status = check_task(&tasks[i], i, policy, learn, err);
    return status;
}

uint64_t schedule_mandatory(const bonnet_task *t, uint32_t policy)
{
    uint64_t ns = 0;
    for (uint32_t s = 0; s < (policy <= BONNET_POLICY_EDF ? t->stages : 1); s++) ns += t->stage_ns[s];
    return ns;
}

/* Not broken off. */
static uint64_t longest(const bonnet_task *t, uint32_t policy)
{
    uint64_t ns = 0;
    for (uint32_t s = 0; s < (policy <= BONNET_POLICY_EDF ? t->stages : 1); s++)
        if (t->stage_ns[s] > ns) ns = t->stage_ns[s];
    return ns;
}

static uint64_t least(const uint64_t *of, uint32_t count)
{
    uint64_t value = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++)
        if (of[i] < value) value = of[i];
    return value;
}

/*
 * From here on demand is no question: it is at most U t + sum of U_i (T_i - D_i) over D_i < T_i, with that, `more` and U < 1. UINT64_MAX: never.
 * Rounded up by a millionth, which doubles do not lose in 64 terms.
 */
static uint64_t horizon(const bonnet_task *tasks, uint32_t count, uint32_t policy, uint64_t more, double *utilisation)
{
    double u = 0, ahead = (double)more;
    for (uint32_t i = 0; i < count; i++) {
        const double mine = (double)schedule_mandatory(&tasks[i], policy) / (double)tasks[i].period_ns;
        u += mine;
        if (tasks[i].deadline_ns < tasks[i].period_ns) ahead += mine * (double)(tasks[i].period_ns - tasks[i].deadline_ns);
    }
    *utilisation = u;
    const double end = ahead / (1 - u) * 1.000001 + 1;
    return u >= 1 - 1e-9 || end > 9e18 ? UINT64_MAX : (uint64_t)end;
}

static void blocking_at(bonnet_admission *r, const bonnet_task *tasks, uint32_t count, uint32_t policy, uint64_t t)
{
    r->blocking_ns = 0, r->blocker = count;
    for (uint32_t i = 0; i < count; i++)
        if (tasks[i].deadline_ns > t && longest(&tasks[i], policy) > r->blocking_ns) r->blocking_ns = longest(&tasks[i], policy), r->blocker = i;
}

/* `refused` is left to the caller. */
static bonnet_admission test(const bonnet_task *tasks, uint32_t count, uint32_t policy)
{
    bonnet_admission r = {.blocker = count}, here;
    uint64_t due[BONNET_TASKS_MAX], demand = 0, most = 0;
    for (uint32_t i = 0; i < count; i++) {
        due[i] = tasks[i].deadline_ns;
        if (longest(&tasks[i], policy) > most) most = longest(&tasks[i], policy);
    }
    const uint64_t end = horizon(tasks, count, policy, most, &r.utilisation);
    double room = HUGE_VAL;
    for (uint64_t t = least(due, count); t <= end || !r.points; t = least(due, count)) {
        if (end == UINT64_MAX && r.utilisation < 1 + 1e-9) return r; /* so close to 1 that nobody can say where to stop */
        if (++r.points > SCHEDULE_POINTS) return r;
        for (uint32_t i = 0; i < count; i++)
            if (due[i] == t) demand += schedule_mandatory(&tasks[i], policy), due[i] += tasks[i].period_ns;
        here = r, here.at_ns = t, here.demand_ns = demand;
        blocking_at(&here, tasks, count, policy, t);
        const uint64_t work = demand + here.blocking_ns;
        if (work > t) return here;
        if ((double)(t - work) / (double)t < room) {
            room = (double)(t - work) / (double)t;
            r = here;
        }
    }
    r.admitted = 1;
    return r;
}

bonnet_status bonnet_admit(bonnet_admission *out, const bonnet_task *tasks, uint32_t count, uint32_t policy, char *message, size_t message_bytes)
{
    bonnet_error err = {""};
    bonnet_status status = out ? BONNET_OK : BONNET_EINVAL;
    if (status == BONNET_OK) status = schedule_check(tasks, count, policy == BONNET_POLICY_IMPRECISE ? BONNET_POLICY_FIRST : policy, false, &err);
    if (status == BONNET_OK && policy == BONNET_POLICY_FIFO) status = bonnet_fail(&err, BONNET_EUNSUPPORTED, "no admission test for fifo");
    if (status == BONNET_OK) {
        bonnet_admission r = test(tasks, count, policy);
        r.refused = count;
        for (uint32_t n = 1; !r.admitted && n <= count && r.refused == count; n++)
            if (!test(tasks, n, policy).admitted) r.refused = n - 1;
        *out = r;
    }
    if (status != BONNET_OK && message && message_bytes) snprintf(message, message_bytes, "%s", err.text);
    return status;
}

/* ---- from a given moment on ------------------------------------------------------------------------------------------ */

static bool in_turn(const bonnet_turn *turn, uint32_t slot)
{
    for (uint32_t i = 0; turn && i < turn->count; i++)
        if (turn->slot[i] == slot) return true;
    return false;
}

/* Mandatory work that a frame still has behind its first `more` stages to come. */
static uint64_t left_of(const bonnet_schedule *s, const schedule_job *j, uint32_t more)
{
    const bonnet_task *t = &s->task[j->task].is;
    uint64_t ns = 0;
    for (uint32_t i = j->done + more; i < (s->o.policy <= BONNET_POLICY_EDF ? t->stages : 1); i++) ns += t->stage_ns[i];
    return ns;
}

bool schedule_room(const bonnet_schedule *s, uint64_t now, uint64_t ns, const bonnet_turn *turn)
{
    bonnet_task tasks[BONNET_TASKS_MAX];
    uint64_t due[BONNET_TASKS_MAX + BONNET_JOBS_MAX], left[BONNET_JOBS_MAX], work = ns, pending = 0;
    double u;
    for (uint32_t i = 0; i < s->count; i++) {
        const schedule_task *t = &s->task[i];
        tasks[i] = t->is;
        due[i] = (t->next_ns > now ? t->next_ns - now : 0) + t->is.deadline_ns;
    }
    for (uint32_t j = 0; j < BONNET_JOBS_MAX; j++) {
        const schedule_job *job = &s->job[j];
        const bool counts = job->state == JOB_OPEN && (left[j] = left_of(s, job, in_turn(turn, j))) > 0;
        due[s->count + j] = !counts ? UINT64_MAX : job->end.deadline_ns > now ? job->end.deadline_ns - now : 0;
        if (counts) pending += left[j];
    }
    const uint64_t end = horizon(tasks, s->count, s->o.policy, ns + pending, &u);
    if (end == UINT64_MAX) return false;
    uint32_t points = 0;
    for (uint64_t t = least(due, s->count + BONNET_JOBS_MAX); t <= end; t = least(due, s->count + BONNET_JOBS_MAX)) {
        if (++points > SCHEDULE_GUARD_POINTS) return false;
        for (uint32_t i = 0; i < s->count; i++)
            if (due[i] == t) work += schedule_mandatory(&tasks[i], s->o.policy), due[i] += tasks[i].period_ns;
        for (uint32_t j = 0; j < BONNET_JOBS_MAX; j++)
            if (due[s->count + j] == t) work += left[j], due[s->count + j] = UINT64_MAX;
        if (work > t) return false;
    }
    return true;
}
