// SPDX-License-Identifier: Apache-2.0
// bonnet_rows: a tile's rows after the other, with or without a second one, there early, late or in the last moment; the row that serves is the
// oldest; eighths of both as the head reads them.
#include <deque>
#include "Vbonnet_rows.h"
#include "post_ref.h"

static int run(Tb<Vbonnet_rows> &t)
{
    auto &d = t.dut;
    struct Row {
        std::vector<uint64_t> lane;
        uint64_t from;  // cycle in which it serves, if the row before is done
    };
    std::deque<Row> rows[2];  // first, second: the row that serves, the row behind it
    std::vector<uint64_t> lent[2];
    uint32_t beat = 0, row_pct = 50, done_pct = 50;
    bool asked = false, asked_second = false, head = false;
    d.prow_valid_i = d.done_i = d.done_second_i = d.beat_en_i = 0;
    for (uint64_t n = 0; n < t.cases * 10; n++) {
        if (n % 50 == 0) {
            row_pct = 10 + t.rng.below(91), done_pct = 5 + t.rng.below(90);
            if (rows[0].empty()) head = t.rng.chance(60);
        }
        uint32_t second = head && rows[1].size() < rows[0].size();  // a tile's second row follows its first
        d.prow_second_i = second;
        d.prow_valid_i = (second || rows[0].size() < 2) && t.rng.chance(row_pct);
        if (d.prow_valid_i) rows[second].push_back({std::vector<uint64_t>(Lanes), n + 2});
        for (int l = 0; l < Lanes; l++) {  // without prow_valid_i what is on the wires is no row
            uint64_t w = t.rng.next();
            put_bits(d.prow_data_i, 64 * l, 64, w);
            if (d.prow_valid_i) rows[second].back().lane[l] = w;
        }
        bool serves = !rows[0].empty() && n >= rows[0][0].from, both = serves && !rows[1].empty() && n >= rows[1][0].from;
        d.beat_en_i = (head ? both : serves) && t.rng.chance(50), d.beat_i = t.rng.below(8);
        d.done_i = (head ? both : serves) && t.rng.chance(done_pct), d.done_second_i = d.done_i && head;
        d.eval();
        if (serves)
            for (int l = 0; l < Lanes; l++)
                if (get_word(d.row_o, l) != rows[0][0].lane[l]) return t.fail("row_o", n, get_word(d.row_o, l), rows[0][0].lane[l]);
        if (asked)
            for (int i = 0; i < Lanes / 8; i++) {
                uint64_t got = get_word(d.beat_row_o, i), want = lent[0][beat * (Lanes / 8) + i];
                if (got != want) return t.fail("beat_row_o", n, got, want);
                if (!asked_second) continue;
                uint32_t s = 0, s_want = lent[1][beat * (Lanes / 8) + i] & 0xffff;
                for (int b = 0; b < 16; b++) s |= uint32_t(get_bit(d.beat_slope_o, 16 * i + b)) << b;
                if (s != s_want) return t.fail("beat_slope_o", n, s, s_want);
            }
        if (d.beat_en_i) {
            asked = true, asked_second = both, beat = d.beat_i, lent[0] = rows[0][0].lane;  // held until the next one
            if (both) lent[1] = rows[1][0].lane;
        }
        if (d.done_i) rows[0].pop_front();
        if (d.done_second_i) rows[1].pop_front();
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_rows>("bonnet_rows", argc, argv, run); }
