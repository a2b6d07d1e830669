// SPDX-License-Identifier: Apache-2.0
// bonnet_skid against a deque: order, nothing lost or repeated, no combinational path, 1 beat a cycle, two beats held.
#include "Vbonnet_skid.h"
#include <deque>
#include "tb.h"

static int run(Tb<Vbonnet_skid> &t)
{
    auto &d = t.dut;
    std::deque<uint32_t> model;
    uint32_t in_pct = 50, out_pct = 50, word = 0, full_speed = 0;
    bool offer = false;
    for (uint64_t taken = 0, n = 0; taken < 20 * t.cases; n++) {
        if (n % 64 == 0) in_pct = t.rng.chance(30) ? 100 : t.rng.below(100), out_pct = t.rng.chance(30) ? 100 : 1 + t.rng.below(100);
        if (!offer) offer = t.rng.chance(in_pct), word = t.rng.below(256);
        const uint32_t before = d.valid_o << 1 | d.ready_o;
        d.valid_i = offer, d.data_i = word, d.ready_i = t.rng.chance(out_pct);
        d.eval();
        if ((d.valid_o << 1 | d.ready_o) != before) return t.fail("combinational path", n, d.valid_o << 1 | d.ready_o, before);
        if (d.ready_o != (model.size() < 2)) return t.fail("ready_o", n, d.ready_o, model.size() < 2);
        if (d.valid_o != !model.empty()) return t.fail("valid_o", n, d.valid_o, !model.empty());
        if (d.valid_o && d.data_o != model.front()) return t.fail("data_o", n, d.data_o, model.front());
        const bool push = d.valid_i && d.ready_o, pop = d.valid_o && d.ready_i;
        full_speed = push && pop ? full_speed + 1 : 0;
        if (in_pct == 100 && out_pct == 100 && n % 64 == 63 && full_speed < 32) return t.fail("rate", n, full_speed, 32);
        if (pop) model.pop_front(), taken++;
        if (push) model.push_back(word), offer = false;
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_skid>("bonnet_skid", argc, argv, run); }
