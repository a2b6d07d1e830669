/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exits_confidence_test.c - confidences against their definitions, ties and ends included; the temperature that made the labels, found again; Wilson's
 * interval; fronts; the published table of bytes.
 */
#include <math.h>
#include "bonnet_exits.h"
#include "unit.h"

enum { CLASSES = 12, MANY = 4000 };

static void softmax(long double *p, const int32_t *logits, uint32_t classes, double temperature)
{
    long double sum = 0, most = logits[0];
    for (uint32_t i = 1; i < classes; i++) most = logits[i] > most ? logits[i] : most;
    for (uint32_t i = 0; i < classes; i++) sum += p[i] = expl((logits[i] - most) / temperature);
    for (uint32_t i = 0; i < classes; i++) p[i] /= sum;
}

/* From the definition, in other words than the library's. */
static double defined(uint32_t kind, const int32_t *logits, uint32_t classes, double temperature)
{
    long double p[BONNET_EXIT_CLASSES], entropy = 0, most = 0;
    int64_t best = INT64_MAX;
    for (uint32_t a = 0; a < classes && kind == BONNET_CONFIDENCE_MARGIN; a++)
        for (uint32_t b = 0; b < classes; b++) { /* a beats all others by the most that the nearest of them leaves */
            int64_t least = INT64_MAX;
            for (uint32_t c = 0; c < classes; c++)
                if (c != a && (int64_t)logits[a] - logits[c] < least) least = (int64_t)logits[a] - logits[c];
            if (least >= 0) best = least;
        }
    if (kind == BONNET_CONFIDENCE_MARGIN) return (double)best;
    softmax(p, logits, classes, temperature);
    for (uint32_t i = 0; i < classes; i++) {
        most = p[i] > most ? p[i] : most;
        if (p[i] > 0) entropy -= p[i] * logl(p[i]);
    }
    return (double)(kind == BONNET_CONFIDENCE_PROBABILITY ? most : 1 - entropy / logl(classes));
}

static void confidences(unit *u)
{
    int32_t logits[CLASSES];
    uint32_t wrong = 0;
    double c = 0, want = 0;
    for (uint32_t n = 0; n < u->cases * 3; n++) {
        const uint32_t classes = 2 + unit_below(u, CLASSES - 1), kind = n % 3, range = 1 + unit_below(u, n % 2 ? 6 : 4000);
        const double temperature = 0.1 + 300 * unit_real(u) * unit_real(u);
        for (uint32_t i = 0; i < classes; i++) logits[i] = (int32_t)unit_below(u, range) - (int32_t)range / 2;
        const bonnet_status status = bonnet_confidence_get(&c, kind, logits, classes, temperature);
        want = defined(kind, logits, classes, temperature);
        wrong += status != BONNET_OK || (kind ? fabs(c - want) > 1e-12 : c != want) || !(c >= 0) || (kind && c > 1);
    }
    UNIT(u, !wrong, "three kinds against their definitions", "%u of %u wrong", wrong, u->cases * 3);

    static const int32_t far[3] = {INT32_MIN, INT32_MAX, INT32_MIN}, same[4] = {-7, -7, -7, -7}, tie[3] = {9, 1, 9};
    double margin = 0, p = 0, e = 0;
    int good = bonnet_confidence_get(&margin, 0, far, 3, NAN) == BONNET_OK && bonnet_confidence_get(&p, 1, far, 3, 1e-9) == BONNET_OK &&
               bonnet_confidence_get(&e, 2, far, 3, 1e-310) == BONNET_OK;
    UNIT(u, good && margin == 4294967295.0 && p == 1 && e == 1, "one class takes all: no logarithm of 0", "%f %f %f", margin, p, e);
    good = bonnet_confidence_get(&margin, 0, same, 4, 1) == BONNET_OK && bonnet_confidence_get(&p, 1, same, 4, 1e-9) == BONNET_OK &&
           bonnet_confidence_get(&e, 2, same, 4, 5) == BONNET_OK;
    UNIT(u, good && margin == 0 && p == 0.25 && e >= 0 && e < 1e-15, "all alike: no opinion", "%f %f %g", margin, p, e);
    good = bonnet_confidence_get(&margin, 0, tie, 3, 1) == BONNET_OK;
    UNIT(u, good && margin == 0, "two largest: margin 0", "%f", margin);
    UNIT(u,
         bonnet_confidence_get(&c, 0, tie, 1, 1) == BONNET_EINVAL && bonnet_confidence_get(&c, 0, tie, 1025, 1) == BONNET_EINVAL &&
             bonnet_confidence_get(&c, 3, tie, 3, 1) == BONNET_EINVAL && bonnet_confidence_get(&c, 1, tie, 3, 0) == BONNET_EINVAL &&
             bonnet_confidence_get(&c, 2, tie, 3, NAN) == BONNET_EINVAL && bonnet_confidence_get(&c, 2, tie, 3, INFINITY) == BONNET_EINVAL,
         "one class, too many, no kind, no temperature", "not refused");
}

/* Labels as softmax(logits / made_with) says they come. */
static void temperatures(unit *u)
{
    static int32_t logits[MANY][CLASSES];
    static uint16_t labels[MANY];
    long double p[CLASSES];
    const double made_with = 20 + 100 * unit_real(u), from = made_with * (unit_below(u, 2) ? 5 : 0.2);
    for (uint32_t s = 0; s < MANY; s++) {
        for (uint32_t i = 0; i < CLASSES; i++) logits[s][i] = (int32_t)(made_with * 6 * unit_real(u));
        softmax(p, logits[s], CLASSES, made_with);
        double at = unit_real(u);
        uint32_t label = 0;
        while (label + 1 < CLASSES && at >= p[label]) at -= (double)p[label++];
        labels[s] = (uint16_t)label;
    }
    bonnet_temperature t = {0}, off = {0};
    bonnet_status status = bonnet_temperature_fit(&t, logits[0], labels, MANY, CLASSES, from);
    UNIT(u, status == BONNET_OK && fabs(t.temperature / made_with - 1) < 0.15, "the temperature that made the labels", "%f, wanted %f", t.temperature,
         made_with);
    UNIT(u, t.nll_after < t.nll_before && t.ece_after < 0.03 && t.ece_before > 0.06, "and what it does to both errors", "nll %f to %f, ece %f to %f",
         t.nll_before, t.nll_after, t.ece_before, t.ece_after);
    int lowest = 1;
    for (int i = -20; i <= 20; i++) { /* no other temperature is better by more than the width of the search */
        status = bonnet_temperature_fit(&off, logits[0], labels, MANY, CLASSES, t.temperature * exp(i * 0.02));
        lowest = lowest && status == BONNET_OK && off.nll_before > t.nll_after - 1e-8;
    }
    UNIT(u, lowest, "no temperature beside it is better", "nll %f", t.nll_after);

    /* By hand: 3/4 sure four times, right twice: 0.25 off. logits 0 and ln 3 at temperature 1 / 1000. */
    static const int32_t row[8] = {0, 1099, 0, 1099, 0, 1099, 0, 1099};
    static const uint16_t half[4] = {1, 0, 1, 0}, bad[4] = {1, 0, 2, 0};
    status = bonnet_temperature_fit(&t, row, half, 4, 2, 1000);
    UNIT(u, status == BONNET_OK && fabs(t.ece_before - 0.25) < 1e-3 && fabs(t.nll_before + (log(0.75) + log(0.25)) / 2) < 1e-3,
         "four samples by hand", "ece %f nll %f", t.ece_before, t.nll_before);
    UNIT(u, t.temperature > 1e6, "as good as chance: the largest temperature", "%g", t.temperature);
    static const uint16_t all[4] = {1, 1, 1, 1};
    status = bonnet_temperature_fit(&t, row, all, 4, 2, 1000);
    UNIT(u, status == BONNET_OK && t.temperature < 500 && t.nll_after < 1e-6, "all right: a small one", "%g, nll %g", t.temperature, t.nll_after);
    UNIT(u,
         bonnet_temperature_fit(&t, row, bad, 4, 2, 1) == BONNET_EINVAL && bonnet_temperature_fit(&t, row, half, 0, 2, 1) == BONNET_EINVAL &&
             bonnet_temperature_fit(&t, row, half, 4, 1, 1) == BONNET_EINVAL && bonnet_temperature_fit(&t, row, half, 4, 2, 0) == BONNET_EINVAL,
         "a label beyond the classes, no samples, one class, no temperature", "not refused");
}

static void intervals(unit *u)
{
    bonnet_interval i = {0, 0};
    uint32_t wrong = 0;
    bonnet_status status = bonnet_wilson(&i, 8, 10, 0.95);
    UNIT(u, status == BONNET_OK && fabs(i.low - 0.490162) < 1e-5 && fabs(i.high - 0.943318) < 1e-5, "8 of 10 at 95 %", "%f %f", i.low, i.high);
    for (uint32_t n = 0; n < u->cases; n++) { /* the ends are where the share seen is z standard deviations off */
        const uint64_t samples = 1 + unit_below(u, 20000), right = unit_below(u, (uint32_t)samples + 1);
        const double level = 0.5 + 0.499 * unit_real(u), p = (double)right / (double)samples;
        status = bonnet_wilson(&i, right, samples, level);
        for (int end = 0; end < 2 && right && right < samples; end++) {
            const double at = end ? i.high : i.low, z = fabs(p - at) / sqrt(at * (1 - at) / (double)samples);
            wrong += fabs(erf(z / sqrt(2)) - level) > 1e-9;
        }
        wrong += status != BONNET_OK || !(i.low >= 0 && i.low <= p && p <= i.high && i.high <= 1) || (!right && i.low > 0) ||
                 (right == samples && i.high < 1);
    }
    UNIT(u, !wrong, "ends of intervals", "%u wrong", wrong);
    UNIT(u,
         bonnet_wilson(&i, 2, 1, 0.9) == BONNET_EINVAL && bonnet_wilson(&i, 0, 0, 0.9) == BONNET_EINVAL &&
             bonnet_wilson(&i, 0, 1, 1) == BONNET_EINVAL,
         "more right than samples, none, no level", "not refused");
}

/* How often is the true difference within the interval? */
static void paired(unit *u)
{
    enum { SAMPLES = 400, TRIALS = 2000 };
    bonnet_interval i = {0, 0};
    uint32_t within = 0, wrong = 0;
    for (uint32_t t = 0; t < TRIALS; t++) {
        uint64_t first = 0, second = 0;
        for (uint32_t s = 0; s < SAMPLES; s++) {
            const double at = unit_real(u);
            first += at < 0.06, second += at >= 0.06 && at < 0.10;
        }
        const double seen = ((double)first - (double)second) / SAMPLES;
        wrong += bonnet_paired_interval(&i, first, second, SAMPLES, 0.95) != BONNET_OK || !(i.low < seen && seen < i.high);
        within += i.low <= 0.02 && 0.02 <= i.high;
    }
    UNIT(u, !wrong && within > TRIALS * 0.93 && within < TRIALS * 0.97, "an interval of differences holds the true one as often as it says",
         "%u wrong, within %u of %u", wrong, within, (uint32_t)TRIALS);
    bonnet_interval j = {0, 0};
    const bonnet_status a = bonnet_paired_interval(&i, 12, 5, 100, 0.9), b = bonnet_paired_interval(&j, 5, 12, 100, 0.9);
    UNIT(u,
         a == BONNET_OK && b == BONNET_OK && fabs(i.low + j.high) < 1e-15 && fabs(i.high + j.low) < 1e-15 && fabs(i.low - 0.001129) < 2e-6 &&
             fabs(i.high - 0.136125) < 2e-6,
         "and is the same from both sides", "%f %f, %f %f", i.low, i.high, j.low, j.high);
    UNIT(u,
         bonnet_paired_interval(&i, 6, 5, 10, 0.9) == BONNET_EINVAL && bonnet_paired_interval(&i, 0, 0, 0, 0.9) == BONNET_EINVAL &&
             bonnet_paired_interval(&i, 1, 1, 9, 0) == BONNET_EINVAL,
         "more than the samples, none, no level", "not refused");
}

static void fronts(unit *u)
{
    enum { POINTS = 40 };
    bonnet_operating_point p[POINTS];
    uint32_t best[POINTS], n = 0, wrong = 0, at = 0;
    for (uint32_t c = 0; c < u->cases; c++) {
        const uint32_t count = unit_below(u, POINTS + 1), range = 2 + unit_below(u, 40);
        uint8_t kept[POINTS] = {0};
        for (uint32_t i = 0; i < count; i++) p[i] = (bonnet_operating_point){unit_below(u, range), unit_below(u, range)};
        wrong += bonnet_pareto(&n, best, p, count) != BONNET_OK;
        for (uint32_t i = 0; i < n; i++) kept[best[i]] = 1, wrong += i && p[best[i]].cost <= p[best[i - 1]].cost;
        for (uint32_t i = 0; i < count; i++) {
            int beaten = 0;
            for (uint32_t k = 0; k < count; k++)
                beaten |= k != i && p[k].cost <= p[i].cost && p[k].accuracy >= p[i].accuracy &&
                          (k < i || p[k].cost < p[i].cost || p[k].accuracy > p[i].accuracy);
            wrong += beaten == kept[i];
        }
        const double most = unit_below(u, range) - 0.5;
        double right = -1, cost = 0;
        for (uint32_t i = 0; i < count; i++)
            if (p[i].cost <= most && (p[i].accuracy > right || (p[i].accuracy == right && p[i].cost < cost))) right = p[i].accuracy, cost = p[i].cost;
        const bonnet_status status = bonnet_pareto_at_most(&at, p, count, most);
        wrong += right < 0 ? status != BONNET_EINVAL : status != BONNET_OK || p[at].accuracy != right || p[at].cost != cost;
    }
    UNIT(u, !wrong, "fronts against every pair", "%u wrong", wrong);

    /* Hu and others: a picture of 256 pixels made smaller for smaller networks, or exits of the large one. */
    static const bonnet_operating_point table[8] = {{4, .673}, {8, .881}, {13, .985}, {28, 1}, {6, .432}, {11, .630}, {19, .899}, {28, 1}};
    uint32_t by_size = 0, by_exit = 0;
    const bonnet_status a = bonnet_pareto_at_most(&by_size, table, 4, 13), b = bonnet_pareto_at_most(&by_exit, table + 4, 4, 13),
                        c = bonnet_pareto(&n, best, table, 8);
    UNIT(u, a == BONNET_OK && b == BONNET_OK && table[by_size].accuracy == .985 && table[4 + by_exit].accuracy == .630,
         "within 13 ms: 98.5 % by size, 63.0 % by exit", "%f %f", table[by_size].accuracy, table[4 + by_exit].accuracy);
    UNIT(u, c == BONNET_OK && n == 4 && best[0] == 0 && best[3] == 3, "no exit is on the front of both", "%u: %u..%u", n, best[0], best[3]);
}

static void bytes(unit *u)
{
    static const struct {
        uint32_t filters;
        double local, published;
    } row[4] = {{1, .7018, 14}, {2, .7368, 16}, {4, .7076, 21}, {8, .7135, 30}};
    uint32_t wrong = 0;
    double c = 0;
    for (int i = 0; i < 4; i++) {
        const bonnet_status status = bonnet_exit_bytes(&c, 3, row[i].local, (uint64_t)row[i].filters * 64);
        wrong += status != BONNET_OK || floor(c) != row[i].published || c * 20 > 3072;
    }
    UNIT(u, !wrong, "bytes a sample: the four published rows", "%u wrong", wrong);
    UNIT(u, bonnet_exit_bytes(&c, 3, 1, 64) == BONNET_OK && c == 12 && bonnet_exit_bytes(&c, 3, 0, 64) == BONNET_OK && c == 20, "all here, none here",
         "%f", c);
    UNIT(u,
         bonnet_exit_bytes(&c, 3, 1.01, 64) == BONNET_EINVAL && bonnet_exit_bytes(&c, 3, NAN, 64) == BONNET_EINVAL &&
             bonnet_exit_bytes(&c, 0, 1, 64) == BONNET_EINVAL && bonnet_exit_bytes(&c, 3, 1, UINT64_MAX) == BONNET_EINVAL,
         "shares beyond 1, no classes, maps larger than any", "not refused");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "exits_confidence", 1, 300);
    confidences(&u);
    temperatures(&u);
    intervals(&u);
    paired(&u);
    fronts(&u);
    bytes(&u);
    return unit_end(&u);
}
