# SPDX-License-Identifier: Apache-2.0
# The definition files and what is made of them; the lowering and the register device on the mock chip.
TESTS += def-gen mock
test-def-gen: tests/csr/def_gen.sh rtl/csr/def_gen.c $(CSR_DEFS)
	$(Q)CC="$(CC)" sh $<
# Both geometries, against golden: what fits at once, then what has to be streamed through the weight buffer.
test-mock: $(CONFORM)
	$(Q)$< --backend mock: --backend mock:geometry=tiny --size tiny --cases 15 --seed $(SEED)
	$(Q)$< --backend mock: --size asic --big --no-directed --cases 5 --seed $(SEED)
	$(Q)$< --backend mock:geometry=tiny --size tiny --big --no-directed --cases 20 --seed $(SEED)
