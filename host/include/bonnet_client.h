/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_client.h - co-inference: the first layers, or a small network, here; what they are not sure of on a server (`bonnet serve`, or any other of the Open
 * Inference Protocol, version 2). Every picture is answered, by its deadline wherever this device alone could do it, whatever server and network do.
 *
 *     bonnet_client_options o = BONNET_CLIENT_OPTIONS_INIT;
 *     bonnet_client_plan split = {.send = BONNET_SEND_MAP, .cut = 2};
 *     o.url = "https://edge.example:8600", o.plans = &split, o.plan_count = 1;
 *     bonnet_client_open(&client, dev, net, &o);
 *     bonnet_client_run(&answer, client, pixels, bytes, 20000);      // answer.result.label, answer.where, answer.flags
 *     bonnet_client_close(client);
 *
 * Two ways, by plan. Split: this device runs as far as a cut and asks the exits before it; the map of a picture that none of them is sure of goes to the tail of
 * the same network, whose logits are those of the whole, bit for bit. Cascade: this device runs the whole network; pictures it is not sure of go to another one.
 *
 * Conventions as in bonnet.h. Times are microseconds of the monotonic clock. docs/offload.md.
 *
 * Threads: the device is used in the caller's thread only, from within open, submit, wait and run; sockets are a thread of the client's own. One thread at a time
 * per client; bonnet_client_stats_get() from any.
 */
#ifndef BONNET_CLIENT_H
#define BONNET_CLIENT_H

#include "bonnet_bucket.h"
#include "bonnet_exits.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BONNET_CLIENT_PLANS = 16, BONNET_CLIENT_IN_FLIGHT = 64 };

/* What leaves the device where it is not sure. Values are API. */
typedef enum bonnet_send { BONNET_SEND_NOTHING = 0, BONNET_SEND_MAP = 1, BONNET_SEND_PICTURE = 2 } bonnet_send;

/* What runs where. With several plans: which one, says the bandwidth that the client sees. */
typedef struct bonnet_client_plan {
    double   from_bits_per_s;   /* from this bandwidth on; ascending. Below the first one's: the first */
    uint32_t send;              /* enum bonnet_send */
    uint32_t cut;               /* MAP: behind which */
    uint32_t whole;             /* 1: the network's own end is asked as well before anything is sent (cascade). 0, MAP: only exits up to the cut;
                                   0, PICTURE: only exits in use, without any the picture goes out at once. NOTHING: always 1 */
    const char *model;          /* upstream's name. NULL: the same network: its tail "NAME.tailK", or "NAME"; then its digest is checked */
    const double *thresholds;   /* [exits + 1], as in bonnet_exits_options, the network's own end last (0: it is always sure; only looked at where `whole`
                                   and something can be sent). NULL: those of the options */
    uint32_t same;              /* 1: `model` is of the same network, its digest is checked: of a tail's tail, which is not called after this model's cuts */
} bonnet_client_plan;

/* Upstream's answers, again for maps that are near (bonnet_cache.h): of the plans that send the map of this cut. Zero means default as there. */
typedef struct bonnet_client_cache {
    uint32_t cut;
    const uint32_t *tau;        /* [classes] */
    uint32_t entries;
    uint64_t memory_bytes;
    double   ttl_s, audit, budget, level;
    uint64_t seed;
} bonnet_client_cache;

/* What requests may send: bytes of inference requests, header fields included, TLS not. In any time t at most bytes_per_s * t + burst_bytes. */
typedef struct bonnet_client_budget {
    double   bytes_per_s, burst_bytes;
    const bonnet_offload_policy *policy; /* who is worth it, by what is left; NULL: everybody for whom there is enough */
    const char *state;          /* a file that keeps what is left from one client to the next; after a crash nothing was left. NULL: every client begins with a burst */
} bonnet_client_budget;

/*
 * Hard examples on disk (bonnet_spool.h): where upstream says something else than this device or the cache did; where it was wanted and gave no answer; where whoever
 * answered was less sure than `below`.
 */
typedef struct bonnet_client_spool {
    const char *folder;
    uint64_t bytes;             /* and examples: bonnet_spool_options; 0: default */
    uint32_t examples;
    uint32_t what;              /* enum bonnet_spool_what: MAP, that is sent or would be; PICTURE: stays on this disk, whatever no_raw_upload says */
    double   below;             /* a confidence; 0: no answer is hard for this alone */
} bonnet_client_spool;

/* Zero means default. Initialise with BONNET_CLIENT_OPTIONS_INIT so that fields can be added. Nothing that is pointed to is needed after bonnet_client_open(). */
typedef struct bonnet_client_options {
    size_t   size;
    const char *url;            /* "https://HOST[:PORT]", or http: to this machine itself. NULL: no upstream, everything is answered here */
    const char *ca, *certificate, *key; /* PEM files: who may have signed the server's certificate (default: the system's list); who we are; or NULL */
    uint32_t insecure;          /* 1: http: to other machines as well, and without `ca` the server's certificate is not checked */
    uint32_t no_raw_upload;     /* 1: plans that send pictures are refused */
    const bonnet_client_plan *plans; /* [plan_count], or NULL: everything is answered here */
    uint32_t plan_count;        /* at most BONNET_CLIENT_PLANS */
    uint32_t confidence;        /* enum bonnet_confidence, of exits and end */
    const double *thresholds, *temperatures; /* [exits + 1], as in bonnet_exits_options, the end last. NULL: no exit is asked; 1 / logit scale of each */
    uint64_t margin_us;         /* answers are due that much before their deadline; default 2000 */
    uint64_t timeout_us;        /* of pictures without a deadline; default 10 s */
    uint64_t connect_us;        /* that open waits for the server's first answer; default 500 ms, UINT64_MAX: not at all */
    uint32_t in_flight;         /* tickets at once; default 4, at most BONNET_CLIENT_IN_FLIGHT */
    uint32_t failures;          /* in a row, after which the server is left alone for a while; default 3 */
    uint64_t backoff_us, backoff_most_us; /* the first such while, doubled up to the second; default 200 ms, 30 s. A fifth of it, up or down, is chance */
    uint64_t keep_us;           /* after so long without a request the connections are used for their own sake; default 10 s */
    uint32_t detector;          /* enum bonnet_link_method of bonnet_edge.h, for the bandwidth; by default BAYES */
    double   hysteresis;        /* a plan is left when the bandwidth is by this share beyond its end; default 0.1 */
    uint64_t trial_us;          /* where the plan for this bandwidth sends nothing: one picture in so long by the next plan that does; default 10 s */
    uint64_t seed;              /* of that chance; default 1 */
    char    *message;           /* or NULL: receives one line if open fails */
    size_t   message_bytes;
    const bonnet_client_cache  *cache;  /* or NULL, as these: */
    const bonnet_client_budget *budget;
    const bonnet_client_spool  *spool;
} bonnet_client_options;
#define BONNET_CLIENT_OPTIONS_INIT { sizeof(bonnet_client_options), NULL, NULL, NULL, NULL, 0, 0, NULL, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, NULL, NULL, NULL }

/* Who answered. Values are API. */
typedef enum bonnet_where { BONNET_WHERE_EXIT = 0, BONNET_WHERE_END = 1, BONNET_WHERE_UPSTREAM = 2, BONNET_WHERE_CACHE = 3, BONNET_WHERE_PLACES = 4 } bonnet_where;

/* Why upstream did not: the first thing that stood against it. Values are API; BONNET_WHY_NONE: it did. */
typedef enum bonnet_why {
    BONNET_WHY_NONE      = 0,
    BONNET_WHY_SURE      = 1,   /* an exit, or the network's own end, was sure enough                      */
    BONNET_WHY_PLAN      = 2,   /* the plan sends nothing, or there is no upstream                         */
    BONNET_WHY_NO_TIME   = 3,   /* the deadline left none                                                  */
    BONNET_WHY_NOT_READY = 4,   /* the server has not answered yet                                         */
    BONNET_WHY_OPEN      = 5,   /* it failed before and is left alone for now                              */
    BONNET_WHY_RETRY     = 6,   /* it asked to be (503 with Retry-After)                                   */
    BONNET_WHY_MISMATCH  = 7,   /* it has no such model, or one of another network, shape or type          */
    BONNET_WHY_BUSY      = 8,   /* as many requests as allowed are on their way                            */
    BONNET_WHY_TIMEOUT   = 9,   /* it did not answer in time                                               */
    BONNET_WHY_CONNECT   = 10,  /* no connection: refused, reset, no such name, TLS                        */
    BONNET_WHY_SERVER    = 11,  /* it answered 5xx                                                         */
    BONNET_WHY_REFUSED   = 12,  /* it answered something else that is not 200                              */
    BONNET_WHY_GARBAGE   = 13,  /* it answered 200, and what came is no answer                             */
    BONNET_WHY_CACHED    = 14,  /* the cache did                                                            */
    BONNET_WHY_BUDGET    = 15,  /* it may not be sent: the budget is spent, or kept for pictures that are harder */
    BONNET_WHYS          = 16
} bonnet_why;
BONNET_API_VOID const char *bonnet_where_name(uint32_t where); /* "exit", "end", "upstream", "cache"; "" beyond */
BONNET_API_VOID const char *bonnet_why_name(uint32_t why);     /* "none", "sure", "plan", "no time", ...; "" beyond */

enum {
    BONNET_ANSWER_LATE      = 1, /* behind its deadline */
    BONNET_ANSWER_FALLBACK  = 2, /* the plan would have sent it, and somebody else answered: `why` */
    BONNET_ANSWER_OFFLOADED = 4, /* something was sent */
    BONNET_ANSWER_SHORT     = 8  /* by an exit that was not sure enough: neither a reply nor time for the rest of the network */
};

typedef struct bonnet_answer {
    bonnet_result result;       /* of the logits */
    double   confidence;        /* of them, by the options' kind */
    double   logit_scale;       /* real logit = scale * logit. Upstream's floats come as whole numbers and scale 2^-16; 0: upstream's scale is not known */
    uint32_t exit;              /* EXIT: which; otherwise the number of exits */
    uint32_t where, flags, why; /* enum bonnet_where; BONNET_ANSWER_...; enum bonnet_why */
    uint32_t plan;              /* its index */
    uint32_t classes;
    uint64_t ticket;
    uint64_t local_us;          /* on this device */
    uint64_t network_us;        /* from the request to the reply, those two included: */
    uint64_t queue_us, compute_us; /* upstream, as it says; 0 if it does not */
    uint64_t total_us;          /* from the call to the answer */
    uint64_t bytes_sent, bytes_received; /* header fields included, TLS not; of a request without a reply: 0 */
    int32_t  logits[BONNET_EXIT_CLASSES]; /* [classes] */
} bonnet_answer;

/*
 * `model` on dev, both of which must outlive the client: its parts and branches are loaded and run once or a few times on zeros, to know what they take. The
 * server need not be there: until it is, answers are local. *out: bonnet_client_close().
 * BONNET_EINVAL, with a line in `message`: options that make no sense, an address that would need `insecure`, a file of TLS that cannot be read.
 */
typedef struct bonnet_client bonnet_client;
BONNET_API bonnet_status bonnet_client_open(bonnet_client **out, bonnet_device *dev, const bonnet_model *model, const bonnet_client_options *options);

/*
 * One picture, bonnet_model_input_bytes(). deadline_us: from this call on, at most 10^10; 0: none, and options.timeout_us bounds it. Too short a deadline is no error:
 * the answer is the local one, and says that it is late. An error is one of the device (bonnet_last_error(dev)), or BONNET_EINVAL.
 */
BONNET_API bonnet_status bonnet_client_run(bonnet_answer *out, bonnet_client *client, const uint8_t *pixels, size_t bytes, uint64_t deadline_us);

/*
 * The two halves of it: submit returns when this device has done its part, so that picture n + 1 is computed while n is on its way; wait returns with the
 * answer. Every ticket is waited for once, in any order. Who waits late gets what there is: without an exit in hand, submit first finishes pictures here whose time would
 * otherwise run out meanwhile. submit: BONNET_EINVAL: options.in_flight tickets are out.
 */
BONNET_API bonnet_status bonnet_client_submit(uint64_t *ticket, bonnet_client *client, const uint8_t *pixels, size_t bytes, uint64_t deadline_us);
BONNET_API bonnet_status bonnet_client_wait(bonnet_answer *out, bonnet_client *client, uint64_t ticket); /* BONNET_EINVAL: no such ticket */

/* What the server is to the client. Values are API. */
typedef enum bonnet_upstream { BONNET_UPSTREAM_NONE = 0, BONNET_UPSTREAM_CLOSED = 1 /* in use */, BONNET_UPSTREAM_OPEN = 2 /* left alone */, BONNET_UPSTREAM_ASKED = 3 /* asked whether it is ready */ } bonnet_upstream;

typedef struct bonnet_client_stats {
    uint64_t answers, late, fallback;
    uint64_t where[BONNET_WHERE_PLACES];
    uint64_t why[BONNET_WHYS];  /* of each: answers; together `answers` */
    uint64_t requests, bytes_sent, bytes_received; /* inference only */
    uint64_t connections;       /* made, all kinds of requests */
    uint64_t opened, probes;    /* how often the server was left alone; asked whether it is ready */
    uint32_t upstream;          /* enum bonnet_upstream */
    uint32_t plan;              /* for pictures that come now */
    uint64_t switches, trials;  /* of plans; pictures sent to learn the bandwidth */
    double   bits_per_s;        /* the bandwidth state, 0: not known yet */
    double   rtt_s, rtt_min_s;  /* of small requests; 0: not known yet */
    uint64_t cache_looks, cache_hits, cache_audits, cache_false; /* look-ups; hits, audited ones among them; audits that came to something; false ones among them */
    uint64_t cache_tightened;   /* how often a class's reach was made smaller */
    uint32_t cache_entries;
    uint64_t budget_refused;    /* requests that it did not allow */
    double   budget_bytes;      /* left now */
    uint64_t spooled, spool_kept, spool_dropped, spool_evicted; /* handed to the spool; on the disk; dropped, for whatever reason; removed for harder ones */
    char     spool_line[200];   /* about the last failure of the disk; "" if none */
    char     line[200];         /* about the last failure of server or network; "" if none */
    char     switched[120];     /* about the last change of plans; "" if none */
} bonnet_client_stats;
BONNET_API bonnet_status bonnet_client_stats_get(bonnet_client_stats *out, bonnet_client *client);

/* Ends what is on its way; tickets that were not waited for are gone. Bounded: no reply is waited for. NULL is a no-op; before bonnet_close(dev). */
BONNET_API_VOID void bonnet_client_close(bonnet_client *client);

#ifdef __cplusplus
}
#endif
#endif
