/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place_walk.c - what a plan costs, and the walk over all plans. Expected costs weigh every block by the share of inputs that come to it (PORTEND), so that
 * later parts and links are paid for by those alone who stay; upper bounds let nobody exit.
 */
#include <math.h>
#include <string.h>
#include "place.h"

void place_point(place_question *q, uint32_t point)
{
    const bonnet_place_problem *p = q->p;
    const bonnet_place_point *x = &p->point[point];
    q->point = point;
    q->end = x->last < p->exits ? p->exit[x->last].behind + 1 : p->blocks;
    q->local = q->end + 1;
    q->stay[0] = 1, q->memory[0] = 0;
    for (uint32_t t = 0; t < p->tiers; t++) q->sum[t].ms[0] = q->sum[t].mj[0] = q->sum[t].ms_hi[0] = 0, q->sum[t].cannot[0] = 0;
    for (uint32_t j = 0, first = 0; j < q->end; j++) {
        double stay = q->stay[j];
        q->memory[j + 1] = q->memory[j] + p->block[j].memory_bytes;
        for (uint32_t t = 0; t < p->tiers; t++) {
            const bonnet_place_cost *c = &p->tier[t].block[j];
            place_sums *s = &q->sum[t];
            const bool can = isfinite(c->ms);
            s->ms[j + 1] = s->ms[j] + (can ? stay * c->ms : 0);
            s->mj[j + 1] = s->mj[j] + (can && t == 0 ? stay * c->mj : 0);
            s->ms_hi[j + 1] = s->ms_hi[j] + (can ? c->ms_hi : 0);
            s->cannot[j + 1] = s->cannot[j] + !can;
        }
        for (; first < p->exits && p->exit[first].behind == j; first++) {
            if (!(x->active >> first & 1)) continue;
            for (uint32_t t = 0; t < p->tiers; t++) {
                const bonnet_place_cost *c = &p->tier[t].branch[first];
                place_sums *s = &q->sum[t];
                const bool can = isfinite(c->ms);
                if (can) s->ms[j + 1] += stay * c->ms, s->ms_hi[j + 1] += c->ms_hi;
                if (can && t == 0) s->mj[j + 1] += stay * c->mj;
                s->cannot[j + 1] += !can;
            }
            q->memory[j + 1] += p->exit[first].memory_bytes;
            stay = fmax(0, stay - x->share[first]);
            if (q->local > q->end) q->local = j + 1;
        }
        q->stay[j + 1] = stay;
    }
}

static double bytes_at(const bonnet_place_problem *p, uint32_t cut) { return cut ? p->block[cut - 1].bytes : p->input_bytes; }

/* Spent so far, on the way along the tiers. */
typedef struct spent {
    double ms, ms_hi, mj, loss;
} spent;

/* Work of tier t that `share` of the inputs need; the device works or waits meanwhile. */
static void work(spent *s, const bonnet_place_problem *p, uint32_t t, double share, double ms)
{
    s->ms += share * ms, s->ms_hi += ms;
    s->mj += 1e-3 * share * ms * (t ? p->tier[0].idle_mw : p->tier[0].busy_mw);
}

/* The blocks of tier t, with what it takes to begin. */
static void run(spent *s, bonnet_place_plan *plan, const place_question *q, uint32_t t, uint32_t from, uint32_t to)
{
    const bonnet_place_problem *p = q->p;
    const place_sums *sum = &q->sum[t];
    const double ms = sum->ms[to] - sum->ms[from];
    plan->memory_bytes[t] = q->memory[to] - q->memory[from];
    if (to == from) return;
    work(s, p, t, q->stay[from], p->tier[t].start_ms);
    if (t && plan->codec[t - 1]) work(s, p, t, q->stay[from], p->codec[plan->codec[t - 1] - 1].decode_ms_per_mb[t] * bytes_at(p, from) / 1e6);
    s->ms += ms, s->ms_hi += sum->ms_hi[to] - sum->ms_hi[from];
    s->mj += t ? 1e-3 * ms * p->tier[0].idle_mw : sum->mj[to] - sum->mj[from];
}

/* Link t with what lies at cut `at`, and the result back. made: tier t made it; else it passes on what it got. */
static void cross(spent *s, bonnet_place_plan *plan, const place_question *q, uint32_t t, uint32_t at, bool made)
{
    const bonnet_place_problem *p = q->p;
    const bonnet_place_link *l = &p->link[t];
    const bonnet_place_codec *c = plan->codec[t] ? &p->codec[plan->codec[t] - 1] : NULL;
    const double share = q->stay[at], bytes = bytes_at(p, at), coded = c ? bytes * c->ratio[at] : bytes;
    const double up = 8 * (coded + l->overhead_bytes), down = 8 * p->result_bytes,
                 down_rate = l->down_bits_per_s > 0 ? l->down_bits_per_s : l->bits_per_s;
    const double least = (l->bits_per_s - q->o.sigmas * l->sd_bits_per_s) / l->bits_per_s; /* part of the rate that can be counted on */
    const double air = 1e3 * (up / l->bits_per_s + down / down_rate);
    if (made && c) {
        work(s, p, t, share, c->encode_ms_per_mb[t] * bytes / 1e6);
        s->loss += c->loss ? c->loss[at] : 0;
    }
    work(s, p, t, share, l->send_ms + l->send_ms_per_mb * coded / 1e6);
    work(s, p, t + 1, share, l->receive_ms + l->receive_ms_per_mb * coded / 1e6);
    s->ms += share * (air + l->rtt_ms);
    s->ms_hi += (least > 0 ? air / least : INFINITY) + fmax(l->rtt_ms, l->rtt_ms_hi);
    s->mj += 1e-3 * share * (air + l->rtt_ms) * p->tier[0].idle_mw;
    if (t == 0) s->mj += share * (l->mj_per_wake + 1e-6 * l->nj_per_bit * (up + down));
    plan->crosses[t] = share, plan->bytes[t] = coded;
}

/* Tier t as the plan has it, behind `from`; false: it cannot be. */
static bool advance(spent *s, bonnet_place_plan *plan, const place_question *q, uint32_t t, uint32_t from)
{
    const bool last = t + 1 == q->p->tiers;
    const uint32_t to = last ? q->end : plan->cut[t];
    if (q->sum[t].cannot[to] != q->sum[t].cannot[from]) return false;
    run(s, plan, q, t, from, to);
    if (last) return true;
    plan->crosses[t] = plan->bytes[t] = 0;
    if (to < q->end) cross(s, plan, q, t, to, t == 0 || to > from);
    return true;
}

static void finish(bonnet_place_plan *plan, const place_question *q, const spent *s)
{
    const bonnet_place_options *o = &q->o;
    plan->ms = s->ms, plan->ms_hi = fmax(s->ms, s->ms_hi), plan->mj = s->mj;
    plan->accuracy = fmax(0, q->p->point[q->point].accuracy - s->loss);
    plan->misses = (uint32_t)(plan->ms_hi > o->deadline_ms) << BONNET_PLACE_LATE | (uint32_t)(plan->accuracy < o->accuracy) << BONNET_PLACE_WRONG |
                   (uint32_t)(plan->mj > o->mj) << BONNET_PLACE_HUNGRY;
    for (uint32_t t = 0; t < q->p->tiers; t++) plan->misses |= (uint32_t)(plan->memory_bytes[t] > q->p->tier[t].memory_bytes) << BONNET_PLACE_LARGE;
    const uint32_t cut = q->p->tiers > 1 ? plan->cut[0] : q->end;
    if (o->no_raw_upload && cut == 0) plan->misses |= 1u << BONNET_PLACE_RAW;
    if (o->must_local_answer && cut < q->end && cut < q->local) plan->misses |= 1u << BONNET_PLACE_MUTE;
    plan->reward = plan->misses >> BONNET_PLACE_LATE & 1 ? 0 : exp(plan->accuracy) + o->weight * 1e3 / fmax(plan->ms, 1e-9);
}

/* Can codec k carry what lies at this cut over link t? */
static bool carries(const place_question *q, const bonnet_place_plan *plan, uint32_t t, uint32_t from, uint32_t cut, uint32_t k)
{
    if (cut == q->end) return k == 0;
    if (t && cut == from) return k == plan->codec[t - 1];
    return k == 0 || q->p->codec[k - 1].ratio[cut] > 0;
}

static bool can_cut(const place_question *q, uint32_t from, uint32_t cut) { return cut == from || cut == q->end || q->p->block[cut - 1].bytes > 0; }

/* Tiers t .. behind `from`, in every way. */
static void walk(const place_question *q, bonnet_place_plan *plan, uint32_t t, uint32_t from, spent s, place_visit *visit, void *to)
{
    if (t + 1 == q->p->tiers) {
        if (!advance(&s, plan, q, t, from)) return;
        finish(plan, q, &s);
        visit(to, plan);
        return;
    }
    for (uint32_t cut = from; cut <= q->end; cut++)
        for (uint32_t k = 0; can_cut(q, from, cut) && k <= q->p->codecs; k++) {
            if (!carries(q, plan, t, from, cut, k)) continue;
            spent more = s;
            plan->cut[t] = cut, plan->codec[t] = k;
            if (advance(&more, plan, q, t, from)) walk(q, plan, t + 1, cut, more, visit, to);
        }
}

void place_walk(place_question *q, place_visit *visit, void *to)
{
    for (uint32_t i = 0; i < q->p->points; i++) {
        place_point(q, i);
        bonnet_place_plan plan = {.point = i, .end = q->end};
        walk(q, &plan, 0, 0, (spent){0, 0, 0, 0}, visit, to);
    }
}

bonnet_status place_cost(bonnet_place_plan *plan, place_question *q, bonnet_error *err)
{
    spent s = {0, 0, 0, 0};
    bonnet_place_plan p = {.point = plan->point};
    if (plan->point >= q->p->points) return bonnet_fail(err, BONNET_EINVAL, "no point %u", plan->point);
    place_point(q, plan->point);
    p.end = q->end;
    for (uint32_t t = 0, from = 0; t < q->p->tiers; t++) {
        if (t + 1 < q->p->tiers) {
            const uint32_t cut = p.cut[t] = plan->cut[t], k = p.codec[t] = plan->codec[t];
            if (cut < from || cut > q->end || !can_cut(q, from, cut)) return bonnet_fail(err, BONNET_EINVAL, "no cut %u on link %u", cut, t);
            if (k > q->p->codecs || !carries(q, &p, t, from, cut, k)) return bonnet_fail(err, BONNET_EINVAL, "no codec %u on link %u", k, t);
        }
        if (!advance(&s, &p, q, t, from)) return bonnet_fail(err, BONNET_EINVAL, "tier %u cannot run its blocks", t);
        if (t + 1 < q->p->tiers) from = p.cut[t];
    }
    finish(&p, q, &s);
    *plan = p;
    return BONNET_OK;
}

double place_plans(const bonnet_place_problem *p)
{
    double cuts = 2, ways = 1; /* before the first block, behind the last one */
    for (uint32_t j = 0; j + 1 < p->blocks; j++) cuts += p->block[j].bytes > 0;
    for (uint32_t t = 1; t < p->tiers; t++) ways = ways * (cuts + t - 1) / t * (1 + p->codecs); /* cuts in order, with repeats */
    return ways * p->points;
}
