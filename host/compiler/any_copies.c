/* SPDX-License-Identifier: Apache-2.0 */
/*
 * any_copies.c - integer weights between binary maps: a weight q of -m..m with the parity of m is a sum of m weights of +-1, each on its own copy of the
 * channel; 0 is +1 and -1 on two copies. A filter with odd and even weights, or of odd ones where m is even, is taken twice and its scale halved.
 */
#include <stdlib.h>
#include "any.h"

enum { MAX_COPIES = 64 };

/* Of one filter: 1 odd, 2 even or both; its largest weight. */
static void look(const int8_t *w, size_t n, int *odd, int *even, int *most)
{
    *odd = *even = *most = 0;
    for (size_t i = 0; i < n; i++) {
        *(w[i] % 2 ? odd : even) = 1;
        if (abs(w[i]) > *most) *most = abs(w[i]);
    }
}

/* The least number of copies that all filters can be made with. */
static int copies_of(const bonnet_layer *l, const int8_t *w)
{
    const size_t n = any_filter(l);
    int all_odd = 1, largest = 0, doubled = 0, odd, even, most;
    for (uint32_t o = 0; o < l->out_c; o++) {
        look(w + o * n, n, &odd, &even, &most);
        all_odd &= !even;
        if (most > largest) largest = most;
        if ((odd ? 2 : 1) * most > doubled) doubled = (odd ? 2 : 1) * most;
    }
    return all_odd ? largest : doubled < 2 ? 2 : doubled;
}

bonnet_status any_copies(any_import *im, const bonnet_node *n, bonnet_layer *l, int8_t **w, long double *alpha)
{
    const size_t filter = any_filter(l), taps = (size_t)l->win.kernel_h * l->win.kernel_w;
    const int m = copies_of(l, *w);
    if (m == 1) return BONNET_OK;
    if (m > MAX_COPIES || (uint64_t)m * l->in_c > BONNET_MAX_WIDE_CHANNELS || (uint64_t)m * filter > BONNET_MAX_WIDE_DOT)
        return ANY_REFUSE(im, n, "its weights take %d copies of %u channels; up to %d copies and %d channels fit, and +-1 times a scale is one copy",
                          m, (unsigned)l->in_c, MAX_COPIES, BONNET_MAX_WIDE_CHANNELS);
    const uint32_t channels = l->in_c * (uint32_t)m;
    int32_t *t = bonnet_arena_calloc(im->g->arena, channels, sizeof *t);
    int8_t *x = bonnet_arena_calloc(im->g->arena, l->out_c * filter, (size_t)m);
    if (!t || !x) return bonnet_graph_no_memory(im->g);
    for (uint32_t i = 0; i < channels; i++) t[i] = (int32_t)i / m;
    for (uint32_t o = 0; o < l->out_c; o++) {
        int odd, even, most;
        look(*w + o * filter, filter, &odd, &even, &most);
        const int twice = m % 2 == 0 && odd ? 2 : 1;
        alpha[o] /= twice;
        for (size_t i = 0; i < filter; i++) {
            const int ones = (m + twice * (*w)[o * filter + i]) / 2;
            for (int j = 0; j < m; j++) x[(o * filter + i / taps * taps) * (size_t)m + (size_t)j * taps + i % taps] = j < ones ? 1 : -1;
        }
    }
    const any_value in = {.kind = ANY_BITS, .layer = l->in.map, .ch = l->in_c, .h = l->in_h, .w = l->in_w};
    bonnet_status status = any_pick(im, n, &in, NULL, channels, t, NULL, &l->in.map);
    l->in_c = l->in.channels = channels;
    *w = x;
    return status;
}
