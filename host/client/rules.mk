# SPDX-License-Identifier: Apache-2.0
# host/client: co-inference. It sees nothing of Bonnet but its public headers, and nothing of the library sees it.
CLIENT_SRCS := $(wildcard host/client/*.c)
LIB_SRCS    += $(CLIENT_SRCS)
LIB_LIBS    += -lcurl -ljson-c
