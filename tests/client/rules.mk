# SPDX-License-Identifier: Apache-2.0
# tests/client: bonnet_client.h from a program, the client's room under the sanitizers, the rest of the library as it is; leaks of either are seen.
CLIENT_TEST := $(O)/tests/client_test
TESTS       += client
TEST_BINS   += $(CLIENT_TEST)
$(CLIENT_TEST): $(O)/san/tests/client/client_test.o $(CLIENT_SRCS:%.c=$(O)/san/%.o) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(UNIT_FLAGS) -o $@ $^ $(LIB_LIBS)

# The two threads of a client under the thread sanitizer: not part of make test, for it wants a build of its own.
.PHONY: test-client client-threads
test-client: $(CLIENT_TEST) $(CLI) $(FASHION)
	$(Q)BONNET=$(CURDIR)/$(CLI) MODELS=$(CURDIR)/$(O)/models ROOT=$(CURDIR) tests/client/run.sh $(CURDIR)/$(CLIENT_TEST) $(SEED)
client-threads: $(CLI) $(FASHION)  ## The co-inference client and its test under the thread sanitizer
	$(Q)mkdir -p $(O)/tests
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MF /dev/null -O1 -g -fsanitize=thread -c tests/client/client_test.c -o $(O)/tests/client_threads.o
	$(Q)for f in $(CLIENT_SRCS); do $(CC) $(ALL_CFLAGS) -MF /dev/null -O1 -g -fsanitize=thread -c $$f -o $(O)/tests/client_threads_$$(basename $$f .c).o || exit 1; done
	$(Q)$(CXX) -fsanitize=thread -o $(O)/tests/client_threads $(O)/tests/client_threads.o $(patsubst host/client/%.c,$(O)/tests/client_threads_%.o,$(CLIENT_SRCS)) $(LIB) $(LIB_LIBS)
	$(Q)BONNET=$(CURDIR)/$(CLI) MODELS=$(CURDIR)/$(O)/models ROOT=$(CURDIR) tests/client/run.sh $(CURDIR)/$(O)/tests/client_threads $(SEED)
