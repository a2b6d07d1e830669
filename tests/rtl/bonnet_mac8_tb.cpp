// SPDX-License-Identifier: Apache-2.0
// bonnet_mac8: sums of random length against sums made one product at a time: taps of unsigned and of signed images and to the cell's limits,
// weights at random and at their ends; a beat without its enable changes nothing.
#include "Vbonnet_mac8.h"
#include "tb.h"

struct Dut : Vbonnet_mac8 {  // tb.h drives rst_ni; this module has none
    uint8_t rst_ni;
    using Vbonnet_mac8::Vbonnet_mac8;
};
#ifdef BONNET_GEOMETRY_TINY  // two pairs, as a netlist (make test-netlist-more)
static constexpr uint32_t Lanes = 4;
#else
static constexpr uint32_t Lanes = 64;
#endif

static int32_t pick(Rng &rng, int32_t lo, int32_t hi)   // both included, a third of the time one of them
{
    const uint32_t end = rng.below(6);
    return end == 0 ? lo : end == 1 ? hi : lo + static_cast<int32_t>(rng.below(static_cast<uint32_t>(hi - lo + 1)));
}

template <class Wide> static uint32_t bits(const Wide &w, uint32_t at, uint32_t n)
{
    const uint64_t two = w[at / 32] | static_cast<uint64_t>(at % 32 + n > 32 ? w[at / 32 + 1] : 0) << 32;
    return static_cast<uint32_t>(two >> at % 32) & ((1u << n) - 1);
}

static int run(Tb<Dut> &t)
{
    auto &d = t.dut;
    int32_t want[Lanes] = {0};
    for (uint64_t n = 0; n < t.cases; n++) {
        const uint32_t beats = 1 + t.rng.below(19), kind = t.rng.below(3), same = t.rng.below(6);   // same: 0 and 1, the longest sums
        for (uint32_t beat = 0; beat < beats; beat++) {
            int32_t tap[8], sum = 0;
            for (uint32_t i = 0; i < 3; i++) d.tap_i[i] = 0;
            for (uint32_t i = 0; i < 8; i++) {
                const int32_t lo = kind == 0 ? 0 : kind == 1 ? -128 : -255, hi = kind == 1 ? 127 : 255;
                sum += tap[i] = same == 0 ? hi : same == 1 ? lo : pick(t.rng, lo, hi);
                for (uint32_t b = 0; b < 9; b++) d.tap_i[(9 * i + b) / 32] |= (static_cast<uint32_t>(tap[i]) >> b & 1) << (9 * i + b) % 32;
            }
            d.bias_i = static_cast<uint32_t>((1 << 18) - 128 * sum);
            d.en_i = (n == 0 && beat == 0) || t.rng.chance(90), d.first_i = beat == 0;
            for (uint32_t l = 0; l < Lanes; l++) {
                int32_t more = 0;
                for (uint32_t i = 0; i < 8; i++) {
                    const int32_t w = same < 2 ? (same ? 127 : -128) : pick(t.rng, -128, 127);
                    uint32_t &word = d.weight_i[2 * l + i / 4];
                    word = (word & ~(0xffu << 8 * (i % 4))) | (static_cast<uint32_t>(w) & 0xff) << 8 * (i % 4);
                    more += tap[i] * w;
                }
                if (d.en_i) want[l] = (d.first_i ? 0 : want[l]) + more;
            }
            t.tick();
            for (uint32_t l = 0; l < Lanes; l++) {
                const uint32_t got = bits(d.sum_o, 24 * l, 24);
                if (got != (static_cast<uint32_t>(want[l]) & 0xffffff)) return t.fail("sum_o", Lanes * n + l, got, static_cast<uint32_t>(want[l]) & 0xffffff);
            }
        }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Dut>("bonnet_mac8", argc, argv, run); }
