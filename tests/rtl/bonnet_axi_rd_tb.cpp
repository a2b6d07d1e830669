// SPDX-License-Identifier: Apache-2.0
// bonnet_axi_rd: three clients with random requests against a memory whose word is its address. Data in order per client, bursts within
// 4 KiB and 64 beats, errors reported to the right client, nothing stale after a flush, a copy of each beat for the sums with the base of its
// request, and the rate the header promises.
#include "Vbonnet_axi_rd.h"
#include <deque>
#include "tb.h"

#ifdef BONNET_GEOMETRY_TINY
static constexpr uint32_t Bytes = 8;
static uint64_t low(const QData &d) { return d; }
static void put(QData &d, uint64_t v) { d = v; }
#else
static constexpr uint32_t Bytes = 16;
static uint64_t low(const VlWide<4> &d) { return d[0] | static_cast<uint64_t>(d[1]) << 32; }
static void put(VlWide<4> &d, uint64_t v) { d[0] = static_cast<uint32_t>(v), d[1] = v >> 32, d[2] = ~d[0], d[3] = ~d[1]; }
#endif
using T = Tb<Vbonnet_axi_rd>;
struct Burst { uint64_t addr; uint32_t beats; uint64_t ready; uint32_t client; };

// rd_req_t: beats in the low 20 bits, the address above, then the base.
static void request(VlWide<3> &to, uint64_t addr, uint32_t beats, uint32_t base)
{
    to[0] = static_cast<uint32_t>(addr << 20) | beats;
    to[1] = static_cast<uint32_t>(addr >> 12);
    to[2] = static_cast<uint32_t>(addr >> 44) | base << 20;
}

static int run(T &t)
{
    auto &d = t.dut;
    VlWide<3> *req[3] = {&d.seq_req_i, &d.load_req_i, &d.stem_req_i};
    std::deque<Burst> bus;
    std::deque<uint32_t> errors;       // clients whose beat was answered with one
    std::deque<std::pair<uint64_t, uint32_t>> want[3];   // addresses a client still waits for, with their base
    std::pair<uint64_t, uint32_t> copy;                  // what the sums must see now
    std::deque<std::pair<uint64_t, uint32_t>> asked[3];  // accepted, not yet in bursts: address, beats
    uint64_t now = 0, rate_start = 0, rate_beats = 0;
    uint32_t stall = 0, latency = 100, take[3] = {100, 100, 100};
    bool offer[3] = {false}, rate = false, copied = false;
    uint64_t addr[3];
    uint32_t beats[3], base[3] = {0, 0, 0};
    d.m_rvalid_i = 0;
    for (uint64_t n = 0; n < 60 * t.cases + 4000;) {
        now++, n++;
        rate = n > 60 * t.cases;       // at the end: one long request at full speed
        if (rate && !rate_start) {
            if (!want[0].empty() || !want[1].empty() || !want[2].empty() || d.m_arvalid_o) {
                n--;                   // first let everything come home
                stall = 0, take[0] = take[1] = take[2] = 100;
            } else if (!offer[0] && !offer[1] && !offer[2]) {
                latency = 150, rate_start = now, rate_beats = 0;
                offer[1] = true, addr[1] = 0x40000, beats[1] = 3500;
            }
        } else if (!rate && n % 256 == 0) {
            stall = t.rng.chance(30) ? 0 : t.rng.below(80), latency = t.rng.below(200);
            for (auto &p : take) p = t.rng.chance(50) ? 100 : 20 + t.rng.below(80);
        }
        const bool flush = !rate && t.rng.below(3000) == 0;
        for (int c = 0; c < 3; c++) {
            if (!rate && !offer[c] && t.rng.chance(10)) {
                offer[c] = true, beats[c] = 1 + t.rng.below(t.rng.chance(50) ? 8 : 300), base[c] = t.rng.below(4);
                addr[c] = (t.rng.next() & 0xFFFFFFFFFFFull) / Bytes * Bytes;
            }
            if (offer[c]) request(*req[c], addr[c], beats[c], base[c]);
        }
        d.flush_i = flush;
        d.rd_valid_i = offer[0] | offer[1] << 1 | offer[2] << 2;
        d.rdata_ready_i = t.rng.chance(take[0]) | t.rng.chance(take[1]) << 1 | t.rng.chance(take[2]) << 2;
        d.m_arready_i = !t.rng.chance(stall);
        if (!d.m_rvalid_i && !bus.empty() && bus.front().ready <= now && !t.rng.chance(stall)) {
            d.m_rvalid_i = 1;
            put(d.m_rdata_i, bus.front().addr);
            d.m_rlast_i = bus.front().beats == 1;
            d.m_rresp_i = !rate && t.rng.below(400) == 0 ? 2 + t.rng.below(2) : t.rng.below(2);
        }
        d.eval();
        // clients
        if (d.sum_valid_o != copied) return t.fail("sum_valid_o", n, d.sum_valid_o, copied);
        if (copied && (low(d.sum_data_o) != copy.first || d.sum_base_o != copy.second)) return t.fail("sum_data_o, sum_base_o", n, low(d.sum_data_o), copy.first);
        copied = false;
        for (int c = 0; c < 3; c++) {
            if (d.rdata_valid_o >> c & 1 && d.rdata_ready_i >> c & 1) {
                if (want[c].empty()) return t.fail("data nobody asked for", n, c, 0);
                if (low(d.rdata_o) != want[c].front().first) return t.fail("rdata_o", n, low(d.rdata_o), want[c].front().first);
                copied = true, copy = want[c].front();
                want[c].pop_front();
                if (rate) rate_beats++;
            }
        }
        if (d.err_o) {
            if (errors.empty()) return t.fail("err_o without an error", n, d.err_client_o, 0);
            if (d.err_client_o != errors.front()) return t.fail("err_client_o", n, d.err_client_o, errors.front());
            errors.pop_front();
        }
        // bus
        bool moved = false;
        if (d.m_rvalid_i && d.m_rready_o) {
            if (d.m_rresp_i >= 2) errors.push_back(bus.front().client);  // reported when the client takes the beat
            bus.front().addr += Bytes;
            if (--bus.front().beats == 0) bus.pop_front();
            moved = true;
        }
        if (d.m_arvalid_o && d.m_arready_i) {
            const uint32_t len = d.m_arlen_o + 1u;
            uint32_t c = 0;
            while (c < 3 && (asked[c].empty() || asked[c].front().first != d.m_araddr_o)) c++;
            if (c == 3) return t.fail("burst address", n, d.m_araddr_o, 0);
            if (len > 64 || len > asked[c].front().second) return t.fail("burst length", n, len, asked[c].front().second);
            if (d.m_araddr_o / 4096 != (d.m_araddr_o + len * Bytes - 1) / 4096) return t.fail("4 KiB", n, d.m_araddr_o, len);
            asked[c].front().first += uint64_t{Bytes} * len;
            if (!(asked[c].front().second -= len)) asked[c].pop_front();
            bus.push_back({d.m_araddr_o, len, now + latency, c});
        }
        for (int c = 0; c < 3; c++) {
            if (offer[c] && d.rd_ready_o >> c & 1) {
                offer[c] = false;
                asked[c].push_back({addr[c], beats[c]});
                for (uint32_t i = 0; i < beats[c]; i++) want[c].push_back({addr[c] + uint64_t{Bytes} * i, base[c]});
            }
        }
        t.tick();
        if (moved) d.m_rvalid_i = 0;
        if (flush) {  // held until everything owed is swallowed; afterwards nobody gets anything old
            for (int c = 0; c < 3; c++) want[c].clear(), asked[c].clear(), offer[c] = false;
            errors.clear();
            d.rd_valid_i = 0;
            int cycles = 0;
            for (bool idle = false; !idle; cycles++) {
                if (cycles > 5000) return t.fail("drain", n, cycles, 5000);
                now++;
                moved = false;
                d.m_arready_i = 1, d.rdata_ready_i = 0;   // nobody takes anything in reset
                if (!d.m_rvalid_i && !bus.empty()) d.m_rvalid_i = 1, d.m_rresp_i = 0, put(d.m_rdata_i, 0), d.m_rlast_i = bus.front().beats == 1;
                d.eval();
                if (d.rdata_valid_o || d.err_o || d.rd_ready_o) return t.fail("activity in flush", n, d.rdata_valid_o, 0);
                if (d.m_rvalid_i && d.m_rready_o) {
                    if (--bus.front().beats == 0) bus.pop_front();
                    moved = true;
                }
                if (d.m_arvalid_o) bus.push_back({0, d.m_arlen_o + 1u, now, 0});
                idle = d.idle_o;
                if (idle && (!bus.empty() || d.m_arvalid_o)) return t.fail("idle_o", n, 1, 0);
                t.tick();
                if (moved) d.m_rvalid_i = 0;
            }
        }
    }
    if (rate_beats < 3500) return t.fail("rate: beats in 4000 cycles at 150 cycles of latency", 0, rate_beats, 3500);
    if (!errors.empty()) return t.fail("errors not reported", 0, errors.size(), 0);
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_axi_rd>("bonnet_axi_rd", argc, argv, run); }
