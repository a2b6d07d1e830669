/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_weights.c - where the rows of each layer lie in the weight buffer, and in which portions they come.
 *
 * If all rows fit they are loaded once and stay. Otherwise the first layers that fit stay, and the others stream through the rest of
 * the buffer every frame: two slots (one is loaded while the other is used), or one where a single portion needs more than half.
 * A portion starts at a whole feature word of the output, because a descriptor has no smaller address.
 */
#include <stdlib.h>
#include "lower_parts.h"

static uint32_t unit_rows(const bonnet_job *job, const bonnet_net *net, uint32_t i)
{
    return lower_tile_unit(net, i, &job->geometry) * lower_tile_rows(net, i);
}

static void add_chunk(lower_plan *plan, const bonnet_job *job, uint32_t layer, uint32_t tile, uint32_t tiles, uint32_t tile_rows, uint32_t wrow,
                      uint32_t ring)
{
    plan->chunks[plan->n_chunks++] = (lower_chunk){.layer = layer,
                                                   .tile = tile,
                                                   .tiles = tiles,
                                                   .row = job->layers[layer].row + tile * tile_rows,
                                                   .rows = tiles * tile_rows,
                                                   .wrow = wrow,
                                                   .ring = ring};
}

bonnet_status lower_weights(const bonnet_job *job, lower_plan *plan, const bonnet_net *net, bonnet_error *err)
{
    uint32_t have = job->geometry.weight_rows, most = 0, max_chunks = 0;
    uint64_t total = 0;
    for (uint32_t i = 1; i < net->n_layers; i++) {
        uint32_t rows = unit_rows(job, net, i);
        if (rows > have)
            return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: %u rows of weights must be in the weight buffer at once, it has %u",
                               net->layers[i].name, rows, have);
        most = rows > most ? rows : most;
        total += job->layers[i].rows;
        max_chunks += lower_tiles(net, i, &job->geometry) / lower_tile_unit(net, i, &job->geometry) + 1;
    }
    plan->chunks = calloc(max_chunks, sizeof *plan->chunks);
    if (!plan->chunks) return bonnet_fail(err, BONNET_ENOMEM, "no memory for %u portions of weights", max_chunks);
    uint32_t slot = 0;
    if (total > have) {
        plan->slots = 2 * (uint64_t)most <= have ? 2 : 1;
        slot = plan->slots == 2 && most < have / 4 ? have / 4 : most;
    }
    uint32_t room = have - plan->slots * slot, used = 0;
    for (uint32_t i = 1; i < net->n_layers; i++) {
        uint32_t tiles = lower_tiles(net, i, &job->geometry), tile_rows = lower_tile_rows(net, i);
        if (job->layers[i].rows <= room - used) {
            add_chunk(plan, job, i, 0, tiles, tile_rows, used, 0);
            used += job->layers[i].rows;
            continue;
        }
        uint32_t step = slot / unit_rows(job, net, i) * lower_tile_unit(net, i, &job->geometry);
        for (uint32_t t = 0; t < tiles; t += step) {
            uint32_t n = tiles - t < step ? tiles - t : step;
            add_chunk(plan, job, i, t, n, tile_rows, room + plan->n_ring % plan->slots * slot, plan->n_ring + 1);
            plan->n_ring++;
        }
    }
    return BONNET_OK;
}
