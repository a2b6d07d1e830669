/* SPDX-License-Identifier: Apache-2.0 */
/* exits_run.c - a network with early exits, stage by stage: who is not sure enough goes on, in one dense batch a stage. docs/exits.md. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "exits_stage.h"

/* ---- open ---------------------------------------------------------------------------------------------------------- */

static bonnet_status check(const bonnet_exits_options *o, const bonnet_model *model)
{
    bonnet_error *err = &model->dev->error;
    const bonnet_net *net = model->net;
    if (o->count != net->n_exits)
        return bonnet_fail(err, BONNET_EINVAL, "%u thresholds, but %s has %u exits", (unsigned)o->count, net->name, (unsigned)net->n_exits);
    if (bonnet_net_given(net) || bonnet_net_ends_in_bits(net)) return bonnet_fail(err, BONNET_EINVAL, "a part of a network has no exits");
    if (net->classes < 2) return bonnet_fail(err, BONNET_EINVAL, "one class: there is nothing to be sure of");
    if (o->confidence > BONNET_CONFIDENCE_ENTROPY) return bonnet_fail(err, BONNET_EINVAL, "no confidence numbered %u", (unsigned)o->confidence);
    for (uint32_t i = 0; o->thresholds && i < o->count; i++)
        if (!(o->thresholds[i] >= 0)) return bonnet_fail(err, BONNET_EINVAL, "threshold %u is %g, not 0 or more", (unsigned)i, o->thresholds[i]);
    for (uint32_t i = 0; o->temperatures && i <= o->count; i++)
        if (!(o->temperatures[i] > 0) || !isfinite(o->temperatures[i]))
            return bonnet_fail(err, BONNET_EINVAL, "temperature %u is %g, not a positive number", (unsigned)i, o->temperatures[i]);
    return BONNET_OK;
}

/* Of the softmax that the logits stand for. */
static double own_temperature(double scale) { return scale > 1 / DBL_MAX ? 1 / scale : DBL_MAX; }

/* The exit's stage, or with index n_exits the end's. from: the cut where the stage before ended; UINT32_MAX: at the picture. */
static bonnet_status stage_open(bonnet_exits *x, const bonnet_model *model, const bonnet_exits_options *o, uint32_t index, uint32_t *from)
{
    const uint32_t exits = model->net->n_exits, at = x->n++;
    exits_stage *s = &x->stages[at];
    bonnet_exit e;
    bonnet_cut cut;
    if (index == exits) {
        s->temperature = o->temperatures ? o->temperatures[index] : own_temperature(model->net->logit_scale);
        strcpy(x->names[at], "final");
        s->seen = (bonnet_exit_stage){.name = x->names[at], .exit = index};
        if (*from != UINT32_MAX) return bonnet_model_tail(&s->trunk, model, *from);
        return bonnet_model_of_part(&s->trunk, model, bonnet_net_part(model->net, 0, model->net->n_layers - 1));
    }
    bonnet_status status = bonnet_exit_get(&e, model, index);
    if (status == BONNET_OK) status = bonnet_cut_get(&cut, model, e.cut);
    if (status != BONNET_OK) return bonnet_fail(&model->dev->error, BONNET_EINVAL, "exit %u is not there", (unsigned)index); /* the net was checked */
    memcpy(x->names[at], e.name, strnlen(e.name, BONNET_NAME_BYTES - 1));
    s->seen = (bonnet_exit_stage){.name = x->names[at], .exit = index};
    s->map_bytes = cut.bytes;
    s->threshold = o->thresholds[index];
    s->temperature = o->temperatures ? o->temperatures[index] : own_temperature(e.logit_scale);
    if (*from == UINT32_MAX) status = bonnet_model_head(&s->trunk, model, e.cut);
    else if (*from != e.cut) status = bonnet_model_part(&s->trunk, model, *from, e.cut);
    if (status == BONNET_OK) status = bonnet_model_branch(&s->branch, model, index);
    *from = e.cut;
    return status;
}

bonnet_status bonnet_exits_open(bonnet_exits **out, const bonnet_model *model, const bonnet_exits_options *options)
{
    bonnet_exits_options o = BONNET_EXITS_OPTIONS_INIT;
    if (!model) return BONNET_EINVAL;
    bonnet_error *err = &model->dev->error;
    if (!out || !options || options->size < sizeof options->size || options->size > 4096)
        return bonnet_fail(err, BONNET_EINVAL, "out and options must not be NULL, options.size must be right");
    memcpy(&o, options, options->size < sizeof o ? options->size : sizeof o);
    bonnet_status status = check(&o, model);
    if (status != BONNET_OK) return status;
    bonnet_exits *x = calloc(1, sizeof *x);
    if (!x) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    x->dev = model->dev;
    x->classes = model->net->classes;
    x->pixels_bytes = bonnet_net_input_bytes(model->net);
    x->confidence = o.confidence;
    uint32_t from = UINT32_MAX;
    int all_left = 0; /* behind an exit that takes everybody nothing is loaded */
    for (uint32_t i = 0; i <= o.count && status == BONNET_OK && !all_left; i++) {
        if (i < o.count && (!o.thresholds || isinf(o.thresholds[i]))) continue;
        status = stage_open(x, model, &o, i, &from);
        all_left = i < o.count && o.thresholds && o.thresholds[i] == 0;
    }
    if (status == BONNET_OK) *out = x;
    else bonnet_exits_close(x);
    return status;
}

void bonnet_exits_close(bonnet_exits *x)
{
    if (!x) return;
    for (uint32_t i = 0; i < x->n; i++) {
        bonnet_model_free(x->stages[i].branch);
        bonnet_model_free(x->stages[i].trunk);
    }
    free(x);
}

/* ---- run ----------------------------------------------------------------------------------------------------------- */

/* A batch that is on its way: n images are left, number who[i] of the call is at place i of the maps. */
typedef struct batch {
    size_t n;
    uint32_t *who;
    const uint8_t *at; /* pixels or maps */
    uint8_t *maps;     /* owned, or NULL */
    bonnet_result *results;
    int32_t *logits;
    bonnet_exit_result *answers;
    int32_t *answer_logits;
    bonnet_exit_stage spent[BONNET_MAX_EXITS + 1];
} batch;

static void count_up(uint64_t *cycles, bonnet_exit_stage *to, const bonnet_device *dev)
{
    *cycles += dev->stats.cycles;
    to->macs += dev->stats.macs;
    to->clock_hz = dev->stats.clock_hz;
}

bonnet_status bonnet_exits_stage_run(bonnet_exits *x, uint32_t index, bonnet_exit_stage *spent, bonnet_result *results, int32_t *logits,
                                     uint8_t *maps, const uint8_t *at, size_t n)
{
    const exits_stage *s = &x->stages[index];
    bonnet_status status = BONNET_OK;
    spent->frames += n;
    if (s->branch && s->trunk) {
        status = bonnet_run_head(maps, x->dev, s->trunk, at, n);
        if (status == BONNET_OK) count_up(&spent->cycles, spent, x->dev);
        at = maps;
    }
    if (status == BONNET_OK) status = bonnet_run_batch(results, logits, x->dev, s->branch ? s->branch : s->trunk, at, n);
    if (status == BONNET_OK) count_up(s->branch ? &spent->branch_cycles : &spent->cycles, spent, x->dev);
    return status;
}

bonnet_status bonnet_exits_stage_sure(double *confidence, bool *enough, const bonnet_exits *x, uint32_t index, const int32_t *logits)
{
    const exits_stage *s = &x->stages[index];
    bonnet_status status = bonnet_confidence_get(confidence, x->confidence, logits, x->classes, s->temperature);
    if (status != BONNET_OK) return bonnet_fail(&x->dev->error, status, "no confidence of these logits"); /* everything was checked */
    *enough = !s->branch || *confidence >= s->threshold;
    return BONNET_OK;
}

void bonnet_exits_stage_count(bonnet_exits *x, uint32_t index, const bonnet_exit_stage *spent)
{
    bonnet_exit_stage *to = &x->stages[index].seen;
    to->frames += spent->frames, to->left += spent->left, to->cycles += spent->cycles, to->branch_cycles += spent->branch_cycles;
    to->macs += spent->macs;
    if (spent->clock_hz) to->clock_hz = spent->clock_hz;
}

/* Room for the maps of the stage, where it makes any. */
static bonnet_status make_room(uint8_t **maps, const bonnet_exits *x, const exits_stage *s, size_t n)
{
    *maps = NULL;
    if (!s->branch || !s->trunk) return BONNET_OK;
    *maps = s->map_bytes > SIZE_MAX / n ? NULL : malloc(s->map_bytes * n);
    return *maps ? BONNET_OK : bonnet_fail(&x->dev->error, BONNET_ENOMEM, "out of memory for the maps of %zu images", n);
}

/* The answers of those who are sure; the others move together. */
static bonnet_status part_company(const bonnet_exits *x, uint32_t index, bonnet_exit_stage *spent, batch *b)
{
    const exits_stage *s = &x->stages[index];
    size_t left = 0;
    for (size_t i = 0; i < b->n; i++) {
        const int32_t *logits = b->logits + i * x->classes;
        bonnet_exit_result r = {.result = b->results[i], .exit = s->seen.exit};
        bool enough;
        bonnet_status status = bonnet_exits_stage_sure(&r.confidence, &enough, x, index, logits);
        if (status != BONNET_OK) return status;
        if (enough) {
            b->answers[b->who[i]] = r;
            memcpy(b->answer_logits + (size_t)b->who[i] * x->classes, logits, x->classes * sizeof *logits);
            spent->left++;
            continue;
        }
        if (left != i) memcpy(b->maps + left * s->map_bytes, b->maps + i * s->map_bytes, s->map_bytes);
        b->who[left++] = b->who[i];
    }
    b->n = left;
    return BONNET_OK;
}

static bonnet_status stages_run(bonnet_exits *x, batch *b)
{
    bonnet_status status = BONNET_OK;
    for (uint32_t i = 0; i < x->n && b->n && status == BONNET_OK; i++) {
        uint8_t *maps;
        status = make_room(&maps, x, &x->stages[i], b->n);
        if (status == BONNET_OK) status = bonnet_exits_stage_run(x, i, &b->spent[i], b->results, b->logits, maps, b->at, b->n);
        if (maps) {
            free(b->maps);
            b->at = b->maps = maps;
        }
        if (status == BONNET_OK) status = part_company(x, i, &b->spent[i], b);
    }
    return status;
}

static void keep(bonnet_exits *x, const batch *b)
{
    for (uint32_t i = 0; i < x->n; i++) bonnet_exits_stage_count(x, i, &b->spent[i]);
}

bonnet_status bonnet_exits_run(bonnet_exit_result *results, int32_t *logits, bonnet_exits *x, const uint8_t *pixels, size_t count)
{
    if (!x) return BONNET_EINVAL;
    bonnet_error *err = &x->dev->error;
    if (!pixels || !count || count > UINT32_MAX / 2) return bonnet_fail(err, BONNET_EINVAL, "pixels is NULL, or cannot run %zu images", count);
    const size_t numbers = (size_t)x->classes * sizeof(int32_t);
    batch *b = calloc(1, sizeof *b);
    if (!b) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    b->n = count;
    b->at = pixels;
    b->who = calloc(count, sizeof *b->who);
    b->results = calloc(count, sizeof *b->results);
    b->answers = calloc(count, sizeof *b->answers);
    b->logits = calloc(count, numbers);
    b->answer_logits = calloc(count, numbers);
    bonnet_status status = b->who && b->results && b->answers && b->logits && b->answer_logits
                               ? BONNET_OK
                               : bonnet_fail(err, BONNET_ENOMEM, "out of memory for the answers to %zu images", count);
    for (uint32_t i = 0; status == BONNET_OK && i < count; i++) b->who[i] = i;
    if (status == BONNET_OK) status = stages_run(x, b);
    if (status == BONNET_OK) { /* outputs stay untouched on failure */
        if (results) memcpy(results, b->answers, count * sizeof *results);
        if (logits) memcpy(logits, b->answer_logits, count * numbers);
        keep(x, b);
    }
    free(b->maps), free(b->who), free(b->results), free(b->answers), free(b->logits), free(b->answer_logits);
    free(b);
    return status;
}

bonnet_status bonnet_exits_stage_get(bonnet_exit_stage *out, const bonnet_exits *x, uint32_t index)
{
    if (!out || !x || index >= x->n) return BONNET_EINVAL;
    *out = x->stages[index].seen;
    return BONNET_OK;
}
