/* SPDX-License-Identifier: Apache-2.0 */
/* link_meter.c - what an application's own requests say about its link: small ones the round trip, large ones the bandwidth. */
#include "link.h"

bonnet_status bonnet_link_meter_add(bonnet_link_meter *meter, uint64_t bytes, double seconds)
{
    if (!meter || meter->size < sizeof *meter || !bytes || bytes > UINT64_C(1) << 53 || !(seconds > 0 && seconds <= 86400)) return BONNET_EINVAL;
    if (bytes <= meter->small_bytes) {
        meter->rtt_s = meter->small ? meter->rtt_s + (seconds - meter->rtt_s) / 8 : seconds;
        if (!meter->small || seconds < meter->rtt_min_s) meter->rtt_min_s = seconds;
        meter->small++;
        return BONNET_OK;
    }
    const double carrying = seconds - meter->rtt_min_s;
    if (carrying < seconds / 10) { /* the rest would be the jitter of the way */
        meter->ignored++;
        return BONNET_OK;
    }
    const double rate = 8 * (double)bytes / carrying;
    meter->bits_per_s = rate < LINK_MAX_BITS_PER_S ? rate : LINK_MAX_BITS_PER_S;
    meter->large++;
    return BONNET_OK;
}
