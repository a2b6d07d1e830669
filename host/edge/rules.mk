# SPDX-License-Identifier: Apache-2.0
# host/edge: what runs where. Arithmetic on numbers that the caller has; no device, no socket.
EDGE_SRCS := $(wildcard host/edge/*.c)
LIB_SRCS  += $(EDGE_SRCS)
