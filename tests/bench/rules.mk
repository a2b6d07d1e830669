# SPDX-License-Identifier: Apache-2.0
# tests/bench: the cpu backend beside oneDNN and beside the machine's limit. Needs libdnnl-dev, which nothing else does.
CPU_BENCH      := $(O)/tests/cpu_bench
CPU_BENCH_SRCS := $(filter-out tests/bench/serve_bench.c,$(wildcard tests/bench/*.c)) tests/conform/net_build.c tests/conform/net_params.c
CPU_SWEEPS     ?= 100

$(CPU_BENCH): $(CPU_BENCH_SRCS:%.c=$(O)/obj/%.o) $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $(CPU_BENCH_SRCS:%.c=$(O)/obj/%.o) $(LIB) $(LIB_LIBS) -ldnnl -lgomp

.PHONY: bench-cpu cpu-numbers
bench-cpu:           ## The cpu backend per layer, beside oneDNN int8 and f32 and the machine's xnor-popcount limit, one core
	@tools/deps.sh bench
	@$(MAKE) --no-print-directory -s -j2 $(CPU_BENCH)
	@$(CPU_BENCH) --sweeps $(CPU_SWEEPS) --csv $(O)/bench-cpu.csv
	@echo "\nEvery number: $(O)/bench-cpu.csv"
cpu-numbers:         ## Put what `make bench-cpu` measures into docs/cpu.md
	@tools/deps.sh bench
	@$(MAKE) --no-print-directory -s -j2 $(CPU_BENCH)
	@tools/cpu_numbers.sh $(CPU_BENCH) docs/cpu.md --sweeps $(CPU_SWEEPS) --csv $(O)/bench-cpu.csv

.PHONY: profile-cpu
profile-cpu: $(CLI) $(FASHION)  ## Errors of `bonnet profile --kinds` and --steps on this machine, into docs/profile.md; a minute
	@tools/cpu_numbers.sh tests/bench/profile_cpu.py docs/profile.md $(CLI) $(O)/profile docs/profile.svg $(FASHION)

# bonnet serve beside a call in one's own process.
SERVE_BENCH := $(O)/tests/serve_bench
$(SERVE_BENCH): $(O)/obj/tests/bench/serve_bench.o $(LIB)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -o $@ $^ $(LIB_LIBS)
.PHONY: bench-serve bench-offload
bench-offload: $(CLI) $(FASHION) ## What co-inference takes on this machine: here alone, split, cascaded, by TLS, with nobody there
	@tools/offload_bench.sh $(CURDIR)/$(CLI) $(CURDIR)/$(O)/models $(CURDIR)/tests/vectors/fashion
bench-serve: $(SERVE_BENCH) $$(LOAD) $(CLI) $(FASHION) ## What bonnet serve adds to a call in one's own process, and what 1, 4, 16 connections get, by HTTP and TLS: p50, p99, requests/s
	@tools/serve_bench.sh $(CLI) $(SERVE_BENCH) $(FASHION) $(wildcard $(O)/imagenet/boolnet_k4.bonnet)
	@$(NET_ENV) bash tests/net/parallel.sh 20000
