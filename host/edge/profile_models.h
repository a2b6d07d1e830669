/* SPDX-License-Identifier: Apache-2.0 */
/* profile_models.h - private to host/edge: the models behind bonnet_layer_cost(). */
#ifndef BONNET_EDGE_PROFILE_MODELS_H
#define BONNET_EDGE_PROFILE_MODELS_H
#include <stdbool.h>
#include "bonnet_profile.h"

/* ROOFLINE and REFINED; the model is checked here, the work is that of the shape. */
bonnet_status profile_roofline(bonnet_cost *out, const bonnet_roofline *m, bool refined, const bonnet_shape *shape, const bonnet_work *work);
#endif
