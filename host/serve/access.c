/* SPDX-License-Identifier: Apache-2.0 */
/* access.c - who asks, and whether they may: the certificate of the connection, the token of the request, the access list. */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "server.h"
#include "text.h"

enum { MOST_TOKEN = 512 };

bonnet_status serve_access_read(char message[SERVE_LINE], server *s)
{
    char *text = NULL, line[ACL_LINE];
    if (!s->o.acl) return BONNET_OK;
    const bonnet_status status = serve_text(&text, NULL, message, s->o.acl, ACL_BYTES, false);
    if (status != BONNET_OK) return status;
    acl *list = acl_read(line, text, strlen(text)), *before;
    free(text);
    if (!list) return serve_wrong(message, BONNET_EFORMAT, "%.160s: %s", s->o.acl, line);
    pthread_mutex_lock(&s->lock);
    before = s->acl;
    s->acl = list;
    pthread_mutex_unlock(&s->lock);
    acl_free(before);
    return BONNET_OK;
}

static serve_peer *peer_of(const serve_call *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

bool serve_known(server *s, serve_call *c)
{
    serve_peer *p = peer_of(c);
    if (!s->o.cert) return true;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return p && p->tls.files && info && tls_still(&s->tls, &s->lock, &p->tls, info->tls_session);
}

/* "Bearer TOKEN" as its SHA-256. false: it is something else. */
static bool hashed(uint8_t hash[ACL_HASH], const char *field)
{
    if (strncasecmp(field, "Bearer ", 7) != 0) return false;
    field += 7 + strspn(field + 7, " ");
    const size_t bytes = strlen(field);
    return bytes && bytes <= MOST_TOKEN && gnutls_hash_fast(GNUTLS_DIG_SHA256, field, bytes, hash) == 0;
}

static bool unknown(serve_call *c, bool given)
{
    c->challenge = given ? "Bearer realm=\"bonnet\", error=\"invalid_token\"" : "Bearer realm=\"bonnet\"";
    serve_fail(c, 401, given ? "this token is not known here" : "say who you are: a client certificate, or Authorization: Bearer");
    return false;
}

bool serve_client_of(server *s, serve_call *c, serve_client *out)
{
    const char *field = MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    const serve_peer *p = peer_of(c);
    *out = (serve_client){.names = p ? p->tls.names : 0, .name = p ? p->tls.name : NULL, .token = s->o.acl && field};
    if (!out->token) return true;
    if (!hashed(out->hash, field)) return unknown(c, true);
    pthread_mutex_lock(&s->lock);
    const bool known = acl_knows(s->acl, out->hash);
    pthread_mutex_unlock(&s->lock);
    return known || unknown(c, true);
}

bool serve_client_named(const serve_client *k) { return k->names || k->token; }

bool serve_client_may(const server *s, const serve_client *k, acl_right right, const char *model, size_t length)
{
    const acl_client client = {.name = k->name, .names = k->names, .token = k->token ? k->hash : NULL};
    return s->acl ? acl_allows(s->acl, &client, right, model, length) : right != ACL_ADMIN;
}

bool serve_may(server *s, serve_call *c, acl_right right, const char *model, size_t length)
{
    static const char *const words[] = {"infer with", "read about", "administer", "read the metrics"};
    serve_client client;
    if (!serve_client_of(s, c, &client)) return false;
    pthread_mutex_lock(&s->lock);
    const bool allowed = serve_client_may(s, &client, right, model, length);
    pthread_mutex_unlock(&s->lock);
    if (allowed) return true;
    if (!s->o.acl) serve_fail(c, 403, "nobody may administer: this server has no access list");
    else if (!serve_client_named(&client)) return unknown(c, false);
    else { /* the same whether there is such a model or not */
        const char *who = client.names ? client.name[0] : "this token", *quote = right == ACL_METRICS ? "" : "'";
        serve_fail(c, 403, "'%.80s' may not %s %s%.*s%s", who, words[right], quote, (int)(length < 80 ? length : 80), model, quote);
    }
    return false;
}
