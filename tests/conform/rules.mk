# SPDX-License-Identifier: Apache-2.0
# tests/conform: one suite for every backend, against golden. build/tests/conform --backend URI --seed N --cases N
CONFORM      := $(O)/tests/conform
CONFORM_SRCS := $(wildcard tests/conform/*.c)
TESTS        += conform
TEST_BINS    += $(CONFORM)

$(CONFORM): $(CONFORM_SRCS:%.c=$(O)/obj/%.o) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(CONFORM_SRCS:%.c=$(O)/obj/%.o) $(LIB) $(LIB_LIBS)

.PHONY: test-conform
test-conform: $(CONFORM)  ## Every backend, all geometries, against golden, bit for bit
	$(Q)$< --seed $(SEED)
	$(Q)$< --seed $(SEED) --size tiny
	$(Q)$< --seed $(SEED) --size small --cases 12 --quick
	$(Q)$< --seed $(SEED) --cases 20 --big --no-directed
	$(Q)$< --seed $(SEED) --backend sim:geometry=zcu102 --cases 12 --quick
	$(Q)$< --seed $(SEED) --backend golden: --quick
