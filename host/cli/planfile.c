/* SPDX-License-Identifier: Apache-2.0 */
/* planfile.c - the file "bonnet_plan": read, and held against the network that it is for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netprofile.h"
#include "plan.h"

static int wrong(const char *path, const char *where, const char *wants)
{
    return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" wants %s", path, where, wants);
}

static int read_tiers(cli_planfile *f, const char *path, struct json_object *list)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < f->tiers; i++) {
        char where[32];
        snprintf(where, sizeof where, "tiers[%u]", i);
        const cli_field fields[] = {{"name", CLI_STRING, 0, 0, f->tier[i], false},
                                    {"layers", CLI_COUNT, 0, BONNET_PLACE_BLOCKS, &f->count[i], false},
                                    {"first", CLI_STRING, 0, 0, f->first[i], true},
                                    {"last", CLI_STRING, 0, 0, f->last[i], true}};
        const int code = cli_fields_read(path, where, json_object_array_get_idx(list, i), fields, sizeof fields / sizeof *fields);
        if (code != CLI_OK) return code;
        if (!*f->first[i] != !f->count[i] || !*f->last[i] != !f->count[i])
            return wrong(path, where, "\"first\" and \"last\", the names of its layers, where it has any");
        sum += f->count[i];
    }
    if (!f->tiers || sum != f->layers) return wrong(path, "layers", "the sum of the tiers' layers, on at least one tier");
    return f->tiers > 1 && !f->count[f->tiers - 1] ? wrong(path, "tiers", "layers on the last tier") : CLI_OK;
}

static int read_links(cli_planfile *f, const char *path, struct json_object *list)
{
    if (json_object_array_length(list) + 1 != f->tiers) return wrong(path, "links", "one from each tier to the next");
    for (uint32_t i = 0; i + 1 < f->tiers; i++) {
        char where[32];
        snprintf(where, sizeof where, "links[%u]", i);
        const cli_field fields[] = {{"codec", CLI_STRING, 0, 0, f->codec[i], false},
                                    {"bytes", CLI_NUMBER, 0, 1e18, &f->bytes[i], false},
                                    {"share", CLI_NUMBER, 0, 1, &f->share[i], false}};
        const int code = cli_fields_read(path, where, json_object_array_get_idx(list, i), fields, sizeof fields / sizeof *fields);
        if (code != CLI_OK) return code;
        if (i && !f->count[i] && strcmp(f->codec[i], f->codec[i - 1])) return wrong(path, where, "the codec of the link before: its tier passes on");
    }
    return CLI_OK;
}

static int read_exits(cli_planfile *f, const char *path, struct json_object *list)
{
    double sum = 0;
    if (!f->exits) return wrong(path, "exits", "at least the end of the network");
    for (uint32_t i = 0; i < f->exits; i++) {
        char where[32];
        cli_plan_exit *e = &f->exit[i];
        snprintf(where, sizeof where, "exits[%u]", i);
        e->threshold = -1, e->temperature = 1;
        const cli_field fields[] = {{"name", CLI_STRING, 0, 0, e->name, false},
                                    {"behind", CLI_STRING, 0, 0, e->behind, true},
                                    {"tier", CLI_COUNT, 0, f->tiers - 1, &e->tier, false},
                                    {"share", CLI_NUMBER, 0, 1, &e->share, false},
                                    {"threshold", CLI_NUMBER, 0, 1e300, &e->threshold, true},
                                    {"temperature", CLI_NUMBER, 1e-9, 1e18, &e->temperature, true}};
        const int code = cli_fields_read(path, where, json_object_array_get_idx(list, i), fields, sizeof fields / sizeof *fields);
        if (code != CLI_OK) return code;
        if (!*e->behind && i + 1 < f->exits) return wrong(path, where, "\"behind\": only the end of the network has none");
        if (i && e->tier < f->exit[i - 1].tier) return wrong(path, where, "a tier not before that of the exit before");
        if (!f->count[e->tier]) return wrong(path, where, "a tier that runs layers");
        sum += e->share;
    }
    if (f->exit[f->exits - 1].tier != f->tiers - 1) return wrong(path, "exits", "the end on the last tier");
    return fabs(sum - 1) <= 1e-6 ? CLI_OK : wrong(path, "exits", "shares that sum to 1");
}

static int read_root(cli_planfile *f, const char *path, struct json_object *root)
{
    struct json_object *tiers = NULL, *links = NULL, *exits = NULL, *reason = NULL;
    uint32_t version;
    f->ms_hi = f->deadline_ms = f->late_ms = -1;
    const cli_field fields[] = {CLI_VERSION("bonnet_plan", &version),
                                {"network", CLI_STRING, 0, 0, f->network, false},
                                {"sha256", CLI_STRING, 0, 0, f->sha256, true},
                                {"goal", CLI_STRING, 0, 0, f->goal, false},
                                {"policy", CLI_STRING, 0, 0, f->policy, true},
                                {"deadline_ms", CLI_NUMBER, 0, 1e9, &f->deadline_ms, true},
                                {"late_ms", CLI_NUMBER, 0, 1e18, &f->late_ms, true},
                                {"layers", CLI_COUNT, 1, BONNET_PLACE_BLOCKS, &f->layers, false},
                                {"tiers", CLI_LIST, 0, BONNET_PLACE_TIERS, &tiers, false},
                                {"links", CLI_LIST, 0, BONNET_PLACE_TIERS - 1, &links, false},
                                {"confidence", CLI_STRING, 0, 0, f->confidence, true},
                                {"exits", CLI_LIST, 0, BONNET_PLACE_EXITS + 1, &exits, false},
                                {"ms", CLI_NUMBER, 0, 1e18, &f->ms, false},
                                {"ms_hi", CLI_NUMBER, 0, 1e18, &f->ms_hi, true},
                                {"mj", CLI_NUMBER, 0, 1e18, &f->mj, false},
                                {"accuracy", CLI_NUMBER, 0, 1, &f->accuracy, false},
                                {"reward", CLI_NUMBER, 0, 1e18, &f->reward, false},
                                {"reason", CLI_LIST, 0, 8, &reason, false}};
    int code = cli_fields_read(path, "", root, fields, sizeof fields / sizeof *fields);
    if (code == CLI_OK && *f->sha256 && (strlen(f->sha256) != 64 || strspn(f->sha256, "0123456789abcdef") != 64))
        code = wrong(path, "sha256", "64 hexadecimal digits, small letters");
    if (code != CLI_OK) return code;
    for (size_t i = 0; i < json_object_array_length(reason); i++)
        if (!json_object_is_type(json_object_array_get_idx(reason, i), json_type_string)) return wrong(path, "reason", "texts");
    f->tiers = (uint32_t)json_object_array_length(tiers), f->exits = (uint32_t)json_object_array_length(exits);
    code = read_tiers(f, path, tiers);
    if (code == CLI_OK) code = read_links(f, path, links);
    return code == CLI_OK ? read_exits(f, path, exits) : code;
}

int cli_planfile_read(cli_planfile *out, const char *path)
{
    struct json_object *root = NULL;
    memset(out, 0, sizeof *out);
    int code = cli_document_read(&root, path, "bonnet_plan", CLI_PLAN_KIB);
    if (code == CLI_OK) code = read_root(out, path, root);
    json_object_put(root);
    return code;
}

/* The index of the model's layer of this name; false: none. */
static bool find(uint32_t *out, const cli_session *s, const char *name)
{
    bonnet_layer_info l;
    for (*out = 0; bonnet_model_layer_get(&l, s->model, *out) == BONNET_OK; ++*out)
        if (!strcmp(l.name, name)) return true;
    return false;
}

static bool can_cut(const cli_session *s, uint32_t layers)
{
    bonnet_cut c;
    for (uint32_t i = 0; layers && bonnet_cut_get(&c, s->model, i) == BONNET_OK; i++)
        if (c.layer + 1 == layers) return true;
    return !layers;
}

int cli_planfile_check(const cli_planfile *f, const char *path, const cli_session *s)
{
    char sha256[CLI_TEXT], where[32];
    uint32_t at = 0, layer;
    cli_sha256_hex(sha256, s->info.sha256);
    if (strcmp(sha256, f->sha256))
        return cli_fail(CLI_STATUS - BONNET_EABI, "%s: \"sha256\" is of another network than %s; plan again", path, s->path);
    if (f->layers > s->info.layers) return wrong(path, "layers", "no more than the network has");
    for (uint32_t i = 0; i < f->tiers; at += f->count[i++]) {
        snprintf(where, sizeof where, "tiers[%u]", i);
        if (i && !can_cut(s, at)) return wrong(path, where, "to begin where the network can be cut");
        if (!f->count[i]) continue;
        if (!find(&layer, s, f->first[i]) || layer != at) return wrong(path, where, "\"first\": the layer behind those of the tiers before");
        if (!find(&layer, s, f->last[i]) || layer != at + f->count[i] - 1) return wrong(path, where, "\"last\": the last one of its layers");
    }
    for (uint32_t i = 0; i < f->exits; i++) {
        snprintf(where, sizeof where, "exits[%u]", i);
        uint32_t least = 0;
        for (uint32_t t = 0; t < f->exit[i].tier; t++) least += f->count[t];
        if (!*f->exit[i].behind) continue;
        if (!find(&layer, s, f->exit[i].behind) || layer < least || layer >= least + f->count[f->exit[i].tier])
            return wrong(path, where, "\"behind\": a layer of its tier");
    }
    return CLI_OK;
}
