// SPDX-License-Identifier: Apache-2.0
// bonnet_array (with its lanes) against sums of the compiler's popcounts: grouped and same word, raw and coded, blocks of 1..8 pixels, gaps between operands; a weight row
// is on the wires for one cycle only.
#include <deque>
#include "Vbonnet_array.h"
#include "conv_ref.h"

struct Result {
    std::vector<uint32_t> sum;
    bool tile, end;
    uint64_t cycle;
};
template <class W> static uint32_t bits(const W &port, int lsb, int width)
{
    uint64_t v = port[lsb / 32];
    if (lsb % 32 + width > 32) v |= uint64_t(port[lsb / 32 + 1]) << 32;
    return uint32_t(v >> lsb % 32) & ((1u << width) - 1);
}

static int run(Tb<Vbonnet_array> &t)
{
    auto &d = t.dut;
    std::deque<Result> want;
    uint64_t n = 0;
    // Which parities have a result under way, to the cycle: offered, on its way, or just leaving.
    unsigned leaves = 0;
    auto pend = [&]() {
        unsigned tiles = leaves | (d.en_i && d.last_i ? 1u << d.tile_i : 0u);
        for (const Result &r : want) tiles |= 1u << r.tile;
        return tiles;
    };
    auto step = [&]() -> int {
        d.eval();
        if (d.pend_o != pend()) return t.fail("pend_o before the edge", n, d.pend_o, pend());
        t.tick();
        leaves = 0;
        if (d.pend_o != pend()) return t.fail("pend_o", n, d.pend_o, pend());
        if (!want.empty() && want.front().cycle + 3 == t.cycle()) {
            const Result &r = want.front();
            if (!d.res_valid_o) return t.fail("res_valid_o", n, 0, 1);
            if (d.res_tile_o != r.tile || d.res_last_o != r.end) return t.fail("flags", n, d.res_tile_o * 2 + d.res_last_o, r.tile * 2 + r.end);
            for (int l = 0; l < Lanes; l++)
                if (bits(d.res_sum_o, SumW * l, SumW) != r.sum[l]) return t.fail("res_sum_o", n, bits(d.res_sum_o, SumW * l, SumW), r.sum[l]);
            leaves = 1u << r.tile;
            want.pop_front();
            return 0;
        }
        if (d.res_valid_o) return t.fail("res_valid_o", n, 1, 0);
        return 0;
    };
    // In reset nothing is under way, whatever is offered.
    d.rst_ni = 0, d.en_i = 1, d.last_i = 1, d.tile_i = 0;
    for (int i = 0; i < 4; i++) t.tick();
    d.en_i = d.load_i = 0;
    d.eval();
    if (d.res_valid_o || d.pend_o) return t.fail("busy in reset", n, d.res_valid_o << 2 | d.pend_o, 0);
    d.rst_ni = 1;
    for (; n < t.cases; n++) {
        uint32_t pixels = t.rng.chance(50) ? uint32_t(Block) : 1 + t.rng.below(Block), rows = t.rng.chance(10) ? 72 : 1 + t.rng.below(12), gap = t.rng.chance(50) ? 0 : t.rng.below(70);
        bool grouped = t.rng.chance(50), tile = t.rng.chance(50), same = t.rng.chance(5), therm = t.rng.chance(50);
        std::vector<std::vector<uint32_t>> acc(pixels, std::vector<uint32_t>(Lanes));
        uint64_t act[4], w[Lanes];
        for (uint32_t r = 0; r < rows; r++) {
            for (auto &x : w) x = same ? ~0ull : t.rng.next();
            for (uint32_t p = 0; p < pixels; p++) {
                for (int i = 0; i < 2 * Lanes; i++) d.weight_i[i] = p ? uint32_t(t.rng.next()) : uint32_t(w[i / 2] >> 32 * (i % 2));
                while (t.rng.chance(gap)) {
                    d.en_i = d.load_i = 0, d.mask_i = t.rng.chance(50), d.last_i = t.rng.chance(50), d.tile_i = t.rng.chance(50), d.first_i = t.rng.chance(50);
                    if (int rc = step()) return rc;
                }
                for (auto &x : act) x = same ? ~0ull : t.rng.next();
                for (int i = 0; i < 8; i++) d.act_i[i] = uint32_t(act[i / 2] >> 32 * (i % 2));
                d.en_i = 1, d.load_i = p == 0, d.grouped_i = grouped, d.therm_i = therm, d.slice_i = t.rng.below(4), d.mask_i = t.rng.chance(20), d.pix_i = p, d.first_i = r == 0, d.last_i = r == rows - 1;
                d.tile_i = tile, d.end_i = d.last_i && t.rng.chance(20);
                for (int l = 0; l < Lanes; l++) {
                    uint64_t a = therm ? therm_slice(act, grouped ? uint32_t(l) / Group : d.slice_i) : act[grouped ? l / Group : 0];
                    acc[p][l] += d.mask_i ? 32 : __builtin_popcountll(~(w[l] ^ a));
                }
                if (d.last_i) want.push_back({acc[p], tile, bool(d.end_i), t.cycle()});
                if (int rc = step()) return rc;
            }
        }
    }
    d.en_i = d.load_i = 0;
    for (int i = 0; i < 5; i++)
        if (int rc = step()) return rc;
    return want.empty() && !d.pend_o ? 0 : t.fail("results missing", n, want.size(), 0);
}

int main(int argc, char **argv) { return tb_main<Vbonnet_array>("bonnet_array", argc, argv, run); }
