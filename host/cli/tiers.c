/* SPDX-License-Identifier: Apache-2.0 */
/* tiers.c - the file "bonnet_tiers": its chain, and the order in which the rest is read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netprofile.h"
#include "tiers.h"

bool cli_tiers_layer(uint32_t *out, const cli_tiers *t, const char *name)
{
    for (*out = 0; *out < t->p.blocks; ++*out)
        if (!strcmp(t->layer[*out], name)) return true;
    return false;
}

int cli_tiers_numbers(double *out, uint32_t count, struct json_object *list, const char *path, const char *where, const char *key, double most,
                      double null)
{
    if (!list) return CLI_OK;
    bool good = json_object_array_length(list) == count;
    for (uint32_t i = 0; good && i < count; i++) {
        struct json_object *value = json_object_array_get_idx(list, i);
        const bool is = json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int);
        out[i] = is ? json_object_get_double(value) : value ? NAN : null;
        good = !isnan(out[i]) && out[i] >= 0 && (out[i] <= most || !value);
    }
    if (good) return CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"%s\" wants %u number%s of 0 to %g%s", path, where, key, count, count == 1 ? "" : "s",
                    most, isnan(null) ? "" : ", or null");
}

/* Every layer of the network is a block; cuts are where the network can be cut. */
static int chain_of_model(cli_tiers *t, const char *path, const cli_session *s)
{
    bonnet_layer_info l;
    bonnet_cut c;
    if (s->info.layers > BONNET_PLACE_BLOCKS)
        return cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "%s: %u layers; bonnet plan takes at most %d", s->path, s->info.layers,
                        BONNET_PLACE_BLOCKS);
    for (uint32_t i = 0; bonnet_model_layer_get(&l, s->model, i) == BONNET_OK && i < BONNET_PLACE_BLOCKS; i++) {
        snprintf(t->layer[i], CLI_TEXT, "%s", l.name);
        t->blocks[i].memory_bytes = (l.weight_bits + l.depthwise_weight_bits + 7) / 8;
        t->p.blocks = i + 1;
    }
    for (uint32_t i = 0; bonnet_cut_get(&c, s->model, i) == BONNET_OK; i++)
        if (c.layer < t->p.blocks) t->blocks[c.layer].bytes = (double)c.bytes;
    snprintf(t->network, CLI_TEXT, "%s", s->info.name);
    cli_sha256_hex(t->sha256, s->info.sha256);
    if (t->p.input_bytes < 0) t->p.input_bytes = (double)bonnet_model_input_bytes(s->model);
    if (t->p.result_bytes < 0) t->p.result_bytes = 4.0 * s->info.classes;
    return t->p.blocks ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no layers", path);
}

static int chain_of_file(cli_tiers *t, const char *path, struct json_object *layers)
{
    const uint32_t n = (uint32_t)json_object_array_length(layers);
    for (uint32_t i = 0; i < n; i++) {
        char where[32];
        double memory = 0;
        uint32_t other;
        snprintf(where, sizeof where, "layers[%u]", i);
        const cli_field fields[] = {{"name", CLI_STRING, 0, 0, t->layer[i], false},
                                    {"bytes", CLI_NUMBER, 0, 1e12, &t->blocks[i].bytes, true},
                                    {"memory_bytes", CLI_NUMBER, 0, 9e15, &memory, true}};
        const int code = cli_fields_read(path, where, json_object_array_get_idx(layers, i), fields, sizeof fields / sizeof *fields);
        if (code != CLI_OK) return code;
        if (cli_tiers_layer(&other, t, t->layer[i]))
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"name\" wants a name that no other layer has", path, where);
        t->blocks[i].memory_bytes = (uint64_t)memory;
        t->p.blocks = i + 1;
    }
    if (!n) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers\" wants at least one layer", path);
    if (t->p.input_bytes < 0)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"input_bytes\" is missing: what an input has as it would be sent", path);
    if (t->p.result_bytes < 0) t->p.result_bytes = 0;
    return CLI_OK;
}

int cli_tiers_chain(cli_tiers *t, const char *path, const cli_session *s, struct json_object *layers)
{
    if (s && layers) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers\" are those of %s here; leave them out", path, s->path);
    if (!s && !layers)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers\" is missing; or give a network: bonnet plan MODEL.bonnet --tiers %s", path, path);
    return s ? chain_of_model(t, path, s) : chain_of_file(t, path, layers);
}

static int read_root(cli_tiers *t, const char *path, struct json_object *root, const cli_session *s, const char *exits)
{
    struct json_object *layers = NULL, *tiers = NULL, *links = NULL, *codecs = NULL, *inline_exits = NULL, *points = NULL;
    uint32_t version;
    t->p.input_bytes = t->p.result_bytes = -1;
    snprintf(t->network, CLI_TEXT, "chain");
    double whole = 1;
    const cli_field fields[] = {CLI_VERSION("bonnet_tiers", &version),
                                {"network", CLI_STRING, 0, 0, t->network, true},
                                {"layers", CLI_LIST, 0, BONNET_PLACE_BLOCKS, &layers, true},
                                {"input_bytes", CLI_NUMBER, 0, 1e12, &t->p.input_bytes, true},
                                {"result_bytes", CLI_NUMBER, 0, 1e12, &t->p.result_bytes, true},
                                {"accuracy", CLI_NUMBER, 0, 1, &whole, true},
                                {"sigmas", CLI_NUMBER, 0, 100, &t->sigmas, true},
                                {"tiers", CLI_LIST, 0, BONNET_PLACE_TIERS, &tiers, false},
                                {"links", CLI_LIST, 0, BONNET_PLACE_TIERS - 1, &links, true},
                                {"codecs", CLI_LIST, 0, BONNET_PLACE_CODECS, &codecs, true},
                                {"exits", CLI_LIST, 0, BONNET_PLACE_EXITS, &inline_exits, true},
                                {"points", CLI_LIST, 0, BONNET_PLACE_POINTS, &points, true}};
    int code = cli_fields_read(path, "", root, fields, sizeof fields / sizeof *fields);
    if (code == CLI_OK && exits && (inline_exits || points))
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"exits\" and \"points\" are those of %s here; leave them out", path, exits);
    for (uint32_t e = 0; e < BONNET_PLACE_EXITS; e++) t->accuracy[e] = -1;
    t->accuracy[0] = whole; /* moves to its place as exits are read */
    if (code == CLI_OK) code = cli_tiers_chain(t, path, s, layers);
    if (code == CLI_OK) code = exits ? cli_tiers_exits_file(t, exits, s) : cli_tiers_exits(t, path, inline_exits, points);
    if (code == CLI_OK && s) cli_tiers_branches(t, s);
    if (code == CLI_OK) code = cli_tiers_list(t, path, tiers);
    if (code == CLI_OK) code = cli_tiers_links(t, path, links);
    return code == CLI_OK ? cli_tiers_codecs(t, path, codecs) : code;
}

int cli_tiers_read(cli_tiers **out, const char *path, const cli_session *s, const char *exits)
{
    struct json_object *root = NULL;
    cli_tiers *t = calloc(1, sizeof *t);
    if (!t) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    int code = cli_document_read(&root, path, "bonnet_tiers", CLI_TIERS_KIB);
    if (code == CLI_OK) code = read_root(t, path, root, s, exits);
    json_object_put(root);
    t->p.block = t->blocks, t->p.exit = t->exits, t->p.point = t->points, t->p.tier = t->tiers, t->p.link = t->links, t->p.codec = t->codecs;
    if (code == CLI_OK) *out = t;
    else free(t);
    return code;
}
