# SPDX-License-Identifier: Apache-2.0
CLI_SRCS := $(wildcard host/cli/*.c host/serve/*.c host/events/*.c)
CLI_LIBS := -lpng -ljpeg -lzip -ljson-c -lmicrohttpd -lmosquitto -lgnutls -lz -lpthread

# The network of `bonnet selftest`, as an array in the program.
$(O)/gen/selftest_net.c: tests/vectors/selftest.bonnet
	$(Q)mkdir -p $(@D)
	$(Q){ echo '#include <stddef.h>'; echo '#include <stdint.h>'; echo 'extern const uint8_t cli_selftest_net[];'; \
	  echo 'extern const size_t cli_selftest_net_size;'; echo 'const uint8_t cli_selftest_net[] = {'; \
	  od -An -v -tu1 $< | sed 's/\([0-9]\{1,3\}\)/\1,/g'; echo '};'; \
	  echo 'const size_t cli_selftest_net_size = sizeof cli_selftest_net;'; } > $@
$(O)/obj/gen/selftest_net.o: $(O)/gen/selftest_net.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@
CLI_OBJS = $(CLI_SRCS:%.c=$(O)/obj/%.o) $(O)/obj/gen/selftest_net.o
