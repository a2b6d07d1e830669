/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c - earliest deadline first, with a test at the door. */
#include "queue.h"

serve_admission serve_queue_add(serve_queue *q, serve_wait *w, int64_t now, int64_t free_at, int64_t *backlog)
{
    int64_t done = free_at > now ? free_at : now;
    serve_wait **at = &q->first;
    for (; *at && (*at)->deadline <= w->deadline; at = &(*at)->next) done += (*at)->cost;
    *backlog = done - now;
    if (q->length >= q->most) return SERVE_FULL;
    done += w->cost;
    if (w->deadline != SERVE_NEVER && done > w->deadline) return SERVE_LATE;
    for (const serve_wait *o = *at; o; o = o->next) { /* who was promised an answer in time keeps the promise */
        const int64_t before = done - w->cost + o->cost;
        done += o->cost;
        if (o->deadline != SERVE_NEVER && done > o->deadline && before <= o->deadline) return SERVE_MAKES_LATE;
    }
    w->next = *at;
    *at = w;
    q->length++;
    return SERVE_ADMITTED;
}

static serve_wait *unlink_first(serve_queue *q)
{
    serve_wait *w = q->first;
    if (!w) return NULL;
    q->first = w->next;
    q->length--;
    w->next = NULL;
    return w;
}

serve_wait *serve_queue_take(serve_queue *q, int64_t now, uint32_t most)
{
    serve_wait *first = unlink_first(q), *last = first;
    if (!first) return NULL;
    uint32_t count = first->count;
    int64_t cost = first->cost;
    while (q->first && q->first->model == first->model && count + q->first->count <= most) {
        cost += q->first->cost;
        if (first->deadline != SERVE_NEVER && now + cost > first->deadline) break;
        count += q->first->count;
        last->next = unlink_first(q);
        last = last->next;
    }
    return first;
}

serve_wait *serve_queue_expired(serve_queue *q, int64_t now) { return q->first && q->first->deadline <= now ? unlink_first(q) : NULL; }

int64_t serve_queue_deadline(const serve_queue *q) { return q->first ? q->first->deadline : SERVE_NEVER; }

void serve_mean_add(double *mean, double sample) { *mean = *mean > 0 ? *mean + (sample - *mean) / 8 : sample; }
