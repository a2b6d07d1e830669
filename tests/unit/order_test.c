/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order_test.c - bonnet_order() against every subset in every order, by dependence and limit: cost, limits, ties, reasons. Larger ones against a table over
 * every step of time.
 */
#include <math.h>
#include "bonnet_edge.h"
#include "unit.h"

enum { MOST = 6, SAMPLES = 40, STEPS = 2000 };

typedef struct problem {
    bonnet_expert expert[BONNET_ORDER_MAX], last;
    uint32_t n;
    uint16_t log[SAMPLES];
    bonnet_order_options o;
    char message[256];
} problem;

/* The best of all that brute() has seen, by cost and then by the documented ties. */
typedef struct best {
    double cost;
    uint64_t key[4];
} best;

static int near(double a, double b) { return fabs(a - b) <= 1e-9 * fabs(b) + 1e-12; }

/* What an order leaves, from the definition of its dependence. */
static double left_after(const problem *p, const uint32_t *order, uint32_t count)
{
    double product = 1, most = 0;
    uint32_t set = 0, unanswered = 0;
    for (uint32_t i = 0; i < count; i++) {
        product *= 1 - p->expert[order[i]].answers;
        if (p->expert[order[i]].answers > most) most = p->expert[order[i]].answers;
        set |= 1u << order[i];
    }
    if (p->o.dependence == BONNET_INDEPENDENT) return product;
    if (p->o.dependence == BONNET_NESTED) return 1 - most;
    for (uint32_t s = 0; s < SAMPLES; s++) unanswered += !(p->log[s] & set);
    return unanswered / (double)SAMPLES;
}

static double cost_of(const problem *p, const uint32_t *order, uint32_t count)
{
    double cost = 0;
    for (uint32_t i = 0; i < count; i++) cost += left_after(p, order, i) * (double)p->expert[order[i]].cost_us;
    return cost + left_after(p, order, count) * (double)p->last.cost_us;
}

static int fits(const problem *p, uint64_t worst, uint64_t storage) { return worst <= p->o.deadline_us && storage <= p->o.storage_bytes; }

static best key_of(const problem *p, double cost, uint64_t worst, uint64_t storage)
{
    const int time = p->o.deadline_us != BONNET_NO_LIMIT, room = p->o.storage_bytes != BONNET_NO_LIMIT;
    return (best){cost, {time ? worst : 0, room ? storage : 0, worst, storage}};
}

static int is_better(const best *a, const best *b)
{
    if (fabs(a->cost - b->cost) > 1e-12 * b->cost) return a->cost < b->cost;
    for (int i = 0; i < 4; i++)
        if (a->key[i] != b->key[i]) return a->key[i] < b->key[i];
    return 0;
}

/* Every continuation of order[0 .. count). */
static void brute(best *out, const problem *p, uint32_t *order, uint32_t count, double cost, uint64_t worst, uint64_t storage)
{
    if (!fits(p, worst, storage)) return;
    const double left = left_after(p, order, count);
    const best here = key_of(p, cost + left * (double)p->last.cost_us, worst, storage);
    if (is_better(&here, out)) *out = here;
    for (uint32_t i = 0; i < p->n; i++) {
        int asked = 0;
        for (uint32_t k = 0; k < count; k++) asked |= order[k] == i;
        if (asked) continue;
        order[count] = i;
        brute(out, p, order, count + 1, cost + left * (double)p->expert[i].cost_us, worst + p->expert[i].cost_us,
              storage + p->expert[i].storage_bytes);
    }
}

/* Coarse numbers make ties, and exact sums of them. */
static void draw(problem *p, unit *u, uint32_t dependence, int deadline, int storage)
{
    const int coarse = unit_below(u, 2);
    const uint32_t most = dependence == BONNET_LOGGED ? MOST - 1 : MOST;
    *p = (problem){.n = unit_below(u, most + 1), .o = BONNET_ORDER_OPTIONS_INIT};
    p->o.dependence = dependence, p->o.message = p->message, p->o.message_bytes = sizeof p->message;
    p->last = (bonnet_expert){1 + unit_below(u, coarse ? 64 : 400000), unit_below(u, 4), 0.5};
    uint64_t worst = 0, bytes = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        bonnet_expert *e = &p->expert[i];
        *e = (bonnet_expert){1 + unit_below(u, coarse ? 8 : 60000), unit_below(u, coarse ? 4 : 5000), coarse ? unit_below(u, 9) / 8.0 : unit_real(u)};
        worst += e->cost_us, bytes += e->storage_bytes;
    }
    if (deadline) p->o.deadline_us = p->last.cost_us + worst / 4 + unit_below(u, (uint32_t)worst + 2);
    if (storage) p->o.storage_bytes = p->last.storage_bytes + bytes / 4 + unit_below(u, (uint32_t)bytes + 2);
    if (dependence != BONNET_LOGGED) return;
    for (uint32_t s = 0; s < SAMPLES; s++) { /* some inputs are easy for all, some experts follow others */
        const uint32_t easy = unit_below(u, 4);
        for (uint32_t i = 0; i < p->n; i++)
            p->log[s] |= (uint16_t)((i && unit_below(u, 3) == 0 ? p->log[s] >> (i - 1) & 1 : unit_below(u, 4) < easy) << i);
    }
    p->o.outcomes = p->log, p->o.samples = SAMPLES;
}

/* Is the reason given for each expert true? NULL, or what is not. */
static const char *wrong_reason(const problem *p, const bonnet_order_result *r)
{
    for (uint32_t e = 0; e < p->n; e++) {
        uint32_t order[MOST + 1], at = r->count;
        for (uint32_t i = 0; i < r->count; i++)
            if (r->order[i] == e) at = i;
        if ((at < r->count) != (r->why[e] == BONNET_ORDER_TAKEN)) return "taken";
        double saves = -INFINITY;
        if (at < r->count) {
            for (uint32_t i = 0, n = 0; i < r->count; i++)
                if (i != at) order[n++] = r->order[i];
            saves = cost_of(p, order, r->count - 1) - r->expected_us;
            if (r->place[e] != at) return "place";
        }
        for (uint32_t place = 0; at == r->count && place <= r->count; place++) {
            for (uint32_t i = 0; i <= r->count; i++) order[i] = i < place ? r->order[i] : i == place ? e : r->order[i - 1];
            const double now = r->expected_us - cost_of(p, order, r->count + 1);
            if (now > saves) saves = now;
        }
        if (fabs(saves - r->saves_us[e]) > 1e-9 * r->expected_us) return "saving";
        if (at < r->count && saves < -1e-9 * r->expected_us) return "an expert that costs more than it saves";
        const int late = r->worst_us + p->expert[e].cost_us > p->o.deadline_us,
                  large = r->storage_bytes + p->expert[e].storage_bytes > p->o.storage_bytes;
        if (r->why[e] == BONNET_ORDER_TOO_LATE && !late) return "not too late";
        if (r->why[e] == BONNET_ORDER_TOO_LARGE && !large) return "not too large";
        if (r->why[e] == BONNET_ORDER_NO_GAIN && saves > 1e-9 * r->expected_us) return "it would gain";
    }
    return NULL;
}

static void against_brute(unit *u, uint32_t dependence, int deadline, int storage, const char *label)
{
    uint32_t wrong = 0, orders = 0;
    char first[400] = "";
    for (uint32_t c = 0; c < u->cases; c++) {
        problem p;
        draw(&p, u, dependence, deadline, storage);
        bonnet_order_result r;
        uint32_t order[MOST];
        best want = key_of(&p, INFINITY, 0, 0);
        want.cost = 1e300;
        brute(&want, &p, order, 0, 0, p.last.cost_us, p.last.storage_bytes);
        const bonnet_status status = bonnet_order(&r, p.expert, p.n, &p.last, &p.o);
        const best got = status == BONNET_OK ? key_of(&p, cost_of(&p, r.order, r.count), r.worst_us, r.storage_bytes) : want;
        const char *what = status != BONNET_OK ? p.message : wrong_reason(&p, &r);
        if (!what && (!near(got.cost, want.cost) || !near(r.expected_us, want.cost))) what = "cost";
        if (!what && !fits(&p, r.worst_us, r.storage_bytes)) what = "over a limit";
        if (!what && memcmp(got.key, want.key, sizeof got.key)) what = "a tie went the other way";
        if (!what && !near(r.reached[r.count], left_after(&p, r.order, r.count))) what = "share that reaches the last";
        orders += status == BONNET_OK && r.count > 1;
        if (what && !wrong++)
            snprintf(first, sizeof first,
                     "case %u of %u experts: %s: cost %.6f, brute force %.6f, takes %llu us %llu bytes, brute force %llu us %llu bytes", c, p.n, what,
                     got.cost, want.cost, (unsigned long long)got.key[2], (unsigned long long)got.key[3], (unsigned long long)want.key[2],
                     (unsigned long long)want.key[3]);
    }
    UNIT(u, !wrong && (orders > 0), label, "%u of %u wrong, %u with an order: %s", wrong, u->cases, orders, first);
}

/* More experts than brute force takes: F[t] over every step of time, in the order of time per answer. */
static void against_table(unit *u)
{
    static double f[STEPS + 1];
    uint32_t wrong = 0;
    for (uint32_t c = 0; c < u->cases / 10 + 1; c++) {
        problem p = {.n = 20 + unit_below(u, 21), .o = BONNET_ORDER_OPTIONS_INIT};
        bonnet_order_result r;
        uint32_t place[BONNET_ORDER_MAX] = {0};
        p.last.cost_us = 1 + unit_below(u, 500);
        p.o.deadline_us = p.last.cost_us + unit_below(u, STEPS + 1);
        for (uint32_t i = 0; i < p.n; i++) {
            p.expert[i] = (bonnet_expert){1 + unit_below(u, 200), 0, 0.02 + 0.5 * unit_real(u)};
            uint32_t at = i;
            for (;
                 at && (double)p.expert[place[at - 1]].cost_us / p.expert[place[at - 1]].answers > (double)p.expert[i].cost_us / p.expert[i].answers;
                 at--)
                place[at] = place[at - 1];
            place[at] = i;
        }
        const uint32_t most = (uint32_t)(p.o.deadline_us - p.last.cost_us);
        for (uint32_t t = 0; t <= most; t++) f[t] = (double)p.last.cost_us;
        for (uint32_t i = p.n; i--;) {
            const bonnet_expert *e = &p.expert[place[i]];
            for (uint32_t t = most; t >= e->cost_us && t <= most; t--) f[t] = fmin(f[t], (double)e->cost_us + (1 - e->answers) * f[t - e->cost_us]);
        }
        if (bonnet_order(&r, p.expert, p.n, &p.last, &p.o) != BONNET_OK || !near(r.expected_us, f[most]) || r.worst_us > p.o.deadline_us) wrong++;
    }
    UNIT(u, !wrong, "20 to 40 experts with a deadline, against a table over time", "%u wrong", wrong);
}

static void published(unit *u)
{
    static const bonnet_expert sensors[2] = {{4000, 0, .55}, {6000, 0, .6}}, camera = {40000, 0, 1};
    bonnet_order_result r = {0};
    const bonnet_status status = bonnet_order(&r, sensors, 2, &camera, NULL);
    UNIT(u, status == BONNET_OK && near(r.expected_us, 13900) && r.worst_us == 50000 && r.count == 2 && r.order[0] == 0,
         "acoustic, seismic, camera: 13.9 ms", "%.3f us, worst %llu", r.expected_us, (unsigned long long)r.worst_us);
    UNIT(u, near(r.reached[1], .45) && near(r.reached[2], .18) && near(r.saves_us[0], 22000 - 13900), "and who gets how far", "%f %f %f",
         r.reached[1], r.reached[2], r.saves_us[0]);
}

#define REFUSED(u, change, word)                                                                                                                     \
    do {                                                                                                                                             \
        problem p = sound;                                                                                                                           \
        bonnet_order_result r = {.count = 77};                                                                                                       \
        p.o.message = p.message, p.o.message_bytes = sizeof p.message, p.o.outcomes = p.log;                                                         \
        change;                                                                                                                                      \
        const bonnet_status status = bonnet_order(&r, p.expert, p.n, &p.last, &p.o);                                                                 \
        UNIT(u, status == BONNET_EINVAL && strstr(p.message, word) && r.count == 77, #change, "%d %s", (int)status, p.message);                      \
    } while (0)

static void refused(unit *u)
{
    problem sound = {.n = 2, .last = {10, 3, 1}, .o = BONNET_ORDER_OPTIONS_INIT};
    sound.expert[0] = sound.expert[1] = (bonnet_expert){5, 1, .5};
    sound.o.samples = SAMPLES;
    REFUSED(u, p.expert[1].cost_us = 0, "expert 1: a time");
    REFUSED(u, p.expert[1].cost_us = UINT64_MAX, "expert 1: a time");
    REFUSED(u, p.expert[0].answers = NAN, "expert 0: a share");
    REFUSED(u, p.expert[0].answers = 1.0001, "expert 0: a share");
    REFUSED(u, p.expert[0].answers = -1e-9, "expert 0: a share");
    REFUSED(u, p.expert[0].storage_bytes = UINT64_MAX, "2^53");
    REFUSED(u, p.last.cost_us = 0, "deterministic");
    REFUSED(u, p.n = 65, "at most 64");
    REFUSED(u, (p.o.dependence = BONNET_LOGGED, p.n = 17), "at most 16");
    REFUSED(u, p.o.dependence = 3, "dependence");
    REFUSED(u, (p.o.dependence = BONNET_LOGGED, p.o.samples = 0), "outcomes");
    REFUSED(u, (p.o.dependence = BONNET_LOGGED, p.o.outcomes = NULL), "outcomes");
    REFUSED(u, (p.o.dependence = BONNET_LOGGED, p.log[7] = 4), "sample 7");
    REFUSED(u, p.o.deadline_us = 9, "the deadline is 0.009 ms");
    REFUSED(u, p.o.storage_bytes = 2, "there are 2");
    bonnet_order_result r;
    UNIT(u, bonnet_order(NULL, sound.expert, 2, &sound.last, NULL) == BONNET_EINVAL, "no result", "taken");
    UNIT(u, bonnet_order(&r, NULL, 0, &sound.last, NULL) == BONNET_OK && r.count == 0 && r.expected_us == 10, "no expert but the last", "refused");
}

/* The most that may be asked: it answers or says that it is too much, and both soon. */
static void bounded(unit *u)
{
    problem p = {.n = BONNET_ORDER_MAX, .last = {1000000000, 0, 1}, .o = BONNET_ORDER_OPTIONS_INIT};
    bonnet_order_result r;
    p.o.message = p.message, p.o.message_bytes = sizeof p.message;
    for (uint32_t i = 0; i < p.n; i++) p.expert[i] = (bonnet_expert){1 + unit_below(u, 1000000), unit_below(u, 1u << 30), .001 + .02 * unit_real(u)};
    UNIT(u, bonnet_order(&r, p.expert, p.n, &p.last, &p.o) == BONNET_OK && r.count == 64, "64 experts", "%s, %u", p.message, r.count);
    p.o.dependence = BONNET_NESTED;
    UNIT(u, bonnet_order(&r, p.expert, p.n, &p.last, &p.o) == BONNET_OK, "64 nested ones", "%s", p.message);
    p.o.dependence = BONNET_INDEPENDENT, p.o.deadline_us = p.last.cost_us + 16000000, p.o.storage_bytes = UINT64_C(16) << 30;
    UNIT(u, bonnet_order(&r, p.expert, p.n, &p.last, &p.o) == BONNET_OK, "64 experts, deadline and storage", "%s", p.message);
    p.last.cost_us = 2000000000, p.o.deadline_us = 3000000000; /* no two sets take the same time, and the longer one is always cheaper */
    for (uint32_t i = 0; i < p.n; i++) p.expert[i] = (bonnet_expert){UINT64_C(1) << i % 22, 0, (double)(1u << i % 22) * 1e-9};
    UNIT(u, bonnet_order(&r, p.expert, 20, &p.last, &p.o) == BONNET_OK, "every subset of 20 experts", "%s", p.message);
    r.count = 77;
    const bonnet_status status = bonnet_order(&r, p.expert, 22, &p.last, &p.o);
    UNIT(u, status == BONNET_EUNSUPPORTED && strstr(p.message, "1048576 partial orders") && r.count == 77, "of 22 it is too many", "%d", status);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "order", 1, 300);
    static const char *const kinds[3] = {"independent", "nested", "logged"}, *const limits[4] = {"", ", deadline", ", storage",
                                                                                                 ", deadline and storage"};
    for (uint32_t kind = 0; kind < 3; kind++)
        for (int limit = 0; limit < 4; limit++) {
            char label[64];
            snprintf(label, sizeof label, "%s%s", kinds[kind], limits[limit]);
            against_brute(&u, kind, limit & 1, limit & 2, label);
        }
    against_table(&u);
    published(&u);
    refused(&u);
    bounded(&u);
    return unit_end(&u);
}
