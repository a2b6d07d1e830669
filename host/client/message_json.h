/* SPDX-License-Identifier: Apache-2.0 */
/* message_json.h - foreign JSON, with bounds before the parser sees it. */
#ifndef BONNET_CLIENT_MESSAGE_JSON_H
#define BONNET_CLIENT_MESSAGE_JSON_H
#include <json-c/json.h>
#include "message.h"

/* All of it, an object; NULL: complained. json_object_put(). */
struct json_object *message_parse(char line[MESSAGE_LINE], const uint8_t *text, size_t size);
/* A member of that type, or NULL. */
struct json_object *message_member(struct json_object *o, const char *key, json_type type);
/* A member that is a text of at most MESSAGE_NAME - 1 printable bytes; false: there is none such. */
bool message_text(char out[MESSAGE_NAME], struct json_object *o, const char *key);
/* A whole number, from 0; 0 if there is none such. */
int64_t message_number(struct json_object *o, const char *key);
/* "shape": 1 to MESSAGE_DIMS numbers of -1 or 1..2^31. */
bool message_shape(int64_t out[MESSAGE_DIMS], uint32_t *dims, struct json_object *o);
/* Of the dimensions from `first` on; 0: one of them is open, or the product is beyond 2^31. */
int64_t message_count(const int64_t *shape, uint32_t first, uint32_t dims);
/* The line, printable; returns false. */
bool message_wrong(char line[MESSAGE_LINE], const char *format, ...) __attribute__((format(printf, 2, 3)));
#endif
