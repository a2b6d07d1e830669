/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_estimate.c - bonnet estimate: what bench would count, from the descriptors alone. Nothing is simulated; docs/estimate.md says how far off it is. */
#include <stdio.h>
#include <stdlib.h>
#include "estimate.h"
#include "netlayers.h"

static const char usage[] =
    "usage: bonnet estimate MODEL.bonnet [--geometry asic|zcu102|small|tiny] [--frames N] [--batch N] [--dram-latency CYCLES] [--json]\n\n"
    "Cycles and DRAM bytes of every layer and of the whole run, worked out from the job's descriptors; no simulation. Columns as in `bonnet bench`:\n"
    "cycles = ideal + fill + drain + stall-out + what of stall-in is not waiting for tokens.\n"
    "  --geometry NAME   chip (default asic)\n  --frames N        frames in one run (default 1)\n"
    "  --batch N         frames that the job works on at once (default: as compiled)\n"
    "  --dram-latency N  cycles from an address to its first data (default 100)\n  --json\n";

static int plan_layer(const void *of, uint32_t index, bonnet_layer_stats *out) { return bonnet_plan_layer(out, of, index) == BONNET_OK; }
static int plan_event(const void *of, uint32_t index, bonnet_event *out) { return bonnet_plan_event(out, of, index) == BONNET_OK; }

static int print_json(const cli_session *s, const cli_options *o, unsigned long latency, const bonnet_plan *plan, const bonnet_stats *t)
{
    const cli_array a = cli_array_of(&(cli_counts){plan, plan_layer, plan_event});
    struct json_object *j = json_object_new_object(), *layers = json_object_new_array(), *totals = json_object_new_object();
    bonnet_layer_stats l;
    for (uint32_t i = 0; bonnet_plan_layer(&l, plan, i) == BONNET_OK; i++) json_object_array_add(layers, cli_layer_json(&l));
    json_object_object_add(totals, "frames", json_object_new_uint64(t->frames));
    json_object_object_add(totals, "macs", json_object_new_uint64(t->macs));
    json_object_object_add(totals, "cycles", json_object_new_uint64(t->cycles));
    json_object_object_add(totals, "mac_per_cycle", json_object_new_double(t->cycles ? (double)t->macs / (double)t->cycles : 0));
    cli_array_json(totals, &a);
    json_object_object_add(totals, "dram_bytes_in", json_object_new_uint64(t->dram_bytes_in));
    json_object_object_add(totals, "dram_bytes_out", json_object_new_uint64(t->dram_bytes_out));
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    json_object_object_add(j, "geometry", json_object_new_string(o->geometry ? o->geometry : "asic"));
    json_object_object_add(j, "dram_latency", json_object_new_uint64(latency));
    json_object_object_add(j, "source", json_object_new_string("analytic"));
    json_object_object_add(j, "layers", layers);
    json_object_object_add(j, "totals", totals);
    return cli_print_json(j);
}

static int print_table(const cli_session *s, const cli_options *o, unsigned long latency, const bonnet_plan *plan, const bonnet_stats *t)
{
    const cli_array a = cli_array_of(&(cli_counts){plan, plan_layer, plan_event});
    bonnet_layer_stats l;
    bool cpu = false;
    cli_layer_table_head();
    for (uint32_t i = 0; bonnet_plan_layer(&l, plan, i) == BONNET_OK; i++) {
        cli_layer_table_row(&l);
        cpu = cpu || (!l.cycles && !l.within);
    }
    printf("%s, geometry %s, DRAM latency %lu, %u frame%s: estimated, not simulated\n", s->info.name, o->geometry ? o->geometry : "asic", latency,
           t->frames, t->frames == 1 ? "" : "s");
    if (cpu) printf("%s\n", CLI_SHARED);
    printf("%llu cycles, %.0f MAC/cycle\n", (unsigned long long)t->cycles, t->cycles ? (double)t->macs / (double)t->cycles : 0);
    cli_array_print(&a);
    printf("DRAM: %llu bytes read, %llu written\n", (unsigned long long)t->dram_bytes_in, (unsigned long long)t->dram_bytes_out);
    return cli_finish_stdout();
}

int cli_estimate(int argc, char **argv)
{
    cli_options o = {.device = "golden:", .limit = 1, .dram_latency = "100"};
    cli_session s = {0};
    bonnet_plan *plan = NULL;
    bonnet_stats stats = {0};
    int code = cli_parse(&o, argc, argv, "gnbLojqkG", usage);
    if (code != CLI_OK) return code;
    if (o.argc != 1) return cli_fail(CLI_USAGE, "estimate: give one .bonnet file, or one file of layers; try `bonnet estimate --help`");
    if (o.platform) return estimate_by_platform(&o);
    if (cli_is_json(o.argv[0])) return cli_fail(CLI_USAGE, "estimate: %s is a list of layers; say what it runs on, with --platform FILE", o.argv[0]);
    if (!o.limit || o.limit > 100000) return cli_fail(CLI_USAGE, "estimate: --frames must be 1 to 100000");
    if (o.batch > 1000) return cli_fail(CLI_USAGE, "estimate: --batch must be 1 to 1000");
    const unsigned long latency = strtoul(o.dram_latency, NULL, 10); /* a number: cli_parse() saw to that */
    if (!latency || latency > 100000) return cli_fail(CLI_USAGE, "estimate: --dram-latency must be 1 to 100000");
    code = cli_open(&s, &o, o.argv[0]);
    if (code == CLI_OK) {
        bonnet_estimate_options e = BONNET_ESTIMATE_OPTIONS_INIT;
        e.geometry = o.geometry;
        e.frames = (uint32_t)o.limit, e.batch = (uint32_t)o.batch, e.dram_latency_cycles = (uint32_t)latency;
        bonnet_status status = bonnet_estimate(&plan, s.model, &e);
        if (status == BONNET_OK) status = bonnet_plan_stats(&stats, plan);
        if (status != BONNET_OK) code = cli_fail_status(status, s.dev, s.path);
    }
    if (code == CLI_OK) code = o.json ? print_json(&s, &o, latency, plan, &stats) : print_table(&s, &o, latency, plan, &stats);
    bonnet_plan_free(plan);
    cli_close(&s);
    return code;
}
