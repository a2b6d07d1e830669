/* SPDX-License-Identifier: Apache-2.0 */
/* setup_plans.c - plans as given become stops on the way, parts that are loaded and timed, models of upstream's that must be there. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "client.h"

static bool check_thresholds(const bonnet_client_options *o, uint32_t index, const double *thresholds, uint32_t exits)
{
    for (uint32_t i = 0; thresholds && i <= exits; i++)
        if (!(thresholds[i] >= 0)) return client_complain(o, "plan %u: threshold %u is %g, not 0 or more", index, i, thresholds[i]);
    return true;
}

/* Sizes, policy, numbers. */
static bool check(const bonnet_client *c, const bonnet_client_options *o, uint32_t index)
{
    const bonnet_client_plan *p = &o->plans[index];
    const uint32_t exits = c->local.exits;
    const double *thresholds = p->thresholds ? p->thresholds : o->thresholds;
    if (p->send > BONNET_SEND_PICTURE) return client_complain(o, "plan %u: nothing is called to send %u", index, p->send);
    if (p->send == BONNET_SEND_MAP && p->cut >= c->local.cuts)
        return client_complain(o, "plan %u: the network has %u cuts, none numbered %u", index, c->local.cuts, p->cut);
    if (p->send == BONNET_SEND_PICTURE && o->no_raw_upload) return client_complain(o, "plan %u sends pictures, and no_raw_upload forbids it", index);
    if (p->send != BONNET_SEND_NOTHING && p->whole && !thresholds)
        return client_complain(o, "plan %u: a cascade wants a threshold for the network's own end", index);
    if (p->send != BONNET_SEND_NOTHING && p->model && (!*p->model || strlen(p->model) >= MESSAGE_NAME))
        return client_complain(o, "plan %u: the name of upstream's model has not 1 to %d bytes", index, MESSAGE_NAME - 1);
    if (!isfinite(p->from_bits_per_s) || p->from_bits_per_s < 0 || (index && p->from_bits_per_s <= o->plans[index - 1].from_bits_per_s))
        return client_complain(o, "plan %u: from_bits_per_s must be finite and ascend", index);
    return check_thresholds(o, index, thresholds, exits);
}

static bool add_target(bonnet_client *c, plan *to, const bonnet_client_options *o, const bonnet_client_plan *p)
{
    const bool map = p->send == BONNET_SEND_MAP;
    target t = {.want = {.bytes = map ? c->local.map_bytes[p->cut + 1] : c->local.input_bytes,
                         .is_signed = !map && c->local.info.pixels_signed,
                         .classes = c->local.info.classes,
                         .digest = p->model && !p->same ? NULL : c->digest}};
    int n = 0;
    if (p->model) n = snprintf(t.name, sizeof t.name, "%s", p->model);
    else if (map) n = snprintf(t.name, sizeof t.name, "%s.tail%u", c->local.info.name, p->cut);
    else n = snprintf(t.name, sizeof t.name, "%s", c->local.info.name);
    if (n < 1 || n >= MESSAGE_NAME) return client_complain(o, "plan %u: the name of upstream's model is too long", to->index);
    for (to->target = 0; to->target < c->target_count; to->target++) {
        const target *g = &c->targets[to->target];
        if (!strcmp(g->name, t.name) && g->want.bytes == t.want.bytes && g->want.digest == t.want.digest) return true;
    }
    c->targets[c->target_count++] = t;
    return true;
}

static void add_stop(plan *to, uint32_t place, uint32_t exit, double threshold) { to->stops[to->count++] = (stop){place, exit, threshold}; }

static void add_stops(const local *l, plan *to, const bonnet_client_plan *p, const double *thresholds)
{
    const uint32_t send = p->send == BONNET_SEND_MAP ? p->cut + 1 : 0;
    bool sent = !send;
    for (uint32_t i = 0; i < l->exits; i++) {
        if (!thresholds || isinf(thresholds[i])) continue;
        if (!sent && l->exit[i].place > send) {
            add_stop(to, send, NO_EXIT, 0);
            to->before = to->count;
            sent = true;
        }
        add_stop(to, l->exit[i].place, i, thresholds[i]);
        if (p->send == BONNET_SEND_PICTURE && !to->whole) to->keep = l->exit[i].place;
    }
    if (!sent) {
        add_stop(to, send, NO_EXIT, 0);
        to->before = to->count;
    }
    if (send) to->keep = send;
    if (to->whole || !send) to->before = to->count;
}

static bonnet_status load(local *l, const plan *p)
{
    bonnet_status status = BONNET_OK;
    uint32_t place = 0;
    for (uint32_t i = 0; i < p->count && status == BONNET_OK; i++) {
        status = local_need_part(l, place, p->stops[i].place);
        place = p->stops[i].place;
        if (status == BONNET_OK && p->stops[i].exit != NO_EXIT) status = local_need_exit(l, p->stops[i].exit);
    }
    if (status == BONNET_OK) status = local_need_part(l, place, l->end);
    return status == BONNET_OK ? local_need_part(l, p->keep, l->end) : status;
}

bonnet_status client_plans(bonnet_client *c, const bonnet_client_options *o)
{
    static const bonnet_client_plan here = {.send = BONNET_SEND_NOTHING};
    bonnet_client_options all = *o;
    if (!o->plan_count) all.plans = &here, all.plan_count = 1;
    if (!all.plans || all.plan_count > BONNET_CLIENT_PLANS) return client_complain(o, "give 1 to %d plans", BONNET_CLIENT_PLANS), BONNET_EINVAL;
    for (uint32_t i = 0; i < all.plan_count; i++) {
        const bonnet_client_plan *p = &all.plans[i];
        plan *to = &c->plans[i];
        const double *thresholds = p->thresholds ? p->thresholds : o->thresholds;
        if (!check(c, &all, i)) return BONNET_EINVAL;
        *to = (plan){.index = i, .send = p->send, .whole = p->whole || p->send == BONNET_SEND_NOTHING};
        if (thresholds) to->end_threshold = thresholds[c->local.exits];
        if (p->send != BONNET_SEND_NOTHING && !add_target(c, to, o, p)) return BONNET_EINVAL;
        add_stops(&c->local, to, p, thresholds);
        const bonnet_status status = load(&c->local, to);
        if (status != BONNET_OK) return client_complain(o, "plan %u: %s", i, bonnet_last_error(c->local.dev)), status;
        c->from[i] = p->from_bits_per_s;
    }
    c->plan_count = all.plan_count;
    c->plan_now = c->plan_count - 1; /* a link is good until it has shown otherwise */
    return BONNET_OK;
}
