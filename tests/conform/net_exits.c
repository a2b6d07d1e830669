/* SPDX-License-Identifier: Apache-2.0 */
/* net_exits.c - side branches of random shape behind random cuts of a network, of its own family. See net_build.h. */
#include <stdio.h>
#include "net_build.h"

/* The cut's map, and on it: nothing, or downsamples, now and then a convolution; then a last block on all or half of it. */
static bonnet_net *branch_of(const bonnet_net *net, uint32_t layer, uint64_t seed, const bonnet_room *room)
{
    const bonnet_layer *cut = &net->layers[layer];
    for (uint32_t attempt = 0; attempt < 40; attempt++) {
        bonnet_build b;
        bonnet_build_start(&b, seed + attempt * UINT64_C(0x9e3779b9), net->k);
        bonnet_rng *r = &b.rng;
        bonnet_build_map(&b, cut->out_c, cut->out_h, cut->out_w);
        for (uint32_t n = attempt < 30 ? bonnet_rng_below(r, 3) : 1; n > 0; n--) {
            const bonnet_layer *from = &b.layers[b.n - 1];
            const int pools = from->out_h >= 2 && from->out_w >= 2 && bonnet_rng_chance(r, 70);
            bonnet_build_down(&b, BONNET_ALL(&b, (int)b.n - 1), 64u << bonnet_rng_chance(r, 20),
                              !pools                     ? BONNET_BUILD_NO_POOL
                              : bonnet_rng_chance(r, 50) ? BONNET_BUILD_POOL_DROPS
                                                         : BONNET_BUILD_POOL_KEEPS);
        }
        const int at = (int)b.n - 1;
        if (b.layers[at].out_c <= 128 && bonnet_rng_chance(r, 30))
            bonnet_build_conv(&b, BONNET_ALL(&b, at), b.layers[at].out_c, 1, 1, BONNET_POST_XNOR, BONNET_ALL(&b, at), BONNET_NONE);
        const uint32_t c = b.layers[b.n - 1].out_c;
        const int half = c % 128 == 0 && (c > 512 || bonnet_rng_chance(r, 30));
        if (c > (half ? 1024 : 512)) continue;
        bonnet_build_last(&b, bonnet_build_part(&b, (int)b.n - 1, half ? 1 + (int)bonnet_rng_below(r, 2) : 0), 1 + bonnet_rng_chance(r, 15));
        bonnet_build_fc(&b, net->classes);
        if (bonnet_build_fits(&b, room)) return bonnet_build_finish(&b);
    }
    return NULL;
}

uint32_t bonnet_add_random_exits(bonnet_net *net, uint64_t seed, const bonnet_room *room, uint32_t most)
{
    bonnet_rng r = {seed ^ UINT64_C(0x6578697473)};
    for (uint32_t i = 0; i < net->n_layers && net->n_exits < most; i++) {
        if (!bonnet_net_cut(net, i)) continue;
        for (uint32_t twice = bonnet_rng_below(&r, 5); twice <= 1 && net->n_exits < most; twice++) { /* now and then two at one cut */
            char name[32];
            bonnet_net *branch =
                bonnet_net_general(net) ? bonnet_random_general_branch(net, i, bonnet_rng_next(&r)) : branch_of(net, i, bonnet_rng_next(&r), room);
            if (!branch) break;
            branch->logit_scale = 1 / (1.0 + bonnet_rng_below(&r, 100000));
            snprintf(name, sizeof name, "exit %u", (unsigned)net->n_exits);
            if (!bonnet_net_add_exit(net, name, i, branch)) return 0;
        }
    }
    return net->n_exits;
}
