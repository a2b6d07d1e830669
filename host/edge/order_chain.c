/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order_chain.c - the best order where one number ranks the experts: independent ones go by time per answer (an exchange of neighbours shows that any set is
 * best asked so), nested ones by what they answer (a smaller share after a larger one adds nothing). What is left is which of them to take. docs/edge.md
 */
#include <math.h>
#include <stdlib.h>
#include "order.h"

/* Experts by key, equal ones as listed. */
static void sorted(uint32_t *place, const double *key, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at && key[place[at - 1]] > key[i]; at--) place[at] = place[at - 1];
        place[at] = i;
    }
}

/* The cheapest state of a front, the first of equal ones. */
static const order_state *cheapest(const order_front *front, const order_question *q)
{
    const order_state *best = &front->state[0];
    for (size_t i = 1; i < front->count; i++) {
        const order_state *s = &front->state[i];
        const bool same = fabs(s->cost - best->cost) <= best->cost * ORDER_SAME;
        if (same ? order_first(s, best, q) : s->cost < best->cost) best = s;
    }
    return best;
}

static void unpack(order_chain *out, const order_state *s, const uint32_t *place)
{
    out->count = 0;
    for (uint32_t i = 0; i < BONNET_ORDER_MAX; i++)
        if (s->experts >> i & 1) out->expert[out->count++] = place[i];
}

/* From the last place to the first: cost to go F = min(F, C + (1 - P) F). Behind one that always answers nobody is asked. */
bonnet_status order_independent(order_chain *out, const order_question *q, bonnet_error *err)
{
    uint32_t place[BONNET_ORDER_MAX];
    double key[BONNET_ORDER_MAX];
    order_front front = {0}, next, alone = {0};
    for (uint32_t i = 0; i < q->count; i++) key[i] = q->expert[i].answers > 0 ? (double)q->expert[i].cost_us / q->expert[i].answers : INFINITY;
    sorted(place, key, q->count);
    bonnet_status status = order_front_start(&front, (double)q->last_us, err);
    if (status == BONNET_OK) status = order_front_start(&alone, (double)q->last_us, err);
    for (uint32_t i = q->count; i-- && status == BONNET_OK;) {
        const bonnet_expert *e = &q->expert[place[i]];
        const order_step step = {e->cost_us, e->storage_bytes, UINT64_C(1) << i, (double)e->cost_us, 1 - e->answers};
        status = order_front_join(&next, &front, e->answers < 1 ? &front : &alone, &step, q, ORDER_MAX_STATES, err);
        if (status != BONNET_OK) break;
        order_front_free(&front);
        front = next;
    }
    if (status == BONNET_OK) unpack(out, cheapest(&front, q), place);
    order_front_free(&front);
    order_front_free(&alone);
    return status;
}

/* Cost so far, of the chains that end with expert j: the first, or behind an i that answers less: F[i] + (1 - P_i) C_j. */
static bonnet_status nested_fronts(order_front *ending, const order_question *q, const uint32_t *place, bonnet_error *err)
{
    size_t states = 1;
    bonnet_status status = order_front_start(&ending[0], 0, err); /* 0: no expert; j + 1: the one at place j */
    for (uint32_t j = 0; j < q->count && status == BONNET_OK; j++) {
        const bonnet_expert *e = &q->expert[place[j]];
        for (uint32_t i = 0; i <= j && status == BONNET_OK; i++) {
            const double left = i ? 1 - q->expert[place[i - 1]].answers : 1;
            const order_step step = {e->cost_us, e->storage_bytes, UINT64_C(1) << j, left * (double)e->cost_us, 1};
            order_front more;
            status = order_front_join(&more, &ending[j + 1], &ending[i], &step, q, ORDER_MAX_STATES - states, err);
            if (status != BONNET_OK) break;
            order_front_free(&ending[j + 1]);
            ending[j + 1] = more;
        }
        states += ending[j + 1].count;
    }
    return status;
}

bonnet_status order_nested(order_chain *out, const order_question *q, bonnet_error *err)
{
    uint32_t place[BONNET_ORDER_MAX];
    double key[BONNET_ORDER_MAX];
    order_front ending[BONNET_ORDER_MAX + 1] = {{0}}, whole = {0}, more;
    for (uint32_t i = 0; i < q->count; i++) key[i] = q->expert[i].answers;
    sorted(place, key, q->count);
    bonnet_status status = nested_fronts(ending, q, place, err);
    for (uint32_t j = 0; j <= q->count && status == BONNET_OK; j++) { /* the deterministic one behind each */
        const double left = j ? 1 - q->expert[place[j - 1]].answers : 1;
        const order_step step = {0, 0, 0, left * (double)q->last_us, 1};
        status = order_front_join(&more, &whole, &ending[j], &step, q, ORDER_MAX_STATES, err);
        if (status != BONNET_OK) break;
        order_front_free(&whole);
        whole = more;
    }
    if (status == BONNET_OK) unpack(out, cheapest(&whole, q), place);
    order_front_free(&whole);
    for (uint32_t j = 0; j <= q->count; j++) order_front_free(&ending[j]);
    return status;
}
