/* SPDX-License-Identifier: Apache-2.0 */
/* constants.c - the fitted constants; a file of its own, so that the fit does not need its own result. */
#include "energy.h"
#include "fitted.h"

const bonnet_energy_constants bonnet_energy_fitted = {BONNET_ENERGY_DRAM_PJ_PER_BIT, BONNET_ENERGY_SRAM_PJ_PER_BIT, BONNET_ENERGY_STATIC_SHARE};
