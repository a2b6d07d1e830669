/* SPDX-License-Identifier: Apache-2.0 */
/* infer.c - a request to compute: what its header fields promise, its body, its place in the queue. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "server.h"

void serve_fail(serve_call *c, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->line, sizeof c->line, format, args);
    va_end(args);
    for (char *p = c->line; *p; p++)
        if (*p < ' ' || *p > '~') *p = '?'; /* foreign names: one line stays one line, and is JSON */
    c->status = status;
}

static const char *field(const serve_call *c, const char *name) { return MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name); }

/* The number of bytes that will follow; SIZE_MAX: it is not said, or is no number. */
static size_t content_length(const serve_call *c)
{
    const char *text = field(c, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (!text || !*text || strlen(text) > 18 || text[strspn(text, "0123456789")]) return SIZE_MAX;
    return strtoull(text, NULL, 10);
}

void serve_infer_begin(server *s, serve_call *c)
{
    const bool chunked = field(c, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL, said = field(c, MHD_HTTP_HEADER_CONTENT_LENGTH) != NULL;
    c->coding = coding_named(field(c, MHD_HTTP_HEADER_CONTENT_ENCODING));
    c->accepts = coding_accepted(field(c, MHD_HTTP_HEADER_ACCEPT_ENCODING));
    c->size = chunked ? SIZE_MAX : said ? content_length(c) : 0;
    if (!c->upload) return;
    if (chunked || !said) serve_fail(c, 411, "say the length: a request wants Content-Length, and no Transfer-Encoding");
    else if (c->size == SIZE_MAX) serve_fail(c, 400, "Content-Length is no number");
    else if (c->coding == CODING_OTHER) serve_fail(c, 415, "Content-Encoding: gzip or deflate, or none");
    else if (!oip_header_length(&c->header, field(c, "Inference-Header-Content-Length")))
        serve_fail(c, 400, "Inference-Header-Content-Length wants a number from 1 to %d", OIP_HEADER);
    else if (c->size > (c->coding ? coding_most(oip_body_most(&c->model->oip, c->header)) : oip_body_most(&c->model->oip, c->header)))
        serve_fail(c, 413, "the body has %zu bytes, this model takes %zu in one request", c->size, oip_body_most(&c->model->oip, c->header));
    if (c->status) return;
    pthread_mutex_lock(&s->lock);
    if (s->draining) serve_fail(c, 503, "the server is stopping");
    else if (s->bodies + c->size > SERVE_BODIES) serve_fail(c, 503, "%d MiB of other requests are being held", SERVE_BODIES >> 20);
    else {
        c->body = malloc(c->size ? c->size : 1);
        if (c->body) s->bodies += c->size;
        else serve_fail(c, 503, "out of memory");
    }
    if (c->status) c->retry_us = 1;
    pthread_mutex_unlock(&s->lock);
}

/* The queue's answer as HTTP. */
static void refused(const server *s, serve_call *c, serve_admission why, int64_t backlog)
{
    c->retry_us = backlog > 0 ? backlog : 1;
    if (why == SERVE_NO_DEVICE) serve_fail(c, 503, "no device works; they are opened again from time to time");
    else if (why == SERVE_FULL) serve_fail(c, 503, "the queue is full, %lld us of work are ahead", (long long)backlog);
    else if (why == SERVE_LATE)
        serve_fail(c, 503, "the deadline cannot be met: %lld us of work are ahead, this takes about %lld us more", (long long)backlog,
                   (long long)(serve_model_us(s, c->model) * c->request.count));
    else serve_fail(c, 503, "the deadline would be met at the cost of requests that were let in before");
}

/* The body as it was before it was compressed, in its place. */
static bool unpacked(server *s, serve_call *c)
{
    char line[CODING_LINE];
    uint8_t *body;
    size_t size;
    const int status = coding_unpack(&body, &size, line, c->coding, c->body, c->size, oip_body_most(&c->model->oip, c->header));
    if (status != 200) {
        serve_fail(c, status, "%s", line);
        return false;
    }
    free(c->body);
    pthread_mutex_lock(&s->lock);
    s->bodies += size - c->size;
    pthread_mutex_unlock(&s->lock);
    c->body = body;
    c->size = c->filled = size;
    return true;
}

bool serve_infer_submit(server *s, serve_call *c)
{
    char line[OIP_LINE];
    if (c->filled != c->size) { /* the connection broke, or Content-Length lied */
        serve_fail(c, 400, "the body has %zu bytes, Content-Length said %zu", c->filled, c->size);
        return false;
    }
    c->whole = serve_now();
    if (c->coding && !unpacked(s, c)) return false;
    const int status = oip_request_read(&c->request, line, &c->model->oip, c->body, c->size, c->header);
    if (status != 200) {
        serve_fail(c, status, "%s", line);
        return false;
    }
    const int64_t now = serve_now();
    bool wake = false;
    int64_t backlog;
    pthread_mutex_lock(&s->lock);
    c->wait = (serve_wait){
        .model = c->model, .deadline = c->request.timeout_us ? c->arrived + c->request.timeout_us : SERVE_NEVER, .count = c->request.count};
    for (uint32_t i = 0; i < s->o.devices; i++) c->wait.cost[i] = (int64_t)(c->model->us[i] * c->request.count) + 1;
    const serve_pool pool = serve_pool_now(s, now);
    const serve_admission admission = s->draining ? SERVE_FULL : serve_queue_add(&s->queue, &c->wait, now, &pool, &backlog);
    if (s->draining) {
        serve_fail(c, 503, "the server is stopping");
        c->retry_us = 1;
    } else if (admission != SERVE_ADMITTED) refused(s, c, admission, backlog);
    else {
        serve_peer_phase(c->connection, SERVE_WAITING);
        MHD_suspend_connection(c->connection);
        wake = c->wait.deadline != SERVE_NEVER && s->queue.first == &c->wait;
        serve_wake(s, c, now);
    }
    pthread_mutex_unlock(&s->lock);
    const uint64_t one = 1;
    if (wake && write(s->wake, &one, sizeof one) < 0) return true; /* an eventfd that is full wakes as well */
    return admission == SERVE_ADMITTED;
}
