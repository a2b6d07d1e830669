/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_link.c - any bytes as a recorded trace, in every format: refused, or samples that a detector takes. */
#include <stdlib.h>
#include "bonnet_edge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (uint32_t format = 0; format <= BONNET_LINK_MILLIS; format++) {
        bonnet_link_trace t;
        bonnet_link_stats stats;
        bonnet_link_state state;
        bonnet_link_options o = BONNET_LINK_OPTIONS_INIT;
        bonnet_link *link;
        char message[200];
        if (bonnet_link_trace_read(&t, (const char *)data, size, format, message, sizeof message) != BONNET_OK) continue;
        o.method = format & 1, o.runs = 16;
        if (bonnet_link_stats_get(&stats, t.samples, t.count) != BONNET_OK || !(stats.min >= 0 && stats.max <= 1e12)) abort();
        if (bonnet_link_open(&link, &o) != BONNET_OK) abort();
        for (size_t i = 0; i < t.count; i++)
            if (bonnet_link_add(&state, link, t.samples[i].bits_per_s) != BONNET_OK || !(state.bits_per_s >= 0)) abort();
        bonnet_link_close(link);
        bonnet_link_trace_free(&t);
    }
    return 0;
}
