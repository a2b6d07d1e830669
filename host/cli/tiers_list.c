/* SPDX-License-Identifier: Apache-2.0 */
/* tiers_list.c - tiers with their profiles, links. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "netprofile.h"
#include "tiers.h"

/* Energy that a profile does not know: what the tier draws while it works. */
static bonnet_place_cost cost_of(const bonnet_cost *c, double busy_mw)
{
    return (bonnet_place_cost){c->ms, c->ms_hi, c->mj >= 0 ? c->mj : 1e-3 * c->ms * busy_mw};
}

/* A profile measured or estimated on the tier: of this network, layer by layer; with its branches, or without. */
static int from_profile(cli_tiers *t, uint32_t i, const char *path, bool branches)
{
    cli_profile f;
    bonnet_place_tier *tier = &t->tiers[i];
    int code = cli_profile_read(&f, path);
    if (code == CLI_OK && *f.sha256 && *t->sha256 && strcmp(f.sha256, t->sha256))
        code = cli_fail(CLI_STATUS - BONNET_EABI, "%s: \"sha256\" is of another network than %s; profile this one", path, t->network);
    if (code == CLI_OK && f.n_layers != t->p.blocks)
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers\" has %u, %s has %u", path, f.n_layers, t->network, t->p.blocks);
    for (uint32_t j = 0; code == CLI_OK && j < t->p.blocks; j++) {
        if (strcmp(f.layers[j].name, t->layer[j]))
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"layers[%u]\": \"name\" is %.60s; in %s it is %.60s", path, j, f.layers[j].name,
                            t->network, t->layer[j]);
        t->cost[i][j] = cost_of(&f.layers[j].cost, tier->busy_mw);
    }
    for (uint32_t e = 0; code == CLI_OK && branches && e < t->p.exits; e++) {
        uint32_t k = 0;
        while (k < f.n_branches && strcmp(f.branches[k].name, t->exit[e])) k++;
        if (k == f.n_branches)
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"branches\" lacks the exit \"%.60s\"; the tier's \"exit_ms\" can stand for them", path,
                            t->exit[e]);
        else if (strcmp(f.branches[k].behind, t->layer[t->exits[e].behind]))
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"branches[%u]\": \"behind\" is %.60s; the exit \"%.60s\" is behind %.60s", path, k,
                            f.branches[k].behind, t->exit[e], t->layer[t->exits[e].behind]);
        else t->branch[i][e] = cost_of(&f.branches[k].cost, tier->busy_mw);
    }
    if (code == CLI_OK && tier->start_ms < 0) tier->start_ms = f.start_ms;
    cli_profile_free(&f);
    return code;
}

/* Three lists of the file: ms, and where they are left out: ms_hi as ms, mj by power. */
static int from_lists(bonnet_place_cost *out, uint32_t count, struct json_object *const list[3], const char *const key[3], const char *path,
                      const char *where, double busy_mw)
{
    static const double most[3] = {1e9, 1e9, 1e12};
    double value[3][BONNET_PLACE_BLOCKS];
    int code = CLI_OK;
    for (int k = 0; k < 3 && code == CLI_OK; k++)
        code = cli_tiers_numbers(value[k], count, list[k], path, where, key[k], most[k], k == 0 ? INFINITY : 0);
    for (uint32_t i = 0; i < count && code == CLI_OK; i++) {
        out[i] = (bonnet_place_cost){value[0][i], value[0][i], 1e-3 * value[0][i] * busy_mw};
        if (!isfinite(value[0][i])) continue;
        if (list[1]) out[i].ms_hi = value[1][i];
        if (list[2]) out[i].mj = value[2][i];
        if (out[i].ms_hi < out[i].ms)
            code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"%s\" wants numbers not below \"%s\"", path, where, key[1], key[0]);
    }
    return code;
}

char *cli_tiers_beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    const size_t folder = slash && *name != '/' ? (size_t)(slash - path) + 1 : 0, room = folder + strlen(name) + 1;
    char *out = malloc(room);
    if (out) snprintf(out, room, "%.*s%s", (int)folder, path, name);
    return out;
}

static int read_tier(cli_tiers *t, uint32_t i, const char *path, struct json_object *object)
{
    static const char *const keys[] = {"ms", "ms_hi", "mj"}, *const exit_keys[] = {"exit_ms", "exit_ms_hi", "exit_mj"};
    struct json_object *list[3] = {NULL}, *exit_list[3] = {NULL};
    char where[32], profile[CLI_TEXT] = "";
    double memory = -1;
    bonnet_place_tier *tier = &t->tiers[i];
    tier->start_ms = -1;
    snprintf(where, sizeof where, "tiers[%u]", i);
    const cli_field fields[] = {{"name", CLI_STRING, 0, 0, t->tier[i], false},
                                {"profile", CLI_STRING, 0, 0, profile, true},
                                {"ms", CLI_LIST, 0, BONNET_PLACE_BLOCKS, &list[0], true},
                                {"ms_hi", CLI_LIST, 0, BONNET_PLACE_BLOCKS, &list[1], true},
                                {"mj", CLI_LIST, 0, BONNET_PLACE_BLOCKS, &list[2], true},
                                {"exit_ms", CLI_LIST, 0, BONNET_PLACE_EXITS, &exit_list[0], true},
                                {"exit_ms_hi", CLI_LIST, 0, BONNET_PLACE_EXITS, &exit_list[1], true},
                                {"exit_mj", CLI_LIST, 0, BONNET_PLACE_EXITS, &exit_list[2], true},
                                {"start_ms", CLI_NUMBER, 0, 1e9, &tier->start_ms, true},
                                {"memory_bytes", CLI_NUMBER, 0, 9e15, &memory, true},
                                {"busy_mw", CLI_NUMBER, 0, 1e9, &tier->busy_mw, true},
                                {"idle_mw", CLI_NUMBER, 0, 1e9, &tier->idle_mw, true}};
    int code = cli_fields_read(path, where, object, fields, sizeof fields / sizeof *fields);
    if (code != CLI_OK) return code;
    tier->memory_bytes = memory < 0 ? BONNET_PLACE_NO_LIMIT : (uint64_t)memory;
    if (!*profile == !list[0])
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": either \"profile\", a file, or \"ms\", a number for each layer, is wanted", path,
                        where);
    if (*profile) {
        char *file = cli_tiers_beside(path, profile);
        code = file ? from_profile(t, i, file, !exit_list[0]) : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
        free(file);
    } else {
        if (t->p.exits && !exit_list[0]) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\" lacks \"exit_ms\"", path, where);
        code = from_lists(t->cost[i], t->p.blocks, list, keys, path, where, tier->busy_mw);
    }
    if (code == CLI_OK && exit_list[0]) code = from_lists(t->branch[i], t->p.exits, exit_list, exit_keys, path, where, tier->busy_mw);
    if (tier->start_ms < 0) tier->start_ms = 0;
    tier->block = t->cost[i], tier->branch = t->branch[i];
    return code;
}

int cli_tiers_list(cli_tiers *t, const char *path, struct json_object *tiers)
{
    int code = CLI_OK;
    t->p.tiers = (uint32_t)json_object_array_length(tiers);
    if (!t->p.tiers) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"tiers\" wants at least one tier, the device", path);
    for (uint32_t i = 0; i < t->p.tiers && code == CLI_OK; i++) code = read_tier(t, i, path, json_object_array_get_idx(tiers, i));
    return code;
}

int cli_tiers_links(cli_tiers *t, const char *path, struct json_object *links)
{
    const uint32_t n = links ? (uint32_t)json_object_array_length(links) : 0;
    if (n != t->p.tiers - 1)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"links\" wants %u, one from each tier to the next", path, t->p.tiers - 1);
    for (uint32_t i = 0; i < n; i++) {
        bonnet_place_link *l = &t->links[i];
        double rate = 0, sd = 0, down = 0;
        char where[32];
        snprintf(where, sizeof where, "links[%u]", i);
        l->overhead_bytes = BONNET_PLACE_OVERHEAD;
        const cli_field fields[] = {
            {"mbit_per_s", CLI_NUMBER, 1e-6, 1e6, &rate, false},        {"mbit_per_s_sd", CLI_NUMBER, 0, 1e6, &sd, true},
            {"down_mbit_per_s", CLI_NUMBER, 1e-6, 1e6, &down, true},    {"rtt_ms", CLI_NUMBER, 0, 1e9, &l->rtt_ms, false},
            {"rtt_ms_hi", CLI_NUMBER, 0, 1e9, &l->rtt_ms_hi, true},     {"overhead_bytes", CLI_NUMBER, 0, 1e9, &l->overhead_bytes, true},
            {"send_ms", CLI_NUMBER, 0, 1e9, &l->send_ms, true},         {"send_ms_per_mb", CLI_NUMBER, 0, 1e9, &l->send_ms_per_mb, true},
            {"receive_ms", CLI_NUMBER, 0, 1e9, &l->receive_ms, true},   {"receive_ms_per_mb", CLI_NUMBER, 0, 1e9, &l->receive_ms_per_mb, true},
            {"mj_per_wake", CLI_NUMBER, 0, 1e9, &l->mj_per_wake, true}, {"nj_per_bit", CLI_NUMBER, 0, 1e9, &l->nj_per_bit, true}};
        const int code = cli_fields_read(path, where, json_object_array_get_idx(links, i), fields, sizeof fields / sizeof *fields);
        if (code != CLI_OK) return code;
        l->bits_per_s = 1e6 * rate, l->sd_bits_per_s = 1e6 * sd, l->down_bits_per_s = 1e6 * down;
        if (l->rtt_ms_hi > 0 && l->rtt_ms_hi < l->rtt_ms)
            return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: \"%s\": \"rtt_ms_hi\" wants a number not below \"rtt_ms\"", path, where);
    }
    return CLI_OK;
}
