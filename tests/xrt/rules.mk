# SPDX-License-Identifier: Apache-2.0
# tests/xrt: the XRT backend over Debian's own XRT and the Verilated chip (sim/board/xrt). Skipped where libxrt-dev is not that of Debian 12.
XRT_TESTS     := xrt-xclbin xrt-conform xrt-managed xrt-faults xrt-cli
XRT_TEST_BINS := $(O)/tests/xrt/xclbin $(O)/tests/xrt/managed $(O)/tests/xrt/faults
TESTS         += $(call chain,$(XRT_TESTS)) # one card
TEST_BINS     += $(if $(wildcard $(XRT_HWEMU)),$(XRT_SHIM) $(XRT_XCLBIN) $(XRT_TEST_BINS))
# A stale setting of the caller's must not decide.
XRT_ENV   := env -u XCL_EMULATION_MODE -u BONNET_XRT_FAULT -u BONNET_BOARD XILINX_XRT=$(CURDIR)/$(XRT_BOARD)
XRT_URI   := xrt:0,xclbin=$(CURDIR)/$(XRT_XCLBIN)
XRT_READY := test -f $(XRT_HWEMU) || { echo "skipped: no $(XRT_HWEMU); install libxrt-dev and uuid-dev on Debian 12, x86-64 (tools/deps.sh test)"; exit 77; }; \
  $(MAKE) --no-print-directory -s $(XRT_SHIM) $(XRT_XCLBIN)

$(O)/san/tests/xrt/xclbin.o: ALL_CFLAGS += -isystem $(XRT_INCLUDE)
$(O)/obj/tests/xrt/managed.o: ALL_CFLAGS += -isystem $(XRT_INCLUDE)
$(O)/tests/xrt/xclbin: $(O)/san/tests/xrt/xclbin.o $(O)/san/driver/xrt_xclbin.o $(O)/san/driver/error.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_FLAGS) -o $@ $^
$(O)/tests/xrt/faults: $(O)/san/tests/xrt/faults.o $(O)/san/tests/conform/compare.o $(patsubst %.c,$(O)/san/%.o,$(wildcard driver/xrt*.c)) $$(UNIT_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_FLAGS) -o $@ $^ $(UNIT_LIBS)
$(O)/tests/xrt/managed: $(O)/obj/tests/xrt/managed.o $(CONFORM_SRCS:%.c=$(O)/obj/%.o) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(O)/obj/tests/xrt/managed.o $(filter-out %/conform.o %/manners.o,$(CONFORM_SRCS:%.c=$(O)/obj/%.o)) $(LIB) -lxrt_coreutil $(LIB_LIBS)

.PHONY: test-xrt $(XRT_TESTS:%=test-%)
test-xrt: $(XRT_TESTS:%=test-%)  ## The XRT backend over Debian's XRT and the Verilated chip
test-xrt-xclbin:
	$(Q)$(XRT_READY) $(O)/tests/xrt/xclbin && MKXCLBIN=$(CURDIR)/$(O)/mkxclbin CHECK=$(CURDIR)/$(O)/tests/xrt/xclbin SEED=$(SEED) bash tests/xrt/mkxclbin.sh
test-xrt-conform: $(CONFORM)
	$(Q)$(XRT_READY) && $(XRT_ENV) $(CONFORM) --backend $(XRT_URI) --size tiny --cases 15 --quick --seed $(SEED) && \
	$(XRT_ENV) BONNET_BOARD=geometry=asic $(CONFORM) --backend $(XRT_URI) --size asic --cases 2 --quick --seed $(SEED)
test-xrt-managed:
	$(Q)$(XRT_READY) $(O)/tests/xrt/managed && $(XRT_ENV) $(O)/tests/xrt/managed $(XRT_XCLBIN) 2> $(O)/tests/xrt/managed.log || { cat $(O)/tests/xrt/managed.log; false; }
test-xrt-faults:
	$(Q)$(XRT_READY) $(O)/tests/xrt/faults && mkdir -p $(O)/tests/xrt/copy/lib && cp $(XRT_SHIM) $(O)/tests/xrt/copy/lib && \
	$(XRT_ENV) $(O)/tests/xrt/faults $(XRT_XCLBIN) $(O)/tests/xrt/copy
test-xrt-cli: $(CLI) $(FASHION)
	$(Q)$(XRT_READY) && $(XRT_ENV) BONNET=$(CURDIR)/$(CLI) MODELS=$(CURDIR)/$(O)/models ROOT=$(CURDIR) URI=$(XRT_URI) CC="$(CC)" bash tests/xrt/cli.sh
