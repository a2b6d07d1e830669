/* SPDX-License-Identifier: Apache-2.0 */
/* place_front.c - bonnet_place_front(): plans that no other beats in time, energy and accuracy at once. */
#include <stdlib.h>
#include "place.h"

/* The front so far; full: there was one more. */
typedef struct front {
    bonnet_place_plan *plan;
    uint32_t count;
    bool full;
} front;

static bool covers(const bonnet_place_plan *a, const bonnet_place_plan *b) { return a->ms <= b->ms && a->mj <= b->mj && a->accuracy >= b->accuracy; }

static void add_to_front(void *to, const bonnet_place_plan *plan)
{
    front *f = to;
    uint32_t left = 0;
    if (plan->misses || f->full) return;
    for (uint32_t i = 0; i < f->count; i++)
        if (covers(&f->plan[i], plan)) return;
    for (uint32_t i = 0; i < f->count; i++)
        if (!covers(plan, &f->plan[i])) f->plan[left++] = f->plan[i];
    f->count = left;
    if (f->count == PLACE_MAX_FRONT) f->full = true;
    else f->plan[f->count++] = *plan;
}

static int by_ms(const void *a, const void *b)
{
    const bonnet_place_plan *x = a, *y = b;
    if (x->ms != y->ms) return x->ms < y->ms ? -1 : 1;
    return x->mj < y->mj ? -1 : x->mj > y->mj;
}

bonnet_status bonnet_place_front(bonnet_place_plan **out, uint32_t *count, const bonnet_place_problem *problem, const bonnet_place_options *options)
{
    bonnet_place_options o;
    bonnet_error err = {""};
    place_question *q = NULL;
    if (!out || !count) return BONNET_EINVAL;
    bonnet_status status = place_question_open(&q, problem, options, &o, &err);
    front f = {.plan = status == BONNET_OK ? malloc(PLACE_MAX_FRONT * sizeof *f.plan) : NULL};
    if (status == BONNET_OK && !f.plan) status = bonnet_fail(&err, BONNET_ENOMEM, "out of memory");
    if (status == BONNET_OK) place_walk(q, add_to_front, &f);
    if (status == BONNET_OK && f.full) status = bonnet_fail(&err, BONNET_EUNSUPPORTED, "more than %d plans that no other beats", PLACE_MAX_FRONT);
    if (status == BONNET_OK && !f.count) status = bonnet_fail(&err, BONNET_EUNSUPPORTED, "no plan is within the limits");
    free(q);
    if (status != BONNET_OK) {
        free(f.plan);
        return place_say(status, &o, &err);
    }
    qsort(f.plan, f.count, sizeof *f.plan, by_ms);
    *out = f.plan, *count = f.count;
    return BONNET_OK;
}

void bonnet_place_front_free(bonnet_place_plan *plans) { free(plans); }
