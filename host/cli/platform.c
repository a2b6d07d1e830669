/* SPDX-License-Identifier: Apache-2.0 */
/* platform.c - see platform.h: the document, its rules, and who has which model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "platform_parts.h"

bool cli_kind_ok(const char *text)
{
    const size_t bytes = strlen(text);
    return bytes && bytes < CLI_KIND && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == bytes;
}

void cli_platform_free(cli_platform *p)
{
    for (uint32_t i = 0; i < p->n_layers; i++) {
        free(p->layers[i].rows);
        free(p->layers[i].owned);
    }
    p->n_layers = 0;
}

/* "mapping": [["conv", "relu", "conv"], ...] */
static int read_rules(cli_platform *p, const char *path, struct json_object *list)
{
    p->n_rules = (uint32_t)json_object_array_length(list);
    for (uint32_t i = 0; i < p->n_rules; i++) {
        struct json_object *rule = json_object_array_get_idx(list, i);
        char *const to[] = {p->rules[i].first, p->rules[i].second, p->rules[i].result};
        bool good = json_object_is_type(rule, json_type_array) && json_object_array_length(rule) == 3;
        for (size_t j = 0; j < 3 && good; j++) {
            struct json_object *kind = json_object_array_get_idx(rule, j);
            const char *text = json_object_is_type(kind, json_type_string) ? json_object_get_string(kind) : "";
            good = cli_kind_ok(text);
            if (good) memcpy(to[j], text, strlen(text) + 1);
        }
        if (!good) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"mapping[%u]\" wants three kinds: first, second, result", path, i);
    }
    return CLI_OK;
}

static int read_layers(cli_platform *p, const char *path, struct json_object *object)
{
    int code = CLI_OK;
    json_object_object_foreach(object, key, value)
    {
        char where[48];
        cli_platform_layer *l = &p->layers[p->n_layers];
        if (code != CLI_OK) break;
        if (!cli_kind_ok(key))
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers\": \"%.40s\" is no kind: 1 to 23 of a-z, 0-9 and _", path, key);
        memcpy(l->kind, key, strlen(key) + 1);
        snprintf(where, sizeof where, "layers.%s", key);
        p->n_layers++; /* what the reader leaves is freed */
        code = cli_platform_layer_read(l, path, where, value);
        p->fitted = p->fitted || l->model.kind == BONNET_MODEL_STAIRS;
    }
    return code;
}

static int read_inputs(cli_platform *p, const char *path, const char *text)
{
    p->every_input = strcmp(text, "first") != 0;
    if (!p->every_input || !strcmp(text, "all")) return CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"inputs\" wants \"all\" or \"first\", not \"%.40s\"", path, text);
}

static int read_power(cli_platform *p, const char *path, struct json_object *object)
{
    const cli_field fields[] = {{"idle_mw", CLI_NUMBER, 0, 1e7, &p->idle_mw, false}, {"active_mw", CLI_NUMBER, 0, 1e7, &p->active_mw, false}};
    return object ? cli_fields_read(path, "power", object, fields, sizeof fields / sizeof *fields) : CLI_OK;
}

static int read_root(cli_platform *p, const char *path, struct json_object *root)
{
    struct json_object *layers = NULL, *mapping = NULL, *power = NULL;
    char inputs[CLI_TEXT] = "all";
    uint32_t version;
    const cli_field fields[] = {CLI_VERSION("bonnet_platform", &version),
                                {"name", CLI_STRING, 0, 0, p->name, false},
                                {"source", CLI_STRING, 0, 0, p->source, true},
                                {"act_bits", CLI_COUNT, 1, 64, &p->act_bits, true},
                                {"weight_bits", CLI_COUNT, 1, 64, &p->weight_bits, true},
                                {"inputs", CLI_STRING, 0, 0, inputs, true},
                                {"start_ms", CLI_NUMBER, 0, 1e9, &p->start_ms, true},
                                {"layers", CLI_OBJECT, 0, CLI_PLATFORM_KINDS, &layers, false},
                                {"mapping", CLI_LIST, 0, CLI_PLATFORM_RULES, &mapping, true},
                                {"power", CLI_OBJECT, 0, 8, &power, true}};
    int code = cli_fields_read(path, "", root, fields, sizeof fields / sizeof *fields);
    if (code == CLI_OK) code = read_inputs(p, path, inputs);
    if (code == CLI_OK) code = read_power(p, path, power);
    if (code == CLI_OK && mapping) code = read_rules(p, path, mapping);
    return code == CLI_OK ? read_layers(p, path, layers) : code;
}

int cli_platform_read(cli_platform *out, const char *path)
{
    struct json_object *root = NULL;
    memset(out, 0, sizeof *out);
    out->act_bits = out->weight_bits = 8;
    out->idle_mw = out->active_mw = -1;
    int code = cli_document_read(&root, path, "bonnet_platform", CLI_PLATFORM_KIB);
    if (code == CLI_OK) code = read_root(out, path, root);
    json_object_put(root);
    return code;
}

static const cli_platform_layer *of_kind(const cli_platform *p, const char *kind)
{
    for (uint32_t i = 0; i < p->n_layers; i++)
        if (!strcmp(p->layers[i].kind, kind)) return &p->layers[i];
    return NULL;
}

int cli_platform_model(bonnet_layer_model *model, const cli_platform *p, const char *platform_path, const char *of, const char *kind,
                       const char *name)
{
    const cli_platform_layer *l = of_kind(p, kind);
    if (!l) l = of_kind(p, "other");
    if (!l)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers\" has no \"%s\" and no \"other\"; layer '%.60s' of %s is one", platform_path, kind,
                        name, of);
    *model = l->model;
    if (l->model.kind != BONNET_MODEL_TABLE) return CLI_OK;
    for (uint32_t i = 0; i < l->n_rows; i++)
        if (!strcmp(l->rows[i].name, name)) {
            model->of.table = l->rows[i].cost;
            return CLI_OK;
        }
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers.%s\": \"rows\" has no layer \"%.60s\", which is in %s", platform_path, l->kind, name,
                    of);
}
