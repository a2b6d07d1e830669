/* SPDX-License-Identifier: Apache-2.0 */
/* plan_words.c - a plan in words, and why it stands where it stands. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "plan.h"

static void add(char *out, size_t bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(char *out, size_t bytes, const char *format, ...)
{
    const size_t at = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + at, bytes - at, format, args);
    va_end(args);
}

uint32_t cli_plan_layers(uint32_t *first, const cli_tiers *t, const bonnet_place_plan *plan, uint32_t tier)
{
    *first = tier ? plan->cut[tier - 1] : 0;
    return (tier + 1 < t->p.tiers ? plan->cut[tier] : plan->end) - *first;
}

void cli_plan_words(char *out, size_t bytes, const cli_tiers *t, const bonnet_place_plan *plan)
{
    const bonnet_place_point *x = &t->points[plan->point];
    *out = 0;
    for (uint32_t i = 0, first; i < t->p.tiers; i++) {
        const uint32_t n = cli_plan_layers(&first, t, plan, i);
        add(out, bytes, "%s%s", i ? " " : "", t->tier[i]);
        if (n == 1) add(out, bytes, " %s", t->layer[first]);
        if (n > 1) add(out, bytes, " %s..%s", t->layer[first], t->layer[first + n - 1]);
        if (i + 1 == t->p.tiers || plan->cut[i] == plan->end) break;
        add(out, bytes, " >%s %.0f B>", t->codec[plan->codec[i]], plan->bytes[i]);
    }
    if (!x->active) return;
    add(out, bytes, "; ends:");
    for (uint32_t e = 0, said = 0; e <= t->p.exits; e++)
        if (e == t->p.exits ? x->last == e : x->active >> e & 1) add(out, bytes, "%s %s %.4f", said++ ? "," : "", t->exit[e], x->share[e]);
}

/* By how much a is better than b in the goal. */
static void gain(char *out, size_t bytes, const bonnet_place_plan *a, const bonnet_place_plan *b, uint32_t goal)
{
    if (goal == BONNET_PLACE_ACCURACY && a->accuracy != b->accuracy) add(out, bytes, "%.4f more accurate", a->accuracy - b->accuracy);
    else if (goal == BONNET_PLACE_REWARD && a->reward != b->reward) add(out, bytes, "%.4f more reward", a->reward - b->reward);
    else if (goal == BONNET_PLACE_MJ && a->mj != b->mj) add(out, bytes, "%.3f mJ less", b->mj - a->mj);
    else if (a->ms < b->ms) add(out, bytes, "%s%.3f ms less", goal == BONNET_PLACE_MS ? "" : "as good, and ", b->ms - a->ms);
    else {
        add(out, bytes, "as good as the next, and first by the rules for ties");
        return;
    }
    add(out, bytes, " than the next");
}

void cli_plan_reason(char *out, size_t bytes, const bonnet_place_result *r, uint32_t i, const cli_question *q)
{
    static const char *const misses[BONNET_PLACE_LIMITS] = {
        "late", "not accurate enough", "over the energy", "too large for a tier", "of the raw input", "without a local answer"};
    *out = 0;
    if (r->late) add(out, bytes, "least late, by %.3f ms; no plan meets the deadline", r->plan[0].ms_hi - q->o.deadline_ms);
    else if (i + 1 < r->count) {
        gain(out, bytes, &r->plan[i], &r->plan[i + 1], q->o.goal);
    } else add(out, bytes, r->good == 1 ? "the only one within the limits" : "the last one within the limits");
    for (uint32_t k = 0, said = 0; i == 0 && k < BONNET_PLACE_LIMITS; k++)
        if (r->better[k]) add(out, bytes, "%s %llu %s", said++ ? "," : "; better ones left out:", (unsigned long long)r->better[k], misses[k]);
}
