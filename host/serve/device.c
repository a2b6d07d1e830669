/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - one device of the pool: opened, loaded, closed by its own thread, and opened again. */
#include <stdlib.h>
#include <string.h>
#include "server.h"

_Static_assert((int)SERVE_POOL == (int)SERVE_DEVICES, "what the command line takes, and what the queue can");

bonnet_status serve_device_open(char message[SERVE_LINE], serve_device *d)
{
    bonnet_open_options o = BONNET_OPEN_OPTIONS_INIT;
    o.timeout_ms = d->server->o.run_timeout_ms;
    o.seed = d->server->o.seed;
    o.cancel = &d->cancel;
    const bonnet_status status = bonnet_open(&d->handle, d->uri, &o);
    return status == BONNET_OK ? status : serve_failed(message, status, NULL, d->uri);
}

static void unload(serve_device *d, serve_network *n)
{
    for (uint32_t i = 0; n && i < n->count; i++) {
        serve_forward_close(d, &n->models[i]);
        bonnet_model_free(n->models[i].loaded[d->index]);
        n->models[i].loaded[d->index] = NULL;
    }
}

void serve_device_close(serve_device *d)
{
    server *s = d->server;
    if (!s) return;
    pthread_mutex_lock(&s->lock); /* of the lists: they are its own models */
    for (uint32_t i = 0; i < s->o.models; i++) unload(d, s->networks[i]);
    for (serve_network *n = s->old; n; n = n->next) unload(d, n);
    unload(d, s->fresh);
    pthread_mutex_unlock(&s->lock);
    bonnet_close(d->handle);
    d->handle = NULL;
}

bonnet_status serve_model_ready(char message[SERVE_LINE], serve_device *d, serve_model *m)
{
    serve_network *n = m->network;
    bonnet_model **whole = &n->models[0].loaded[d->index], **loaded = &m->loaded[d->index];
    if (*loaded) return serve_forwards(d->server, m) ? serve_forward_open(message, d, m) : BONNET_OK;
    bonnet_status status = *whole ? BONNET_OK : bonnet_model_load_memory(whole, d->handle, n->bytes, n->size);
    if (status != BONNET_OK) return serve_failed(message, status, d->handle, n->path);
    if (m != n->models) status = bonnet_model_tail(loaded, *whole, (uint32_t)m->oip.cut);
    if (status == BONNET_OK && serve_forwards(d->server, m)) return serve_forward_open(message, d, m);
    return status == BONNET_OK ? status : serve_failed(message, status, d->handle, m->oip.name);
}

/* One picture of zeros. */
static bonnet_status once(char message[SERVE_LINE], serve_device *d, const serve_model *m, double *us)
{
    uint8_t *zeros = calloc(1, m->oip.bytes);
    bonnet_result r;
    const int64_t start = serve_now();
    const bonnet_status status = zeros ? bonnet_run_image(&r, d->handle, m->loaded[d->index], zeros, m->oip.bytes) : BONNET_ENOMEM;
    *us = (double)(serve_now() - start);
    free(zeros);
    return status == BONNET_OK ? status : serve_failed(message, status, zeros ? d->handle : NULL, m->oip.name);
}

bonnet_status serve_network_once(char message[SERVE_LINE], serve_device *d, serve_network *n)
{
    double *us = &n->models[0].us[d->index];
    bonnet_status status = serve_model_ready(message, d, n->models);
    for (int i = 0; i < 2 && status == BONNET_OK; i++) status = once(message, d, n->models, us); /* the first one touches memory for the first time */
    for (uint32_t i = 1; i < n->count; i++) n->models[i].us[d->index] = *us * n->models[i].share;
    return status;
}

bonnet_status serve_device_load(char message[SERVE_LINE], serve_device *d)
{
    server *s = d->server;
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < s->o.models && status == BONNET_OK; i++) {
        double us;
        pthread_mutex_lock(&s->lock);
        serve_network *n = s->networks[i];
        n->users++; /* it may be replaced meanwhile */
        pthread_mutex_unlock(&s->lock);
        status = serve_model_ready(message, d, n->models);
        if (status == BONNET_OK && !i) status = once(message, d, n->models, &us);
        pthread_mutex_lock(&s->lock);
        serve_network_release(s, n);
        pthread_mutex_unlock(&s->lock);
    }
    return status;
}

/* A run that takes longer than was estimated will take as long again as it is late already: others are not kept waiting for it for ever. */
serve_pool serve_pool_now(const server *s, int64_t now)
{
    serve_pool p = {.devices = s->o.devices};
    for (uint32_t i = 0; i < p.devices; i++) {
        const serve_device *d = &s->devices[i];
        const bool busy = d->count || d->trying || d->state == SERVE_OPENING;
        p.free_at[i] = d->state == SERVE_OUT || d->stuck ? SERVE_NEVER : !busy ? now : d->until > now ? d->until : 2 * now - d->until + 1;
    }
    return p;
}

bool serve_pool_ready(const server *s)
{
    for (uint32_t i = 0; i < s->o.devices; i++)
        if (s->devices[i].state != SERVE_OUT && !s->devices[i].stuck) return true;
    return false;
}
