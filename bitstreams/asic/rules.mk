# SPDX-License-Identifier: Apache-2.0
# The asic geometry as cells of osu018 (Debian's qflow-tech-osu018): Yosys, OpenSTA, Icarus. What is done and what is not: constraints/asic, docs/silicon.md.
#   make synth-asic             every unit, power, the tables, their page (build/asic/silicon_asic.md), and the counts beside the committed ones;
#                               a line a unit with its time. UNIT=name: one unit's numbers
#   make baseline TARGET=asic   takes the counts of build/asic
ASIC       := $(O)/asic
ASIC_ROOM  := constraints/asic
ASIC_AFTER := toggles.c power.awk probes.txt replay.awk seeds.json table.jq page.md page.sh asic_test.sh
ASIC_FILES := $(filter-out $(ASIC_AFTER:%=$(ASIC_ROOM)/%),$(wildcard $(ASIC_ROOM)/*))
ASIC_QUICK := popcount lane fifo window
ASIC_UNITS := $(shell $(ASIC_ROOM)/asic.sh names)
UNIT       ?=
$(ASIC)/%.unit.json: $(SYNTH_SRCS) $(ASIC_FILES)
	$(Q)ASIC_SRCS="$(SYNTH_SRCS)" $(ASIC_ROOM)/asic.sh unit $* $(ASIC)
$(O)/asic_toggles: $(ASIC_ROOM)/toggles.c
	$(Q)mkdir -p $(O) && $(HOSTCC) -std=c11 -D_GNU_SOURCE $(WARN) -O2 $< -o $@
# Power: the chip with probes runs a trained network, and the netlists are fed with what their units saw there.
ASIC_PROBES := $(shell awk '/^[a-z]/ { print $$1 }' $(ASIC_ROOM)/probes.txt)
ASIC_NET    := $(O)/models/boolnet_k4.bonnet
$(ASIC)/probes.sv: $(ASIC_PROBES:%=$(ASIC)/%.unit.json) $(ASIC_ROOM)/probes.txt $(ASIC_ROOM)/replay.awk
	$(Q)$(ASIC_ROOM)/asic.sh probes $(ASIC) > $@
$(ASIC)/chip/model.stamp: $(ASIC)/probes.sv
	$(Q)rm -rf $(@D) && mkdir -p $(@D)
	$(Q)verilator $(VSIM_FLAGS) $(RTL_FLAGS) --x-assign unique -Wno-fatal -Wno-lint -Wno-style --prefix Vbonnet_asic --top-module bonnet_top -Mdir $(@D) \
	  $(RTL_PKGS) rtl/bonnet_top.sv $< > $(@D)/verilate.log 2>&1 || { tail -20 $(@D)/verilate.log; false; }
	$(Q)touch $@
$(ASIC)/chip/asic.o: $(ASIC)/chip/model.stamp sim/verilator/asic.cpp $(wildcard sim/verilator/*.h)
	$(Q){ for f in $(@D)/Vbonnet_asic*.cpp; do echo "#include \"$$(basename $$f)\""; done; echo '#include "asic.cpp"'; } > $(@D)/all.cpp
	$(Q)$(VSIM_CXX) -O1 -I$(@D) -c $(@D)/all.cpp -o $@
$(ASIC)/chip/bonnet: $(ASIC)/chip/asic.o $$(CLI_OBJS) $(LIB)
	$(Q)$(CXX) -o $@ $(CLI_OBJS) $< $(LIB) $(LIB_LIBS) $(CLI_LIBS)
$(ASIC)/traces: $(ASIC)/chip/bonnet $(ASIC_NET)
	$(Q)mkdir -p $(ASIC)/ones && rm -f $(ASIC)/*.trace $(ASIC)/ones/*.trace
	$(Q)cd $(ASIC) && chip/bonnet verify $(CURDIR)/$(ASIC_NET) --device sim:power-up=zeros --images 1 --quiet > $(@F).log || { cat $(@F).log; false; }
	$(Q)cd $(ASIC)/ones && ../chip/bonnet verify $(CURDIR)/$(ASIC_NET) --device sim:power-up=ones --images 1 --quiet > $(@F).log || { cat $(@F).log; false; }
	$(Q)touch $@
$(ASIC)/%.power.json: $(ASIC)/traces $(O)/asic_toggles $(ASIC_ROOM)/power.awk
	$(Q)ASIC_TOGGLES=$(O)/asic_toggles $(ASIC_ROOM)/asic.sh power $* $(ASIC)
$(O)/synth/asic.json: $(ASIC_UNITS:%=$(ASIC)/%.unit.json)
	$(Q)mkdir -p $(@D) && $(ASIC_ROOM)/asic.sh counts $^ > $@

.PHONY: synth-asic test-asic
synth-asic:          ## Gates, MHz and mW of a cell library: every unit; UNIT=array for one
ifneq ($(UNIT),)
	$(Q)$(MAKE) --no-print-directory $(ASIC)/$(UNIT).unit.json && jq . $(ASIC)/$(UNIT).unit.json
else
	$(Q)$(MAKE) --no-print-directory $(O)/synth/asic.json $(ASIC_PROBES:%=$(ASIC)/%.power.json)
	$(Q)$(ASIC_ROOM)/asic.sh table $(ASIC) > $(ASIC)/tables && grep -v '^@' $(ASIC)/tables
	$(Q)$(ASIC_ROOM)/page.sh $(ASIC)/tables > $(ASIC)/silicon_asic.md
	$(Q)tests/synth/drift.sh asic $(O)/synth/asic.json
endif
TESTS += asic
TEST_BINS += $(O)/asic_toggles
test-asic: $(SYNTH_SRCS) $(O)/asic_toggles
	$(Q)ASIC_SRCS="$(SYNTH_SRCS)" ASIC_TOGGLES=$(O)/asic_toggles $(ASIC_ROOM)/asic_test.sh $(ASIC_QUICK)
