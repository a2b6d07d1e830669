/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_energy.c - bonnet energy: a frame in joules, with the published study's formulae and unit powers. A model, and called one. */
#include <stdio.h>
#include <stdlib.h>
#include "joules.h"

static const unsigned long NO_BATCH = ~0ul; /* none given */

static const char usage[] =
    "usage: bonnet energy MODEL.bonnet [IMAGE] [--device URI] [--images N] [--json]\n"
    "       bonnet energy --compare [--analytic] [--batch N] [-o PICTURE.svg] [--json]\n\n"
    "Energy of one frame, by layer: unit powers and formulae of the published study (docs/energy.md), cycles and DRAM bytes from the chip's\n"
    "counters, buffer accesses from the descriptors. On cpu: and golden:, which have no counters: from the network and its job on `asic`.\n"
    "--compare: the six published networks, published and modelled, and Bonnet on the same constants, by the counters of runs kept in the program.\n"
    "  --device URI      default sim:\n  --images N        frames in one job (default 1); the energy is the mean of a frame\n"
    "  --analytic        --compare: Bonnet counted from the layer tables instead, weights of stage 4 and head shared\n"
    "  --batch N         the same, with N frames of the stream sharing the late weights, whether a chip holds them or not (default: as measured)\n"
    "  -o FILE           --compare: also draw stacked bars, by gnuplot\n  --timeout-ms N, --seed N\n";

typedef struct line {
    cli_options o;
    bool compare, analytic;
} line;

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_device_options),      CLI_OPT_GROUP(cli_frames_options),
                                          CLI_OPT_GROUP(cli_output_options),      CLI_OPT_WHOLE("batch", cli_options, batch, 1, 1000),
                                          CLI_OPT_FLAG("compare", line, compare), CLI_OPT_FLAG("analytic", line, analytic),
                                          CLI_OPT_GROUP(cli_json_options),        CLI_OPT_END};

static struct json_object *layers_json(const joules *j)
{
    struct json_object *array = json_object_new_array();
    for (uint32_t i = 0; i < j->layers; i++) {
        const joules_layer *l = &j->layer[i];
        struct json_object *o = json_object_new_object();
        json_object_object_add(o, "name", json_object_new_string(l->stats.name));
        json_object_object_add(o, "kind", json_object_new_string(l->stats.kind));
        json_object_object_add(o, "macs", json_object_new_uint64(l->stats.macs));
        json_object_object_add(o, "compute_uj", json_object_new_double(l->compute));
        json_object_object_add(o, "sram_uj", json_object_new_double(l->sram));
        json_object_object_add(o, "dram_uj", json_object_new_double(l->dram));
        json_object_object_add(o, "sram_bits", json_object_new_double(l->sram_bits));
        json_object_object_add(o, "dram_bits", json_object_new_double(l->dram_bits));
        json_object_array_add(array, o);
    }
    return array;
}

static int print_json(const joules *j, const cli_session *s, const cli_options *o)
{
    struct json_object *root = json_object_new_object();
    json_object_object_add(root, "model", json_object_new_string(s->info.name));
    json_object_object_add(root, "device", json_object_new_string(o->device));
    json_object_object_add(root, "source", json_object_new_string(j->measured ? "counters" : "analytic"));
    json_object_object_add(root, "frames", json_object_new_int64(j->frames));
    json_object_object_add(root, "cycles_per_frame", json_object_new_double(j->counts.cycles));
    json_object_object_add(root, "dram_bits_per_frame", json_object_new_double(j->counts.map_bits));
    if (j->measured) {
        json_object_object_add(root, "dram_bits_in_per_frame", json_object_new_double(j->dram_in_bits));
        json_object_object_add(root, "dram_bits_out_per_frame", json_object_new_double(j->dram_out_bits));
    }
    json_object_object_add(root, "sram_bits_per_frame", json_object_new_double(j->counts.sram_bits));
    json_object_object_add(root, "layers", layers_json(j));
    json_object_object_add(root, "frame", cli_energy_json(&j->energy));
    return cli_print_json(root);
}

static int print_table(const joules *j, const cli_session *s, const cli_options *o)
{
    double compute = 0, sram = 0, dram = 0;
    printf("%-24s %-5s %12s %11s %11s %10s %10s %10s\n", "layer", "kind", "MACs", "DRAM bits", "SRAM bits", "units uJ", "SRAM uJ", "DRAM uJ");
    for (uint32_t i = 0; i < j->layers; i++) {
        const joules_layer *l = &j->layer[i];
        if (joules_on_cpu(j, l)) {
            printf("%-24s %-5s %12llu  %s%s\n", l->stats.name, l->stats.kind, (unsigned long long)l->stats.macs,
                   l->stats.within ? "in " : "on the CPU, not counted", l->stats.within ? l->stats.within : "");
            continue;
        }
        printf("%-24s %-5s %12llu %11.0f %11.0f %10.3f %10.3f %10.3f\n", l->stats.name, l->stats.kind, (unsigned long long)l->stats.macs,
               l->dram_bits, l->sram_bits, l->compute, l->sram, l->dram);
        compute += l->compute, sram += l->sram, dram += l->dram;
    }
    printf("%-24s %-5s %12s %11s %11s %10.3f %10.3f %10.3f\n", "idle units leak", "", "", "", "", j->energy.leak, 0.0, 0.0);
    if (j->measured && j->frames == 1)
        printf("%-24s %-5s %12s %11.0f %11s %10s %10s %10.3f\n", "descriptors", "", "",
               j->counts.map_bits - dram / bonnet_energy_fitted.dram_pj_per_bit * 1e6, "", "", "", j->energy.dram - dram);
    printf("%s, device %s, %s: %.3f uJ a frame: units %.3f, leakage %.3f, SRAM %.3f, DRAM %.3f\n", s->info.name, o->device,
           j->measured ? "cycles and DRAM bytes from the chip's counters" : "analytic (no counters there)", j->energy.total, j->energy.compute,
           j->energy.leak, j->energy.sram, j->energy.dram);
    if (j->frames > 1) printf("%u frames in one job; the layers are of the last, the sum is the mean\n", j->frames);
    printf("A model: unit powers of 65 nm synthesis as published, memory and leakage fitted (bonnet energy --compare); nothing here was measured in "
           "watts.\n");
    return cli_finish_stdout();
}

static int energy_of_model(const cli_options *o)
{
    cli_session s = {0};
    bonnet_stats stats = {0};
    joules *j = calloc(1, sizeof *j);
    int code = j ? cli_open(&s, o, o->argv[0]) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) code = cli_run_frames(&s, o, o->argc == 2 ? o->argv[1] : NULL, &stats, NULL);
    if (code == CLI_OK) code = cli_joules(j, &s, &stats);
    if (code == CLI_OK) code = o->json ? print_json(j, &s, o) : print_table(j, &s, o);
    free(j);
    cli_close(&s);
    return code;
}

int cli_energy(int argc, char **argv)
{
    line l = {.o = {.device = "sim:", .limit = 1, .batch = NO_BATCH}};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.batch == NO_BATCH) l.o.batch = 0;
    else if (!l.compare) return cli_fail(CLI_USAGE, "energy: --batch goes with --compare");
    if (l.compare)
        return l.o.argc ? cli_fail(CLI_USAGE, "energy: --compare takes no files; try `bonnet energy --help`") : cli_energy_compare(&l.o, l.analytic);
    if (l.analytic) return cli_fail(CLI_USAGE, "energy: --analytic goes with --compare; for a network: --device cpu:");
    if (l.o.output) return cli_fail(CLI_USAGE, "energy: -o draws the picture of --compare; for a network: bonnet report");
    if (l.o.argc < 1 || l.o.argc > 2)
        return cli_fail(CLI_USAGE, "energy: give one .bonnet file and at most one image, or --compare; try `bonnet energy --help`");
    return energy_of_model(&l.o);
}
