// SPDX-License-Identifier: Apache-2.0
// bonnet_mul_acc as the depthwise unit has it (64 lanes of 8 x 8 bits, sums of 20): sums of random length, either operand, a cycle without its
// enable changes nothing, sums beyond 20 bits wrap and the bits above them stay 0. With Stage: make test-dsp and bonnet_fc.
#include "Vbonnet_mul_acc.h"
#include "tb.h"

struct Dut : Vbonnet_mul_acc {  // tb.h drives rst_ni; this module has none
    uint8_t rst_ni;
    using Vbonnet_mul_acc::Vbonnet_mul_acc;
};
static constexpr uint32_t Lanes = 64;

template <class Wide> static int8_t put(Rng &rng, Wide &w, uint32_t l)
{
    const uint32_t end = rng.below(6);
    const uint32_t byte = end == 0 ? 0x80 : end == 1 ? 0x7f : rng.below(256);
    w[l / 4] = (w[l / 4] & ~(0xffu << 8 * (l % 4))) | byte << 8 * (l % 4);
    return static_cast<int8_t>(byte);
}

static int run(Tb<Dut> &t)
{
    auto &d = t.dut;
    int32_t want[Lanes] = {0};
    d.mul_en_i = 0;
    for (uint64_t n = 0; n < t.cases; n++) {
        const uint32_t length = t.rng.chance(10) ? 60 : 1 + t.rng.below(9);
        for (uint32_t i = 0; i < length; i++) {
            d.first_i = i == 0, d.en_i = (n == 0 && i == 0) || t.rng.chance(85), d.alt_i = t.rng.chance(25);
            for (uint32_t l = 0; l < Lanes; l++) {
                const int32_t a = put(t.rng, d.a_i, l), alt = put(t.rng, d.d_i, l), b = put(t.rng, d.b_i, l);
                if (d.en_i) want[l] = (d.first_i ? 0 : want[l]) + (d.alt_i ? alt : a) * b;
            }
            t.tick();
            for (uint32_t l = 0; l < Lanes; l++)
                if (d.sum_o[l] != (static_cast<uint32_t>(want[l]) & 0xfffff)) return t.fail("sum_o", Lanes * n + l, d.sum_o[l], static_cast<uint32_t>(want[l]) & 0xfffff);
        }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Dut>("bonnet_mul_acc", argc, argv, run); }
