/* SPDX-License-Identifier: Apache-2.0 */
/* flash_manifest.c - bitstreams/MANIFEST: which bitstreams were built, by hash (format: bitstreams/README.md). All of it is checked before any of it is used. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "flash.h"

enum { MOST_BYTES = 1 << 20, MOST_ENTRIES = 1024, FORMAT = 1, DAMAGED = CLI_STATUS - BONNET_EFORMAT };

/* A text of the entry: there, short enough for its place, printable. */
static bool text_of(char *out, size_t room, struct json_object *o, const char *key)
{
    struct json_object *value;
    if (!json_object_object_get_ex(o, key, &value) || !json_object_is_type(value, json_type_string)) return false;
    const char *text = json_object_get_string(value);
    const size_t length = (size_t)json_object_get_string_len(value);
    if (length >= room || strlen(text) != length) return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~') return false;
    memcpy(out, text, length + 1);
    return true;
}

/* NULL, or the key that is missing or not what it should be. */
static const char *entry_of(flash_entry *e, struct json_object *o)
{
    char abi[16];
    unsigned major, minor;
    int end = 0;
    struct json_object *clock;
    if (!json_object_is_type(o, json_type_object)) return "{ }";
    if (!text_of(e->file, sizeof e->file, o, "file") || !*e->file) return "file";
    if (!text_of(e->sha256, sizeof e->sha256, o, "sha256") || strspn(e->sha256, "0123456789abcdef") != 64) return "sha256";
    if (!text_of(e->part, sizeof e->part, o, "part")) return "part";
    if (!text_of(e->board, sizeof e->board, o, "board")) return "board";
    if (!text_of(e->geometry, sizeof e->geometry, o, "geometry")) return "geometry";
    if (!text_of(abi, sizeof abi, o, "abi") || sscanf(abi, "%5u.%5u%n", &major, &minor, &end) != 2 || abi[end] || major > 0xffff || minor > 0xffff)
        return "abi";
    if (!text_of(e->commit, sizeof e->commit, o, "commit")) return "commit";
    if (!text_of(e->tool, sizeof e->tool, o, "tool")) return "tool";
    if (!json_object_object_get_ex(o, "clock_mhz", &clock) ||
        !(json_object_is_type(clock, json_type_int) || json_object_is_type(clock, json_type_double)))
        return "clock_mhz";
    e->clock_mhz = json_object_get_double(clock);
    e->abi = major << 16 | minor;
    return e->clock_mhz > 0 && e->clock_mhz < 10000 ? NULL : "clock_mhz";
}

static int fill(flash_manifest *m, struct json_object *root)
{
    struct json_object *format, *list;
    if (!json_object_is_type(root, json_type_object) || !json_object_object_get_ex(root, "format", &format) ||
        !json_object_is_type(format, json_type_int))
        return cli_fail(DAMAGED, "%s: no manifest: \"format\" is missing; see bitstreams/README.md", m->path);
    if (json_object_get_int(format) != FORMAT)
        return cli_fail(CLI_STATUS - BONNET_EABI, "%s: manifest format %d, this version reads %d; use the manifest of this version", m->path,
                        json_object_get_int(format), FORMAT);
    if (!json_object_object_get_ex(root, "bitstreams", &list) || !json_object_is_type(list, json_type_array))
        return cli_fail(DAMAGED, "%s: no manifest: \"bitstreams\" is missing; see bitstreams/README.md", m->path);
    if (!text_of(m->note, sizeof m->note, root, "note")) *m->note = '\0';
    m->count = json_object_array_length(list);
    if (m->count > MOST_ENTRIES) return cli_fail(DAMAGED, "%s: %zu entries, more than %d", m->path, m->count, MOST_ENTRIES);
    m->entry = calloc(m->count + 1, sizeof *m->entry);
    if (!m->entry) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %s", m->path);
    for (size_t i = 0; i < m->count; i++) {
        const char *wrong = entry_of(&m->entry[i], json_object_array_get_idx(list, i));
        if (wrong) return cli_fail(DAMAGED, "%s: entry %zu: \"%s\" is missing or wrong; see bitstreams/README.md", m->path, i, wrong);
    }
    return CLI_OK;
}

static int parse(flash_manifest *m, const char *text, size_t size)
{
    struct json_tokener *reader = json_tokener_new();
    if (!reader) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %s", m->path);
    struct json_object *root = json_tokener_parse_ex(reader, text, (int)size);
    const enum json_tokener_error why = json_tokener_get_error(reader);
    const size_t end = json_tokener_get_parse_end(reader);
    int code = CLI_OK;
    if (why != json_tokener_success)
        code = cli_fail(DAMAGED, "%s: not JSON at byte %zu: %s; see bitstreams/README.md", m->path, end, json_tokener_error_desc(why));
    else if (end + strspn(text + end, " \t\r\n") != size)
        code = cli_fail(DAMAGED, "%s: not JSON at byte %zu: something after the end; see bitstreams/README.md", m->path, end);
    else code = fill(m, root);
    json_object_put(root);
    json_tokener_free(reader);
    return code;
}

/* Where the manifest is: the first that is there. Without one, the place where it should be. */
void flash_manifest_place(flash_manifest *m, const char *path, const char *beside)
{
    char own[2048], *cut = NULL;
    static const char *const installed[] = {"/share/bonnet/bitstreams/MANIFEST", "/bitstreams/MANIFEST"};
    if (path) {
        snprintf(m->path, sizeof m->path, "%s", path);
        return;
    }
    if (beside) {
        const char *slash = strrchr(beside, '/');
        snprintf(m->path, sizeof m->path, "%.*sMANIFEST", slash ? (int)(slash + 1 - beside) : 0, beside);
        if (access(m->path, F_OK) == 0) return;
    }
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    own[n < 0 ? 0 : n] = '\0';
    for (int up = 0; up < 2 && (cut = strrchr(own, '/')); up++) *cut = '\0'; /* the folder above that of the program */
    for (size_t i = 0; i < 2; i++) {
        snprintf(m->path, sizeof m->path, "%s%s", own, installed[i]);
        if (access(m->path, F_OK) == 0) return;
    }
}

int flash_manifest_read(flash_manifest *out, const char *path, const char *beside)
{
    flash_manifest m = {.entry = NULL};
    struct stat st;
    flash_manifest_place(&m, path, beside);
    if (stat(m.path, &st) != 0)
        return cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s; give the list of known bitstreams with --manifest", m.path, strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_size > MOST_BYTES) return cli_fail(DAMAGED, "%s: no manifest: not a file, or too large", m.path);
    char *text = calloc(1, (size_t)st.st_size + 1);
    FILE *f = text ? fopen(m.path, "r") : NULL;
    int code = CLI_OK;
    if (!text) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %s", m.path);
    else if (!f) code = cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s", m.path, strerror(errno));
    const size_t size = f ? fread(text, 1, (size_t)st.st_size, f) : 0;
    if (f) fclose(f);
    if (code == CLI_OK) code = parse(&m, text, size);
    free(text);
    if (code == CLI_OK) *out = m;
    else free(m.entry);
    return code;
}

void flash_manifest_free(flash_manifest *m)
{
    free(m->entry);
    memset(m, 0, sizeof *m);
}

const flash_entry *flash_manifest_find(const flash_manifest *m, const char *sha256)
{
    for (size_t i = 0; i < m->count; i++)
        if (!strcmp(m->entry[i].sha256, sha256)) return &m->entry[i];
    return NULL;
}

bool flash_abi_fits(uint32_t abi) { return abi >> 16 == bonnet_chip_abi() >> 16 && abi >= bonnet_chip_abi(); }

struct json_object *flash_entry_json(const flash_entry *e)
{
    char text[32];
    struct json_object *o = json_object_new_object();
    if (!o) return NULL;
    json_object_object_add(o, "file", json_object_new_string(e->file));
    json_object_object_add(o, "sha256", json_object_new_string(e->sha256));
    json_object_object_add(o, "part", json_object_new_string(e->part));
    json_object_object_add(o, "board", json_object_new_string(e->board));
    json_object_object_add(o, "geometry", json_object_new_string(e->geometry));
    snprintf(text, sizeof text, "%u.%u", e->abi >> 16, e->abi & 0xffff);
    json_object_object_add(o, "abi", json_object_new_string(text));
    json_object_object_add(o, "commit", json_object_new_string(e->commit));
    json_object_object_add(o, "tool", json_object_new_string(e->tool));
    snprintf(text, sizeof text, "%g", e->clock_mhz);
    json_object_object_add(o, "clock_mhz", json_object_new_double_s(e->clock_mhz, text));
    return o;
}
