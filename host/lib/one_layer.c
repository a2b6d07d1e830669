/* SPDX-License-Identifier: Apache-2.0 */
/*
 * one_layer.c - see one_layer.h. A head is a stem alone; everything else begins with a map that is given. Joins read that map where it has their shape, else what a
 * dense layer makes of it; a last block and a dense head come together, as in every network. bonnet_net_check_part() has the last word on shapes.
 */
#include <stdlib.h>
#include <string.h>
#include "one_layer.h"

uint64_t bonnet_one_layer_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int kind_of(const char *name)
{
    for (int kind = BONNET_LAYER_STEM; kind <= BONNET_LAYER_BPICK; kind++)
        if (!strcmp(bonnet_kind_name((bonnet_layer_kind)kind), name)) return kind;
    return -1;
}

static uint32_t half_up(uint32_t n) { return (n + 1) / 2; }

/* Layer 0: the bits that the layer reads. */
static void place_map(bonnet_layer *l, uint32_t channels, uint32_t h, uint32_t w)
{
    l->kind = BONNET_LAYER_MAP;
    l->out_c = l->conv_c = channels, l->out_h = l->conv_h = h, l->out_w = l->conv_w = w;
}

static void read_map(bonnet_layer *l, bonnet_map_ref *ref, const bonnet_layer *from, int32_t map)
{
    *ref = (bonnet_map_ref){map, 0, from->out_c};
    if (ref == &l->in) l->in_c = from->out_c, l->in_h = from->out_h, l->in_w = from->out_w;
}

static void place_down(bonnet_layer *l, const bonnet_layer *from, int32_t map, uint32_t channels, uint32_t pool, int drops)
{
    l->kind = BONNET_LAYER_DOWN;
    l->kernel = l->stride = l->dilation = 1, l->pool = pool;
    read_map(l, &l->in, from, map);
    l->conv_c = l->out_c = channels, l->conv_h = l->in_h, l->conv_w = l->in_w;
    l->out_h = !pool ? l->in_h : drops ? l->in_h / 2 : half_up(l->in_h);
    l->out_w = !pool ? l->in_w : drops ? l->in_w / 2 : half_up(l->in_w);
}

static void place_conv(bonnet_layer *layers, uint32_t i, const bonnet_layer_shape *s)
{
    bonnet_layer *l = &layers[i];
    l->kind = BONNET_LAYER_CONV;
    l->kernel = s->kernel_h, l->stride = s->stride_h, l->dilation = s->dilation_h, l->post = (bonnet_post)s->post;
    read_map(l, &l->in, &layers[0], 0);
    l->conv_c = s->channels_out, l->out_c = s->post == BONNET_POST_INTERLEAVE ? 2 * s->channels_out : s->channels_out;
    l->conv_h = l->out_h = (l->in_h + l->stride - 1) / l->stride, l->conv_w = l->out_w = (l->in_w + l->stride - 1) / l->stride;
    if (s->post != BONNET_POST_STORE) read_map(l, &l->res, &layers[i - 1], (int32_t)i - 1);
    if (s->post == BONNET_POST_INTERLEAVE) read_map(l, &l->pass, &layers[i - 1], (int32_t)i - 1);
}

static void place_stem(bonnet_layer *l, const bonnet_layer_shape *s)
{
    l->kind = BONNET_LAYER_STEM;
    l->in_c = s->channels_in, l->in_h = s->height_in, l->in_w = s->width_in;
    l->kernel = s->kernel_h, l->stride = s->stride_h, l->dilation = 1, l->pool = s->pool;
    l->pixels_signed = s->pixels_signed, l->dw = s->depthwise;
    l->conv_c = l->out_c = s->channels_out;
    l->conv_h = (l->in_h + l->stride - 1) / l->stride, l->conv_w = (l->in_w + l->stride - 1) / l->stride;
    l->out_h = s->pool == 0 ? l->conv_h : s->pool == 1 ? l->conv_h / 2 : half_up(l->conv_h);
    l->out_w = s->pool == 0 ? l->conv_w : s->pool == 1 ? l->conv_w / 2 : half_up(l->conv_w);
}

/* A last block of as many channels as it reads, and the dense head behind it. */
static void place_tail(bonnet_layer *layers, uint32_t classes, uint32_t dilation)
{
    bonnet_layer *l = &layers[1], *fc = &layers[2];
    l->kind = BONNET_LAYER_LAST;
    l->kernel = 3, l->stride = 1, l->dilation = dilation, l->s1 = 5, l->s2 = 5;
    read_map(l, &l->in, &layers[0], 0);
    l->res = l->in;
    l->conv_c = l->out_c = l->in_c, l->conv_h = l->out_h = l->in_h, l->conv_w = l->out_w = l->in_w;
    fc->kind = BONNET_LAYER_FC;
    fc->kernel = fc->stride = fc->dilation = 1;
    fc->in = (bonnet_map_ref){1, 0, l->out_c};
    fc->in_c = l->out_c, fc->conv_c = fc->out_c = classes;
    fc->in_h = fc->in_w = fc->conv_h = fc->conv_w = fc->out_h = fc->out_w = 1;
}

static uint32_t slid(uint32_t in, uint32_t before, uint32_t after, uint32_t kernel, uint32_t dilation, uint32_t stride)
{
    const uint32_t padded = in + before + after, reach = (kernel - 1) * dilation + 1;
    return padded < reach ? 0 : (padded - reach) / stride + 1;
}

static void place_general(bonnet_layer *layers, uint32_t i, bonnet_layer_kind kind, const bonnet_layer_shape *s)
{
    bonnet_layer *l = &layers[i];
    l->kind = kind;
    l->kernel = s->kernel_h, l->stride = s->stride_h, l->dilation = s->dilation_h;
    l->in_c = s->channels_in, l->in_h = s->height_in, l->in_w = s->width_in, l->pixels_signed = s->pixels_signed;
    l->win = (bonnet_net_window){s->kernel_h, s->kernel_w, s->stride_h, s->stride_w, s->dilation_h, s->dilation_w,       s->top, s->left, s->bottom,
                                 s->right,    s->edge,     s->groups,   s->multiply, s->add,        (bonnet_join)s->join};
    l->conv_c = l->out_c = s->channels_out;
    l->conv_h = l->out_h = slid(l->in_h, s->top, s->bottom, s->kernel_h, s->dilation_h, s->stride_h);
    l->conv_w = l->out_w = slid(l->in_w, s->left, s->right, s->kernel_w, s->dilation_w, s->stride_w);
    if (kind == BONNET_LAYER_ICONV) return;
    read_map(l, &l->in, &layers[0], 0);
    if (kind == BONNET_LAYER_BELT || (kind == BONNET_LAYER_BPICK && s->second)) read_map(l, &l->res, &layers[0], 0);
}

static void fill(bonnet_net *net, uint32_t i, uint64_t *state)
{
    const bonnet_layer *l = &net->layers[i];
    const int general = bonnet_kind_general(l->kind);
    const uint32_t group = general ? l->in_c / l->win.groups : 64, words = (group + 63) / 64, rest = group % 64;
    const uint32_t dot = l->kind == BONNET_LAYER_DOWN ? l->in_c * net->k : 9 * l->in_c;
    for (int which = 0; which < BONNET_PARAMS; which++) {
        uint8_t *data = bonnet_net_param_data(net, i, (bonnet_param)which);
        const size_t count = data ? bonnet_net_param_count(net, i, (bonnet_param)which) : 0;
        for (size_t n = 0; n < count; n++) {
            const uint64_t r = bonnet_one_layer_random(state);
            switch ((bonnet_param)which) {
            case BONNET_PARAM_BITS:
                ((uint64_t *)(void *)data)[n] = r & ((n + 1) % words || !rest ? ~UINT64_C(0) : ~UINT64_C(0) >> (64 - rest));
                break;
            case BONNET_PARAM_TP: ((uint16_t *)(void *)data)[n] = (uint16_t)(dot / 2); break;
            case BONNET_PARAM_POOL_AND: data[n] = (uint8_t)(r & 1); break;
            case BONNET_PARAM_W8:
            case BONNET_PARAM_DW8:
            case BONNET_PARAM_BORDER: ((int8_t *)data)[n] = (int8_t)((int)(r % 9) - 4); break; /* small: no sum of any shape leaves its type */
            case BONNET_PARAM_SH: data[n] = (uint8_t)(general ? r & 1 : 3); break;
            case BONNET_PARAM_T:
                ((int32_t *)(void *)data)[n] =
                    l->kind == BONNET_LAYER_BPICK ? (int32_t)(n % (l->in_c + l->res.channels)) /* in order, as joins and shuffles are */ : 0;
                break;
            case BONNET_PARAM_A:
            case BONNET_PARAM_B:
            case BONNET_PARAM_S: ((int16_t *)(void *)data)[n] = (int16_t)(1 + r % 8); break;
            case BONNET_PARAM_C:
            case BONNET_PARAMS: break;
            }
        }
    }
}

/* Layers that the part has. */
static uint32_t count_of(bonnet_layer_kind kind, const bonnet_layer_shape *s, int joins_input)
{
    if (kind == BONNET_LAYER_STEM || kind == BONNET_LAYER_ICONV) return 1;
    if (kind == BONNET_LAYER_LAST || kind == BONNET_LAYER_FC) return 3;
    return kind == BONNET_LAYER_CONV && s->post != BONNET_POST_STORE && !joins_input ? 3 : 2;
}

/* Sums below stay within 32 bits; the rest is the check's. */
static const char *wrong_number(const bonnet_layer_shape *s, int kind)
{
    const uint32_t size[] = {s->slices,   s->channels_in, s->height_in, s->width_in,   s->channels_out, s->kernel_h,
                             s->kernel_w, s->stride_h,    s->stride_w,  s->dilation_h, s->dilation_w,   s->groups};
    const uint32_t border[] = {s->top, s->left, s->bottom, s->right};
    if (kind < 0) return "no such kind of layer";
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        if (size[i] < 1 || size[i] > 8192) return "slices, channels, sides, kernels, strides, dilations and groups are 1..8192";
    for (size_t i = 0; i < sizeof border / sizeof *border; i++)
        if (border[i] > 512) return "a border of more than 512 pixels";
    if (s->pool > 2 || s->post > BONNET_POST_INTERLEAVE || s->depthwise > 1 || s->pixels_signed > 1 || s->edge > 1 || s->join > BONNET_JOIN_AND ||
        s->second > 1)
        return "pool, post, depthwise, pixels_signed, edge, join or second has no such value";
    return NULL;
}

static void place(bonnet_net *net, bonnet_layer_kind kind, const bonnet_layer_shape *s, uint32_t *index)
{
    bonnet_layer *layers = net->layers;
    const uint32_t last = net->n_layers - 1;
    *index = kind == BONNET_LAYER_LAST ? 1 : last;
    if (kind != BONNET_LAYER_STEM && kind != BONNET_LAYER_ICONV) place_map(&layers[0], s->channels_in, s->height_in, s->width_in);
    if (kind == BONNET_LAYER_STEM) place_stem(&layers[0], s);
    else if (kind == BONNET_LAYER_DOWN) place_down(&layers[1], &layers[0], 0, s->channels_out, s->pool, s->drops);
    else if (kind == BONNET_LAYER_LAST) place_tail(layers, 1, s->dilation_h);
    else if (kind == BONNET_LAYER_FC) place_tail(layers, s->channels_out, 1);
    else if (kind == BONNET_LAYER_CONV) {
        if (last == 2) place_down(&layers[1], &layers[0], 0, s->channels_out, s->stride_h == 2, 0);
        place_conv(layers, last, s);
    } else place_general(layers, last, kind, s);
    net->classes = bonnet_net_ends_in_bits(net) ? (uint32_t)(2 * bonnet_net_map_words(net, last)) : layers[last].out_c;
}

bonnet_status bonnet_one_layer(bonnet_net **out, uint32_t *index, const bonnet_layer_shape *s, uint64_t seed, bonnet_error *err)
{
    const int kind = s->kind ? kind_of(s->kind) : -1;
    const char *wrong = wrong_number(s, kind);
    char why[200];
    if (wrong) return bonnet_fail(err, BONNET_EINVAL, "no layer of this shape: %s", wrong);
    const int joins_input = s->stride_h == 1 && s->channels_in == s->channels_out;
    bonnet_net *net = bonnet_net_alloc(count_of((bonnet_layer_kind)kind, s, joins_input));
    if (!net) return bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    net->k = s->slices;
    strcpy(net->name, "one layer");
    for (uint32_t i = 0; i < net->n_layers; i++) strcpy(net->layers[i].name, "layer");
    place(net, (bonnet_layer_kind)kind, s, index);
    bonnet_status status = BONNET_OK;
    if (bonnet_net_check_part_shape(net, why, sizeof why)) status = bonnet_fail(err, BONNET_EINVAL, "no layer of this shape: %s", why);
    for (uint32_t i = 0; i < net->n_layers && status == BONNET_OK; i++)
        if (bonnet_net_alloc_params(net, i)) fill(net, i, &seed);
        else status = bonnet_fail(err, BONNET_ENOMEM, "out of memory");
    if (status == BONNET_OK && bonnet_net_check_part(net, why, sizeof why))
        status = bonnet_fail(err, BONNET_EINVAL, "no layer of this shape: %s", why);
    if (status != BONNET_OK) bonnet_net_free(net);
    else *out = net;
    return status;
}
