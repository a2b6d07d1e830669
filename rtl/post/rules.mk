# SPDX-License-Identifier: Apache-2.0
# The post room's own package goes with the packages, before every module.
RTL_PKGS += rtl/post/bonnet_post_pkg.sv
RTL_SRCS := $(filter-out rtl/post/bonnet_post_pkg.sv,$(RTL_SRCS))
