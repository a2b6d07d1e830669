/* SPDX-License-Identifier: Apache-2.0 */
/* joules.h - the energy of a run, layer by layer; shared by `energy` and `report`. */
#ifndef BONNET_CLI_JOULES_H
#define BONNET_CLI_JOULES_H
#include "cli.h"
#include "energy.h"

enum { JOULES_LAYERS = 256 };

typedef struct joules_layer {
    bonnet_layer_stats stats;
    double compute, sram, dram; /* uJ, of the last frame */
    double sram_bits, dram_bits;
} joules_layer;

typedef struct joules {
    bool measured; /* cycles and DRAM bytes are the chip's counters; else the job's promise and the units' peaks */
    uint32_t lanes, frames, layers;
    bonnet_energy_counts counts; /* of one frame, the mean of the run */
    double dram_in_bits, dram_out_bits; /* of one frame; measured only */
    bonnet_energy energy;
    double bconv_cycles, int8_cycles; /* of a frame */
    joules_layer layer[JOULES_LAYERS];
} joules;

/* A layer of a general network that the CPU ran beside the chip: its joules are not the chip's, and are not counted. */
static inline bool joules_on_cpu(const joules *j, const joules_layer *l) { return j->measured && !l->stats.cycles; }
/* Of the run that `stats` is of; on devices without a clock of the network on the `asic` geometry, one frame at a time. */
int cli_joules(joules *out, const cli_session *s, const bonnet_stats *stats);
/* The same of what bonnet_estimate() says of one frame; nothing is run. */
int cli_joules_estimate(joules *out, const cli_session *s, const bonnet_plan *plan);
struct json_object *cli_energy_json(const bonnet_energy *e); /* in uJ */
int cli_energy_compare(const cli_options *o, bool analytic);
/* SVG of the BONNET_ENERGY_NETS rows; analytic: where Bonnet's come from. Exit code. */
int cli_energy_plot(const bonnet_energy_row *rows, bool analytic, const char *path);
#endif
