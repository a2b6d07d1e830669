/* SPDX-License-Identifier: Apache-2.0 */
/* acl_read.c - an access list out of its JSON. A word that is not known is refused: it might have been meant to forbid something. */
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "acl.h"

typedef struct reading {
    char *message;
    char where[32]; /* "rules[3]: " */
} reading;

static bool refuse(reading *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(reading *g, const char *format, ...)
{
    va_list args;
    const int n = snprintf(g->message, ACL_LINE, "%s", g->where);
    va_start(args, format);
    vsnprintf(g->message + n, (size_t)(ACL_LINE - n), format, args);
    va_end(args);
    for (char *c = g->message; *c; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~') *c = '?'; /* one line stays one line */
    return false;
}

/* The texts of a list. */
static bool texts(reading *g, const char *key, struct json_object *list, size_t *count)
{
    *count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    if (!*count || *count > ACL_ENTRIES) return refuse(g, "\"%s\" wants a list of 1 to %d texts", key, ACL_ENTRIES);
    for (size_t i = 0; i < *count; i++)
        if (!json_object_is_type(json_object_array_get_idx(list, i), json_type_string)) return refuse(g, "\"%s\"[%zu] is no text", key, i);
    return true;
}

static bool patterns(reading *g, acl_list *to, const char *key, struct json_object *list)
{
    size_t count;
    if (!texts(g, key, list, &count)) return false;
    to->pattern = calloc(count, sizeof *to->pattern);
    if (!to->pattern) return refuse(g, "out of memory");
    for (to->count = 0; to->count < count; to->count++) {
        struct json_object *o = json_object_array_get_idx(list, to->count);
        const char *text = json_object_get_string(o);
        const size_t bytes = (size_t)json_object_get_string_len(o);
        if (!bytes || bytes >= ACL_PATTERN) return refuse(g, "\"%s\"[%u] wants 1 to %d bytes", key, to->count, ACL_PATTERN - 1);
        for (size_t i = 0; i < bytes; i++)
            if (text[i] <= ' ' || text[i] > '~') return refuse(g, "\"%s\"[%u] wants printable ASCII without spaces", key, to->count);
        const char *star = memchr(text, '*', bytes);
        if (star && memchr(star + 1, '*', bytes - (size_t)(star - text) - 1)) return refuse(g, "\"%s\"[%u] has more than one *", key, to->count);
        memcpy(to->pattern[to->count], text, bytes);
    }
    return true;
}

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

static bool tokens(reading *g, acl_rule *r, const char *key, struct json_object *list)
{
    size_t count;
    if (!texts(g, key, list, &count)) return false;
    r->token = calloc(count, sizeof *r->token);
    if (!r->token) return refuse(g, "out of memory");
    for (r->tokens = 0; r->tokens < count; r->tokens++) {
        struct json_object *o = json_object_array_get_idx(list, r->tokens);
        const char *text = json_object_get_string(o);
        bool good = json_object_get_string_len(o) == 2 * ACL_HASH;
        for (int i = 0; good && i < ACL_HASH; i++) {
            const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
            good = high >= 0 && low >= 0;
            if (good) r->token[r->tokens][i] = (uint8_t)(high << 4 | low);
        }
        if (!good) return refuse(g, "\"%s\"[%u] wants the 64 lower-case digits of a token's SHA-256, not the token", key, r->tokens);
    }
    return true;
}

static bool yes_or_no(reading *g, bool *to, const char *key, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_boolean)) return refuse(g, "\"%s\" wants true or false", key);
    *to = json_object_get_boolean(value);
    return true;
}

static bool rule(reading *g, acl_rule *r, struct json_object *o)
{
    static const char *const models[ACL_OF_MODELS] = {"infer", "metadata", "admin"};
    if (!json_object_is_type(o, json_type_object)) return refuse(g, "wants an object");
    json_object_object_foreach(o, key, value)
    {
        int right = 0;
        while (right < ACL_OF_MODELS && strcmp(key, models[right]) != 0) right++;
        if (right < ACL_OF_MODELS) {
            if (!patterns(g, &r->models[right], key, value)) return false;
        } else if (!strcmp(key, "clients")) {
            if (!patterns(g, &r->clients, key, value)) return false;
        } else if (!strcmp(key, "tokens")) {
            if (!tokens(g, r, key, value)) return false;
        } else if (!strcmp(key, "anyone")) {
            if (!yes_or_no(g, &r->anyone, key, value)) return false;
        } else if (!strcmp(key, "metrics")) {
            if (!yes_or_no(g, &r->metrics, key, value)) return false;
        } else return refuse(g, "no entry \"%.40s\"; there are clients, tokens, anyone, infer, metadata, admin, metrics", key);
    }
    return r->clients.count || r->tokens || r->anyone || refuse(g, "it is for nobody: give \"clients\", \"tokens\" or \"anyone\": true");
}

static bool document(reading *g, acl *a, struct json_object *root)
{
    struct json_object *version = NULL, *rules = NULL;
    if (!json_object_is_type(root, json_type_object)) return refuse(g, "not a JSON object");
    json_object_object_foreach(root, key, value)
    {
        if (!strcmp(key, "bonnet_acl")) version = value;
        else if (!strcmp(key, "rules")) rules = value;
        else return refuse(g, "no entry \"%.40s\"; there are bonnet_acl, rules", key);
    }
    if (!version) return refuse(g, "\"bonnet_acl\", its version, is missing");
    if (!json_object_is_type(version, json_type_int) || json_object_get_int64(version) != 1)
        return refuse(g, "\"bonnet_acl\" is of another version; this program reads 1");
    const size_t count = json_object_is_type(rules, json_type_array) ? json_object_array_length(rules) : SIZE_MAX;
    if (count > ACL_RULES) return refuse(g, "\"rules\" wants a list of at most %d", ACL_RULES);
    a->rule = calloc(count ? count : 1, sizeof *a->rule);
    if (!a->rule) return refuse(g, "out of memory");
    for (; a->rules < count;) {
        snprintf(g->where, sizeof g->where, "rules[%u]: ", a->rules);
        acl_rule *r = &a->rule[a->rules++]; /* counted first: acl_free() frees what a bad one has */
        if (!rule(g, r, json_object_array_get_idx(rules, a->rules - 1))) return false;
    }
    return true;
}

acl *acl_read(char message[ACL_LINE], const char *text, size_t bytes)
{
    reading g = {.message = message};
    if (!bytes || bytes > ACL_BYTES || memchr(text, 0, bytes)) {
        refuse(&g, "not a JSON file of at most %d KiB", ACL_BYTES >> 10);
        return NULL;
    }
    struct json_tokener *tokener = json_tokener_new_ex(8);
    acl *a = calloc(1, sizeof *a);
    char *ended = malloc(bytes + 1); /* the parser needs the zero behind it to see the end */
    struct json_object *root = NULL;
    bool good = false;
    if (tokener && a && ended) {
        memcpy(ended, text, bytes);
        ended[bytes] = '\0';
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
        root = json_tokener_parse_ex(tokener, ended, (int)bytes + 1);
        const enum json_tokener_error why = json_tokener_get_error(tokener);
        good = why == json_tokener_success ? document(&g, a, root) : refuse(&g, "not JSON: %s", json_tokener_error_desc(why));
    } else refuse(&g, "out of memory");
    json_object_put(root);
    if (tokener) json_tokener_free(tokener);
    free(ended);
    if (good) return a;
    acl_free(a);
    return NULL;
}

void acl_free(acl *a)
{
    for (uint32_t i = 0; a && i < a->rules; i++) {
        free(a->rule[i].clients.pattern);
        free(a->rule[i].token);
        for (int k = 0; k < ACL_OF_MODELS; k++) free(a->rule[i].models[k].pattern);
    }
    if (a) free(a->rule);
    free(a);
}
