/* SPDX-License-Identifier: Apache-2.0 */
/* lower_segment.c - which layers of a general network a chip runs, and as what: see bonnet_segments() in lower.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lower.h"

static uint32_t whole(uint32_t channels) { return (channels + 63) / 64 * 64; }

/* The window is the map: one output pixel, which sees it as one long pixel. */
static int dense(const bonnet_layer *l) { return l->win.kernel_h == l->in_h && l->win.kernel_w == l->in_w && l->out_h == 1 && l->out_w == 1; }

/* Channels of the pixel that the conv unit reads. */
static uint32_t pixel(const bonnet_layer *l)
{
    const uint32_t pixels = dense(l) ? l->in_h * l->in_w : 1;
    return bonnet_layer_packs(l) ? whole(pixels * l->in_c) : pixels * whole(l->in_c);
}

void bonnet_segment_given(uint64_t *to, const bonnet_segment *s, const bonnet_net *net, const uint64_t *map)
{
    const bonnet_layer *l = &net->layers[s->first];
    if (bonnet_layer_packs(l)) bonnet_net_pack(to, map, l->in_h * l->in_w, l->in_c);
    else memcpy(to, map, bonnet_net_map_words(s->net, 0) * sizeof *to);
}

static int three(const bonnet_layer *l) { return !dense(l) && l->win.kernel_h == 3 && l->win.kernel_w == 3; }

static const char *say(char *why, size_t bytes, const char *text)
{
    snprintf(why, bytes, "%s", text);
    return why;
}

const char *bonnet_segment_why(const bonnet_layer *l, char *why, size_t bytes)
{
    const bonnet_net_window *w = &l->win;
    const uint32_t taps = three(l) ? 9 : 1, bits = taps * pixel(l);
    const int padded = w->top || w->left || w->bottom || w->right;
    if (l->kind == BONNET_LAYER_ICONV) return say(why, bytes, "sums of pixels; the array counts bits");
    if (l->kind == BONNET_LAYER_BSUM) return say(why, bytes, "8-bit weights; the array's have one bit");
    if (l->kind == BONNET_LAYER_BPOOL) return say(why, bytes, "a pool behind its layer; the chip pools 1x1 layers alone");
    if (l->kind == BONNET_LAYER_BPICK) return say(why, bytes, "a choice of channels");
    if (l->kind == BONNET_LAYER_BELT) return say(why, bytes, "a join of two maps behind their layers");
    if (w->groups != 1) return say(why, bytes, "more than one group");
    if (bits > BONNET_MAX_DOT || whole(l->out_c) > BONNET_MAX_DOT) {
        snprintf(why, bytes, "sums of %u bits for %u channels; the array counts %d and has as many channels", bits, l->out_c, BONNET_MAX_DOT);
        return why;
    }
    if (dense(l)) return padded ? say(why, bytes, "a border around the whole map") : NULL;
    if (!three(l)) {
        if (w->kernel_h != 1 || w->kernel_w != 1) {
            snprintf(why, bytes, "a window of %ux%u; the conv unit has 1x1, 3x3 and the whole map", w->kernel_h, w->kernel_w);
            return why;
        }
        return padded || w->stride_h != 1 || w->stride_w != 1 ? say(why, bytes, "1x1 with a stride or a border") : NULL;
    }
    const uint32_t d = w->dilation_h, s = w->stride_h;
    if (w->dilation_w != d || w->stride_w != s || d > 2 || s > 2) return say(why, bytes, "strides or dilations beyond 2, or unequal");
    if (!padded) return say(why, bytes, "3x3 without padding; the conv unit repeats the edge");
    if (!w->edge) return say(why, bytes, "3x3 with zero padding; the conv unit repeats the edge");
    return w->top == d && w->left == d && w->bottom == d && w->right == d ? NULL : say(why, bytes, "3x3 with another border than its reach");
}

/* One layer of the network as one of the segment, `at`. */
static int convert(bonnet_net *to, uint32_t at, const bonnet_layer *l)
{
    bonnet_layer *s = &to->layers[at];
    const uint32_t taps = three(l) ? 9 : 1, flat = dense(l);
    memcpy(s->name, l->name, sizeof s->name);
    s->kind = three(l) ? BONNET_LAYER_CONV : BONNET_LAYER_DOWN;
    s->in_c = pixel(l);
    s->in_h = flat ? 1 : l->in_h;
    s->in_w = flat ? 1 : l->in_w;
    s->conv_c = s->out_c = whole(l->out_c);
    s->conv_h = s->out_h = l->out_h;
    s->conv_w = s->out_w = l->out_w;
    s->kernel = three(l) ? 3 : 1;
    s->stride = three(l) ? l->win.stride_h : 1;
    s->dilation = three(l) ? l->win.dilation_h : 1;
    s->in = (bonnet_map_ref){(int32_t)at - 1, 0, s->in_c};
    if (!bonnet_net_alloc_params(to, at)) return 0;
    /* The same bits in the same order; channels that fill up have no weight and a threshold that is never reached. */
    const size_t words = (size_t)taps * s->in_c / 64;
    uint64_t *bits = bonnet_net_param_data(to, at, BONNET_PARAM_BITS);
    uint16_t *tp = bonnet_net_param_data(to, at, BONNET_PARAM_TP);
    if (!bonnet_layer_packs(l)) memcpy(bits, l->bits, l->out_c * words * sizeof *bits);
    for (uint32_t o = 0; bonnet_layer_packs(l) && o < l->out_c; o++)
        bonnet_net_pack(bits + o * words, l->bits + (size_t)o * l->in_h * l->in_w * (whole(l->in_c) / 64), l->in_h * l->in_w, l->in_c);
    const int64_t k = (int64_t)l->win.kernel_h * l->win.kernel_w * l->in_c, all = (int64_t)words * 64;
    for (uint32_t o = 0; o < s->out_c; o++) {
        const int64_t twice = o < l->out_c ? l->t[o] + k : 2 * k + 2, need = twice > 0 ? (twice + 1) / 2 : 0; /* matches wanted */
        tp[o] = (uint16_t)(need == 0 ? 0 : need > k ? all + 1 : need + all - k);
    }
    return 1;
}

static bonnet_status make(bonnet_segment *s, const bonnet_net *net, const bonnet_geometry *g, bonnet_error *err)
{
    const bonnet_layer *l = &net->layers[s->first];
    s->in = (uint32_t)l->in.map;
    s->net = bonnet_net_alloc(s->last - s->first + 2);
    int ok = s->net != NULL;
    if (ok) {
        bonnet_layer *map = &s->net->layers[0];
        memcpy(s->net->name, net->name, sizeof s->net->name);
        memcpy(map->name, net->layers[s->in].name, sizeof map->name);
        map->kind = BONNET_LAYER_MAP;
        map->out_c = map->conv_c = pixel(l);
        map->out_h = map->conv_h = dense(l) ? 1 : l->in_h;
        map->out_w = map->conv_w = dense(l) ? 1 : l->in_w;
        s->net->k = 1;
    }
    for (uint32_t i = s->first; ok && i <= s->last; i++) ok = convert(s->net, i - s->first + 1, &net->layers[i]);
    if (!ok) return bonnet_fail(err, BONNET_ENOMEM, "no memory for a part of the network");
    s->net->classes = (uint32_t)(2 * bonnet_net_map_words(s->net, s->net->n_layers - 1));
    bonnet_job *job = NULL;
    const bonnet_status st = bonnet_lower(&job, s->net, g, NULL, err);
    bonnet_job_free(job);
    return st;
}

/* How many layers read the map of layer i. */
static uint32_t readers(const bonnet_net *net, uint32_t i)
{
    uint32_t n = 0;
    for (uint32_t j = i + 1; j < net->n_layers; j++) n += (net->layers[j].in.map == (int32_t)i) + (net->layers[j].res.map == (int32_t)i);
    return n;
}

static int follows(const bonnet_net *net, uint32_t i)
{
    const bonnet_layer *l = &net->layers[i];
    return l->in.map == (int32_t)i - 1 && readers(net, i - 1) == 1 && (!dense(l) || (l->in_h == 1 && l->in_w == 1));
}

bonnet_status bonnet_segments(bonnet_segment **out, uint32_t *n, const bonnet_net *net, const bonnet_geometry *g, bonnet_error *err)
{
    char why[128];
    bonnet_error refused = {""}; /* a part without room is not an error: the CPU runs it */
    bonnet_segment *all = calloc(net->n_layers, sizeof *all);
    *out = NULL;
    *n = 0;
    if (!all) return bonnet_fail(err, BONNET_ENOMEM, "no memory for the parts of a network");
    for (uint32_t i = 1, most = BONNET_MAX_LAYERS - 1; i < net->n_layers;) { /* most: layers of a part, 1 where several have no room together */
        if (bonnet_segment_why(&net->layers[i], why, sizeof why)) {
            i++;
            continue;
        }
        bonnet_segment *s = &all[*n];
        *s = (bonnet_segment){.first = i, .last = i};
        while (s->last + 1 < net->n_layers && s->last - i + 1 < most && !bonnet_segment_why(&net->layers[s->last + 1], why, sizeof why) &&
               follows(net, s->last + 1))
            s->last++;
        const bonnet_status st = make(s, net, g, &refused);
        if (st == BONNET_OK) {
            i = s->last + 1;
            most = BONNET_MAX_LAYERS - 1;
            ++*n;
            continue;
        }
        bonnet_net_free(s->net);
        s->net = NULL;
        if (st != BONNET_EUNSUPPORTED) {
            bonnet_segments_free(all, *n);
            *n = 0;
            return bonnet_fail(err, st, "%s", refused.text);
        }
        i += most == 1;
        most = 1;
    }
    if (*n) *out = all;
    else free(all);
    return BONNET_OK;
}

void bonnet_segments_free(bonnet_segment *segments, uint32_t n)
{
    for (uint32_t i = 0; segments && i < n; i++) bonnet_net_free(segments[i].net);
    free(segments);
}
