/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - the thread that owns a device: takes what waits, earliest deadline first, computes, hands back; opens the device again when it failed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "server.h"

enum {
    LOOK_US = 10000,     /* something waits, but for a faster device: between two looks whether that is still so */
    BACKOFF_US = 100000, /* doubles from the second failure in a row on ... */
    BACKOFFS = 7,        /* ... as often */
    END_S = 2            /* a device that was told to stop has that long */
};

/* Until there is something to do, or that time. With the lock. */
static void rest(serve_device *d, int64_t until)
{
    struct timespec t = {until / 1000000, until % 1000000 * 1000};
    d->idle = d->state == SERVE_UP;
    if (until == SERVE_NEVER) pthread_cond_wait(&d->work, &d->server->lock);
    else pthread_cond_timedwait(&d->work, &d->server->lock, &t);
    d->idle = false;
}

void serve_wake(server *s, const serve_call *c, int64_t now)
{
    const serve_pool pool = serve_pool_now(s, now);
    uint32_t best = 0;
    for (uint32_t i = 1; i < pool.devices; i++)
        if (pool.free_at[i] != SERVE_NEVER && c->wait.cost[i] != SERVE_NEVER &&
            (pool.free_at[best] == SERVE_NEVER || c->wait.cost[best] == SERVE_NEVER ||
             pool.free_at[i] + c->wait.cost[i] < pool.free_at[best] + c->wait.cost[best]))
            best = i;
    if (s->queue.length == 1 && s->devices[best].idle) pthread_cond_signal(&s->devices[best].work);
    else
        for (uint32_t i = 0; i < pool.devices; i++)
            if (s->devices[i].idle) pthread_cond_signal(&s->devices[i].work);
}

/* The images of all parts in a row: of one part where they are. *own: free(). */
static const uint8_t *gathered(uint8_t **own, const serve_device *d, size_t each, size_t images)
{
    *own = NULL;
    if (d->count == 1) return d->parts[0].pixels;
    uint8_t *at = *own = malloc(images * each);
    for (uint32_t i = 0; at && i < d->count; at += d->parts[i].count * each, i++) memcpy(at, d->parts[i].pixels, d->parts[i].count * each);
    return *own;
}

typedef struct outcome {
    int code;   /* 0, or the HTTP status of a failure with its line */
    bool fault; /* the device's */
    int64_t us;
    serve_forwarded forwarded;
    char line[SERVE_LINE];
} outcome;

static bool is_fault(bonnet_status status)
{
    return status != BONNET_EINVAL && status != BONNET_ENOMEM && status != BONNET_EUNSUPPORTED && status != BONNET_EABI && status != BONNET_EFORMAT;
}

static void failed(outcome *o, bonnet_status status, const serve_device *d)
{
    const char *detail = bonnet_last_error(d->handle);
    if (!o->line[0]) snprintf(o->line, SERVE_LINE, "%s: %s", d->uri, *detail ? detail : bonnet_status_text(status));
    o->fault = is_fault(status);
    o->code = status == BONNET_ENOMEM || (status == BONNET_EINTR && d->server->quit) ? 503 : 500;
}

/* Forwarded, each image with its call's deadline. Without the lock. */
static bonnet_status forwarded(outcome *o, serve_device *d, serve_model *m, const uint8_t *pixels, size_t images, int32_t *logits,
                               bonnet_result *results)
{
    int64_t *deadlines = malloc(images * sizeof *deadlines), *at = deadlines;
    if (!deadlines) return BONNET_ENOMEM;
    for (uint32_t i = 0; i < d->count; i++)
        for (uint32_t n = 0; n < d->parts[i].count; n++) *at++ = d->parts[i].deadline;
    const bonnet_status status = serve_forward_run(d, m, pixels, deadlines, images, logits, results, &o->forwarded);
    free(deadlines);
    return status;
}

/* Without the lock. */
static void compute(outcome *o, serve_device *d, serve_model *m, size_t images, int32_t *logits, bonnet_result *results)
{
    uint8_t *own = NULL;
    const uint8_t *pixels = logits && results ? gathered(&own, d, m->oip.bytes, images) : NULL;
    if (!pixels) {
        o->code = 503;
        snprintf(o->line, SERVE_LINE, "out of memory");
        return;
    }
    bonnet_status status = serve_model_ready(o->line, d, m);
    const int64_t start = serve_now();
    if (status == BONNET_OK && m->client[d->index]) status = forwarded(o, d, m, pixels, images, logits, results);
    else if (status == BONNET_OK) status = bonnet_run_batch(results, logits, d->handle, m->loaded[d->index], pixels, images);
    o->us = serve_now() - start;
    if (status != BONNET_OK) failed(o, status, d);
    free(own);
}

/* Out of the pool for a while: the first failure at once, later ones in a row after a pause. With the lock. */
static void fell_out(serve_device *d, const char *line)
{
    const uint32_t n = d->failures++;
    const int64_t now = serve_now();
    serve_device_event(d, line);
    snprintf(d->line, sizeof d->line, "%s", line);
    d->state = n ? SERVE_OUT : SERVE_OPENING;
    d->retry_at = n ? now + ((int64_t)BACKOFF_US << (n < BACKOFFS ? n : BACKOFFS)) : now;
    d->since = now, d->until = now + d->open_us;
}

/* Opens it again, when its time has come. With the lock, which is given up meanwhile. */
static void revive(serve_device *d)
{
    server *s = d->server;
    char line[SERVE_LINE] = "";
    if (serve_now() < d->retry_at) {
        rest(d, d->retry_at);
        return;
    }
    pthread_mutex_unlock(&s->lock);
    serve_device_close(d);
    bonnet_status status = serve_device_open(line, d);
    if (status == BONNET_OK) status = serve_device_load(line, d);
    if (status != BONNET_OK) serve_device_close(d);
    pthread_mutex_lock(&s->lock);
    d->stuck = false;
    if (status == BONNET_OK) {
        d->state = SERVE_UP, d->reopened++;
        serve_device_event(d, NULL);
    } else {
        fell_out(d, line);
        serve_strand(s);
    }
}

/* One run, or nothing. With the lock, which is given up meanwhile. */
static void work(serve_device *d)
{
    server *s = d->server;
    outcome o = {0};
    const uint32_t images = serve_run_take(d, serve_now());
    if (!d->count) {
        rest(d, s->queue.first ? serve_now() + LOOK_US : SERVE_NEVER);
        return;
    }
    serve_model *m = d->model;
    m->network->users++; /* the call may be gone before the run */
    pthread_mutex_unlock(&s->lock);
    int32_t *logits = malloc(images * m->oip.classes * sizeof *logits);
    bonnet_result *results = malloc(images * sizeof *results);
    compute(&o, d, m, images, logits, results);
    pthread_mutex_lock(&s->lock);
    if (!s->quit) d->cancel = 0;
    if (o.fault) fell_out(d, o.line); /* before its calls look for another one */
    else if (!o.code)
        d->failures = 0, serve_mean_add(&m->us[d->index], (double)(m->client[d->index] ? (int64_t)o.forwarded.local_us : o.us) / images);
    s->forwarded.upstream += o.forwarded.upstream, s->forwarded.exits += o.forwarded.exits, s->forwarded.fallback += o.forwarded.fallback;
    serve_run_end(d, o.code, o.line, logits, results, o.us);
    serve_network_release(s, m->network);
    if (o.fault) serve_strand(s);
    free(logits);
    free(results);
}

/* A file's new version, between two runs. With the lock, which is given up meanwhile. */
static void try_fresh(serve_device *d)
{
    server *s = d->server;
    serve_network *n = s->fresh;
    char line[SERVE_LINE] = "";
    const uint64_t one = 1;
    d->trying = true;
    d->since = serve_now();
    d->until = d->since + (int64_t)(2 * s->networks[s->fresh_file]->models[0].us[d->index]);
    n->users++;
    pthread_mutex_unlock(&s->lock);
    const bonnet_status status = serve_network_once(line, d, n);
    pthread_mutex_lock(&s->lock);
    d->trying = false;
    n->tried |= 1u << d->index;
    if (status != BONNET_OK && n->status == BONNET_OK) n->status = status, memcpy(n->line, line, sizeof line);
    if (status != BONNET_OK && is_fault(status)) fell_out(d, line);
    serve_network_release(s, n);
    if (write(s->wake, &one, sizeof one) < 0) return; /* an eventfd that is full wakes as well */
}

static void *worker(void *of)
{
    serve_device *d = of;
    server *s = d->server;
    pthread_mutex_lock(&s->lock);
    while (!s->quit) {
        serve_network_tidy(d);
        if (d->state == SERVE_UP && s->fresh && !(s->fresh->tried >> d->index & 1)) try_fresh(d);
        else if (d->state == SERVE_UP) work(d);
        else revive(d);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

bonnet_status serve_workers_start(server *s)
{
    for (uint32_t i = 0; i < s->o.devices; i++) {
        serve_device *d = &s->devices[i];
        if (pthread_create(&d->thread, NULL, worker, d) != 0) return BONNET_ENOMEM;
        d->started = true;
    }
    return BONNET_OK;
}

bool serve_workers_end(server *s)
{
    struct timespec t;
    bool all = true;
    pthread_mutex_lock(&s->lock);
    s->quit = true;
    for (uint32_t i = 0; i < s->o.devices; i++) pthread_cond_signal(&s->devices[i].work);
    pthread_mutex_unlock(&s->lock);
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += END_S;
    for (uint32_t i = 0; i < s->o.devices; i++)
        if (s->devices[i].started && pthread_timedjoin_np(s->devices[i].thread, NULL, &t) != 0) all = false, serve_run_abandon(&s->devices[i]);
    return all;
}
