/* SPDX-License-Identifier: Apache-2.0 */
/* streams_test.c - bonnet_streams against bonnet_exits_run(): several streams, frames that pause behind a stage and go on, batches; the same answers, bit for bit. */
#include "bonnet_streams.h"
#include "exits_test.h"

enum { STREAMS = 2 };

/* One network with two settings of its thresholds: a stream of each, and one more that shares the first's. */
typedef struct pair {
    bonnet_exits *x[STREAMS];
    bonnet_exit_result want[STREAMS][FRAMES];
    int32_t *logits[STREAMS]; /* [FRAMES][classes] */
} pair;

static bonnet_status pair_open(pair *p, subject *s, const bonnet_model *model)
{
    bonnet_status status = BONNET_OK;
    for (int k = 0; k < STREAMS && status == BONNET_OK; k++) {
        double thresholds[MOST_EXITS];
        bonnet_exits_options o = BONNET_EXITS_OPTIONS_INIT;
        o.count = s->net->n_exits, o.thresholds = thresholds;
        for (uint32_t e = 0; e < o.count; e++) /* of every second exit about a half leaves */
            if (bonnet_confidence_get(&thresholds[e], 0, s->want[e] + (size_t)bonnet_rng_below(&s->rng, FRAMES) * s->net->classes, s->net->classes,
                                      1) ||
                bonnet_rng_chance(&s->rng, 20))
                thresholds[e] = HUGE_VAL;
        status = bonnet_exits_open(&p->x[k], model, &o);
        p->logits[k] = calloc(FRAMES, s->net->classes * sizeof *p->logits[k]);
        if (status == BONNET_OK) status = bonnet_exits_run(p->want[k], p->logits[k], p->x[k], s->pixels, FRAMES);
    }
    return status;
}

static void pair_close(pair *p)
{
    for (int k = 0; k < STREAMS; k++) bonnet_exits_close(p->x[k]), free(p->logits[k]);
}

static int frame_check(const pair *p, const subject *s, const bonnet_stream_frame *f, const int32_t *logits)
{
    const uint32_t k = f->end.task % STREAMS;
    const bonnet_exit_result *want = &p->want[k][f->tag];
    if (f->end.outcome != BONNET_ANSWERED || f->answer.exit != want->exit || f->answer.confidence != want->confidence ||
        f->answer.result.label != want->result.label ||
        memcmp(logits, p->logits[k] + f->tag * s->net->classes, s->net->classes * sizeof *logits) != 0)
        return printf("exits: stream %u, picture %u: exit %u instead of %u, or other logits\n", f->end.task, (unsigned)f->tag, f->answer.exit,
                      want->exit),
               0;
    return 1;
}

/* All frames at once, or one after the other with a stage of another between: who is next is by deadline, and those are drawn. */
static int play(subject *s, const pair *p, const bonnet_model *model, uint32_t policy, uint32_t batch)
{
    const uint64_t table[BONNET_EXITS_MAX * 4] = {10, 11, 12, 13, 10, 11, 12, 13, 10, 11, 12, 13, 10, 11, 12, 13, 10, 11, 12, 13};
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_stream stream[STREAMS + 1];
    bonnet_streams *x = NULL;
    char message[200] = "";
    bonnet_utility utility[STREAMS];
    int32_t *logits = malloc(s->net->classes * sizeof *logits);
    uint64_t now = 0, frames = 0, cycles = 0;
    int ok = 1;
    memset(utility, 0, sizeof utility);
    o.policy = policy, o.batch = batch, o.message = message, o.message_bytes = sizeof message;
    for (uint32_t i = 0; i <= STREAMS; i++) {
        bonnet_exit_stage stage;
        bonnet_utility *u = &utility[i % STREAMS];
        stream[i] = (bonnet_stream){.exits = p->x[i % STREAMS],
                                    .task = {.period_ns = 1000000, .deadline_ns = 900000, .weight = 1, .batch = 4, .batch_ns = table}};
        for (u->stages = 0; bonnet_exits_stage_get(&stage, p->x[i % STREAMS], u->stages) == BONNET_OK; u->stages++)
            stream[i].task.stage_ns[u->stages] = 10;
        u->bins = 1;
        for (uint32_t k = 0; k < u->stages; k++) /* later is better: every stage is worth it until an exit is sure */
            for (uint32_t l = k; l < u->stages; l++) u->mean[l] = u->after[k][0][l] = 1 + l;
        stream[i].task.utility = u;
    }
    const bonnet_status status = bonnet_streams_open(&x, stream, STREAMS + 1, &o);
    if (status != BONNET_OK) ok = !printf("exits: streams: %d: %s\n", status, message);
    for (uint32_t f = 0; ok && f < FRAMES; f++)
        for (uint32_t i = 0; i <= STREAMS; i++) {
            const size_t bytes = bonnet_model_input_bytes(model);
            uint32_t taken = 0;
            if (bonnet_streams_push(&taken, x, i, s->pixels + f * bytes, bytes, now, now + 100000 + bonnet_rng_below(&s->rng, 100000), f) !=
                    BONNET_OK ||
                !taken)
                ok = 0;
        }
    while (ok) {
        bonnet_streams_turn t;
        bonnet_stream_frame f;
        if (bonnet_streams_step(&t, x, now) != BONNET_OK) ok = 0;
        if (!ok || !t.turn.count) break;
        cycles += t.cycles;
        if (bonnet_streams_done(x, now += 10) != BONNET_OK) ok = 0;
        for (; ok && bonnet_streams_take(&f, logits, x) == BONNET_OK; frames++) ok = frame_check(p, s, &f, logits);
    }
    if (ok && frames != FRAMES * (STREAMS + 1))
        ok = !printf("exits: streams: %u of %u frames came back\n", (unsigned)frames, (unsigned)(FRAMES * (STREAMS + 1)));
    bonnet_streams_close(x);
    free(logits);
    return ok;
}

/* A second stage that ends too late: the first one's answer, logits and all. */
static int late_check(subject *s, const pair *p, const bonnet_model *model)
{
    bonnet_exit_stage first, second;
    if (bonnet_exits_stage_get(&first, p->x[0], 0) != BONNET_OK || bonnet_exits_stage_get(&second, p->x[0], 1) != BONNET_OK) return 1;
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_stream stream = {.exits = p->x[0], .task = {.period_ns = 1000, .deadline_ns = 100, .weight = 1}};
    bonnet_streams *x = NULL;
    bonnet_streams_turn t;
    bonnet_stream_frame f;
    uint32_t taken;
    int32_t *logits = calloc(s->net->classes, sizeof *logits);
    for (int k = 0; k < BONNET_EXITS_MAX; k++) stream.task.stage_ns[k] = 10;
    o.policy = BONNET_POLICY_EDF;
    int ok = logits && bonnet_streams_open(&x, &stream, 1, &o) == BONNET_OK;
    ok = ok && bonnet_streams_push(&taken, x, 0, s->pixels, bonnet_model_input_bytes(model), 0, 0, 5) == BONNET_OK && taken;
    ok = ok && bonnet_streams_step(&t, x, 0) == BONNET_OK && t.turn.count == 1 && bonnet_streams_done(x, 10) == BONNET_OK;
    if (ok && bonnet_streams_take(&f, logits, x) != BONNET_OK) { /* it was not sure enough to leave */
        ok = bonnet_streams_step(&t, x, 10) == BONNET_OK && t.turn.stage == 1 && bonnet_streams_done(x, 101) == BONNET_OK;
        ok = ok && bonnet_streams_take(&f, logits, x) == BONNET_OK && f.end.outcome == BONNET_ANSWERED && f.tag == 5;
    }
    ok = ok && f.answer.exit == first.exit && memcmp(logits, s->want[first.exit], s->net->classes * sizeof *logits) == 0;
    if (!ok) printf("exits: streams: a late second stage took the answer of the first\n");
    bonnet_streams_close(x);
    free(logits);
    return ok;
}

int streams_check(device *d, subject *s, const bonnet_model *model, int *refused)
{
    pair p;
    memset(&p, 0, sizeof p);
    if (s->net->classes < 2) return 1;
    const bonnet_status status = pair_open(&p, s, model);
    int ok = status == BONNET_OK || status == BONNET_EUNSUPPORTED;
    *refused += status == BONNET_EUNSUPPORTED;
    if (!ok) printf("exits: streams: status %d: %s\n", status, bonnet_last_error(d->dev));
    if (status == BONNET_OK)
        ok = play(s, &p, model, BONNET_POLICY_EDF, 1) &&
             (!d->quick || (play(s, &p, model, BONNET_POLICY_IMPRECISE, 1) && play(s, &p, model, BONNET_POLICY_FIFO, 3)));
    if (status == BONNET_OK) ok = ok && late_check(s, &p, model);
    d->streams += (uint32_t)(ok && status == BONNET_OK);
    pair_close(&p);
    return ok;
}

/* Two networks on one device, of other sizes and classes, frames of both in turn: each frame has its own network's answer. */
int streams_mixed(device *d, subject *const s[2])
{
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    const uint64_t table[4] = {10, 11, 12, 13};
    bonnet_model *model[2] = {NULL, NULL};
    bonnet_stream stream[2];
    bonnet_streams *x = NULL;
    int32_t *logits = calloc(s[0]->net->classes + s[1]->net->classes, sizeof *logits);
    uint32_t frames = 0, taken;
    uint64_t now = 0;
    int ok = logits != NULL;
    memset(stream, 0, sizeof stream);
    o.policy = BONNET_POLICY_EDF, o.batch = 4;
    for (int k = 0; k < 2 && ok; k++) {
        bonnet_exits_options e = BONNET_EXITS_OPTIONS_INIT;
        e.count = s[k]->net->n_exits;
        const bonnet_task task = {.period_ns = 1000, .deadline_ns = 100000, .stage_ns = {10}, .weight = 1, .batch = 4, .batch_ns = table};
        ok = bonnet_model_load_memory(&model[k], d->dev, s[k]->bytes, s[k]->size) == BONNET_OK &&
             bonnet_exits_open(&stream[k].exits, model[k], &e) == BONNET_OK;
        stream[k].task = task;
    }
    ok = ok && bonnet_streams_open(&x, stream, 2, &o) == BONNET_OK;
    for (uint32_t f = 0; f < 2 * FRAMES && ok; f++) {
        const uint32_t k = f % 2;
        const size_t bytes = bonnet_model_input_bytes(model[k]);
        ok = bonnet_streams_push(&taken, x, k, s[k]->pixels + f / 2 * bytes, bytes, 0, 100000 + f, f / 2) == BONNET_OK && taken;
        ok = ok && bonnet_streams_push(&taken, x, k, s[k]->pixels, bytes + 1, 0, 0, 0) == BONNET_EINVAL;
    }
    while (ok) {
        bonnet_streams_turn t;
        bonnet_stream_frame f;
        ok = bonnet_streams_step(&t, x, now) == BONNET_OK;
        if (!ok || !t.turn.count) break;
        ok = bonnet_streams_done(x, now += t.turn.ns) == BONNET_OK;
        for (; ok && bonnet_streams_take(&f, logits, x) == BONNET_OK; frames++) {
            const subject *of = s[f.end.task];
            ok = f.end.outcome == BONNET_ANSWERED && f.answer.exit == of->net->n_exits &&
                 memcmp(logits, of->want[of->net->n_exits] + f.tag * of->net->classes, of->net->classes * sizeof *logits) == 0;
        }
    }
    ok = ok && frames == 2 * FRAMES;
    if (!ok) printf("exits: streams of two networks: %u frames, %s\n", frames, bonnet_last_error(d->dev));
    bonnet_streams_close(x);
    for (int k = 0; k < 2; k++) bonnet_exits_close(stream[k].exits), bonnet_model_free(model[k]);
    free(logits);
    return ok;
}

/* A device that gives up in the middle: the frame is as before, and its answer the same when the device is back. */
int streams_interrupted(const subject *s)
{
    volatile int cancel = 0;
    bonnet_open_options open = BONNET_OPEN_OPTIONS_INIT;
    bonnet_exits_options e = BONNET_EXITS_OPTIONS_INIT;
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_stream stream = {.exits = NULL, .task = {.period_ns = 1000, .deadline_ns = 1000, .stage_ns = {10}, .weight = 1}};
    bonnet_device *dev = NULL;
    bonnet_model *model = NULL;
    bonnet_streams *x = NULL;
    bonnet_streams_turn t;
    bonnet_stream_frame f;
    uint32_t taken;
    int32_t *logits = calloc(s->net->classes, sizeof *logits);
    open.cancel = &cancel, e.count = s->net->n_exits, o.policy = BONNET_POLICY_EDF;
    int ok = logits && bonnet_open(&dev, "mock:", &open) == BONNET_OK && bonnet_model_load_memory(&model, dev, s->bytes, s->size) == BONNET_OK;
    ok = ok && bonnet_exits_open(&stream.exits, model, &e) == BONNET_OK && bonnet_streams_open(&x, &stream, 1, &o) == BONNET_OK;
    ok = ok && bonnet_streams_push(&taken, x, 0, s->pixels, bonnet_model_input_bytes(model), 0, 0, 0) == BONNET_OK && taken;
    cancel = 1;
    ok = ok && bonnet_streams_step(&t, x, 0) == BONNET_EINTR && bonnet_streams_done(x, 10) == BONNET_EINVAL &&
         bonnet_streams_take(&f, NULL, x) == BONNET_EINVAL;
    cancel = 0;
    ok = ok && bonnet_streams_step(&t, x, 20) == BONNET_OK && t.turn.count == 1 && bonnet_streams_done(x, 30) == BONNET_OK;
    ok = ok && bonnet_streams_take(&f, logits, x) == BONNET_OK && memcmp(logits, s->want[s->net->n_exits], s->net->classes * sizeof *logits) == 0;
    if (!ok) printf("exits: streams on a device that was interrupted: %s\n", bonnet_last_error(dev));
    bonnet_streams_close(x);
    bonnet_exits_close(stream.exits);
    bonnet_model_free(model);
    bonnet_close(dev);
    free(logits);
    return ok;
}
