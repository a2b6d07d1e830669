/* SPDX-License-Identifier: Apache-2.0 */
/* oip_triton.c - what Triton's clients ask for beyond the protocol: classifications, the configuration of a model, its statistics. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "oip.h"

char *oip_class(const oip_model *m, int32_t value, uint32_t index)
{
    const char *label = m->labels ? m->labels[index] : "";
    const size_t room = strlen(label) + 32;
    char *text = malloc(room);
    if (text) snprintf(text, room, "%d:%u%s%s", (int)value, index, *label ? ":" : "", label);
    return text;
}

static int by_value(const void *a, const void *b, void *logits)
{
    const uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const int32_t x = ((const int32_t *)logits)[i], y = ((const int32_t *)logits)[j];
    return x != y ? (x < y) - (x > y) : (i > j) - (i < j);
}

uint32_t *oip_top(const int32_t *logits, uint32_t count, uint32_t classes, uint32_t top)
{
    uint32_t *order = malloc(classes * sizeof *order), *out = malloc((size_t)count * top * sizeof *out);
    for (uint32_t n = 0; order && out && n < count; n++) {
        for (uint32_t i = 0; i < classes; i++) order[i] = i;
        qsort_r(order, classes, sizeof *order, by_value, (void *)(uintptr_t)(logits + (size_t)n * classes));
        memcpy(out + (size_t)n * top, order, top * sizeof *out);
    }
    if (!order) free(out), out = NULL;
    free(order);
    return out;
}

static char *printed(struct json_object *o)
{
    const char *s = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    char *copy = s ? strdup(s) : NULL;
    json_object_put(o);
    return copy;
}

static struct json_object *object(struct json_object *within, const char *key)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(within, key, o);
    return o;
}

static void text(struct json_object *o, const char *key, const char *value) { json_object_object_add(o, key, json_object_new_string(value)); }

static void number(struct json_object *o, const char *key, uint64_t value) { json_object_object_add(o, key, json_object_new_uint64(value)); }

/* Sizes without the batch's. A label has none: in Triton's words one that is reshaped to none. */
static struct json_object *tensor(struct json_object *list, const char *name, const char *type, const uint32_t *dims, uint32_t count)
{
    struct json_object *t = json_object_new_object(), *d = json_object_new_array();
    text(t, "name", name);
    text(t, "data_type", type);
    for (uint32_t i = 0; i < count; i++) json_object_array_add(d, json_object_new_int64(dims[i]));
    if (!count) json_object_array_add(d, json_object_new_int64(1)), json_object_object_add(object(t, "reshape"), "shape", json_object_new_array());
    json_object_object_add(t, "dims", d);
    json_object_array_add(list, t);
    return t;
}

char *oip_config(const oip_model *m, uint32_t devices)
{
    struct json_object *o = json_object_new_object(), *in = json_object_new_array(), *out = json_object_new_array(),
                       *groups = json_object_new_array();
    struct json_object *group = json_object_new_object();
    text(o, "name", m->name);
    text(o, "platform", "");
    text(o, "backend", "bonnet");
    number(object(object(o, "version_policy"), "latest"), "num_versions", 1);
    number(o, "max_batch_size", m->batch);
    tensor(in, m->input, m->is_signed ? "TYPE_INT8" : "TYPE_UINT8", m->shape + 1, m->dims - 1);
    tensor(out, "logits", "TYPE_INT32", &m->classes, 1);
    tensor(out, "label", "TYPE_INT32", NULL, 0);
    json_object_object_add(o, "input", in);
    json_object_object_add(o, "output", out);
    text(group, "name", m->name);
    text(group, "kind", "KIND_MODEL");
    number(group, "count", devices);
    json_object_array_add(groups, group);
    json_object_object_add(o, "instance_group", groups);
    object(o, "dynamic_batching"); /* requests that wait are computed together */
    return printed(o);
}

static void duration(struct json_object *o, const char *key, uint64_t count, uint64_t ns)
{
    struct json_object *d = object(o, key);
    number(d, "count", count);
    number(d, "ns", ns);
}

char *oip_stats_text(const oip_model *const *models, const oip_stats *stats, uint32_t count)
{
    struct json_object *o = json_object_new_object(), *list = json_object_new_array();
    for (uint32_t i = 0; i < count; i++) {
        struct json_object *m = json_object_new_object();
        const oip_stats *s = &stats[i];
        text(m, "name", models[i]->name);
        text(m, "version", models[i]->version);
        number(m, "last_inference", s->last_ms);
        number(m, "inference_count", s->images);
        number(m, "execution_count", s->runs);
        struct json_object *all = object(m, "inference_stats");
        duration(all, "success", s->done, s->done_ns);
        duration(all, "fail", s->failed, s->failed_ns);
        duration(all, "queue", s->done, s->queue_ns);
        duration(all, "compute_input", s->done, 0); /* counted with compute_infer */
        duration(all, "compute_infer", s->done, s->compute_ns);
        duration(all, "compute_output", s->done, 0);
        duration(all, "cache_hit", 0, 0);
        duration(all, "cache_miss", 0, 0);
        json_object_object_add(m, "batch_stats", json_object_new_array());
        json_object_array_add(list, m);
    }
    json_object_object_add(o, "model_stats", list);
    return printed(o);
}
