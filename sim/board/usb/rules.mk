# SPDX-License-Identifier: Apache-2.0
# sim/board/usb: the cable. fakeusb: a libusb with one FT232H, linked in its place or preloaded; mockusb: the same FT232H as a kernel's
# usbfs, by umockdev, for programs that bring their own libusb.
USB_STAND_OBJS = $(O)/obj/sim/board/jtag/ft232h.o $(CHAIN_OBJS)
FAKEUSB_OBJS   = $(O)/obj/sim/board/usb/fakeusb.o $(USB_STAND_OBJS)
FAKEUSB_SO    := $(O)/board/fakeusb.so

$(O)/obj/sim/board/%.o: sim/board/%.cpp
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(ALL_CXXFLAGS) -fvisibility=hidden -c $< -o $@
# Only libusb_* may be seen: the program it is loaded into has a simulator of its own.
$(FAKEUSB_SO): $$(FAKEUSB_OBJS) sim/board/usb/fakeusb.map
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -shared -Wl,-Bsymbolic -Wl,--version-script=sim/board/usb/fakeusb.map -o $@ $(FAKEUSB_OBJS) $(BOARD_LIBS)
MOCKUSB       := $(O)/board/mockusb
MOCKUSB_FLAGS  = $(shell pkg-config --cflags umockdev-1.0 gio-2.0)
$(O)/obj/sim/board/usb/mockusb.o: ALL_CXXFLAGS += $(MOCKUSB_FLAGS)
$(MOCKUSB): $(O)/obj/sim/board/usb/mockusb.o $$(USB_STAND_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $< $(USB_STAND_OBJS) $(BOARD_LIBS) $(shell pkg-config --libs umockdev-1.0 gio-2.0)
