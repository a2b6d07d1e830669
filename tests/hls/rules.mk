# SPDX-License-Identifier: Apache-2.0
# hls_conv_tb: the conv unit of hls/, both geometries, against the benches' model and against the chip's own check, with the sanitizers. make test-hls-conv
HLS_SAN  := -fsanitize=address,undefined -fno-sanitize-recover=undefined -O1 -g
HLS_CONV := $(patsubst %,hls/hls_%.c,conv conv_check window array post head fc)
HLS_CONV_TB := $(HLS_GEOMETRIES:%=$(O)/tests/hls/%/hls_conv_tb)
TESTS     += hls-conv
TEST_BINS += $(HLS_CONV_TB)
HLS_VFLAG_tiny = $(TB_AS_TINY)
HLS_SYNTH_tiny := -D__SYNTHESIS__ # as a tool sees it; asic as a processor runs it
define hls_conv_tb
$(O)/tests/hls/$(1)/%.o: hls/%.c $$(HLS_SIZES) $$(wildcard hls/*.h)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(HLS_FLAGS) $$(HLS_DEFINE_$(1)) $$(HLS_SYNTH_$(1)) $$(HLS_SAN) -c $$< -o $$@
$(O)/tests/hls/$(1)/hls_conv_tb: tests/hls/hls_conv_tb.cpp $$(HLS_CONV:hls/%.c=$(O)/tests/hls/$(1)/%.o) $$(TB_DEPS)
	$$(Q)verilator $$(TB_FLAGS) -CFLAGS "$$(HLS_SAN) -Wno-unknown-pragmas -I$$(CURDIR)/hls -I$$(CURDIR)/$(O)/gen" -LDFLAGS "$$(HLS_SAN)" $$(HLS_VFLAG_$(1)) \
	  -Mdir $(O)/tests/hls/$(1)/v --top-module bonnet_conv_check $$(RTL_PKGS) rtl/fetch/bonnet_conv_check.sv $$(CURDIR)/$$< $$(HLS_CONV:hls/%.c=$$(CURDIR)/$(O)/tests/hls/$(1)/%.o) \
	  -o $$(CURDIR)/$$@ > $(O)/tests/hls/$(1)/build.log 2>&1 || { tail -40 $(O)/tests/hls/$(1)/build.log; false; }
endef
$(foreach g,$(HLS_GEOMETRIES),$(eval $(call hls_conv_tb,$(g))))
.PHONY: test-hls-conv
test-hls-conv: $(HLS_CONV_TB)
	$(Q)for tb in $^; do $$tb --seed $(SEED) --cases $(CASES) || exit 1; done

# What can be said of hls/ as input of a synthesis tool without one; and that the check sees what it promises to see.
TESTS += hls-synthesizable
.PHONY: test-hls-synthesizable
test-hls-synthesizable: $(HLS_SIZES)
	$(Q)tests/hls/synthesizable.sh $(O)/gen
	$(Q)tests/hls/unsynthesizable.sh $(O)/gen

# The register file under the bench of rtl/csr/bonnet_csr.sv; the chip under the jobs of tests/sim. make test-hls-csr test-hls-jobs
HLS_CSR_TB := $(HLS_GEOMETRIES:%=$(O)/tests/hls/%/csr_tb)
HLS_JOBS   := $(O)/tests/hls/jobs
HLS_WITHIN := $(foreach g,$(HLS_GEOMETRIES),$(HLS_SRCS:hls/%.c=$(O)/tests/hls/$(g)/%.o))
TESTS      += hls-csr hls-jobs
TEST_BINS  += $(HLS_CSR_TB) $(HLS_JOBS)
define hls_csr_tb
$(O)/tests/hls/$(1)/csr_tb: tests/rtl/bonnet_csr_tb.cpp tests/rtl/tb.h $$(wildcard tests/hls/bench/*.h) $(O)/tests/hls/$(1)/hls_regs.o
	$$(Q)$$(CXX) -std=c++17 -Wall -Wextra -Werror $$(HLS_SAN) $$(HLS_DEFINE_$(1)) -Itests/hls/bench -Ihls -Irtl/csr -I$(O)/gen $$< $$(filter %.o,$$^) -o $$@
endef
$(foreach g,$(HLS_GEOMETRIES),$(eval $(call hls_csr_tb,$(g))))
$(HLS_JOBS): tests/sim/jobs_test.c tests/hls/sim_hls.c hls/hls_device.h $(HLS_WITHIN)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(HLS_SAN) $(INCLUDES) -DJOBS_GEOMETRIES=2 -DJOBS_SILENCE=0 $(filter-out %.h,$^) -o $@
.PHONY: test-hls-csr test-hls-jobs
test-hls-csr: $(HLS_CSR_TB)
	$(Q)for tb in $^; do $$tb --seed $(SEED) --cases $(CASES) || exit 1; done
test-hls-jobs: $(HLS_JOBS)
	$(Q)$< --seed $(SEED) --cases 100

# hls: behind the driver, as every device: directed and random networks, the trained ones, the published ones at 224x224, one in strips and rings, and sizes that are multiples of nothing.
TESTS += hls-conform hls-nets
.PHONY: test-hls-conform test-hls-nets
test-hls-conform: $$(CONFORM)
	$(Q)$(CONFORM) --seed $(SEED) --cases 60 --backend hls:
	$(Q)$(CONFORM) --seed $(SEED) --cases 60 --backend hls:geometry=tiny --size tiny
	$(Q)$(CONFORM) --seed $(SEED) --cases 5 --backend hls: --big --no-directed
test-hls-nets: $$(NETS_TEST) $$(FASHION)
	$(Q)for net in $(FASHION); do for g in $(HLS_GEOMETRIES); do \
	  $(CLI) verify $$net --device hls:geometry=$$g --images 10 --quiet > $(O)/tests/hls/verify.log || { cat $(O)/tests/hls/verify.log; exit 1; }; tail -1 $(O)/tests/hls/verify.log; done; done
	$(Q)$(NETS_TEST) --net all --backend hls: --image 224x224 --classes 1000 --seed $(SEED) --reference cpu: --quick
	$(Q)$(NETS_TEST) --net basenet_k4 --backend hls: --image 433x339 --batch 1 --frames 1 --seed $(SEED) --reference cpu: --quick
	$(Q)$(NETS_TEST) --sizes 2 --side 32..140 --backend hls --seed $(SEED) --reference cpu: --quick

# The bench of vitis_hls, by gcc: its file is a random network's job, its core what set_top names. make hls-tb writes the files for the tool.
HLS_TB      := $(HLS_GEOMETRIES:%=$(O)/tests/hls/%/tb)
HLS_TB_JOBS := $(HLS_GEOMETRIES:%=$(O)/hls/tb_%.bin)
HLS_MAKE_TB := $(O)/tests/hls/make_tb
TESTS     += hls-tb
TEST_BINS += $(HLS_TB) $(HLS_MAKE_TB)
$(HLS_MAKE_TB): $(O)/obj/tests/hls/make_tb.o $(filter-out %/conform.o %/manners.o,$(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/conform/*.c))) $$(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ $(LIB_LIBS)
define hls_tb
$(O)/tests/hls/$(1)/tb: hls/tb.c $(HLS_SRCS:hls/%.c=$(O)/tests/hls/$(1)/%.o) $(O)/tests/hls/$(1)/hls_top.o
	$$(Q)$$(CC) $$(HLS_FLAGS) $$(HLS_DEFINE_$(1)) $$(HLS_SAN) $$(filter-out %.h,$$^) -o $$@
$(O)/hls/tb_$(1).bin: $$(HLS_MAKE_TB)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$< $(1) $$(SEED) $$@
endef
$(foreach g,$(HLS_GEOMETRIES),$(eval $(call hls_tb,$(g))))
.PHONY: hls-tb test-hls-tb
hls-tb: $(HLS_TB_JOBS)           ## What hls/build.tcl's test bench reads: a job, an image, the logits
test-hls-tb: $(HLS_TB) $(HLS_MAKE_TB)
	$(Q)for g in $(HLS_GEOMETRIES); do for seed in $(SEED) $$(($(SEED) + 100)); do \
	  file=$(O)/tests/hls/$$g/job.bin; $(HLS_MAKE_TB) $$g $$seed $$file && for how in kernel wires; do $(O)/tests/hls/$$g/tb $$file $$how || exit 1; done || exit 1; done; done

# hls/build.tcl under tclsh, against a stand-in that records and refuses.
TESTS += hls-tcl
.PHONY: test-hls-tcl
test-hls-tcl: $(HLS_SIZES)
	$(Q)command -v tclsh > /dev/null || { echo "hls-tcl: skipped: no tclsh; apt-get install tcl"; exit 77; }
	$(Q)tclsh tests/hls/dryrun.tcl $(O)/tests/hls/tcl

# Jobs that cannot end well: the Verilated chip and hls/ stop alike.
HLS_STOPS := $(O)/tests/hls/stops_sim $(O)/tests/hls/stops_hls
TESTS     += hls-stops
TEST_BINS += $(HLS_STOPS)
$(O)/tests/hls/stops_sim: $(O)/obj/tests/hls/stops_test.o $$(filter $$(VSIM)/%,$$(LIB_OBJS))
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ -lpthread $(if $(filter 1,$(WAVE)),-lz)
$(O)/tests/hls/stops_hls: tests/hls/stops_test.c tests/hls/sim_hls.c $(HLS_WITHIN)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(HLS_SAN) $(INCLUDES) -DSTOPS_GEOMETRIES=2 $^ -o $@
.PHONY: test-hls-stops
test-hls-stops: $(HLS_STOPS)
	$(Q)for t in $^; do $$t || exit 1; done
