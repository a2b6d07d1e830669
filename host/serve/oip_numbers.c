/* SPDX-License-Identifier: Apache-2.0 */
/* oip_numbers.c - "data" of a tensor in JSON: numbers in a row, or nested as the shape says. */
#include <json-c/json.h>
#include <stdio.h>
#include "oip.h"

typedef struct filling {
    uint8_t *to;
    size_t done;
    const oip_model *m;
    uint32_t shape[OIP_DIMS];
    char *message;
} filling;

static bool number(filling *f, struct json_object *value)
{
    const int64_t least = f->m->is_signed ? -128 : 0, most = f->m->is_signed ? 127 : 255;
    if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < least || json_object_get_int64(value) > most) {
        snprintf(f->message, OIP_LINE, "input '%s': data[%zu], counted in a row, is no whole number from %d to %d", f->m->input, f->done, (int)least,
                 (int)most);
        return false;
    }
    f->to[f->done++] = (uint8_t)json_object_get_int64(value);
    return true;
}

static bool row(filling *f, struct json_object *array, size_t wanted)
{
    if (!json_object_is_type(array, json_type_array) || json_object_array_length(array) != wanted) {
        snprintf(f->message, OIP_LINE, "input '%s': 'data' is not as its shape says: a list of %zu was expected", f->m->input, wanted);
        return false;
    }
    return true;
}

static bool nested(filling *f, struct json_object *array, uint32_t dim)
{
    if (!row(f, array, f->shape[dim])) return false;
    for (size_t i = 0; i < f->shape[dim]; i++) {
        struct json_object *e = json_object_array_get_idx(array, i);
        if (!(dim + 1 < f->m->dims ? nested(f, e, dim + 1) : number(f, e))) return false;
    }
    return true;
}

bool oip_numbers(uint8_t *to, char message[OIP_LINE], const oip_model *m, uint32_t count, struct json_object *data)
{
    filling f = {.to = to, .m = m, .message = message};
    for (uint32_t i = 0; i < m->dims; i++) f.shape[i] = i ? m->shape[i] : count;
    struct json_object *first = json_object_is_type(data, json_type_array) ? json_object_array_get_idx(data, 0) : NULL;
    if (json_object_is_type(first, json_type_array)) return nested(&f, data, 0);
    if (!row(&f, data, count * m->bytes)) return false;
    for (size_t i = 0; i < count * m->bytes; i++)
        if (!number(&f, json_object_array_get_idx(data, i))) return false;
    return true;
}
