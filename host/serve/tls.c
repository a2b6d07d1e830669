/* SPDX-License-Identifier: Apache-2.0 */
/* tls.c - sessions: who may connect, by certificate, and what the client is told who may not. */
#include "tls.h"
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <string.h>
#include "server.h"

enum { TICKET_SECONDS = 3600, SUPPORTED_VERSIONS = 43 };
const char *const tls_refusals[TLS_REFUSALS] = {
    "", "handshake", "version", "no_certificate", "unknown_ca", "expired", "not_yet_valid", "purpose", "revoked", "revocations_over", "untrusted"};

static tls_peer *peer_of(gnutls_session_t session)
{
    struct MHD_Connection *connection = gnutls_session_get_ptr(session);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info && info->socket_context ? &((serve_peer *)info->socket_context)->tls : NULL;
}

static tls_refusal judged(unsigned status)
{
    if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) return TLS_UNKNOWN_CA;
    if (status & GNUTLS_CERT_REVOKED) return TLS_REVOKED;
    if (status & GNUTLS_CERT_EXPIRED) return TLS_EXPIRED;
    if (status & GNUTLS_CERT_NOT_ACTIVATED) return TLS_NOT_YET;
    if (status & GNUTLS_CERT_PURPOSE_MISMATCH) return TLS_PURPOSE;
    return status ? TLS_UNTRUSTED : TLS_FINE;
}

static gnutls_alert_description_t alert_of(tls_refusal why)
{
    switch (why) {
    case TLS_VERSION: return GNUTLS_A_PROTOCOL_VERSION;
    case TLS_MISSING: return GNUTLS_A_CERTIFICATE_REQUIRED;
    case TLS_UNKNOWN_CA: return GNUTLS_A_UNKNOWN_CA;
    case TLS_EXPIRED:
    case TLS_NOT_YET: return GNUTLS_A_CERTIFICATE_EXPIRED;
    case TLS_PURPOSE: return GNUTLS_A_UNSUPPORTED_CERTIFICATE;
    case TLS_REVOKED: return GNUTLS_A_CERTIFICATE_REVOKED;
    default: return GNUTLS_A_BAD_CERTIFICATE;
    }
}

/* A name that is one line of printable characters; others are none. */
static void keep_name(tls_peer *p, const char *text, size_t bytes)
{
    if (p->names == TLS_NAMES || !bytes || bytes >= TLS_NAME) return;
    for (size_t i = 0; i < bytes; i++)
        if (text[i] <= ' ' || text[i] > '~') return; /* a zero in the middle, too: "good.example\0.evil.example" */
    memcpy(p->name[p->names], text, bytes);
    p->name[p->names++][bytes] = '\0';
}

static void names(tls_peer *p, gnutls_x509_crt_t cert)
{
    char text[TLS_NAME];
    p->names = 0;
    for (unsigned i = 0; p->names < TLS_NAMES; i++) {
        size_t bytes = sizeof text;
        const int type = gnutls_x509_crt_get_subject_alt_name(cert, i, text, &bytes, NULL);
        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) break;
        if (type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_URI) keep_name(p, text, bytes);
    }
    size_t bytes = sizeof text;
    if (!p->names && gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, text, &bytes) == 0) keep_name(p, text, bytes);
}

/* Whether the client's certificate is good, by the files that the session has; its names. */
static tls_refusal verified(tls_peer *p, gnutls_session_t session)
{
    gnutls_typed_vdata_st wanted = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT};
    unsigned count = 0, status = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    gnutls_x509_crt_t cert;
    if (!chain || !count) return TLS_MISSING;
    if (p->files->list_until && time(NULL) >= p->files->list_until) return TLS_LIST_OVER; /* GnuTLS would go by the old one */
    if (gnutls_certificate_verify_peers(session, &wanted, 1, &status) < 0) return TLS_UNTRUSTED;
    if (status) return judged(status);
    if (gnutls_x509_crt_init(&cert) < 0) return TLS_UNTRUSTED;
    const bool read = gnutls_x509_crt_import(cert, &chain[0], GNUTLS_X509_FMT_DER) == 0;
    if (read) {
        names(p, cert);
        p->until = gnutls_x509_crt_get_expiration_time(cert);
        if (p->files->list_until && p->files->list_until < p->until) p->until = p->files->list_until;
    }
    gnutls_x509_crt_deinit(cert);
    return read ? TLS_FINE : TLS_UNTRUSTED;
}

static int on_certificate(gnutls_session_t session)
{
    tls_peer *p = peer_of(session);
    if (!p) return -1;
    p->refused = verified(p, session);
    if (p->refused == TLS_FINE) return 0;
    gnutls_alert_send(session, GNUTLS_AL_FATAL, alert_of(p->refused));
    return -1;
}

static int on_extension(void *offered, unsigned id, const unsigned char *data, unsigned size)
{
    for (unsigned i = 1; id == SUPPORTED_VERSIONS && i + 1 < size; i += 2)
        if (data[i] == 3 && data[i + 1] == 4) *(bool *)offered = true;
    return 0;
}

/* A client of TLS 1.2 learns why it is refused; the library would hang up without a word. */
static int on_message(gnutls_session_t session, unsigned type, unsigned after, unsigned incoming, const gnutls_datum_t *message)
{
    tls_peer *p = peer_of(session);
    if (!p || !incoming) return 0;
    if (type == GNUTLS_HANDSHAKE_FINISHED && after) p->shaken = true;
    if (type != GNUTLS_HANDSHAKE_CLIENT_HELLO || after) return 0;
    bool offered = false;
    if (gnutls_ext_raw_parse(&offered, on_extension, message, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO) >= 0 && offered) return 0;
    p->refused = TLS_VERSION;
    gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_PROTOCOL_VERSION);
    return GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
}

/* Of nobody any more: freed once libmicrohttpd has let go of the last session, which it does right after tls_end(). */
static void sweep(tls_server *t)
{
    for (tls_files **at = &t->old; *at;) {
        tls_files *f = *at;
        if (f->users) at = &f->next;
        else *at = f->next, tls_files_free(f);
    }
}

static void use(tls_server *t, tls_peer *p)
{
    if (p->files) p->files->users--;
    p->files = t->files;
    p->files->users++;
}

bool tls_begin(tls_server *t, tls_peer *p, void *session)
{
    const gnutls_datum_t ticket = {t->files->ticket, t->files->ticket_bytes};
    sweep(t);
    use(t, p);
    gnutls_credentials_clear(session);
    if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, t->files->credentials) < 0) return false;
    /* Asked for, not required: on_certificate() tells who has none, and why. */
    gnutls_certificate_server_set_request(session, t->files->mutual ? GNUTLS_CERT_REQUEST : GNUTLS_CERT_IGNORE);
    if (t->files->mutual) gnutls_session_set_verify_function(session, on_certificate);
    gnutls_handshake_set_hook_function(session, (unsigned)GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_BOTH, on_message);
    gnutls_db_set_cache_expiration(session, TICKET_SECONDS);
    return gnutls_session_ticket_enable_server(session, &ticket) == 0;
}

/* A session that was resumed brings the certificate of before, which nobody looked at this time. */
bool tls_still(tls_server *t, pthread_mutex_t *lock, tls_peer *p, void *session)
{
    if (!p->files) return true;
    pthread_mutex_lock(lock);
    const bool changed = p->files != t->files, resumed = !p->asked && gnutls_session_is_resumed(session);
    if (changed) use(t, p);
    t->handshakes += !p->asked;
    t->resumed += resumed;
    pthread_mutex_unlock(lock);
    p->asked = true;
    if (changed) {
        gnutls_credentials_clear(session);
        if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, p->files->credentials) < 0) return false;
    }
    if (!p->files->mutual || (!changed && !resumed && time(NULL) < p->until)) return true;
    p->refused = verified(p, session);
    return p->refused == TLS_FINE;
}

void tls_end(tls_server *t, tls_peer *p)
{
    if (!p->files) return;
    p->files->users--;
    if (!p->shaken && p->refused == TLS_FINE) p->refused = TLS_HANDSHAKE;
    if (p->refused != TLS_FINE) t->refused[p->refused]++;
    p->files = NULL;
}

void tls_change(tls_server *t, tls_files *files)
{
    if (t->files) t->files->next = t->old, t->old = t->files;
    t->files = files;
}

void tls_free(tls_server *t)
{
    if (t->files) tls_change(t, NULL);
    for (tls_files *f = t->old; f; f = f->next) f->users = 0;
    sweep(t);
}
