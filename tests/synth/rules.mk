# SPDX-License-Identifier: Apache-2.0
# Synthesis counts beside the committed ones. A target's owner makes build/synth/TARGET.json ({"unit": {"lut": n, ...}, ...});
# `make baseline TARGET=...` commits it, tests/synth/drift.sh TARGET build/synth/TARGET.json refuses what differs by more than 2 %.
# $(call synth_count,FAMILY,TOP,STAT.json) prints the counts of what Yosys' `stat -json` wrote.
synth_count = jq -S --slurpfile cells tests/synth/cells.json --arg family $(1) --arg top $(2) -f tests/synth/count.jq $(3)
TARGET ?=
.PHONY: baseline
baseline:            ## TARGET=zcu102 (a file of tests/synth/baseline): take today's synthesis counts as the ones to keep
	$(Q)test -n "$(TARGET)" || { echo "make baseline TARGET=...: one of $(sort $(notdir $(basename $(wildcard tests/synth/baseline/*/*.json))))"; false; }
	$(Q)$(MAKE) --no-print-directory $(O)/synth/$(TARGET).json
	$(Q)dir=tests/synth/baseline/yosys-$$(yosys -V | awk '{print $$2}') && mkdir -p $$dir && \
	  jq -r -f tests/synth/lines.jq $(O)/synth/$(TARGET).json > $$dir/$(TARGET).json && git diff --stat -- $$dir/$(TARGET).json

TESTS += synth-drift
.PHONY: test-synth-drift
test-synth-drift:
	$(Q)tests/synth/drift_test.sh

# xcup counts of the small modules, by Yosys.
$(O)/synth/zcu102-units.json: tests/synth/units.sh tests/synth/units.list constraints/zcu102/synth.sh tests/synth/count.jq tests/synth/cells.json $(SYNTH_SRCS)
	$(Q)mkdir -p $(@D)
	$(Q)tests/synth/units.sh $(@:.json=) $(SYNTH_SRCS)
TESTS += synth
.PHONY: test-synth
test-synth:
	$(Q)command -v yosys > /dev/null || { echo "test-synth: no yosys: install it with tools/deps.sh test"; exit 77; }
	$(Q)$(MAKE) --no-print-directory $(O)/synth/zcu102-units.json
	$(Q)tests/synth/drift.sh zcu102-units $(O)/synth/zcu102-units.json
