/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c - start, watch the clock, stop: what was accepted is answered before the end. */
#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "listen.h"
#include "server.h"

enum {
    TICK_US = 200000,  /* between two looks at slow connections */
    LINGER_US = 500000 /* connections that are kept alive learn at their next request that the server stops */
};

/* One line of JSON on stderr; event: "start", "stop". */
static void say(server *s, const char *event, int64_t us)
{
    struct json_object *o = json_object_new_object(), *list = json_object_new_array();
    struct json_object *devices = json_object_new_array();
    uint64_t images = 0, runs = 0;
    json_object_object_add(o, "event", json_object_new_string(event));
    json_object_object_add(o, "host", json_object_new_string(s->host));
    json_object_object_add(o, "port", json_object_new_int64(s->port));
    for (uint32_t i = 0; i < s->o.devices; i++) {
        runs += s->devices[i].runs;
        json_object_array_add(devices, json_object_new_string(s->o.uris[i]));
    }
    json_object_object_add(o, "devices", devices);
    for (const serve_book *b = s->books; b; b = b->next) images += b->counts.images;
    for (uint32_t i = 0; i < s->o.models; i++) {
        const serve_model *of = s->networks[i]->models;
        struct json_object *m = json_object_new_object();
        json_object_object_add(m, "name", json_object_new_string(of->oip.name));
        json_object_object_add(m, "digest", json_object_new_string(of->oip.digest));
        json_object_object_add(m, "image_us", json_object_new_int64((int64_t)serve_model_us(s, of)));
        json_object_array_add(list, m);
    }
    json_object_object_add(o, "models", list);
    if (us >= 0) {
        json_object_object_add(o, "images", json_object_new_uint64(images));
        json_object_object_add(o, "runs", json_object_new_uint64(runs));
        json_object_object_add(o, "drained_us", json_object_new_int64(us));
    }
    serve_event(s, o);
}

/* Deadlines are answered when they pass, slow connections cut off. Returns when to look again. */
static int64_t watch(server *s, int64_t now)
{
    serve_wait *late;
    pthread_mutex_lock(&s->lock);
    while ((late = serve_queue_expired(&s->queue, now)) != NULL) {
        char line[SERVE_LINE];
        serve_call *c = (serve_call *)late;
        snprintf(line, sizeof line, "the deadline passed after %lld us in the queue", (long long)(now - c->arrived));
        serve_finish(c, 504, line);
    }
    serve_peers_sweep(s, now);
    int64_t next = serve_queue_deadline(&s->queue);
    for (uint32_t i = 0; i < s->o.devices; i++) {
        const int64_t look = serve_run_watch(&s->devices[i], now);
        if (look < next) next = look;
    }
    pthread_mutex_unlock(&s->lock);
    return next < now + TICK_US ? next : now + TICK_US;
}

/* Sleeps until then, a signal, or an earlier deadline. */
static void rest(server *s, int64_t until, const sigset_t *mask)
{
    const int64_t us = until - serve_now();
    struct timespec t = {us > 0 ? us / 1000000 : 0, us > 0 ? us % 1000000 * 1000 : 0};
    struct pollfd p = {.fd = s->wake, .events = POLLIN};
    uint64_t count;
    if (ppoll(&p, 1, &t, mask) > 0 && read(s->wake, &count, sizeof count) < 0) return;
}

/* Nobody waits for an answer, nor is one on its way. */
static bool idle(server *s)
{
    pthread_mutex_lock(&s->lock);
    bool busy = s->queue.length || s->computing || s->bodies;
    for (const serve_peer *p = s->peers; p && !busy; p = p->next) busy = p->phase != SERVE_READING;
    pthread_mutex_unlock(&s->lock);
    return !busy;
}

/* No new connection, no new request; what was accepted is finished, in bounded time. */
static bool drain(server *s, const sigset_t *mask)
{
    const int64_t start = serve_now(), last = start + (int64_t)s->o.timeout_ms * 1000;
    pthread_mutex_lock(&s->lock);
    s->draining = true;
    pthread_mutex_unlock(&s->lock);
    serve_swap_end(s);
    const int fd = MHD_quiesce_daemon(s->http);
    if (fd >= 0) close(fd);
    s->listening = -1;
    for (int64_t now = start; now < last; now = serve_now()) {
        if (now >= start + LINGER_US && idle(s)) return true;
        watch(s, now);
        rest(s, now + 20000, mask);
    }
    return idle(s);
}

/* Whoever still waits is told so; the devices are asked to stop. */
static void abandon(server *s)
{
    serve_wait *w;
    pthread_mutex_lock(&s->lock);
    s->quit = true;
    for (uint32_t i = 0; i < s->o.devices; i++) s->devices[i].cancel = 1;
    while ((w = serve_queue_pop(&s->queue)) != NULL) serve_finish((serve_call *)w, 503, "the server stopped before this was computed");
    pthread_mutex_unlock(&s->lock);
}

static bonnet_status start(server *s, char message[SERVE_LINE])
{
    serve_listening l;
    bonnet_status status = s->o.cert ? tls_files_read(&s->tls.files, message, &s->o) : BONNET_OK;
    if (status == BONNET_OK) status = serve_access_read(message, s);
    if (status == BONNET_OK && s->o.events.url) status = events_open(&s->events, message, &s->o.events);
    if (status == BONNET_OK) status = serve_listen(&l, message, s->o.listen, s->o.insecure || (s->tls.files && s->tls.files->mutual));
    if (status != BONNET_OK) return status;
    s->listening = l.fd, s->port = l.port;
    memcpy(s->host, l.host, sizeof s->host);
    status = serve_models_open(message, s);
    if (status != BONNET_OK) return status;
    s->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (l.six ? MHD_USE_IPv6 : 0u) | (s->tls.files ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_HTTPS_MEM_KEY, 0, NULL}, {MHD_OPTION_HTTPS_PRIORITIES, 0, TLS_PRIORITIES}, {MHD_OPTION_END, 0, NULL}};
    if (s->tls.files) {
        tls[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, s->tls.files->cert};
        tls[1].ptr_value = s->tls.files->key;
        s->tls.files->users++; /* the library has pointers into it until it stops */
    }
    s->http = s->wake < 0 ? NULL
                          : MHD_start_daemon(flags, 0, NULL, NULL, serve_answer, s, MHD_OPTION_LISTEN_SOCKET, s->listening,
                                             MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVE_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                             (size_t)SERVE_HEAD_BYTES, MHD_OPTION_NOTIFY_COMPLETED, serve_completed, s, MHD_OPTION_NOTIFY_CONNECTION,
                                             serve_peer_notify, s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (s->http) return BONNET_OK;
    snprintf(message, SERVE_LINE, "cannot start an HTTP server on %.80s: %s", s->o.listen, strerror(errno));
    return BONNET_EIO;
}

/* With the server up and the worker at work. */
static bonnet_status until_stopped(server *s, char message[SERVE_LINE], const sigset_t *mask)
{
    say(s, "start", -1);
    printf("listening on http%s://%s%s%s:%u\n", s->tls.files ? "s" : "", strchr(s->host, ':') ? "[" : "", s->host, strchr(s->host, ':') ? "]" : "",
           s->port);
    if (fflush(stdout) != 0) {
        snprintf(message, SERVE_LINE, "cannot write to stdout: %s", strerror(errno));
        return BONNET_EIO;
    }
    for (int seen = 0; !*s->o.stop; rest(s, watch(s, serve_now()), mask)) {
        if (s->o.reload && seen != *s->o.reload) {
            seen = *s->o.reload;
            serve_reload(s);
        }
        serve_swap_step(s);
    }
    const int64_t began = serve_now();
    const bool finished = drain(s, mask);
    if (!finished) abandon(s);
    say(s, "stop", serve_now() - began);
    if (finished) return BONNET_OK;
    snprintf(message, SERVE_LINE, "stopped, but not all requests could be answered within %u ms", s->o.timeout_ms);
    return BONNET_ETIMEOUT;
}

static bonnet_status with_workers(server *s, char message[SERVE_LINE], const sigset_t *mask)
{
    bonnet_status status = serve_workers_start(s);
    if (status == BONNET_OK) status = until_stopped(s, message, mask);
    else snprintf(message, SERVE_LINE, "cannot start a thread");
    return status;
}

/* *own: nothing else uses it any more; else a thread that does not come back does. */
static bonnet_status run(server *s, char message[SERVE_LINE], const sigset_t *mask, bool *own)
{
    bonnet_status status = *s->o.stop ? BONNET_EINTR : BONNET_OK;
    if (status == BONNET_OK) status = start(s, message);
    if (status == BONNET_OK) status = with_workers(s, message, mask);
    *own = serve_workers_end(s);
    if (!*own && status == BONNET_OK) {
        status = BONNET_ETIMEOUT;
        snprintf(message, SERVE_LINE, "stopped, but a device does not come back");
    }
    if (s->http) MHD_stop_daemon(s->http);
    if (s->listening >= 0) close(s->listening);
    if (s->wake >= 0) close(s->wake);
    tls_free(&s->tls);
    acl_free(s->acl);
    pthread_mutex_lock(&s->lock);
    events *e = s->events;
    s->events = NULL; /* of a device that does come back */
    pthread_mutex_unlock(&s->lock);
    events_close(e);
    return status;
}

bonnet_status serve_run(char message[SERVE_LINE], const serve_options *options)
{
    server *s = calloc(1, sizeof *s);
    sigset_t block, before;
    pthread_condattr_t monotonic;
    bool own;
    if (!s) return BONNET_ENOMEM;
    s->o = *options, s->listening = s->wake = -1, s->queue.most = options->queue;
    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigaddset(&block, SIGTERM);
    sigaddset(&block, SIGHUP);
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    for (uint32_t i = 0; i < options->devices; i++) {
        s->devices[i] = (serve_device){.server = s, .index = i, .uri = options->uris[i]};
        pthread_cond_init(&s->devices[i].work, &monotonic);
    }
    pthread_condattr_destroy(&monotonic);
    pthread_sigmask(SIG_BLOCK, &block, &before); /* signals come to this thread, and only while it rests */
    const bonnet_status status = run(s, message, &before, &own);
    if (own) serve_models_close(s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    for (uint32_t i = 0; i < options->devices && own; i++) pthread_cond_destroy(&s->devices[i].work);
    if (!own) return status;
    pthread_mutex_destroy(&s->lock);
    free(s);
    return status;
}
