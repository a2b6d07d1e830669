/* SPDX-License-Identifier: Apache-2.0 */
/* maps.h - private to host/lib: room for every map of a net and its logits, in one allocation. */
#ifndef BONNET_MAPS_H
#define BONNET_MAPS_H
#include "net.h"

typedef struct bonnet_maps {
    uint64_t *maps[BONNET_MAX_LAYERS];
    uint64_t *words;
    int32_t *logits;
} bonnet_maps;

int bonnet_maps_alloc(bonnet_maps *set, const bonnet_net *net); /* 1; 0: out of memory, free what there is */
void bonnet_maps_free(bonnet_maps *set);                        /* all zero is a no-op */
#endif
