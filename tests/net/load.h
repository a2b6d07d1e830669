/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a load for `bonnet serve` (make soak, make bench-serve): requests of every kind, each reply held against what golden says, bit for bit.
 * load_refs.c what is asked about, load_mix.c one request and the judgement of its reply, load_client.c a connection, load_watch.c the server's memory, load.c the rest.
 */
#ifndef BONNET_TESTS_LOAD_H
#define BONNET_TESTS_LOAD_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOAD_PICTURES = 16, LOAD_MOST = 8, LOAD_MODELS = 64 }; /* MOST: images of one request */

/* A network, or its tail: what it takes, and what it must answer. */
typedef struct load_model {
    char name[96], shape[48];   /* shape: of one image, as in JSON */
    const char *input, *type;
    size_t bytes;               /* of one image */
    uint32_t classes;
    uint8_t *inputs;            /* [LOAD_PICTURES][bytes] */
    int32_t *logits, *labels;   /* [LOAD_PICTURES][classes], [LOAD_PICTURES]; a tail's are its network's */
    bool tail;
} load_model;
typedef struct load_set { load_model model[LOAD_MODELS]; uint32_t count; } load_set;

/* Networks and their tails, random pictures by seed, answers by device "golden:", maps of cuts by "cpu:". NULL, or why not. */
const char *load_set_open(load_set *out, const char *const *paths, uint32_t count, uint64_t seed);
void load_set_close(load_set *s);

typedef enum load_kind { LOAD_WHOLE, LOAD_MANY, LOAD_TAIL, LOAD_JSON, LOAD_ERROR, LOAD_DEADLINE, LOAD_GET, LOAD_CUT, LOAD_KINDS } load_kind;
extern const char *const load_kind_name[LOAD_KINDS];

typedef struct load_request {
    load_kind kind;
    const char *method;         /* "GET", "POST", ... */
    char path[192], id[32];
    uint8_t *body;              /* of `room` bytes, kept from request to request: free() at the end */
    size_t size, room, header;  /* header: bytes of JSON in front of tensors, 0: all of it */
    const load_model *model;    /* whose answer is expected, or NULL */
    uint32_t count, picture[LOAD_MOST];
    int want;                   /* the status */
    bool may_refuse;            /* 503 and 504 are right, too */
    bool packed, accepts_packed; /* Content-Encoding: deflate; Accept-Encoding */
    int cut;                    /* LOAD_CUT: hang up in the midst of the body, behind it, in the midst of the reply */
} load_request;

/* splitmix64 */
uint64_t load_random(uint64_t *state);
/* The next request; kinds: a bit for each that may be drawn. false: no memory. */
bool load_request_make(load_request *r, const load_set *s, uint32_t kinds, uint64_t *random);
/* LOAD_REFUSED: by a status that was allowed. */
typedef enum load_verdict { LOAD_RIGHT, LOAD_REFUSED, LOAD_WRONG } load_verdict;
load_verdict load_judge(const load_request *r, int status, size_t header, const uint8_t *body, size_t size);

/* One connection, kept as long as the server does; on each the requests that its seed says, one after the other. */
enum { LOAD_BUCKETS = 2200 };   /* of times; each is 1 % wide: they reach 53 minutes */
typedef struct load_counts {    /* nothing but uint64_t: they are added up as such */
    uint64_t kind[LOAD_KINDS], right, refused, wrong, lost, cut;
    uint64_t opened, may_open;  /* connections; those that closed because the server had said so, or we did */
    uint64_t time[LOAD_KINDS][LOAD_BUCKETS];
} load_counts;
typedef struct load_how { const char *url, *ca, *cert, *key; uint32_t kinds; const load_set *set; } load_how; /* kinds: a bit for each */
typedef struct load_client load_client;
load_client *load_client_open(const load_how *how, uint64_t seed); /* NULL: no memory. how: as long as the client */
void load_client_work(load_client *c, uint64_t requests, atomic_ullong *done); /* done: counts up */
const load_counts *load_client_counts(const load_client *c);
void load_client_close(load_client *c);
double load_now(void);          /* seconds */

/* What a process holds; all 0: it is gone. */
typedef struct load_held { long rss_kib, threads, fds; } load_held;
load_held load_look(int pid);
#endif
