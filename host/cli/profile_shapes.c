/* SPDX-License-Identifier: Apache-2.0 */
/* profile_shapes.c - layers as networks have them: sizes drawn, the rest follows. What is too much work for a measurement is drawn again. */
#include <string.h>
#include "profiling.h"

const char *const profile_kind[PROFILE_KINDS] = {"stem", "conv", "down", "last", "fc", "iconv", "bconv", "bpool", "belt", "bsum", "bpick"};

static const uint32_t pictures[] = {28, 32, 48, 64, 96, 112, 160, 224}, maps[] = {7, 10, 14, 20, 28, 40, 56}, small[] = {4, 5, 7, 10, 14};

uint32_t profile_below(uint64_t *state, uint32_t n) /* splitmix64 */
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) % n);
}

#define ONE_OF(list) (list)[profile_below(state, sizeof(list) / sizeof *(list))]

/* 1..most, every power of two as likely as the next. */
static uint32_t any(uint64_t *state, uint32_t most)
{
    uint32_t bits = 0;
    while (most >> bits > 1) bits++;
    const uint32_t low = UINT32_C(1) << profile_below(state, bits + 1), n = low + profile_below(state, low);
    return n > most ? most : n;
}

static uint32_t by_64(uint64_t *state, uint32_t most) { return (any(state, most / 64)) * 64; }

static void window(bonnet_layer_shape *s, uint32_t kernel, uint32_t stride, uint32_t border)
{
    s->kernel_h = s->kernel_w = kernel, s->stride_h = s->stride_w = stride;
    s->top = s->left = s->bottom = s->right = border;
}

static void blocks(bonnet_layer_shape *s, uint32_t side, uint32_t in, uint32_t out, uint32_t slices)
{
    s->height_in = s->width_in = side, s->channels_in = in, s->channels_out = out, s->slices = slices;
}

static void draw_stem(bonnet_layer_shape *s, uint64_t *state)
{
    blocks(s, ONE_OF(pictures), profile_below(state, 2) ? 3 : 1, profile_below(state, 4) ? 64 : 128, profile_below(state, 2) ? 4 : 1);
    window(s, 3 + 2 * profile_below(state, 3), s->height_in > 112 ? 2 : 1 + profile_below(state, 2),
           0); /* a map of 224 x 224 leaves the second cache */
    s->pool = profile_below(state, 3), s->depthwise = profile_below(state, 2), s->pixels_signed = 1;
}

static void draw_binary(bonnet_layer_shape *s, uint64_t *state, uint32_t kind)
{
    const uint32_t slices = profile_below(state, 2) ? 4 : 1, in = by_64(state, 512);
    blocks(s, kind == 3 ? ONE_OF(small) : ONE_OF(maps), in, kind == 3 ? in : by_64(state, 512), slices);
    window(s, kind == 2 ? 1 : 3, kind == 1 && !profile_below(state, 5) ? 2 : 1, 0);
    if (kind == 1) s->post = profile_below(state, 4);
    if (kind == 2) s->pool = profile_below(state, 2);
}

static void draw_iconv(bonnet_layer_shape *s, uint64_t *state)
{
    const uint32_t kernel = 1 + 2 * profile_below(state, 3), bordered = profile_below(state, 2);
    blocks(s, ONE_OF(pictures), profile_below(state, 2) ? 3 : 1, any(state, 256), 1);
    window(s, kernel, 1 + (kernel > 1 && !profile_below(state, 3)), bordered ? kernel / 2 : 0);
    s->multiply = bordered ? 1 : 2, s->add = bordered ? 0 : -255, s->pixels_signed = bordered; /* as exporters make them */
}

static void draw_bconv(bonnet_layer_shape *s, uint64_t *state)
{
    const uint32_t how = profile_below(state, 10);
    if (how < 6) {
        blocks(s, profile_below(state, 3) ? ONE_OF(maps) : 3 + profile_below(state, 4), any(state, 512), any(state, 512), 1);
        window(s, 3, how ? 1 : 2, profile_below(state, 2));
    } else if (how < 8) {
        blocks(s, profile_below(state, 2) ? 1 : ONE_OF(maps), any(state, 1024), any(state, 1024), 1);
        window(s, 1, 1, 0);
    } else {
        const uint32_t picture = profile_below(state, 2), side = picture ? 20 + profile_below(state, 13) : 2 + profile_below(state, 6);
        blocks(s, side, picture ? 1 : any(state, 512), any(state, 1024), 1);
        window(s, side, 1, 0);
    }
}

static void draw_general(bonnet_layer_shape *s, uint64_t *state, uint32_t kind)
{
    const uint32_t channels = 15 + any(state, 497);
    blocks(s, ONE_OF(maps), channels, channels, 1);
    if (kind == 7) window(s, profile_below(state, 4) ? 2 : 3, 2, 0);
    if (kind == 10) s->channels_out = 15 + any(state, 497), s->second = profile_below(state, 2);
    if (kind != 9) return;
    const uint32_t sides[] = {1, 1, 4, 6, 7};
    s->height_in = s->width_in = ONE_OF(sides), s->channels_out = 1 + any(state, 999);
    window(s, s->height_in, 1, 0);
}

/* Sums of bits or bytes; what has none goes by the bits that it moves. */
static double work(const bonnet_layer_shape *s)
{
    const double pixels = (double)s->height_in * s->width_in / s->stride_h / s->stride_w;
    const int whole = s->kernel_h == s->height_in && s->kernel_h > 1;
    return (whole ? 1 : pixels) * s->kernel_h * s->kernel_w * s->channels_in * s->channels_out;
}

void profile_shape(bonnet_layer_shape *s, uint32_t kind, uint64_t *state)
{
    double bits;
    do {
        memset(s, 0, sizeof *s); /* whole, so that shapes can be compared */
        s->kind = profile_kind[kind];
        s->dilation_h = s->dilation_w = s->groups = 1;
        window(s, 1, 1, 0);
        if (kind == 0) draw_stem(s, state);
        else if (kind <= 3) draw_binary(s, state, kind);
        else if (kind == 4) blocks(s, 1, by_64(state, 512), 1 + any(state, 999), 1);
        else if (kind == 5) draw_iconv(s, state);
        else if (kind == 6) draw_bconv(s, state);
        else draw_general(s, state, kind);
        bits = (double)s->kernel_h * s->kernel_w * ((s->channels_in + 63) / 64 * 64);
    } while (work(s) > (kind == 9 ? 4e6 : 6e8) || (kind == 6 && bits > 32000) || (kind == 2 && s->channels_in * s->slices > 4608));
}
