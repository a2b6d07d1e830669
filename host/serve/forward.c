/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward.c - a tier in the middle (--upstream): this server does its part as far as a cut, asks the exits on the way, and sends the maps of what none of them is
 * sure of on, each within what is left of its deadline. host/client keeps the answer in hand, the breaker, and finishes here what upstream does not answer.
 */
#include <stdlib.h>
#include <string.h>
#include "bonnet_client.h"
#include "server.h"

enum { MARGIN_US = 5000, EXITS = 64 };

bool serve_forwards(const server *s, const serve_model *m) { return s->o.upstream && m->oip.cut < (int)s->o.forward; }

/* The cut of `loaded`, the network or its tail, that the whole network calls by that number: tails count their own. */
static bool own_cut(uint32_t *out, const bonnet_model *whole, const bonnet_model *loaded, uint32_t number)
{
    bonnet_cut wanted, cut;
    if (bonnet_cut_get(&wanted, whole, number) != BONNET_OK) return false;
    for (*out = 0; bonnet_cut_get(&cut, loaded, *out) == BONNET_OK; ++*out)
        if (!strcmp(cut.name, wanted.name) && cut.bytes == wanted.bytes) return true;
    return false;
}

bonnet_status serve_forward_open(char message[SERVE_LINE], serve_device *d, serve_model *m)
{
    server *s = d->server;
    const serve_model *whole = &m->network->models[0];
    const bonnet_model *loaded = m->loaded[d->index];
    char name[OIP_NAME + 16];
    double thresholds[EXITS + 1] = {0};
    uint32_t exits = 0;
    bonnet_exit e;
    bonnet_client_plan plan = {.send = BONNET_SEND_MAP, .model = name, .same = 1};
    bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
    if (m->client[d->index]) return BONNET_OK;
    snprintf(name, sizeof name, "%s.tail%u", whole->oip.name, s->o.forward);
    if (!own_cut(&plan.cut, whole->loaded[d->index], loaded, s->o.forward)) {
        snprintf(message, SERVE_LINE, "%.90s has no cut %u to forward at", m->oip.name, s->o.forward);
        return BONNET_EINVAL;
    }
    while (exits < EXITS && bonnet_exit_get(&e, loaded, exits) == BONNET_OK) thresholds[exits++] = s->o.threshold;
    o.url = s->o.upstream, o.ca = s->o.upstream_ca, o.certificate = s->o.upstream_cert, o.key = s->o.upstream_key;
    o.plans = &plan, o.plan_count = 1;
    o.thresholds = s->o.threshold > 0 && exits ? thresholds : NULL;
    o.margin_us = MARGIN_US, o.timeout_us = (uint64_t)s->o.upstream_ms * 1000, o.in_flight = BONNET_CLIENT_IN_FLIGHT;
    o.connect_us = UINT64_MAX;
    o.no_raw_upload = 1;
    o.message = message, o.message_bytes = SERVE_LINE;
    message[0] = '\0';
    const bonnet_status status = bonnet_client_open(&m->client[d->index], d->handle, loaded, &o);
    return status == BONNET_OK || message[0] ? status : serve_failed(message, status, d->handle, m->oip.name);
}

void serve_forward_close(serve_device *d, serve_model *m)
{
    bonnet_client_close(m->client[d->index]);
    m->client[d->index] = NULL;
}

/* So many images, one after the other on this device, all of them on their way at once. */
bonnet_status serve_forward_run(serve_device *d, serve_model *m, const uint8_t *pixels, const int64_t *deadlines, size_t count, int32_t *logits,
                                bonnet_result *results, serve_forwarded *books)
{
    bonnet_client *client = m->client[d->index];
    bonnet_answer *a = malloc(sizeof *a);
    uint64_t ticket[BONNET_CLIENT_IN_FLIGHT];
    bonnet_status status = a ? BONNET_OK : BONNET_ENOMEM;
    size_t sent = 0, done = 0;
    while (status == BONNET_OK && done < count) {
        if (sent < count && sent - done < BONNET_CLIENT_IN_FLIGHT) {
            const int64_t most = (int64_t)d->server->o.upstream_ms * 1000,
                          all = deadlines[sent] == SERVE_NEVER ? most : deadlines[sent] - serve_now();
            const int64_t left = all < most ? all : most;
            status = bonnet_client_submit(&ticket[sent % BONNET_CLIENT_IN_FLIGHT], client, pixels + sent * m->oip.bytes, m->oip.bytes,
                                          left > 1 ? (uint64_t)left : 1);
            sent += status == BONNET_OK;
            continue;
        }
        status = bonnet_client_wait(a, client, ticket[done % BONNET_CLIENT_IN_FLIGHT]);
        if (status != BONNET_OK) break;
        if (a->classes != m->oip.classes) status = BONNET_EABI; /* logits of something else */
        else {
            memcpy(logits + done * m->oip.classes, a->logits, m->oip.classes * sizeof *logits);
            results[done] = a->result;
            books->local_us += a->local_us;
            books->upstream += a->where == BONNET_WHERE_UPSTREAM;
            books->exits += a->where == BONNET_WHERE_EXIT && !(a->flags & BONNET_ANSWER_FALLBACK);
            books->fallback += (a->flags & BONNET_ANSWER_FALLBACK) != 0;
        }
        done++;
    }
    free(a);
    return status;
}
