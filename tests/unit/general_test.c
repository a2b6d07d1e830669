/* SPDX-License-Identifier: Apache-2.0 */
/* general_test.c - general layers: every rule of net_check_general.c broken one at a time, and the WIN section: there and back, cut, and turned byte by byte. */
#include <limits.h>
#include "file.h"
#include "break.h"

/* One layer; pads of `pad` on every side. */
static void layer(bonnet_net *net, uint32_t i, bonnet_layer_kind kind, uint32_t in_c, uint32_t in, uint32_t out_c, uint32_t kernel, uint32_t pad)
{
    bonnet_layer *l = &net->layers[i];
    const uint32_t out = in + 2 * pad - kernel + 1;
    snprintf(l->name, sizeof l->name, "layer%u", (unsigned)i);
    l->kind = kind;
    l->in_c = in_c, l->in_h = l->in_w = in;
    l->out_c = l->conv_c = out_c, l->out_h = l->out_w = l->conv_h = l->conv_w = out;
    l->kernel = kernel, l->stride = l->dilation = 1;
    l->win = (bonnet_net_window){.kernel_h = kernel,
                                 .kernel_w = kernel,
                                 .stride_h = 1,
                                 .stride_w = 1,
                                 .dilation_h = 1,
                                 .dilation_w = 1,
                                 .top = pad,
                                 .left = pad,
                                 .bottom = pad,
                                 .right = pad,
                                 .groups = 1,
                                 .mul = kind == BONNET_LAYER_ICONV};
    if (i) l->in = (bonnet_map_ref){(int32_t)i - 1, 0, in_c};
}

/* Pixels, a convolution in two groups with zeros around it, a pool, a join, logits, and in front of those a choice of channels: every general kind; 70
 * channels are no multiple of 64. */
static bonnet_net *whole(unit *u)
{
    bonnet_net *net = bonnet_net_alloc(6);
    if (!net) exit(1);
    snprintf(net->name, sizeof net->name, "general");
    net->k = 1, net->classes = 3;
    layer(net, 0, BONNET_LAYER_ICONV, 3, 6, 70, 3, 0);
    layer(net, 1, BONNET_LAYER_BCONV, 70, 4, 70, 3, 1);
    net->layers[1].win.groups = 2;
    layer(net, 2, BONNET_LAYER_BELT, 70, 4, 70, 1, 0);
    net->layers[2].res = (bonnet_map_ref){0, 0, 70};
    layer(net, 3, BONNET_LAYER_BPOOL, 70, 4, 70, 2, 0);
    layer(net, 4, BONNET_LAYER_BPICK, 70, 3, 90, 1, 0);
    net->layers[4].res = (bonnet_map_ref){3, 0, 70};
    layer(net, 5, BONNET_LAYER_BSUM, 90, 3, 3, 3, 0);
    for (uint32_t i = 0; i < net->n_layers; i++) {
        if (!bonnet_net_alloc_params(net, i)) exit(1);
        int8_t *w = bonnet_net_param_data(net, i, BONNET_PARAM_W8);
        for (size_t j = 0; w && j < bonnet_net_param_count(net, i, BONNET_PARAM_W8); j++) w[j] = (int8_t)unit_random(u);
        uint64_t *bits = bonnet_net_param_data(net, i, BONNET_PARAM_BITS);
        for (size_t j = 0; bits && j < bonnet_net_param_count(net, i, BONNET_PARAM_BITS); j++)
            bits[j] = unit_random(u) >> 29; /* 35 channels of a group */
        int32_t *t = bonnet_net_param_data(net, i, BONNET_PARAM_T);
        for (size_t j = 0; t && j < bonnet_net_param_count(net, i, BONNET_PARAM_T); j++)
            t[j] = i == 4 ? (int32_t)(unit_random(u) % 140) : (int32_t)(unit_random(u) >> 55) - 256;
    }
    return net;
}

static void rules(unit *u, const bonnet_net *sound)
{
    BREAK(u, n->k = 4, "k");
    BREAK(u, l[0].kind = BONNET_LAYER_BCONV, "kind");
    BREAK(u, l[5].kind = BONNET_LAYER_BPOOL, "kind");
    BREAK(u, l[1].kind = BONNET_LAYER_CONV, "kind");
    BREAK(u, l[1].win.kernel_h = 0, "kernel");
    BREAK(u, l[1].win.kernel_w = UINT32_MAX, "kernel");
    BREAK(u, l[1].win.stride_w = 0, "stride");
    BREAK(u, l[1].win.dilation_h = UINT32_MAX, "dilation");
    BREAK(u, l[1].win.top = UINT32_MAX, "pads");
    BREAK(u, l[1].win.kernel_w = 7, "window of 7");
    BREAK(u, l[1].out_h = l[1].conv_h = 5, "map");
    BREAK(u, l[1].win.groups = 0, "groups");
    BREAK(u, l[1].win.groups = 3, "groups");
    BREAK(u, l[1].in_c = 0, "channels");
    BREAK(u, l[1].out_c = l[1].conv_c = 5000, "channels");
    BREAK(u, l[1].conv_c = 35, "conv_c");
    BREAK(u, l[1].kernel = 5, "window's");
    BREAK(u, l[1].pool = 1, "other layers");
    BREAK(u, l[1].win.add = 1, "first layer");
    BREAK(u, l[1].win.join = BONNET_JOIN_AND, "join");
    BREAK(u, l[2].win.join = (bonnet_join)3, "no such value");
    BREAK(u, l[1].win.edge = 2, "no such value");
    BREAK(u, l[1].in.map = 1, "earlier");
    BREAK(u, l[1].in.first = 64, "channels");
    BREAK(u, l[2].res.map = -1, "res");
    BREAK(u, l[3].in.map = 4, "earlier");
    BREAK(u, l[5].res = l[5].in, "res");
    BREAK(u, l[5].win.left = 1, "map");
    BREAK(u, l[4].res.channels = 69, "channels");
    BREAK(u, l[4].res.channels = 0, "res of 0");
    BREAK(u, l[4].res.map = 0, "res is 4 x 4");
    BREAK(u, l[4].res.map = -1, "none");
    BREAK(u, l[4].win.groups = 2, "slides");
    BREAK(u, l[4].win.stride_h = l[4].stride = 2, "map");
    BREAK(u, n->classes = 4, "classes");
    BREAK(u, l[0].win.mul = INT_MAX, "pixels");
    BREAK(u, l[0].win.mul = 0, "pixels");
    BREAK(u, l[0].win.add = INT_MIN, "pixels");
    BREAK(u, ((uint64_t *)DATA(1, BITS))[0] |= UINT64_C(1) << 35, "behind the last channel");
    BREAK(u, ((uint8_t *)DATA(0, SH))[69] = 2, "turned");
    BREAK(u, ((uint8_t *)DATA(3, POOL_AND))[69] = 2, "pool_and");
    BREAK(u, ((int32_t *)DATA(5, C))[2] = INT_MIN, "32 bits");
    BREAK(u, ((int32_t *)DATA(4, T))[89] = 140, "channel 140 of 140");
    BREAK(u, ((int32_t *)DATA(4, T))[0] = -1, "channel -1");
    BREAK(u, ((uint8_t *)DATA(4, SH))[89] = 2, "turned");
}

static void file(unit *u, const bonnet_net *sound)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    bonnet_error err = {{0}};
    bonnet_file back = {0};
    if (bonnet_file_build(&bytes, &size, sound, NULL, 0, &err) != BONNET_OK || bonnet_file_parse(&back, bytes, size, &err) != BONNET_OK) {
        UNIT(u, 0, "a net of general layers becomes a file and a net again", "%s", err.text);
        free(bytes);
        return;
    }
    int same = back.net->n_layers == sound->n_layers;
    for (uint32_t i = 0; same && i < sound->n_layers; i++) {
        same = memcmp(&back.net->layers[i].win, &sound->layers[i].win, sizeof sound->layers[i].win) == 0;
        for (int p = 0; same && p < BONNET_PARAMS; p++) {
            const size_t n = bonnet_net_param_count(sound, i, (bonnet_param)p) * bonnet_net_param_size((bonnet_param)p);
            same = !n || memcmp(bonnet_net_param(sound, i, (bonnet_param)p), bonnet_net_param(back.net, i, (bonnet_param)p), n) == 0;
        }
    }
    bonnet_file_free(&back);
    UNIT(u, same && bytes[10] == 3, "windows and parameters come back, version 1.3", "not the same, or version 1.%u", bytes[10]);
    size_t taken = 0;
    for (size_t cut = 0; cut < size; cut += 1 + size / 997) {
        bonnet_file part = {0};
        taken += bonnet_file_parse(&part, bytes, cut, &err) == BONNET_OK;
        bonnet_file_free(&part);
    }
    UNIT(u, taken == 0, "no cut file is a file", "%zu were", taken);
    taken = 0;
    for (uint32_t i = 0; i < u->cases; i++) { /* the hash refuses all of them, wherever the byte is */
        bonnet_file part = {0};
        uint8_t *at = &bytes[unit_random(u) % size], was = *at;
        *at ^= (uint8_t)(1 + unit_random(u) % 255);
        taken += bonnet_file_parse(&part, bytes, size, &err) == BONNET_OK;
        *at = was;
        bonnet_file_free(&part);
    }
    UNIT(u, taken == 0, "no file with another byte is a file", "%zu were", taken);
    free(bytes);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "general", 1, 200);
    bonnet_net *sound = whole(&u);
    char why[200];
    const char *said = bonnet_net_check(sound, why, sizeof why);
    UNIT(&u, !said, "the whole net is sound", "%s", said ? said : "");
    rules(&u, sound);
    file(&u, sound);
    bonnet_net_free(sound);
    return unit_end(&u);
}
