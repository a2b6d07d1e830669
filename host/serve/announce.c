/* SPDX-License-Identifier: Apache-2.0 */
/* announce.c - what happens, as JSON: events on stderr and to the broker of --mqtt, replies to the broker. */
#include <json-c/json.h>
#include <stdio.h>
#include "server.h"

void serve_event(server *s, struct json_object *object)
{
    fprintf(stderr, "%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    events_post(s->events, EVENTS_EVENT, object);
}

void serve_device_event(const serve_device *d, const char *line)
{
    if (!d->server->events) return;
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "event", json_object_new_string(line ? "device lost" : "device reopened"));
    json_object_object_add(o, "device", json_object_new_int64(d->index));
    json_object_object_add(o, "uri", json_object_new_string(d->uri));
    if (line) json_object_object_add(o, "error", json_object_new_string(line));
    events_post(d->server->events, EVENTS_EVENT, o);
}

void serve_announce(server *s, const serve_call *c)
{
    if (!s->events || !c->model || !c->upload) return;
    const oip_model *m = &c->model->oip;
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "model", json_object_new_string(m->name));
    json_object_object_add(o, "version", json_object_new_string(m->version));
    if (*c->request.id) json_object_object_add(o, "id", json_object_new_string(c->request.id));
    json_object_object_add(o, "status", json_object_new_int(c->status));
    if (c->status == 200) {
        struct json_object *labels = json_object_new_array(), *names = json_object_new_array(), *confidence = json_object_new_array();
        for (uint32_t i = 0; i < c->request.count; i++) {
            json_object_array_add(labels, json_object_new_int(c->labels[i]));
            if (m->labels) json_object_array_add(names, json_object_new_string(m->labels[c->labels[i]]));
            char digits[24]; /* of a float, not all of a double's */
            snprintf(digits, sizeof digits, "%.6f", (double)c->scores[i]);
            json_object_array_add(confidence, json_object_new_double_s(c->scores[i], digits));
        }
        json_object_object_add(o, "labels", labels);
        if (m->labels) json_object_object_add(o, "names", names);
        else json_object_put(names);
        json_object_object_add(o, "confidence", confidence);
        json_object_object_add(o, "queue_us", json_object_new_int64(c->started - c->arrived));
        json_object_object_add(o, "compute_us", json_object_new_int64(c->compute_us));
    } else json_object_object_add(o, "error", json_object_new_string(c->line));
    if (c->request.timeout_us && (c->status == 200 || c->status == 504))
        json_object_object_add(o, "late", json_object_new_boolean(c->status == 504 || serve_now() > c->arrived + c->request.timeout_us));
    events_post(s->events, EVENTS_RESULT, o);
}
