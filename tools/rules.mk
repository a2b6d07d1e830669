# SPDX-License-Identifier: Apache-2.0
# What a person types. Targets that need packages install them first (tools/deps.sh) and say so.
PICTURES := $(sort $(wildcard tests/vectors/fashion/*.pgm))
IMAGES   ?= 1000

.PHONY: run test cosim bench train train-exits exits install
DEPS := deps-build deps-run deps-test deps-fuzz deps-train
.PHONY: $(DEPS)
$(DEPS): deps-%:
	@tools/deps.sh $*

$(O)/models/%.bonnet: models/fashion/%.onnx $(CLI)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLI) compile $< -o $@

run: deps-run        ## Classify real photographs on the Verilated chip, with cycles and a bit-exactness verdict
	@echo "Building the library, the command line and the Verilated 64x64 chip (two cores: about a minute)"
	@$(MAKE) --no-print-directory -s -j2 $(FASHION)
	@echo "\n$$ bonnet run boolnet_k4.bonnet ... --device sim:      (photographs of the Fashion-MNIST test set)"
	@cd tests/vectors/fashion && $(CURDIR)/$(CLI) run $(CURDIR)/$(O)/models/boolnet_k4.bonnet $(notdir $(PICTURES)) --device sim:
	@echo "\n$$ bonnet bench boolnet_k4.bonnet --device sim:         (where the cycles of one frame go)"
	@$(CLI) bench $(O)/models/boolnet_k4.bonnet $(firstword $(PICTURES)) --device sim:
	@echo "\n$$ bonnet verify boolnet_k4.bonnet ... --device sim:    (every bit of every layer, against the golden model)"
	@cd tests/vectors/fashion && $(CURDIR)/$(CLI) verify $(CURDIR)/$(O)/models/boolnet_k4.bonnet $(notdir $(PICTURES)) --device sim:

.PHONY: boards boards-build
boards: deps-test    ## One photograph over UIO, XRT and the USB-JTAG cable, each through its real driver, with a stand-in for the board
	@$(MAKE) --no-print-directory -s -j2 boards-build
	@tools/boards.sh $(CLI) $(O)/models $(O)
boards-build: $(FASHION) $(BOARD_UIO) $(if $(wildcard $(XRT_HWEMU)),$(XRT_SHIM) $(XRT_XCLBIN)) $(FAKEUSB_SO)

test: deps-test      ## All tests that a push must pass; ends with "N passed, N failed"
	@echo "Building everything the tests need"
	@$(MAKE) --no-print-directory -s -j2 test-build
	@BUILT=$(O) tests/run $(TESTS_FIRST) $(filter-out $(TESTS_FIRST) $(TESTS_ALONE),$(TESTS)) --alone $(TESTS_ALONE)
.PHONY: test-build
test-build: all $(FASHION) $(TEST_BINS)

cosim: deps-test $(FASHION) $(NETS_TEST) ## IMAGES=1000 test images and the four networks at 224x224: RTL = golden = cpu, every map and every logit
	tests/cosim.sh $(CLI) $(O)/models $(IMAGES)
	@$(MAKE) --no-print-directory nets-224
	@$(MAKE) --no-print-directory energy-check

TESTS += cosim
test-cosim: $(FASHION)
	$(Q)tests/cosim.sh $(CLI) $(O)/models 50

# The published networks at 224x224, with random weights: no trained checkpoint of them is public.
IMAGENET := $(foreach n,basenet_k1 basenet_k4 boolnet_k4 boolnet_k4_star,$(O)/imagenet/$(n).bonnet)
$(O)/imagenet/%.onnx: models/export.py $(wildcard models/bonnet_nn/imagenet*.py) | deps-test
	$(Q)mkdir -p $(@D)
	$(Q)/usr/bin/python3 models/export.py --random 1 --net $* -o $@
$(O)/imagenet/%.bonnet: $(O)/imagenet/%.onnx $(CLI)
	$(Q)$(CLI) compile $< -o $@

bench: deps-test $(FASHION) $(IMAGENET)  ## Every number of README and docs/performance.md, measured now: build/bench.csv and the tables
	@tools/numbers.py $(CLI) $(O)/models $(O)/imagenet $(O)/bench.csv
.PHONY: readme
readme: deps-test $(FASHION) $(IMAGENET) ## Put what `make bench` measures into README.md and docs/performance.md
	@tools/numbers.py $(CLI) $(O)/models $(O)/imagenet $(O)/bench.csv --into

.PHONY: streams
streams: deps-test $(O)/models/boolnet_k4_exits.bonnet $(O)/tests/streams ## Policies for several cameras compared again: the tables of docs/schedule.md and docs/schedule.svg
	@tests/streams/page.py $(CLI) $(O)/models/boolnet_k4_exits.bonnet docs

.PHONY: plans plan-inputs bench-plan
plans: $(CLI)        ## Draw docs/plan_*.svg again (Edgent's figures on Bonnet's own profile, a changing link), and what docs/plan.md shows
	@tests/plan/figures.py $(CLI) docs
	@tools/plan_page.sh $(CLI) docs/plan.md
plan-inputs: deps-test $(O)/imagenet/basenet_k1.bonnet $(O)/models/boolnet_k4_exits.bonnet ## Write the chains, profiles and thresholds that these are planned from (examples/edge)
	@tests/plan/inputs.py $(CLI) $(O)/imagenet/basenet_k1.bonnet $(O)/models/boolnet_k4_exits.bonnet examples/edge
bench-plan: $(CLI)   ## How long bonnet plan takes for 3 tiers, 60 cuts, 3 codecs, 5 exits at 10 points
	@tools/plan_bench.sh $(CLI)

TRAINED := $(O)/train
train: deps-train    ## Train the Fashion-MNIST networks again (about an hour and a half on two idle cores), export them, write the vectors
	mkdir -p $(TRAINED)
	models/fashion/train.py --net float --epochs 5 --out $(TRAINED)
	models/fashion/train.py --net boolnet_k4 --epochs 18 --out $(TRAINED) --teacher $(TRAINED)/float.pt
	models/fashion/train.py --net basenet_k1 --epochs 4 --out $(TRAINED)
	for net in boolnet_k4 basenet_k1; do models/fashion/export.py --net $$net --checkpoint $(TRAINED)/$$net.pt --out models/fashion/$$net.onnx || exit 1; done
	@$(MAKE) --no-print-directory train-exits
train-exits: deps-train $(CLI)   ## Train the early exits of the trained BoolNet again (a quarter of an hour on one core), export them, write the vectors
	models/fashion/exits.py train --out $(TRAINED)
	models/fashion/exits.py export --out $(TRAINED)
	models/fashion/vectors.py

exits: deps-train deps-test $(CLI)   ## Early exits measured again: docs/exits.svg and the tables of docs/exits.md (a minute)
	mkdir -p $(TRAINED)
	$(CLI) compile models/fashion/boolnet_k4_exits.onnx -o $(TRAINED)/boolnet_k4_exits.bonnet
	models/fashion/exits.py logits --out $(TRAINED) --npz $(TRAINED)/exits_val.npz
	$(CLI) run $(TRAINED)/boolnet_k4_exits.bonnet --dataset fashion-mnist --all-exits -o $(TRAINED)/exits_test.npz
	models/fashion/exits_page.py $(CLI) $(TRAINED)/boolnet_k4_exits.bonnet $(TRAINED)/exits_val.npz $(TRAINED)/exits_test.npz

DESTDIR ?=
PREFIX  ?= /usr/local
install: all $(LIB_SO) ## DESTDIR= PREFIX=/usr/local: library, headers, pkg-config file, man page, command line, Python package, example, udev rules, systemd unit
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/doc/bonnet/examples
	install -m 755 $(CLI) $(DESTDIR)$(PREFIX)/bin/bonnet
	install -m 644 $(LIB) $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(LIB_SO) $(DESTDIR)$(PREFIX)/lib/
	ln -sf $(notdir $(LIB_SO)) $(DESTDIR)$(PREFIX)/lib/libbonnet.so.$(VERSION_MAJOR)
	ln -sf $(notdir $(LIB_SO)) $(DESTDIR)$(PREFIX)/lib/libbonnet.so
	install -m 644 $(wildcard host/include/*.h) $(DESTDIR)$(PREFIX)/include/
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBS@|$(LIB_LIBS) -lstdc++|' host/lib/bonnet.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/bonnet.pc
	install -m 644 docs/man/bonnet.1 docs/man/bonnet-flash.1 docs/man/bonnet-doctor.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -d $(DESTDIR)$(PREFIX)/lib/python3/dist-packages/bonnet
	install -m 644 python/bonnet/*.py $(DESTDIR)$(PREFIX)/lib/python3/dist-packages/bonnet/
	install -m 644 examples/classify.c examples/canvas.c examples/offload.c $(DESTDIR)$(PREFIX)/share/doc/bonnet/examples/
	for d in serve serve/kserve serve/kubernetes serve/kubeedge; do install -d $(DESTDIR)$(PREFIX)/share/doc/bonnet/examples/$$d && \
	  find examples/$$d -maxdepth 1 -type f -exec install -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/bonnet/examples/$$d {} +; done
	install -d $(DESTDIR)$(PREFIX)/share/bonnet/bitstreams $(DESTDIR)$(PREFIX)/lib/udev/rules.d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/bonnet
	install -m 644 bitstreams/MANIFEST $(DESTDIR)$(PREFIX)/share/bonnet/bitstreams/
	install -d $(DESTDIR)$(PREFIX)/share/bonnet/platforms
	install -m 644 examples/edge/platforms/*.json $(DESTDIR)$(PREFIX)/share/bonnet/platforms/
	install -m 644 bitstreams/linux/60-bonnet.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d/
	sed -e 's|@PREFIX@|$(PREFIX)|' bitstreams/linux/bonnet-board.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/bonnet-board.service
	install -m 755 bitstreams/linux/bonnet-board.sh $(DESTDIR)$(PREFIX)/lib/bonnet/bonnet-board
	install -m 644 bitstreams/linux/bonnet-board.default $(DESTDIR)$(PREFIX)/share/doc/bonnet/

.PHONY: lint lint-c lint-format lint-shell lint-arrows lint-gen
lint: deps-test      ## Verilator -Wall, Yosys, cppcheck, clang-format, shellcheck, no backward arrows, generated files current
	@$(MAKE) --no-print-directory lint-verilator lint-yosys lint-c lint-format lint-shell lint-arrows lint-gen
	@echo "lint: clean"
C_FILES := $(shell git ls-files 'hls/*.[ch]' 'driver/*.[ch]' 'host/*.[ch]' 'sim/*.[ch]' 'rtl/*.c' 'tests/*.[ch]' 'bitstreams/*.[ch]' 'examples/*.c' 2>/dev/null)
lint-c: $(GEN_SV)
	$(Q)cppcheck -q --std=c11 --language=c --enable=warning,portability,performance --inline-suppr --error-exitcode=1 --suppress=missingInclude \
	  --suppress=normalCheckLevelMaxBranches $(INCLUDES) $(filter %.c,$(C_FILES))
TESTS += lint
TESTS_FIRST += lint
.PHONY: test-lint
test-lint: lint
# Headers are tables aligned by hand, and stay so.
lint-format:
	$(Q)clang-format --dry-run -Werror $(filter-out rtl/csr/%,$(filter %.c,$(C_FILES)))
lint-shell:
	$(Q)shellcheck $(shell git ls-files '*.sh' tests/run .ci/run 2>/dev/null)
lint-arrows:
	$(Q)tools/arrows.sh
lint-gen: gen
	$(Q)git diff --exit-code -- $(GEN) || { echo "generated files are stale: run make gen and commit"; false; }
