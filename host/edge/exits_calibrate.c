/* SPDX-License-Identifier: Apache-2.0 */
/* exits_calibrate.c - bonnet_calibrate(): the question checked, levels searched, and of what was seen the points worth keeping. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exits.h"

static const double most_confidence = 1e15;

static bonnet_status check_exit(const bonnet_exit_samples *x, uint32_t e, bool last, size_t samples, bonnet_error *err)
{
    if (!x->right || (!last && !x->confidence)) return bonnet_fail(err, BONNET_EINVAL, "exit %u: no samples", e);
    if (last) return BONNET_OK;
    for (size_t s = 0; s < samples; s++)
        if (!(x->confidence[s] >= 0 && x->confidence[s] <= most_confidence))
            return bonnet_fail(err, BONNET_EINVAL, "exit %u, sample %zu: a confidence of 0 to 10^15 is wanted", e, s);
    return BONNET_OK;
}

static bonnet_status check(const bonnet_exit_samples *exit, const bonnet_exit_costs *costs, uint32_t exits, size_t samples,
                           const bonnet_calibrate_options *o, bonnet_error *err)
{
    bonnet_status status = BONNET_OK;
    double cost;
    if (!exit || exits < 2 || exits > BONNET_EXITS_MAX)
        return bonnet_fail(err, BONNET_EINVAL, "%u exits; 2 to %d are wanted, the last one included", exits, BONNET_EXITS_MAX);
    if (!samples || samples > BONNET_EXIT_SAMPLES)
        return bonnet_fail(err, BONNET_EINVAL, "%zu samples; 1 to %d are wanted", samples, BONNET_EXIT_SAMPLES);
    if (!(o->budget >= 0 && o->budget <= 1)) return bonnet_fail(err, BONNET_EINVAL, "a budget of 0 to 1 is wanted");
    if (!(o->level > 0 && o->level < 1)) return bonnet_fail(err, BONNET_EINVAL, "a level between 0 and 1 is wanted");
    if (bonnet_exit_cost(&cost, costs, exits, NULL, 0) != BONNET_OK) return bonnet_fail(err, BONNET_EINVAL, "costs of 0 to 10^15 are wanted");
    for (uint32_t e = 0; e < exits && status == BONNET_OK; e++) status = check_exit(&exit[e], e, e + 1 == exits, samples, err);
    return status;
}

static void keep(bonnet_calibration *out, const exits_question *q, const exits_choice *choice, double level)
{
    double threshold[BONNET_EXITS_MAX] = {0};
    bonnet_exit_point *p = &out->point[out->count];
    for (uint32_t e = 0; e + 1 < q->exits; e++) threshold[e] = choice->level[e] == EXITS_UNUSED ? HUGE_VAL : q->threshold[e][choice->level[e]];
    for (uint32_t i = 0; i < out->count; i++)
        if (!memcmp(out->point[i].threshold, threshold, (q->exits - 1) * sizeof *threshold)) return;
    if (bonnet_exit_judge(p, q->exit, q->costs, q->exits, q->samples, threshold, level) == BONNET_OK) out->count++;
}

/* Right answers of what nothing beats, by falling cost: [returned]. */
static size_t front(size_t *right, const exits_question *q)
{
    size_t count = 0;
    double least = HUGE_VAL;
    for (size_t r = q->samples + 1; r--;)
        if (q->seen[r].cost < least) least = q->seen[r].cost, right[count++] = r;
    return count;
}

static int by_cost(const void *a, const void *b)
{
    const bonnet_exit_point *p = a, *q = b;
    if (p->cost != q->cost) return p->cost < q->cost ? -1 : 1;
    if (p->accuracy != q->accuracy) return p->accuracy > q->accuracy ? -1 : 1;
    return memcmp(q->threshold, p->threshold, sizeof p->threshold);
}

/* As many of right[0 .. n) as there is room, evenly. */
static void keep_some(bonnet_calibration *out, const exits_question *q, const size_t *right, size_t n, size_t room, double level)
{
    const size_t take = n < room ? n : room;
    for (size_t i = 0; i < take; i++) keep(out, q, &q->seen[right[take > 1 ? i * (n - 1) / (take - 1) : 0]].choice, level);
}

/* The chosen one, each exit alone, then the front: half of the room for its upper end, where a sample in fifty is lost at most. */
static bonnet_status points(bonnet_calibration *out, const exits_question *q, double level, bonnet_error *err)
{
    const uint32_t last = q->exits - 1;
    exits_choice alone;
    size_t *right = malloc((q->samples + 1) * sizeof *right), chosen = 0;
    if (!right) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for %zu samples", q->samples);
    const size_t n = front(right, q);
    while (chosen + 1 < n && right[chosen + 1] >= q->least_right) chosen++;
    keep(out, q, &q->seen[right[chosen]].choice, level);
    const bonnet_exit_point best = out->point[0];
    for (uint32_t e = 0; e <= last; e++) {
        memset(&alone, 0, sizeof alone);
        for (uint32_t i = 0; i < last; i++) alone.level[i] = EXITS_UNUSED;
        if (e < last) alone.level[e] = 0;
        keep(out, q, &alone, level);
    }
    size_t upper = 0;
    while (upper < n && right[upper] + q->samples / 50 >= right[0]) upper++;
    keep_some(out, q, right, upper, (BONNET_EXIT_POINTS - out->count) / 2, level);
    keep_some(out, q, right, n, BONNET_EXIT_POINTS - out->count, level);
    free(right);
    qsort(out->point, out->count, sizeof *out->point, by_cost);
    while (memcmp(out->point[out->chosen].threshold, best.threshold, sizeof best.threshold)) out->chosen++;
    return BONNET_OK;
}

static bonnet_status search(bonnet_calibration *out, exits_question *q, const bonnet_calibrate_options *o, bonnet_error *err)
{
    double combinations = 1;
    size_t right = 0;
    bonnet_status status = exits_quantise(q, err);
    if (status != BONNET_OK) return status;
    q->seen = malloc((q->samples + 1) * sizeof *q->seen);
    if (!q->seen) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for %zu samples", q->samples);
    for (size_t r = 0; r <= q->samples; r++) q->seen[r] = (exits_seen){HUGE_VAL, {{0}}};
    for (uint32_t to = 0; to < q->exits; to++) {
        double dearest = 0;
        for (uint32_t from = 0; from <= to; from++) dearest = fmax(dearest, q->costs->body[from][to]);
        q->most += dearest + q->costs->branch[to];
    }
    for (size_t s = 0; s < q->samples; s++) right += q->exit[q->exits - 1].right[s] != 0;
    const double lost = floor(o->budget * (double)q->samples + 1e-6); /* half a point of 200 samples is one of them */
    q->least_right = lost < (double)right ? right - (size_t)lost : 0;
    for (uint32_t e = 0; e + 1 < q->exits; e++) combinations *= 1 + (out->levels[e] = q->levels[e]);
    out->exits = q->exits;
    out->exhaustive = combinations <= EXITS_COMBINATIONS;
    status = out->exhaustive ? exits_try_all(q, err) : exits_descend(q, o->seed, err);
    return status == BONNET_OK ? points(out, q, o->level, err) : status;
}

bonnet_status bonnet_calibrate(bonnet_calibration *out, const bonnet_exit_samples *exit, const bonnet_exit_costs *costs, uint32_t exits,
                               size_t samples, const bonnet_calibrate_options *options)
{
    bonnet_calibrate_options o = BONNET_CALIBRATE_OPTIONS_INIT;
    bonnet_error err = {""};
    if (!out || (options && (options->size < sizeof options->size || options->size > 4096))) return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o); /* an older caller's struct is shorter */
    bonnet_status status = check(exit, costs, exits, samples, &o, &err);
    bonnet_calibration *found = status == BONNET_OK ? calloc(1, sizeof *found) : NULL;
    exits_question *q = found ? calloc(1, sizeof *q) : NULL;
    if (status == BONNET_OK && !q) status = bonnet_fail(&err, BONNET_ENOMEM, "out of memory");
    if (status == BONNET_OK) {
        q->exit = exit, q->costs = costs, q->exits = exits, q->samples = samples;
        status = search(found, q, &o, &err);
        free(q->reached);
        free(q->seen);
    }
    if (status == BONNET_OK) *out = *found;
    else if (o.message && o.message_bytes) snprintf(o.message, o.message_bytes, "%s", err.text);
    free(found);
    free(q);
    return status;
}
