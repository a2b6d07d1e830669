# SPDX-License-Identifier: Apache-2.0
# tests/uio: the backend uio: against the stand-in of sim/board/uio, and the trap under that.
TRAP_TEST := $(O)/tests/uio/trap
TESTS     += trap
TEST_BINS += $(TRAP_TEST)
$(TRAP_TEST): $(O)/obj/tests/uio/trap_test.o $(O)/obj/sim/board/trap.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ -lpthread

.PHONY: test-trap
test-trap: $(TRAP_TEST)  ## Registers behind plain loads and stores: both decoders, and real accesses
	$(Q)$< --seed $(SEED)

# The same on AArch64, in QEMU's user mode.
TRAP_ARM := $(O)/arm64/trap
TESTS    += trap-arm64
$(TRAP_ARM): $(O)/arm64/obj/tests/uio/trap_test.o $(O)/arm64/obj/sim/board/trap.o
	$(Q)$(ARM_CC) -static -o $@ $^ -lpthread
.PHONY: test-trap-arm64
test-trap-arm64:
	$(Q)command -v $(ARM_CC) > /dev/null && command -v $(ARM_QEMU) > /dev/null || { echo "trap-arm64: skipped: no $(ARM_CC) or no $(ARM_QEMU); tools/deps.sh arm installs both"; exit 77; }; \
	$(MAKE) --no-print-directory -s $(TRAP_ARM) && $(ARM_QEMU) $(TRAP_ARM) --seed $(SEED)
