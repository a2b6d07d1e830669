# SPDX-License-Identifier: Apache-2.0
# What is particular to a ZCU102, written once: make includes this, the Tcl of bitstreams/zcu102 reads it, tests/tcl compares it with
# sim/board/board.h and the device trees. NAME := value, nothing else.
ZCU102_PART       := xczu9eg-ffvb1156-2-e
ZCU102_BOARD_PART := xilinx.com:zcu102:part0:3.4
ZCU102_GEOMETRY   := ZCU102
ZCU102_CLOCK_MHZ  := 250
ZCU102_REGS_ADDR  := 0xA0000000
ZCU102_REGS_BYTES := 0x10000
ZCU102_DRAM_ADDR  := 0x70000000
ZCU102_DRAM_BYTES := 0x4000000
ZCU102_TCK_NS     := 33.333
ZCU102_TOOLS      := 2022.1
ZCU102_LUT        := 274080
ZCU102_LUTRAM     := 144000
ZCU102_FF         := 548160
ZCU102_BRAM36     := 912
ZCU102_DSP        := 2520
