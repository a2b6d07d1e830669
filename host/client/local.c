/* SPDX-License-Identifier: Apache-2.0 */
/* local.c - see local.h. */
#include "local.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 3, LONG_US = 100000 }; /* to begin with; a simulated chip is not asked twice */

int64_t client_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double own_temperature(double scale) { return scale > 1 / DBL_MAX ? 1 / scale : DBL_MAX; }

bonnet_status local_open(local *l, bonnet_device *dev, const bonnet_model *model, uint32_t confidence, const double *temperatures)
{
    bonnet_cut cut;
    bonnet_exit e;
    *l = (local){.dev = dev, .model = model, .confidence = confidence};
    bonnet_status status = bonnet_model_info_get(&l->info, model);
    if (status != BONNET_OK) return status;
    l->input_bytes = bonnet_model_input_bytes(model);
    while (bonnet_cut_get(&cut, model, l->cuts) == BONNET_OK) l->cuts++;
    l->end = l->cuts + 1;
    l->map_bytes = calloc(l->end, sizeof *l->map_bytes);
    if (!l->map_bytes) return BONNET_ENOMEM;
    l->map_bytes[0] = l->input_bytes;
    for (uint32_t i = 0; i < l->cuts; i++)
        if (bonnet_cut_get(&cut, model, i) == BONNET_OK) l->map_bytes[i + 1] = cut.bytes;
    for (; l->exits < BONNET_EXITS_MAX && bonnet_exit_get(&e, model, l->exits) == BONNET_OK; l->exits++)
        l->exit[l->exits] = (local_exit){
            .place = e.cut + 1, .logit_scale = e.logit_scale, .temperature = temperatures ? temperatures[l->exits] : own_temperature(e.logit_scale)};
    l->end_temperature = temperatures ? temperatures[l->exits] : own_temperature(l->info.logit_scale);
    return BONNET_OK;
}

void local_close(local *l)
{
    for (uint32_t i = 0; i < l->parts; i++)
        if (l->part[i].model != l->model) bonnet_model_free(l->part[i].model);
    for (uint32_t i = 0; i < l->exits; i++) bonnet_model_free(l->exit[i].branch);
    free(l->map_bytes);
    memset(l, 0, sizeof *l);
}

static const local_part *find(const local *l, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < l->parts; i++)
        if (l->part[i].from == from && l->part[i].to == to) return &l->part[i];
    return NULL;
}

/* `model` on zeros, to maps or (map_bytes 0) to logits. */
static bonnet_status measure(upper *time, const local *l, const bonnet_model *model, size_t in_bytes, size_t map_bytes)
{
    uint8_t *in = calloc(1, in_bytes), *map = map_bytes ? malloc(map_bytes) : NULL;
    bonnet_status status = in && (map || !map_bytes) ? BONNET_OK : BONNET_ENOMEM;
    int64_t took = 0;
    for (int i = 0; i <= RUNS && status == BONNET_OK && took < LONG_US; i++) {
        const int64_t start = client_now();
        status = map ? bonnet_run_head(map, l->dev, model, in, 1) : bonnet_run_batch(NULL, NULL, l->dev, model, in, 1);
        took = client_now() - start;
        if (i || took >= LONG_US) upper_add(time, took); /* the first one finds cold caches */
    }
    free(in), free(map);
    return status;
}

bonnet_status local_need_part(local *l, uint32_t from, uint32_t to)
{
    if (from >= to || find(l, from, to)) return BONNET_OK;
    if (l->parts == LOCAL_PARTS) return BONNET_ENOMEM;
    local_part p = {.from = from, .to = to};
    bonnet_status status = BONNET_OK;
    if (from == 0 && to == l->end) p.model = (bonnet_model *)(uintptr_t)l->model; /* only ever read */
    else if (from == 0) status = bonnet_model_head(&p.model, l->model, to - 1);
    else if (to == l->end) status = bonnet_model_tail(&p.model, l->model, from - 1);
    else status = bonnet_model_part(&p.model, l->model, from - 1, to - 1);
    if (status == BONNET_OK) status = measure(&p.time, l, p.model, l->map_bytes[from], to == l->end ? 0 : l->map_bytes[to]);
    if (status == BONNET_OK) l->part[l->parts++] = p;
    else if (p.model != l->model) bonnet_model_free(p.model);
    return status;
}

bonnet_status local_need_exit(local *l, uint32_t exit)
{
    local_exit *e = &l->exit[exit];
    if (e->branch) return BONNET_OK;
    bonnet_status status = bonnet_model_branch(&e->branch, l->model, exit);
    if (status == BONNET_OK) status = measure(&e->time, l, e->branch, l->map_bytes[e->place], 0);
    return status;
}

int64_t local_part_us(const local *l, uint32_t from, uint32_t to)
{
    const local_part *p = find(l, from, to);
    return p ? upper_get(&p->time) : 0;
}

int64_t local_exit_us(const local *l, uint32_t exit) { return upper_get(&l->exit[exit].time); }

bonnet_status local_map(uint8_t *out, local *l, uint32_t from, uint32_t to, const uint8_t *in)
{
    local_part *p = (local_part *)(uintptr_t)find(l, from, to);
    if (!p) return BONNET_EINVAL;
    const int64_t start = client_now();
    const bonnet_status status = bonnet_run_head(out, l->dev, p->model, in, 1);
    if (status == BONNET_OK) upper_add(&p->time, client_now() - start);
    return status;
}

void local_judge(bonnet_answer *a, const local *l, double temperature, double scale)
{
    double sum = 0;
    uint32_t best = 0;
    for (uint32_t i = 1; i < a->classes; i++)
        if (a->logits[i] > a->logits[best]) best = i;
    for (uint32_t i = 0; i < a->classes; i++) sum += exp(scale * ((double)a->logits[i] - a->logits[best]));
    a->result = (bonnet_result){.label = best, .logit = a->logits[best], .score = scale > 0 ? 1 / sum : 0};
    a->logit_scale = scale;
    if (bonnet_confidence_get(&a->confidence, l->confidence, a->logits, a->classes, temperature) != BONNET_OK) a->confidence = 0; /* one class */
}

static bonnet_status logits(bonnet_answer *a, const local *l, upper *time, const bonnet_model *model, const uint8_t *in)
{
    const int64_t start = client_now();
    const bonnet_status status = bonnet_run_batch(NULL, a->logits, l->dev, model, in, 1);
    if (status == BONNET_OK) upper_add(time, client_now() - start);
    return status;
}

bonnet_status local_ask(bonnet_answer *a, local *l, uint32_t exit, const uint8_t *map)
{
    local_exit *e = &l->exit[exit];
    const bonnet_status status = logits(a, l, &e->time, e->branch, map);
    if (status != BONNET_OK) return status;
    a->exit = exit;
    a->where = BONNET_WHERE_EXIT;
    local_judge(a, l, e->temperature, e->logit_scale);
    return BONNET_OK;
}

bonnet_status local_finish(bonnet_answer *a, local *l, uint32_t from, const uint8_t *in)
{
    local_part *p = (local_part *)(uintptr_t)find(l, from, l->end);
    if (!p) return BONNET_EINVAL;
    const bonnet_status status = logits(a, l, &p->time, p->model, in);
    if (status != BONNET_OK) return status;
    a->exit = l->exits;
    a->where = BONNET_WHERE_END;
    local_judge(a, l, l->end_temperature, l->info.logit_scale);
    return BONNET_OK;
}
