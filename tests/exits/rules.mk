# SPDX-License-Identifier: Apache-2.0
# tests/exits: networks with early exits through the library, from the bytes of a file to the answers, on every device. build/tests/exits --seed N --cases N
EXITS_TEST := $(O)/tests/exits
EXITS_SRCS := $(wildcard tests/exits/*.c) $(wildcard tests/conform/net_*.c)
TESTS      += exits
TEST_BINS  += $(EXITS_TEST)

$(EXITS_TEST): $(EXITS_SRCS:%.c=$(O)/obj/%.o) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(EXITS_SRCS:%.c=$(O)/obj/%.o) $(LIB) $(LIB_LIBS)

.PHONY: test-exits
test-exits: $(EXITS_TEST)  ## Random networks with random exits: branches and the stage runner on every device against golden
	$(Q)$< --seed $(SEED)
