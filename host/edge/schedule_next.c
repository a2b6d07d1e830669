/* SPDX-License-Identifier: Apache-2.0 */
/* schedule_next.c - which stage of whose frame is next, and what is known when it is done. docs/schedule.md. */
#include <string.h>
#include "schedule.h"

/* Is a before b in the policy's order? */
static bool before(const bonnet_schedule *s, const schedule_job *a, const schedule_job *b)
{
    const uint64_t x = s->o.policy == BONNET_POLICY_FIFO ? a->end.arrival_ns : a->end.deadline_ns;
    const uint64_t y = s->o.policy == BONNET_POLICY_FIFO ? b->end.arrival_ns : b->end.deadline_ns;
    return x < y || (x == y && a->arrived < b->arrived);
}

/* Frames whose next stage cannot be in time: with an answer they leave, without one they are lost. */
static void retire(bonnet_schedule *s, uint64_t now)
{
    for (uint32_t i = 0; i < BONNET_JOBS_MAX; i++) {
        schedule_job *j = &s->job[i];
        if (j->state != JOB_OPEN || now + schedule_stage_ns(s, j) <= j->end.deadline_ns) continue;
        if (j->done) schedule_end(j, s, BONNET_ANSWERED, now);
        else if (!s->o.run_late) schedule_end(j, s, BONNET_MISSED, now);
    }
}

/* The first open frame in order of those with a stage left for it: wanted[slot], NULL: all. fresh: only those that have not begun. */
static uint32_t first(const bonnet_schedule *s, const uint32_t *wanted, bool fresh)
{
    uint32_t best = BONNET_NO_JOB;
    for (uint32_t i = 0; i < BONNET_JOBS_MAX; i++) {
        const schedule_job *j = &s->job[i];
        if (j->state != JOB_OPEN || (wanted && !wanted[i]) || (fresh && j->done)) continue;
        if (best == BONNET_NO_JOB || before(s, j, &s->job[best])) best = i;
    }
    return best;
}

/* What is known of the frame's worth after 0, 1, .. more stages. */
static void describe(bonnet_choice_job *to, const bonnet_schedule *s, const schedule_job *j)
{
    const bonnet_task *t = &s->task[j->task].is;
    *to = (bonnet_choice_job){.deadline_ns = j->end.deadline_ns, .stages = t->stages - j->done, .mandatory = !j->done};
    for (uint32_t l = 0; l < to->stages; l++) to->stage_ns[l] = t->stage_ns[j->done + l];
    for (uint32_t l = 0; l <= to->stages; l++) {
        const uint32_t after = j->done + l; /* stages done then */
        if (!after) continue;
        to->value[l] = t->weight * (j->done ? t->utility->after[j->done - 1][j->bin][after - 1] : t->utility->mean[after - 1]);
    }
}

/* No later stage is worth more than what is in hand. */
static bool complete(const bonnet_choice_job *j)
{
    for (uint32_t l = 1; l <= j->stages; l++)
        if (j->value[l] > j->value[0]) return false;
    return !j->mandatory;
}

/* wanted[slot]: stages that the best plan has for it. */
static bonnet_status plan(uint32_t wanted[BONNET_JOBS_MAX], bonnet_schedule *s, uint64_t now)
{
    bonnet_choice_job jobs[BONNET_JOBS_MAX];
    uint32_t slot[BONNET_JOBS_MAX] = {0}, n = 0;
    bonnet_choice choice;
    memset(wanted, 0, BONNET_JOBS_MAX * sizeof *wanted);
    for (uint32_t i = 0; i < BONNET_JOBS_MAX; i++) {
        if (s->job[i].state != JOB_OPEN) continue;
        describe(&jobs[n], s, &s->job[i]);
        if (complete(&jobs[n])) schedule_end(&s->job[i], s, BONNET_ANSWERED, now);
        else slot[n++] = i;
    }
    const bonnet_status status = bonnet_choose(&choice, jobs, n, now, 0);
    for (uint32_t i = 0; status == BONNET_OK && i < n; i++) wanted[slot[i]] = choice.stages[i];
    return status;
}

static uint64_t batch_ns(const bonnet_schedule *s, const schedule_job *j, uint32_t frames)
{
    const bonnet_task *t = &s->task[j->task].is;
    if (frames == 1) return schedule_stage_ns(s, j);
    return frames <= t->batch ? t->batch_ns[(size_t)j->done * t->batch + frames - 1] : UINT64_MAX;
}

static void turn_of(bonnet_turn *turn, const bonnet_schedule *s, uint32_t slot)
{
    turn->slot[turn->count] = slot;
    turn->task[turn->count++] = s->job[slot].task;
    turn->stage = s->job[slot].done;
    turn->ns = batch_ns(s, &s->job[slot], turn->count);
}

/* Everybody in the turn in time, and behind it, by deadline, every frame that was to begin. */
static bool all_in_time(const bonnet_schedule *s, const bonnet_turn *turn, const uint32_t *wanted, uint64_t now)
{
    uint32_t rest[BONNET_JOBS_MAX];
    uint64_t t = now + turn->ns;
    for (uint32_t i = 0; i < BONNET_JOBS_MAX; i++) rest[i] = s->job[i].state == JOB_OPEN && !s->job[i].done && (!wanted || wanted[i]);
    for (uint32_t i = 0; i < turn->count; i++) {
        if (t > s->job[turn->slot[i]].end.deadline_ns) return false;
        rest[turn->slot[i]] = 0;
    }
    for (uint32_t next; (next = first(s, rest, true)) != BONNET_NO_JOB; rest[next] = 0)
        if ((t += schedule_stage_ns(s, &s->job[next])) > s->job[next].end.deadline_ns) return false;
    return true;
}

/* The same stage of frames of the same kind, in order, where one call for all is shorter than a call each and nobody is late by it. */
static void add_others(bonnet_turn *turn, const bonnet_schedule *s, const uint32_t *wanted, uint64_t now)
{
    const schedule_job *lead = &s->job[turn->slot[0]];
    bonnet_turn larger = *turn, best = *turn;
    uint32_t others[BONNET_JOBS_MAX];
    for (uint32_t i = 0; i < BONNET_JOBS_MAX; i++) {
        const schedule_job *j = &s->job[i];
        others[i] = i != turn->slot[0] && j->state == JOB_OPEN && j->done == lead->done && (!wanted || wanted[i]) &&
                    s->task[j->task].is.kind == s->task[lead->task].is.kind;
    }
    for (uint32_t next; larger.count < s->o.batch && (next = first(s, others, false)) != BONNET_NO_JOB; others[next] = 0) {
        turn_of(&larger, s, next);
        larger.ns = batch_ns(s, lead, larger.count);
        if (larger.ns == UINT64_MAX) break;
        if ((double)larger.ns / larger.count >= (double)best.ns / best.count) continue;
        if (all_in_time(s, &larger, wanted, now) && (!s->admitted || schedule_room(s, now, larger.ns, &larger))) best = larger;
    }
    *turn = best;
}

/* Of those that wait: when the first one's next stage would be late. */
static uint64_t wake(const bonnet_schedule *s)
{
    uint64_t at = UINT64_MAX;
    for (uint32_t i = 0; i < BONNET_JOBS_MAX; i++) {
        const schedule_job *j = &s->job[i];
        if (j->state == JOB_OPEN && j->end.deadline_ns - schedule_stage_ns(s, j) + 1 < at) at = j->end.deadline_ns - schedule_stage_ns(s, j) + 1;
    }
    return at;
}

bonnet_status bonnet_schedule_next(bonnet_turn *out, bonnet_schedule *s, uint64_t now_ns)
{
    uint32_t wanted[BONNET_JOBS_MAX];
    bonnet_turn turn = {.count = 0};
    if (!out || !s || s->turn.count || now_ns > UINT64_MAX / 4) return BONNET_EINVAL;
    retire(s, now_ns);
    const bool imprecise = s->o.policy == BONNET_POLICY_IMPRECISE;
    bonnet_status status = imprecise ? plan(wanted, s, now_ns) : BONNET_OK;
    if (status != BONNET_OK) return status;
    uint32_t slot = first(s, imprecise ? wanted : NULL, false);
    if (slot != BONNET_NO_JOB) turn_of(&turn, s, slot);
    if (imprecise && turn.count && turn.stage && s->admitted && !schedule_room(s, now_ns, turn.ns, &turn)) { /* what may come needs the time */
        slot = first(s, wanted, true);
        turn.count = 0;
        if (slot != BONNET_NO_JOB) turn_of(&turn, s, slot);
    }
    turn.wake_ns = turn.count ? now_ns : wake(s);
    if (turn.count && s->o.batch > 1) add_others(&turn, s, imprecise ? wanted : NULL, now_ns);
    for (uint32_t i = 0; i < turn.count; i++) s->job[turn.slot[i]].state = JOB_RUNNING;
    s->turn = turn;
    s->start_ns = now_ns;
    *out = turn;
    return BONNET_OK;
}

/* ---- done ------------------------------------------------------------------------------------------------------------ */

static void learn(bonnet_schedule *s, uint32_t task, uint32_t stage, uint64_t ns)
{
    schedule_task *t = &s->task[task];
    uint64_t longest = 0;
    if (!s->o.learn) return;
    schedule_seen *seen = &t->seen[stage];
    seen->ns[seen->runs++ % SCHEDULE_LEARN] = ns < BONNET_SCHEDULE_MOST_NS ? ns + !ns : BONNET_SCHEDULE_MOST_NS;
    for (uint32_t i = 0; i < SCHEDULE_LEARN && i < seen->runs; i++)
        if (seen->ns[i] > longest) longest = seen->ns[i];
    if (longest == t->is.stage_ns[stage]) return;
    t->is.stage_ns[stage] = longest;
    schedule_admit_again(s);
}

static void count(bonnet_schedule *s, uint64_t ns)
{
    const bonnet_turn *turn = &s->turn;
    for (uint32_t i = 0; i < turn->count; i++) {
        bonnet_task_stats *stats = &s->task[turn->task[i]].stats;
        stats->busy_ns += ns / turn->count + (i < ns % turn->count);
        stats->overrun += ns > turn->ns;
        if (turn->count == 1 && ns > stats->longest_ns[turn->stage]) stats->longest_ns[turn->stage] = ns;
    }
    if (turn->count == 1) learn(s, turn->task[0], turn->stage, ns);
}

static void stage_done(bonnet_schedule *s, schedule_job *j, uint64_t end_ns, const bonnet_stage_seen *seen)
{
    const bonnet_task *t = &s->task[j->task].is;
    const uint32_t stage = j->done++;
    j->state = JOB_OPEN;
    if (end_ns > j->end.deadline_ns) {
        schedule_end(j, s, stage ? BONNET_ANSWERED : BONNET_MISSED, end_ns);
        return;
    }
    j->end.stage = stage;
    j->end.confidence = seen->confidence;
    j->end.answer_ns = end_ns;
    j->bin = bonnet_utility_bin(t->utility, stage, seen->confidence);
    if (seen->sure || j->done == t->stages || s->o.policy == BONNET_POLICY_FIRST) schedule_end(j, s, BONNET_ANSWERED, end_ns);
}

bonnet_status bonnet_schedule_done(bonnet_schedule *s, uint64_t end_ns, const bonnet_stage_seen *seen)
{
    if (!s || !seen || !s->turn.count || end_ns < s->start_ns || end_ns > UINT64_MAX / 4) return BONNET_EINVAL;
    count(s, end_ns - s->start_ns);
    for (uint32_t i = 0; i < s->turn.count; i++) stage_done(s, &s->job[s->turn.slot[i]], end_ns, &seen[i]);
    s->turn.count = 0;
    return BONNET_OK;
}

bonnet_status bonnet_schedule_undo(bonnet_schedule *s)
{
    if (!s || !s->turn.count) return BONNET_EINVAL;
    for (uint32_t i = 0; i < s->turn.count; i++) s->job[s->turn.slot[i]].state = JOB_OPEN;
    s->turn.count = 0;
    return BONNET_OK;
}
