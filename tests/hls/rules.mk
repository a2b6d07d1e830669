# SPDX-License-Identifier: Apache-2.0
# hls_conv_tb: the conv unit of hls/, both geometries, against the benches' model and against the chip's own check, with the sanitizers. make test-hls-conv
HLS_SAN  := -fsanitize=address,undefined -fno-sanitize-recover=undefined -O1 -g
HLS_CONV := $(patsubst %,hls/hls_%.c,conv conv_check window array post head fc)
HLS_CONV_TB := $(HLS_GEOMETRIES:%=$(O)/tests/hls/%/hls_conv_tb)
TESTS     += hls-conv
TEST_BINS += $(HLS_CONV_TB)
HLS_VFLAG_tiny = $(TB_AS_TINY)
HLS_SYNTH_tiny := -D__SYNTHESIS__ # as a tool sees it; asic as a processor runs it
define hls_conv_tb
$(O)/tests/hls/$(1)/%.o: hls/%.c $$(HLS_SIZES) $$(wildcard hls/*.h)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(HLS_FLAGS) $$(HLS_DEFINE_$(1)) $$(HLS_SYNTH_$(1)) $$(HLS_SAN) -c $$< -o $$@
$(O)/tests/hls/$(1)/hls_conv_tb: tests/hls/hls_conv_tb.cpp $$(HLS_CONV:hls/%.c=$(O)/tests/hls/$(1)/%.o) $$(TB_DEPS)
	$$(Q)verilator $$(TB_FLAGS) -CFLAGS "$$(HLS_SAN) -Wno-unknown-pragmas -I$$(CURDIR)/hls -I$$(CURDIR)/$(O)/gen" -LDFLAGS "$$(HLS_SAN)" $$(HLS_VFLAG_$(1)) \
	  -Mdir $(O)/tests/hls/$(1)/v --top-module bonnet_conv_check $$(RTL_PKGS) rtl/fetch/bonnet_conv_check.sv $$(CURDIR)/$$< $$(HLS_CONV:hls/%.c=$$(CURDIR)/$(O)/tests/hls/$(1)/%.o) \
	  -o $$(CURDIR)/$$@ > $(O)/tests/hls/$(1)/build.log 2>&1 || { tail -40 $(O)/tests/hls/$(1)/build.log; false; }
endef
$(foreach g,$(HLS_GEOMETRIES),$(eval $(call hls_conv_tb,$(g))))
.PHONY: test-hls-conv
test-hls-conv: $(HLS_CONV_TB)
	$(Q)for tb in $^; do $$tb --seed $(SEED) --cases $(CASES) || exit 1; done

# What can be said of hls/ as input of a synthesis tool without one; and that the check sees what it promises to see.
TESTS += hls-synthesizable
.PHONY: test-hls-synthesizable
test-hls-synthesizable: $(HLS_SIZES)
	$(Q)tests/hls/synthesizable.sh $(O)/gen
	$(Q)tests/hls/unsynthesizable.sh $(O)/gen
