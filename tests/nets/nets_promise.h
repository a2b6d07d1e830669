/* SPDX-License-Identifier: Apache-2.0 */
/* nets_promise.h - the bytes that a job says it moves: the sum over its descriptors, in whole beats of the bus, as the chip counts them. */
#ifndef BONNET_NETS_PROMISE_H
#define BONNET_NETS_PROMISE_H
#include "lower.h"

typedef struct nets_promise {
    uint64_t in, out; /* all walks, descriptors included */
    uint64_t maps;    /* one walk: what goes through DRAM for want of room on the chip */
} nets_promise;
nets_promise nets_promise_of(const bonnet_job *job, uint32_t walks);
#endif
