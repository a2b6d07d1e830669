# SPDX-License-Identifier: Apache-2.0
# sim/board/serial: the Verilated ULX3S behind a pseudo-terminal: build/board/ulx3s LINK COMMAND..., and COMMAND opens serial:LINK.
ULX3S_SIM := $(O)/board/ulx3s
ULX3S_DIR := $(O)/sim/board/serial
ULX3S_TOP := rtl/board/ulx3s/bonnet_ulx3s.v
$(ULX3S_DIR)/model/model.stamp: $(ULX3S_TOP) sim/board/vendor/EHXPLLL.v $(RTL_PKGS) $(RTL_SRCS) rtl/include/bonnet_assert.svh
	$(Q)rm -rf $(@D) && mkdir -p $(@D)
	$(Q)verilator --cc --no-MMD -O3 --x-assign fast --x-initial unique $(RTL_FLAGS) $(SMALL) -GClocksPerBit=4 -GGapBits=16 -GResetBits=4 --prefix Vbonnet_ulx3s \
	  --top-module bonnet_ulx3s -Mdir $(@D) $(RTL_PKGS) sim/board/vendor/EHXPLLL.v $(ULX3S_TOP) > $(@D)/verilate.log 2>&1 || { tail -40 $(@D)/verilate.log; false; }
	$(Q)for f in $(@D)/*.cpp; do echo "#include \"$$(basename $$f)\""; done > $(@D)/all.cc
	$(Q)touch $@
$(ULX3S_DIR)/model.o: $(ULX3S_DIR)/model/model.stamp
	$(Q)$(VSIM_CXX) -O2 -I$(ULX3S_DIR)/model -c $(ULX3S_DIR)/model/all.cc -o $@
$(ULX3S_DIR)/board.o: sim/board/serial/board.cpp $(ULX3S_DIR)/model/model.stamp
	$(Q)$(VSIM_CXX) -Wextra -O2 -isystem $(ULX3S_DIR)/model -c $< -o $@
$(ULX3S_SIM): $(ULX3S_DIR)/board.o $(ULX3S_DIR)/model.o $$(VSIM)/vl_verilated.o $$(VSIM)/vl_verilated_threads.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ -lpthread
