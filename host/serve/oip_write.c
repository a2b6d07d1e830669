/* SPDX-License-Identifier: Apache-2.0 */
/* oip_write.c - replies, metadata, errors. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "oip.h"

enum { STYLE = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE };

static void text(struct json_object *o, const char *key, const char *value) { json_object_object_add(o, key, json_object_new_string(value)); }

static struct json_object *tensor(struct json_object *list, const char *name, const char *type)
{
    struct json_object *t = json_object_new_object();
    text(t, "name", name);
    text(t, "datatype", type);
    json_object_array_add(list, t);
    return t;
}

static void shape(struct json_object *t, const int64_t *sizes, uint32_t dims)
{
    struct json_object *list = json_object_new_array();
    for (uint32_t i = 0; i < dims; i++) json_object_array_add(list, json_object_new_int64(sizes[i]));
    json_object_object_add(t, "shape", list);
}

/* The object's text, which is freed with it, as a copy of the caller's. */
static char *printed(struct json_object *o)
{
    const char *s = json_object_to_json_string_ext(o, STYLE);
    char *copy = s ? strdup(s) : NULL;
    json_object_put(o);
    return copy;
}

static void output(struct json_object *list, const oip_request *r, uint32_t which, const int32_t *numbers, uint32_t each)
{
    struct json_object *t = tensor(list, which == OIP_LOGITS ? "logits" : "label", "INT32");
    const size_t count = (size_t)r->count * each;
    shape(t, (const int64_t[]){r->count, each}, which == OIP_LOGITS ? 2 : 1);
    if (r->binary[which]) {
        struct json_object *p = json_object_new_object();
        json_object_object_add(p, "binary_data_size", json_object_new_int64((int64_t)(4 * count)));
        json_object_object_add(t, "parameters", p);
        return;
    }
    struct json_object *data = json_object_new_array_ext((int)count);
    for (size_t i = 0; i < count; i++) json_object_array_add(data, json_object_new_int(numbers[i]));
    json_object_object_add(t, "data", data);
}

bool oip_reply_write(uint8_t **body, size_t *size, size_t *header, const oip_model *m, const oip_request *r, const oip_answer *a)
{
    struct json_object *o = json_object_new_object(), *list = json_object_new_array(), *p = json_object_new_object();
    size_t bytes = 0, at;
    text(o, "model_name", m->name);
    text(o, "model_version", m->version);
    if (r->id[0]) text(o, "id", r->id);
    json_object_object_add(p, "bonnet_queue_us", json_object_new_int64(a->queue_us));
    json_object_object_add(p, "bonnet_compute_us", json_object_new_int64(a->compute_us));
    json_object_object_add(o, "parameters", p);
    for (uint32_t i = 0; i < r->outputs; i++) {
        const uint32_t which = r->output[i], each = which == OIP_LOGITS ? m->classes : 1;
        output(list, r, which, which == OIP_LOGITS ? a->logits : a->labels, each);
        if (r->binary[which]) bytes += 4 * (size_t)r->count * each;
    }
    json_object_object_add(o, "outputs", list);
    char *json = printed(o);
    if (!json) return false;
    at = strlen(json);
    *header = bytes ? at : 0;
    *size = at + bytes;
    *body = realloc(json, *size);
    if (!*body) {
        free(json);
        return false;
    }
    for (uint32_t i = 0; i < r->outputs; i++) {
        const uint32_t which = r->output[i];
        const int32_t *numbers = which == OIP_LOGITS ? a->logits : a->labels;
        const size_t count = (size_t)r->count * (which == OIP_LOGITS ? m->classes : 1);
        for (size_t n = 0; r->binary[which] && n < 4 * count; n++) (*body)[at++] = (uint8_t)((uint32_t)numbers[n / 4] >> 8 * (n % 4));
    }
    return true;
}

char *oip_metadata(const oip_model *m)
{
    struct json_object *o = json_object_new_object(), *versions = json_object_new_array(), *in = json_object_new_array();
    struct json_object *out = json_object_new_array(), *p = json_object_new_object(), *map = json_object_new_array();
    int64_t sizes[OIP_DIMS] = {-1};
    for (uint32_t i = 1; i < m->dims; i++) sizes[i] = m->shape[i];
    text(o, "name", m->name);
    json_object_array_add(versions, json_object_new_string(m->version));
    json_object_object_add(o, "versions", versions);
    text(o, "platform", "bonnet");
    shape(tensor(in, m->input, m->is_signed ? "INT8" : "UINT8"), sizes, m->dims);
    shape(tensor(out, "logits", "INT32"), (const int64_t[]){-1, m->classes}, 2);
    shape(tensor(out, "label", "INT32"), (const int64_t[]){-1}, 1);
    json_object_object_add(o, "inputs", in);
    json_object_object_add(o, "outputs", out);
    text(p, "bonnet_digest", m->digest);
    json_object_object_add(p, "bonnet_batch", json_object_new_int64(m->batch));
    if (m->cut >= 0) {
        for (uint32_t i = 0; i < 4; i++) json_object_array_add(map, json_object_new_int64(m->map[i]));
        json_object_object_add(p, "bonnet_cut", json_object_new_int(m->cut));
        text(p, "bonnet_cut_layer", m->layer);
        text(p, "bonnet_layout", "uint64 little-endian [y][x][channels/64 rounded up][slice], bit c%64 is channel c");
        json_object_object_add(p, "bonnet_map", map); /* channels, height, width, slices */
    } else {
        json_object_put(map);
        text(p, "bonnet_layout", "[y][x][plane]");
    }
    json_object_object_add(o, "parameters", p);
    return printed(o);
}

char *oip_error(const char *line)
{
    struct json_object *o = json_object_new_object();
    text(o, "error", line);
    return printed(o);
}
