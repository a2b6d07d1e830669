/* SPDX-License-Identifier: Apache-2.0 */
/* place_edgent.c - Edgent's algorithms 1 and 2 as they are printed, to compare with. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "place.h"

/* Branch i: blocks up to its exit and the branch as one more layer; the last one: all blocks. */
static uint32_t layers_of(const bonnet_place_problem *p, uint32_t i) { return i < p->exits ? p->exit[i].behind + 2 : p->blocks; }

static double layer_ms(const bonnet_place_problem *p, uint32_t tier, uint32_t i, uint32_t j)
{
    return i < p->exits && j == layers_of(p, i) - 1 ? p->tier[tier].branch[i].ms : p->tier[tier].block[j].ms;
}

/* A(i, p) with p = cut + 1; a cut that is none costs INFINITY. */
static double cost(const bonnet_place_problem *p, uint32_t i, uint32_t cut, double bits_per_s)
{
    double ms = 8e3 * p->input_bytes / bits_per_s;
    if (cut && !(p->block[cut - 1].bytes > 0)) return INFINITY;
    for (uint32_t j = 0; j < layers_of(p, i); j++) ms += layer_ms(p, j < cut ? 1 : 0, i, j);
    return cut ? ms + 8e3 * p->block[cut - 1].bytes / bits_per_s : ms;
}

static bonnet_status check(const bonnet_place_problem *p)
{
    const bonnet_place_options o = BONNET_PLACE_OPTIONS_INIT;
    bonnet_error err = {""};
    place_question *q = NULL;
    const bonnet_status status = p && p->tiers == 2 ? place_open(&q, p, &o, &err) : BONNET_EINVAL;
    free(q);
    return status;
}

bonnet_status bonnet_place_edgent_static(bonnet_place_edgent *out, const bonnet_place_problem *p, double bits_per_s, double deadline_ms)
{
    if (!out || !(bits_per_s > 0) || check(p) != BONNET_OK) return BONNET_EINVAL;
    for (uint32_t i = p->exits + 1; i--;) {
        bonnet_place_edgent best = {.found = 1, .exit = i, .ms = INFINITY};
        for (uint32_t cut = 0; cut < layers_of(p, i); cut++) {
            const double ms = cost(p, i, cut, bits_per_s);
            if (ms < best.ms) best.ms = ms, best.cut = cut;
        }
        if (best.ms <= deadline_ms) return *out = best, BONNET_OK;
    }
    *out = (bonnet_place_edgent){0};
    return BONNET_OK;
}

bonnet_status bonnet_place_edgent_map(bonnet_place_edgent *out, const bonnet_place_problem *p, const double *accuracy, double deadline_ms,
                                      double weight, const double *bits_per_s, uint32_t states)
{
    if (!out || !accuracy || !bits_per_s || check(p) != BONNET_OK) return BONNET_EINVAL;
    for (uint32_t s = 0; s < states; s++)
        if (!(bits_per_s[s] > 0)) return BONNET_EINVAL;
    for (uint32_t s = 0; s < states; s++) {
        bonnet_place_edgent best = {.found = 0};
        for (uint32_t i = 0; i <= p->exits; i++)
            for (uint32_t cut = 0; cut < layers_of(p, i); cut++) {
                const double ms = cost(p, i, cut, bits_per_s[s]);
                if (!isfinite(ms)) continue; /* no strategy */
                const double reward = ms <= deadline_ms ? exp(accuracy[i]) + weight * 1e3 / ms : 0;
                if (best.reward <= reward) best = (bonnet_place_edgent){reward > 0, i, cut, ms, reward};
            }
        out[s] = best;
    }
    return BONNET_OK;
}
