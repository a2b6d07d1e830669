/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket_policy.c - the thresholds that gain most in the long run: a Markov decision process over levels of the bucket, by relative value iteration.
 *
 * With h the relative value of a level, W(l) its mean behind the refill from l on, and Delta(l) = W(l) - W(l - cost) what the tokens of a request are worth:
 *     (T h)(l) = W(l) + sum of share_k max(0, gain_k - Delta(l)) over bins k,  at l < cost: W(l)
 * The mean gain g of the best policy lies between the least and the largest of T h - h. Half of h is kept at each step, so that it does not swing.
 */
#include <math.h>
#include <string.h>
#include "bucket.h"

enum { STEPS = 200000, FINEST = 8 }; /* levels of a request */
static const double enough = 1e-9;

bool bucket_chain_of(bucket_chain *out, const bonnet_offload_bin *bins, uint32_t count, const bonnet_offload_traffic *t)
{
    if (!bins || !t || !count || count > BONNET_OFFLOAD_BINS || t->levels > BONNET_OFFLOAD_LEVELS) return false;
    if (!(t->bytes_per_s >= 0 && t->bytes_per_s <= 1e12) || !(t->burst_bytes >= 1 && t->burst_bytes <= 1e15)) return false;
    if (!(t->request_bytes > 0 && t->request_bytes <= t->burst_bytes) || !(t->pictures_per_s > 0 && t->pictures_per_s <= 1e9)) return false;
    double sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        if (!(bins[k].share > 0 && bins[k].share <= 1) || !(fabs(bins[k].gain) <= 1) || !isfinite(bins[k].from)) return false;
        if (k && (bins[k].gain > bins[k - 1].gain || !(bins[k].from > bins[k - 1].from))) return false;
        sum += bins[k].share;
    }
    if (fabs(sum - 1) > 1e-6 || bins[0].from != 0) return false;
    const uint32_t room = t->levels ? t->levels : BONNET_OFFLOAD_LEVELS;
    const double requests = t->burst_bytes / t->request_bytes, fine = floor(room / requests * (1 + 1e-12));
    *out = (bucket_chain){.cost = fine < 1 ? 1 : fine > FINEST ? FINEST : (uint32_t)fine};
    out->unit_bytes = t->request_bytes / out->cost;
    const double levels = floor(t->burst_bytes / out->unit_bytes * (1 + 1e-12)), refill = t->bytes_per_s / t->pictures_per_s / out->unit_bytes;
    out->levels = levels < room ? (uint32_t)levels : room;
    out->refill = refill < out->levels ? (uint32_t)refill : out->levels;
    out->more = refill < out->levels ? refill - floor(refill) : 0;
    return true;
}

static double worth(const bonnet_offload_bin *bins, uint32_t count, double delta)
{
    double sum = 0;
    for (uint32_t k = 0; k < count && bins[k].gain > delta; k++) sum += bins[k].share * (bins[k].gain - delta);
    return sum;
}

/* T h, and the bounds of g. */
static void step(double *to, double *least, double *most, const bucket_chain *c, const double *h, const bonnet_offload_bin *bins, uint32_t count)
{
    double w[BONNET_OFFLOAD_LEVELS + 1];
    *least = HUGE_VAL, *most = -HUGE_VAL;
    for (uint32_t l = 0; l <= c->levels; l++) {
        w[l] = bucket_after(c, h, l);
        to[l] = w[l] + (l >= c->cost ? worth(bins, count, w[l] - w[l - c->cost]) : 0);
        *least = fmin(*least, to[l] - h[l]), *most = fmax(*most, to[l] - h[l]);
    }
}

/* theta of the tokens' worth: the end of the last bin that gains more. Rounding must not make it fall with the level. */
static void read_theta(bonnet_offload_policy *p, const bucket_chain *c, const double *h, const bonnet_offload_bin *bins, uint32_t count)
{
    for (uint32_t l = 0; l <= c->levels; l++) {
        uint32_t k = 0;
        if (l >= c->cost)
            while (k < count && bins[k].gain > bucket_after(c, h, l) - bucket_after(c, h, l - c->cost) + enough) k++;
        p->theta[l] = k < count ? bins[k].from : HUGE_VAL;
        if (l && p->theta[l] < p->theta[l - 1]) p->theta[l] = p->theta[l - 1];
    }
}

/* Of what every level sends and gains: the long run, from a full bucket. */
static void run_long(bonnet_offload_policy *p, const bucket_chain *c, const bonnet_offload_bin *bins, uint32_t count)
{
    double now[BONNET_OFFLOAD_LEVELS + 1] = {0}, next[BONNET_OFFLOAD_LEVELS + 1], sends[BONNET_OFFLOAD_LEVELS + 1] = {0},
                                       gains[BONNET_OFFLOAD_LEVELS + 1] = {0};
    for (uint32_t l = c->cost; l <= c->levels; l++)
        for (uint32_t k = 0; k < count && bins[k].from < p->theta[l]; k++) sends[l] += bins[k].share, gains[l] += bins[k].share * bins[k].gain;
    now[c->levels] = 1;
    double moved = 1;
    for (uint32_t s = 0; s < STEPS && moved > 1e-13; s++) {
        memset(next, 0, sizeof next);
        for (uint32_t l = 0; l <= c->levels; l++)
            for (int sent = 0; sent < 2; sent++) {
                const double share = now[l] * (sent ? sends[l] : 1 - sends[l]);
                if (!(share > 0)) continue;
                const uint32_t from = sent ? l - c->cost : l, low = from + c->refill < c->levels ? from + c->refill : c->levels;
                next[low] += share * (1 - c->more);
                next[low < c->levels ? low + 1 : low] += share * c->more;
            }
        moved = 0;
        for (uint32_t l = 0; l <= c->levels; l++) { /* half of it stays: no swinging, the same long run */
            moved += fabs(next[l] - now[l]);
            now[l] = (now[l] + next[l]) / 2;
        }
    }
    p->gain = p->sent = 0;
    for (uint32_t l = 0; l <= c->levels; l++) p->gain += now[l] * gains[l], p->sent += now[l] * sends[l];
}

bonnet_status bonnet_offload_judge(bonnet_offload_policy *out, const bonnet_offload_bin *bins, uint32_t count, const bonnet_offload_traffic *traffic)
{
    bucket_chain c;
    if (!out || !bucket_chain_of(&c, bins, count, traffic) || out->levels != c.levels) return BONNET_EINVAL;
    out->unit_bytes = c.unit_bytes, out->cost = c.cost, out->gap = HUGE_VAL;
    run_long(out, &c, bins, count);
    return BONNET_OK;
}

bonnet_status bonnet_offload_solve(bonnet_offload_policy *out, const bonnet_offload_bin *bins, uint32_t count, const bonnet_offload_traffic *traffic)
{
    bucket_chain c;
    double h[BONNET_OFFLOAD_LEVELS + 1] = {0}, th[BONNET_OFFLOAD_LEVELS + 1], least = 0, most = 1;
    if (!out || !bucket_chain_of(&c, bins, count, traffic)) return BONNET_EINVAL;
    for (uint32_t s = 0; s < STEPS && most - least > enough; s++) {
        step(th, &least, &most, &c, h, bins, count);
        for (uint32_t l = c.levels + 1; l-- > 0;) h[l] = (h[l] + th[l]) / 2 - (h[0] + th[0]) / 2;
    }
    bonnet_offload_policy p = {.unit_bytes = c.unit_bytes, .levels = c.levels, .cost = c.cost};
    read_theta(&p, &c, h, bins, count);
    run_long(&p, &c, bins, count);
    p.gap = fmax(0, most - p.gain);
    *out = p;
    return BONNET_OK;
}

bonnet_status bonnet_offload_fixed(bonnet_offload_policy *out, const bonnet_offload_bin *bins, uint32_t count, const bonnet_offload_traffic *traffic)
{
    bucket_chain c;
    if (!out || !bucket_chain_of(&c, bins, count, traffic)) return BONNET_EINVAL;
    bonnet_offload_policy best = {.gain = -HUGE_VAL}, p = {.unit_bytes = c.unit_bytes, .levels = c.levels, .cost = c.cost, .gap = HUGE_VAL};
    for (uint32_t k = 0; k <= count; k++) {
        for (uint32_t l = c.cost; l <= c.levels; l++) p.theta[l] = k < count ? bins[k].from : HUGE_VAL;
        run_long(&p, &c, bins, count);
        if (p.gain > best.gain) best = p;
    }
    *out = best;
    return BONNET_OK;
}
