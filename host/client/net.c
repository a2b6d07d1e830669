/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - the thread of the sockets: requests go out as they come in, questions when they are due, nothing waits for anything. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "client.h"

static size_t keep_body(char *from, size_t size, size_t count, void *of)
{
    transfer *t = of;
    const size_t bytes = size * count;
    if (bytes > t->room - t->filled) return 0; /* longer than any answer: not read any further */
    memcpy(t->reply + t->filled, from, bytes);
    t->filled += bytes;
    return bytes;
}

static size_t count_head(char *from, size_t size, size_t count, void *of)
{
    transfer *t = of;
    (void)from;
    t->heads += size * count;
    return t->heads > CLIENT_HEADERS ? 0 : size * count;
}

static void secure(const bonnet_client *c, CURL *e)
{
    const bool unchecked = c->insecure && !c->ca;
    curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, unchecked ? 0L : 1L);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, unchecked ? 0L : 2L);
    if (c->ca) { /* and nobody else: libcurl would still read the system's folder, all of it for each connection */
        curl_easy_setopt(e, CURLOPT_CAINFO, c->ca);
        curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
    }
    if (c->certificate) curl_easy_setopt(e, CURLOPT_SSLCERT, c->certificate);
    if (c->key) curl_easy_setopt(e, CURLOPT_SSLKEY, c->key);
}

void client_begin(bonnet_client *c, transfer *t, const char *path, int64_t now)
{
    char url[CLIENT_URL + CLIENT_PATH], length[64];
    CURL *e = t->easy;
    const int64_t left_ms = (t->kill - now) / 1000;
    snprintf(url, sizeof url, "%s/%s", c->base, path);
    curl_easy_reset(e);
    curl_easy_setopt(e, CURLOPT_URL, url);
    curl_easy_setopt(e, CURLOPT_PRIVATE, t);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* a name server that does not answer does not hold up the end */
    curl_easy_setopt(e, CURLOPT_PROXY, "");      /* pictures do not go where the environment says */
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, 3600L);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(left_ms > 1 ? left_ms : 1));
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, count_head);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "bonnet");
    secure(c, e);
    client_watch_sockets(c, t);
    t->filled = t->heads = 0;
    t->began = now;
    if (t->kind == TRANSFER_INFER) {
        struct curl_slist *all = curl_slist_append(NULL, "Expect:"), *more = NULL;
        snprintf(length, sizeof length, "Inference-Header-Content-Length: %zu", t->header);
        if (all) more = curl_slist_append(all, t->header ? "Content-Type: application/octet-stream" : "Content-Type: application/json");
        if (more && t->header) more = curl_slist_append(all, length);
        if (more && t->packed) curl_slist_append(all, "Content-Encoding: deflate");
        t->fields = all;
        curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->fields);
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->size);
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, (const char *)t->body);
    }
    t->state = TRANSFER_GOING;
    c->used = now;
    curl_multi_add_handle(c->multi, e);
}

/* With the lock. */
static void begin_made(bonnet_client *c, int64_t now)
{
    char path[CLIENT_PATH];
    for (uint32_t i = 0; i < c->pictures; i++) {
        transfer *t = &c->transfers[i];
        if (t->state == TRANSFER_GOING && t->ended) client_given_up(c, t, now);
        if (t->state != TRANSFER_MADE) continue;
        char *name = curl_easy_escape(t->easy, c->targets[t->target].name, 0);
        snprintf(path, sizeof path, "v2/models/%s/infer", name ? name : "");
        curl_free(name);
        client_begin(c, t, path, now);
        c->stats.requests++;
    }
}

static void finish(bonnet_client *c, transfer *t)
{
    curl_multi_remove_handle(c->multi, t->easy);
    curl_slist_free_all(t->fields);
    t->fields = NULL;
    free(t->body);
    t->body = NULL;
}

static void take_ended(bonnet_client *c)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(c->multi, &left)) != NULL;) {
        transfer *t = NULL;
        const CURLcode code = m->data.result;
        if (m->msg != CURLMSG_DONE || curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t) != CURLE_OK || !t) continue;
        const int64_t now = client_now();
        if (t->kind != TRANSFER_INFER) {
            client_probed(c, t, code, now); /* and asks the next question */
            continue;
        }
        client_ended(c, t, code, now);
        finish(c, t);
        pthread_mutex_lock(&c->lock);
        t->state = TRANSFER_FREE;
        pthread_cond_broadcast(&c->changed);
        pthread_mutex_unlock(&c->lock);
    }
}

void *client_net(void *of)
{
    bonnet_client *c = of;
    sigset_t all;
    int running;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL); /* the application's signals are its own threads' */
    for (;;) {
        pthread_mutex_lock(&c->lock);
        const int64_t now = client_now();
        const bool quit = c->quit;
        if (!quit) {
            begin_made(c, now);
            client_probe(c, now);
        }
        int64_t wait = client_probe_due(c) - now;
        pthread_mutex_unlock(&c->lock);
        if (quit) break;
        curl_multi_perform(c->multi, &running);
        take_ended(c);
        pthread_mutex_lock(&c->lock);
        wait = client_probe_due(c) - client_now(); /* it may be due at once now */
        pthread_mutex_unlock(&c->lock);
        wait = wait < 0 ? 0 : wait > 1000000 ? 1000000 : wait;
        curl_multi_poll(c->multi, NULL, 0, (int)((wait + 999) / 1000), NULL);
    }
    for (uint32_t i = 0; i < c->transfer_count; i++)
        if (c->transfers[i].state == TRANSFER_GOING) finish(c, &c->transfers[i]);
    return NULL;
}
