/* SPDX-License-Identifier: Apache-2.0 */
/* models.c - what is served: every file's network and its tails, on every device of the pool. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "server.h"
#include "text.h"

int64_t serve_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bonnet_status serve_failed(char message[SERVE_LINE], bonnet_status status, const bonnet_device *dev, const char *what)
{
    const char *detail = bonnet_last_error(dev);
    snprintf(message, SERVE_LINE, "%s: %s", what, *detail ? detail : bonnet_status_text(status));
    return status;
}

/* Every file on the first device: what it is. */
static bonnet_status described(char message[SERVE_LINE], server *s)
{
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < s->o.models && status == BONNET_OK; i++) {
        const char *path = s->o.paths[i];
        bonnet_device *on = s->devices[0].handle;
        bonnet_model *loaded;
        serve_network *n;
        status = serve_network_read(&n, message, path);
        if (status != BONNET_OK) break;
        status = bonnet_model_load_memory(&loaded, on, n->bytes, n->size);
        if (status != BONNET_OK) serve_failed(message, status, on, path);
        else {
            status = serve_network_describe(message, s, n, loaded);
            if (status == BONNET_OK && serve_model_find(s, n->models[0].oip.name, strlen(n->models[0].oip.name)))
                status = serve_wrong(message, BONNET_EINVAL,
                                     "%.200s: another network is called '%.90s', too; serve one of them, or compile one with another name", path,
                                     n->models[0].oip.name);
            if (status == BONNET_OK) n->models[0].loaded[0] = loaded;
            else bonnet_model_free(loaded);
        }
        if (status == BONNET_OK) s->networks[i] = n;
        else serve_network_free(n);
    }
    return status;
}

/* Every network on zeros: the device works, and how long an image takes is known before the first request asks. */
static bonnet_status measured(char message[SERVE_LINE], server *s, serve_device *d)
{
    const int64_t start = serve_now();
    bonnet_status status = serve_device_load(message, d);
    d->open_us += serve_now() - start;
    for (uint32_t i = 0; i < s->o.models && status == BONNET_OK; i++) status = serve_network_once(message, d, s->networks[i]);
    return status;
}

bonnet_status serve_models_open(char message[SERVE_LINE], server *s)
{
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < s->o.devices && status == BONNET_OK; i++) {
        serve_device *d = &s->devices[i];
        const int64_t start = serve_now();
        d->parts = calloc(s->o.batch, sizeof *d->parts);
        status = d->parts ? serve_device_open(message, d) : BONNET_ENOMEM;
        d->open_us = serve_now() - start;
        if (status == BONNET_OK && !i) status = described(message, s);
        if (status == BONNET_OK) status = measured(message, s, d);
    }
    return status;
}

void serve_models_close(server *s)
{
    serve_book *b;
    for (uint32_t i = 0; i < s->o.devices; i++) {
        serve_device_close(&s->devices[i]);
        free(s->devices[i].parts);
    }
    for (uint32_t i = 0; i < s->o.models; i++) serve_network_free(s->networks[i]);
    for (serve_network *n = s->old, *next; n; n = next) next = n->next, serve_network_free(n);
    while ((b = s->books) != NULL) s->books = b->next, free(b);
}

double serve_model_us(const server *s, const serve_model *m)
{
    double least = m->us[0];
    for (uint32_t i = 1; i < s->o.devices; i++)
        if (m->us[i] < least) least = m->us[i];
    return least;
}

serve_model *serve_model_find(server *s, const char *name, size_t length)
{
    for (uint32_t i = 0; i < s->o.models; i++)
        for (uint32_t k = 0; s->networks[i] && k < s->networks[i]->count; k++) {
            serve_model *m = &s->networks[i]->models[k];
            if (strlen(m->oip.name) == length && !memcmp(m->oip.name, name, length)) return m;
        }
    return NULL;
}
