/* SPDX-License-Identifier: Apache-2.0 */
/*
 * networks.c - the layer tables of the six networks of seed 000, at 224x224 and 1000 classes.
 *
 * All are ResNet-18: stem 7x7/2 and pool, four stages of two blocks of two 3x3 convolutions, 64 128 256 512 channels at 56 28 14 7 pixels,
 * fully connected 512 -> 1000. Sources: published totals and "W/A/F" bit widths: seed 000. BaseNet, BoolNet: layer by layer as
 * measured on the published code (public repository hpi-xnor/BoolNet, commit 2231bd0); tests/unit/energy_test.c holds the totals. XNOR-Net: Rastegari et al. 2016,
 * ResNet-18, a 32-bit shortcut around two convolutions. Bi-RealNet: Liu et al. 2018, a shortcut around each. ReActNet (Bi-Real): the same with an
 * RPReLU after each. In these three the maps are 32 bits wide, the stride-2 shortcut is a 1x1 convolution in int8, beside the binary one.
 */
#include <stdio.h>
#include <string.h>
#include "networks.h"

enum { SIDE_STAGE1 = 56, PIXELS_STEM = 112 * 112, REAL_BITS = 32 };
typedef enum net_kind { REACT, BIREAL, XNOR, BOOL, BASE } net_kind;

static int add_map(bonnet_energy_net *net, double bits, int ordered)
{
    net->map[net->maps] = (energy_map){bits, ordered, -1};
    return net->maps++;
}

static energy_layer *add_layer(bonnet_energy_net *net, const char *name, int stage, int block, int channels)
{
    energy_layer *l = &net->layer[net->layers++];
    memset(l, 0, sizeof *l);
    if (stage >= 1 && stage <= 4) snprintf(l->name, sizeof l->name, "layer%d.%d.%s", stage, block, name);
    else snprintf(l->name, sizeof l->name, "%s", name);
    l->out = l->copy = l->over = -1;
    l->channels = channels;
    l->stage = stage;
    return l;
}

static void add_read(bonnet_energy_net *net, energy_layer *l, int map, double bits, int window)
{
    l->read[l->reads++] = (energy_read){map, bits, window};
    net->map[map].last_use = net->layers - 1;
}

/* The map that enters stage 1. */
static int add_stem(bonnet_energy_net *net, net_kind kind, int *copy)
{
    const double elements = 64.0 * SIDE_STAGE1 * SIDE_STAGE1;
    int image = add_map(net, 3.0 * 224 * 224 * 8, 0), out;
    energy_layer *l = add_layer(net, "conv1", 0, 0, 64);
    l->ops[BONNET_ENERGY_INT8] = 64.0 * 147 * PIXELS_STEM;
    l->ops[BONNET_ENERGY_BN] = 64.0 * PIXELS_STEM + (net->family ? elements : 0);
    l->int8_weight_bits = 64 * 147 * 8;
    add_read(net, l, image, net->map[image].bits, 0);
    if (kind == BOOL) { /* local adaptive shifting: a depthwise 3x3 on the pooled int8 map */
        int pooled = l->out = add_map(net, elements * 8, 0);
        l = add_layer(net, "dw", 0, 0, 64);
        l->ops[BONNET_ENERGY_INT8] = elements * 9;
        l->ops[BONNET_ENERGY_BN] = 2 * elements;
        l->int8_weight_bits = 64 * 9 * 8;
        add_read(net, l, pooled, net->map[pooled].bits, 0);
    }
    if (net->family) l->ops[BONNET_ENERGY_SIGN16] = net->k * elements;
    out = l->out = add_map(net, elements * (net->family ? net->k : REAL_BITS), 1);
    if (!net->family) l->ops[BONNET_ENERGY_SIGN32] = elements, *copy = l->copy = add_map(net, elements, 0);
    return out;
}

static energy_layer *add_conv(bonnet_energy_net *net, const char *name, int stage, int block, int in, int out, int side)
{
    energy_layer *l = add_layer(net, name, stage, block, out);
    l->ops[BONNET_ENERGY_BCONV] = 9.0 * in * out * side * side;
    l->ops[BONNET_ENERGY_BN] = (double)out * side * side;
    l->weight_bits = 9.0 * in * out;
    return l;
}

/* A block of BaseNet or BoolNet: b = slices(conv1(x)) XNOR r, out = slices(conv2(b)) OR r; BoolNet: and the pass-through half beside it. */
static int add_family_block(bonnet_energy_net *net, net_kind kind, int stage, int block, int x)
{
    const int c = 64 << (stage - 1), side = SIDE_STAGE1 >> (stage - 1), first = stage > 1 && block == 0;
    const double e = (double)c * side * side, bits = e * net->k;
    const int in = first && kind == BASE ? c / 2 : c; /* BoolNet's maps have twice the channels */
    const double working = first ? net->map[x].bits : bits;
    int r = x, b, out;
    energy_layer *l;
    if (first) {
        l = add_layer(net, "down", stage, block, c);
        double taps = (double)in * net->k;
        l->ops[BONNET_ENERGY_BCONV] = taps * c * 4 * side * side;
        l->ops[BONNET_ENERGY_BN] = e;
        l->ops[BONNET_ENERGY_SIGN16] = bits;
        l->weight_bits = taps * c;
        add_read(net, l, x, working, 1);
        r = l->out = add_map(net, bits, 1);
    }
    l = add_conv(net, "conv1", stage, block, in, c, side);
    l->ops[BONNET_ENERGY_SIGN16] = bits;
    add_read(net, l, x, working, 1);
    add_read(net, l, r, bits, 0);
    b = l->out = add_map(net, bits, 0);
    l = add_conv(net, "conv2", stage, block, c, c, side);
    add_read(net, l, b, bits, 1);
    if (stage == 4 && block == 1) { /* the sum over slices, a second BN, PReLU, average */
        l->ops[BONNET_ENERGY_BN] = 2 * e;
        l->out = add_map(net, 512.0 * REAL_BITS, 0);
        return l->out;
    }
    l->ops[BONNET_ENERGY_SIGN16] = bits;
    add_read(net, l, r, bits, 0);
    l->over = r;
    if (kind == BASE) out = add_map(net, bits, 1);
    else {
        if (r == x && net->map[x].bits > bits) add_read(net, l, x, bits, 0); /* the other half; else it is r itself */
        out = add_map(net, 2 * bits, 1);
    }
    return l->out = out;
}

/* A block with 32-bit shortcuts. *copy: the one-bit form of x that the array reads, made when x was. */
static int add_real_block(bonnet_energy_net *net, net_kind kind, int stage, int block, int x, int *copy)
{
    const int c = 64 << (stage - 1), side = SIDE_STAGE1 >> (stage - 1), first = stage > 1 && block == 0;
    const double e = (double)c * side * side;
    for (int i = 0; i < 2; i++) {
        int down = first && i == (kind == XNOR), sum = kind != XNOR || i == 1; /* where the shortcut is added */
        energy_layer *l = add_conv(net, i ? "conv2" : "conv1", stage, block, first && !i ? c / 2 : c, c, side);
        l->ops[BONNET_ENERGY_SIGN32] = e;
        if (kind == REACT) l->ops[BONNET_ENERGY_RPRELU] = e;
        add_read(net, l, *copy, net->map[*copy].bits, 1);
        if (sum) {
            l->ops[BONNET_ENERGY_AGG] = e;
            add_read(net, l, x, net->map[x].bits, 0);
            if (!down) l->over = x;
            x = l->out = add_map(net, e * REAL_BITS, 0);
        }
        if (down) {
            l->ops[BONNET_ENERGY_INT8] = e * c / 2;
            l->ops[BONNET_ENERGY_BN] += e;
            l->int8_weight_bits = c * c / 2 * 8.0;
        }
        if (stage < 4 || block == 0 || i == 0) *copy = l->copy = add_map(net, e, 0);
    }
    return x;
}

int energy_net_build(bonnet_energy_net *net, unsigned index)
{
    static const struct {
        const char *name;
        double published_uj;
        net_kind kind;
        int k;
    } table[BONNET_ENERGY_NETS] = {{"ReActNet (Bi-Real)", 3930, REACT, 1}, {"Bi-RealNet", 3900, BIREAL, 1}, {"XNOR-Net", 1920, XNOR, 1},
                                   {"BoolNet k=4", 1330, BOOL, 4},         {"BaseNet k=4", 830, BASE, 4},   {"BaseNet k=1", 700, BASE, 1}};
    if (index >= BONNET_ENERGY_NETS) return 0;
    memset(net, 0, sizeof *net);
    net->name = table[index].name;
    net->published_uj = table[index].published_uj;
    net->k = table[index].k;
    net_kind kind = table[index].kind;
    net->family = kind == BOOL || kind == BASE;
    int copy = -1, x = add_stem(net, kind, &copy);
    for (int stage = 1; stage <= 4; stage++)
        for (int block = 0; block < 2; block++)
            x = net->family ? add_family_block(net, kind, stage, block, x) : add_real_block(net, kind, stage, block, x, &copy);
    energy_layer *l = add_layer(net, "fc", 5, 0, 1000);
    l->ops[BONNET_ENERGY_INT8] = 512000;
    l->int8_weight_bits = 512000 * 8;
    add_read(net, l, x, net->map[x].bits, 0);
    return 1;
}

void energy_net_units(bonnet_energy_counts *counts, const bonnet_energy_net *net, unsigned skip)
{
    unsigned has = 0;
    for (int i = 0; i < net->layers; i++)
        for (int u = 0; u < BONNET_ENERGY_UNITS; u++)
            if (net->layer[i].ops[u] > 0) has |= 1u << u;
    has &= ~skip;
    for (int i = 0; i < net->layers; i++) {
        double cycles[BONNET_ENERGY_UNITS], longest = 0;
        for (int u = 0; u < BONNET_ENERGY_UNITS; u++) {
            cycles[u] = has >> u & 1 ? net->layer[i].ops[u] / bonnet_energy_unit_get((bonnet_energy_unit)u)->parallel : 0;
            if (cycles[u] > longest) longest = cycles[u];
        }
        counts->cycles += longest;
        for (int u = 0; u < BONNET_ENERGY_UNITS; u++) {
            double uj = 1e-6 * bonnet_energy_unit_get((bonnet_energy_unit)u)->milliwatt; /* mW * 1 ns = 1e-6 uJ */
            counts->dynamic_uj += uj * cycles[u];
            if (has >> u & 1) counts->idle_uj += uj * (longest - cycles[u]);
        }
    }
}
