/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place_test.c - bonnet_place() against every plan, costed input by input: who exits where pays for what he passed, nothing else. Counts, limits, order, front,
 * maps; Edgent's algorithms against their sums as printed.
 */
#include <float.h>
#include <math.h>
#include "bonnet_place.h"
#include "unit.h"

enum { BLOCKS = 6, EXITS = 2, TIERS = 4, CODECS = 2, POINTS = 3, PLANS = 20000 };

typedef struct made {
    bonnet_place_problem p;
    bonnet_place_block block[BLOCKS];
    bonnet_place_exit exit[EXITS];
    bonnet_place_point point[POINTS];
    bonnet_place_cost cost[TIERS][BLOCKS], branch[TIERS][EXITS];
    bonnet_place_tier tier[TIERS];
    bonnet_place_link link[TIERS - 1];
    bonnet_place_codec codec[CODECS];
    double ratio[CODECS][BLOCKS], loss[CODECS][BLOCKS];
    bonnet_place_options o;
    char message[256];
} made;

static double real(unit *u, double least, double most) { return least + (most - least) * unit_real(u); }

static bonnet_place_cost draw_cost(unit *u, double scale)
{
    const double ms = scale * real(u, 0.1, 10);
    if (unit_below(u, 100) == 0) return (bonnet_place_cost){INFINITY, INFINITY, 0};
    return (bonnet_place_cost){ms, ms * real(u, 1, 1.5), real(u, 0, 20)};
}

static void draw_point(made *m, bonnet_place_point *x, unit *u)
{
    double sum = 0;
    *x = (bonnet_place_point){.active = unit_below(u, 1u << m->p.exits), .last = m->p.exits, .accuracy = real(u, 0.5, 0.99)};
    if (m->p.exits && unit_below(u, 3) == 0) {
        x->last = unit_below(u, m->p.exits);
        x->active = (x->active & ((1u << x->last) - 1)) | 1u << x->last;
    }
    for (uint32_t e = 0; e <= m->p.exits; e++)
        if (e == m->p.exits ? x->last == e : x->active >> e & 1) sum += x->share[e] = unit_real(u) + 1e-3;
    for (uint32_t e = 0; e <= m->p.exits; e++) x->share[e] /= sum;
}

static void draw(made *m, unit *u)
{
    memset(m, 0, sizeof *m);
    bonnet_place_problem *p = &m->p;
    *p = (bonnet_place_problem){m->block,
                                1 + unit_below(u, BLOCKS),
                                m->exit,
                                0,
                                m->point,
                                1 + unit_below(u, POINTS),
                                m->tier,
                                1 + unit_below(u, TIERS),
                                m->link,
                                m->codec,
                                unit_below(u, CODECS + 1),
                                real(u, 100, 60000),
                                real(u, 0, 400)};
    if (p->tiers == TIERS) p->blocks = p->blocks > 4 ? 4 : p->blocks; /* every plan of four tiers by hand */
    if (p->blocks > 1) p->exits = unit_below(u, EXITS + 1);
    for (uint32_t j = 0; j < p->blocks; j++) m->block[j] = (bonnet_place_block){unit_below(u, 5) ? real(u, 10, 50000) : 0, unit_below(u, 1000)};
    for (uint32_t e = 0, at = 0; e < p->exits; e++) m->exit[e] = (bonnet_place_exit){at += unit_below(u, p->blocks - 1 - at), unit_below(u, 100)};
    for (uint32_t i = 0; i < p->points; i++) draw_point(m, &m->point[i], u);
    for (uint32_t t = 0; t < p->tiers; t++) {
        const double scale = 8 * pow(12, -(double)t);
        for (uint32_t j = 0; j < p->blocks; j++) m->cost[t][j] = draw_cost(u, scale);
        for (uint32_t e = 0; e < p->exits; e++) m->branch[t][e] = draw_cost(u, scale / 4);
        m->tier[t] =
            (bonnet_place_tier){m->cost[t],       m->branch[t],   real(u, 0, 1), unit_below(u, 3) ? BONNET_PLACE_NO_LIMIT : unit_below(u, 4000),
                                real(u, 0, 3000), real(u, 0, 900)};
    }
    for (uint32_t t = 0; t + 1 < p->tiers; t++) {
        const double rate = 1e6 * real(u, 0.05, 90), rtt = real(u, 0, 15);
        m->link[t] = (bonnet_place_link){rate,
                                         unit_below(u, 2) ? rate * real(u, 0, 0.6) : 0,
                                         unit_below(u, 2) ? rate * 3 : 0,
                                         rtt,
                                         unit_below(u, 2) ? rtt * 1.5 : 0,
                                         327,
                                         real(u, 0, 2),
                                         real(u, 0, 20),
                                         real(u, 0, 2),
                                         real(u, 0, 20),
                                         real(u, 0, 3),
                                         real(u, 0, 100)};
    }
    for (uint32_t k = 0; k < p->codecs; k++) {
        m->codec[k] = (bonnet_place_codec){.ratio = m->ratio[k], .loss = unit_below(u, 2) ? m->loss[k] : NULL};
        for (uint32_t j = 0; j < p->blocks; j++) m->ratio[k][j] = unit_below(u, 5) ? real(u, 0.05, 1.1) : 0, m->loss[k][j] = real(u, 0, 0.05);
        for (uint32_t t = 0; t < p->tiers; t++) m->codec[k].encode_ms_per_mb[t] = real(u, 0, 60), m->codec[k].decode_ms_per_mb[t] = real(u, 0, 60);
    }
    m->o = (bonnet_place_options)BONNET_PLACE_OPTIONS_INIT;
    m->o.message = m->message, m->o.message_bytes = sizeof m->message, m->o.best = 1 + unit_below(u, 5), m->o.goal = unit_below(u, 4);
    if (unit_below(u, 2)) m->o.weight = real(u, 0.01, 2);
    if (unit_below(u, 2)) m->o.sigmas = real(u, 0.1, 3);
}

/* ---- what a plan costs, told input by input ---- */

typedef struct told {
    double ms, hi, mj;
} told;

/* One input that ends at `ends` (an exit, or the number of exits): nothing is shared with how the library sums. hi: at upper bounds. */
static told one_input(const made *m, const bonnet_place_plan *plan, uint32_t ends, int hi)
{
    const bonnet_place_problem *p = &m->p;
    const bonnet_place_point *x = &m->point[plan->point];
    const double idle = m->tier[0].idle_mw / 1e3, busy = m->tier[0].busy_mw / 1e3;
    const double sigmas = m->o.sigmas > 0 ? m->o.sigmas : 2;
    told c = {0, 0, 0};
    uint32_t block = 0, done = 0;
    for (uint32_t t = 0; t < p->tiers && !done; t++) {
        const uint32_t until = t + 1 < p->tiers ? plan->cut[t] : plan->end;
        int started = 0;
        for (; block < until && !done; block++) {
            double add = 0, work = 0;
            if (!started) {
                double extra = m->tier[t].start_ms;
                const double there = block ? m->block[block - 1].bytes : p->input_bytes;
                if (t && plan->codec[t - 1]) extra += m->codec[plan->codec[t - 1] - 1].decode_ms_per_mb[t] * there * 1e-6;
                c.ms += extra, c.mj += (t ? idle : busy) * extra;
                started = 1;
            }
            add += hi ? m->cost[t][block].ms_hi : m->cost[t][block].ms, work += m->cost[t][block].mj;
            for (uint32_t e = 0; e < p->exits && !done; e++)
                if (m->exit[e].behind == block && x->active >> e & 1) {
                    add += hi ? m->branch[t][e].ms_hi : m->branch[t][e].ms, work += m->branch[t][e].mj;
                    if (e == ends) done = 1;
                }
            c.ms += add, c.mj += t ? idle * add : work;
        }
        if (block == plan->end) done = 1;
        if (done || t + 1 == p->tiers) break;
        const bonnet_place_link *l = &m->link[t];
        const bonnet_place_codec *k = plan->codec[t] ? &m->codec[plan->codec[t] - 1] : NULL;
        const double raw = block ? m->block[block - 1].bytes : p->input_bytes, sent = k ? raw * k->ratio[block] : raw;
        const double slow = hi ? (l->bits_per_s - sigmas * l->sd_bits_per_s) / l->bits_per_s : 1;
        const int fresh = t == 0 || plan->cut[t] > plan->cut[t - 1];
        const double send = (k && fresh ? k->encode_ms_per_mb[t] * raw * 1e-6 : 0) + l->send_ms + l->send_ms_per_mb * sent * 1e-6;
        const double up = 8 * (sent + l->overhead_bytes), down = 8 * p->result_bytes;
        const double air = 1e3 * up / l->bits_per_s + 1e3 * down / (l->down_bits_per_s > 0 ? l->down_bits_per_s : l->bits_per_s);
        const double away = (slow > 0 ? air / slow : INFINITY) + (hi && l->rtt_ms_hi > 0 ? l->rtt_ms_hi : l->rtt_ms) + l->receive_ms +
                            l->receive_ms_per_mb * sent * 1e-6;
        c.ms += send + away;
        c.mj += (t ? idle : busy) * send + idle * away;
        if (t == 0) c.mj += l->mj_per_wake + l->nj_per_bit * 1e-6 * (up + down);
    }
    return c;
}

/* Whole plan: expectation, worst, limits. 0: it is none. */
static int tell(bonnet_place_plan *plan, const made *m)
{
    const bonnet_place_problem *p = &m->p;
    const bonnet_place_point *x = &m->point[plan->point];
    const double weight = m->o.weight > 0 ? m->o.weight : 1;
    double loss = 0;
    uint32_t spoken = 0;
    plan->end = x->last < p->exits ? m->exit[x->last].behind + 1 : p->blocks;
    plan->ms = plan->mj = 0, plan->misses = 0;
    for (uint32_t t = 0, from = 0; t < p->tiers; t++) {
        const uint32_t until = t + 1 < p->tiers ? plan->cut[t] : plan->end;
        uint64_t memory = 0;
        if (until < from || until > plan->end) return 0;
        for (uint32_t j = from; j < until; j++) {
            if (isinf(m->cost[t][j].ms)) return 0;
            memory += m->block[j].memory_bytes;
            for (uint32_t e = 0; e < p->exits; e++) {
                if (m->exit[e].behind != j || !(x->active >> e & 1)) continue;
                if (isinf(m->branch[t][e].ms)) return 0;
                memory += m->exit[e].memory_bytes, spoken |= t == 0;
            }
        }
        if (memory > m->tier[t].memory_bytes) plan->misses |= 1u << BONNET_PLACE_LARGE;
        if (t + 1 < p->tiers) {
            const uint32_t k = plan->codec[t];
            const int fresh = t == 0 || until > from;
            if (until == plan->end && k) return 0;
            if (until < plan->end) {
                if (fresh && until && !(m->block[until - 1].bytes > 0)) return 0;
                if (fresh && k && !(m->ratio[k - 1][until] > 0)) return 0;
                if (!fresh && k != plan->codec[t - 1]) return 0;
                if (fresh && k && m->codec[k - 1].loss) loss += m->loss[k - 1][until];
            }
        }
        from = until;
    }
    for (uint32_t e = 0; e <= p->exits; e++) {
        const told c = one_input(m, plan, e, 0);
        if (x->share[e] > 0) plan->ms += x->share[e] * c.ms, plan->mj += x->share[e] * c.mj;
    }
    plan->ms_hi = one_input(m, plan, p->exits, 1).ms;
    plan->accuracy = x->accuracy - loss > 0 ? x->accuracy - loss : 0;
    plan->reward = exp(plan->accuracy) + weight * 1000 / plan->ms;
    if (m->o.deadline_ms > 0 && plan->ms_hi > m->o.deadline_ms) plan->misses |= 1u << BONNET_PLACE_LATE;
    if (plan->accuracy < m->o.accuracy) plan->misses |= 1u << BONNET_PLACE_WRONG;
    if (m->o.mj > 0 && plan->mj > m->o.mj) plan->misses |= 1u << BONNET_PLACE_HUNGRY;
    const uint32_t first = p->tiers > 1 ? plan->cut[0] : plan->end;
    if (m->o.no_raw_upload && first == 0) plan->misses |= 1u << BONNET_PLACE_RAW;
    if (m->o.must_local_answer && first < plan->end && !spoken) plan->misses |= 1u << BONNET_PLACE_MUTE;
    return 1;
}

/* Every plan there is: an odometer over points, cuts, codecs. */
static uint32_t all_plans(bonnet_place_plan *out, const made *m)
{
    const uint32_t links = m->p.tiers - 1;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->p.points; i++) {
        uint32_t digit[2 * (TIERS - 1)] = {0}, at = 0;
        while (at < 2 * links + 1) {
            bonnet_place_plan plan = {.point = i};
            for (uint32_t t = 0; t < links; t++) plan.cut[t] = digit[2 * t], plan.codec[t] = digit[2 * t + 1];
            if (tell(&plan, m) && n < PLANS) out[n++] = plan;
            for (at = 0; at < 2 * links; at++) {
                if (++digit[at] <= (at & 1 ? m->p.codecs : m->p.blocks)) break;
                digit[at] = 0;
            }
            if (at == 2 * links) break;
        }
    }
    return n;
}

static const made *asked; /* for qsort */

/* -1, 0, 1: a before b by goal and ties, rounding aside. */
static int place_of(const bonnet_place_plan *a, const bonnet_place_plan *b)
{
    const double x[][2] = {{a->accuracy, b->accuracy}, {a->reward, b->reward},     {-a->mj, -b->mj},      {-a->ms, -b->ms},
                           {-a->mj, -b->mj},           {a->accuracy, b->accuracy}, {-a->ms_hi, -b->ms_hi}};
    const uint32_t goal = asked->o.goal, first = goal == BONNET_PLACE_ACCURACY ? 0
                                                 : goal == BONNET_PLACE_REWARD ? 1
                                                 : goal == BONNET_PLACE_MJ     ? 2
                                                                               : 3;
    for (uint32_t i = first; i < 7; i = i < 3 ? 3 : i + 1)
        if (fabs(x[i][0] - x[i][1]) > 1e-9 * fabs(x[i][1]) + 1e-12 && x[i][0] != x[i][1]) return x[i][0] > x[i][1] ? -1 : 1;
    return 0;
}
static int for_sort(const void *a, const void *b) { return place_of(a, b); }

static int near(double a, double b) { return a == b || fabs(a - b) <= 1e-9 * fabs(b) + 1e-12; }
static int same(const bonnet_place_plan *a, const bonnet_place_plan *b)
{
    return near(a->ms, b->ms) && near(a->ms_hi, b->ms_hi) && near(a->mj, b->mj) && near(a->accuracy, b->accuracy);
}

/* A limit that some plans miss: what a random one has, a little more or less. */
static void draw_limits(made *m, unit *u, const bonnet_place_plan *all, uint32_t n)
{
    const bonnet_place_plan *some = &all[unit_below(u, n)];
    if (unit_below(u, 2) && isfinite(some->ms_hi)) m->o.deadline_ms = some->ms_hi * real(u, 0.7, 1.3);
    if (unit_below(u, 3) == 0) m->o.accuracy = fmin(1, some->accuracy * real(u, 0.95, 1.02));
    if (unit_below(u, 3) == 0) m->o.mj = all[unit_below(u, n)].mj * real(u, 0.9, 2) + 1e-3;
    m->o.no_raw_upload = unit_below(u, 3) == 0, m->o.must_local_answer = unit_below(u, 3) == 0;
}

static bonnet_place_plan all[PLANS];

/* NULL, or what is wrong with the answer. */
static const char *wrong(const made *m, uint32_t n, bonnet_status status, const bonnet_place_result *r)
{
    static bonnet_place_plan good[PLANS];
    uint32_t count = 0, late = n;
    for (uint32_t i = 0; i < n; i++) {
        if (!all[i].misses) good[count++] = all[i];
        if (all[i].misses != 1u << BONNET_PLACE_LATE) continue;
        if (late == n || all[i].ms_hi < all[late].ms_hi || (all[i].ms_hi == all[late].ms_hi && place_of(&all[i], &all[late]) < 0)) late = i;
    }
    qsort(good, count, sizeof *good, for_sort);
    if (!count && late == n) return status == BONNET_EUNSUPPORTED && strstr(m->message, "limits") ? NULL : "a plan where there is none";
    if (status != BONNET_OK) return m->message;
    if (r->plans != n || r->good != count) return "how many plans there are";
    if (r->late != !count) return "late or not";
    if (r->count != (count ? (count < m->o.best ? count : m->o.best) : 1)) return "how many are given";
    if (!count && !near(r->plan[0].ms_hi, all[late].ms_hi)) return "the least late one";
    for (uint32_t i = 0; count && i < r->count; i++)
        if (place_of(&r->plan[i], &good[i])) return "the order";
    for (uint32_t i = 0; i < r->count; i++) {
        bonnet_place_plan again = r->plan[i];
        if (!tell(&again, m) || !same(&again, &r->plan[i]) || again.misses != r->plan[i].misses) return "what a plan costs";
        if (i && !memcmp(&r->plan[i].cut, &r->plan[i - 1].cut, sizeof again.cut) &&
            !memcmp(&r->plan[i].codec, &r->plan[i - 1].codec, sizeof again.codec) && r->plan[i].point == r->plan[i - 1].point)
            return "the same plan twice";
    }
    uint64_t least[BONNET_PLACE_LIMITS] = {0}, most[BONNET_PLACE_LIMITS] = {0};
    for (uint32_t i = 0; i < n; i++) {
        bonnet_place_plan best = r->plan[0];
        best.reward = exp(best.accuracy) + (m->o.weight > 0 ? m->o.weight : 1) * 1000 / best.ms;
        const int place = place_of(&all[i], r->late ? &best : &r->plan[0]);
        for (uint32_t k = 0; k < BONNET_PLACE_LIMITS; k++)
            least[k] += place < 0 && all[i].misses >> k & 1, most[k] += place <= 0 && all[i].misses >> k & 1;
        if (place_of(&all[i], &r->wanted) < 0) return "the best without limits";
    }
    for (uint32_t k = 0; k < BONNET_PLACE_LIMITS; k++)
        if (r->better[k] < least[k] || r->better[k] > most[k]) return "what the limits cost";
    return NULL;
}

static const char *wrong_front(const made *m, uint32_t n)
{
    bonnet_place_plan *front = NULL;
    uint32_t count = 0, on = 0;
    bonnet_place_options o = m->o;
    o.message = NULL;
    const bonnet_status status = bonnet_place_front(&front, &count, &m->p, &o);
    const char *what = NULL;
    uint32_t good = 0;
    for (uint32_t i = 0; i < n; i++) good += !all[i].misses;
    if (!good) what = status == BONNET_EUNSUPPORTED ? NULL : "a front of nothing";
    else if (status != BONNET_OK) what = "no front";
    for (uint32_t i = 0; i < n && good && !what; i++) {
        if (all[i].misses) continue;
        int beaten = 0, there = 0;
        for (uint32_t k = 0; k < n; k++) {
            const bonnet_place_plan *a = &all[k], *b = &all[i];
            if (a->misses) continue;
            const int worse = a->ms > b->ms * (1 + 1e-9) || a->mj > b->mj * (1 + 1e-9) || a->accuracy < b->accuracy - 1e-9;
            beaten |= !worse && !same(a, b);
        }
        for (uint32_t k = 0; k < count; k++) there |= same(&front[k], &all[i]);
        if (!beaten && !there) what = "one is not on the front";
        on += there;
    }
    for (uint32_t i = 0; i < count && !what; i++) {
        if (i && front[i].ms < front[i - 1].ms) what = "the front's order";
        for (uint32_t k = 0; k < n; k++)
            if (!all[k].misses && all[k].ms < front[i].ms * (1 - 1e-9) && all[k].mj < front[i].mj * (1 - 1e-9) && all[k].accuracy > front[i].accuracy)
                what = "one on the front is beaten";
    }
    bonnet_place_front_free(front);
    return what ? what : good && !on ? "an empty front" : NULL;
}

static void against_all(unit *u)
{
    uint32_t bad = 0, late = 0, none = 0, interior = 0, split = 0, bad_front = 0;
    char first[300] = "", first_front[300] = "";
    for (uint32_t c = 0; c < u->cases; c++) {
        static made m;
        uint32_t n;
        do {
            draw(&m, u);
            asked = &m;
        } while (!(n = all_plans(all, &m)));
        draw_limits(&m, u, all, n);
        n = all_plans(all, &m); /* with the limits */
        static bonnet_place_result r;
        memset(&r, 0, sizeof r);
        const bonnet_status status = bonnet_place(&r, &m.p, &m.o);
        const char *what = n < PLANS ? wrong(&m, n, status, &r) : "too many for this test";
        if (what && !bad++) snprintf(first, sizeof first, "case %u of %u plans: %s", c, n, what);
        what = wrong_front(&m, n);
        if (what && !bad_front++) snprintf(first_front, sizeof first_front, "case %u of %u plans: %s", c, n, what);
        late += status == BONNET_OK && r.late, none += status != BONNET_OK;
        interior += status == BONNET_OK && m.p.tiers > 1 && r.plan[0].cut[0] > 0 && r.plan[0].cut[0] < r.plan[0].end;
        split += status == BONNET_OK && m.p.tiers > 2 && r.plan[0].cut[0] < r.plan[0].cut[1] && r.plan[0].cut[1] < r.plan[0].end;
    }
    UNIT(u, !bad, "every plan of random chains", "%u of %u wrong: %s", bad, u->cases, first);
    UNIT(u, !bad_front, "the front of every plan", "%u of %u wrong: %s", bad_front, u->cases, first_front);
    UNIT(u, u->cases < 100 || (late && none && interior > 10 && split), "they were of every kind", "late %u, none %u, cut %u, cut twice %u", late,
         none, interior, split);
}

/* ---- PORTEND's measured profile of EfficientNet-B0: where a cut is worth having ---- */

/*
 * MaryamEbr/PORTEND_Performance_Model, aws_profiling_results/{a1.medium,g4dn.xlarge}/profiling_partition_EfficientNetB0_ImageNet.txt: ms of partitions 1..j on
 * the device and of j..8 on the server, the larger of its two repeats; intermediate_data.txt: elements at the end of each.
 */
static const double device_to[9] = {
    0, 20.57665795, 46.2705965499, 187.8884048501, 270.4845541, 331.4083536001, 429.0925744001, 558.2483650502, 604.7450610999};
static const double server_from[9] = {8.86400555, 8.74437085, 8.3223553001, 7.2694626, 6.2649568499, 4.6217518, 2.84222235, 0.7240997999, 0};
static const double elements[8] = {32 * 112 * 112, 16 * 112 * 112, 24 * 56 * 56, 40 * 28 * 28, 80 * 14 * 14, 112 * 14 * 14, 192 * 7 * 7, 0};

static void portend(unit *u)
{
    static const struct {
        double mbit;
        struct {
            uint32_t cut;
            double ms;
        } bits[4];
    } table[] = {/* 32, 8, 4, 1 bits an element */
                 {0.05, {{8, 604.7}, {8, 604.7}, {8, 604.7}, {8, 604.7}}}, {0.25, {{8, 604.7}, {8, 604.7}, {8, 604.7}, {5, 420.0}}},
                 {1, {{8, 604.7}, {5, 481.8}, {5, 419.1}, {2, 275.6}}},    {2, {{8, 604.7}, {5, 418.9}, {4, 359.6}, {2, 175.1}}},
                 {8, {{0, 179.4}, {0, 179.4}, {2, 175.0}, {1, 99.5}}},     {16, {{0, 104.1}, {0, 104.1}, {0, 104.1}, {1, 74.4}}},
                 {64, {{0, 47.7}, {0, 47.7}, {0, 47.7}, {0, 47.7}}}};
    bonnet_place_cost cost[2][8];
    bonnet_place_block block[8];
    const bonnet_place_point point = {.share = {1}, .accuracy = 1};
    for (uint32_t j = 0; j < 8; j++) {
        cost[0][j].ms = cost[0][j].ms_hi = device_to[j + 1] - device_to[j], cost[1][j].ms = cost[1][j].ms_hi = server_from[j] - server_from[j + 1];
        cost[0][j].mj = 0;
    }
    const bonnet_place_tier tier[2] = {{cost[0], NULL, 0, BONNET_PLACE_NO_LIMIT, 0, 0}, {cost[1], NULL, 0, BONNET_PLACE_NO_LIMIT, 0, 0}};
    static const double bits[4] = {32, 8, 4, 1};
    uint32_t bad = 0;
    char first[200] = "";
    for (uint32_t i = 0; i < sizeof table / sizeof *table; i++)
        for (uint32_t b = 0; b < 4; b++) {
            const bonnet_place_link link = {.bits_per_s = 1e6 * table[i].mbit, .rtt_ms = 20, .overhead_bytes = 40};
            const bonnet_place_problem p = {
                .block = block, .blocks = 8, .point = &point, .points = 1, .tier = tier, .tiers = 2, .link = &link, .input_bytes = 3 * 224 * 224};
            bonnet_place_result r;
            for (uint32_t j = 0; j < 8; j++) block[j] = (bonnet_place_block){elements[j] * bits[b] / 8, 0};
            const bonnet_status status = bonnet_place(&r, &p, NULL);
            if (status != BONNET_OK || r.plan[0].cut[0] != table[i].bits[b].cut || fabs(r.plan[0].ms - table[i].bits[b].ms) > 0.05 + 1e-9) {
                if (!bad++)
                    snprintf(first, sizeof first, "%g Mbit/s, %g bits: cut %u, %.2f ms", table[i].mbit, bits[b], r.plan[0].cut[0], r.plan[0].ms);
            }
        }
    UNIT(u, !bad, "EfficientNet-B0 as measured by PORTEND: a float cut never wins, a binary one does", "%u of 28 wrong: %s", bad, first);
}

/* ---- Edgent as printed ---- */

/* A(i, p) summed as it stands in the paper, layer by layer; p counts from 1. */
static double printed(const made *m, uint32_t i, uint32_t p, double bps)
{
    const uint32_t n = i < m->p.exits ? m->exit[i].behind + 2 : m->p.blocks;
    double a = m->p.input_bytes * 8 / bps * 1e3;
    for (uint32_t j = 1; j <= n; j++) {
        const int branch = i < m->p.exits && j == n;
        const uint32_t tier = j < p ? 1 : 0;
        a += branch ? m->branch[tier][i].ms : m->cost[tier][j - 1].ms;
    }
    if (p > 1) a += m->block[p - 2].bytes * 8 / bps * 1e3;
    return a;
}

static void edgent(unit *u)
{
    uint32_t bad = 0, found = 0, zero = 0;
    for (uint32_t c = 0; c < u->cases; c++) {
        made m;
        do draw(&m, u);
        while (m.p.tiers != 2);
        double accuracy[EXITS + 1], bps = 1e6 * real(u, 0.05, 20), deadline = real(u, 5, 120);
        for (uint32_t i = 0; i <= m.p.exits; i++) accuracy[i] = unit_real(u);
        bonnet_place_edgent got, map[2], want = {0}, best = {0};
        for (uint32_t i = m.p.exits + 1; i-- && !want.found;) {
            const uint32_t n = i < m.p.exits ? m.exit[i].behind + 2 : m.p.blocks;
            double least = INFINITY;
            uint32_t at = 0;
            for (uint32_t p = 1; p <= n; p++)
                if ((p == 1 || m.block[p - 2].bytes > 0) && printed(&m, i, p, bps) < least) least = printed(&m, i, p, bps), at = p;
            if (at && least <= deadline) want = (bonnet_place_edgent){1, i, at - 1, least, 0};
        }
        for (uint32_t i = 0; i <= m.p.exits; i++) {
            const uint32_t n = i < m.p.exits ? m.exit[i].behind + 2 : m.p.blocks;
            for (uint32_t p = 1; p <= n; p++) {
                const double a = printed(&m, i, p, bps), reward = a <= deadline ? exp(accuracy[i]) + 0.5 * 1000 / a : 0;
                if ((p > 1 && !(m.block[p - 2].bytes > 0)) || isinf(a)) continue;
                if (best.reward <= reward) best = (bonnet_place_edgent){reward > 0, i, p - 1, a, reward};
            }
        }
        const double states[2] = {bps / 3, bps};
        bad += bonnet_place_edgent_static(&got, &m.p, bps, deadline) != BONNET_OK || got.found != want.found ||
               (got.found && (got.exit != want.exit || got.cut != want.cut || !near(got.ms, want.ms)));
        bad += bonnet_place_edgent_map(map, &m.p, accuracy, deadline, 0.5, states, 2) != BONNET_OK || map[1].found != best.found ||
               map[1].exit != best.exit || map[1].cut != best.cut || !near(map[1].reward, best.reward);
        found += got.found, zero += !got.found;
    }
    UNIT(u, !bad && (u->cases < 100 || (found && zero)), "algorithms 1 and 2 as printed", "%u wrong; %u found, %u NULL", bad, found, zero);
    /* Two equal strategies: the later one, and even one without reward displaces none. */
    const bonnet_place_cost one[2] = {{1, 1, 0}, {1, 1, 0}};
    const bonnet_place_block block[2] = {{1, 0}, {1, 0}};
    const bonnet_place_point point = {.share = {1}, .accuracy = 1};
    const bonnet_place_tier tier[2] = {{one, NULL, 0, 0, 0, 0}, {one, NULL, 0, 0, 0, 0}};
    const bonnet_place_link link = {.bits_per_s = 1e6};
    bonnet_place_problem p = {.block = block, .blocks = 2, .point = &point, .points = 1, .tier = tier, .tiers = 2, .link = &link};
    bonnet_place_edgent map[1], fixed;
    const double accuracy = 1, state = 1e6;
    bonnet_status status = bonnet_place_edgent_map(map, &p, &accuracy, 1e-3, 1, &state, 1);
    UNIT(u, status == BONNET_OK && !map[0].found && map[0].cut == 1, "no reward at all: the last strategy", "cut %u", map[0].cut);
    p.input_bytes = 1000; /* 8 ms */
    status = bonnet_place_edgent_static(&fixed, &p, 1e6, 100);
    UNIT(u, status == BONNET_OK && fixed.cut == 0 && near(fixed.ms, 10), "the input is paid for where the server runs nothing", "%.3f ms", fixed.ms);
}

static void maps(unit *u)
{
    uint32_t bad = 0;
    for (uint32_t c = 0; c < u->cases / 4 + 1; c++) {
        made m;
        bonnet_place_plan map[3], again;
        bonnet_place_result r;
        do draw(&m, u);
        while (m.p.tiers < 2);
        const double states[3] = {2e5, 3e6, 4e7};
        const bonnet_place_link before = m.link[0];
        if (bonnet_place_map(map, &m.p, &m.o, states, 3) != BONNET_OK) continue;
        for (uint32_t i = 0; i < 3; i++) {
            const double change = states[i] / before.bits_per_s;
            m.link[0].bits_per_s = states[i], m.link[0].sd_bits_per_s = before.sd_bits_per_s * change;
            m.link[0].down_bits_per_s = before.down_bits_per_s * change;
            bad += bonnet_place(&r, &m.p, &m.o) != BONNET_OK || !same(&map[i], &r.plan[0]) || memcmp(map[i].cut, r.plan[0].cut, sizeof map[i].cut);
            again = map[0];
            asked = &m;
            bonnet_place_plan told_again = map[0];
            bad += bonnet_place_cost_of(&again, &m.p, &m.o) != BONNET_OK || !tell(&told_again, &m) || !same(&again, &told_again);
        }
    }
    UNIT(u, !bad, "a map is the best plan of every state, and old plans can be costed on a new link", "%u wrong", bad);
    static const double states[4] = {1, 2, 4, 9};
    UNIT(u,
         bonnet_place_find(states, 4, 3) == 2 && bonnet_place_find(states, 4, 0) == 0 && bonnet_place_find(states, 4, 6.4) == 2 &&
             bonnet_place_find(states, 4, 1e9) == 3,
         "the nearest state, of two the later", "%u %u", bonnet_place_find(states, 4, 3), bonnet_place_find(states, 4, 6.4));
}

#define REFUSED(u, change, word)                                                                                                                     \
    do {                                                                                                                                             \
        made m = sound;                                                                                                                              \
        m.p.block = m.block, m.p.exit = m.exit, m.p.point = m.point, m.p.tier = m.tier, m.p.link = m.link, m.p.codec = m.codec;                      \
        m.codec[0].ratio = m.ratio[0], m.codec[0].loss = m.loss[0];                                                                                  \
        for (int t = 0; t < 2; t++) m.tier[t].block = m.cost[t], m.tier[t].branch = m.branch[t];                                                     \
        m.o.message = m.message, m.o.message_bytes = sizeof m.message;                                                                               \
        bonnet_place_result r = {.count = 77};                                                                                                       \
        change;                                                                                                                                      \
        const bonnet_status status = bonnet_place(&r, &m.p, &m.o);                                                                                   \
        UNIT(u, status == BONNET_EINVAL && strstr(m.message, word) && r.count == 77, #change, "%d %s", (int)status, m.message);                      \
    } while (0)

static void refused(unit *u)
{
    made sound = {.o = BONNET_PLACE_OPTIONS_INIT};
    sound.p = (bonnet_place_problem){.blocks = 3, .exits = 1, .points = 1, .tiers = 2, .codecs = 1, .input_bytes = 10};
    sound.point[0] = (bonnet_place_point){.active = 1, .last = 1, .share = {0.25, 0.75}, .accuracy = 0.9};
    for (int t = 0; t < 2; t++)
        for (int j = 0; j < 3; j++) sound.cost[t][j] = (bonnet_place_cost){1, 2, 1}, sound.block[j].bytes = 10;
    sound.link[0] = (bonnet_place_link){.bits_per_s = 1e6};
    sound.ratio[0][0] = 0.5;
    REFUSED(u, m.p.blocks = 0, "0 blocks");
    REFUSED(u, m.p.blocks = 257, "257 blocks");
    REFUSED(u, m.p.points = 0, "0 points");
    REFUSED(u, m.p.tiers = 5, "5 tiers");
    REFUSED(u, m.p.codec = NULL, "1 codecs");
    REFUSED(u, m.block[1].bytes = NAN, "block 1 wants bytes");
    REFUSED(u, m.exit[0].behind = 2, "exit 0 wants a block that is not the last");
    REFUSED(u, m.point[0].share[0] = 0.5, "sum to 1");
    REFUSED(u, m.point[0].active = 0, "no share at an exit that is not asked");
    REFUSED(u, m.point[0].active = 3, "only exits that are there");
    REFUSED(u, m.point[0].last = 2, "a last exit that is there");
    REFUSED(u, m.point[0].last = 0, "no share at an exit");
    REFUSED(u, m.point[0].accuracy = 1.1, "accuracy");
    REFUSED(u, m.cost[1][2].ms_hi = 0.5, "tier 1 wants 0 <= ms <= ms_hi");
    REFUSED(u, m.cost[0][2].mj = -1, "tier 0 wants mj");
    REFUSED(u, m.tier[1].start_ms = NAN, "start_ms");
    REFUSED(u, m.tier[0].idle_mw = -1, "power");
    REFUSED(u, m.tier[0].block = NULL, "costs");
    REFUSED(u, m.link[0].bits_per_s = 0, "bits_per_s");
    REFUSED(u, m.link[0].sd_bits_per_s = -1, "deviation");
    REFUSED(u, (m.link[0].rtt_ms = 5, m.link[0].rtt_ms_hi = 4), "rtt");
    REFUSED(u, m.link[0].nj_per_bit = INFINITY, "no number below 0");
    REFUSED(u, m.codec[0].ratio = NULL, "codec 0 wants ratios");
    REFUSED(u, m.loss[0][1] = 2, "losses");
    REFUSED(u, m.codec[0].encode_ms_per_mb[1] = -1, "times");
    REFUSED(u, m.o.goal = 4, "no goal 4");
    REFUSED(u, m.o.best = 33, "at most 32");
    REFUSED(u, m.o.deadline_ms = -1, "out of range");
    REFUSED(u, m.o.accuracy = NAN, "out of range");
    REFUSED(u, m.p.input_bytes = -1, "input and result");
    bonnet_place_result r;
    UNIT(u, bonnet_place(NULL, &sound.p, NULL) == BONNET_EINVAL && bonnet_place(&r, NULL, NULL) == BONNET_EINVAL, "nothing", "taken");
}

/* Too many plans are refused before the walk; the most that is asked for everyday is not. */
static void bounded(unit *u)
{
    static bonnet_place_block block[60];
    static bonnet_place_cost cost[60], branch[5];
    static double ratio[60];
    bonnet_place_exit exit[5];
    static bonnet_place_point point[10];
    bonnet_place_tier tier[4];
    const bonnet_place_link link[3] = {{.bits_per_s = 1e6}, {.bits_per_s = 1e6}, {.bits_per_s = 1e6}};
    bonnet_place_codec codec[8] = {{.ratio = ratio}, {.ratio = ratio}, {.ratio = ratio}, {.ratio = ratio},
                                   {.ratio = ratio}, {.ratio = ratio}, {.ratio = ratio}, {.ratio = ratio}};
    char message[256] = "";
    bonnet_place_result r;
    bonnet_place_options o = BONNET_PLACE_OPTIONS_INIT;
    for (uint32_t j = 0; j < 60; j++) block[j].bytes = 1000 + unit_below(u, 1000), cost[j] = (bonnet_place_cost){1, 1, 1}, ratio[j] = 0.5;
    for (uint32_t e = 0; e < 5; e++) exit[e] = (bonnet_place_exit){10 * e + 9, 0}, branch[e] = (bonnet_place_cost){1, 1, 1};
    for (uint32_t i = 0; i < 10; i++) point[i] = (bonnet_place_point){.active = 31, .last = 5, .share = {.1, .1, .1, .1, .1, .5}, .accuracy = 0.9};
    for (uint32_t t = 0; t < 4; t++) tier[t] = (bonnet_place_tier){cost, branch, 0, BONNET_PLACE_NO_LIMIT, 0, 0};
    o.message = message, o.message_bytes = sizeof message;
    bonnet_place_problem p = {block, 60, exit, 5, point, 10, tier, 3, link, codec, 2, 1000, 10};
    bonnet_status status = bonnet_place(&r, &p, &o);
    UNIT(u, status == BONNET_OK && r.plans == 10 * (1 + 60 * 3 * 2 + 59 * 60 / 2 * 9), "5 exits, 60 cuts, 3 codecs, 3 tiers, 10 points: every plan",
         "%llu %s", (unsigned long long)r.plans, message);
    static double states[2000];
    static bonnet_place_plan map[2000];
    for (uint32_t i = 0; i < 2000; i++) states[i] = 1e6;
    status = bonnet_place_map(map, &p, &o, states, 2000);
    UNIT(u, status == BONNET_EUNSUPPORTED && strstr(message, "fewer states"), "nor too many of them for all states together", "%d %s", (int)status,
         message);
    states[1] = 0;
    status = bonnet_place_map(map, &p, &o, states, 2);
    UNIT(u, status == BONNET_EINVAL && strstr(message, "state 1 wants"), "a state that is no bandwidth", "%d %s", (int)status, message);
    p.tiers = 1;
    status = bonnet_place_map(map, &p, &o, states, 1);
    UNIT(u, status == BONNET_EINVAL && strstr(message, "no link"), "no link", "%d %s", (int)status, message);
    p.tiers = 4, p.codecs = 8;
    r.count = 77;
    status = bonnet_place(&r, &p, &o);
    UNIT(u, status == BONNET_EUNSUPPORTED && strstr(message, "plans") && r.count == 77, "too many are refused", "%d %s", (int)status, message);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "place", 1, 400);
    against_all(&u);
    portend(&u);
    edgent(&u);
    maps(&u);
    refused(&u);
    bounded(&u);
    return unit_end(&u);
}
