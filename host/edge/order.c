/* SPDX-License-Identifier: Apache-2.0 */
/* order.c - bonnet_order(): the question checked, answered by dependence, and for every expert why it is asked or not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "order.h"

static const uint64_t most_us = UINT64_C(1000000000000), most_bytes = UINT64_C(1) << 53;

double order_left(const order_question *q, const uint32_t *order, uint32_t count)
{
    double left = 1;
    uint32_t set = 0;
    for (uint32_t i = 0; i < count; i++) {
        const double idk = 1 - q->expert[order[i]].answers;
        if (q->dependence == BONNET_INDEPENDENT) left *= idk;
        else if (q->dependence == BONNET_NESTED) left = idk < left ? idk : left;
        else left = q->left[set |= UINT32_C(1) << order[i]];
    }
    return left;
}

double order_expected(const order_question *q, const order_chain *order)
{
    double expected = 0, left = 1;
    for (uint32_t i = 0; i < order->count; i++) {
        expected += left * (double)q->expert[order->expert[i]].cost_us;
        left = order_left(q, order->expert, i + 1);
    }
    return expected + left * (double)q->last_us;
}

static bonnet_status check_expert(const bonnet_expert *e, const char *which, uint32_t index, bool share, bonnet_error *err)
{
    if (e->cost_us < 1 || e->cost_us > most_us) return bonnet_fail(err, BONNET_EINVAL, "%s %u: a time of 1 us to 10^12 us is wanted", which, index);
    if (e->storage_bytes > most_bytes) return bonnet_fail(err, BONNET_EINVAL, "%s %u: at most 2^53 bytes", which, index);
    if (share && !(e->answers >= 0 && e->answers <= 1))
        return bonnet_fail(err, BONNET_EINVAL, "%s %u: a share of answers of 0 to 1 is wanted", which, index);
    return BONNET_OK;
}

static bonnet_status check(const bonnet_expert *experts, uint32_t count, const bonnet_expert *last, const bonnet_order_options *o, bonnet_error *err)
{
    const uint32_t most = o->dependence == BONNET_LOGGED ? BONNET_ORDER_LOGGED_MAX : BONNET_ORDER_MAX;
    if (!last || (count && !experts)) return bonnet_fail(err, BONNET_EINVAL, "experts and last must not be NULL");
    if (o->dependence > BONNET_LOGGED) return bonnet_fail(err, BONNET_EINVAL, "no dependence %u", o->dependence);
    if (count > most)
        return bonnet_fail(err, BONNET_EINVAL, "%u experts; at most %u%s", count, most, most < BONNET_ORDER_MAX ? " with logged outcomes" : "");
    if (o->dependence == BONNET_LOGGED && (!o->outcomes || !o->samples)) return bonnet_fail(err, BONNET_EINVAL, "no logged outcomes");
    bonnet_status status = check_expert(last, "deterministic expert", 0, false, err);
    for (uint32_t i = 0; i < count && status == BONNET_OK; i++) status = check_expert(&experts[i], "expert", i, o->dependence != BONNET_LOGGED, err);
    if (status != BONNET_OK) return status;
    if (last->cost_us > o->deadline_us)
        return bonnet_fail(err, BONNET_EINVAL, "the deterministic expert alone takes %.3f ms, the deadline is %.3f ms", (double)last->cost_us / 1e3,
                           (double)o->deadline_us / 1e3);
    if (last->storage_bytes > o->storage_bytes)
        return bonnet_fail(err, BONNET_EINVAL, "the deterministic expert alone takes %llu bytes of storage, there are %llu",
                           (unsigned long long)last->storage_bytes, (unsigned long long)o->storage_bytes);
    return BONNET_OK;
}

static order_chain without(const order_chain *chain, uint32_t place)
{
    order_chain less = *chain;
    less.count--;
    memmove(less.expert + place, less.expert + place + 1, (less.count - place) * sizeof *less.expert);
    return less;
}

static order_chain with(const order_chain *chain, uint32_t place, uint32_t expert)
{
    order_chain more = *chain;
    memmove(more.expert + place + 1, more.expert + place, (more.count++ - place) * sizeof *more.expert);
    more.expert[place] = expert;
    return more;
}

/* An expert that was left out: its best place, what that would save, and what forbids it. */
static void explain_left_out(bonnet_order_result *r, const order_question *q, const order_chain *chain, uint32_t expert)
{
    r->saves_us[expert] = -INFINITY;
    for (uint32_t place = 0; chain->count < BONNET_ORDER_MAX && place <= chain->count; place++) {
        const order_chain more = with(chain, place, expert);
        const double saves = r->expected_us - order_expected(q, &more);
        if (saves > r->saves_us[expert]) r->saves_us[expert] = saves, r->place[expert] = place;
    }
    const bool gains = r->saves_us[expert] > r->expected_us * 2 * ORDER_SAME * BONNET_ORDER_MAX; /* beyond all that counted as equal on the way */
    const bool late = r->worst_us - q->last_us + q->expert[expert].cost_us > q->most_us;
    r->why[expert] = !gains ? BONNET_ORDER_NO_GAIN : late ? BONNET_ORDER_TOO_LATE : BONNET_ORDER_TOO_LARGE;
}

static void explain(bonnet_order_result *r, const order_question *q, const order_chain *chain, const bonnet_expert *last)
{
    memset(r, 0, sizeof *r);
    r->count = chain->count;
    r->expected_us = order_expected(q, chain);
    r->worst_us = last->cost_us, r->storage_bytes = last->storage_bytes;
    for (uint32_t i = 0; i <= chain->count; i++) r->reached[i] = order_left(q, chain->expert, i);
    bool taken[BONNET_ORDER_MAX] = {false};
    for (uint32_t i = 0; i < chain->count; i++) {
        const uint32_t e = chain->expert[i];
        const order_chain less = without(chain, i);
        r->order[i] = e;
        r->place[e] = i;
        r->saves_us[e] = order_expected(q, &less) - r->expected_us;
        r->worst_us += q->expert[e].cost_us, r->storage_bytes += q->expert[e].storage_bytes;
        taken[e] = true;
    }
    for (uint32_t e = 0; e < q->count; e++)
        if (!taken[e]) explain_left_out(r, q, chain, e);
}

static bonnet_status order(bonnet_order_result *out, const bonnet_expert *experts, uint32_t count, const bonnet_expert *last,
                           const bonnet_order_options *o, bonnet_error *err)
{
    bonnet_status status = check(experts, count, last, o, err);
    if (status != BONNET_OK) return status;
    order_chain chain = {0};
    order_question q = {.expert = experts, .count = count, .dependence = o->dependence, .last_us = last->cost_us};
    q.by_time = o->deadline_us != BONNET_NO_LIMIT, q.by_storage = o->storage_bytes != BONNET_NO_LIMIT;
    q.most_us = q.by_time ? o->deadline_us - last->cost_us : UINT64_MAX;
    q.most_storage = q.by_storage ? o->storage_bytes - last->storage_bytes : UINT64_MAX;
    if (o->dependence == BONNET_LOGGED) {
        status = order_log_left(&q.left, count, o->outcomes, o->samples, err);
        if (status == BONNET_OK) status = order_logged(&chain, &q, err);
    } else status = o->dependence == BONNET_NESTED ? order_nested(&chain, &q, err) : order_independent(&chain, &q, err);
    if (status == BONNET_OK) explain(out, &q, &chain, last);
    free(q.left);
    return status;
}

bonnet_status bonnet_order(bonnet_order_result *out, const bonnet_expert *experts, uint32_t count, const bonnet_expert *last,
                           const bonnet_order_options *options)
{
    bonnet_order_options o = BONNET_ORDER_OPTIONS_INIT;
    bonnet_error err = {""};
    if (!out || (options && (options->size < sizeof options->size || options->size > 4096))) return BONNET_EINVAL;
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o); /* an older caller's struct is shorter */
    const bonnet_status status = order(out, experts, count, last, &o, &err);
    if (status != BONNET_OK && o.message && o.message_bytes) snprintf(o.message, o.message_bytes, "%s", err.text);
    return status;
}
