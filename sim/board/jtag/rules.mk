# SPDX-License-Identifier: Apache-2.0
# sim/board/jtag: the Verilated JTAG chain. Who uses it links $$(CHAIN_OBJS) and $$(BOARD_LIBS) (two dollars, see sim/board/rules.mk).
CHAIN_DIR  := $(O)/sim/board/jtag
CHAIN_OBJS  = $(CHAIN_DIR)/chain.o $(CHAIN_DIR)/vl_model.o $(BOARD_OBJS)
CHAIN_SRCS := sim/board/jtag/bonnet_chain.sv sim/board/jtag/bonnet_tap.sv
$(CHAIN_DIR)/model/model.stamp: $(CHAIN_SRCS) $(wildcard rtl/shell/*.sv rtl/cell/*.sv) rtl/include/bonnet_assert.svh
	$(Q)rm -rf $(@D) && mkdir -p $(@D)
	$(Q)verilator --cc --no-MMD -O3 --x-assign fast --x-initial unique $(RTL_FLAGS) -y sim/board/jtag --prefix Vbonnet_chain \
	  --top-module bonnet_chain -Mdir $(@D) sim/board/jtag/bonnet_chain.sv > $(@D)/verilate.log 2>&1 || { tail -40 $(@D)/verilate.log; false; }
	$(Q)for f in $(@D)/*.cpp; do echo "#include \"$$(basename $$f)\""; done > $(@D)/all.cc
	$(Q)touch $@
$(CHAIN_DIR)/vl_model.o: $(CHAIN_DIR)/model/model.stamp
	$(Q)$(VSIM_CXX) -O2 -I$(CHAIN_DIR)/model -c $(CHAIN_DIR)/model/all.cc -o $@
$(CHAIN_DIR)/%.o: sim/board/jtag/%.cpp $(wildcard sim/board/jtag/*.h sim/board/*.h sim/verilator/*.h) $(CHAIN_DIR)/model/model.stamp
	$(Q)$(VSIM_CXX) -Wextra -O2 $(INCLUDES) -isystem $(CHAIN_DIR)/model -c $< -o $@
