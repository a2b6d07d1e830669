// SPDX-License-Identifier: Apache-2.0
// bonnet_axi_rd: all clients with random requests against a memory whose word is its address. Data in order per client, bursts as long as 4 KiB
// and 64 beats allow, of the client whose turn it is (sequencer, stems, load), errors reported to the right client, nothing stale after a
// flush, a copy of each beat for the sums with the base of its request, a burst on the bus as soon as one may be there (VALID waits for no
// READY, and one address follows the other), and the rate the header promises.
#include "Vbonnet_axi_rd.h"
#include <deque>
#include "tb.h"

#ifdef BONNET_GEOMETRY_TINY
static constexpr uint32_t Bytes = 8;
static uint64_t low(const QData &d) { return d; }
static void put(QData &d, uint64_t v) { d = v; }
#else
static constexpr uint32_t Bytes = 16;
static uint64_t low(const VlWide<4> &d) { return d[2] == ~d[0] && d[3] == ~d[1] ? d[0] | static_cast<uint64_t>(d[1]) << 32 : ~uint64_t{0}; }
static void put(VlWide<4> &d, uint64_t v) { d[0] = static_cast<uint32_t>(v), d[1] = v >> 32, d[2] = ~d[0], d[3] = ~d[1]; }
#endif
#ifdef BONNET_GEOMETRY_ZCU102
enum { Stems = 4 };
#else
enum { Stems = 1 };
#endif
enum { Clients = 2 + Stems, Longest = 64, Outstanding = 8 };
using T = Tb<Vbonnet_axi_rd>;
struct Burst { uint64_t addr; uint32_t beats; uint64_t ready; uint32_t client; };

// rd_req_t: beats in the low 20 bits, the address above, then the base.
template <class W> static void put_bits(W &to, uint32_t at, uint32_t n, uint64_t v)
{
    for (uint32_t i = 0; i < n; i++, at++) to[at / 32] = (to[at / 32] & ~(1u << at % 32)) | static_cast<uint32_t>(v >> i & 1) << at % 32;
}
template <class W> static void request(W &to, uint32_t at, uint64_t addr, uint32_t beats, uint32_t base)
{
    put_bits(to, at, 20, beats), put_bits(to, at + 20, 64, addr), put_bits(to, at + 84, 2, base);
}

static int run(T &t)
{
    auto &d = t.dut;
    std::deque<Burst> bus;
    std::deque<bool> bad;              // beats that came, oldest first: was it answered with an error?
    std::deque<std::pair<uint64_t, uint32_t>> want[Clients];   // addresses a client still waits for, with their base
    std::pair<uint64_t, uint32_t> copy;                  // what the sums must see now
    std::deque<std::pair<uint64_t, uint32_t>> asked[Clients];  // accepted, not yet in bursts: address, beats
    uint32_t could = 0;                // clients who had something to ask a cycle ago
    bool shown = false;                // this burst was on the bus before
    bool due = false;                  // nothing held the next burst back a cycle ago
    std::deque<uint32_t> owed;         // beats that the clients have not taken, of each burst on the bus
    uint64_t now = 0, rate_start = 0, rate_beats = 0;
    uint32_t stall = 0, latency = 100, take[Clients];
    for (auto &p : take) p = 100;
    bool offer[Clients] = {false}, rate = false, copied = false;
    uint64_t addr[Clients];
    uint32_t beats[Clients], base[Clients] = {};
    auto nobody = [](const auto &of) {
        for (const auto &x : of) if (!x.empty()) return false;
        return true;
    };
    d.m_rvalid_i = 0;
    for (uint64_t n = 0; n < 60 * t.cases + 4000;) {
        now++, n++;
        rate = n > 60 * t.cases;       // at the end: one long request at full speed
        if (rate && !rate_start) {
            bool offered = false;
            for (bool o : offer) offered = offered || o;
            if (!nobody(want) || d.m_arvalid_o) {
                n--;                   // first let everything come home
                stall = 0;
                for (auto &p : take) p = 100;
            } else if (!offered) {
                latency = 150, rate_start = now, rate_beats = 0;
                offer[1] = true, addr[1] = 0x40000, beats[1] = 3500;
            }
        } else if (!rate && n % 256 == 0) {
            stall = t.rng.chance(30) ? 0 : t.rng.below(80), latency = t.rng.below(200);
            for (auto &p : take) p = t.rng.chance(50) ? 100 : 20 + t.rng.below(80);
        }
        const bool flush = !rate && t.rng.below(3000) == 0;
        for (int c = 0; c < Clients; c++) {
            if (!rate && !offer[c] && t.rng.chance(10)) {
                offer[c] = true, beats[c] = 1 + t.rng.below(t.rng.chance(50) ? 8 : 300), base[c] = t.rng.below(4);
                addr[c] = (t.rng.next() & 0xFFFFFFFFFFFull) / Bytes * Bytes;
            }
            if (!offer[c]) continue;
            if (c == 0) request(d.seq_req_i, 0, addr[0], beats[0], base[0]);
            else if (c == 1) request(d.load_req_i, 0, addr[1], beats[1], base[1]);
            else request(d.stem_req_i, 86 * uint32_t(c - 2), addr[c], beats[c], base[c]);
        }
        d.flush_i = flush;
        d.rd_valid_i = d.rdata_ready_i = 0;
        for (int c = 0; c < Clients; c++) d.rd_valid_i |= uint32_t(offer[c]) << c, d.rdata_ready_i |= uint32_t(t.rng.chance(take[c])) << c;
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
        if (d.idle_o != (nobody(want) && !flush) && !flush) return t.fail("idle_o", n, d.idle_o, nobody(want));
        if (d.beat_o != (d.m_rvalid_i && d.m_rready_o)) return t.fail("beat_o", n, d.beat_o, d.m_rvalid_i);
        if (d.taken_o != (d.rdata_valid_o & d.rdata_ready_i)) return t.fail("taken_o", n, d.taken_o, d.rdata_valid_o & d.rdata_ready_i);
        if (d.rdata_valid_o & (d.rdata_valid_o - 1)) return t.fail("two takers", n, d.rdata_valid_o, 1);
        bool error = false;
        uint32_t taker = 0;
        size_t held = owed.size();
        for (int c = 0; c < Clients; c++) {
            if (d.rdata_valid_o >> c & 1 && d.rdata_ready_i >> c & 1) {
                if (want[c].empty()) return t.fail("data nobody asked for", n, c, 0);
                if (low(d.rdata_o) != want[c].front().first) return t.fail("rdata_o", n, low(d.rdata_o), want[c].front().first);
                copied = true, copy = want[c].front(), taker = c < 2 ? uint32_t(c) : 2;
                error = bad.front(), bad.pop_front();
                want[c].pop_front();
                if (!--owed.front()) owed.pop_front();
                if (rate) rate_beats++;
            }
        }
        if (d.err_o != error) return t.fail("err_o", n, d.err_o, error);
        if (d.err_o && d.err_client_o != taker) return t.fail("err_client_o", n, d.err_client_o, taker);
        // bus
        bool moved = false;
        if (d.m_rvalid_i && d.m_rready_o) {
            bad.push_back(d.m_rresp_i >= 2);  // reported when the client takes the beat
            bus.front().addr += Bytes;
            if (--bus.front().beats == 0) bus.pop_front();
            moved = true;
        }
        if (due && (!d.m_arvalid_o || shown)) return t.fail("a burst held back", n, d.m_arvalid_o, 1);
        if (d.m_arvalid_o && !shown) {  // chosen a cycle ago, of those who had something to ask then
            uint32_t turn = 1;
            for (uint32_t c = Clients - 1; c >= 2; c--) if (could >> c & 1) turn = c;
            if (could & 1) turn = 0;
            const uint32_t len = d.m_arlen_o + 1u;
            if (asked[turn].empty() || asked[turn].front().first != d.m_araddr_o) return t.fail("burst address", n, d.m_araddr_o, turn);
            uint32_t longest = Longest - uint32_t(d.m_araddr_o / Bytes % Longest);
            if (longest > asked[turn].front().second) longest = asked[turn].front().second;
            if (len != longest) return t.fail("burst length", n, len, longest);
            asked[turn].front().first += uint64_t{Bytes} * len;
            if (!(asked[turn].front().second -= len)) asked[turn].pop_front();
            bus.push_back({d.m_araddr_o, len, UINT64_MAX, turn});
            owed.push_back(len), held++;
        }
        shown = d.m_arvalid_o && !d.m_arready_i;
        if (d.m_arvalid_o && d.m_arready_i) bus.back().ready = now + latency;
        could = 0;
        for (int c = 0; c < Clients; c++) could |= uint32_t(!asked[c].empty()) << c;
        due = could && !shown && held < Outstanding;
        for (int c = 0; c < Clients; c++) {
            if (offer[c] && d.rd_ready_o >> c & 1) {
                offer[c] = false;
                asked[c].push_back({addr[c], beats[c]});
                for (uint32_t i = 0; i < beats[c]; i++) want[c].push_back({addr[c] + uint64_t{Bytes} * i, base[c]});
            }
        }
        t.tick();
        if (moved) d.m_rvalid_i = 0;
        if (flush) {  // held until everything owed is swallowed; afterwards nobody gets anything old
            for (int c = 0; c < Clients; c++) want[c].clear(), asked[c].clear(), offer[c] = false;
            bad.clear(), owed.clear(), due = false;
            if (shown) bus.pop_back();  // it is on the bus still, and comes again below
            shown = false, could = 0, copied = false;
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
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_axi_rd>("bonnet_axi_rd", argc, argv, run); }
