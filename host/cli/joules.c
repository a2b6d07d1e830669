/* SPDX-License-Identifier: Apache-2.0 */
/*
 * joules.c - a run in joules: operations from the network, cycles and DRAM bytes from the chip's counters, buffer accesses from the descriptors;
 * without a chip all of it from the network and the job it would have.
 */
#include <string.h>
#include "joules.h"

/* Accesses to the buffers, by layer; bytes too where there are no counters. */
static void add_event(joules *j, const bonnet_event *e)
{
    if (e->layer >= j->layers) return;
    double bits = (double)(e->feature_bits_read + e->feature_bits_written + e->weight_bits_read + e->weight_bits_written);
    j->layer[e->layer].sram_bits += bits;
    j->layer[e->layer].dram_bits += 8.0 * (double)e->dram_bytes;
}

static int add_events(joules *j, const cli_session *s)
{
    bonnet_event e;
    bonnet_plan *plan = NULL;
    bonnet_chip_info chip = {0};
    if (j->measured) {
        for (uint32_t i = 0; bonnet_event_get(&e, s->dev, s->model, i) == BONNET_OK; i++) add_event(j, &e);
        return CLI_OK;
    }
    bonnet_status status = bonnet_plan_get(&plan, s->model, "asic");
    if (status == BONNET_OK) status = bonnet_plan_chip(&chip, plan);
    if (status != BONNET_OK) return cli_fail_status(status, s->dev, s->path);
    j->lanes = chip.lanes;
    for (uint32_t i = 0; bonnet_plan_event(&e, plan, i) == BONNET_OK; i++) {
        add_event(j, &e);
        j->counts.map_bits += 8.0 * (double)e.dram_bytes;
    }
    bonnet_plan_free(plan);
    return CLI_OK;
}

static double milliwatt(bonnet_energy_unit unit) { return bonnet_energy_unit_get(unit)->milliwatt; }

/* Cycles of the published unit for so many operations, and their energy. A chip of fewer lanes has units smaller in proportion. */
static double work(joules *j, bonnet_energy_unit unit, double operations)
{
    double cycles = operations / bonnet_energy_unit_get(unit)->parallel, uj = 1e-6 * milliwatt(unit) * cycles;
    j->counts.dynamic_uj += uj;
    return uj;
}

static void add_layer(joules *j, const cli_session *s, joules_layer *l)
{
    const bonnet_layer_stats *t = &l->stats;
    const double frames = t->frames ? t->frames : 1, macs = (double)t->macs / frames; /* a walk may be of several */
    bonnet_energy_unit unit = t->binary ? BONNET_ENERGY_BCONV : BONNET_ENERGY_INT8;
    double cycles = macs / (bonnet_energy_unit_get(unit)->parallel * j->lanes / 64);
    l->compute = work(j, unit, macs);
    if (strcmp(t->kind, "last") != 0 && strcmp(t->kind, "fc") != 0)
        l->compute += work(j, BONNET_ENERGY_SIGN16, (double)s->info.slices * t->channels_out * t->height * t->width);
    *(t->binary ? &j->bconv_cycles : &j->int8_cycles) += cycles;
    if (j->measured) l->dram_bits /= frames, l->sram_bits /= frames;
    j->counts.sram_bits += l->sram_bits;
    l->dram = 1e-6 * bonnet_energy_fitted.dram_pj_per_bit * l->dram_bits;
    l->sram = 1e-6 * bonnet_energy_fitted.sram_pj_per_bit * l->sram_bits;
}

/* What is of the whole frame. */
static void finish(joules *j, const bonnet_stats *t)
{
    j->counts.cycles = j->measured ? (double)t->cycles / t->frames : j->bconv_cycles + j->int8_cycles;
    if (j->measured) {
        j->dram_in_bits = 8.0 * (double)t->dram_bytes_in / t->frames;
        j->dram_out_bits = 8.0 * (double)t->dram_bytes_out / t->frames;
        j->counts.map_bits = j->dram_in_bits + j->dram_out_bits;
    }
    j->counts.idle_uj = j->lanes / 64.0 * bonnet_energy_idle(j->counts.cycles, j->bconv_cycles, j->int8_cycles);
    j->energy = bonnet_energy_of(&j->counts, &bonnet_energy_fitted);
}

int cli_joules_estimate(joules *j, const cli_session *s, const bonnet_plan *plan)
{
    bonnet_stats t;
    bonnet_event e;
    memset(j, 0, sizeof *j);
    if (s->info.layers > JOULES_LAYERS) return cli_fail(CLI_USAGE, "%s: more than %d layers", s->path, JOULES_LAYERS);
    const bonnet_status status = bonnet_plan_stats(&t, plan);
    if (status != BONNET_OK) return cli_fail_status(status, s->dev, s->path);
    j->measured = true; /* as if: the estimate stands for the counters */
    j->lanes = t.lanes, j->frames = t.frames, j->layers = s->info.layers;
    for (uint32_t i = 0; bonnet_plan_event(&e, plan, i) == BONNET_OK; i++) add_event(j, &e);
    for (uint32_t i = 0; i < j->layers; i++)
        if (bonnet_plan_layer(&j->layer[i].stats, plan, i) == BONNET_OK && !joules_on_cpu(j, &j->layer[i])) add_layer(j, s, &j->layer[i]);
    finish(j, &t);
    return CLI_OK;
}

int cli_joules(joules *j, const cli_session *s, const bonnet_stats *t)
{
    memset(j, 0, sizeof *j);
    if (s->info.layers > JOULES_LAYERS) return cli_fail(CLI_USAGE, "%s: more than %d layers", s->path, JOULES_LAYERS);
    j->measured = t->cycles != 0;
    j->lanes = t->lanes;
    j->frames = t->frames;
    j->layers = s->info.layers;
    int code = add_events(j, s);
    if (code != CLI_OK) return code;
    for (uint32_t i = 0; i < j->layers; i++)
        if (bonnet_layer_stats_get(&j->layer[i].stats, s->dev, s->model, i) == BONNET_OK && !joules_on_cpu(j, &j->layer[i]))
            add_layer(j, s, &j->layer[i]);
    finish(j, t);
    return CLI_OK;
}

struct json_object *cli_energy_json(const bonnet_energy *e)
{
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "compute_uj", json_object_new_double(e->compute));
    json_object_object_add(o, "leakage_uj", json_object_new_double(e->leak));
    json_object_object_add(o, "sram_uj", json_object_new_double(e->sram));
    json_object_object_add(o, "dram_uj", json_object_new_double(e->dram));
    json_object_object_add(o, "total_uj", json_object_new_double(e->total));
    return o;
}
