# SPDX-License-Identifier: Apache-2.0
# The command line from outside: tests/cli/<name>.sh is the test cli-<name>. Each gets the program and the compiled networks.
CLI_TESTS := $(filter-out lib %_lib,$(patsubst tests/cli/%.sh,%,$(wildcard tests/cli/*.sh)))
TESTS     += $(CLI_TESTS:%=cli-%)
TESTS_ALONE += $(filter-out cli-serve_mqtt,$(filter cli-profile cli-serve%,$(CLI_TESTS:%=cli-%)))
test-cli-profile test-cli-canvas: $(LIB_SO)
test-cli-%: tests/cli/%.sh $(CLI) $(FASHION)
	$(Q)BONNET=$(CURDIR)/$(CLI) MODELS=$(CURDIR)/$(O)/models ROOT=$(CURDIR) CC="$(CC)" CXX="$(CXX)" bash $<
