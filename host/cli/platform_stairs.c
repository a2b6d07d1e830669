/* SPDX-License-Identifier: Apache-2.0 */
/* platform_stairs.c - "model": "stairs" of a platform: terms, each a time and the stairs that it is multiplied by (docs/profile.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bonnet_stairs.h"
#include "platform_parts.h"

static uint32_t dimension(const char *name)
{
    for (uint32_t d = 1; d < BONNET_DIMENSIONS; d++)
        if (!strcmp(bonnet_dimension_name(d), name)) return d;
    return 0;
}

/* "of": {"pixels": 4, "channels_out": 64} */
static int read_factors(bonnet_stairs_term *term, const char *path, const char *where, struct json_object *object)
{
    int at = 0;
    json_object_object_foreach(object, key, value)
    {
        const uint32_t d = dimension(key);
        const int64_t step = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
        if (!d)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s.of\": \"%.40s\" is no dimension of a layer; docs/profile.md lists them", path,
                            where, key);
        if (step < 1 || step > 65536)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s.of\": \"%s\" wants a whole step, 1 to 65536", path, where, key);
        term->of[at++] = (bonnet_stairs_factor){d, (uint32_t)step};
    }
    return CLI_OK;
}

static int read_term(bonnet_stairs_term *term, const char *path, const char *where, struct json_object *object)
{
    struct json_object *of = NULL;
    double ms = 0;
    const cli_field fields[] = {{"ms", CLI_NUMBER, 0, 1e9, &ms, false}, {"of", CLI_OBJECT, 0, BONNET_STAIRS_FACTORS, &of, false}};
    const int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    term->seconds = ms * 1e-3;
    return code == CLI_OK ? read_factors(term, path, where, of) : code;
}

int cli_platform_stairs_read(cli_platform_layer *l, const char *path, const char *where, struct json_object *object)
{
    char model[CLI_TEXT], inside[80];
    struct json_object *terms = NULL;
    bonnet_layer_stairs *m = calloc(1, sizeof *m);
    if (!m) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    l->owned = m;
    l->model.kind = BONNET_MODEL_STAIRS;
    l->model.of.stairs = m;
    const cli_field fields[] = {{"model", CLI_STRING, 0, 0, model, false},
                                {"error", CLI_NUMBER, 0, 1, &m->spread, false},
                                {"terms", CLI_LIST, 0, BONNET_STAIRS_TERMS, &terms, false}};
    int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    if (code != CLI_OK) return code;
    m->count = (uint32_t)json_object_array_length(terms);
    if (!m->count) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"terms\" wants at least one", path, where);
    for (uint32_t i = 0; i < m->count && code == CLI_OK; i++) {
        snprintf(inside, sizeof inside, "%s.terms[%u]", where, i);
        code = read_term(&m->term[i], path, inside, json_object_array_get_idx(terms, i));
    }
    return code;
}
