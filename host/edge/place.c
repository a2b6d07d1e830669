/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - bonnet_place(): the k best plans of all, the best without limits, and what the limits cost. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "place.h"

bool place_better(const bonnet_place_plan *a, const bonnet_place_plan *b, const bonnet_place_options *o)
{
    if (o->goal == BONNET_PLACE_ACCURACY && a->accuracy != b->accuracy) return a->accuracy > b->accuracy;
    if (o->goal == BONNET_PLACE_REWARD && a->reward != b->reward) return a->reward > b->reward;
    if (o->goal == BONNET_PLACE_MJ && a->mj != b->mj) return a->mj < b->mj;
    if (a->ms != b->ms) return a->ms < b->ms;
    if (a->mj != b->mj) return a->mj < b->mj;
    if (a->accuracy != b->accuracy) return a->accuracy > b->accuracy;
    return a->ms_hi < b->ms_hi;
}

/* What a first walk finds. */
typedef struct found {
    const bonnet_place_options *o;
    bonnet_place_result *r;
    bonnet_place_plan late; /* least late of those that miss nothing else */
    bonnet_place_plan best; /* the answer, for the second walk */
    bool any_late;
    uint64_t miss[BONNET_PLACE_LIMITS];
} found;

static void keep(found *f, const bonnet_place_plan *plan)
{
    bonnet_place_result *r = f->r;
    uint32_t at = r->count;
    while (at && place_better(plan, &r->plan[at - 1], f->o)) at--;
    if (at >= f->o->best) return;
    if (r->count < f->o->best) r->count++;
    memmove(r->plan + at + 1, r->plan + at, (r->count - 1 - at) * sizeof *r->plan);
    r->plan[at] = *plan;
}

/* As if there were no limits: a late plan has no reward only because there is a deadline. */
static bonnet_place_plan unlimited(const bonnet_place_plan *plan, const bonnet_place_options *o)
{
    bonnet_place_plan free = *plan;
    free.reward = exp(plan->accuracy) + o->weight * 1e3 / fmax(plan->ms, 1e-9);
    return free;
}

static void look(void *to, const bonnet_place_plan *plan)
{
    found *f = to;
    const bonnet_place_plan free = unlimited(plan, f->o);
    if (!f->r->plans++ || place_better(&free, &f->r->wanted, f->o)) f->r->wanted = free;
    for (uint32_t i = 0; i < BONNET_PLACE_LIMITS; i++) f->miss[i] += plan->misses >> i & 1;
    if (!plan->misses) {
        f->r->good++;
        keep(f, plan);
    } else if (plan->misses == 1u << BONNET_PLACE_LATE) {
        const bool less = !f->any_late || plan->ms_hi < f->late.ms_hi;
        if (less || (plan->ms_hi == f->late.ms_hi && place_better(plan, &f->late, f->o))) f->late = *plan;
        f->any_late = true;
    }
}

/* A second walk: what would be better than the best, were it not for a limit. */
static void compare(void *to, const bonnet_place_plan *plan)
{
    found *f = to;
    const bonnet_place_plan free = unlimited(plan, f->o);
    if (!plan->misses || !place_better(&free, &f->best, f->o)) return;
    for (uint32_t i = 0; i < BONNET_PLACE_LIMITS; i++) f->r->better[i] += plan->misses >> i & 1;
}

static bonnet_status none(const found *f, bonnet_error *err)
{
    static const char *const names[] = {"the deadline", "the accuracy", "the energy", "a tier's memory", "no_raw_upload", "must_local_answer"};
    char text[200] = "";
    for (uint32_t i = 0; i < BONNET_PLACE_LIMITS; i++) {
        const size_t at = strlen(text);
        if (f->miss[i])
            snprintf(text + at, sizeof text - at, "%s %s %s", at ? "," : "", f->miss[i] == f->r->plans ? "all miss" : "some miss", names[i]);
    }
    if (!f->r->plans) return bonnet_fail(err, BONNET_EUNSUPPORTED, "no tier can run these blocks");
    return bonnet_fail(err, BONNET_EUNSUPPORTED, "no plan of %llu is within the limits:%s", (unsigned long long)f->r->plans, text);
}

static bonnet_status place(bonnet_place_result *out, place_question *q, bonnet_error *err)
{
    bonnet_place_result *r = calloc(1, sizeof *r);
    if (!r) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    found f = {.o = &q->o, .r = r};
    bonnet_status status = BONNET_OK;
    place_walk(q, look, &f);
    if (!r->count && f.any_late) r->plan[0] = f.late, r->count = 1, r->late = 1;
    if (!r->count) status = none(&f, err);
    f.best = unlimited(&r->plan[0], &q->o);
    if (r->count && r->good < r->plans) place_walk(q, compare, &f);
    if (status == BONNET_OK) *out = *r;
    free(r);
    return status;
}

bonnet_status place_question_open(place_question **q, const bonnet_place_problem *problem, const bonnet_place_options *options,
                                  bonnet_place_options *o, bonnet_error *err)
{
    *o = (bonnet_place_options)BONNET_PLACE_OPTIONS_INIT;
    if (options && (options->size < sizeof options->size || options->size > 4096)) return BONNET_EINVAL;
    if (options) memcpy(o, options, options->size < sizeof *o ? options->size : sizeof *o); /* an older caller's struct is shorter */
    const bonnet_status status = place_open(q, problem, o, err);
    if (status != BONNET_OK) return status;
    const double plans = place_plans(problem);
    if (plans <= PLACE_MAX_PLANS) return BONNET_OK;
    free(*q);
    *q = NULL;
    return bonnet_fail(err, BONNET_EUNSUPPORTED, "up to %.3g plans; at most %.0g are looked at: fewer tiers, codecs or points", plans,
                       PLACE_MAX_PLANS);
}

bonnet_status place_say(bonnet_status status, const bonnet_place_options *o, const bonnet_error *err)
{
    if (status != BONNET_OK && o->message && o->message_bytes) snprintf(o->message, o->message_bytes, "%s", err->text);
    return status;
}

bonnet_status bonnet_place(bonnet_place_result *out, const bonnet_place_problem *problem, const bonnet_place_options *options)
{
    bonnet_place_options o;
    bonnet_error err = {""};
    place_question *q = NULL;
    if (!out) return BONNET_EINVAL;
    bonnet_status status = place_question_open(&q, problem, options, &o, &err);
    if (status == BONNET_OK) status = place(out, q, &err);
    free(q);
    return place_say(status, &o, &err);
}

bonnet_status bonnet_place_cost_of(bonnet_place_plan *plan, const bonnet_place_problem *problem, const bonnet_place_options *options)
{
    bonnet_place_options o;
    bonnet_error err = {""};
    place_question *q = NULL;
    if (!plan) return BONNET_EINVAL;
    bonnet_status status = place_question_open(&q, problem, options, &o, &err);
    if (status == BONNET_OK) status = place_cost(plan, q, &err);
    free(q);
    return place_say(status, &o, &err);
}

/* Each state with a walk of its own: together no more than one question may have. */
static bonnet_status check_map(const bonnet_place_problem *problem, const bonnet_place_options *options, const double *bits_per_s, uint32_t states)
{
    bonnet_place_options o;
    bonnet_error err = {""};
    place_question *q = NULL;
    bonnet_status status = place_question_open(&q, problem, options, &o, &err);
    free(q);
    if (status == BONNET_OK && problem->tiers < 2) status = bonnet_fail(&err, BONNET_EINVAL, "no link whose bandwidth could change");
    for (uint32_t i = 0; status == BONNET_OK && i < states; i++)
        if (!(bits_per_s[i] >= 1e-3 && bits_per_s[i] <= 1e12)) status = bonnet_fail(&err, BONNET_EINVAL, "state %u wants 0.001 to 10^12 bit/s", i);
    if (status == BONNET_OK && place_plans(problem) * states > PLACE_MAX_PLANS)
        status = bonnet_fail(&err, BONNET_EUNSUPPORTED, "up to %.3g plans in %u states; at most %.0g are looked at: fewer states",
                             place_plans(problem) * states, states, PLACE_MAX_PLANS);
    return place_say(status, &o, &err);
}

bonnet_status bonnet_place_map(bonnet_place_plan *out, const bonnet_place_problem *problem, const bonnet_place_options *options,
                               const double *bits_per_s, uint32_t states)
{
    if (!out || !bits_per_s || !states || states > BONNET_PLACE_STATES) return BONNET_EINVAL;
    bonnet_status status = check_map(problem, options, bits_per_s, states);
    if (status != BONNET_OK) return status;
    bonnet_place_link link[BONNET_PLACE_TIERS - 1];
    bonnet_place_problem p = *problem;
    memcpy(link, problem->link, (problem->tiers - 1) * sizeof *link);
    p.link = link;
    bonnet_place_plan *map = malloc(states * sizeof *map);
    bonnet_place_result *r = malloc(sizeof *r);
    if (!map || !r) status = BONNET_ENOMEM;
    for (uint32_t i = 0; i < states && status == BONNET_OK; i++) {
        const double change = bits_per_s[i] / problem->link[0].bits_per_s;
        link[0].bits_per_s = bits_per_s[i];
        link[0].sd_bits_per_s = problem->link[0].sd_bits_per_s * change, link[0].down_bits_per_s = problem->link[0].down_bits_per_s * change;
        status = bonnet_place(r, &p, options);
        if (status == BONNET_OK) map[i] = r->plan[0];
    }
    if (status == BONNET_OK) memcpy(out, map, states * sizeof *map);
    free(map);
    free(r);
    return status;
}

uint32_t bonnet_place_find(const double *bits_per_s, uint32_t states, double now)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < states; i++)
        if (fabs(bits_per_s[i] - now) <= fabs(bits_per_s[best] - now)) best = i;
    return best;
}
