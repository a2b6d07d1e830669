/* SPDX-License-Identifier: Apache-2.0 */
/* bench_net.c - see bench_net.h. Graph: ResNet-18 layout, 64 to 512 channels, two blocks a stage. */
#include <stdio.h>
#include <string.h>
#include "bench_net.h"

static void name(bonnet_build *b, int layer, uint32_t stage, uint32_t block, const char *what)
{
    snprintf(b->layers[layer].name, sizeof b->layers[layer].name, "layer%u.%u.%s", stage, block, what);
}

/* One block on map x; returns its output map. BoolNet reads the lower half of x, the upper half passes through, except where x was
 * just made (first block of the network, downsample): there it passes through itself. */
static int add_block(bonnet_build *b, int x, uint32_t stage, uint32_t block, int boolnet, int star)
{
    const int wide = block == 0 && stage > 1, enlarge = star && stage == 4;
    const uint32_t channels = 32u << stage;
    const int split = boolnet && block > 0;
    bonnet_map_ref in = split ? BONNET_LOWER(b, x) : BONNET_ALL(b, x), res = in, pass = split ? BONNET_UPPER(b, x) : in;
    uint32_t stride = 1, dilation = enlarge && block == 1 ? 2 : 1;
    if (wide) {
        const int d = bonnet_build_down(b, in, channels, !enlarge);
        name(b, d, stage, block, "downsample.0");
        if (!enlarge) { /* an odd edge is kept, as the stride of conv1 keeps it */
            b->layers[d].out_h = (b->layers[d].in_h + 1) / 2;
            b->layers[d].out_w = (b->layers[d].in_w + 1) / 2;
        }
        res = pass = BONNET_ALL(b, d);
        stride = enlarge ? 1 : 2;
    }
    const int c1 = bonnet_build_conv(b, in, channels, stride, dilation, BONNET_POST_XNOR, res, BONNET_NONE);
    name(b, c1, stage, block, "conv1");
    int c2;
    if (stage == 4 && block == 1) c2 = bonnet_build_last(b, BONNET_ALL(b, c1), dilation);
    else if (boolnet) c2 = bonnet_build_conv(b, BONNET_ALL(b, c1), channels, 1, dilation, BONNET_POST_INTERLEAVE, res, pass);
    else c2 = bonnet_build_conv(b, BONNET_ALL(b, c1), channels, 1, dilation, BONNET_POST_OR, res, BONNET_NONE);
    name(b, c2, stage, block, "conv2");
    return c2;
}

bonnet_net *bonnet_bench_net_sized(bonnet_bench_arch arch, uint32_t k, uint32_t height, uint32_t width, uint32_t classes, uint64_t seed)
{
    bonnet_build b;
    const int boolnet = arch != BONNET_BENCH_BASENET;
    bonnet_build_start(&b, seed, k);
    b.ordered = 1;
    snprintf(b.name, sizeof b.name, "%s%s-k%u-%u", boolnet ? "boolnet" : "basenet", arch == BONNET_BENCH_BOOLNET_STAR ? "-star" : "", k, height);
    if (width != height) snprintf(b.name + strlen(b.name), sizeof b.name - strlen(b.name), "x%u", width);
    int x = bonnet_build_stem(
        &b, &(bonnet_stem_spec){.h = height, .w = width, .planes = 3, .kernel = 7, .stride = 2, .pool = 2, .out_c = 64, .dw = boolnet});
    snprintf(b.layers[0].name, sizeof b.layers[0].name, "stem");
    for (uint32_t stage = 1; stage <= 4; stage++)
        for (uint32_t block = 0; block < 2; block++) x = add_block(&b, x, stage, block, boolnet, arch == BONNET_BENCH_BOOLNET_STAR);
    const int fc = bonnet_build_fc(&b, classes);
    snprintf(b.layers[fc].name, sizeof b.layers[fc].name, "fc");
    return bonnet_build_finish(&b);
}

bonnet_net *bonnet_bench_net(bonnet_bench_arch arch, uint32_t k, uint32_t side, uint32_t classes, uint64_t seed)
{
    return bonnet_bench_net_sized(arch, k, side, side, classes, seed);
}
