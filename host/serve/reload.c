/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - SIGHUP: the operator's files once more. One that is wrong changes nothing; a line of JSON on stderr says for each how it went. */
#include <json-c/json.h>
#include "server.h"

void serve_reload_say(server *s, const char *what, const char *file, bonnet_status status, const char *line, const char *digest)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "event", json_object_new_string("reload"));
    json_object_object_add(o, "what", json_object_new_string(what));
    json_object_object_add(o, "file", json_object_new_string(file));
    if (digest) json_object_object_add(o, "digest", json_object_new_string(digest));
    json_object_object_add(o, "ok", json_object_new_boolean(status == BONNET_OK));
    if (status != BONNET_OK) {
        json_object_object_add(o, "error", json_object_new_string(line));
        json_object_object_add(o, "kept", json_object_new_string("as it was before"));
    }
    serve_event(s, o);
    pthread_mutex_lock(&s->lock);
    if (status == BONNET_OK) s->totals.reloads++;
    else s->totals.reload_errors++;
    pthread_mutex_unlock(&s->lock);
}

static void certificates(server *s)
{
    char line[SERVE_LINE] = "";
    tls_files *files = NULL;
    const bonnet_status status = tls_files_read(&files, line, &s->o);
    if (status == BONNET_OK) {
        pthread_mutex_lock(&s->lock);
        tls_change(&s->tls, files);
        pthread_mutex_unlock(&s->lock);
    }
    serve_reload_say(s, "certificates", s->o.cert, status, line, NULL);
}

void serve_reload(server *s)
{
    if (s->o.cert) certificates(s);
    if (s->o.acl) {
        char line[SERVE_LINE] = "";
        const bonnet_status status = serve_access_read(line, s);
        serve_reload_say(s, "access list", s->o.acl, status, line, NULL);
    }
    pthread_mutex_lock(&s->lock);
    s->pending = (1u << s->o.models) - 1; /* networks: serve_swap_step() */
    pthread_mutex_unlock(&s->lock);
}
