# SPDX-License-Identifier: Apache-2.0
# The Verilated chip, once per geometry, with memory around it, as objects of libbonnet. make WAVE=1 O=build-wave for FST waves.
WAVE        ?= 0
VSIM        := $(O)/verilator
VSIM_FLAGS  := --cc --no-MMD -O3 --x-assign fast --x-initial unique $(if $(filter 1,$(WAVE)),--trace-fst)
VERILATOR_ROOT ?= $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)
VSIM_DEFS   := -DVL_USER_STOP -DVL_USER_FINISH -DVL_USER_FATAL '-DVL_PRINTF(...)=(static_cast<void>(0))' \
  $(if $(filter 1,$(WAVE)),-DBONNET_SIM_WAVE -DVM_TRACE=1 -DVM_TRACE_FST=1,-DVM_TRACE=0)
VSIM_CXX    := $(CXX) -std=c++17 -fPIC -fvisibility=hidden -Wall -Isim/verilator -isystem $(VERILATOR_ROOT)/include \
  -isystem $(VERILATOR_ROOT)/include/vltstd $(VSIM_DEFS)
VSIM_OPT    ?= -O2
# Four of everything: -O2 takes minutes of compiler time.
VSIM_OPT_zcu102 ?= -O1

VSIM_asic   :=
VSIM_tiny   := $(TINY)
VSIM_zcu102 := $(ZCU102)
VSIM_small  := $(SMALL)
$(VSIM)/%/model.stamp: $(RTL_PKGS) $(RTL_SRCS) rtl/include/bonnet_assert.svh
	$(Q)rm -rf $(@D) && mkdir -p $(@D)
	$(Q)verilator $(VSIM_FLAGS) $(RTL_FLAGS) $(VSIM_$*) --prefix Vbonnet_$* --top-module bonnet_top -Mdir $(@D) \
	  $(RTL_PKGS) rtl/bonnet_top.sv > $(@D)/verilate.log 2>&1 || { tail -40 $(@D)/verilate.log; false; }
	$(Q)touch $@

# One object a geometry: the model's files and the cycle loop in one translation unit, so that the compiler sees through.
$(VSIM)/%.o: $(VSIM)/%/model.stamp $(wildcard sim/verilator/*.h sim/verilator/*.cpp)
	$(Q){ for f in $(VSIM)/$*/Vbonnet_$*.cpp $(VSIM)/$*/Vbonnet_$*_*.cpp; do echo "#include \"$$(basename $$f)\""; done; \
	  echo '#include "$*.cpp"'; } > $(VSIM)/$*/all.cpp
	$(Q)$(VSIM_CXX) $(or $(VSIM_OPT_$*),$(VSIM_OPT)) -I$(VSIM)/$* -c $(VSIM)/$*/all.cpp -o $@
$(VSIM)/lib_%.o: sim/verilator/%.cpp $(wildcard sim/verilator/*.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(VSIM_CXX) -O2 -c $< -o $@
$(VSIM)/vl_%.o:
	$(Q)mkdir -p $(@D)
	$(Q)$(VSIM_CXX) -O2 -c $(VERILATOR_ROOT)/include/$*.cpp -o $@

LIB_OBJS += $(VSIM)/asic.o $(VSIM)/tiny.o $(VSIM)/small.o $(VSIM)/zcu102.o $(VSIM)/lib_bonnet_sim.o $(VSIM)/lib_memory.o $(VSIM)/vl_verilated.o \
  $(VSIM)/vl_verilated_threads.o $(if $(filter 1,$(WAVE)),$(VSIM)/vl_verilated_fst_c.o)
LIB_LIBS += -lstdc++ -lpthread $(if $(filter 1,$(WAVE)),-lz)
