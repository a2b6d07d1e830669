/* SPDX-License-Identifier: Apache-2.0 */
/* mixed.c - see mixed.h: a network's segments placed on the chip, all of it on the CPU. Running: mixed_run.c. */
#include <stdlib.h>
#include <string.h>
#include "backends.h"
#include "mixed_parts.h"
#include "netdev.h"
#include "regdev.h"

bonnet_status bonnet_mixed_open(void **self, void *chip, const bonnet_open_config *config, bonnet_error *err)
{
    mixed *dev = calloc(1, sizeof *dev);
    if (!dev) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    dev->chip = chip;
    dev->timeout_ms = config && config->timeout_ms ? config->timeout_ms : BONNET_NETDEV_TIMEOUT_MS;
    const bonnet_status st = bonnet_cpu_backend.open(&dev->cpu, "", config, err);
    if (st == BONNET_OK) *self = dev;
    else free(dev);
    return st;
}

static void mixed_close(void *self)
{
    mixed *dev = self;
    if (!dev) return;
    bonnet_cpu_backend.close(dev->cpu);
    free(dev);
}

static void mixed_unload(void *self, void *slot)
{
    mixed *dev = self;
    mixed_slot *s = slot;
    if (!s) return;
    for (uint32_t i = 0; s->placed && s->batched && i < s->n; i++) {
        bonnet_regdev_unload(dev->chip, s->placed[i]);
        bonnet_regdev_unload(dev->chip, s->batched[i]);
    }
    if (s->cpu) bonnet_cpu_backend.unload(dev->cpu, s->cpu);
    bonnet_segments_free(s->segments, s->n);
    free(s->placed);
    free(s->batched);
    free(s->own);
    free(s);
}

/* Weights that do not stay in the chip are loaded once for as many frames as make the loads the shorter part, or as have room. */
static bonnet_status place_batch(mixed *dev, mixed_slot *s, uint32_t number, bonnet_error *err)
{
    const bonnet_net *net = s->segments[number].net;
    for (uint32_t batch = bonnet_segment_batch(net, bonnet_regdev_geometry(dev->chip)); batch > 1; batch /= 2) {
        bonnet_error tried = {""};
        const bonnet_status st = bonnet_regdev_load_batch(dev->chip, &s->batched[number], net, batch, &tried);
        if (st == BONNET_OK) return st;
        if (st != BONNET_EUNSUPPORTED && st != BONNET_ENOMEM) return bonnet_fail(err, st, "%s", tried.text);
    }
    return BONNET_OK;
}

/* The device's memory has no room for this segment: the CPU runs it. */
static void leave_out(mixed_slot *s, uint32_t number)
{
    bonnet_net_free(s->segments[number].net);
    free(s->segments[number].conv);
    memmove(&s->segments[number], &s->segments[number + 1], (s->n - number - 1) * sizeof *s->segments);
    s->n--;
}

static bonnet_status place(mixed *dev, mixed_slot *s, bonnet_error *err)
{
    void *cpu = NULL;
    bonnet_status st = bonnet_cpu_backend.load(dev->cpu, &cpu, s->net, err);
    s->cpu = cpu;
    if (st == BONNET_OK) st = bonnet_segments(&s->segments, &s->n, s->net, bonnet_regdev_geometry(dev->chip), err);
    if (st != BONNET_OK) return st;
    s->placed = calloc(s->n ? s->n : 1, sizeof *s->placed);
    s->batched = calloc(s->n ? s->n : 1, sizeof *s->batched);
    s->own = calloc(s->net->n_layers, sizeof *s->own);
    if (!s->placed || !s->batched || !s->own) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < s->net->n_layers; i++) {
        s->own[i] = s->cpu->maps[i];
        s->at[i] = s->frame_words;
        s->frame_words += bonnet_net_map_words(s->net, i);
    }
    for (uint32_t i = 0; i < s->n && st == BONNET_OK;) {
        bonnet_error tried = {""};
        st = bonnet_regdev_load(dev->chip, &s->placed[i], s->segments[i].net, &tried);
        if (st == BONNET_ENOMEM) {
            leave_out(s, i);
            st = BONNET_OK;
            continue;
        }
        if (st != BONNET_OK) return bonnet_fail(err, st, "%s", tried.text);
        if (!bonnet_regdev_resident(s->placed[i])) st = place_batch(dev, s, i, err);
        i++;
    }
    return st;
}

static bonnet_status mixed_load(void *self, void **slot, const bonnet_net *net, bonnet_error *err)
{
    if (!bonnet_net_general(net)) return bonnet_fail(err, BONNET_EINVAL, "not a network of general layers");
    mixed_slot *s = calloc(1, sizeof *s);
    if (!s) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    s->net = net;
    const bonnet_status st = place(self, s, err);
    if (st == BONNET_OK) *slot = s;
    else mixed_unload(self, s);
    return st;
}

const bonnet_backend bonnet_mixed_backend = {
    .scheme = "mixed",
    .summary = "the chip's conv unit and the CPU together, for general networks",
    .close = mixed_close,
    .load = mixed_load,
    .unload = mixed_unload,
    .run = mixed_run,
};
