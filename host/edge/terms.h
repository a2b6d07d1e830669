/* SPDX-License-Identifier: Apache-2.0 */
/* terms.h - private to host/edge: what the files of bonnet_layer_stairs share. */
#ifndef BONNET_EDGE_TERMS_H
#define BONNET_EDGE_TERMS_H
#include "bonnet_stairs.h"

/* What the terms' seconds are multiplied by. */
bonnet_status terms_row(double *row, const bonnet_layer_stairs *m, const bonnet_layer_shape *shape);
#endif
