# SPDX-License-Identifier: Apache-2.0
# bitstreams: what a board is given besides the chip itself. build/mkxclbin needs XRT's public headers; nothing else here is built for `make all`.
include $(wildcard bitstreams/*/rules.mk)
XRT_INCLUDE   := /usr/include/xrt
MKXCLBIN      := $(O)/mkxclbin
MKXCLBIN_OBJS := $(patsubst %.c,$(O)/obj/%.o,$(wildcard bitstreams/mkxclbin*.c))
$(MKXCLBIN_OBJS): ALL_CFLAGS += -isystem $(XRT_INCLUDE)
$(MKXCLBIN_OBJS): | xrt-headers
$(MKXCLBIN): $(MKXCLBIN_OBJS) $(O)/obj/host/lib/file_disk.o $(O)/obj/driver/error.o
	$(Q)$(CC) -o $@ $^ -lmd

.PHONY: xrt-headers
xrt-headers:
	$(Q)test -f $(XRT_INCLUDE)/xclbin.h && test -f /usr/include/uuid/uuid.h || { \
	  echo "mkxclbin: no $(XRT_INCLUDE)/xclbin.h or no uuid/uuid.h: install libxrt-dev and uuid-dev (tools/deps.sh test)" >&2; exit 1; }
