# SPDX-License-Identifier: Apache-2.0
# One bench per module: tests/rtl/<module>_tb.cpp against sim/golden. A new file is a new test: make test-rtl-<module>.
# <module>_tb.tiny, if it exists (empty file), asks for a second build with the tiny geometry: test-rtl-<module>-tiny. <module>_tb.zcu102: with
# four arrays, test-rtl-<module>-zcu102.
TB_MODULES := $(patsubst tests/rtl/%_tb.cpp,%,$(wildcard tests/rtl/*_tb.cpp))
TB_TINY    := $(patsubst tests/rtl/%_tb.tiny,%,$(wildcard tests/rtl/*_tb.tiny))
TB_ZCU102  := $(patsubst tests/rtl/%_tb.zcu102,%,$(wildcard tests/rtl/*_tb.zcu102))
TESTS      += $(TB_MODULES:%=rtl-%) $(TB_TINY:%=rtl-%-tiny) $(TB_ZCU102:%=rtl-%-zcu102)
TEST_BINS  += $(TB_MODULES:%=$(O)/tb/%/tb) $(TB_TINY:%=$(O)/tb-tiny/%/tb) $(TB_ZCU102:%=$(O)/tb-zcu102/%/tb)
TB_DIRS    := $(foreach dir,tests/rtl sim driver host/include rtl/csr,-I$(CURDIR)/$(dir))
TB_FLAGS   := --cc --exe --build -O3 --x-assign unique --x-initial unique -CFLAGS "-std=c++17 -O1 -DVL_USER_STOP $(TB_DIRS)" $(RTL_FLAGS)
TB_DEPS    := $(wildcard tests/rtl/*.h) $(RTL_PKGS) $(RTL_SRCS) rtl/include/bonnet_assert.svh

# $(call bench,folder,extra flags): the bench of module $*, built there.
# The FIFO is tried with a depth that is no power of two: its pointers have to turn round by themselves. (Its proof has one that is.)
# The iCE40 machine: bits and pauses that are short.
TB_SRCS_bonnet_ice40  = $(ICE40_RTL)
TB_FLAGS_bonnet_ice40 := -GClocksPerBit=4 -GQuietBits=8
TB_FLAGS_bonnet_fifo := -GDepth=5 -CFLAGS -DFIFO_DEPTH=5
# Two stems on one bus; what is in them is small.
TB_FLAGS_bonnet_stems = -GArrays=2 $(TB_AS_TINY)
# The conv unit of the tiny geometry has two arrays on the bench: the second is lent what the first one decodes.
TB_FLAGS_tb-tiny_bonnet_conv := -GArrays=2 -CFLAGS -DBONNET_CONV_ARRAYS=2
bench_build = verilator $(TB_FLAGS) $(TB_FLAGS_$*) $(TB_FLAGS_$(1)_$*) $(2) -Mdir $(O)/$(1)/$* --top-module $* $(or $(TB_SRCS_$*),$(RTL_PKGS) $(filter %/$*.sv,$(RTL_SRCS))) $(CURDIR)/tests/rtl/$*_tb.cpp -o tb
define bench
	$(Q)mkdir -p $(O)/$(1)/$*
	$(Q)$(bench_build) > $(O)/$(1)/$*/build.log 2>&1 || { tail -40 $(O)/$(1)/$*/build.log; false; }
endef
TB_AS_TINY := $(TINY) -CFLAGS -DBONNET_GEOMETRY_TINY
$(O)/tb/%/tb: tests/rtl/%_tb.cpp $(TB_DEPS)
	$(call bench,tb,)
$(O)/tb/bonnet_ice40/tb: $(ICE40_RTL)
$(O)/tb-tiny/%/tb: tests/rtl/%_tb.cpp $(TB_DEPS)
	$(call bench,tb-tiny,$(TB_AS_TINY))
TB_AS_ZCU102 := $(ZCU102) -CFLAGS -DBONNET_GEOMETRY_ZCU102
$(O)/tb-zcu102/%/tb: tests/rtl/%_tb.cpp $(TB_DEPS)
	$(call bench,tb-zcu102,$(TB_AS_ZCU102))
$(O)/tb-wave/%/tb: tests/rtl/%_tb.cpp $(TB_DEPS)
	$(call bench,tb-wave,--trace-fst)
$(O)/tb-tiny-wave/%/tb: tests/rtl/%_tb.cpp $(TB_DEPS)
	$(call bench,tb-tiny-wave,--trace-fst $(TB_AS_TINY))

# The passing run pays nothing for waves; `make wave-rtl-<module>[-tiny] SEED=n` replays a failing seed with them.
test-rtl-%-tiny: $(O)/tb-tiny/%/tb
	$(Q)$< --seed $(SEED) --cases $(CASES) || { echo "waves: make wave-rtl-$*-tiny SEED=$(SEED) CASES=$(CASES)"; false; }
test-rtl-%-zcu102: $(O)/tb-zcu102/%/tb
	$(Q)$< --seed $(SEED) --cases $(CASES) || { echo "replay: make test-rtl-$*-zcu102 SEED=$(SEED) CASES=$(CASES)"; false; }
test-rtl-%: $(O)/tb/%/tb
	$(Q)$< --seed $(SEED) --cases $(CASES) || { echo "waves: make wave-rtl-$* SEED=$(SEED) CASES=$(CASES)"; false; }
wave-rtl-%-tiny: $(O)/tb-tiny-wave/%/tb
	$(Q)$< --seed $(SEED) --cases $(CASES) --wave $(O)/$*-tiny.fst; echo "wave: $(O)/$*-tiny.fst"
wave-rtl-%: $(O)/tb-wave/%/tb
	$(Q)$< --seed $(SEED) --cases $(CASES) --wave $(O)/$*.fst; echo "wave: $(O)/$*.fst"

# How a bench is built, for tests/mutate.sh: it builds a thousand broken ones, without make in between.
bench-build-%: $(RTL_PKGS)
	@echo '$(call bench_build,tb,)'
bench-build-tiny-%: $(RTL_PKGS)
	@echo '$(call bench_build,tb-tiny,$(TB_AS_TINY))'
bench-build-zcu102-%: $(RTL_PKGS)
	@echo '$(call bench_build,tb-zcu102,$(TB_AS_ZCU102))'
