/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_directed.c - small networks for one operator or one edge each: every stem shape, every post-processing with every stride and
 * dilation, halves, pools of odd maps, the longest dot product, one-pixel maps, logit counts around a tile.
 */
#include <stdio.h>
#include <string.h>
#include "net_build.h"

/* A 3x3 stem without frills, h x w x 64. */
static int plain_stem(bonnet_build *b, uint32_t h, uint32_t w, uint32_t out_c)
{
    return bonnet_build_stem(b, &(bonnet_stem_spec){.h = h, .w = w, .planes = 1, .kernel = 3, .stride = 1, .out_c = out_c, .dw = b->k == 4});
}

static void name(bonnet_build *b, const char *what, uint32_t detail) { snprintf(b->name, sizeof b->name, "%s-%u-k%u", what, detail, b->k); }

/* 54: kernel x stride x pool x depthwise (none, replicated, constant). */
static void stem_net(bonnet_build *b, uint32_t i)
{
    bonnet_stem_spec s = {.kernel = 3 + 2 * (i % 3), .stride = 1 + i / 3 % 2, .pool = i / 6 % 3, .out_c = 64};
    s.dw = i / 18 > 0, s.dw_const = i / 18 == 2;
    s.planes = (i / 3 + i / 18) % 2 ? 3 : 1, s.pixels_signed = (i + i / 6) % 2;
    s.h = 9 - i % 4, s.w = 7 + i % 5;
    if (s.kernel == 7 && s.planes == 3 && i % 2) s.planes = 1;
    name(b, "stem", i);
    if (s.kernel == 7 && s.planes == 3) strcat(b->name, "-asic"); /* its tap rows are more than the tiny chip holds at once */
    bonnet_build_last(b, BONNET_ALL(b, bonnet_build_stem(b, &s)), 1);
}

/* 16: post x stride x dilation. */
static void conv_net(bonnet_build *b, uint32_t i)
{
    const bonnet_post post = (bonnet_post)(i % 4);
    const uint32_t stride = 1 + i / 4 % 2, dilation = 1 + i / 8;
    name(b, "conv", i);
    int s = plain_stem(b, 6, 4, 64), r = stride == 2 ? bonnet_build_down(b, BONNET_ALL(b, s), 64, BONNET_BUILD_POOL_DROPS) : s;
    int p = post == BONNET_POST_INTERLEAVE ? bonnet_build_down(b, BONNET_ALL(b, r), 64, 0) : r;
    int c = bonnet_build_conv(b, BONNET_ALL(b, s), 64, stride, dilation, post, post == BONNET_POST_STORE ? BONNET_NONE : BONNET_ALL(b, r),
                              post == BONNET_POST_INTERLEAVE ? BONNET_ALL(b, p) : BONNET_NONE);
    bonnet_build_last(b, post == BONNET_POST_INTERLEAVE ? BONNET_UPPER(b, c) : BONNET_ALL(b, c), 1);
}

/* 6: which halves of a 128-channel map are in, res and pass; the last block on the other half. */
static void half_net(bonnet_build *b, uint32_t i)
{
    name(b, "half", i);
    int s = plain_stem(b, 3, 5, 128), part[2] = {1, 2};
    bonnet_map_ref in = bonnet_build_part(b, s, part[i % 2]), res = bonnet_build_part(b, s, part[i / 2 % 2]),
                   pass = bonnet_build_part(b, s, part[i % 3 == 0]);
    int c = bonnet_build_conv(b, in, 64, 1, 1, BONNET_POST_XNOR, res, BONNET_NONE);
    int o = bonnet_build_conv(b, BONNET_ALL(b, c), 64, 1, 1, BONNET_POST_INTERLEAVE, res, pass);
    bonnet_build_last(b, bonnet_build_part(b, o, part[i / 3]), 1);
}

/* 16: downsample without pool, with one that drops odd edges and with one that keeps them; odd and even maps, of a whole map and of a half,
 * widening. Then kept edges alone: maps of one row, of one column, of both, and 3 x 3. */
static void down_net(bonnet_build *b, uint32_t i)
{
    name(b, "down", i);
    const uint32_t odd = i / 3 % 2, half = i / 6 % 2, small = i >= 12;
    int s = plain_stem(b, small ? 1 + 2 * (i / 2 % 2) : 4 + odd, small ? 1 + 2 * (i % 2) : 6 + odd, half ? 128 : 64);
    int d =
        bonnet_build_down(b, bonnet_build_part(b, s, half ? 2 : 0), half ? 64 : 128, small ? BONNET_BUILD_POOL_KEEPS : (bonnet_build_pool)(i % 3));
    bonnet_build_last(b, half ? BONNET_ALL(b, d) : BONNET_UPPER(b, d), 1);
}

/* 8: maps of one pixel, one row, one column, two by two, with dilation 2 reaching over all of them. */
static void edge_net(bonnet_build *b, uint32_t i)
{
    static const uint32_t size[4][2] = {{1, 1}, {1, 7}, {9, 1}, {2, 2}};
    name(b, "edge", i);
    int s = plain_stem(b, size[i % 4][0], size[i % 4][1], 64);
    int c = bonnet_build_conv(b, BONNET_ALL(b, s), 64, 1 + i / 4, 2, BONNET_POST_STORE, BONNET_NONE, BONNET_NONE);
    bonnet_build_last(b, BONNET_ALL(b, c), 2);
}

/* 4: long dot products; the longest, 9 x 512, only where 512 channels fit. */
static void wide_net(bonnet_build *b, uint32_t i)
{
    name(b, "wide", i);
    strcat(b->name, "-asic");
    int s = plain_stem(b, 2, 3, 64), d = bonnet_build_down(b, BONNET_ALL(b, s), 128u << i % 3, 0);
    int c = bonnet_build_conv(b, BONNET_ALL(b, d), i == 3 ? 192 : 64, 1, 1, BONNET_POST_STORE, BONNET_NONE, BONNET_NONE);
    bonnet_build_last(b, BONNET_ALL(b, c), 1);
}

/* 4: popcounts at both ends of the longest dot product: a map of only ones or only zeros into filters of only ones or only zeros. */
static void extreme_net(bonnet_build *b, uint32_t i)
{
    name(b, "extreme", i);
    strcat(b->name, "-asic");
    int s = plain_stem(b, 1, 2, 64), d = bonnet_build_down(b, BONNET_ALL(b, s), i < 2 ? 512 : 64, 0);
    int c = bonnet_build_conv(b, BONNET_ALL(b, d), 64, 1, 1, BONNET_POST_STORE, BONNET_NONE, BONNET_NONE);
    bonnet_build_last(b, BONNET_ALL(b, c), 1);
}

static void extreme_params(bonnet_net *net, uint32_t i)
{
    uint16_t *down = bonnet_net_param_data(net, 1, BONNET_PARAM_TP), *tp = bonnet_net_param_data(net, 2, BONNET_PARAM_TP);
    uint64_t *bits = bonnet_net_param_data(net, 2, BONNET_PARAM_BITS);
    const bonnet_layer *l = &net->layers[2];
    const uint32_t words = 9 * l->in_c / 64, dot = 9 * l->in_c, k = net->k;
    for (uint32_t o = 0; o < net->layers[1].conv_c * k; o++) down[o] = i % 2 ? 0 : (uint16_t)(64 * k + 1);
    for (uint32_t o = 0; o < 64; o++) {
        memset(bits + (size_t)o * words, o % 2 ? 0xff : 0, words * sizeof *bits);
        for (uint32_t j = 0; j < k; j++) tp[o * k + j] = (uint16_t)(o / 2 % 4 == 0 ? 0 : o / 2 % 4 == 1 ? 1 : o / 2 % 4 == 2 ? dot : dot + 1);
    }
}

/* 9: logit counts around tiles of 16 and 64. */
static const uint32_t logit_counts[] = {1, 2, 15, 16, 17, 63, 64, 65, 300};
static void fc_net(bonnet_build *b, uint32_t i)
{
    name(b, "fc", logit_counts[i]);
    if (logit_counts[i] > 200) strcat(b->name, "-asic");
    bonnet_build_last(b, BONNET_ALL(b, plain_stem(b, 2, 2, 64)), 1);
    bonnet_build_fc(b, logit_counts[i]);
}

/* 9: head shifts at their ends. */
static void head_net(bonnet_build *b, uint32_t i)
{
    name(b, "head", i);
    bonnet_build_last(b, BONNET_ALL(b, plain_stem(b, 3, 3, 64)), 1);
}

/* 1: a last map that is never whole in a tiny chip with k = 4: its tiles walk it in strips. */
static void strip_net(bonnet_build *b, uint32_t i)
{
    name(b, "strips", i);
    int s = plain_stem(b, 32, 32, 64);
    int c = bonnet_build_conv(b, BONNET_ALL(b, s), 64, 1, 1, BONNET_POST_XNOR, BONNET_ALL(b, s), BONNET_NONE);
    bonnet_build_last(b, BONNET_ALL(b, c), 1);
}

bonnet_net *bonnet_directed_net(uint32_t index, int *end)
{
    static const struct {
        void (*make)(bonnet_build *, uint32_t);
        uint32_t count;
    } family[] = {
        {stem_net, 54}, {conv_net, 16},   {half_net, 6}, {down_net, 16}, {edge_net, 8},
        {wide_net, 4},  {extreme_net, 4}, {fc_net, 9},   {head_net, 9},  {strip_net, 1},
    };
    bonnet_build b;
    uint32_t i = index / 2, f = 0; /* each with k = 4 and k = 1 */
    bonnet_build_start(&b, UINT64_C(0xd15ec7ed) + index, index % 2 ? 1 : 4);
    for (; f < sizeof family / sizeof *family && i >= family[f].count; f++) i -= family[f].count;
    *end = f == sizeof family / sizeof *family;
    if (*end) return NULL;
    family[f].make(&b, i);
    if (b.layers[b.n - 1].kind != BONNET_LAYER_FC) bonnet_build_fc(&b, 10);
    bonnet_net *net = bonnet_build_finish(&b);
    if (net && family[f].make == extreme_net) extreme_params(net, i);
    if (net && family[f].make == head_net) {
        static const uint32_t shift[3] = {0, 8, 24};
        net->layers[net->n_layers - 2].s1 = shift[i % 3];
        net->layers[net->n_layers - 2].s2 = shift[i / 3];
    }
    return net;
}
