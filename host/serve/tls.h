/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h - TLS 1.3 of the connections, and who is at their other end. libmicrohttpd carries the bytes; certificates, who must show one, tickets and
 * refusals are set on each session here, since the library would only ask for a certificate and never look at it, and keeps those of its start.
 */
#ifndef BONNET_SERVE_TLS_H
#define BONNET_SERVE_TLS_H
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "serve.h"

#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:%PROFILE_MEDIUM"

enum { TLS_NAMES = 4, TLS_NAME = 256 }; /* names of one client; bytes of one with its zero */
typedef enum tls_refusal {
    TLS_FINE, TLS_HANDSHAKE, TLS_VERSION, TLS_MISSING, TLS_UNKNOWN_CA, TLS_EXPIRED, TLS_NOT_YET, TLS_PURPOSE, TLS_REVOKED, TLS_LIST_OVER, TLS_UNTRUSTED, TLS_REFUSALS
} tls_refusal;
extern const char *const tls_refusals[TLS_REFUSALS]; /* as /metrics names them */

/* What the files say, ready for sessions. Sessions use it while users counts them. */
typedef struct tls_files {
    struct tls_files *next;      /* of those that are not used for new sessions any more */
    void *credentials;           /* gnutls_certificate_credentials_t */
    char *cert, *key;            /* PEM */
    void *ticket; uint32_t ticket_bytes; /* the key of the sessions that may be resumed */
    bool mutual;                 /* clients must show a certificate */
    time_t expires, list_until;  /* the server's own certificate; the list of revocations, 0: there is none that ends */
    uint32_t users;
} tls_files;

/* BONNET_EINVAL, BONNET_EIO: a line that names the file and what is wrong. o->cert is given. *out: tls_files_free() */
bonnet_status tls_files_read(tls_files **out, char message[SERVE_LINE], const serve_options *o);
void tls_files_free(tls_files *f); /* NULL: a no-op */

/* Of a connection. */
typedef struct tls_peer {
    tls_files *files;            /* NULL: no TLS */
    tls_refusal refused;
    bool shaken, asked;          /* the handshake is done; a request was made */
    time_t until;                /* when the client's certificate, or the list that does not revoke it, is over */
    uint32_t names;
    char name[TLS_NAMES][TLS_NAME]; /* subject alternative names DNS and URI; else the common name */
} tls_peer;

/* Of all sessions. */
typedef struct tls_server { tls_files *files, *old; uint64_t refused[TLS_REFUSALS], handshakes, resumed; } tls_server;

/* At the beginning of a connection, before its handshake. false: no memory. p must stay where it is. With the lock */
bool tls_begin(tls_server *t, tls_peer *p, void *session);
/* Before each request: the client is (still) one to talk to, by the files of now. false: hang up. Without the lock, which it takes */
bool tls_still(tls_server *t, pthread_mutex_t *lock, tls_peer *p, void *session);
void tls_end(tls_server *t, tls_peer *p); /* with the lock */
/* New files for new sessions, and for the open ones' next requests. With the lock */
void tls_change(tls_server *t, tls_files *files);
void tls_free(tls_server *t); /* no session is left */
#endif
