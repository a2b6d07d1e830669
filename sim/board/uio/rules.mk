# SPDX-License-Identifier: Apache-2.0
# sim/board/uio: Linux UIO and u-dma-buf over the Verilated chip, to be loaded before a program: sim/board/uio/stand_in.h says how.
BOARD_UIO := $(O)/board/libbonnet_uio.so
$(BOARD_UIO): $(patsubst %.c,$(O)/obj/%.o,$(wildcard sim/board/uio/*.c)) $(O)/obj/sim/board/trap.o $$(BOARD_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -shared -o $@ $^ $(BOARD_LIBS) -ldl -Wl,-z,defs -Wl,--exclude-libs,ALL
