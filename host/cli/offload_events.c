/* SPDX-License-Identifier: Apache-2.0 */
/* offload_events.c - bonnet offload --mqtt: answers, and what happened to server and plans, to a broker (docs/mqtt.md). */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include "offload.h"

int offload_events_open(offload_events *to, const offload_line *l, const cli_session *s)
{
    char message[EVENTS_LINE] = "";
    sigset_t block, before;
    if (!l->events.url) return CLI_OK;
    sigfillset(&block);
    pthread_sigmask(SIG_BLOCK, &block, &before); /* they are this thread's, which may sleep until the next picture */
    const bonnet_status status = events_open(&to->events, message, &l->events);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "offload: %s", message);
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "event", json_object_new_string("start"));
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    json_object_object_add(j, "device", json_object_new_string(l->o.device));
    if (l->upstream) json_object_object_add(j, "upstream", json_object_new_string(l->upstream));
    events_post(to->events, EVENTS_EVENT, j);
    return CLI_OK;
}

static void event(const offload_events *to, const char *what, const char *line, const bonnet_client_stats *st)
{
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "event", json_object_new_string(what));
    if (*line) json_object_object_add(j, "line", json_object_new_string(line));
    json_object_object_add(j, "plan", json_object_new_int64(st->plan));
    json_object_object_add(j, "bits_per_s", json_object_new_double(st->bits_per_s));
    events_post(to->events, EVENTS_EVENT, j);
}

/* What has changed since the last answer. */
static void changes(offload_events *to, const char *image, bonnet_client *client)
{
    bonnet_client_stats st;
    if (bonnet_client_stats_get(&st, client) != BONNET_OK) return;
    const bool left = st.upstream == BONNET_UPSTREAM_OPEN || st.upstream == BONNET_UPSTREAM_ASKED;
    if ((left && !to->left) || st.opened > to->opened) event(to, "breaker opened", st.line, &st);
    if (!left && (to->left || st.opened > to->opened)) event(to, "breaker closed", "", &st);
    if (st.switches > to->switches) event(to, "plan changed", st.switched, &st);
    if (st.spooled > to->spooled) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "event", json_object_new_string("hard example kept"));
        json_object_object_add(j, "image", json_object_new_string(image));
        json_object_object_add(j, "spooled", json_object_new_int64((int64_t)st.spooled));
        events_post(to->events, EVENTS_EVENT, j);
    }
    to->left = left, to->opened = st.opened, to->switches = st.switches, to->spooled = st.spooled;
}

void offload_events_answer(offload_events *to, const cli_session *s, const char *image, const bonnet_answer *a, bonnet_client *client)
{
    if (!to->events) return;
    const char *name = bonnet_model_label(s->model, a->result.label);
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    json_object_object_add(j, "image", json_object_new_string(image));
    json_object_object_add(j, "label", json_object_new_int64(a->result.label));
    if (*name) json_object_object_add(j, "name", json_object_new_string(name));
    json_object_object_add(j, "confidence", json_object_new_double(a->confidence));
    json_object_object_add(j, "where", json_object_new_string(bonnet_where_name(a->where)));
    json_object_object_add(j, "why", json_object_new_string(bonnet_why_name(a->why)));
    json_object_object_add(j, "late", json_object_new_boolean(a->flags & BONNET_ANSWER_LATE));
    json_object_object_add(j, "fallback", json_object_new_boolean(a->flags & BONNET_ANSWER_FALLBACK));
    json_object_object_add(j, "plan", json_object_new_int64(a->plan));
    json_object_object_add(j, "total_us", json_object_new_int64((int64_t)a->total_us));
    json_object_object_add(j, "network_us", json_object_new_int64((int64_t)a->network_us));
    events_post(to->events, EVENTS_RESULT, j);
    changes(to, image, client);
}

void offload_events_close(offload_events *to, size_t answered)
{
    if (!to->events) return;
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "event", json_object_new_string("stop"));
    json_object_object_add(j, "answered", json_object_new_int64((int64_t)answered));
    events_post(to->events, EVENTS_EVENT, j);
    events_close(to->events);
    to->events = NULL;
}
