/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue.h - requests that wait for a pool of devices: earliest deadline first, bounded, and nobody is let in who would come too late or make others late.
 * Each request goes to the device that would be done with it first, in the order of the queue: the same rule at the door and when a device asks for work.
 * Arithmetic on times that the caller has, in microseconds; no clock, no lock.
 */
#ifndef BONNET_SERVE_QUEUE_H
#define BONNET_SERVE_QUEUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVE_NEVER INT64_MAX
enum { SERVE_DEVICES = 16 };    /* of a pool, at most */

/* What is waiting, as the queue sees it. */
typedef struct serve_wait {
    struct serve_wait *next;
    const void *model;          /* those of one model may be computed together */
    int64_t deadline;           /* or SERVE_NEVER */
    int64_t cost[SERVE_DEVICES]; /* microseconds of each device, estimated; SERVE_NEVER: not on that one */
    uint32_t count;             /* images */
} serve_wait;

typedef struct serve_queue { serve_wait *first; uint32_t length, most; } serve_queue;

/* When each device will have done what it does now; SERVE_NEVER: it is out of use. An idle one: now, or before. */
typedef struct serve_pool { uint32_t devices; int64_t free_at[SERVE_DEVICES]; } serve_pool;

typedef enum serve_admission { SERVE_ADMITTED, SERVE_FULL, SERVE_LATE, SERVE_MAKES_LATE, SERVE_NO_DEVICE } serve_admission;
/* Equal deadlines: first come, first served. *backlog: microseconds until w would begin. */
serve_admission serve_queue_add(serve_queue *q, serve_wait *w, int64_t now, const serve_pool *pool, int64_t *backlog);
/* Back, without a question: in front of those with its deadline. */
void serve_queue_return(serve_queue *q, serve_wait *w);
/*
 * What `device`, which is idle, is to compute: the first that no other one would have done sooner, and behind it, linked by next, those next in its own line
 * of the same model, while together they are at most `most` images that meet the first's deadline. NULL: nothing.
 */
serve_wait *serve_queue_take(serve_queue *q, int64_t now, const serve_pool *pool, uint32_t device, uint32_t most);
/* One that no device of the pool can do, taken out; NULL if none. */
serve_wait *serve_queue_stranded(serve_queue *q, const serve_pool *pool);
/* One whose deadline is over, taken out; NULL if none. */
serve_wait *serve_queue_expired(serve_queue *q, int64_t now);
serve_wait *serve_queue_pop(serve_queue *q); /* the first, or NULL */
int64_t serve_queue_deadline(const serve_queue *q); /* the earliest, or SERVE_NEVER */

/* A moving mean: the first sample counts whole, later ones an eighth. */
void serve_mean_add(double *mean, double sample);
#endif
