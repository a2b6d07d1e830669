# SPDX-License-Identifier: Apache-2.0
# The iCE40 machine behind a pseudo terminal. RTL, with a fast line (4 clocks a bit) so that a network takes seconds; and as on the board (12).
ICE40_RTL := rtl/board/ice40/bonnet_ice40_pkg.sv rtl/cell/bonnet_ram_1r1w.sv rtl/cell/bonnet_sync.sv rtl/cell/bonnet_rst_sync.sv \
  rtl/shell/bonnet_uart_rx.sv rtl/shell/bonnet_uart_tx.sv rtl/compute/bonnet_popcount.sv $(filter-out %_pkg.sv,$(wildcard rtl/board/ice40/*.sv))
ICE40_PTY := $(O)/ice40/rtl/pty
ICE40_SIM := --cc --exe --build -O3 --x-assign unique --x-initial unique --top-module bonnet_ice40 -CFLAGS "-std=c++17 -O2"

$(ICE40_PTY): sim/board/ice40/pty.cpp $(ICE40_RTL) rtl/include/bonnet_assert.svh
	$(Q)mkdir -p $(@D)
	$(Q)verilator $(ICE40_SIM) --assert -Wall $(RTL_EXTRA) -Irtl/include -CFLAGS -DCLOCKS_PER_BIT=4 -GClocksPerBit=4 -Mdir $(@D) $(ICE40_RTL) \
	  $(CURDIR)/sim/board/ice40/pty.cpp -o pty > $(@D)/build.log 2>&1 || { tail -40 $(@D)/build.log; false; }
