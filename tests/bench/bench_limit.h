/* SPDX-License-Identifier: Apache-2.0 */
/* bench_limit.h - how many binary multiply-accumulates a second one core can do at most, the plain way: xor, popcount, add, from registers and L1. */
#ifndef BONNET_BENCH_LIMIT_H
#define BONNET_BENCH_LIMIT_H

/* MAC/s of one short run (about a millisecond) with instruction set `isa` ("avx512", "avx2", "neon", "portable"); call often, keep the most. 0: none. */
double bench_limit(const char *isa);
#endif
