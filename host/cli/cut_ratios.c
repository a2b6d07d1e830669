/* SPDX-License-Identifier: Apache-2.0 */
/* cut_ratios.c - which codec a cut's maps go through: named, or decided beforehand by what `bonnet cut -o` measured. */
#include <stdio.h>
#include <string.h>
#include "codec.h"
#include "fields.h"

enum { MOST_KIB = 256, MOST_CUTS = 4096 };

/* The better of the two, or none where neither is worth it. */
static int decide(long *codec, struct json_object *cuts, const bonnet_cut *cut, const char *path)
{
    for (size_t i = 0; i < json_object_array_length(cuts); i++) {
        char where[32], name[CLI_TEXT];
        double bytes, ratio[BONNET_CODEC_NAMES];
        snprintf(where, sizeof where, "cuts[%zu]", i);
        const cli_field fields[] = {{"name", CLI_STRING, 0, 0, name, false},
                                    {"bytes", CLI_NUMBER, 0, 1e12, &bytes, false},
                                    {"deflate", CLI_NUMBER, 0, 1e6, &ratio[BONNET_CODEC_DEFLATE], false},
                                    {"zstd", CLI_NUMBER, 0, 1e6, &ratio[BONNET_CODEC_ZSTD], false}};
        const int code = cli_fields_read(path, where, json_object_array_get_idx(cuts, i), fields, sizeof fields / sizeof *fields);
        if (code != CLI_OK) return code;
        if (strcmp(name, cut->name)) continue;
        const long better = ratio[BONNET_CODEC_ZSTD] < ratio[BONNET_CODEC_DEFLATE] ? BONNET_CODEC_ZSTD : BONNET_CODEC_DEFLATE;
        *codec = ratio[better] <= BONNET_CODEC_KEEP_ABOVE ? better : BONNET_CODEC_NONE;
        return CLI_OK;
    }
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no cut behind '%.63s' in it", path, cut->name);
}

static int measured(long *codec, const cli_session *s, const bonnet_cut *cut, const char *path)
{
    struct json_object *root = NULL, *cuts = NULL;
    char network[CLI_TEXT], sha256[CLI_TEXT], digest[CLI_DIGEST];
    uint32_t version;
    const cli_field fields[] = {CLI_VERSION("bonnet_codecs", &version),
                                {"network", CLI_STRING, 0, 0, network, false},
                                {"sha256", CLI_STRING, 0, 0, sha256, false},
                                {"cuts", CLI_LIST, 0, MOST_CUTS, &cuts, false}};
    int code = cli_document_read(&root, path, "bonnet_codecs", MOST_KIB);
    if (code == CLI_OK) code = cli_fields_read(path, "", root, fields, sizeof fields / sizeof *fields);
    if (code == CLI_OK && strcmp(sha256, cli_sha256_hex(digest, s->info.sha256)))
        code = cli_fail(CLI_STATUS - BONNET_EABI, "%s: \"sha256\" is of another network than %s; measure this one with bonnet cut -o", path,
                        s->info.name);
    if (code == CLI_OK) code = decide(codec, cuts, cut, path);
    json_object_put(root);
    return code;
}

int cli_cut_codec(long *codec, const cli_session *s, const bonnet_cut *cut, const char *text)
{
    *codec = BONNET_CODEC_NONE;
    if (!text || codec_named(codec, text)) return CLI_OK;
    const size_t length = strlen(text);
    if (length > 5 && !strcmp(text + length - 5, ".json")) return measured(codec, s, cut, text);
    return cli_fail(CLI_USAGE, "run: --codec is none, deflate, zstd or a file RATIOS.json of bonnet cut -o, not '%.40s'", text);
}
