/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - within the room. Threads: one owns the device (worker.c), one the sockets (libmicrohttpd's), the caller's watches the clock (serve.c).
 * `lock` guards everything below it; a call belongs to the queue or the worker from its admission until it is done, else to the thread of the sockets.
 */
#ifndef BONNET_SERVE_SERVER_H
#define BONNET_SERVE_SERVER_H
#include <microhttpd.h>
#include <pthread.h>
#include "acl.h"
#include "metrics.h"
#include "oip.h"
#include "queue.h"
#include "serve.h"
#include "tls.h"

enum {
    SERVE_CONNECTIONS = 512,    /* at once */
    SERVE_HEAD_BYTES = 16 << 10, /* request line and header fields of one request */
    SERVE_DISCARD = 1 << 20,    /* of a body that is refused: read and thrown away, so that the reply is seen; larger: the connection is closed */
    SERVE_BODIES = 256 << 20    /* of all requests together, held in memory */
};

typedef struct serve_model {
    oip_model oip;
    uint32_t whole;             /* index of the .bonnet file; of a whole network: its own */
    double share;               /* of the whole network's MACs */
    bonnet_model *loaded;       /* or NULL: not yet, or not any more; the worker's */
    double us;                  /* an image, moving mean */
    serve_counts counts;
} serve_model;

/* A request on its way. */
typedef struct serve_call {
    serve_wait wait;            /* first: the queue hands this out */
    serve_model *model;         /* or NULL */
    struct MHD_Connection *connection;
    int fd;
    oip_request request;
    uint8_t *body;
    size_t size, filled;
    int64_t header, arrived, started, compute_us, retry_us;
    bool upload, submitted, done, counted;
    int status;                 /* 0: none yet */
    char line[SERVE_LINE];      /* of an error */
    const char *allow, *challenge; /* methods, of a 405; of a 401 */
    char *text;                 /* of a reply that is ready, or NULL */
    const char *type;           /* its content type */
    int32_t *logits, *labels;   /* of this request; logits: malloc'ed, labels behind them */
} serve_call;

typedef enum serve_phase { SERVE_READING, SERVE_WAITING, SERVE_WRITING } serve_phase;
typedef struct serve_peer { /* a connection */
    struct serve_peer *next, *before;
    int fd;
    serve_phase phase;
    int64_t since;
    tls_peer tls;
} serve_peer;

typedef struct server {
    serve_options o;
    struct MHD_Daemon *http;
    int listening, wake;        /* sockets; eventfd to the caller's thread */
    char host[64];
    uint32_t port;
    serve_model *models;
    uint32_t count;
    volatile int cancel;        /* of the device */
    bonnet_device *device;      /* the worker's */

    pthread_mutex_t lock;
    pthread_cond_t work;
    serve_queue queue;
    int64_t free_at;            /* when the device will be idle, estimated */
    uint32_t computing;         /* calls */
    bool draining, quit, broken; /* broken: the device could not be opened again */
    serve_peer *peers;
    uint32_t peer_count;
    size_t bodies;              /* bytes held */
    serve_counts unknown;       /* of requests to no model */
    serve_totals totals;
    tls_server tls;
    acl *acl;                   /* or NULL: everybody may do all but administer */
} server;

int64_t serve_now(void); /* microseconds, monotonic */

/* models.c: the device and the files, at the start; every network once, on zeros. The worker's from then on. */
bonnet_status serve_models_open(char message[SERVE_LINE], server *s);
void serve_models_close(server *s);
serve_model *serve_model_find(server *s, const char *name, size_t length);
bonnet_status serve_device_open(char message[SERVE_LINE], server *s);
bonnet_status serve_model_ready(char message[SERVE_LINE], server *s, serve_model *m);
void serve_device_close(server *s);

/* worker.c */
void *serve_worker(void *of);
void serve_finish(serve_call *c, int status, const char *line); /* with the lock: the call is answered, and may be freed at once */

/* peers.c */
void serve_peer_notify(void *of, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code);
void serve_peer_phase(struct MHD_Connection *connection, serve_phase phase); /* with the lock */
void serve_peers_sweep(server *s, int64_t now); /* with the lock: who is too slow is cut off */

/* access.c */
bonnet_status serve_access_read(char message[SERVE_LINE], server *s); /* the file's list, in place of the one of before; nothing if there is none */
bool serve_known(server *s, serve_call *c); /* false: the client's certificate is none any more; hang up */
bool serve_may(server *s, serve_call *c, acl_right right, const char *model, size_t length); /* false: it failed, with 401 or 403 */

/* reload.c: the files once more; what is wrong with them is said on stderr, and those of before are kept. */
void serve_reload(server *s);

/* http.c, infer.c */
enum MHD_Result serve_answer(void *of, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *upload,
                             size_t *upload_size, void **context);
void serve_completed(void *of, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode why);
enum MHD_Result serve_reply(server *s, serve_call *c);
void serve_infer_begin(server *s, serve_call *c); /* the header fields are known; of any request: how long its body is */
bool serve_infer_submit(server *s, serve_call *c); /* the body, too. true: the connection is suspended until the call is done */
void serve_fail(serve_call *c, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
#endif
