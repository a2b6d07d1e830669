# SPDX-License-Identifier: Apache-2.0
# One graph, no recursion: each room brings its rules.mk. `make help` lists what a person types.
SEED  ?= 1
CASES ?= 300
V     ?= 0
O     := build
Q     := $(if $(filter 1,$(V)),,@)

# For another machine: make CROSS=aarch64-linux-gnu- SYSROOT=its/packages/unpacked O=build/there (tests/arm64 does). Programs that the
# build itself runs are made by HOSTCC.
CROSS    ?=
SYSROOT  ?=
SYSFLAGS := $(if $(SYSROOT),-isystem $(SYSROOT)/usr/include -isystem $(SYSROOT)/usr/include/$(CROSS:-=) $(foreach d,$(SYSROOT)/usr/lib/$(CROSS:-=) $(SYSROOT)/lib/$(CROSS:-=),-L$(d) -Wl,-rpath-link,$(d)))
HOSTCC   := gcc
CC       := $(strip $(CROSS)gcc $(SYSFLAGS))
CXX      := $(strip $(CROSS)g++ $(SYSFLAGS))
AR       := $(CROSS)ar
WARN     := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
CFLAGS   ?= -O2 -g
# Every C file sees the same include roots; `make lint` checks that no include points backwards.
INCLUDES := -I$(O)/gen -Ihost/include -Idriver -Isim -Irtl/csr -Ihost/lib -Ihost/compiler -Ihost/energy -Ihost/serve -Ihost/events -Ihost/client -Ihls
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden $(WARN) $(CFLAGS) $(INCLUDES) -MMD -MP
CXXFLAGS ?= -O2 -g
ALL_CXXFLAGS := -std=c++17 -fPIC -Wall -Wextra $(CXXFLAGS) $(INCLUDES) -MMD -MP

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:

# Lists that the rooms append to.
LIB_SRCS :=   # C files of libbonnet
LIB_OBJS :=   # further objects of libbonnet
LIB_LIBS :=   # what it links
TESTS     :=  # names for `make test`, each with a target test-<name>; $(call chain,...) of those that cannot run at the same time
TESTS_FIRST :=  # the long ones among them, which would otherwise end alone
TESTS_ALONE :=  # those that measure time
comma := ,
chain = $(subst $() ,$(comma),$(strip $(1)))
TEST_BINS :=  # what `make test` builds first
FASHION  := $(O)/models/boolnet_k4.bonnet $(O)/models/basenet_k1.bonnet # the trained networks, compiled: prerequisites of tests
GEN      :=   # generated files that are committed: `make gen` must leave them unchanged
include $(wildcard rtl/rules.mk hls/rules.mk sim/rules.mk driver/rules.mk host/rules.mk bitstreams/rules.mk tests/rules.mk models/rules.mk tools/rules.mk)

# C objects: build/obj/<path>.o
$(O)/obj/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@
# tests/run says that this folder is BUILT: reading 1700 files of dependencies again for each of its makes would take as long as many tests do.
ifneq ($(BUILT),$(O))
-include $(shell find $(O) -type f -name '*.d' 2>/dev/null)
endif

.PHONY: all gen clean help
all: $(LIB) $(CLI)   ## Library and command line, with the Verilated chip inside
gen: $(GEN)          ## Regenerate what is generated and committed (CI: git diff --exit-code)
clean:               ## Remove build/
	$(Q)rm -rf $(O)
help:                ## This list
	@awk -F':.*## ' '/^[a-z0-9%_-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST) | sort
	@echo "  Variables: SEED=$(SEED) CASES=$(CASES) V=1 (show commands)"
