/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h - JSON documents of the user's with a version, read field by field: what is wrong is named, what nobody knows is refused. */
#ifndef BONNET_CLI_FIELDS_H
#define BONNET_CLI_FIELDS_H
#include "cli.h"

enum { CLI_TEXT = 128 }; /* of a text with its zero; 1..127 bytes, no control characters */

typedef enum cli_field_kind { CLI_NUMBER, CLI_COUNT, CLI_STRING, CLI_LIST, CLI_OBJECT } cli_field_kind;
typedef struct cli_field {
    const char *key;
    cli_field_kind kind;
    double least, most; /* of a NUMBER or COUNT; LIST, OBJECT: `most` entries */
    void *to;           /* NUMBER: double. COUNT: uint32_t. STRING: char[CLI_TEXT]. LIST, OBJECT: struct json_object *, the document's */
    bool optional;      /* *to is left as it is where the field is absent */
} cli_field;

/* where: "layers[3]", or "" for the document itself. Exit code, after the complaint. */
int cli_fields_read(const char *path, const char *where, struct json_object *object, const cli_field *fields, size_t count);
/* The file's JSON object whose field `mark` is the version 1. *out: json_object_put(). The mark is a field like the others: pass it with CLI_VERSION. */
int cli_document_read(struct json_object **out, const char *path, const char *mark, size_t most_kib);
#define CLI_VERSION(mark, to) {mark, CLI_COUNT, 1, 1, to, false}

/* A number that reads back as it is to nine digits, without the noise of seventeen. */
struct json_object *cli_json_number(double value);
#endif
