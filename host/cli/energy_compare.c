/* SPDX-License-Identifier: Apache-2.0 */
/* energy_compare.c - the published table, what the model makes of it, and Bonnet on the same constants: text and JSON. Picture: energy_plot.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "joules.h"

/* One of the two ways in which Bonnet runs a network: what it costs, and what was promised of it. */
static struct json_object *design_json(const bonnet_energy_row *r, int streamed, bool analytic)
{
    const bonnet_energy_counts *c = streamed ? &r->streamed : &r->single;
    const bonnet_energy_run *run = &r->run[streamed];
    bonnet_energy e = bonnet_energy_of(c, &bonnet_energy_fitted);
    struct json_object *o = cli_energy_json(&e);
    json_object_object_add(o, "batch", json_object_new_int64(streamed ? r->batch : 1));
    json_object_object_add(o, "cycles", json_object_new_double(c->cycles));
    json_object_object_add(o, "dram_bits", json_object_new_double(c->weight_bits + c->image_bits + c->map_bits));
    json_object_object_add(o, "sram_bits", json_object_new_double(c->sram_bits));
    if (r->target_uj[streamed] > 0) json_object_object_add(o, "target_uj", json_object_new_double(r->target_uj[streamed]));
    if (analytic) return o;
    json_object_object_add(o, "frames", json_object_new_int64(run->frames));
    json_object_object_add(o, "dram_bits_in", json_object_new_double(run->dram_in_bits));
    json_object_object_add(o, "dram_bits_out", json_object_new_double(run->dram_out_bits));
    return o;
}

static struct json_object *row_json(const bonnet_energy_row *r, bool analytic)
{
    const bonnet_energy_counts *c = &r->published;
    bonnet_energy e = bonnet_energy_of(c, &bonnet_energy_fitted);
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "name", json_object_new_string(r->name));
    json_object_object_add(o, "published_uj", json_object_new_double(r->published_uj));
    json_object_object_add(o, "modelled", cli_energy_json(&e));
    json_object_object_add(o, "residual_percent", json_object_new_double(100 * (e.total / r->published_uj - 1)));
    json_object_object_add(o, "cycles", json_object_new_double(c->cycles));
    json_object_object_add(o, "dram_weight_bits", json_object_new_double(c->weight_bits));
    json_object_object_add(o, "dram_image_bits", json_object_new_double(c->image_bits));
    json_object_object_add(o, "dram_map_bits", json_object_new_double(c->map_bits));
    json_object_object_add(o, "sram_bits", json_object_new_double(c->sram_bits));
    if (!r->family) return o;
    json_object_object_add(o, "bonnet_single", design_json(r, 0, analytic));
    json_object_object_add(o, "bonnet_streamed", design_json(r, 1, analytic));
    return o;
}

static int print_json(const bonnet_energy_row *rows, bool analytic)
{
    struct json_object *j = json_object_new_object(), *k = json_object_new_object(), *array = json_object_new_array();
    json_object_object_add(k, "dram_pj_per_bit", json_object_new_double(bonnet_energy_fitted.dram_pj_per_bit));
    json_object_object_add(k, "sram_pj_per_bit", json_object_new_double(bonnet_energy_fitted.sram_pj_per_bit));
    json_object_object_add(k, "static_share", json_object_new_double(bonnet_energy_fitted.static_share));
    json_object_object_add(j, "constants", k);
    json_object_object_add(j, "bonnet_source", json_object_new_string(analytic ? "analytic" : "counters"));
    for (int i = 0; i < BONNET_ENERGY_NETS; i++) json_object_array_add(array, row_json(&rows[i], analytic));
    json_object_object_add(j, "networks", array);
    return cli_print_json(j);
}

static void print_published(const bonnet_energy_row *r)
{
    const bonnet_energy_counts *c = &r->published;
    bonnet_energy e = bonnet_energy_of(c, &bonnet_energy_fitted);
    printf("%-18s %9.2f %9.3f %+8.1f%% | %7.3f %7.3f %7.3f %7.3f | %9.2f %9.2f %9.1f %9.0f\n", r->name, 1e-3 * r->published_uj, 1e-3 * e.total,
           100 * (e.total / r->published_uj - 1), 1e-3 * e.compute, 1e-3 * e.leak, 1e-3 * e.sram, 1e-3 * e.dram, 1e-6 * c->weight_bits,
           1e-6 * c->map_bits, 1e-6 * c->sram_bits, c->cycles);
}

static void print_design(const bonnet_energy_row *r, int streamed, bool analytic)
{
    const bonnet_energy_counts *c = streamed ? &r->streamed : &r->single;
    bonnet_energy e = bonnet_energy_of(c, &bonnet_energy_fitted);
    char how[24] = "single", target[24] = "";
    if (streamed) snprintf(how, sizeof how, "stream/%u", r->batch);
    if (r->target_uj[streamed] > 0) snprintf(target, sizeof target, "<= %.2f", 1e-3 * r->target_uj[streamed]);
    printf("%-18s %9s %9.3f %9s | %7.3f %7.3f %7.3f %7.3f | %9.2f %9.2f %9.1f %9.0f\n", r->name, how, 1e-3 * e.total, target, 1e-3 * e.compute,
           1e-3 * e.leak, 1e-3 * e.sram, 1e-3 * e.dram, 1e-6 * (analytic ? c->weight_bits : r->run[streamed].dram_in_bits),
           1e-6 * (analytic ? c->map_bits : r->run[streamed].dram_out_bits), 1e-6 * c->sram_bits, c->cycles);
}

static int print_table(const bonnet_energy_row *rows, bool analytic)
{
    static const char *const head = "%-18s %9s %9s %9s | %7s %7s %7s %7s | %9s %9s %9s %9s\n";
    printf(head, "mJ a frame", "published", "modelled", "residual", "units", "leak", "SRAM", "DRAM", "weights", "maps Mb", "SRAM Mb", "cycles");
    for (int i = 0; i < BONNET_ENERGY_NETS; i++) print_published(&rows[i]);
    printf(head, analytic ? "Bonnet, analytic" : "Bonnet, counters", "", "mJ", "target", "units", "leak", "SRAM", "DRAM",
           analytic ? "weights" : "DRAM in", analytic ? "maps Mb" : "out Mb", "SRAM Mb", "cycles");
    for (int streamed = 0; streamed < 2; streamed++)
        for (int i = 0; i < BONNET_ENERGY_NETS; i++)
            if (rows[i].family) print_design(&rows[i], streamed, analytic);
    printf("%.2f pJ per DRAM bit, %.4f pJ per SRAM bit, static share %.3f: fitted to the published column (make energy-fit); docs/energy.md.\n",
           bonnet_energy_fitted.dram_pj_per_bit, bonnet_energy_fitted.sram_pj_per_bit, bonnet_energy_fitted.static_share);
    if (analytic) printf("Bonnet: counted from the layer tables, not run: no map leaves the chip but the one before stage 4. ");
    else printf("Bonnet: counters of the RTL, 224x224, 192 KiB of maps (make energy-measure). ");
    printf("single: one frame alone; stream/N: N frames at once on the chip\nload the late weights once for all of them.\n");
    return cli_finish_stdout();
}

int cli_energy_compare(const cli_options *o, bool analytic)
{
    analytic = analytic || o->batch; /* a batch is a question of the analytic stream; the measured one has its own */
    const bonnet_energy_source source = analytic ? BONNET_ENERGY_ANALYTIC : BONNET_ENERGY_COUNTERS;
    bonnet_energy_row rows[BONNET_ENERGY_NETS];
    for (unsigned i = 0; i < BONNET_ENERGY_NETS; i++)
        if (!bonnet_energy_row_get(&rows[i], i, source, (unsigned)o->batch)) return cli_fail(CLI_USAGE, "energy: no row %u", i);
    int code = o->output ? cli_energy_plot(rows, analytic, o->output) : CLI_OK;
    if (code != CLI_OK) return code;
    return o->json ? print_json(rows, analytic) : print_table(rows, analytic);
}
