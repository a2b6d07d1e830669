/* SPDX-License-Identifier: Apache-2.0 */
/* message_model.c - metadata of upstream and its models, held against what they must be. */
#include <stdio.h>
#include <string.h>
#include "message_json.h"

/* One image's shape: an open first dimension is the batch. */
static bool one_image(message_model *m, const message_want *want)
{
    if (m->shape[0] == -1) m->shape[0] = 1;
    return message_count(m->shape, 0, m->dims) == (int64_t)want->bytes;
}

static bool read_input(message_model *m, char line[MESSAGE_LINE], struct json_object *o, const message_want *want)
{
    struct json_object *list = message_member(o, "inputs", json_type_array), *in = list ? json_object_array_get_idx(list, 0) : NULL;
    char type[MESSAGE_NAME];
    if (!list || json_object_array_length(list) != 1) return message_wrong(line, "the model has not one input");
    if (!message_text(m->input, in, "name") || !message_text(type, in, "datatype") || !message_shape(m->shape, &m->dims, in))
        return message_wrong(line, "the model's input has no name, datatype or shape");
    m->is_signed = want->is_signed;
    if (strcmp(type, want->is_signed ? "INT8" : "UINT8") != 0)
        return message_wrong(line, "the model takes %.20s, these pixels are %s", type, want->is_signed ? "INT8" : "UINT8");
    if (!one_image(m, want)) return message_wrong(line, "the model's input '%.40s' has not %zu bytes", m->input, want->bytes);
    return true;
}

static bool fits(message_model *m, struct json_object *out, const message_want *want)
{
    char type[MESSAGE_NAME];
    if (!message_text(m->output, out, "name") || !message_text(type, out, "datatype") || !message_shape(m->out_shape, &m->out_dims, out))
        return false;
    if (m->out_shape[0] == -1) m->out_shape[0] = 1;
    m->floats = strcmp(type, "FP32") == 0;
    return (m->floats || strcmp(type, "INT32") == 0) && message_count(m->out_shape, 0, m->out_dims) == want->classes;
}

/* The one called "logits", or else the one that could be. */
static bool read_output(message_model *m, char line[MESSAGE_LINE], struct json_object *o, const message_want *want)
{
    struct json_object *list = message_member(o, "outputs", json_type_array);
    const size_t n = list ? json_object_array_length(list) : 0;
    size_t found = n, could = 0;
    message_model look = *m;
    for (size_t i = 0; i < n && i < MESSAGE_OBJECTS; i++) {
        if (!fits(&look, json_object_array_get_idx(list, i), want)) continue;
        found = i;
        could++;
        if (strcmp(look.output, "logits") == 0) {
            could = 1;
            break;
        }
    }
    if (could != 1)
        return message_wrong(line, "the model has %s of %u numbers INT32 or FP32", could ? "several outputs" : "no output", want->classes);
    return fits(m, json_object_array_get_idx(list, found), want);
}

bool message_model_read(message_model *out, char line[MESSAGE_LINE], const uint8_t *text, size_t size, const message_want *want)
{
    message_model m = {.dims = 0};
    char digest[MESSAGE_NAME] = "";
    struct json_object *o = message_parse(line, text, size);
    if (!o) return false;
    struct json_object *versions = message_member(o, "versions", json_type_array), *p = message_member(o, "parameters", json_type_object);
    struct json_object *first = versions && json_object_array_length(versions) == 1 ? json_object_array_get_idx(versions, 0) : NULL;
    if (first && json_object_is_type(first, json_type_string) && json_object_get_string_len(first) < MESSAGE_NAME)
        snprintf(m.version, sizeof m.version, "%s", json_object_get_string(first));
    bool good = true;
    if (want->digest && (!p || !message_text(digest, p, "bonnet_digest")))
        good = message_wrong(line, "the model does not say of which network it is");
    else if (want->digest && strcmp(digest, want->digest) != 0)
        good = message_wrong(line, "the model is of another network: %.12s, here %.12s", digest, want->digest);
    good = good && read_input(&m, line, o, want) && read_output(&m, line, o, want);
    json_object_put(o);
    if (good) *out = m;
    return good;
}

bool message_extends(const uint8_t *text, size_t size, const char *name, const char *other)
{
    char line[MESSAGE_LINE];
    bool found = false;
    struct json_object *o = message_parse(line, text, size), *list = message_member(o, "extensions", json_type_array);
    for (size_t i = 0; list && i < json_object_array_length(list); i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        const char *said = json_object_is_type(one, json_type_string) ? json_object_get_string(one) : "";
        found |= strcmp(said, name) == 0 || (other && strcmp(said, other) == 0);
    }
    json_object_put(o);
    return found;
}

void message_error(char line[MESSAGE_LINE], const uint8_t *text, size_t size)
{
    char why[MESSAGE_LINE];
    struct json_object *o = message_parse(why, text, size), *error = message_member(o, "error", json_type_string);
    if (error) message_wrong(line, "%s", json_object_get_string(error));
    else *line = '\0';
    json_object_put(o);
}
