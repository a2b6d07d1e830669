/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket_test.c - the token bucket against its bound, whatever the clock does; bins against every non-rising fit of neighbours; thresholds of value iteration
 * against all policies there are on small buckets, against fixed thresholds, and played picture by picture with the bucket itself.
 */
#include <math.h>
#include "bonnet_bucket.h"
#include "unit.h"

enum { LEVELS = 5, BINS = 3 };

static void bucket(unit *u)
{
    uint32_t over = 0, refused = 0, taken_all = 0;
    for (uint32_t n = 0; n < u->cases; n++) {
        const double rate = 1 + unit_below(u, 5000), burst = 1 + unit_below(u, 20000);
        double now = 1000 * unit_real(u), forward = 0, out = 0, level;
        bonnet_bucket b;
        if (bonnet_bucket_start(&b, rate, burst, now) != BONNET_OK) over++;
        for (int i = 0; i < 200; i++) {
            const double by = unit_below(u, 8) ? unit_real(u) : -unit_real(u); /* a clock that is set back now and then */
            uint32_t taken = 0;
            const uint64_t bytes = unit_below(u, 3000), sent = bytes + unit_below(u, 2) * unit_below(u, 40);
            now += by, forward += by > 0 ? by : 0;
            over += bonnet_bucket_take(&taken, &b, bytes, now) != BONNET_OK;
            if (taken) over += bonnet_bucket_settle(&b, bytes, sent) != BONNET_OK, out += (double)sent, taken_all++;
            else refused++;
            over += out > rate * forward + burst + 40 || bonnet_bucket_level(&level, &b, now) != BONNET_OK || level > burst;
        }
    }
    UNIT(u, over == 0 && refused && taken_all, "never more than rate * time + burst", "%u times; %u refused, %u taken", over, refused, taken_all);
    bonnet_bucket b, copy;
    uint32_t taken, wrong = 0;
    wrong += bonnet_bucket_start(&b, -1, 10, 0) != BONNET_EINVAL || bonnet_bucket_start(&b, 1, 0, 0) != BONNET_EINVAL ||
             bonnet_bucket_start(&b, NAN, 10, 0) != BONNET_EINVAL || bonnet_bucket_start(&b, 1, 10, NAN) != BONNET_EINVAL;
    wrong += bonnet_bucket_start(&b, 100, 1000, 5) != BONNET_OK || bonnet_bucket_take(&taken, &b, 1000, 5) != BONNET_OK || !taken;
    copy = b;
    wrong += bonnet_bucket_take(&taken, &b, 500, 9.9) != BONNET_OK || taken || bonnet_bucket_take(&taken, &copy, 500, 10) != BONNET_OK || !taken;
    double level;
    wrong += bonnet_bucket_level(&level, &b, 3) != BONNET_OK || fabs(level - 490) > 1e-6 || bonnet_bucket_level(&level, &b, 4) != BONNET_OK ||
             fabs(level - 590) > 1e-6;
    UNIT(u, wrong == 0, "numbers out of range are refused; a full burst, then what has flowed in", "%u wrong", wrong);
}

/* The least sum of squares of a non-rising sequence, neighbours pooled in every way. */
static double best_fit(const double *share, const double *gain, uint32_t count)
{
    double best = HUGE_VAL;
    for (uint32_t mask = 0; mask < 1u << (count - 1); mask++) { /* bit i: a new pool behind bin i */
        double sum = 0, last = HUGE_VAL;
        uint32_t from = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (i + 1 < count && !(mask >> i & 1)) continue;
            double w = 0, mean = 0;
            for (uint32_t k = from; k <= i; k++) w += share[k], mean += share[k] * gain[k];
            mean /= w;
            if (mean > last + 1e-12) sum = HUGE_VAL;
            for (uint32_t k = from; k <= i; k++) sum += share[k] * (gain[k] - mean) * (gain[k] - mean);
            last = mean, from = i + 1;
        }
        best = sum < best ? sum : best;
    }
    return best;
}

static void bins_of_samples(unit *u)
{
    uint32_t wrong = 0;
    for (uint32_t n = 0; n < u->cases; n++) {
        enum { MOST = 10, EACH = 30 };
        double confidence[MOST * EACH], share[MOST] = {0}, gain[MOST] = {0}, error = 0;
        uint8_t here[MOST * EACH], above[MOST * EACH];
        const uint32_t values = 1 + unit_below(u, MOST), samples = values + unit_below(u, values * (EACH - 1));
        bonnet_offload_bin bin[BONNET_OFFLOAD_BINS];
        uint32_t count = 0;
        for (uint32_t i = 0; i < samples; i++) {
            const uint32_t v = i < values ? i : unit_below(u, values);
            confidence[i] = v, here[i] = (uint8_t)unit_below(u, 2), above[i] = (uint8_t)(unit_below(u, 3) > 0);
            share[v] += 1.0 / samples, gain[v] += (double)above[i] - here[i];
        }
        for (uint32_t v = 0; v < values; v++) gain[v] /= share[v] * samples;
        const bonnet_offload_samples s = {confidence, here, above, samples};
        wrong += bonnet_offload_bins(&count, bin, &s) != BONNET_OK || count != values;
        for (uint32_t v = 0; v < count && !wrong; v++) {
            error += share[v] * (bin[v].gain - gain[v]) * (bin[v].gain - gain[v]);
            wrong += fabs(bin[v].share - share[v]) > 1e-9 || bin[v].from != v || (v && bin[v].gain > bin[v - 1].gain);
        }
        wrong += error > best_fit(share, gain, values) + 1e-9;
    }
    UNIT(u, wrong == 0, "bins: the closest gains that do not rise", "%u are not", wrong);
    enum { MANY = 5000 };
    static double confidence[MANY];
    static uint8_t right[MANY];
    uint32_t count = 0;
    bonnet_offload_bin bin[BONNET_OFFLOAD_BINS];
    for (int i = 0; i < MANY; i++) confidence[i] = unit_real(u) < 0.3 ? 0.5 : unit_real(u);
    const bonnet_offload_samples s = {confidence, right, right, MANY};
    double sum = 0;
    if (bonnet_offload_bins(&count, bin, &s) != BONNET_OK) count = 0;
    for (uint32_t i = 0; i < count; i++) sum += bin[i].share;
    UNIT(u, count > 40 && count <= BONNET_OFFLOAD_BINS && fabs(sum - 1) < 1e-9, "many confidences: at most 64 bins, all samples in them", "%u, %g",
         count, sum);
}

typedef struct problem {
    bonnet_offload_bin bin[BONNET_OFFLOAD_BINS];
    uint32_t bins;
    bonnet_offload_traffic traffic;
} problem;

static void draw_bins(problem *p, unit *u, uint32_t bins)
{
    double left = 1, gain = 0.2 + 0.8 * unit_real(u);
    p->bins = bins;
    for (uint32_t k = 0; k < bins; k++) {
        const double share = k + 1 < bins ? left * (0.2 + 0.5 * unit_real(u)) : left;
        p->bin[k] = (bonnet_offload_bin){0.1 * k, share, gain};
        left -= share, gain -= 0.5 * unit_real(u) * (gain + 0.3);
    }
}

/* The long run of any policy: sends[level] is a set of bins. By squaring (P + 1) / 2, which has the same. From a full bucket. */
static double long_run(const problem *p, const uint32_t *sends, uint32_t levels, uint32_t cost, uint32_t refill, double more)
{
    double m[LEVELS + 1][LEVELS + 1] = {{0}}, next[LEVELS + 1][LEVELS + 1], gain[LEVELS + 1] = {0}, sum = 0;
    for (uint32_t l = 0; l <= levels; l++) {
        m[l][l] += 0.5;
        for (uint32_t k = 0; k < p->bins; k++) {
            const int sent = l >= cost && (sends[l] >> k & 1);
            const uint32_t from = sent ? l - cost : l, low = from + refill < levels ? from + refill : levels, high = low < levels ? low + 1 : low;
            if (sent) gain[l] += p->bin[k].share * p->bin[k].gain;
            m[l][low] += 0.5 * p->bin[k].share * (1 - more), m[l][high] += 0.5 * p->bin[k].share * more;
        }
    }
    for (int s = 0; s < 30; s++) {
        for (uint32_t i = 0; i <= levels; i++)
            for (uint32_t j = 0; j <= levels; j++) {
                next[i][j] = 0;
                for (uint32_t k = 0; k <= levels; k++) next[i][j] += m[i][k] * m[k][j];
            }
        for (uint32_t i = 0; i <= levels; i++) { /* rounding must not grow with every square */
            double row = 0;
            for (uint32_t j = 0; j <= levels; j++) row += next[i][j];
            for (uint32_t j = 0; j <= levels; j++) m[i][j] = next[i][j] / row;
        }
    }
    for (uint32_t l = 0; l <= levels; l++) sum += m[levels][l] * gain[l];
    return sum;
}

/* A small bucket, a request of one to three levels: every set of bins for every level, played to its long run. */
static void against_all(unit *u)
{
    uint32_t worse = 0, off = 0, fixed_better = 0, fixed_worse = 0, falls = 0, coarse = 0;
    for (uint32_t n = 0; n < 40; n++) {
        problem p = {.bins = 0};
        const uint32_t bins = 1 + unit_below(u, BINS), levels = 2 + unit_below(u, bins == BINS ? 2 : LEVELS - 1),
                       cost = 1 + unit_below(u, levels > 3 ? 3 : levels);
        const double refill = unit_real(u) * cost * 1.1;
        draw_bins(&p, u, bins);
        p.traffic = (bonnet_offload_traffic){refill * 100, 100 * levels, 100 * cost, 1, levels};
        bonnet_offload_policy best, fixed;
        if (bonnet_offload_solve(&best, p.bin, p.bins, &p.traffic) != BONNET_OK ||
            bonnet_offload_fixed(&fixed, p.bin, p.bins, &p.traffic) != BONNET_OK)
            exit(1);
        if (best.cost != cost || best.levels != levels) { /* cut so that a request is whole levels */
            coarse++;
            continue;
        }
        uint32_t sends[LEVELS + 1] = {0}, sets = 1u << bins;
        uint64_t policies = 1;
        double most = -HUGE_VAL;
        for (uint32_t l = cost; l <= levels; l++) policies *= sets;
        for (uint64_t i = 0; i < policies; i++) {
            uint64_t rest = i;
            for (uint32_t l = cost; l <= levels; l++) sends[l] = (uint32_t)(rest % sets), rest /= sets;
            const double g = long_run(&p, sends, levels, cost, (uint32_t)refill, refill - floor(refill));
            most = g > most ? g : most;
        }
        worse += best.gain<most - 1e-7, off += best.gain> most + 1e-7 || best.gap > 1e-6 || best.sent * cost > refill + 1e-6;
        fixed_better += fixed.gain > best.gain + 1e-7, fixed_worse += fixed.gain < best.gain - 1e-4;
        for (uint32_t l = 1; l <= best.levels; l++) falls += best.theta[l] < best.theta[l - 1];
    }
    UNIT(u, worse == 0 && coarse < 30, "of all policies of a small bucket, none gains more", "%u times; %u not tried", worse, coarse);
    UNIT(u, off == 0 && falls == 0, "nor less than it says; no more is sent than flows in; thresholds do not fall", "%u, %u", off, falls);
    UNIT(u, fixed_better == 0 && fixed_worse > 0, "no fixed threshold gains more, some less", "%u gain more, %u less", fixed_better, fixed_worse);
}

/* Pictures one by one, with the bucket itself. policy NULL: everybody below `below` for whom there is room. */
static double play(unit *u, const problem *p, const bonnet_offload_policy *policy, double below, uint32_t pictures)
{
    bonnet_bucket b;
    double gained = 0, level;
    if (bonnet_bucket_start(&b, p->traffic.bytes_per_s, p->traffic.burst_bytes, 0) != BONNET_OK) exit(1);
    for (uint32_t i = 0; i < pictures; i++) {
        const double now = i / p->traffic.pictures_per_s;
        double x = unit_real(u);
        uint32_t k = 0, yes = 0, taken = 0;
        while (k + 1 < p->bins && x >= p->bin[k].share) x -= p->bin[k++].share;
        const double confidence = p->bin[k].from;
        if (bonnet_bucket_level(&level, &b, now) != BONNET_OK) exit(1);
        if (!policy) yes = confidence < below;
        else if (bonnet_offload_worth(&yes, policy, level, confidence) != BONNET_OK) exit(1);
        if (yes && bonnet_bucket_take(&taken, &b, (uint64_t)p->traffic.request_bytes, now) != BONNET_OK) exit(1);
        if (taken) gained += p->bin[k].gain;
    }
    return gained / pictures;
}

static void played(unit *u)
{
    enum { PICTURES = 60000 };
    uint32_t off = 0, lost = 0;
    double policy_gain = 0, best_gain = 0;
    for (uint32_t n = 0; n < 8; n++) {
        problem p = {.bins = 0};
        bonnet_offload_policy best;
        draw_bins(&p, u, 6);
        p.traffic =
            (bonnet_offload_traffic){(0.05 + 0.5 * unit_real(u)) * 3000 * 25, 3000 * (1 + unit_below(u, 12)) + unit_below(u, 2000), 3000, 25, 0};
        if (bonnet_offload_solve(&best, p.bin, p.bins, &p.traffic) != BONNET_OK) exit(1);
        const double by_policy = play(u, &p, &best, 0, PICTURES);
        double by_fixed = 0;
        for (uint32_t k = 1; k <= p.bins; k++) by_fixed = fmax(by_fixed, play(u, &p, NULL, 0.1 * k - 0.05, PICTURES));
        policy_gain += by_policy, best_gain += by_fixed;
        off += fabs(by_policy - best.gain) > 0.01, lost += by_policy < by_fixed - 0.005;
    }
    UNIT(u, off == 0 && lost == 0 && policy_gain > best_gain, "picture by picture: what it says, and never below the best fixed threshold",
         "%u off, %u lost, %g for %g", off, lost, policy_gain, best_gain);
}

static void refusals(unit *u)
{
    problem p = {.bins = 0};
    bonnet_offload_policy out = {.levels = 7};
    uint32_t wrong = 0, yes;
    draw_bins(&p, u, 3);
    p.traffic = (bonnet_offload_traffic){100, 1000, 100, 1, 0};
#define REFUSED(change)                                                                                                                              \
    do {                                                                                                                                             \
        problem q = p;                                                                                                                               \
        change;                                                                                                                                      \
        wrong += bonnet_offload_solve(&out, q.bin, q.bins, &q.traffic) != BONNET_EINVAL || out.levels != 7;                                          \
    } while (0)
    REFUSED(q.bins = 0);
    REFUSED(q.bins = BONNET_OFFLOAD_BINS + 1);
    REFUSED(q.bin[1].gain = q.bin[0].gain + 0.1);
    REFUSED(q.bin[1].from = 0);
    REFUSED(q.bin[0].from = 0.01);
    REFUSED(q.bin[2].share = 0.9);
    REFUSED(q.traffic.request_bytes = 1001);
    REFUSED(q.traffic.pictures_per_s = 0);
    REFUSED(q.traffic.bytes_per_s = NAN);
    REFUSED(q.traffic.levels = BONNET_OFFLOAD_LEVELS + 1);
    wrong += bonnet_offload_worth(&yes, &(bonnet_offload_policy){.unit_bytes = 1, .levels = BONNET_OFFLOAD_LEVELS + 1}, 1, 0) != BONNET_EINVAL;
    wrong += bonnet_offload_judge(&out, p.bin, p.bins, &p.traffic) != BONNET_EINVAL; /* levels are not those of this traffic */
    UNIT(u, wrong == 0, "questions that make no sense are refused", "%u are not", wrong);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "bucket", 1, 200);
    bucket(&u);
    bins_of_samples(&u);
    against_all(&u);
    played(&u);
    refusals(&u);
    return unit_end(&u);
}
