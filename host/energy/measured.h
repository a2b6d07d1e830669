/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measured.h - written by `make energy-measure` (tools/energy_measure.py); do not edit. What it means: docs/energy.md.
 *
 * Counters of the Verilated chip, geometry asic, 224x224, 1000 classes, random weights of seed 1; SRAM bits: the descriptors' accesses.
 * All per frame: { frames in a walk, frames of the run, cycles, DRAM bits in, DRAM bits out, SRAM bits }, one frame alone and a stream.
 */
#ifndef BONNET_ENERGY_MEASURED_H
#define BONNET_ENERGY_MEASURED_H
/* clang-format off */
#define BONNET_ENERGY_MEASURED \
    {"BoolNet k=4", {{1, 1, 822197.000, 19899392.000, 32000.000, 522380032.000}, {3, 24, 624048.000, 9313130.667, 333056.000, 512578304.000}}}, \
    {"BaseNet k=4", {{1, 1, 708745.000, 17644544.000, 32000.000, 419452160.000}, {4, 24, 507832.000, 6899904.000, 32000.000, 410912000.000}}}, \
    {"BaseNet k=1", {{1, 1, 673440.000, 17127424.000, 32000.000, 365531392.000}, {8, 24, 482147.292, 3155584.000, 32000.000, 351650048.000}}}
/* clang-format on */
#endif
