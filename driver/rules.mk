# SPDX-License-Identifier: Apache-2.0
# driver/: the canonical network and every way to run one. A backend is one file and a line in registry.c.
# USB=0 leaves out what needs libusb (usb:), for static programs and other machines; give such a build its own O=.
USB ?= 1
USB_SRCS := $(wildcard driver/usb*.c)
LIB_SRCS += $(filter-out $(USB_SRCS),$(wildcard driver/*.c))
LIB_LIBS += -lm -lpthread
ifeq ($(USB),0)
ALL_CFLAGS += -DBONNET_NO_USB
else
LIB_SRCS += $(USB_SRCS)
LIB_LIBS += -lusb-1.0
endif
