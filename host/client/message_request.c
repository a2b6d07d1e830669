/* SPDX-License-Identifier: Apache-2.0 */
/* message_request.c - a request of one image: JSON, and the image behind it or, where the server takes no binary tensors, in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "message_json.h"

static void text(struct json_object *o, const char *key, const char *value) { json_object_object_add(o, key, json_object_new_string(value)); }
static void number(struct json_object *o, const char *key, int64_t value) { json_object_object_add(o, key, json_object_new_int64(value)); }

static struct json_object *only(struct json_object *one) /* in a list */
{
    struct json_object *list = json_object_new_array();
    json_object_array_add(list, one);
    return list;
}

static struct json_object *parameters(const message_want *want, bool binary, int64_t timeout_us)
{
    struct json_object *p = json_object_new_object();
    if (timeout_us > 0) number(p, "timeout", timeout_us);
    if (want->digest) text(p, "bonnet_digest", want->digest);
    if (binary) json_object_object_add(p, "binary_data_output", json_object_new_boolean(true));
    return p;
}

static struct json_object *input(const message_model *m, const message_want *want, const uint8_t *image, bool binary)
{
    struct json_object *in = json_object_new_object(), *shape = json_object_new_array_ext((int)m->dims);
    text(in, "name", m->input);
    text(in, "datatype", m->is_signed ? "INT8" : "UINT8");
    for (uint32_t i = 0; i < m->dims; i++) json_object_array_add(shape, json_object_new_int64(m->shape[i]));
    json_object_object_add(in, "shape", shape);
    if (binary) {
        struct json_object *p = json_object_new_object();
        number(p, "binary_data_size", (int64_t)want->bytes);
        json_object_object_add(in, "parameters", p);
        return in;
    }
    struct json_object *data = json_object_new_array_ext((int)want->bytes);
    for (size_t i = 0; i < want->bytes; i++) json_object_array_add(data, json_object_new_int(m->is_signed ? (int8_t)image[i] : image[i]));
    json_object_object_add(in, "data", data);
    return in;
}

bool message_request(uint8_t **body, size_t *size, size_t *header, const message_model *m, const message_want *want, const uint8_t *image,
                     bool binary, uint64_t id, int64_t timeout_us)
{
    struct json_object *o = json_object_new_object(), *out = json_object_new_object();
    char name[24];
    snprintf(name, sizeof name, "%llu", (unsigned long long)id);
    text(o, "id", name);
    json_object_object_add(o, "parameters", parameters(want, binary, timeout_us));
    json_object_object_add(o, "inputs", only(input(m, want, image, binary)));
    text(out, "name", m->output);
    json_object_object_add(o, "outputs", only(out));
    const char *json = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    const size_t n = json ? strlen(json) : 0, all = n + (binary ? want->bytes : 0);
    uint8_t *to = json ? malloc(all) : NULL;
    if (to) {
        memcpy(to, json, n);
        if (binary) memcpy(to + n, image, want->bytes);
        *body = to, *size = all, *header = binary ? n : 0;
    }
    json_object_put(o);
    return to != NULL;
}
