/* SPDX-License-Identifier: Apache-2.0 */
/* load_refs.c - networks and their tails, what is asked of them and what they must answer: by the golden model, once; maps of cuts by the fast one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bonnet.h"
#include "load.h"

uint64_t load_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static const char *whole(load_model *m, bonnet_device *dev, const bonnet_model *net, uint64_t *random)
{
    bonnet_model_info info;
    bonnet_result results[LOAD_PICTURES];
    if (bonnet_model_info_get(&info, net) != BONNET_OK) return "no network";
    snprintf(m->name, sizeof m->name, "%s", info.name);
    snprintf(m->shape, sizeof m->shape, "%u,%u,%u", info.height, info.width, info.planes);
    m->input = "image";
    m->type = info.pixels_signed ? "INT8" : "UINT8";
    m->bytes = bonnet_model_input_bytes(net);
    m->classes = info.classes;
    m->inputs = malloc(LOAD_PICTURES * m->bytes);
    m->logits = malloc((size_t)LOAD_PICTURES * info.classes * sizeof *m->logits);
    m->labels = malloc(LOAD_PICTURES * sizeof *m->labels);
    if (!m->inputs || !m->logits || !m->labels) return "out of memory";
    for (size_t i = 0; i < LOAD_PICTURES * m->bytes; i++) m->inputs[i] = (uint8_t)load_random(random);
    if (bonnet_run_batch(results, m->logits, dev, net, m->inputs, LOAD_PICTURES) != BONNET_OK) return "golden failed";
    for (int i = 0; i < LOAD_PICTURES; i++) m->labels[i] = (int32_t)results[i].label;
    return NULL;
}

static const char *tail(load_model *m, const load_model *of, bonnet_device *dev, const bonnet_model *net, uint32_t cut, size_t bytes)
{
    bonnet_model *head = NULL;
    *m = (load_model){
        .input = "map", .type = "UINT8", .bytes = bytes, .classes = of->classes, .logits = of->logits, .labels = of->labels, .tail = true};
    char name[96];
    snprintf(name, sizeof name, "%.80s.tail%u", of->name, cut);
    memcpy(m->name, name, sizeof name);
    snprintf(m->shape, sizeof m->shape, "%zu", bytes);
    m->inputs = malloc(LOAD_PICTURES * bytes);
    const bool right =
        m->inputs && bonnet_model_head(&head, net, cut) == BONNET_OK && bonnet_run_head(m->inputs, dev, head, of->inputs, LOAD_PICTURES) == BONNET_OK;
    bonnet_model_free(head);
    return right ? NULL : "a head failed";
}

static const char *network(load_set *s, bonnet_device *golden, bonnet_device *fast, const char *path, uint64_t *random)
{
    bonnet_model *slow = NULL, *net = NULL;
    bonnet_cut cut;
    const load_model *first = &s->model[s->count];
    const char *why = s->count == LOAD_MODELS ? "too many models" : NULL;
    if (!why && (bonnet_model_load(&slow, golden, path) != BONNET_OK || bonnet_model_load(&net, fast, path) != BONNET_OK))
        why = "a model cannot be read";
    if (!why) why = whole(&s->model[s->count++], golden, slow, random);
    for (uint32_t c = 0; !why && bonnet_cut_get(&cut, net, c) == BONNET_OK && s->count < LOAD_MODELS; c++)
        why = tail(&s->model[s->count++], first, fast, net, c, cut.bytes);
    bonnet_model_free(net);
    bonnet_model_free(slow);
    return why;
}

const char *load_set_open(load_set *out, const char *const *paths, uint32_t count, uint64_t seed)
{
    bonnet_device *golden = NULL, *fast = NULL;
    memset(out, 0, sizeof *out);
    const char *why = bonnet_open(&golden, "golden:", NULL) == BONNET_OK && bonnet_open(&fast, "cpu:", NULL) == BONNET_OK ? NULL : "no device";
    for (uint32_t i = 0; !why && i < count; i++) why = network(out, golden, fast, paths[i], &seed);
    bonnet_close(fast);
    bonnet_close(golden);
    return why;
}

void load_set_close(load_set *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        free(s->model[i].inputs);
        if (s->model[i].tail) continue;
        free(s->model[i].logits);
        free(s->model[i].labels);
    }
}
