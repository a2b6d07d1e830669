/* SPDX-License-Identifier: Apache-2.0 */
/* one_layer.h - a part of a network that is there for one layer: its input map, what it joins, itself. */
#ifndef BONNET_ONE_LAYER_H
#define BONNET_ONE_LAYER_H
#include "internal.h"

/* Sound, with random parameters of `seed`; *index is the layer's. *out: bonnet_net_free(). BONNET_EINVAL: no network may have such a layer. */
bonnet_status bonnet_one_layer(bonnet_net **out, uint32_t *index, const bonnet_layer_shape *shape, uint64_t seed, bonnet_error *err);
/* splitmix64 */
uint64_t bonnet_one_layer_random(uint64_t *state);
#endif
