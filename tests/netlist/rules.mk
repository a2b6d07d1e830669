# SPDX-License-Identifier: Apache-2.0
# The netlist against the RTL. Small units as UltraScale+ cells (xcup) and as gates (osu018), tiny geometry: the RTL's own benches run on
# them (make test-netlist), Yosys proves them equal (make test-netlist-equal), Icarus looks for unknowns after reset (test-netlist-reset).
# Larger units, by hand: make test-netlist-more. The whole chip as gates behind the simulation library, so that the same driver runs networks
# on it: make test-netlist-chip, by hand too: half an hour of a core, most of it building the simulation of 430,000 cells.
# The whole ULX3S in ECP5 cells, over its serial pins: make test-netlist-ulx3s.
NETLIST       := $(O)/netlist
NETLIST_MAPS  := xcup osu018
NETLIST_UNITS := bonnet_fifo bonnet_skid bonnet_pool2
NETLIST_MORE  := bonnet_sems bonnet_window bonnet_merge bonnet_mac8:Lanes=4
NETLIST_EQUAL := bonnet_popcount bonnet_fifo bonnet_skid bonnet_threshold:Lanes=8
NETLIST_RESET := bonnet_fifo bonnet_skid bonnet_sems
NETLIST_TBS   := $(foreach map,$(NETLIST_MAPS),$(NETLIST_UNITS:%=$(NETLIST)/$(map)/tb/%/tb))
NETLIST_TBS2  := $(foreach map,$(NETLIST_MAPS),$(foreach unit,$(NETLIST_MORE),$(NETLIST)/$(map)/tb/$(firstword $(subst :, ,$(unit)))/tb))
NETLIST_RTL   := $(SYNTH_SRCS) rtl/include/bonnet_assert.svh tests/netlist/synth.sh
TESTS         += netlist,netlist-equal,netlist-reset # the same netlists
TESTS_FIRST   += netlist,netlist-equal,netlist-reset
export LIBERTY ?= /usr/share/qflow/tech/osu018/osu018_stdcells.lib
NETLIST_MODELS ?= $(LIBERTY:.lib=.v)
NETLIST_NEEDS := test -e $(LIBERTY) || { echo "SKIP no $(LIBERTY): apt-get install qflow-tech-osu018"; exit 77; }

$(NETLIST)/cells/%.v: tests/netlist/cells.sh
	$(Q)tests/netlist/cells.sh $* $@
$(NETLIST)/%/synth.ys: $(NETLIST_RTL)
	$(Q)DEFS="$(TINY)" tests/netlist/synth.sh $* $(@D) $(sort $(NETLIST_UNITS) $(NETLIST_EQUAL) $(NETLIST_RESET)) -- $(SYNTH_SRCS)
$(NETLIST)/%/more.ys: $(NETLIST)/%/synth.ys
	$(Q)DEFS="$(TINY)" tests/netlist/synth.sh $* $(@D)/more $(NETLIST_MORE) -- $(SYNTH_SRCS)
	$(Q)mv $(@D)/more/*.v $(@D)/more/*.stat $(@D)/ && mv $(@D)/more/synth.ys $@
# Two optimisers of Verilator 5.006, of graphs and of trees of bits, compute wrong sums out of gates (the multipliers' adders; Icarus, and Verilator without
# the two, agree with the RTL): never with a netlist. After -O3, which would switch them on again.
NETLIST_VERILATOR := verilator -O3 -fno-dfg -fno-const-bit-op-tree
# The bench of a unit, on its netlist; $(1): map.
define netlist_tb
$(NETLIST)/$(1)/tb/%/tb: $(NETLIST)/$(1)/synth.ys $(NETLIST)/cells/$(1).v tests/rtl/%_tb.cpp $(wildcard tests/rtl/*.h)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(NETLIST_VERILATOR) --cc --exe --build --x-assign unique --x-initial unique -Wno-fatal -Wno-lint -Wno-style \
	  -CFLAGS "-std=c++17 -O1 -DVL_USER_STOP -DBONNET_GEOMETRY_TINY $$(TB_DIRS)" -MAKEFLAGS "OPT_FAST=-O1 OPT_SLOW=-O0" -Mdir $$(@D) \
	  --top-module $$* $(NETLIST)/cells/$(1).v $(NETLIST)/$(1)/$$*.v $(CURDIR)/tests/rtl/$$*_tb.cpp -o tb > $$(@D)/build.log 2>&1 || { tail -20 $$(@D)/build.log; false; }
endef
$(foreach map,$(NETLIST_MAPS),$(eval $(call netlist_tb,$(map))))

.PHONY: test-netlist test-netlist-more test-netlist-equal test-netlist-reset
test-netlist:           ## Synthesised units replay the benches of their RTL: UltraScale+ cells and gates
	@$(NETLIST_NEEDS)
	$(Q)$(MAKE) --no-print-directory $(NETLIST_TBS)
	$(Q)for tb in $(NETLIST_TBS); do for i in 0 1 2; do $$tb --seed $$(($(SEED) + i)) --cases 50 || { echo "on the netlist $$tb"; exit 1; }; done; done
test-netlist-more:      ## The same for sems, window, merge and two pairs of multiplying lanes: minutes
	@$(NETLIST_NEEDS)
	$(Q)$(MAKE) --no-print-directory $(NETLIST_MAPS:%=$(NETLIST)/%/more.ys) && $(MAKE) --no-print-directory $(NETLIST_TBS2)
	$(Q)for tb in $(NETLIST_TBS2); do for i in 0 1 2; do $$tb --seed $$(($(SEED) + i)) --cases 30 || { echo "on the netlist $$tb"; exit 1; }; done; done
test-netlist-equal:     ## Yosys proves the cells of popcount, FIFO, skid buffer, thresholds equal to their RTL, and those of constraints/zcu102/cells.v
	@$(NETLIST_NEEDS)
	$(Q)$(MAKE) --no-print-directory $(NETLIST)/xcup/synth.ys $(NETLIST)/osu018/synth.ys $(NETLIST_MAPS:%=$(NETLIST)/cells/%.v)
	$(Q)tests/netlist/cells_equal.sh $(NETLIST)/cells_equal
	$(Q)DEFS="$(TINY)" tests/netlist/equiv.sh xcup $(NETLIST)/xcup $(NETLIST)/cells/xcup.v $(NETLIST_EQUAL) -- $(SYNTH_SRCS)
	$(Q)DEFS="$(TINY)" tests/netlist/equiv.sh osu018 $(NETLIST)/osu018 $(NETLIST)/cells/osu018.v $(NETLIST_EQUAL) -- $(SYNTH_SRCS)
test-netlist-reset:
	@$(NETLIST_NEEDS)
	@command -v iverilog > /dev/null || { echo "SKIP no iverilog: apt-get install iverilog"; exit 77; }
	$(Q)$(MAKE) --no-print-directory $(NETLIST)/osu018/synth.ys
	$(Q)iverilog -g2005 -gno-specify -s reset_tb -o $(NETLIST)/reset.vvp tests/netlist/reset_tb.v $(NETLIST_MODELS) $(foreach unit,fifo skid sems,$(NETLIST)/osu018/bonnet_$(unit).v)
	$(Q)vvp -n $(NETLIST)/reset.vvp | tee $(NETLIST)/reset.txt | tail -5; grep -q '^PASS' $(NETLIST)/reset.txt

TESTS += dsp
.PHONY: test-dsp
test-dsp:               ## UNISIMS=folder with the vendor's DSP48E2.v: the cells of constraints/zcu102/dsp.v against their RTL
	$(Q)tests/netlist/dsp.sh $(NETLIST)/dsp $(SEED)

# The whole chip, mapped module by module, its memories as they are; as object of the simulation library in place of the RTL's tiny geometry.
CHIP_MAP   ?= osu018
CHIP       := $(NETLIST)/chip-$(CHIP_MAP)
CHIP_NETS  ?= $(FASHION)
CHIP_JOBS  ?= 2
CHIP_BREAK ?=   # a line of sed for the netlist: what it takes to see this test fail
$(CHIP)/bonnet_top.v: $(NETLIST_RTL)
	$(Q)FLAT= DEFS="$(TINY)" tests/netlist/synth.sh $(CHIP_MAP) $(@D) bonnet_top -- $(SYNTH_SRCS)
# Gates as the expressions of the library's Liberty file; UltraScale+ cells as instances of Yosys' models.
$(NETLIST)/chip-osu018/plain.v: $(NETLIST)/chip-osu018/bonnet_top.v tests/netlist/plain.awk
	$(Q)sed -e '$(CHIP_BREAK)' $< | awk -f tests/netlist/plain.awk $(LIBERTY) - > $@
$(NETLIST)/chip-xcup/plain.v: $(NETLIST)/chip-xcup/bonnet_top.v $(NETLIST)/cells/xcup.v
	$(Q)cat $^ > $@
# As sim/verilator/rules.mk does it, but without its warnings (the netlist is not ours to write), and with power-up values at random.
$(CHIP)/tiny/model.stamp: $(CHIP)/plain.v
	$(Q)rm -rf $(@D) && mkdir -p $(@D)
	$(Q)$(NETLIST_VERILATOR) --cc --no-MMD --x-assign unique --x-initial unique -Wno-fatal -Wno-lint -Wno-style --prefix Vbonnet_tiny --top-module bonnet_top \
	  --output-split 20000 -Mdir $(@D) $< > $(@D)/verilate.log 2>&1 || { head -20 $(@D)/verilate.log; false; }
	$(Q)touch $@
# The model's header is megabytes, so its files are compiled in groups; what only the start needs is not optimised.
$(CHIP)/libtiny.a: $(CHIP)/tiny/model.stamp $(wildcard sim/verilator/*.h) sim/verilator/tiny.cpp
	$(Q)cd $(CHIP)/tiny && rm -f group* && cp $(CURDIR)/sim/verilator/tiny.cpp . && ls Vbonnet_tiny*.cpp tiny.cpp | \
	  awk '{ g = /Slow/ ? "slow" slow++ % 4 : "fast" fast++ % 8; print "#include \"" $$0 "\"" > "group_" g ".cpp" }'
	$(Q)ls $(CHIP)/tiny/group_*.cpp | xargs -P $(CHIP_JOBS) -I % sh -c 'case % in *slow*) opt=-O0 ;; *) opt=-O1 ;; esac; $(CXX) -std=c++17 -fPIC $$opt -w -Isim/verilator \
	  -isystem $(VERILATOR_ROOT)/include -isystem $(VERILATOR_ROOT)/include/vltstd -DVL_USER_STOP -DVL_USER_FINISH -DVL_USER_FATAL -DVM_TRACE=0 -c % -o %.o'
	$(Q)rm -f $@ && $(AR) rcs $@ $(CHIP)/tiny/group_*.o
# The netlist first: libbonnet's own tiny geometry is then not asked for.
$(CHIP)/conform: $(CHIP)/libtiny.a $(CONFORM_SRCS:%.c=$(O)/obj/%.o) $(LIB)
	$(Q)$(CXX) -o $@ $(CONFORM_SRCS:%.c=$(O)/obj/%.o) -Wl,--whole-archive $(CHIP)/libtiny.a -Wl,--no-whole-archive $(LIB) $(LIB_LIBS)
$(CHIP)/bonnet: $(CHIP)/libtiny.a $$(CLI_OBJS) $(LIB)
	$(Q)$(CXX) -o $@ $(CLI_OBJS) -Wl,--whole-archive $(CHIP)/libtiny.a -Wl,--no-whole-archive $(LIB) $(LIB_LIBS) $(CLI_LIBS)
.PHONY: test-netlist-chip
test-netlist-chip:      ## The chip as gates (tiny geometry) runs conformance nets and trained networks through the driver: every map and logit. Half an hour or more
	@$(NETLIST_NEEDS)
	$(Q)$(MAKE) --no-print-directory $(CHIP)/conform $(CHIP)/bonnet $(CHIP_NETS)
	$(Q)tests/netlist/chip.sh $(CHIP)/conform $(CHIP)/bonnet $(CHIP_NETS)

# The ULX3S's netlist in ECP5 cells, in the simulator of sim/board/ecp5, over its serial pins. ULX3S_NETLIST: Yosys', made here if there is none or an old one (a
# quarter of an hour); or any other file that tests/netlist/ecp5.py reads, as what nextpnr placed (build/ulx3s/bonnet_ulx3s.placed.json).
ULX3S_NETLIST ?= $(ULX3S_NAME).json
ULX3S_BOARD   := $(NETLIST)/ulx3s/board
$(ULX3S_BOARD): sim/board/serial/board.cpp $(wildcard sim/board/ecp5/*.cpp sim/board/ecp5/*.h) $$(VSIM)/vl_verilated.o $$(VSIM)/vl_verilated_threads.o
	$(Q)mkdir -p $(@D)
	$(Q)$(VSIM_CXX) -Wextra -O2 -DCLOCKS_PER_BIT=12 -DRESET_CYCLES=9000 -Isim/board/ecp5 -o $@ $(filter %.cpp %.o,$^) -lpthread
.PHONY: test-netlist-ulx3s
test-netlist-ulx3s:     ## The ULX3S in ECP5 cells runs conformance nets and trained networks over its serial pins; broken twins. Minutes; its synthesis: a quarter of an hour
	@command -v yosys > /dev/null || [ -e $(ULX3S_NETLIST) ] || { echo "SKIP no yosys to make $(ULX3S_NETLIST)"; exit 77; }
	@[ $(ULX3S_NETLIST) = $(ULX3S_NAME).json ] || [ -e $(ULX3S_NETLIST) ] || { echo "SKIP no $(ULX3S_NETLIST)"; exit 77; }
	$(Q)$(MAKE) --no-print-directory $(filter $(ULX3S_NAME).json,$(ULX3S_NETLIST)) $(ULX3S_BOARD) $(ULX3S_SIM) $(CLI) $(CONFORM) $(FASHION)
	$(Q)BONNET=$(abspath $(CLI)) BOARD=$(abspath $(ULX3S_BOARD)) RTL=$(abspath $(ULX3S_SIM)) CONFORM=$(abspath $(CONFORM)) MODELS=$(abspath $(O)/models) \
	  NETLIST=$(abspath $(ULX3S_NETLIST)) GATES=$(abspath $(NETLIST)/ulx3s) ROOT=$(CURDIR) SEED=$(SEED) tests/netlist/ulx3s.sh
