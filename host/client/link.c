/* SPDX-License-Identifier: Apache-2.0 */
/* link.c - what the client knows of link and server, and which plan follows from it. With the lock. */
#include <stdarg.h>
#include <stdio.h>
#include "client.h"

void client_line(bonnet_client *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->stats.line, sizeof c->stats.line, format, args);
    va_end(args);
    for (char *p = c->stats.line; *p; p++)
        if ((unsigned char)*p < ' ' || (unsigned char)*p > '~') *p = '?'; /* foreign words: one line stays one line */
}

static void choose(bonnet_client *c)
{
    const uint32_t now = plans_at(c->from, c->plan_count, c->plan_now, c->link_state.bits_per_s, c->hysteresis);
    if (now == c->plan_now) return;
    snprintf(c->stats.switched, sizeof c->stats.switched, "plan %u to %u: the link carries %.3g Mbit/s, %s %.3g", c->plan_now, now,
             c->link_state.bits_per_s / 1e6, now > c->plan_now ? "at least" : "less than",
             (now > c->plan_now ? c->from[now] * (1 + c->hysteresis) : c->from[now + 1] * (1 - c->hysteresis)) / 1e6);
    c->plan_now = now;
    c->stats.switches++;
}

void client_link(bonnet_client *c, uint64_t bytes, double seconds)
{
    const uint64_t large = c->meter.large;
    bonnet_link_state state;
    if (bonnet_link_meter_add(&c->meter, bytes, seconds) != BONNET_OK || c->meter.large == large) return;
    if (bonnet_link_add(&state, c->link, c->meter.bits_per_s) != BONNET_OK) return;
    c->link_state = state;
    choose(c);
}

/* The next plan up that sends something, where this one does not: once in a while a picture goes out to see what the link carries now. */
plan *client_plan_for(bonnet_client *c, int64_t now)
{
    plan *p = &c->plans[c->plan_now];
    if (p->send != BONNET_SEND_NOTHING || now < c->tried + (int64_t)c->trial_us) return p;
    for (uint32_t i = c->plan_now + 1; i < c->plan_count; i++) {
        if (client_gate(c, &c->plans[i], now) != BONNET_WHY_NONE || c->plans[i].send == BONNET_SEND_NOTHING) continue;
        c->tried = now;
        c->stats.trials++;
        return &c->plans[i];
    }
    return p;
}

uint32_t client_gate(const bonnet_client *c, const plan *p, int64_t now)
{
    if (!*c->base || p->send == BONNET_SEND_NOTHING) return BONNET_WHY_PLAN;
    if (c->targets[p->target].state == TARGET_BAD) return BONNET_WHY_MISMATCH;
    if (c->targets[p->target].state == TARGET_UNKNOWN) return BONNET_WHY_NOT_READY;
    if (c->breaker.state != BREAKER_CLOSED) return BONNET_WHY_OPEN;
    return breaker_may_send(&c->breaker, now) ? BONNET_WHY_NONE : BONNET_WHY_RETRY;
}
