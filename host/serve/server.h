/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - within the room. Threads: one for each device (worker.c), one for the sockets (libmicrohttpd's), the caller's watches the clock (serve.c).
 * `lock` guards everything below it; a call belongs to the queue or a device from its admission until it is done, else to the thread of the sockets.
 * A device that hangs keeps the bytes that it reads, not the call: whoever waits is answered by the clock.
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
    bonnet_model *loaded[SERVE_DEVICES]; /* or NULL: not yet, or not any more; each is its device's thread's own */
    double us[SERVE_DEVICES];   /* an image, moving mean */
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
    bool upload, submitted, done, counted, again; /* again: a device has failed it, `line` says how */
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

/* One call within a run of a device. */
typedef struct serve_part {
    serve_call *call;           /* or NULL: answered, or given to another device, before the run came back */
    const uint8_t *pixels;
    uint32_t count;             /* images */
    uint8_t *body, *own;        /* what pixels is part of, once the call does not hold it any more */
} serve_part;

typedef enum serve_state { SERVE_UP, SERVE_OPENING, SERVE_OUT } serve_state; /* OPENING: it failed, and is being opened again for the first time */
typedef struct serve_device {
    struct server *server;
    uint32_t index;
    const char *uri;
    pthread_t thread;
    bonnet_device *handle;      /* its thread's */
    volatile int cancel;
    /* With the lock, from here on. */
    pthread_cond_t work;
    bool started, idle, stuck;  /* idle: waits for work. stuck: a run does not come back */
    serve_state state;
    serve_part *parts;          /* [batch] of the run, `count` in use, `live` with a call */
    uint32_t count, live;
    int64_t since, until;       /* of the run, or of the opening: begun, estimated end */
    int64_t open_us, retry_at;
    uint32_t failures;          /* without a good run between them */
    char line[SERVE_LINE];      /* why it is out */
    uint64_t runs, reopened, busy_us;
} serve_device;

typedef struct server {
    serve_options o;
    struct MHD_Daemon *http;
    int listening, wake;        /* sockets; eventfd to the caller's thread */
    char host[64];
    uint32_t port;
    serve_model *models;
    uint32_t count;
    serve_device devices[SERVE_DEVICES]; /* o.devices of them */

    pthread_mutex_t lock;
    serve_queue queue;
    uint32_t computing;         /* calls */
    bool draining, quit;
    serve_peer *peers;
    uint32_t peer_count;
    size_t bodies;              /* bytes held */
    serve_counts unknown;       /* of requests to no model */
    serve_totals totals;
    tls_server tls;
    acl *acl;                   /* or NULL: everybody may do all but administer */
} server;

int64_t serve_now(void); /* microseconds, monotonic */

/* models.c: devices and files, at the start; every network once on each device, on zeros. Each device is its thread's from then on. */
bonnet_status serve_models_open(char message[SERVE_LINE], server *s);
void serve_models_close(server *s); /* without a thread */
serve_model *serve_model_find(server *s, const char *name, size_t length);
double serve_model_us(const server *s, const serve_model *m); /* on the fastest device */
bonnet_status serve_same_network(char message[SERVE_LINE], const serve_model *m, const bonnet_model *loaded, const char *path);
bonnet_status serve_failed(char message[SERVE_LINE], bonnet_status status, const bonnet_device *dev, const char *what);

/* device.c: by its thread, without the lock. */
bonnet_status serve_device_open(char message[SERVE_LINE], serve_device *d);
void serve_device_close(serve_device *d);
bonnet_status serve_device_load(char message[SERVE_LINE], serve_device *d); /* every network, and the first one once: it works */
bonnet_status serve_model_ready(char message[SERVE_LINE], serve_device *d, serve_model *m);
bonnet_status serve_model_once(char message[SERVE_LINE], serve_device *d, serve_model *m, double *us);
/* With the lock. */
serve_pool serve_pool_now(const server *s, int64_t now);
bool serve_pool_ready(const server *s); /* a device is left */

/* run.c, with the lock: the calls of a device's run. */
void serve_finish(serve_call *c, int status, const char *line); /* the call is answered, and may be freed at once */
uint32_t serve_run_take(serve_device *d, int64_t now); /* out of the queue; images */
void serve_run_end(serve_device *d, int code, const char *line, const int32_t *logits, const bonnet_result *results, int64_t us);
void serve_strand(server *s); /* who waits for devices that are all out is told so */
int64_t serve_run_watch(serve_device *d, int64_t now); /* deadlines, a run that does not come back; when to look again */
void serve_run_abandon(serve_device *d); /* takes the lock: the server stops, and this one does not come back */

/* worker.c */
bonnet_status serve_workers_start(server *s);
bool serve_workers_end(server *s); /* false: a device does not come back, its thread is left alone */
void serve_wake(server *s, const serve_call *c, int64_t now); /* with the lock: whoever may compute it */

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
