# SPDX-License-Identifier: Apache-2.0
# tests/net: the server and its clients over links that are slow, long, lossy, cut; under load; under foreign bytes. docs/net.md.
LOAD   := $(O)/tests/load
LINKEM := $(O)/tests/linkem
WAKEUP := $(O)/tests/wakeup
SOAK   ?= 1000000
SOAK_NET ?= 100000
NET_ENV = BONNET=$(CURDIR)/$(CLI) MODELS=$(CURDIR)/$(O)/models ROOT=$(CURDIR) LOAD=$(CURDIR)/$(LOAD) LINKEM=$(CURDIR)/$(LINKEM) WAKEUP=$(CURDIR)/$(WAKEUP) SEED=$(SEED)
TESTS     += net-link net-soak net-faults net-trust
TEST_BINS += $(LINKEM) $(LOAD) $(WAKEUP)

$(LOAD): $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/net/load*.c)) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ $(LIB_LIBS) -lcurl
# For Linux only.
$(LINKEM): $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/net/linkem*.c)) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ $(LIB_LIBS)

$(WAKEUP): $(O)/obj/tests/net/wakeup.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

.PHONY: net-plans test-net-faults test-net-trust soak-net test-net-link test-net-soak soak
net-plans: $(LINKEM) $(CLI)  ## bonnet offload changes its plan as the link gets slow, and back: half a minute
	$(Q)$(NET_ENV) bash tests/net/plans.sh
test-net-link: $(LINKEM)  ## The link emulator: delay, jitter, order, loss, rate, queue, trace against what it was told
	$(Q)$(NET_ENV) bash tests/net/link.sh
test-net-trust: $(CLI) $(FASHION)
	$(Q)$(NET_ENV) bash tests/net/trust.sh
test-net-soak: $(LOAD) $(CLI) $(FASHION)
	$(Q)$(NET_ENV) bash tests/net/soak.sh 5000
soak: $(LOAD) $(CLI) $(FASHION)  ## SOAK=1000000 requests of every kind to bonnet serve: nothing lost, nothing wrong, memory flat; a tenth over TLS, a tenth with two devices
	$(Q)$(NET_ENV) bash tests/net/soak.sh $(SOAK)
test-net-faults: $(LINKEM) $(WAKEUP) $(CLI) $(FASHION)
	$(Q)$(NET_ENV) bash tests/net/faults.sh 700 200 killed stopped blackhole
soak-net: $(LINKEM) $(WAKEUP) $(CLI) $(FASHION)  ## SOAK_NET=100000 pictures from a device over a mobile link (TRACE=FILE) to a server (TLS=1); both fail again and again: all answered, in time
	$(Q)$(NET_ENV) bash tests/net/faults.sh $(SOAK_NET) 400 killed stopped blackhole down slow network

NET_WAYS ?= 60
.PHONY: net-ways net-page net-tiers
net-tiers: $(LINKEM) $(WAKEUP) $(CLI) $(FASHION)  ## Device, edge, cloud in three namespaces, behind haproxy and in a row: each answers for the one behind it that is gone; 40 s
	$(Q)$(NET_ENV) bash tests/net/tiers.sh 100
	$(Q)$(NET_ENV) bash tests/net/chain.sh 100
net-ways: $(LINKEM) $(CLI) $(O)/imagenet/basenet_k1.bonnet  ## A slow device, a fast server, a link that changes: all here, all there, a fixed plan, plans by bandwidth; NET_WAYS=60 s each
	@$(NET_ENV) bash tests/net/ways.sh $(NET_WAYS)
net-page: $(LOAD) $(LINKEM) $(WAKEUP) $(CLI) $(FASHION) $(O)/imagenet/basenet_k1.bonnet  ## Measure what docs/net.md shows again (half an hour)
	$(Q)$(NET_ENV) tests/net/page.sh docs/net.md link bash tests/net/link.sh
	$(Q)$(NET_ENV) tests/net/page.sh docs/net.md soak bash tests/net/soak.sh $(SOAK)
	$(Q)$(NET_ENV) tests/net/page.sh docs/net.md faults bash tests/net/faults.sh $(SOAK_NET) 400 killed stopped blackhole down slow network
	$(Q)$(NET_ENV) TLS=1 tests/net/page.sh docs/net.md tls bash tests/net/faults.sh 20000 400 killed stopped blackhole down slow
	$(Q)$(NET_ENV) tests/net/page.sh docs/net.md tiers bash tests/net/tiers.sh 100
	$(Q)$(NET_ENV) tests/net/page.sh docs/net.md chain bash tests/net/chain.sh 100
	$(Q)$(NET_ENV) tests/net/page.sh docs/net.md ways bash tests/net/ways.sh $(NET_WAYS)

# bonnet with the command line and the server under ASan and UBSan; the library as it is.
BONNET_SAN := $(O)/tests/bonnet_san
$(BONNET_SAN): ALL_CFLAGS += -Wno-format-truncation # which the sanitizers make gcc less sure of
$(BONNET_SAN): $$(patsubst $(O)/obj/%,$(O)/san/%,$$(CLI_OBJS)) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(UNIT_FLAGS) -o $@ $^ $(CLI_LIBS) $(LIB_LIBS)
$(O)/san/gen/selftest_net.o: $(O)/gen/selftest_net.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(UNIT_FLAGS) -c $< -o $@
FUZZ_HTTP_SECONDS ?= 60
.PHONY: fuzz-http
fuzz-http: $(BONNET_SAN) $(FASHION)  ## Damaged HTTP requests at bonnet serve under ASan for FUZZ_HTTP_SECONDS=60: it lives, holds its memory, answers the next one
	$(Q)/usr/bin/python3 -B tests/net/fuzz_http.py $(BONNET_SAN) $(O)/models/boolnet_k4.bonnet $(FUZZ_HTTP_SECONDS) $(SEED)

SOAK_HAPROXY ?= 100000
TESTS += net-haproxy
.PHONY: test-net-haproxy soak-haproxy
test-net-haproxy: $(LOAD) $(CLI) $(FASHION)
	$(Q)$(NET_ENV) bash tests/net/haproxy.sh 2000
soak-haproxy: $(LOAD) $(CLI) $(FASHION)  ## SOAK_HAPROXY=100000 requests to three servers behind haproxy that are killed and drained in turn: none is lost; an eighth as many over TLS
	$(Q)$(NET_ENV) bash tests/net/haproxy.sh $(SOAK_HAPROXY)
