/* SPDX-License-Identifier: Apache-2.0 */
/* oip_read.c - a request: JSON, and the binary tensors behind it. */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "oip.h"

static const char *const output_names[OIP_OUTPUTS] = {"logits", "label"};

typedef struct reading {
    oip_request *r;
    const oip_model *m;
    const uint8_t *tensors; /* behind the JSON */
    size_t tensor_bytes;
    bool all_binary;
    int status;
    char *message;
} reading;

static bool refuse(reading *g, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(reading *g, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(g->message, OIP_LINE, format, args);
    va_end(args);
    for (char *c = g->message; *c; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~') *c = '?'; /* foreign names: one line stays one line */
    g->status = status;
    return false;
}

/* A member of that type; absent is no error, *out NULL. */
static bool member(reading *g, struct json_object **out, struct json_object *o, const char *where, const char *key, json_type type)
{
    static const char *const names[] = {"null", "true or false", "a number", "a whole number", "an object", "a list", "a text"};
    *out = NULL;
    if (!json_object_object_get_ex(o, key, out)) return true;
    if (json_object_is_type(*out, type)) return true;
    return refuse(g, 400, "%s'%s' wants %s", where, key, names[type]);
}

static bool only(reading *g, struct json_object *o, const char *where, const char *const *known)
{
    json_object_object_foreach(o, key, value)
    {
        const char *const *k = known;
        (void)value;
        while (*k && strcmp(*k, key) != 0) k++;
        if (!*k) return refuse(g, 400, "%s'%.40s' is no field of the protocol", where, key);
    }
    return true;
}

static bool parameters(reading *g, struct json_object *o)
{
    struct json_object *p, *timeout, *digest, *binary;
    if (!member(g, &p, o, "", "parameters", json_type_object)) return false;
    if (!p) return true;
    if (!member(g, &timeout, p, "parameters: ", "timeout", json_type_int) ||
        !member(g, &digest, p, "parameters: ", "bonnet_digest", json_type_string) ||
        !member(g, &binary, p, "parameters: ", "binary_data_output", json_type_boolean))
        return false;
    if (timeout) g->r->timeout_us = json_object_get_int64(timeout);
    if (g->r->timeout_us < 0 || g->r->timeout_us > 86400000000)
        return refuse(g, 400, "parameters: 'timeout' wants microseconds from 0 (none) to 86400000000");
    if (digest && strcmp(json_object_get_string(digest), g->m->digest) != 0)
        return refuse(g, 409, "parameters: 'bonnet_digest' is of another network; this model is of %s", g->m->digest);
    g->all_binary = binary && json_object_get_boolean(binary);
    return true;
}

static bool shape(reading *g, struct json_object *list)
{
    const oip_model *m = g->m;
    const size_t dims = list ? json_object_array_length(list) : 0;
    if (dims != m->dims) return refuse(g, 400, "input '%s': 'shape' wants a list of %u numbers", m->input, m->dims);
    for (uint32_t i = 0; i < m->dims; i++) {
        struct json_object *e = json_object_array_get_idx(list, i);
        const int64_t n = json_object_is_type(e, json_type_int) ? json_object_get_int64(e) : -1;
        if (i && n != m->shape[i]) return refuse(g, 400, "input '%s': shape[%u] must be %u", m->input, i, m->shape[i]);
        if (i) continue;
        if (n < 1) return refuse(g, 400, "input '%s': shape[0] wants 1 to %u images", m->input, m->batch);
        if (n > m->batch) return refuse(g, 413, "input '%s': shape[0] is more than the %u images that this server takes at once", m->input, m->batch);
        g->r->count = (uint32_t)n;
    }
    return true;
}

/* Who sends or wants tensors in shared memory is told so by its name. */
static bool own_memory(reading *g, struct json_object *parameters)
{
    struct json_object *region;
    if (!parameters || !json_object_object_get_ex(parameters, "shared_memory_region", &region)) return true;
    return refuse(g, 400, "'shared_memory_region': there is no shared memory here; send the tensor itself");
}

/* Where the input's bytes are: behind the JSON, or in it. */
static bool data(reading *g, struct json_object *t)
{
    const oip_model *m = g->m;
    const size_t wanted = g->r->count * m->bytes;
    struct json_object *p, *list, *size = NULL;
    if (!member(g, &p, t, "inputs[0]: ", "parameters", json_type_object) || !member(g, &list, t, "inputs[0]: ", "data", json_type_array))
        return false;
    if (!own_memory(g, p) || (p && !member(g, &size, p, "inputs[0].parameters: ", "binary_data_size", json_type_int))) return false;
    if (!size == !list) return refuse(g, 400, "input '%s': give 'data', or 'binary_data_size' and the bytes, one of the two", m->input);
    if (size) {
        if (json_object_get_int64(size) < 0 || (uint64_t)json_object_get_int64(size) != wanted)
            return refuse(g, 400, "input '%s': 'binary_data_size' must be %zu for this shape", m->input, wanted);
        if (g->tensor_bytes != wanted)
            return refuse(g, 400, "input '%s': %zu bytes follow the JSON, 'binary_data_size' is %zu", m->input, g->tensor_bytes, wanted);
        g->r->pixels = g->tensors;
        return true;
    }
    if (g->tensor_bytes) return refuse(g, 400, "%zu bytes follow the JSON, but no tensor is binary", g->tensor_bytes);
    g->r->own = malloc(wanted);
    if (!g->r->own) return refuse(g, 503, "out of memory");
    g->r->pixels = g->r->own;
    if (oip_numbers(g->r->own, g->message, m, g->r->count, list)) return true;
    g->status = 400;
    return false;
}

static bool input(reading *g, struct json_object *o)
{
    static const char *const known[] = {"name", "shape", "datatype", "parameters", "data", NULL};
    struct json_object *list, *t, *name, *type, *sizes;
    if (!member(g, &list, o, "", "inputs", json_type_array)) return false;
    if (!list || json_object_array_length(list) != 1) return refuse(g, 400, "'inputs' wants a list of one tensor, '%s'", g->m->input);
    t = json_object_array_get_idx(list, 0);
    if (!json_object_is_type(t, json_type_object)) return refuse(g, 400, "inputs[0] wants an object");
    if (!only(g, t, "inputs[0]: ", known) || !member(g, &name, t, "inputs[0]: ", "name", json_type_string) ||
        !member(g, &type, t, "inputs[0]: ", "datatype", json_type_string) || !member(g, &sizes, t, "inputs[0]: ", "shape", json_type_array))
        return false;
    if (!name || strcmp(json_object_get_string(name), g->m->input) != 0) return refuse(g, 400, "inputs[0]: 'name' must be '%s'", g->m->input);
    const char *want = g->m->is_signed ? "INT8" : "UINT8";
    if (!type || strcmp(json_object_get_string(type), want) != 0) return refuse(g, 400, "input '%s': 'datatype' must be %s", g->m->input, want);
    return shape(g, sizes) && data(g, t);
}

static bool output(reading *g, struct json_object *t)
{
    static const char *const known[] = {"name", "parameters", NULL};
    struct json_object *name, *p, *binary = NULL, *top = NULL;
    uint32_t which = 0;
    if (!json_object_is_type(t, json_type_object)) return refuse(g, 400, "'outputs' wants objects");
    if (!only(g, t, "outputs: ", known) || !member(g, &name, t, "outputs: ", "name", json_type_string) ||
        !member(g, &p, t, "outputs: ", "parameters", json_type_object) ||
        (p && !member(g, &binary, p, "outputs: parameters: ", "binary_data", json_type_boolean)) ||
        (p && !member(g, &top, p, "outputs: parameters: ", "classification", json_type_int)) || !own_memory(g, p))
        return false;
    while (name && which < OIP_OUTPUTS && strcmp(json_object_get_string(name), output_names[which]) != 0) which++;
    if (!name || which == OIP_OUTPUTS) return refuse(g, 400, "outputs: 'name' must be 'logits' or 'label'");
    for (uint32_t i = 0; i < g->r->outputs; i++)
        if (g->r->output[i] == which) return refuse(g, 400, "outputs: '%s' twice", output_names[which]);
    if (top && which != OIP_LOGITS) return refuse(g, 400, "outputs: 'classification' is of 'logits' only");
    if (top && (json_object_get_int64(top) < 0 || json_object_get_int64(top) > UINT32_MAX))
        return refuse(g, 400, "outputs: 'classification' wants a number of classes, 0: all logits");
    if (top) g->r->top = json_object_get_int64(top) < g->m->classes ? (uint32_t)json_object_get_int64(top) : g->m->classes;
    g->r->output[g->r->outputs++] = which;
    g->r->binary[which] = binary ? json_object_get_boolean(binary) : g->all_binary;
    return true;
}

static bool outputs(reading *g, struct json_object *o)
{
    struct json_object *list;
    if (!member(g, &list, o, "", "outputs", json_type_array)) return false;
    for (size_t i = 0; list && i < json_object_array_length(list); i++)
        if (!output(g, json_object_array_get_idx(list, i))) return false;
    for (uint32_t i = 0; !g->r->outputs && i < OIP_OUTPUTS; i++) g->r->binary[i] = g->all_binary;
    if (!g->r->outputs) g->r->outputs = OIP_OUTPUTS, g->r->output[0] = OIP_LOGITS, g->r->output[1] = OIP_LABEL;
    return true;
}

static bool request(reading *g, struct json_object *o)
{
    static const char *const known[] = {"id", "parameters", "inputs", "outputs", "model_name", "model_version", NULL};
    struct json_object *id, *name, *version;
    if (!json_object_is_type(o, json_type_object)) return refuse(g, 400, "the request is not a JSON object");
    if (!only(g, o, "", known) || !member(g, &id, o, "", "id", json_type_string) || !member(g, &name, o, "", "model_name", json_type_string) ||
        !member(g, &version, o, "", "model_version", json_type_string))
        return false;
    /* KServe's client says these once more. */
    if (name && strcmp(json_object_get_string(name), g->m->name) != 0)
        return refuse(g, 400, "'model_name' is not that of the address, '%s'", g->m->name);
    if (version && strcmp(json_object_get_string(version), g->m->version) != 0)
        return refuse(g, 409, "'model_version' is of another network; this model has version %s", g->m->version);
    if (id && (json_object_get_string_len(id) >= OIP_ID || strlen(json_object_get_string(id)) != (size_t)json_object_get_string_len(id)))
        return refuse(g, 400, "'id' wants at most %d bytes", OIP_ID - 1);
    if (id) snprintf(g->r->id, OIP_ID, "%s", json_object_get_string(id));
    return parameters(g, o) && outputs(g, o) && input(g, o);
}

size_t oip_body_most(const oip_model *m, int64_t header) { return header < 0 ? OIP_TEXT : (size_t)header + m->batch * m->bytes; }

bool oip_header_length(int64_t *out, const char *text)
{
    *out = -1;
    if (!text) return true;
    if (!*text || strlen(text) > 8 || text[strspn(text, "0123456789")]) return false;
    *out = strtol(text, NULL, 10);
    return *out >= 1 && *out <= OIP_HEADER;
}

/* A parser spends hundreds of bytes on each list and object: how many there may be is bounded before it starts. */
static bool bounded(reading *g, const uint8_t *text, size_t size)
{
    size_t lists = 0, objects = 0;
    for (size_t i = 0; i < size; i++) lists += text[i] == '[', objects += text[i] == '{';
    if (objects > OIP_OBJECTS) return refuse(g, 400, "more than %d objects in a request", OIP_OBJECTS);
    if (lists > OIP_LISTS) return refuse(g, 413, "more than %d lists in a request; send 'data' flat, or binary", OIP_LISTS);
    return true;
}

/* The JSON of `text` bytes, all of them. */
static struct json_object *parsed(reading *g, const uint8_t *body, size_t text)
{
    struct json_tokener *tokener = json_tokener_new_ex(16);
    if (!tokener) return refuse(g, 503, "out of memory"), NULL;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *o = text ? json_tokener_parse_ex(tokener, (const char *)body, (int)text) : NULL;
    const enum json_tokener_error error = json_tokener_get_error(tokener);
    size_t end = o ? json_tokener_get_parse_end(tokener) : 0;
    json_tokener_free(tokener);
    while (o && end < text && memchr(" \t\r\n", body[end], 4)) end++;
    if (o && end == text) return o;
    json_object_put(o);
    const char *why = o || error == json_tokener_success ? "null, or something behind it" : json_tokener_error_desc(error);
    refuse(g, 400, "the request is not JSON: %s", !text || error == json_tokener_continue ? "it ends too early" : why);
    return NULL;
}

int oip_request_read(oip_request *out, char message[OIP_LINE], const oip_model *m, const uint8_t *body, size_t size, int64_t header)
{
    oip_request r = {0};
    reading g = {.r = &r, .m = m, .status = 200, .message = message};
    const size_t text = header < 0 ? size : (size_t)header;
    message[0] = '\0';
    if (size > oip_body_most(m, header)) refuse(&g, 413, "the request is larger than %u images can be", m->batch);
    else if (text > size) refuse(&g, 400, "Inference-Header-Content-Length is %zu, the body has %zu bytes", text, size);
    if (g.status != 200) return g.status;
    g.tensors = body + text, g.tensor_bytes = size - text;
    struct json_object *o = bounded(&g, body, text) ? parsed(&g, body, text) : NULL;
    if (o) request(&g, o);
    json_object_put(o);
    if (g.status == 200) *out = r;
    else oip_request_free(&r);
    return g.status;
}

void oip_request_free(oip_request *r)
{
    free(r->own);
    memset(r, 0, sizeof *r);
}
