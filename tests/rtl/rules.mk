# SPDX-License-Identifier: Apache-2.0
# One bench per module: tests/rtl/<module>_tb.cpp against sim/golden. A new file is a new test: make test-rtl-<module>.
# <module>_tb.tiny, if it exists (empty file), asks for a second build with the tiny geometry: test-rtl-<module>-tiny.
TB_MODULES := $(patsubst tests/rtl/%_tb.cpp,%,$(wildcard tests/rtl/*_tb.cpp))
TB_TINY    := $(patsubst tests/rtl/%_tb.tiny,%,$(wildcard tests/rtl/*_tb.tiny))
TESTS      += $(TB_MODULES:%=rtl-%) $(TB_TINY:%=rtl-%-tiny)
TEST_BINS  += $(TB_MODULES:%=$(O)/tb/%/tb) $(TB_TINY:%=$(O)/tb-tiny/%/tb)
TB_FLAGS   := --cc --exe --build --trace-fst -O3 --x-assign unique --x-initial unique \
  -CFLAGS "-std=c++17 -O2 -DVL_USER_STOP -I$(CURDIR)/tests/rtl -I$(CURDIR)/sim -I$(CURDIR)/driver -I$(CURDIR)/host/include -I$(CURDIR)/rtl/csr"

$(O)/tb/%/tb: tests/rtl/%_tb.cpp tests/rtl/tb.h $(RTL_PKGS) $(RTL_SRCS)
	$(Q)mkdir -p $(@D)
	$(Q)verilator $(TB_FLAGS) $(RTL_FLAGS) -Mdir $(@D) --top-module $* $(RTL_PKGS) $(filter %/$*.sv,$(RTL_SRCS)) \
	  $(abspath $<) -o tb > $(@D)/build.log 2>&1 || { tail -40 $(@D)/build.log; false; }
$(O)/tb-tiny/%/tb: tests/rtl/%_tb.cpp tests/rtl/tb.h $(RTL_PKGS) $(RTL_SRCS)
	$(Q)mkdir -p $(@D)
	$(Q)verilator $(TB_FLAGS) -CFLAGS -DBONNET_GEOMETRY_TINY $(RTL_FLAGS) $(TINY) -Mdir $(@D) --top-module $* $(RTL_PKGS) \
	  $(filter %/$*.sv,$(RTL_SRCS)) $(abspath $<) -o tb > $(@D)/build.log 2>&1 || { tail -40 $(@D)/build.log; false; }

# The passing run pays nothing for waves; a failing seed replays with them.
test-rtl-%-tiny: $(O)/tb-tiny/%/tb
	$(Q)$< --seed $(SEED) --cases $(CASES) || { $< --seed $(SEED) --cases $(CASES) --wave $(O)/$*.fst 2>/dev/null; \
	  echo "wave: $(O)/$*.fst"; false; }
test-rtl-%: $(O)/tb/%/tb
	$(Q)$< --seed $(SEED) --cases $(CASES) || { $< --seed $(SEED) --cases $(CASES) --wave $(O)/$*.fst 2>/dev/null; \
	  echo "wave: $(O)/$*.fst"; false; }
