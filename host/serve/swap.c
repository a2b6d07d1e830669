/* SPDX-License-Identifier: Apache-2.0 */
/*
 * swap.c - a file's new version: read, checked, loaded beside the old one by every device that works and run there once; then new requests are the new
 * one's, and those that were let in before are still answered by the old one. Whatever goes wrong on the way, the old one stays. One file at a time, a step
 * now and then by the thread of the clock.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "server.h"
#include "text.h"

enum { GRACE_US = 2000000 };

/* Who asked for this file is told. With the lock. */
static void tell(server *s, uint32_t file, int status, const char *line)
{
    for (serve_call **at = &s->loads; *at;) {
        serve_call *c = *at;
        if (c->file != file) {
            at = (serve_call **)&c->wait.next;
            continue;
        }
        *at = (serve_call *)c->wait.next;
        if (status == 200) c->text = strdup("{}"), c->type = "application/json";
        serve_finish(c, c->text || status != 200 ? status : 503, line);
    }
}

static void over(server *s, uint32_t file, bonnet_status status, const char *line, const char *digest)
{
    serve_reload_say(s, "network", s->o.paths[file], status, line, digest);
    pthread_mutex_lock(&s->lock);
    tell(s, file, status == BONNET_OK ? 200 : status == BONNET_ENOMEM ? 503 : 400, line);
    pthread_mutex_unlock(&s->lock);
}

/* What it is, worked out on the CPU, which runs every sound network: a file that is none never comes near a device. */
static bonnet_status looked_at(char message[SERVE_LINE], server *s, serve_network *n, const char *name)
{
    bonnet_device *cpu;
    bonnet_model *loaded;
    bonnet_status status = bonnet_open(&cpu, "cpu:", NULL);
    if (status != BONNET_OK) return serve_failed(message, status, NULL, "cpu:");
    status = bonnet_model_load_memory(&loaded, cpu, n->bytes, n->size);
    if (status != BONNET_OK) serve_failed(message, status, cpu, n->path);
    else {
        status = serve_network_describe(message, s, n, loaded);
        if (status == BONNET_OK && strcmp(n->models[0].oip.name, name) != 0)
            status = serve_wrong(message, BONNET_EINVAL,
                                 "%.160s: its network is called '%.90s' now, not '%.90s'; to serve another one, start the server again", n->path,
                                 n->models[0].oip.name, name);
        bonnet_model_free(loaded);
    }
    bonnet_close(cpu);
    return status;
}

static void begin(server *s, uint32_t file)
{
    char line[SERVE_LINE] = "";
    serve_network *n, *now = s->networks[file]; /* only this thread puts another one there */
    bonnet_status status = serve_network_read(&n, line, s->o.paths[file]);
    if (status == BONNET_OK && n->size == now->size && !memcmp(n->bytes, now->bytes, n->size)) {
        serve_network_free(n);
        pthread_mutex_lock(&s->lock);
        tell(s, file, 200, NULL);
        pthread_mutex_unlock(&s->lock);
        return;
    }
    if (status == BONNET_OK) {
        status = looked_at(line, s, n, now->models[0].oip.name);
        if (status != BONNET_OK) serve_network_free(n);
    }
    if (status != BONNET_OK) {
        over(s, file, status, line, NULL);
        return;
    }
    pthread_mutex_lock(&s->lock);
    s->fresh = n, s->fresh_file = file;
    n->since = serve_now();
    for (uint32_t i = 0; i < s->o.devices; i++) pthread_cond_signal(&s->devices[i].work);
    pthread_mutex_unlock(&s->lock);
}

/* All devices that work have tried it, or one was found that cannot. With the lock. */
static bool tried(server *s, serve_network *n)
{
    if (n->status == BONNET_OK && serve_now() > n->since + (int64_t)s->o.run_timeout_ms * 1000 + GRACE_US)
        n->status = serve_wrong(n->line, BONNET_ETIMEOUT, "%.200s: a device does not come back with it", n->path);
    if (n->status != BONNET_OK) return true;
    for (uint32_t i = 0; i < s->o.devices; i++) {
        const serve_device *d = &s->devices[i];
        if (!(n->tried >> i & 1) && d->state == SERVE_UP && !d->stuck) return false;
    }
    if (!n->tried) n->status = serve_wrong(n->line, BONNET_ENODEV, "%.200s: no device works that could try it", n->path);
    return true;
}

/* With the lock. */
static void swap(server *s, uint32_t file, serve_network *n)
{
    serve_network *before = s->networks[file];
    for (uint32_t d = 0; d < s->o.devices; d++) {
        if (!(n->tried >> d & 1)) n->models[0].us[d] = before->models[0].us[d]; /* it is not up; when it is, it will tell */
        for (uint32_t i = 1; i < n->count; i++) n->models[i].us[d] = n->models[0].us[d] * n->models[i].share;
    }
    s->networks[file] = n;
    serve_network_retire(s, before);
}

static void finish(server *s)
{
    char line[SERVE_LINE], digest[65];
    pthread_mutex_lock(&s->lock);
    serve_network *n = s->fresh;
    const uint32_t file = s->fresh_file;
    const bool done = tried(s, n);
    const bonnet_status status = n->status;
    if (done) {
        memcpy(line, n->line, sizeof line);
        memcpy(digest, n->models[0].oip.digest, sizeof digest);
        s->fresh = NULL;
        if (status == BONNET_OK) swap(s, file, n);
        else serve_network_retire(s, n);
    }
    pthread_mutex_unlock(&s->lock);
    if (done) over(s, file, status, line, digest);
}

void serve_swap_step(server *s)
{
    if (s->fresh) finish(s); /* only this thread writes it */
    while (!s->fresh) {
        pthread_mutex_lock(&s->lock);
        uint32_t file = 0;
        while (file < s->o.models && !(s->pending >> file & 1)) file++;
        s->pending &= ~(1u << file);
        pthread_mutex_unlock(&s->lock);
        if (file == s->o.models) return;
        begin(s, file);
    }
}

void serve_swap_end(server *s)
{
    pthread_mutex_lock(&s->lock);
    s->pending = 0;
    if (s->fresh) serve_network_retire(s, s->fresh);
    s->fresh = NULL;
    for (uint32_t i = 0; i < s->o.models; i++) tell(s, i, 503, "the server is stopping");
    pthread_mutex_unlock(&s->lock);
}

bool serve_swap_ask(server *s, serve_call *c)
{
    const uint64_t one = 1;
    pthread_mutex_lock(&s->lock);
    const bool draining = s->draining;
    if (draining) serve_fail(c, 503, "the server is stopping"), c->retry_us = 1;
    else {
        c->wait.next = (serve_wait *)s->loads;
        s->loads = c;
        s->pending |= 1u << c->file;
        serve_peer_phase(c->connection, SERVE_WAITING);
        MHD_suspend_connection(c->connection);
    }
    pthread_mutex_unlock(&s->lock);
    if (!draining && write(s->wake, &one, sizeof one) < 0) return true; /* an eventfd that is full wakes as well */
    return !draining;
}
