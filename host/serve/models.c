/* SPDX-License-Identifier: Apache-2.0 */
/* models.c - what is served: every network and its tails, on every device of the pool. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "server.h"

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

static void hexadecimal(char text[65], const uint8_t sha256[32])
{
    for (int i = 0; i < 32; i++) snprintf(text + 2 * i, 3, "%02x", sha256[i]);
}

/* A network whose file changed behind the server's back is not the one that was announced. */
bonnet_status serve_same_network(char message[SERVE_LINE], const serve_model *m, const bonnet_model *loaded, const char *path)
{
    bonnet_model_info info;
    char digest[65];
    const bonnet_status status = bonnet_model_info_get(&info, loaded);
    if (status != BONNET_OK) return serve_failed(message, status, NULL, path);
    hexadecimal(digest, info.sha256);
    if (!strcmp(digest, m->oip.digest)) return BONNET_OK;
    snprintf(message, SERVE_LINE, "%.200s: the file is another network than when the server started; start it again", path);
    return BONNET_EABI;
}

static serve_model *append(server *s)
{
    serve_model *more = realloc(s->models, (s->count + 1) * sizeof *more);
    if (!more) return NULL;
    s->models = more;
    memset(&more[s->count], 0, sizeof *more);
    return &more[s->count++];
}

static bonnet_status describe(char message[SERVE_LINE], server *s, serve_model *m, bonnet_model *loaded, const char *path)
{
    bonnet_model_info info;
    const bonnet_status status = bonnet_model_info_get(&info, loaded);
    if (status != BONNET_OK) return serve_failed(message, status, s->devices[0].handle, path);
    const size_t length = strlen(info.name);
    if (!length || length > OIP_NAME - 16 || strpbrk(info.name, "/\\\"%?#") ||
        info.name[strspn(info.name, "!#$&'()*+,-.0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~")]) {
        snprintf(message, SERVE_LINE, "%.200s: its network is called '%.60s', which cannot be part of an address; compile it with another name", path,
                 info.name);
        return BONNET_EINVAL;
    }
    if (serve_model_find(s, info.name, length)) {
        snprintf(message, SERVE_LINE, "%.200s: another network is called '%.90s', too; serve one of them, or compile one with another name", path,
                 info.name);
        return BONNET_EINVAL;
    }
    snprintf(m->oip.name, OIP_NAME, "%s", info.name);
    hexadecimal(m->oip.digest, info.sha256);
    snprintf(m->oip.version, sizeof m->oip.version, "%.12s", m->oip.digest);
    m->oip.input = "image";
    m->oip.is_signed = info.pixels_signed;
    m->oip.dims = 4, m->oip.shape[1] = info.height, m->oip.shape[2] = info.width, m->oip.shape[3] = info.planes;
    m->oip.bytes = bonnet_model_input_bytes(loaded);
    m->oip.classes = info.classes;
    m->oip.batch = s->o.batch;
    m->oip.cut = -1;
    m->share = 1;
    return BONNET_OK;
}

static bonnet_status tails(char message[SERVE_LINE], server *s, uint32_t whole)
{
    bonnet_cut cut;
    for (uint32_t i = 0; bonnet_cut_get(&cut, s->models[whole].loaded[0], i) == BONNET_OK; i++) {
        serve_model *m = append(s);
        if (!m) {
            snprintf(message, SERVE_LINE, "out of memory");
            return BONNET_ENOMEM;
        }
        const serve_model *w = &s->models[whole];
        m->oip = w->oip;
        snprintf(m->oip.name, OIP_NAME, "%.79s.tail%u", w->oip.name, i);
        m->oip.input = "map";
        m->oip.is_signed = false;
        m->oip.dims = 2, m->oip.shape[1] = (uint32_t)cut.bytes;
        m->oip.bytes = cut.bytes;
        m->oip.cut = (int)i;
        snprintf(m->oip.layer, sizeof m->oip.layer, "%.63s", cut.name);
        const uint32_t map[4] = {cut.channels, cut.height, cut.width, cut.slices};
        memcpy(m->oip.map, map, sizeof map);
        m->whole = whole;
        m->share = (double)cut.macs_after / (double)(cut.macs_before + cut.macs_after ? cut.macs_before + cut.macs_after : 1);
    }
    return BONNET_OK;
}

/* Every file on the first device: what it is. The wholes first: their index is that of their file. */
static bonnet_status described(char message[SERVE_LINE], server *s)
{
    for (uint32_t i = 0; i < s->o.models; i++) {
        bonnet_model *loaded;
        serve_model m = {.whole = i}, *to;
        bonnet_status status = bonnet_model_load(&loaded, s->devices[0].handle, s->o.paths[i]);
        if (status != BONNET_OK) return serve_failed(message, status, s->devices[0].handle, s->o.paths[i]);
        status = describe(message, s, &m, loaded, s->o.paths[i]);
        to = status == BONNET_OK ? append(s) : NULL;
        if (to) *to = m, to->loaded[0] = loaded;
        else bonnet_model_free(loaded);
        if (!to && status == BONNET_OK) status = BONNET_ENOMEM, snprintf(message, SERVE_LINE, "out of memory");
        if (status != BONNET_OK) return status;
    }
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < s->o.models && status == BONNET_OK; i++) status = tails(message, s, i);
    return status;
}

/* Every network on zeros: the device works, and how long an image takes is known before the first request asks. */
static bonnet_status measured(char message[SERVE_LINE], server *s, serve_device *d)
{
    const int64_t start = serve_now();
    bonnet_status status = serve_device_load(message, d);
    d->open_us += serve_now() - start;
    for (uint32_t i = 0; i < s->count && status == BONNET_OK; i++) {
        serve_model *m = &s->models[i];
        if (m->whole != i) m->us[d->index] = s->models[m->whole].us[d->index] * m->share;
        else
            for (int n = 0; n < 2 && status == BONNET_OK; n++) /* the first one touches memory for the first time */
                status = serve_model_once(message, d, m, &m->us[d->index]);
    }
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
    for (uint32_t i = 0; i < s->o.devices; i++) {
        serve_device_close(&s->devices[i]);
        free(s->devices[i].parts);
    }
    free(s->models);
    s->models = NULL, s->count = 0;
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
    for (uint32_t i = 0; i < s->count; i++)
        if (strlen(s->models[i].oip.name) == length && !memcmp(s->models[i].oip.name, name, length)) return &s->models[i];
    return NULL;
}
