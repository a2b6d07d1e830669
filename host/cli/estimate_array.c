/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estimate_array.c - a chip's estimate as a network profile: what each layer adds to a run that begins or ends beside it, from the whole and from every part
 * that can be cut out of it. docs/estimate.md, "From runs to layers".
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "estimate.h"
#include "joules.h"

static int plan_layer(const void *of, uint32_t index, bonnet_layer_stats *out) { return bonnet_plan_layer(out, of, index) == BONNET_OK; }
static int plan_event(const void *of, uint32_t index, bonnet_event *out) { return bonnet_plan_event(out, of, index) == BONNET_OK; }
cli_counts cli_counts_of_plan(const bonnet_plan *plan) { return (cli_counts){plan, plan_layer, plan_event}; }

/* Parts between places: 0 is the input, k + 1 cut k, n + 1 the end. */
typedef struct parts {
    const cli_session *s;
    const bonnet_estimate_options *options;
    uint32_t n;                   /* cuts */
    uint32_t last[JOULES_LAYERS]; /* of place k: the layer before it, plus 1: where a part that ends here ends */
    double *ms;                   /* [(n + 2) * (n + 2)]: from place a to place b */
    double start_ms;
} parts;

enum { MOST_CUTS = 16 }; /* with more of them only heads and tails are estimated, not every part between */

/* NAN: there is no such part, or the chip has no room for it as a job of its own. */
static double *part(const parts *p, uint32_t from, uint32_t to) { return &p->ms[from * (p->n + 2) + to]; }
static double again(const parts *p, uint32_t k) { return *part(p, 0, k) + *part(p, k, p->n + 1) - *part(p, 0, p->n + 1); }

/* Runs of one frame of a model of its own, which is freed. */
static int part_ms(double *ms, const parts *p, bonnet_status status, bonnet_model *model, uint32_t hz)
{
    bonnet_plan *plan = NULL;
    bonnet_stats stats = {0};
    if (status == BONNET_OK) status = bonnet_estimate(&plan, model, p->options);
    if (status == BONNET_OK) status = bonnet_plan_stats(&stats, plan);
    *ms = status == BONNET_OK ? 1e3 * (double)stats.cycles / hz : NAN;
    bonnet_plan_free(plan);
    bonnet_model_free(model);
    return status == BONNET_OK || status == BONNET_EUNSUPPORTED ? CLI_OK : cli_fail_status(status, p->s->dev, p->s->path);
}

static int estimate_parts(parts *p, uint32_t hz)
{
    int code = CLI_OK;
    for (uint32_t a = 0; a <= p->n && code == CLI_OK; a++)
        for (uint32_t b = a + 1; b <= p->n + 1 && code == CLI_OK; b++) {
            bonnet_model *model = NULL;
            bonnet_status status = BONNET_OK;
            if (!a && b > p->n) continue; /* the whole is there */
            *part(p, a, b) = NAN;
            if (a && b <= p->n && p->n > MOST_CUTS) continue;
            if (!a) status = bonnet_model_head(&model, p->s->model, b - 1);
            else if (b > p->n) status = bonnet_model_tail(&model, p->s->model, a - 1);
            else status = bonnet_model_part(&model, p->s->model, a - 1, b - 1);
            code = part_ms(part(p, a, b), p, status, model, hz);
            if (*part(p, a, b) == 0) *part(p, a, b) = NAN; /* all of it is the CPU's: the chip does not start */
        }
    return code;
}

/* What one more start costs: the mean over the cuts of head + tail - whole; no part takes less. */
static double start_of(const parts *p)
{
    double sum = 0, n = 0, least = *part(p, 0, p->n + 1);
    for (uint32_t k = 1; k <= p->n; k++)
        if (!isnan(again(p, k))) sum += again(p, k), n++;
    for (uint32_t a = 0; a <= p->n; a++)
        for (uint32_t b = a + 1; b <= p->n + 1; b++) least = *part(p, a, b) < least ? *part(p, a, b) : least; /* false of NAN */
    const double mean = sum > 0 ? sum / n : 0;
    least *= 1 - ESTIMATE_ARRAY_ERROR; /* of which the lower bound is still above a start */
    return mean < least ? mean : least;
}

/* Layers up to each cut take what the head takes, its start apart; between two cuts they share in proportion to their own cycles. */
static void share_out(cli_profile *out, const parts *p, const bonnet_plan *plan)
{
    double before = 0;
    uint32_t from = 0;
    for (uint32_t k = 0; k <= p->n; k++) {
        const uint32_t to = p->last[k + 1];
        if (isnan(*part(p, 0, k + 1))) continue; /* no such head: these layers share with the next */
        const double end = *part(p, 0, k + 1) - p->start_ms, ms = end > before ? end - before : 0;
        double cycles = 0;
        bonnet_layer_stats l;
        for (uint32_t i = from; i < to; i++) cycles += bonnet_plan_layer(&l, plan, i) == BONNET_OK ? (double)l.cycles : 0;
        for (uint32_t i = from; i < to; i++) {
            const double own = bonnet_plan_layer(&l, plan, i) == BONNET_OK ? (double)l.cycles : 0;
            bonnet_cost *c = &out->layers[i].cost;
            c->ms = cycles > 0 ? ms * own / cycles : ms / (to - from);
            c->ms_lo = c->ms * (1 - ESTIMATE_ARRAY_ERROR), c->ms_hi = c->ms * (1 + ESTIMATE_ARRAY_ERROR);
        }
        before = end > before ? end : before;
        from = to;
    }
}

/* Until start and layers of every part have it between their bounds: what is missing above goes to its first layer, what is too much below is taken from the first. */
static void widen(cli_profile *out, const parts *p)
{
    for (uint32_t a = 0; a <= p->n; a++)
        for (uint32_t b = a + 1; b <= p->n + 1; b++) {
            const double ms = *part(p, a, b);
            double low = p->start_ms - ms * (1 - ESTIMATE_ARRAY_ERROR), high = ms * (1 + ESTIMATE_ARRAY_ERROR) - p->start_ms;
            if (isnan(ms)) continue;
            for (uint32_t i = p->last[a]; i < p->last[b]; i++) low += out->layers[i].cost.ms_lo, high -= out->layers[i].cost.ms_hi;
            if (high > 0) out->layers[p->last[a]].cost.ms_hi += high;
            for (uint32_t i = p->last[a]; i < p->last[b] && low > 0; i++) {
                const double less = low < out->layers[i].cost.ms_lo ? low : out->layers[i].cost.ms_lo;
                out->layers[i].cost.ms_lo -= less;
                low -= less;
            }
        }
}

/* The model of energy, as `bonnet energy` has it; leakage and the reading of descriptors go by time. */
static int energies(cli_profile *out, const cli_session *s, const bonnet_plan *plan)
{
    joules *j = calloc(1, sizeof *j);
    double own = 0, ms = 0;
    if (!j) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    const int code = cli_joules_estimate(j, s, plan);
    for (uint32_t i = 0; i < out->n_layers && code == CLI_OK; i++) {
        own += j->layer[i].compute + j->layer[i].sram + j->layer[i].dram;
        ms += out->layers[i].cost.ms;
    }
    for (uint32_t i = 0; i < out->n_layers && code == CLI_OK; i++) {
        bonnet_cost *c = &out->layers[i].cost;
        c->mj = (j->layer[i].compute + j->layer[i].sram + j->layer[i].dram + (ms > 0 ? (j->energy.total - own) * c->ms / ms : 0)) / 1e3;
    }
    out->whole.mj = code == CLI_OK ? j->energy.total / 1e3 : -1;
    free(j);
    return code;
}

/* One frame of a branch alone: a model of its own on the session's device. */
static int branch_cost(double *ms, double *mj, const parts *p, uint32_t exit, const char *name, uint32_t hz)
{
    cli_session s = {.dev = p->s->dev, .path = p->s->path};
    bonnet_plan *plan = NULL;
    bonnet_stats stats = {0};
    joules *j = calloc(1, sizeof *j);
    bonnet_status status = j ? bonnet_model_branch(&s.model, p->s->model, exit) : BONNET_ENOMEM;
    if (status == BONNET_OK) status = bonnet_model_info_get(&s.info, s.model);
    if (status == BONNET_OK) status = bonnet_estimate(&plan, s.model, p->options);
    if (status == BONNET_OK) status = bonnet_plan_stats(&stats, plan);
    int code = status == BONNET_OK ? cli_joules_estimate(j, &s, plan) : CLI_STATUS - (int)status;
    if (status == BONNET_EUNSUPPORTED) cli_fail(code, "%s: exit '%s' has no room on this chip", s.path, name);
    else if (status != BONNET_OK) cli_fail_status(status, s.dev, s.path);
    *ms = 1e3 * (double)stats.cycles / hz;
    *mj = code == CLI_OK ? j->energy.total / 1e3 : -1;
    bonnet_plan_free(plan);
    bonnet_model_free(s.model);
    free(j);
    return code;
}

/* A branch is a job of its own, its start included; whoever goes on behind it starts once more. */
static int branches(cli_profile *out, const parts *p, uint32_t hz)
{
    bonnet_exit e;
    int code = CLI_OK;
    for (uint32_t i = 0; code == CLI_OK && i < out->n_branches && bonnet_exit_get(&e, p->s->model, i) == BONNET_OK; i++) {
        cli_profile_branch *b = &out->branches[i];
        double ms = 0, mj = -1;
        code = branch_cost(&ms, &mj, p, i, e.name, hz);
        const double more = again(p, e.cut + 1);
        snprintf(b->name, CLI_TEXT, "%s", e.name);
        snprintf(b->behind, CLI_TEXT, "%s", out->layers[e.layer].name);
        b->cost = (bonnet_cost){ms, ms * (1 - ESTIMATE_ARRAY_ERROR), ms * (1 + ESTIMATE_ARRAY_ERROR) + (more > 0 ? more : 0), mj};
    }
    return code;
}

static void name_layers(cli_profile *out, const bonnet_plan *plan)
{
    bonnet_layer_stats l;
    for (uint32_t i = 0; i < out->n_layers && bonnet_plan_layer(&l, plan, i) == BONNET_OK; i++) {
        snprintf(out->layers[i].name, CLI_TEXT, "%s", l.name);
        snprintf(out->layers[i].kind, CLI_TEXT, "%s", l.kind);
    }
}

int estimate_array(cli_profile *out, const cli_session *s, const bonnet_estimate_options *options, const bonnet_plan *plan, uint32_t hz)
{
    parts p = {.s = s, .options = options};
    bonnet_cut cut;
    bonnet_exit exit;
    bonnet_stats stats = {0};
    uint32_t n_exits = 0;
    while (p.n < JOULES_LAYERS - 2 && bonnet_cut_get(&cut, s->model, p.n) == BONNET_OK) p.last[++p.n] = cut.layer + 1;
    p.last[p.n + 1] = s->info.layers;
    while (bonnet_exit_get(&exit, s->model, n_exits) == BONNET_OK) n_exits++;
    int code = cli_profile_make(out, s->info.layers, n_exits);
    p.ms = calloc((size_t)(p.n + 2) * (p.n + 2), sizeof *p.ms);
    if (code == CLI_OK && !p.ms) code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    if (code == CLI_OK && bonnet_plan_stats(&stats, plan) != BONNET_OK) code = cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: no estimate", s->path);
    if (code == CLI_OK) {
        *part(&p, 0, p.n + 1) = out->whole.ms = 1e3 * (double)stats.cycles / hz;
        out->whole.ms_lo = out->whole.ms * (1 - ESTIMATE_ARRAY_ERROR), out->whole.ms_hi = out->whole.ms * (1 + ESTIMATE_ARRAY_ERROR);
        name_layers(out, plan);
        code = estimate_parts(&p, hz);
    }
    if (code == CLI_OK) {
        out->start_ms = p.start_ms = start_of(&p);
        share_out(out, &p, plan);
        widen(out, &p);
        code = energies(out, s, plan);
    }
    if (code == CLI_OK) code = branches(out, &p, hz);
    snprintf(out->network, CLI_TEXT, "%s", *s->info.name ? s->info.name : "network");
    snprintf(out->tier, CLI_TEXT, "%s", options->geometry ? options->geometry : "asic");
    cli_sha256_hex(out->sha256, s->info.sha256);
    out->source = CLI_FROM_ARRAY;
    free(p.ms);
    return code;
}
