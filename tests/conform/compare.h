/* SPDX-License-Identifier: Apache-2.0 */
/* compare.h - the maps of two runs of one network, and where they first part. */
#ifndef BONNET_COMPARE_H
#define BONNET_COMPARE_H
#include <stdint.h>
#include "net.h"

/* Room for every map of one frame, and its logits. Owned by the caller: bonnet_frame_free(). */
typedef struct bonnet_frame {
    uint64_t *maps[BONNET_MAX_LAYERS];
    int32_t *logits;
    uint64_t *words;
} bonnet_frame;
int bonnet_frame_make(bonnet_frame *f, const bonnet_net *net); /* 1 on success; filled with a pattern that no run leaves behind */
void bonnet_frame_free(bonnet_frame *f);

typedef struct bonnet_parting {
    uint32_t layer, y, x, channel, slice;
    int64_t wanted, got;
} bonnet_parting;
/* 1 if equal; else 0 and *where is the first difference in execution order. Padding behind the last channel or logit is not compared. */
int bonnet_frame_equal(bonnet_parting *where, const bonnet_net *net, const bonnet_frame *wanted, const bonnet_frame *got);
#endif
