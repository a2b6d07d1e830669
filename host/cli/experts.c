/* SPDX-License-Identifier: Apache-2.0 */
/* experts.c - the JSON object that `bonnet order` reads, and what it shares with the CSV table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "experts.h"

bool cli_experts_us(uint64_t *us, double ms)
{
    const double exact = ms * 1000, near = round(exact);
    if (!(near >= 1 && near <= 1e12) || fabs(exact - near) > 1e-6 + near * 1e-12) return false;
    *us = (uint64_t)near;
    return true;
}

const char *cli_experts_name(cli_experts *of, uint32_t index, const char *name, size_t bytes)
{
    if (!bytes || bytes >= CLI_EXPERT_NAME) return "a name of 1 to 63 bytes";
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f) return "a name without control characters";
    memcpy(of->name[index], name, bytes);
    of->name[index][bytes] = 0;
    for (uint32_t i = 0; i < index; i++)
        if (strcmp(of->name[i], of->name[index]) == 0) return "a name that no other expert has";
    return NULL;
}

bool cli_dependence(uint32_t *out, const char *name)
{
    static const char *const names[] = {"independent", "nested", "logged"};
    for (uint32_t i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0) return *out = i, true;
    return false;
}

static bool number(struct json_object *value) { return json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int); }

/* One field of an expert: NULL, or what it wants. */
static const char *read_field(cli_experts *of, uint32_t index, const char *key, struct json_object *value, unsigned *seen)
{
    bonnet_expert *e = &of->expert[index];
    if (!strcmp(key, "name")) {
        *seen |= 1;
        if (!json_object_is_type(value, json_type_string)) return "a string";
        return cli_experts_name(of, index, json_object_get_string(value), (size_t)json_object_get_string_len(value));
    }
    if (!strcmp(key, "cost_ms")) {
        *seen |= 2;
        return number(value) && cli_experts_us(&e->cost_us, json_object_get_double(value)) ? NULL : "milliseconds, 0.001 to 10^9 in steps of 0.001";
    }
    if (!strcmp(key, "answers")) {
        *seen |= 4;
        e->answers = number(value) ? json_object_get_double(value) : -1;
        return e->answers >= 0 && e->answers <= 1 ? NULL : "the share of inputs that it answers, 0 to 1";
    }
    if (!strcmp(key, "storage_bytes")) {
        const int64_t n = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : -1;
        e->storage_bytes = (uint64_t)n;
        return n >= 0 && n <= INT64_C(1) << 53 ? NULL : "a whole number of bytes, 0 to 2^53";
    }
    return "";
}

/* where: "experts[3]". The deterministic one has no answers: it always answers. */
static int read_expert(cli_experts *of, uint32_t index, struct json_object *object, bool last, const char *path, const char *where)
{
    static const char *const wanted[] = {"name", "cost_ms", "answers"};
    unsigned seen = 0;
    if (!json_object_is_type(object, json_type_object)) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" wants an object", path, where);
    json_object_object_foreach(object, key, value)
    {
        const char *wants = last && !strcmp(key, "answers") ? "" : read_field(of, index, key, value, &seen);
        if (wants && !*wants)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" has no entry \"%.40s\"; there are name, cost_ms,%s storage_bytes", path, where,
                            key, last ? "" : " answers,");
        if (wants) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"%s\" wants %s", path, where, key, wants);
    }
    for (int i = 0; i < (last ? 2 : 3); i++)
        if (!(seen >> i & 1)) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" lacks \"%s\"", path, where, wanted[i]);
    return CLI_OK;
}

static int read_list(cli_experts *of, struct json_object *list, const char *path)
{
    const size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : SIZE_MAX;
    if (n > BONNET_ORDER_MAX) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"experts\" wants an array of at most %d", path, BONNET_ORDER_MAX);
    of->count = (uint32_t)n;
    int code = CLI_OK;
    for (uint32_t i = 0; i < n && code == CLI_OK; i++) {
        char where[24];
        snprintf(where, sizeof where, "experts[%u]", i);
        code = read_expert(of, i, json_object_array_get_idx(list, i), false, path, where);
    }
    return code;
}

static int read_root(cli_experts *of, struct json_object *root, const char *path)
{
    struct json_object *version, *list, *last, *dependence;
    if (!json_object_is_type(root, json_type_object)) return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: not a JSON object", path);
    if (!json_object_object_get_ex(root, "bonnet_experts", &version))
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: no list of experts: \"bonnet_experts\", its version, is missing", path);
    if (!json_object_is_type(version, json_type_int) || json_object_get_int64(version) != 1)
        return cli_fail(CLI_STATUS - BONNET_EABI, "%s: \"bonnet_experts\" is of another version; this program reads 1", path);
    json_object_object_foreach(root, key, value)
    {
        (void)value;
        if (strcmp(key, "bonnet_experts") && strcmp(key, "experts") && strcmp(key, "deterministic") && strcmp(key, "dependence"))
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no entry \"%.40s\"; there are bonnet_experts, experts, deterministic, dependence", path,
                            key);
    }
    if (!json_object_object_get_ex(root, "experts", &list)) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"experts\" is missing", path);
    if (!json_object_object_get_ex(root, "deterministic", &last))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"deterministic\", the expert that always answers, is missing", path);
    if (json_object_object_get_ex(root, "dependence", &dependence) &&
        (!json_object_is_type(dependence, json_type_string) || !cli_dependence(&of->dependence, json_object_get_string(dependence)) ||
         of->dependence == BONNET_LOGGED))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"dependence\" wants \"independent\" or \"nested\"; a log of answers is a CSV table", path);
    const int code = read_list(of, list, path);
    return code == CLI_OK ? read_expert(of, of->count, last, true, path, "deterministic") : code;
}

int cli_experts_json(cli_experts *out, const char *path, const uint8_t *bytes, size_t size)
{
    struct json_object *root = NULL;
    int code = cli_parse_json(&root, path, bytes, size);
    if (code == CLI_OK) code = read_root(out, root, path);
    json_object_put(root);
    return code;
}

int cli_experts_read(cli_experts *out, const char *path)
{
    static const char mark[] = "bonnet_outcomes"; /* a table begins so */
    uint8_t *bytes = NULL;
    size_t size = 0;
    memset(out, 0, sizeof *out);
    int code = cli_read_file(&bytes, &size, path);
    if (code != CLI_OK) return code;
    const bool table = size >= sizeof mark - 1 && !memcmp(bytes, mark, sizeof mark - 1);
    code = table ? cli_experts_csv(out, path, (const char *)bytes, size) : cli_experts_json(out, path, bytes, size);
    free(bytes);
    return code;
}

void cli_experts_free(cli_experts *experts)
{
    free(experts->outcomes);
    experts->outcomes = NULL;
}
