/* SPDX-License-Identifier: Apache-2.0 */
/* wait.c - the answer: upstream's if it comes in time, else the rest of the network here if there is time for it, else the exit's that is in hand. */
#include <errno.h>
#include <string.h>
#include "client.h"

void client_done(bonnet_client *c, slot *s, int64_t at)
{
    bonnet_answer *a = &s->answer;
    const bool wanted = s->plan->send != BONNET_SEND_NOTHING && *c->base;
    a->ticket = s->ticket;
    a->plan = s->plan->index;
    a->why = a->where == BONNET_WHERE_UPSTREAM ? BONNET_WHY_NONE : s->why;
    a->local_us = (uint64_t)s->local_us;
    a->total_us = (uint64_t)(at - s->start);
    if (at > s->deadline) a->flags |= BONNET_ANSWER_LATE;
    if (wanted && a->where != BONNET_WHERE_UPSTREAM && a->where != BONNET_WHERE_CACHE && s->why != BONNET_WHY_SURE)
        a->flags |= BONNET_ANSWER_FALLBACK;
    pthread_mutex_lock(&c->lock);
    s->state = SLOT_HERE;
    c->stats.answers++;
    c->stats.late += a->flags & BONNET_ANSWER_LATE ? 1 : 0;
    c->stats.fallback += a->flags & BONNET_ANSWER_FALLBACK ? 1 : 0;
    c->stats.where[a->where]++;
    c->stats.why[a->why]++;
    pthread_mutex_unlock(&c->lock);
    client_keep(c, s);
}

/* With the lock: nobody waits for it any more; it is a failure of upstream's. */
static void give_up(bonnet_client *c, slot *s, int64_t now)
{
    for (uint32_t i = 0; i < c->pictures; i++) {
        transfer *t = &c->transfers[i];
        if (t->slot != s || t->state == TRANSFER_FREE) continue;
        t->slot = NULL;
        t->ended = true;
    }
    s->state = SLOT_FAILED;
    s->why = BONNET_WHY_TIMEOUT;
    s->replied = now;
    client_line(c, "no reply within %lld us", (long long)(now - s->sent));
    breaker_result(&c->breaker, false, now);
    curl_multi_wakeup(c->multi);
}

static void wait_for_it(bonnet_client *c, slot *s)
{
    const struct timespec until = {.tv_sec = s->limit / 1000000, .tv_nsec = s->limit % 1000000 * 1000};
    pthread_mutex_lock(&c->lock);
    while (s->state == SLOT_SENT && client_now() < s->limit) {
        const int rc = pthread_cond_timedwait(&c->changed, &c->lock, &until);
        if (rc != 0 && rc != ETIMEDOUT) break;
    }
    if (s->state == SLOT_SENT) give_up(c, s, client_now());
    pthread_mutex_unlock(&c->lock);
}

static void from_upstream(bonnet_client *c, slot *s)
{
    bonnet_answer *a = &s->answer;
    const target *g = &c->targets[s->plan->target];
    memcpy(a->logits, s->logits, a->classes * sizeof *a->logits);
    a->where = BONNET_WHERE_UPSTREAM;
    a->exit = c->local.exits;
    a->queue_us = (uint64_t)s->reply.queue_us, a->compute_us = (uint64_t)s->reply.compute_us;
    const double unit = 1 << MESSAGE_FLOAT_BITS; /* of floats as whole numbers */
    if (s->reply.floats) local_judge(a, &c->local, unit, 1 / unit);
    else local_judge(a, &c->local, c->local.end_temperature, g->want.digest ? c->local.info.logit_scale : 0);
}

bonnet_status client_settle(bonnet_client *c, slot *s)
{
    bonnet_answer *a = &s->answer;
    bonnet_status status = BONNET_OK;
    wait_for_it(c, s);
    a->flags |= BONNET_ANSWER_OFFLOADED;
    a->network_us = (uint64_t)(s->replied - s->sent);
    a->bytes_sent = s->bytes_sent, a->bytes_received = s->bytes_received;
    if (s->state == SLOT_REPLIED) {
        from_upstream(c, s);
        client_learn(c, s);
        client_done(c, s, s->replied);
        return BONNET_OK;
    }
    const local *l = &c->local;
    const int64_t start = client_now(), rest = local_part_us(l, s->plan->keep, l->end);
    const bool end = slot_final(s);
    if (!end && (!s->in_hand || start + rest <= s->deadline)) {
        status = local_finish(a, &c->local, s->plan->keep, s->plan->keep ? s->map : s->pixels);
        s->local_us += client_now() - start;
    } else if (!end) a->flags |= BONNET_ANSWER_SHORT;
    if (status != BONNET_OK && s->in_hand) { /* the device failed, but there is an answer */
        a->flags |= BONNET_ANSWER_SHORT;
        status = BONNET_OK;
    }
    if (status == BONNET_OK) client_done(c, s, client_now());
    return status;
}

bonnet_status bonnet_client_wait(bonnet_answer *out, bonnet_client *c, uint64_t ticket)
{
    if (!out || !c) return BONNET_EINVAL;
    for (uint32_t i = 0; i < c->slot_count; i++) {
        slot *s = &c->slots[i];
        if (!s->used || s->ticket != ticket) continue;
        pthread_mutex_lock(&c->lock);
        const bool here = s->state == SLOT_HERE;
        pthread_mutex_unlock(&c->lock);
        const bonnet_status status = here ? BONNET_OK : client_settle(c, s);
        if (status == BONNET_OK) *out = s->answer;
        s->used = false;
        return status;
    }
    return BONNET_EINVAL;
}

bonnet_status bonnet_client_run(bonnet_answer *out, bonnet_client *c, const uint8_t *pixels, size_t bytes, uint64_t deadline_us)
{
    uint64_t ticket;
    if (!out) return BONNET_EINVAL;
    const bonnet_status status = bonnet_client_submit(&ticket, c, pixels, bytes, deadline_us);
    return status == BONNET_OK ? bonnet_client_wait(out, c, ticket) : status;
}
