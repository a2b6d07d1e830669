/* SPDX-License-Identifier: Apache-2.0 */
/*
 * design.c - the same networks on Bonnet, counted and not run: what must move, and no more.
 *
 *   one frame    every map stays on chip (three bits for four ordered slices, b in a few rows: docs/chip.md), the stem runs before the binary layers
 *   stream       stem, binary layers side by side; `batch` frames share the weights of stage 4 and of the head, and wait for them in DRAM as
 *                the map that leaves stage 3, stored and loaded once
 * No batch normalisation unit (thresholds), no aggregation. The array reads a feature row of 256 bits a cycle whatever it uses of it and a 4096-bit
 * weight row every eight; port B reads a row of 256 bits for each 64-channel word that a tile touches.
 * `bonnet energy --compare --analytic`: a sketch, no buffer has to hold these batches. What the chip counted, with what the compiler found, is in
 * measured.c.
 */
#include "networks.h"

enum { FEATURE_ROW = 256, WEIGHT_ROW = 4096, BLOCK = 8, LANES = 64, DESCRIPTOR_BITS = 512, STEM_ROWS = 24, LOADS_PER_LAYER = 8, LAST_STAGE = 4 };

static double stored(const bonnet_energy_net *net, int map)
{
    const energy_map *m = &net->map[map];
    return m->ordered && net->k == 4 ? 0.75 * m->bits : m->bits;
}

/* Weight rows and parameter rows as they lie in DRAM: whole rows. */
static double layer_weights(const energy_layer *l)
{
    double tiles = l->channels / LANES + (l->channels % LANES != 0);
    if (l->stage == 0) return l->name[0] == 'c' ? (double)STEM_ROWS * WEIGHT_ROW : 0; /* 5 parameter rows and 19 of taps; the depthwise is in them */
    if (l->stage == 5) return tiles * (1 + 512 / 8) * WEIGHT_ROW;
    return l->weight_bits + tiles * WEIGHT_ROW;
}

static double layer_sram(const bonnet_energy_net *net, const energy_layer *l)
{
    double array = l->ops[BONNET_ENERGY_BCONV] / 4096, bits = array * (FEATURE_ROW + (double)WEIGHT_ROW / BLOCK), words = l->channels / 64;
    for (int r = 0; r < l->reads; r++) /* four lane groups far apart touch four words, a quarter of each is used */
        if (!l->read[r].window && l->stage) bits += l->read[r].bits * (net->k == 4 ? (words < 4 ? words : 4) : FEATURE_ROW / 64);
    if (l->stage == 5) bits += layer_weights(l);
    if (l->out >= 0 && !(l->stage == 0 && !net->map[l->out].ordered)) bits += stored(net, l->out);
    return bits;
}

void energy_design(bonnet_energy_counts *counts, const bonnet_energy_net *net, unsigned batch)
{
    const unsigned skip = 1u << BONNET_ENERGY_BN | 1u << BONNET_ENERGY_AGG;
    double binary = 0, int8 = 0;
    *counts = (bonnet_energy_counts){.image_bits = net->map[0].bits + 1000 * 32};
    energy_net_units(counts, net, skip);
    for (int i = 0; i < net->layers; i++) {
        const energy_layer *l = &net->layer[i];
        double bits = layer_weights(l) + LOADS_PER_LAYER * DESCRIPTOR_BITS;
        counts->weight_bits += batch > 1 && l->stage >= LAST_STAGE ? bits / batch : bits;
        counts->sram_bits += layer_sram(net, l);
        binary += l->ops[BONNET_ENERGY_BCONV] / 4096;
        int8 += l->ops[BONNET_ENERGY_INT8] / 512;
        if (batch > 1 && l->out >= 0 && l->stage == LAST_STAGE - 1 && net->layer[i + 1].stage == LAST_STAGE)
            counts->map_bits += 2 * stored(net, l->out);
    }
    counts->sram_bits += counts->weight_bits + counts->map_bits;
    if (batch) { /* each unit waits for the slower of the two only */
        double bconv = 1e-6 * bonnet_energy_unit_get(BONNET_ENERGY_BCONV)->milliwatt,
               mac = 1e-6 * bonnet_energy_unit_get(BONNET_ENERGY_INT8)->milliwatt;
        counts->cycles = binary > int8 ? binary : int8;
        counts->idle_uj = bconv * (counts->cycles - binary) + mac * (counts->cycles - int8);
    }
}
