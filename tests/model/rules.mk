# SPDX-License-Identifier: Apache-2.0
# tests/model: the estimate against the counters of the simulated chip. build/tests/model --seed N --cases N [FILE.bonnet]...
MODEL_TEST := $(O)/tests/model
TESTS      += model
TEST_BINS  += $(MODEL_TEST)
MODEL_OBJS := $(O)/obj/tests/model/model_test.o $(patsubst %,$(O)/obj/tests/conform/net_%.o,build params random directed)
$(MODEL_TEST): $(MODEL_OBJS) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(MODEL_OBJS) $(LIB) $(LIB_LIBS)

.PHONY: test-model
test-model: $(MODEL_TEST) $(FASHION)  ## The estimate against the simulated chip: cycles of every descriptor, DRAM bytes
	$(Q)$< --seed $(SEED) $(FASHION)
