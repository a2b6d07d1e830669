# SPDX-License-Identifier: Apache-2.0
# The Python package against bonnet.h, against the command line, and in the hands of somebody who gets it wrong.
TESTS     += python
TEST_BINS += $(LIB_SO)
test-python: $(LIB_SO) $(CLI) $(FASHION)
	$(Q)BONNET_LIBRARY=$(CURDIR)/$(LIB_SO) BONNET=$(CURDIR)/$(CLI) MODELS=$(CURDIR)/$(O)/models CC="$(HOSTCC)" PYTHONPATH=python \
	  /usr/bin/python3 -W error -B -m unittest discover -s tests/python
