# SPDX-License-Identifier: Apache-2.0
# tests/jtag: the Verilated JTAG chain with the port of the shell in it. `make test-jtag-chain`, SEED=n.
TESTS     += jtag-chain
TEST_BINS += $(O)/tests/jtag_chain
$(O)/tests/jtag_chain: $(O)/obj/tests/jtag/chain_test.o $$(CHAIN_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ $(BOARD_LIBS)
.PHONY: test-jtag-chain
test-jtag-chain: $(O)/tests/jtag_chain  ## The board's JTAG chain: IDCODEs, USER1, registers and DRAM through the port
	$(Q)$< --seed $(SEED)
