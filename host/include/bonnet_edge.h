/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_edge.h - what runs where: in which order to ask classifiers, and what a link carries now. Arithmetic only; no device, no socket, no clock.
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure;
 * nothing prints, exits or waits. `message`, where an options struct has one: NULL, or receives one line on failure. docs/edge.md has the formulas and their sources.
 *
 * Threads: no function keeps anything outside its arguments.
 */
#ifndef BONNET_EDGE_H
#define BONNET_EDGE_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BONNET_NO_LIMIT UINT64_MAX

/*
 * An expert answers, or says "I don't know" and the next one is asked. A deterministic expert stands last and always answers. bonnet_order() finds which
 * experts to ask before it, and in which order, so that the expected time is least, the worst case (every expert asked) is within a deadline, and what must lie
 * on the device within a storage budget.
 */
enum { BONNET_ORDER_MAX = 64, BONNET_ORDER_LOGGED_MAX = 16 };

/* How the experts' answers belong together. */
typedef enum bonnet_dependence {
    BONNET_INDEPENDENT = 0, /* every expert answers its share of whatever it is asked                               */
    BONNET_NESTED      = 1, /* whatever one answers, every expert with a larger share answers too                   */
    BONNET_LOGGED      = 2  /* as in `outcomes`: any dependence; at most BONNET_ORDER_LOGGED_MAX experts            */
} bonnet_dependence;

typedef struct bonnet_expert {
    uint64_t cost_us;           /* worst-case time of one answer or "I don't know", network included; 1..10^12    */
    uint64_t storage_bytes;     /* that it takes where storage is short; 0: it runs elsewhere; at most 2^53       */
    double   answers;           /* share of inputs that it answers, 0..1; of the deterministic one, and with BONNET_LOGGED: ignored */
} bonnet_expert;

/* Initialise with BONNET_ORDER_OPTIONS_INIT so that fields can be added. */
typedef struct bonnet_order_options {
    size_t   size;
    uint32_t dependence;        /* enum bonnet_dependence */
    uint64_t deadline_us;       /* for the worst case, the deterministic expert included; BONNET_NO_LIMIT: none */
    uint64_t storage_bytes;     /* for all that are taken, the deterministic one included; BONNET_NO_LIMIT: none */
    const uint16_t *outcomes;   /* [samples], BONNET_LOGGED only: bit i: expert i answered this input */
    size_t   samples;
    char    *message;
    size_t   message_bytes;
} bonnet_order_options;
#define BONNET_ORDER_OPTIONS_INIT { sizeof(bonnet_order_options), 0, BONNET_NO_LIMIT, BONNET_NO_LIMIT, NULL, 0, NULL, 0 }

/* Why an expert is asked, or not. */
typedef enum bonnet_order_why {
    BONNET_ORDER_TAKEN = 0,
    BONNET_ORDER_NO_GAIN = 1,   /* even at its best place the expected time would not fall   */
    BONNET_ORDER_TOO_LATE = 2,  /* it would fall, but the worst case would miss the deadline */
    BONNET_ORDER_TOO_LARGE = 3  /* it would fall, but the storage does not suffice           */
} bonnet_order_why;

typedef struct bonnet_order_result {
    uint32_t count;                         /* experts before the deterministic one              */
    uint32_t order[BONNET_ORDER_MAX];       /* [count]: indices of experts, the first asked first */
    double   reached[BONNET_ORDER_MAX + 1]; /* [count + 1]: share of inputs that come so far; the last: to the deterministic one */
    double   expected_us;
    uint64_t worst_us, storage_bytes;
    uint32_t why[BONNET_ORDER_MAX];         /* of each expert: enum bonnet_order_why */
    /* Of each expert: by how much the expected time is less with it than without. Taken: as it stands, the others unmoved. Left out: at its best place in
     * this order, whatever deadline and storage say; negative: it would cost so much more. */
    double   saves_us[BONNET_ORDER_MAX];
    uint32_t place[BONNET_ORDER_MAX];       /* of each expert: its index in `order`, or that best place */
} bonnet_order_result;

/*
 * The best order of `count` experts before `last`. Of orders whose expected times differ by less than 10^-12 of them: the one that takes less of what is
 * limited (time before storage), then the smaller worst case, then less storage, then the experts that come first by time per answer and in the list.
 * BONNET_EINVAL: a number out of range; `last` alone misses the deadline or does not fit. BONNET_EUNSUPPORTED: more than 2^20 partial orders that no other
 * beats, in time, in storage and in cost at once; up to 20 experts never need so many, and coarser times and sizes let more of them fall together.
 */
BONNET_API bonnet_status bonnet_order(bonnet_order_result *out, const bonnet_expert *experts, uint32_t count, const bonnet_expert *last,
                                      const bonnet_order_options *options);

#ifdef __cplusplus
}
#endif
#endif
