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
TESTS     += trap-arm64
TEST_BINS += $(if $(shell command -v $(ARM_CC)),$(TRAP_ARM))
$(TRAP_ARM): $(O)/arm64/obj/tests/uio/trap_test.o $(O)/arm64/obj/sim/board/trap.o
	$(Q)$(ARM_CC) -static -o $@ $^ -lpthread
.PHONY: test-trap-arm64
test-trap-arm64:
	$(Q)command -v $(ARM_CC) > /dev/null && command -v $(ARM_QEMU) > /dev/null || { echo "trap-arm64: skipped: no $(ARM_CC) or no $(ARM_QEMU); tools/deps.sh arm installs both"; exit 77; }; \
	$(MAKE) --no-print-directory -s $(TRAP_ARM) && $(ARM_QEMU) $(TRAP_ARM) --seed $(SEED)

# The backend, with the sanitizers: their library linked in, so that the stand-in can come first.
UIO_TEST  := $(O)/tests/uio/uio
UIO_SRCS  := tests/uio/uio_test.c driver/uio.c driver/uio_find.c driver/uio_dma.c
TESTS     += uio,uio-conform
TEST_BINS += $(UIO_TEST) $(BOARD_UIO)
$(UIO_TEST): $(UIO_SRCS:%.c=$(O)/san/%.o) $$(UNIT_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_FLAGS) -static-libasan -static-libubsan -o $@ $(sort $^) $(UNIT_LIBS) -ldl

.PHONY: test-uio test-uio-conform
test-uio: $(UIO_TEST) $(BOARD_UIO)  ## uio: against a stand-in for UIO and u-dma-buf: every failure by name, caches, what a killed process leaves
	$(Q)LD_PRELOAD=$(BOARD_UIO) $(UIO_TEST) manners --seed $(SEED)
	$(Q)bash tests/uio/knobs.sh $(UIO_TEST) $(CURDIR)/$(BOARD_UIO)
test-uio-conform: $(CONFORM) $(CLI) $(FASHION) $(BOARD_UIO)  ## The conformance suite and the command line on uio:
	$(Q)LD_PRELOAD=$(BOARD_UIO) $(CONFORM) --seed $(SEED) --backend uio:/dev/uio0 --size tiny --cases 30 --quick
	$(Q)BONNET_BOARD=stall=40 BONNET_UIO=dma=udmabuf0 LD_PRELOAD=$(BOARD_UIO) $(CONFORM) --seed $(SEED) --backend uio:/dev/uio0,irq=off --size tiny --cases 5 --quick
	$(Q)BONNET_BOARD=geometry=asic LD_PRELOAD=$(BOARD_UIO) $(CONFORM) --seed $(SEED) --backend uio: --cases 4 --quick
	$(Q)LD_PRELOAD=$(BOARD_UIO) $(CLI) selftest --device uio:/dev/uio0
	$(Q)LD_PRELOAD=$(BOARD_UIO) $(CLI) devices | grep -x 'uio:/dev/uio0'
	$(Q)LD_PRELOAD=$(BOARD_UIO) $(CLI) doctor --device uio: | grep 'uio: answers: register version'
	$(Q)BONNET_BOARD=geometry=asic LD_PRELOAD=$(BOARD_UIO) $(CLI) run $(O)/models/boolnet_k4.bonnet tests/vectors/fashion/00000_*.pgm --device uio:/dev/uio0 | grep 'Ankle boot'
