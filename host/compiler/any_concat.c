/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_concat.c - Concat of channels. Binary maps of one scale become one map; sums, and maps of different scales, a sum of parts (any_channels.c).
 */
#include "any.h"

/* One scale for all, but for its sign. */
static int one_scale(const any_value *const *v, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (v[i]->kind != ANY_BITS || any_planes(v[i]) != any_planes(v[0]) || v[i]->add != v[0]->add ||
            (v[i]->mul != v[0]->mul && v[i]->mul != -v[0]->mul))
            return 0;
    return 1;
}

static bonnet_status fits(any_import *im, const bonnet_node *n, uint32_t i)
{
    const any_value *v = any_in(im, n, i), *first = any_in(im, n, 0);
    if (v->kind != ANY_BITS && v->kind != ANY_SUM) return any_unfit(im, n, v, "Concat joins binary maps and sums");
    if (v->ended || v->mean || any_padded(v)) return ANY_REFUSE(im, n, "input %u is a Pad, a mean or the end of the network", (unsigned)i);
    if (v->h != first->h || v->w != first->w || v->flat != first->flat || v->last != first->last)
        return ANY_REFUSE(im, n, "input %u has %ux%u pixels, the first %ux%u; equal sizes fit, channels behind channels", (unsigned)i, (unsigned)v->h,
                          (unsigned)v->w, (unsigned)first->h, (unsigned)first->w);
    if (v->kind == ANY_SUM && (v->pool || v->parts))
        return ANY_REFUSE(im, n, "input %u is a sum behind a MaxPool or a Concat; put a Sign between", (unsigned)i);
    return BONNET_OK;
}

bonnet_status any_concat(any_import *im, const bonnet_node *n)
{
    const any_value *a = any_in(im, n, 0);
    any_value to = *a;
    int64_t axis;
    uint32_t channels = 0;
    bonnet_status status = bonnet_attr_int(im->g, n, "axis", 1, &axis);
    if (status != BONNET_OK) return status;
    const any_value **v = bonnet_arena_calloc(im->g->arena, n->n_in, sizeof *v);
    any_value *parts = bonnet_arena_calloc(im->g->arena, n->n_in, sizeof *parts);
    if (!n->n_in || !v || !parts) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < n->n_in; i++) {
        status = fits(im, n, i);
        if (status != BONNET_OK) return status;
        v[i] = any_in(im, n, i);
        if (v[i]->ch > BONNET_MAX_WIDE_CHANNELS - channels) return ANY_REFUSE(im, n, "makes more than %d channels", BONNET_MAX_WIDE_CHANNELS);
        channels += v[i]->ch;
    }
    if (!any_axis(a, axis)) return ANY_REFUSE(im, n, "axis %lld; %d, the channels, fits", (long long)axis, a->last && !a->flat ? 3 : 1);
    if (a->flat && a->last) return ANY_REFUSE(im, n, "joins maps flattened with their channels last; before the Flatten it fits");
    if (one_scale(v, n->n_in)) {
        status = any_maps_joined(im, n, v, n->n_in, &to);
        return status == BONNET_OK ? any_set(im, n, to) : status;
    }
    for (uint32_t i = 0; i < n->n_in; i++) {
        parts[i] = *v[i];
        if (v[i]->kind == ANY_BITS) status = any_unit_sum(im, n, v[i], &parts[i]);
        if (status != BONNET_OK) return status;
    }
    return any_set(im, n,
                   (any_value){.kind = ANY_SUM,
                               .layer = -1,
                               .ch = channels,
                               .h = a->h,
                               .w = a->w,
                               .flat = a->flat,
                               .last = a->last,
                               .mul = 1,
                               .parts = parts,
                               .n_parts = n->n_in});
}
