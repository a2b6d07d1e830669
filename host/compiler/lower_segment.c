/* SPDX-License-Identifier: Apache-2.0 */
/* lower_segment.c - which layers of a general network a chip runs, and as what: see bonnet_segments() in lower.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lower_segment.h"

static int is_window(const bonnet_layer *l, uint32_t h, uint32_t w) { return l->win.kernel_h == h && l->win.kernel_w == w; }

static int has_border(const bonnet_layer *l) { return l->win.top || l->win.left || l->win.bottom || l->win.right; }

int segment_three(const bonnet_layer *l) { return is_window(l, 3, 3) && !bonnet_layer_packs(l); }

int segment_dense(const bonnet_layer *l) { return is_window(l, l->in_h, l->in_w) && !segment_three(l) && !has_border(l); }

uint32_t segment_pixel(const bonnet_layer *l)
{
    const uint32_t pixels = segment_dense(l) ? l->in_h * l->in_w : 1;
    return bonnet_layer_packs(l) ? segment_whole(pixels * l->in_c) : pixels * segment_whole(l->in_c);
}

static const char *say(char *why, size_t bytes, const char *text)
{
    snprintf(why, bytes, "%s", text);
    return why;
}

const char *segment_border(const bonnet_layer *l, bonnet_pad *pad, char *why, size_t bytes)
{
    const bonnet_net_window *w = &l->win;
    const uint32_t d = w->dilation_h, s = w->stride_h;
    if (w->dilation_w != d || w->stride_w != s || d > 2 || s > 2) return say(why, bytes, "strides or dilations beyond 2, or unequal");
    *pad = !has_border(l) ? BONNET_PAD_NONE : w->edge ? BONNET_PAD_EDGE : BONNET_PAD_ZERO;
    if (*pad == BONNET_PAD_NONE) return NULL;
    if (w->top != d || w->left != d || w->bottom != d || w->right != d) return say(why, bytes, "3x3 with another border than its reach");
    if (*pad == BONNET_PAD_ZERO && l->in_c % 2)
        return say(why, bytes, "zero padding of an odd number of channels; a masked word counts half of them");
    return NULL;
}

const char *bonnet_segment_why(const bonnet_layer *l, char *why, size_t bytes)
{
    const bonnet_net_window *w = &l->win;
    bonnet_pad pad;
    const uint32_t taps = segment_three(l) ? 9 : 1, bits = taps * segment_pixel(l);
    if (l->kind == BONNET_LAYER_ICONV) return say(why, bytes, "sums of pixels; the array counts bits");
    if (l->kind == BONNET_LAYER_BSUM) return say(why, bytes, "8-bit weights; the array's have one bit");
    if (l->kind == BONNET_LAYER_BPOOL) return say(why, bytes, "a pool by itself, or not 2x2; the chip pools 2x2 behind a convolution of stride 1");
    if (l->kind == BONNET_LAYER_BPICK) return say(why, bytes, "a choice of channels");
    if (l->kind == BONNET_LAYER_BELT)
        return say(why, bytes, "a join without a 3x3 convolution that only it reads, or AND; the chip has XNOR and OR behind one");
    if (w->groups != 1) return say(why, bytes, "more than one group");
    if (bits > BONNET_MAX_DOT || segment_whole(l->out_c) > BONNET_MAX_DOT) {
        snprintf(why, bytes, "sums of %u bits for %u channels; the array counts %d and has as many channels", bits, l->out_c, BONNET_MAX_DOT);
        return why;
    }
    if (segment_three(l)) return segment_border(l, &pad, why, bytes);
    if (segment_dense(l)) return NULL;
    if (!is_window(l, 1, 1)) {
        snprintf(why, bytes, "a window of %ux%u; the conv unit has 1x1, 3x3 and the whole map", w->kernel_h, w->kernel_w);
        return why;
    }
    return has_border(l) || w->stride_h != w->stride_w || w->stride_h > 2 ? say(why, bytes, "1x1 with a border, or a stride beyond 2") : NULL;
}

/* ---- layers that are one on the chip ------------------------------------------------------------------------------------------- */
static int fits(const bonnet_layer *l)
{
    char why[128];
    return l->kind == BONNET_LAYER_BCONV && !bonnet_segment_why(l, why, sizeof why);
}

/* Map `i` is of a convolution that does what layer `by`, its only reader, does too. */
static int ends(const segment_look *s, int32_t i, const bonnet_layer *by)
{
    const bonnet_layer *l = &s->net->layers[i < 0 ? 0 : i];
    if (i < 0 || !fits(l) || s->readers[i] != 1) return 0;
    if (by->kind == BONNET_LAYER_BPOOL)
        return l->win.stride_h == 1 && is_window(by, 2, 2) && by->win.stride_h == 2 && by->win.stride_w == 2 && by->win.dilation_h == 1 &&
               by->win.dilation_w == 1 && !has_border(by);
    return by->kind == BONNET_LAYER_BELT && by->win.join != BONNET_JOIN_AND && segment_three(l);
}

static int32_t conv_of(const segment_look *s, uint32_t i)
{
    const bonnet_layer *l = &s->net->layers[i];
    if (fits(l)) return (int32_t)i;
    if (ends(s, l->in.map, l)) return l->in.map;
    return l->kind == BONNET_LAYER_BELT && ends(s, l->res.map, l) ? l->res.map : -1;
}

static void look(segment_look *s, const bonnet_net *net)
{
    *s = (segment_look){.net = net};
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const int32_t reads[2] = {net->layers[i].in.map, net->layers[i].res.map};
        s->last_reader[i] = i;
        for (uint32_t r = 0; r < 2; r++)
            if (reads[r] >= 0) s->readers[reads[r]]++, s->last_reader[reads[r]] = i;
    }
    for (uint32_t i = 0; i < net->n_layers; i++) s->conv[i] = conv_of(s, i);
}

int32_t segment_other(const segment_look *s, uint32_t i)
{
    const bonnet_layer *l = &s->net->layers[i];
    return l->kind != BONNET_LAYER_BELT ? -1 : l->in.map == s->conv[i] ? l->res.map : l->in.map;
}

int segment_taken(const segment_look *s, uint32_t i, uint32_t last)
{
    const uint32_t by = s->last_reader[i];
    return by != i && by <= last && s->conv[by] == (int32_t)i;
}

int bonnet_segment_ends(const bonnet_net *net, uint32_t layer)
{
    segment_look s;
    look(&s, net);
    return s.conv[layer] >= 0 && s.conv[layer] != (int32_t)layer;
}

/* ---- layers that are one job ----------------------------------------------------------------------------------------------------- */
/* Sees its map as one long pixel, which nobody else can read as that. */
static int is_long(const bonnet_layer *l) { return segment_dense(l) && l->in_h * l->in_w > 1; }

/* The longest run of layers from `first` on, at most to `most`, that the chip does and that has one map in and one out; 0: none. */
static uint32_t run_end(const segment_look *s, uint32_t first, uint32_t most, uint32_t *in)
{
    const bonnet_layer *layers = s->net->layers;
    uint32_t end = 0, read_until = 0; /* by whom a map of the run is read last, but for its last layer's */
    int32_t from = -1;                /* the map that comes from outside */
    for (uint32_t last = first; last <= most && last < s->net->n_layers; last++) {
        const int32_t conv = s->conv[last];
        if (conv < (int32_t)first || (is_long(&layers[conv]) && last != first)) break;
        const int32_t reads[2] = {layers[conv].in.map, segment_other(s, last)};
        int alone = 1;
        for (uint32_t r = 0; r < 2; r++)
            if (reads[r] >= 0 && reads[r] < (int32_t)first) {
                alone &= last == first || (from == reads[r] && !is_long(&layers[first]));
                from = reads[r];
            }
        if (!alone) break;
        if (last > first && s->last_reader[last - 1] > read_until) read_until = s->last_reader[last - 1];
        if (read_until <= last) end = last, *in = (uint32_t)from;
    }
    return end;
}

static void unmake(bonnet_segment *s)
{
    bonnet_net_free(s->net);
    free(s->conv);
    *s = (bonnet_segment){0};
}

bonnet_status bonnet_segments(bonnet_segment **out, uint32_t *n, const bonnet_net *net, const bonnet_geometry *g, bonnet_error *err)
{
    segment_look all_layers;
    bonnet_error refused = {""}; /* a part without room is not an error: the CPU runs it */
    bonnet_segment *all = calloc(net->n_layers, sizeof *all);
    *out = NULL;
    *n = 0;
    if (!all) return bonnet_fail(err, BONNET_ENOMEM, "no memory for the parts of a network");
    look(&all_layers, net);
    for (uint32_t i = 1, most = BONNET_MAX_LAYERS; i < net->n_layers;) { /* most: layers tried from i on, fewer where they have no room together */
        bonnet_segment *s = &all[*n];
        *s = (bonnet_segment){.first = i};
        s->last = run_end(&all_layers, i, i + most - 1, &s->in);
        if (!s->last) {
            i++;
            most = BONNET_MAX_LAYERS;
            continue;
        }
        const bonnet_status st = segment_make(s, &all_layers, g, &refused);
        if (st == BONNET_OK) {
            i = s->last + 1;
            most = BONNET_MAX_LAYERS;
            ++*n;
            continue;
        }
        most = (s->last - i + 1) / 2;
        unmake(s);
        if (st != BONNET_EUNSUPPORTED) {
            bonnet_segments_free(all, *n);
            *n = 0;
            return bonnet_fail(err, st, "%s", refused.text);
        }
        if (most == 0) i++, most = BONNET_MAX_LAYERS;
    }
    if (*n) *out = all;
    else free(all);
    return BONNET_OK;
}

void bonnet_segments_free(bonnet_segment *segments, uint32_t n)
{
    for (uint32_t i = 0; segments && i < n; i++) unmake(&segments[i]);
    free(segments);
}
