# SPDX-License-Identifier: Apache-2.0
# From the RTL to bits for an iCEBreaker with Debian's tools alone: yosys, nextpnr-ice40, icepack, icetime. The seed is fixed, so the same
# RTL and the same tools give the same bits.
ICE40      := $(O)/ice40
ICE40_PCF  := constraints/ice40/icebreaker.pcf
ICE40_MHZ  := 12
ICE40_SEED := 1
ICE40_NEED := yosys nextpnr-ice40 icepack icetime jq

.PHONY: bitstream-ice40 ice40-tools
ice40-tools:
	$(Q)for tool in $(ICE40_NEED); do command -v $$tool > /dev/null || { echo "bitstream-ice40: skipped: no $$tool: tools/deps.sh test" >&2; exit 77; }; done

$(ICE40)/bonnet.json: $(ICE40_RTL) rtl/include/bonnet_assert.svh | ice40-tools
	$(Q)mkdir -p $(@D)
	$(Q)yosys -q -l $(ICE40)/yosys.log -p "read_verilog -sv -DSYNTHESIS -Irtl/include $(ICE40_RTL); \
	  synth_ice40 -device u -spram -top bonnet_ice40 -json $@; check -assert; tee -q -o $(ICE40)/stat.json stat -json" > /dev/null || { tail -5 $(ICE40)/yosys.log; false; }
$(ICE40)/stat.json: $(ICE40)/bonnet.json

# A pin without a place is an error of nextpnr's own (no --pcf-allow-unconstrained); so is a clock that misses $(ICE40_MHZ) MHz.
$(ICE40)/bonnet.asc: $(ICE40)/bonnet.json $(ICE40_PCF)
	$(Q)nextpnr-ice40 -q -l $(ICE40)/nextpnr.log --up5k --package sg48 --seed $(ICE40_SEED) --freq $(ICE40_MHZ) --json $< --pcf $(ICE40_PCF) --asc $@ \
	  || { grep -m5 ERROR $(ICE40)/nextpnr.log; false; }
$(ICE40)/bonnet.bin: $(ICE40)/bonnet.asc
	$(Q)icepack $< $@
# icetime reads the routed bits by itself: a second opinion on the clock.
$(ICE40)/icetime.txt: $(ICE40)/bonnet.asc
	$(Q)icetime -d up5k -P sg48 -p $(ICE40_PCF) -c $(ICE40_MHZ) -t -r $@ $< > $(ICE40)/icetime.log || { tail -3 $(ICE40)/icetime.log; false; }

bitstream-ice40: $(ICE40)/bonnet.bin $(ICE40)/icetime.txt  ## Bits for an iCEBreaker (iCE40 UP5K) with Debian's tools: sizes, timing, hash
	$(Q)bash bitstreams/ice40/report.sh $(ICE40) $(ICE40_MHZ)

# Counts, unit by unit, beside the committed ones: the same synthesis with its modules left standing.
# (stat -json of Yosys 0.23 writes a tree behind the JSON of a design with a top, and without one a comma too many.)
.PHONY: synth-ice40 test-synth-ice40
$(O)/synth/ice40.json: $(ICE40_RTL) tests/synth/cells.json tests/synth/count.jq | ice40-tools
	$(Q)mkdir -p $(@D)
	$(Q)yosys -q -l $(O)/synth/ice40.log -p "read_verilog -sv -DSYNTHESIS -Irtl/include $(ICE40_RTL); \
	  synth_ice40 -device u -spram -noflatten -top bonnet_ice40; setattr -mod -unset top; tee -q -o $(O)/synth/ice40.stat stat -json" > /dev/null || { tail -5 $(O)/synth/ice40.log; false; }
	$(Q)sed -z 's/},[[:space:]]*}[[:space:]]*$$/}}/' $(O)/synth/ice40.stat | jq '.modules |= with_entries(.key |= ltrimstr("\\"))' > $(O)/synth/ice40.stat.json
	$(Q)$(call synth_count,ice40,bonnet_ice40,$(O)/synth/ice40.stat.json) > $@
synth-ice40: $(O)/synth/ice40.json  ## LUT, FF, EBR, SPRAM of each unit of the iCE40 machine, and their drift
	$(Q)jq -r 'to_entries[] | "\(.key): \(.value.lut) LUT4, \(.value.ff) FF, \(.value.carry) carry, \(.value.bram4k) EBR, \(.value.spram) SPRAM"' $<
	$(Q)tests/synth/drift.sh ice40 $<
TESTS += synth-ice40
test-synth-ice40: synth-ice40

# Why the chip itself is not on an iCE40: one of its units, tiny geometry, mapped to LUT4 and EBR. UNIT=bonnet_seq: half a minute.
UNIT ?= bonnet_seq
.PHONY: ice40-unit
ice40-unit: $(SYNTH_SRCS) | ice40-tools  ## UNIT=bonnet_seq: what a unit of the chip (tiny) would take of an iCE40
	$(Q)mkdir -p $(O)/synth
	$(Q)yosys -q -p "read_verilog -sv -DSYNTHESIS $(TINY) -Irtl/include $(SYNTH_SRCS); synth_ice40 -top $(UNIT); tee -q -o $(O)/synth/ice40-$(UNIT).txt stat" > $(O)/synth/ice40-$(UNIT).log
	$(Q)awk -v unit=$(UNIT) '/ SB_LUT4 /{lut = $$2} / SB_DFF/{ff += $$2} / SB_RAM40/{ram += $$2} END {print unit " (tiny): " lut " LUT4, " ff + 0 " FF, " ram + 0 " EBR"}' $(O)/synth/ice40-$(UNIT).txt
