# SPDX-License-Identifier: Apache-2.0
# The zocl kernel driver stood in for, to be put in front of XRT's edge library: zocl.h. Needs the public headers of XRT (libxrt-dev).
ZOCL      := $(O)/board/libbonnet_zocl.so
ZOCL_SRCS := $(wildcard sim/board/zocl/*.c) sim/board/trap.c
$(ZOCL): $(ZOCL_SRCS:%.c=$(O)/obj/%.o) $$(BOARD_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -shared -Wl,-z,defs -Wl,-Bsymbolic -o $@ $(filter %.o,$^) $(BOARD_LIBS) -ldl
