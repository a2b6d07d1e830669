/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order_logged.c - the best order from a log of who answered what, whatever the dependence: over the sets S of experts that were asked in vain,
 * F[S] = min(left(S) C_d, min over i not in S of left(S) C_i + F[S + i]). Sets over a limit are not entered.
 */
#include <math.h>
#include <stdlib.h>
#include "order.h"

bonnet_status order_log_left(double **left, uint32_t count, const uint16_t *outcomes, size_t samples, bonnet_error *err)
{
    const uint32_t sets = UINT32_C(1) << count;
    double *of = calloc(sets, sizeof *of), *out = malloc(sets * sizeof *out);
    bonnet_status status = of && out ? BONNET_OK : bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    for (size_t s = 0; s < samples && status == BONNET_OK; s++) {
        if (outcomes[s] >= sets) status = bonnet_fail(err, BONNET_EINVAL, "sample %zu: an answer of an expert beyond the %u", s, count);
        else of[outcomes[s]]++;
    }
    for (uint32_t i = 0; i < count && status == BONNET_OK; i++) /* counts of inputs answered by none outside of a set */
        for (uint32_t set = 0; set < sets; set++)
            if (set >> i & 1) of[set] += of[set ^ UINT32_C(1) << i];
    for (uint32_t set = 0; set < sets && status == BONNET_OK; set++) out[set] = of[(sets - 1) ^ set] / (double)samples;
    free(of);
    if (status == BONNET_OK) *left = out;
    else free(out);
    return status;
}

/* The way on from a set: its cost, the set at the end, and the expert asked next (NONE: the deterministic one). */
typedef struct way {
    double cost;
    uint16_t end;
    uint8_t next;
} way;
enum { NONE = 255 };

static order_state used(const order_question *q, uint32_t set)
{
    order_state s = {.experts = set};
    for (uint32_t i = 0; i < q->count; i++)
        if (set >> i & 1) s.worst_us += q->expert[i].cost_us, s.storage += q->expert[i].storage_bytes;
    return s;
}

static way best_way(const order_question *q, const way *all, const bool *within, uint32_t set)
{
    way best = {q->left[set] * (double)q->last_us, (uint16_t)set, NONE};
    for (uint32_t i = 0; i < q->count; i++) {
        const uint32_t with = set | UINT32_C(1) << i;
        if (with == set || !within[with]) continue;
        const double cost = q->left[set] * (double)q->expert[i].cost_us + all[with].cost;
        if (fabs(cost - best.cost) <= best.cost * ORDER_SAME) {
            const order_state a = used(q, all[with].end), b = used(q, best.end);
            if (a.experts == b.experts || !order_first(&a, &b, q)) continue;
        } else if (cost > best.cost) continue;
        best = (way){cost, all[with].end, (uint8_t)i};
    }
    return best;
}

bonnet_status order_logged(order_chain *out, const order_question *q, bonnet_error *err)
{
    const uint32_t sets = UINT32_C(1) << q->count;
    way *all = malloc(sets * sizeof *all);
    bool *within = malloc(sets * sizeof *within);
    if (!all || !within) {
        free(all);
        free(within);
        return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    }
    for (uint32_t set = 0; set < sets; set++) {
        const order_state s = used(q, set);
        within[set] = s.worst_us <= q->most_us && s.storage <= q->most_storage;
    }
    for (uint32_t set = sets; set--;)
        if (within[set]) all[set] = best_way(q, all, within, set);
    out->count = 0;
    for (uint32_t set = 0; all[set].next != NONE; set |= UINT32_C(1) << out->expert[out->count++]) out->expert[out->count] = all[set].next;
    free(all);
    free(within);
    return BONNET_OK;
}
