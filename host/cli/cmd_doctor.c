/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_doctor.c - bonnet doctor: what stands between this machine and a board, by the three ways: on the board with UIO, on the board with XRT, from any
 * computer with the USB-JTAG cable. No board has been seen by this yet.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"

static const char usage[] =
    "usage: bonnet doctor [--device URI] [--manifest FILE] [--root DIR] [--json]\n\n"
    "Look at what a board needs, change nothing, and say what to type next. Each line is ok, warning, missing, or - (not looked at).\n"
    "Exit 0 when one way to a board is complete: uio and xrt on the board itself, usb from the computer that its cable goes to; else 1.\n"
    "--device URI: also open it and ask the chip who it is. --root DIR: a folder that stands for /, such as the card's second partition.\n";

static const cli_option verb_options[] = {CLI_OPT_TEXT("device", cli_options, device), CLI_OPT_TEXT("manifest", cli_options, manifest),
                                          CLI_OPT_TEXT("root", cli_options, root), CLI_OPT_GROUP(cli_json_options), CLI_OPT_END};

static const char *const way_name[WAYS] = {"uio", "xrt", "usb"};
static const char *const state_name[] = {"ok", "warning", "missing", "-"};

void doctor_say(doctor *d, unsigned ways, doctor_state state, const char *name, const char *advice, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (unsigned w = 0; w < WAYS; w++) d->missing[w] += state == DOCTOR_MISSING && ways >> w & 1;
    d->warnings += state == DOCTOR_WARNING;
    if (!d->json) {
        printf("%-8s %-16s %s\n", state_name[state], name, text);
        if (advice) printf("%26s-> %s\n", "", advice);
        return;
    }
    struct json_object *o = json_object_new_object(), *list = json_object_new_array();
    json_object_object_add(o, "check", json_object_new_string(name));
    json_object_object_add(o, "state", json_object_new_string(state == DOCTOR_UNSEEN ? "unseen" : state_name[state]));
    for (unsigned w = 0; w < WAYS; w++)
        if (ways >> w & 1) json_object_array_add(list, json_object_new_string(way_name[w]));
    json_object_object_add(o, "ways", list);
    json_object_object_add(o, "text", json_object_new_string(text));
    json_object_object_add(o, "advice", advice ? json_object_new_string(advice) : NULL);
    json_object_array_add(d->checks, o);
}

bool doctor_node(doctor *d, unsigned ways, const char *name, const char *node, const char *advice)
{
    char path[4200];
    snprintf(path, sizeof path, "%s%s", d->root, node);
    if (access(path, F_OK) != 0) {
        if (*d->root) doctor_say(d, ways, DOCTOR_UNSEEN, name, NULL, "%s is made by a running system", node);
        else doctor_say(d, ways, DOCTOR_MISSING, name, "sudo udevadm trigger", "%s is not there, although the kernel has the device", node);
        return false;
    }
    if (access(path, R_OK | W_OK) == 0) {
        doctor_say(d, ways, DOCTOR_OK, name, NULL, "%s can be opened", node);
        return true;
    }
    doctor_say(d, ways, DOCTOR_MISSING, name, advice, "%s: %s", node, strerror(errno));
    return false;
}

static void about_machine(doctor *d)
{
    char model[256], kernel[256], *version;
    if (cli_tree_read(model, sizeof model, d->root, "/proc/device-tree/model") < 0 &&
        cli_tree_read(model, sizeof model, d->root, "/sys/firmware/devicetree/base/model") < 0)
        *model = '\0';
    if (cli_tree_read(kernel, sizeof kernel, d->root, "/proc/version") < 0) *kernel = '\0';
    version = kernel; /* "Linux version 6.6.10-xilinx (builder@...) ..." */
    version[strcspn(version, "(")] = '\0';
    if (d->board)
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_OK, "board", NULL, "%s; %s", *model ? model : "ZCU102", *kernel ? kernel : "kernel unknown");
    else
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_UNSEEN, "board", NULL,
                   "%s%sno ZCU102: uio and xrt are ways on the board itself, from here there is usb", model, *model ? ": " : "");
}

static int verdict(doctor *d)
{
    bool complete[WAYS], any = false;
    for (unsigned w = 0; w < WAYS; w++) {
        complete[w] = (w == 2 || d->board) && !d->missing[w];
        any = any || complete[w];
    }
    int code = any ? CLI_OK : CLI_DIFFERS;
    if (d->json) {
        struct json_object *o = json_object_new_object(), *ways = json_object_new_object();
        for (unsigned w = 0; w < WAYS; w++) json_object_object_add(ways, way_name[w], json_object_new_boolean(complete[w]));
        json_object_object_add(o, "board", json_object_new_boolean(d->board));
        json_object_object_add(o, "ways", ways);
        json_object_object_add(o, "warnings", json_object_new_int64(d->warnings));
        json_object_object_add(o, "checks", d->checks);
        const int printed = cli_print_json(o);
        return printed == CLI_OK ? code : printed;
    }
    putchar('\n');
    for (unsigned w = 0; w < WAYS; w++) {
        if (w < 2 && !d->board) printf("%s:  not from here\n", way_name[w]);
        else if (complete[w]) printf("%s:  complete\n", way_name[w]);
        else printf("%s:  %u missing\n", way_name[w], d->missing[w]);
    }
    if (!any) puts("No board is needed for golden:, cpu:, sim: and mock: (`bonnet devices`). Boards: docs/boards.md.");
    const int printed = cli_finish_stdout();
    return printed == CLI_OK ? code : printed;
}

int cli_doctor(int argc, char **argv)
{
    cli_options o = {.device = NULL};
    doctor d = {.root = ""};
    int code = cli_parse(&o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (o.argc) return cli_fail(CLI_USAGE, "doctor: takes no arguments; try `bonnet doctor --help`");
    if (o.root && access(o.root, R_OK | X_OK) != 0) return cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s", o.root, strerror(errno));
    d.root = o.root ? o.root : "";
    d.uri = o.device;
    d.json = o.json;
    d.board = cli_is_board(d.root);
    flash_manifest_place(&d.manifest, o.manifest, NULL);
    if (o.manifest || access(d.manifest.path, F_OK) == 0) code = flash_manifest_read(&d.manifest, o.manifest, NULL);
    if (code != CLI_OK) return code;
    d.checks = json_object_new_array();
    if (!d.checks) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK) {
        about_machine(&d);
        if (d.board) {
            doctor_logic(&d);
            doctor_uio(&d);
            doctor_xrt(&d);
        }
        doctor_usb(&d);
        doctor_setup(&d);
        doctor_chip(&d);
        code = verdict(&d); /* --json: takes the checks */
        if (!d.json) json_object_put(d.checks);
    }
    flash_manifest_free(&d.manifest);
    return code;
}
