/* SPDX-License-Identifier: Apache-2.0 */
/* net_check_test.c - bonnet_net_check refuses every rule broken one at a time, accepts every random net, and the arena copies all. */
#include <limits.h>
#include <math.h>
#include "../conform/net_build.h"
#include "break.h"

/* stem 128 channels, downsample, xnor, interleave, last, fc: every kind and every reference. */
static bonnet_net *whole(uint32_t k)
{
    bonnet_build b;
    bonnet_build_start(&b, 3, k);
    int s = bonnet_build_stem(
        &b, &(bonnet_stem_spec){.h = 9, .w = 8, .planes = 3, .kernel = 5, .stride = 1, .pool = 1, .out_c = 128, .dw = 1, .dw_const = 1});
    int d = bonnet_build_down(&b, BONNET_ALL(&b, s), 64, 1);
    int x = bonnet_build_conv(&b, BONNET_UPPER(&b, s), 64, 2, 1, BONNET_POST_XNOR, BONNET_ALL(&b, d), BONNET_NONE);
    int i = bonnet_build_conv(&b, BONNET_ALL(&b, x), 64, 1, 2, BONNET_POST_INTERLEAVE, BONNET_ALL(&b, x), BONNET_ALL(&b, d));
    bonnet_build_last(&b, BONNET_LOWER(&b, i), 1);
    bonnet_build_fc(&b, 5);
    return bonnet_build_finish(&b);
}

static void shapes(unit *u, const bonnet_net *sound)
{
    BREAK(u, n->k = 2, "slices");
    BREAK(u, n->n_layers = 2, "layers");
    BREAK(u, n->n_layers = BONNET_MAX_LAYERS + 1, "layers");
    BREAK(u, n->classes = 0, "classes");
    BREAK(u, n->classes = 6, "classes");
    BREAK(u, n->logit_scale = NAN, "scale");
    BREAK(u, n->logit_scale = 0, "scale");
    BREAK(u, memset(n->name, 'a', sizeof n->name), "name");
    BREAK(u, strcpy(l[2].name, "a\033b"), "name");
    BREAK(u, l[1].kind = BONNET_LAYER_STEM, "kind");
    BREAK(u, l[1].kind = (bonnet_layer_kind)9, "kind");
    BREAK(u, l[0].kind = BONNET_LAYER_CONV, "kind");
    BREAK(u, l[4].kind = BONNET_LAYER_CONV, "kind");
    BREAK(u, l[0].in_c = 2, "planes");
    BREAK(u, l[0].kernel = 4, "kernel");
    BREAK(u, l[0].kernel = 9, "kernel");
    BREAK(u, l[0].stride = 3, "stride");
    BREAK(u, l[0].pool = 3, "pool");
    BREAK(u, l[0].dw = 2, "flags");
    BREAK(u, l[0].dw = 0, "flags");
    BREAK(u, l[0].out_c = l[0].conv_c = 96, "multiple of 64");
    BREAK(u, l[0].conv_c = 64, "conv_c");
    BREAK(u, l[0].in_h = 0, "sides");
    BREAK(u, l[0].in_w = BONNET_MAX_SIDE + 1, "sides");
    BREAK(u, l[0].in_h = 11, "convolution");
    BREAK(u, l[0].out_w = 3, "map");
    BREAK(u, l[0].post = BONNET_POST_OR, "post");
    BREAK(u, l[0].in.map = 0, "none");
    BREAK(u, l[1].pool = 2, "pool");
    BREAK(u, l[1].kernel = 3, "1x1");
    BREAK(u, l[1].out_h = 3, "map");
    BREAK(u, l[1].in.map = 1, "earlier");
    BREAK(u, l[1].in.map = -1, "earlier");
    BREAK(u, l[1].in.map = INT_MAX, "earlier");
    BREAK(u, l[1].in.channels = 64, "channels");
    BREAK(u, l[1].pixels_signed = 1, "stem");
    BREAK(u, l[2].in.first = 32, "half");
    BREAK(u, l[2].in.first = 128, "half");
    BREAK(u, (l[2].in.first = 64, l[2].in.channels = l[2].in_c = 128), "half");
    BREAK(u, l[2].stride = 3, "stride");
    BREAK(u, l[2].dilation = 3, "dilation");
    BREAK(u, l[2].dilation = 0, "dilation");
    BREAK(u, l[2].kernel = 1, "kernel");
    BREAK(u, l[2].pool = 1, "pool");
    BREAK(u, l[2].post = (bonnet_post)4, "post");
    BREAK(u, l[2].post = BONNET_POST_STORE, "none");
    BREAK(u, l[2].res.map = 0, "res");
    BREAK(u, l[2].res.map = -1, "earlier");
    BREAK(u, l[2].pass = l[2].res, "none");
    BREAK(u, l[2].s1 = 1, "shift");
    BREAK(u, l[3].out_c = 64, "out_c");
    BREAK(u, l[3].pass.map = 3, "earlier");
    BREAK(u, l[3].in_c = 1024, "dot");
    BREAK(u, l[4].res.first = 64, "res");
    BREAK(u, l[4].stride = 2, "stride");
    BREAK(u, l[4].s1 = 25, "shift");
    BREAK(u, l[4].s2 = 32, "shift");
    BREAK(u, l[4].conv_c = l[4].out_c = 128, "conv_c");
    BREAK(u, l[5].in.map = 3, "features");
    BREAK(u, l[5].in_c = 128, "features");
    BREAK(u, l[5].out_h = 2, "out");
    BREAK(u, l[5].kernel = 3, "kernel");
}

static void numbers(unit *u, const bonnet_net *sound)
{
    BREAK(u, ((int8_t *)DATA(0, W8))[77] = -128, "weight");
    BREAK(u, ((uint8_t *)DATA(0, SH))[127] = 25, "shifts");
    BREAK(u, ((int32_t *)DATA(0, T))[0] = 1 << 19, "20 bits");
    BREAK(u, ((int32_t *)DATA(0, T))[127 * n->k] = -(1 << 19) - 1, "20 bits");
    BREAK(u, ((uint16_t *)DATA(1, TP))[63 * n->k] = (uint16_t)(128 * n->k + 2), "threshold");
    BREAK(u, ((uint16_t *)DATA(3, TP))[64 * n->k - 1] = 578, "threshold");
    BREAK(u, ((uint8_t *)DATA(1, POOL_AND))[5] = 2, "pool_and");
    BREAK(u, (((int16_t *)DATA(4, A))[3] = 0, ((int16_t *)DATA(4, B))[3] = 0, ((int32_t *)DATA(4, C))[3] = 1 << 30), "2^30");
    BREAK(u, (((int16_t *)DATA(4, A))[3] = 32767, ((int16_t *)DATA(4, B))[3] = 1, ((int32_t *)DATA(4, C))[3] = INT_MIN), "2^30");
    BREAK(u, ((int32_t *)DATA(5, C))[4] = INT_MAX, "32 bits");
    BREAK(u, l[0].w8 = NULL, "missing");
    BREAK(u, l[0].border = NULL, "missing");
    BREAK(u, l[2].tp = NULL, "missing");
    BREAK(u, l[2].bits = NULL, "missing");
    BREAK(u, l[2].t = l[0].t, "belong");
    BREAK(u, l[4].s = NULL, "missing");
    BREAK(u, l[5].c = NULL, "missing");
    BREAK(u, (bonnet_net_set_label(n, 0, "x"), n->labels[1] = NULL), "label");
    BREAK(u, bonnet_net_set_label(n, 4, "a\nb"), "label");
}

/* The largest sums of the head, exactly at and one over the bound. */
static void bounds(unit *u, const bonnet_net *sound)
{
    for (int over = 0; over < 2; over++) {
        char why[200];
        bonnet_net *n = bonnet_net_clone(sound);
        if (!n) exit(1);
        int16_t *a = DATA(4, A), *b = DATA(4, B);
        int32_t *c = DATA(4, C), k = (int32_t)n->k;
        a[0] = -1000, b[0] = 500, c[0] = (1 << 30) - 1 - 1000 * 576 - 500 * k + over;
        const char *said = bonnet_net_check(n, why, sizeof why);
        UNIT(u, (said != NULL) == over, "A*n + B*m + C at the bound", "over by %d: %s", over, said ? said : "sound");
        bonnet_net_free(n);
    }
}

static void copies(unit *u)
{
    for (uint32_t i = 0; i < u->cases; i++) {
        char why[200];
        bonnet_net *net = bonnet_random_net(u->seed + i, i % 2 ? &bonnet_room_tiny : &bonnet_room_asic, i % 3 == 0), *copy;
        if (!net) exit(1);
        bonnet_net_set_label(net, 0, "first");
        const char *said = bonnet_net_check(net, why, sizeof why);
        copy = bonnet_net_clone(net);
        int same = copy && !strcmp(copy->labels[0], "first") && copy->labels[0] != net->labels[0] && copy->n_layers == net->n_layers;
        for (uint32_t l = 0; same && l < net->n_layers; l++)
            for (int p = 0; same && p < BONNET_PARAMS; p++) {
                size_t bytes = bonnet_net_param_count(net, l, (bonnet_param)p) * bonnet_net_param_size((bonnet_param)p);
                const void *x = bonnet_net_param(net, l, (bonnet_param)p), *y = bonnet_net_param(copy, l, (bonnet_param)p);
                same = bytes ? x && y && x != y && !memcmp(x, y, bytes) : !x && !y;
            }
        bonnet_net_free(net);
        if (said || !same || i + 1 == u->cases)
            UNIT(u, !said && same, "random nets are sound and copies are whole", "seed %llu: %s", (unsigned long long)(u->seed + i),
                 said ? why : "copy");
        bonnet_net_free(copy);
    }
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "net_check", 1, 200);
    for (uint32_t k = 1; k <= 4; k += 3) {
        bonnet_net *sound = whole(k);
        char why[200];
        if (!sound) return 1;
        const char *said = bonnet_net_check(sound, why, sizeof why);
        UNIT(&u, !said, "the whole net is sound", "%s", said ? said : "");
        shapes(&u, sound);
        numbers(&u, sound);
        bounds(&u, sound);
        bonnet_net_free(sound);
    }
    UNIT(&u, !bonnet_net_alloc(0) && !bonnet_net_alloc(BONNET_MAX_LAYERS + 1), "layer counts out of range", "allocated");
    bonnet_net *net = bonnet_net_alloc(1);
    if (!net) return 1;
    net->layers[0].kind = BONNET_LAYER_STEM;
    net->layers[0].out_c = net->layers[0].in_c = net->layers[0].kernel = UINT32_MAX;
    UNIT(&u, bonnet_net_param_count(net, 0, BONNET_PARAM_W8) == SIZE_MAX && !bonnet_net_alloc_params(net, 0), "absurd sizes do not wrap", "wrapped");
    UNIT(&u, !bonnet_net_set_label(net, 0, "x"), "no label without a class", "set");
    bonnet_net_free(net);
    bonnet_net_free(NULL);
    copies(&u);
    return unit_end(&u);
}
