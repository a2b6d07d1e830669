/* SPDX-License-Identifier: Apache-2.0 */
/* tls_files.c - certificate, key, authorities and revocations out of their files; what would not work is said before anybody connects. */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "text.h"
#include "tls.h"

enum { MOST_BYTES = 4 << 20, CHAIN = 16 };

static gnutls_datum_t datum(char *text) { return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)}; }

static const char *date(char text[32], time_t t)
{
    struct tm tm;
    if (!gmtime_r(&t, &tm) || !strftime(text, 32, "%Y-%m-%d %H:%M:%S UTC", &tm)) snprintf(text, 32, "another time");
    return text;
}

/* The server's certificate is one that a client can accept now. */
static bonnet_status own(tls_files *f, char message[SERVE_LINE], const serve_options *o)
{
    const gnutls_datum_t cert = datum(f->cert), key = datum(f->key);
    gnutls_x509_crt_t chain[CHAIN];
    unsigned count = CHAIN;
    char when[32];
    int error = gnutls_x509_crt_list_import(chain, &count, &cert, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
    if (error < 0) return serve_wrong(message, BONNET_EINVAL, "%.200s: no certificate in PEM (%s)", o->cert, gnutls_strerror(error));
    const time_t now = time(NULL), from = gnutls_x509_crt_get_activation_time(chain[0]);
    f->expires = gnutls_x509_crt_get_expiration_time(chain[0]);
    for (unsigned i = 0; i < count; i++) gnutls_x509_crt_deinit(chain[i]);
    if (f->expires <= now) return serve_wrong(message, BONNET_EINVAL, "%.200s: expired on %s", o->cert, date(when, f->expires));
    if (from > now) return serve_wrong(message, BONNET_EINVAL, "%.200s: valid from %s on only", o->cert, date(when, from));
    error = gnutls_certificate_set_x509_key_mem(f->credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    if (error == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) return serve_wrong(message, BONNET_EINVAL, "%.200s is not the key of %.200s", o->key, o->cert);
    return error < 0 ? serve_wrong(message, BONNET_EINVAL, "%.200s: no private key in PEM that can be used (%s)", o->key, gnutls_strerror(error))
                     : BONNET_OK;
}

/* An old list says nothing of who was revoked since: every client would be refused. */
static bonnet_status revocations(tls_files *f, char message[SERVE_LINE], const char *path)
{
    char *text = NULL, when[32];
    bonnet_status status = serve_text(&text, NULL, message, path, MOST_BYTES, false);
    if (status != BONNET_OK) return status;
    const gnutls_datum_t crl = datum(text);
    gnutls_x509_crl_t *list = NULL;
    unsigned count = 0;
    int error = gnutls_x509_crl_list_import2(&list, &count, &crl, GNUTLS_X509_FMT_PEM, 0);
    for (unsigned i = 0; error >= 0 && i < count; i++) {
        const time_t next = gnutls_x509_crl_get_next_update(list[i]);
        if (status == BONNET_OK && next != (time_t)-1 && next <= time(NULL))
            status = serve_wrong(message, BONNET_EINVAL, "%.200s: this list of revocations was good until %s", path, date(when, next));
        if (next != (time_t)-1 && (!f->list_until || next < f->list_until)) f->list_until = next;
        gnutls_x509_crl_deinit(list[i]);
    }
    gnutls_free(list);
    if (status == BONNET_OK && error >= 0) error = gnutls_certificate_set_x509_crl_mem(f->credentials, &crl, GNUTLS_X509_FMT_PEM);
    free(text);
    if (status == BONNET_OK && error < 1)
        status = serve_wrong(message, BONNET_EINVAL, "%.200s: no list of revocations in PEM (%s)", path, error ? gnutls_strerror(error) : "empty");
    return status;
}

static bonnet_status authorities(tls_files *f, char message[SERVE_LINE], const char *path)
{
    char *text = NULL;
    const bonnet_status status = serve_text(&text, NULL, message, path, MOST_BYTES, false);
    if (status != BONNET_OK) return status;
    const gnutls_datum_t ca = datum(text);
    const int count = gnutls_certificate_set_x509_trust_mem(f->credentials, &ca, GNUTLS_X509_FMT_PEM);
    free(text);
    f->mutual = true;
    return count > 0 ? BONNET_OK
                     : serve_wrong(message, BONNET_EINVAL, "%.200s: no certificate in PEM (%s)", path, count ? gnutls_strerror(count) : "empty");
}

bonnet_status tls_files_read(tls_files **out, char message[SERVE_LINE], const serve_options *o)
{
    tls_files *f = calloc(1, sizeof *f);
    gnutls_certificate_credentials_t credentials = NULL;
    gnutls_datum_t ticket = {0};
    if (!f || gnutls_certificate_allocate_credentials(&credentials) < 0 || gnutls_session_ticket_key_generate(&ticket) < 0) {
        if (credentials) gnutls_certificate_free_credentials(credentials);
        free(f);
        return serve_wrong(message, BONNET_ENOMEM, "out of memory");
    }
    f->credentials = credentials;
    f->ticket = ticket.data, f->ticket_bytes = ticket.size;
    gnutls_certificate_set_verify_flags(credentials, GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM));
    bonnet_status status = serve_text(&f->cert, NULL, message, o->cert, MOST_BYTES, false);
    if (status == BONNET_OK) status = serve_text(&f->key, NULL, message, o->key, MOST_BYTES, true);
    if (status == BONNET_OK) status = own(f, message, o);
    if (status == BONNET_OK && o->ca) status = authorities(f, message, o->ca);
    if (status == BONNET_OK && o->crl) status = revocations(f, message, o->crl);
    if (status == BONNET_OK) *out = f;
    else tls_files_free(f);
    return status;
}

void tls_files_free(tls_files *f)
{
    if (!f) return;
    if (f->key) gnutls_memset(f->key, 0, strlen(f->key));
    if (f->ticket) gnutls_memset(f->ticket, 0, f->ticket_bytes);
    gnutls_certificate_free_credentials(f->credentials);
    gnutls_free(f->ticket);
    free(f->cert);
    free(f->key);
    free(f);
}
