// SPDX-License-Identifier: Apache-2.0
#include "Vbonnet_small.h"
#include "chip.h"

namespace bonnet_sim_impl {
std::unique_ptr<ChipBase> make_small(const bonnet_sim_config &config) { return std::unique_ptr<ChipBase>(new Chip<Vbonnet_small>(config)); }
}
