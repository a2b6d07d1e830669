/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cut.c - bonnet cut: where a network can be cut, what crosses, what is left to do on either side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codec.h"

static const char usage[] =
    "usage: bonnet cut MODEL.bonnet [IMAGE...] [--geometry asic|zcu102|small|tiny] [--json] [-o RATIOS.json]\n\n"
    "Layers behind which the network can be cut in two: later layers read nothing but the map there. Of each: the bytes of that map (packed bits), "
    "MACs and\n"
    "estimated cycles of a chip before and behind it. With images: what deflate and zstd leave of their maps there, and which of\n"
    "the two is worth its time; skip: neither is, more than 0.95 is left.\n"
    "  --geometry NAME   chip (default asic)\n  -o FILE           the ratios as JSON (docs/codecs.md)\n  --json\n";

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_output_options), CLI_OPT_TEXT("geometry", cli_options, geometry),
                                          CLI_OPT_GROUP(cli_json_options), CLI_OPT_END};

/* One cut and what is known of it; 0 cycles: not estimated on this geometry. */
typedef struct row {
    bonnet_cut cut;
    uint64_t before, after;
    bonnet_codec_measured codecs; /* ratio[0] 0: no images */
} row;

/* One frame of a part; 0: it has no room there. */
static int cycles_of(uint64_t *cycles, const cli_session *s, const bonnet_model *part, const char *geometry)
{
    bonnet_plan *plan = NULL;
    bonnet_stats stats = {0};
    bonnet_estimate_options e = BONNET_ESTIMATE_OPTIONS_INIT;
    e.geometry = geometry;
    bonnet_status status = bonnet_estimate(&plan, part, &e);
    if (status == BONNET_OK) status = bonnet_plan_stats(&stats, plan);
    bonnet_plan_free(plan);
    *cycles = stats.cycles;
    return status == BONNET_OK || status == BONNET_EUNSUPPORTED ? CLI_OK : cli_fail_status(status, s->dev, s->path);
}

static int look_at(row *r, const cli_session *s, const cli_options *o, uint32_t cut, const uint8_t *pixels, size_t count)
{
    bonnet_model *part = NULL;
    int code = CLI_OK;
    for (int tail = 0; tail < 2 && code == CLI_OK; tail++) {
        const bonnet_status status = (tail ? bonnet_model_tail : bonnet_model_head)(&part, s->model, cut);
        code = status == BONNET_OK ? cycles_of(tail ? &r->after : &r->before, s, part, o->geometry) : cli_fail_status(status, s->dev, s->path);
        bonnet_model_free(part);
        part = NULL;
    }
    uint8_t *maps = NULL;
    if (code == CLI_OK && count) code = cli_maps_at(&maps, s, cut, pixels, count);
    if (maps && code == CLI_OK) {
        const bonnet_status status = bonnet_codec_measure(&r->codecs, maps, r->cut.bytes, count);
        if (status != BONNET_OK) code = cli_fail(CLI_STATUS - (int)status, "%s: %s", s->path, bonnet_status_text(status));
    }
    free(maps);
    return code;
}

static const char *verdict(const row *r) { return r->codecs.codec ? codec_names[r->codecs.codec] : "skip"; }

static void print_row(const row *r, uint32_t cut)
{
    char map[48], before[24] = "-", after[24] = "-", ratio[32] = "       -        -";
    snprintf(map, sizeof map, "%ux%ux%u", r->cut.channels, r->cut.height, r->cut.width);
    if (r->before) snprintf(before, sizeof before, "%llu", (unsigned long long)r->before);
    if (r->after) snprintf(after, sizeof after, "%llu", (unsigned long long)r->after);
    if (r->codecs.ratio[0] > 0) snprintf(ratio, sizeof ratio, "%8.2f %8.2f  %s", r->codecs.ratio[1], r->codecs.ratio[2], verdict(r));
    printf("%3u %-24s %-14s %6u %9zu %12llu %12llu %10s %10s %s\n", cut, r->cut.name, map, r->cut.slices, r->cut.bytes,
           (unsigned long long)r->cut.macs_before, (unsigned long long)r->cut.macs_after, before, after, ratio);
}

static struct json_object *row_json(const row *r, uint32_t cut)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "cut", json_object_new_int64(cut));
    json_object_object_add(o, "name", json_object_new_string(r->cut.name));
    json_object_object_add(o, "layer", json_object_new_int64(r->cut.layer));
    json_object_object_add(o, "channels", json_object_new_int64(r->cut.channels));
    json_object_object_add(o, "height", json_object_new_int64(r->cut.height));
    json_object_object_add(o, "width", json_object_new_int64(r->cut.width));
    json_object_object_add(o, "slices", json_object_new_int64(r->cut.slices));
    json_object_object_add(o, "bytes", json_object_new_uint64(r->cut.bytes));
    json_object_object_add(o, "macs_before", json_object_new_uint64(r->cut.macs_before));
    json_object_object_add(o, "macs_after", json_object_new_uint64(r->cut.macs_after));
    if (r->before) json_object_object_add(o, "cycles_before", json_object_new_uint64(r->before));
    if (r->after) json_object_object_add(o, "cycles_after", json_object_new_uint64(r->after));
    if (r->codecs.ratio[0] > 0) {
        json_object_object_add(o, "deflate_ratio", json_object_new_double(r->codecs.ratio[BONNET_CODEC_DEFLATE]));
        json_object_object_add(o, "zstd_ratio", json_object_new_double(r->codecs.ratio[BONNET_CODEC_ZSTD]));
        json_object_object_add(o, "codec", json_object_new_string(verdict(r)));
    }
    return o;
}

/* For a planner: the ratios alone, of this very network. */
static int write_ratios(const cli_session *s, const row *rows, uint32_t n, const char *path)
{
    char digest[CLI_DIGEST];
    struct json_object *j = json_object_new_object(), *cuts = json_object_new_array();
    for (uint32_t cut = 0; cut < n; cut++) {
        struct json_object *o = json_object_new_object();
        json_object_object_add(o, "name", json_object_new_string(rows[cut].cut.name));
        json_object_object_add(o, "bytes", json_object_new_uint64(rows[cut].cut.bytes));
        json_object_object_add(o, "deflate", json_object_new_double(rows[cut].codecs.ratio[BONNET_CODEC_DEFLATE]));
        json_object_object_add(o, "zstd", json_object_new_double(rows[cut].codecs.ratio[BONNET_CODEC_ZSTD]));
        json_object_array_add(cuts, o);
    }
    json_object_object_add(j, "bonnet_codecs", json_object_new_int(1));
    json_object_object_add(j, "network", json_object_new_string(s->info.name));
    json_object_object_add(j, "sha256", json_object_new_string(cli_sha256_hex(digest, s->info.sha256)));
    json_object_object_add(j, "cuts", cuts);
    const char *text = json_object_to_json_string_ext(j, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
    const int code = cli_write_file(path, text, strlen(text));
    json_object_put(j);
    return code;
}

static int print_json(const cli_session *s, const cli_options *o, const row *rows, uint32_t n)
{
    struct json_object *j = json_object_new_object(), *cuts = json_object_new_array();
    for (uint32_t cut = 0; cut < n; cut++) json_object_array_add(cuts, row_json(&rows[cut], cut));
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    json_object_object_add(j, "geometry", json_object_new_string(o->geometry));
    json_object_object_add(j, "input_bytes", json_object_new_uint64(bonnet_model_input_bytes(s->model)));
    json_object_object_add(j, "cuts", cuts);
    return cli_print_json(j);
}

static int print_table(const cli_session *s, const cli_options *o, const row *rows, uint32_t n)
{
    if (n)
        printf("%3s %-24s %-14s %6s %9s %12s %12s %10s %10s %8s %8s  %s\n", "cut", "behind", "map (CxHxW)", "slices", "bytes", "MACs before",
               "MACs after", "cycles bef", "cycles aft", "deflate", "zstd", "codec");
    for (uint32_t cut = 0; cut < n; cut++) print_row(&rows[cut], cut);
    printf("%s: the picture itself has %zu bytes; cycles: of one frame on geometry %s, estimated\n", s->info.name, bonnet_model_input_bytes(s->model),
           o->geometry);
    return cli_finish_stdout();
}

int cli_cut(int argc, char **argv)
{
    cli_options o = {.device = "cpu:", .geometry = "asic"};
    cli_session s = {0};
    uint8_t *pixels = NULL;
    size_t count = 0;
    int code = cli_parse(&o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (o.argc < 1) return cli_fail(CLI_USAGE, "cut: give a .bonnet file; try `bonnet cut --help`");
    if (o.output && o.argc < 2) return cli_fail(CLI_USAGE, "cut: -o FILE wants images, to measure codecs on their maps");
    const char *path = o.argv[0];
    o.argc--, o.argv++;
    code = cli_open(&s, &o, path);
    if (code == CLI_OK) code = cli_images_of_all(&pixels, &count, &s, &o);
    row *rows = code == CLI_OK ? calloc((size_t)s.info.layers + 1, sizeof *rows) : NULL;
    if (code == CLI_OK && !rows) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    uint32_t n = 0;
    for (; code == CLI_OK && n < s.info.layers && bonnet_cut_get(&rows[n].cut, s.model, n) == BONNET_OK; n++)
        code = look_at(&rows[n], &s, &o, n, pixels, count);
    if (code == CLI_OK && o.output) code = write_ratios(&s, rows, n, o.output);
    if (code == CLI_OK) code = o.json ? print_json(&s, &o, rows, n) : print_table(&s, &o, rows, n);
    free(rows);
    free(pixels);
    cli_close(&s);
    return code;
}
