# SPDX-License-Identifier: Apache-2.0
# tests/faults: a thousand random faults on the mock chip (faults.h says what a case is), built three times: with ASan, UBSan and LSan; with
# TSan, a thread a device; plain. `make faults CASES=n SEED=n` runs more of them.
FAULT_SRCS := $(wildcard tests/faults/*.c host/compiler/lower*.c sim/golden/*.c tests/conform/net_*.c driver/net*.c driver/regdev*.c driver/mock*.c) \
              $(wildcard host/model/*.c) driver/error.c host/compiler/arena.c host/compiler/say.c
FAULT_BINS := $(O)/tests/faults/asan $(O)/tests/faults/tsan $(O)/tests/faults/plain
TSAN_FLAGS := -fsanitize=thread -fno-omit-frame-pointer -O2 -g
TESTS      += faults
TEST_BINS  += $(FAULT_BINS)

$(O)/tsan/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(TSAN_FLAGS) -c $< -o $@
$(O)/tests/faults/asan: $(FAULT_SRCS:%.c=$(O)/san/%.o)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_FLAGS) -o $@ $^ -lm -lpthread
$(O)/tests/faults/tsan: $(FAULT_SRCS:%.c=$(O)/tsan/%.o)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TSAN_FLAGS) -o $@ $^ -lm -lpthread
$(O)/tests/faults/plain: $(FAULT_SRCS:%.c=$(O)/obj/%.o)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ -lm -lpthread

.PHONY: test-faults faults
test-faults: $(FAULT_BINS)  ## 1,000 random faults on the mock chip under ASan and LSan, fewer under TSan: an error code or the right answer
	$(Q)$(O)/tests/faults/asan --seed $(SEED) --threads 2
	$(Q)$(O)/tests/faults/tsan --seed $(SEED) --threads 2 --cases 100
	$(Q)$(O)/tests/faults/plain --seed $(SEED) --cases 400 --threads 2
faults: FAULT_CASES = $(if $(filter command line environment,$(origin CASES)),$(CASES),10000)
faults: $(FAULT_BINS)       ## As test-faults, 10,000 of each build: CASES=n SEED=n
	$(Q)for b in asan tsan plain; do echo "$$b"; $(O)/tests/faults/$$b --seed $(SEED) --cases $(FAULT_CASES) --threads 2 || exit 1; done
