// SPDX-License-Identifier: Apache-2.0
// bonnet_threshold against p >= Tp, lane by lane: a row of parameters for some pixels, then another; random gaps and stalls; one pixel per cycle
// when nobody stalls.
#include <deque>
#include "Vbonnet_threshold.h"
#include "post_ref.h"

struct Bits {
    std::vector<bool> bit, all;  // slice * Lanes + lane; AND-pool
    bool last;
};

static int run(Tb<Vbonnet_threshold> &t)
{
    auto &d = t.dut;
    std::vector<uint64_t> row(Lanes);
    std::deque<Bits> want;
    Sums sums(Lanes);
    uint64_t checked = 0;
    uint32_t idle_pct = 0, stall_pct = 0;
    bool offer = false, ready_before = false;
    d.valid_i = d.ready_i = 0;
    for (uint64_t n = 0; checked < t.cases * 10; n++) {
        if (n % 50 == 0) {
            bool flat = t.rng.chance(30);
            idle_pct = flat ? 0 : t.rng.below(90), stall_pct = flat ? 0 : t.rng.below(90);
        }
        if (!offer && t.rng.chance(20))  // the next tile
            for (int l = 0; l < Lanes; l++) put_bits(d.row_i, 64 * l, 64, row[l] = t.rng.next());
        if (!offer && !t.rng.chance(idle_pct)) {
            offer = true, d.last_i = t.rng.chance(30);
            for (int l = 0; l < Lanes; l++) {  // near a threshold, or anything
                sums[l] = uint16_t(t.rng.chance(50) ? t.rng.below(8192) : ((row[l] >> 16 * t.rng.below(4)) + t.rng.below(3) - 1) & 0x1fff);
                put_bits(d.sum_i, int(SumW * l), SumW, sums[l]);
            }
        }
        d.valid_i = offer, d.ready_i = !t.rng.chance(stall_pct);
        d.eval();
        if (d.ready_i && !d.ready_o) return t.fail("rate", checked, 0, 1);
        if (ready_before && !d.valid_o) return t.fail("latency", checked, 0, 1);
        if (d.valid_o && d.ready_i) {
            if (want.empty()) return t.fail("valid_o from nothing", checked, 1, 0);
            const Bits &w = want.front();
            for (int i = 0; i < 4 * Lanes; i++)
                if (get_bit(d.bits_o, i) != w.bit[i]) return t.fail("bits_o", checked, i, w.bit[i]);
            for (int l = 0; l < Lanes; l++)
                if ((uint64_t(d.and_o) >> l & 1) != w.all[l]) return t.fail("and_o", checked, l, w.all[l]);
            if (d.last_o != w.last) return t.fail("last_o", checked, d.last_o, w.last);
            want.pop_front(), checked++;
        }
        ready_before = d.valid_i && d.ready_o;
        if (ready_before) {
            Bits b{std::vector<bool>(4 * Lanes), std::vector<bool>(Lanes), bool(d.last_i)};
            for (int l = 0; l < Lanes; l++) {
                for (int j = 0; j < 4; j++) b.bit[j * Lanes + l] = sums[l] >= (row[l] >> 16 * j & 0x1fff);
                b.all[l] = row[l] >> 15 & 1;
            }
            want.push_back(b), offer = false;
        }
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_threshold>("bonnet_threshold", argc, argv, run); }
