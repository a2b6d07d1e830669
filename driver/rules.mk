# SPDX-License-Identifier: Apache-2.0
# driver/: the canonical network and every way to run one. A backend is one file and a line in registry.c.
LIB_SRCS += $(wildcard driver/*.c)
LIB_LIBS += -lm -lpthread
