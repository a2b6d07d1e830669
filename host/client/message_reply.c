/* SPDX-License-Identifier: Apache-2.0 */
/* message_reply.c - what came back: every length is held against the model's own before it is used. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "message_json.h"

enum { OUTPUTS = 16 }; /* of a reply, at most: a server may send more than was asked for */

size_t message_reply_most(uint32_t classes) { return MESSAGE_JSON + 32 * (size_t)classes; }

/* A float of upstream as a whole number; false: it is none that could be compared. */
static bool whole(int32_t *out, double x)
{
    const double scaled = x * (1 << MESSAGE_FLOAT_BITS);
    if (isnan(x)) return false;
    *out = scaled >= INT32_MAX ? INT32_MAX : scaled <= INT32_MIN ? INT32_MIN : (int32_t)lrint(scaled);
    return true;
}

static bool one_number(int32_t *out, const message_model *m, struct json_object *one)
{
    const json_type type = json_object_get_type(one);
    if (m->floats) return (type == json_type_double || type == json_type_int) && whole(out, json_object_get_double(one));
    const int64_t value = type == json_type_int ? json_object_get_int64(one) : INT64_MAX;
    if (value < INT32_MIN || value > INT32_MAX) return false;
    *out = (int32_t)value;
    return true;
}

/* "data", flat or nested. */
static bool numbers(int32_t *logits, uint32_t *n, const message_model *m, uint32_t classes, struct json_object *data)
{
    for (size_t i = 0; i < json_object_array_length(data); i++) {
        struct json_object *one = json_object_array_get_idx(data, i);
        if (json_object_is_type(one, json_type_array)) {
            if (!numbers(logits, n, m, classes, one)) return false;
        } else if (*n >= classes || !one_number(&logits[(*n)++], m, one)) return false;
    }
    return true;
}

static bool binary(int32_t *logits, const message_model *m, uint32_t classes, const uint8_t *bytes)
{
    for (uint32_t i = 0; i < classes; i++) {
        const uint8_t *b = bytes + 4 * (size_t)i;
        const uint32_t word = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        float f;
        memcpy(&f, &word, sizeof f);
        if (!m->floats) logits[i] = (int32_t)word;
        else if (!whole(&logits[i], (double)f)) return false;
    }
    return true;
}

typedef struct reply {
    const message_model *m;
    const message_want *want;
    const uint8_t *tensors; /* behind the JSON */
    size_t left, at;
    bool found;
} reply;

static bool output(reply *r, int32_t *logits, char line[MESSAGE_LINE], struct json_object *out)
{
    char name[MESSAGE_NAME], type[MESSAGE_NAME];
    int64_t shape[MESSAGE_DIMS];
    uint32_t dims, n = 0;
    struct json_object *p = message_member(out, "parameters", json_type_object), *data = message_member(out, "data", json_type_array);
    const int64_t size = message_number(p, "binary_data_size");
    if (!message_text(name, out, "name")) return message_wrong(line, "an output of the reply has no name");
    if (size && (uint64_t)size > r->left - r->at)
        return message_wrong(line, "output '%.40s' says %lld bytes, %zu are left", name, (long long)size, r->left - r->at);
    const uint8_t *bytes = r->tensors + r->at;
    r->at += (size_t)size;
    if (strcmp(name, r->m->output) != 0) return true;
    if (r->found) return message_wrong(line, "output '%.40s' comes twice", name);
    if (!message_text(type, out, "datatype") || strcmp(type, r->m->floats ? "FP32" : "INT32") != 0)
        return message_wrong(line, "output '%.40s' is not %s", name, r->m->floats ? "FP32" : "INT32");
    if (!message_shape(shape, &dims, out) || message_count(shape, 0, dims) != r->want->classes ||
        shape[dims - 1] != r->m->out_shape[r->m->out_dims - 1])
        return message_wrong(line, "output '%.40s' has not the shape of %u classes", name, r->want->classes);
    if (size ? (uint64_t)size != 4 * (uint64_t)r->want->classes : !data)
        return message_wrong(line, "output '%.40s' has not %u numbers", name, r->want->classes);
    r->found = true;
    if (size ? binary(logits, r->m, r->want->classes, bytes) : numbers(logits, &n, r->m, r->want->classes, data) && n == r->want->classes)
        return true;
    return message_wrong(line, "output '%.40s' has not %u numbers", name, r->want->classes);
}

static bool outputs(reply *r, int32_t *logits, char line[MESSAGE_LINE], struct json_object *o)
{
    struct json_object *list = message_member(o, "outputs", json_type_array);
    const size_t n = list ? json_object_array_length(list) : 0;
    if (!n || n > OUTPUTS) return message_wrong(line, "the reply has %zu outputs", n);
    for (size_t i = 0; i < n; i++)
        if (!output(r, logits, line, json_object_array_get_idx(list, i))) return false;
    if (!r->found) return message_wrong(line, "the reply has no output '%.40s'", r->m->output);
    return r->at == r->left || message_wrong(line, "%zu bytes of the reply belong to no output", r->left - r->at);
}

bool message_reply_read(message_reply *out, int32_t *logits, char line[MESSAGE_LINE], const message_model *m, const message_want *want, uint64_t id,
                        const uint8_t *body, size_t size, int64_t header)
{
    const size_t json = header < 0 ? size : (size_t)header;
    char own[24], theirs[MESSAGE_NAME];
    *line = '\0';
    if (size > message_reply_most(want->classes)) return message_wrong(line, "the reply has %zu bytes", size);
    if (json > size) return message_wrong(line, "the reply's JSON should have %zu bytes, all of it has %zu", json, size);
    struct json_object *o = message_parse(line, body, json);
    if (!o) return false;
    reply r = {.m = m, .want = want, .tensors = body + json, .left = size - json};
    int32_t *numbers_of_it = malloc(want->classes * sizeof *numbers_of_it);
    snprintf(own, sizeof own, "%llu", (unsigned long long)id);
    bool good = numbers_of_it ? outputs(&r, numbers_of_it, line, o) : message_wrong(line, "out of memory");
    if (good && message_text(theirs, o, "id") && strcmp(theirs, own) != 0)
        good = message_wrong(line, "the reply is to '%.40s', not to '%s'", theirs, own);
    if (good && *m->version && message_text(theirs, o, "model_version") && strcmp(theirs, m->version) != 0)
        good = message_wrong(line, "the reply is of version %.40s, not %.40s", theirs, m->version);
    if (good) {
        struct json_object *p = message_member(o, "parameters", json_type_object);
        *out = (message_reply){
            .queue_us = message_number(p, "bonnet_queue_us"), .compute_us = message_number(p, "bonnet_compute_us"), .floats = m->floats};
        memcpy(logits, numbers_of_it, want->classes * sizeof *logits);
    }
    free(numbers_of_it);
    json_object_put(o);
    return good;
}
