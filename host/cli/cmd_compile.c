/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_compile.c - bonnet compile: ONNX in, .bonnet out, and nothing half-written. */
#include <stdio.h>
#include "cli.h"

static const char usage[] =
    "usage: bonnet compile NET.onnx -o NET.bonnet [--geometry asic|zcu102|small|tiny] [--batch N] [--preprocess FILE.json]\n"
    "                      [--strict] [--allow-inexact] [--explain] [--json]\n\n"
    "Fold batch normalisation to integer thresholds, pack bits, place buffers, write the job. The file runs on every device; --geometry says which\n"
    "chip its packed job is for (default asic), others pack again when they load it. --batch N: the chip works on N frames at once, which loads "
    "late\n"
    "weights once for all of them (default 1: the shortest time of one frame). --explain: where each map and each layer's weights are kept, and what "
    "goes through DRAM.\n"
    "--preprocess: resize, crop, colours, mean and std of pictures, kept in the file (docs/preprocess.md).\n"
    "--strict: an error (exit status 20) if a layer between the first (pixels) and the last (logits) would run on the CPU beside a chip of this "
    "geometry.\n"
    "--allow-inexact: round a last layer that is no\n"
    "int8 weights times one scale; --explain says by how much its logits may be off.\n"
    "A graph with several outputs: one network, and an early exit for every other output (docs/exits.md).\n"
    "What is accepted: docs/operators.md, sections 6 (BoolNet's family) and 7 (other networks).\n";

typedef struct line {
    cli_options o;
    const char *preprocess;
    bool explain, strict, allow_inexact;
} line;

static const cli_option verb_options[] = {CLI_OPT_GROUP(cli_output_options),
                                          CLI_OPT_TEXT("geometry", cli_options, geometry),
                                          CLI_OPT_WHOLE("batch", cli_options, batch, 0, CLI_WHOLE_MOST),
                                          CLI_OPT_TEXT("preprocess", line, preprocess),
                                          CLI_OPT_FLAG("explain", line, explain),
                                          CLI_OPT_FLAG("strict", line, strict),
                                          CLI_OPT_FLAG("allow-inexact", line, allow_inexact),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

int cli_compile(int argc, char **argv)
{
    line l = {.o = {.device = "cpu:"}};
    char message[256] = "", table[32768] = "";
    bonnet_compile_options options = BONNET_COMPILE_OPTIONS_INIT;
    bonnet_preprocess preprocess = BONNET_PREPROCESS_INIT;
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc != 1 || !l.o.output) return cli_fail(CLI_USAGE, "compile: give one ONNX file and -o FILE; try `bonnet compile --help`");
    if (l.preprocess) {
        code = cli_preprocess_read(&preprocess, l.preprocess);
        if (code != CLI_OK) return code;
        options.preprocess = &preprocess;
    }
    options.geometry = l.o.geometry;
    options.batch = (uint32_t)l.o.batch;
    options.strict = l.strict;
    options.allow_inexact = l.allow_inexact;
    options.message = message;
    options.message_bytes = sizeof message;
    if (l.explain) {
        options.explain = table;
        options.explain_bytes = sizeof table;
    }
    bonnet_status status = bonnet_compile(l.o.argv[0], l.o.output, &options);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "%s: %s", l.o.argv[0], *message ? message : bonnet_status_text(status));

    cli_session s = {0};
    code = cli_open(&s, &l.o, l.o.output); /* what was written is read back before we say it is good */
    if (code == CLI_OK && l.o.json) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "model", json_object_new_string(s.info.name));
        json_object_object_add(j, "output", json_object_new_string(l.o.output));
        json_object_object_add(j, "layers", json_object_new_int64(s.info.layers));
        json_object_object_add(j, "macs", json_object_new_uint64(s.info.macs));
        json_object_object_add(j, "exits", cli_exits_list(s.model));
        if (l.explain) json_object_object_add(j, "explain", json_object_new_string(table));
        code = cli_print_json(j);
    } else if (code == CLI_OK) {
        printf("%s: %s, %u layers, k = %u, %llu MACs a frame\n", l.o.output, s.info.name, s.info.layers, s.info.slices,
               (unsigned long long)s.info.macs);
        cli_exits_print(s.model);
        fputs(table, stdout);
        code = cli_finish_stdout();
    }
    cli_close(&s);
    return code;
}
