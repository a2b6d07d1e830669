/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_general.c - a random sound network of general layers, of those that a chip's conv unit takes (1x1, 3x3 with any padding, windows of the whole
 * map, 2x2 pools and joins behind them) and of those that it leaves to the CPU (groups, other borders, other pools, AND), so that both meet and
 * change over in one network.
 */
#include <stdio.h>
#include <string.h>
#include "net_build.h"

enum { MOST_LAYERS = 9 };

static void window(bonnet_layer *l, uint32_t kernel_h, uint32_t kernel_w, uint32_t stride, uint32_t dilation, uint32_t pad_h, uint32_t pad_w)
{
    l->win = (bonnet_net_window){.kernel_h = kernel_h,
                                 .kernel_w = kernel_w,
                                 .stride_h = stride,
                                 .stride_w = stride,
                                 .dilation_h = dilation,
                                 .dilation_w = dilation,
                                 .top = pad_h,
                                 .bottom = pad_h,
                                 .left = pad_w,
                                 .right = pad_w,
                                 .groups = 1};
    l->kernel = kernel_h, l->stride = stride, l->dilation = dilation;
}

/* A layer behind the last one, on its map. */
static bonnet_layer *behind(bonnet_build *b, bonnet_layer_kind kind)
{
    bonnet_layer *l = &b->layers[b->n];
    memset(l, 0, sizeof *l);
    snprintf(l->name, sizeof l->name, "layer%u", (unsigned)b->n);
    l->kind = kind;
    l->in = l->res = l->pass = BONNET_NONE;
    if (b->n) {
        const bonnet_layer *from = &b->layers[b->n - 1];
        l->in_c = from->out_c, l->in_h = from->out_h, l->in_w = from->out_w;
        l->in = (bonnet_map_ref){(int32_t)b->n - 1, 0, l->in_c};
    }
    return l;
}

static void done(bonnet_build *b, bonnet_layer *l, uint32_t out_c)
{
    const bonnet_net_window *w = &l->win;
    l->out_c = l->conv_c = out_c;
    l->out_h = l->conv_h = (l->in_h + w->top + w->bottom - (w->kernel_h - 1) * w->dilation_h - 1) / w->stride_h + 1;
    l->out_w = l->conv_w = (l->in_w + w->left + w->right - (w->kernel_w - 1) * w->dilation_w - 1) / w->stride_w + 1;
    b->n++;
}

/* Of few words mostly, now and then of many; seldom a multiple of 64. */
static uint32_t channels(bonnet_rng *r)
{
    const uint32_t words = bonnet_rng_chance(r, 80) ? 1 + bonnet_rng_below(r, 2) : 3 + bonnet_rng_below(r, 7);
    return bonnet_rng_chance(r, 30) ? 64 * words : 64 * words - bonnet_rng_below(r, 64);
}

static void one(bonnet_build *b)
{
    bonnet_rng *r = &b->rng;
    const bonnet_layer *from = &b->layers[b->n - 1];
    const uint32_t how = bonnet_rng_below(r, 100), h = from->out_h, w = from->out_w, d = 1 + bonnet_rng_chance(r, 25);
    bonnet_layer *l = behind(b, how < 70 ? BONNET_LAYER_BCONV : how < 80 ? BONNET_LAYER_BPOOL : BONNET_LAYER_BELT);
    if (how < 45) { /* the conv unit's 3x3; narrow maps have more edge than middle */
        const uint32_t pad = h > 2 * d && w > 2 * d && bonnet_rng_chance(r, 45) ? 0 : d;
        window(l, 3, 3, 1 + bonnet_rng_chance(r, 25), d, pad, pad);
        l->win.edge = pad && bonnet_rng_chance(r, 50);
        done(b, l, bonnet_rng_chance(r, 30) ? l->in_c : channels(r));
    } else if (how < 60) {
        window(l, 1, 1, 1 + bonnet_rng_chance(r, 25), 1, 0, 0);
        done(b, l, bonnet_rng_chance(r, 30) ? l->in_c : channels(r));
    } else if (how < 70) { /* the CPU's */
        window(l, 3, 3, 1, d, d, d + bonnet_rng_below(r, 2));
        l->win.groups = l->in_c % 2 ? 1 : 1 + bonnet_rng_below(r, 2);
        done(b, l, 2 * (1 + channels(r) / 2));
    } else if (how < 80) {
        window(l, h < 2 ? 1 : 2, w < 2 ? 1 : 2, 1 + bonnet_rng_chance(r, 70), 1, 0, 0);
        done(b, l, l->in_c);
    } else {
        window(l, 1, 1, 1, 1, 0, 0);
        l->win.join = (bonnet_join)bonnet_rng_below(r, 3);
        l->res = l->in; /* with an older map, where one has its size */
        for (uint32_t i = 0; i + 1 < b->n; i++)
            if (b->layers[i].out_c == l->in_c && b->layers[i].out_h == h && b->layers[i].out_w == w && bonnet_rng_chance(r, 60))
                l->res.map = (int32_t)i;
        if (bonnet_rng_chance(r, 30)) { /* as well the other way round */
            const bonnet_map_ref in = l->in;
            l->in = l->res, l->res = in;
        }
        done(b, l, l->in_c);
    }
}

/* A 3x3 with a border as wide as its reach, behind the map of layer `on`. */
static void same_size(bonnet_build *b, uint32_t on, uint32_t kernel, uint32_t stride, uint32_t out_c)
{
    bonnet_layer *l = behind(b, BONNET_LAYER_BCONV);
    l->in_c = b->layers[on].out_c, l->in_h = b->layers[on].out_h, l->in_w = b->layers[on].out_w;
    l->in = (bonnet_map_ref){(int32_t)on, 0, l->in_c};
    window(l, kernel, kernel, stride, 1, kernel / 2, kernel / 2);
    l->win.edge = kernel == 3 && bonnet_rng_chance(&b->rng, 40);
    done(b, l, out_c);
}

/* Two convolutions and a join with what they began from, itself or through a 1x1 that makes it as small: what ResNets are made of. */
static void residual(bonnet_build *b)
{
    bonnet_rng *r = &b->rng;
    const uint32_t from = b->n - 1, stride = 1 + bonnet_rng_chance(r, 40),
                   c = stride == 1 && bonnet_rng_chance(r, 70) ? b->layers[from].out_c : channels(r);
    const int shortcut = stride == 1 && c == b->layers[from].out_c;
    same_size(b, from, 3, stride, c);
    same_size(b, b->n - 1, 3, 1, c);
    const uint32_t end = b->n - 1;
    if (!shortcut) same_size(b, from, 1, stride, c);
    const uint32_t other = shortcut ? from : b->n - 1, turn = bonnet_rng_below(r, 2);
    bonnet_layer *l = behind(b, BONNET_LAYER_BELT);
    l->in_c = c, l->in_h = b->layers[end].out_h, l->in_w = b->layers[end].out_w;
    l->in = (bonnet_map_ref){(int32_t)(turn ? other : end), 0, c};
    l->res = (bonnet_map_ref){(int32_t)(turn ? end : other), 0, c};
    window(l, 1, 1, 1, 1, 0, 0);
    l->win.join = (bonnet_join)bonnet_rng_below(r, 3);
    done(b, l, c);
}

/* The whole of a 5x5 map in one window, and in two windows of 3x3, joined. */
static void fork_and_join(bonnet_build *b)
{
    const uint32_t from = b->n - 1, c = channels(&b->rng);
    for (uint32_t i = 0; i < 3; i++) {
        bonnet_layer *l = behind(b, BONNET_LAYER_BCONV);
        const uint32_t on = i == 2 ? b->n - 1 : from, kernel = i == 0 ? 5 : 3;
        l->in_c = b->layers[on].out_c, l->in_h = b->layers[on].out_h, l->in_w = b->layers[on].out_w;
        l->in = (bonnet_map_ref){(int32_t)on, 0, l->in_c};
        window(l, kernel, kernel, 1, 1, 0, 0);
        done(b, l, i == 1 ? 64 : c);
    }
    bonnet_layer *l = behind(b, BONNET_LAYER_BELT);
    l->res = (bonnet_map_ref){(int32_t)from + 1, 0, l->in_c};
    window(l, 1, 1, 1, 1, 0, 0);
    done(b, l, l->in_c);
}

/* A map that is wider than a small chip holds, between narrow ones: its rows come and go. */
static void narrow_again(bonnet_build *b)
{
    bonnet_rng *r = &b->rng;
    same_size(b, b->n - 1, bonnet_rng_chance(r, 50) ? 1 : 3, 1, 2 * (192 + bonnet_rng_below(r, 65)));
    bonnet_layer *l = behind(b, BONNET_LAYER_BCONV);
    const uint32_t d = 1 + bonnet_rng_chance(r, 30), pad = bonnet_rng_chance(r, 50) ? 0 : d;
    window(l, 3, 3, 1 + bonnet_rng_chance(r, 25), d, pad, pad);
    l->win.edge = pad && bonnet_rng_chance(r, 50);
    done(b, l, 1 + bonnet_rng_below(r, 64));
    if (l->win.stride_h == 2 || bonnet_rng_chance(r, 50)) return;
    l = behind(b, BONNET_LAYER_BPOOL);
    window(l, 2, 2, 2, 1, 0, 0);
    done(b, l, l->in_c);
}

/* A convolution and the pool of its bits. */
static void pooled(bonnet_build *b)
{
    same_size(b, b->n - 1, bonnet_rng_chance(&b->rng, 70) ? 3 : 1, 1, channels(&b->rng));
    bonnet_layer *l = behind(b, BONNET_LAYER_BPOOL);
    window(l, l->in_h < 2 ? 1 : 2, l->in_w < 2 ? 1 : 2, 2, 1, 0, 0);
    done(b, l, l->in_c);
}

/* A window of the whole map, of so many outputs: bits, or with classes the logits. */
static void whole(bonnet_build *b, bonnet_layer_kind kind, uint32_t outs)
{
    bonnet_layer *l = behind(b, kind);
    window(l, l->in_h, l->in_w, 1, 1, 0, 0);
    done(b, l, outs);
}

/* The window of the first layer: one pixel, or several with or without a border; now and then with gaps. */
static void pixels(bonnet_build *b, bonnet_layer *l)
{
    bonnet_rng *r = &b->rng;
    const uint32_t most_h = l->in_h < 7 ? l->in_h : 7, most_w = l->in_w < 7 ? l->in_w : 7;
    if (bonnet_rng_chance(r, 40)) {
        window(l, 1, 1, 1, 1, 0, 0);
        return;
    }
    window(l, 1 + bonnet_rng_below(r, most_h), 1 + bonnet_rng_below(r, most_w), 1 + bonnet_rng_chance(r, 30), 1, 0, 0);
    if (bonnet_rng_chance(r, 60)) { /* the border differs from side to side */
        l->win.top = bonnet_rng_below(r, 4), l->win.bottom = bonnet_rng_below(r, 4);
        l->win.left = bonnet_rng_below(r, 4), l->win.right = bonnet_rng_below(r, 4);
        l->win.edge = bonnet_rng_chance(r, 50);
    }
    if (bonnet_rng_chance(r, 10) && 2 * l->win.kernel_h <= l->in_h && 2 * l->win.kernel_w <= l->in_w)
        l->win.dilation_h = l->win.dilation_w = l->dilation = 2;
}

bonnet_net *bonnet_random_general(uint64_t seed)
{
    bonnet_build b;
    bonnet_build_start(&b, seed, 1);
    bonnet_rng *r = &b.rng;
    snprintf(b.name, sizeof b.name, "general-%llu", (unsigned long long)seed);
    bonnet_layer *l = behind(&b, BONNET_LAYER_ICONV);
    l->in_c = bonnet_rng_chance(r, 50) ? 1 : 3;
    const int wide = bonnet_rng_chance(r, 8);
    l->in_h = (wide ? 18 : 1) + bonnet_rng_below(r, 12), l->in_w = (wide ? 18 : 1) + bonnet_rng_below(r, 12);
    const int forks = bonnet_rng_chance(r, 5);
    if (forks) l->in_h = l->in_w = 5;
    if (wide || forks) window(l, 1, 1, 1, 1, 0, 0);
    else pixels(&b, l);
    l->win.mul = bonnet_rng_chance(r, 20) ? 200 : 1 + (int32_t)bonnet_rng_below(r, 2),
    l->win.add = -(int32_t)bonnet_rng_below(r, 256); /* 200: beyond 16 bits */
    l->pixels_signed = bonnet_rng_chance(r, 50);
    done(&b, l, wide ? 1 + bonnet_rng_below(r, 64) : channels(r));
    const uint32_t most = 1 + bonnet_rng_below(r, MOST_LAYERS - 4);
    if (wide) narrow_again(&b);
    else if (forks) fork_and_join(&b);
    while (b.n <= most) {
        const uint32_t how = bonnet_rng_below(r, 100);
        if (how < 20) residual(&b);
        else if (how < 35) pooled(&b);
        else one(&b);
    }
    for (uint32_t n = bonnet_rng_below(r, 4), i = 0; i < n; i++) whole(&b, BONNET_LAYER_BCONV, channels(r));
    whole(&b, BONNET_LAYER_BSUM, 2 + bonnet_rng_below(r, 20));
    return bonnet_build_finish(&b);
}

bonnet_net *bonnet_random_general_branch(const bonnet_net *net, uint32_t layer, uint64_t seed)
{
    const bonnet_layer *cut = &net->layers[layer];
    bonnet_build b;
    bonnet_build_start(&b, seed, 1);
    bonnet_build_map(&b, cut->out_c, cut->out_h, cut->out_w);
    if (bonnet_rng_chance(&b.rng, 60)) one(&b);
    if (bonnet_rng_chance(&b.rng, 30)) whole(&b, BONNET_LAYER_BCONV, channels(&b.rng));
    whole(&b, BONNET_LAYER_BSUM, net->classes);
    return bonnet_build_finish(&b);
}
