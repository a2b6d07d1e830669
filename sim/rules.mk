# SPDX-License-Identifier: Apache-2.0
# sim/: golden (the definition, in C) and verilator (the chip, with memory around it, as a C-callable library).
LIB_SRCS += $(wildcard sim/golden/*.c)
include $(wildcard sim/*/rules.mk)
