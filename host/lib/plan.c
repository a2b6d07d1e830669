/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - what a network would make a chip do, from its descriptors: for those who have no chip at hand. */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "lower.h"
#include "regdev.h"

static uint64_t planned_bytes(const uint32_t *d)
{
    switch (bonnet_desc_get(d, BONNET_F_JOB_OP)) {
    case BONNET_OP_LOAD: return bonnet_desc_get(d, BONNET_F_LOAD_BYTES);
    case BONNET_OP_STORE: return bonnet_desc_get(d, BONNET_F_STORE_BYTES);
    case BONNET_OP_STEM: /* the image is read once a pass; all of it counts for the pass's first strip */
        return bonnet_desc_get(d, BONNET_F_STEM_CONT) ? 0
                                                      : (uint64_t)bonnet_desc_get(d, BONNET_F_STEM_IN_W) * bonnet_desc_get(d, BONNET_F_STEM_IN_H) *
                                                            (bonnet_desc_get(d, BONNET_F_STEM_PLANES3) ? 3 : 1);
    default: return 0;
    }
}

bonnet_status bonnet_plan_make(bonnet_plan **out, const bonnet_net *net, const bonnet_geometry *g, uint32_t events, bonnet_error *err)
{
    bonnet_plan *plan = calloc(1, sizeof *plan + events * sizeof plan->events[0]);
    if (plan) plan->names = calloc(net->n_layers, sizeof *plan->names);
    if (!plan || !plan->names) {
        bonnet_plan_free(plan);
        return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    }
    plan->n_layers = net->n_layers;
    for (uint32_t i = 0; i < net->n_layers; i++) memcpy(plan->names[i], net->layers[i].name, BONNET_NAME_BYTES);
    plan->chip = (bonnet_chip_info){g->lanes * g->arrays, g->feature_words, g->weight_rows, g->bus_bits, bonnet_chip_abi(), 0, g->arrays};
    *out = plan;
    return BONNET_OK;
}

bonnet_status bonnet_plan_get(bonnet_plan **out, const bonnet_model *model, const char *geometry)
{
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    const bonnet_geometry *g = geometry ? bonnet_geometry_named(geometry) : NULL;
    if (!out || !g) return bonnet_fail(err, BONNET_EINVAL, "no geometry '%.40s'; asic, zcu102, small or tiny", geometry ? geometry : "");
    bonnet_job *job;
    if (bonnet_net_general(model->net))
        return bonnet_fail(err, BONNET_EUNSUPPORTED,
                           "a network of general layers is shared by chip and CPU and is no one job; bonnet_estimate() has what the chip does of it");
    bonnet_status st = bonnet_lower(&job, model->net, g, 0, err);
    if (st != BONNET_OK) return st;
    st = bonnet_plan_make(out, model->net, g, job->n_desc - 1, err);
    for (uint32_t i = 1; st == BONNET_OK && i < job->n_desc; i++) {
        static const uint32_t no_counts[BONNET_RECORD_WORDS];
        bonnet_event *e = &(*out)->events[(*out)->n_events++];
        bonnet_regdev_event(e, job->desc[i], no_counts, planned_bytes(job->desc[i]), g);
        e->name = (*out)->names[e->layer];
    }
    bonnet_job_free(job);
    return st;
}

bonnet_status bonnet_plan_event(bonnet_event *out, const bonnet_plan *plan, uint32_t index)
{
    if (!out || !plan || index >= plan->n_events) return BONNET_EINVAL;
    *out = plan->events[index];
    return BONNET_OK;
}

bonnet_status bonnet_plan_chip(bonnet_chip_info *out, const bonnet_plan *plan)
{
    if (!out || !plan) return BONNET_EINVAL;
    *out = plan->chip;
    return BONNET_OK;
}

void bonnet_plan_free(bonnet_plan *plan)
{
    if (!plan) return;
    free(plan->names);
    free(plan->layers);
    free(plan);
}
