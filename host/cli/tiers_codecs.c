/* SPDX-License-Identifier: Apache-2.0 */
/* tiers_codecs.c - codecs: ratios and losses by cut, given or as `bonnet cut -o` measured them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tiers.h"

/* {"*": for every cut, "input": for the input, "name of a layer": for the cut behind it}. */
static int by_cut(double *out, const cli_tiers *t, struct json_object *map, double most, const char *path, const char *where, const char *key)
{
    struct json_object *every;
    if (map && json_object_object_get_ex(map, "*", &every))
        for (uint32_t c = 1; c < t->p.blocks; c++) out[c] = json_object_get_double(every);
    if (!map) return CLI_OK;
    json_object_object_foreach(map, name, value)
    {
        uint32_t layer = 0;
        const double x =
            json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int) ? json_object_get_double(value) : NAN;
        if (!(x >= 0 && x <= most))
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"%s\": \"%.60s\" wants a number, 0 to %g", path, where, key, name, most);
        if (!strcmp(name, "*")) continue;
        if (!strcmp(name, "input")) out[0] = x;
        else if (cli_tiers_layer(&layer, t, name) && layer + 1 < t->p.blocks && t->blocks[layer].bytes > 0) out[layer + 1] = x;
        else
            return cli_fail(CLI_STATUS - BONNET_EINVAL,
                            "%s: \"%s\": \"%s\": no cut behind \"%.60s\"; \"*\", \"input\" or a layer that has one is wanted", path, where, key,
                            name);
    }
    return CLI_OK;
}

/* A codec that saves less is left out by whoever sends (docs/codecs.md). */
#define WORTH_IT 0.95

/* One cut of "bonnet_codecs". */
static int measured_cut(double *out, const cli_tiers *t, struct json_object *cut, const char *codec, const char *path, uint32_t i)
{
    char where[32], name[CLI_TEXT];
    double bytes = 0, deflate = 0, zstd = 0;
    uint32_t layer;
    snprintf(where, sizeof where, "cuts[%u]", i);
    const cli_field fields[] = {{"name", CLI_STRING, 0, 0, name, false},
                                {"bytes", CLI_NUMBER, 0, 1e12, &bytes, false},
                                {"deflate", CLI_NUMBER, 0, 1e6, &deflate, false},
                                {"zstd", CLI_NUMBER, 0, 1e6, &zstd, false}};
    const int code = cli_fields_read(path, where, cut, fields, sizeof fields / sizeof *fields);
    if (code != CLI_OK) return code;
    if (!cli_tiers_layer(&layer, t, name) || layer + 1 >= t->p.blocks || t->blocks[layer].bytes != bytes)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": %s has no cut of %.0f bytes behind \"%.60s\"", path, where, t->network, bytes, name);
    const double ratio = strcmp(codec, "zstd") ? deflate : zstd;
    out[layer + 1] = ratio <= WORTH_IT ? ratio : 0;
    return CLI_OK;
}

static int measured(double *out, const cli_tiers *t, const char *codec, const char *path)
{
    struct json_object *root = NULL, *cuts = NULL;
    char network[CLI_TEXT], sha256[CLI_TEXT];
    uint32_t version;
    const cli_field fields[] = {CLI_VERSION("bonnet_codecs", &version),
                                {"network", CLI_STRING, 0, 0, network, false},
                                {"sha256", CLI_STRING, 0, 0, sha256, false},
                                {"cuts", CLI_LIST, 0, BONNET_PLACE_BLOCKS, &cuts, false}};
    int code = cli_document_read(&root, path, "bonnet_codecs", CLI_TIERS_KIB);
    if (code == CLI_OK) code = cli_fields_read(path, "", root, fields, sizeof fields / sizeof *fields);
    if (code == CLI_OK && *t->sha256 && strcmp(sha256, t->sha256))
        code = cli_fail(CLI_STATUS - BONNET_EABI, "%s: \"sha256\" is of another network than %s; measure this one", path, t->network);
    for (uint32_t i = 0; code == CLI_OK && i < json_object_array_length(cuts); i++)
        code = measured_cut(out, t, json_object_array_get_idx(cuts, i), codec, path, i);
    json_object_put(root);
    return code;
}

/* The file of `bonnet cut -o` that a codec names. */
static int from_file(double *out, const cli_tiers *t, const char *codec, const char *path, const char *where, const char *name)
{
    if (strcmp(codec, "deflate") && strcmp(codec, "zstd"))
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"measured\" goes with the codecs deflate and zstd; others want \"ratio\"", path,
                        where);
    char *file = cli_tiers_beside(path, name);
    const int code = file ? measured(out, t, codec, file) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    free(file);
    return code;
}

int cli_tiers_codecs(cli_tiers *t, const char *path, struct json_object *codecs)
{
    const uint32_t n = codecs ? (uint32_t)json_object_array_length(codecs) : 0;
    snprintf(t->codec[0], CLI_TEXT, "none");
    for (uint32_t k = 0; k < n; k++) {
        bonnet_place_codec *c = &t->codecs[k];
        struct json_object *ratio = NULL, *loss = NULL, *encode = NULL, *decode = NULL;
        char where[32], file[CLI_TEXT] = "";
        snprintf(where, sizeof where, "codecs[%u]", k);
        const cli_field fields[] = {{"name", CLI_STRING, 0, 0, t->codec[k + 1], false},
                                    {"ratio", CLI_OBJECT, 0, BONNET_PLACE_BLOCKS + 2, &ratio, true},
                                    {"measured", CLI_STRING, 0, 0, file, true},
                                    {"loss", CLI_OBJECT, 0, BONNET_PLACE_BLOCKS + 2, &loss, true},
                                    {"encode_ms_per_mb", CLI_LIST, 0, BONNET_PLACE_TIERS, &encode, true},
                                    {"decode_ms_per_mb", CLI_LIST, 0, BONNET_PLACE_TIERS, &decode, true}};
        int code = cli_fields_read(path, where, json_object_array_get_idx(codecs, k), fields, sizeof fields / sizeof *fields);
        for (uint32_t i = 0; code == CLI_OK && i <= k; i++)
            if (!strcmp(t->codec[i], t->codec[k + 1]))
                code =
                    cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"name\" wants a name that no other codec has; \"none\" is taken", path, where);
        if (code == CLI_OK && !ratio == !*file)
            code =
                cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": either \"ratio\" or \"measured\", a file of bonnet cut -o, is wanted", path, where);
        if (code == CLI_OK && *file) code = from_file(t->ratio[k], t, t->codec[k + 1], path, where, file);
        if (code == CLI_OK) code = by_cut(t->ratio[k], t, ratio, 1e6, path, where, "ratio");
        if (code == CLI_OK) code = by_cut(t->loss[k], t, loss, 1, path, where, "loss");
        if (code == CLI_OK) code = cli_tiers_numbers(c->encode_ms_per_mb, t->p.tiers, encode, path, where, "encode_ms_per_mb", 1e9, NAN);
        if (code == CLI_OK) code = cli_tiers_numbers(c->decode_ms_per_mb, t->p.tiers, decode, path, where, "decode_ms_per_mb", 1e9, NAN);
        if (code != CLI_OK) return code;
        c->ratio = t->ratio[k], c->loss = t->loss[k];
        t->p.codecs = k + 1;
    }
    return CLI_OK;
}
