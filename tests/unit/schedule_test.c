/* SPDX-License-Identifier: Apache-2.0 */
/* schedule_test.c - bonnet_choose() against every combination of stages in every order; utilities; what a schedule does frame by frame; made-up arrivals. */
#include <math.h>
#include "bonnet_schedule.h"
#include "unit.h"

enum { MOST = 5 };

/* ---- the choice ------------------------------------------------------------------------------------------------------ */

typedef struct problem {
    uint32_t n;
    bonnet_choice_job job[MOST];
    uint64_t now;
} problem;

/* Values of eighths: every step is exact. whole 0: any values. */
static void draw(problem *p, unit *u, int whole)
{
    memset(p, 0, sizeof *p);
    p->n = 1 + unit_below(u, MOST);
    p->now = unit_below(u, 100);
    const uint32_t slack = 10 + unit_below(u, 120);
    for (uint32_t i = 0; i < p->n; i++) {
        bonnet_choice_job *j = &p->job[i];
        j->stages = unit_below(u, 4);
        j->mandatory = j->stages ? unit_below(u, 2) : 0;
        j->deadline_ns = p->now + unit_below(u, slack);
        for (uint32_t l = 0; l < j->stages; l++) j->stage_ns[l] = unit_below(u, 30) + 1;
        for (uint32_t l = j->mandatory; l <= j->stages; l++) j->value[l] = whole ? unit_below(u, 40) / 8.0 : 5 * unit_real(u);
    }
}

typedef struct best {
    uint32_t late;
    double value;
    uint32_t stages[MOST];
} best;

/* In the order of deadlines: another order makes no set of frames timely that this one does not. */
static int in_time(const problem *p, const uint32_t *stages)
{
    uint64_t t = p->now, last = 0;
    for (uint32_t done = 0; done < p->n; done++) { /* the done-th by deadline, ties by number */
        uint32_t next = MOST;
        uint64_t key = UINT64_MAX;
        for (uint32_t i = 0; i < p->n; i++) {
            const uint64_t k = p->job[i].deadline_ns * MOST + i + 1;
            if (k > last && k < key) key = k, next = i;
        }
        last = key;
        for (uint32_t l = 0; l < stages[next]; l++) t += p->job[next].stage_ns[l];
        if (stages[next] && t > p->job[next].deadline_ns) return 0;
    }
    return 1;
}

/* fixed: frames whose mandatory part is given up, or -1: as few as possible. */
static void brute(best *b, const problem *p, uint32_t *stages, uint32_t i, int64_t fixed)
{
    if (i < p->n) {
        for (stages[i] = 0; stages[i] <= p->job[i].stages; stages[i]++) brute(b, p, stages, i + 1, fixed);
        return;
    }
    best now = {0, 0, {0}};
    int64_t dropped = 0;
    for (uint32_t j = 0; j < p->n; j++) {
        const int late = p->job[j].mandatory && !stages[j];
        now.late += (uint32_t)late;
        dropped |= (int64_t)late << j;
        now.value += late ? 0 : p->job[j].value[stages[j]];
        now.stages[j] = stages[j];
    }
    if (!in_time(p, stages) || (fixed >= 0 && dropped != fixed)) return;
    if (now.late < b->late || (now.late == b->late && now.value > b->value)) *b = now;
}

static void against_brute(unit *u, int whole)
{
    uint32_t wrong = 0, late = 0, optional = 0;
    char first[300] = "";
    for (uint32_t c = 0; c < 10 * u->cases; c++) {
        problem p;
        bonnet_choice r;
        uint32_t stages[MOST];
        draw(&p, u, whole);
        best fewest = {UINT32_MAX, -1, {0}}, want = fewest;
        brute(&fewest, &p, stages, 0, -1);
        const char *what = bonnet_choose(&r, p.job, p.n, p.now, whole ? .125 : 0) == BONNET_OK ? NULL : "refused";
        int64_t dropped = 0;
        double value = 0;
        for (uint32_t i = 0; i < p.n && !what; i++) {
            if (r.stages[i] > p.job[i].stages) what = "more stages than there are";
            else if (p.job[i].mandatory && !r.stages[i]) dropped |= (int64_t)1 << i;
            else value += p.job[i].value[r.stages[i]], optional += r.stages[i] > p.job[i].mandatory;
        }
        if (!what) brute(&want, &p, stages, 0, dropped);
        if (!what && r.late != fewest.late) what = "late frames";
        if (!what && !in_time(&p, r.stages)) what = "not in time";
        if (!what && fabs(value - r.value) > 1e-9) what = "its own value";
        if (!what && fabs(r.value - want.value) > (whole ? 1e-9 : r.within + 1e-9)) what = "value";
        late += r.late > 0;
        if (what && !wrong++)
            snprintf(first, sizeof first, "case %u of %u frames: %s: %.4f, %u late; best %.4f, %u late", c, p.n, what, r.value, r.late, want.value,
                     fewest.late);
    }
    printf("      %u problems, %u with frames that cannot be in time, %u optional choices\n", 10 * u->cases, late, optional);
    UNIT(u, !wrong && late > u->cases && optional > u->cases, whole ? "choice, values in steps: the best" : "choice, any values: within what it says",
         "%u wrong: %s", wrong, first);
}

/* A twentieth, of many frames: against the same in fine steps. And the largest problem there is. */
static void many(unit *u)
{
    bonnet_choice_job job[BONNET_JOBS_MAX];
    bonnet_choice coarse, fine;
    uint32_t wrong = 0;
    double worst = 0;
    for (uint32_t c = 0; c < u->cases / 20 + 1; c++) {
        const uint32_t n = c ? 1 + unit_below(u, 24) : BONNET_JOBS_MAX, stages = c ? 3 : BONNET_EXITS_MAX;
        memset(job, 0, sizeof job);
        double gains = 0, base = 0;
        for (uint32_t i = 0; i < n; i++) {
            job[i] = (bonnet_choice_job){.deadline_ns = 1000 * (i + 1) + unit_below(u, 5000), .stages = stages, .mandatory = 1};
            for (uint32_t l = 0; l < stages; l++) job[i].stage_ns[l] = 1 + unit_below(u, 900), job[i].value[l + 1] = job[i].value[l] + unit_real(u);
            gains += job[i].value[stages], base += job[i].value[1];
        }
        if (bonnet_choose(&coarse, job, n, 0, 0) || bonnet_choose(&fine, job, n, 0, gains / 60000) || coarse.late || fine.late) wrong++;
        else if (coarse.value + coarse.within < fine.value || fine.value - coarse.value > .05 * (fine.value + fine.within - base)) wrong += c > 0;
        if (c && fine.value > base && (fine.value - coarse.value) / (fine.value - base) > worst)
            worst = (fine.value - coarse.value) / (fine.value - base);
    }
    printf("      of what optional stages gain at most %.4f is lost\n", worst);
    UNIT(u, !wrong, "up to 64 frames of 16 stages", "%u wrong", wrong);
    bonnet_choice r = {.late = 77};
    job[0].value[1] = NAN;
    UNIT(u, bonnet_choose(&r, job, 1, 0, 0) == BONNET_EINVAL && r.late == 77, "no number", "taken");
    UNIT(u, bonnet_choose(&r, NULL, 0, 5, 0) == BONNET_OK && r.end_ns == 5 && r.value == 0, "no frames", "refused");
    UNIT(u, bonnet_choose(&r, job, 65, 0, 0) == BONNET_EINVAL && bonnet_choose(&r, job, 1, 0, -1) == BONNET_EINVAL, "65 frames, a step below 0",
         "taken");
}

/* ---- utilities ------------------------------------------------------------------------------------------------------- */

static void utilities(unit *u)
{
    enum { N = 1000 };
    static double confidence[2][N], value[2][N];
    bonnet_utility x;
    for (uint32_t i = 0; i < N; i++) {
        confidence[0][i] = unit_below(u, 100), confidence[1][i] = unit_below(u, 2);
        value[0][i] = unit_below(u, 2), value[1][i] = confidence[0][i] >= 50;
    }
    const bonnet_utility_samples s[2] = {{confidence[0], value[0]}, {confidence[1], value[1]}};
    const bonnet_status status = bonnet_utility_fit(&x, s, 2, N, 8);
    uint32_t wrong = 0, in[8] = {0};
    double sum[8] = {0};
    for (uint32_t i = 0; i < N; i++) {
        const uint32_t bin = bonnet_utility_bin(&x, 0, confidence[0][i]);
        in[bin]++, sum[bin] += value[1][i];
    }
    for (uint32_t b = 0; b < 8; b++) wrong += in[b] < N / 8 - 30 || in[b] > N / 8 + 30 || fabs(x.after[0][b][1] - sum[b] / in[b]) > 1e-9;
    UNIT(u, status == BONNET_OK && !wrong && x.after[0][0][1] == 0 && x.after[0][7][1] == 1, "bins of equal shares, and what is known in them",
         "%u wrong", wrong);
    UNIT(u, bonnet_utility_bin(&x, 0, -1e9) == 0 && bonnet_utility_bin(&x, 0, 1e9) == 7 && bonnet_utility_bin(&x, 1, 1) == 7,
         "below, above, and of two values alone", "%u", bonnet_utility_bin(&x, 1, 1));
    confidence[0][3] = NAN;
    UNIT(u,
         bonnet_utility_fit(&x, s, 2, N, 8) == BONNET_EINVAL && bonnet_utility_fit(&x, s, 2, N, 17) == BONNET_EINVAL &&
             bonnet_utility_fit(&x, s, 1, 0, 4) == BONNET_EINVAL,
         "no number, 17 bins, no samples", "taken");
}

/* ---- frame by frame -------------------------------------------------------------------------------------------------- */

static bonnet_utility two_stages(double first, double unsure, double sure)
{
    bonnet_utility x = {.stages = 2, .bins = 2, .mean = {first, .9}, .edge = {{.5}, {.5}}};
    x.after[0][0][0] = unsure, x.after[0][1][0] = sure, x.after[0][0][1] = .9, x.after[0][1][1] = .9;
    x.after[1][0][1] = x.after[1][1][1] = .9;
    return x;
}

#define TURN(slots, want_stage, want_count)                                                                                                          \
    (bonnet_schedule_next(&turn, s, now) == BONNET_OK && turn.count == (want_count) && turn.stage == (want_stage) && turn.slot[0] == (slots))

/* Two cameras: after both first stages the one that is unsure gets the second one; the sure one is at its end. */
static void by_hand(unit *u)
{
    const bonnet_utility x = two_stages(.6, .4, .9);
    bonnet_task t[2] = {{.period_ns = 100, .deadline_ns = 60, .stages = 2, .stage_ns = {10, 25}, .weight = 1, .utility = &x}};
    t[1] = t[0];
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_schedule *s = NULL;
    bonnet_turn turn;
    bonnet_job_end e;
    uint32_t a, b, ok = 1;
    uint64_t now = 0;
    const bonnet_stage_seen unsure = {.1, 0}, sure = {.8, 0};
    ok &= bonnet_schedule_open(&s, t, 2, &o) == BONNET_OK;
    ok &= bonnet_schedule_arrive(&a, s, 0, 0, 0) == BONNET_OK && bonnet_schedule_arrive(&b, s, 1, 0, 0) == BONNET_OK;
    ok &= TURN(a, 0, 1) && bonnet_schedule_undo(s) == BONNET_OK && bonnet_schedule_undo(s) == BONNET_EINVAL &&
          bonnet_schedule_done(s, 5, &sure) == BONNET_EINVAL;
    ok &= bonnet_schedule_look(&e, s, a) == BONNET_OK && e.task == 0 && bonnet_schedule_look(&e, s, 63) == BONNET_EINVAL;
    ok &= TURN(a, 0, 1) && bonnet_schedule_next(&turn, s, now) == BONNET_EINVAL && bonnet_schedule_done(s, now = 10, &sure) == BONNET_OK;
    ok &= TURN(b, 0, 1) && bonnet_schedule_done(s, now = 20, &unsure) == BONNET_OK;
    ok &= TURN(b, 1, 1); /* 25 until 45 */
    ok &= bonnet_schedule_take(&e, s) == BONNET_OK && e.slot == a && e.outcome == BONNET_ANSWERED && e.stage == 0 && e.answer_ns == 10 &&
          e.end_ns == 10;
    ok &= bonnet_schedule_done(s, now = 45, &sure) == BONNET_OK && bonnet_schedule_take(&e, s) == BONNET_OK && e.slot == b && e.stage == 1 &&
          e.answer_ns == 45;
    ok &= bonnet_schedule_take(&e, s) == BONNET_EINVAL && TURN(0, 0, 0) && turn.wake_ns == UINT64_MAX;
    UNIT(u, ok, "who is unsure gets the second stage", "not so");
    /* A late second stage leaves the first one's answer; a late first one is a miss; longer times are learned of no one here. */
    ok = bonnet_schedule_arrive(&a, s, 0, now = 200, 0) == BONNET_OK && TURN(a, 0, 1) && bonnet_schedule_done(s, now = 210, &unsure) == BONNET_OK;
    ok &= TURN(a, 1, 1) && bonnet_schedule_done(s, now = 270, &sure) == BONNET_OK && bonnet_schedule_take(&e, s) == BONNET_OK &&
          e.outcome == BONNET_ANSWERED && e.stage == 0;
    ok &= bonnet_schedule_arrive(&a, s, 0, now = 300, 0) == BONNET_OK && TURN(a, 0, 1) && bonnet_schedule_done(s, now = 400, &sure) == BONNET_OK;
    bonnet_task_stats stats;
    ok &= bonnet_schedule_take(&e, s) == BONNET_OK && e.outcome == BONNET_MISSED && bonnet_schedule_stats(&stats, s, 0) == BONNET_OK;
    UNIT(u, ok && stats.frames == 3 && stats.answered[0] == 2 && stats.missed == 1 && stats.overrun == 2 && stats.early == 0,
         "stages that take too long", "%llu overruns", (unsigned long long)stats.overrun);
    bonnet_schedule_close(s);
}

static void stale_and_full(unit *u)
{
    bonnet_task t = {.period_ns = 10, .deadline_ns = 100, .stages = 1, .stage_ns = {10}};
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_schedule *s = NULL;
    bonnet_turn turn;
    bonnet_job_end e = {0};
    uint32_t slot[4], ok = 1;
    uint64_t now = 0;
    const bonnet_stage_seen seen = {0, 0};
    o.policy = BONNET_POLICY_EDF, o.drop_stale = 1, o.jobs = 3;
    ok &= bonnet_schedule_open(&s, &t, 1, &o) == BONNET_OK && bonnet_schedule_arrive(&slot[0], s, 0, 0, 0) == BONNET_OK && TURN(slot[0], 0, 1);
    ok &= bonnet_schedule_arrive(&slot[1], s, 0, 1, 0) == BONNET_OK &&
          bonnet_schedule_arrive(&slot[2], s, 0, 12, 0) == BONNET_OK;                             /* 1 gives way to 2, 0 runs */
    ok &= bonnet_schedule_arrive(&slot[3], s, 0, 12, 0) == BONNET_OK && slot[3] == BONNET_NO_JOB; /* 1 was not taken yet */
    ok &= bonnet_schedule_take(&e, s) == BONNET_OK && e.slot == slot[1] && e.outcome == BONNET_DROPPED && e.number == 1;
    ok &= bonnet_schedule_done(s, now = 10, &seen) == BONNET_OK && bonnet_schedule_take(&e, s) == BONNET_OK && e.number == 0;
    bonnet_task_stats stats = {0};
    ok &= bonnet_schedule_stats(&stats, s, 0) == BONNET_OK && stats.frames == 4 && stats.dropped == 3 && stats.early == 2;
    UNIT(u, ok, "a newer frame takes the place of one that waits, not of one that runs; a full schedule drops", "%llu dropped",
         (unsigned long long)stats.dropped);
    bonnet_schedule_close(s);
}

/* Four frames in one call take 25 instead of 40: worth it, but not where somebody is late by it. */
static void batches(unit *u)
{
    const uint64_t table[4] = {10, 18, 22, 25}, no_gain[4] = {10, 20, 30, 40};
    for (uint32_t c = 0; c < 4; c++) {
        bonnet_task t = {
            .period_ns = 1000, .deadline_ns = c == 1 ? 24 : 200, .stages = 1, .stage_ns = {10}, .batch = 4, .batch_ns = c == 2 ? no_gain : table};
        bonnet_task other = t;
        other.kind = c == 3;
        bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
        bonnet_schedule *s = NULL;
        bonnet_turn turn = {0};
        uint32_t slot, ok = 1;
        o.policy = BONNET_POLICY_EDF, o.batch = 4;
        const bonnet_task both[2] = {t, other};
        ok &= bonnet_schedule_open(&s, both, 2, &o) == BONNET_OK;
        for (uint32_t i = 0; i < 4; i++) ok &= bonnet_schedule_arrive(&slot, s, i & 1, 0, 0) == BONNET_OK;
        ok &= bonnet_schedule_next(&turn, s, 0) == BONNET_OK;
        static const uint32_t want[4] = {4, 1, 1, 2};
        static const char *const labels[4] = {"four frames in one call", "not if one is late by it", "not where it saves nothing",
                                              "only of one kind"};
        /* two of four can be in time within 24: alone 20, together 18, and then a third is not */
        UNIT(u, ok && (c == 1 ? turn.count >= 1 && turn.count <= 3 : turn.count == want[c]), labels[c], "%u", turn.count);
        if (c == 1) UNIT(u, turn.ns <= 24, "and it ends by the deadline", "%llu", (unsigned long long)turn.ns);
        bonnet_schedule_close(s);
    }
}

static void learned(unit *u)
{
    bonnet_task t = {.period_ns = 100, .deadline_ns = 50, .stages = 1};
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_schedule *s = NULL;
    bonnet_turn turn = {0};
    bonnet_job_end e;
    const bonnet_stage_seen seen = {0, 0};
    uint32_t slot, ok = bonnet_schedule_open(&s, &t, 1, &o) == BONNET_EINVAL;
    o.policy = BONNET_POLICY_EDF;
    ok &= bonnet_schedule_open(&s, &t, 1, &o) == BONNET_EINVAL;
    o.learn = 1;
    ok &= bonnet_schedule_open(&s, &t, 1, &o) == BONNET_OK;
    uint64_t expected[80] = {0};
    for (uint32_t i = 0; i < 80 && ok; i++) {
        ok &= bonnet_schedule_arrive(&slot, s, 0, 100 * i, 0) == BONNET_OK && bonnet_schedule_next(&turn, s, 100 * i) == BONNET_OK && turn.count == 1;
        expected[i] = turn.ns;
        ok &= bonnet_schedule_done(s, 100 * i + (i == 3 ? 40 : 20), &seen) == BONNET_OK && bonnet_schedule_take(&e, s) == BONNET_OK;
    }
    UNIT(u, ok && expected[0] == 0 && expected[1] == 20 && expected[4] == 40 && expected[67] == 40 && expected[68] == 20,
         "the longest of the last 64 runs", "%llu %llu", (unsigned long long)expected[67], (unsigned long long)expected[68]);
    bonnet_schedule_close(s);
}

/* ---- traces ---------------------------------------------------------------------------------------------------------- */

static void traces(unit *u)
{
    enum { FRAMES = 2000 };
    static bonnet_arrival a[3 * FRAMES], b[3 * FRAMES];
    bonnet_task t[3] = {{.period_ns = 1000}, {.period_ns = 1700}, {.period_ns = 400}};
    bonnet_arrivals_options o = BONNET_ARRIVALS_OPTIONS_INIT;
    o.calm = 3, o.seed = u->seed;
    uint32_t ok =
        bonnet_arrivals(a, t, 3, FRAMES, &o) == BONNET_OK && bonnet_arrivals(b, t, 3, FRAMES, &o) == BONNET_OK && memcmp(a, b, sizeof a) == 0;
    uint64_t last[3] = {0}, first[3] = {0}, n[3] = {0}, close = 0;
    for (uint32_t i = 0; i < 3 * FRAMES; i++) {
        const uint32_t k = a[i].task;
        if (n[k]++) close += a[i].at_ns - last[k] < t[k].period_ns;
        else first[k] = a[i].at_ns;
        last[k] = a[i].at_ns;
    }
    const double mean = (double)(last[0] - first[0]) / (FRAMES - 1) / 1000;
    UNIT(u, ok && !close && n[2] == FRAMES && mean > 1.7 && mean < 2.3, "never closer than a period, twice of it on average, the same again",
         "%llu too close, mean %f", (unsigned long long)close, mean);
    ok = bonnet_arrivals(b, t, 2, FRAMES, &o) == BONNET_OK;
    uint32_t same = 0;
    for (uint32_t i = 0, k = 0; i < 3 * FRAMES; i++)
        if (a[i].task < 2) same += a[i].at_ns == b[k].at_ns && a[i].task == b[k].task, k++;
    UNIT(u, ok && same == 2 * FRAMES, "a stream more changes no other", "%u", same);
    o.stay = 1.5;
    UNIT(u, bonnet_arrivals(b, t, 2, FRAMES, &o) == BONNET_EINVAL && bonnet_arrivals(b, t, 2, 0, NULL) == BONNET_EINVAL, "impossible ones", "taken");
}

/* One camera, three frames, known by hand; and the policies of many against each other. */
static void simulations(unit *u)
{
    const bonnet_utility x = two_stages(.6, .4, .9);
    bonnet_task t = {.period_ns = 20, .deadline_ns = 40, .stages = 2, .stage_ns = {10, 25}, .weight = 2, .utility = &x};
    const bonnet_arrival in[3] = {{0, 0, 0}, {20, 0, 1}, {40, 0, 2}};
    const double confidence[4] = {.1, 1, .9, 1}, value[4] = {0, 1, .5, 1};
    const bonnet_outcomes all = {2, 2, confidence, value, NULL};
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_simulation r[4];
    uint32_t ok = 1;
    for (uint32_t p = 0; p < 4; p++) o.policy = p, ok &= bonnet_simulate(&r[p], &t, 1, in, 3, &all, &o) == BONNET_OK;
    /* FIFO and EDF: 0..35 whole; 35..45 of the second, whose second stage would end at 70 > 60; 45..55 of the third, 55..80 its second stage: just in time */
    UNIT(u, ok && r[0].answered[1] == 2 && r[0].answered[0] == 1 && r[0].missed == 0 && r[0].busy_ns == 80 && r[0].utility == 2 * (1 + .5 + 1),
         "FIFO, every stage", "%f, %llu", r[0].utility, (unsigned long long)r[0].busy_ns);
    UNIT(u, r[2].answered[0] == 3 && r[2].busy_ns == 30 && r[2].utility == 2 * (0 + .5 + 0) && r[2].calls == 3, "first stages alone", "%f",
         r[2].utility);
    UNIT(u, r[3].answered[1] == 2 && r[3].busy_ns == 80 && r[3].utility == 5, "imprecise: the sure one ends early", "%f, %llu", r[3].utility,
         (unsigned long long)r[3].busy_ns);
    const bonnet_arrival back[2] = {{5, 0, 0}, {4, 0, 0}};
    UNIT(u, bonnet_simulate(&r[0], &t, 1, back, 2, &all, &o) == BONNET_EINVAL && bonnet_simulate(&r[0], &t, 1, in, 3, NULL, &o) == BONNET_EINVAL,
         "back in time, no outcomes", "taken");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "schedule", 1, 300);
    against_brute(&u, 1);
    against_brute(&u, 0);
    many(&u);
    utilities(&u);
    by_hand(&u);
    stale_and_full(&u);
    batches(&u);
    learned(&u);
    traces(&u);
    simulations(&u);
    return unit_end(&u);
}
