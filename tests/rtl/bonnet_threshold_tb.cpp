// SPDX-License-Identifier: Apache-2.0
// bonnet_threshold against p >= Tp, lane by lane: a row of parameters after the other, the next one there early, late or in the last moment,
// random gaps and stalls; one pixel per cycle when nobody stalls; eighths of a row as the head reads them.
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
    struct Row {
        std::vector<uint64_t> lane;
        uint64_t from;  // cycle in which it serves, if the row before is done
    };
    std::deque<Row> rows;  // the row that serves, the row behind it
    std::deque<Bits> want;
    Sums sums(Lanes);
    uint64_t checked = 0;
    uint32_t idle_pct = 0, stall_pct = 0, row_pct = 0, beat = 0;
    std::vector<uint64_t> lent;  // the row the head asked of
    bool offer = false, ready_before = false, beat_asked = false;
    d.valid_i = d.ready_i = d.prow_valid_i = d.prow_done_i = d.beat_en_i = 0;
    for (uint64_t n = 0; checked < t.cases * 10; n++) {
        if (n % 50 == 0) {
            bool flat = t.rng.chance(30);
            idle_pct = flat ? 0 : t.rng.below(90), stall_pct = flat ? 0 : t.rng.below(90), row_pct = 10 + t.rng.below(91);
        }
        bool serves = !rows.empty() && n >= rows[0].from;
        d.prow_valid_i = rows.size() < 2 && t.rng.chance(row_pct);
        if (d.prow_valid_i) {
            rows.push_back({std::vector<uint64_t>(Lanes), n + 2});
            for (int l = 0; l < Lanes; l++) put_bits(d.prow_data_i, 64 * l, 64, rows.back().lane[l] = t.rng.next());
        } else {  // what is on the wires is no row
            put_bits(d.prow_data_i, int(64 * t.rng.below(Lanes)), 64, t.rng.next());
        }
        if (!offer && serves && !t.rng.chance(idle_pct)) {
            offer = true, d.last_i = t.rng.chance(30);
            for (int l = 0; l < Lanes; l++) {  // near a threshold, or anything
                sums[l] = uint16_t(t.rng.chance(50) ? t.rng.below(8192) : ((rows[0].lane[l] >> 16 * t.rng.below(4)) + t.rng.below(3) - 1) & 0x1fff);
                put_bits(d.sum_i, int(SumW * l), SumW, sums[l]);
            }
        }
        d.valid_i = offer, d.ready_i = !t.rng.chance(stall_pct);
        d.beat_en_i = serves && t.rng.chance(50);
        d.beat_i = t.rng.below(8);
        d.eval();
        d.prow_done_i = offer ? d.ready_o && d.last_i : serves && t.rng.chance(5);  // without a pixel here: it went to the head
        d.eval();
        if (d.ready_i && !d.ready_o) return t.fail("rate", checked, 0, 1);
        if (ready_before && !d.valid_o) return t.fail("latency", checked, 0, 1);
        if (beat_asked)
            for (int i = 0; i < Lanes / 8; i++) {
                uint64_t got = d.beat_row_o[2 * i] | uint64_t(d.beat_row_o[2 * i + 1]) << 32;
                if (got != lent[beat * (Lanes / 8) + i]) return t.fail("beat_row_o", n, got, lent[beat * (Lanes / 8) + i]);
            }
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
                for (int j = 0; j < 4; j++) b.bit[j * Lanes + l] = sums[l] >= (rows[0].lane[l] >> 16 * j & 0x1fff);
                b.all[l] = rows[0].lane[l] >> 15 & 1;
            }
            want.push_back(b), offer = false;
        }
        if (d.beat_en_i) beat_asked = true, beat = d.beat_i, lent = rows[0].lane;  // held until the next one
        if (d.prow_done_i) rows.pop_front();
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_threshold>("bonnet_threshold", argc, argv, run); }
