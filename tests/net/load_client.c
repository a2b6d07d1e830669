/* SPDX-License-Identifier: Apache-2.0 */
/* load_client.c - one connection: asks by libcurl, hangs up where it is to, judges and counts. */
#include <curl/curl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "load.h"

enum { REPLY = 1 << 20 };

struct load_client {
    const load_how *how;
    CURL *curl;
    load_request request;
    uint64_t random;
    uint8_t *reply; /* [REPLY + 1] */
    size_t size, sent, header;
    bool closes; /* the server said so */
    load_counts c;
};

double load_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of the body to libcurl; of the reply from it. */
static size_t give(char *to, size_t size, size_t count, void *user)
{
    load_client *c = user;
    const load_request *r = &c->request;
    const bool hang_up = r->kind == LOAD_CUT && r->cut == 0;
    size_t n = (hang_up ? r->size / 2 : r->size) - c->sent;
    if (hang_up && n == 0) return CURL_READFUNC_ABORT;
    if (n > size * count) n = size * count;
    memcpy(to, r->body + c->sent, n);
    c->sent += n;
    return n;
}

static int tick(void *user, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
    const load_client *c = user;
    (void)down_all, (void)down, (void)up_all;
    return c->request.kind == LOAD_CUT && c->request.cut == 1 && (size_t)up == c->request.size; /* all was sent: gone */
}

static size_t take(char *from, size_t size, size_t count, void *user)
{
    load_client *c = user;
    if (c->request.kind == LOAD_CUT && c->request.cut == 2) return 0;
    if (c->size + size * count >= REPLY) return 0;
    memcpy(c->reply + c->size, from, size * count);
    c->size += size * count;
    return size * count;
}

static size_t head(char *line, size_t size, size_t count, void *user)
{
    load_client *c = user;
    static const char length[] = "Inference-Header-Content-Length:", closes[] = "Connection: close";
    if (size * count > sizeof length && !strncasecmp(line, length, sizeof length - 1)) c->header = strtoul(line + sizeof length, NULL, 10);
    if (size * count >= sizeof closes && !strncasecmp(line, closes, sizeof closes - 1)) c->closes = true;
    return size * count;
}

static void set_up(load_client *c)
{
    CURL *u = c->curl;
    curl_easy_setopt(u, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(u, CURLOPT_READDATA, c);
    curl_easy_setopt(u, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(u, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(u, CURLOPT_HEADERFUNCTION, head);
    curl_easy_setopt(u, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(u, CURLOPT_XFERINFOFUNCTION, tick);
    curl_easy_setopt(u, CURLOPT_XFERINFODATA, c);
    curl_easy_setopt(u, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(u, CURLOPT_TIMEOUT, 60L);
    if (c->how->ca) curl_easy_setopt(u, CURLOPT_CAINFO, c->how->ca), curl_easy_setopt(u, CURLOPT_CAPATH, NULL);
    if (c->how->cert) curl_easy_setopt(u, CURLOPT_SSLCERT, c->how->cert);
    if (c->how->key) curl_easy_setopt(u, CURLOPT_SSLKEY, c->how->key);
}

static CURLcode ask(load_client *c)
{
    const load_request *r = &c->request;
    char url[512], field[64];
    struct curl_slist *fields = curl_slist_append(NULL, "Expect:");
    snprintf(url, sizeof url, "%.255s%s", c->how->url, r->path);
    snprintf(field, sizeof field, "Inference-Header-Content-Length: %zu", r->header);
    if (r->header) fields = curl_slist_append(fields, field);
    if (r->packed) fields = curl_slist_append(fields, "Content-Encoding: deflate");
    curl_easy_setopt(c->curl, CURLOPT_ACCEPT_ENCODING, r->accepts_packed ? "gzip" : NULL);
    curl_easy_setopt(c->curl, CURLOPT_URL, url);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, fields);
    if (*r->method == 'G') curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    else curl_easy_setopt(c->curl, CURLOPT_POST, 1L), curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->size);
    curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, r->method);
    curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, r->kind == LOAD_CUT && r->cut == 1 ? 0L : 1L);
    c->size = c->sent = c->header = 0;
    c->closes = false;
    const CURLcode code = curl_easy_perform(c->curl);
    curl_slist_free_all(fields);
    c->reply[c->size] = '\0';
    return code;
}

static void judged(load_client *c, CURLcode code, double us)
{
    const load_request *r = &c->request;
    long status = 0, opened = 0;
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c->curl, CURLINFO_NUM_CONNECTS, &opened);
    c->c.opened += (uint64_t)opened;
    if (c->closes || code != CURLE_OK) c->c.may_open++;
    c->c.kind[r->kind]++;
    if (code != CURLE_OK && r->kind == LOAD_CUT) {
        c->c.cut++;
        return;
    }
    const load_verdict v = code == CURLE_OK ? load_judge(r, (int)status, c->header, c->reply, c->size) : LOAD_WRONG;
    if (code != CURLE_OK) c->c.lost++;
    else if (v == LOAD_WRONG) c->c.wrong++;
    else if (v == LOAD_REFUSED) c->c.refused++;
    else {
        const int at = us > 1 ? (int)(log(us) / log(1.01)) : 0;
        c->c.right++;
        c->c.time[r->kind][at < LOAD_BUCKETS ? at : LOAD_BUCKETS - 1]++;
    }
    if (v == LOAD_WRONG && c->c.lost + c->c.wrong <= 3)
        fprintf(stderr, "load: %s %s %s: %s, status %ld, wanted %d: %.200s\n", load_kind_name[r->kind], r->method, r->path,
                code == CURLE_OK ? "not what golden says" : curl_easy_strerror(code), status, r->want, (const char *)c->reply);
}

void load_client_work(load_client *c, uint64_t requests, atomic_ullong *done)
{
    for (uint64_t i = 0; i < requests; i++) {
        if (!load_request_make(&c->request, c->how->set, c->how->kinds, &c->random)) {
            c->c.lost += requests - i;
            return;
        }
        const double start = load_now();
        const CURLcode code = ask(c);
        judged(c, code, 1e6 * (load_now() - start));
        atomic_fetch_add(done, 1);
    }
}

load_client *load_client_open(const load_how *how, uint64_t seed)
{
    load_client *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->how = how;
    c->random = seed;
    c->curl = curl_easy_init();
    c->reply = malloc(REPLY + 1);
    if (c->curl && c->reply) return set_up(c), c;
    load_client_close(c);
    return NULL;
}

const load_counts *load_client_counts(const load_client *c) { return &c->c; }

void load_client_close(load_client *c)
{
    if (!c) return;
    if (c->curl) curl_easy_cleanup(c->curl);
    free(c->request.body);
    free(c->reply);
    free(c);
}
