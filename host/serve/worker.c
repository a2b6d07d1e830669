/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - the thread that owns the device: takes what waits, earliest deadline first, computes, hands back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "server.h"

void serve_finish(serve_call *c, int status, const char *line)
{
    c->status = status;
    if (line) snprintf(c->line, sizeof c->line, "%s", line);
    c->done = true;
    MHD_resume_connection(c->connection);
}

/* Nobody waits for the answer any more. */
static bool gone(const serve_call *c)
{
    char byte;
    const ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* Those of the batch that are worth computing; the others are answered. With the lock. */
static serve_call *sift(serve_call *first, int64_t now)
{
    serve_call *keep = NULL;
    serve_wait **end = NULL;
    for (serve_call *c = first, *next; c; c = next) {
        char line[SERVE_LINE];
        next = (serve_call *)c->wait.next;
        c->wait.next = NULL;
        if (gone(c)) serve_finish(c, 499, "the client is gone");
        else if (c->wait.deadline != SERVE_NEVER && now + (int64_t)(c->model->us * c->wait.count) > c->wait.deadline) {
            snprintf(line, sizeof line, "the deadline cannot be met any more after %lld us in the queue", (long long)(now - c->arrived));
            serve_finish(c, 504, line);
        } else {
            if (end) *end = &c->wait;
            else keep = c;
            end = &c->wait.next;
        }
    }
    return keep;
}

/* The images of all calls in a row: of one call where they are. *own: free(). */
static const uint8_t *gathered(uint8_t **own, const serve_call *first, size_t each, size_t count)
{
    *own = NULL;
    if (!first->wait.next) return first->request.pixels;
    uint8_t *at = *own = malloc(count * each);
    for (const serve_call *c = first; at && c; at += c->wait.count * each, c = (const serve_call *)c->wait.next)
        memcpy(at, c->request.pixels, c->wait.count * each);
    return *own;
}

/* Results to their calls. */
static bool scatter(serve_call *first, const int32_t *logits, const bonnet_result *results, uint32_t classes)
{
    for (serve_call *c = first; c; c = (serve_call *)c->wait.next) {
        const size_t numbers = (size_t)c->wait.count * classes;
        c->logits = malloc((numbers + c->wait.count) * sizeof *c->logits);
        if (!c->logits) return false;
        memcpy(c->logits, logits, numbers * sizeof *logits);
        c->labels = c->logits + numbers;
        for (uint32_t i = 0; i < c->wait.count; i++) c->labels[i] = (int32_t)results[i].label;
        logits += numbers, results += c->wait.count;
    }
    return true;
}

/* Without the lock. 0, or the HTTP status of a failure with its line. */
static int compute(server *s, serve_call *first, size_t count, char line[SERVE_LINE])
{
    serve_model *m = first->model;
    if (!s->device && serve_device_open(line, s) != BONNET_OK) return 503;
    bonnet_status status = serve_model_ready(line, s, m);
    if (status != BONNET_OK) return status == BONNET_ENODEV || status == BONNET_EIO ? 503 : 500;
    int32_t *logits = malloc(count * m->oip.classes * sizeof *logits);
    bonnet_result *results = malloc(count * sizeof *results);
    uint8_t *own;
    const uint8_t *pixels = gathered(&own, first, m->oip.bytes, count);
    int code = 0;
    if (!logits || !results || !pixels) code = 503, snprintf(line, SERVE_LINE, "out of memory");
    if (!code) {
        const int64_t start = serve_now();
        status = bonnet_run_batch(results, logits, s->device, m->loaded, pixels, count);
        for (serve_call *c = first; c; c = (serve_call *)c->wait.next) c->compute_us = serve_now() - start;
        if (status != BONNET_OK) {
            const char *detail = bonnet_last_error(s->device);
            snprintf(line, SERVE_LINE, "%s: %s", s->o.device, *detail ? detail : bonnet_status_text(status));
            code = status == BONNET_EINTR ? 503 : 500;
            if (status != BONNET_EINVAL && status != BONNET_ENOMEM && status != BONNET_EUNSUPPORTED) serve_device_close(s);
        } else if (!scatter(first, logits, results, m->oip.classes)) code = 503, snprintf(line, SERVE_LINE, "out of memory");
    }
    free(own);
    free(logits);
    free(results);
    return code;
}

static void hand_back(server *s, serve_call *first, int code, const char *line)
{
    s->totals.runs++;
    for (serve_call *c = first, *next; c; c = next) {
        next = (serve_call *)c->wait.next; /* the call may be freed from now on */
        if (!code) {
            c->model->counts.images += c->wait.count;
            serve_time(&c->model->counts.queue, c->started - c->arrived);
            serve_time(&c->model->counts.compute, c->compute_us);
        }
        if (code) c->retry_us = 1;
        serve_finish(c, code ? code : 200, code ? line : NULL);
    }
}

void *serve_worker(void *of)
{
    server *s = of;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->queue.first && !s->quit) pthread_cond_wait(&s->work, &s->lock);
        if (!s->queue.first) break;
        const int64_t now = serve_now();
        serve_call *first = sift((serve_call *)serve_queue_take(&s->queue, now, s->o.batch), now);
        if (!first) continue;
        char line[SERVE_LINE] = "";
        size_t count = 0;
        uint32_t calls = 0;
        for (serve_call *c = first; c; c = (serve_call *)c->wait.next) c->started = now, count += c->wait.count, calls++;
        s->free_at = now + (int64_t)(first->model->us * (double)count);
        s->computing = calls;
        const bool closed = !s->device;
        pthread_mutex_unlock(&s->lock);
        const int code = compute(s, first, count, line);
        pthread_mutex_lock(&s->lock);
        s->computing = 0;
        s->free_at = 0;
        s->broken = !s->device && closed;
        if (closed && s->device) s->totals.reopened++;
        if (!code) serve_mean_add(&first->model->us, (double)first->compute_us / (double)count);
        hand_back(s, first, code, line);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}
