# SPDX-License-Identifier: Apache-2.0
# The energy model: arithmetic only, linked into the command line. Its constants are fitted by a program and committed.
ENERGY_SRCS := host/energy/units.c host/energy/networks.c host/energy/published.c host/energy/design.c host/energy/measured.c host/energy/fit.c
CLI_SRCS    += $(ENERGY_SRCS) host/energy/constants.c
GEN         += host/energy/fitted.h
TEST_BINS   += $(O)/energy_fit

$(O)/energy_fit: $(ENERGY_SRCS:%.c=$(O)/obj/%.o) $(O)/obj/tools/energy_fit.o
	$(Q)$(CC) -o $@ $^ -lm
ifeq ($(CROSS),)
host/energy/fitted.h: $(O)/energy_fit
	$(Q)$< > $@.new && if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi # or all that includes it would be old
endif

.PHONY: energy energy-fit energy-measure energy-check
energy-fit: host/energy/fitted.h  ## Fit the three constants of the energy model to the published totals, write host/energy/fitted.h
	$(Q)sed -n '4,13p' $<
energy-measure: deps-test $(CLI)  ## Run the networks of the table on the chip, write host/energy/measured.h (minutes)
	$(Q)tools/energy_measure.py $(CLI) host/energy/measured.h
	@echo "host/energy/measured.h is written; make energy builds the table from it"
energy-check: deps-test $(CLI)    ## The committed measured.h is what the chip counts now (minutes; part of make cosim)
	$(Q)tools/energy_measure.py $(CLI) host/energy/measured.h --check
energy: deps-test $(CLI)  ## Table and picture of docs/energy.md
	$(Q)tools/energy.sh $(CLI) docs/energy.md docs/energy.svg
