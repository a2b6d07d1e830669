/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu.c - "cpu:", the fast way to run a network without a chip: packed words and popcount on one core, the same bits as golden.
 * "cpu:portable", "cpu:avx2" and "cpu:avx512" force one set of kernels; tests use them. Cancel and timeout are looked at before every frame.
 */
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "cpu.h"
#include "deadline.h"
#include "netdev.h"

typedef struct cpu_device {
    const bonnet_cpu_kernels *kernels;
    uint32_t timeout_ms;
} cpu_device;

static bonnet_status cpu_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    const bonnet_cpu_kernels *kernels = bonnet_cpu_kernels_find(path);
    if (!kernels) return bonnet_fail(err, BONNET_ENODEV, "no cpu kernels '%s' on this machine; try cpu: or cpu:portable", path);
    cpu_device *dev = calloc(1, sizeof *dev);
    if (!dev) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    dev->kernels = kernels;
    dev->timeout_ms = config && config->timeout_ms ? config->timeout_ms : BONNET_NETDEV_TIMEOUT_MS;
    *self = dev;
    return BONNET_OK;
}

static void cpu_close(void *self) { free(self); }

static bonnet_status cpu_load(void *self, void **slot, const bonnet_net *net, bonnet_error *err)
{
    const cpu_device *dev = self;
    bonnet_status st = bonnet_netdev_check_net(net, err);
    if (st) return st;
    bonnet_cpu_net *cpu = bonnet_cpu_net_make(net, dev->kernels);
    if (!cpu) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    *slot = cpu;
    return BONNET_OK;
}

static void cpu_unload(void *self, void *slot)
{
    (void)self;
    bonnet_cpu_net_free(slot);
}

static void run_frame(bonnet_cpu_net *cpu, const uint8_t *pixels, int32_t *logits)
{
    const bonnet_net *net = cpu->net;
    for (uint32_t i = 0; i < net->n_layers; i++) switch (net->layers[i].kind) {
        case BONNET_LAYER_STEM: bonnet_cpu_stem(cpu, pixels); break;
        case BONNET_LAYER_CONV: bonnet_cpu_conv(cpu, i); break;
        case BONNET_LAYER_DOWN: bonnet_cpu_down(cpu, i); break;
        case BONNET_LAYER_LAST: bonnet_cpu_last(cpu, i); break;
        case BONNET_LAYER_FC: bonnet_cpu_fc(cpu, i); break;
        }
    const uint64_t *last = cpu->maps[net->n_layers - 1];
    for (uint32_t i = 0; i < net->classes; i++) logits[i] = (int32_t)(uint32_t)(last[i / 2] >> 32 * (i % 2));
}

static bonnet_status cpu_run(void *self, void *slot, bonnet_run *run, bonnet_error *err)
{
    const cpu_device *dev = self;
    bonnet_cpu_net *cpu = slot;
    const bonnet_net *net = cpu->net;
    bonnet_status st = bonnet_netdev_begin(net, run, err);
    if (st) return st;
    bonnet_deadline deadline = bonnet_deadline_start(run->timeout_ms, dev->timeout_ms, run->cancel);
    const size_t image_bytes = (size_t)net->layers[0].in_h * net->layers[0].in_w * net->layers[0].in_c;
    for (uint32_t i = 0; i < run->frames; i++) {
        if ((st = bonnet_deadline_poll(&deadline))) return bonnet_fail(err, st, "%s (frame %u of %u)", bonnet_deadline_text(st), i, run->frames);
        run_frame(cpu, run->pixels + i * image_bytes, run->logits + (size_t)i * net->classes);
    }
    for (uint32_t i = 0; run->maps && i < net->n_layers; i++) memcpy(run->maps[i], cpu->maps[i], bonnet_net_map_words(net, i) * sizeof(uint64_t));
    return BONNET_OK;
}

const bonnet_backend bonnet_cpu_backend = {
    .scheme = "cpu",
    .summary = "this computer, one core: packed words and popcount, the same bits as golden",
    .open = cpu_open,
    .close = cpu_close,
    .load = cpu_load,
    .unload = cpu_unload,
    .run = cpu_run,
};
