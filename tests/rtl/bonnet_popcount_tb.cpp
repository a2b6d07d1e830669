// SPDX-License-Identifier: Apache-2.0
// bonnet_popcount against the compiler's popcount: random words, single bits, all and none; held without en_i. Then, because this is
// the simulation's form and not the proven one, everything that can make a difference: every value of each byte, every eight byte counts.
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
    d.b_i = ~0ull, d.en_i = 1;
    auto check = [&](uint64_t word, uint32_t count) {
        d.a_i = word, d.clk_i = 1, d.eval();
        d.clk_i = 0, d.eval();
        return d.count_o == count;
    };
    for (int byte = 0; byte < 8; byte++)
        for (uint64_t v = 0; v < 256; v++)
            for (uint64_t rest : {0ull, ~0ull, 0x5a5a5a5a5a5a5a5aull}) {
                uint64_t word = (rest & ~(0xffull << 8 * byte)) | v << 8 * byte;
                if (!check(word, __builtin_popcountll(word))) return t.fail("byte value", v, d.count_o, __builtin_popcountll(word));
            }
    int digit[8] = {};  // an odometer of byte counts; count n is the byte 2^n - 1
    uint64_t word = 0;
    uint32_t total = 0;
    for (uint64_t n = 0;; n++) {
        if (!check(word, total)) return t.fail("byte counts", n, d.count_o, total);
        int i = 0;
        while (i < 8 && digit[i] == 8) word &= ~(0xffull << 8 * i), total -= 8, digit[i++] = 0;
        if (i == 8) return n == 43046720 ? 0 : t.fail("combinations", n, n, 43046720);
        digit[i]++, total++, word = (word & ~(0xffull << 8 * i)) | ((1ull << digit[i]) - 1) << 8 * i;
    }
}

int main(int argc, char **argv) { return tb_main<Dut>("bonnet_popcount", argc, argv, run); }
