/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measured.c - the rows of the table; Bonnet's from the counters of a run that measured.h keeps, or from design.c.
 *
 * Counted: cycles, DRAM bits, buffer accesses. Of the network: the operations and what they cost, as `bonnet energy MODEL` has them. The array and the
 * int8 unit leak while they wait, over all cycles of the frame. No batch normalisation and no aggregation unit (thresholds).
 */
#include <string.h>
#include "measured.h"
#include "networks.h"

enum { STEM_DEPTHWISE = 9 * 64 * 56 * 56 }; /* MACs */

typedef struct measured_net {
    const char *name;
    bonnet_energy_run run[2];
} measured_net;
static const measured_net measured[] = {BONNET_ENERGY_MEASURED};

const bonnet_energy_run *energy_measured_runs(const char *name)
{
    for (unsigned i = 0; i < sizeof measured / sizeof *measured; i++)
        if (strcmp(measured[i].name, name) == 0) return measured[i].run;
    return NULL;
}

/* The promise is one network's. */
static void set_targets(bonnet_energy_row *row)
{
    if (strcmp(row->name, "BoolNet k=4") != 0) return;
    row->target_uj[0] = 850;
    row->target_uj[1] = 550;
}

double bonnet_energy_idle(double cycles, double bconv, double int8)
{
    double a = cycles > bconv ? cycles - bconv : 0, b = cycles > int8 ? cycles - int8 : 0;
    return 1e-6 * (bonnet_energy_unit_get(BONNET_ENERGY_BCONV)->milliwatt * a + bonnet_energy_unit_get(BONNET_ENERGY_INT8)->milliwatt * b);
}

void energy_measured(bonnet_energy_counts *counts, const bonnet_energy_net *net, const bonnet_energy_run *run)
{
    const bonnet_energy_unit_info *mac = bonnet_energy_unit_get(BONNET_ENERGY_INT8);
    double bconv = 0, int8 = 0;
    *counts = (bonnet_energy_counts){0};
    energy_net_units(counts, net, 1u << BONNET_ENERGY_BN | 1u << BONNET_ENERGY_AGG);
    if (strcmp(net->layer[1].name, "dw") != 0) { /* the chip's stem runs it all the same, with taps that change nothing */
        int8 = STEM_DEPTHWISE / mac->parallel;
        counts->dynamic_uj += 1e-6 * mac->milliwatt * int8;
    }
    for (int i = 0; i < net->layers; i++) {
        bconv += net->layer[i].ops[BONNET_ENERGY_BCONV] / bonnet_energy_unit_get(BONNET_ENERGY_BCONV)->parallel;
        int8 += net->layer[i].ops[BONNET_ENERGY_INT8] / mac->parallel;
    }
    counts->cycles = run->cycles;
    counts->idle_uj = bonnet_energy_idle(run->cycles, bconv, int8);
    counts->map_bits = run->dram_in_bits + run->dram_out_bits; /* the counters do not tell weights from maps and images */
    counts->sram_bits = run->sram_bits;
}

int bonnet_energy_row_get(bonnet_energy_row *out, unsigned index, bonnet_energy_source source, unsigned batch)
{
    bonnet_energy_net net;
    if (!energy_net_build(&net, index)) return 0;
    *out = (bonnet_energy_row){.name = net.name, .published_uj = net.published_uj, .family = net.family};
    energy_published(&out->published, &net);
    if (!net.family) return 1;
    const bonnet_energy_run *run = energy_measured_runs(net.name);
    if (!run) return 0;
    set_targets(out);
    memcpy(out->run, run, sizeof out->run);
    out->batch = source == BONNET_ENERGY_ANALYTIC && batch ? batch : run[1].batch;
    if (source == BONNET_ENERGY_COUNTERS) {
        energy_measured(&out->single, &net, &run[0]);
        energy_measured(&out->streamed, &net, &run[1]);
    } else {
        energy_design(&out->single, &net, 0);
        energy_design(&out->streamed, &net, out->batch);
    }
    return 1;
}
