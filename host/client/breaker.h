/* SPDX-License-Identifier: Apache-2.0 */
/* breaker.h - is upstream worth asking? Pure: time comes as an argument, microseconds that never go back. */
#ifndef BONNET_CLIENT_BREAKER_H
#define BONNET_CLIENT_BREAKER_H
#include <stdbool.h>
#include <stdint.h>

/*
 * Closed: requests go out. Open: none do, until `until`. Asked: one question whether it is ready is on its way, and no request.
 *
 *     closed --`failures` failures in a row, or one on trial--> open --time--> asked --yes--> closed, on trial
 *                                                                 ^--------------no--'
 *
 * The wait doubles from one opening to the next, and starts small again only when a request has succeeded: a server that says it is ready and then fails is asked
 * less and less often.
 */
typedef enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_ASKED } breaker_state;

typedef struct breaker {
    uint32_t failures;              /* that open it */
    int64_t first_us, most_us;      /* of the wait */
    uint64_t random;
    breaker_state state;
    uint32_t failed;                /* in a row */
    bool trial;                     /* closed by an answer to the question, and no request has succeeded since */
    int64_t wait_us, until;
    int64_t hold;                   /* closed, but upstream asked for a pause until then */
    uint64_t opened;
} breaker;

/* Open, the question due at once: nothing is known of upstream yet. */
void breaker_start(breaker *b, uint32_t failures, int64_t first_us, int64_t most_us, uint64_t seed);
bool breaker_may_send(const breaker *b, int64_t now);
/* When the question is due, INT64_MAX: it is not to be asked. */
int64_t breaker_due(const breaker *b);
void breaker_ask(breaker *b);
void breaker_answer(breaker *b, bool ready, int64_t now);  /* to the question */
void breaker_result(breaker *b, bool success, int64_t now); /* of a request; of one sent before it opened, too */
void breaker_open(breaker *b, int64_t now);                 /* at once, whatever the count */
void breaker_pause(breaker *b, int64_t until);              /* upstream's wish: longest counts */
#endif
