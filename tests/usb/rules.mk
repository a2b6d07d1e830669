# SPDX-License-Identifier: Apache-2.0
# tests/usb: the backend usb: against an FT232H in front of the Verilated chain (sim/board/usb). Fault by fault in one program under the
# sanitizers; the conformance suite; the command line, OpenOCD and openFPGALoader through the unmodified libusb.
USB_CONFORM := $(O)/tests/usb/conform
USB_TEST    := $(O)/tests/usb/usb
ifneq ($(USB),0)
TESTS       += usb,usb-conform,usb-tools
TEST_BINS   += $(USB_TEST) $(USB_CONFORM) $(FAKEUSB_SO) $(O)/tests/usb/make_bit $(if $(shell pkg-config --exists umockdev-1.0 2> /dev/null && echo yes),$(MOCKUSB))
endif

USB_TEST_SRCS := $(filter-out %/make_bit.c,$(wildcard tests/usb/*.c)) $(wildcard driver/usb*.c) driver/words.c
MAKE_BIT      := $(O)/tests/usb/make_bit
$(O)/san/%.o: %.cpp
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(ALL_CXXFLAGS) $(UNIT_FLAGS) -c $< -o $@
$(USB_TEST): $(USB_TEST_SRCS:%.c=$(O)/san/%.o) $(O)/san/sim/board/usb/fakeusb.o $(O)/san/sim/board/jtag/ft232h.o $$(CHAIN_OBJS) $(UNIT_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(UNIT_FLAGS) -o $@ $^ $(UNIT_LIBS) $(BOARD_LIBS)
.PHONY: test-usb test-usb-conform test-usb-tools
test-usb: $(USB_TEST)  ## The USB cable: every fault, every alignment, every cost, on the Verilated chain
	$(Q)$< --seed $(SEED)

# fakeusb before the library: its libusb_* are taken.
$(USB_CONFORM): $(CONFORM_SRCS:%.c=$(O)/obj/%.o) $$(FAKEUSB_OBJS) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(CONFORM_SRCS:%.c=$(O)/obj/%.o) $(FAKEUSB_OBJS) $(LIB) $(LIB_LIBS)
test-usb-conform: $(USB_CONFORM)
	$(Q)BONNET_BOARD=geometry=tiny,cycles=1 $< --seed $(SEED) --size tiny --backend usb: --no-directed --cases 8
$(MAKE_BIT): $(O)/obj/tests/usb/make_bit.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $<
test-usb-tools: $(FAKEUSB_SO) $(CLI) $(MAKE_BIT) $$(FASHION)
	$(Q)BONNET=$(CURDIR)/$(CLI) MODELS=$(CURDIR)/$(O)/models ROOT=$(CURDIR) FAKEUSB=$(CURDIR)/$(FAKEUSB_SO) MOCKUSB=$(CURDIR)/$(MOCKUSB) MAKE_BIT=$(CURDIR)/$(MAKE_BIT) bash tests/usb/tools.sh
