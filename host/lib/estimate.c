/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estimate.c - what a run would take: host/model for every start of every job, put into a plan as the counters of a device would be. A network of
 * BoolNet's family is one job; of general layers, one for each segment, and one more that takes many frames at once (driver/mixed.h).
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "lower.h"
#include "mixed.h"
#include "model.h"
#include "regdev.h"

enum { DEFAULT_LATENCY = 100 };

/* As many starts as the images need: full ones, which are alike, and what is left. records: of the last start's last walk. *sum grows. */
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
    sum->cycles += full * each.cycles + last.cycles;
    sum->bytes_in += full * each.bytes_in + last.bytes_in;
    sum->bytes_out += full * each.bytes_out + last.bytes_out;
    return st;
}

void bonnet_record_words(uint32_t *words, const bonnet_model_record *r)
{
    const uint32_t all[BONNET_RECORD_WORDS] = {(uint32_t)r->start,    (uint32_t)r->end,       (uint32_t)r->busy,
                                               (uint32_t)r->stall_in, (uint32_t)r->stall_out, (uint32_t)r->bytes};
    memcpy(words, all, sizeof all);
}

/* What a chip does of the network, in turn. */
typedef struct part {
    bonnet_job *job, *many;        /* many: of several frames a walk, or NULL */
    const bonnet_job *last;        /* of the two, the one that starts last */
    const bonnet_segment *segment; /* NULL: the job is of the whole network */
    bonnet_model_record *records;  /* [last->n_desc] */
} part;

typedef struct estimate {
    const bonnet_net *net;
    const bonnet_geometry *g;
    uint32_t latency;
    bonnet_segment *segments;
    uint32_t n;
    part *parts; /* [n] */
    bonnet_model_totals sum;
} estimate;

static void estimate_free(estimate *e)
{
    for (uint32_t i = 0; e->parts && i < e->n; i++) {
        bonnet_job_free(e->parts[i].job);
        bonnet_job_free(e->parts[i].many);
        free(e->parts[i].records);
    }
    free(e->parts);
    bonnet_segments_free(e->segments, e->n);
}

/* The jobs of a segment, as mixed.c loads them; a single frame never starts the one of many. */
static bonnet_status segment_jobs(part *p, const bonnet_geometry *g, uint32_t frames, bonnet_error *err)
{
    bonnet_status st = bonnet_lower(&p->job, p->segment->net, g, NULL, err);
    const uint32_t most = frames > 1 && st == BONNET_OK && !p->job->resident ? bonnet_segment_batch(p->segment->net, g) : 1;
    for (uint32_t batch = most; st == BONNET_OK && !p->many && batch > 1; batch /= 2) {
        bonnet_error tried = {""};
        const bonnet_status made = bonnet_lower(&p->many, p->segment->net, g, &(bonnet_lower_options){.batch = batch}, &tried);
        if (made != BONNET_OK && made != BONNET_EUNSUPPORTED) st = bonnet_fail(err, made, "%s", tried.text);
    }
    return st;
}

static bonnet_status make_parts(estimate *e, uint32_t frames, uint32_t batch, bonnet_error *err)
{
    bonnet_status st = BONNET_OK;
    const int general = bonnet_net_general(e->net);
    e->n = 1;
    if (general) st = bonnet_segments(&e->segments, &e->n, e->net, e->g, err);
    if (st != BONNET_OK) return st;
    e->parts = calloc(e->n ? e->n : 1, sizeof *e->parts);
    if (!e->parts) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < e->n && st == BONNET_OK; i++) {
        part *p = &e->parts[i];
        if (general) p->segment = &e->segments[i];
        if (general) st = segment_jobs(p, e->g, frames, err);
        else if (batch) st = bonnet_lower(&p->job, e->net, e->g, &(bonnet_lower_options){.batch = batch}, err);
        else st = bonnet_regdev_job(&p->job, e->net, e->g, 0, err);
        const uint32_t n = st != BONNET_OK ? 0 : p->many && p->many->n_desc > p->job->n_desc ? p->many->n_desc : p->job->n_desc;
        p->records = n ? calloc(n, sizeof *p->records) : NULL;
        if (st == BONNET_OK && !p->records) st = bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    }
    return st;
}

/* One lot of `frames`, times `lots`. */
static bonnet_status run_lot(estimate *e, uint32_t frames, uint32_t lots, bonnet_error *err)
{
    bonnet_status st = BONNET_OK;
    bonnet_model_totals sum = {0, 0, 0};
    for (uint32_t i = 0; i < e->n && frames && lots && st == BONNET_OK; i++) {
        part *p = &e->parts[i];
        const uint32_t walk = p->many ? p->many->batch * e->g->arrays : 1, together = p->many ? frames / walk * walk : 0;
        if (together) st = run_starts(&sum, p->records, p->last = p->many, together, e->latency, err);
        if (st == BONNET_OK && together < frames) st = run_starts(&sum, p->records, p->last = p->job, frames - together, e->latency, err);
    }
    e->sum.cycles += lots * sum.cycles, e->sum.bytes_in += lots * sum.bytes_in, e->sum.bytes_out += lots * sum.bytes_out;
    return st;
}

/* Counts of part p's last walk, as a driver would have them. */
static void account(bonnet_plan *plan, bonnet_layer_cycles *cycles, const part *p)
{
    const bonnet_segment *s = p->segment;
    bonnet_layer_cycles own[BONNET_MAX_LAYERS];
    memset(own, 0, sizeof own);
    for (uint32_t i = 1; i < p->last->n_desc; i++) {
        const bonnet_model_record *r = &p->records[i];
        uint32_t c[BONNET_RECORD_WORDS];
        bonnet_record_words(c, r);
        bonnet_event *e = &plan->events[plan->n_events++];
        bonnet_regdev_event(e, p->last->desc[i], c, r->bytes, &p->last->geometry);
        if (s) e->layer = s->conv[e->layer ? e->layer : 1];
        e->name = plan->names[e->layer];
        e->start = r->start, e->end = r->end;
        bonnet_regdev_account(own, p->last->desc[i], c, &p->last->geometry);
    }
    for (uint32_t i = s ? 1 : 0; i < p->last->n_layers; i++) {
        bonnet_layer_cycles *to = &cycles[s ? s->conv[i] : i];
        *to = own[i];
        to->frames = p->last->batch * p->last->geometry.arrays;
        if (s && i == 1) to->dram_bytes += own[0].dram_bytes; /* the map that it is given */
        if (s && s->map[i] != s->conv[i]) cycles[s->map[i]] = (bonnet_layer_cycles){.frames = to->frames, .within = s->conv[i] + 1};
    }
}

static bonnet_status fill_in(bonnet_plan *plan, const estimate *e, uint32_t frames, bonnet_error *err)
{
    const uint32_t lanes = e->g->lanes * e->g->arrays;
    bonnet_layer_cycles cycles[BONNET_MAX_LAYERS];
    plan->layers = calloc(e->net->n_layers, sizeof *plan->layers);
    if (!plan->layers) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    memset(cycles, 0, sizeof cycles);
    for (uint32_t i = 0; i < e->n; i++) account(plan, cycles, &e->parts[i]);
    for (uint32_t i = 0; i < e->net->n_layers; i++) {
        bonnet_layer_stats *l = &plan->layers[i];
        bonnet_layer_stats_make(l, e->net, i, &cycles[i], 1, lanes);
        l->name = plan->names[i];
        if (l->within) l->within = plan->names[cycles[i].within - 1];
        plan->stats.macs += !bonnet_net_general(e->net) || cycles[i].busy ? bonnet_net_macs(e->net, i) * frames : 0;
    }
    plan->stats.cycles = e->sum.cycles;
    plan->stats.dram_bytes_in = e->sum.bytes_in, plan->stats.dram_bytes_out = e->sum.bytes_out;
    plan->stats.frames = frames;
    plan->stats.lanes = lanes;
    plan->stats.clock_hz = bonnet_geometry_clock_hz(e->g);
    return BONNET_OK;
}

bonnet_status bonnet_estimate_net(bonnet_plan **out, const bonnet_net *net, const bonnet_geometry *g, uint32_t frames, uint32_t batch,
                                  uint32_t latency, bonnet_error *err)
{
    estimate e = {.net = net, .g = g, .latency = latency ? latency : DEFAULT_LATENCY};
    bonnet_plan *plan = NULL;
    if (bonnet_net_general(net) && batch)
        return bonnet_fail(err, BONNET_EINVAL, "a network of general layers takes the batches that suit its parts; leave the batch out");
    bonnet_status st = make_parts(&e, frames, batch, err);
    const uint32_t lot = bonnet_net_general(net) ? bonnet_mixed_lot(net) : frames;
    if (st == BONNET_OK) st = run_lot(&e, lot < frames ? lot : frames, frames / lot ? frames / lot : 1, err);
    if (st == BONNET_OK && lot < frames) st = run_lot(&e, frames % lot, 1, err);
    uint32_t events = 0;
    for (uint32_t i = 0; st == BONNET_OK && i < e.n; i++) events += e.parts[i].last->n_desc - 1;
    if (st == BONNET_OK) st = bonnet_plan_make(&plan, net, g, events, err);
    if (st == BONNET_OK) st = fill_in(plan, &e, frames, err);
    estimate_free(&e);
    if (st != BONNET_OK) bonnet_plan_free(plan);
    else *out = plan;
    return st;
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
    return bonnet_estimate_net(out, model->net, g, o.frames ? o.frames : 1, o.batch, o.dram_latency_cycles, err);
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
