/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue.h - requests that wait for the device: earliest deadline first, bounded, and nobody is let in who would come too late or make others late.
 * Arithmetic on times that the caller has, in microseconds; no clock, no lock.
 */
#ifndef BONNET_SERVE_QUEUE_H
#define BONNET_SERVE_QUEUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVE_NEVER INT64_MAX

/* What is waiting, as the queue sees it. */
typedef struct serve_wait {
    struct serve_wait *next;
    const void *model;          /* those of one model may be computed together */
    int64_t deadline;           /* or SERVE_NEVER */
    int64_t cost;               /* microseconds of the device, estimated */
    uint32_t count;             /* images */
} serve_wait;

typedef struct serve_queue { serve_wait *first; uint32_t length, most; } serve_queue;

typedef enum serve_admission { SERVE_ADMITTED, SERVE_FULL, SERVE_LATE, SERVE_MAKES_LATE } serve_admission;
/* free_at: when the device will have done what it does now. Equal deadlines: first come, first served. *backlog: microseconds of work ahead of w. */
serve_admission serve_queue_add(serve_queue *q, serve_wait *w, int64_t now, int64_t free_at, int64_t *backlog);
/* The first to compute, and behind it, linked by next, those next in line of the same model, while together they are at most `most` images that meet the first's deadline. */
serve_wait *serve_queue_take(serve_queue *q, int64_t now, uint32_t most);
/* One whose deadline is over, taken out; NULL if none. */
serve_wait *serve_queue_expired(serve_queue *q, int64_t now);
int64_t serve_queue_deadline(const serve_queue *q); /* the earliest, or SERVE_NEVER */

/* A moving mean: the first sample counts whole, later ones an eighth. */
void serve_mean_add(double *mean, double sample);
#endif
