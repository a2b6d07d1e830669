# SPDX-License-Identifier: Apache-2.0
# ONNX to network: C over Debian's protobuf-c; the ONNX schema comes from libonnx-dev and is compiled at build time.
ONNX_PROTO ?= /usr/include/onnx/onnx.proto
LIB_SRCS += $(wildcard host/compiler/*.c)
LIB_OBJS += $(O)/obj/gen/onnx.pb-c.o
LIB_LIBS += -lprotobuf-c -lmd

$(O)/gen/onnx.pb-c.c $(O)/gen/onnx.pb-c.h &: $(ONNX_PROTO)
	$(Q)mkdir -p $(O)/gen
	$(Q)protoc-c --proto_path=$(dir $(ONNX_PROTO)) --c_out=$(O)/gen $(notdir $(ONNX_PROTO))
# Generated code is not ours to style: no warnings.
$(O)/obj/gen/onnx.pb-c.o: $(O)/gen/onnx.pb-c.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -fPIC -fvisibility=hidden -w $(CFLAGS) -I$(O)/gen -MMD -MP -c $< -o $@
$(patsubst %.c,$(O)/obj/%.o,$(wildcard host/compiler/onnx*.c host/compiler/any*.c)): | $(O)/gen/onnx.pb-c.h
