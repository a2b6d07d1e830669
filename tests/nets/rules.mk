# SPDX-License-Identifier: Apache-2.0
# tests/nets: the four published networks on the chip against golden, bit for bit, bytes counted. build/tests/nets: see nets.c
NETS_TEST := $(O)/tests/nets
NETS_SRCS := $(wildcard tests/nets/*.c) tests/bench/bench_net.c $(filter-out tests/conform/conform.c,$(wildcard tests/conform/*.c))
TEST_BINS += $(NETS_TEST)
$(NETS_TEST): $(NETS_SRCS:%.c=$(O)/obj/%.o) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(NETS_SRCS:%.c=$(O)/obj/%.o) $(LIB) $(LIB_LIBS)

TESTS += nets-64 nets-weather nets-sizes
.PHONY: test-nets-64 test-nets-weather test-nets-sizes nets-224
test-nets-64: $(NETS_TEST)       ## The four networks at 64x64: RTL = golden, every map of every layer, streamed, bytes as promised
	$(Q)$< --net all --seed $(SEED)
test-nets-weather: $(NETS_TEST)  ## The same behind a memory with random latency, bandwidth and pauses; batches of 1 to 3
	$(Q)$< --weather 4 --seed $(SEED) --reference cpu:
# The job of every case is checked whole; mock: runs it, sim: only where it is small.
test-nets-sizes: $(NETS_TEST)    ## The tiler at image sizes that are multiples of nothing, up to 512x512
	$(Q)$< --sizes 8 --side 32..512 --seed $(SEED) --reference cpu: --quick
	$(Q)$< --sizes 4 --side 32..64 --geometry tiny --seed $(SEED) --reference cpu: --quick
	$(Q)$< --sizes 3 --side 32..140 --backend sim --seed $(SEED) --reference cpu: --quick
nets-224: $(NETS_TEST)           ## The four networks at 224x224, 1000 classes: RTL = golden, every map; memory latency changes nothing
	$< --net all --image 224x224 --classes 1000 --seed $(SEED)
	$< --weather 4 --image 224x224 --classes 1000 --seed $(SEED) --reference cpu:
	$< --latency --image 224x224 --classes 1000 --seed $(SEED) --reference cpu: --quick
	$< --sizes 40 --side 32..512 --seed $(SEED) --reference cpu: --quick
