/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_own.c - networks that own their memory: one arena each, given back at once.
 *
 * The arena is a list of blocks hidden behind the bonnet_net; nothing in it is ever freed alone. Every function returns NULL or 0
 * when memory runs out and leaves the net usable (and freeable) as it was.
 */
#include <stdlib.h>
#include <string.h>
#include "net.h"

typedef struct block {
    struct block *next;
} block;
typedef struct owned_net {
    bonnet_net net;
    block *blocks;
} owned_net; /* net first: a bonnet_net * is an owned_net * */

enum { ALIGN = 64 };

bonnet_net *bonnet_net_alloc(uint32_t n_layers)
{
    if (n_layers == 0 || n_layers > BONNET_MAX_LAYERS) return NULL;
    owned_net *own = calloc(1, sizeof *own);
    if (!own) return NULL;
    own->net.layers = bonnet_net_reserve(&own->net, n_layers * sizeof *own->net.layers);
    if (!own->net.layers) {
        free(own);
        return NULL;
    }
    own->net.n_layers = n_layers;
    own->net.logit_scale = 1.0;
    for (uint32_t i = 0; i < n_layers; i++) {
        bonnet_layer *l = &own->net.layers[i];
        l->in.map = l->res.map = l->pass.map = -1;
    }
    return &own->net;
}

void bonnet_net_free(bonnet_net *net)
{
    if (!net) return;
    owned_net *own = (owned_net *)net;
    for (uint32_t i = 0; i < net->n_exits; i++) bonnet_net_free(net->exits[i].branch); /* which have none */
    for (block *b = own->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(own);
}

void *bonnet_net_reserve(bonnet_net *net, size_t bytes)
{
    owned_net *own = (owned_net *)net;
    if (bytes > SIZE_MAX - 2 * ALIGN) return NULL;
    /* One block: its link, padded to the alignment, then the caller's bytes. aligned_alloc wants a multiple of the alignment. */
    size_t total = (ALIGN + bytes + ALIGN - 1) / ALIGN * ALIGN;
    block *b = aligned_alloc(ALIGN, total);
    if (!b) return NULL;
    memset(b, 0, total);
    b->next = own->blocks;
    own->blocks = b;
    return (char *)b + ALIGN;
}

/* Makes the array and stores it in the layer's typed slot. */
static int reserve_param(bonnet_net *net, uint32_t layer, bonnet_param which)
{
    bonnet_layer *l = &net->layers[layer];
    size_t count = bonnet_net_param_count(net, layer, which), bytes;
    if (__builtin_mul_overflow(count, bonnet_net_param_size(which), &bytes)) return 0;
    void *p = NULL;
    if (bytes && !(p = bonnet_net_reserve(net, bytes))) return 0;
    switch (which) {
    case BONNET_PARAM_BITS: l->bits = p; break;
    case BONNET_PARAM_TP: l->tp = p; break;
    case BONNET_PARAM_POOL_AND: l->pool_and = p; break;
    case BONNET_PARAM_W8: l->w8 = p; break;
    case BONNET_PARAM_SH: l->sh = p; break;
    case BONNET_PARAM_DW8: l->dw8 = p; break;
    case BONNET_PARAM_BORDER: l->border = p; break;
    case BONNET_PARAM_T: l->t = p; break;
    case BONNET_PARAM_A: l->a = p; break;
    case BONNET_PARAM_B: l->b = p; break;
    case BONNET_PARAM_S: l->s = p; break;
    case BONNET_PARAM_C: l->c = p; break;
    case BONNET_PARAMS: break;
    }
    return 1;
}

int bonnet_net_alloc_params(bonnet_net *net, uint32_t layer)
{
    for (int which = 0; which < BONNET_PARAMS; which++)
        if (!reserve_param(net, layer, (bonnet_param)which)) return 0;
    return 1;
}

void *bonnet_net_param_data(bonnet_net *net, uint32_t layer, bonnet_param which)
{
    /* The layer's pointers are const for readers; the arena behind them is writable memory of this net. */
    return (void *)(uintptr_t)bonnet_net_param(net, layer, which);
}

/* A copy that lives as long as net; NULL: out of memory. */
static void *kept(bonnet_net *net, const void *from, size_t bytes)
{
    void *copy = bonnet_net_reserve(net, bytes);
    if (copy) memcpy(copy, from, bytes);
    return copy;
}

/* (*list)[index] = a copy of text; the list is made, filled with "", on first use. */
static int set_text(bonnet_net *net, char ***list, uint32_t count, uint32_t index, const char *text)
{
    if (index >= count) return 0;
    if (!*list) {
        char **fresh = bonnet_net_reserve(net, count * sizeof *fresh);
        char *empty = bonnet_net_reserve(net, 1);
        if (!fresh || !empty) return 0;
        for (uint32_t i = 0; i < count; i++) fresh[i] = empty;
        *list = fresh;
    }
    char *copy = kept(net, text, strlen(text) + 1);
    if (!copy) return 0;
    (*list)[index] = copy;
    return 1;
}

int bonnet_net_set_label(bonnet_net *net, uint32_t index, const char *text) { return set_text(net, &net->labels, net->classes, index, text); }

int bonnet_net_set_tensor(bonnet_net *net, uint32_t layer, const char *text) { return set_text(net, &net->tensors, net->n_layers, layer, text); }

/* Layer `at` of `to` becomes layer `layer` of `from`, with parameters of its own. */
static int clone_layer(bonnet_net *to, uint32_t at, const bonnet_net *from, uint32_t layer)
{
    to->layers[at] = from->layers[layer];
    if (!bonnet_net_alloc_params(to, at)) return 0;
    for (int which = 0; which < BONNET_PARAMS; which++) {
        size_t bytes = bonnet_net_param_count(from, layer, (bonnet_param)which) * bonnet_net_param_size((bonnet_param)which);
        if (bytes) memcpy(bonnet_net_param_data(to, at, (bonnet_param)which), bonnet_net_param(from, layer, (bonnet_param)which), bytes);
    }
    return 1;
}

static int clone_pictures(bonnet_net *to, const bonnet_net *from)
{
    if (from->pixel_lut && !(to->pixel_lut = kept(to, from->pixel_lut, (size_t)from->layers[0].in_c * 256))) return 0;
    return !from->pictures || (to->pictures = kept(to, from->pictures, sizeof *from->pictures)) != NULL;
}

static int clone_into(bonnet_net *to, const bonnet_net *from)
{
    memcpy(to->name, from->name, sizeof to->name);
    to->k = from->k;
    to->classes = from->classes;
    to->logit_scale = from->logit_scale;
    for (uint32_t i = 0; i < from->n_layers; i++)
        if (!clone_layer(to, i, from, i)) return 0;
    if (!clone_pictures(to, from)) return 0;
    for (uint32_t i = 0; from->labels && i < from->classes; i++)
        if (!bonnet_net_set_label(to, i, from->labels[i])) return 0;
    for (uint32_t i = 0; from->tensors && i < from->n_layers; i++)
        if (!bonnet_net_set_tensor(to, i, from->tensors[i])) return 0;
    for (uint32_t i = 0; i < from->n_exits; i++) {
        bonnet_net *branch = bonnet_net_clone(from->exits[i].branch);
        if (!branch || !bonnet_net_add_exit(to, from->exits[i].name, from->exits[i].layer, branch)) return 0;
    }
    return 1;
}

bonnet_net *bonnet_net_clone(const bonnet_net *net)
{
    bonnet_net *copy = bonnet_net_alloc(net->n_layers);
    if (!copy) return NULL;
    if (!clone_into(copy, net)) {
        bonnet_net_free(copy);
        return NULL;
    }
    return copy;
}

int bonnet_net_cut(const bonnet_net *net, uint32_t layer)
{
    const bonnet_layer_kind kind = net->layers[layer].kind;
    if (layer + 1 >= net->n_layers || kind == BONNET_LAYER_LAST || bonnet_kind_logits(kind)) return 0;
    for (uint32_t i = layer + 1; i < net->n_layers; i++) {
        const bonnet_map_ref refs[3] = {net->layers[i].in, net->layers[i].res, net->layers[i].pass};
        for (int r = 0; r < 3; r++)
            if (refs[r].map >= 0 && refs[r].map < (int32_t)layer) return 0;
    }
    return 1;
}

static int part_into(bonnet_net *to, const bonnet_net *from, uint32_t first, uint32_t last)
{
    const uint32_t given = first > 0, before = first - given; /* maps that are not there any more */
    memcpy(to->name, from->name, sizeof to->name);
    to->k = from->k;
    to->logit_scale = from->logit_scale;
    if (given) {
        const bonnet_layer *cut = &from->layers[first - 1];
        bonnet_layer *map = &to->layers[0];
        memcpy(map->name, cut->name, sizeof map->name);
        map->kind = BONNET_LAYER_MAP;
        map->out_c = map->conv_c = cut->out_c;
        map->out_h = map->conv_h = cut->out_h;
        map->out_w = map->conv_w = cut->out_w;
    }
    for (uint32_t i = first; i <= last; i++) {
        if (!clone_layer(to, i - before, from, i)) return 0;
        bonnet_map_ref *refs[3] = {&to->layers[i - before].in, &to->layers[i - before].res, &to->layers[i - before].pass};
        for (int r = 0; r < 3; r++)
            if (refs[r]->map >= 0) refs[r]->map -= (int32_t)before;
    }
    to->classes = last + 1 < from->n_layers ? (uint32_t)(2 * bonnet_net_map_words(from, last)) : from->classes;
    if (!given && !clone_pictures(to, from)) return 0;
    for (uint32_t i = 0; from->labels && last + 1 == from->n_layers && i < from->classes; i++)
        if (!bonnet_net_set_label(to, i, from->labels[i])) return 0;
    for (uint32_t i = before; from->tensors && i <= last; i++)
        if (!bonnet_net_set_tensor(to, i - before, from->tensors[i])) return 0;
    return 1;
}

bonnet_net *bonnet_net_part(const bonnet_net *net, uint32_t first, uint32_t last)
{
    bonnet_net *part = bonnet_net_alloc(last - first + 1 + (first > 0));
    if (part && part_into(part, net, first, last)) return part;
    bonnet_net_free(part);
    return NULL;
}
