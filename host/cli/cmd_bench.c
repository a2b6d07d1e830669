/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_bench.c - bonnet bench: where the cycles of one frame go. Read from the chip's counters; nothing here is modelled. */
#include <stdio.h>
#include "cli.h"

static const char usage[] =
    "usage: bonnet bench MODEL.bonnet [IMAGE] [--device URI] [--images N] [--json]\n\n"
    "Per layer: MACs, cycles (waiting for its weights included), MAC/cycle, share of the unit's peak, stalls, DRAM bytes; then the whole frame,\n"
    "and how fast the simulation ran. Without IMAGE: a synthetic picture. One op is one MAC.\n"
    "  --device URI      default sim:; on cpu: and golden: only the time is measured\n  --images N        frames in one job (default 1)\n"
    "  --trace FILE      also write what every unit did in the last frame, for a trace viewer (bonnet trace)\n"
    "  --timeout-ms N, --seed N, --json\n";

static void print_layers(const cli_session *s)
{
    bonnet_layer_stats l;
    printf("%-24s %-5s %-18s %12s %9s %9s %6s %9s %9s %10s\n", "layer", "kind", "in -> out", "MACs", "cycles", "MAC/cyc", "peak", "stall-in",
           "stall-out", "DRAM bytes");
    for (uint32_t i = 0; i < s->info.layers; i++) {
        char shape[40], peak[16] = "-";
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) != BONNET_OK) continue;
        double rate = l.cycles ? (double)l.macs / (double)l.cycles : 0;
        snprintf(shape, sizeof shape, "%u->%ux%ux%u", l.channels_in, l.channels_out, l.height, l.width);
        if (l.peak_mac_per_cycle) snprintf(peak, sizeof peak, "%.1f%%", 100 * rate / l.peak_mac_per_cycle);
        printf("%-24s %-5s %-18s %12llu %9llu %9.0f %6s %9llu %9llu %10llu\n", l.name, l.kind, shape, (unsigned long long)l.macs,
               (unsigned long long)l.cycles, rate, peak, (unsigned long long)l.stall_in, (unsigned long long)l.stall_out,
               (unsigned long long)l.dram_bytes);
    }
}

static void print_totals(const cli_session *s, const cli_options *o, const bonnet_stats *t, double seconds)
{
    printf("%s, device %s, %u frame%s, %llu MACs\n", s->info.name, o->device, t->frames, t->frames == 1 ? "" : "s", (unsigned long long)t->macs);
    if (t->cycles) {
        double rate = (double)t->macs / (double)t->cycles, hz = t->clock_hz;
        printf("%llu cycles, %.0f MAC/cycle; the array is %.1f %% busy over the binary layers, loads and stores included\n",
               (unsigned long long)t->cycles, rate, 100 * cli_array_utilisation(s));
        if (t->clock_hz)
            printf("at the geometry's nominal clock of %.0f MHz: %.0f frames/s, %.0f GOP/s (one op = one MAC; %.0f counting multiply and add); no "
                   "board has run this\n",
                   hz / 1e6, t->frames * hz / (double)t->cycles, rate * hz / 1e9, 2 * rate * hz / 1e9);
        printf("DRAM: %llu bytes read, %llu written\n", (unsigned long long)t->dram_bytes_in, (unsigned long long)t->dram_bytes_out);
    }
    if (t->sim_seconds > 0) printf("simulation: %.0f cycles/s on one core\n", (double)t->sim_cycles / t->sim_seconds);
    printf("host time: %.3f ms per frame\n", 1e3 * seconds / t->frames);
}

static int print_json(const cli_session *s, const cli_options *o, const bonnet_stats *stats, double seconds)
{
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "device", json_object_new_string(o->device));
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    json_object_object_add(j, "layers", cli_layers_json(s));
    json_object_object_add(j, "totals", cli_totals_json(s, stats));
    json_object_object_add(j, "seconds", json_object_new_double(seconds));
    json_object_object_add(j, "dram_bytes_in", json_object_new_uint64(stats->dram_bytes_in));
    json_object_object_add(j, "dram_bytes_out", json_object_new_uint64(stats->dram_bytes_out));
    if (stats->sim_seconds > 0)
        json_object_object_add(j, "sim_cycles_per_second", json_object_new_double((double)stats->sim_cycles / stats->sim_seconds));
    return cli_print_json(j);
}

int cli_bench(int argc, char **argv)
{
    cli_options o = {.device = "sim:", .limit = 1};
    cli_session s = {0};
    bonnet_stats stats = {0};
    double seconds = 0;
    int code = cli_parse(&o, argc, argv, "dlntSTjq", usage);
    if (code != CLI_OK) return code;
    if (o.argc < 1 || o.argc > 2) return cli_fail(CLI_USAGE, "bench: give one .bonnet file and at most one image; try `bonnet bench --help`");
    if (!o.limit || o.limit > 100000) return cli_fail(CLI_USAGE, "bench: --images must be 1 to 100000");
    code = cli_open(&s, &o, o.argv[0]);
    if (code == CLI_OK && o.trace) code = cli_need_counters(&s, &o);
    if (code == CLI_OK) code = cli_run_frames(&s, &o, o.argc == 2 ? o.argv[1] : NULL, &stats, &seconds);
    if (code == CLI_OK && o.trace) code = cli_trace_write(&s, &o, o.trace);
    if (code == CLI_OK && o.json) code = print_json(&s, &o, &stats, seconds);
    else if (code == CLI_OK) {
        if (stats.cycles) print_layers(&s);
        print_totals(&s, &o, &stats, seconds);
        code = cli_finish_stdout();
    }
    cli_close(&s);
    return code;
}
