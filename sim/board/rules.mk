# SPDX-License-Identifier: Apache-2.0
# sim/board: stand-ins for a board's kernel drivers and cables, over the Verilated chip. Not in libbonnet. A stand-in adds its own rules
# in sim/board/<name>/rules.mk and links $$(BOARD_OBJS) (two dollars: sim/verilator, which names them, is read later).
BOARD_OBJS = $(O)/obj/sim/board/board.o $(VSIM)/asic.o $(VSIM)/tiny.o $(VSIM)/small.o $(VSIM)/zcu102.o $(VSIM)/lib_bonnet_sim.o $(VSIM)/lib_memory.o \
  $(VSIM)/vl_verilated.o $(VSIM)/vl_verilated_threads.o
BOARD_LIBS := -lstdc++ -lpthread
include $(wildcard sim/board/*/rules.mk)
