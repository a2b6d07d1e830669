/* SPDX-License-Identifier: Apache-2.0 */
/* repository.c - v2/repository/...: which networks there are, and a file's new version on demand, as Triton's extension of the protocol has it. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "server.h"

static void add(struct json_object *o, const char *key, const char *text) { json_object_object_add(o, key, json_object_new_string(text)); }

/* Of every network and tail that the client may read about. */
static void list(server *s, serve_call *c)
{
    serve_client client;
    if (!serve_client_of(s, c, &client)) return;
    struct json_object *all = json_object_new_array();
    pthread_mutex_lock(&s->lock);
    const bool ready = serve_pool_ready(s);
    bool some = false;
    for (uint32_t i = 0; i < s->o.models; i++)
        for (uint32_t k = 0; k < s->networks[i]->count; k++) {
            const oip_model *m = &s->networks[i]->models[k].oip;
            if (!serve_client_may(s, &client, ACL_METADATA, m->name, strlen(m->name))) continue;
            struct json_object *o = json_object_new_object();
            add(o, "name", m->name);
            add(o, "version", m->version);
            add(o, "state", ready ? "READY" : "UNAVAILABLE");
            add(o, "reason", ready ? "" : "no device works");
            json_object_array_add(all, o);
            some = true;
        }
    pthread_mutex_unlock(&s->lock);
    char *text = strdup(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(all);
    if (some || serve_client_named(&client)) serve_text_reply(c, text);
    else free(text), serve_may(s, c, ACL_METADATA, "", 0); /* a stranger: 401 */
}

/* NAME/load. */
static void load(server *s, serve_call *c, const char *rest)
{
    const size_t length = strcspn(rest, "/");
    if (strcmp(rest + length, "/load") != 0) {
        serve_fail(c, 404, "no such address; POST /v2/repository/index, /v2/repository/models/NAME/load");
        return;
    }
    if (!serve_may(s, c, ACL_ADMIN, rest, length)) return;
    pthread_mutex_lock(&s->lock);
    const serve_model *m = serve_model_find(s, rest, length);
    const bool tail = m && m != m->network->models;
    for (uint32_t i = 0; i < s->o.models && m; i++)
        if (s->networks[i] == m->network) c->file = i;
    pthread_mutex_unlock(&s->lock);
    if (!m) serve_fail(c, 404, "no model '%.80s' here", rest);
    else if (tail) serve_fail(c, 400, "a tail is loaded with its network");
    else c->loads = true;
}

void serve_repository(server *s, serve_call *c, const char *rest, bool post)
{
    static const char models[] = "models/";
    if (!post) c->allow = "POST", serve_fail(c, 405, "send POST here");
    else if (!strcmp(rest, "index")) list(s, c);
    else if (!strncmp(rest, models, sizeof models - 1)) load(s, c, rest + sizeof models - 1);
    else serve_fail(c, 404, "no such address; POST /v2/repository/index, /v2/repository/models/NAME/load");
}
