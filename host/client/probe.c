/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.c - is upstream ready, and which models has it: asked at the start, after failures, and when one did not fit; and connections that are kept warm.
 * One question at a time: /v2/health/ready, /v2, /v2/models/NAME of each.
 */
#include <stdio.h>
#include <string.h>
#include "client.h"

/* The transfers of the service; the first asks the questions. */
static transfer *service(bonnet_client *c, uint32_t i) { return &c->transfers[c->pictures + i]; }

static void ask(bonnet_client *c, transfer_kind kind, int64_t now)
{
    transfer *t = service(c, 0);
    char path[CLIENT_PATH];
    t->kind = kind;
    t->kill = now + CLIENT_PROBE_US;
    if (kind == TRANSFER_READY) snprintf(path, sizeof path, "v2/health/ready");
    else if (kind == TRANSFER_SERVER) snprintf(path, sizeof path, "v2");
    else {
        char *name = curl_easy_escape(t->easy, c->targets[c->asking].name, 0);
        snprintf(path, sizeof path, "v2/models/%s", name ? name : "");
        curl_free(name);
    }
    client_begin(c, t, path, now);
}

static void warm(bonnet_client *c, int64_t now)
{
    for (uint32_t i = 0; i < CLIENT_SERVICE; i++) {
        transfer *t = service(c, i);
        if (t->state != TRANSFER_FREE) continue;
        t->kind = TRANSFER_WARM;
        t->kill = now + CLIENT_PROBE_US;
        client_begin(c, t, "v2/health/ready", now);
    }
}

int64_t client_probe_due(bonnet_client *c)
{
    int64_t due = breaker_due(&c->breaker);
    if (service(c, 0)->state != TRANSFER_FREE) return INT64_MAX;
    if (c->breaker.state == BREAKER_CLOSED && c->used + (int64_t)c->keep_us < due) due = c->used + (int64_t)c->keep_us;
    if (c->breaker.state == BREAKER_CLOSED && c->recheck && c->recheck < due) due = c->recheck;
    return due;
}

void client_probe(bonnet_client *c, int64_t now)
{
    if (now < client_probe_due(c)) return;
    if (breaker_due(&c->breaker) <= now) {
        breaker_ask(&c->breaker);
        c->stats.probes++;
        ask(c, TRANSFER_READY, now);
    } else if (c->recheck && c->recheck <= now) {
        c->recheck = 0;
        c->asking = 0;
        ask(c, TRANSFER_MODEL, now);
    } else warm(c, now);
}

/* The answer to the question as a whole. With the lock. */
static void answered(bonnet_client *c, bool ready, int64_t now)
{
    breaker_answer(&c->breaker, ready, now);
    c->asked = true;
    c->known |= ready;
}

static void read_model(bonnet_client *c, const transfer *t, long status, int64_t now)
{
    target *g = &c->targets[c->asking];
    char line[MESSAGE_LINE];
    message_model m;
    const bool good = status == 200 && message_model_read(&m, line, t->reply, t->filled, &g->want);
    if (status != 200) snprintf(line, sizeof line, "HTTP %ld for the model's description", status);
    g->state = good ? TARGET_GOOD : TARGET_BAD;
    if (good) g->model = m;
    else {
        client_line(c, "%s: %s", g->name, line);
        c->recheck = now + CLIENT_RECHECK_US;
    }
}

void client_probed(bonnet_client *c, transfer *t, CURLcode code, int64_t now)
{
    long status = 0, made = 0, out = 0;
    curl_off_t ready_us = 0, all_us = 0;
    const uint64_t in = t->heads + t->filled;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &made);
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &out);
    curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &all_us);
    pthread_mutex_lock(&c->lock);
    c->stats.connections += made > 0 ? (uint64_t)made : 0;
    const bool good = code == CURLE_OK && (status == 200 || t->kind == TRANSFER_SERVER || t->kind == TRANSFER_MODEL);
    if (code != CURLE_OK) client_line(c, "%s", curl_easy_strerror(code));
    else if (!good) client_line(c, "not ready: HTTP %ld", status);
    if (good && t->kind != TRANSFER_MODEL && all_us > ready_us)
        client_link(c, (uint64_t)out + in, (double)(all_us - ready_us) / 1e6); /* a model may be loaded first */
    t->state = TRANSFER_FREE;                                                  /* what comes next may use it */
    curl_multi_remove_handle(c->multi, t->easy);
    if (t->kind == TRANSFER_WARM) {
        if (!good && c->breaker.state == BREAKER_CLOSED) breaker_open(&c->breaker, now);
    } else if (!good) {
        answered(c, false, now);
        if (t->kind == TRANSFER_MODEL) c->recheck = now + CLIENT_RECHECK_US;
    } else if (t->kind == TRANSFER_READY) ask(c, TRANSFER_SERVER, now);
    else if (t->kind == TRANSFER_SERVER) {
        c->binary = status == 200 && message_extends(t->reply, t->filled, "binary_tensor_data", "binary_data");
        c->unpacks = status == 200 && message_extends(t->reply, t->filled, "bonnet_deflate", NULL);
        c->asking = 0;
        if (c->target_count) ask(c, TRANSFER_MODEL, now);
        else answered(c, true, now);
    } else {
        read_model(c, t, status, now);
        if (++c->asking < c->target_count) ask(c, TRANSFER_MODEL, now);
        else {
            answered(c, true, now);
            warm(c, now); /* both at once: the connection that is there, and a spare one */
        }
    }
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
}
