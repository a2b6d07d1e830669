// SPDX-License-Identifier: Apache-2.0
// bonnet_sems against fifteen integers: grants only with all tokens, at most one a cycle and the lowest unit, gives of four
// units at once, overflow reported and clamped.
#include "Vbonnet_sems.h"
#include "tb.h"

static constexpr int Units = 4, Sems = 15;

// Sets of 15 bits, four of them: a 64-bit port.
static int run(Tb<Vbonnet_sems> &t)
{
    auto &d = t.dut;
    uint32_t count[Sems] = {0};
    uint32_t want[Units] = {0};  // 0: not waiting
    bool overflow = false;
    for (uint64_t n = 0; n < 100 * t.cases; n++) {
        const bool load = n == 64 || t.rng.below(2000) == 0;  // out of reset all counts are 0
        uint64_t init = 0, take = 0, give = 0;
        uint32_t give_valid = 0, want_bits = 0;
        const uint32_t give_pct = n / 1024 % 3 == 0 ? 60 : n / 1024 % 3 == 1 ? 2 : 10;  // overflow; then all are taken to the last one
        for (int s = 0; s < Sems; s++) init |= static_cast<uint64_t>(t.rng.below(16)) << 4 * s;
        for (int u = 0; u < Units; u++) {
            if (!want[u] && t.rng.chance(50))
                for (int i = 0; i < 3; i++) want[u] |= t.rng.chance(60) ? 1u << t.rng.below(Sems) : 0;
            take |= static_cast<uint64_t>(want[u]) << Sems * u;
            want_bits |= (want[u] != 0) << u;
            uint32_t set = (1u << t.rng.below(Sems)) | (t.rng.chance(30) ? 1u << t.rng.below(Sems) : 0);
            give |= static_cast<uint64_t>(set) << Sems * u;
            give_valid |= static_cast<uint32_t>(t.rng.chance(give_pct)) << u;
        }
        if (load) give_valid = want_bits = 0;
        d.load_i = load, d.init_i = init, d.want_i = want_bits, d.take_i = take, d.give_valid_i = give_valid, d.give_i = give;
        d.eval();
        uint32_t able = 0;
        for (int u = 0; u < Units; u++) {
            bool all = want_bits >> u & 1;
            for (int s = 0; s < Sems; s++) all = all && !((want[u] >> s & 1) && !count[s]);
            able |= static_cast<uint32_t>(all) << u;
        }
        const uint32_t grant = able & (~able + 1);
        if (d.gnt_o != grant) return t.fail("gnt_o", n, d.gnt_o, grant);
        if (d.overflow_o != overflow) return t.fail("overflow_o", n, d.overflow_o, overflow);
        overflow = false;
        for (int s = 0; s < Sems; s++) {
            for (int u = 0; u < Units; u++) {
                if (grant >> u & 1 && want[u] >> s & 1) count[s]--;
                if (give_valid >> u & 1 && give >> (Sems * u + s) & 1) count[s]++;
            }
            if (count[s] > 63) count[s] = 63, overflow = true;
            if (load) count[s] = init >> 4 * s & 15;
        }
        for (int u = 0; u < Units; u++)
            if (grant >> u & 1) want[u] = 0;
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_sems>("bonnet_sems", argc, argv, run); }
