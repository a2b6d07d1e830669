/* SPDX-License-Identifier: Apache-2.0 */
/* mixed_parts.h - what mixed.c (open, load) and mixed_run.c (run) share; nobody else includes it. */
#ifndef BONNET_MIXED_PARTS_H
#define BONNET_MIXED_PARTS_H
#include "cpu.h"
#include "lower.h"
#include "mixed.h"

typedef struct mixed {
    void *chip, *cpu; /* the chip is somebody else's */
    uint32_t timeout_ms;
} mixed;

typedef struct mixed_slot {
    const bonnet_net *net;
    bonnet_cpu_net *cpu;
    bonnet_segment *segments;
    uint32_t n;
    void **placed;                /* [n]: each segment on the chip, */
    void **batched;               /*      and made for many frames at once; NULL: that saves nothing, or has no room */
    uint64_t **own;               /* [n_layers]: the CPU's own maps, which are put back after a run */
    size_t at[BONNET_MAX_LAYERS]; /* word of each map in a frame's storage */
    size_t frame_words;
} mixed_slot;

/* bonnet_backend.run of mixed.h. */
bonnet_status mixed_run(void *self, void *slot, bonnet_run *run, bonnet_error *err);
#endif
