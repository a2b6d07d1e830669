# SPDX-License-Identifier: Apache-2.0
# tests/arm64: the cpu backend built for 64-bit ARM and run, instruction by instruction, in QEMU's user mode, against golden.
ARM_CC   := aarch64-linux-gnu-gcc
ARM_QEMU := qemu-aarch64
ARM_TEST := $(O)/arm64/conform
ARM_SRCS := $(wildcard driver/cpu*.c driver/net*.c sim/golden/*.c tests/conform/*.c) driver/error.c driver/golden.c tests/arm64/registry.c
TESTS    += arm64-cpu

$(O)/arm64/obj/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(ARM_CC) $(ALL_CFLAGS) -c $< -o $@
$(ARM_TEST): $(ARM_SRCS:%.c=$(O)/arm64/obj/%.o)
	$(Q)$(ARM_CC) -static -o $@ $^ -lm -lpthread

.PHONY: test-arm64-cpu arm64-cpu
test-arm64-cpu:
	$(Q)command -v $(ARM_CC) > /dev/null && command -v $(ARM_QEMU) > /dev/null || { echo "arm64-cpu: skipped: no $(ARM_CC) or no $(ARM_QEMU); make arm64-cpu installs both"; exit 77; }; \
	$(MAKE) --no-print-directory -s $(ARM_TEST) && \
	$(ARM_QEMU) $(ARM_TEST) --seed $(SEED) --cases 30 --backend cpu: --backend cpu:isa=neon,threads=3 --backend cpu:isa=portable && \
	$(ARM_QEMU) $(ARM_TEST) --seed $(SEED) --cases 10 --big --no-directed --backend cpu:isa=neon,threads=2
arm64-cpu:           ## Install the ARM cross compiler and QEMU, then run the cpu backend's NEON kernels against golden
	@tools/deps.sh arm
	@$(MAKE) --no-print-directory test-arm64-cpu
