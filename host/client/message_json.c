/* SPDX-License-Identifier: Apache-2.0 */
/* message_json.c - see message_json.h. */
#include "message_json.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool message_wrong(char line[MESSAGE_LINE], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(line, MESSAGE_LINE, format, args);
    va_end(args);
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~') *c = '?'; /* foreign names: one line stays one line */
    return false;
}

struct json_object *message_parse(char line[MESSAGE_LINE], const uint8_t *text, size_t size)
{
    size_t lists = 0, objects = 0;
    for (size_t i = 0; i < size; i++) lists += text[i] == '[', objects += text[i] == '{';
    if (lists > MESSAGE_LISTS || objects > MESSAGE_OBJECTS || size > INT32_MAX) { /* each of them costs the parser hundreds of bytes */
        message_wrong(line, "the reply has %zu lists and %zu objects", lists, objects);
        return NULL;
    }
    struct json_tokener *tokener = json_tokener_new_ex(16);
    if (!tokener) {
        message_wrong(line, "out of memory");
        return NULL;
    }
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *o = size ? json_tokener_parse_ex(tokener, (const char *)text, (int)size) : NULL;
    size_t end = o ? json_tokener_get_parse_end(tokener) : 0;
    json_tokener_free(tokener);
    while (o && end < size && memchr(" \t\r\n", text[end], 4)) end++;
    if (o && end == size && json_object_is_type(o, json_type_object)) return o;
    json_object_put(o);
    message_wrong(line, "the reply is no JSON object");
    return NULL;
}

struct json_object *message_member(struct json_object *o, const char *key, json_type type)
{
    struct json_object *member;
    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &member) && json_object_is_type(member, type) ? member
                                                                                                                                       : NULL;
}

bool message_text(char out[MESSAGE_NAME], struct json_object *o, const char *key)
{
    struct json_object *member = message_member(o, key, json_type_string);
    const size_t length = member ? (size_t)json_object_get_string_len(member) : 0;
    if (!length || length >= MESSAGE_NAME) return false;
    const char *text = json_object_get_string(member);
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~') return false;
    memcpy(out, text, length + 1);
    return true;
}

int64_t message_number(struct json_object *o, const char *key)
{
    struct json_object *member = message_member(o, key, json_type_int);
    const int64_t value = member ? json_object_get_int64(member) : 0;
    return value > 0 ? value : 0;
}

bool message_shape(int64_t out[MESSAGE_DIMS], uint32_t *dims, struct json_object *o)
{
    struct json_object *list = message_member(o, "shape", json_type_array);
    const size_t n = list ? json_object_array_length(list) : 0;
    if (!n || n > MESSAGE_DIMS) return false;
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        if (!json_object_is_type(one, json_type_int)) return false;
        out[i] = json_object_get_int64(one);
        if (out[i] != -1 && (out[i] < 1 || out[i] > INT64_C(1) << 31)) return false;
    }
    *dims = (uint32_t)n;
    return true;
}

int64_t message_count(const int64_t *shape, uint32_t first, uint32_t dims)
{
    int64_t count = 1;
    for (uint32_t i = first; i < dims; i++) {
        if (shape[i] < 1 || count > (INT64_C(1) << 31) / shape[i]) return 0;
        count *= shape[i];
    }
    return count;
}
