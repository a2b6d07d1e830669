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

# Bus errors and silence at random beats, through the driver.
TESTS     += sim-faults
TEST_BINS += $(O)/tests/sim_faults
$(O)/tests/sim_faults: $(O)/obj/tests/sim/faults_test.o $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/conform/net_*.c)) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ $(LIB_LIBS)
.PHONY: test-sim-faults
test-sim-faults: $(O)/tests/sim_faults  ## Bus errors and a silent memory at random beats of the simulated chip: an error code or the right answer
	$(Q)$< --seed $(SEED)
