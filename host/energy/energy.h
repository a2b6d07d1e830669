/* SPDX-License-Identifier: Apache-2.0 */
/*
 * energy.h - joules of a frame, from counts of operations and bits, with the formulae and unit powers of the published study
 * ("Balancing Accuracy and Energy Consumption", seed 000 of this project; docs/energy.md). Pure arithmetic: no device, no file, no state.
 *
 *     unit u does A operations, Pa at a time:   C = A / Pa cycles          E_C = C * (P_S + P_D) * 1 ns
 *     while the longest unit of a layer runs:   E_S = (C_max - C) * P_S * 1 ns          P_S = static share * (P_S + P_D)
 *     memory:                                   energy per DRAM bit, energy per SRAM bit
 *     total = dynamic + share * idle + dram * DRAM bits + sram * SRAM bits       linear in the three fitted constants
 *
 * Energies are in microjoules, powers in milliwatts, one cycle is 1 ns. Bits are counts, kept in double (exact below 2^53).
 */
#ifndef BONNET_ENERGY_H
#define BONNET_ENERGY_H
#include <stdint.h>

typedef enum bonnet_energy_unit {
    BONNET_ENERGY_BCONV,  /* 64x64 binary multiply-accumulates a cycle       */
    BONNET_ENERGY_INT8,   /* int8 multiply-accumulates, 1/8 of that          */
    BONNET_ENERGY_SIGN16, /* the rest: 64 elements a cycle                   */
    BONNET_ENERGY_SIGN32,
    BONNET_ENERGY_AGG,    /* integer aggregation: the shortcut's addition    */
    BONNET_ENERGY_RPRELU,
    BONNET_ENERGY_BN,
    BONNET_ENERGY_UNITS
} bonnet_energy_unit;

typedef struct bonnet_energy_unit_info {
    const char *name, *published; /* here, and as seed 000 prints it */
    double milliwatt;             /* P_S + P_D */
    double parallel;              /* Pa, operations a cycle */
} bonnet_energy_unit_info;
const bonnet_energy_unit_info *bonnet_energy_unit_get(bonnet_energy_unit unit);

/* The three constants of memory and leakage. */
typedef struct bonnet_energy_constants { double dram_pj_per_bit, sram_pj_per_bit, static_share; } bonnet_energy_constants;
extern const bonnet_energy_constants bonnet_energy_fitted; /* fitted.h, written by `make energy-fit` */

/* What one frame makes a machine do. */
typedef struct bonnet_energy_counts {
    double dynamic_uj; /* sum of C * (P_S + P_D)                                             */
    double idle_uj;    /* sum of (C_max - C) * (P_S + P_D): times the static share is E_S     */
    double cycles;
    double weight_bits, image_bits, map_bits; /* to and from DRAM: weights, the image and the logits, feature maps */
    double sram_bits;                         /* read from or written to the feature and weight buffers             */
} bonnet_energy_counts;

typedef struct bonnet_energy { double compute, leak, sram, dram, total; } bonnet_energy; /* uJ; compute + leak: the units */
bonnet_energy bonnet_energy_of(const bonnet_energy_counts *counts, const bonnet_energy_constants *constants);

/* The six networks of the published table, in its order from the top: see networks.c. */
typedef struct bonnet_energy_net bonnet_energy_net;
enum { BONNET_ENERGY_NETS = 6 };
/* One frame by the chip's counters, the mean of a run. batch: frames of a walk, which share the late weights; frames: of the run. */
typedef struct bonnet_energy_run {
    unsigned batch, frames;
    double cycles, dram_in_bits, dram_out_bits, sram_bits;
} bonnet_energy_run;
typedef struct bonnet_energy_row {
    const char *name;
    double published_uj;
    int family;                     /* 1: BoolNet, BaseNet: Bonnet runs it; else all below `published` is 0 */
    bonnet_energy_counts published; /* of the published machine, by the rules of published.c */
    bonnet_energy_run run[2];       /* what Bonnet was measured at, one frame at a time and a stream in batches (measured.h) */
    bonnet_energy_counts single;    /* of Bonnet, one frame at a time */
    bonnet_energy_counts streamed;  /* the same, a stream in batches */
    unsigned batch;                 /* of `streamed` */
    double target_uj[2];            /* what single and streamed must not exceed; 0: nothing was promised */
} bonnet_energy_row;

/* Where the counts of Bonnet come from: the chip's counters (measured.c), or the layer tables alone (design.c). */
typedef enum bonnet_energy_source { BONNET_ENERGY_COUNTERS, BONNET_ENERGY_ANALYTIC } bonnet_energy_source;
/*
 * Row `index` of the table. batch: of the analytic stream, frames that share the last stage's weights whether the chip can hold them or not;
 * 0, and always with counters: as many as the measured stream had. 0: no such row.
 */
int bonnet_energy_row_get(bonnet_energy_row *out, unsigned index, bonnet_energy_source source, unsigned batch);

/* Cycles in which the array and the int8 unit wait, as counts->idle_uj, of a frame of so many cycles in which they work bconv and int8 cycles. */
double bonnet_energy_idle(double cycles, double bconv, double int8);

/*
 * Non-negative least squares on relative residuals: of every subset of the constants the one with the smallest
 * sum(((modelled - published) / published)^2) in which none is negative. The share is at most 1 by construction of the data.
 */
bonnet_energy_constants bonnet_energy_fit(const bonnet_energy_row *rows, unsigned n);
#endif
