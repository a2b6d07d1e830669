# SPDX-License-Identifier: Apache-2.0
# tests/anynet: any binary network, from random graphs and published shapes, against an evaluator of its ONNX. Skips where numpy or onnx is absent.
TESTS += anynet
ANYNET = SEED=$(SEED) BONNET=$(CURDIR)/$(CLI) BONNET_LIBRARY=$(CURDIR)/$(LIB_SO) /usr/bin/python3 -B -u tests/anynet/test_anynet.py

.PHONY: test-anynet fuzz-graphs
test-anynet: $(CLI) $(LIB_SO)  ## Any binary network: 500 random graphs on golden, cpu and the chip against numpy
	$(Q)$(ANYNET)
fuzz-graphs: $(CLI) $(LIB_SO)  ## The same with GRAPHS=5000 graphs of SEED
	$(Q)GRAPHS=$(or $(GRAPHS),5000) $(ANYNET) Random
