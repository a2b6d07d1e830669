# SPDX-License-Identifier: Apache-2.0
# tests/serial: the backend serial: against the Verilated ULX3S behind a pseudo-terminal (sim/board/serial).
TESTS     += serial
TEST_BINS += $(ULX3S_SIM)
.PHONY: test-serial
test-serial: $(ULX3S_SIM) $(CLI) $(CONFORM) $$(FASHION)  ## A board over its serial line: trained networks, conformance, lines that are none
	$(Q)BONNET=$(CURDIR)/$(CLI) BOARD=$(CURDIR)/$(ULX3S_SIM) CONFORM=$(CURDIR)/$(CONFORM) MODELS=$(CURDIR)/$(O)/models ROOT=$(CURDIR) SEED=$(SEED) bash tests/serial/line.sh
