/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - see fields.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fields.h"

static bool number(struct json_object *value) { return json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int); }

/* "" or "layers[3]": what a complaint says before the field. */
static int complain(const char *path, const char *where, const char *key, const char *wants)
{
    if (*where) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"%s\" wants %s", path, where, key, wants);
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" wants %s", path, key, wants);
}

static bool read_string(char to[CLI_TEXT], struct json_object *value)
{
    if (!json_object_is_type(value, json_type_string)) return false;
    const char *text = json_object_get_string(value);
    const size_t bytes = (size_t)json_object_get_string_len(value);
    if (!bytes || bytes >= CLI_TEXT) return false;
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f) return false;
    memcpy(to, text, bytes);
    to[bytes] = 0;
    return true;
}

static int read_field(const char *path, const char *where, const cli_field *f, struct json_object *value)
{
    char wants[96];
    const double n = number(value) ? json_object_get_double(value) : NAN;
    switch (f->kind) {
    case CLI_NUMBER:
        snprintf(wants, sizeof wants, "a number, %g to %g", f->least, f->most);
        if (!(n >= f->least && n <= f->most)) return complain(path, where, f->key, wants);
        *(double *)f->to = n;
        return CLI_OK;
    case CLI_COUNT:
        snprintf(wants, sizeof wants, "a whole number, %.0f to %.0f", f->least, f->most);
        if (!json_object_is_type(value, json_type_int) || !(n >= f->least && n <= f->most)) return complain(path, where, f->key, wants);
        *(uint32_t *)f->to = (uint32_t)n;
        return CLI_OK;
    case CLI_STRING: return read_string(f->to, value) ? CLI_OK : complain(path, where, f->key, "a text of 1 to 127 bytes without control characters");
    case CLI_LIST:
        snprintf(wants, sizeof wants, "an array of at most %.0f", f->most);
        if (!json_object_is_type(value, json_type_array) || (double)json_object_array_length(value) > f->most)
            return complain(path, where, f->key, wants);
        *(struct json_object **)f->to = value;
        return CLI_OK;
    case CLI_OBJECT:
        snprintf(wants, sizeof wants, "an object of at most %.0f entries", f->most);
        if (!json_object_is_type(value, json_type_object) || json_object_object_length(value) > f->most) return complain(path, where, f->key, wants);
        *(struct json_object **)f->to = value;
        return CLI_OK;
    }
    return CLI_OK;
}

static int unknown(const char *path, const char *where, const char *key, const cli_field *fields, size_t count)
{
    char known[512] = "";
    for (size_t i = 0, at = 0; i < count && at < sizeof known; i++)
        at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i ? ", " : "", fields[i].key);
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s%s%sno entry \"%.40s\"; there are %s", path, *where ? "\"" : "", where, *where ? "\": " : "",
                    key, known);
}

int cli_fields_read(const char *path, const char *where, struct json_object *object, const cli_field *fields, size_t count)
{
    if (!json_object_is_type(object, json_type_object)) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" wants an object", path, where);
    json_object_object_foreach(object, key, value)
    {
        size_t i = 0;
        while (i < count && strcmp(key, fields[i].key)) i++;
        const int code = i < count ? read_field(path, where, &fields[i], value) : unknown(path, where, key, fields, count);
        if (code != CLI_OK) return code;
    }
    for (size_t i = 0; i < count; i++)
        if (!fields[i].optional && !json_object_object_get_ex(object, fields[i].key, NULL))
            return *where ? cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" lacks \"%s\"", path, where, fields[i].key)
                          : cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" is missing", path, fields[i].key);
    return CLI_OK;
}

int cli_document_read(struct json_object **out, const char *path, const char *mark, size_t most_kib)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    struct json_object *root = NULL, *version;
    int code = cli_read_file(&bytes, &size, path);
    if (code == CLI_OK) code = cli_parse_json_of(&root, path, bytes, size, most_kib);
    free(bytes);
    if (code != CLI_OK) return code;
    if (!json_object_is_type(root, json_type_object)) code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: not a JSON object", path);
    else if (!json_object_object_get_ex(root, mark, &version))
        code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: \"%s\", its version, is missing", path, mark);
    else if (!json_object_is_type(version, json_type_int) || json_object_get_int64(version) != 1)
        code = cli_fail(CLI_STATUS - BONNET_EABI, "%s: \"%s\" is of another version; this program reads 1", path, mark);
    if (code == CLI_OK) *out = root;
    else json_object_put(root);
    return code;
}

struct json_object *cli_json_number(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    return json_object_new_double_s(value, text);
}
