// SPDX-License-Identifier: Apache-2.0
// bonnet_fifo against a deque: order, nothing lost or repeated, full and empty exactly when the model is, 1 word a cycle.
#include "Vbonnet_fifo.h"
#include <deque>
#include "tb.h"
#ifndef FIFO_DEPTH
#define FIFO_DEPTH 4  // the module's default
#endif

static int run(Tb<Vbonnet_fifo> &t)
{
    constexpr size_t Depth = FIFO_DEPTH;
    auto &d = t.dut;
    std::deque<uint32_t> model;
    uint32_t in_pct = 50, out_pct = 50, word = 0;
    bool offer = false;
    for (uint64_t taken = 0, n = 0; taken < 20 * t.cases; n++) {
        if (n % 64 == 0) in_pct = t.rng.chance(30) ? 100 : t.rng.below(100), out_pct = t.rng.chance(30) ? 100 : 1 + t.rng.below(100);
        if (!offer) offer = t.rng.chance(in_pct), word = t.rng.below(256);
        d.valid_i = offer, d.data_i = word, d.ready_i = t.rng.chance(out_pct);
        d.eval();
        if (d.ready_o != (model.size() < Depth)) return t.fail("ready_o", n, d.ready_o, model.size() < Depth);
        if (d.valid_o != !model.empty()) return t.fail("valid_o", n, d.valid_o, !model.empty());
        if (d.valid_o && d.data_o != model.front()) return t.fail("data_o", n, d.data_o, model.front());
        const bool push = d.valid_i && d.ready_o, pop = d.valid_o && d.ready_i;
        if (pop) model.pop_front(), taken++;
        if (push) model.push_back(word), offer = false;
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_fifo>("bonnet_fifo", argc, argv, run); }
