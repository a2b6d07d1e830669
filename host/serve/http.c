/* SPDX-License-Identifier: Apache-2.0 */
/* http.c - addresses, methods, replies. */
#include <stdlib.h>
#include <string.h>
#include "server.h"

enum { PACKED_FROM = 512 }; /* bytes; smaller bodies are not worth the time */
static const char json_type[] = "application/json";

void serve_text_reply(serve_call *c, char *text)
{
    if (text) c->status = 200, c->text = text, c->type = json_type;
    else serve_fail(c, 503, "out of memory");
}

static void fixed(serve_call *c, const char *text) { serve_text_reply(c, strdup(text)); }

static void server_metadata(serve_call *c)
{
    char text[260];
    snprintf(text, sizeof text,
             "{\"name\":\"bonnet\",\"version\":\"%s\",\"extensions\":[\"binary_tensor_data\",\"classification\",\"model_configuration\","
             "\"statistics\",\"model_repository\",\"bonnet_deflate\"]}",
             bonnet_version());
    fixed(c, text);
}

/* A device works, or has not yet been tried again after an error; and the server does not stop. */
static bool is_ready(server *s)
{
    pthread_mutex_lock(&s->lock);
    const bool ready = !s->draining && serve_pool_ready(s);
    pthread_mutex_unlock(&s->lock);
    return ready;
}

static void ready_reply(server *s, serve_call *c, const char *text)
{
    if (is_ready(s)) fixed(c, text);
    else serve_fail(c, 503, "not ready: the server is stopping, or none of its devices works"), c->retry_us = 1;
}

static void not_allowed(serve_call *c, const char *allow)
{
    c->allow = allow;
    serve_fail(c, 405, "send %s here", allow);
}

/* Of one model, or (NULL) of all. */
static void stats_reply(server *s, serve_call *c, const serve_model *m)
{
    pthread_mutex_lock(&s->lock);
    serve_text_reply(c, serve_stats(s, m));
    pthread_mutex_unlock(&s->lock);
}

/* v2/models/NAME[/versions/V][/ready|/infer|/config|/stats]: what is behind v2/models/. */
static void model_route(server *s, serve_call *c, const char *rest, bool post)
{
    static const char run[] = "/infer";
    const size_t length = strcspn(rest, "/"), all = strlen(rest);
    const bool runs = all - length >= sizeof run - 1 && !strcmp(rest + all - (sizeof run - 1), run);
    if (!serve_may(s, c, runs ? ACL_INFER : ACL_METADATA, rest, length)) return; /* before it is told whether there is such a model */
    pthread_mutex_lock(&s->lock);
    serve_model *m = c->model = serve_model_find(s, rest, length);
    if (m) m->network->users++;
    pthread_mutex_unlock(&s->lock);
    if (!m) {
        serve_fail(c, 404, "no model '%.*s' here", (int)(length < 80 ? length : 80), rest);
        return;
    }
    const char *tail = rest + length;
    if (!strncmp(tail, "/versions/", 10)) {
        const size_t n = strcspn(tail + 10, "/");
        if (n != strlen(m->oip.version) || memcmp(tail + 10, m->oip.version, n) != 0) {
            serve_fail(c, 404, "model '%s' has version %s only", m->oip.name, m->oip.version);
            return;
        }
        tail += 10 + n;
    }
    const bool infer = !strcmp(tail, "/infer"), ready = !strcmp(tail, "/ready"), config = !strcmp(tail, "/config"), stats = !strcmp(tail, "/stats");
    if (!infer && !ready && !config && !stats && *tail) serve_fail(c, 404, "no such address");
    else if (infer != post) not_allowed(c, infer ? "POST" : "GET");
    else if (infer) c->upload = true;
    else if (config) serve_text_reply(c, oip_config(&m->oip, s->o.devices));
    else if (stats) stats_reply(s, c, m);
    else if (!ready) serve_text_reply(c, oip_metadata(&m->oip));
    else {
        char text[OIP_NAME + 40];
        snprintf(text, sizeof text, "{\"name\":\"%s\",\"ready\":true}", m->oip.name);
        ready_reply(s, c, text);
    }
}

static void route(server *s, serve_call *c, const char *url, const char *method)
{
    static const char models[] = "/v2/models/", repository[] = "/v2/repository/";
    const bool post = !strcmp(method, "POST"), get = !strcmp(method, "GET");
    if (!post && !get) not_allowed(c, "GET, POST");
    else if (!strcmp(url, "/v2/models/stats") && get) {
        if (serve_may(s, c, ACL_METRICS, "", 0)) stats_reply(s, c, NULL);
    } else if (!strncmp(url, models, sizeof models - 1)) model_route(s, c, url + sizeof models - 1, post);
    else if (!strncmp(url, repository, sizeof repository - 1)) serve_repository(s, c, url + sizeof repository - 1, post);
    else if (strcmp(url, "/v2") != 0 && strcmp(url, "/v2/") != 0 && strcmp(url, "/v2/health/live") != 0 && strcmp(url, "/v2/health/ready") != 0 &&
             strcmp(url, "/metrics") != 0)
        serve_fail(c, 404, "no such address; GET /v2, /v2/health/live, /v2/health/ready, /v2/models/NAME, /metrics, POST /v2/models/NAME/infer");
    else if (post) not_allowed(c, "GET");
    else if (!strcmp(url, "/metrics")) {
        if (!serve_may(s, c, ACL_METRICS, "", 0)) return;
        pthread_mutex_lock(&s->lock);
        serve_text_reply(c, serve_metrics(s));
        pthread_mutex_unlock(&s->lock);
        if (c->text) c->type = "text/plain; version=0.0.4; charset=utf-8";
    } else if (!strcmp(url, "/v2/health/live")) fixed(c, "{\"live\":true}");
    else if (!strcmp(url, "/v2/health/ready")) ready_reply(s, c, "{\"ready\":true}");
    else server_metadata(c);
}

/* A body, which is the response's then or freed, compressed if the client asked for that and it pays. */
static struct MHD_Response *packed(const serve_call *c, uint8_t *body, size_t size)
{
    const bool smaller = c->accepts && size >= PACKED_FROM && coding_pack(&body, &size, c->accepts);
    struct MHD_Response *r = MHD_create_response_from_buffer(size, body, MHD_RESPMEM_MUST_FREE);
    if (!r) free(body);
    else if (smaller) MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING, coding_name(c->accepts));
    if (r && c->accepts) MHD_add_response_header(r, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    return r;
}

/* The results of a call as a response; NULL: no memory. */
static struct MHD_Response *results(serve_call *c)
{
    uint8_t *body;
    size_t size, header;
    char number[24];
    const oip_answer answer = {.logits = c->logits, .labels = c->labels, .queue_us = c->started - c->whole, .compute_us = c->compute_us};
    if (!oip_reply_write(&body, &size, &header, &c->model->oip, &c->request, &answer)) return NULL;
    struct MHD_Response *r = packed(c, body, size);
    if (!r) return NULL;
    snprintf(number, sizeof number, "%zu", header);
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, header ? "application/octet-stream" : json_type);
    if (header) MHD_add_response_header(r, "Inference-Header-Content-Length", number);
    return r;
}

static struct MHD_Response *errors(serve_call *c)
{
    char *text = oip_error(c->line), number[24];
    struct MHD_Response *r = text ? MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE) : NULL;
    if (!r) {
        free(text);
        return NULL;
    }
    snprintf(number, sizeof number, "%lld", (long long)((c->retry_us + 999999) / 1000000));
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, json_type);
    if (c->challenge) MHD_add_response_header(r, MHD_HTTP_HEADER_WWW_AUTHENTICATE, c->challenge);
    if (c->allow) MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, c->allow);
    if (c->status == 503 && c->retry_us) MHD_add_response_header(r, MHD_HTTP_HEADER_RETRY_AFTER, number);
    return r;
}

enum MHD_Result serve_reply(server *s, serve_call *c)
{
    struct MHD_Response *r;
    if (c->text) {
        r = packed(c, (uint8_t *)c->text, strlen(c->text));
        c->text = NULL;
        if (r) MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, c->type);
    } else r = c->status == 200 ? results(c) : errors(c);
    if (!r) return MHD_NO; /* no memory for a reply: the connection is closed */
    pthread_mutex_lock(&s->lock);
    if (s->draining) MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
    serve_peer_phase(c->connection, SERVE_WRITING);
    serve_count(c->model ? c->model->counts : &s->unknown, c->status);
    if (c->model && c->upload && c->status != 200) c->model->counts->failed_us += (uint64_t)(serve_now() - c->arrived);
    c->counted = true;
    pthread_mutex_unlock(&s->lock);
    /* 499 is for the books: nobody reads the reply. */
    const enum MHD_Result result = MHD_queue_response(c->connection, (unsigned)(c->status == 499 ? 503 : c->status), r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result begin(server *s, struct MHD_Connection *connection, const char *url, const char *method, void **context)
{
    serve_call *c = calloc(1, sizeof *c);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!c) return MHD_NO;
    *context = c;
    c->connection = connection;
    c->fd = info ? info->connect_fd : -1;
    c->arrived = serve_now();
    if (!serve_known(s, c)) return MHD_NO;
    route(s, c, url, method);
    serve_infer_begin(s, c);
    if (c->loads && !c->status && c->size > 2) serve_fail(c, 400, "load takes no parameters: send nothing, or {}");
    return c->status && c->size > SERVE_DISCARD ? serve_reply(s, c) : MHD_YES;
}

enum MHD_Result serve_answer(void *of, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                             const char *upload, size_t *upload_size, void **context)
{
    server *s = of;
    serve_call *c = *context;
    (void)version;
    if (!c) return begin(s, connection, url, method, context);
    if (*upload_size) {
        const size_t bytes = *upload_size;
        *upload_size = 0;
        c->filled += bytes;
        if (c->body && c->filled <= c->size) memcpy(c->body + c->filled - bytes, upload, bytes);
        return c->filled > SERVE_DISCARD && !c->body ? MHD_NO : MHD_YES;
    }
    if ((c->upload || c->loads) && !c->status && !c->submitted) {
        c->submitted = true;
        if (c->loads ? serve_swap_ask(s, c) : serve_infer_submit(s, c)) return MHD_YES;
    }
    return serve_reply(s, c);
}

void serve_completed(void *of, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode why)
{
    server *s = of;
    serve_call *c = *context;
    (void)why;
    if (!c) return;
    pthread_mutex_lock(&s->lock);
    if (c->body) s->bodies -= c->size;
    if (c->submitted && !c->counted && c->model) serve_count(c->model->counts, 499); /* hung up before a reply could be made */
    serve_peer_phase(connection, SERVE_READING);
    if (c->model) serve_network_release(s, c->model->network);
    pthread_mutex_unlock(&s->lock);
    if (c->counted) serve_announce(s, c);
    oip_request_free(&c->request);
    free(c->body);
    free(c->logits);
    free(c->scores);
    free(c->text);
    free(c);
    *context = NULL;
}
