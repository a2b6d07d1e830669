/* SPDX-License-Identifier: Apache-2.0 */
/* exits.c - what a calibration is judged by: intervals, thresholds on given samples; and the small formulas of bonnet_exits.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "exits.h"

static const double most_cost = 1e15;

/* z such that a normal variable lies within +-z with probability level: erf(z / sqrt(2)) = level, by halving. */
static double two_sided(double level)
{
    double low = 0, high = 40;
    for (int i = 0; i < 80; i++) {
        const double middle = (low + high) / 2;
        *(erfc(middle / sqrt(2)) > 1 - level ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

static bool is_level(double level) { return level > 0 && level < 1; }

bonnet_status bonnet_wilson(bonnet_interval *out, uint64_t right, uint64_t samples, double level)
{
    if (!out || !samples || right > samples || !is_level(level)) return BONNET_EINVAL;
    const double n = (double)samples, p = (double)right / n, z = two_sided(level), zz = z * z / n;
    const double middle = (p + zz / 2) / (1 + zz), half = z / (1 + zz) * sqrt(p * (1 - p) / n + zz / (4 * n));
    out->low = right ? fmax(middle - half, 0) : 0; /* exactly at the ends, where rounding would leave 10^-17 */
    out->high = right < samples ? fmin(middle + half, 1) : 1;
    return BONNET_OK;
}

bonnet_status bonnet_paired_interval(bonnet_interval *out, uint64_t first, uint64_t second, uint64_t samples, double level)
{
    if (!out || !samples || samples > UINT64_C(1) << 53 || first > samples || second > samples - first || !is_level(level)) return BONNET_EINVAL;
    const double n = (double)samples + 2, a = (double)first + 0.5, b = (double)second + 0.5; /* half a sample more in each of the four cells */
    const double middle = (a - b) / n, half = two_sided(level) * sqrt(a + b - (a - b) * (a - b) / n) / n;
    out->low = fmax(middle - half, -1), out->high = fmin(middle + half, 1);
    return BONNET_OK;
}

static bool is_cost(double cost) { return cost >= 0 && cost <= most_cost; }

static bool are_costs(const bonnet_exit_costs *c, uint32_t exits)
{
    if (!c || !exits || exits > BONNET_EXITS_MAX) return false;
    for (uint32_t to = 0; to < exits; to++) {
        if (!is_cost(c->branch[to])) return false;
        for (uint32_t from = 0; from <= to; from++)
            if (!is_cost(c->body[from][to])) return false;
    }
    return true;
}

bonnet_status bonnet_exit_costs_set(bonnet_exit_costs *out, const double *ends, uint32_t exits)
{
    if (!out || !ends || !exits || exits > BONNET_EXITS_MAX) return BONNET_EINVAL;
    for (uint32_t e = 0; e < exits; e++)
        if (!is_cost(ends[e]) || (e && ends[e] < ends[e - 1])) return BONNET_EINVAL;
    memset(out, 0, sizeof *out);
    for (uint32_t to = 0; to < exits; to++)
        for (uint32_t from = 0; from <= to; from++) out->body[from][to] = ends[to] - (from ? ends[from - 1] : 0);
    return BONNET_OK;
}

bonnet_status bonnet_exit_cost(double *out, const bonnet_exit_costs *costs, uint32_t exits, const double *threshold, uint32_t end)
{
    exits_way way = {0, 0};
    if (!out || !are_costs(costs, exits) || end >= exits || (end && !threshold)) return BONNET_EINVAL;
    for (uint32_t e = 0; e < end; e++)
        if (threshold[e] != HUGE_VAL) way = (exits_way){e + 1, exits_here(costs, way, e)};
    *out = exits_here(costs, way, end);
    return BONNET_OK;
}

static uint32_t ends_at(const bonnet_exit_samples *exit, uint32_t last, size_t sample, const double *threshold)
{
    for (uint32_t e = 0; e < last; e++)
        if (exit[e].confidence[sample] >= threshold[e]) return e;
    return last;
}

bonnet_status bonnet_exit_judge(bonnet_exit_point *out, const bonnet_exit_samples *exit, const bonnet_exit_costs *costs, uint32_t exits,
                                size_t samples, const double *threshold, double level)
{
    size_t ended[BONNET_EXITS_MAX] = {0}, right = 0;
    bonnet_exit_point p = {.cost = 0};
    bonnet_interval i;
    exits_way way = {0, 0};
    if (!out || !exit || !are_costs(costs, exits) || !samples || samples > BONNET_EXIT_SAMPLES || (exits > 1 && !threshold) || !is_level(level))
        return BONNET_EINVAL;
    for (uint32_t e = 0; e < exits; e++)
        if (!exit[e].right || (e + 1 < exits && (!exit[e].confidence || isnan(threshold[e])))) return BONNET_EINVAL;
    for (size_t s = 0; s < samples; s++) {
        const uint32_t e = ends_at(exit, exits - 1, s, threshold);
        ended[e]++;
        right += exit[e].right[s] != 0;
    }
    for (uint32_t e = 0; e < exits; e++) {
        p.share[e] = (double)ended[e] / (double)samples;
        p.cost += (double)ended[e] * exits_here(costs, way, e);
        if (e + 1 == exits) break;
        p.threshold[e] = threshold[e];
        if (threshold[e] != HUGE_VAL) way = (exits_way){e + 1, exits_here(costs, way, e)};
    }
    p.cost /= (double)samples;
    p.accuracy = (double)right / (double)samples;
    const bonnet_status status = bonnet_wilson(&i, right, samples, level);
    if (status != BONNET_OK) return status;
    p.accuracy_low = i.low, p.accuracy_high = i.high;
    *out = p;
    return BONNET_OK;
}

/* Does a come before b on the way along the front: cheaper, then more accurate, then earlier? */
static bool before(const bonnet_operating_point *p, uint32_t a, uint32_t b)
{
    if (p[a].cost != p[b].cost) return p[a].cost < p[b].cost;
    if (p[a].accuracy != p[b].accuracy) return p[a].accuracy > p[b].accuracy;
    return a < b;
}

static bool are_finite(const bonnet_operating_point *points, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (!isfinite(points[i].cost) || !isfinite(points[i].accuracy)) return false;
    return true;
}

/* Down a heap of indices; nothing of the C library sorts with a context. */
static void sift(uint32_t *heap, uint32_t at, uint32_t count, const bonnet_operating_point *p)
{
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(p, heap[child], heap[child + 1])) child++;
        if (!before(p, heap[at], heap[child])) return;
        const uint32_t t = heap[at];
        heap[at] = heap[child], heap[child] = t;
    }
}

bonnet_status bonnet_pareto(uint32_t *out_count, uint32_t *best, const bonnet_operating_point *points, uint32_t count)
{
    uint32_t kept = 0;
    if (!out_count || (count && (!best || !points)) || count > INT32_MAX || !are_finite(points, count)) return BONNET_EINVAL;
    for (uint32_t i = 0; i < count; i++) best[i] = i;
    for (uint32_t i = count / 2; i--;) sift(best, i, count, points);
    for (uint32_t i = count; i-- > 1;) {
        const uint32_t t = best[0];
        best[0] = best[i], best[i] = t;
        sift(best, 0, i, points);
    }
    for (uint32_t i = 0; i < count; i++)
        if (!kept || points[best[i]].accuracy > points[best[kept - 1]].accuracy) best[kept++] = best[i];
    *out_count = kept;
    return BONNET_OK;
}

bonnet_status bonnet_pareto_at_most(uint32_t *out, const bonnet_operating_point *points, uint32_t count, double most)
{
    uint32_t best = count;
    if (!out || (count && !points) || isnan(most) || !are_finite(points, count)) return BONNET_EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        if (points[i].cost > most) continue;
        if (best == count || points[i].accuracy > points[best].accuracy ||
            (points[i].accuracy == points[best].accuracy && points[i].cost < points[best].cost))
            best = i;
    }
    if (best == count) return BONNET_EINVAL;
    *out = best;
    return BONNET_OK;
}

bonnet_status bonnet_exit_bytes(double *out, uint32_t classes, double local, uint64_t map_bits)
{
    if (!out || !classes || !(local >= 0 && local <= 1) || map_bits > UINT64_C(1) << 53) return BONNET_EINVAL;
    *out = 4.0 * classes + (1 - local) * (double)map_bits / 8;
    return BONNET_OK;
}
