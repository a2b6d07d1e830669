// SPDX-License-Identifier: Apache-2.0
// bonnet_axil against queues: each address and each word of the master reaches the registers once and in order, in pairs; each write is
// answered once and after it was done, each read with what the registers said the cycle after they were asked; answers wait. At full speed a
// write takes two cycles and a read four.
#include "Vbonnet_axil.h"
#include <deque>
#include "tb.h"

static int run(Tb<Vbonnet_axil> &t)
{
    auto &d = t.dut;
    struct Word {
        uint32_t data, strb;
    };
    std::deque<uint32_t> aw, ar, answer;  // taken, and not yet seen at the registers; what a read must give
    std::deque<Word> w;
    uint64_t owed = 0;  // writes done and not answered
    uint32_t pct[5] = {};
    bool asked = false;
    int fast = 0, writes = 0, reads = 0;  // cycles at full speed, and what was done in them
    auto offer = [&](CData &valid, const CData &ready, uint32_t chance) {  // true: a new one is offered
        if (valid && !ready) return false;
        valid = t.rng.chance(chance);
        return valid != 0;
    };
    bool first = true;
    CData awready = 0, wready = 0, arready = 0;
    d.s_awvalid_i = d.s_wvalid_i = d.s_arvalid_i = 0;
    for (uint64_t n = 0; n < 200 * t.cases; n++) {
        if (n % 64 == 0) {
            const bool all = t.rng.chance(25);
            for (auto &p : pct) p = all ? 100 : 5 + t.rng.below(96);
            fast = all ? 0 : -1000, writes = reads = 0;
        }
        if (offer(d.s_awvalid_i, awready, pct[0])) d.s_awaddr_i = t.rng.below(1 << 16);
        if (offer(d.s_wvalid_i, wready, pct[1])) d.s_wdata_i = uint32_t(t.rng.next()), d.s_wstrb_i = t.rng.below(16);
        if (offer(d.s_arvalid_i, arready, pct[2])) d.s_araddr_i = t.rng.below(1 << 16);
        d.s_bready_i = t.rng.chance(pct[3]), d.s_rready_i = t.rng.chance(pct[4]);
        d.rdata_i = uint32_t(t.rng.next());
        d.eval();
        if (first && (d.s_bvalid_o || d.s_rvalid_o || d.we_o || d.re_o)) return t.fail("out of reset", n, 1, 0);
        first = false;
        if (asked) answer.push_back(d.rdata_i);
        if (d.we_o) {
            if (aw.empty() || w.empty()) return t.fail("a write without both halves", n, 1, 0);
            if (d.waddr_o != aw.front()) return t.fail("waddr_o", n, d.waddr_o, aw.front());
            if (d.wdata_o != w.front().data) return t.fail("wdata_o", n, d.wdata_o, w.front().data);
            if (d.wstrb_o != w.front().strb) return t.fail("wstrb_o", n, d.wstrb_o, w.front().strb);
            aw.pop_front(), w.pop_front(), writes++;
        }
        if (d.re_o) {
            if (ar.empty()) return t.fail("a read nobody asked for", n, 1, 0);
            if (d.raddr_o != ar.front()) return t.fail("raddr_o", n, d.raddr_o, ar.front());
            ar.pop_front(), reads++;
        }
        if (d.s_bvalid_o && !owed) return t.fail("an answer to no write", n, 1, 0);
        if (d.s_bvalid_o && d.s_bresp_o) return t.fail("s_bresp_o", n, d.s_bresp_o, 0);
        if (d.s_rvalid_o) {
            if (answer.empty()) return t.fail("an answer to no read", n, 1, 0);
            if (d.s_rdata_o != answer.front()) return t.fail("s_rdata_o", n, d.s_rdata_o, answer.front());
            if (d.s_rresp_o) return t.fail("s_rresp_o", n, d.s_rresp_o, 0);
        }
        if (d.s_bvalid_o && d.s_bready_i) owed--;
        if (d.we_o) owed++;
        if (d.s_rvalid_o && d.s_rready_i) answer.pop_front();
        if (owed > 1) return t.fail("writes without an answer", n, owed, 1);
        if (aw.size() > 1 || w.size() > 1 || ar.size() > 1) return t.fail("taken and not done", n, aw.size() + w.size() + ar.size(), 3);
        asked = d.re_o;
        awready = d.s_awready_o, wready = d.s_wready_o, arready = d.s_arready_o;
        if (d.s_awvalid_i && awready) aw.push_back(d.s_awaddr_i);
        if (d.s_wvalid_i && wready) w.push_back({d.s_wdata_i, d.s_wstrb_i});
        if (d.s_arvalid_i && arready) ar.push_back(d.s_araddr_i);
        // The first cycles at full speed end what came before.
        if (++fast == 8) writes = reads = 0;
        if (fast == 8 + 48 && (writes != 24 || reads != 12)) return t.fail("writes and reads in 48 cycles", n, 1000 * writes + reads, 24012);
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_axil>("bonnet_axil", argc, argv, run); }
