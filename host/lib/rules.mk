# SPDX-License-Identifier: Apache-2.0
VERSION_MAJOR := $(shell awk '/define BONNET_VERSION_MAJOR/{print $$3}' host/include/bonnet.h)
VERSION_MINOR := $(shell awk '/define BONNET_VERSION_MINOR/{print $$3}' host/include/bonnet.h)
VERSION_PATCH := $(shell awk '/define BONNET_VERSION_PATCH/{print $$3}' host/include/bonnet.h)
VERSION       := $(VERSION_MAJOR).$(VERSION_MINOR).$(VERSION_PATCH)
LIB_SRCS += $(wildcard host/lib/*.c)
LIB_LIBS += -lz -lzstd -lm -lpthread
