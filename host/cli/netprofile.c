/* SPDX-License-Identifier: Apache-2.0 */
/* netprofile.c - see netprofile.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netprofile.h"

static const double most_ms = 1e9, most_mj = 1e12;
static const char *const sources[] = {"array", "fitted", "measured", "model"};

const char *cli_profile_source_name(cli_profile_source source) { return sources[source]; }

int cli_profile_make(cli_profile *out, uint32_t layers, uint32_t branches)
{
    memset(out, 0, sizeof *out);
    out->n_layers = layers, out->n_branches = branches;
    out->layers = calloc(layers + 1, sizeof *out->layers);
    out->branches = calloc(branches + 1, sizeof *out->branches);
    return out->layers && out->branches ? CLI_OK : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %u layers", layers);
}

void cli_profile_free(cli_profile *p)
{
    free(p->layers);
    free(p->branches);
    memset(p, 0, sizeof *p);
}

void cli_cost_json(struct json_object *to, const bonnet_cost *c)
{
    json_object_object_add(to, "ms", cli_json_number(c->ms));
    json_object_object_add(to, "ms_lo", cli_json_number(c->ms_lo));
    json_object_object_add(to, "ms_hi", cli_json_number(c->ms_hi));
    if (c->mj >= 0) json_object_object_add(to, "mj", cli_json_number(c->mj));
}

struct json_object *cli_branches_json(const cli_profile *p)
{
    struct json_object *branches = json_object_new_array();
    for (uint32_t i = 0; i < p->n_branches; i++) {
        struct json_object *o = json_object_new_object();
        json_object_object_add(o, "name", json_object_new_string(p->branches[i].name));
        json_object_object_add(o, "behind", json_object_new_string(p->branches[i].behind));
        cli_cost_json(o, &p->branches[i].cost);
        json_object_array_add(branches, o);
    }
    return branches;
}

int cli_profile_write(const cli_profile *p, const char *path)
{
    struct json_object *root = json_object_new_object(), *layers = json_object_new_array();
    json_object_object_add(root, "bonnet_profile", json_object_new_int(1));
    json_object_object_add(root, "network", json_object_new_string(p->network));
    if (*p->sha256) json_object_object_add(root, "sha256", json_object_new_string(p->sha256));
    json_object_object_add(root, "tier", json_object_new_string(p->tier));
    json_object_object_add(root, "source", json_object_new_string(sources[p->source]));
    json_object_object_add(root, "start_ms", cli_json_number(p->start_ms));
    for (uint32_t i = 0; i < p->n_layers; i++) {
        struct json_object *o = json_object_new_object();
        json_object_object_add(o, "name", json_object_new_string(p->layers[i].name));
        json_object_object_add(o, "kind", json_object_new_string(p->layers[i].kind));
        cli_cost_json(o, &p->layers[i].cost);
        json_object_array_add(layers, o);
    }
    json_object_object_add(root, "layers", layers);
    json_object_object_add(root, "branches", cli_branches_json(p));
    cli_cost_json(root, &p->whole);
    const char *text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    const int code = text ? cli_write_file(path, text, strlen(text)) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    json_object_put(root);
    return code;
}

static int check_cost(const char *path, const char *where, const bonnet_cost *c)
{
    if (c->ms_lo <= c->ms && c->ms <= c->ms_hi) return CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: %s%s%s\"ms\" wants a number from ms_lo to ms_hi", path, *where ? "\"" : "", where,
                    *where ? "\": " : "");
}

#define COST_FIELDS(c)                                                                                                                               \
    {"ms", CLI_NUMBER, 0, most_ms, &(c)->ms, false}, {"ms_lo", CLI_NUMBER, 0, most_ms, &(c)->ms_lo, false},                                          \
        {"ms_hi", CLI_NUMBER, 0, most_ms, &(c)->ms_hi, false},                                                                                       \
    {                                                                                                                                                \
        "mj", CLI_NUMBER, 0, most_mj, &(c)->mj, true                                                                                                 \
    }

/* Entry i of layers or branches: its two texts and its cost. */
static int read_entry(const char *path, const char *list, uint32_t i, struct json_object *object, char *name, const char *second_key, char *second,
                      bonnet_cost *cost)
{
    char where[32];
    snprintf(where, sizeof where, "%s[%u]", list, i);
    cost->mj = -1;
    const cli_field fields[] = {{"name", CLI_STRING, 0, 0, name, false}, {second_key, CLI_STRING, 0, 0, second, false}, COST_FIELDS(cost)};
    const int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    return code == CLI_OK ? check_cost(path, where, cost) : code;
}

static bool has_layer(const cli_profile *p, uint32_t before, const char *name)
{
    for (uint32_t i = 0; i < before; i++)
        if (!strcmp(p->layers[i].name, name)) return true;
    return false;
}

static int read_lists(cli_profile *p, const char *path, struct json_object *layers, struct json_object *branches)
{
    int code = CLI_OK;
    for (uint32_t i = 0; i < p->n_layers && code == CLI_OK; i++) {
        cli_profile_layer *l = &p->layers[i];
        code = read_entry(path, "layers", i, json_object_array_get_idx(layers, i), l->name, "kind", l->kind, &l->cost);
        if (code == CLI_OK && has_layer(p, i, l->name))
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers[%u]\": \"name\" wants a name that no other layer has", path, i);
    }
    for (uint32_t i = 0; i < p->n_branches && code == CLI_OK; i++) {
        cli_profile_branch *b = &p->branches[i];
        code = read_entry(path, "branches", i, json_object_array_get_idx(branches, i), b->name, "behind", b->behind, &b->cost);
        if (code == CLI_OK && !has_layer(p, p->n_layers, b->behind))
            code =
                cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"branches[%u]\": \"behind\" wants the name of a layer, not \"%.60s\"", path, i, b->behind);
    }
    return code;
}

static int read_source(cli_profile *p, const char *path, const char *text)
{
    for (uint32_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (!strcmp(text, sources[i])) return p->source = (cli_profile_source)i, CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"source\" wants array, fitted, measured or model, not \"%.40s\"", path, text);
}

static int read_root(cli_profile *out, const char *path, struct json_object *root)
{
    struct json_object *layers = NULL, *branches = NULL;
    cli_profile head = {.whole = {0, 0, 0, -1}};
    uint32_t version;
    char source[CLI_TEXT];
    const cli_field fields[] = {CLI_VERSION("bonnet_profile", &version),
                                {"network", CLI_STRING, 0, 0, head.network, false},
                                {"sha256", CLI_STRING, 0, 0, head.sha256, true},
                                {"tier", CLI_STRING, 0, 0, head.tier, false},
                                {"source", CLI_STRING, 0, 0, source, false},
                                {"start_ms", CLI_NUMBER, 0, most_ms, &head.start_ms, false},
                                {"layers", CLI_LIST, 0, CLI_PROFILE_LAYERS, &layers, false},
                                {"branches", CLI_LIST, 0, CLI_PROFILE_BRANCHES, &branches, false},
                                COST_FIELDS(&head.whole)};
    int code = cli_fields_read(path, "", root, fields, sizeof fields / sizeof *fields);
    if (code == CLI_OK) code = read_source(&head, path, source);
    if (code == CLI_OK) code = check_cost(path, "", &head.whole);
    if (code == CLI_OK && *head.sha256 && (strlen(head.sha256) != 64 || strspn(head.sha256, "0123456789abcdef") != 64))
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"sha256\" wants 64 hexadecimal digits, small letters", path);
    if (code == CLI_OK && !json_object_array_length(layers))
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers\" wants at least one layer", path);
    if (code == CLI_OK) code = cli_profile_make(out, (uint32_t)json_object_array_length(layers), (uint32_t)json_object_array_length(branches));
    if (code != CLI_OK) return code;
    head.layers = out->layers, head.branches = out->branches, head.n_layers = out->n_layers, head.n_branches = out->n_branches;
    *out = head;
    return read_lists(out, path, layers, branches);
}

int cli_profile_read(cli_profile *out, const char *path)
{
    struct json_object *root = NULL;
    memset(out, 0, sizeof *out);
    int code = cli_document_read(&root, path, "bonnet_profile", CLI_PROFILE_KIB);
    if (code == CLI_OK) code = read_root(out, path, root);
    json_object_put(root);
    return code;
}
