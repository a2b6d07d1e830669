# SPDX-License-Identifier: Apache-2.0
# The exporter against an evaluator of the ONNX and an integer model, both in numpy. Skips where torch is absent say so.
TESTS += models
TESTS_FIRST += models
test-models: $(CLI)
	$(Q)/usr/bin/python3 -m unittest discover -s tests/models
