/* SPDX-License-Identifier: Apache-2.0 */
/* units.c - the unit powers, in one table, and the sum of a frame. */
#include <stddef.h>
#include "energy.h"

/*
 * Source: seed 000, slide "Balancing Accuracy and Energy Consumption", table "Energy consumption per unit operation and circuit area":
 * Design Compiler, TSMC 65 nm, 1 GHz, power in mW (static and dynamic together). Parallelism: slide "Simulation Details": binary
 * convolution 64x64, other units 64; "Int8 Conv(1/8)" is read as 1/8 of 4096 (an inference, see docs/energy.md).
 */
static const bonnet_energy_unit_info units[BONNET_ENERGY_UNITS] = {
    [BONNET_ENERGY_BCONV] = {"bconv", "BConv", 108.8, 4096},
    [BONNET_ENERGY_INT8] = {"int8", "Int8 Conv(1/8)", 504, 512},
    [BONNET_ENERGY_SIGN16] = {"sign16", "16-bit Sign", 1.4, 64},
    [BONNET_ENERGY_SIGN32] = {"sign32", "32-bit Sign", 3.3, 64},
    [BONNET_ENERGY_AGG] = {"agg", "Int Agg", 43.5, 64},
    [BONNET_ENERGY_RPRELU] = {"rprelu", "32-bit RReLU", 137.6, 64},
    [BONNET_ENERGY_BN] = {"bn", "Int8 BN", 50.1, 64},
};

const bonnet_energy_unit_info *bonnet_energy_unit_get(bonnet_energy_unit unit) { return (unsigned)unit < BONNET_ENERGY_UNITS ? &units[unit] : NULL; }

bonnet_energy bonnet_energy_of(const bonnet_energy_counts *c, const bonnet_energy_constants *k)
{
    bonnet_energy e = {.compute = c->dynamic_uj, .leak = k->static_share * c->idle_uj};
    e.sram = 1e-6 * k->sram_pj_per_bit * c->sram_bits; /* pJ to uJ */
    e.dram = 1e-6 * k->dram_pj_per_bit * (c->weight_bits + c->image_bits + c->map_bits);
    e.total = e.compute + e.leak + e.sram + e.dram;
    return e;
}
