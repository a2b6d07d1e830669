/* SPDX-License-Identifier: Apache-2.0 */
/*
 * networks.h - the six networks as layer tables: operations by unit, weights, and which maps a layer reads and makes.
 * Private to host/energy.
 */
#ifndef BONNET_ENERGY_NETWORKS_H
#define BONNET_ENERGY_NETWORKS_H
#include "energy.h"

enum { MAX_MAPS = 64, MAX_LAYERS = 32, MAX_READS = 4 };

typedef struct energy_map {
    double bits;
    int ordered;  /* k slices in order: a thermometer code, 3 bits say 4 */
    int last_use; /* layer */
} energy_map;

typedef struct energy_read {
    int map;
    double bits; /* all of it, or the half that a BoolNet block works on */
    int window;  /* read through the array's window, once a cycle; else once, element by element */
} energy_read;

typedef struct energy_layer {
    char name[20];
    double ops[BONNET_ENERGY_UNITS];
    double weight_bits, int8_weight_bits; /* 1-bit weights; all others */
    energy_read read[MAX_READS];
    int reads;
    int out;           /* map made, -1 none */
    int copy;          /* one-bit copy made with it, -1 none */
    int over;          /* map that it may overwrite element by element if nobody reads that one later, -1 none */
    int channels;      /* output channels */
    int stage;         /* 0 stem, 1..4, 5 head */
} energy_layer;

struct bonnet_energy_net {
    const char *name;
    double published_uj;
    int family, k;
    energy_map map[MAX_MAPS];
    energy_layer layer[MAX_LAYERS];
    int maps, layers;
};

/* Network `index` of the table; 0: no such. */
int energy_net_build(bonnet_energy_net *net, unsigned index);

/* Dynamic and idle energy and cycles of the layers, unit by unit, layer after layer. skip: units that this machine does without. */
void energy_net_units(bonnet_energy_counts *counts, const bonnet_energy_net *net, unsigned skip);

void energy_published(bonnet_energy_counts *counts, const bonnet_energy_net *net);
void energy_design(bonnet_energy_counts *counts, const bonnet_energy_net *net, unsigned batch); /* batch 0: one frame at a time */

/* The two runs of a network, one frame and a stream; NULL: not measured. */
const bonnet_energy_run *energy_measured_runs(const char *name);
void energy_measured(bonnet_energy_counts *counts, const bonnet_energy_net *net, const bonnet_energy_run *run);
#endif
