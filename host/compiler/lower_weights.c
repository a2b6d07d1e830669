/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_weights.c - a place in the weight buffer for every tenancy. Resident ones keep theirs from the first walk on. The others take, in
 * the order of their use, the place whose last tenant left earliest: so the load unit runs as far ahead as the buffer allows. Those that a
 * segment needs at once stand close together instead.
 */
#include "lower_parts.h"

static int beside(const lower_tenancy *a, uint32_t at, const lower_tenancy *b) { return at >= b->wrow + b->rows || b->wrow >= at + a->rows; }

/* When place `at` becomes free for tenancy i; INT32_MAX: not before it is needed. */
static int32_t free_at(const lower_plan *p, uint32_t i, uint32_t at)
{
    const lower_tenancy *a = &p->tenancies[i];
    int32_t when = INT32_MIN;
    for (uint32_t j = 0; j < p->n_tenancies; j++) {
        const lower_tenancy *b = &p->tenancies[j];
        if ((j >= i && !b->once) || j == i || beside(a, at, b)) continue;
        if (b->once || b->last >= a->first) return INT32_MAX;
        when = b->last > when ? b->last : when;
    }
    return when;
}

int lower_place_weights(lower_plan *p, uint32_t *layer)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < p->n_tenancies; i++)
        if (p->tenancies[i].once) {
            p->tenancies[i].wrow = used;
            used += p->tenancies[i].rows;
        }
    for (uint32_t i = 0; i < p->n_tenancies; i++) {
        lower_tenancy *a = &p->tenancies[i];
        if (a->once) continue;
        uint32_t best = 0;
        int32_t best_when = INT32_MAX;
        for (uint32_t j = 0; j <= i; j++) { /* behind the resident rows, or behind an earlier tenant */
            uint32_t at = j == i ? used : p->tenancies[j].wrow + p->tenancies[j].rows;
            if ((j < i && p->tenancies[j].once) || at + a->rows > p->g->weight_rows) continue;
            int32_t when = free_at(p, i, at);
            if (a->together && when < INT32_MAX) when = (int32_t)at;
            if (when < best_when) {
                best_when = when;
                best = at;
            }
        }
        *layer = a->layer;
        if (best_when == INT32_MAX) return 0;
        a->wrow = best;
    }
    return used <= p->g->weight_rows;
}
