/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_flash.c - bonnet flash: a bitstream into a ZCU102. First everything that can be known is checked, then the device is locked, then it is touched.
 * No board has been flashed by this yet.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "flash.h"

/* 27 MB at the cable's slowest useful clock, 1 MHz, take 220 s; the FPGA manager takes less than one. */
enum { JTAG_MS = 300000, MANAGER_MS = 60000 };

static const char usage[] =
    "usage: bonnet flash BITSTREAM [--device usb:[SERIAL] | --device board | --device uio:] [--manifest FILE] [--unlisted] [--dry-run]\n"
    "                    [--timeout-ms N] [--root DIR] [--json]\n"
    "       bonnet flash --entry BITSTREAM --geometry NAME --clock-mhz N --tool NAME [--commit HASH] [--board NAME]\n\n"
    "Load BITSTREAM (.bit, .bin for fpga_manager, .xclbin) into a ZCU102 until it is switched off. Before anything is touched its part, its hash and "
    "its\n"
    "register version are checked against the manifest of known bitstreams; one that is not listed is refused, unless you say --unlisted.\n"
    "usb: by the board's USB-JTAG cable with openFPGALoader. board, uio: on the board itself with the kernel's FPGA manager; needs root. The default "
    "is board\n"
    "on a ZCU102, else usb:. With usb: and uio: the chip is then asked who it is. --dry-run: say every step and do none. --root DIR: a folder that "
    "stands for /.\n"
    "--entry: print the line of the manifest for a bitstream that you built (bitstreams/README.md).\n";

typedef struct line {
    cli_options o;
    const char *board, *commit, *tool;
    bool dry_run, unlisted, entry;
} flash_line;

static const cli_option verb_options[] = {CLI_OPT_TEXT("device", cli_options, device),
                                          CLI_OPT_TEXT("manifest", cli_options, manifest),
                                          CLI_OPT_TEXT("root", cli_options, root),
                                          CLI_OPT_FLAG("unlisted", flash_line, unlisted),
                                          CLI_OPT_FLAG("dry-run", flash_line, dry_run),
                                          CLI_OPT_FLAG("entry", flash_line, entry),
                                          CLI_OPT_TEXT("geometry", cli_options, geometry),
                                          CLI_OPT_TEXT("board", flash_line, board),
                                          CLI_OPT_TEXT("commit", flash_line, commit),
                                          CLI_OPT_TEXT("tool", flash_line, tool),
                                          CLI_OPT_WHOLE("clock-mhz", cli_options, clock_mhz, 1, 4000),
                                          CLI_OPT_WHOLE("timeout-ms", cli_options, timeout_ms, 0, CLI_WHOLE_MOST),
                                          CLI_OPT_GROUP(cli_json_options),
                                          CLI_OPT_END};

bool flash_step(flash_job *j, const char *format, ...)
{
    char text[9000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    json_object_array_add(j->steps, json_object_new_string(text));
    return !j->dry;
}

static flash_entry entry_for(const flash_file *f, const flash_line *l)
{
    flash_entry e = {.abi = bonnet_chip_abi(), .clock_mhz = (double)(l->o.clock_mhz ? l->o.clock_mhz : 250)};
    snprintf(e.file, sizeof e.file, "%.70s", f->name);
    memcpy(e.sha256, f->sha256, sizeof e.sha256);
    snprintf(e.part, sizeof e.part, FLASH_PART);
    snprintf(e.board, sizeof e.board, "%.70s", l->board ? l->board : FLASH_BOARD);
    snprintf(e.geometry, sizeof e.geometry, "%.70s", l->o.geometry ? l->o.geometry : "zcu102");
    if (l->commit) snprintf(e.commit, sizeof e.commit, "%.70s", l->commit);
    else if (flash_bit_commit(&f->bit)) snprintf(e.commit, sizeof e.commit, "%08x", flash_bit_commit(&f->bit));
    else snprintf(e.commit, sizeof e.commit, "?");
    snprintf(e.tool, sizeof e.tool, "%.70s", l->tool ? l->tool : "?");
    return e;
}

static int print_entry(const flash_file *f, const flash_line *l)
{
    if (!l->o.geometry || !l->o.clock_mhz || !l->tool || !(l->commit || flash_bit_commit(&f->bit)))
        return cli_fail(CLI_USAGE, "flash --entry: say --geometry, --clock-mhz, --tool%s: what the list is for; try `bonnet flash --help`",
                        l->commit || flash_bit_commit(&f->bit) ? "" : ", --commit");
    const flash_entry e = entry_for(f, l);
    struct json_object *j = flash_entry_json(&e);
    if (!j) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    puts(json_object_to_json_string_ext(j, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(j);
    return cli_finish_stdout();
}

/* The first 32 bits of a commit, 0 where it is too short to tell. */
static uint32_t commit_word(const char *commit)
{
    char word[9];
    snprintf(word, sizeof word, "%.8s", commit);
    return strspn(word, "0123456789abcdefABCDEF") == 8 ? (uint32_t)strtoul(word, NULL, 16) : 0;
}

/* Is the file the one that its entry says, and one for this library? NULL in *entry: not listed, and the user insists. */
static int check_listed(const flash_entry **entry, const flash_manifest *m, const flash_file *f, const flash_line *l)
{
    *entry = flash_manifest_find(m, f->sha256);
    if (*entry) {
        const flash_entry *e = *entry;
        if (strcmp(e->board, FLASH_BOARD) || strcmp(e->part, FLASH_PART))
            return cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "%s: listed as made for %s (%s), this is for " FLASH_BOARD " (" FLASH_PART ")", f->path,
                            e->board, e->part);
        if (!flash_abi_fits(e->abi))
            return cli_fail(CLI_STATUS - BONNET_EABI,
                            "%s: its chip has register version %u.%u, this bonnet needs %u.%u; take the bitstream of this version", f->path,
                            e->abi >> 16, e->abi & 0xffff, bonnet_chip_abi() >> 16, bonnet_chip_abi() & 0xffff);
        const uint32_t own = flash_bit_commit(&f->bit), listed = commit_word(e->commit);
        if (own && listed && own != listed)
            return cli_fail(CLI_STATUS - BONNET_EABI, "%s: built from commit %08x, and %s says %08x; correct the manifest", f->path, own, m->path,
                            listed);
        return CLI_OK;
    }
    for (size_t i = 0; i < m->count; i++)
        if (!strcmp(m->entry[i].file, f->name) && !l->unlisted)
            return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: its SHA-256 is %s, %s says %s: damaged, or of another build; copy it again", f->path,
                            f->sha256, m->path, m->entry[i].sha256);
    if (l->unlisted) return CLI_OK;
    const flash_entry e = entry_for(f, l);
    struct json_object *line = flash_entry_json(&e);
    int code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: not in %s%s%s%s; go on with --unlisted, or, if you built it, add with the right values: %s",
                        f->path, m->path, m->count || !*m->note ? "" : " (", m->count ? "" : m->note, m->count || !*m->note ? "" : ")",
                        line ? json_object_to_json_string_ext(line, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE) : "");
    json_object_put(line);
    return code;
}

/* Opens the device: ID and ABI by the library, the rest against the list. *said: what was found, or why nobody looked. */
static int ask_chip(char *said, size_t room, const flash_job *j, const char *uri, const flash_entry *entry)
{
    bonnet_open_options options = BONNET_OPEN_OPTIONS_INIT;
    bonnet_device *dev = NULL;
    bonnet_chip_info chip;
    const size_t scheme = strcspn(uri, ":");
    const char *why = !strcmp(uri, "board") ? "say --device uio: to have it asked" : *j->root ? "--root is no board" : NULL;
    if (!why && !cli_has_scheme(uri, scheme)) why = "this build has no such device, see `bonnet devices`";
    if (why) {
        snprintf(said, room, "the chip was not asked who it is: %s", why);
        return CLI_OK;
    }
    options.timeout_ms = 10000;
    options.cancel = (const volatile int *)&cli_cancelled;
    bonnet_status status = bonnet_open(&dev, uri, &options);
    if (status != BONNET_OK) return cli_fail_status(status, NULL, "programmed, but the chip does not answer as a Bonnet");
    status = bonnet_chip_info_get(&chip, dev);
    bonnet_close(dev);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no chip behind it; give usb: or uio:", uri);
    snprintf(said, room, "the chip answers: register version %u.%u, %u lanes, built from %08x", chip.abi >> 16, chip.abi & 0xffff, chip.lanes,
             chip.build);
    const uint32_t listed = entry ? commit_word(entry->commit) : 0;
    if (entry && (chip.abi != entry->abi || (chip.build && listed && chip.build != listed)))
        return cli_fail(CLI_STATUS - BONNET_EABI, "%s, and the manifest says register version %u.%u, commit %.12s: correct the manifest", said,
                        entry->abi >> 16, entry->abi & 0xffff, entry->commit);
    return CLI_OK;
}

static int print_result(const flash_job *j, const flash_manifest *m, const flash_entry *e, const char *uri, const char *said, bool json)
{
    const flash_file *f = j->file;
    if (json) {
        struct json_object *o = json_object_new_object();
        json_object_object_add(o, "file", json_object_new_string(f->path));
        json_object_object_add(o, "kind", json_object_new_string(f->kind));
        json_object_object_add(o, "design", json_object_new_string(f->bit.design));
        json_object_object_add(o, "part", json_object_new_string(*f->bit.part ? f->bit.part : FLASH_PART));
        json_object_object_add(o, "built", json_object_new_string(f->bit.date));
        json_object_object_add(o, "bytes", json_object_new_uint64(f->size));
        json_object_object_add(o, "sha256", json_object_new_string(f->sha256));
        json_object_object_add(o, "manifest", json_object_new_string(m->path));
        json_object_object_add(o, "entry", e ? flash_entry_json(e) : NULL);
        json_object_object_add(o, "device", json_object_new_string(uri));
        json_object_object_add(o, "dry_run", json_object_new_boolean(j->dry));
        json_object_object_add(o, "steps", json_object_get(j->steps));
        json_object_object_add(o, "chip", json_object_new_string(said));
        return cli_print_json(o);
    }
    printf("%s: %s%s%s for " FLASH_PART ", %zu bytes of configuration\nsha256 %s\n", f->path, *f->bit.design ? f->bit.design : f->kind,
           *f->bit.date ? ", " : "", f->bit.date, f->bit.config_bytes, f->sha256);
    if (e)
        printf("listed in %s: geometry %s, register version %u.%u, %g MHz, commit %.12s, %s\n", m->path, e->geometry, e->abi >> 16, e->abi & 0xffff,
               e->clock_mhz, e->commit, e->tool);
    else printf("not listed in %s: nobody vouches for it\n", m->path);
    printf(j->dry ? "would do:\n" : "done:\n");
    for (size_t i = 0; i < json_object_array_length(j->steps); i++)
        printf("  %zu. %s\n", i + 1, json_object_get_string(json_object_array_get_idx(j->steps, i)));
    if (!j->dry) printf("programmed; %s\n", said);
    return cli_finish_stdout();
}

/* The device is one of ours; "usb:" or on the board. */
static int which_way(bool *usb, const char *uri)
{
    *usb = !strncmp(uri, "usb:", 4);
    if (*usb || !strcmp(uri, "board") || !strncmp(uri, "uio:", 4)) return CLI_OK;
    return cli_fail(CLI_USAGE, "flash: --device is usb:[SERIAL], board or uio:, not '%.40s'", uri);
}

static int flash(const flash_file *f, const flash_line *l)
{
    flash_manifest m = {.entry = NULL};
    const flash_entry *entry = NULL;
    flash_job j = {.file = f, .root = l->o.root ? l->o.root : "", .dry = l->dry_run, .lock = -1, .node = -1};
    const char *uri = l->o.device ? l->o.device : cli_is_board(j.root) ? "board" : "usb:";
    char said[256] = "";
    bool usb = false;
    int code = which_way(&usb, uri);
    const size_t first = usb ? strcspn(uri + 4, ",") : 0; /* usb:SERIAL,option=value,... */
    if (first && !memchr(uri + 4, '=', first)) snprintf(j.serial, sizeof j.serial, "%.*s", (int)first, uri + 4);
    j.limit_ms = l->o.timeout_ms ? (unsigned)l->o.timeout_ms : usb ? JTAG_MS : MANAGER_MS;
    if (code == CLI_OK) code = flash_manifest_read(&m, l->o.manifest, f->path);
    if (code == CLI_OK) code = check_listed(&entry, &m, f, l);
    j.steps = code == CLI_OK ? json_object_new_array() : NULL;
    if (code == CLI_OK && !j.steps) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK && flash_step(&j, "lock: no other flash, and nobody at the device")) code = flash_lock(&j, usb);
    if (code == CLI_OK) code = usb ? flash_by_jtag(&j) : flash_by_manager(&j);
    flash_unlock(&j);
    if (code == CLI_OK && strcmp(uri, "board") && flash_step(&j, "ask %s who it is: ID, register version and commit of the chip", uri))
        code = ask_chip(said, sizeof said, &j, uri, entry);
    else if (code == CLI_OK && !j.dry) code = ask_chip(said, sizeof said, &j, uri, entry);
    if (code == CLI_OK) code = print_result(&j, &m, entry, uri, said, l->o.json);
    json_object_put(j.steps);
    flash_manifest_free(&m);
    return code;
}

int cli_flash(int argc, char **argv)
{
    flash_line l = {.board = NULL};
    flash_file f = {.path = NULL};
    int code = cli_parse(&l.o, verb_options, argc, argv, usage);
    if (code != CLI_OK) return code;
    if (l.o.argc != 1) return cli_fail(CLI_USAGE, "flash: give one bitstream; try `bonnet flash --help`");
    code = flash_file_read(&f, l.o.argv[0]);
    if (code == CLI_OK) code = l.entry ? print_entry(&f, &l) : flash(&f, &l);
    flash_file_free(&f);
    return code;
}
