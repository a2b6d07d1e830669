/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cut.c - bonnet cut: where a network can be cut, what crosses, what is left to do on either side; run --until and --from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "cli.h"

static const char usage[] =
    "usage: bonnet cut MODEL.bonnet [IMAGE...] [--geometry asic|zcu102|small|tiny] [--json]\n\n"
    "Layers behind which the network can be cut in two: later layers read nothing but the map there. Of each: the bytes of that map (packed bits), "
    "MACs and\n"
    "estimated cycles of a chip before and behind it. With images: what deflate makes of their maps there, 1.00 or more: not worth it.\n"
    "  --geometry NAME   chip (default asic)\n  --json\n";

int cli_cut_find(uint32_t *cut, const cli_session *s, const char *text)
{
    bonnet_cut c;
    char *end;
    const unsigned long number = strtoul(text, &end, 10);
    for (*cut = 0; bonnet_cut_get(&c, s->model, *cut) == BONNET_OK; ++*cut)
        if (!strcmp(c.name, text) || (*text && !*end && number == *cut)) return CLI_OK;
    return cli_fail(CLI_USAGE, "%s: no cut '%.60s'; `bonnet cut %s` lists them", s->path, text, s->path);
}

int cli_images_of_all(uint8_t **pixels, size_t *count, const cli_session *s, const cli_options *o)
{
    const size_t bytes = bonnet_model_input_bytes(s->model);
    int code = CLI_OK;
    *pixels = NULL;
    *count = 0;
    for (int i = 0; i < o->argc && code == CLI_OK; i++) {
        cli_image image = {0};
        code = cli_images_read_for(&image, o->argv[i], s);
        uint8_t *more = code == CLI_OK ? realloc(*pixels, bytes * (*count + image.count)) : NULL;
        if (code == CLI_OK && !more) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %zu images", *count + image.count);
        if (more) {
            memcpy(more + bytes * *count, image.pixels, bytes * image.count);
            *pixels = more;
            *count += image.count;
        }
        free(image.pixels);
    }
    return code;
}

/* The maps of `count` images at a cut. *maps: free(). */
static int maps_at(uint8_t **maps, const cli_session *s, uint32_t cut, const uint8_t *pixels, size_t count)
{
    bonnet_cut c;
    bonnet_model *head = NULL;
    bonnet_status status = bonnet_cut_get(&c, s->model, cut);
    if (status == BONNET_OK) status = bonnet_model_head(&head, s->model, cut);
    *maps = status == BONNET_OK ? malloc(c.bytes * count) : NULL;
    int code = status == BONNET_OK && !*maps ? cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for the maps of %zu images", count) : CLI_OK;
    if (*maps) status = bonnet_run_head(*maps, s->dev, head, pixels, count);
    cli_progress_end();
    bonnet_model_free(head);
    return code == CLI_OK && status != BONNET_OK ? cli_fail_status(status, s->dev, s->path) : code;
}

int cli_run_until(cli_session *s, const cli_options *o)
{
    uint8_t *pixels = NULL, *maps = NULL, *bytes = NULL;
    size_t count = 0, size = 0;
    uint32_t cut = 0;
    bonnet_cut c;
    int code = cli_cut_find(&cut, s, o->until);
    if (code == CLI_OK) code = cli_images_of_all(&pixels, &count, s, o);
    if (code == CLI_OK) code = maps_at(&maps, s, cut, pixels, count);
    if (code == CLI_OK) {
        const bonnet_status status = bonnet_cut_pack(&bytes, &size, s->model, cut, maps, count);
        code = status == BONNET_OK ? cli_write_file(o->output, (const char *)bytes, size) : cli_fail_status(status, s->dev, o->output);
    }
    if (code == CLI_OK && bonnet_cut_get(&c, s->model, cut) == BONNET_OK) {
        printf("%s: %zu image%s as far as '%s', layer %u: %zu bytes each\n", o->output, count, count == 1 ? "" : "s", c.name, c.layer, c.bytes);
        code = cli_finish_stdout();
    }
    free(pixels);
    free(maps);
    free(bytes);
    return code;
}

int cli_maps_read(uint8_t **maps, size_t *count, cli_session *s, const char *path)
{
    uint8_t *bytes = NULL;
    const uint8_t *at;
    size_t size = 0;
    uint32_t cut = 0;
    bonnet_cut c;
    bonnet_model *tail = NULL;
    int code = cli_read_file(&bytes, &size, path);
    if (code != CLI_OK) return code;
    bonnet_status status = bonnet_cut_parse(&at, count, &cut, s->model, bytes, size);
    if (status == BONNET_OK) status = bonnet_cut_get(&c, s->model, cut);
    if (status == BONNET_OK) status = bonnet_model_tail(&tail, s->model, cut);
    if (status == BONNET_OK) status = bonnet_model_info_get(&s->info, tail);
    if (status != BONNET_OK) code = cli_fail_status(status, s->dev, path);
    else {
        bonnet_model_free(s->model); /* its name goes, too: info is the tail's now */
        s->model = tail;
        *maps = memmove(bytes, at, *count * c.bytes);
        bytes = NULL;
    }
    free(bytes);
    return code;
}

/* One cut and what is known of it; 0 cycles: not estimated on this geometry. */
typedef struct row {
    bonnet_cut cut;
    uint64_t before, after;
    double ratio; /* deflated by bytes; 0: no images */
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
    if (code == CLI_OK && count) code = maps_at(&maps, s, cut, pixels, count);
    double all = 0;
    for (size_t i = 0; i < count && code == CLI_OK; i++) { /* map by map: a request carries one */
        uLongf size = compressBound(r->cut.bytes);
        uint8_t *to = malloc(size);
        if (!to || compress2(to, &size, maps + i * r->cut.bytes, r->cut.bytes, 6) != Z_OK)
            code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
        all += (double)size / (double)r->cut.bytes;
        free(to);
    }
    if (count) r->ratio = all / (double)count;
    free(maps);
    return code;
}

static void print_row(const row *r, uint32_t cut)
{
    char map[48], before[24] = "-", after[24] = "-", ratio[16] = "-";
    snprintf(map, sizeof map, "%ux%ux%u", r->cut.channels, r->cut.height, r->cut.width);
    if (r->before) snprintf(before, sizeof before, "%llu", (unsigned long long)r->before);
    if (r->after) snprintf(after, sizeof after, "%llu", (unsigned long long)r->after);
    if (r->ratio > 0) snprintf(ratio, sizeof ratio, "%.2f", r->ratio);
    printf("%3u %-24s %-14s %6u %9zu %12llu %12llu %10s %10s %8s\n", cut, r->cut.name, map, r->cut.slices, r->cut.bytes,
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
    if (r->ratio > 0) json_object_object_add(o, "deflate_ratio", json_object_new_double(r->ratio));
    return o;
}

int cli_cut(int argc, char **argv)
{
    cli_options o = {.device = "cpu:", .geometry = "asic"};
    cli_session s = {0};
    uint8_t *pixels = NULL;
    size_t count = 0;
    int code = cli_parse(&o, argc, argv, "gjq", usage);
    if (code != CLI_OK) return code;
    if (o.argc < 1) return cli_fail(CLI_USAGE, "cut: give a .bonnet file; try `bonnet cut --help`");
    const char *path = o.argv[0];
    o.argc--, o.argv++;
    code = cli_open(&s, &o, path);
    if (code == CLI_OK) code = cli_images_of_all(&pixels, &count, &s, &o);
    struct json_object *cuts = json_object_new_array();
    row r = {{0}, 0, 0, 0};
    for (uint32_t cut = 0; code == CLI_OK && bonnet_cut_get(&r.cut, s.model, cut) == BONNET_OK; cut++) {
        code = look_at(&r, &s, &o, cut, pixels, count);
        if (code != CLI_OK) break;
        if (o.json) json_object_array_add(cuts, row_json(&r, cut));
        else if (cut == 0)
            printf("%3s %-24s %-14s %6s %9s %12s %12s %10s %10s %8s\n", "cut", "behind", "map (CxHxW)", "slices", "bytes", "MACs before",
                   "MACs after", "cycles bef", "cycles aft", "deflate");
        if (!o.json) print_row(&r, cut);
        r = (row){{0}, 0, 0, 0};
    }
    if (code == CLI_OK && o.json) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "model", json_object_new_string(s.info.name));
        json_object_object_add(j, "geometry", json_object_new_string(o.geometry));
        json_object_object_add(j, "input_bytes", json_object_new_uint64(bonnet_model_input_bytes(s.model)));
        json_object_object_add(j, "cuts", cuts);
        code = cli_print_json(j);
    } else {
        json_object_put(cuts);
        if (code == CLI_OK) {
            printf("%s: the picture itself has %zu bytes; cycles: of one frame on geometry %s, estimated\n", s.info.name,
                   bonnet_model_input_bytes(s.model), o.geometry);
            code = cli_finish_stdout();
        }
    }
    free(pixels);
    cli_close(&s);
    return code;
}
