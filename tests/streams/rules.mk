# SPDX-License-Identifier: Apache-2.0
# tests/streams: what policies for several cameras come to, for docs/schedule.md. page.py: on the simulated array; simulate.c: by bonnet_simulate(). Tested by cli-streams.
STREAMS_SIM := $(O)/tests/streams
TEST_BINS   += $(STREAMS_SIM)
test-cli-streams: $(STREAMS_SIM)
$(STREAMS_SIM): $(O)/obj/tests/streams/simulate.o $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $< $(LIB) $(LIB_LIBS)
