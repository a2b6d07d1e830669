/* SPDX-License-Identifier: Apache-2.0 */
/* place_check.c - is a problem one? Every number in its range, every pointer there; defaults filled in. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "place.h"

/* Sums of so many of these stay exact enough, and finite. */
#define MOST 1e12

static bool in(double x, double least, double most) { return x >= least && x <= most; } /* false: NaN, too */

static const char *block_wants(const bonnet_place_block *b)
{
    if (!in(b->bytes, 0, MOST)) return "bytes of 0 to 10^12";
    return b->memory_bytes > UINT64_C(1) << 53 ? "at most 2^53 bytes of memory" : NULL;
}

static const char *exit_wants(const bonnet_place_problem *p, uint32_t e)
{
    const bonnet_place_exit *x = &p->exit[e];
    if (p->blocks < 2 || x->behind > p->blocks - 2) return "a block that is not the last one";
    if (e && x->behind < p->exit[e - 1].behind) return "exits in the order of their blocks";
    return x->memory_bytes > UINT64_C(1) << 53 ? "at most 2^53 bytes of memory" : NULL;
}

static const char *point_wants(const bonnet_place_problem *p, const bonnet_place_point *x)
{
    double sum = 0;
    if (x->last > p->exits) return "a last exit that is there";
    if (x->active >> p->exits) return "only exits that are there";
    if (x->last < p->exits && !(x->active >> x->last & 1)) return "its last exit among those that are asked";
    if (x->last < p->exits && x->active >> x->last > 1) return "no exit behind the last one";
    if (!in(x->accuracy, 0, 1)) return "an accuracy of 0 to 1";
    for (uint32_t e = 0; e <= p->exits; e++) {
        const bool asked = e == p->exits ? x->last == p->exits : x->active >> e & 1;
        if (!in(x->share[e], 0, 1)) return "shares of 0 to 1";
        if (!asked && x->share[e] > 0) return "no share at an exit that is not asked";
        sum += x->share[e];
    }
    return fabs(sum - 1) <= 1e-6 ? NULL : "shares that sum to 1";
}

static const char *costs_want(const bonnet_place_cost *c, uint32_t count, bool device)
{
    if (count && !c) return "costs";
    for (uint32_t i = 0; i < count; i++) {
        if (isinf(c[i].ms) && c[i].ms > 0) continue;
        if (!in(c[i].ms, 0, MOST) || !in(c[i].ms_hi, c[i].ms, MOST)) return "0 <= ms <= ms_hi <= 10^12";
        if (device && !in(c[i].mj, 0, MOST)) return "mj of 0 to 10^12";
    }
    return NULL;
}

static const char *tier_wants(const bonnet_place_problem *p, const bonnet_place_tier *t, bool device)
{
    const char *wants = costs_want(t->block, p->blocks, device);
    if (!wants) wants = costs_want(t->branch, p->exits, device);
    if (wants) return wants;
    if (!in(t->start_ms, 0, MOST)) return "start_ms of 0 to 10^12";
    return in(t->busy_mw, 0, MOST) && in(t->idle_mw, 0, MOST) ? NULL : "power of 0 to 10^12 mW";
}

static const char *link_wants(const bonnet_place_link *l)
{
    const double *const rest[] = {&l->overhead_bytes,    &l->send_ms,     &l->send_ms_per_mb, &l->receive_ms,
                                  &l->receive_ms_per_mb, &l->mj_per_wake, &l->nj_per_bit};
    if (!in(l->bits_per_s, 1e-3, MOST) || !in(l->sd_bits_per_s, 0, MOST)) return "bits_per_s of 0.001 to 10^12, with their deviation";
    if (l->down_bits_per_s != 0 && !in(l->down_bits_per_s, 1e-3, MOST)) return "down_bits_per_s of 0 or 0.001 to 10^12";
    if (!in(l->rtt_ms, 0, MOST) || (l->rtt_ms_hi != 0 && !in(l->rtt_ms_hi, l->rtt_ms, MOST))) return "0 <= rtt_ms <= rtt_ms_hi";
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (!in(*rest[i], 0, MOST)) return "no number below 0 or above 10^12";
    return NULL;
}

static const char *codec_wants(const bonnet_place_problem *p, const bonnet_place_codec *c)
{
    if (!c->ratio) return "ratios";
    for (uint32_t i = 0; i < p->blocks; i++)
        if (!in(c->ratio[i], 0, 1e6) || (c->loss && !in(c->loss[i], 0, 1))) return "ratios of 0 to 10^6 and losses of 0 to 1";
    for (uint32_t t = 0; t < p->tiers; t++)
        if (!in(c->encode_ms_per_mb[t], 0, MOST) || !in(c->decode_ms_per_mb[t], 0, MOST)) return "times of 0 to 10^12 ms";
    return NULL;
}

static bonnet_status check_counts(const bonnet_place_problem *p, bonnet_error *err)
{
    const struct {
        const char *what;
        uint32_t count, least, most;
        const void *at;
    } list[] = {{"blocks", p->blocks, 1, BONNET_PLACE_BLOCKS, p->block},
                {"exits", p->exits, 0, BONNET_PLACE_EXITS, p->exit},
                {"points", p->points, 1, BONNET_PLACE_POINTS, p->point},
                {"tiers", p->tiers, 1, BONNET_PLACE_TIERS, p->tier},
                {"links", p->tiers ? p->tiers - 1 : 0, 0, BONNET_PLACE_TIERS - 1, p->link},
                {"codecs", p->codecs, 0, BONNET_PLACE_CODECS, p->codec}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].count < list[i].least || list[i].count > list[i].most || (list[i].count && !list[i].at))
            return bonnet_fail(err, BONNET_EINVAL, "%u %s; %u to %u are wanted", list[i].count, list[i].what, list[i].least, list[i].most);
    return BONNET_OK;
}

static bonnet_status check(const bonnet_place_problem *p, bonnet_error *err)
{
    const char *wants = NULL, *what = "";
    uint32_t which = 0;
    const bonnet_status status = check_counts(p, err);
    if (status != BONNET_OK) return status;
    if (!in(p->input_bytes, 0, MOST) || !in(p->result_bytes, 0, MOST))
        return bonnet_fail(err, BONNET_EINVAL, "input and result want bytes of 0 to 10^12");
#define EACH(name, count, call)                                                                                                                      \
    for (uint32_t i = 0; !wants && i < (count); i++)                                                                                                 \
        if ((wants = (call))) what = name, which = i
    EACH("block", p->blocks, block_wants(&p->block[i]));
    EACH("exit", p->exits, exit_wants(p, i));
    EACH("point", p->points, point_wants(p, &p->point[i]));
    EACH("tier", p->tiers, tier_wants(p, &p->tier[i], i == 0));
    EACH("link", p->tiers - 1, link_wants(&p->link[i]));
    EACH("codec", p->codecs, codec_wants(p, &p->codec[i]));
#undef EACH
    return wants ? bonnet_fail(err, BONNET_EINVAL, "%s %u wants %s", what, which, wants) : BONNET_OK;
}

static bonnet_status complete(bonnet_place_options *o, bonnet_error *err)
{
    if (o->goal > BONNET_PLACE_REWARD) return bonnet_fail(err, BONNET_EINVAL, "no goal %u", o->goal);
    if (!o->best) o->best = 1;
    if (o->best > BONNET_PLACE_BEST) return bonnet_fail(err, BONNET_EINVAL, "at most %d plans", BONNET_PLACE_BEST);
    if (o->deadline_ms == 0) o->deadline_ms = INFINITY;
    if (o->mj == 0) o->mj = INFINITY;
    if (o->weight == 0) o->weight = 1;
    if (o->sigmas == 0) o->sigmas = 2;
    if (!(o->deadline_ms > 0) || !(o->mj > 0) || !in(o->accuracy, 0, 1) || !in(o->weight, 0, MOST) || !in(o->sigmas, 0, 100))
        return bonnet_fail(err, BONNET_EINVAL, "a limit, the weight or sigmas is out of range");
    return BONNET_OK;
}

bonnet_status place_open(place_question **out, const bonnet_place_problem *problem, const bonnet_place_options *options, bonnet_error *err)
{
    if (!problem) return bonnet_fail(err, BONNET_EINVAL, "no problem");
    bonnet_place_options o = *options;
    bonnet_status status = check(problem, err);
    if (status == BONNET_OK) status = complete(&o, err);
    if (status != BONNET_OK) return status;
    place_question *q = calloc(1, sizeof *q);
    if (!q) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    q->p = problem, q->o = o;
    *out = q;
    return BONNET_OK;
}
