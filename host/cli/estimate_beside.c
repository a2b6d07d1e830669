/* SPDX-License-Identifier: Apache-2.0 */
/* estimate_beside.c - bonnet estimate --cpu: layers that the CPU beside the chip runs, by the models of a platform. Chip and CPU take turns. */
#include <stdlib.h>
#include <string.h>
#include "estimate.h"

typedef struct beside {
    const cli_session *s;
    const cli_platform *platform;
    const char *path;
} beside;

/* Those of one model: each to its layer, all to *sum. layers may be NULL. */
static int add_layers(bonnet_cost *sum, cli_profile_layer *layers, const beside *b, const bonnet_model *model, const bonnet_plan *plan)
{
    int code = CLI_OK;
    bonnet_layer_stats l;
    for (uint32_t i = 0; code == CLI_OK && bonnet_plan_layer(&l, plan, i) == BONNET_OK; i++) {
        bonnet_cost cost;
        if (l.cycles || l.within || !strcmp(l.kind, "map")) continue; /* map: what a part is given, computed by nobody */
        code = estimate_layer(&cost, model, b->s->path, i, b->platform, b->path);
        if (code == CLI_OK) bonnet_cost_add(sum, &cost);
        if (code == CLI_OK && layers) bonnet_cost_add(&layers[i].cost, &cost);
    }
    return code;
}

static int add_branch(cli_profile_branch *to, uint32_t exit, const beside *b, const bonnet_estimate_options *options)
{
    bonnet_model *model = NULL;
    bonnet_plan *plan = NULL;
    bonnet_status status = bonnet_model_branch(&model, b->s->model, exit);
    if (status == BONNET_OK) status = bonnet_estimate(&plan, model, options);
    const int code = status == BONNET_OK ? add_layers(&to->cost, NULL, b, model, plan) : cli_fail_status(status, b->s->dev, b->s->path);
    bonnet_plan_free(plan);
    bonnet_model_free(model);
    return code;
}

int estimate_beside(cli_profile *profile, bonnet_cost *run, const cli_session *s, const bonnet_estimate_options *options, const bonnet_plan *plan,
                    const char *platform_path)
{
    cli_platform *platform = calloc(1, sizeof *platform);
    const beside b = {s, platform, platform_path};
    bonnet_cost frame = {0, 0, 0, 0};
    if (!platform) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    int code = cli_platform_read(platform, platform_path);
    if (code == CLI_OK) code = add_layers(&frame, profile ? profile->layers : NULL, &b, s->model, plan);
    if (code == CLI_OK && profile) bonnet_cost_add(&profile->whole, &frame);
    for (uint32_t i = 0; code == CLI_OK && profile && i < profile->n_branches; i++) code = add_branch(&profile->branches[i], i, &b, options);
    for (uint32_t i = 0; code == CLI_OK && i < options->frames; i++) bonnet_cost_add(run, &frame);
    cli_platform_free(platform);
    free(platform);
    return code;
}
