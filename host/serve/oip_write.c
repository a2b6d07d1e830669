/* SPDX-License-Identifier: Apache-2.0 */
/* oip_write.c - replies, metadata, errors. */
#include <json-c/json.h>
#include <stdio.h>
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

static void little(FILE *to, uint32_t n)
{
    for (int i = 0; i < 4; i++) fputc((int)(n >> 8 * i & 255), to);
}

/* Numbers of one output: into its object, or little-endian behind the JSON. */
static void numbers(struct json_object *data, FILE *raw, const int32_t *of, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (data) json_object_array_add(data, json_object_new_int(of[i]));
        else little(raw, (uint32_t)of[i]);
}

/* The classification extension: the largest logits of each image as texts; binary: four bytes of length before each. */
static bool classes(struct json_object *data, FILE *raw, const oip_model *m, const oip_request *r, const int32_t *logits)
{
    uint32_t *top = oip_top(logits, r->count, m->classes, r->top);
    bool good = top != NULL;
    for (size_t i = 0; good && i < (size_t)r->count * r->top; i++) {
        char *one = oip_class(m, logits[i / r->top * m->classes + top[i]], top[i]);
        good = one != NULL;
        if (good && data) json_object_array_add(data, json_object_new_string(one));
        else if (good) little(raw, (uint32_t)strlen(one)), fputs(one, raw);
        free(one);
    }
    free(top);
    return good;
}

static bool output(struct json_object *list, FILE *raw, const oip_model *m, const oip_request *r, const oip_answer *a, uint32_t which)
{
    const bool logits = which == OIP_LOGITS, texts = logits && r->top;
    const uint32_t each = texts ? r->top : logits ? m->classes : 1;
    struct json_object *t = tensor(list, logits ? "logits" : "label", texts ? "BYTES" : "INT32"), *data = NULL;
    const long before = raw ? ftell(raw) : 0;
    shape(t, (const int64_t[]){r->count, each}, logits ? 2 : 1);
    if (!r->binary[which]) data = json_object_new_array_ext((int)(r->count * each));
    if (!texts) numbers(data, raw, logits ? a->logits : a->labels, (size_t)r->count * each);
    else if (!classes(data, raw, m, r, a->logits)) {
        json_object_put(data);
        return false;
    }
    if (data) {
        json_object_object_add(t, "data", data);
        return true;
    }
    struct json_object *p = json_object_new_object();
    json_object_object_add(p, "binary_data_size", json_object_new_int64(ftell(raw) - before));
    json_object_object_add(t, "parameters", p);
    return true;
}

static struct json_object *reply(FILE *raw, const oip_model *m, const oip_request *r, const oip_answer *a)
{
    struct json_object *o = json_object_new_object(), *list = json_object_new_array(), *p = json_object_new_object();
    text(o, "model_name", m->name);
    text(o, "model_version", m->version);
    if (r->id[0]) text(o, "id", r->id);
    json_object_object_add(p, "bonnet_queue_us", json_object_new_int64(a->queue_us));
    json_object_object_add(p, "bonnet_compute_us", json_object_new_int64(a->compute_us));
    json_object_object_add(o, "parameters", p);
    json_object_object_add(o, "outputs", list);
    for (uint32_t i = 0; i < r->outputs; i++)
        if (!output(list, raw, m, r, a, r->output[i])) {
            json_object_put(o);
            return NULL;
        }
    return o;
}

bool oip_reply_write(uint8_t **body, size_t *size, size_t *header, const oip_model *m, const oip_request *r, const oip_answer *a)
{
    char *tensors = NULL;
    size_t bytes = 0;
    bool binary = false;
    for (uint32_t i = 0; i < r->outputs; i++) binary |= r->binary[r->output[i]];
    FILE *raw = binary ? open_memstream(&tensors, &bytes) : NULL;
    if (binary && !raw) return false;
    struct json_object *o = reply(raw, m, r, a);
    char *json = o ? printed(o) : NULL;
    const bool written = !raw || fclose(raw) == 0;
    const size_t at = json ? strlen(json) : 0;
    uint8_t *all = json && written ? realloc(json, at + bytes + !bytes) : NULL;
    if (!all) free(json);
    else if (bytes) memcpy(all + at, tensors, bytes);
    free(tensors);
    *header = bytes ? at : 0;
    *size = at + bytes;
    *body = all;
    return all != NULL;
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
    if (m->labels) {
        struct json_object *labels = json_object_new_array();
        for (uint32_t i = 0; i < m->classes; i++) json_object_array_add(labels, json_object_new_string(m->labels[i]));
        json_object_object_add(p, "bonnet_labels", labels);
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
