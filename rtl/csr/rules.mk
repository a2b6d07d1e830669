# SPDX-License-Identifier: Apache-2.0
# The generated packages and reference pages: rtl/csr/def_gen.c prints them from the two .def files.
GEN_SV := $(O)/gen/bonnet_csr_pkg.sv $(O)/gen/bonnet_job_pkg.sv
GEN    += docs/registers.md docs/descriptors.md
CSR_DEFS := rtl/csr/bonnet_csr.def rtl/csr/bonnet_job.def

$(O)/gen/def_gen: rtl/csr/def_gen.c $(CSR_DEFS)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 $(WARN) -O1 -Irtl/csr $< -o $@

# Argument of def_gen for each file; a failed run leaves nothing behind (.DELETE_ON_ERROR).
$(O)/gen/bonnet_csr_pkg.sv: DEF_GEN_ARG := csr_sv
$(O)/gen/bonnet_job_pkg.sv: DEF_GEN_ARG := job_sv
docs/registers.md:          DEF_GEN_ARG := csr_md
docs/descriptors.md:        DEF_GEN_ARG := job_md
$(GEN_SV) docs/registers.md docs/descriptors.md: $(O)/gen/def_gen
	$(Q)$< $(DEF_GEN_ARG) > $@
