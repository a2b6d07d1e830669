// SPDX-License-Identifier: Apache-2.0
// bonnet_afifo against a deque, with two clocks of random ratio and phase that also stop: order, nothing lost or repeated, never room or words
// that are not there, both known within three edges, Depth words while the reader stands still, a word an edge once they are there, reset.
#include "Vbonnet_afifo.h"
#include <deque>
#include <vector>
#include "tb.h"

// tb.h speaks of one clock and one reset.
struct Dut : Vbonnet_afifo {
    using Vbonnet_afifo::Vbonnet_afifo;
    uint8_t clk_i = 0, rst_ni = 0;
    void eval() { wrst_ni = rrst_ni = rst_ni, Vbonnet_afifo::eval(); }
};
static constexpr uint32_t Depth = 4, Known = 3;  // the module's default; edges until a side knows

static int run(Tb<Dut> &t)
{
    auto &d = t.dut;
    struct Word { uint8_t data; uint32_t redges; };  // edges of the reader since it was written
    std::deque<Word> model;
    std::vector<uint32_t> gone;                      // edges of the writer since a word was taken, the last ones
    uint64_t now = 0, wnext = 1, rnext = 1, taken = 0, burst = 0, fullest = 0;
    uint32_t wperiod = 1, rperiod = 1, in_pct = 50, out_pct = 50;
    bool offer = false;
    d.wclk_i = d.rclk_i = 0, d.wvalid_i = d.rready_i = 0;
    d.eval(), d.rst_ni = 0, d.eval(), d.rst_ni = 1, d.eval();  // with no edge of a clock
    for (uint64_t n = 0; taken < 20 * t.cases; n++) {
        if (n % 256 == 0) {  // another ratio; 5%: one of the clocks stands still
            wperiod = 1 + t.rng.below(t.rng.chance(50) ? 3 : 40), rperiod = 1 + t.rng.below(t.rng.chance(50) ? 3 : 40);
            in_pct = t.rng.chance(40) ? 100 : t.rng.below(100), out_pct = t.rng.chance(40) ? 100 : 1 + t.rng.below(100);
            wnext = now + 1 + t.rng.below(wperiod), rnext = now + 1 + t.rng.below(rperiod);
            if (t.rng.chance(10)) (t.rng.chance(50) ? wnext : rnext) = now + 1000;
        }
        now = wnext < rnext ? wnext : rnext;
        const bool w = wnext == now, r = rnext == now;
        // The side whose edge comes decides now what it does at it.
        if (w) {
            if (!offer) offer = t.rng.chance(in_pct), d.wdata_i = t.rng.below(256);
            d.wvalid_i = offer, wnext += wperiod;
        }
        if (r) d.rready_i = t.rng.chance(out_pct), rnext += rperiod;
        d.eval();
        uint32_t late = 0, early = 0;  // words gone of which the writer may not know; cannot, behind two flip-flops
        for (uint32_t g : gone) late += g < Known, early += g < Known - 1;
        const uint32_t room = Depth - model.size();
        if (d.wfree_o + early > room) return t.fail("wfree_o: room that is not there", n, d.wfree_o, room);
        if (d.wfree_o + late < room) return t.fail("wfree_o: room not known in time", n, d.wfree_o, room);
        if (d.wready_o != (d.wfree_o != 0)) return t.fail("wready_o", n, d.wready_o, d.wfree_o);
        if (d.rvalid_o && (model.empty() || model.front().redges < Known - 1)) return t.fail("rvalid_o: no word is there", n, 1, 0);
        if (!d.rvalid_o && !model.empty() && model.front().redges >= Known) return t.fail("rvalid_o: a word not seen in time", n, 0, 1);
        if (d.rvalid_o && d.rdata_o != model.front().data) return t.fail("rdata_o", n, d.rdata_o, model.front().data);
        const bool push = w && d.wvalid_i && d.wready_o, pop = r && d.rvalid_o && d.rready_i;
        if (r) for (auto &word : model) word.redges++;
        if (w) for (auto &g : gone) g++;
        if (pop) model.pop_front(), gone.push_back(0), taken++;
        if (push) model.push_back({d.wdata_i, 0}), offer = false;
        if (gone.size() > Depth) gone.erase(gone.begin());
        if (r) burst = pop ? burst + 1 : 0;
        if (burst >= Depth) fullest |= 2;
        if (model.size() == Depth) fullest |= 1;
        d.wclk_i = w, d.rclk_i = r, d.eval();
        t.half(1);
        d.wclk_i = d.rclk_i = 0, d.eval();
        t.half(0);
        if (t.rng.below(3000) == 0) {
            d.rst_ni = 0, d.eval();
            model.clear(), gone.clear(), offer = false, d.wvalid_i = d.rready_i = 0;
            d.rst_ni = 1, d.eval();
        }
    }
    return fullest == 3 ? 0 : t.fail("never full, or never a word an edge", 0, fullest, 3);
}

int main(int argc, char **argv) { return tb_main<Dut>("bonnet_afifo", argc, argv, run); }
