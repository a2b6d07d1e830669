# SPDX-License-Identifier: Apache-2.0
# tests/sim: the simulated chip driven by hand-written jobs, through its registers only. `make test-sim-jobs`, SEED=n.
TESTS     += sim-jobs
TEST_BINS += $(O)/tests/jobs
$(O)/tests/jobs: $(O)/obj/tests/sim/jobs_test.o $(filter $(VSIM)/%,$(LIB_OBJS))
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ -lpthread $(if $(filter 1,$(WAVE)),-lz)
.PHONY: test-sim-jobs
test-sim-jobs: $(O)/tests/jobs  ## Sequencer, tokens, load, store, bus faults and reset on the simulated chip
	$(Q)$< --seed $(SEED)
