# SPDX-License-Identifier: Apache-2.0
CLI_SRCS := $(wildcard host/cli/*.c)
CLI_LIBS := -lpng -ljson-c -lz
