/* SPDX-License-Identifier: Apache-2.0 */
/* read.c - a whole file of the user's, bounded; JSON out of one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

enum { MAX_FILE_MIB = 256, FIRST_BYTES = 1 << 20 };

/* The whole file, at most MAX_FILE_MIB of it; from a pipe too, so the room grows with what comes. */
int cli_read_file(uint8_t **out, size_t *size, const char *path)
{
    const size_t most = (size_t)MAX_FILE_MIB << 20;
    FILE *f = fopen(path, "rb");
    if (!f) return cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s", path, strerror(errno));
    uint8_t *bytes = NULL;
    size_t n = 0, room = 0, got = 1;
    int code = CLI_OK;
    while (code == CLI_OK && got) {
        if (n == room) {
            room = room ? 2 * room : FIRST_BYTES;
            uint8_t *more = realloc(bytes, room);
            if (!more) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
            else bytes = more;
        }
        errno = 0;
        if (code == CLI_OK) n += got = fread(bytes + n, 1, room - n, f);
        if (code == CLI_OK && ferror(f)) code = cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s", path, strerror(errno));
        else if (n > most) code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: larger than %d MiB; no file for bonnet is", path, MAX_FILE_MIB);
    }
    fclose(f);
    if (code != CLI_OK) {
        free(bytes);
        return code;
    }
    *out = bytes;
    *size = n;
    return CLI_OK;
}

int cli_parse_json(struct json_object **out, const char *path, const uint8_t *bytes, size_t size)
{
    return cli_parse_json_of(out, path, bytes, size, 64);
}

int cli_parse_json_of(struct json_object **out, const char *path, const uint8_t *bytes, size_t size, size_t most_kib)
{
    if (size > most_kib << 10 || memchr(bytes, 0, size))
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: not a JSON file of at most %zu KiB", path, most_kib);
    struct json_tokener *tokener = json_tokener_new();
    char *text = malloc(size + 1); /* the parser needs the zero behind it to see the end */
    if (!tokener || !text) {
        free(text);
        if (tokener) json_tokener_free(tokener);
        return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    }
    memcpy(text, bytes, size);
    text[size] = 0;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    struct json_object *object = json_tokener_parse_ex(tokener, text, (int)size + 1);
    const enum json_tokener_error why = json_tokener_get_error(tokener);
    free(text);
    json_tokener_free(tokener);
    if (!object) return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: not JSON: %s", path, json_tokener_error_desc(why));
    *out = object;
    return CLI_OK;
}
