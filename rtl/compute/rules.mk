# SPDX-License-Identifier: Apache-2.0
# The stem's own package goes with the packages, before every module.
RTL_PKGS += rtl/compute/bonnet_stem_pkg.sv
RTL_SRCS := $(filter-out rtl/compute/bonnet_stem_pkg.sv,$(RTL_SRCS))
