/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h - bonnet serve: what the command line sees of the room. */
#ifndef BONNET_SERVE_H
#define BONNET_SERVE_H
#include "bonnet.h"
#include "events.h"

enum { SERVE_MODELS = 16, SERVE_POOL = 16, SERVE_LINE = 512 };

typedef struct serve_options {
    const char *const *paths;   /* of .bonnet files */
    uint32_t models;            /* 1..SERVE_MODELS */
    const char *const *uris;    /* of devices; the same one twice: two of its kind, where there are two */
    uint32_t devices;           /* 1..SERVE_POOL */
    const char *listen;         /* HOST:PORT */
    uint32_t queue, batch;      /* requests that may wait; images of one request, and computed together */
    uint32_t timeout_ms;        /* in which a request must come whole, and a reply be taken */
    uint32_t run_timeout_ms;    /* of the device */
    const char *upstream;       /* URL of the next tier, or NULL; and of TLS to it: authorities, certificate, key, or NULL */
    const char *upstream_ca, *upstream_cert, *upstream_key;
    uint32_t forward;           /* behind which cut that one goes on */
    uint32_t upstream_ms;       /* that an image may be gone: a device waits for it meanwhile */
    double threshold;           /* an exit before it that is so sure answers; 0: no exit is asked */
    uint64_t seed;
    int insecure;               /* may listen off loopback, whoever asks */
    const char *cert, *key;     /* PEM files, for TLS 1.3; or NULL */
    const char *ca, *crl;       /* PEM files: clients must show a certificate of one of these authorities; those that were revoked. Or NULL */
    const char *acl;            /* file: who may do what; or NULL */
    events_options events;      /* url NULL: to nobody */
    const volatile int *stop;   /* turns non-zero in a signal's handler */
    const volatile int *reload; /* changes in a signal's handler, of SIGHUP: the files are read again. Or NULL */
} serve_options;

/*
 * Serves until *stop. BONNET_OK: stopped, everything accepted was answered. Else a line in message; BONNET_ETIMEOUT: what was accepted could not be
 * finished in time.
 */
bonnet_status serve_run(char message[SERVE_LINE], const serve_options *options);
#endif
