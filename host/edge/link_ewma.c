/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_ewma.c - the plain detector beside the Bayesian one: an exponentially weighted mean follows the samples; where it leaves the state's mean by more than
 * half of the threshold a new state may have begun, and has begun once it stayed beyond all of it for `look` samples.
 */
#include <stdlib.h>
#include "link.h"

enum { MOST_DOUBT = 16 }; /* samples: then what may be a new state is still the old one, whose mean follows it */

typedef struct ewma {
    double smoothed;
    link_mean doubt; /* samples that may belong to a new state */
    uint32_t beyond; /* of these in a row: smoothed beyond the threshold */
} ewma;

static void *open_ewma(const bonnet_link_options *o)
{
    (void)o;
    return calloc(1, sizeof(ewma));
}

/* 0: equal, towards 1: one of them is next to nothing. */
static double apart(double a, double b)
{
    const double less = a < b ? a : b, more = a < b ? b : a;
    return more > 0 ? 1 - less / more : 0;
}

static void join(link_mean *to, link_mean *from)
{
    const uint64_t count = to->count + from->count;
    if (count) to->value += (from->value - to->value) * ((double)from->count / (double)count);
    to->count = count;
    *from = (link_mean){0, 0};
}

static int add_ewma(bonnet_link *link, double x, uint64_t *since)
{
    ewma *e = link->self;
    const bonnet_link_options *o = &link->options;
    e->smoothed = link->samples == 1 ? x : e->smoothed + o->weight * (x - e->smoothed);
    const double off = link->state.count ? apart(e->smoothed, link->state.value) : 0;
    const uint64_t begun = link->samples - 1 - e->doubt.count;
    if (off <= o->threshold / 2 || begun < link->since + o->apart || e->doubt.count >= MOST_DOUBT + o->look) {
        e->beyond = 0;
        join(&link->state, &e->doubt);
        link_mean_add(&link->state, x);
        return 0;
    }
    link_mean_add(&e->doubt, x);
    e->beyond = off > o->threshold ? e->beyond + 1 : 0;
    if (e->beyond < o->look) return 0;
    *since = begun;
    link->state = e->doubt;
    e->smoothed = e->doubt.value;
    e->doubt = (link_mean){0, 0};
    e->beyond = 0;
    return 1;
}

static void close_ewma(void *self) { free(self); }

const link_detector link_ewma = {open_ewma, add_ewma, close_ewma, BONNET_LINK_EWMA_THRESHOLD, 3};
