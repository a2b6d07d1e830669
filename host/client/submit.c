/* SPDX-License-Identifier: Apache-2.0 */
/* submit.c - this device's part of a picture: from stop to stop, until somebody is sure, something is to be sent, or the network ends. */
#include <string.h>
#include "client.h"

/* A map on its way through the parts. */
typedef struct walk {
    bonnet_client *c;
    slot *s;
    uint32_t place, stop; /* where the map is; the next stop */
    const uint8_t *at;
} walk;

static bonnet_status go_to(walk *w, uint32_t place)
{
    const plan *p = w->s->plan;
    if (place == w->place) return BONNET_OK;
    uint8_t *out = place == p->keep ? w->s->map : w->c->scratch[w->at == w->c->scratch[0]];
    const bonnet_status status = local_map(out, &w->c->local, w->place, place, w->at);
    w->place = place;
    w->at = out;
    return status;
}

/* The exits at and before stop `to`. *sure: one of them was. */
static bonnet_status walk_stops(bool *sure, walk *w, uint32_t to)
{
    const local *l = &w->c->local;
    *sure = false;
    for (; w->stop < to; w->stop++) {
        const stop *st = &w->s->plan->stops[w->stop];
        const bool ask = st->exit != NO_EXIT;
        if (w->s->in_hand && client_now() + local_part_us(l, w->place, st->place) + (ask ? local_exit_us(l, st->exit) : 0) > w->s->deadline)
            return BONNET_OK;
        bonnet_status status = go_to(w, st->place);
        if (status == BONNET_OK && ask) status = local_ask(&w->s->answer, &w->c->local, st->exit, w->at);
        if (status != BONNET_OK) return status;
        if (!ask) continue;
        w->s->in_hand = true;
        *sure = w->s->answer.confidence >= st->threshold;
        if (*sure) return BONNET_OK;
    }
    return BONNET_OK;
}

/* For the rest of the network here; without an answer in hand there must be. */
static bool there_is_time_for_the_end(const walk *w)
{
    return !w->s->in_hand || client_now() + local_part_us(&w->c->local, w->place, w->c->local.end) <= w->s->deadline;
}

/* To the end, by the exits that are left: nobody is asked any more. */
static bonnet_status walk_home(walk *w)
{
    slot *s = w->s;
    bool sure;
    bonnet_status status = walk_stops(&sure, w, s->plan->count);
    if (status != BONNET_OK || sure) return status;
    if (w->stop < s->plan->count || !there_is_time_for_the_end(w)) {
        s->answer.flags |= BONNET_ANSWER_SHORT;
        return BONNET_OK;
    }
    status = local_finish(&s->answer, &w->c->local, w->place, w->at);
    s->in_hand |= status == BONNET_OK;
    return status;
}

/* The device's part. BONNET_OK: the slot is SENT, or has its answer in hand and is done. */
static bonnet_status compute(bonnet_client *c, slot *s)
{
    const plan *p = s->plan;
    walk w = {.c = c, .s = s, .at = s->pixels};
    bool sure;
    const int64_t start = client_now();
    bonnet_status status = walk_stops(&sure, &w, p->before);
    if (status == BONNET_OK && !sure && p->whole && w.stop == p->before && there_is_time_for_the_end(&w)) {
        status = local_finish(&s->answer, &c->local, w.place, w.at);
        s->in_hand |= status == BONNET_OK;
        sure = status == BONNET_OK && p->send != BONNET_SEND_NOTHING && s->answer.confidence >= p->end_threshold;
    }
    s->local_us = client_now() - start;
    if (status != BONNET_OK) return status;
    s->mapped = p->keep && w.place >= p->keep;
    s->told = s->in_hand, s->told_label = s->answer.result.label, s->told_confidence = s->answer.confidence;
    const bool cached = !sure && client_cached(c, s);
    if (sure) s->why = BONNET_WHY_SURE;
    else if (cached && !s->hit.audit) s->why = BONNET_WHY_CACHED;
    else if (s->why == BONNET_WHY_NONE && w.stop < p->before) s->why = BONNET_WHY_NO_TIME; /* for as much as the next exit */
    if (s->why == BONNET_WHY_NONE) {
        const uint32_t why = client_send(c, s);
        if (why == BONNET_WHY_NONE) return BONNET_OK; /* from here on the slot is the other thread's as well: a reply may be there already */
        s->why = why;
    }
    if (!sure && !slot_final(s)) {
        const int64_t again = client_now();
        status = walk_home(&w);
        s->local_us += client_now() - again;
    }
    if (status == BONNET_OK) client_done(c, s, client_now());
    return status;
}

/* What the next picture will take here, as far as it is not sent before. */
static int64_t own_part_us(const bonnet_client *c, const plan *p)
{
    const local *l = &c->local;
    int64_t us = 0;
    uint32_t place = 0;
    for (uint32_t i = 0; i < p->before; i++) {
        us += local_part_us(l, place, p->stops[i].place) + (p->stops[i].exit != NO_EXIT ? local_exit_us(l, p->stops[i].exit) : 0);
        place = p->stops[i].place;
    }
    return p->whole ? us + local_part_us(l, place, l->end) : us;
}

/* Pictures without an answer whose time to turn back comes while the next one is computed: finished first. */
static bonnet_status rescue(bonnet_client *c, int64_t until)
{
    for (uint32_t i = 0; i < c->slot_count; i++) {
        slot *s = &c->slots[i];
        pthread_mutex_lock(&c->lock);
        const bool ours = s->used && s->state == SLOT_SENT && !s->in_hand && s->limit < until;
        if (ours) s->limit = 0;
        pthread_mutex_unlock(&c->lock);
        const bonnet_status status = ours ? client_settle(c, s) : BONNET_OK;
        if (status != BONNET_OK) return status;
    }
    return BONNET_OK;
}

static slot *take(bonnet_client *c)
{
    for (uint32_t i = 0; i < c->slot_count; i++)
        if (!c->slots[i].used) return &c->slots[i];
    return NULL;
}

bonnet_status bonnet_client_submit(uint64_t *ticket, bonnet_client *c, const uint8_t *pixels, size_t bytes, uint64_t deadline_us)
{
    const int64_t now = client_now();
    slot *s = c ? take(c) : NULL;
    if (!ticket || !s || !pixels || bytes != c->local.input_bytes || deadline_us > UINT64_C(10000000000)) return BONNET_EINVAL;
    const uint64_t whole = deadline_us ? deadline_us : c->timeout_us;
    s->ticket = ++c->tickets;
    s->start = now;
    s->deadline = now + (int64_t)whole;
    s->due = s->deadline - (int64_t)c->margin_us;
    s->in_hand = s->finish = s->mapped = s->told = false;
    s->hit = (bonnet_cache_answer){0};
    s->bytes_sent = s->bytes_received = 0;
    s->replied = s->sent = s->limit = 0;
    memset(&s->answer, 0, sizeof s->answer);
    s->answer.classes = c->local.info.classes;
    memcpy(s->pixels, pixels, bytes);
    pthread_mutex_lock(&c->lock);
    s->plan = client_plan_for(c, now);
    s->why = client_gate(c, s->plan, now);
    pthread_mutex_unlock(&c->lock);
    bonnet_status status = rescue(c, now + own_part_us(c, s->plan));
    if (status == BONNET_OK) status = compute(c, s);
    if (status == BONNET_OK) s->used = true, *ticket = s->ticket;
    return status;
}
