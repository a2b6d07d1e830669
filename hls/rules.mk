# SPDX-License-Identifier: Apache-2.0
# hls/: the chip again as synthesizable C99, compiled once a geometry (rtl/pkg/bonnet_pkg.sv). hls_top.c is what vitis_hls makes a core of: its state is
# static, as a core's is, so the library has everything but that file. `make hls` builds it all with gcc; hls/build.tcl is for vitis_hls.
HLS_GEOMETRIES := asic tiny
HLS_SIZES  := $(O)/gen/hls_sizes.h
HLS_SRCS   := $(filter-out hls/hls_top.c,$(wildcard hls/hls_*.c))
HLS_FLAGS  := -std=c99 -fPIC -fvisibility=hidden -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wno-unknown-pragmas -Ihls -Irtl/csr -I$(O)/gen
HLS_DEFINE_tiny := -DBONNET_GEOMETRY_TINY
HLS_OBJS   := $(foreach g,$(HLS_GEOMETRIES),$(HLS_SRCS:hls/%.c=$(O)/obj/hls/$(g)/%.o))
LIB_OBJS   += $(HLS_OBJS)

$(HLS_SIZES): hls/geometry.awk rtl/pkg/bonnet_pkg.sv
	$(Q)mkdir -p $(@D)
	$(Q)awk -f $^ > $@
define hls_geometry
$$(O)/obj/hls/$(1)/%.o: hls/%.c $$(HLS_SIZES)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(HLS_FLAGS) $$(HLS_DEFINE_$(1)) $$(CFLAGS) -MMD -MP -c $$< -o $$@
endef
$(foreach g,$(HLS_GEOMETRIES),$(eval $(call hls_geometry,$(g))))
