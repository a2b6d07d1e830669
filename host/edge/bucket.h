/* SPDX-License-Identifier: Apache-2.0 */
/* bucket.h - what the files of bonnet_offload_solve() share: the bucket as a chain of whole levels. */
#ifndef BONNET_EDGE_BUCKET_H
#define BONNET_EDGE_BUCKET_H
#include <stdbool.h>
#include "bonnet_bucket.h"

/* Between two pictures `refill` levels flow in, with probability `more` one more; a request costs `cost`. */
typedef struct bucket_chain {
    uint32_t levels, cost, refill;
    double unit_bytes, more;
} bucket_chain;

/* false: a number out of range. */
bool bucket_chain_of(bucket_chain *out, const bonnet_offload_bin *bins, uint32_t count, const bonnet_offload_traffic *traffic);
/* Of values by level, the mean after the refill. */
static inline double bucket_after(const bucket_chain *c, const double *value, uint32_t level)
{
    const uint32_t low = level + c->refill < c->levels ? level + c->refill : c->levels, high = low < c->levels ? low + 1 : low;
    return value[low] + c->more * (value[high] - value[low]);
}
#endif
