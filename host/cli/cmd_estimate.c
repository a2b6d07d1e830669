/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_estimate.c - bonnet estimate: what bench would count, from the descriptors alone, and what that is in milliseconds and millijoules. Nothing is
 * simulated; docs/estimate.md says how far off it is. With --platform: estimate_show.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "estimate.h"
#include "joules.h"
#include "netlayers.h"

static const char usage[] =
    "usage: bonnet estimate MODEL.bonnet [--geometry asic|zcu102|small|tiny] [--frames N] [--batch N] [--dram-latency CYCLES] [--clock-mhz N]\n"
    "                       [--cpu PLATFORM.json] [-o PROFILE.json] [--json]\n"
    "       bonnet estimate MODEL.bonnet|LAYERS.json --platform PLATFORM.json [-o PROFILE.json] [--json]\n\n"
    "Cycles and DRAM bytes of every layer and of the whole run, worked out from the job's descriptors; no simulation. Columns as in `bonnet bench`:\n"
    "cycles = ideal + fill + drain + stall-out + what of stall-in is not waiting for tokens. Then milliseconds and millijoules, with bounds, and\n"
    "layers whose channels leave lanes of the array idle. With --platform: the same for other hardware, from models of its layers "
    "(docs/estimate.md).\n"
    "  --geometry NAME   chip (default asic)\n  --frames N        frames in one run (default 1)\n"
    "  --batch N         frames that the job works on at once (default: as compiled)\n"
    "  --dram-latency N  cycles from an address to its first data (default 100)\n  --clock-mhz N     of the chip (default: the geometry's nominal "
    "clock)\n"
    "  --cpu FILE        the CPU beside the chip, a platform: of a network of which that runs layers\n"
    "  --platform FILE   rooflines, tables or staircases of other hardware\n"
    "  -o FILE           the network profile: what each layer takes, for `bonnet plan`\n  --json\n";

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_frames_options),
                                          CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_TEXT("geometry", cli_options, geometry),
                                          CLI_OPT_WHOLE("batch", cli_options, batch, 0, 1000),
                                          CLI_OPT_WHOLE("dram-latency", estimate_line, dram_latency, 1, 100000),
                                          CLI_OPT_WHOLE("clock-mhz", cli_options, clock_mhz, 1, 4000),
                                          CLI_OPT_TEXT("platform", estimate_line, platform),
                                          CLI_OPT_TEXT("cpu", estimate_line, cpu),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

typedef struct estimated {
    const cli_session *s;
    const estimate_line *l;
    const char *geometry;
    uint32_t hz;
    const bonnet_plan *plan;
    bonnet_stats t;
    bool single; /* one frame: `profile` is there */
    cli_profile profile;
    bonnet_cost run; /* all frames */
} estimated;

/* "72 -> next useful width 128 (56 lanes idle)", or nothing. The answers' own width nobody can choose, nor that of the pixels. */
static bool useful_width(char *text, size_t bytes, const estimated *e, uint32_t index, const bonnet_layer_stats *l)
{
    enum { WORD = 64 }; /* channels of a feature word */
    bonnet_chip_info chip;
    bonnet_layer_info info;
    bonnet_layer_shape shape;
    if (bonnet_plan_chip(&chip, e->plan) != BONNET_OK || bonnet_model_layer_get(&info, e->s->model, index) != BONNET_OK ||
        bonnet_model_shape_get(&shape, e->s->model, index) != BONNET_OK)
        return false;
    /* A window of the whole map: its pixels go without gaps, as one. */
    const bool packed = shape.kernel_h == shape.height_in && shape.kernel_w == shape.width_in && shape.height_in * shape.width_in > 1;
    const uint32_t lanes = chip.lanes / chip.arrays, out = info.channels_out % lanes,
                   in = index && l->binary && !packed ? info.channels_in % WORD : 0;
    size_t at = 0;
    *text = 0;
    if (!l->cycles) return false;
    if (out && index + 1 < e->s->info.layers)
        at = (size_t)snprintf(text, bytes, "%u -> next useful width %u (%u lanes idle)", info.channels_out, info.channels_out + lanes - out,
                              lanes - out);
    if (in)
        snprintf(text + at, bytes - at, "%sreads %u -> next useful width %u (%u of 64 bits idle)", at ? "; " : "", info.channels_in,
                 info.channels_in + WORD - in, WORD - in);
    return out || in ? *text != 0 : false;
}

static int print_json(const estimated *e)
{
    const cli_counts counts = cli_counts_of_plan(e->plan);
    const cli_array a = cli_array_of(&counts);
    struct json_object *j = json_object_new_object(), *layers = json_object_new_array(), *totals = json_object_new_object();
    bonnet_layer_stats l;
    char width[160];
    for (uint32_t i = 0; bonnet_plan_layer(&l, e->plan, i) == BONNET_OK; i++) {
        struct json_object *o = cli_layer_json(&l);
        if (e->single && (l.cycles || l.within || e->l->cpu)) cli_cost_json(o, &e->profile.layers[i].cost);
        if (useful_width(width, sizeof width, e, i, &l)) json_object_object_add(o, "next_useful_width", json_object_new_string(width));
        json_object_array_add(layers, o);
    }
    json_object_object_add(totals, "frames", json_object_new_uint64(e->t.frames));
    json_object_object_add(totals, "macs", json_object_new_uint64(e->t.macs));
    json_object_object_add(totals, "cycles", json_object_new_uint64(e->t.cycles));
    json_object_object_add(totals, "mac_per_cycle", json_object_new_double(e->t.cycles ? (double)e->t.macs / (double)e->t.cycles : 0));
    cli_array_json(totals, &a);
    json_object_object_add(totals, "dram_bytes_in", json_object_new_uint64(e->t.dram_bytes_in));
    json_object_object_add(totals, "dram_bytes_out", json_object_new_uint64(e->t.dram_bytes_out));
    json_object_object_add(totals, "clock_hz", json_object_new_uint64(e->hz));
    cli_cost_json(totals, &e->run);
    json_object_object_add(j, "model", json_object_new_string(e->s->info.name));
    json_object_object_add(j, "geometry", json_object_new_string(e->geometry));
    json_object_object_add(j, "dram_latency", json_object_new_uint64(e->l->dram_latency));
    json_object_object_add(j, "source", json_object_new_string("analytic"));
    json_object_object_add(j, "layers", layers);
    if (e->single) {
        json_object_object_add(j, "branches", cli_branches_json(&e->profile));
        json_object_object_add(j, "start_ms", cli_json_number(e->profile.start_ms));
    }
    json_object_object_add(j, "totals", totals);
    return cli_print_json(j);
}

static void print_cost(const char *name, const bonnet_cost *c, const char *where, const char *layer)
{
    char mj[16] = "-";
    if (c->mj >= 0) snprintf(mj, sizeof mj, "%.6f", c->mj);
    printf("%-24s %11.6f %11.6f %11.6f %11s%s%s\n", name, c->ms, c->ms_lo, c->ms_hi, mj, where, layer);
}

/* Of one frame: what each layer adds to it. */
static void print_costs(const estimated *e)
{
    bonnet_layer_stats l;
    printf("\n%-24s %11s %11s %11s %11s\n", "layer", "ms", "from", "to", "mJ");
    for (uint32_t i = 0; bonnet_plan_layer(&l, e->plan, i) == BONNET_OK; i++) {
        const bonnet_cost *c = &e->profile.layers[i].cost;
        if (l.within) printf("%-24s in %s\n", l.name, l.within);
        else if (!l.cycles && !e->l->cpu) printf("%-24s on the CPU: no estimate\n", l.name);
        else print_cost(l.name, c, l.cycles ? "" : " on the CPU", "");
    }
    if (e->profile.start_ms > 0) printf("%-24s %11.6f\n", "each start", e->profile.start_ms);
    for (uint32_t i = 0; i < e->profile.n_branches; i++) {
        const bonnet_cost *c = &e->profile.branches[i].cost;
        print_cost(e->profile.branches[i].name, c, " behind ", e->profile.branches[i].behind);
    }
}

static int print_table(const estimated *e)
{
    const cli_counts counts = cli_counts_of_plan(e->plan);
    const cli_array a = cli_array_of(&counts);
    bonnet_layer_stats l;
    bool cpu = false;
    char width[160];
    cli_layer_table_head();
    for (uint32_t i = 0; bonnet_plan_layer(&l, e->plan, i) == BONNET_OK; i++) {
        cli_layer_table_row(&l);
        cpu = cpu || (!l.cycles && !l.within);
    }
    printf("%s, geometry %s, DRAM latency %lu, %u frame%s: estimated, not simulated\n", e->s->info.name, e->geometry, e->l->dram_latency, e->t.frames,
           e->t.frames == 1 ? "" : "s");
    if (cpu) printf("%s\n", CLI_SHARED);
    printf("%llu cycles, %.0f MAC/cycle\n", (unsigned long long)e->t.cycles, e->t.cycles ? (double)e->t.macs / (double)e->t.cycles : 0);
    cli_array_print(&a);
    printf("DRAM: %llu bytes read, %llu written\n", (unsigned long long)e->t.dram_bytes_in, (unsigned long long)e->t.dram_bytes_out);
    if (e->single) print_costs(e);
    for (uint32_t i = 0; bonnet_plan_layer(&l, e->plan, i) == BONNET_OK; i++)
        if (useful_width(width, sizeof width, e, i, &l)) printf("%s %s\n", l.name, width);
    printf("%.6f ms at %.0f MHz, from %.6f to %.6f; ", e->run.ms, e->hz / 1e6, e->run.ms_lo, e->run.ms_hi);
    if (e->run.mj >= 0) printf("%.6f mJ%s by the model of docs/energy.md", e->run.mj, e->t.frames == 1 ? "" : " in all");
    else printf("no millijoules: %s has no power", e->l->cpu);
    if (cpu) printf(e->l->cpu ? "; layers on the CPU by %s" : "; layers on the CPU are in neither", e->l->cpu);
    putchar('\n');
    return cli_finish_stdout();
}

/* Costs of the run; of one frame, with no batch of its own, the profile too. */
static int add_costs(estimated *e, const bonnet_estimate_options *options)
{
    joules *j = calloc(1, sizeof *j);
    int code = j ? cli_joules_estimate(j, e->s, e->plan) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    const double ms = 1e3 * (double)e->t.cycles / e->hz;
    if (code == CLI_OK)
        e->run = (bonnet_cost){ms, ms * (1 - ESTIMATE_ARRAY_ERROR), ms * (1 + ESTIMATE_ARRAY_ERROR), j->energy.total * e->t.frames / 1e3};
    free(j);
    if (code == CLI_OK && e->single) code = estimate_array(&e->profile, e->s, options, e->plan, e->hz);
    if (code == CLI_OK && e->l->cpu) code = estimate_beside(e->single ? &e->profile : NULL, &e->run, e->s, options, e->plan, e->l->cpu);
    return code;
}

static int write_profile(const estimated *e)
{
    bonnet_layer_stats l;
    if (!e->single) return cli_fail(CLI_USAGE, "estimate: -o is about one frame; leave --frames and --batch out");
    for (uint32_t i = 0; !e->l->cpu && bonnet_plan_layer(&l, e->plan, i) == BONNET_OK; i++)
        if (!l.cycles && !l.within)
            return cli_fail(
                CLI_STATUS - BONNET_EUNSUPPORTED,
                "%s: no profile: layer '%s' runs on the CPU beside the chip; say what that is, with --cpu PLATFORM.json, or measure it, with "
                "bonnet profile",
                e->s->path, l.name);
    return cli_profile_write(&e->profile, e->l->o.output);
}

static int estimate(const estimate_line *l)
{
    cli_session s = {0};
    bonnet_plan *plan = NULL;
    bonnet_estimate_options options = BONNET_ESTIMATE_OPTIONS_INIT;
    options.geometry = l->o.geometry;
    options.frames = (uint32_t)l->o.limit, options.batch = (uint32_t)l->o.batch, options.dram_latency_cycles = (uint32_t)l->dram_latency;
    estimated e = {.s = &s, .l = l, .geometry = l->o.geometry ? l->o.geometry : "asic", .single = l->o.limit == 1 && !l->o.batch};
    int code = cli_open(&s, &l->o, l->o.argv[0]);
    if (code == CLI_OK) {
        bonnet_status status = bonnet_estimate(&plan, s.model, &options);
        if (status == BONNET_OK) status = bonnet_plan_stats(&e.t, plan);
        if (status != BONNET_OK) code = cli_fail_status(status, s.dev, s.path);
    }
    e.plan = plan;
    e.hz = l->o.clock_mhz ? (uint32_t)l->o.clock_mhz * 1000000 : e.t.clock_hz;
    if (code == CLI_OK) code = add_costs(&e, &options);
    if (code == CLI_OK && l->o.output) code = write_profile(&e);
    if (code == CLI_OK) code = l->o.json ? print_json(&e) : print_table(&e);
    cli_profile_free(&e.profile);
    bonnet_plan_free(plan);
    cli_close(&s);
    return code;
}

int cli_estimate(int argc, char **argv)
{
    estimate_line l = {.o = {.device = "golden:", .limit = 1}, .dram_latency = 100};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc != 1) return cli_fail(CLI_USAGE, "estimate: give one .bonnet file, or one file of layers; try `bonnet estimate --help`");
    if (l.platform) return estimate_by_platform(&l);
    if (cli_is_json(l.o.argv[0]))
        return cli_fail(CLI_USAGE, "estimate: %s is a list of layers; say what it runs on, with --platform FILE", l.o.argv[0]);
    return estimate(&l);
}
