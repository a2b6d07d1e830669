/* SPDX-License-Identifier: Apache-2.0 */
/* exits.h - what the files of bonnet_calibrate() share: samples as levels instead of confidences, and the best that was seen for each accuracy. */
#ifndef BONNET_EDGE_EXITS_H
#define BONNET_EDGE_EXITS_H
#include <stdbool.h>
#include "backend.h"
#include "bonnet_exits.h"

enum { EXITS_UNUSED = BONNET_EXIT_LEVELS, EXITS_COMBINATIONS = 1 << 20 };

/* A level of each exit but the last: an index into its thresholds, or EXITS_UNUSED. */
typedef struct exits_choice { uint8_t level[BONNET_EXITS_MAX]; } exits_choice;

/* The cheapest choice that was seen with so many right answers. Of equal ones: the higher levels, from the first exit on. */
typedef struct exits_seen { double cost; exits_choice choice; } exits_seen; /* cost: of all samples together; HUGE_VAL: none */

typedef struct exits_question {
    const bonnet_exit_samples *exit;
    const bonnet_exit_costs *costs;
    uint32_t exits;                     /* the last one included */
    double most;                        /* no sample costs more */
    size_t samples, least_right;        /* least_right: what the budget leaves */
    uint32_t levels[BONNET_EXITS_MAX];
    double threshold[BONNET_EXITS_MAX][BONNET_EXIT_LEVELS]; /* rising, the first is 0 */
    uint8_t *reached;                   /* [exits - 1][samples]: levels that a sample's confidence reaches, 1..levels: it ends at level l if reached > l */
    exits_seen *seen;                   /* [samples + 1], by right answers */
} exits_question;

/* A way along the used exits: where the last stop was (0: the input), what was spent as far as there. */
typedef struct exits_way { uint32_t from; double spent; } exits_way;
static inline double exits_here(const bonnet_exit_costs *c, exits_way way, uint32_t exit) { return way.spent + c->body[way.from][exit] + c->branch[exit]; }

/* Samples in, thresholds and levels out: q->threshold, q->reached. */
bonnet_status exits_quantise(exits_question *q, bonnet_error *err);
void exits_see(exits_question *q, size_t right, double cost, const exits_choice *choice);
/* Both fill q->seen: with everything, with what a descent meets. */
bonnet_status exits_try_all(exits_question *q, bonnet_error *err);
bonnet_status exits_descend(exits_question *q, uint64_t seed, bonnet_error *err);
#endif
