/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.c - counters and histograms in Prometheus' text format, version 0.0.4. */
#include "metrics.h"
#include <stdlib.h>
#include "server.h"

static const int statuses[SERVE_STATUSES] = {200, 400, 401, 403, 404, 405, 408, 409, 411, 413, 415, 499, 500, 503, 504};
static const double limits[SERVE_BUCKETS] = {0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};

void serve_count(serve_counts *c, int status)
{
    for (int i = 0; i < SERVE_STATUSES; i++) c->requests[i] += statuses[i] == status;
}

void serve_time(serve_histogram *h, int64_t us)
{
    const double seconds = (double)us * 1e-6;
    int i = 0;
    while (i < SERVE_BUCKETS && seconds > limits[i]) i++;
    h->bucket[i]++;
    h->count++;
    h->seconds += seconds;
}

static void requests(FILE *to, const serve_counts *c, const char *model)
{
    for (int i = 0; i < SERVE_STATUSES; i++)
        if (c->requests[i])
            fprintf(to, "bonnet_requests_total{model=\"%s\",status=\"%d\"} %llu\n", model, statuses[i], (unsigned long long)c->requests[i]);
}

static void histogram(FILE *to, const serve_histogram *h, const char *name, const char *model)
{
    unsigned long long sum = 0;
    for (int i = 0; i < SERVE_BUCKETS; i++) {
        sum += h->bucket[i];
        fprintf(to, "%s_bucket{model=\"%s\",le=\"%g\"} %llu\n", name, model, limits[i], sum);
    }
    fprintf(to, "%s_bucket{model=\"%s\",le=\"+Inf\"} %llu\n", name, model, (unsigned long long)h->count);
    fprintf(to, "%s_sum{model=\"%s\"} %.6f\n%s_count{model=\"%s\"} %llu\n", name, model, h->seconds, name, model, (unsigned long long)h->count);
}

static void head(FILE *to, const char *name, const char *type, const char *help)
{
    fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(FILE *to, const char *name, const char *type, const char *help, unsigned long long value)
{
    head(to, name, type, help);
    fprintf(to, "%s %llu\n", name, value);
}

static void tls(FILE *to, const tls_server *t)
{
    if (!t->files) return;
    one(to, "bonnet_tls_handshakes_total", "counter", "Connections with a handshake and a request.", t->handshakes);
    one(to, "bonnet_tls_resumed_total", "counter", "Those of them that went on with a session of before.", t->resumed);
    head(to, "bonnet_tls_refused_total", "counter", "Connections that were refused, by reason; handshake: none, or it was never finished.");
    for (int i = TLS_FINE + 1; i < TLS_REFUSALS; i++)
        fprintf(to, "bonnet_tls_refused_total{reason=\"%s\"} %llu\n", tls_refusals[i], (unsigned long long)t->refused[i]);
    one(to, "bonnet_tls_certificate_expires_seconds", "gauge", "When this server's certificate is over, in seconds since 1970.",
        (unsigned long long)t->files->expires);
}

/* One value for each device, by number and URI. */
static void of_device(FILE *to, const char *name, const serve_device *d, double value)
{
    fprintf(to, "%s{device=\"%u\",uri=\"", name, d->index);
    for (const char *c = d->uri; *c; c++) fprintf(to, *c == '"' || *c == '\\' ? "\\%c" : "%c", (unsigned char)*c < ' ' ? '?' : *c);
    fprintf(to, "\"} %.15g\n", value);
}

static void devices(FILE *to, const server *s)
{
    const serve_device *d = s->devices, *end = d + s->o.devices;
    head(to, "bonnet_device_up", "gauge", "1 if the device takes work, or is being opened again for the first time since it failed.");
    for (d = s->devices; d < end; d++) of_device(to, "bonnet_device_up", d, d->state != SERVE_OUT && !d->stuck);
    head(to, "bonnet_runs_total", "counter", "Calls of the device; several requests may share one.");
    for (d = s->devices; d < end; d++) of_device(to, "bonnet_runs_total", d, (double)d->runs);
    head(to, "bonnet_device_busy_seconds_total", "counter", "That the device spent in its calls.");
    for (d = s->devices; d < end; d++) of_device(to, "bonnet_device_busy_seconds_total", d, (double)d->busy_us * 1e-6);
    head(to, "bonnet_device_reopened_total", "counter", "Times that the device was opened again after an error.");
    for (d = s->devices; d < end; d++) of_device(to, "bonnet_device_reopened_total", d, (double)d->reopened);
}

static void mqtt(FILE *to, events *e)
{
    events_counts c;
    if (!e) return;
    events_counts_get(&c, e);
    one(to, "bonnet_mqtt_connected", "gauge", "1 if the broker of --mqtt is there.", c.connected);
    one(to, "bonnet_mqtt_connections_total", "counter", "Connections to it.", c.connections);
    one(to, "bonnet_mqtt_posted_total", "counter", "Results and events for it: published, dropped, or waiting.", c.posted);
    one(to, "bonnet_mqtt_published_total", "counter", "Those that it has (QoS 1), or that went out (QoS 0).", c.published);
    one(to, "bonnet_mqtt_dropped_total", "counter", "Those that were dropped because it was away or too slow.", c.dropped);
    one(to, "bonnet_mqtt_waiting", "gauge", "Those that wait for it.", c.waiting);
}

char *serve_metrics(server *s)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (!to) return NULL;
    one(to, "bonnet_up", "gauge", "1 if requests are taken: a device works, the server does not stop.", !s->draining && serve_pool_ready(s));
    one(to, "bonnet_queue_depth", "gauge", "Requests that wait for a device.", s->queue.length);
    one(to, "bonnet_computing", "gauge", "Requests that devices compute.", s->computing);
    one(to, "bonnet_connections", "gauge", "Open connections.", s->peer_count);
    one(to, "bonnet_body_bytes", "gauge", "Bodies of requests in memory.", s->bodies);
    one(to, "bonnet_cut_off_total", "counter", "Connections that were closed for being too slow.", s->totals.cut_off);
    one(to, "bonnet_reloads_total", "counter", "Files that were read again at SIGHUP and are used now.", s->totals.reloads);
    one(to, "bonnet_reload_errors_total", "counter", "Files that were wrong at SIGHUP; those of before are used.", s->totals.reload_errors);
    tls(to, &s->tls);
    mqtt(to, s->events);
    devices(to, s);
    if (s->o.upstream) {
        one(to, "bonnet_forwarded_total", "counter", "Images that upstream answered.", s->forwarded.upstream);
        one(to, "bonnet_forward_exits_total", "counter", "Images that an exit here was sure of.", s->forwarded.exits);
        one(to, "bonnet_forward_fallback_total", "counter", "Images that were answered here because upstream did not.", s->forwarded.fallback);
    }
    head(to, "bonnet_requests_total", "counter",
         "Requests answered, by model (none: no model was asked for) and HTTP status; 499: the client was gone.");
    requests(to, &s->unknown, "");
    for (const serve_book *b = s->books; b; b = b->next) requests(to, &b->counts, b->name);
    head(to, "bonnet_images_total", "counter", "Images computed.");
    for (const serve_book *b = s->books; b; b = b->next)
        fprintf(to, "bonnet_images_total{model=\"%s\"} %llu\n", b->name, (unsigned long long)b->counts.images);
    head(to, "bonnet_queue_seconds", "histogram", "From a request's arrival to its start on the device.");
    for (const serve_book *b = s->books; b; b = b->next)
        if (b->counts.queue.count) histogram(to, &b->counts.queue, "bonnet_queue_seconds", b->name);
    head(to, "bonnet_compute_seconds", "histogram", "On the device, with those that shared the call.");
    for (const serve_book *b = s->books; b; b = b->next)
        if (b->counts.compute.count) histogram(to, &b->counts.compute, "bonnet_compute_seconds", b->name);
    if (fclose(to) == 0) return text;
    free(text);
    return NULL;
}

static oip_stats stats_of(const serve_counts *c)
{
    oip_stats s = {.last_ms = c->last_ms,
                   .images = c->images,
                   .runs = c->runs,
                   .done = c->compute.count,
                   .queue_ns = (uint64_t)(c->queue.seconds * 1e9),
                   .compute_ns = (uint64_t)(c->compute.seconds * 1e9),
                   .failed_ns = c->failed_us * 1000};
    s.done_ns = s.queue_ns + s.compute_ns;
    for (int i = 0; i < SERVE_STATUSES; i++) s.failed += statuses[i] == 200 ? 0 : c->requests[i];
    return s;
}

char *serve_stats(server *s, const serve_model *m)
{
    uint32_t count = m ? 1 : 0, n = 0;
    for (uint32_t i = 0; i < s->o.models && !m; i++) count += s->networks[i]->count;
    const oip_model **models = malloc(count * sizeof *models);
    oip_stats *stats = malloc(count * sizeof *stats);
    char *text = NULL;
    if (models && stats && m) models[n] = &m->oip, stats[n++] = stats_of(m->counts);
    for (uint32_t i = 0; models && stats && i < s->o.models && !m; i++)
        for (uint32_t k = 0; k < s->networks[i]->count; k++, n++) {
            const serve_model *of = &s->networks[i]->models[k];
            models[n] = &of->oip;
            stats[n] = stats_of(of->counts);
        }
    if (models && stats) text = oip_stats_text(models, stats, n);
    free(models);
    free(stats);
    return text;
}
