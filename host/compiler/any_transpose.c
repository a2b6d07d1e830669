/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_transpose.c - Transpose where it is layout: channels last and back, which a dense layer's weights follow, and the shuffle of channels between two
 * Reshapes, which is a layer that picks them.
 */
#include <string.h>
#include "any.h"

/* [1, fold, ch / fold, h, w] with its two middles exchanged. */
static bonnet_status shuffle(any_import *im, const bonnet_node *n, const any_value *v)
{
    const uint32_t each = v->ch / v->fold, fold = v->fold;
    uint32_t *index = bonnet_arena_calloc(im->g->arena, v->ch, sizeof *index);
    if (!index) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < v->ch; i++) index[i] = i % fold * each + i / fold;
    bonnet_status status = any_take(im, n, n->out, v->ch, index);
    if (status == BONNET_OK) im->values[n->out].fold = each;
    return status;
}

bonnet_status any_transpose(any_import *im, const bonnet_node *n)
{
    static const int64_t same[5] = {0, 1, 2, 3, 4}, last[4] = {0, 2, 3, 1}, first[4] = {0, 3, 1, 2}, middle[5] = {0, 2, 1, 3, 4};
    const any_value *v = any_in(im, n, 0);
    any_value to = *v;
    int64_t perm[5];
    int present;
    if ((v->kind != ANY_IMAGE && v->kind != ANY_BITS && v->kind != ANY_SUM) || any_padded(v) || v->ended)
        return any_unfit(im, n, v, "a map or a sum is transposed");
    const uint32_t rank = v->flat ? 2 : v->fold ? 5 : 4;
    bonnet_status status = bonnet_attr_ints(im->g, n, "perm", 0, perm, rank, &present);
    if (status != BONNET_OK) return status;
    const size_t bytes = rank * sizeof *perm;
    if (present && memcmp(perm, same, bytes) == 0) return any_set(im, n, to);
    if (present && v->fold && memcmp(perm, middle, bytes) == 0) return shuffle(im, n, v);
    if (!present || rank != 4 || memcmp(perm, v->last ? first : last, bytes) != 0)
        return ANY_REFUSE(im, n, "perm is not %s, which only says where the channels are",
                          v->fold   ? "[0, 2, 1, 3, 4]"
                          : v->last ? "[0, 3, 1, 2]"
                                    : "[0, 2, 3, 1]");
    to.last = !v->last;
    return any_set(im, n, to);
}
