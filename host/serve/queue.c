/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c - earliest deadline first, with a test at the door. */
#include "queue.h"

/* No device is free before now. */
static serve_pool started(const serve_pool *pool, int64_t now)
{
    serve_pool p = *pool;
    for (uint32_t i = 0; i < p.devices; i++)
        if (p.free_at[i] < now) p.free_at[i] = now;
    return p;
}

/* The device that would be done with w first, and when; SERVE_DEVICES: none can. */
static uint32_t soonest(const serve_pool *p, const serve_wait *w, int64_t *done)
{
    uint32_t best = SERVE_DEVICES;
    *done = SERVE_NEVER;
    for (uint32_t i = 0; i < p->devices; i++) {
        if (p->free_at[i] == SERVE_NEVER || w->cost[i] == SERVE_NEVER) continue;
        if (p->free_at[i] + w->cost[i] >= *done) continue;
        best = i;
        *done = p->free_at[i] + w->cost[i];
    }
    return best;
}

/* As if every request in line up to `until` (NULL: all) had been handed out. */
static void hand_out(serve_pool *p, const serve_wait *w, const serve_wait *until)
{
    for (int64_t done; w != until; w = w->next) {
        const uint32_t i = soonest(p, w, &done);
        if (i < SERVE_DEVICES) p->free_at[i] = done;
    }
}

serve_admission serve_queue_add(serve_queue *q, serve_wait *w, int64_t now, const serve_pool *pool, int64_t *backlog)
{
    serve_pool with = started(pool, now), without;
    serve_wait **at = &q->first;
    int64_t done, before;
    while (*at && (*at)->deadline <= w->deadline) at = &(*at)->next;
    hand_out(&with, q->first, *at);
    without = with;
    const uint32_t mine = soonest(&with, w, &done);
    *backlog = 0;
    if (mine == SERVE_DEVICES) return SERVE_NO_DEVICE;
    *backlog = with.free_at[mine] - now;
    if (q->length >= q->most) return SERVE_FULL;
    if (w->deadline != SERVE_NEVER && done > w->deadline) return SERVE_LATE;
    with.free_at[mine] = done;
    for (const serve_wait *o = *at; o; o = o->next) { /* who was promised an answer in time keeps the promise */
        const uint32_t i = soonest(&with, o, &done), j = soonest(&without, o, &before);
        if (i == SERVE_DEVICES || j == SERVE_DEVICES) continue;
        if (o->deadline != SERVE_NEVER && done > o->deadline && before <= o->deadline) return SERVE_MAKES_LATE;
        with.free_at[i] = done;
        without.free_at[j] = before;
    }
    w->next = *at;
    *at = w;
    q->length++;
    return SERVE_ADMITTED;
}

void serve_queue_return(serve_queue *q, serve_wait *w)
{
    serve_wait **at = &q->first;
    while (*at && (*at)->deadline < w->deadline) at = &(*at)->next;
    w->next = *at;
    *at = w;
    q->length++;
}

static serve_wait *unlink_at(serve_queue *q, serve_wait **at)
{
    serve_wait *w = *at;
    *at = w->next;
    q->length--;
    w->next = NULL;
    return w;
}

serve_wait *serve_queue_take(serve_queue *q, int64_t now, const serve_pool *pool, uint32_t device, uint32_t most)
{
    serve_pool p = started(pool, now);
    serve_wait *first = NULL, *last = NULL;
    uint32_t count = 0;
    for (serve_wait **at = &q->first; *at;) {
        serve_wait *w = *at;
        int64_t done;
        const uint32_t i = soonest(&p, w, &done);
        if (i < SERVE_DEVICES) p.free_at[i] = done;
        if (i != device) {
            at = &w->next;
            continue;
        }
        if (first && (w->model != first->model || count + w->count > most || (first->deadline != SERVE_NEVER && done > first->deadline))) break;
        unlink_at(q, at);
        count += w->count;
        if (last) last->next = w;
        else first = w;
        last = w;
    }
    return first;
}

serve_wait *serve_queue_stranded(serve_queue *q, const serve_pool *pool)
{
    for (serve_wait **at = &q->first; *at; at = &(*at)->next) {
        int64_t done;
        if (soonest(pool, *at, &done) == SERVE_DEVICES) return unlink_at(q, at);
    }
    return NULL;
}

serve_wait *serve_queue_expired(serve_queue *q, int64_t now) { return q->first && q->first->deadline <= now ? unlink_at(q, &q->first) : NULL; }

serve_wait *serve_queue_pop(serve_queue *q) { return q->first ? unlink_at(q, &q->first) : NULL; }

int64_t serve_queue_deadline(const serve_queue *q) { return q->first ? q->first->deadline : SERVE_NEVER; }

void serve_mean_add(double *mean, double sample) { *mean = *mean > 0 ? *mean + (sample - *mean) / 8 : sample; }
