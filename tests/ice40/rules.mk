# SPDX-License-Identifier: Apache-2.0
# tests/ice40: `ice40:` against the Verilated machine behind a pseudo terminal: the conformance suite, the trained networks, a line that
# damages bytes, each answer of the protocol. By hand, minutes: the same networks on the netlist that is read back from the bitstream.
ICE40_WIRE := $(O)/tests/ice40/wire
TESTS      += ice40
TEST_BINS  += $(ICE40_PTY) $(ICE40_WIRE)

$(ICE40_WIRE): $(O)/obj/tests/ice40/wire_test.o $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $< $(LIB) $(LIB_LIBS)
.PHONY: test-ice40 test-ice40-netlist lint-ice40
lint-ice40: $(ICE40_RTL)  ## The iCE40 machine, by Verilator and Yosys
	$(Q)verilator --lint-only --assert -Wall -Irtl/include $(ICE40_RTL) --top-module bonnet_ice40
	$(Q)yosys -q -p "read_verilog -sv -DSYNTHESIS -Irtl/include $(ICE40_RTL); hierarchy -check -top bonnet_ice40; proc; check -assert"
test-ice40: $(ICE40_PTY) $(ICE40_WIRE) $(CONFORM) $(CLI) $$(FASHION) lint-ice40  ## The iCE40 machine as RTL behind its serial line, against golden
	$(Q)BONNET=$(CLI) PTY=$(ICE40_PTY) CONFORM=$(CONFORM) WIRE=$(ICE40_WIRE) MODELS=$(O)/models SEED=$(SEED) bash tests/ice40/rtl.sh

# The netlist: what the bits say (asc_vlog.py), with Yosys' own models of the memories.
ICE40_NETLIST := $(ICE40)/netlist
ICE40_CELLS   := $(dir $(shell command -v yosys))../share/yosys/ice40/cells_sim.v
$(ICE40)/netlist.v: $(ICE40)/bonnet.asc tests/ice40/asc_vlog.py
	$(Q)python3 tests/ice40/asc_vlog.py $< $(ICE40_PCF) sg48 bonnet_ice40 > $@
$(ICE40_NETLIST)/pty: $(ICE40)/netlist.v sim/board/ice40/pty.cpp
	$(Q)mkdir -p $(@D)
	$(Q)awk '/^module /{seen = 1} !seen; /^module (SB_RAM40_4K|SB_SPRAM256KA) *\(/{on = 1} on; /^endmodule/{on = 0}' $(ICE40_CELLS) > $(@D)/cells.v
	$(Q)verilator $(ICE40_SIM) -Wno-TIMESCALEMOD -DNO_ICE40_DEFAULT_ASSIGNMENTS -CFLAGS -DCLOCKS_PER_BIT=12 -Mdir $(@D) $(@D)/cells.v $< \
	  $(CURDIR)/sim/board/ice40/pty.cpp -o pty > $(@D)/build.log 2>&1 || { tail -40 $(@D)/build.log; false; }
test-ice40-netlist: $(ICE40_NETLIST)/pty $(CLI) $$(FASHION)  ## The netlist read back from the iCE40 bitstream runs the trained networks (minutes)
	$(Q)BONNET=$(CLI) PTY=$< MODELS=$(O)/models bash tests/ice40/netlist.sh
