/* SPDX-License-Identifier: Apache-2.0 */
/*
 * published.c - what the published machine moves, by rules (docs/energy.md gives the reasons):
 *
 *   1  192 KiB hold feature maps. A map is placed when it is made, beside all maps that are still to be read; an element-wise result may overwrite an
 *      operand that nobody reads later. What does not find room is written to DRAM, and read from there once by every operation that has it as operand.
 *   2  Maps are stored as k raw bits or 32 bits; 32-bit maps have a one-bit copy, made with them, that the binary convolution reads.
 *   3  Weights and the image come from DRAM once a frame; no frame shares them with another.
 *   4  SRAM: everything that crosses DRAM is written to or read from a buffer once; a cycle of the array reads one 64-channel word of each slice,
 *      and a 4096-bit row of weights serves eight cycles; operands are read and results written once. What a unit keeps in its own registers (the stem's
 *      weights and line buffers) is in its power.
 */
#include "networks.h"

enum { BUFFER_BITS = 192 * 1024 * 8, WEIGHT_ROW = 4096, PIXELS_PER_ROW = 8 };

typedef struct placement {
    double used;
    unsigned char on_chip[MAX_MAPS], in_dram[MAX_MAPS];
} placement;

static void leave(placement *p, const bonnet_energy_net *net, int map)
{
    p->used -= net->map[map].bits;
    p->on_chip[map] = 0;
}

/* Bits written to DRAM for it: none, or the whole map. */
static double place(placement *p, const bonnet_energy_net *net, int map)
{
    double bits = net->map[map].bits;
    if (p->used + bits <= BUFFER_BITS) {
        p->used += bits;
        p->on_chip[map] = 1;
        return 0;
    }
    p->in_dram[map] = 1;
    return bits;
}

static double layer_maps(placement *p, const bonnet_energy_net *net, int i)
{
    const energy_layer *l = &net->layer[i];
    double bits = 0;
    for (int r = 0; r < l->reads; r++)
        if (p->in_dram[l->read[r].map]) bits += l->read[r].bits;
    if (l->out >= 0) {
        int over = l->over >= 0 && p->on_chip[l->over] && net->map[l->over].last_use == i ? l->over : -1;
        if (over >= 0) leave(p, net, over); /* if the result does not fit even so, it streams past and nothing else wants the space */
        bits += place(p, net, l->out);
    }
    if (l->copy >= 0) bits += place(p, net, l->copy);
    for (int m = 0; m < net->maps; m++)
        if (p->on_chip[m] && net->map[m].last_use <= i) leave(p, net, m);
    return bits;
}

void energy_published(bonnet_energy_counts *counts, const bonnet_energy_net *net)
{
    placement p = {0};
    *counts = (bonnet_energy_counts){.image_bits = net->map[0].bits};
    energy_net_units(counts, net, 0);
    for (int i = 0; i < net->layers; i++) {
        const energy_layer *l = &net->layer[i];
        double array = l->ops[BONNET_ENERGY_BCONV] / 4096;
        counts->map_bits += layer_maps(&p, net, i);
        counts->weight_bits += l->weight_bits + l->int8_weight_bits;
        counts->sram_bits += array * (64.0 * net->k + (double)WEIGHT_ROW / PIXELS_PER_ROW) + l->int8_weight_bits;
        for (int r = 0; r < l->reads; r++)
            if (!l->read[r].window) counts->sram_bits += l->read[r].bits;
        if (l->out >= 0) counts->sram_bits += net->map[l->out].bits;
        if (l->copy >= 0) counts->sram_bits += net->map[l->copy].bits;
    }
    counts->sram_bits += counts->weight_bits + counts->image_bits + counts->map_bits;
}
