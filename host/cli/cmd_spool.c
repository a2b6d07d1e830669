/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_spool.c - bonnet spool: hard examples that an application or `bonnet offload` kept on disk: listed, exported, removed (docs/spool.md). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "bonnet_spool.h"
#include "cli.h"
#include "spool_upload.h"
#include "tensor.h"

static const char usage[] =
    "usage: bonnet spool DIR [--export FOLDER|FILE.npz] [--delete] [--json]\n"
    "       bonnet spool DIR MODEL.bonnet --upload URL [--model NAME] [--ca FILE] [--cert FILE --key FILE] [--insecure] [--no-raw-upload]\n\n"
    "Hard examples that were kept on disk (bonnet offload --spool DIR): what the device said of them, how sure it was, and "
    "what upstream said. docs/spool.md\n"
    "  --export TO   to a folder: each example's file (.npy for bonnet run, .cut for bonnet run --from) and labels.csv; to "
    "FILE.npz: maps or pictures,\n"
    "                all of one size and network, with labels\n"
    "  --delete      afterwards, remove the examples that were listed\n"
    "  --upload URL  pictures of this network to a model there, by the Open Inference Protocol; whatever is answered is removed here\n"
    "  --model NAME  which one (default: this network); --ca, --cert, --key, --insecure, --no-raw-upload, --device as bonnet offload has them\n"
    "  --timeout-ms N, --seed N   of the device\n  --json\n";

typedef struct line {
    cli_options o;
    const char *to;
    bool remove;
    spool_upload upload;
} line;

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_TEXT("export", line, to),
                                          CLI_OPT_FLAG("delete", line, remove),
                                          CLI_OPT_GROUP(cli_device_options),
                                          CLI_OPT_TEXT("upload", line, upload.url),
                                          CLI_OPT_TEXT("model", line, upload.model),
                                          CLI_OPT_TEXT("ca", line, upload.ca),
                                          CLI_OPT_TEXT("cert", line, upload.cert),
                                          CLI_OPT_TEXT("key", line, upload.key),
                                          CLI_OPT_FLAG("insecure", line, upload.insecure),
                                          CLI_OPT_FLAG("no-raw-upload", line, upload.no_raw_upload),
                                          CLI_OPT_END};

static const char *const what_names[] = {"map", "picture"}, *const suffixes[] = {"cut", "npy"};
enum { HEADER = 128 }; /* of a picture's .npy file */

static void show(const bonnet_spool_list *l)
{
    printf("%12s %14s %-8s %9s %6s %6s %12s\n", "id", "time s", "what", "bytes", "label", "above", "confidence");
    for (size_t i = 0; i < l->count; i++) {
        const bonnet_spool_example *e = &l->example[i];
        char above[16] = "-";
        if (e->above != BONNET_SPOOL_NOBODY) snprintf(above, sizeof above, "%" PRIu32, e->above);
        printf("%12" PRIu64 " %14.3f %-8s %9" PRIu64 " %6" PRIu32 " %6s %12.6g\n", e->id, e->time_s, what_names[e->what], e->bytes, e->label, above,
               e->confidence);
    }
    printf("%zu example%s, %" PRIu64 " bytes", l->count, l->count == 1 ? "" : "s", l->bytes);
    if (l->damaged) printf("; %zu damaged, removed when the spool is next written to", l->damaged);
    putchar('\n');
}

static int show_json(const bonnet_spool_list *l)
{
    struct json_object *j = json_object_new_object(), *all = json_object_new_array();
    for (size_t i = 0; i < l->count; i++) {
        const bonnet_spool_example *e = &l->example[i];
        struct json_object *one = json_object_new_object();
        char digest[CLI_DIGEST];
        json_object_object_add(one, "id", json_object_new_uint64(e->id));
        json_object_object_add(one, "time_s", json_object_new_double(e->time_s));
        json_object_object_add(one, "what", json_object_new_string(what_names[e->what]));
        json_object_object_add(one, "bytes", json_object_new_uint64(e->bytes));
        json_object_object_add(one, "label", json_object_new_uint64(e->label));
        json_object_object_add(one, "above", e->above == BONNET_SPOOL_NOBODY ? NULL : json_object_new_uint64(e->above));
        json_object_object_add(one, "confidence", json_object_new_double(e->confidence));
        json_object_object_add(one, "model_sha256", json_object_new_string(cli_sha256_hex(digest, e->model_sha256)));
        json_object_array_add(all, one);
    }
    json_object_object_add(j, "examples", all);
    json_object_object_add(j, "bytes", json_object_new_uint64(l->bytes));
    json_object_object_add(j, "damaged", json_object_new_uint64(l->damaged));
    return cli_print_json(j);
}

static int read_one(uint8_t **bytes, size_t *size, const char *folder, const bonnet_spool_example *e)
{
    char message[256] = "";
    const bonnet_status status = bonnet_spool_read(bytes, size, folder, e, message, sizeof message);
    return status == BONNET_OK ? CLI_OK : cli_fail(CLI_STATUS - (int)status, "%s", message);
}

static int export_folder(const char *to, const char *folder, const bonnet_spool_list *l)
{
    char path[4096], *table = NULL;
    size_t size = 0;
    int code = CLI_OK;
    if (mkdir(to, 0777) != 0 && errno != EEXIST) return cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s", to, strerror(errno));
    FILE *f = open_memstream(&table, &size);
    if (!f) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    fputs("file,label,above,confidence,time_s\n", f);
    for (size_t i = 0; i < l->count && code == CLI_OK; i++) {
        const bonnet_spool_example *e = &l->example[i];
        uint8_t *bytes = NULL;
        size_t n = 0;
        fprintf(f, "%012" PRIu64 ".%s,%" PRIu32 ",", e->id, suffixes[e->what], e->label);
        if (e->above != BONNET_SPOOL_NOBODY) fprintf(f, "%" PRIu32, e->above);
        fprintf(f, ",%.17g,%.3f\n", e->confidence, e->time_s);
        snprintf(path, sizeof path, "%s/%012" PRIu64 ".%s", to, e->id, suffixes[e->what]);
        code = read_one(&bytes, &n, folder, e);
        if (code == CLI_OK) code = cli_write_file(path, (const char *)bytes, n);
        free(bytes);
        if (cli_cancelled && code == CLI_OK) code = CLI_INTERRUPTED;
    }
    if (fclose(f) != 0 && code == CLI_OK) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    snprintf(path, sizeof path, "%s/labels.csv", to);
    if (code == CLI_OK) code = cli_write_file(path, table, size);
    free(table);
    return code;
}

/* Bytes of one row: a picture's pixels; a map's file as it is, which says itself what it is. */
static size_t row_bytes(const bonnet_spool_example *e) { return (size_t)e->bytes - (e->what == BONNET_SPOOL_PICTURE ? HEADER : 0); }

static int export_npz(const char *to, const char *folder, const bonnet_spool_list *l)
{
    if (!l->count) return cli_fail(CLI_USAGE, "%s: there is nothing to export", folder);
    const bonnet_spool_example *first = l->example;
    const size_t row = row_bytes(first);
    for (size_t i = 1; i < l->count; i++) {
        const bonnet_spool_example *e = &l->example[i];
        if (e->what != first->what || row_bytes(e) != row || memcmp(e->model_sha256, first->model_sha256, 32) != 0)
            return cli_fail(CLI_USAGE, "%s: examples %" PRIu64 " and %" PRIu64 " are of different kinds, sizes or networks; export to a folder",
                            folder, first->id, e->id);
    }
    if (row > ((size_t)1 << 30) / l->count) return cli_fail(CLI_USAGE, "%s: more than 1 GiB; export to a folder", folder);
    uint8_t *rows = malloc(l->count * row);
    int32_t *labels = malloc(2 * l->count * sizeof *labels), *above = labels ? labels + l->count : NULL;
    double *confidence = malloc(l->count * sizeof *confidence);
    int code = rows && labels && confidence ? CLI_OK : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    for (size_t i = 0; i < l->count && code == CLI_OK; i++) {
        const bonnet_spool_example *e = &l->example[i];
        uint8_t *bytes = NULL;
        size_t n = 0;
        code = read_one(&bytes, &n, folder, e);
        if (code == CLI_OK) memcpy(rows + i * row, bytes + (n - row), row);
        free(bytes);
        labels[i] = (int32_t)e->label, above[i] = e->above == BONNET_SPOOL_NOBODY ? -1 : (int32_t)e->above, confidence[i] = e->confidence;
    }
    const uint32_t shape[3] = {first->height, first->width, first->planes};
    const cli_numbers arrays[] = {{first->what == BONNET_SPOOL_PICTURE ? "pictures" : "cuts", 'u', 1, 2, {l->count, row}, rows},
                                  {"labels", 'i', 4, 1, {l->count, 0}, labels},
                                  {"above", 'i', 4, 1, {l->count, 0}, above},
                                  {"confidence", 'f', 8, 1, {l->count, 0}, confidence},
                                  {"shape", 'u', 4, 1, {3, 0}, shape}};
    if (code == CLI_OK) code = cli_npz_write(to, arrays, first->what == BONNET_SPOOL_PICTURE ? 5 : 4);
    free(rows), free(labels), free(confidence);
    return code;
}

static int remove_all(const char *folder, const bonnet_spool_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (bonnet_spool_remove(folder, &l->example[i]) != BONNET_OK)
            return cli_fail(CLI_STATUS - BONNET_EIO, "%s: example %" PRIu64 " cannot be removed: %s", folder, l->example[i].id, strerror(errno));
    return CLI_OK;
}

int cli_spool(int argc, char **argv)
{
    line l = {.o = {.device = "cpu:", .timeout_ms = 600000}};
    bonnet_spool_list list = {0};
    char message[256] = "";
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc != 1 + !!l.upload.url)
        return cli_fail(CLI_USAGE, "spool: give one folder, and with --upload a .bonnet file; try `bonnet spool --help`");
    if (l.upload.url && (l.to || l.remove || l.o.json)) return cli_fail(CLI_USAGE, "spool: --upload goes alone: it removes what was taken");
    const char *folder = l.o.argv[0];
    const bonnet_status status = bonnet_spool_list_get(&list, folder, message, sizeof message);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "spool: %s", message);
    if (l.upload.url) {
        code = cli_spool_upload(&l.upload, &l.o, folder, l.o.argv[1], &list);
        bonnet_spool_list_free(&list);
        return code;
    }
    const size_t n = l.to ? strlen(l.to) : 0;
    if (l.to) code = n > 4 && strcmp(l.to + n - 4, ".npz") == 0 ? export_npz(l.to, folder, &list) : export_folder(l.to, folder, &list);
    if (code == CLI_OK && l.o.json) code = show_json(&list);
    else if (code == CLI_OK) {
        show(&list);
        code = cli_finish_stdout();
    }
    if (code == CLI_OK && l.remove) code = remove_all(folder, &list);
    bonnet_spool_list_free(&list);
    return code;
}
