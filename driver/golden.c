/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden.c - "golden:", the definition as a device. Every bit comes from sim/golden; this file only feeds it frames.
 * Cancel and timeout are looked at before every row of every layer.
 */
#include <stdlib.h>
#include "backends.h"
#include "deadline.h"
#include "golden/golden.h"
#include "netdev.h"

typedef struct golden_device {
    uint32_t timeout_ms;
} golden_device;
typedef struct golden_slot {
    const bonnet_net *net;
} golden_slot;

static bonnet_status golden_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    if (path && *path) return bonnet_fail(err, BONNET_EINVAL, "golden: takes no options, not '%s'", path);
    golden_device *dev = calloc(1, sizeof *dev);
    if (!dev) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    dev->timeout_ms = config && config->timeout_ms ? config->timeout_ms : BONNET_NETDEV_TIMEOUT_MS;
    *self = dev;
    return BONNET_OK;
}

static void golden_close(void *self) { free(self); }

static bonnet_status golden_load(void *self, void **slot, const bonnet_net *net, bonnet_error *err)
{
    (void)self;
    bonnet_status st = bonnet_netdev_check_net(net, err);
    if (st) return st;
    golden_slot *s = calloc(1, sizeof *s);
    if (!s) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    s->net = net;
    *slot = s;
    return BONNET_OK;
}

static void golden_unload(void *self, void *slot)
{
    (void)self;
    free(slot);
}

static bonnet_status golden_run(void *self, void *slot, bonnet_run *run, bonnet_error *err)
{
    const golden_device *dev = self;
    const bonnet_net *net = ((const golden_slot *)slot)->net;
    bonnet_status st = bonnet_netdev_begin(net, run, err);
    if (st) return st;
    bonnet_deadline deadline = bonnet_deadline_start(run->timeout_ms, dev->timeout_ms, run->cancel);
    const size_t image_bytes = bonnet_net_input_bytes(net);
    for (uint32_t i = 0; i < run->frames; i++) {
        st =
            bonnet_golden_run(net, run->pixels + i * image_bytes, run->maps, run->logits + (size_t)i * net->classes, bonnet_deadline_poll, &deadline);
        if (st) return bonnet_fail(err, st, "%s (frame %u of %u)", bonnet_deadline_text(st), i, run->frames);
    }
    return BONNET_OK;
}

const bonnet_backend bonnet_golden_backend = {
    .scheme = "golden",
    .summary = "C model, integers only, one bit at a time: the definition",
    .open = golden_open,
    .close = golden_close,
    .load = golden_load,
    .unload = golden_unload,
    .run = golden_run,
};
