/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_test.c - detectors and the meter: published counts on a recorded bus ride where it is at hand, on drawn links everywhere; the Bayesian detector
 * against one that keeps every run length and works in logarithms; constant, zero, huge and wild samples.
 */
#include <math.h>
#include <stddef.h>
#include "bonnet_edge.h"
#include "unit.h"

size_t __sanitizer_get_current_allocated_bytes(void); /* of the address sanitizer */

#define BUS "../shared/data/belgium_4g_report_bus_0001.log" /* where `make` runs */
enum { LONG = 1500, LOOK = 5 };

static double normal(unit *u) { return sqrt(-2 * log(1 - unit_real(u))) * cos(6.283185307179586 * unit_real(u)); }

static int near(double a, double b, double relative) { return fabs(a - b) <= relative * fabs(b); }

/* First samples of all states but the first; their number. */
static uint32_t changes(uint64_t *at, uint32_t room, const double *x, size_t n, uint32_t method, double threshold)
{
    bonnet_link_options o = BONNET_LINK_OPTIONS_INIT;
    bonnet_link *link;
    bonnet_link_state s;
    uint32_t count = 0;
    o.method = method, o.threshold = threshold;
    if (bonnet_link_open(&link, &o) != BONNET_OK) exit(1);
    for (size_t i = 0; i < n; i++) {
        if (bonnet_link_add(&s, link, x[i]) != BONNET_OK) exit(1);
        if (s.changed && count++ < room) at[count - 1] = s.since;
    }
    bonnet_link_close(link);
    return count;
}

/* 8, 1, 4 Mbit/s for a minute each, with the noise that a busy link has. */
static void steps(unit *u)
{
    double x[180];
    uint64_t at[8];
    uint32_t wrong[3] = {0};
    for (uint32_t c = 0; c < 20; c++) {
        const double noise = c ? 0.1 * unit_real(u) : 0;
        for (int i = 0; i < 180; i++) x[i] = 1e6 * fmax(0, (i < 60 ? 8 : i < 120 ? 1 : 4) + noise * normal(u));
        wrong[0] += changes(at, 8, x, 180, BONNET_LINK_BAYES, 0.5) != 2 || at[0] != 60 || at[1] != 120;
        wrong[1] += changes(at, 8, x, 180, BONNET_LINK_BAYES, 0.01) < 2 || at[0] != 60 || at[1] > 119 || at[1] < (c ? 118 : 119);
        wrong[2] += changes(at, 8, x, 180, BONNET_LINK_EWMA, 0) != 2 || at[0] > 60 || at[0] < 57 || at[1] > 120 ||
                    at[1] < 117; /* noise before may seem part of it */
    }
    UNIT(u, !wrong[0], "8, 1, 4 Mbit/s: changes at 60 and 120 beyond .5", "%u of 20 wrong", wrong[0]);
    UNIT(u, !wrong[1], "at 60 and 119 beyond .01", "%u of 20 wrong", wrong[1]);
    UNIT(u, !wrong[2], "EWMA: at 60 and 120", "%u of 20 wrong", wrong[2]);
}

/* The same recursion kept whole, in logarithms: posterior of a run of LOOK samples behind x[0 .. n). */
static void reference(double *posterior, const double *x, size_t n)
{
    static double weight[LONG + 1], mean[LONG + 1], beta[LONG + 1];
    weight[0] = 0, mean[0] = 0, beta[0] = 0.01;
    for (size_t t = 0; t < n; t++) {
        double most = -INFINITY, sum = 0, all = 0;
        for (size_t r = 0; r <= t; r++) {
            const double a = 0.1 + (double)r / 2, k = 1 + (double)r, v = beta[r] * (k + 1) / (a * k), d = x[t] - mean[r];
            weight[r] += lgamma(a + 0.5) - lgamma(a) - 0.5 * log(2 * a * 3.14159265358979323846 * v) - (a + 0.5) * log1p(d * d / (2 * a * v));
            if (weight[r] > most) most = weight[r];
        }
        for (size_t r = 0; r <= t; r++) sum += exp(weight[r] - most);
        for (size_t r = t + 1; r; r--) {
            const double k = (double)r, d = x[t] - mean[r - 1];
            weight[r] = weight[r - 1] + log(1 - 1 / 250.0);
            mean[r] = (k * mean[r - 1] + x[t]) / (k + 1), beta[r] = beta[r - 1] + k * d * d / (2 * (k + 1));
        }
        weight[0] = most + log(sum) + log(1 / 250.0), mean[0] = 0, beta[0] = 0.01;
        for (size_t r = 0; r <= t + 1; r++) all += exp(weight[r] - most);
        posterior[t] = t + 1 >= LOOK ? exp(weight[LOOK] - most) / all : 0;
        for (size_t r = 0; r <= t + 1; r++) weight[r] -= most + log(all);
    }
}

/* A link that jumps now and then; what is declared must be what the whole recursion says, for any threshold, runs cut off or not. */
static void against_reference(unit *u)
{
    static double x[LONG], mbit[LONG], posterior[LONG];
    uint32_t wrong = 0, declared = 0;
    for (uint32_t c = 0; c < u->cases / 20 + 1; c++) {
        const size_t n = c ? 100 + unit_below(u, 200) : LONG; /* the first is longer than the runs that are kept */
        double level = 1 + 20 * unit_real(u), noise = 0.5 * unit_real(u), threshold = c % 2 ? 0.01 + 0.5 * unit_real(u) : 0.01;
        for (size_t i = 0; i < n; i++) {
            if (unit_below(u, c ? 60 : 5000) == 0) level = 1 + 20 * unit_real(u);
            mbit[i] = fmax(0, level * (1 + 0.2 * noise * normal(u)));
            x[i] = mbit[i] * 1e6;
        }
        reference(posterior, mbit, n);
        bonnet_link_options o = BONNET_LINK_OPTIONS_INIT;
        bonnet_link *link;
        bonnet_link_state s = {0};
        uint64_t since = 0;
        o.threshold = threshold;
        if (bonnet_link_open(&link, &o) != BONNET_OK) exit(1);
        for (size_t i = 0; i < n; i++) {
            const int due = posterior[i] > threshold && i + 1 >= LOOK + since + 2;
            double mean = 0;
            if (bonnet_link_add(&s, link, x[i]) != BONNET_OK) exit(1);
            if (due) since = i + 1 - LOOK, declared++;
            for (size_t k = since; k <= i; k++) mean += x[k] / (double)(i + 1 - since);
            if (fabs(posterior[i] - threshold) < 1e-6) break; /* too close to call */
            wrong += s.changed != (uint32_t)due || s.since != since || s.samples != i + 1 || !near(s.bits_per_s, mean, 1e-9);
        }
        bonnet_link_close(link);
    }
    UNIT(u, !wrong && declared > u->cases / 20, "every change that the whole recursion finds, and its mean", "%u samples wrong, %u changes", wrong,
         declared);
}

/* A state that lasts far beyond the runs that are kept is left as soon as any other; so is the one behind it. */
static void long_states(unit *u)
{
    enum { N = 4000 };
    uint32_t wrong = 0, stray = 0;
    for (uint32_t c = 0; c < 5; c++) {
        bonnet_link_options o = BONNET_LINK_OPTIONS_INIT;
        bonnet_link *link;
        bonnet_link_state s;
        o.runs = 16;
        if (bonnet_link_open(&link, &o) != BONNET_OK) exit(1);
        for (uint32_t i = 0; i < N; i++) {
            const double mbit = (i < 3000 ? 9 : i < 3500 ? 7 : 11) + 0.1 * normal(u);
            if (bonnet_link_add(&s, link, mbit * 1e6) != BONNET_OK) exit(1);
            stray += s.changed && (s.since < 2997 || s.since > 3000) && (s.since < 3497 || s.since > 3500);
            wrong += (i == 3499 && s.since < 2997) || (i == N - 1 && s.since < 3497);
        }
        bonnet_link_close(link);
    }
    UNIT(u, !wrong && !stray, "changes at 3000 and 3500, 16 run lengths kept", "%u missed, %u where there are none", wrong, stray);
}

/* EWMA: a state of nothing ends; a dip is part of the state, a drift below the threshold too. */
static void small_matters(unit *u)
{
    double x[600], mean = 0;
    uint64_t at[2] = {0, 0};
    bonnet_link *link;
    bonnet_link_state s = {0};
    bonnet_link_options o = BONNET_LINK_OPTIONS_INIT;
    for (int i = 0; i < 600; i++) x[i] = i < 100 ? 0 : 5e6;
    UNIT(u, changes(at, 2, x, 600, BONNET_LINK_EWMA, 0) == 1 && at[0] == 100, "EWMA: from nothing to 5 Mbit/s", "at %u", (unsigned)at[0]);
    o.method = BONNET_LINK_EWMA;
    for (int kind = 0; kind < 2; kind++) {
        uint32_t changed = 0;
        mean = 0;
        if (bonnet_link_open(&link, &o) != BONNET_OK) exit(1);
        for (int i = 0; i < 600; i++) {
            const double one = kind ? (i < 50 ? 10e6 : 8e6) : i == 100 || i == 101 ? 6e6 : 10e6;
            if (bonnet_link_add(&s, link, one) != BONNET_OK) exit(1);
            mean += one / 600, changed += s.changed;
        }
        bonnet_link_close(link);
        UNIT(u, !changed && near(s.bits_per_s, mean, kind ? 0.01 : 1e-12),
             kind ? "EWMA: a small step is followed" : "EWMA: a dip is part of the state", "%u changes, mean %g, wanted %g", changed, s.bits_per_s,
             mean);
    }
}

/* Samples as nobody wants them: never a state that is no number or out of what was seen, never more memory. */
static void bounded(unit *u, uint32_t method, const char *label)
{
    static const uint32_t runs[3] = {16, 100, 1000};
    uint32_t wrong = 0, grew = 0, early = 0;
    for (uint32_t kind = 0; kind < 7; kind++)
        for (uint32_t c = 0; c < 3; c++) {
            bonnet_link_options o = BONNET_LINK_OPTIONS_INIT;
            bonnet_link *link;
            bonnet_link_state s;
            o.method = method, o.runs = runs[c], o.scale_bits_per_s = c == 1 ? 1 : 1e6;
            if (bonnet_link_open(&link, &o) != BONNET_OK) exit(1);
            const size_t before = __sanitizer_get_current_allocated_bytes();
            const uint32_t n = c == 2 ? 2500 : 5000;
            uint64_t since = 0;
            for (uint32_t i = 0; i < n; i++) {
                const double one = unit_real(u);
                const double x = kind == 0   ? 0
                                 : kind == 1 ? 7e6
                                 : kind == 2 ? 1e12
                                 : kind == 3 ? (i & 1) * 1e12
                                 : kind == 4 ? pow(10, 12 * one)
                                 : kind == 5 ? (i == n / 2 ? 1e12 : 3e6)
                                             : (double)i * 1e3;
                if (bonnet_link_add(&s, link, x) != BONNET_OK) wrong++;
                if (!(s.bits_per_s >= 0 && s.bits_per_s <= 1e12 * (1 + 1e-12)) || s.since > i || s.since < since || s.samples != i + 1u) wrong++;
                if (kind <= 2 && (s.changed || !near(s.bits_per_s, x, 1e-12))) early++;
                since = s.since;
            }
            grew += __sanitizer_get_current_allocated_bytes() != before;
            bonnet_link_close(link);
        }
    UNIT(u, !wrong && !grew && !early, label, "%u states out of range, memory grew in %u runs, %u changes of a constant", wrong, grew, early);
}

static void refused(unit *u)
{
    bonnet_link *link = NULL;
    bonnet_link_state s = {.samples = 77};
    const double bad[] = {NAN, INFINITY, -INFINITY, -1, 1.1e12};
    char message[200] = "";
    uint32_t taken = 0;
    UNIT(u, bonnet_link_open(&link, NULL) == BONNET_OK, "no options", "refused");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) taken += bonnet_link_add(&s, link, bad[i]) != BONNET_EINVAL || s.samples != 77;
    UNIT(u, !taken && bonnet_link_add(&s, link, 5) == BONNET_OK && s.samples == 1 && s.bits_per_s == 5, "no rates, and then one", "%u taken", taken);
    bonnet_link_close(link);
    bonnet_link_close(NULL);
    bonnet_link_options base = BONNET_LINK_OPTIONS_INIT, o[12];
    for (int i = 0; i < 12; i++) o[i] = base, o[i].message = message, o[i].message_bytes = sizeof message;
    o[0].method = 2, o[1].threshold = 1, o[2].threshold = -0.1, o[3].threshold = NAN, o[4].hazard = 1, o[5].runs = 15, o[6].runs = 10001,
    o[7].look = 16;
    o[8].weight = 1.5, o[9].scale_bits_per_s = INFINITY, o[10].scale_bits_per_s = 0.5, o[11].hazard = NAN;
    for (int i = 0; i < 12; i++) {
        *message = 0;
        taken += bonnet_link_open(&link, &o[i]) != BONNET_EINVAL || !*message;
    }
    UNIT(u, !taken, "options out of range, each with a line", "%u taken", taken);
}

/* A recorded bus ride (docs/edge.md says which), where the folder beside this one has it. */
static void bus(unit *u)
{
    static char text[1 << 17];
    static double x[1000];
    FILE *f = fopen(BUS, "rb");
    if (!f) {
        printf("skip  link: no %s: the counts published for it are not checked\n", BUS);
        return;
    }
    const size_t bytes = fread(text, 1, sizeof text, f);
    fclose(f);
    bonnet_link_trace t;
    bonnet_link_stats s;
    if (bonnet_link_trace_read(&t, text, bytes, 0, NULL, 0) != BONNET_OK || bonnet_link_stats_get(&s, t.samples, t.count) != BONNET_OK ||
        t.count > 1000)
        exit(1);
    const size_t n = t.count;
    for (size_t i = 0; i < n; i++) x[i] = t.samples[i].bits_per_s;
    bonnet_link_trace_free(&t);
    UNIT(u,
         n == 607 && near(s.min, 3.46e6, 2e-3) && near(s.p10, 13.9e6, 3e-3) && near(s.median, 26.8e6, 2e-3) && near(s.mean, 27.6e6, 2e-3) &&
             near(s.max, 56e6, 1e-3),
         "statistics of a bus ride", "%zu samples: %g %g %g %g %g", n, s.min, s.p10, s.median, s.mean, s.max);
    const uint32_t got[3] = {changes(NULL, 0, x, n, 0, 0.01), changes(NULL, 0, x, n, 0, 0.1), changes(NULL, 0, x, n, 0, 0.5)};
    const uint32_t plain = changes(NULL, 0, x, n, BONNET_LINK_EWMA, 0);
    UNIT(u, plain == 19, "19 by EWMA, as docs/edge.md says", "%u", plain);
    UNIT(u, got[0] == 16 && got[1] == 3 && got[2] == 0, "16, 3 and no changes beyond .01, .1, .5", "%u, %u, %u", got[0], got[1], got[2]);
}

static void meter(unit *u)
{
    bonnet_link_meter m = BONNET_LINK_METER_INIT;
    uint32_t bad = bonnet_link_meter_add(&m, 1000, 0.05) != BONNET_OK;
    UNIT(u, !bad && m.rtt_s == 0.05 && m.rtt_min_s == 0.05 && m.bits_per_s == 0, "a small request is the way", "%g", m.rtt_s);
    bad = bonnet_link_meter_add(&m, 2048, 0.042) != BONNET_OK;
    UNIT(u, !bad && near(m.rtt_s, 0.049, 1e-12) && m.rtt_min_s == 0.042 && m.small == 2, "two of them", "%g", m.rtt_s);
    bad = bonnet_link_meter_add(&m, 25000, 0.242) != BONNET_OK;
    UNIT(u, !bad && near(m.bits_per_s, 1e6, 1e-12) && m.large == 1, "25 kB in 200 ms beside the way: 1 Mbit/s", "%g", m.bits_per_s);
    bad = bonnet_link_meter_add(&m, 3000, 0.044) != BONNET_OK;
    UNIT(u, !bad && near(m.bits_per_s, 1e6, 1e-12) && m.ignored == 1, "3 kB in little more than the way say nothing", "%g", m.bits_per_s);
    bad = bonnet_link_meter_add(&m, UINT64_C(1) << 53, 1) != BONNET_OK;
    UNIT(u, !bad && m.bits_per_s == 1e12, "a rate stays what a detector takes", "%g", m.bits_per_s);
    const bonnet_link_meter before = m;
    bad = bonnet_link_meter_add(&m, 0, 1) == BONNET_OK;
    bad += bonnet_link_meter_add(&m, 10, 0) == BONNET_OK;
    bad += bonnet_link_meter_add(&m, 10, NAN) == BONNET_OK;
    bad += bonnet_link_meter_add(&m, 10, -1) == BONNET_OK;
    bad += bonnet_link_meter_add(&m, 10, 86401) == BONNET_OK;
    bad += bonnet_link_meter_add(&m, UINT64_MAX, 1) == BONNET_OK;
    UNIT(u, !bad && !memcmp(&before, &m, sizeof m), "no bytes, no time, no number", "%u taken", bad);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "link", 1, 300);
    steps(&u);
    against_reference(&u);
    long_states(&u);
    small_matters(&u);
    bounded(&u, BONNET_LINK_BAYES, "BAYES: constant, zero, huge, wild samples");
    bounded(&u, BONNET_LINK_EWMA, "EWMA: the same");
    refused(&u);
    bus(&u);
    meter(&u);
    return unit_end(&u);
}
