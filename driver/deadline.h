/* SPDX-License-Identifier: Apache-2.0 */
/* deadline.h - the two reasons to stop a run early: the caller says so, or its time is up. For the network backends. */
#ifndef BONNET_DEADLINE_H
#define BONNET_DEADLINE_H
#include <stdint.h>
#include <time.h>
#include "backend.h"

typedef struct bonnet_deadline {
    int64_t end_us;             /* on the monotonic clock; INT64_MAX: none */
    const volatile int *cancel; /* or NULL */
} bonnet_deadline;

/* Has the caller asked to stop? Another thread, or a signal handler, may be writing the flag. */
static inline int bonnet_cancelled(const volatile int *cancel) { return cancel && __atomic_load_n(cancel, __ATOMIC_RELAXED); }

static inline int64_t bonnet_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* For differences. */
static inline uint64_t bonnet_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* timeout_ms counts from now; 0: fallback_ms. */
static inline bonnet_deadline bonnet_deadline_start(uint32_t timeout_ms, uint32_t fallback_ms, const volatile int *cancel)
{
    bonnet_deadline d = {bonnet_now_us() + (int64_t)(timeout_ms ? timeout_ms : fallback_ms) * 1000, cancel};
    return d;
}

/* BONNET_OK: go on. Has the signature of bonnet_golden_poll. */
static inline bonnet_status bonnet_deadline_poll(void *deadline)
{
    const bonnet_deadline *d = deadline;
    if (bonnet_cancelled(d->cancel)) return BONNET_EINTR;
    return bonnet_now_us() > d->end_us ? BONNET_ETIMEOUT : BONNET_OK;
}

/* One line for what poll returned. */
static inline const char *bonnet_deadline_text(bonnet_status status)
{
    return status == BONNET_EINTR      ? "cancelled by the caller"
           : status == BONNET_ETIMEOUT ? "out of time; raise the timeout or run fewer images at once"
                                       : "out of memory";
}
#endif
