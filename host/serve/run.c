/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - the calls of a device's run: taken out of the queue, answered with it or before it. All with the lock. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "server.h"

enum { PATIENCE_US = 250000, GRACE_US = 1000000 }; /* a run that is later than that is suspected; beyond --timeout-ms: given up */

void serve_finish(serve_call *c, int status, const char *line)
{
    c->status = status;
    if (line && line != c->line) snprintf(c->line, sizeof c->line, "%s", line);
    if (status == 503 && !c->retry_us) c->retry_us = 1;
    c->done = true;
    MHD_resume_connection(c->connection);
}

/* Nobody waits for the answer any more. With TLS there are bytes before the end, its farewell: reading would not do. */
static bool gone(const serve_call *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};
    return poll(&p, 1, 0) > 0 && p.revents;
}

/* Worth computing; else it is answered. */
static bool kept(serve_call *c, const serve_device *d, int64_t now)
{
    char line[SERVE_LINE];
    if (gone(c)) {
        serve_finish(c, 499, "the client is gone");
        return false;
    }
    if (c->wait.deadline == SERVE_NEVER || now + (int64_t)(c->model->us[d->index] * c->wait.count) <= c->wait.deadline) return true;
    snprintf(line, sizeof line, "the deadline cannot be met any more after %lld us in the queue", (long long)(now - c->arrived));
    serve_finish(c, 504, line);
    return false;
}

uint32_t serve_run_take(serve_device *d, int64_t now)
{
    server *s = d->server;
    const serve_pool pool = serve_pool_now(s, now);
    uint32_t images = 0;
    serve_wait *w = serve_queue_take(&s->queue, now, &pool, d->index, s->o.batch), *next;
    for (d->count = 0; w; w = next) {
        serve_call *c = (serve_call *)w;
        next = w->next;
        w->next = NULL;
        if (!kept(c, d, now)) continue;
        c->started = now;
        d->parts[d->count++] = (serve_part){.call = c, .pixels = c->request.pixels, .count = c->wait.count, .deadline = c->wait.deadline};
        images += c->wait.count;
    }
    d->live = d->count;
    s->computing += d->count;
    d->since = now;
    if (!d->count) return 0;
    d->model = d->parts[0].call->model;
    d->patience = serve_forwards(s, d->model) ? (int64_t)s->o.upstream_ms * 1000 : 0;
    d->until = now + (int64_t)(d->model->us[d->index] * images) + 1;
    return images;
}

/* The call leaves the run, which may go on reading its bytes: they stay. */
static serve_call *parted(serve_device *d, serve_part *p)
{
    serve_call *c = p->call;
    p->call = NULL;
    p->body = c->body, p->own = c->request.own;
    if (c->body) d->server->bodies -= c->size; /* one run's, at most; the end does not wait for it */
    c->body = NULL, c->request.own = NULL;
    d->live--;
    d->server->computing--;
    return c;
}

/* Another device could do it in time. */
static bool elsewhere(const serve_device *d, serve_call *c, int64_t now)
{
    const serve_pool pool = serve_pool_now(d->server, now);
    if (c->again) return false;
    for (uint32_t i = 0; i < pool.devices; i++)
        if (i != d->index && pool.free_at[i] != SERVE_NEVER &&
            (c->wait.deadline == SERVE_NEVER || pool.free_at[i] + c->wait.cost[i] <= c->wait.deadline))
            return true;
    return false;
}

/* Back into the queue, for any device but this one. */
static void requeue(const serve_device *d, serve_call *c, const char *line, int64_t now)
{
    c->again = true;
    snprintf(c->line, sizeof c->line, "%s", line);
    c->wait.cost[d->index] = SERVE_NEVER;
    serve_queue_return(&d->server->queue, &c->wait);
    serve_wake(d->server, c, now);
}

/* Results to their call. */
static bool given(serve_call *c, const int32_t *logits, const bonnet_result *results)
{
    const uint32_t classes = c->model->oip.classes;
    const size_t numbers = (size_t)c->wait.count * classes;
    c->logits = malloc((numbers + c->wait.count) * sizeof *c->logits);
    c->scores = malloc(c->wait.count * sizeof *c->scores);
    if (!c->logits || !c->scores) return false;
    memcpy(c->logits, logits, numbers * sizeof *logits);
    c->labels = c->logits + numbers;
    for (uint32_t i = 0; i < c->wait.count; i++) c->labels[i] = (int32_t)results[i].label, c->scores[i] = results[i].score;
    return true;
}

void serve_run_end(serve_device *d, int code, const char *line, const int32_t *logits, const bonnet_result *results, int64_t us)
{
    server *s = d->server;
    const int64_t now = serve_now();
    d->runs++;
    d->busy_us += (uint64_t)(now - d->since);
    if (!code) d->model->counts->runs++, d->model->counts->last_ms = (uint64_t)time(NULL) * 1000;
    for (serve_part *p = d->parts; p < d->parts + d->count; p++) {
        serve_call *c = p->call;
        free(p->body);
        free(p->own);
        if (!c) continue;
        s->computing--, d->live--;
        c->compute_us = us;
        const size_t at = (size_t)(p - d->parts);
        size_t before = 0;
        for (size_t i = 0; i < at; i++) before += d->parts[i].count;
        if (code == 500 && elsewhere(d, c, now)) requeue(d, c, line, now);
        else if (code) serve_finish(c, code, line);
        else if (!given(c, logits + before * c->model->oip.classes, results + before)) serve_finish(c, 503, "out of memory");
        else {
            c->model->counts->images += c->wait.count;
            serve_time(&c->model->counts->queue, c->started - c->whole);
            serve_time(&c->model->counts->compute, us);
            serve_finish(c, 200, NULL);
        }
    }
    d->count = 0;
    d->stuck = false;
}

void serve_strand(server *s)
{
    const serve_pool pool = serve_pool_now(s, serve_now());
    serve_wait *w;
    while ((w = serve_queue_stranded(&s->queue, &pool)) != NULL) {
        serve_call *c = (serve_call *)w;
        if (c->again) serve_finish(c, 500, c->line);
        else serve_finish(c, 503, "no device works: it failed, and could not be opened again");
    }
}

/* A copy of the bytes goes along: the run may be reading them. */
static void moved(serve_device *d, serve_part *p, int64_t now)
{
    const size_t bytes = p->count * p->call->model->oip.bytes;
    uint8_t *copy = malloc(bytes);
    if (!copy) return;
    memcpy(copy, p->pixels, bytes);
    serve_call *c = parted(d, p);
    c->request.own = copy, c->request.pixels = copy;
    requeue(d, c, "the device does not come back", now);
}

int64_t serve_run_watch(serve_device *d, int64_t now)
{
    server *s = d->server;
    const int64_t patience = 4 * (d->until - d->since), suspect = d->until + d->patience + (patience > PATIENCE_US ? patience : PATIENCE_US);
    const int64_t end = d->since + (int64_t)s->o.run_timeout_ms * 1000 + d->patience + GRACE_US;
    int64_t next = SERVE_NEVER;
    for (serve_part *p = d->parts; p < d->parts + d->count; p++) {
        char line[SERVE_LINE];
        serve_call *c = p->call;
        if (!c) continue;
        if (c->wait.deadline <= now) {
            snprintf(line, sizeof line, "the deadline passed while the device computed, %lld us after this began", (long long)(now - c->started));
            serve_finish(parted(d, p), 504, line);
        } else if (now >= suspect && elsewhere(d, c, now)) moved(d, p, now);
        else if (now >= end) {
            snprintf(line, sizeof line, "%.200s does not come back", d->uri);
            serve_finish(parted(d, p), 500, line);
        } else if (c->wait.deadline < next) next = c->wait.deadline;
    }
    const bool hangs = d->state == SERVE_OPENING ? now >= end : d->count && !d->live && now >= suspect;
    if (hangs && !d->stuck) { /* no call is its any more */
        d->cancel = 1;
        d->stuck = true;
        serve_strand(s);
    }
    return d->live && suspect > now && suspect < next ? suspect : next;
}

void serve_run_abandon(serve_device *d)
{
    pthread_mutex_lock(&d->server->lock);
    for (serve_part *p = d->parts; p < d->parts + d->count; p++)
        if (p->call) serve_finish(parted(d, p), 503, "the server stopped before this was computed");
    pthread_mutex_unlock(&d->server->lock);
}
