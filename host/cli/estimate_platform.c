/* SPDX-License-Identifier: Apache-2.0 */
/* estimate_platform.c - bonnet estimate by the models of a platform: of a file of layers, or of a .bonnet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "estimate.h"
#include "netlayers.h"

void estimate_modelled_free(estimate_modelled *m)
{
    cli_profile_free(&m->profile);
    free(m->rows);
    m->rows = NULL;
}

static int make(estimate_modelled *out, uint32_t layers, uint32_t branches, const cli_platform *p, const char *network)
{
    memset(out, 0, sizeof *out);
    int code = cli_profile_make(&out->profile, layers, branches);
    out->rows = calloc(layers + 1, sizeof *out->rows);
    if (code == CLI_OK && !out->rows) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %u layers", layers);
    snprintf(out->profile.network, CLI_TEXT, "%s", *network ? network : "network");
    snprintf(out->profile.tier, CLI_TEXT, "%s", p->name);
    out->profile.source = p->fitted ? CLI_FROM_FIT : CLI_FROM_MODEL;
    out->profile.start_ms = p->start_ms;
    return code;
}

typedef struct context {
    const cli_platform *p;
    const char *platform_path, *of;
} context;

/* A layer by the model of its kind; powers of the platform where the model knows none. */
static int shape_cost(bonnet_cost *out, const context *c, const char *kind, const char *name, const bonnet_shape *shape)
{
    bonnet_layer_model model;
    const int code = cli_platform_model(&model, c->p, c->platform_path, c->of, kind, name);
    if (code != CLI_OK) return code;
    const bonnet_status status = bonnet_layer_cost(out, &model, shape);
    if (status != BONNET_OK)
        return cli_fail(CLI_STATUS - (int)status, "%s: layer '%.60s' of %s cannot be estimated: %s", c->platform_path, name, c->of,
                        status == BONNET_EINVAL ? "its model or its size is out of range" : bonnet_status_text(status));
    if (out->mj < 0 && c->p->active_mw >= 0) bonnet_cost_power(out, c->p->active_mw);
    return CLI_OK;
}

static int layer_cost(estimate_modelled *m, uint32_t i, const context *c)
{
    cli_profile_layer *l = &m->profile.layers[i];
    if (bonnet_work_of(&m->rows[i].work, &m->rows[i].shape) != BONNET_OK) memset(&m->rows[i].work, 0, sizeof m->rows[i].work);
    return shape_cost(&l->cost, c, l->kind, l->name, &m->rows[i].shape);
}

static bonnet_cost start_cost(const cli_platform *p)
{
    bonnet_cost c = {p->start_ms, p->start_ms, p->start_ms, p->start_ms > 0 ? -1 : 0};
    if (p->active_mw >= 0) bonnet_cost_power(&c, p->active_mw);
    return c;
}

static void add_up(cli_profile *p, const cli_platform *platform)
{
    p->whole = start_cost(platform);
    for (uint32_t i = 0; i < p->n_layers; i++) bonnet_cost_add(&p->whole, &p->layers[i].cost);
}

/* A kind's number: its place among names seen so far. */
static uint32_t kind_number(const char **names, uint32_t *count, const char *name)
{
    for (uint32_t i = 0; i < *count; i++)
        if (!strcmp(names[i], name)) return i;
    names[*count] = name;
    return (*count)++;
}

/* The graph through the platform's rules; kinds of layers that do others too change. */
static int fuse(estimate_modelled *out, const cli_net *net, const cli_platform *p)
{
    enum { NAMES = 64 + 3 * CLI_PLATFORM_RULES }; /* fewer kinds than 64 can be in a file of layers */
    const char *names[NAMES];
    uint32_t n_names = 0;
    bonnet_fusion rules[CLI_PLATFORM_RULES];
    bonnet_graph_layer *graph = calloc(net->count, sizeof *graph);
    if (!graph) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %u layers", net->count);
    for (uint32_t i = 0; i < p->n_rules; i++) {
        rules[i].first = kind_number(names, &n_names, p->rules[i].first);
        rules[i].second = kind_number(names, &n_names, p->rules[i].second);
        rules[i].result = kind_number(names, &n_names, p->rules[i].result);
    }
    for (uint32_t i = 0; i < net->count; i++) {
        const cli_net_layer *l = &net->layers[i];
        graph[i] = (bonnet_graph_layer){.kind = kind_number(names, &n_names, l->kind), .inputs = l->inputs, .input = &net->all[l->first]};
        graph[i].shape = cli_net_shape(net, i, p);
    }
    const bonnet_status status = bonnet_graph_fuse(graph, net->count, rules, p->n_rules, p->every_input);
    for (uint32_t i = 0; i < net->count && status == BONNET_OK; i++) {
        cli_profile_layer *l = &out->profile.layers[i];
        snprintf(l->name, CLI_TEXT, "%s", net->layers[i].name);
        snprintf(l->kind, CLI_TEXT, "%s", names[graph[i].kind]);
        out->rows[i].shape = graph[i].shape;
        out->rows[i].into = graph[i].into;
    }
    free(graph);
    return status == BONNET_OK ? CLI_OK : cli_fail(CLI_STATUS - (int)status, "%s: %s", net->name, bonnet_status_text(status));
}

int estimate_net(estimate_modelled *out, const char *path, const cli_platform *p, const char *platform_path)
{
    cli_net net;
    memset(out, 0, sizeof *out);
    int code = cli_net_read(&net, path);
    if (code == CLI_OK) code = make(out, net.count, 0, p, net.name);
    if (code == CLI_OK) code = fuse(out, &net, p);
    for (uint32_t i = 0; i < net.count && code == CLI_OK; i++)
        if (out->rows[i].into == i && strcmp(net.layers[i].kind, "input")) code = layer_cost(out, i, &(context){p, platform_path, path});
    if (code == CLI_OK) add_up(&out->profile, p);
    cli_net_free(&net);
    return code;
}

bonnet_shape cli_layer_shape(const bonnet_layer_info *l)
{
    static const char *const moves[] = {"belt", "bpick", "map"}, *const bytes[] = {"stem", "fc", "iconv", "bsum"};
    const double pixels_in = (double)l->height_in * l->width_in, pixels = (double)l->height_out * l->width_out;
    const uint64_t all = (uint64_t)l->kernel * l->kernel * l->channels_in * l->channels_out * l->height_out * l->width_out;
    bonnet_shape s = {.op = BONNET_OP_CONV,
                      .h_in = l->height_in,
                      .w_in = l->width_in,
                      .c_in = l->channels_in,
                      .h_out = l->height_out,
                      .w_out = l->width_out,
                      .c_out = l->channels_out,
                      .kh = l->kernel ? l->kernel : 1,
                      .kw = l->kernel ? l->kernel : 1,
                      .stride_h = l->stride,
                      .stride_w = l->stride,
                      .groups = 1,
                      .act_bits = 1,
                      .weight_bits = 1};
    s.read = pixels_in * l->channels_in * l->slices, s.written = pixels * l->channels_out * l->slices;
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        if (!strcmp(l->kind, bytes[i])) s.act_bits = s.weight_bits = 8;
    if (!strcmp(l->kind, "down")) s.c_in *= l->slices; /* an output reads all slices, as if they were more channels */
    else if (l->macs && all > l->macs && all % l->macs == 0) s.groups = (uint32_t)(all / l->macs);
    if (!strcmp(l->kind, "bpool")) s.op = BONNET_OP_POOL;
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (!strcmp(l->kind, moves[i])) s.op = BONNET_OP_MOVE;
    return s;
}

int estimate_layer(bonnet_cost *out, const bonnet_model *model, const char *of, uint32_t index, const cli_platform *p, const char *platform_path)
{
    bonnet_layer_info info;
    bonnet_layer_shape layer;
    if (bonnet_model_layer_get(&info, model, index) != BONNET_OK) return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no layer %u", of, index);
    bonnet_shape shape = cli_layer_shape(&info);
    if (bonnet_model_shape_get(&layer, model, index) == BONNET_OK) shape.layer = &layer;
    return shape_cost(out, &(context){p, platform_path, of}, info.kind, info.name, &shape);
}

/* A branch: its own start, and its layers behind the map that it is given. */
static int branch_cost(cli_profile *out, uint32_t index, const cli_session *s, const context *c)
{
    cli_profile_branch *b = &out->branches[index];
    bonnet_exit exit;
    bonnet_layer_info info;
    bonnet_model *model = NULL;
    bonnet_status status = bonnet_exit_get(&exit, s->model, index);
    if (status == BONNET_OK) status = bonnet_model_branch(&model, s->model, index);
    int code = status == BONNET_OK ? CLI_OK : cli_fail_status(status, s->dev, s->path);
    if (code == CLI_OK) {
        snprintf(b->name, CLI_TEXT, "%s", exit.name);
        snprintf(b->behind, CLI_TEXT, "%s", out->layers[exit.layer].name);
        b->cost = start_cost(c->p);
    }
    for (uint32_t i = 1; code == CLI_OK && bonnet_model_layer_get(&info, model, i) == BONNET_OK; i++) {
        bonnet_cost cost;
        code = estimate_layer(&cost, model, s->path, i, c->p, c->platform_path);
        if (code == CLI_OK) bonnet_cost_add(&b->cost, &cost);
    }
    bonnet_model_free(model);
    return code;
}

int estimate_layers(estimate_modelled *out, const cli_session *s, const cli_platform *p, const char *platform_path)
{
    const context c = {p, platform_path, s->path};
    bonnet_layer_info info;
    bonnet_exit exit;
    uint32_t exits = 0;
    while (bonnet_exit_get(&exit, s->model, exits) == BONNET_OK) exits++;
    int code = make(out, s->info.layers, exits, p, s->info.name);
    if (code == CLI_OK) cli_sha256_hex(out->profile.sha256, s->info.sha256);
    for (uint32_t i = 0; code == CLI_OK && bonnet_model_layer_get(&info, s->model, i) == BONNET_OK; i++) {
        cli_profile_layer *l = &out->profile.layers[i];
        snprintf(l->name, CLI_TEXT, "%s", info.name);
        snprintf(l->kind, CLI_TEXT, "%s", info.kind);
        out->rows[i].shape = cli_layer_shape(&info);
        if (bonnet_model_shape_get(&out->rows[i].layer, s->model, i) == BONNET_OK) out->rows[i].shape.layer = &out->rows[i].layer;
        out->rows[i].into = i;
        code = layer_cost(out, i, &c);
    }
    for (uint32_t i = 0; i < exits && code == CLI_OK; i++) code = branch_cost(&out->profile, i, s, &c);
    if (code == CLI_OK) add_up(&out->profile, p);
    return code;
}
