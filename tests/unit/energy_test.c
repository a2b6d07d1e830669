/* SPDX-License-Identifier: Apache-2.0 */
/*
 * energy_test - the energy model against numbers worked out elsewhere: totals of the layer tables, the compute part on paper, traffic by hand,
 * the fit on data it must reproduce. Arithmetic only.
 */
#include <math.h>
#include "networks.h"
#include "unit.h"

static int near(double a, double b, double relative) { return fabs(a - b) <= relative * fabs(b); }

/* Totals of the layer tables: binary MACs, int8 MACs, 1-bit weights, int8 weights. Family rows: measured on the published code (224x224). */
static void tables(unit *u)
{
    static const double want[BONNET_ENERGY_NETS][4] = {{1676279808, 137793536, 10985472, 693440}, {1676279808, 137793536, 10985472, 693440},
                                                       {1676279808, 137793536, 10985472, 693440}, {2466250752, 120332288, 13910016, 521984},
                                                       {1984561152, 118525952, 11673600, 521408}, {1753350144, 118525952, 11157504, 521408}};
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++) {
        bonnet_energy_net net;
        double got[4] = {0};
        int built = energy_net_build(&net, i);
        for (int l = 0; built && l < net.layers; l++) {
            got[0] += net.layer[l].ops[BONNET_ENERGY_BCONV];
            got[1] += net.layer[l].ops[BONNET_ENERGY_INT8];
            got[2] += net.layer[l].weight_bits;
            got[3] += net.layer[l].int8_weight_bits / 8;
        }
        for (int n = 0; n < 4; n++) UNIT(u, got[n] == want[i][n], net.name, "total %d is %.0f, wanted %.0f", n, got[n], want[i][n]);
    }
    bonnet_energy_net none;
    UNIT(u, !energy_net_build(&none, BONNET_ENERGY_NETS), "no seventh network", "built");
}

/* The family's compute part and its ideal cycles, worked out on paper from the unit powers. */
static void compute(unit *u)
{
    static const double binary[3] = {602112, 484512, 428064}, uj[3] = {186, 171, 165};
    for (unsigned i = 3; i < BONNET_ENERGY_NETS; i++) {
        bonnet_energy_row row;
        UNIT(u, bonnet_energy_row_get(&row, i, BONNET_ENERGY_ANALYTIC, 8), "row", "missing %u", i);
        UNIT(u, near(row.published.dynamic_uj, uj[i - 3], 0.01), row.name, "compute %.2f uJ, on paper %.0f", row.published.dynamic_uj, uj[i - 3]);
        UNIT(u, row.streamed.cycles == binary[i - 3], "stream cycles", "%.0f", row.streamed.cycles);
        UNIT(u, row.single.cycles > binary[i - 3] + 230496 && row.single.cycles <= row.published.cycles, "single cycles", "%.0f", row.single.cycles);
    }
}

/* Maps that the published machine sends through DRAM, added up by hand (bits of a stage 1 map of one slice: 200704). */
static void traffic(unit *u)
{
    const double s = 200704, want[BONNET_ENERGY_NETS] = {32 * s * 16, 32 * s * 16, 32 * s * 9, 4 * s * (4 + 2 + 5 + 7), 4 * s * (2 + 2 + 1), 0};
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++) {
        bonnet_energy_row row;
        if (!bonnet_energy_row_get(&row, i, BONNET_ENERGY_ANALYTIC, 8)) continue;
        UNIT(u, row.published.map_bits == want[i], row.name, "%.4f stage 1 maps, by hand %.4f", row.published.map_bits / s, want[i] / s);
        UNIT(u, row.published.image_bits == 1204224, "image", "%.0f", row.published.image_bits);
        UNIT(u, !row.family || row.single.map_bits == 0, "no map of a single frame leaves the chip", "%.0f", row.single.map_bits);
    }
}

/* Totals made from known constants give them back; a pure DRAM world gives two zeros and no negative number. */
static void fit(unit *u)
{
    bonnet_energy_row rows[BONNET_ENERGY_NETS];
    for (uint32_t round = 0; round < u->cases / 20 + 1; round++) {
        bonnet_energy_constants k = {1 + 50 * unit_real(u), round % 3 ? unit_real(u) : 0, round % 3 ? unit_real(u) : 0};
        for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++) {
            if (!bonnet_energy_row_get(&rows[i], i, BONNET_ENERGY_ANALYTIC, 1)) return;
            rows[i].published_uj = bonnet_energy_of(&rows[i].published, &k).total;
        }
        bonnet_energy_constants got = bonnet_energy_fit(rows, BONNET_ENERGY_NETS);
        int good = near(got.dram_pj_per_bit, k.dram_pj_per_bit, 1e-6) && fabs(got.sram_pj_per_bit - k.sram_pj_per_bit) < 1e-5 &&
                   fabs(got.static_share - k.static_share) < 1e-5;
        UNIT(u, good, "the fit gives back what made the data", "%g %g %g from %g %g %g", got.dram_pj_per_bit, got.sram_pj_per_bit, got.static_share,
             k.dram_pj_per_bit, k.sram_pj_per_bit, k.static_share);
    }
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++) rows[i].published_uj = 1; /* less than the units alone: nothing may turn negative */
    rows[0].published_uj = 2;
    bonnet_energy_constants none = bonnet_energy_fit(rows, BONNET_ENERGY_NETS);
    UNIT(u, none.dram_pj_per_bit >= 0 && none.sram_pj_per_bit >= 0 && none.static_share >= 0, "never negative", "%g %g %g", none.dram_pj_per_bit,
         none.sram_pj_per_bit, none.static_share);
}

/* The promises of docs/energy.md, on the constants that are committed. */
static void promises(unit *u)
{
    bonnet_energy_row rows[BONNET_ENERGY_NETS];
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++) {
        if (!bonnet_energy_row_get(&rows[i], i, BONNET_ENERGY_COUNTERS, 0)) return;
        double off = bonnet_energy_of(&rows[i].published, &bonnet_energy_fitted).total / rows[i].published_uj - 1;
        UNIT(u, fabs(off) <= (rows[i].family ? 0.10 : 0.20), rows[i].name, "residual %.1f %%", 100 * off);
    }
    bonnet_energy_constants k = bonnet_energy_fit(rows, BONNET_ENERGY_NETS);
    UNIT(u,
         near(k.dram_pj_per_bit, bonnet_energy_fitted.dram_pj_per_bit, 1e-4) && near(k.sram_pj_per_bit, bonnet_energy_fitted.sram_pj_per_bit, 1e-3) &&
             near(k.static_share, bonnet_energy_fitted.static_share, 1e-3),
         "the committed constants are the fit's", "run make energy-fit");
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++)
        for (int s = 0; s < 2; s++) {
            double uj = bonnet_energy_of(s ? &rows[i].streamed : &rows[i].single, &bonnet_energy_fitted).total, limit = rows[i].target_uj[s];
            UNIT(u, limit == (i == 3 ? s ? 550 : 850 : 0), "targets: BoolNet k=4 alone", "%.0f uJ", limit);
            UNIT(u, limit == 0 || uj <= limit, rows[i].name, "%.1f uJ, promised %.0f", uj, limit);
        }
    UNIT(u, bonnet_energy_of(&rows[3].single, &bonnet_energy_fitted).compute + 1 > rows[3].single.dynamic_uj, "uJ", "unit mixed up");
}

/* The committed counters: none below what the network needs, a stream cheaper than a frame alone; and that the row is made of them. */
static void measured(unit *u)
{
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++) {
        bonnet_energy_row row, ideal;
        if (!bonnet_energy_row_get(&row, i, BONNET_ENERGY_COUNTERS, 0) || !bonnet_energy_row_get(&ideal, i, BONNET_ENERGY_ANALYTIC, 0)) {
            UNIT(u, 0, "row", "missing %u", i);
            continue;
        }
        UNIT(u, row.family || row.single.dynamic_uj + row.streamed.dynamic_uj + row.run[0].cycles == 0, row.name, "is no network of Bonnet");
        if (!row.family) continue;
        const bonnet_energy_run *one = &row.run[0], *many = &row.run[1];
        UNIT(u, one->batch == 1 && one->frames == 1 && many->batch > 1 && many->frames % many->batch == 0 && many->frames >= 2 * many->batch,
             row.name, "%u of %u, %u of %u frames", one->batch, one->frames, many->batch, many->frames);
        UNIT(u, row.batch == many->batch && ideal.batch == many->batch, "batch", "%u, %u", row.batch, ideal.batch);
        UNIT(u, many->cycles >= ideal.streamed.cycles && one->cycles > many->cycles && one->cycles < row.published.cycles * 1.1, "cycles",
             "%.0f %.0f", one->cycles, many->cycles);
        UNIT(u, row.single.cycles == one->cycles && row.streamed.sram_bits == many->sram_bits, "counts are the run's", "%.0f", row.single.cycles);
        UNIT(u, row.streamed.map_bits == many->dram_in_bits + many->dram_out_bits, "DRAM bits are the run's", "%.0f", row.streamed.map_bits);
        UNIT(u, one->dram_in_bits > ideal.single.weight_bits && one->dram_out_bits >= 32000 && many->dram_in_bits < one->dram_in_bits, "DRAM bits",
             "%.0f %.0f", one->dram_in_bits, many->dram_in_bits);
        UNIT(u, near(row.single.dynamic_uj, ideal.single.dynamic_uj, 0.012), "units", "%.2f uJ", row.single.dynamic_uj); /* BaseNet's depthwise */
        double idle = bonnet_energy_idle(one->cycles + 1000, 0, 0) - bonnet_energy_idle(one->cycles, 0, 0);
        UNIT(u, near(idle, 1e-3 * (108.8 + 504), 1e-6), "a cycle of waiting", "%g uJ", 1e-3 * idle);
    }
    UNIT(u, bonnet_energy_idle(10, 20, 30) == 0, "no unit waits less than nothing", "%g", bonnet_energy_idle(10, 20, 30));
    UNIT(u, energy_measured_runs("no such network") == NULL, "unknown network", "found");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "energy", 1, 200);
    tables(&u);
    compute(&u);
    traffic(&u);
    fit(&u);
    promises(&u);
    measured(&u);
    return unit_end(&u);
}
