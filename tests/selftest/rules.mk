# SPDX-License-Identifier: Apache-2.0
MAKE_SELFTEST := $(O)/tests/make_selftest
SELFTEST_OBJS := $(O)/obj/tests/selftest/make_selftest.o $(patsubst tests/conform/%.c,$(O)/obj/tests/conform/%.o,$(wildcard tests/conform/net_*.c))
$(MAKE_SELFTEST): $(SELFTEST_OBJS) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(SELFTEST_OBJS) $(LIB) $(LIB_LIBS)
.PHONY: selftest-net
selftest-net: $(MAKE_SELFTEST)
	$(Q)$< tests/vectors/selftest.bonnet
