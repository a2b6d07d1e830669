/* SPDX-License-Identifier: Apache-2.0 */
/* network.c - one version of a .bonnet file: the network and its tails, as clients see them; kept until nobody uses it any more. */
#include <stdlib.h>
#include <string.h>
#include "server.h"
#include "text.h"

enum { MOST_BYTES = 256 << 20 };

/* Counters belong to a name, whatever version answers to it. With the lock, or before there are threads. */
static serve_book *book_of(server *s, const char *name)
{
    serve_book **at = &s->books;
    while (*at && strcmp((*at)->name, name) != 0) at = &(*at)->next;
    if (!*at && (*at = calloc(1, sizeof **at)) != NULL) snprintf((*at)->name, OIP_NAME, "%s", name);
    return *at;
}

bonnet_status serve_network_read(serve_network **out, char message[SERVE_LINE], const char *path)
{
    serve_network *n = calloc(1, sizeof *n);
    char *bytes = NULL;
    if (!n) return serve_wrong(message, BONNET_ENOMEM, "out of memory");
    const bonnet_status status = serve_text(&bytes, &n->size, message, path, MOST_BYTES, false);
    n->bytes = bytes, n->path = path;
    if (status == BONNET_OK) *out = n;
    else free(n);
    return status;
}

/* Foreign bytes that are no UTF-8 would make no JSON. */
static void only_text(char *s)
{
    for (unsigned char *c = (unsigned char *)s; *c; c++) {
        const int more = *c < 0x80 ? 0 : (*c & 0xe0) == 0xc0 && *c > 0xc1 ? 1 : (*c & 0xf0) == 0xe0 ? 2 : (*c & 0xf8) == 0xf0 && *c < 0xf5 ? 3 : -1;
        int n = 0;
        while (n < more && (c[n + 1] & 0xc0) == 0x80) n++;
        if (more < 0 || n < more) *c = '?';
        else c += more;
    }
}

/* The names of the classes, in one piece of memory; NULL: there are none, or no memory for them. */
static const char **named(const bonnet_model *loaded, uint32_t classes)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < classes; i++) bytes += strlen(bonnet_model_label(loaded, i));
    const char **labels = bytes ? malloc(classes * sizeof *labels + bytes + classes) : NULL;
    char *at = labels ? (char *)(labels + classes) : NULL;
    for (uint32_t i = 0; labels && i < classes; i++) {
        strcpy(at, bonnet_model_label(loaded, i));
        only_text(at);
        labels[i] = at;
        at += strlen(at) + 1;
    }
    return labels;
}

static bonnet_status whole(char message[SERVE_LINE], const server *s, serve_model *m, const bonnet_model *loaded, const char *path)
{
    bonnet_model_info info;
    const bonnet_status status = bonnet_model_info_get(&info, loaded);
    if (status != BONNET_OK) return serve_failed(message, status, NULL, path);
    const size_t length = strlen(info.name);
    if (!length || length > OIP_NAME - 16 || strpbrk(info.name, "/\\\"%?#") ||
        info.name[strspn(info.name, "!#$&'()*+,-.0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~")])
        return serve_wrong(message, BONNET_EINVAL,
                           "%.200s: its network is called '%.60s', which cannot be part of an address; compile it with another name", path,
                           info.name);
    snprintf(m->oip.name, OIP_NAME, "%s", info.name);
    for (int i = 0; i < 32; i++) snprintf(m->oip.digest + 2 * i, 3, "%02x", info.sha256[i]);
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

static void tail(serve_model *m, oip_model whole_of, uint32_t index, const bonnet_cut *cut)
{
    m->oip = whole_of;
    snprintf(m->oip.name, OIP_NAME, "%.79s.tail%u", whole_of.name, index);
    m->oip.input = "map";
    m->oip.is_signed = false;
    m->oip.dims = 2, m->oip.shape[1] = (uint32_t)cut->bytes;
    m->oip.bytes = cut->bytes;
    m->oip.cut = (int)index;
    snprintf(m->oip.layer, sizeof m->oip.layer, "%.63s", cut->name);
    const uint32_t map[4] = {cut->channels, cut->height, cut->width, cut->slices};
    memcpy(m->oip.map, map, sizeof map);
    m->share = (double)cut->macs_after / (double)(cut->macs_before + cut->macs_after ? cut->macs_before + cut->macs_after : 1);
}

bonnet_status serve_network_describe(char message[SERVE_LINE], server *s, serve_network *n, const bonnet_model *loaded)
{
    bonnet_cut cut;
    uint32_t cuts = 0;
    while (bonnet_cut_get(&cut, loaded, cuts) == BONNET_OK) cuts++;
    n->models = calloc(1 + cuts, sizeof *n->models);
    if (!n->models) return serve_wrong(message, BONNET_ENOMEM, "out of memory");
    n->count = 1 + cuts;
    for (uint32_t i = 0; i < n->count; i++) n->models[i].network = n;
    const bonnet_status status = whole(message, s, &n->models[0], loaded, n->path);
    if (status == BONNET_OK) n->models[0].oip.labels = n->labels = named(loaded, n->models[0].oip.classes);
    for (uint32_t i = 0; i < cuts && status == BONNET_OK; i++)
        if (bonnet_cut_get(&cut, loaded, i) == BONNET_OK) tail(&n->models[1 + i], n->models[0].oip, i, &cut);
    pthread_mutex_lock(&s->lock);
    bool all = true;
    for (uint32_t i = 0; i < n->count && status == BONNET_OK; i++) {
        serve_book *b = book_of(s, n->models[i].oip.name);
        n->models[i].counts = b ? &b->counts : NULL;
        all = all && b;
    }
    pthread_mutex_unlock(&s->lock);
    return all ? status : serve_wrong(message, BONNET_ENOMEM, "out of memory");
}

void serve_network_free(serve_network *n)
{
    if (!n) return;
    free(n->models);
    free(n->labels);
    free(n->bytes);
    free(n);
}

void serve_network_retire(server *s, serve_network *n)
{
    n->next = s->old;
    s->old = n;
    for (uint32_t i = 0; i < s->o.devices; i++) pthread_cond_signal(&s->devices[i].work);
}

void serve_network_release(server *s, serve_network *n)
{
    if (--n->users) return;
    for (const serve_network *o = s->old; o; o = o->next)
        if (o == n)
            for (uint32_t i = 0; i < s->o.devices; i++) pthread_cond_signal(&s->devices[i].work);
}

/* What d has of networks that nobody uses any more goes; who has nothing left on any device, too. */
void serve_network_tidy(serve_device *d)
{
    server *s = d->server;
    for (serve_network **at = &s->old; *at;) {
        serve_network *n = *at;
        bool left = n->users > 0;
        for (uint32_t i = 0; i < n->count && !n->users; i++) {
            bonnet_model **loaded = n->models[i].loaded;
            serve_forward_close(d, &n->models[i]);
            bonnet_model_free(loaded[d->index]);
            loaded[d->index] = NULL;
            for (uint32_t k = 0; k < s->o.devices; k++) left = left || loaded[k];
        }
        if (left) at = &n->next;
        else *at = n->next, serve_network_free(n);
    }
}
