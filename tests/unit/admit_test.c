/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit_test.c - bonnet_admit() against the schedule at work: random streams that it admits, met by random and by the worst arrivals that could be thought of,
 * with random confidences and times, miss nothing; without the term for blocking the same test admits streams that do.
 */
#include "bonnet_schedule.h"
#include "unit.h"

enum { MOST = 6, FRAMES = 40, STAGES = 3 };

typedef struct set {
    uint32_t n;
    bonnet_task task[MOST];
    uint64_t batch[MOST][STAGES * 4];
    bonnet_utility utility;
} set;

/* Small whole numbers, so that bad luck is frequent. A stream may have longer stages than another's deadline is. */
static void draw(set *s, unit *u, uint32_t stages)
{
    memset(s, 0, sizeof *s);
    s->n = 1 + unit_below(u, MOST);
    s->utility.stages = stages, s->utility.bins = 2;
    for (uint32_t i = 0; i < stages; i++) {
        s->utility.mean[i] = .5 + .1 * i + .1 * unit_real(u), s->utility.edge[i][0] = .5;
        for (uint32_t b = 0; b < 2; b++)
            for (uint32_t l = i; l < stages; l++) s->utility.after[i][b][l] = unit_real(u);
    }
    for (uint32_t i = 0; i < s->n; i++) {
        bonnet_task *t = &s->task[i];
        const uint32_t period = 4 + unit_below(u, unit_below(u, 2) ? 40 : 400);
        *t = (bonnet_task){
            .period_ns = period, .deadline_ns = 2 + unit_below(u, unit_below(u, 3) ? period : 3 * period), .stages = stages, .weight = 1};
        for (uint32_t k = 0; k < stages; k++) t->stage_ns[k] = 1 + unit_below(u, (k ? 60 : period / s->n + 1));
        t->utility = &s->utility;
        t->kind = unit_below(u, 2);
        t->batch = 4, t->batch_ns = s->batch[i];
    }
    for (uint32_t i = 0; i < s->n; i++) /* streams of a kind take the same time */
        for (uint32_t k = 0; k < stages; k++) {
            for (uint32_t j = 0; j < i; j++)
                if (s->task[j].kind == s->task[i].kind) s->task[i].stage_ns[k] = s->task[j].stage_ns[k];
            for (uint32_t b = 0; b < 4; b++) s->batch[i][k * 4 + b] = s->task[i].stage_ns[k] * (b + 2) / 2 + 1;
            s->batch[i][(size_t)k * 4] = s->task[i].stage_ns[k];
        }
}

/* Of the wholes: what the test would be without the longest stage of another. */
static int without_blocking(const set *s)
{
    double use = 0;
    for (uint32_t i = 0; i < s->n; i++) use += (double)s->task[i].stage_ns[0] / (double)s->task[i].period_ns;
    if (use >= .999) return 0;
    for (uint64_t t = 1; t < 20000; t++) {
        uint64_t demand = 0;
        for (uint32_t i = 0; i < s->n; i++)
            if (t >= s->task[i].deadline_ns) demand += ((t - s->task[i].deadline_ns) / s->task[i].period_ns + 1) * s->task[i].stage_ns[0];
        if (demand > t) return 0;
    }
    return 1;
}

/* Arrivals: 0.. n - 1: stream `how` alone first, the others 1 ns later, all as dense as may be; n: all at once; beyond: at random. */
static uint32_t arrivals(bonnet_arrival *to, const set *s, unit *u, uint32_t how)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const uint64_t period = s->task[i].period_ns;
        uint64_t at = how < s->n ? how != i : how == s->n ? 0 : unit_below(u, (uint32_t)period);
        for (uint32_t f = 0; f < FRAMES; f++) {
            uint32_t place = n++;
            for (; place && to[place - 1].at_ns > at; place--) to[place] = to[place - 1];
            to[place] = (bonnet_arrival){.at_ns = at, .task = i};
            at += period + (how > s->n && unit_below(u, 3) == 0 ? unit_below(u, 1 + (uint32_t)period) : 0);
        }
    }
    return n;
}

/* Frames that were missed; whole: every stage takes its worst case. */
static uint64_t play(const set *s, unit *u, uint32_t policy, uint32_t batch, const bonnet_arrival *in, uint32_t n, int whole, uint64_t *later)
{
    bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
    bonnet_schedule *x;
    uint64_t now = 0, missed = 0;
    o.policy = policy, o.batch = batch;
    if (bonnet_schedule_open(&x, s->task, s->n, &o) != BONNET_OK) return UINT64_MAX;
    for (uint32_t next = 0;;) {
        bonnet_turn turn;
        bonnet_stage_seen seen[BONNET_BATCH_MAX];
        bonnet_job_end e;
        uint32_t slot;
        for (; next < n && in[next].at_ns <= now; next++)
            if (bonnet_schedule_arrive(&slot, x, in[next].task, in[next].at_ns, 0) != BONNET_OK || slot == BONNET_NO_JOB) missed = UINT64_MAX;
        if (bonnet_schedule_next(&turn, x, now) != BONNET_OK) missed = UINT64_MAX;
        if (missed == UINT64_MAX) break;
        for (uint32_t i = 0; i < turn.count; i++) seen[i] = (bonnet_stage_seen){unit_real(u), unit_below(u, 5) == 0};
        if (turn.count) {
            *later += turn.stage > 0 || turn.count > 1;
            now += whole ? turn.ns : 1 + unit_below(u, (uint32_t)turn.ns);
            if (bonnet_schedule_done(x, now, seen) != BONNET_OK) missed = UINT64_MAX;
        } else if (next == n && turn.wake_ns == UINT64_MAX) break;
        else now = next < n && in[next].at_ns < turn.wake_ns ? in[next].at_ns : turn.wake_ns;
        while (bonnet_schedule_take(&e, x) == BONNET_OK)
            missed += e.outcome != BONNET_ANSWERED || (policy == BONNET_POLICY_EDF && e.stage != s->task[0].stages - 1 && whole > 1);
    }
    bonnet_schedule_close(x);
    return missed;
}

static void admitted_in_time(unit *u, uint32_t policy, uint32_t stages, uint32_t batch, const char *label)
{
    uint32_t admitted = 0, wrong = 0, refused = 0;
    uint64_t later = 0;
    char first[200] = "";
    bonnet_arrival in[MOST * FRAMES];
    while (admitted < u->cases) {
        set s;
        bonnet_admission a;
        draw(&s, u, stages);
        if (bonnet_admit(&a, s.task, s.n, policy, NULL, 0) != BONNET_OK) {
            wrong++;
            break;
        }
        if (!a.admitted) {
            refused++;
            continue;
        }
        admitted++;
        for (uint32_t how = 0; how < s.n + 3; how++) {
            const uint32_t n = arrivals(in, &s, u, how);
            const uint64_t missed = play(&s, u, policy, batch, in, n, how < s.n + 2, &later);
            if (missed && !wrong++)
                snprintf(first, sizeof first, "set %u of %u streams, arrivals %u: %llu missed", admitted, s.n, how, (unsigned long long)missed);
        }
    }
    printf("      %u sets admitted, %u refused, %llu later stages and batches\n", admitted, refused, (unsigned long long)later);
    UNIT(u, !wrong && (later > u->cases || (stages == 1 && batch == 1)), label, "%u runs with misses: %s", wrong, first);
}

/* The same demand without blocking is no test; and what is refused by 2 ns or more is so rightly, as sporadic streams may come at the worst time. */
static void blocking_counts(unit *u)
{
    uint32_t broken = 0, wrongly = 0, tight = 0, refused = 0;
    uint64_t later = 0;
    bonnet_arrival in[MOST * FRAMES];
    for (uint32_t c = 0; c < 5 * u->cases; c++) {
        set s;
        bonnet_admission a;
        draw(&s, u, 1);
        if (bonnet_admit(&a, s.task, s.n, BONNET_POLICY_FIRST, NULL, 0) != BONNET_OK || a.admitted || a.utilisation >= 1) continue;
        refused++;
        uint64_t missed = 0;
        for (uint32_t how = 0; how <= s.n && !missed; how++) missed = play(&s, u, BONNET_POLICY_FIRST, 1, in, arrivals(in, &s, u, how), 1, &later);
        if (without_blocking(&s)) {
            if (missed && !broken++)
                printf("      admitted without blocking: %u streams, %llu ns of demand in %llu ns, %llu blocked; missed %llu\n", s.n,
                       (unsigned long long)a.demand_ns, (unsigned long long)a.at_ns, (unsigned long long)a.blocking_ns, (unsigned long long)missed);
        }
        if (a.demand_ns + a.blocking_ns <= a.at_ns + 1) continue;
        tight++;
        wrongly += !missed && a.at_ns < 1000;
    }
    printf("      %u refused; %u of them the test without blocking admits, and they miss; of %u that are 2 ns or more too much %u missed nothing\n",
           refused, broken, tight, wrongly);
    UNIT(u, broken > u->cases / 100, "without the term for blocking streams would be admitted that miss", "%u", broken);
    UNIT(u, tight > u->cases / 10 && wrongly == 0, "what is refused has arrivals that miss", "%u of %u have none", wrongly, tight);
}

static void by_hand(unit *u)
{
    bonnet_task t[3] = {{.period_ns = 4, .deadline_ns = 4, .stages = 1, .stage_ns = {2}},
                        {.period_ns = 20, .deadline_ns = 20, .stages = 1, .stage_ns = {3}},
                        {.period_ns = 40, .deadline_ns = 40, .stages = 2, .stage_ns = {2, 30}}};
    bonnet_admission a;
    char message[100] = "";
    UNIT(u,
         bonnet_admit(&a, t, 2, BONNET_POLICY_EDF, NULL, 0) == BONNET_OK && !a.admitted && a.at_ns == 4 && a.demand_ns == 2 && a.blocking_ns == 3 &&
             a.blocker == 1 && a.refused == 1,
         "2 of 4 and 3 of 20: 5 in 4", "%u at %llu", a.admitted, (unsigned long long)a.at_ns);
    t[1].stage_ns[0] = 2;
    UNIT(u, bonnet_admit(&a, t, 2, BONNET_POLICY_EDF, NULL, 0) == BONNET_OK && a.admitted && a.at_ns == 4 && a.refused == 2, "2 of 20: just", "%u",
         a.admitted);
    UNIT(u, bonnet_admit(&a, t, 3, BONNET_POLICY_FIRST, NULL, 0) == BONNET_OK && a.admitted, "the first stage of a third", "%u", a.admitted);
    UNIT(u, bonnet_admit(&a, t, 3, BONNET_POLICY_EDF, NULL, 0) == BONNET_OK && !a.admitted && a.refused == 2, "not all of it", "%u", a.refused);
    t[0].stage_ns[0] = 4;
    UNIT(u, bonnet_admit(&a, t, 1, BONNET_POLICY_EDF, NULL, 0) == BONNET_OK && !a.admitted && a.utilisation == 1, "all of the time", "%u",
         a.admitted);
    UNIT(u, bonnet_admit(&a, t, 1, BONNET_POLICY_FIFO, message, sizeof message) == BONNET_EUNSUPPORTED && strstr(message, "fifo"), "no test for FIFO",
         "%s", message);
    t[0].stage_ns[0] = 0;
    UNIT(u, bonnet_admit(&a, t, 1, BONNET_POLICY_EDF, message, sizeof message) == BONNET_EINVAL && strstr(message, "stage 0"), "no time", "%s",
         message);
    UNIT(u,
         bonnet_admit(&a, t, 0, BONNET_POLICY_EDF, NULL, 0) == BONNET_EINVAL && bonnet_admit(&a, t, 65, BONNET_POLICY_EDF, NULL, 0) == BONNET_EINVAL,
         "0 and 65 streams", "taken");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "admit", 1, 250);
    by_hand(&u);
    admitted_in_time(&u, BONNET_POLICY_FIRST, 1, 1, "first stages alone");
    admitted_in_time(&u, BONNET_POLICY_EDF, 3, 1, "every stage, by deadline");
    admitted_in_time(&u, BONNET_POLICY_IMPRECISE, 3, 1, "a mandatory stage and two optional ones");
    admitted_in_time(&u, BONNET_POLICY_FIRST, 1, 4, "first stages alone, up to four in one call");
    admitted_in_time(&u, BONNET_POLICY_EDF, 3, 4, "every stage, up to four in one call");
    admitted_in_time(&u, BONNET_POLICY_IMPRECISE, 3, 4, "a mandatory stage and two optional ones, up to four in one call");
    blocking_counts(&u);
    return unit_end(&u);
}
