/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_verify.c - bonnet verify: bit by bit against the golden model, layer by layer. */
#include <stdio.h>
#include <stdlib.h>
#include "verify_exits.h"

static const char usage[] =
    "usage: bonnet verify MODEL.bonnet [IMAGE]... [--device URI] [--images N] [--dataset fashion-mnist] [--json]\n"
    "       bonnet verify MODEL.bonnet [IMAGE] --against TENSORS.npz [--device URI] [--json]\n\n"
    "Run images on a device and on the golden model and compare every intermediate map of every layer and every logit.\n"
    "Of a network with early exits each branch, too, on the maps that golden makes.\n"
    "Exit 0 if all bits agree; 1 with the first divergence otherwise. Without IMAGE files: the first N images of the data set.\n"
    "--against: with your own framework's tensors instead of the golden model, by name, up to the first that differs (docs/verify.md).\n"
    "  --device URI      default sim: (--against: golden:)\n  --images N        default 10\n  --dataset-dir DIR, --timeout-ms N, --seed N, --quiet\n";

typedef struct line {
    cli_options o;
    const char *against;
} line;

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_dataset_options),
                                          CLI_OPT_GROUP(cli_device_options),
                                          CLI_OPT_WHOLE("images", cli_options, limit, 0, CLI_WHOLE_MOST),
                                          CLI_OPT_WHOLE("frames", cli_options, limit, 0, CLI_WHOLE_MOST),
                                          CLI_OPT_TEXT("against", line, against),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

typedef struct verdict {
    size_t images;
    uint64_t maps, words;
    bonnet_divergence first;
    bool differs;
    const char *image, *exit; /* exit: of the branch that differs, or NULL */
    cli_branches branches;
} verdict;

/* One network or branch; what is found goes into the verdict. */
static int take(verdict *v, const cli_session *s, bonnet_status status, const bonnet_divergence *d, const char *name, const char *exit)
{
    if (status != BONNET_OK && status != BONNET_EMISMATCH) return cli_fail_status(status, s->dev, name);
    v->maps += d->maps_compared;
    v->words += d->words_compared;
    if (status == BONNET_EMISMATCH) v->first = *d, v->differs = true, v->image = name, v->exit = exit;
    return CLI_OK;
}

/* The branches first: the table is of the device's last run, and of the network itself. */
static int verify_one(verdict *v, cli_session *s, const uint8_t *pixels, const char *name)
{
    bonnet_divergence d = {0};
    int code = CLI_OK;
    for (uint32_t i = 0; i < v->branches.n && code == CLI_OK && !v->differs; i++) {
        const bonnet_status status = cli_branch_verify(&d, &v->branches, i, s, pixels);
        code = take(v, s, status, &d, name, v->branches.name[i]);
    }
    if (code == CLI_OK && !v->differs) {
        const bonnet_status status = bonnet_verify_image(&d, s->dev, s->model, pixels, bonnet_model_input_bytes(s->model));
        code = take(v, s, status, &d, name, NULL);
    }
    v->images += code == CLI_OK;
    return code;
}

static int verify_files(verdict *v, cli_session *s, const cli_options *o)
{
    int code = CLI_OK;
    for (int i = 0; i < o->argc && code == CLI_OK && !v->differs; i++) {
        uint8_t *pixels;
        code = cli_image_read_for(&pixels, o->argv[i], s);
        if (code != CLI_OK) break;
        code = verify_one(v, s, pixels, o->argv[i]);
        cli_progress_end();
        free(pixels);
    }
    return code;
}

static int verify_dataset(verdict *v, cli_session *s, const cli_options *o, char *name, size_t name_bytes)
{
    cli_dataset d = {0};
    int code = cli_dataset_open(&d, o, &s->info);
    for (uint32_t i = 0; i < d.count && code == CLI_OK && !v->differs; i++) {
        snprintf(name, name_bytes, "image %u", i);
        if (!o->quiet) cli_progress("verify", i, d.count);
        code = verify_one(v, s, d.pixels + (size_t)i * bonnet_model_input_bytes(s->model), name);
    }
    cli_progress_end();
    cli_dataset_free(&d);
    return code;
}

static struct json_object *divergence_json(const verdict *v)
{
    const bonnet_divergence *d = &v->first;
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "image", json_object_new_string(v->image));
    if (v->exit) json_object_object_add(o, "exit", json_object_new_string(v->exit));
    json_object_object_add(o, "layer", json_object_new_string(d->name));
    json_object_object_add(o, "y", json_object_new_int64(d->y));
    json_object_object_add(o, "x", json_object_new_int64(d->x));
    json_object_object_add(o, "channel", json_object_new_int64(d->channel));
    json_object_object_add(o, "slice", json_object_new_int64(d->slice));
    json_object_object_add(o, "wanted", json_object_new_int64(d->wanted));
    json_object_object_add(o, "got", json_object_new_int64(d->got));
    return o;
}

static int print_json(const verdict *v, const cli_session *s, const cli_options *o)
{
    struct json_object *j = json_object_new_object();
    json_object_object_add(j, "device", json_object_new_string(o->device));
    json_object_object_add(j, "model", json_object_new_string(s->info.name));
    json_object_object_add(j, "verified_images", json_object_new_uint64(v->images));
    json_object_object_add(j, "exits", json_object_new_int64(v->branches.n));
    json_object_object_add(j, "maps", json_object_new_uint64(v->maps));
    json_object_object_add(j, "bits", json_object_new_uint64(v->words * 64));
    json_object_object_add(j, "mismatches", json_object_new_int(v->differs));
    if (v->differs) json_object_object_add(j, "divergence", divergence_json(v));
    return cli_print_json(j);
}

static int print_table(const verdict *v, const cli_session *s, const cli_options *o)
{
    bonnet_layer_stats l;
    if (!v->exit) printf("%-24s %-5s %-14s %s\n", "layer", "kind", "map (CxHxW)", "verdict");
    for (uint32_t i = 0; i < s->info.layers && !v->exit; i++) {
        char shape[40];
        if (bonnet_layer_stats_get(&l, s->dev, s->model, i) != BONNET_OK) continue;
        snprintf(shape, sizeof shape, "%ux%ux%u", l.channels_out, l.height, l.width);
        const char *word = !v->differs || i < v->first.layer ? "equal" : i == v->first.layer ? "DIFFERS" : "not compared";
        printf("%-24s %-5s %-14s %s\n", l.name, l.kind, shape, word);
    }
    if (v->differs)
        printf("first divergence: %s, %s%s%slayer %s, y %u, x %u, channel %u, slice %u: wanted %lld, got %lld\n", v->image, v->exit ? "exit " : "",
               v->exit ? v->exit : "", v->exit ? ", " : "", v->first.name, v->first.y, v->first.x, v->first.channel, v->first.slice,
               (long long)v->first.wanted, (long long)v->first.got);
    else
        printf("%s, device %s, %zu images%s, %llu maps, %llu bits compared with golden, 0 mismatches\n", s->info.name, o->device, v->images,
               v->branches.n ? ", every exit" : "", (unsigned long long)v->maps, (unsigned long long)(v->words * 64));
    return cli_finish_stdout();
}

int cli_verify(int argc, char **argv)
{
    line l = {.o = {.limit = 10}};
    cli_session s = {0};
    verdict v = {0};
    char name[32];
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    cli_options o = l.o;
    if (o.argc < 1) return cli_fail(CLI_USAGE, "verify: give a .bonnet file; try `bonnet verify --help`");
    const char *path = o.argv[0];
    o.argc--, o.argv++;
    if (!o.device) o.device = l.against ? "golden:" : "sim:";
    code = cli_open(&s, &o, path);
    if (code == CLI_OK && l.against) {
        code = cli_verify_against(&s, &o, l.against);
        cli_close(&s);
        return code;
    }
    if (code == CLI_OK) code = cli_branches_open(&v.branches, &s, &o);
    if (code == CLI_OK) code = o.argc ? verify_files(&v, &s, &o) : verify_dataset(&v, &s, &o, name, sizeof name);
    if (code == CLI_OK) code = o.json ? print_json(&v, &s, &o) : print_table(&v, &s, &o);
    if (code == CLI_OK && v.differs) code = CLI_DIFFERS;
    cli_branches_close(&v.branches);
    cli_close(&s);
    return code;
}
