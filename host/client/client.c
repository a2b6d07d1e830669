/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - bonnet_client.h: open, statistics, close, names. */
#include "client.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started = CURLE_FAILED_INIT;
static void start_curl(void) { started = curl_global_init(CURL_GLOBAL_DEFAULT); }

/* Rooms for what comes and goes: taken here, and nowhere later but for the text of a request. */
static bool make_room(bonnet_client *c)
{
    size_t map = 1, keep = 1;
    for (uint32_t i = 1; i <= c->local.cuts; i++)
        if (c->local.map_bytes[i] > map) map = c->local.map_bytes[i];
    for (uint32_t i = 0; i < c->plan_count; i++)
        if (c->plans[i].keep && c->local.map_bytes[c->plans[i].keep] > keep) keep = c->local.map_bytes[c->plans[i].keep];
    c->slots = calloc(c->slot_count, sizeof *c->slots);
    c->scratch[0] = malloc(map), c->scratch[1] = malloc(map);
    if (!c->slots || !c->scratch[0] || !c->scratch[1]) return false;
    for (uint32_t i = 0; i < c->slot_count; i++) {
        slot *s = &c->slots[i];
        s->pixels = malloc(c->local.input_bytes), s->map = malloc(keep), s->logits = calloc(c->local.info.classes, sizeof *s->logits);
        if (!s->pixels || !s->map || !s->logits) return false;
    }
    return true;
}

static bool make_transfers(bonnet_client *c)
{
    c->pictures = c->slot_count + CLIENT_SPARE;
    c->transfers = calloc(c->pictures + CLIENT_SERVICE, sizeof *c->transfers);
    for (int i = 0; i < CLIENT_SOCKETS; i++) c->sockets[i] = -1;
    c->multi = curl_multi_init();
    if (!c->transfers || !c->multi) return false;
    for (; c->transfer_count < c->pictures + CLIENT_SERVICE; c->transfer_count++) {
        transfer *t = &c->transfers[c->transfer_count];
        t->room = message_reply_most(c->local.info.classes);
        t->easy = curl_easy_init(), t->reply = malloc(t->room);
        if (!t->easy || !t->reply) return c->transfer_count++, false;
    }
    return curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)(c->pictures + CLIENT_SERVICE)) == CURLM_OK;
}

/* The thread, and some time for the first answer. */
static bonnet_status connect_now(bonnet_client *c, const bonnet_client_options *o)
{
    const int64_t until = client_now() + (o->connect_us == UINT64_MAX                 ? 0
                                          : o->connect_us && o->connect_us < 60000000 ? (int64_t)o->connect_us
                                                                                      : 500000);
    const struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
    pthread_once(&once, start_curl);
    if (started != CURLE_OK || !make_transfers(c)) return client_complain(o, "no memory for the connections"), BONNET_ENOMEM;
    if (pthread_create(&c->thread, NULL, client_net, c) != 0) return client_complain(o, "no thread for the connections"), BONNET_ENOMEM;
    c->running = true;
    pthread_mutex_lock(&c->lock);
    while (!c->asked && client_now() < until) {
        const int rc = pthread_cond_timedwait(&c->changed, &c->lock, &at);
        if (rc != 0 && rc != ETIMEDOUT) break;
    }
    pthread_mutex_unlock(&c->lock);
    return BONNET_OK;
}

bonnet_status bonnet_client_open(bonnet_client **out, bonnet_device *dev, const bonnet_model *model, const bonnet_client_options *options)
{
    bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
    pthread_condattr_t monotonic;
    if (!out || !dev || !model || !options || options->size < sizeof options->size || options->size > 4096) return BONNET_EINVAL;
    memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    if (o.message && o.message_bytes) o.message[0] = '\0';
    bonnet_client *c = calloc(1, sizeof *c);
    if (!c) return client_complain(&o, "out of memory"), BONNET_ENOMEM;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    bonnet_status status = local_open(&c->local, dev, model, o.confidence, o.temperatures);
    if (status != BONNET_OK) client_complain(&o, "%s", bonnet_last_error(dev));
    else if (c->local.info.classes < 1 || c->local.info.classes > BONNET_EXIT_CLASSES) {
        client_complain(&o, "the network has %u classes, at most %d can be", c->local.info.classes, BONNET_EXIT_CLASSES);
        status = BONNET_EUNSUPPORTED;
    }
    if (status == BONNET_OK) status = client_setup(c, &o);
    if (status == BONNET_OK) status = client_plans(c, &o);
    if (status == BONNET_OK && !make_room(c)) client_complain(&o, "out of memory"), status = BONNET_ENOMEM;
    if (status == BONNET_OK) status = client_cache_open(c, &o);
    if (status == BONNET_OK) status = client_spool_open(c, &o);
    if (status == BONNET_OK) status = client_budget_open(c, &o);
    if (status == BONNET_OK && *c->base && c->target_count) status = connect_now(c, &o);
    if (status == BONNET_OK) *out = c;
    else bonnet_client_close(c);
    return status;
}

bonnet_status bonnet_client_stats_get(bonnet_client_stats *out, bonnet_client *c)
{
    if (!out || !c) return BONNET_EINVAL;
    pthread_mutex_lock(&c->lock);
    c->stats.upstream = !c->running                          ? BONNET_UPSTREAM_NONE
                        : c->breaker.state == BREAKER_CLOSED ? BONNET_UPSTREAM_CLOSED
                        : c->breaker.state == BREAKER_OPEN   ? BONNET_UPSTREAM_OPEN
                                                             : BONNET_UPSTREAM_ASKED;
    c->stats.opened = c->breaker.opened;
    c->stats.plan = c->plan_now;
    c->stats.bits_per_s = c->link_state.bits_per_s;
    c->stats.rtt_s = c->meter.rtt_s, c->stats.rtt_min_s = c->meter.rtt_min_s;
    if (c->has_budget && bonnet_bucket_level(&c->stats.budget_bytes, &c->bucket, (double)client_now() / 1e6) != BONNET_OK) c->stats.budget_bytes = 0;
    *out = c->stats;
    pthread_mutex_unlock(&c->lock);
    bonnet_spool_stats spool;
    if (c->spool && bonnet_spool_stats_get(&spool, c->spool) == BONNET_OK) {
        out->spooled = spool.put, out->spool_kept = spool.kept, out->spool_evicted = spool.evicted;
        out->spool_dropped = spool.dropped_queue + spool.dropped_disk + spool.dropped_easy;
        memcpy(out->spool_line, spool.line, sizeof out->spool_line);
    }
    return BONNET_OK;
}

void bonnet_client_close(bonnet_client *c)
{
    if (!c) return;
    if (c->running) {
        pthread_mutex_lock(&c->lock);
        c->quit = true;
        pthread_mutex_unlock(&c->lock);
        curl_multi_wakeup(c->multi);
        pthread_join(c->thread, NULL);
    }
    for (uint32_t i = 0; i < c->transfer_count; i++) {
        curl_easy_cleanup(c->transfers[i].easy);
        free(c->transfers[i].reply), free(c->transfers[i].body);
    }
    if (c->multi) curl_multi_cleanup(c->multi);
    for (uint32_t i = 0; c->slots && i < c->slot_count; i++) free(c->slots[i].pixels), free(c->slots[i].map), free(c->slots[i].logits);
    free(c->slots), free(c->transfers), free(c->scratch[0]), free(c->scratch[1]);
    free(c->ca), free(c->certificate), free(c->key);
    bonnet_link_close(c->link);
    bonnet_cache_close(c->cache);
    client_budget_close(c);
    bonnet_spool_close(c->spool);
    local_close(&c->local);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

const char *bonnet_where_name(uint32_t where)
{
    static const char *const names[BONNET_WHERE_PLACES] = {"exit", "end", "upstream", "cache"};
    return where < BONNET_WHERE_PLACES ? names[where] : "";
}

const char *bonnet_why_name(uint32_t why)
{
    static const char *const names[BONNET_WHYS] = {"none",          "sure",     "plan",   "no time", "not ready",  "left alone",
                                                   "asked to wait", "mismatch", "busy",   "timeout", "connection", "server error",
                                                   "refused",       "garbage",  "cached", "budget"};
    return why < BONNET_WHYS ? names[why] : "";
}
