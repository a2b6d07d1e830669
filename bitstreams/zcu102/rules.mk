# SPDX-License-Identifier: Apache-2.0
# The ZCU102's bitstream, kernel and device-tree overlay. Vivado is the user's; without it each target says so.
include constraints/zcu102/board.mk
ZCU102_OUT := $(O)/zcu102
ZCU102_MHZ ?= $(ZCU102_CLOCK_MHZ)
VIVADO     := vivado

.PHONY: zcu102 zcu102-kernel zcu102-overlay zcu102-vivado
zcu102-vivado:
	$(Q)command -v $(VIVADO) > /dev/null || { echo "no $(VIVADO) in PATH: source settings64.sh of Vivado $(ZCU102_TOOLS) first. What can be checked without it: make test-tcl-zcu102" >&2; exit 1; }
zcu102: zcu102-vivado $(GEN_SV)          ## Bitstream and .xsa for the ZCU102, by your Vivado; ZCU102_MHZ=250
	$(VIVADO) -mode batch -nojournal -log $(O)/vivado.log -source bitstreams/zcu102/build.tcl -tclargs mhz=$(ZCU102_MHZ) out=$(CURDIR)/$(ZCU102_OUT)
zcu102-kernel: zcu102-vivado $(GEN_SV)   ## RTL kernel bonnet.xo for Vitis, by your Vivado; then bitstreams/zcu102/link.sh
	$(VIVADO) -mode batch -nojournal -log $(O)/vivado.log -source bitstreams/zcu102/kernel.tcl -tclargs out=$(CURDIR)/$(ZCU102_OUT)
zcu102-overlay:                          ## Device-tree overlay that loads the bitstream and makes /dev/uioN appear
	$(Q)command -v dtc > /dev/null || { echo "no dtc: apt-get install device-tree-compiler" >&2; exit 1; }
	$(Q)mkdir -p $(ZCU102_OUT)
	$(Q)dtc -q -@ -I dts -O dtb -o $(ZCU102_OUT)/bonnet_zcu102.dtbo bitstreams/zcu102/overlay.dts
	@echo "$(ZCU102_OUT)/bonnet_zcu102.dtbo"

# Does it fit? Counted by Yosys, so without Vivado. GEOMETRY: zcu102, asic or tiny.
BOARD    ?= zcu102
GEOMETRY ?= zcu102
SYNTH_FPGA := $(BOARD)$(if $(filter-out $(BOARD),$(GEOMETRY)),-$(GEOMETRY))
$(O)/synth/zcu102.json: SYNTH_GEOMETRY := zcu102
$(O)/synth/zcu102-asic.json: SYNTH_GEOMETRY := asic
$(O)/synth/zcu102-tiny.json: SYNTH_GEOMETRY := tiny
$(O)/synth/zcu102.json $(O)/synth/zcu102-asic.json $(O)/synth/zcu102-tiny.json: constraints/zcu102/synth.sh tests/synth/count.jq tests/synth/cells.json $(SYNTH_SRCS)
	$(Q)constraints/zcu102/synth.sh $(SYNTH_GEOMETRY) $(@:.json=) bonnet_top $(SYNTH_SRCS)
	$(Q)$(call synth_count,xcup,bonnet_top,$(@:.json=)/stat.json) > $@.new && mv $@.new $@
.PHONY: synth-fpga
synth-fpga:          ## LUT, FF, block RAM, DSP of every unit for BOARD=zcu102 (GEOMETRY=zcu102, asic, tiny), by Yosys; fails if it does not fit
	$(Q)test -e constraints/$(BOARD)/fit.sh || { echo "make synth-fpga BOARD=...: zcu102" >&2; exit 1; }
	$(Q)$(MAKE) --no-print-directory $(O)/synth/$(SYNTH_FPGA).json
	$(Q)constraints/$(BOARD)/fit.sh $(O)/synth/$(SYNTH_FPGA).json
	$(Q)tests/synth/drift.sh $(SYNTH_FPGA) $(O)/synth/$(SYNTH_FPGA).json || test $$? -eq 77
