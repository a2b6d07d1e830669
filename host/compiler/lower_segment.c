/* SPDX-License-Identifier: Apache-2.0 */
/* lower_segment.c - which layers of a general network a chip runs, and as what: see bonnet_segments() in lower.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lower.h"

static uint32_t whole(uint32_t channels) { return (channels + 63) / 64 * 64; }

static int is_window(const bonnet_layer *l, uint32_t h, uint32_t w) { return l->win.kernel_h == h && l->win.kernel_w == w; }

static int has_border(const bonnet_layer *l) { return l->win.top || l->win.left || l->win.bottom || l->win.right; }

/* A window of three by three pixels, unless that is the map and its pixels pack. */
static int three(const bonnet_layer *l) { return is_window(l, 3, 3) && !bonnet_layer_packs(l); }

/* The window is the map: one output pixel, which sees it as one long pixel. */
static int dense(const bonnet_layer *l) { return is_window(l, l->in_h, l->in_w) && !three(l) && !has_border(l); }

/* Channels of the pixel that the conv unit reads. */
static uint32_t pixel(const bonnet_layer *l)
{
    const uint32_t pixels = dense(l) ? l->in_h * l->in_w : 1;
    return bonnet_layer_packs(l) ? whole(pixels * l->in_c) : pixels * whole(l->in_c);
}

void bonnet_segment_given(uint64_t *to, const bonnet_segment *s, const bonnet_net *net, const uint64_t *map)
{
    const bonnet_layer *l = &net->layers[s->conv[1]];
    if (bonnet_layer_packs(l)) bonnet_net_pack(to, map, l->in_h * l->in_w, l->in_c);
    else memcpy(to, map, bonnet_net_map_words(s->net, 0) * sizeof *to);
}

static const char *say(char *why, size_t bytes, const char *text)
{
    snprintf(why, bytes, "%s", text);
    return why;
}

/* A 3x3 window: what it finds beyond the edge. NULL or why not. */
static const char *border(const bonnet_layer *l, bonnet_pad *pad, char *why, size_t bytes)
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
    const uint32_t taps = three(l) ? 9 : 1, bits = taps * pixel(l);
    if (l->kind == BONNET_LAYER_ICONV) return say(why, bytes, "sums of pixels; the array counts bits");
    if (l->kind == BONNET_LAYER_BSUM) return say(why, bytes, "8-bit weights; the array's have one bit");
    if (l->kind == BONNET_LAYER_BPOOL) return say(why, bytes, "a pool by itself, or not 2x2; the chip pools 2x2 behind a convolution of stride 1");
    if (l->kind == BONNET_LAYER_BPICK) return say(why, bytes, "a choice of channels");
    if (l->kind == BONNET_LAYER_BELT)
        return say(why, bytes, "a join without a 3x3 convolution that only it reads, or AND; the chip has XNOR and OR behind one");
    if (w->groups != 1) return say(why, bytes, "more than one group");
    if (bits > BONNET_MAX_DOT || whole(l->out_c) > BONNET_MAX_DOT) {
        snprintf(why, bytes, "sums of %u bits for %u channels; the array counts %d and has as many channels", bits, l->out_c, BONNET_MAX_DOT);
        return why;
    }
    if (three(l)) return border(l, &pad, why, bytes);
    if (dense(l)) return NULL;
    if (!is_window(l, 1, 1)) {
        snprintf(why, bytes, "a window of %ux%u; the conv unit has 1x1, 3x3 and the whole map", w->kernel_h, w->kernel_w);
        return why;
    }
    return has_border(l) || w->stride_h != w->stride_w || w->stride_h > 2 ? say(why, bytes, "1x1 with a border, or a stride beyond 2") : NULL;
}

/* ---- layers that are one on the chip ------------------------------------------------------------------------------------------- */
/* How many layers read the map of layer i. */
static uint32_t readers(const bonnet_net *net, uint32_t i)
{
    uint32_t n = 0;
    for (uint32_t j = i + 1; j < net->n_layers; j++) n += (net->layers[j].in.map == (int32_t)i) + (net->layers[j].res.map == (int32_t)i);
    return n;
}

static int fits(const bonnet_layer *l)
{
    char why[128];
    return l->kind == BONNET_LAYER_BCONV && !bonnet_segment_why(l, why, sizeof why);
}

/* Map `i` is of a convolution that does what layer `by`, its only reader, does too. */
static int ends(const bonnet_net *net, int32_t i, const bonnet_layer *by)
{
    const bonnet_layer *l = &net->layers[i < 0 ? 0 : i];
    if (i < 0 || !fits(l) || readers(net, (uint32_t)i) != 1) return 0;
    if (by->kind == BONNET_LAYER_BPOOL)
        return l->win.stride_h == 1 && is_window(by, 2, 2) && by->win.stride_h == 2 && by->win.stride_w == 2 && by->win.dilation_h == 1 &&
               by->win.dilation_w == 1 && !has_border(by);
    return by->kind == BONNET_LAYER_BELT && by->win.join != BONNET_JOIN_AND && three(l);
}

/* The convolution that makes the map of layer i on the chip: i itself, or one whose pool or join i is. -1: none. */
static int32_t conv_of(const bonnet_net *net, uint32_t i)
{
    const bonnet_layer *l = &net->layers[i];
    if (fits(l)) return (int32_t)i;
    if (ends(net, l->in.map, l)) return l->in.map;
    return l->kind == BONNET_LAYER_BELT && ends(net, l->res.map, l) ? l->res.map : -1;
}

/* A layer whose only reader is the pool or the join that its convolution ends with, among layers up to `last`: it makes no map. */
static int taken(const bonnet_net *net, uint32_t i, uint32_t last)
{
    for (uint32_t j = i + 1; j <= last; j++)
        if (!fits(&net->layers[j]) && conv_of(net, j) == (int32_t)i) return 1;
    return 0;
}

/* The other map of the join that layer i is, -1: none. */
static int32_t other(const bonnet_net *net, uint32_t i, int32_t conv)
{
    const bonnet_layer *l = &net->layers[i];
    return l->kind != BONNET_LAYER_BELT ? -1 : l->in.map == conv ? l->res.map : l->in.map;
}

/* ---- a segment ------------------------------------------------------------------------------------------------------------------ */
/* The longest run of layers from `first` on, at most to `most`, that the chip does and that has one map in and one out; 0: none. */
static uint32_t run_end(const bonnet_net *net, uint32_t first, uint32_t most, uint32_t *in)
{
    uint32_t end = 0;
    int32_t from = -1; /* the map that comes from outside */
    for (uint32_t last = first; last <= most && last < net->n_layers; last++) {
        const int32_t conv = conv_of(net, last);
        if (conv < (int32_t)first) break;
        const int32_t reads[2] = {net->layers[conv].in.map, other(net, last, conv)};
        int here = 1;
        for (uint32_t r = 0; r < 2; r++)
            if (reads[r] >= 0 && reads[r] < (int32_t)first) {
                here &= from < 0 || from == reads[r];
                from = reads[r];
            }
        /* Only the first layer may see its map as one long pixel, and then nobody else reads that. */
        const bonnet_layer *l = &net->layers[conv];
        if (dense(l) && l->in_h * l->in_w > 1 && (uint32_t)conv != first) break;
        if (!here || (last > first && dense(&net->layers[first]) && net->layers[first].in_h * net->layers[first].in_w > 1 &&
                      (reads[0] < (int32_t)first || (reads[1] >= 0 && reads[1] < (int32_t)first))))
            break;
        uint32_t outside = 0; /* maps that are read behind `last` */
        for (uint32_t i = first; i < last; i++)
            for (uint32_t j = last + 1; j < net->n_layers; j++)
                outside += net->layers[j].in.map == (int32_t)i || net->layers[j].res.map == (int32_t)i;
        if (!outside) end = last, *in = (uint32_t)from;
    }
    return end;
}

/* Tps and weights: the same bits in the same order; what fills up a tap's last word has half its weights 1 under zero padding, where a masked
 * word counts 32, and else none: bits that are 0 match. Channels that fill up never reach their threshold, or always where XNOR turns them. */
static void parameters(bonnet_net *to, uint32_t at, const bonnet_layer *l)
{
    const bonnet_layer *s = &to->layers[at];
    const uint32_t taps = three(l) ? 9 : 1, words = s->in_c / 64;
    uint64_t *bits = bonnet_net_param_data(to, at, BONNET_PARAM_BITS);
    uint16_t *tp = bonnet_net_param_data(to, at, BONNET_PARAM_TP);
    if (!bonnet_layer_packs(l)) memcpy(bits, l->bits, (size_t)l->out_c * taps * words * sizeof *bits);
    for (uint32_t o = 0; bonnet_layer_packs(l) && o < l->out_c; o++)
        bonnet_net_pack(bits + (size_t)o * words, l->bits + (size_t)o * l->in_h * l->in_w * (whole(l->in_c) / 64), l->in_h * l->in_w, l->in_c);
    for (uint32_t i = 0; s->pad == BONNET_PAD_ZERO && i < l->out_c * taps; i++)
        for (uint32_t c = l->in_c; c < s->in_c; c += 2) bits[(size_t)i * words + c / 64] |= UINT64_C(1) << c % 64;
    const int64_t k = (int64_t)l->win.kernel_h * l->win.kernel_w * l->in_c, filled = (int64_t)taps * s->in_c - k;
    const int64_t more = s->pad == BONNET_PAD_ZERO ? filled / 2 : filled, never = k + filled + 1;
    for (uint32_t o = 0; o < s->out_c; o++) {
        const int64_t twice = o < l->out_c ? l->t[o] + k : 0, need = twice > 0 ? (twice + 1) / 2 : 0; /* matches wanted */
        if (o < l->out_c) tp[o] = (uint16_t)(need == 0 ? 0 : need > k ? never : need + more);
        else tp[o] = (uint16_t)(s->post == BONNET_POST_XNOR ? 0 : never);
    }
}

/* Convolution l, and the pool or join `end` that it ends with (or itself), as one layer of the segment, on maps `in` and `res` of it. */
static int convert(bonnet_net *to, uint32_t at, const bonnet_layer *l, const bonnet_layer *end, uint32_t in, uint32_t res)
{
    bonnet_layer *s = &to->layers[at];
    const uint32_t flat = dense(l);
    char why[128];
    memcpy(s->name, l->name, sizeof s->name);
    s->kind = three(l) ? BONNET_LAYER_CONV : BONNET_LAYER_DOWN;
    s->in_c = pixel(l);
    s->in_h = flat ? 1 : l->in_h;
    s->in_w = flat ? 1 : l->in_w;
    s->conv_c = s->out_c = whole(l->out_c);
    s->conv_h = l->out_h;
    s->conv_w = l->out_w;
    s->out_h = end->out_h;
    s->out_w = end->out_w;
    s->kernel = three(l) ? 3 : 1;
    s->stride = flat ? 1 : l->win.stride_h;
    s->dilation = three(l) ? l->win.dilation_h : 1;
    s->pool = end->kind == BONNET_LAYER_BPOOL;
    s->in = (bonnet_map_ref){(int32_t)in, 0, s->in_c};
    if (three(l)) border(l, &s->pad, why, sizeof why);
    if (end->kind == BONNET_LAYER_BELT) {
        s->post = end->win.join == BONNET_JOIN_XNOR ? BONNET_POST_XNOR : BONNET_POST_OR;
        s->res = (bonnet_map_ref){(int32_t)res, 0, s->out_c};
    }
    if (!bonnet_net_alloc_params(to, at)) return 0;
    parameters(to, at, l);
    if (s->pool) memcpy(bonnet_net_param_data(to, at, BONNET_PARAM_POOL_AND), end->pool_and, l->out_c);
    return 1;
}

static bonnet_status make(bonnet_segment *s, const bonnet_net *net, const bonnet_geometry *g, bonnet_error *err)
{
    uint32_t n = 1, where[BONNET_MAX_LAYERS] = {0}; /* the segment's layer that makes a map; from outside: 0 */
    for (uint32_t i = s->first; i <= s->last; i++) n += !taken(net, i, s->last);
    s->net = bonnet_net_alloc(n);
    s->conv = calloc(2 * (size_t)n, sizeof *s->conv);
    int ok = s->net && s->conv;
    if (ok) {
        s->map = s->conv + n;
        s->map[0] = s->conv[0] = s->in;
        s->net->k = 1;
        memcpy(s->net->name, net->name, sizeof s->net->name);
    }
    n = 1;
    for (uint32_t i = s->first; ok && i <= s->last; i++) {
        if (taken(net, i, s->last)) continue;
        const int32_t conv = conv_of(net, i), res = other(net, i, conv);
        const bonnet_layer *l = &net->layers[conv];
        if (n == 1) {
            bonnet_layer *map = &s->net->layers[0];
            memcpy(map->name, net->layers[s->in].name, sizeof map->name);
            map->kind = BONNET_LAYER_MAP;
            map->out_c = map->conv_c = pixel(l);
            map->out_h = map->conv_h = dense(l) ? 1 : l->in_h;
            map->out_w = map->conv_w = dense(l) ? 1 : l->in_w;
        }
        s->conv[n] = (uint32_t)conv;
        s->map[n] = i;
        where[i] = n;
        ok = convert(s->net, n, l, &net->layers[i], where[l->in.map], where[res < 0 ? 0 : res]);
        n++;
    }
    if (!ok) return bonnet_fail(err, BONNET_ENOMEM, "no memory for a part of the network");
    s->net->classes = (uint32_t)(2 * bonnet_net_map_words(s->net, s->net->n_layers - 1));
    bonnet_job *job = NULL;
    const bonnet_status st = bonnet_lower(&job, s->net, g, NULL, err);
    bonnet_job_free(job);
    return st;
}

static void unmake(bonnet_segment *s)
{
    bonnet_net_free(s->net);
    free(s->conv);
    *s = (bonnet_segment){0};
}

bonnet_status bonnet_segments(bonnet_segment **out, uint32_t *n, const bonnet_net *net, const bonnet_geometry *g, bonnet_error *err)
{
    bonnet_error refused = {""}; /* a part without room is not an error: the CPU runs it */
    bonnet_segment *all = calloc(net->n_layers, sizeof *all);
    *out = NULL;
    *n = 0;
    if (!all) return bonnet_fail(err, BONNET_ENOMEM, "no memory for the parts of a network");
    for (uint32_t i = 1, most = BONNET_MAX_LAYERS; i < net->n_layers;) { /* most: layers tried from i on, fewer where they have no room together */
        bonnet_segment *s = &all[*n];
        *s = (bonnet_segment){.first = i};
        s->last = run_end(net, i, i + most - 1, &s->in);
        if (!s->last) {
            i++;
            most = BONNET_MAX_LAYERS;
            continue;
        }
        const bonnet_status st = make(s, net, g, &refused);
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
