# SPDX-License-Identifier: Apache-2.0
# tests/unit: small C programs, built with the address and undefined-behaviour sanitizers. `make test-unit`, SEED=n.
UNIT_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1 -g
# What UNIT_OBJS are linked with, by whomever.
UNIT_LIBS  := -lprotobuf-c -lmd -lz -lzstd -lm -lpthread
UNIT_NAMES := $(patsubst tests/unit/%_test.c,%,$(wildcard tests/unit/*_test.c))
UNIT_BINS  := $(UNIT_NAMES:%=$(O)/tests/unit/%)
# What they are tests of, and what makes networks for them. The mock chip, but no simulator.
UNIT_SRCS  := $(wildcard host/compiler/*.c host/model/*.c) $(wildcard host/lib/file*.c host/lib/codec*.c) host/lib/picture.c host/lib/resample.c host/lib/layers.c host/lib/one_layer.c driver/error.c $(wildcard driver/net*.c driver/regdev*.c driver/mock*.c driver/cpu*.c driver/mixed*.c) driver/pool.c driver/golden.c \
              $(ENERGY_SRCS) host/energy/constants.c $(EDGE_SRCS) \
              $(wildcard sim/golden/*.c tests/conform/net_*.c tests/unit/make_*.c) tests/conform/compare.c
UNIT_OBJS  := $(UNIT_SRCS:%.c=$(O)/san/%.o) $(O)/san/gen/onnx.pb-c.o
TESTS      += $(UNIT_NAMES:%=unit-%)
TEST_BINS  += $(UNIT_BINS)

$(O)/san/%.o: %.c | $(O)/gen/onnx.pb-c.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(UNIT_FLAGS) -c $< -o $@
$(O)/san/gen/onnx.pb-c.o: $(O)/gen/onnx.pb-c.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -w $(UNIT_FLAGS) -I$(O)/gen -c $< -o $@
# Of the server, what needs no socket.
UNIT_LIBS_oip := -ljson-c
UNIT_LIBS_acl := -ljson-c -lgnutls
$(O)/tests/unit/spool: $(patsubst %.c,$(O)/san/%.o,$(wildcard host/client/spool*.c))
$(O)/tests/unit/oip: $(patsubst %.c,$(O)/san/%.o,$(wildcard host/serve/oip*.c) host/serve/queue.c)
$(O)/tests/unit/coding: $(O)/san/host/serve/coding.o
$(O)/tests/unit/acl: $(patsubst %.c,$(O)/san/%.o,$(wildcard host/serve/acl*.c))
UNIT_LIBS_mqtt := -ljson-c -lmosquitto
$(O)/tests/unit/mqtt: $(patsubst %.c,$(O)/san/%.o,$(wildcard host/events/*.c))
# Of the client, what needs no socket, and the server's own reader across from it.
UNIT_LIBS_message := -ljson-c -lz
$(O)/tests/unit/message: $(patsubst %.c,$(O)/san/%.o,$(wildcard host/client/message*.c host/serve/oip*.c))
$(O)/tests/unit/breaker: $(patsubst %.c,$(O)/san/%.o,host/client/breaker.c host/client/plans.c)
$(UNIT_BINS): $(O)/tests/unit/%: $(O)/san/tests/unit/%_test.o $(UNIT_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_FLAGS) -o $@ $^ $(UNIT_LIBS) $(UNIT_LIBS_$*)

.PHONY: test-unit
test-unit: $(UNIT_NAMES:%=test-unit-%)  ## Importer, folding, file format, lowering, mock chip, orders and links, under ASan and UBSan
test-unit-%: $(O)/tests/unit/%
	$(Q)$< --seed $(SEED)
