/* SPDX-License-Identifier: Apache-2.0 */
/* exits_stage.h - a network with exits as stages: what exits_run.c (all stages of a batch) and streams.c (one stage of one frame) share. */
#ifndef BONNET_EXITS_STAGE_H
#define BONNET_EXITS_STAGE_H
#include "bonnet_exits.h"
#include "internal.h"

/* From the stage before as far as one exit, and the exit itself. The last stage has no branch: its trunk ends in the network's own logits. */
typedef struct exits_stage {
    bonnet_model *trunk;  /* NULL: the stage before ended at this cut, too */
    bonnet_model *branch; /* NULL: the end */
    size_t map_bytes;     /* of the cut */
    double threshold, temperature;
    bonnet_exit_stage seen;
} exits_stage;

struct bonnet_exits {
    bonnet_device *dev;
    uint32_t n, classes, confidence;
    size_t pixels_bytes;
    char names[BONNET_MAX_EXITS + 1][BONNET_NAME_BYTES];
    exits_stage stages[BONNET_MAX_EXITS + 1];
};

/*
 * Stage `index` of n frames: from their pixels or the maps of the stage before, `at`, to results and logits; and, where the stage has both trunk and branch, to
 * `maps` of its cut. spent: what it took is added.
 */
bonnet_status bonnet_exits_stage_run(bonnet_exits *x, uint32_t index, bonnet_exit_stage *spent, bonnet_result *results, int32_t *logits,
                                     uint8_t *maps, const uint8_t *at, size_t n);
/* How sure the stage is of these logits. */
bonnet_status bonnet_exits_stage_sure(double *confidence, bool *enough, const bonnet_exits *x, uint32_t index, const int32_t *logits);
void bonnet_exits_stage_count(bonnet_exits *x, uint32_t index, const bonnet_exit_stage *spent);
#endif
