/* SPDX-License-Identifier: Apache-2.0 */
/* netdev.h - what the network backends (golden, cpu) check alike. */
#ifndef BONNET_NETDEV_H
#define BONNET_NETDEV_H
#include <string.h>
#include "backend.h"

enum { BONNET_NETDEV_TIMEOUT_MS = 60000 }; /* when neither the run nor the open options name one */

/* Nothing may run a net that did not pass. */
static inline bonnet_status bonnet_netdev_check_net(const bonnet_net *net, bonnet_error *err)
{
    char why[200];
    const int part = bonnet_net_given(net) || bonnet_net_ends_in_bits(net);
    return (part ? bonnet_net_check_part : bonnet_net_check)(net, why, sizeof why) ? bonnet_fail(err, BONNET_EINVAL, "not a sound network: %s", why) : BONNET_OK;
}

/* Checks the arguments of a run and zeroes what a device without a clock reports. */
static inline bonnet_status bonnet_netdev_begin(const bonnet_net *net, bonnet_run *run, bonnet_error *err)
{
    if (!run->pixels || !run->logits || !run->frames) return bonnet_fail(err, BONNET_EINVAL, "a run needs pixels, logits and at least one frame");
    if (run->maps && run->frames != 1) return bonnet_fail(err, BONNET_EINVAL, "maps are of one frame, not %u", run->frames);
    if (run->layers) memset(run->layers, 0, net->n_layers * sizeof *run->layers);
    run->cycles = run->bytes_in = run->bytes_out = 0;
    run->walk_frames = run->clock_hz = run->lanes = 0;
    run->n_events = 0;
    run->sim_cycles = 0;
    run->sim_seconds = 0;
    return BONNET_OK;
}
#endif
