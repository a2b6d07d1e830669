# SPDX-License-Identifier: Apache-2.0
# The asic geometry as cells of osu018 (Debian's qflow-tech-osu018): Yosys, OpenSTA, Icarus. What is done and what is not: constraints/asic, docs/silicon.md.
#   make synth-asic             every unit, the tables, power, and the counts beside the committed ones; UNIT=name: one unit's numbers
#   make baseline TARGET=asic   takes the counts of build/asic
ASIC       := $(O)/asic
ASIC_ROOM  := constraints/asic
ASIC_FILES := $(filter-out $(ASIC_ROOM)/toggles.c,$(wildcard $(ASIC_ROOM)/*))
ASIC_QUICK := popcount lane fifo window
ASIC_UNITS := $(shell $(ASIC_ROOM)/asic.sh names)
UNIT       ?=
$(ASIC)/%.unit.json: $(SYNTH_SRCS) $(ASIC_FILES)
	$(Q)ASIC_SRCS="$(SYNTH_SRCS)" $(ASIC_ROOM)/asic.sh unit $* $(ASIC)
$(O)/asic_toggles: $(ASIC_ROOM)/toggles.c
	$(Q)mkdir -p $(O) && $(HOSTCC) -std=c11 -D_GNU_SOURCE $(WARN) -O2 $< -o $@
$(ASIC)/power.json: $(ASIC)/array.unit.json $(O)/asic_toggles
	$(Q)ASIC_TOGGLES=$(O)/asic_toggles $(ASIC_ROOM)/asic.sh power $(ASIC)
$(O)/synth/asic.json: $(ASIC_UNITS:%=$(ASIC)/%.unit.json)
	$(Q)mkdir -p $(@D) && $(ASIC_ROOM)/asic.sh counts $^ > $@

.PHONY: synth-asic test-asic
synth-asic:          ## Gates, MHz and mW of a cell library: every unit; UNIT=array for one
ifneq ($(UNIT),)
	$(Q)$(MAKE) --no-print-directory $(ASIC)/$(UNIT).unit.json && jq . $(ASIC)/$(UNIT).unit.json
else
	$(Q)$(MAKE) --no-print-directory $(O)/synth/asic.json $(ASIC)/power.json
	$(Q)$(ASIC_ROOM)/asic.sh table $(ASIC)
	$(Q)tests/synth/drift.sh asic $(O)/synth/asic.json
endif
TESTS += asic
TEST_BINS += $(O)/asic_toggles
test-asic: $(SYNTH_SRCS) $(O)/asic_toggles
	$(Q)ASIC_SRCS="$(SYNTH_SRCS)" ASIC_TOGGLES=$(O)/asic_toggles $(ASIC_ROOM)/asic_test.sh $(ASIC_QUICK)
