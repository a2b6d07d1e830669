/* SPDX-License-Identifier: Apache-2.0 */
/* canvas.h - what the files of bonnet_canvas.h share. */
#ifndef BONNET_CANVAS_PRIVATE_H
#define BONNET_CANVAS_PRIVATE_H
#include <stdbool.h>
#include "bonnet_canvas.h"

bool canvas_regions_ok(const bonnet_region *regions, uint32_t count);
/* order [count]: indices, the earliest deadline first, of equal ones the first. */
void canvas_by_deadline(uint32_t *order, const bonnet_region *regions, uint32_t count);
/* Its size at a scale; no place yet. */
bonnet_tile canvas_tile(const bonnet_region *regions, uint32_t index, double scale);
#endif
