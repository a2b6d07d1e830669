# SPDX-License-Identifier: Apache-2.0
# docs/tour.md tells the truth: its numbers are printed by a program and compared.
TOUR        := $(O)/tests/tour
TOUR_IMAGE  := $(firstword $(sort $(wildcard tests/vectors/fashion/*.pgm)))
TESTS       += tour
TEST_BINS   += $(TOUR)
$(TOUR): $(O)/obj/tests/tour/tour.o $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(O)/obj/tests/tour/tour.o $(LIB) $(LIB_LIBS)
test-tour: $(TOUR) $(O)/models/boolnet_k4.bonnet
	$(Q)tests/tour/fill.sh $(TOUR) $(O)/models/boolnet_k4.bonnet $(TOUR_IMAGE) docs/tour.md > $(O)/tour.md
	$(Q)diff docs/tour.md $(O)/tour.md
.PHONY: tour
tour: $(TOUR) $(O)/models/boolnet_k4.bonnet ## Write the numbers of docs/tour.md again
	$(Q)tests/tour/fill.sh $(TOUR) $(O)/models/boolnet_k4.bonnet $(TOUR_IMAGE) docs/tour.md > $(O)/tour.md && cp $(O)/tour.md docs/tour.md
