/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c - see compare.h. */
#include <stdlib.h>
#include <string.h>
#include "compare.h"

int bonnet_frame_make(bonnet_frame *f, const bonnet_net *net)
{
    size_t words = 0;
    memset(f, 0, sizeof *f);
    for (uint32_t i = 0; i < net->n_layers; i++) words += bonnet_net_map_words(net, i);
    f->words = malloc(words * sizeof *f->words);
    f->logits = malloc(net->classes * sizeof *f->logits);
    if (!f->words || !f->logits) {
        bonnet_frame_free(f);
        return 0;
    }
    memset(f->words, 0xa5, words * sizeof *f->words); /* what a backend forgets to write must not look right */
    memset(f->logits, 0xa5, net->classes * sizeof *f->logits);
    for (uint32_t i = 0, at = 0; i < net->n_layers; at += (uint32_t)bonnet_net_map_words(net, i), i++) f->maps[i] = f->words + at;
    return 1;
}

void bonnet_frame_free(bonnet_frame *f)
{
    free(f->words);
    free(f->logits);
    memset(f, 0, sizeof *f);
}

/* First difference of two binary maps; the word where it is, and the lowest bit in it. */
static int binary_equal(bonnet_parting *at, const bonnet_net *net, const bonnet_layer *l, const uint64_t *a, const uint64_t *b)
{
    const size_t pixel = (size_t)((l->out_c + 63) / 64) * net->k, words = pixel * l->out_h * l->out_w;
    for (size_t i = 0; i < words; i++) {
        if (a[i] == b[i]) continue;
        uint32_t bit = (uint32_t)__builtin_ctzll(a[i] ^ b[i]);
        at->y = (uint32_t)(i / pixel / l->out_w), at->x = (uint32_t)(i / pixel % l->out_w);
        at->channel = (uint32_t)(i % pixel / net->k) * 64 + bit, at->slice = (uint32_t)(i % net->k);
        at->wanted = a[i] >> bit & 1, at->got = b[i] >> bit & 1;
        return 0;
    }
    return 1;
}

static int64_t field(const bonnet_layer *l, const uint64_t *map, uint32_t i)
{
    return l->kind == BONNET_LAYER_LAST ? (int16_t)(map[i / 4] >> 16 * (i % 4)) : (int32_t)(uint32_t)(map[i / 2] >> 32 * (i % 2));
}

int bonnet_frame_equal(bonnet_parting *where, const bonnet_net *net, const bonnet_frame *wanted, const bonnet_frame *got)
{
    memset(where, 0, sizeof *where);
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        where->layer = i;
        if (l->kind != BONNET_LAYER_LAST && !bonnet_kind_logits(l->kind)) {
            if (!binary_equal(where, net, l, wanted->maps[i], got->maps[i])) return 0;
            continue;
        }
        for (where->channel = 0; where->channel < l->out_c; where->channel++) {
            where->wanted = field(l, wanted->maps[i], where->channel), where->got = field(l, got->maps[i], where->channel);
            if (where->wanted != where->got) return 0;
        }
        where->channel = 0;
    }
    for (where->channel = 0; where->channel < net->classes; where->channel++) { /* the copy that the caller gets */
        where->wanted = wanted->logits[where->channel], where->got = got->logits[where->channel];
        if (where->wanted != where->got) return 0;
    }
    return 1;
}
