# SPDX-License-Identifier: Apache-2.0
# Mutants: tests/mutate.sh breaks one module, tests/mutate_all.sh all of them; docs/mutants.md is written from what they found.
.PHONY: mutate mutants-record mutants-build-chip test-mutants
mutate:  ## Break each module on purpose, operator by operator; somebody must notice (docs/mutants.md). MODULE=fifo [MUTANT=n]: that one
	$(Q)O=$(O) tests/mutate_all.sh "$(MODULE)" $(MUTANT)
mutants-record:  ## What `make mutate` has found, into tests/mutants/results.txt and docs/mutants.md
	$(Q)O=$(O) tests/mutate_all.sh --record
	$(Q)tests/mutants_page.sh > docs/mutants.md
GEN += docs/mutants.md
docs/mutants.md: tests/mutants_page.sh $(wildcard tests/mutants/*.known tests/mutants/*.sed) tests/mutants/results.txt
	$(Q)tests/mutants_page.sh > $@
# Every module has a list and a judge, so that a new one cannot be forgotten; and the list's names are what they were.
TESTS += mutants
test-mutants:
	$(Q)tests/mutate_all.sh --check

# How the programs that judge are built, for mutate.sh: in a copy of rtl/ and sim/, without make in between. $$CXXOPT: mutate.sh says.
mutants-build-chip: $(CONFORM) $(MODEL_TEST) $(O)/tests/jobs $(O)/tests/hls/stops_sim
	@$(info mkdir -p chip; verilator $(VSIM_FLAGS) $(RTL_FLAGS) -Wno-lint -Wno-style -Wno-fatal $(TINY) --prefix Vbonnet_tiny --top-module bonnet_top -Mdir chip $(RTL_PKGS) rtl/bonnet_top.sv; \
	  { for f in chip/*.cpp; do echo "#include \"$$f\""; done; echo "#include \"tiny.cpp\""; } > all.cc; $(VSIM_CXX) $$CXXOPT -I. -Ichip -c all.cc -o tiny.o; \
	  $(CXX) -o conform $(CONFORM_SRCS:%.c=$(CURDIR)/$(O)/obj/%.o) tiny.o $(CURDIR)/$(LIB) $(LIB_LIBS); \
	  $(CXX) -o model $(addprefix $(CURDIR)/,$(MODEL_OBJS)) tiny.o $(CURDIR)/$(LIB) $(LIB_LIBS); \
	  $(CXX) -o jobs $(CURDIR)/$(O)/obj/tests/sim/jobs_test.o tiny.o $(CURDIR)/$(LIB) $(LIB_LIBS); \
	  $(CXX) -o stops $(CURDIR)/$(O)/obj/tests/hls/stops_test.o tiny.o $(CURDIR)/$(LIB) $(LIB_LIBS)):
