# SPDX-License-Identifier: Apache-2.0
# The commands of docs/tutorials, as they stand there; trained on fewer images. Skips where torch or the images are absent.
TESTS += tutorial
.PHONY: test-tutorial
test-tutorial: $(CLI)  ## The commands of docs/tutorials/your-own-network.md, and what they print
	@/usr/bin/python3 -c 'import torch, onnx' 2> $(O)/tutorial.why || { echo "SKIP python3-torch, python3-onnx: $$(tail -1 $(O)/tutorial.why)"; exit 77; }
	@[ -e "$${BONNET_FASHION_DIR:-/usr/share/datasets/fashion-mnist}/train-images-idx3-ubyte.gz" ] || { echo "SKIP no dataset-fashion-mnist here"; exit 77; }
	$(Q)O=$(O) WORK=$(O)/tutorial SMALL_IMAGES=1000 tests/tutorial/run.sh docs/tutorials/your-own-network.md
