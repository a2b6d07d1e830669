/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_run.c - bonnet run: labels of images, or the accuracy over a data set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

static const char usage[] =
    "usage: bonnet run MODEL.bonnet IMAGE... [--device URI] [--json]\n"
    "       bonnet run MODEL.bonnet --dataset fashion-mnist [--limit N] [--dataset-dir DIR] [--device URI] [--json]\n"
    "       bonnet run MODEL.bonnet IMAGE... --until CUT -o FILE.cut [--codec NAME] [--device URI]\n"
    "       bonnet run MODEL.bonnet --from FILE.cut [--device URI] [--json]\n"
    "       bonnet run MODEL.bonnet IMAGE...|--dataset fashion-mnist --exits THRESHOLDS.json [--point N] | --exit NAME [--json]\n"
    "       bonnet run MODEL.bonnet IMAGE...|--dataset fashion-mnist --all-exits -o LOGITS.npz\n\n"
    "Classify images (PNG, JPEG, PGM/PPM, NPY, NPZ, or .raw: the network's own bytes), or measure the accuracy over the test images of a data set.\n"
    "  --device URI      golden:, cpu: (default), sim:, mock: ...   bonnet devices lists them\n"
    "  --until CUT       only the layers up to a cut (bonnet cut lists them), whose maps go to the file of -o\n"
    "  --codec NAME      none (default), deflate, zstd, or the one that RATIOS.json of bonnet cut -o decides for: of these maps, bit for bit\n"
    "  --from FILE.cut   only the layers behind it, on these maps\n"
    "  --exits FILE      leave at the first early exit that is sure enough (bonnet calibrate writes such files); --point N: not its chosen point\n"
    "  --exit NAME       always leave there; final: the network's own end\n"
    "  --all-exits       the logits of every exit, for bonnet calibrate\n"
    "  --limit N         only the first N images of the data set\n"
    "  --timeout-ms N    give up on a run after N ms (default 600000)\n"
    "  --seed N          of the simulated memory's back-pressure\n"
    "  --trace FILE      what every unit did in the last frame, for a trace viewer (devices with counters)\n"
    "  --json            one JSON object on stdout\n  --quiet           no progress bar\n";

typedef struct line {
    cli_options o;
    cli_exits_wish exits;
    const char *until, *from, *codec;
    bool all_exits;
} line;

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_dataset_options),
                                          CLI_OPT_GROUP(cli_device_options),
                                          CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_TEXT("trace", cli_options, trace),
                                          CLI_OPT_TEXT("until", line, until),
                                          CLI_OPT_TEXT("from", line, from),
                                          CLI_OPT_TEXT("codec", line, codec),
                                          CLI_OPT_TEXT("exits", line, exits.file),
                                          CLI_OPT_TEXT("point", line, exits.point),
                                          CLI_OPT_TEXT("exit", line, exits.exit),
                                          CLI_OPT_FLAG("all-exits", line, all_exits),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

static struct json_object *image_json(const cli_session *s, const char *name, const bonnet_result *r, const int32_t *logits, const bonnet_stats *st)
{
    char number[16];
    struct json_object *o = json_object_new_object(), *l = json_object_new_array();
    if (name) json_object_object_add(o, "image", json_object_new_string(name));
    json_object_object_add(o, "label", json_object_new_string(cli_label(s->model, r->label, number, sizeof number)));
    json_object_object_add(o, "index", json_object_new_int64(r->label));
    json_object_object_add(o, "score", json_object_new_double(r->score));
    for (uint32_t i = 0; i < s->info.classes; i++) json_object_array_add(l, json_object_new_int(logits[i]));
    json_object_object_add(o, "logits", l);
    if (st && st->cycles) json_object_object_add(o, "cycles", json_object_new_uint64(st->cycles));
    return o;
}

static struct json_object *report(const cli_session *s, const cli_options *o, struct json_object *images, const bonnet_stats *total)
{
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "device", json_object_new_string(o->device));
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    if (images) json_object_object_add(j, "images", images);
    json_object_object_add(j, "totals", cli_totals_json(s, total));
    if (total->sim_seconds > 0)
        json_object_object_add(j, "sim_cycles_per_second", json_object_new_double((double)total->sim_cycles / total->sim_seconds));
    return j;
}

static void accumulate(bonnet_stats *total, const bonnet_stats *one)
{
    total->cycles += one->cycles;
    total->macs += one->macs;
    total->frames += one->frames;
    total->dram_bytes_in += one->dram_bytes_in;
    total->dram_bytes_out += one->dram_bytes_out;
    total->clock_hz = one->clock_hz;
    total->lanes = one->lanes;
    total->sim_cycles = one->sim_cycles;
    total->sim_seconds = one->sim_seconds;
}

/* What is printed of one image; `name` is its file's, with [index] where the file holds several. */
static void print_image(const cli_session *s, int width, const char *name, const bonnet_result *r, const bonnet_stats *stats)
{
    char number[16];
    const char *label = cli_label(s->model, r->label, number, sizeof number);
    if (stats->cycles)
        printf("%-*s %-16s %6.1f %% %10llu %10.0f\n", width, name, label, 100 * r->score, (unsigned long long)stats->cycles,
               (double)stats->macs / (double)stats->cycles);
    else printf("%-*s %-16s %6.1f %% %10s %10s\n", width, name, label, 100 * r->score, "-", "-");
}

/* One file, image by image: each has its own cycles. */
static int run_file(cli_session *s, const line *l, const char *path, int width, struct json_object *images, int32_t *logits, bonnet_stats *total)
{
    cli_image image = {0};
    int code = l->from ? cli_maps_read(&image.pixels, &image.count, s, path) : cli_images_read_for(&image, path, s);
    const size_t bytes = bonnet_model_input_bytes(s->model); /* --from: of the tail's now */
    for (size_t i = 0; i < image.count && code == CLI_OK; i++) {
        char name[4200];
        bonnet_result r;
        bonnet_stats stats = {0};
        if (image.count > 1) snprintf(name, sizeof name, "%.4096s[%zu]", path, i);
        else snprintf(name, sizeof name, "%.4096s", path);
        bonnet_status status = bonnet_run_batch(&r, logits, s->dev, s->model, image.pixels + i * bytes, 1);
        cli_progress_end();
        if (status == BONNET_OK) status = bonnet_stats_get(&stats, s->dev);
        if (status != BONNET_OK) code = cli_fail_status(status, s->dev, name);
        else {
            if (!l->o.json && !total->frames) printf("%-*s %-16s %8s %10s %10s\n", width, "image", "label", "score", "cycles", "MAC/cycle");
            accumulate(total, &stats);
            if (l->o.json) json_object_array_add(images, image_json(s, name, &r, logits, &stats));
            else print_image(s, width, name, &r, &stats);
        }
    }
    free(image.pixels);
    return code;
}

static int run_images(cli_session *s, const line *l)
{
    bonnet_stats total = {0};
    struct json_object *images = json_object_new_array();
    int32_t *logits = calloc(s->info.classes, sizeof *logits);
    int code = logits ? CLI_OK : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    int width = 5; /* of the longest path */
    for (int i = 0; i < l->o.argc; i++)
        if ((int)strlen(l->o.argv[i]) > width) width = (int)strlen(l->o.argv[i]);
    for (int i = 0; i < l->o.argc && code == CLI_OK; i++) code = run_file(s, l, l->o.argv[i], width, images, logits, &total);
    free(logits);
    if (code == CLI_OK && l->o.json) return cli_print_json(report(s, &l->o, images, &total));
    json_object_put(images);
    return code == CLI_OK ? cli_finish_stdout() : code;
}

static int run_dataset(cli_session *s, const cli_options *o)
{
    enum { CHUNK = 50 }; /* small enough for a lively bar and a prompt Ctrl-C, large enough for frame batching */
    cli_dataset d = {0};
    bonnet_result results[CHUNK];
    bonnet_stats total = {0}, stats;
    size_t right = 0, done = 0, bytes = bonnet_model_input_bytes(s->model);
    int code = cli_dataset_open(&d, o, &s->info);
    int32_t *logits = calloc((size_t)CHUNK * s->info.classes, sizeof *logits);
    struct json_object *images = json_object_new_array();
    if (code == CLI_OK && !logits) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    while (code == CLI_OK && done < d.count) {
        size_t n = d.count - done < CHUNK ? d.count - done : CHUNK;
        if (!o->quiet) cli_progress(s->info.name, done, d.count);
        bonnet_status status = bonnet_run_batch(results, logits, s->dev, s->model, d.pixels + done * bytes, n);
        if (status != BONNET_OK) {
            code = cli_fail_status(status, s->dev, s->path);
            if (done) fprintf(stderr, "bonnet: until then %zu of %zu images were right\n", right, done);
            break;
        }
        if (bonnet_stats_get(&stats, s->dev) == BONNET_OK) accumulate(&total, &stats);
        for (size_t i = 0; i < n; i++) {
            right += results[i].label == d.labels[done + i];
            if (o->json) json_object_array_add(images, image_json(s, NULL, &results[i], logits + i * s->info.classes, NULL));
        }
        done += n;
    }
    cli_progress_end();
    cli_dataset_free(&d);
    free(logits);
    if (code == CLI_OK && o->json) {
        struct json_object *j = report(s, o, images, &total);
        json_object_object_add(j, "accuracy", json_object_new_double((double)right / (double)done));
        return cli_print_json(j);
    }
    json_object_put(images);
    if (code != CLI_OK) return code;
    printf("%s, device %s, %zu of %zu right, accuracy %.2f %%\n", s->info.name, o->device, right, done, 100.0 * (double)right / (double)done);
    if (total.cycles)
        printf("%.0f cycles per image, %.0f MAC/cycle\n", (double)total.cycles / total.frames, (double)total.macs / (double)total.cycles);
    return cli_finish_stdout();
}

int cli_run(int argc, char **argv)
{
    line l = {.o = {.device = "cpu:"}};
    cli_session s = {0};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    const cli_exits_wish exits = l.exits;
    if (l.o.argc < 1) return cli_fail(CLI_USAGE, "run: give a .bonnet file; try `bonnet run --help`");
    const char *path = l.o.argv[0];
    l.o.argc--, l.o.argv++;
    if (l.from && (l.o.argc || l.o.dataset || l.until)) return cli_fail(CLI_USAGE, "run: --from FILE.cut is all the input there is");
    if (l.from) l.o.argv[0] = (char *)(uintptr_t)l.from, l.o.argc = 1;
    if (!l.o.argc == !l.o.dataset) return cli_fail(CLI_USAGE, "run: give image files or --dataset, one of the two");
    const int kinds = (exits.file != NULL) + (exits.exit != NULL) + l.all_exits;
    if (kinds > 1 || (kinds && (l.until || l.from || l.o.trace)) || (exits.point && !exits.file))
        return cli_fail(CLI_USAGE, "run: --exits FILE [--point N], --exit NAME or --all-exits, one of them, and neither --until, --from nor --trace");
    if (l.all_exits && (!l.o.output || l.o.json)) return cli_fail(CLI_USAGE, "run: --all-exits wants -o FILE.npz, and no --json");
    if (kinds && !l.all_exits && l.o.output) return cli_fail(CLI_USAGE, "run: -o FILE is for --until and --all-exits");
    if (kinds) {
        code = cli_open(&s, &l.o, path);
        if (code == CLI_OK) code = l.all_exits ? cli_run_all_exits(&s, &l.o) : cli_run_exits(&s, &l.o, &exits);
        cli_close(&s);
        return code;
    }
    if (!l.until != !l.o.output || (l.until && (l.o.dataset || l.o.json || l.o.trace)))
        return cli_fail(CLI_USAGE, "run: --until CUT wants image files and -o FILE.cut, and nothing else");
    if (l.codec && !l.until) return cli_fail(CLI_USAGE, "run: --codec is for the file of --until");
    code = cli_open(&s, &l.o, path);
    if (code == CLI_OK && l.o.trace) code = cli_need_counters(&s, &l.o);
    if (code == CLI_OK) code = l.until ? cli_run_until(&s, &l.o, l.until, l.codec) : l.o.dataset ? run_dataset(&s, &l.o) : run_images(&s, &l);
    if (code == CLI_OK && l.o.trace) code = cli_trace_write(&s, &l.o, l.o.trace);
    cli_close(&s);
    return code;
}
