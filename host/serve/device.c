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

void serve_device_close(serve_device *d)
{
    server *s = d->server;
    for (uint32_t i = 0; s && i < s->count; i++) {
        bonnet_model_free(s->models[i].loaded[d->index]);
        s->models[i].loaded[d->index] = NULL;
    }
    bonnet_close(d->handle);
    d->handle = NULL;
}

bonnet_status serve_model_ready(char message[SERVE_LINE], serve_device *d, serve_model *m)
{
    server *s = d->server;
    serve_model *whole = &s->models[m->whole];
    bonnet_model **loaded = &whole->loaded[d->index];
    if (m->loaded[d->index]) return BONNET_OK;
    if (!*loaded) {
        const char *path = s->o.paths[m->whole];
        bonnet_status status = bonnet_model_load(loaded, d->handle, path);
        if (status != BONNET_OK) return serve_failed(message, status, d->handle, path);
        status = serve_same_network(message, whole, *loaded, path);
        if (status == BONNET_OK) return m == whole ? status : serve_model_ready(message, d, m);
        bonnet_model_free(*loaded);
        *loaded = NULL;
        return status;
    }
    const bonnet_status status = bonnet_model_tail(&m->loaded[d->index], *loaded, (uint32_t)m->oip.cut);
    return status == BONNET_OK ? status : serve_failed(message, status, d->handle, m->oip.name);
}

bonnet_status serve_model_once(char message[SERVE_LINE], serve_device *d, serve_model *m, double *us)
{
    uint8_t *zeros = calloc(1, m->oip.bytes);
    bonnet_result r;
    const int64_t start = serve_now();
    const bonnet_status status = zeros ? bonnet_run_image(&r, d->handle, m->loaded[d->index], zeros, m->oip.bytes) : BONNET_ENOMEM;
    *us = (double)(serve_now() - start);
    free(zeros);
    return status == BONNET_OK ? status : serve_failed(message, status, zeros ? d->handle : NULL, m->oip.name);
}

bonnet_status serve_device_load(char message[SERVE_LINE], serve_device *d)
{
    server *s = d->server;
    double us;
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < s->o.models && status == BONNET_OK; i++) status = serve_model_ready(message, d, &s->models[i]);
    return status == BONNET_OK ? serve_model_once(message, d, &s->models[0], &us) : status;
}

/* A run that takes longer than was estimated will take as long again as it is late already: others are not kept waiting for it for ever. */
serve_pool serve_pool_now(const server *s, int64_t now)
{
    serve_pool p = {.devices = s->o.devices};
    for (uint32_t i = 0; i < p.devices; i++) {
        const serve_device *d = &s->devices[i];
        const bool busy = d->count || d->state == SERVE_OPENING;
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
