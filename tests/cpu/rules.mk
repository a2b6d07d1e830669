# SPDX-License-Identifier: Apache-2.0
# tests/cpu: the cpu backend at the shapes of ImageNet against golden, every kernel set, one to three threads.
CPU_TEST      := $(O)/tests/cpu_test
CPU_TEST_SRCS := tests/cpu/cpu_test.c tests/bench/bench_net.c tests/conform/net_build.c tests/conform/net_params.c tests/conform/compare.c
TESTS         += cpu
TEST_BINS     += $(CPU_TEST)

$(CPU_TEST): $(CPU_TEST_SRCS:%.c=$(O)/obj/%.o) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(CPU_TEST_SRCS:%.c=$(O)/obj/%.o) $(LIB) $(LIB_LIBS)

.PHONY: test-cpu cpu-224
test-cpu: $(CPU_TEST)
	$(Q)$< --seed $(SEED)
cpu-224: $(CPU_TEST)  ## The cpu backend at 224x224 against golden: four networks, every map, every kernel set, 1 to 3 threads
	$(Q)$< --seed $(SEED) --side 224
