/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_selftest.c - bonnet selftest: a small network with every operator, built into the program, on every device of the build. */
#include <stdio.h>
#include <stdlib.h>
#include "cli.h"

static const char usage[] = "usage: bonnet selftest [--device URI] [--json]\n\n"
                            "Run a small built-in network with random weights and every operator on each device and compare every bit with golden.\n";

static const cli_option verb_options[] = {CLI_OPT_TEXT("device", cli_options, device), CLI_OPT_GROUP(cli_json_options), CLI_OPT_END};

/* tests/vectors/selftest.bonnet, linked in by host/cli/rules.mk. */

static int test_device(const char *device, bool *differs, uint64_t *bits)
{
    bonnet_device *dev = NULL;
    bonnet_model *model = NULL;
    bonnet_divergence d = {0};
    bonnet_open_options options = BONNET_OPEN_OPTIONS_INIT;
    options.cancel = (const volatile int *)&cli_cancelled;
    uint8_t *pixels = NULL;
    bonnet_status status = bonnet_open(&dev, device, &options);
    if (status == BONNET_OK) status = bonnet_model_load_memory(&model, dev, cli_selftest_net, cli_selftest_net_size);
    if (status == BONNET_OK) {
        size_t bytes = bonnet_model_input_bytes(model);
        pixels = malloc(bytes);
        for (size_t i = 0; pixels && i < bytes; i++) pixels[i] = (uint8_t)((i + 1) * 2654435761u >> 24);
        status = pixels ? bonnet_verify_image(&d, dev, model, pixels, bytes) : BONNET_ENOMEM;
    }
    int code = status == BONNET_OK || status == BONNET_EMISMATCH ? CLI_OK : cli_fail_status(status, dev, device);
    *differs = status == BONNET_EMISMATCH;
    *bits = d.words_compared * 64;
    free(pixels);
    bonnet_model_free(model);
    bonnet_close(dev);
    return code;
}

int cli_selftest(int argc, char **argv)
{
    cli_options o = {0};
    bonnet_device_kind kind;
    unsigned mismatches = 0;
    int code = cli_parse(&o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (o.argc) return cli_fail(CLI_USAGE, "selftest: takes no files");
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; code == CLI_OK && bonnet_device_kind_get(&kind, i) == BONNET_OK; i++) {
        char uri[64];
        bool differs;
        uint64_t bits;
        snprintf(uri, sizeof uri, "%s:", kind.scheme);
        if (o.device && i) break;
        if (!o.device && !kind.present) continue; /* no such board at this machine: `bonnet devices` says so */
        code = test_device(o.device ? o.device : uri, &differs, &bits);
        if (code != CLI_OK) break;
        mismatches += differs;
        if (!o.json)
            printf("%-10s %s (%llu bits compared)\n", o.device ? o.device : uri, differs ? "DIFFERS from golden" : "ok", (unsigned long long)bits);
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "device", json_object_new_string(o.device ? o.device : uri));
        json_object_object_add(j, "mismatches", json_object_new_int(differs));
        json_object_array_add(array, j);
    }
    if (code == CLI_OK && o.json) {
        struct json_object *j = json_object_new_object();
        json_object_object_add(j, "devices", array);
        json_object_object_add(j, "mismatches", json_object_new_int64(mismatches));
        code = cli_print_json(j);
    } else {
        json_object_put(array);
        if (code == CLI_OK) code = cli_finish_stdout();
    }
    return code == CLI_OK && mismatches ? CLI_DIFFERS : code;
}
