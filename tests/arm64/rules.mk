# SPDX-License-Identifier: Apache-2.0
# tests/arm64: the cpu backend built for 64-bit ARM and run, instruction by instruction, in QEMU's user mode, against golden.
ARM_CC   := aarch64-linux-gnu-gcc
ARM_QEMU := qemu-aarch64
ARM_TEST := $(O)/arm64/conform
ARM_SRCS := $(wildcard driver/cpu*.c driver/net*.c driver/mixed*.c driver/regdev*.c host/compiler/lower*.c host/model/*.c sim/golden/*.c tests/conform/*.c) \
            host/compiler/arena.c host/compiler/say.c driver/error.c driver/golden.c tests/arm64/registry.c
TESTS     += arm64-cpu
TEST_BINS += $(if $(shell command -v $(ARM_CC)),$(ARM_TEST))

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
	$(ARM_QEMU) $(ARM_TEST) --seed $(SEED) --cases 10 --big --no-directed --backend cpu:isa=neon,threads=2 && \
	$(ARM_QEMU) $(ARM_TEST) --seed $(SEED) --cases 20 --general --backend cpu: --backend cpu:isa=neon,threads=3 --backend cpu:isa=portable
arm64-cpu:           ## Install the ARM cross compiler and QEMU, then run the cpu backend's NEON kernels against golden
	@tools/deps.sh arm
	@$(MAKE) --no-print-directory test-arm64-cpu

# The whole project for 64-bit ARM, as a board has it, in a folder of its own; driven there through XRT's edge library and Linux UIO, whose
# kernel sides are stood in for (sim/board). The two programs below are built by the inner make.
ARM_O       := $(O)/aarch64
ARM_SYSROOT := $(O)/sysroot-arm64
ARM_MAKE     = $(MAKE) --no-print-directory -s CROSS=aarch64-linux-gnu- SYSROOT=$(ARM_SYSROOT) O=$(ARM_O)
XRT_PROBE   := $(O)/tests/xrt_probe
ARM_BINS    := bonnet tests/conform tests/xrt_probe board/libbonnet_zocl.so board/libbonnet_uio.so

$(O)/obj/tests/arm64/xrt_probe.o: tests/arm64/xrt_probe.cpp | xrt-headers
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(ALL_CXXFLAGS) -Werror -isystem $(XRT_INCLUDE) -c $< -o $@
$(XRT_PROBE): $(O)/obj/tests/arm64/xrt_probe.o $(O)/obj/tests/arm64/copy_job.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ -lxrt_coreutil -luuid

.PHONY: arm64 arm64-ready test-arm64
arm64-ready:
	@tools/deps.sh arm64
	@tools/arm64_sysroot.sh $(ARM_SYSROOT)
arm64: arm64-ready   ## The library and the command line for 64-bit ARM: build/aarch64
	@$(ARM_MAKE) -j2 all
test-arm64:          ## The arm64 program through Debian's arm64 XRT and through UIO, in QEMU, kernel and chip stood in for (installs what it needs)
	@tools/deps.sh arm64 && tools/arm64_sysroot.sh $(ARM_SYSROOT) || { echo "arm64: skipped: packages are missing, see above"; exit 77; }
	@echo "Building the project for arm64 (two cores: about two minutes)"
	@$(MAKE) --no-print-directory -s -j2 $(FASHION) $(XRT_XCLBIN) $(MKXCLBIN)
	@$(ARM_MAKE) -j2 $(ARM_BINS:%=$(ARM_O)/%)
	@ARM=$(ARM_O) SYSROOT=$(ARM_SYSROOT) XCLBIN=$(XRT_XCLBIN) MKXCLBIN=$(MKXCLBIN) MODELS=$(O)/models SEED=$(SEED) tests/arm64/board.sh

# Unpacked on the board; see the README in it.
ARM_DIST  := $(O)/bonnet-$(VERSION)-arm64.tar.gz
ARM_STAGE := $(O)/stage-arm64
.PHONY: dist-arm64
dist-arm64: arm64    ## build/bonnet-VERSION-arm64.tar.gz: program, library, header, man page, for a board with Debian 12 or its like
	@rm -rf $(ARM_STAGE)
	@$(ARM_MAKE) install DESTDIR=$(CURDIR)/$(ARM_STAGE) PREFIX=/usr/local
	@tools/dist_arm64.sh $(ARM_STAGE) $(ARM_SYSROOT) $(ARM_DIST)
