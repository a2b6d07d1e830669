/* SPDX-License-Identifier: Apache-2.0 */
/* send.c - a picture or a map on its way: is there time, until when is a reply waited for, and what if none comes. */
#include <stdlib.h>
#include "client.h"

enum { GRACE_LEAST_US = 100000, GRACE_MOST_US = 2000000 }; /* for a reply that nobody waits for any more: it still says what the link carries */

/*
 * slot->limit and slot->finish: until when a reply is waited for, and whether the rest is run here if none comes. Where the rest fits in before the deadline the
 * wait ends at the last moment for it: upstream's tail would say the same. Where it does not, and an exit has answered, the wait goes on to the end; so it does
 * for another network's answer, which is worth more than the rest of this one, if it is not expected before that moment.
 */
static bool there_is_time(const bonnet_client *c, slot *s, int64_t now)
{
    const local *l = &c->local;
    const int64_t way = (int64_t)(1e6 * c->meter.rtt_min_s);
    const int64_t turn = s->due - local_part_us(l, s->plan->keep, l->end);
    const bool end = s->in_hand && s->answer.where == BONNET_WHERE_END, same = c->targets[s->plan->target].want.digest != NULL;
    s->finish = !end && (turn > now || !s->in_hand) && (!s->in_hand || same || now + upper_get(&s->plan->network) <= turn);
    s->limit = s->finish ? turn : s->due;
    return s->limit > now + way;
}

/* A free transfer, or NULL: replies that nobody waits for any more are still coming. */
static transfer *take(bonnet_client *c)
{
    for (uint32_t i = 0; i < c->pictures; i++)
        if (c->transfers[i].state == TRANSFER_FREE) return &c->transfers[i];
    return NULL;
}

/* What goes out, packed where that pays. The lock is not held: the other thread has replies to take. */
static bool make_body(transfer *t, slot *s, const target *g, bool binary, bool unpacks, double bits_per_s, int64_t timeout_us)
{
    plan *p = s->plan;
    t->packed = false;
    if (!message_request(&t->body, &t->size, &t->header, &g->model, &g->want, p->send == BONNET_SEND_MAP ? s->map : s->pixels, binary, s->ticket,
                         timeout_us))
        return false;
    if (!unpacks || !message_pays(&p->packing, t->size, bits_per_s)) return true;
    const size_t whole = t->size;
    const int64_t start = client_now();
    t->packed = message_pack(&t->body, &t->size);
    message_packed(&p->packing, whole, t->size, client_now() - start);
    return true;
}

uint32_t client_send(bonnet_client *c, slot *s)
{
    const plan *p = s->plan;
    pthread_mutex_lock(&c->lock);
    const int64_t now = client_now();
    uint32_t why = client_gate(c, p, now);
    if (why == BONNET_WHY_NONE && !there_is_time(c, s, now)) why = BONNET_WHY_NO_TIME;
    transfer *t = why == BONNET_WHY_NONE ? take(c) : NULL;
    if (why == BONNET_WHY_NONE && !t) why = BONNET_WHY_BUSY;
    if (t) t->state = TRANSFER_TAKEN;
    const target g = c->targets[p->target];
    const bool binary = c->binary, unpacks = c->unpacks;
    const double bits_per_s = c->link_state.bits_per_s;
    const int64_t timeout = s->limit - now - (int64_t)(1e6 * c->meter.rtt_min_s); /* the server counts from its arrival; the reply has its way, too */
    pthread_mutex_unlock(&c->lock);
    if (!t) return why;
    const bool made = make_body(t, s, &g, binary, unpacks, bits_per_s, timeout > 1 ? timeout : 1);
    const int64_t whole = s->deadline - s->start, grace = whole < GRACE_LEAST_US ? GRACE_LEAST_US : whole > GRACE_MOST_US ? GRACE_MOST_US : whole;
    pthread_mutex_lock(&c->lock);
    t->kind = TRANSFER_INFER;
    t->slot = s;
    t->id = s->ticket;
    t->plan = s->plan;
    t->target = p->target;
    t->ended = false;
    t->kill = s->limit + grace;
    const bool allowed = made && client_budget_allows(c, t, s, now);
    t->state = allowed ? TRANSFER_MADE : TRANSFER_FREE;
    if (allowed) s->state = SLOT_SENT, s->sent = now;
    else t->slot = NULL;
    if (made && !allowed) free(t->body), t->body = NULL;
    pthread_mutex_unlock(&c->lock);
    if (!allowed) return made ? BONNET_WHY_BUDGET : BONNET_WHY_BUSY;
    curl_multi_wakeup(c->multi);
    return BONNET_WHY_NONE;
}
