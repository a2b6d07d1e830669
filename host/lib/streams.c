/* SPDX-License-Identifier: Apache-2.0 */
/* streams.c - camera streams at work: the schedule says whose stage is next, this computes it, and holds the maps of frames that pause. docs/schedule.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bonnet_streams.h"
#include "exits_stage.h"

/* A frame on its way. */
typedef struct held {
    uint64_t tag;
    bonnet_exit_result answer, next; /* of the last stage that was in time; of the one that was just computed */
} held;

struct bonnet_streams {
    bonnet_device *dev;
    bonnet_schedule *schedule;
    bonnet_exits *exits[BONNET_TASKS_MAX];
    uint32_t count;
    size_t bytes, classes; /* the most of any stage's pixels or maps; of any network */
    uint8_t *room;         /* [BONNET_JOBS_MAX][bytes]: what the next stage reads; then [batch][bytes] twice: from, to */
    uint8_t *from, *to;
    int32_t *logits, *new_logits; /* [BONNET_JOBS_MAX][classes], of the answer; [batch][classes] */
    bonnet_result results[BONNET_BATCH_MAX];
    held job[BONNET_JOBS_MAX];
    bonnet_turn turn;
    bonnet_stage_seen seen[BONNET_BATCH_MAX];
};

static bonnet_status check(const bonnet_stream *streams, uint32_t count, bonnet_task *tasks, bonnet_error *err)
{
    if (!streams || !count || count > BONNET_TASKS_MAX) return bonnet_fail(err, BONNET_EINVAL, "1 to %d streams are wanted", BONNET_TASKS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        const bonnet_exits *x = streams[i].exits;
        if (!x || x->dev != streams[0].exits->dev) return bonnet_fail(err, BONNET_EINVAL, "stream %u: no exits, or of another device", i);
        tasks[i] = streams[i].task;
        if (tasks[i].stages && tasks[i].stages != x->n)
            return bonnet_fail(err, BONNET_EINVAL, "stream %u: %u stages, but %u are in use", i, tasks[i].stages, x->n);
        tasks[i].stages = x->n;
        for (tasks[i].kind = 0; streams[tasks[i].kind].exits != x; tasks[i].kind++) {}
    }
    return BONNET_OK;
}

static bonnet_status take_room(bonnet_streams *s, uint32_t jobs, uint32_t batch, bonnet_error *err)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const bonnet_exits *x = s->exits[i];
        if (x->pixels_bytes > s->bytes) s->bytes = x->pixels_bytes;
        if (x->classes > s->classes) s->classes = x->classes;
        for (uint32_t k = 0; k < x->n; k++)
            if (x->stages[k].map_bytes > s->bytes) s->bytes = x->stages[k].map_bytes;
    }
    const size_t frames = jobs + 2 * (size_t)batch;
    s->room = s->bytes > SIZE_MAX / frames ? NULL : malloc(frames * s->bytes);
    s->logits = calloc((jobs + (size_t)batch) * s->classes, sizeof *s->logits);
    if (!s->room || !s->logits) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for %u frames on their way", jobs);
    s->from = s->room + jobs * s->bytes, s->to = s->from + batch * s->bytes;
    s->new_logits = s->logits + jobs * s->classes;
    return BONNET_OK;
}

static bonnet_status open_streams(bonnet_streams **out, const bonnet_stream *streams, uint32_t count, bonnet_schedule_options *o, bonnet_error *err)
{
    bonnet_task tasks[BONNET_TASKS_MAX];
    bonnet_status status = check(streams, count, tasks, err);
    if (status != BONNET_OK) return status;
    bonnet_streams *s = calloc(1, sizeof *s);
    if (!s) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    s->dev = streams[0].exits->dev;
    s->count = count;
    for (uint32_t i = 0; i < count; i++) s->exits[i] = streams[i].exits;
    o->message = err->text, o->message_bytes = sizeof err->text;
    status = bonnet_schedule_open(&s->schedule, tasks, count, o);
    if (status == BONNET_OK) status = take_room(s, o->jobs, o->batch, err);
    if (status == BONNET_OK) *out = s;
    else bonnet_streams_close(s);
    return status;
}

bonnet_status bonnet_streams_open(bonnet_streams **out, const bonnet_stream *streams, uint32_t count, const bonnet_schedule_options *options)
{
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_error err = {""};
    if (!out || (options && (options->size < sizeof options->size || options->size > 4096))) return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    char *const message = o.message;
    const size_t bytes = o.message_bytes;
    const bonnet_status status = open_streams(out, streams, count, &o, &err);
    if (status != BONNET_OK && message && bytes) snprintf(message, bytes, "%s", err.text);
    return status;
}

void bonnet_streams_close(bonnet_streams *s)
{
    if (!s) return;
    bonnet_schedule_close(s->schedule);
    free(s->room);
    free(s->logits);
    free(s);
}

bonnet_status bonnet_streams_push(uint32_t *taken, bonnet_streams *s, uint32_t stream, const uint8_t *pixels, size_t pixels_bytes, uint64_t at_ns,
                                  uint64_t deadline_ns, uint64_t tag)
{
    uint32_t slot;
    if (!s) return BONNET_EINVAL;
    if (!taken || !pixels || stream >= s->count)
        return bonnet_fail(&s->dev->error, BONNET_EINVAL, "taken or pixels is NULL, or no stream %u", stream);
    if (pixels_bytes != s->exits[stream]->pixels_bytes)
        return bonnet_fail(&s->dev->error, BONNET_EINVAL, "a picture of stream %u has %zu bytes, not %zu", stream, s->exits[stream]->pixels_bytes,
                           pixels_bytes);
    bonnet_status status = bonnet_schedule_arrive(&slot, s->schedule, stream, at_ns, deadline_ns);
    if (status != BONNET_OK) return bonnet_fail(&s->dev->error, status, "stream %u: no such times of arrival and deadline", stream);
    *taken = slot != BONNET_NO_JOB;
    if (slot == BONNET_NO_JOB) return BONNET_OK;
    s->job[slot] = (held){.tag = tag};
    memcpy(s->room + slot * s->bytes, pixels, pixels_bytes);
    return BONNET_OK;
}

/* Frames of a turn share their exits: what they read one behind the other, computed, and back to their places. */
static bonnet_status compute(bonnet_streams_turn *out, bonnet_streams *s)
{
    const bonnet_turn *t = &s->turn;
    bonnet_exits *x = s->exits[t->task[0]];
    const exits_stage *stage = &x->stages[t->stage];
    const size_t reads = t->stage ? x->stages[t->stage - 1].map_bytes : x->pixels_bytes;
    bonnet_exit_stage spent = {.frames = 0};
    bool enough;
    for (uint32_t i = 0; i < t->count; i++) memcpy(s->from + i * reads, s->room + t->slot[i] * s->bytes, reads);
    bonnet_status status = bonnet_exits_stage_run(x, t->stage, &spent, s->results, s->new_logits, s->to, s->from, t->count);
    for (uint32_t i = 0; i < t->count && status == BONNET_OK; i++) {
        bonnet_exit_result *r = &s->job[t->slot[i]].next;
        r->result = s->results[i], r->exit = stage->seen.exit;
        status = bonnet_exits_stage_sure(&r->confidence, &enough, x, t->stage, s->new_logits + i * x->classes);
        s->seen[i] = (bonnet_stage_seen){r->confidence, enough};
        spent.left += enough;
        if (stage->branch && stage->trunk) memcpy(s->room + t->slot[i] * s->bytes, s->to + i * stage->map_bytes, stage->map_bytes);
    }
    if (status != BONNET_OK) return status;
    bonnet_exits_stage_count(x, t->stage, &spent);
    out->cycles = spent.cycles + spent.branch_cycles, out->clock_hz = spent.clock_hz;
    return BONNET_OK;
}

bonnet_status bonnet_streams_step(bonnet_streams_turn *out, bonnet_streams *s, uint64_t now_ns)
{
    bonnet_streams_turn r = {.cycles = 0};
    if (!s) return BONNET_EINVAL;
    if (!out || s->turn.count) return bonnet_fail(&s->dev->error, BONNET_EINVAL, "out is NULL, or nobody said when the step before was done");
    bonnet_status status = bonnet_schedule_next(&r.turn, s->schedule, now_ns);
    if (status != BONNET_OK) return bonnet_fail(&s->dev->error, status, "no next step: %s", bonnet_status_text(status));
    s->turn = r.turn;
    if (r.turn.count) status = compute(&r, s);
    if (status != BONNET_OK) {
        s->turn.count = 0;
        const bonnet_status undone = bonnet_schedule_undo(s->schedule); /* there is a turn */
        return undone == BONNET_OK ? status : undone;
    }
    *out = r;
    return BONNET_OK;
}

bonnet_status bonnet_streams_done(bonnet_streams *s, uint64_t end_ns)
{
    if (!s) return BONNET_EINVAL;
    const bonnet_status status = bonnet_schedule_done(s->schedule, end_ns, s->seen);
    if (status != BONNET_OK) return bonnet_fail(&s->dev->error, status, "no step to be done, or it is done before it began");
    const uint32_t classes = s->exits[s->turn.task[0]]->classes;
    for (uint32_t i = 0; i < s->turn.count; i++) {
        held *h = &s->job[s->turn.slot[i]];
        bonnet_job_end e;
        if (bonnet_schedule_look(&e, s->schedule, s->turn.slot[i]) != BONNET_OK || e.answer_ns != end_ns)
            continue; /* too late: the answer before counts */
        h->answer = h->next;
        memcpy(s->logits + s->turn.slot[i] * s->classes, s->new_logits + i * (size_t)classes, classes * sizeof *s->logits);
    }
    s->turn.count = 0;
    return BONNET_OK;
}

bonnet_status bonnet_streams_take(bonnet_stream_frame *out, int32_t *logits, bonnet_streams *s)
{
    bonnet_stream_frame f = {.tag = 0};
    if (!out || !s) return BONNET_EINVAL;
    const bonnet_status status = bonnet_schedule_take(&f.end, s->schedule);
    if (status != BONNET_OK) return status;
    f.tag = s->job[f.end.slot].tag;
    if (f.end.outcome == BONNET_ANSWERED) {
        f.answer = s->job[f.end.slot].answer;
        if (logits) memcpy(logits, s->logits + f.end.slot * s->classes, s->exits[f.end.task]->classes * sizeof *logits);
    }
    *out = f;
    return BONNET_OK;
}

bonnet_status bonnet_streams_stats(bonnet_task_stats *out, const bonnet_streams *s, uint32_t stream)
{
    return s ? bonnet_schedule_stats(out, s->schedule, stream) : BONNET_EINVAL;
}
