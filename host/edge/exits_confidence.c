/* SPDX-License-Identifier: Apache-2.0 */
/* exits_confidence.c - how sure logits are; the temperature at which their softmax means what it says. */
#include <math.h>
#include <string.h>
#include "exits.h"

static const double least_temperature = 1e-3, most_temperature = 1e9;

const char *bonnet_confidence_name(uint32_t kind)
{
    static const char *const names[] = {"margin", "probability", "entropy"};
    return kind < sizeof names / sizeof *names ? names[kind] : "";
}

/* The two largest, as 64 bits: their difference does not fit into 32. */
static double margin(const int32_t *logits, uint32_t classes)
{
    int64_t first = INT64_MIN, second = INT64_MIN;
    for (uint32_t i = 0; i < classes; i++) {
        if (logits[i] > first) second = first, first = logits[i];
        else if (logits[i] > second) second = logits[i];
    }
    return (double)(first - second);
}

static int32_t largest(const int32_t *logits, uint32_t classes)
{
    int32_t most = logits[0];
    for (uint32_t i = 1; i < classes; i++) most = logits[i] > most ? logits[i] : most;
    return most;
}

/*
 * With x = (logit - largest) / temperature <= 0, p = exp(x) / sum: -sum p ln p = ln(sum) - sum x exp(x) / sum. No logarithm of a probability is taken, so none
 * is of 0; sum is at least 1. x exp(x) is 0 where exp(x) is.
 */
static double of_softmax(const int32_t *logits, uint32_t classes, double temperature, bool entropy)
{
    const int32_t most = largest(logits, classes);
    double sum = 0, weighted = 0;
    for (uint32_t i = 0; i < classes; i++) {
        const double x = (double)((int64_t)logits[i] - most) / temperature, e = exp(x);
        sum += e;
        if (e > 0) weighted += x * e;
    }
    if (!entropy) return 1 / sum;
    const double sure = 1 - (log(sum) - weighted / sum) / log(classes);
    return sure < 0 ? 0 : sure > 1 ? 1 : sure; /* beyond by rounding only */
}

static bool is_temperature(double t) { return t > 0 && isfinite(t); }

bonnet_status bonnet_confidence_get(double *out, uint32_t kind, const int32_t *logits, uint32_t classes, double temperature)
{
    if (!out || !logits || classes < 2 || classes > BONNET_EXIT_CLASSES || kind > BONNET_CONFIDENCE_ENTROPY) return BONNET_EINVAL;
    if (kind == BONNET_CONFIDENCE_MARGIN) *out = margin(logits, classes);
    else if (!is_temperature(temperature)) return BONNET_EINVAL;
    else *out = of_softmax(logits, classes, temperature, kind == BONNET_CONFIDENCE_ENTROPY);
    return BONNET_OK;
}

typedef struct labelled {
    const int32_t *logits;
    const uint16_t *labels;
    size_t samples;
    uint32_t classes;
} labelled;

static double nll(const labelled *l, double temperature)
{
    double total = 0;
    for (size_t s = 0; s < l->samples; s++) {
        const int32_t *row = l->logits + s * l->classes, most = largest(row, l->classes);
        double sum = 0; /* at least 1: the largest is among them */
        for (uint32_t i = 0; i < l->classes; i++) sum += exp((double)((int64_t)row[i] - most) / temperature);
        total += log(fmax(sum, 1)) - (double)((int64_t)row[l->labels[s]] - most) / temperature;
    }
    return total / (double)l->samples;
}

static double ece(const labelled *l, double temperature)
{
    enum { BINS = 15 };
    double sure[BINS] = {0}, total = 0;
    size_t right[BINS] = {0};
    for (size_t s = 0; s < l->samples; s++) {
        const int32_t *row = l->logits + s * l->classes, most = largest(row, l->classes);
        const double p = of_softmax(row, l->classes, temperature, false);
        const uint32_t bin = p < 1 ? (uint32_t)(p * BINS) : BINS - 1;
        uint32_t first = 0;
        while (row[first] != most) first++;
        sure[bin] += p;
        right[bin] += first == l->labels[s];
    }
    for (int b = 0; b < BINS; b++) total += fabs(sure[b] - (double)right[b]);
    return total / (double)l->samples;
}

/* Golden section over ln(temperature): nll is convex in 1 / temperature, so it falls and then rises. */
static double fit(const labelled *l)
{
    const double golden = 0.6180339887498949;
    double low = log(least_temperature), high = log(most_temperature);
    double a = high - golden * (high - low), b = low + golden * (high - low), at_a = nll(l, exp(a)), at_b = nll(l, exp(b));
    while (high - low > 1e-4) {
        if (at_a <= at_b) {
            high = b, b = a, at_b = at_a;
            a = high - golden * (high - low);
            at_a = nll(l, exp(a));
        } else {
            low = a, a = b, at_a = at_b;
            b = low + golden * (high - low);
            at_b = nll(l, exp(b));
        }
    }
    return exp((low + high) / 2);
}

bonnet_status bonnet_temperature_fit(bonnet_temperature *out, const int32_t *logits, const uint16_t *labels, size_t samples, uint32_t classes,
                                     double from)
{
    const labelled l = {logits, labels, samples, classes};
    if (!out || !logits || !labels || !samples || samples > BONNET_EXIT_SAMPLES || classes < 2 || classes > BONNET_EXIT_CLASSES ||
        !is_temperature(from))
        return BONNET_EINVAL;
    for (size_t s = 0; s < samples; s++)
        if (labels[s] >= classes) return BONNET_EINVAL;
    bonnet_temperature t = {.temperature = fit(&l)};
    t.nll_before = nll(&l, from), t.nll_after = nll(&l, t.temperature);
    t.ece_before = ece(&l, from), t.ece_after = ece(&l, t.temperature);
    *out = t;
    return BONNET_OK;
}
