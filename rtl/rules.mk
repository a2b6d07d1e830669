# SPDX-License-Identifier: Apache-2.0
# The chip: lists, lint. Modules are found by name in the rooms, so a new module needs no new line here.
RTL_ROOMS := cell csr shell seq fetch compute post store
GEN_SV    := $(O)/gen/bonnet_csr_pkg.sv $(O)/gen/bonnet_job_pkg.sv
RTL_PKGS  := rtl/pkg/bonnet_pkg.sv $(GEN_SV)
RTL_SRCS  := $(foreach room,$(RTL_ROOMS),$(wildcard rtl/$(room)/*.sv)) $(wildcard rtl/bonnet_top.sv)
# The same in an order that Yosys takes: packages before what uses them.
SYNTH_SRCS := $(RTL_PKGS) $(filter %_pkg.sv,$(RTL_SRCS)) $(filter-out %_pkg.sv,$(RTL_SRCS))
RTL_EXTRA ?=  # mutate.sh: a broken line may leave a signal unused, which is no error there
RTL_FLAGS := --assert -Wall $(RTL_EXTRA) -Irtl/include $(foreach room,$(RTL_ROOMS),-y rtl/$(room)) -y rtl
TINY      := -DBONNET_GEOMETRY_TINY
ZCU102    := -DBONNET_GEOMETRY_ZCU102
SMALL     := -DBONNET_GEOMETRY_SMALL
include $(wildcard rtl/*/rules.mk)

.PHONY: rtl-files
rtl-files: $(RTL_PKGS)
	@echo $(SYNTH_SRCS)

# Every module alone, asic and tiny; the whole chip as zcu102 and small, of other numbers, lanes and depths.
LINT_MODULES := $(basename $(notdir $(RTL_SRCS)))
.PHONY: lint-verilator lint-yosys lint-zcu102 lint-small lint-board
lint-verilator: $(LINT_MODULES:%=lint-verilator-%) lint-zcu102 lint-small lint-board
lint-verilator-%: $(RTL_PKGS)
	$(Q)verilator --lint-only $(RTL_FLAGS) $(RTL_PKGS) $(filter %/$*.sv,$(RTL_SRCS)) --top-module $*
	$(Q)verilator --lint-only $(RTL_FLAGS) $(TINY) $(RTL_PKGS) $(filter %/$*.sv,$(RTL_SRCS)) --top-module $*
lint-zcu102: $(RTL_PKGS)
	$(Q)verilator --lint-only $(RTL_FLAGS) $(ZCU102) $(RTL_PKGS) rtl/bonnet_top.sv --top-module bonnet_top
lint-small: $(RTL_PKGS)
	$(Q)verilator --lint-only $(RTL_FLAGS) $(SMALL) $(RTL_PKGS) rtl/bonnet_top.sv --top-module bonnet_top
# What a vendor's tool gets: the chip and the JTAG port under the tool's names, the primitives as black boxes. Nothing crossed: tools/wires.sh.
BOARD_TOPS := $(wildcard rtl/board/*/*.v)
lint-board: $(RTL_PKGS)
	$(Q)tools/wires.sh $(BOARD_TOPS)
	$(Q)for top in $(BOARD_TOPS); do case $$top in */ulx3s/*) g="$(SMALL)" ;; *) g="$(ZCU102)" ;; esac; verilator --lint-only $(RTL_FLAGS) $$g -Wno-PINCONNECTEMPTY -Wno-SYMRSVDWORD $(RTL_PKGS) sim/board/vendor/*.v $$top --top-module $$(basename $$top .v) || exit 1; done
lint-yosys: $(SYNTH_SRCS)
	$(Q)yosys -q -w "Replacing memory" -p "read_verilog -sv -DSYNTHESIS $(TINY) -Irtl/include $^; hierarchy -check -top bonnet_top; proc; check -assert"
