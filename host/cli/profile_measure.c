/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_measure.c - what each layer of a model takes on a device, run after run. Where the device has counters a layer's time is what the end of its last
 * descriptor adds to the ends before it, so that layers that run side by side add up to the run; elsewhere it is the CPU's own clock. Where a chip and the CPU
 * beside it take turns, every job has a clock of its own: then it is the cycles from the tokens of the first descriptor on.
 */
#include <stdlib.h>
#include "profiling.h"

/* Cycles at which layer `index`'s last descriptor ended; 0: it has none. */
static uint64_t ended(const profile_run *r, uint32_t index)
{
    uint64_t end = 0;
    bonnet_event e;
    for (uint32_t i = 0; bonnet_event_get(&e, r->dev, r->model, i) == BONNET_OK; i++)
        if (e.layer == index && e.end > end) end = e.end;
    return end;
}

/* One run's layers, to every repeats-th place; what is left of `took`. */
static bonnet_status split(double *layers, double *start, const profile_run *r, uint32_t n, double took)
{
    bonnet_stats stats;
    bonnet_chip_info chip;
    bonnet_status status = bonnet_stats_get(&stats, r->dev);
    if (status == BONNET_OK && !stats.cycles && bonnet_chip_info_get(&chip, r->dev) == BONNET_OK) return BONNET_EUNSUPPORTED;
    uint64_t before = 0;
    double sum = 0, on_cpu = 0;
    bool shared = false;
    for (uint32_t i = 0; i < n && status == BONNET_OK; i++) {
        bonnet_layer_stats l;
        status = bonnet_layer_stats_get(&l, r->dev, r->model, i);
        shared = shared || (l.nanoseconds && stats.cycles);
    }
    for (uint32_t i = 0; i < n && status == BONNET_OK; i++) {
        bonnet_layer_stats l;
        status = bonnet_layer_stats_get(&l, r->dev, r->model, i);
        double seconds = (double)l.nanoseconds * 1e-9;
        if (stats.clock_hz && !l.nanoseconds && shared) seconds = (double)(l.busy + l.waited) / l.frames / stats.clock_hz;
        if (stats.clock_hz && !shared) {
            const uint64_t end = ended(r, i);
            seconds = end > before ? (double)(end - before) / stats.clock_hz : 0;
            before = end > before ? end : before;
        }
        sum += seconds, on_cpu += (double)l.nanoseconds * 1e-9;
        if (layers) layers[(size_t)i * r->repeats] = seconds;
    }
    if (stats.clock_hz) took = (double)stats.cycles / stats.clock_hz + on_cpu; /* a simulated chip's second is not ours */
    *start = took > sum ? took - sum : 0;
    return status == BONNET_OK && !(sum > 0) ? BONNET_EUNSUPPORTED : status;
}

void profile_noise(uint8_t *pixels, size_t bytes)
{
    uint32_t state = 1;
    for (size_t i = 0; i < bytes; i++) pixels[i] = (uint8_t)((state = state * 1664525u + 1013904223u) >> 24);
}

bonnet_status profile_measure(double *layers, double *start, const profile_run *r)
{
    bonnet_model_info info;
    bonnet_result result;
    bonnet_status status = bonnet_model_info_get(&info, r->model);
    const size_t bytes = bonnet_model_input_bytes(r->model);
    uint8_t *noise = r->pixels ? NULL : malloc(bytes);
    if (!r->pixels && !noise) return BONNET_ENOMEM;
    if (noise) profile_noise(noise, bytes);
    for (uint32_t i = 0; i <= r->repeats && status == BONNET_OK; i++) {
        const double from = cli_seconds();
        status = bonnet_run_image(&result, r->dev, r->model, r->pixels ? r->pixels : noise, bytes);
        const double took = cli_seconds() - from;
        if (status == BONNET_OK && i) status = split(layers ? layers + i - 1 : NULL, &start[i - 1], r, info.layers, took);
    }
    free(noise);
    return status;
}
