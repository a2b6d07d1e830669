// SPDX-License-Identifier: Apache-2.0
// bonnet_popcount against the compiler's popcount: random words, single bits, all and none; held without en_i.
#include "Vbonnet_popcount.h"
struct Dut : Vbonnet_popcount {  // tb.h drives rst_ni; this module has none
    uint8_t rst_ni;
    using Vbonnet_popcount::Vbonnet_popcount;
};
#include "tb.h"

static int run(Tb<Dut> &t)
{
    auto &d = t.dut;
    bool known = false;
    uint32_t want = 0;
    for (uint64_t n = 0; n < t.cases * 100; n++) {
        uint64_t a = t.rng.next(), b = t.rng.next();
        switch (t.rng.below(6)) {
        case 0: b = a; break;
        case 1: b = ~a; break;
        case 2: b = a ^ 1ull << t.rng.below(64); break;
        case 3: b = ~a ^ 1ull << t.rng.below(64); break;
        }
        d.a_i = a, d.b_i = b, d.en_i = t.rng.chance(80);
        if (d.en_i) want = __builtin_popcountll(~(a ^ b)), known = true;
        t.tick();
        if (known && d.count_o != want) return t.fail("count_o", n, d.count_o, want);
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Dut>("bonnet_popcount", argc, argv, run); }
