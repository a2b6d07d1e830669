/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_check.c - is this a network? Shapes and references first, then every number (net_check_params.c).
 *
 * Whoever runs a net may rely on all of it: no index leaves a map, no sum leaves its type, no shift leaves its range. Nothing is
 * read through a pointer before the shape that sizes it has passed.
 *
 * One failing rule makes one line, "layer 3 'layer1.0.conv1': out_h is 7, not 8".
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "bonnet.h"
#include "net_check.h"

int bonnet_net_rule(const bonnet_check *c, int holds, const char *format, ...)
{
    if (holds) return 1;
    char line[160];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (c->layer < 0) snprintf(c->why, c->why_bytes, "%s", line);
    else snprintf(c->why, c->why_bytes, "layer %d '%s': %s", c->layer, c->net->layers[c->layer].name, line);
    return 0;
}
#define RULE(holds, ...)                                                                                                                             \
    do {                                                                                                                                             \
        if (!bonnet_net_rule(c, (holds), __VA_ARGS__)) return 0;                                                                                     \
    } while (0)

/* Ends in the buffer and holds nothing that would move a terminal's cursor. */
static int name_ok(const char name[BONNET_NAME_BYTES])
{
    if (!memchr(name, 0, BONNET_NAME_BYTES)) return 0;
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        if (*p < 0x20 || *p == 0x7f) return 0;
    return 1;
}

static int is_binary(bonnet_layer_kind kind)
{
    return kind == BONNET_LAYER_STEM || kind == BONNET_LAYER_CONV || kind == BONNET_LAYER_DOWN || kind == BONNET_LAYER_MAP;
}

/* `ref` names all or half of an earlier binary map of h x w with `channels` channels there. */
static int ref_ok(const bonnet_check *c, const char *what, const bonnet_map_ref *ref, uint32_t channels, uint32_t h, uint32_t w)
{
    RULE(ref->map >= 0 && ref->map < c->layer, "%s refers to map %d, not an earlier one", what, ref->map);
    const bonnet_layer *from = &c->net->layers[ref->map];
    RULE(is_binary(from->kind), "%s refers to map %d, which is not a binary map", what, ref->map);
    RULE(ref->channels == channels, "%s has %u channels, not %u", what, ref->channels, channels);
    RULE((ref->first == 0 && ref->channels == from->out_c) ||
             ((ref->first == 0 || ref->first == from->out_c / 2) && ref->channels == from->out_c / 2 && from->out_c % 128 == 0),
         "%s is channels %u..+%u of a map with %u: neither all nor a half", what, ref->first, ref->channels, from->out_c);
    RULE(from->out_h == h && from->out_w == w, "%s is %u x %u, not %u x %u", what, from->out_h, from->out_w, h, w);
    return 1;
}

static int ref_none(const bonnet_check *c, const char *what, const bonnet_map_ref *ref)
{
    RULE(ref->map == -1 && ref->first == 0 && ref->channels == 0, "%s must be none", what);
    return 1;
}

static int channels_ok(const bonnet_check *c, const char *what, uint32_t channels)
{
    const uint32_t most = c->chip ? BONNET_MAX_DOT : BONNET_MAX_CHANNELS;
    RULE(channels >= 64 && channels <= most && channels % 64 == 0, "%s is %u, not a multiple of 64 up to %u", what, channels, most);
    return 1;
}

static int size_is(const bonnet_check *c, const char *what, uint32_t got_h, uint32_t got_w, uint32_t h, uint32_t w)
{
    RULE(got_h == h && got_w == w, "%s is %u x %u, not %u x %u", what, got_h, got_w, h, w);
    return 1;
}

static int stem_ok(const bonnet_check *c, const bonnet_layer *l)
{
    RULE(l->in_c == 1 || l->in_c == 3, "%u image planes, not 1 or 3", l->in_c);
    RULE(l->kernel == 3 || l->kernel == 5 || l->kernel == 7, "kernel %u, not 3, 5 or 7", l->kernel);
    RULE(l->stride == 1 || l->stride == 2, "stride %u, not 1 or 2", l->stride);
    RULE(l->dilation == 1, "dilation %u, not 1", l->dilation);
    RULE(l->pool <= 2, "pool %u, not 0, 1 or 2", l->pool);
    RULE(l->pixels_signed <= 1 && l->dw <= 1 && l->dw_const <= l->dw, "flags must be 0 or 1, a constant border needs a depthwise filter");
    RULE(l->post == BONNET_POST_STORE, "post-processing on a stem");
    RULE(l->conv_c == l->out_c, "conv_c is %u, not %u", l->conv_c, l->out_c);
    uint32_t ch = (l->in_h + l->stride - 1) / l->stride, cw = (l->in_w + l->stride - 1) / l->stride;
    if (!channels_ok(c, "out_c", l->out_c) || !size_is(c, "convolution", l->conv_h, l->conv_w, ch, cw)) return 0;
    if (l->pool == 1) ch /= 2, cw /= 2;
    if (l->pool == 2) ch = (ch + 1) / 2, cw = (cw + 1) / 2;
    return size_is(c, "map", l->out_h, l->out_w, ch, cw) && ref_none(c, "in", &l->in) && ref_none(c, "res", &l->res) && ref_none(c, "pass", &l->pass);
}

/* A pool may drop an odd last row and column or, like a convolution of stride 2, keep them. */
static int pooled_ok(const bonnet_check *c, const bonnet_layer *l)
{
    const int keeps = l->pool && (l->out_h == (l->conv_h + 1) / 2 && l->out_w == (l->conv_w + 1) / 2);
    const uint32_t by = l->pool ? 2 : 1, up = keeps ? 1 : 0;
    return size_is(c, "map", l->out_h, l->out_w, (l->conv_h + up) / by, (l->conv_w + up) / by);
}

static int conv_ok(const bonnet_check *c, const bonnet_layer *l)
{
    const int last = l->kind == BONNET_LAYER_LAST;
    RULE(l->kernel == 3, "kernel %u, not 3", l->kernel);
    RULE(l->stride == 1 || (l->stride == 2 && !last), "stride %u", l->stride);
    RULE(l->dilation == 1 || l->dilation == 2, "dilation %u, not 1 or 2", l->dilation);
    RULE(l->pool == 0 || (c->chip && l->pool == 1 && l->stride == 1 && l->post == BONNET_POST_STORE), "pool %u on this 3x3 convolution", l->pool);
    RULE((uint32_t)l->pad <= (c->chip ? BONNET_PAD_NONE : BONNET_PAD_EDGE), "padding %u", (unsigned)l->pad);
    RULE((uint32_t)l->post <= BONNET_POST_INTERLEAVE && (!last || l->post == BONNET_POST_STORE), "post-processing %u", (unsigned)l->post);
    if (!channels_ok(c, "in_c", l->in_c) || !channels_ok(c, "conv_c", l->conv_c) || !channels_ok(c, "out_c", l->out_c)) return 0;
    RULE(l->in_c * 9 <= BONNET_MAX_DOT, "dot product of %u bits, more than %d", l->in_c * 9, BONNET_MAX_DOT);
    uint32_t wide = l->post == BONNET_POST_INTERLEAVE ? 2 * l->conv_c : l->conv_c;
    RULE(l->out_c == wide, "out_c is %u, not %u", l->out_c, wide);
    const uint32_t border = l->pad == BONNET_PAD_NONE ? 2 * l->dilation : 0;
    RULE(l->in_h > border && l->in_w > border, "a window larger than its map of %u x %u", l->in_h, l->in_w);
    uint32_t h = (l->in_h - border + l->stride - 1) / l->stride, w = (l->in_w - border + l->stride - 1) / l->stride;
    if (!size_is(c, "convolution", l->conv_h, l->conv_w, h, w) || !pooled_ok(c, l)) return 0;
    if (!ref_ok(c, "in", &l->in, l->in_c, l->in_h, l->in_w)) return 0;
    if (last) {
        RULE(l->conv_c == l->in_c, "conv_c is %u, not %u as its input", l->conv_c, l->in_c);
        RULE(l->res.map == l->in.map && l->res.first == l->in.first && l->res.channels == l->in.channels, "res must be the same map as in");
        return ref_none(c, "pass", &l->pass);
    }
    if (!(l->post == BONNET_POST_STORE ? ref_none(c, "res", &l->res) : ref_ok(c, "res", &l->res, l->conv_c, h, w))) return 0;
    return l->post == BONNET_POST_INTERLEAVE ? ref_ok(c, "pass", &l->pass, l->conv_c, h, w) : ref_none(c, "pass", &l->pass);
}

static int down_ok(const bonnet_check *c, const bonnet_layer *l)
{
    RULE(l->kernel == 1 && l->dilation == 1 && l->pad == BONNET_PAD_EDGE, "a downsample is 1x1, dilation 1, without padding");
    RULE(l->pool <= 1, "pool %u, not 0 or 1", l->pool);
    RULE(l->stride == 1 || (c->chip && l->stride == 2 && !l->pool), "stride %u on this downsample", l->stride);
    RULE(l->post == BONNET_POST_STORE, "post-processing on a downsample");
    if (!channels_ok(c, "in_c", l->in_c) || !channels_ok(c, "out_c", l->out_c)) return 0;
    RULE(l->conv_c == l->out_c, "conv_c is %u, not %u", l->conv_c, l->out_c);
    RULE(l->in_c * c->net->k <= BONNET_MAX_DOT, "dot product of %u bits, more than %d", l->in_c * c->net->k, BONNET_MAX_DOT);
    const uint32_t h = (l->in_h + l->stride - 1) / l->stride, w = (l->in_w + l->stride - 1) / l->stride;
    return size_is(c, "convolution", l->conv_h, l->conv_w, h, w) && pooled_ok(c, l) && ref_ok(c, "in", &l->in, l->in_c, l->in_h, l->in_w) &&
           ref_none(c, "res", &l->res) && ref_none(c, "pass", &l->pass);
}

static int fc_ok(const bonnet_check *c, const bonnet_layer *l)
{
    RULE(l->in.map == c->layer - 1 && l->in.first == 0 && l->in.channels == l->in_c, "in must be all features of the layer before");
    RULE(l->in_c == c->net->layers[c->layer - 1].out_c, "in_c is %u, the layer before has %u features", l->in_c, c->net->layers[c->layer - 1].out_c);
    RULE(l->out_c == c->net->classes && l->conv_c == l->out_c, "out_c is %u, the network has %u classes", l->out_c, c->net->classes);
    RULE(l->kernel == 1 && l->stride == 1 && l->dilation == 1 && l->pool == 0 && l->post == BONNET_POST_STORE,
         "kernel, stride and dilation are 1, pool and post 0");
    return size_is(c, "in", l->in_h, l->in_w, 1, 1) && size_is(c, "out", l->out_h, l->out_w, 1, 1) &&
           size_is(c, "convolution", l->conv_h, l->conv_w, 1, 1) && ref_none(c, "res", &l->res) && ref_none(c, "pass", &l->pass);
}

/* The bits that a part begins with. */
static int map_ok(const bonnet_check *c, const bonnet_layer *l)
{
    const int general = bonnet_net_general(c->net);
    RULE(l->kind == BONNET_LAYER_MAP && !l->in_c && !l->in_h && !l->in_w && l->conv_c == l->out_c && l->conv_h == l->out_h && l->conv_w == l->out_w,
         "a map that is given reads nothing");
    RULE(l->out_h >= 1 && l->out_h <= BONNET_MAX_SIDE && l->out_w >= 1 && l->out_w <= BONNET_MAX_SIDE, "map of %u x %u, sides are 1..%d", l->out_h,
         l->out_w, BONNET_MAX_SIDE);
    RULE(l->post == BONNET_POST_STORE && !l->pixels_signed && !l->dw && !l->dw_const && !l->s1 && !l->s2 && !l->pool && !l->pad,
         "a field of other layers is not 0");
    if (general) RULE(l->out_c >= 1 && l->out_c <= BONNET_MAX_WIDE_CHANNELS, "%u channels, not 1..%d", l->out_c, BONNET_MAX_WIDE_CHANNELS);
    else if (!channels_ok(c, "out_c", l->out_c)) return 0;
    return ref_none(c, "in", &l->in) && ref_none(c, "res", &l->res) && ref_none(c, "pass", &l->pass);
}

static int layer_ok(const bonnet_check *c, const bonnet_layer *l)
{
    static const bonnet_net_window no_window;
    const uint32_t n = c->net->n_layers, i = (uint32_t)c->layer;
    RULE(c->part || l->kind != BONNET_LAYER_MAP, "a map that is given, in a whole network");
    if (c->part && i == 0 && bonnet_net_given(c->net)) return map_ok(c, l);
    if (bonnet_net_general(c->net)) return bonnet_net_check_general(c, l);
    RULE(memcmp(&l->win, &no_window, sizeof no_window) == 0, "a window on a layer of kind %u", (unsigned)l->kind);
    /* The fixed ends of every network: stem first, last block and head at the end, binary layers between. A part may lack either. */
    const int tail = !bonnet_net_ends_in_bits(c->net);
    bonnet_layer_kind fixed = i == 0 ? BONNET_LAYER_STEM : i == n - 2 ? BONNET_LAYER_LAST : BONNET_LAYER_FC;
    if (i == 0 || ((tail || !c->part) && i + 2 >= n)) RULE(l->kind == fixed, "kind %u, not %u", (unsigned)l->kind, (unsigned)fixed);
    else RULE(l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_DOWN, "kind %u between stem and last block", (unsigned)l->kind);
    RULE(l->in_h >= 1 && l->in_h <= BONNET_MAX_SIDE && l->in_w >= 1 && l->in_w <= BONNET_MAX_SIDE, "input of %u x %u, sides are 1..%d", l->in_h,
         l->in_w, BONNET_MAX_SIDE);
    RULE(l->out_h >= 1 && l->out_w >= 1, "empty map");
    if (l->kind != BONNET_LAYER_STEM) RULE(!l->pixels_signed && !l->dw && !l->dw_const, "stem flags on another layer");
    if (l->kind == BONNET_LAYER_STEM || l->kind == BONNET_LAYER_FC) RULE(l->pad == BONNET_PAD_EDGE, "padding on this layer");
    if (l->kind != BONNET_LAYER_LAST) RULE(l->s1 == 0 && l->s2 == 0, "head shifts on another layer");
    else RULE(l->s1 <= 24 && l->s2 <= 24, "shifts %u and %u, not 0..24", l->s1, l->s2);
    switch (l->kind) {
    case BONNET_LAYER_STEM: return stem_ok(c, l);
    case BONNET_LAYER_CONV:
    case BONNET_LAYER_LAST: return conv_ok(c, l);
    case BONNET_LAYER_DOWN: return down_ok(c, l);
    case BONNET_LAYER_FC: return fc_ok(c, l);
    default: break; /* the ends and the middle have passed: no other */
    }
    return 0;
}

/* The name goes into every message about the layer, so it comes before all others; c->layer is still -1. */
static int names_ok(const bonnet_check *c)
{
    RULE(name_ok(c->net->name), "the network's name is not a printable string of less than %d bytes", BONNET_NAME_BYTES);
    for (uint32_t i = 0; i < c->net->n_layers; i++)
        RULE(name_ok(c->net->layers[i].name), "the name of layer %u is not a printable string of less than %d bytes", i, BONNET_NAME_BYTES);
    return 1;
}

/* enum bonnet_resize and bonnet_filter have no other values. */
static int pictures_ok(bonnet_check *c, const bonnet_net_pictures *p, const bonnet_layer *stem)
{
    const uint32_t width = p->resize ? p->width : 1, height = p->resize == BONNET_RESIZE_EXACT ? p->height : 1;
    RULE(p->resize <= BONNET_RESIZE_EXACT && p->filter <= BONNET_FILTER_NEAREST && p->crop <= 1 && p->convert <= 1 && p->bgr <= 1,
         "preprocess: a code that does not exist");
    RULE(width >= 1 && height >= 1 && width <= BONNET_PICTURE_MAX_SIDE && height <= BONNET_PICTURE_MAX_SIDE,
         "preprocess: resize to %ux%u, not to 1..%d a side", width, height, BONNET_PICTURE_MAX_SIDE);
    RULE((p->resize || !p->width) && (p->resize == BONNET_RESIZE_EXACT || !p->height), "preprocess: a size without a resize");
    RULE(p->resize != BONNET_RESIZE_EXACT ||
             (p->crop ? p->width >= stem->in_w && p->height >= stem->in_h : p->width == stem->in_w && p->height == stem->in_h),
         "preprocess: resized to %ux%u, the network wants %ux%u", p->width, p->height, stem->in_w, stem->in_h);
    RULE(p->resize != BONNET_RESIZE_SHORTER || p->width >= (stem->in_w < stem->in_h ? stem->in_w : stem->in_h),
         "preprocess: the shorter side resized to %u, the network wants %ux%u", p->width, stem->in_w, stem->in_h);
    RULE(!p->bgr || stem->in_c == 3, "preprocess: the order of planes of a gray image");
    return 1;
}

static int net_ok(bonnet_check *c)
{
    const bonnet_net *net = c->net;
    RULE(net->k == 1 || net->k == 4, "%u slices, not 1 or 4", net->k);
    RULE(net->layers != NULL && net->n_layers, "no layers");
    const uint32_t fewest = c->part ? 1 : bonnet_net_general(net) ? 2 : 3;
    RULE(net->n_layers >= fewest && net->n_layers <= BONNET_MAX_LAYERS, "%u layers, not %u..%d", net->n_layers, fewest, BONNET_MAX_LAYERS);
    RULE(net->k == 1 || !bonnet_net_general(net), "%u slices in a network of general layers, which have 1", net->k);
    const int bits = c->part && bonnet_net_ends_in_bits(net);
    RULE(bits || (net->classes >= 1 && net->classes <= BONNET_MAX_CLASSES), "%u classes, not 1..%d", net->classes, BONNET_MAX_CLASSES);
    RULE(isfinite(net->logit_scale) && net->logit_scale > 0, "the logit scale is not a positive number");
    if (!names_ok(c)) return 0;
    size_t words = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        c->layer = (int)i;
        if (!layer_ok(c, &net->layers[i])) return 0;
        words += bonnet_net_map_words(net, i); /* at most 2^24 each: the sides and channels have passed */
    }
    c->layer = -1;
    RULE(!bits || net->classes == 2 * bonnet_net_map_words(net, net->n_layers - 1), "%u classes, not the words of the last map", net->classes);
    if (net->pictures && !pictures_ok(c, net->pictures, &net->layers[0])) return 0;
    RULE(!net->pixel_lut || net->layers[0].pixels_signed, "a table of pixels, but the stem reads bytes");
    RULE(words <= BONNET_MAX_MAP_WORDS, "the maps take %zu words, more than %d", words, (int)BONNET_MAX_MAP_WORDS);
    return 1;
}

const char *bonnet_net_check_shape(const bonnet_net *net, char *why, size_t why_bytes)
{
    bonnet_check c = {net, -1, why, why_bytes, 0, 0};
    return net_ok(&c) ? NULL : why;
}

const char *bonnet_net_check_part_shape(const bonnet_net *net, char *why, size_t why_bytes)
{
    bonnet_check c = {net, -1, why, why_bytes, 1, 0};
    return net_ok(&c) ? NULL : why;
}

const char *bonnet_net_check(const bonnet_net *net, char *why, size_t why_bytes)
{
    bonnet_check c = {net, -1, why, why_bytes, 0, 0};
    return net_ok(&c) && bonnet_net_check_params(&c) ? bonnet_net_check_exits(net, why, why_bytes) : why;
}

const char *bonnet_net_check_segment(const bonnet_net *net, char *why, size_t why_bytes)
{
    bonnet_check c = {net, -1, why, why_bytes, 1, 1};
    return net_ok(&c) && bonnet_net_check_params(&c) ? NULL : why;
}

const char *bonnet_net_check_part(const bonnet_net *net, char *why, size_t why_bytes)
{
    bonnet_check c = {net, -1, why, why_bytes, 1, 0};
    return net_ok(&c) && bonnet_net_check_params(&c) ? NULL : why;
}
