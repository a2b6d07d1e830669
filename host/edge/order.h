/* SPDX-License-Identifier: Apache-2.0 */
/* order.h - what the files of bonnet_order() share: the question, checked, and partial orders that nothing beats. */
#ifndef BONNET_ORDER_H
#define BONNET_ORDER_H
#include <stdbool.h>
#include "backend.h"
#include "bonnet_edge.h"

/* Costs this close, in parts of themselves, are equal: rounding decides nothing. */
#define ORDER_SAME 1e-12
enum { ORDER_MAX_STATES = 1 << 20 };

typedef struct order_question {
    const bonnet_expert *expert;
    uint32_t count, dependence;
    uint64_t last_us;
    bool by_time, by_storage;           /* limited at all */
    uint64_t most_us, most_storage;     /* for the experts alone, the deterministic one taken off; UINT64_MAX without a limit */
    double *left;                       /* BONNET_LOGGED: [1 << count], share of inputs that no expert of the set answered */
} order_question;

/* What an answer has: indices of experts, the first asked first. */
typedef struct order_chain { uint32_t count, expert[BONNET_ORDER_MAX]; } order_chain;

/* Share of inputs that the first `count` experts of `order` leave. */
double order_left(const order_question *q, const uint32_t *order, uint32_t count);
/* Expected time of `order` with the deterministic expert behind it. */
double order_expected(const order_question *q, const order_chain *order);

/* The best chain, by dependence. */
bonnet_status order_independent(order_chain *out, const order_question *q, bonnet_error *err);
bonnet_status order_nested(order_chain *out, const order_question *q, bonnet_error *err);
bonnet_status order_logged(order_chain *out, const order_question *q, bonnet_error *err);
/* q->left of the outcomes: free(). */
bonnet_status order_log_left(double **left, uint32_t count, const uint16_t *outcomes, size_t samples, bonnet_error *err);

/* A partial order: what it takes, which experts (bits are places in the order that the chain is built by), its cost so far. */
typedef struct order_state { uint64_t worst_us, storage, experts; double cost; } order_state;
/* States of which none is at least as good as another in time, storage (each only where limited) and cost, by time, then storage. */
typedef struct order_front { order_state *state; size_t count; } order_front;
/* From a state to the one with one expert more. */
typedef struct order_step { uint64_t us, storage, expert; double add, keep; } order_step; /* cost becomes add + keep * cost */

bonnet_status order_front_start(order_front *out, double cost, bonnet_error *err);
/* a, and b with the step taken, without what is beaten or over a limit: at most `most` states. out is new: order_front_free(). */
bonnet_status order_front_join(order_front *out, const order_front *a, const order_front *b, const order_step *step, const order_question *q, size_t most,
                               bonnet_error *err);
void order_front_free(order_front *front);
/* Of two states that cost the same: does a come first? */
bool order_first(const order_state *a, const order_state *b, const order_question *q);
#endif
