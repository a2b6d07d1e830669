# SPDX-License-Identifier: Apache-2.0
# sim/board/xrt: build/board/xrt/lib/libxrt_core.so.2, a driver library for Debian 12's XRT 2.13 whose board is the Verilated chip, and an .xclbin
# for it. XILINX_XRT=build/board/xrt makes XRT take it. Needs libxrt-dev, uuid-dev and libxrt1, on x86-64; shim.h says how it is made.
XRT_BOARD  := $(O)/board/xrt
XRT_SHIM   := $(XRT_BOARD)/lib/libxrt_core.so.2
XRT_XCLBIN := $(O)/board/bonnet_tiny.xclbin
XRT_HWEMU  := /usr/lib/x86_64-linux-gnu/libxrt_hwemu.a
XRT_SRCS   := $(wildcard sim/board/xrt/*.cpp)

$(O)/obj/sim/board/xrt/%.o: sim/board/xrt/%.cpp | xrt-headers
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(ALL_CXXFLAGS) -isystem /usr/include/xrt -c $< -o $@
$(XRT_SHIM): $(XRT_SRCS:%.cpp=$(O)/obj/%.o) $$(BOARD_OBJS) | xrt-archive
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -shared -o $@ -Wl,-soname,libxrt_core.so.2 -Wl,-z,defs -Wl,-Bsymbolic $^ $(XRT_HWEMU) -lxrt_coreutil -luuid $(BOARD_LIBS) \
	  -Wl,--exclude-libs,ALL
$(XRT_XCLBIN): $(O)/mkxclbin
	$(Q)mkdir -p $(@D)
	$(Q)$< -o $@ --name bonnet_tiny --clock-mhz 50

.PHONY: xrt-archive
xrt-archive:
	$(Q)ar t $(XRT_HWEMU) 2> /dev/null | grep -q '^system_hwemu' || { \
	  echo "sim/board/xrt: no $(XRT_HWEMU), or not that of XRT 2.13: install libxrt-dev on Debian 12, x86-64 (tools/deps.sh test)" >&2; exit 1; }
