/* SPDX-License-Identifier: Apache-2.0 */
/* platform_layer.c - the model of one kind of layer, read by its name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "platform_parts.h"

/* Every entry names its model; the reader of that model sees the entry whole. */
typedef int layer_reader(cli_platform_layer *l, const char *path, const char *where, struct json_object *object);

static int read_free(cli_platform_layer *l, const char *path, const char *where, struct json_object *object)
{
    char model[CLI_TEXT];
    const cli_field fields[] = {{"model", CLI_STRING, 0, 0, model, false}};
    l->model.kind = BONNET_MODEL_FREE;
    return cli_fields_read(path, where, object, fields, 1);
}

/* "c_in": [16, 0.88]: lanes, and the share of their idle time that is lost. */
static int read_unrolls(bonnet_roofline *m, const char *path, const char *where, struct json_object *object)
{
    struct json_object *lists[4] = {NULL};
    bonnet_unroll *const to[] = {&m->h_out, &m->w_out, &m->c_in, &m->c_out};
    char inside[80];
    const cli_field fields[] = {{"h_out", CLI_LIST, 0, 2, &lists[0], true},
                                {"w_out", CLI_LIST, 0, 2, &lists[1], true},
                                {"c_in", CLI_LIST, 0, 2, &lists[2], true},
                                {"c_out", CLI_LIST, 0, 2, &lists[3], true}};
    snprintf(inside, sizeof inside, "%s.parallel", where);
    const int code = cli_fields_read(path, inside, object, fields, 4);
    for (int i = 0; i < 4 && code == CLI_OK; i++) {
        if (!lists[i]) continue;
        struct json_object *lanes = json_object_array_get_idx(lists[i], 0), *alpha = json_object_array_get_idx(lists[i], 1);
        *to[i] = (bonnet_unroll){lanes ? json_object_get_double(lanes) : 0, alpha ? json_object_get_double(alpha) : -1};
        if (!(to[i]->parallel >= 1 && to[i]->parallel <= 65536 && to[i]->alpha >= 0 && to[i]->alpha <= 1))
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"%s\" wants [lanes, alpha]: 1 to 65536, 0 to 1", path, inside, fields[i].key);
    }
    return code;
}

static int read_roofline(cli_platform_layer *l, const char *path, const char *where, struct json_object *object)
{
    char model[CLI_TEXT];
    struct json_object *parallel = NULL;
    bonnet_roofline *m = &l->model.of.roofline;
    const cli_field fields[] = {{"model", CLI_STRING, 0, 0, model, false},
                                {"ops_per_s", CLI_NUMBER, 1, 1e18, &m->ops_per_s, false},
                                {"bytes_per_s", CLI_NUMBER, 1, 1e18, &m->bytes_per_s, false},
                                {"error", CLI_NUMBER, 0, 1, &m->error, false},
                                {"parallel", CLI_OBJECT, 0, 4, &parallel, true}};
    memset(m, 0, sizeof *m);
    int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    if (code != CLI_OK) return code;
    l->model.kind = strcmp(model, "refined") ? BONNET_MODEL_ROOFLINE : BONNET_MODEL_REFINED;
    if (l->model.kind == BONNET_MODEL_REFINED && !parallel) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" lacks \"parallel\"", path, where);
    return parallel ? read_unrolls(m, path, where, parallel) : CLI_OK;
}

int cli_platform_cost(bonnet_cost *out, const char *path, const char *where, struct json_object *object)
{
    bonnet_cost c = {0, 0, 0, -1};
    const cli_field fields[] = {{"ms", CLI_NUMBER, 0, 1e9, &c.ms, false},
                                {"ms_lo", CLI_NUMBER, 0, 1e9, &c.ms_lo, false},
                                {"ms_hi", CLI_NUMBER, 0, 1e9, &c.ms_hi, false},
                                {"mj", CLI_NUMBER, 0, 1e12, &c.mj, true}};
    const int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    if (code == CLI_OK && !(c.ms_lo <= c.ms && c.ms <= c.ms_hi))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"ms\" wants a number from ms_lo to ms_hi", path, where);
    if (code == CLI_OK) *out = c;
    return code;
}

static int read_table(cli_platform_layer *l, const char *path, const char *where, struct json_object *object)
{
    char model[CLI_TEXT], inside[CLI_TEXT + 64];
    struct json_object *rows = NULL;
    const cli_field fields[] = {{"model", CLI_STRING, 0, 0, model, false}, {"rows", CLI_OBJECT, 0, CLI_PLATFORM_ROWS, &rows, false}};
    int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    if (code != CLI_OK) return code;
    l->model.kind = BONNET_MODEL_TABLE;
    l->rows = calloc((size_t)json_object_object_length(rows) + 1, sizeof *l->rows);
    if (!l->rows) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    json_object_object_foreach(rows, key, value)
    {
        cli_platform_row *row = &l->rows[l->n_rows];
        if (code != CLI_OK) break;
        if (strlen(key) >= CLI_TEXT) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s.rows\": \"%.40s..\" is too long a name", path, where, key);
        memcpy(row->name, key, strlen(key) + 1);
        snprintf(inside, sizeof inside, "%s.rows.%s", where, key);
        code = cli_platform_cost(&row->cost, path, inside, value);
        l->n_rows++;
    }
    return code;
}

int cli_platform_layer_read(cli_platform_layer *l, const char *path, const char *where, struct json_object *object)
{
    static const struct {
        const char *name;
        layer_reader *read;
    } models[] = {
        {"free", read_free}, {"roofline", read_roofline}, {"refined", read_roofline}, {"table", read_table}, {"stairs", cli_platform_stairs_read}};
    struct json_object *model = NULL;
    char known[128] = "";
    if (!json_object_is_type(object, json_type_object)) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" wants an object", path, where);
    if (!json_object_object_get_ex(object, "model", &model) || !json_object_is_type(model, json_type_string))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" lacks \"model\", a text", path, where);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        if (!strcmp(json_object_get_string(model), models[i].name)) return models[i].read(l, path, where, object);
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "", models[i].name);
    }
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"model\" wants one of %s, not \"%.40s\"", path, where, known,
                    json_object_get_string(model));
}
