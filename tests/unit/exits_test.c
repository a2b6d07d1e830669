/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exits_test.c - bonnet_calibrate() against every combination of thresholds: the best within the budget, ties, the front; what coordinate descent misses;
 * shares and costs of a point against the recursions of BranchyNet and PORTEND.
 */
#include <math.h>
#include "bonnet_exits.h"
#include "unit.h"

enum { MOST = 7, SAMPLES = 60 };

typedef struct problem {
    bonnet_exit_samples exit[BONNET_EXITS_MAX];
    bonnet_exit_costs costs;
    double confidence[MOST][SAMPLES];
    uint8_t right[MOST][SAMPLES];
    uint32_t exits;
    size_t samples;
    bonnet_calibrate_options o;
    char message[256];
} problem;

/* What the definition says of thresholds: a sample at a time. */
typedef struct come_to {
    size_t right;
    double cost;
} come_to;

static come_to follow(const problem *p, const double *threshold)
{
    come_to all = {0, 0};
    for (size_t s = 0; s < p->samples; s++) {
        uint32_t e = 0, from = 0;
        for (; e + 1 < p->exits; e++) {
            if (isinf(threshold[e])) continue;
            all.cost += p->costs.body[from][e] + p->costs.branch[e];
            if (p->confidence[e][s] >= threshold[e]) break;
            from = e + 1;
        }
        if (e + 1 == p->exits) all.cost += p->costs.body[from][e] + p->costs.branch[e];
        all.right += p->right[e][s];
    }
    return all;
}

/* Later exits are right more often; confidence goes with being right. A stop costs something, or nothing. steps: how many different confidences. */
static void draw(problem *p, unit *u, uint32_t exits, size_t samples, uint32_t steps)
{
    *p = (problem){.exits = exits, .samples = samples, .o = BONNET_CALIBRATE_OPTIONS_INIT};
    p->o.message = p->message, p->o.message_bytes = sizeof p->message;
    p->o.budget = unit_below(u, 4) * 0.05;
    const uint32_t stop = unit_below(u, 2) * unit_below(u, 30);
    double ends[BONNET_EXITS_MAX] = {0};
    for (uint32_t e = 0; e < exits; e++) {
        bonnet_exit_samples *x = &p->exit[e];
        ends[e] = (e ? ends[e - 1] : 0) + 1 + unit_below(u, 100);
        *x = (bonnet_exit_samples){p->confidence[e], p->right[e]};
        for (size_t s = 0; s < samples; s++) {
            p->right[e][s] = unit_real(u) < 0.5 + 0.4 * (e + 1) / exits;
            p->confidence[e][s] = (unit_below(u, steps) + (p->right[e][s] ? unit_below(u, steps) : 0)) / 2;
        }
    }
    if (bonnet_exit_costs_set(&p->costs, ends, exits) != BONNET_OK) exit(1);
    for (uint32_t to = 0; to < exits && stop; to++) {
        p->costs.branch[to] = unit_below(u, stop);
        for (uint32_t from = 0; from <= to; from++) p->costs.body[from][to] += unit_below(u, stop);
    }
}

/* All confidences of an exit, 0 and "not used", falling: of equal costs the first met is the one with the higher thresholds. */
static uint32_t candidates(double *list, const problem *p, uint32_t e)
{
    uint32_t n = 0;
    list[n++] = HUGE_VAL;
    for (double last = HUGE_VAL, most = 1; most > 0; list[n++] = last = most) {
        most = 0;
        for (size_t s = 0; s < p->samples; s++)
            if (p->confidence[e][s] < last && p->confidence[e][s] > most) most = p->confidence[e][s];
    }
    return n;
}

typedef struct brute {
    const problem *p;
    uint32_t count[MOST];
    double list[MOST][SAMPLES + 2], threshold[MOST];
    size_t least_right;
    double cost, at[MOST];     /* the best */
    double least[SAMPLES + 1]; /* cost by right answers */
} brute;

static void try_all(brute *b, uint32_t e)
{
    if (e + 1 < b->p->exits) {
        for (uint32_t i = 0; i < b->count[e]; i++) b->threshold[e] = b->list[e][i], try_all(b, e + 1);
        return;
    }
    const come_to c = follow(b->p, b->threshold);
    if (c.cost < b->least[c.right]) b->least[c.right] = c.cost;
    if (c.right >= b->least_right && c.cost < b->cost) b->cost = c.cost, memcpy(b->at, b->threshold, sizeof b->at);
}

static void search(brute *b, const problem *p)
{
    size_t right = 0;
    *b = (brute){.p = p, .cost = HUGE_VAL};
    for (size_t s = 0; s < p->samples; s++) right += p->right[p->exits - 1][s];
    const size_t lost = (size_t)(p->o.budget * (double)p->samples + 1e-6);
    b->least_right = right > lost ? right - lost : 0;
    for (size_t r = 0; r <= p->samples; r++) b->least[r] = HUGE_VAL;
    for (uint32_t e = 0; e + 1 < p->exits; e++) b->count[e] = candidates(b->list[e], p, e);
    try_all(b, 0);
}

static int near(double a, double b) { return fabs(a - b) <= 1e-9 * fabs(b) + 1e-9; }

/* Is what a point says of itself so? NULL, or what is not. */
static const char *wrong_point(const problem *p, const bonnet_exit_point *q)
{
    const come_to c = follow(p, q->threshold);
    double sum = 0, ended = 0, by_stage = 0, by_exit = 0, before = 0, here = 0;
    if (!near(q->cost, c.cost / (double)p->samples)) return "cost";
    if (!near(q->accuracy, (double)c.right / (double)p->samples)) return "accuracy";
    if (!(q->accuracy_low <= q->accuracy && q->accuracy <= q->accuracy_high)) return "interval";
    for (uint32_t e = 0; e < p->exits; e++) sum += q->share[e];
    if (!near(sum, 1)) return "shares do not make 1";
    /* PORTEND: of those who are left, S_k + E_k pay for stage k; or: who ends at k has paid for all stages up to it. */
    for (uint32_t e = 0; e < p->exits; e++) {
        if (e + 1 < p->exits && isinf(q->threshold[e])) {
            if (q->share[e] > 0) return "a share of an exit that is not used";
            continue;
        }
        if (bonnet_exit_cost(&here, &p->costs, p->exits, q->threshold, e) != BONNET_OK) return "no cost of an exit";
        by_stage += (1 - ended) * (here - before);
        by_exit += q->share[e] * here;
        before = here;
        ended += q->share[e];
    }
    return near(by_stage, by_exit) && near(by_exit, q->cost) ? NULL : "stage by stage it costs something else";
}

static const char *wrong_points(const problem *p, const bonnet_calibration *c, const brute *b)
{
    uint32_t alone = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const bonnet_exit_point *q = &c->point[i];
        const char *what = wrong_point(p, q);
        if (what) return what;
        if (i && q->cost < q[-1].cost) return "points are not by cost";
        uint32_t first = 0, only = 1;
        while (first + 1 < p->exits && isinf(q->threshold[first])) first++;
        for (uint32_t e = first + 1; e + 1 < p->exits; e++) only = only && isinf(q->threshold[e]);
        alone += only && (first + 1 == p->exits || q->threshold[first] == 0);
        if (only && (first + 1 == p->exits || q->threshold[first] == 0)) continue;
        if (!c->exhaustive) continue;
        for (size_t r = (size_t)(q->accuracy * (double)p->samples + 0.5); r <= p->samples; r++)
            if (b->least[r] < q->cost * (double)p->samples * (1 - 1e-12)) return "a point that another one beats";
    }
    return alone == p->exits ? NULL : "an exit alone is missing";
}

static void against_brute(unit *u, uint32_t exits, uint32_t steps, uint32_t cases, const char *label)
{
    static problem p;
    static brute b;
    static bonnet_calibration c;
    uint32_t wrong = 0, saving = 0;
    char first[400] = "";
    for (uint32_t n = 0; n < cases; n++) {
        draw(&p, u, exits, 1 + unit_below(u, exits > 3 ? 30 : SAMPLES), steps);
        search(&b, &p);
        const bonnet_status status = bonnet_calibrate(&c, p.exit, &p.costs, p.exits, p.samples, &p.o);
        const bonnet_exit_point *q = &c.point[c.chosen];
        const char *what = status != BONNET_OK ? p.message : wrong_points(&p, &c, &b);
        if (!what && !c.exhaustive) what = "not exhaustive";
        if (!what && !near(q->cost * (double)p.samples, b.cost)) what = "cost";
        if (!what && q->accuracy * (double)p.samples + 0.5 < (double)b.least_right) what = "over the budget";
        if (!what && memcmp(q->threshold, b.at, (exits - 1) * sizeof *b.at) && follow(&p, b.at).right == follow(&p, q->threshold).right)
            what = "a tie went the other way";
        saving += status == BONNET_OK && q->cost < p.costs.body[0][exits - 1] * 0.95;
        if (what && !wrong++)
            snprintf(first, sizeof first, "case %u of %zu samples: %s: %.6f, brute force %.6f", n, p.samples, what, q->cost,
                     b.cost / (double)p.samples);
    }
    UNIT(u, !wrong && saving, label, "%u of %u wrong, %u save: %s", wrong, cases, saving, first);
}

/* More combinations than are tried: how far off the descent is. */
static void descent(unit *u)
{
    static problem p;
    static brute b;
    static bonnet_calibration c;
    const uint32_t cases = u->cases / 60 + 1;
    uint32_t wrong = 0, exact = 0;
    double most = 0;
    for (uint32_t n = 0; n < cases; n++) {
        draw(&p, u, 5, 40, 1000);
        search(&b, &p);
        const bonnet_status status = bonnet_calibrate(&c, p.exit, &p.costs, p.exits, p.samples, &p.o);
        const char *what = status != BONNET_OK ? p.message : c.exhaustive ? "exhaustive" : wrong_points(&p, &c, &b);
        if (what) wrong++, printf("      case %u: %s\n", n, what);
        const double over = c.point[c.chosen].cost * (double)p.samples / b.cost - 1;
        exact += over < 1e-9;
        if (over > most) most = over;
        if (follow(&p, c.point[c.chosen].threshold).right < b.least_right) wrong++;
    }
    UNIT(u, !wrong && most < 0.05 && exact * 2 >= cases, "four exits of some 40 levels, by descent",
         "%u wrong, %u of %u exact, at most %.2f %% dearer", wrong, exact, cases, 100 * most);
    printf("      %u of %u exact, at most %.2f %% dearer than the best of all\n", exact, cases, 100 * most);
}

/* More confidences than levels: the levels are at equal shares, in whole numbers or millionths, and reach all of the range. */
static void many(unit *u)
{
    enum { MANY = 5000 };
    static double sure[2][MANY];
    static uint8_t right[3][MANY];
    static bonnet_calibration c;
    static const double ends[3] = {1, 2, 4};
    const bonnet_exit_samples x[3] = {{sure[0], right[0]}, {sure[1], right[1]}, {NULL, right[2]}};
    bonnet_exit_costs costs;
    bonnet_calibrate_options o = BONNET_CALIBRATE_OPTIONS_INIT;
    uint32_t odd = 0;
    for (size_t s = 0; s < MANY; s++) {
        sure[0][s] = unit_below(u, 100000);
        sure[1][s] = unit_real(u);
        right[0][s] = unit_real(u) * 100000 < sure[0][s], right[1][s] = unit_real(u)<0.5 + sure[1][s], right[2][s] = unit_below(u, 20)> 0;
    }
    o.budget = 0.02;
    bonnet_status status = bonnet_exit_costs_set(&costs, ends, 3);
    if (status == BONNET_OK) status = bonnet_calibrate(&c, x, &costs, 3, MANY, &o);
    for (uint32_t i = 0; i < c.count; i++) {
        const double *t = c.point[i].threshold;
        odd += !isinf(t[0]) && t[0] != floor(t[0]);
        odd += !isinf(t[1]) && t[1] != round(t[1] * 1e6) / 1e6;
    }
    UNIT(u, status == BONNET_OK && c.exhaustive && c.levels[0] == 64 && c.levels[1] == 64 && c.count > 56 && !odd, "5000 confidences, 64 levels",
         "%d: %u and %u levels, %u points, %u odd thresholds", (int)status, c.levels[0], c.levels[1], c.count, odd);
    const bonnet_exit_point *q = &c.point[c.chosen];
    UNIT(u, c.point[0].cost <= 1 + 1e-12 && c.point[c.count - 1].cost >= 4 - 1e-12 && q->cost < 3.9 && q->accuracy > 0.92,
         "from exit 1 alone to none", "%f .. %f, chosen %f at %f", c.point[0].cost, c.point[c.count - 1].cost, q->cost, q->accuracy);
}

#define REFUSED(u, change, word)                                                                                                                     \
    do {                                                                                                                                             \
        p = sound;                                                                                                                                   \
        for (uint32_t e = 0; e < p.exits; e++) p.exit[e].confidence = p.confidence[e], p.exit[e].right = p.right[e];                                 \
        c.count = 77;                                                                                                                                \
        p.o.message = p.message, p.o.message_bytes = sizeof p.message;                                                                               \
        change;                                                                                                                                      \
        const bonnet_status status = bonnet_calibrate(&c, p.exit, &p.costs, p.exits, p.samples, &p.o);                                               \
        UNIT(u, status == BONNET_EINVAL && strstr(p.message, word) && c.count == 77, #change, "%d %s", (int)status, p.message);                      \
    } while (0)

static void refused(unit *u)
{
    static problem sound, p;
    static bonnet_calibration c;
    draw(&sound, u, 3, 20, 9);
    REFUSED(u, p.exits = 1, "2 to 16");
    REFUSED(u, p.exits = 17, "2 to 16");
    REFUSED(u, p.samples = 0, "1 to 1048576");
    REFUSED(u, p.samples = (1 << 20) + 1, "1 to 1048576");
    REFUSED(u, p.o.budget = -1e-9, "budget");
    REFUSED(u, p.o.budget = NAN, "budget");
    REFUSED(u, p.o.level = 1, "level");
    REFUSED(u, p.costs.body[1][2] = -1, "costs of 0");
    REFUSED(u, p.costs.body[0][2] = INFINITY, "costs of 0");
    REFUSED(u, p.costs.branch[1] = NAN, "costs of 0");
    REFUSED(u, p.exit[0].right = NULL, "exit 0: no samples");
    REFUSED(u, p.exit[1].confidence = NULL, "exit 1: no samples");
    REFUSED(u, p.confidence[1][7] = NAN, "exit 1, sample 7");
    REFUSED(u, p.confidence[0][0] = -1, "exit 0, sample 0");

    static const double falling[3] = {2, 1, 3};
    static bonnet_exit_point point;
    const double threshold[2] = {1, NAN};
    UNIT(u,
         bonnet_exit_costs_set(&p.costs, falling, 3) == BONNET_EINVAL && bonnet_exit_costs_set(&p.costs, falling + 1, 17) == BONNET_EINVAL &&
             bonnet_exit_costs_set(&p.costs, falling, 0) == BONNET_EINVAL &&
             bonnet_exit_cost(&point.cost, &sound.costs, 3, threshold, 3) == BONNET_EINVAL,
         "falling costs, too many, none; no such end", "not refused");
    UNIT(u,
         bonnet_exit_judge(&point, sound.exit, &sound.costs, 3, 20, threshold, .9) == BONNET_EINVAL &&
             bonnet_exit_judge(&point, sound.exit, &sound.costs, 3, 0, threshold, .9) == BONNET_EINVAL &&
             bonnet_exit_judge(&point, sound.exit, &sound.costs, 0, 20, threshold, .9) == BONNET_EINVAL &&
             bonnet_exit_judge(&point, sound.exit, &sound.costs, 3, 20, NULL, .9) == BONNET_EINVAL,
         "thresholds that are none, no samples, no exits", "not refused");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "exits", 1, 300);
    against_brute(&u, 2, 40, u.cases, "one exit before the last, against every threshold");
    against_brute(&u, 3, 30, u.cases, "two exits, against every pair of thresholds");
    against_brute(&u, 4, 8, u.cases / 3 + 1, "three exits, against every triple");
    against_brute(&u, 5, 4, u.cases / 10 + 1, "four exits of few levels, all tried too");
    descent(&u);
    many(&u);
    refused(&u);
    return unit_end(&u);
}
