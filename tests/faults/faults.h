/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.h - random faults on the mock chip: an error code with one line of text, or the right answer. Never a wrong answer, a hang, a leak.
 *
 * A case is a random network, a random geometry, and a script of calls (load, runs, batches, maps, cancel, time-outs, unload, close,
 * reopen), all from its seed. It is run twice: without faults, where every answer must be right and which tells how many accesses there are
 * of every kind; then with one to three faults at moments that the first run has shown to exist. Golden is the oracle.
 */
#ifndef BONNET_FAULTS_H
#define BONNET_FAULTS_H
#include <pthread.h>
#include <stdint.h>
#include "../conform/net_build.h"
#include "backends.h"
#include "mock.h"

enum { FRAMES = 5, NET_CASES = 10, CASE_FAULTS = 3, STATUSES = 13, GEOMETRIES = 3, MAX_THREADS = 4 };

/* A network, images, and what golden makes of them. */
typedef struct subject {
    bonnet_net *net;
    uint8_t *pixels;                   /* [FRAMES] */
    int32_t *logits;                   /* [FRAMES][classes] */
    uint64_t *maps[BONNET_MAX_LAYERS]; /* of the first frame */
    uint32_t fits[GEOMETRIES];         /* which chips can run it, */
    uint32_t descriptors[GEOMETRIES];  /* and in how many descriptors, the header included */
} subject;
/* A small network with a sound job on at least one chip. 0: no memory, or golden does not run. */
int subject_make(subject *s, uint64_t seed);
void subject_free(subject *s);
extern const char *const geometry_names[GEOMETRIES];

/* What struck, and what came of it. */
typedef struct table {
    uint32_t armed[MOCK_FAULT_KINDS], struck[MOCK_FAULT_KINDS], ended[MOCK_FAULT_KINDS][STATUSES]; /* [-status] of the call that it struck in */
    uint64_t cases, faults, strikes, calls, right, errors;
} table;
void table_add(table *to, const table *from);
void table_print(const table *t);
/* 0: a kind that hardly ever struck, said on stderr. */
int table_covers(const table *t);
/* "bus", "axi-read", ... */
const char *fault_name(mock_fault_kind kind);

/* Where a worker is: for the watchdog, and for the line that repeats a case. */
typedef struct worker {
    pthread_t thread;
    uint32_t index, threads;
    uint64_t seed, cases, first; /* all of them; the first one's number */
    int only;                    /* the faults of this line alone: */
    const char *faults;          /* or NULL: random */
    const char *without;         /* or NULL: kinds that begin so are not drawn */
    uint64_t now, since_us;      /* atomic: case at work, and since when; 0: none */
    table table;
    int bad;
} worker;
/* One case; 0 and a line on stderr if it ended as none may. */
int case_run(worker *w, const subject *s, uint64_t number);
#endif
