# SPDX-License-Identifier: Apache-2.0
# tests/conform: one suite for every backend, against golden. build/tests/conform --backend URI --seed N --cases N
CONFORM      := $(O)/tests/conform
CONFORM_SRCS := $(wildcard tests/conform/*.c)
TESTS        += conform
TESTS_FIRST  += conform
TEST_BINS    += $(CONFORM)

$(CONFORM): $(CONFORM_SRCS:%.c=$(O)/obj/%.o) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(CONFORM_SRCS:%.c=$(O)/obj/%.o) $(LIB) $(LIB_LIBS)

.PHONY: test-conform
test-conform: $(CONFORM)  ## Every backend, all geometries, against golden, bit for bit
	$(Q)$< --seed $(SEED)
	$(Q)$< --seed $(SEED) --size tiny
	$(Q)$< --seed $(SEED) --size small --cases 12 --quick
	$(Q)$< --seed $(SEED) --cases 20 --big --no-directed
	$(Q)$< --seed $(SEED) --backend sim:geometry=zcu102 --cases 12 --quick
	$(Q)$< --seed $(SEED) --backend golden: --quick
	$(Q)$< --seed $(SEED) --general --frames 17 --cases 16 --backend cpu: --backend cpu:isa=avx512 --backend cpu:isa=avx2,threads=3 --backend cpu:isa=portable,threads=2 --backend mock: --backend mock:geometry=zcu102 --backend mock:geometry=tiny --backend mock:geometry=small
	$(Q)$< --seed $(SEED) --general --cases 18 --backend sim: --backend sim:geometry=zcu102,stall=40 --backend sim:geometry=tiny --backend sim:geometry=small --backend hls:
	$(Q)$< --seed $(SEED) --general --frames 17 --cases 2 --backend sim:stall=30 --backend sim:geometry=small
	$(Q)$< --seed $(SEED) --cuts --no-directed --cases 8 --backend cpu: --backend mock: --backend sim: --backend hls:
	$(Q)$< --seed $(SEED) --cuts --no-directed --cases 8 --size tiny --backend mock:geometry=tiny --backend sim:geometry=tiny,stall=40
	$(Q)$< --seed $(SEED) --cuts --general --cases 8 --backend cpu: --backend mock: --backend sim:geometry=tiny
