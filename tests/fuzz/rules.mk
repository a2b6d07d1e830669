# SPDX-License-Identifier: Apache-2.0
# tests/fuzz: the readers of foreign bytes under libFuzzer, ASan and UBSan (clang-14, libclang-rt-14-dev).
# `make fuzz FUZZ_SECONDS=600` runs each that long; a finding is kept in build/fuzz and repeated by `build/tests/fuzz/NAME FILE`.
# fuzz_NAME.c names a fuzzer. FUZZ_SRCS_NAME: sources beside the library's readers; seeds: build/fuzz/NAME/ (put some there).
FUZZ_SECONDS ?= 30
FUZZ_CC      ?= clang-14
FUZZ_FLAGS   := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -O1 -g
FUZZ_NAMES   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BINS    := $(FUZZ_NAMES:%=$(O)/tests/fuzz/%)
FUZZ_SRCS    := $(wildcard host/compiler/*.c) $(wildcard host/lib/file*.c) driver/error.c $(wildcard driver/net*.c)
FUZZ_OBJS    := $(FUZZ_SRCS:%.c=$(O)/fuzzobj/%.o) $(O)/fuzzobj/gen/onnx.pb-c.o
FUZZ_LIBS    := -lprotobuf-c -lmd -lm
FUZZ_SRCS_image := host/cli/image_png.c host/cli/image_pnm.c host/cli/image_jpeg.c
FUZZ_LIBS_image := -lpng -ljpeg -lz
FUZZ_SRCS_array := host/cli/tensor.c host/cli/tensor_npz.c host/cli/image_array.c
FUZZ_LIBS_array := -lzip -lz
FUZZ_SRCS_codec := $(wildcard host/lib/codec*.c) $(EDGE_SRCS)
FUZZ_LIBS_codec := -lz -lzstd
FUZZ_SRCS_cut   := $(FUZZ_SRCS_codec) $(wildcard host/lib/cut*.c tests/conform/net_*.c)
FUZZ_LIBS_cut   := -lz -lzstd
FUZZ_SRCS_link      := $(EDGE_SRCS)
FUZZ_SRCS_exits     := $(addprefix host/cli/,csv.c logits.c logits_csv.c exits_file.c exits_write.c digest.c read.c write.c tensor.c tensor_npz.c) $(EDGE_SRCS)
FUZZ_LIBS_exits     := -lzip -lz -ljson-c
FUZZ_SRCS_oip       := $(wildcard host/serve/oip*.c)
FUZZ_LIBS_oip       := -ljson-c
FUZZ_SRCS_coding    := host/serve/coding.c
FUZZ_LIBS_coding    := -lz
FUZZ_SRCS_acl       := $(wildcard host/serve/acl*.c)
FUZZ_LIBS_acl       := -ljson-c -lgnutls
FUZZ_SRCS_message   := $(wildcard host/client/message*.c)
FUZZ_LIBS_message   := -ljson-c -lz
FUZZ_SRCS_cache     := $(addprefix host/cli/,cache_file.c read.c write.c) $(EDGE_SRCS)
FUZZ_LIBS_cache     := -ljson-c
FUZZ_SRCS_spool     := $(wildcard host/client/spool*.c)
FUZZ_SRCS_xclbin    := driver/xrt_xclbin.c
FUZZ_SRCS_bitstream := host/cli/flash_bit.c host/cli/flash_xclbin.c

$(O)/fuzzobj/%.o: %.c | $(O)/gen/onnx.pb-c.h
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(ALL_CFLAGS) $(FUZZ_FLAGS) -c $< -o $@
$(O)/fuzzobj/gen/onnx.pb-c.o: $(O)/gen/onnx.pb-c.c
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -std=c11 -w $(FUZZ_FLAGS) -I$(O)/gen -c $< -o $@
$(FUZZ_BINS): $(O)/tests/fuzz/%: $(O)/fuzzobj/tests/fuzz/fuzz_%.o $$(FUZZ_OBJS) $$(addprefix $(O)/fuzzobj/,$$(FUZZ_SRCS_$$*:.c=.o))
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS) $(FUZZ_LIBS_$*)
$(O)/tests/fuzz/seeds: $(O)/san/tests/fuzz/seeds.o $$(UNIT_OBJS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_FLAGS) -o $@ $^ $(UNIT_LIBS)

.PHONY: fuzz
fuzz: deps-fuzz $(FUZZ_BINS) $(O)/tests/fuzz/seeds  ## The readers of foreign bytes under libFuzzer: FUZZ_SECONDS=n each
	$(Q)mkdir -p $(FUZZ_NAMES:%=$(O)/fuzz/%) && $(O)/tests/fuzz/seeds $(O)/fuzz
	$(Q)/usr/bin/python3 -B tests/fuzz/graph_seeds.py $(O)/fuzz/onnx || echo "no python3-onnx: the ONNX fuzzer starts without graphs of general layers"
	$(Q)if [ -f $(XRT_INCLUDE)/xclbin.h ]; then $(MAKE) --no-print-directory -s $(XRT_XCLBIN) && cp $(XRT_XCLBIN) $(O)/fuzz/xclbin/ && cp $(XRT_XCLBIN) $(O)/fuzz/bitstream/; fi
	$(Q)cp tests/fuzz/exits.json tests/fuzz/exits.csv $(O)/fuzz/exits/ && cp tests/fuzz/acl.json $(O)/fuzz/acl/ && cp tests/fuzz/cache.json $(O)/fuzz/cache/ && cp tests/fuzz/spool.json $(O)/fuzz/spool/
	$(Q)for n in $(FUZZ_NAMES); do echo "fuzz $$n, $(FUZZ_SECONDS) s"; \
	  $(O)/tests/fuzz/$$n -max_total_time=$(FUZZ_SECONDS) -max_len=200000 -len_control=0 -rss_limit_mb=2048 -timeout=20 -verbosity=0 \
	    -print_final_stats=1 -artifact_prefix=$(O)/fuzz/$$n- $(O)/fuzz/$$n || exit 1; done
