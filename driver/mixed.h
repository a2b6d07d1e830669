/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mixed.h - a general network on a register device: the layers that the conv unit can do run there, in segments (lower.h), the others on the
 * CPU beside it, in one call. Same bits as golden and cpu, whatever the split. A segment for which the device's memory has no room is the CPU's, too.
 *
 * Frames go in lots: all frames of a lot through the CPU's layers up to a segment, then one start of the chip for all of them, and so on. A layer's
 * cycles are the chip's, 0 where the CPU ran it; cycles of a run are those of its starts together, without the CPU's time between.
 */
#ifndef BONNET_MIXED_H
#define BONNET_MIXED_H
#include "backend.h"

/* `chip`: the state of an open register device (regdev.h), which outlives *self. Close with bonnet_mixed_backend.close. */
bonnet_status bonnet_mixed_open(void **self, void *chip, const bonnet_open_config *config, bonnet_error *err);
/* Not in the registry: made for a model, never opened by name; its open is NULL. load takes general networks only. */
extern const bonnet_backend bonnet_mixed_backend;
/* Frames of a lot, if the call has as many. */
uint32_t bonnet_mixed_lot(const bonnet_net *net);
#endif
