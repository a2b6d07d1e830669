/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linkem.h - one way of an emulated link: a bounded queue in front of a line of some rate, then a delay. Arithmetic on times that the caller has, in
 * nanoseconds; no socket, no clock.
 *
 *   a packet comes -> lost by chance? -> queue full? -> waits until the line is free -> takes bits/rate -> delay + jitter, never overtaking -> goes on
 */
#ifndef BONNET_TESTS_LINKEM_H
#define BONNET_TESTS_LINKEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bonnet_edge.h"

enum { WAY_PACKET = 2048, WAY_PACKETS = 8192 };
#define WAY_NEVER INT64_MAX

typedef struct way_packet { int64_t at; uint32_t bytes; uint8_t data[WAY_PACKET]; } way_packet; /* at: arrival, then when it is due */

typedef struct way {
    /* as set; see way_set() */
    double rate, loss;          /* bit/s, 0: nothing goes on, INFINITY: no limit; 0..1 */
    int64_t delay, jitter;
    size_t queue;               /* bytes that may wait for the line */
    bonnet_link_trace trace;    /* rates by time; none: samples NULL */
    double scale, speed;        /* of the trace */
    int64_t trace_from;
    /* within */
    way_packet *ring;           /* [WAY_PACKETS]: [head, served) is on its way, [served, tail) waits for the line */
    uint32_t head, served, tail;
    size_t waiting;             /* bytes */
    int64_t free_at;
    bool stalled;
    uint64_t random;
    /* what was done */
    uint64_t in, out, lost, full, refused, bytes; /* packets, and bytes that went on; refused: by the far end */
} way;

bool way_open(way *w, uint64_t seed); /* no limits, no delay; false: no memory */
void way_close(way *w);
/*
 * Words KEY=VALUE: rate=BIT/S (k, M behind the number; "none"), queue=BYTES, delay=MS, jitter=MS (uniform, either side), loss=PERCENT, trace=FILE (as for `bonnet link`),
 * scale=FACTOR of its rates, speed=FACTOR of its time. false: not understood, or no such file; *bad is the word.
 */
bool way_set(way *w, char *words, int64_t now, const char **bad);
void way_take(way *w, const uint8_t *data, uint32_t bytes, int64_t now);
/* When the next packet is due or the line has to be looked at, WAY_NEVER: when something comes. After that: */
int64_t way_next(way *w, int64_t now);
const way_packet *way_due(way *w, int64_t now); /* or NULL; way_sent() takes it out */
void way_sent(way *w, bool accepted);
#endif
