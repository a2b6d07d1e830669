/* SPDX-License-Identifier: Apache-2.0 */
/* net_params.c - random numbers for every parameter, within the ranges of docs/operators.md and up to their ends. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "net_build.h"

static void fill_stem(bonnet_rng *r, bonnet_net *net, bonnet_layer *l)
{
    int8_t *w = bonnet_net_param_data(net, 0, BONNET_PARAM_W8), *dw = bonnet_net_param_data(net, 0, BONNET_PARAM_DW8);
    int8_t *border = bonnet_net_param_data(net, 0, BONNET_PARAM_BORDER);
    uint8_t *sh = bonnet_net_param_data(net, 0, BONNET_PARAM_SH);
    int32_t *t = bonnet_net_param_data(net, 0, BONNET_PARAM_T);
    const uint32_t taps = l->in_c * l->kernel * l->kernel;
    for (uint32_t o = 0; o < l->out_c; o++) {
        int32_t most = bonnet_rng_chance(r, 10) ? 127 : 1 + (int32_t)bonnet_rng_below(r, 127); /* some channels loud, some faint */
        for (uint32_t i = 0; i < taps; i++)
            w[o * taps + i] = (int8_t)(bonnet_rng_chance(r, 5) ? 127 * (bonnet_rng_chance(r, 50) ? 1 : -1) : bonnet_rng_range(r, -most, most));
        sh[o] = (uint8_t)(bonnet_rng_chance(r, 15) ? bonnet_rng_below(r, 25) : 3 + bonnet_rng_below(r, 10));
        most = 1 + (int32_t)bonnet_rng_below(r, 127);
        for (uint32_t i = 0; dw && i < 9; i++) dw[o * 9 + i] = (int8_t)(bonnet_rng_chance(r, 5) ? -128 : bonnet_rng_range(r, -most, most));
        if (border) border[o] = (int8_t)bonnet_rng_range(r, -128, 127);
        for (uint32_t j = 0; j < net->k; j++) {
            uint32_t how = bonnet_rng_below(r, 20);
            t[o * net->k + j] = how == 0 ? -(1 << 19) : how == 1 ? (1 << 19) - 1 : how == 2 ? 0 : bonnet_rng_log(r, l->dw ? 15 : 7);
        }
    }
}

/* Around the mean of a random dot product, with some that never or always hold. */
static uint16_t threshold(bonnet_rng *r, uint32_t dot)
{
    uint32_t how = bonnet_rng_below(r, 20);
    if (how == 0) return 0;
    if (how == 1) return (uint16_t)(dot + 1);
    if (how == 2) return (uint16_t)bonnet_rng_below(r, dot + 2);
    int32_t spread = (int32_t)sqrt((double)dot), t = (int32_t)dot / 2 + bonnet_rng_range(r, -spread, spread);
    return (uint16_t)(t < 0 ? 0 : t > (int32_t)dot + 1 ? (int32_t)dot + 1 : t);
}

static void fill_binary(bonnet_rng *r, bonnet_net *net, uint32_t i, const bonnet_layer *l)
{
    uint64_t *bits = bonnet_net_param_data(net, i, BONNET_PARAM_BITS);
    uint16_t *tp = bonnet_net_param_data(net, i, BONNET_PARAM_TP);
    uint8_t *pool_and = bonnet_net_param_data(net, i, BONNET_PARAM_POOL_AND);
    const uint32_t dot = l->kind == BONNET_LAYER_DOWN ? l->in_c * net->k : 9 * l->in_c;
    for (size_t n = bonnet_net_param_count(net, i, BONNET_PARAM_BITS), b = 0; b < n; b++) bits[b] = bonnet_rng_next(r);
    for (uint32_t o = 0; o < l->conv_c; o++) {
        if (bonnet_rng_chance(r, 2)) /* a channel of equal weights reaches the ends of the popcount */
            memset(bits + (size_t)o * (dot / 64), bonnet_rng_chance(r, 50) ? 0xff : 0, dot / 64 * sizeof *bits);
        for (uint32_t j = 0; tp && j < net->k; j++) tp[o * net->k + j] = threshold(r, dot);
        if (pool_and) pool_and[o] = (uint8_t)bonnet_rng_below(r, 2);
    }
}

static void fill_last(bonnet_rng *r, bonnet_net *net, uint32_t i, bonnet_layer *l)
{
    int16_t *a = bonnet_net_param_data(net, i, BONNET_PARAM_A), *b = bonnet_net_param_data(net, i, BONNET_PARAM_B);
    int16_t *s = bonnet_net_param_data(net, i, BONNET_PARAM_S);
    int32_t *c = bonnet_net_param_data(net, i, BONNET_PARAM_C);
    const int32_t dot = 9 * (int32_t)l->in_c;
    for (uint32_t o = 0; o < l->conv_c; o++) {
        a[o] = (int16_t)(bonnet_rng_chance(r, 5) ? (bonnet_rng_chance(r, 50) ? 32767 : -32768) : bonnet_rng_log(r, 15));
        b[o] = (int16_t)(bonnet_rng_chance(r, 5) ? -32768 : bonnet_rng_log(r, 15));
        s[o] = (int16_t)(bonnet_rng_chance(r, 5) ? -32768 : bonnet_rng_chance(r, 30) ? 64 : bonnet_rng_log(r, 15));
        int64_t left = ((int64_t)1 << 30) - 1 - (int64_t)abs(a[o]) * dot - (int64_t)abs(b[o]) * (int32_t)net->k;
        c[o] = bonnet_rng_log(r, 29);
        if (c[o] > left || -(int64_t)c[o] > left) c[o] = (int32_t)(c[o] < 0 ? -left : left); /* up to the bound itself */
    }
    l->s1 = bonnet_rng_chance(r, 20) ? bonnet_rng_below(r, 25) : 4 + bonnet_rng_below(r, 10);
    l->s2 = bonnet_rng_chance(r, 20) ? bonnet_rng_below(r, 25) : bonnet_rng_below(r, 10);
}

static void fill_fc(bonnet_rng *r, bonnet_net *net, uint32_t i, const bonnet_layer *l)
{
    int8_t *w = bonnet_net_param_data(net, i, BONNET_PARAM_W8);
    int32_t *bias = bonnet_net_param_data(net, i, BONNET_PARAM_C);
    for (uint32_t o = 0; o < l->out_c; o++) {
        int64_t left = INT32_MAX;
        for (uint32_t c = 0; c < l->in_c; c++) {
            int32_t v = bonnet_rng_chance(r, 3) ? -128 : bonnet_rng_range(r, -128, 127);
            if ((int64_t)abs(v) * 32768 > left - 32768) v = 0;
            left -= (int64_t)abs(v) * 32768;
            w[(size_t)o * l->in_c + c] = (int8_t)v;
        }
        bias[o] = bonnet_rng_log(r, 30);
        if (bias[o] > left || -(int64_t)bias[o] > left) bias[o] = (int32_t)(bias[o] < 0 ? -left : left);
    }
}

/* Thresholds around 0, where half of the bits are 1, with some always and never; a filter's bits behind the last channel are 0. */
static void fill_general(bonnet_rng *r, bonnet_net *net, uint32_t i, const bonnet_layer *l)
{
    const uint32_t group = l->in_c / l->win.groups, words = (group + 63) / 64, dot = l->win.kernel_h * l->win.kernel_w * group;
    const uint64_t last = group % 64 ? (UINT64_C(1) << group % 64) - 1 : ~UINT64_C(0);
    uint64_t *bits = bonnet_net_param_data(net, i, BONNET_PARAM_BITS);
    int8_t *w8 = bonnet_net_param_data(net, i, BONNET_PARAM_W8);
    uint8_t *turn = bonnet_net_param_data(net, i, BONNET_PARAM_SH), *pool_and = bonnet_net_param_data(net, i, BONNET_PARAM_POOL_AND);
    int32_t *t = bonnet_net_param_data(net, i, BONNET_PARAM_T), *c = bonnet_net_param_data(net, i, BONNET_PARAM_C);
    for (size_t n = 0; bits && n < bonnet_net_param_count(net, i, BONNET_PARAM_BITS); n++)
        bits[n] = bonnet_rng_next(r) & ((n + 1) % words ? ~UINT64_C(0) : last);
    for (size_t n = 0; w8 && n < bonnet_net_param_count(net, i, BONNET_PARAM_W8); n++) w8[n] = (int8_t)bonnet_rng_range(r, -128, 127);
    const int32_t reach = l->kind == BONNET_LAYER_ICONV ? 20000 : (int32_t)(dot / 8) + 2;
    for (uint32_t o = 0; o < l->out_c; o++) {
        if (t) t[o] = bonnet_rng_chance(r, 5) ? bonnet_rng_range(r, -(int32_t)dot - 2, (int32_t)dot + 2) : bonnet_rng_range(r, -reach, reach);
        if (turn) turn[o] = (uint8_t)bonnet_rng_chance(r, 50);
        if (pool_and) pool_and[o] = (uint8_t)bonnet_rng_chance(r, 50);
        if (c) c[o] = bonnet_rng_log(r, 20);
    }
}

/* Thresholds of each channel from the highest down, as training leaves them: slices are ordered then, and maps can be thermometer coded. */
static void order_thresholds(bonnet_net *net, uint32_t i)
{
    int32_t *t = bonnet_net_param_data(net, i, BONNET_PARAM_T);
    uint16_t *tp = bonnet_net_param_data(net, i, BONNET_PARAM_TP);
    for (size_t o = 0; (t || tp) && o < net->layers[i].conv_c; o++)
        for (uint32_t a = 0; a < net->k; a++)
            for (uint32_t b = a + 1; b < net->k; b++) {
                size_t low = o * net->k + a, high = o * net->k + b;
                if (t && t[low] < t[high]) {
                    int32_t v = t[low];
                    t[low] = t[high];
                    t[high] = v;
                } else if (tp && tp[low] < tp[high]) {
                    uint16_t v = tp[low];
                    tp[low] = tp[high];
                    tp[high] = v;
                }
            }
}

bonnet_net *bonnet_build_finish(bonnet_build *b)
{
    bonnet_net *net = bonnet_net_alloc(b->n);
    if (!net) return NULL;
    memcpy(net->name, b->name, sizeof net->name);
    net->k = b->k;
    net->classes = b->layers[b->n - 1].out_c;
    memcpy(net->layers, b->layers, b->n * sizeof *net->layers);
    for (uint32_t i = 0; i < net->n_layers; i++) {
        bonnet_layer *l = &net->layers[i];
        if (!bonnet_net_alloc_params(net, i)) {
            bonnet_net_free(net);
            return NULL;
        }
        switch (l->kind) {
        case BONNET_LAYER_STEM: fill_stem(&b->rng, net, l); break;
        case BONNET_LAYER_LAST:
            fill_last(&b->rng, net, i, l);
            fill_binary(&b->rng, net, i, l);
            break;
        case BONNET_LAYER_CONV:
        case BONNET_LAYER_DOWN: fill_binary(&b->rng, net, i, l); break;
        case BONNET_LAYER_FC: fill_fc(&b->rng, net, i, l); break;
        case BONNET_LAYER_MAP: break;
        default: fill_general(&b->rng, net, i, l); break;
        }
    }
    uint32_t how = bonnet_rng_below(&b->rng, 8); /* most nets ordered, some not at all, some by layer */
    for (uint32_t i = 0; i < net->n_layers; i++)
        if (!bonnet_kind_general(net->layers[i].kind) && (b->ordered || how < 5 || (how < 7 && bonnet_rng_chance(&b->rng, 70))))
            order_thresholds(net, i);
    return net;
}

uint8_t *bonnet_random_image(const bonnet_net *net, uint64_t seed, uint32_t frames)
{
    bonnet_rng r = {seed ^ UINT64_C(0x696d616765)};
    const size_t bytes = (size_t)net->layers[0].in_h * net->layers[0].in_w * net->layers[0].in_c;
    uint8_t *p = malloc(bytes * frames);
    for (uint32_t f = 0; p && f < frames; f++) {
        uint32_t how = bonnet_rng_below(&r, 8), level = bonnet_rng_below(&r, 256);
        for (size_t i = 0; i < bytes; i++) switch (how) {
            case 0: p[f * bytes + i] = (uint8_t)level; break;                                /* flat */
            case 1: p[f * bytes + i] = (uint8_t)(i * 3 + level); break;                      /* ramp */
            case 2: p[f * bytes + i] = bonnet_rng_chance(&r, 50) ? 255 : 0; break;           /* extremes */
            case 3: p[f * bytes + i] = bonnet_rng_chance(&r, 5) ? (uint8_t)level : 0; break; /* specks */
            default: p[f * bytes + i] = (uint8_t)bonnet_rng_below(&r, 256);
            }
    }
    return p;
}
