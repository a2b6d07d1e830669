/* SPDX-License-Identifier: Apache-2.0 */
/* breaker.c - the circuit breaker. */
#include "breaker.h"

enum { JITTER = 5 }; /* a fifth of the wait, up or down: many clients of one server do not come back at once */

static uint64_t draw(breaker *b) /* splitmix64 */
{
    uint64_t z = b->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void breaker_start(breaker *b, uint32_t failures, int64_t first_us, int64_t most_us, uint64_t seed)
{
    *b = (breaker){
        .failures = failures, .first_us = first_us, .most_us = most_us < first_us ? first_us : most_us, .random = seed, .state = BREAKER_OPEN};
    b->wait_us = b->first_us;
}

bool breaker_may_send(const breaker *b, int64_t now) { return b->state == BREAKER_CLOSED && now >= b->hold; }

int64_t breaker_due(const breaker *b) { return b->state == BREAKER_OPEN ? b->until : INT64_MAX; }

void breaker_ask(breaker *b)
{
    if (b->state == BREAKER_OPEN) b->state = BREAKER_ASKED;
}

void breaker_open(breaker *b, int64_t now)
{
    const int64_t part = b->wait_us / JITTER;
    if (b->state == BREAKER_CLOSED) b->opened++;
    b->state = BREAKER_OPEN;
    b->failed = 0;
    b->until = now + b->wait_us - part + (part ? (int64_t)(draw(b) % (uint64_t)(2 * part + 1)) : 0);
    b->wait_us = b->wait_us < b->most_us / 2 ? 2 * b->wait_us : b->most_us;
}

void breaker_answer(breaker *b, bool ready, int64_t now)
{
    if (b->state != BREAKER_ASKED) return;
    if (!ready) {
        breaker_open(b, now);
        return;
    }
    b->state = BREAKER_CLOSED;
    b->failed = 0;
    b->trial = b->opened > 0; /* nothing is held against a new one */
}

void breaker_result(breaker *b, bool success, int64_t now)
{
    if (b->state != BREAKER_CLOSED) return; /* a straggler: what is known since is newer */
    if (success) {
        b->failed = 0;
        b->trial = false;
        b->wait_us = b->first_us;
    } else if (++b->failed >= b->failures || b->trial) breaker_open(b, now);
}

void breaker_pause(breaker *b, int64_t until)
{
    if (until > b->hold) b->hold = until;
}
