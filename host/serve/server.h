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
#include "coding.h"
#include "events.h"
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

/* What was asked of a name. */
typedef struct serve_book { struct serve_book *next; char name[OIP_NAME]; serve_counts counts; } serve_book;

typedef struct serve_model {
    oip_model oip;
    struct serve_network *network; /* its first model is the whole of which this is a tail, or this one */
    double share;               /* of the whole network's MACs */
    bonnet_model *loaded[SERVE_DEVICES]; /* or NULL: not yet, or not any more; each is its device's thread's own */
    struct bonnet_client *client[SERVE_DEVICES]; /* of what is forwarded, as `loaded` */
    double us[SERVE_DEVICES];   /* an image, moving mean */
    serve_counts *counts;       /* of the name, in a book */
} serve_model;

/* One version of a .bonnet file. What is in it does not change; the lock guards what follows `models`. */
typedef struct serve_network {
    struct serve_network *next; /* of those that were replaced */
    const char *path;
    void *bytes;                /* a device that is opened again loads them, whatever became of the file */
    size_t size;
    uint32_t count;
    serve_model *models;        /* the whole network, then its tails */
    const char **labels;        /* of their classes, or NULL */
    uint32_t users;             /* calls and runs */
    uint32_t tried;             /* of a new version: a bit for each device that has run it, or could not */
    int64_t since;
    bonnet_status status;       /* why it cannot be served, with its line */
    char line[SERVE_LINE];
} serve_network;

/* A request on its way. */
typedef struct serve_call {
    serve_wait wait;            /* first: the queue hands this out */
    serve_model *model;         /* or NULL; its network has this call for a user */
    uint32_t file;              /* to be loaded again, of `loads` */
    struct MHD_Connection *connection;
    int fd;
    oip_request request;
    uint8_t *body;
    size_t size, filled;        /* of the body as it comes */
    coding coding;              /* of the body */
    int64_t header, arrived, whole, started, compute_us, retry_us;
    bool upload, loads, submitted, done, counted, again; /* again: a device has failed it, `line` says how */
    int status;                 /* 0: none yet */
    char line[SERVE_LINE];      /* of an error */
    const char *allow, *challenge; /* methods, of a 405; of a 401 */
    char *text;                 /* of a reply that is ready, or NULL */
    const char *type;           /* its content type */
    coding accepts;             /* of the reply */
    int32_t *logits, *labels;   /* of this request; logits: malloc'ed, labels behind them */
    float *scores;              /* of the labels; malloc'ed */
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
    int64_t deadline;
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
    bool started, idle, stuck, trying; /* idle: waits for work. stuck: a run does not come back. trying: a file's new version */
    serve_state state;
    serve_model *model;         /* of the run */
    serve_part *parts;          /* [batch] of the run, `count` in use, `live` with a call */
    uint32_t count, live;
    int64_t since, until;       /* of the run, or of the opening: begun, estimated end */
    int64_t patience;           /* more than usual: upstream is waited for */
    int64_t open_us, retry_at;
    uint32_t failures;          /* without a good run between them */
    char line[SERVE_LINE];      /* why it is out */
    uint64_t runs, reopened, busy_us;
} serve_device;

typedef struct serve_forwarded { uint64_t upstream, exits, fallback, local_us; } serve_forwarded; /* images: answered there; by an exit here; here, though they were not sure. And the time here */

typedef struct server {
    serve_options o;
    struct MHD_Daemon *http;
    int listening, wake;        /* sockets; eventfd to the caller's thread */
    char host[64];
    uint32_t port;
    serve_device devices[SERVE_DEVICES]; /* o.devices of them */

    pthread_mutex_t lock;
    serve_network *networks[SERVE_MODELS], *old; /* of each file the one of now; those before, while somebody uses them */
    serve_network *fresh;       /* that devices try, of file fresh_file */
    uint32_t fresh_file, pending; /* pending: a bit for each file that is to be looked at */
    serve_call *loads;          /* who waits for that */
    serve_book *books;
    serve_queue queue;
    uint32_t computing;         /* calls */
    bool draining, quit;
    serve_peer *peers;
    uint32_t peer_count;
    size_t bodies;              /* bytes held */
    serve_counts unknown;       /* of requests to no model */
    serve_forwarded forwarded;
    serve_totals totals;
    tls_server tls;
    acl *acl;                   /* or NULL: everybody may do all but administer */
    events *events;             /* or NULL; has a lock of its own */
} server;

int64_t serve_now(void); /* microseconds, monotonic */

/* models.c: devices and files, at the start; every network once on each device, on zeros. Each device is its thread's from then on. */
bonnet_status serve_models_open(char message[SERVE_LINE], server *s);
void serve_models_close(server *s); /* without a thread */
serve_model *serve_model_find(server *s, const char *name, size_t length);
double serve_model_us(const server *s, const serve_model *m); /* on the fastest device */
bonnet_status serve_failed(char message[SERVE_LINE], bonnet_status status, const bonnet_device *dev, const char *what);

/* network.c: one version of a file. */
bonnet_status serve_network_read(serve_network **out, char message[SERVE_LINE], const char *path);
bonnet_status serve_network_describe(char message[SERVE_LINE], server *s, serve_network *n, const bonnet_model *loaded); /* takes the lock */
void serve_network_free(serve_network *n); /* nothing of it is loaded; NULL: a no-op */
/* With the lock. */
void serve_network_retire(server *s, serve_network *n); /* no new users; it goes when the last one has */
void serve_network_release(server *s, serve_network *n); /* one user less */
void serve_network_tidy(serve_device *d); /* by the device's thread */

/* swap.c: new versions of files, by the thread of the clock. */
void serve_swap_step(server *s);
void serve_swap_end(server *s); /* the server stops */
bool serve_swap_ask(server *s, serve_call *c); /* by that of the sockets. true: the connection is suspended until the file was loaded */

/* device.c: by its thread, without the lock. */
bonnet_status serve_device_open(char message[SERVE_LINE], serve_device *d);
void serve_device_close(serve_device *d);
bonnet_status serve_device_load(char message[SERVE_LINE], serve_device *d); /* every network, and the first one once: it works */
bonnet_status serve_model_ready(char message[SERVE_LINE], serve_device *d, serve_model *m);
bonnet_status serve_network_once(char message[SERVE_LINE], serve_device *d, serve_network *n); /* it is ready, and was run on zeros: how long that took */
/* forward.c, by the device's thread, without the lock. */
bool serve_forwards(const server *s, const serve_model *m);
bonnet_status serve_forward_open(char message[SERVE_LINE], serve_device *d, serve_model *m);
void serve_forward_close(serve_device *d, serve_model *m);
bonnet_status serve_forward_run(serve_device *d, serve_model *m, const uint8_t *pixels, const int64_t *deadlines, size_t count, int32_t *logits,
                                bonnet_result *results, serve_forwarded *books);
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
/* The same in two steps, for several questions. */
typedef struct serve_client { const char (*name)[ACL_PATTERN]; uint32_t names; bool token; uint8_t hash[ACL_HASH]; } serve_client;
bool serve_client_of(server *s, serve_call *c, serve_client *out); /* false: it failed with 401 */
bool serve_client_named(const serve_client *k);
bool serve_client_may(const server *s, const serve_client *k, acl_right right, const char *model, size_t length); /* with the lock */

/* reload.c: the files once more; what is wrong with them is said on stderr, and those of before are kept. */
void serve_reload(server *s);
void serve_reload_say(server *s, const char *what, const char *file, bonnet_status status, const char *line, const char *digest); /* or NULL */

/* announce.c */
void serve_event(server *s, struct json_object *object); /* one line on stderr, and to the broker; frees it */
void serve_device_event(const serve_device *d, const char *line); /* to the broker: why it is lost; NULL: it is there again. With the lock */
void serve_announce(server *s, const serve_call *c); /* a reply has left */

/* http.c, infer.c */
enum MHD_Result serve_answer(void *of, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *upload,
                             size_t *upload_size, void **context);
void serve_completed(void *of, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode why);
enum MHD_Result serve_reply(server *s, serve_call *c);
void serve_infer_begin(server *s, serve_call *c); /* the header fields are known; of any request: how long its body is */
bool serve_infer_submit(server *s, serve_call *c); /* the body, too. true: the connection is suspended until the call is done */
void serve_repository(server *s, serve_call *c, const char *rest, bool post); /* repository.c: what is behind v2/repository/ */
void serve_text_reply(serve_call *c, char *text); /* 200 with this JSON, which is the call's from now on; NULL: out of memory */
void serve_fail(serve_call *c, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
#endif
