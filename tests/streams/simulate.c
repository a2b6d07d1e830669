/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate.c - policies for several cameras where later exits are worth much: the table "published" of docs/schedule.md, by bonnet_simulate().
 *
 *   build/tests/streams [LOAD]...        a row for each load, as in the page; without one all of them
 *   build/tests/streams --time           what a decision takes on this computer
 *
 * The network is that of a published table: exits after 6, 11, 19 and 28 ms, of which 43.2, 63.0, 89.9 and 100 % agree with its end. A sample is right from the first
 * exit on that is as good as the sample is hard; how sure an exit is says, blurred, how far it is from that. 5,000 samples teach what confidence is worth, others judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "bonnet_schedule.h"

enum { STAGES = 4, TAUGHT = 5000, JUDGED = 5000, CAMERAS = 4, FRAMES = 2000, SEED = 1, BINS = 10 };
static const double published[STAGES] = {0.432, 0.630, 0.899, 1.0};
static const uint64_t ms = 1000000, stage_ms[STAGES] = {6, 5, 8, 9}, whole_ms = 28, near_ms = 70, far_ms = 200;
static const double calm = 2;

typedef struct samples {
    double confidence[TAUGHT + JUDGED][STAGES], value[TAUGHT + JUDGED][STAGES];
} samples;
static samples all;

static double draw(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

static void make_samples(void)
{
    uint64_t state = SEED;
    for (int i = 0; i < TAUGHT + JUDGED; i++) {
        const double hard = draw(&state);
        for (int k = 0; k < STAGES; k++) {
            all.value[i][k] = hard < published[k];
            all.confidence[i][k] = published[k] - hard + 0.4 * (draw(&state) + draw(&state) - 1);
        }
    }
}

static int learn(bonnet_utility *to, uint32_t bins)
{
    static double column[2 * STAGES][TAUGHT];
    bonnet_utility_samples of[STAGES];
    for (int k = 0; k < STAGES; k++) {
        for (int i = 0; i < TAUGHT; i++) column[2 * k][i] = all.confidence[i][k], column[2 * k + 1][i] = all.value[i][k];
        of[k].confidence = column[2 * k], of[k].value = column[2 * k + 1];
    }
    return bonnet_utility_fit(to, of, STAGES, TAUGHT, bins) == BONNET_OK;
}

typedef struct plan {
    const char *name;
    uint32_t policy, run_late, stages;
    const bonnet_utility *utility;
} plan;

/* A network in one stage has one outcome, its end's. */
static int row(char *line, size_t room, double load, const plan *plans, int n)
{
    static bonnet_arrival in[CAMERAS * FRAMES];
    static double ends[JUDGED];
    for (int i = 0; i < JUDGED; i++) ends[i] = all.value[TAUGHT + i][STAGES - 1];
    const uint64_t period = (uint64_t)((double)(CAMERAS * whole_ms * ms) / load / ((1 + calm) / 2));
    int at = snprintf(line, room, "| %.2f |", load);
    for (int p = 0; p < n; p++) {
        bonnet_task task[CAMERAS];
        bonnet_schedule_options o = BONNET_SCHEDULE_OPTIONS_INIT;
        bonnet_arrivals_options a = BONNET_ARRIVALS_OPTIONS_INIT;
        bonnet_admission admission = {0, 0, 0, 0, 0, 0, 0, 0};
        bonnet_simulation r;
        const bonnet_outcomes staged = {JUDGED, STAGES, all.confidence[TAUGHT], all.value[TAUGHT], NULL}, whole = {JUDGED, 1, ends, ends, NULL};
        a.seed = SEED, a.calm = calm;
        o.policy = plans[p].policy, o.run_late = plans[p].run_late;
        for (int i = 0; i < CAMERAS; i++) {
            const bonnet_task of = {period,          (i < CAMERAS / 2 ? near_ms : far_ms) * ms, plans[p].stages, 0, {whole_ms * ms}, NULL, 0, 1,
                                    plans[p].utility};
            task[i] = of;
            for (uint32_t k = 0; plans[p].stages > 1 && k < STAGES; k++) task[i].stage_ns[k] = stage_ms[k] * ms;
        }
        if (bonnet_arrivals(in, task, CAMERAS, FRAMES, &a) != BONNET_OK) return 0;
        if (bonnet_simulate(&r, task, CAMERAS, in, CAMERAS * FRAMES, plans[p].stages > 1 ? &staged : &whole, &o) != BONNET_OK) return 0;
        const int tested = o.policy != BONNET_POLICY_FIFO && !o.run_late && bonnet_admit(&admission, task, CAMERAS, o.policy, NULL, 0) == BONNET_OK;
        if (tested && admission.admitted && r.missed + r.dropped) return 0; /* what was promised */
        at += snprintf(line + at, room - (size_t)at, " %.1f %%, %.1f %%%s |", 100 * r.utility / (double)r.frames,
                       100 * (double)(r.missed + r.dropped) / (double)r.frames, tested && admission.admitted ? ", admitted" : "");
    }
    return 1;
}

/* A schedule with 4 and with 32 streams, each with four stages, all busy. */
static int decisions(const bonnet_utility *u)
{
    static bonnet_arrival in[32 * 200];
    for (uint32_t n = 4; n <= 32; n *= 8) {
        bonnet_task task[32];
        bonnet_simulation r;
        const bonnet_outcomes staged = {JUDGED, STAGES, all.confidence[TAUGHT], all.value[TAUGHT], NULL};
        const bonnet_task of = {n * 14 * ms, n * 25 * ms, STAGES, 0, {6 * ms, 5 * ms, 8 * ms, 9 * ms}, NULL, 0, 1, u};
        for (uint32_t i = 0; i < n; i++) task[i] = of;
        if (bonnet_arrivals(in, task, n, 200, NULL) != BONNET_OK) return 0;
        const clock_t start = clock();
        if (bonnet_simulate(&r, task, n, in, n * 200, &staged, NULL) != BONNET_OK) return 0;
        printf("%2u streams: %.1f us a decision\n", n, 1e6 * (double)(clock() - start) / CLOCKS_PER_SEC / (double)r.calls);
    }
    return 1;
}

int main(int argc, char **argv)
{
    static const double loads[] = {0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3};
    static bonnet_utility plain, by_confidence;
    char line[1000];
    make_samples();
    if (!learn(&plain, 1) || !learn(&by_confidence, BINS)) return 1;
    if (argc > 1 && !strcmp(argv[1], "--time")) return !decisions(&by_confidence);
    const plan plans[] = {{"FIFO", BONNET_POLICY_FIFO, 1, 1, NULL},
                          {"EDF", BONNET_POLICY_EDF, 1, 1, NULL},
                          {"EDF, none begun too late", BONNET_POLICY_EDF, 0, 1, NULL},
                          {"first exit", BONNET_POLICY_FIRST, 0, STAGES, NULL},
                          {"imprecise, all frames alike", BONNET_POLICY_IMPRECISE, 0, STAGES, &plain},
                          {"imprecise, by confidence", BONNET_POLICY_IMPRECISE, 0, STAGES, &by_confidence}};
    enum { PLANS = sizeof plans / sizeof *plans };
    if (argc < 2) {
        printf("| load |");
        for (int p = 0; p < PLANS; p++) printf(" %s |", plans[p].name);
        printf("\n|---|");
        for (int p = 0; p < PLANS; p++) printf("---|");
        printf("\n");
    }
    for (int i = 0; i < (argc > 1 ? argc - 1 : (int)(sizeof loads / sizeof *loads)); i++) {
        if (!row(line, sizeof line, argc > 1 ? strtod(argv[1 + i], NULL) : loads[i], plans, PLANS)) return 1;
        puts(line);
    }
    return 0;
}
