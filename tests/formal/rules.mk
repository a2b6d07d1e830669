# SPDX-License-Identifier: Apache-2.0
# Proofs: tests/formal/NAME.ys, each with broken twins in NAME.broken (prove.sh says how). `# slow` in a script: `make prove-all` only.
PROOFS      := $(filter-out pdr,$(basename $(notdir $(wildcard tests/formal/*.ys))))
PROOFS_SLOW := $(basename $(notdir $(shell grep -l '^\# slow' tests/formal/*.ys)))
.PHONY: prove prove-all
prove: $(patsubst %,prove-%,$(filter-out $(PROOFS_SLOW),$(PROOFS)))  ## Prove handshakes, bus rules, counters, addresses, popcount; refute each proof's broken twins
prove-all: $(PROOFS:%=prove-%)  ## The same, with the proofs that take minutes
prove-%: $(RTL_PKGS)
	$(Q)O=$(O) tests/formal/prove.sh $*
TESTS += prove
TESTS_FIRST += prove
.PHONY: test-prove
test-prove:
	$(Q)tests/formal/page.sh --check
	$(Q)tests/formal/handshakes.sh
	$(Q)$(MAKE) --no-print-directory -j2 prove
