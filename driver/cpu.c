/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu.c - "cpu:", the fast way to run a network without a chip: packed words and popcount, the same bits as golden.
 * Options: cpu_option.c. Threads share the positions of every layer of one frame. Cancel and timeout are looked at before every frame.
 */
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "cpu.h"
#include "deadline.h"
#include "netdev.h"

typedef struct cpu_device {
    const bonnet_cpu_kernels *kernels;
    bonnet_cpu_pool *pool;
    uint32_t timeout_ms;
} cpu_device;

static bonnet_status cpu_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    bonnet_cpu_options options;
    bonnet_status st = bonnet_cpu_options_read(&options, path, err);
    if (st) return st;
    cpu_device *dev = calloc(1, sizeof *dev);
    if (!dev) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    dev->kernels = options.kernels;
    dev->pool = bonnet_cpu_pool_open(options.threads);
    if (!dev->pool) {
        free(dev);
        return bonnet_fail(err, BONNET_ENOMEM, "cpu: cannot start %u threads; try fewer", options.threads);
    }
    dev->timeout_ms = config && config->timeout_ms ? config->timeout_ms : BONNET_NETDEV_TIMEOUT_MS;
    *self = dev;
    return BONNET_OK;
}

static void cpu_close(void *self)
{
    cpu_device *dev = self;
    if (dev) bonnet_cpu_pool_close(dev->pool);
    free(dev);
}

static bonnet_status cpu_load(void *self, void **slot, const bonnet_net *net, bonnet_error *err)
{
    const cpu_device *dev = self;
    bonnet_status st = bonnet_netdev_check_net(net, err);
    if (st) return st;
    bonnet_cpu_net *cpu = bonnet_cpu_net_make(net, dev->kernels, dev->pool);
    if (!cpu) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    *slot = cpu;
    return BONNET_OK;
}

static void cpu_unload(void *self, void *slot)
{
    (void)self;
    bonnet_cpu_net_free(slot);
}

void bonnet_cpu_run_layer(bonnet_cpu_net *cpu, uint32_t layer, const uint8_t *pixels)
{
    switch (cpu->net->layers[layer].kind) {
    case BONNET_LAYER_STEM: bonnet_cpu_stem(cpu, pixels); break;
    case BONNET_LAYER_CONV: bonnet_cpu_conv(cpu, layer); break;
    case BONNET_LAYER_DOWN: bonnet_cpu_down(cpu, layer); break;
    case BONNET_LAYER_LAST: bonnet_cpu_last(cpu, layer); break;
    case BONNET_LAYER_FC: bonnet_cpu_fc(cpu, layer); break;
    case BONNET_LAYER_MAP: bonnet_net_give(cpu->net, cpu->maps[layer], pixels); break;
    default:
        if (cpu->layers[layer].turned) bonnet_cpu_iconv(cpu, layer, pixels);
        else if (bonnet_cpu_bconv_fits(&cpu->net->layers[layer])) bonnet_cpu_bconv(cpu, layer);
        else bonnet_cpu_any(cpu, layer, pixels);
        break;
    }
}

static void run_frame(bonnet_cpu_net *cpu, const uint8_t *pixels, int32_t *logits, bonnet_layer_cycles *layers)
{
    const bonnet_net *net = cpu->net;
    uint64_t from = bonnet_now_ns(), to;
    for (uint32_t i = 0; i < net->n_layers; i++, from = to) {
        bonnet_cpu_run_layer(cpu, i, pixels);
        to = bonnet_now_ns();
        if (layers) layers[i].nanoseconds += to - from;
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
    const size_t image_bytes = bonnet_net_input_bytes(net);
    for (uint32_t i = 0; i < run->frames; i++) {
        if ((st = bonnet_deadline_poll(&deadline))) return bonnet_fail(err, st, "%s (frame %u of %u)", bonnet_deadline_text(st), i, run->frames);
        run_frame(cpu, run->pixels + i * image_bytes, run->logits + (size_t)i * net->classes, run->layers);
    }
    for (uint32_t i = 0; run->maps && i < net->n_layers; i++) memcpy(run->maps[i], cpu->maps[i], bonnet_net_map_words(net, i) * sizeof(uint64_t));
    return BONNET_OK;
}

const bonnet_backend bonnet_cpu_backend = {
    .scheme = "cpu",
    .summary = "this computer, one core or threads=N: packed words and popcount, the same bits as golden",
    .open = cpu_open,
    .close = cpu_close,
    .load = cpu_load,
    .unload = cpu_unload,
    .run = cpu_run,
};
