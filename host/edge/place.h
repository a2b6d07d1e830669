/* SPDX-License-Identifier: Apache-2.0 */
/* place.h - what the files of bonnet_place() share: the question, checked and complete; sums along the chain; the walk over all plans. */
#ifndef BONNET_PLACE_INTERNAL_H
#define BONNET_PLACE_INTERNAL_H
#include <stdbool.h>
#include "backend.h"
#include "bonnet_place.h"

#define PLACE_MAX_PLANS 1e8
enum { PLACE_MAX_FRONT = 4096 };

/* Of one point: what blocks 0 .. j - 1 and the exits behind them take on a tier, [j]. */
typedef struct place_sums {
    double   ms[BONNET_PLACE_BLOCKS + 1], mj[BONNET_PLACE_BLOCKS + 1]; /* expected */
    double   ms_hi[BONNET_PLACE_BLOCKS + 1];                           /* nobody exits */
    uint32_t cannot[BONNET_PLACE_BLOCKS + 1];                          /* blocks that the tier cannot run */
} place_sums;

typedef struct place_question {
    const bonnet_place_problem *p;
    bonnet_place_options o;             /* complete: no defaults left */
    /* Of the point that is being walked: */
    uint32_t point, end, local;         /* local: the first cut with an exit before it; above end: none */
    double   stay[BONNET_PLACE_BLOCKS + 1]; /* share of inputs that come to cut j */
    uint64_t memory[BONNET_PLACE_BLOCKS + 1];
    place_sums sum[BONNET_PLACE_TIERS];
} place_question;

/* The common entry: options of any age into *o, the question checked and small enough: free(). */
bonnet_status place_question_open(place_question **q, const bonnet_place_problem *problem, const bonnet_place_options *options, bonnet_place_options *o,
                                  bonnet_error *err);
/* The status, its line where the options want it. */
bonnet_status place_say(bonnet_status status, const bonnet_place_options *o, const bonnet_error *err);
/* Checked, complete: free(). */
bonnet_status place_open(place_question **out, const bonnet_place_problem *problem, const bonnet_place_options *options, bonnet_error *err);
/* The sums of a point. */
void place_point(place_question *q, uint32_t point);

/* Every plan of every point, costs filled in, by point, then cuts, then codecs. */
typedef void place_visit(void *to, const bonnet_place_plan *plan);
void place_walk(place_question *q, place_visit *visit, void *to);
/* Costs of the one plan whose point, cuts and codecs are given; the point's sums are made. */
bonnet_status place_cost(bonnet_place_plan *plan, place_question *q, bonnet_error *err);
/* How many plans there are at most. */
double place_plans(const bonnet_place_problem *p);

/* Is a better than b, by goal and then by the documented ties? */
bool place_better(const bonnet_place_plan *a, const bonnet_place_plan *b, const bonnet_place_options *o);
#endif
