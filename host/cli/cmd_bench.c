/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_bench.c - bonnet bench: where the cycles of one frame go. Read from the chip's counters; nothing here is modelled. */
#include <stdio.h>
#include <string.h>
#include "cli.h"

static const char usage[] =
    "usage: bonnet bench MODEL.bonnet [IMAGE] [--device URI] [--images N] [--json]\n\n"
    "Per layer: MACs, cycles (of its descriptors, from their tokens to their ends), MAC/cycle, share of the unit's peak; where they went: ideal "
    "(all\n"
    "multipliers at work), fill, drain, stall-in (tokens before the cycles, operands within), stall-out; DRAM bytes. Then the whole frame, frames\n"
    "streamed one behind the other, and how fast the simulation ran. Without IMAGE: a synthetic picture. One op is one MAC.\n"
    "  --device URI      default sim:; on cpu: the time of each layer, the mean of the images; on golden: of all\n  --images N        frames in one "
    "job (default 1)\n"
    "  --walks N         walks of a further job, for the cycles of a streamed frame: (N walks - 1 walk) / (N - 1) (default 3, 0: none)\n"
    "  --dram-latency N  of the simulated memory, cycles (default 100)\n"
    "  --dram-port BITS  its width: the chip's bus (default), a half or a quarter of it\n"
    "  --trace FILE      also write what every unit did in the last frame, for a trace viewer (bonnet trace)\n"
    "  --timeout-ms N, --seed N, --json\n";

enum { URI_BYTES = 1200, MAX_WALKS = 1000 };

typedef struct line {
    cli_options o;
    unsigned long walks, dram_latency, dram_port;
} line; /* 0: not given */

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_device_options),
                                          CLI_OPT_GROUP(cli_frames_options),
                                          CLI_OPT_WHOLE("limit", cli_options, limit, 1, 100000),
                                          CLI_OPT_TEXT("trace", cli_options, trace),
                                          CLI_OPT_WHOLE("walks", line, walks, 0, MAX_WALKS),
                                          CLI_OPT_WHOLE("dram-latency", line, dram_latency, 1, CLI_WHOLE_MOST),
                                          CLI_OPT_WHOLE("dram-port", line, dram_port, 1, CLI_WHOLE_MOST),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

/* What was measured. One walk is `walk` frames. */
typedef struct measured {
    bonnet_stats stats;          /* of the job that was asked for */
    double seconds;              /* of its call */
    cli_array array;             /* in its last walk */
    cli_ideal ideal;             /* of a frame */
    double single, streamed;     /* cycles: of a job of one walk, of a frame among many; 0: not measured */
    double streamed_utilisation; /* of the array in the last of many walks, every wait included; 0: not measured */
    uint32_t walk;
} measured;

static void print_layers(const cli_session *s)
{
    bonnet_layer_stats l;
    cli_layer_table_head();
    for (uint32_t i = 0; i < s->info.layers; i++)
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) == BONNET_OK) cli_layer_table_row(&l);
    if (cli_shared(s)) puts(CLI_SHARED);
}

/* On the CPU alone: where the time of a frame goes. */
static void print_times(const cli_session *s)
{
    bonnet_layer_stats l;
    double all = 0;
    char shape[40];
    for (uint32_t i = 0; i < s->info.layers; i++)
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) == BONNET_OK) all += (double)l.nanoseconds;
    if (all <= 0) return; /* golden */
    printf("%-24s %-5s %-18s %12s %10s %8s %7s\n", "layer", "kind", "in -> out", "MACs", "ms", "GMAC/s", "share");
    for (uint32_t i = 0; i < s->info.layers; i++) {
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) != BONNET_OK || !l.nanoseconds) continue;
        snprintf(shape, sizeof shape, "%u->%ux%ux%u", l.channels_in, l.channels_out, l.height, l.width);
        printf("%-24s %-5s %-18s %12llu %10.4f %8.1f %6.1f%%\n", l.name, l.kind, shape, (unsigned long long)(l.macs / l.frames),
               1e-6 * (double)l.nanoseconds, (double)(l.macs / l.frames) / (double)l.nanoseconds, 100 * (double)l.nanoseconds / all);
    }
}

static void print_streamed(const measured *m)
{
    double all = m->ideal.binary + m->ideal.stem + m->ideal.head, most = m->ideal.binary > m->ideal.stem ? m->ideal.binary : m->ideal.stem;
    if (!m->streamed) return;
    printf("one walk (%u frame%s): %.0f cycles, %.3f x its units at their peak, one after the other (%.0f)\n", m->walk, m->walk == 1 ? "" : "s",
           m->single, m->single / (all * m->walk), all * m->walk);
    printf("streamed: %.0f cycles a frame, %.3f x the longest of them (%.0f)", m->streamed, m->streamed / most, most);
    if (m->stats.clock_hz) printf(": %.0f frames/s", m->stats.clock_hz / m->streamed);
    printf("; the array is %.1f %% busy\n", 100 * m->streamed_utilisation);
}

static void print_totals(const cli_session *s, const cli_options *o, const measured *m)
{
    const bonnet_stats *t = &m->stats;
    printf("%s, device %s, %u frame%s, %llu MACs\n", s->info.name, o->device, t->frames, t->frames == 1 ? "" : "s", (unsigned long long)t->macs);
    if (t->cycles) {
        double rate = (double)t->macs / (double)t->cycles, hz = t->clock_hz;
        printf("%llu cycles, %.0f MAC/cycle\n", (unsigned long long)t->cycles, rate);
        cli_array_print(&m->array);
        print_streamed(m);
        if (t->clock_hz)
            printf("at the geometry's nominal clock of %.0f MHz: %.0f frames/s, %.0f GOP/s (one op = one MAC; %.0f counting multiply and add); no "
                   "board has run this\n",
                   hz / 1e6, t->frames * hz / (double)t->cycles, rate * hz / 1e9, 2 * rate * hz / 1e9);
        printf("DRAM: %llu bytes read, %llu written\n", (unsigned long long)t->dram_bytes_in, (unsigned long long)t->dram_bytes_out);
    }
    if (t->sim_seconds > 0)
        printf("simulation: %.0f cycles/s on one core, %.2f s a frame\n", (double)t->sim_cycles / t->sim_seconds, t->sim_seconds / t->frames);
    printf("host time: %.3f ms per frame\n", 1e3 * m->seconds / t->frames);
}

static void add(struct json_object *j, const char *name, double value) { json_object_object_add(j, name, json_object_new_double(value)); }

/* The rows of the table of peaks, and what they are measured against. */
static struct json_object *peak_json(const measured *m)
{
    struct json_object *j = json_object_new_object();
    add(j, "ideal_binary_cycles", m->ideal.binary);
    add(j, "ideal_stem_cycles", m->ideal.stem);
    add(j, "ideal_head_cycles", m->ideal.head);
    add(j, "utilisation", m->array.loads);
    if (!m->streamed) return j;
    add(j, "single_cycles", m->single);
    add(j, "streamed_cycles_per_frame", m->streamed);
    add(j, "streamed_utilisation", m->streamed_utilisation);
    add(j, "streamed_frames_per_second", m->stats.clock_hz / m->streamed);
    json_object_object_add(j, "walk_frames", json_object_new_int64(m->walk));
    return j;
}

static int print_json(const cli_session *s, const cli_options *o, const measured *m, struct json_object *layers, struct json_object *totals)
{
    const bonnet_stats *stats = &m->stats;
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "device", json_object_new_string(o->device));
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    json_object_object_add(j, "layers", layers);
    json_object_object_add(j, "totals", totals);
    if (stats->cycles) json_object_object_add(j, "peak", peak_json(m));
    add(j, "seconds", m->seconds);
    json_object_object_add(j, "dram_bytes_in", json_object_new_uint64(stats->dram_bytes_in));
    json_object_object_add(j, "dram_bytes_out", json_object_new_uint64(stats->dram_bytes_out));
    if (stats->sim_seconds > 0) {
        add(j, "sim_cycles_per_second", (double)stats->sim_cycles / stats->sim_seconds);
        add(j, "sim_seconds_per_frame", stats->sim_seconds / stats->frames);
    }
    return cli_print_json(j);
}

/* One job of one walk and one of several. Their difference is what a frame takes when the stem of the next runs beside it. */
static int stream(measured *m, cli_session *s, const line *l, const char *image)
{
    cli_options job = l->o;
    bonnet_stats one = m->stats, many;
    int code = CLI_OK;
    if (!m->stats.cycles || !m->walk || l->walks < 2) return CLI_OK;
    job.limit = m->walk;
    if (l->o.limit > m->walk) code = cli_run_frames(s, &job, image, &one, NULL);
    job.limit = m->walk * l->walks;
    if (code == CLI_OK) code = cli_run_frames(s, &job, image, &many, NULL);
    if (code != CLI_OK) return code;
    m->single = (double)one.cycles;
    m->streamed = ((double)many.cycles - (double)one.cycles) / (double)((l->walks - 1) * m->walk);
    m->streamed_utilisation = cli_array_utilisation(s);
    return CLI_OK;
}

/* The device with what the memory's flags say behind its own options. */
static int with_memory(line *l, char *uri)
{
    if (!l->dram_latency && !l->dram_port) return CLI_OK;
    if (strncmp(l->o.device, "sim:", 4))
        return cli_fail(CLI_USAGE, "%s has no simulated memory; --dram-latency and --dram-port go with --device sim:", l->o.device);
    char latency[32] = "", port[32] = "";
    if (l->dram_latency) snprintf(latency, sizeof latency, "latency=%lu", l->dram_latency);
    if (l->dram_port) snprintf(port, sizeof port, "port=%lu", l->dram_port);
    const int n = snprintf(uri, URI_BYTES, "%s%s%s%s%s", l->o.device, l->o.device[4] ? "," : "", latency, *latency && *port ? "," : "", port);
    if (n < 0 || n >= URI_BYTES) return cli_fail(CLI_USAGE, "bench: the device's options are too long");
    l->o.device = uri;
    return CLI_OK;
}

int cli_bench(int argc, char **argv)
{
    line l = {.o = {.device = "sim:", .limit = 1}, .walks = 3};
    cli_session s = {0};
    measured m = {.walk = 0};
    struct json_object *layers = NULL, *totals = NULL;
    bonnet_layer_stats layer;
    char uri[URI_BYTES];
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc < 1 || l.o.argc > 2) return cli_fail(CLI_USAGE, "bench: give one .bonnet file and at most one image; try `bonnet bench --help`");
    if (l.walks == 1) return cli_fail(CLI_USAGE, "bench: --walks must be 0, or 2 to %d", MAX_WALKS);
    const char *image = l.o.argc == 2 ? l.o.argv[1] : NULL;
    code = with_memory(&l, uri);
    if (code == CLI_OK) code = cli_open(&s, &l.o, l.o.argv[0]);
    if (code == CLI_OK && l.o.trace) code = cli_need_counters(&s, &l.o);
    if (code == CLI_OK) code = cli_run_frames(&s, &l.o, image, &m.stats, &m.seconds);
    if (code == CLI_OK && l.o.trace) code = cli_trace_write(&s, &l.o, l.o.trace);
    if (code == CLI_OK) { /* of this job, before the next one runs */
        m.array = cli_array_of_run(&s);
        m.ideal = cli_ideal_cycles(&s);
        for (uint32_t i = 0; i < s.info.layers; i++) /* parts of a network may take different numbers of frames at once; the CPU one */
            if (bonnet_layer_stats_get(&layer, s.dev, s.model, i) == BONNET_OK && layer.frames > m.walk) m.walk = layer.frames;
        if (l.o.json) layers = cli_layers_json(&s), totals = cli_totals_json(&s, &m.stats);
        else if (m.stats.cycles) print_layers(&s);
        else print_times(&s);
        code = stream(&m, &s, &l, image);
    }
    if (code == CLI_OK && l.o.json) code = print_json(&s, &l.o, &m, layers, totals);
    else if (code == CLI_OK) {
        print_totals(&s, &l.o, &m);
        code = cli_finish_stdout();
    } else {
        json_object_put(layers);
        json_object_put(totals);
    }
    cli_close(&s);
    return code;
}
