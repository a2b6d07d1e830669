/* SPDX-License-Identifier: Apache-2.0 */
/* estimate.c - what a run would take: host/model for every start of the job, put into a plan as the counters of a device would be. */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "lower.h"
#include "model.h"
#include "regdev.h"

enum { DEFAULT_LATENCY = 100 };

static bonnet_status find_job(bonnet_job **out, const bonnet_model *model, const bonnet_geometry *g, uint32_t batch, bonnet_error *err)
{
    if (!batch) return bonnet_regdev_job(out, model->net, g, 0, err);
    return bonnet_lower(out, model->net, g, &(bonnet_lower_options){.batch = batch}, err);
}

/* As many starts as the images need: full ones, which are alike, and what is left. records: of the last start's last walk. */
static bonnet_status run_starts(bonnet_model_totals *sum, bonnet_model_record *records, const bonnet_job *job, uint32_t frames, uint32_t latency,
                                bonnet_error *err)
{
    const uint32_t walk = job->batch * job->geometry.arrays, room = bonnet_regdev_walks(job);
    const uint32_t walks = (frames - 1) / walk + 1, full = walks / room, rest = walks % room;
    bonnet_model_totals each = {0, 0, 0}, last = {0, 0, 0};
    bonnet_status st = BONNET_OK;
    for (int i = 0; i < 2 && st == BONNET_OK; i++) {
        const bonnet_model_config c = bonnet_model_place(job, i ? rest : room, room, latency);
        if (i ? rest : full) st = bonnet_model_run(i ? &last : &each, records, job, &c, err);
    }
    *sum = (bonnet_model_totals){full * each.cycles + last.cycles, full * each.bytes_in + last.bytes_in, full * each.bytes_out + last.bytes_out};
    return st;
}

void bonnet_record_words(uint32_t *words, const bonnet_model_record *r)
{
    const uint32_t all[BONNET_RECORD_WORDS] = {(uint32_t)r->start,    (uint32_t)r->end,       (uint32_t)r->busy,
                                               (uint32_t)r->stall_in, (uint32_t)r->stall_out, (uint32_t)r->bytes};
    memcpy(words, all, sizeof all);
}

static bonnet_status fill_in(bonnet_plan *plan, const bonnet_net *net, const bonnet_job *job, const bonnet_model_record *records,
                             const bonnet_model_totals *sum, uint32_t frames, bonnet_error *err)
{
    const uint32_t lanes = job->geometry.lanes * job->geometry.arrays;
    bonnet_layer_cycles cycles[BONNET_MAX_LAYERS];
    plan->layers = calloc(net->n_layers, sizeof *plan->layers);
    if (!plan->layers) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    memset(cycles, 0, sizeof cycles);
    for (uint32_t i = 1; i < job->n_desc; i++) {
        const bonnet_model_record *r = &records[i];
        uint32_t c[BONNET_RECORD_WORDS];
        bonnet_record_words(c, r);
        bonnet_event *e = &plan->events[i - 1];
        const char *name = e->name;
        bonnet_regdev_event(e, job->desc[i], c, r->bytes, &job->geometry);
        e->name = name;
        e->start = r->start, e->end = r->end;
        bonnet_regdev_account(cycles, job->desc[i], c, &job->geometry);
    }
    for (uint32_t i = 0; i < net->n_layers; i++) {
        bonnet_layer_stats_make(&plan->layers[i], net, i, &cycles[i], job->batch * job->geometry.arrays, lanes);
        plan->layers[i].name = plan->names[i];
        plan->stats.macs += bonnet_net_macs(net, i) * frames;
    }
    plan->stats.cycles = sum->cycles;
    plan->stats.dram_bytes_in = sum->bytes_in, plan->stats.dram_bytes_out = sum->bytes_out;
    plan->stats.frames = frames;
    plan->stats.lanes = lanes;
    return BONNET_OK;
}

bonnet_status bonnet_estimate(bonnet_plan **out, const bonnet_model *model, const bonnet_estimate_options *options)
{
    bonnet_estimate_options o = BONNET_ESTIMATE_OPTIONS_INIT;
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    if (!out) return bonnet_fail(err, BONNET_EINVAL, "out is NULL");
    if (options) memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    const char *name = o.geometry ? o.geometry : "asic";
    const bonnet_geometry *g = bonnet_geometry_named(name);
    if (!g) return bonnet_fail(err, BONNET_EINVAL, "no geometry '%.40s'; asic, zcu102, small or tiny", name);
    if (!o.frames) o.frames = 1;
    if (!o.dram_latency_cycles) o.dram_latency_cycles = DEFAULT_LATENCY;
    bonnet_job *job;
    if (bonnet_net_general(model->net)) return bonnet_no_plan(err);
    bonnet_status st = find_job(&job, model, g, o.batch, err);
    if (st != BONNET_OK) return st;
    bonnet_plan *plan = NULL;
    bonnet_model_totals sum;
    bonnet_model_record *records = calloc(job->n_desc, sizeof *records);
    st = records ? bonnet_plan_make(&plan, model->net, job, err) : bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    if (st == BONNET_OK) st = run_starts(&sum, records, job, o.frames, o.dram_latency_cycles, err);
    if (st == BONNET_OK) st = fill_in(plan, model->net, job, records, &sum, o.frames, err);
    free(records);
    bonnet_job_free(job);
    if (st != BONNET_OK) bonnet_plan_free(plan);
    else *out = plan;
    return st;
}

bonnet_status bonnet_plan_stats(bonnet_stats *out, const bonnet_plan *plan)
{
    if (!out || !plan || !plan->layers) return BONNET_EINVAL;
    *out = plan->stats;
    return BONNET_OK;
}

bonnet_status bonnet_plan_layer(bonnet_layer_stats *out, const bonnet_plan *plan, uint32_t index)
{
    if (!out || !plan || !plan->layers || index >= plan->n_layers) return BONNET_EINVAL;
    *out = plan->layers[index];
    return BONNET_OK;
}
