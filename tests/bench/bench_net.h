/* SPDX-License-Identifier: Apache-2.0 */
/* bench_net.h - the published networks at ImageNet shapes with random weights, for speed and bit-exactness; no accuracy is meant. */
#ifndef BONNET_BENCH_NET_H
#define BONNET_BENCH_NET_H
#include "../conform/net_build.h"

typedef enum bonnet_bench_arch { BONNET_BENCH_BASENET, BONNET_BENCH_BOOLNET, BONNET_BENCH_BOOLNET_STAR } bonnet_bench_arch;

/* Image side x side, 3 planes, side 32 to 512, odd maps on the way allowed. Layers carry the published names. NULL: out of memory. bonnet_net_free(). */
bonnet_net *bonnet_bench_net(bonnet_bench_arch arch, uint32_t k, uint32_t side, uint32_t classes, uint64_t seed);
/* The same of an image of height x width. */
bonnet_net *bonnet_bench_net_sized(bonnet_bench_arch arch, uint32_t k, uint32_t height, uint32_t width, uint32_t classes, uint64_t seed);
#endif
