// SPDX-License-Identifier: Apache-2.0
// bonnet_round against its formula in 64 bits: every shift, numbers of every size, and those about which rounding and saturation decide:
// the largest and the least that 16 bits hold, times 2^s, and a few more or less, and the ends of 32 bits.
#include "Vbonnet_round.h"
struct Dut : Vbonnet_round {  // tb.h drives a clock and a reset; this module has none
    uint8_t rst_ni, clk_i;
    using Vbonnet_round::Vbonnet_round;
};
#include "tb.h"

static uint16_t rounded(int32_t x, unsigned s)
{
    int64_t v = s ? ((int64_t{x} >> (s - 1)) + 1) >> 1 : x;
    return static_cast<uint16_t>(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
}

static int run(Tb<Dut> &t)
{
    enum { Numbers = 8 };
    auto &d = t.dut;
    auto &r = t.rng;
    for (uint64_t n = 0; n < t.cases * 100; n++) {
        int32_t x[Numbers];
        d.s_i = static_cast<uint8_t>(r.below(25)), d.en_i = 1;
        for (int i = 0; i < Numbers; i++) {
            const int64_t edge = (r.chance(50) ? 32767 : -32768) * (int64_t{1} << d.s_i) + static_cast<int64_t>(r.below(9)) - 4 +
                                 (r.chance(50) ? (int64_t{1} << d.s_i) / 2 : 0);
            switch (r.below(4)) {
            case 0: x[i] = static_cast<int32_t>(r.next()); break;
            case 1: x[i] = static_cast<int32_t>(r.next()) >> r.below(32); break;
            case 2: x[i] = edge > INT32_MAX ? INT32_MAX : edge < INT32_MIN ? INT32_MIN : static_cast<int32_t>(edge); break;
            default: x[i] = (r.chance(50) ? INT32_MAX : INT32_MIN) ^ static_cast<int32_t>(r.below(4)); break;
            }
            d.x_i[i] = static_cast<uint32_t>(x[i]);
        }
        t.tick();
        for (int i = 0; i < Numbers; i++) {
            const uint16_t got = static_cast<uint16_t>(d.y_o[i / 2] >> 16 * (i % 2)), want = rounded(x[i], d.s_i);
            if (got != want) {
                std::printf("x %d, s %d\n", x[i], d.s_i);
                return t.fail("y_o", n, got, want);
            }
        }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Dut>("bonnet_round", argc, argv, run); }
