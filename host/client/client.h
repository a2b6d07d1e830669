/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - within the room. Two threads: the caller's, which owns the device, the parts of the network and the tickets (submit.c, wait.c), and the client's
 * own, which owns every socket (net.c, probe.c). `lock` guards what both see: states of tickets and transfers, the breaker, the link, the counts.
 */
#ifndef BONNET_CLIENT_CLIENT_H
#define BONNET_CLIENT_CLIENT_H
#include <curl/curl.h>
#include <pthread.h>
#include "bonnet_cache.h"
#include "bonnet_client.h"
#include "bonnet_edge.h"
#include "bonnet_spool.h"
#include "breaker.h"
#include "local.h"
#include "message.h"

enum {
    CLIENT_URL = 512, CLIENT_PATH = 256,
    CLIENT_SPARE = 2,           /* requests that nobody waits for any more, beside the tickets' own */
    CLIENT_SERVICE = 2,         /* connections used for their own sake: one, and a spare one */
    CLIENT_HEADERS = 64 << 10,  /* header fields of a reply */
    CLIENT_PROBE_US = 2000000,  /* to answer whether it is ready */
    CLIENT_RECHECK_US = 30000000, /* a model that did not fit is looked at again */
    CLIENT_SOCKETS = 128,
    CLIENT_PAUSE_MOST_S = 60    /* of Retry-After */
};

/* A model of upstream's. */
typedef enum target_state { TARGET_UNKNOWN, TARGET_GOOD, TARGET_BAD } target_state;
typedef struct target {
    char name[MESSAGE_NAME];
    message_want want;
    message_model model;        /* GOOD */
    target_state state;
} target;

/* A plan, made ready: stops on the way, in order. */
enum { NO_EXIT = UINT32_MAX };
typedef struct stop { uint32_t place, exit; double threshold; } stop; /* exit NO_EXIT: only a place where something is sent */
typedef struct plan {
    uint32_t index, send;       /* enum bonnet_send */
    bool whole;
    stop stops[BONNET_EXITS_MAX + 1];
    uint32_t count, before;     /* of them, those before anything is sent (all, where the whole network is asked) */
    uint32_t keep;              /* place whose map is kept for the rest, or for sending; 0: the picture */
    uint32_t target;
    double end_threshold;
    upper network;              /* of its requests that were answered */
    message_packing packing;    /* the caller's */
} plan;

typedef enum slot_state { SLOT_HERE /* answered */, SLOT_SENT, SLOT_REPLIED, SLOT_FAILED } slot_state;
typedef struct slot {
    bool used;                  /* a ticket is out */
    slot_state state;           /* SENT: the other thread's to change */
    uint64_t ticket;
    plan *plan;
    int64_t start, deadline, due, sent, limit; /* limit: when the wait for upstream ends */
    int64_t local_us;
    bool in_hand;               /* `answer` has the logits of an exit, or of the end */
    bool finish;                /* without a reply the rest is run here, if there is time */
    bonnet_answer answer;
    uint8_t *pixels, *map;      /* map: at plan->keep */
    int32_t *logits;            /* REPLIED, as the rest: */
    message_reply reply;
    int64_t replied;
    uint64_t bytes_sent, bytes_received;
    uint32_t why;               /* FAILED, or what stood against sending */
    bool mapped;                /* `map` is this picture's */
    bool told;                  /* this device's own answer, or that of the cache that is audited: */
    uint32_t told_label;
    double told_confidence;
    bonnet_cache_answer hit;
} slot;

typedef enum transfer_kind { TRANSFER_INFER, TRANSFER_WARM, TRANSFER_READY, TRANSFER_SERVER, TRANSFER_MODEL } transfer_kind;
typedef enum transfer_state { TRANSFER_FREE, TRANSFER_TAKEN /* being made by the caller */, TRANSFER_MADE /* not seen yet */, TRANSFER_GOING } transfer_state;
typedef struct transfer {
    transfer_state state;
    transfer_kind kind;
    CURL *easy;
    struct curl_slist *fields;
    slot *slot;                 /* INFER: who waits; NULL: nobody any more */
    uint64_t id;
    plan *plan;
    uint32_t target;
    bool packed;
    bool ended;                 /* nobody waits: what it sent so far is to be looked at */
    int64_t began, kill;
    uint8_t *body, *reply;
    size_t size, header, filled, room, heads;
    int port;                   /* of this side of its connection, 0: none yet */
    uint64_t taken;             /* of the budget */
} transfer;

struct bonnet_client {
    local local;
    char digest[65];
    char base[CLIENT_URL];      /* "" : no upstream */
    char *ca, *certificate, *key;
    bool insecure, loopback;
    uint64_t margin_us, timeout_us, keep_us, trial_us;
    plan plans[BONNET_CLIENT_PLANS];
    double from[BONNET_CLIENT_PLANS], hysteresis;
    uint32_t plan_count;
    target targets[BONNET_CLIENT_PLANS];
    uint32_t target_count;
    uint8_t *scratch[2];        /* maps on the way */
    slot *slots;
    uint32_t slot_count;
    uint64_t tickets;

    pthread_t thread;
    bool running;
    CURLM *multi;
    int sockets[CLIENT_SOCKETS]; /* open ones, or -1 */
    transfer *transfers;        /* slot_count + CLIENT_SPARE for pictures, then CLIENT_SERVICE */
    uint32_t pictures, transfer_count;
    bool binary, unpacks;       /* upstream takes binary tensors, compressed bodies */
    uint32_t asking;            /* target whose metadata is asked for */
    int64_t used, recheck;      /* last request; when metadata are looked at again */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool quit, asked, known;    /* asked: the first question was answered, somehow; known: once in use */
    breaker breaker;
    bonnet_link_meter meter;
    bonnet_link *link;
    bonnet_link_state link_state;
    uint32_t plan_now;
    int64_t tried;              /* last trial */
    bonnet_client_stats stats;

    bonnet_cache *cache;        /* the caller's thread only; NULL: none, as the rest */
    bonnet_cache_key cache_key;
    double cache_scale;         /* of the logits in it */
    bool has_budget;
    bonnet_bucket bucket;       /* with the lock */
    bonnet_offload_policy *policy;
    char *budget_state;
    bonnet_spool *spool;
    uint32_t spool_what;
    double spool_below;
};

/* Nobody here can say more: the network's end, or the cache, has answered. */
static inline bool slot_final(const slot *s) { return s->in_hand && (s->answer.where == BONNET_WHERE_END || s->answer.where == BONNET_WHERE_CACHE); }

/* setup.c: the options, checked and copied. */
bonnet_status client_setup(bonnet_client *c, const bonnet_client_options *o);
bool client_complain(const bonnet_client_options *o, const char *format, ...) __attribute__((format(printf, 2, 3))); /* false */
/* setup_plans.c */
bonnet_status client_plans(bonnet_client *c, const bonnet_client_options *o);

/* net.c: the thread. */
void *client_net(void *client);
void client_begin(bonnet_client *c, transfer *t, const char *path, int64_t now); /* its own thread only: on its way now */
/* sockets.c: which socket a request went out on */
void client_watch_sockets(bonnet_client *c, transfer *t);
int client_socket(const bonnet_client *c, int port);       /* -1: none */
/* net_end.c */
void client_ended(bonnet_client *c, transfer *t, CURLcode code, int64_t now);
void client_given_up(bonnet_client *c, transfer *t, int64_t now); /* nobody waits any more: what the link carried of it */
/* probe.c */
void client_probe(bonnet_client *c, int64_t now);          /* what is due is asked */
int64_t client_probe_due(bonnet_client *c);
void client_probed(bonnet_client *c, transfer *t, CURLcode code, int64_t now);
/* link.c, all with the lock */
void client_link(bonnet_client *c, uint64_t bytes, double seconds);
void client_line(bonnet_client *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
plan *client_plan_for(bonnet_client *c, int64_t now);      /* for a picture that comes now */
uint32_t client_gate(const bonnet_client *c, const plan *p, int64_t now); /* enum bonnet_why: may it be sent? */

/* send.c: the slot's picture or map; enum bonnet_why, NONE: it is on its way, and slot->limit is known */
uint32_t client_send(bonnet_client *c, slot *s);
/* reuse.c: the cache. open: BONNET_EINVAL with a line */
bonnet_status client_cache_open(bonnet_client *c, const bonnet_client_options *o);
bool client_cached(bonnet_client *c, slot *s);             /* the answer is in hand; s->hit.audit: it is to be sent all the same */
void client_learn(bonnet_client *c, slot *s);              /* upstream's answer, for the cache */
/* budget.c */
bonnet_status client_budget_open(bonnet_client *c, const bonnet_client_options *o);
bool client_budget_allows(bonnet_client *c, transfer *t, const slot *s, int64_t now); /* with the lock; then it is taken */
void client_budget_spent(bonnet_client *c, transfer *t, uint64_t sent); /* with the lock */
void client_budget_close(bonnet_client *c);
/* hard.c: the spool */
bonnet_status client_spool_open(bonnet_client *c, const bonnet_client_options *o);
void client_keep(bonnet_client *c, const slot *s);         /* if it is hard; the answer is final */
/* wait.c */
bonnet_status client_settle(bonnet_client *c, slot *s);    /* SENT, REPLIED, FAILED to HERE */
void client_done(bonnet_client *c, slot *s, int64_t at);   /* the answer is final: flags, counts */
#endif
