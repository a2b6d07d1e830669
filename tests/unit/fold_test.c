/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_test.c - host/compiler/fold.c: the integer threshold says on every reachable integer what the real formula says.
 *
 * The reference is the formula as BatchNormalization states it, gamma * (n - mean) / sqrt(var + eps) + beta + b, written down
 * straight in long double and asked at every n; nothing is inverted or rounded to a T.
 */
#include <math.h>
#include "fold.h"
#include "unit.h"

typedef struct {
    float gamma, beta, mean, var, eps, b, alpha, bias;
} bn;

/* The chain that the importer would make of it: bias, alpha, BatchNormalization, slice offset. */
typedef struct {
    long double x[6];
    bonnet_affine step[4];
} chain;

static const bonnet_affine *chain_make(chain *c, const bn *p)
{
    c->x[0] = p->bias, c->x[1] = p->alpha, c->x[2] = p->mean, c->x[4] = p->beta, c->x[5] = p->b;
    c->x[3] = p->gamma / sqrtl((long double)p->var + p->eps);
    c->step[0] = (bonnet_affine){.depth = 1, .n = 1, .add = &c->x[0]};
    c->step[1] = (bonnet_affine){.prev = &c->step[0], .depth = 2, .n = 1, .mul = &c->x[1]};
    c->step[2] = (bonnet_affine){.prev = &c->step[1], .depth = 3, .n = 1, .sub = &c->x[2], .mul = &c->x[3], .add = &c->x[4]};
    c->step[3] = (bonnet_affine){.prev = &c->step[2], .depth = 4, .n = 1, .add = &c->x[5]};
    return &c->step[3];
}

static long double formula(const bn *p, int32_t n, long double *size)
{
    long double x = ((long double)n + p->bias) * p->alpha;
    long double s = sqrtl((long double)p->var + p->eps);
    *size = fabsl(p->gamma * x / s) + fabsl((long double)p->gamma * p->mean / s) + fabsl(p->beta) + fabsl(p->b);
    return p->gamma * (x - p->mean) / s + p->beta + p->b;
}

/* Compares all of n = first, first + step, ..; direction as the importer chooses it. Returns mismatches; *unclear: too close to call. */
static unsigned compare(const bn *p, int32_t first, int32_t step, uint32_t count, unsigned *unclear, bonnet_fold_stats *stats)
{
    chain c;
    const bonnet_affine *top = chain_make(&c, p);
    const int direction = bonnet_fold_slope(top, 0) < 0 ? -1 : 1;
    const uint32_t t = bonnet_fold_threshold(top, 0, direction, first, step, count, stats);
    unsigned wrong = 0;
    for (uint32_t i = 0; i < count; i++) {
        long double size, v = formula(p, direction * (first + step * (int32_t)i), &size);
        if (fabsl(v) <= 1e-17L * size && v != 0) ++*unclear;
        else wrong += (i >= t) != (v >= 0);
    }
    return wrong;
}

static float pick(unit *u, double low, double high) { return (float)(low + (high - low) * unit_real(u)); }

static bn random_bn(unit *u, double reach)
{
    static const float slice[5] = {0, -2.0f / 3, -1.0f / 3, 1.0f / 3, 2.0f / 3};
    bn p = {.gamma = pick(u, -2, 2),
            .beta = pick(u, -2, 2),
            .mean = pick(u, -reach, reach),
            .var = pick(u, 0, reach * reach / 4),
            .eps = 1e-5f,
            .b = slice[unit_below(u, 5)],
            .alpha = 1,
            .bias = 0};
    if (unit_below(u, 8) == 0) p.gamma = unit_below(u, 2) ? 0.0f : -0.0f;
    if (unit_below(u, 8) == 0) p.gamma = (float)ldexp(p.gamma, -(int)unit_below(u, 60));
    if (unit_below(u, 6) == 0) p.alpha = pick(u, 0.01, 2);
    if (unit_below(u, 6) == 0) p.bias = pick(u, -20, 20);
    if (unit_below(u, 6) == 0) p.mean = roundf(p.mean), p.beta = 0, p.b = 0; /* v(mean) is exactly 0 */
    return p;
}

static void random_cases(unit *u)
{
    static const uint32_t dots[] = {64, 256, 576, 1152, 2304, 4608};
    unsigned wrong = 0, unclear = 0, negative = 0, flat = 0, ties = 0;
    uint64_t checked = 0;
    for (uint32_t i = 0; i < u->cases; i++) {
        bonnet_fold_stats stats = {0};
        const uint32_t dot = dots[unit_below(u, 6)];
        const bn p = random_bn(u, dot / 4.0);
        wrong += compare(&p, -(int32_t)dot, 2, dot + 1, &unclear, &stats);
        checked += dot + 1;
        negative += p.gamma < 0, flat += p.gamma == 0, ties += stats.ties;
    }
    printf("      %u folds, %llu integers, %u falling, %u flat, %u exact ties, %u too close to call\n", u->cases, (unsigned long long)checked,
           negative, flat, ties, unclear);
    UNIT(u, wrong == 0, "popcount thresholds equal the formula on every reachable integer", "%u of %llu differ", wrong, (unsigned long long)checked);
    UNIT(u, negative && flat && ties, "both slopes, slope 0 and exact ties were met", "%u falling, %u flat, %u ties", negative, flat, ties);
    wrong = 0;
    for (uint32_t i = 0; i < u->cases / 10 + 1; i++) {
        const bn p = random_bn(u, 5000);
        wrong += compare(&p, -20000, 1, 40001, &unclear, NULL);
    }
    UNIT(u, wrong == 0, "stem thresholds equal the formula on every integer", "%u differ", wrong);
}

static void directed_cases(unit *u)
{
    unsigned unclear = 0;
    bonnet_fold_stats stats = {0};
    chain c;
    bn p = {.gamma = 1, .mean = 6, .var = 1, .alpha = 1};
    UNIT(u, bonnet_fold_threshold(chain_make(&c, &p), 0, 1, -64, 2, 65, &stats) == 35 && stats.ties == 1, "a tie at n = 6 is +1 and counted",
         "ties %u", stats.ties);
    p.gamma = -1;
    UNIT(u, bonnet_fold_threshold(chain_make(&c, &p), 0, -1, -64, 2, 65, NULL) == 29, "falling: n <= 6 is +1", "wrong");
    p.gamma = 0, p.beta = 0;
    UNIT(u, bonnet_fold_threshold(chain_make(&c, &p), 0, 1, -64, 2, 65, NULL) == 0, "slope 0, value 0: always", "wrong");
    p.beta = -1e-30f;
    UNIT(u, bonnet_fold_threshold(chain_make(&c, &p), 0, 1, -64, 2, 65, NULL) == 65, "slope 0, value below 0: never", "wrong");
    p = (bn){.gamma = 1, .mean = -1000, .var = 1, .alpha = 1};
    UNIT(u, bonnet_fold_threshold(chain_make(&c, &p), 0, 1, -64, 2, 65, NULL) == 0, "boundary below all sums: always", "wrong");
    p.mean = 1000;
    UNIT(u, bonnet_fold_threshold(chain_make(&c, &p), 0, 1, -64, 2, 65, NULL) == 65, "boundary above all sums: never", "wrong");
    /* 1/3 cannot be written down: v(3) = 3 * (1/3) - 1 is 0 for the reals, whatever the last bit of the quotient. */
    p = (bn){.gamma = 1, .beta = -1, .var = 9, .alpha = 1};
    stats = (bonnet_fold_stats){0};
    UNIT(u, bonnet_fold_threshold(chain_make(&c, &p), 0, 1, -9, 1, 19, &stats) == 12 && stats.ties == 1, "a tie that rounding hides is +1", "ties %u",
         stats.ties);
    unsigned hidden = 0; /* s * (1 / s) - 1 is 0 for every s, and often a last bit below it for the machine */
    for (int32_t n = 1; n <= 1000; n++) {
        bn q = {.gamma = 1, .beta = -1, .var = (float)(n * n), .alpha = 1};
        hidden += bonnet_fold_threshold(chain_make(&c, &q), 0, 1, -1000, 1, 2001, NULL) != (uint32_t)(1000 + n);
    }
    UNIT(u, hidden == 0, "a thousand of them", "%u wrong", hidden);
    p.beta = nextafterf(-1, -2); /* 6e-8 below: no tie */
    UNIT(u, bonnet_fold_threshold(chain_make(&c, &p), 0, 1, -9, 1, 19, NULL) == 13, "one float32 step beside a tie is not a tie", "wrong");
    p = (bn){.gamma = 1e-38f, .beta = -1e-38f, .var = 1e30f, .eps = 1e-5f, .alpha = 1};
    UNIT(u, compare(&p, -4608, 2, 4609, &unclear, NULL) == 0, "tiny slopes do not underflow", "wrong");
    bonnet_affine same[BONNET_CHAIN_MAX];
    const long double minus = -1;
    for (uint32_t i = 0; i < BONNET_CHAIN_MAX; i++) same[i] = (bonnet_affine){.prev = i ? &same[i - 1] : NULL, .depth = i + 1, .n = 1, .mul = &minus};
    p = (bn){.gamma = 0, .var = 1, .alpha = -1};
    UNIT(u, bonnet_fold_slope(chain_make(&c, &p), 0) == 0, "a factor of 0 is no direction", "wrong");
    UNIT(u,
         bonnet_fold_slope(&same[BONNET_CHAIN_MAX - 1], 0) == 1 && bonnet_fold_slope(&same[BONNET_CHAIN_MAX - 2], 0) == -1 &&
             bonnet_fold_slope(NULL, 0) == 1,
         "signs of a chain multiply", "wrong");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "fold", 1, 2000);
    directed_cases(&u);
    random_cases(&u);
    return unit_end(&u);
}
