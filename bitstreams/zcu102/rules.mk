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
