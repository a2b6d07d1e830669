/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_bayes.c - Bayesian online change-point detection (Adams, MacKay, arXiv 0710.3742, 2007): the posterior of the run length, for samples from a normal
 * distribution whose mean and variance are unknown (normal-inverse-gamma prior, so the next sample is Student-t). Numbers of the prior and the rule "a run of
 * `look` samples is likelier than the threshold": as in Oboe (Akhtar et al., SIGCOMM 2018).
 */
#include <math.h>
#include <stdlib.h>
#include "link.h"

/* Prior: mean 0 known as well as from one sample, variance around beta / alpha. */
static const double alpha0 = 0.1, beta0 = 0.01, kappa0 = 1, mean0 = 0;

/* A run of r samples: alpha = alpha0 + r / 2 and kappa = kappa0 + r, so only these are kept. */
typedef struct run {
    double weight, mean, beta, log_norm;
} run;
typedef struct bayes {
    uint32_t last;                    /* index of the longest run kept: it stands for all that are as long or longer */
    uint32_t count;                   /* of run[0 .. last] that have been reached, less one */
    double recent[LINK_MAX_LOOK + 1]; /* a ring of samples */
    run run[];                        /* [last + 1] */
} bayes;

static void *open_bayes(const bonnet_link_options *o)
{
    bayes *b = calloc(1, sizeof *b + (o->runs + 1) * sizeof *b->run);
    if (!b) return NULL;
    b->last = o->runs;
    double gammas = -1.8544787936649707; /* ln Gamma(alpha + 1/2) - ln Gamma(alpha), of alpha0; then from one to the next */
    for (uint32_t r = 0; r <= b->last; r++) {
        const double alpha = alpha0 + r / 2.0;
        b->run[r].log_norm = gammas - 0.5 * log(2 * alpha * 3.14159265358979323846);
        gammas = log(alpha) - gammas;
    }
    b->run[0] = (run){1, mean0, beta0, b->run[0].log_norm};
    return b;
}

/* Density of x behind r samples: Student-t with 2 alpha degrees of freedom. */
static double density(const run *of, uint32_t r, double x)
{
    const double alpha = alpha0 + r / 2.0, kappa = kappa0 + r, variance = of->beta * (kappa + 1) / (alpha * kappa);
    const double far = (x - of->mean) * (x - of->mean) / (2 * alpha * variance);
    return exp(of->log_norm - 0.5 * log(variance) - (alpha + 0.5) * log1p(far));
}

/* The run of r samples with x behind it. */
static run grown(const run *of, uint32_t r, double x)
{
    const double kappa = kappa0 + r, off = x - of->mean;
    return (run){.weight = of->weight, .mean = (kappa * of->mean + x) / (kappa + 1), .beta = of->beta + kappa * off * off / (2 * (kappa + 1))};
}

static void put(run *to, const run *from)
{
    const double log_norm = to->log_norm;
    *to = *from;
    to->log_norm = log_norm;
}

static void update(bayes *b, double hazard, double x)
{
    double sum = 0;
    for (uint32_t r = 0; r <= b->count; r++)
        sum += b->run[r].weight *= density(&b->run[r], r, x); /* never 0: run 0 has weight 1 / hazard, and a long tail */
    uint32_t top = b->count + 1;
    if (top > b->last) { /* the longest forgets one sample of `last` for each new one, and takes in the one that becomes as long */
        const double alpha = alpha0 + b->last / 2.0;
        run longest = grown(&b->run[b->last], b->last, x), joining = grown(&b->run[b->last - 1], b->last - 1, x);
        longest.beta *= alpha / (alpha + 0.5);
        const double both = longest.weight + joining.weight;
        put(&b->run[b->last], longest.weight > joining.weight ? &longest : &joining);
        b->run[b->last].weight = both;
        top = b->last - 1;
    } else b->count = top;
    for (uint32_t r = top; r; r--) {
        const run next = grown(&b->run[r - 1], r - 1, x);
        put(&b->run[r], &next);
    }
    b->run[0].weight = sum;
    b->run[0].mean = mean0, b->run[0].beta = beta0;
    for (uint32_t r = 0; r <= b->count; r++) {
        const double w = b->run[r].weight / sum * (r ? 1 - 1 / hazard : 1 / hazard);
        b->run[r].weight = w < 1e-290 ? 0 : w; /* no arithmetic on denormals */
    }
}

static int add_bayes(bonnet_link *link, double x, uint64_t *since)
{
    bayes *b = link->self;
    const bonnet_link_options *o = &link->options;
    update(b, o->hazard, x / o->scale_bits_per_s);
    b->recent[link->samples % (LINK_MAX_LOOK + 1)] = x;
    link_mean_add(&link->state, x);
    if (b->count < o->look || b->run[o->look].weight <= o->threshold) return 0;
    *since = link->samples - o->look;
    if (*since < link->since + o->apart) return 0;
    link->state = (link_mean){0, 0};
    for (uint64_t i = *since + 1; i <= link->samples; i++) link_mean_add(&link->state, b->recent[i % (LINK_MAX_LOOK + 1)]);
    return 1;
}

static void close_bayes(void *self) { free(self); }

const link_detector link_bayes = {open_bayes, add_bayes, close_bayes, BONNET_LINK_BAYES_THRESHOLD, 5};
