// SPDX-License-Identifier: Apache-2.0
// bonnet_axi_wr: random requests against a memory that counts every byte: data, strobes and order, bursts as long as 4 KiB and 64 beats allow,
// each on the bus as soon as it may be there (VALID waits for no READY, and one address follows the other), done a cycle after the last response,
// errors, a flush in the middle (the bus gets its beats, no byte is written), a copy of each beat for the sums, and the promised rate.
#include "Vbonnet_axi_wr.h"
#include <deque>
#include <map>
#include "tb.h"

#ifdef BONNET_GEOMETRY_TINY
static constexpr uint32_t Bytes = 8;
static uint64_t low(const QData &d) { return d; }
static uint64_t high(const QData &) { return 0; }
static void put(QData &d, uint64_t v) { d = v; }
#else
static constexpr uint32_t Bytes = 16;
static uint64_t low(const VlWide<4> &d) { return d[0] | static_cast<uint64_t>(d[1]) << 32; }
static uint64_t high(const VlWide<4> &d) { return d[2] | static_cast<uint64_t>(d[3]) << 32; }
static void put(VlWide<4> &d, uint64_t v) { d[0] = static_cast<uint32_t>(v), d[1] = v >> 32, d[2] = ~d[0], d[3] = ~d[1]; }
#endif
enum { Outstanding = 8 };
struct Burst { uint64_t addr; uint32_t beats; };
struct Beat { uint64_t data; uint32_t strobe; };

static int run(Tb<Vbonnet_axi_wr> &t)
{
    auto &d = t.dut;
    std::deque<Burst> bursts;                 // addresses taken, data owed
    std::deque<uint64_t> responses;           // cycle from which a response may come
    std::map<uint64_t, Beat> written, given;  // by address: on the bus, by the client
    uint64_t now = 0, addr = 0, next = 0, done_requests = 0;
    uint32_t beats = 0, asked = 0, sent = 0, stall = 0, in_pct = 100, latency = 20;
    bool active = false, offer = false, data_offer = false, aw_seen = false, flushing = false;
    Beat beat{0, 0};
    uint32_t base = 0;
    bool copied = false;                      // the sums must see, of the beat a cycle ago:
    uint64_t copy = 0, copy_high = 0;
    bool complete = false;                    // nothing was left of the request a cycle ago
    uint32_t copy_base = 0;
    bool due = false;                         // nothing held the next burst back a cycle ago
    uint32_t owed = 0;                        // responses
    uint64_t since = 0;                       // the request
    d.m_bvalid_i = 0;
    while (done_requests < t.cases) {
        now++;
        if (!active && !flushing) {           // a new request
            const bool fast = t.rng.chance(20);
            stall = fast || t.rng.chance(30) ? 0 : t.rng.below(80), in_pct = fast || t.rng.chance(30) ? 100 : 20 + t.rng.below(80);
            latency = t.rng.below(100);
            addr = next = (t.rng.next() & 0xFFFFFFFFFFFull) / Bytes * Bytes, beats = 1 + t.rng.below(t.rng.chance(50) ? 10 : 400);
            asked = beats, sent = 0, active = offer = true, base = t.rng.below(4);
            written.clear();
            since = now;
        }
        if (now - since > 20000) return t.fail("no end", now, sent, beats);
        if (active && t.rng.below(4000) == 0) flushing = true;
        d.flush_i = flushing;
        d.wr_valid_i = offer && !flushing, d.wr_addr_i = addr, d.wr_beats_i = beats;
        d.wr_base_i = offer ? base : t.rng.below(4);   // taken with the request
        if (!data_offer && active && !offer && sent < beats && t.rng.chance(in_pct)) {
            data_offer = true;
            beat = {t.rng.next(), static_cast<uint32_t>(t.rng.below(1u << Bytes))};
        }
        d.wdata_valid_i = data_offer && !flushing, d.wstrb_i = beat.strobe;
        put(d.wdata_i, beat.data);
        d.m_awready_i = !t.rng.chance(stall), d.m_wready_i = !t.rng.chance(stall);
        const bool too_early = aw_seen && bursts.empty() && responses.size() == 1;  // its address has not been taken
        const bool give = !too_early && !responses.empty() && responses.front() <= now && !t.rng.chance(stall);
        d.m_bvalid_i = give;
        d.m_bresp_i = t.rng.below(give ? 50 : 2) == 0 ? 2 + t.rng.below(2) : t.rng.below(2);  // EXOKAY is as good as OKAY
        d.eval();
        if (!flushing && d.idle_o != !(active && !offer)) return t.fail("idle_o", now, d.idle_o, active);
        if (d.wr_ready_o != (!flushing && !(active && !offer))) return t.fail("wr_ready_o", now, d.wr_ready_o, active);
        if (complete && !flushing && !d.wr_done_o) return t.fail("wr_done_o late", now, 0, 1);
        if (d.beat_o != (d.m_wvalid_o && d.m_wready_i)) return t.fail("beat_o", now, d.beat_o, d.m_wvalid_o);
        if (!d.m_bready_o) return t.fail("m_bready_o", now, 0, 1);
        if (copied && high(d.sum_data_o) != copy_high) return t.fail("sum_data_o, high half", now, high(d.sum_data_o), copy_high);
        if (d.sum_valid_o != copied) return t.fail("sum_valid_o", now, d.sum_valid_o, copied);
        if (copied && (low(d.sum_data_o) != copy || d.sum_base_o != copy_base)) return t.fail("sum_data_o, sum_base_o", now, low(d.sum_data_o), copy);
        copied = d.m_wvalid_o && d.m_wready_i, copy = 0, copy_base = base;
        copy_high = 0;
        for (uint32_t i = 0; i < 8; i++) copy |= d.m_wstrb_o >> i & 1 ? low(d.m_wdata_o) & 0xFFull << 8 * i : 0;
        for (uint32_t i = 0; i < 8; i++) copy_high |= d.m_wstrb_o >> (8 + i) & 1 ? high(d.m_wdata_o) & 0xFFull << 8 * i : 0;
        if (d.err_o != (give && !flushing && d.m_bresp_i >= 2)) return t.fail("err_o", now, d.err_o, d.m_bresp_i);
        if (d.wr_done_o && (!active || asked || sent < beats || !bursts.empty() || !responses.empty())) return t.fail("wr_done_o early", now, sent, beats);
        const bool done = d.wr_done_o && !flushing;
        if (give) responses.pop_front();
        if (due && !flushing && (!d.m_awvalid_o || aw_seen)) return t.fail("a burst held back", now, d.m_awvalid_o, 1);
        if (d.m_awvalid_o && !aw_seen) {
            aw_seen = true, owed++;
            const uint32_t len = d.m_awlen_o + 1u;
            if (d.m_awaddr_o != next) return t.fail("awaddr", now, d.m_awaddr_o, next);
            const uint32_t room = 64 - uint32_t(d.m_awaddr_o / Bytes % 64), longest = room < asked ? room : asked;
            if (len != longest) return t.fail("awlen", now, len, longest);
            next += uint64_t{Bytes} * len, asked -= len;
            bursts.push_back({d.m_awaddr_o, len});
        }
        if (d.m_awvalid_o && d.m_awready_i) aw_seen = false;
        due = active && !offer && !flushing && asked && !aw_seen && owed < Outstanding;
        owed -= give;
        if (d.m_wvalid_o && d.m_wready_i) {
            if (bursts.empty()) return t.fail("data before its address", now, 0, 0);  // data may overtake AWREADY, not AWVALID
            Burst &b = bursts.front();
            written[b.addr] = {low(d.m_wdata_o), d.m_wstrb_o};
            if (Bytes == 16 && !flushing && high(d.m_wdata_o) != ~low(d.m_wdata_o)) return t.fail("high half", now, high(d.m_wdata_o), ~low(d.m_wdata_o));
            b.addr += Bytes;
            if (d.m_wlast_o != (--b.beats == 0)) return t.fail("wlast", now, d.m_wlast_o, b.beats);
            if (d.m_wlast_o) bursts.pop_front(), responses.push_back(now + 1 + latency);
        }
        if (!sent) given.clear();
        if (d.wdata_valid_i && d.wdata_ready_o) given[addr + uint64_t{Bytes} * sent++] = beat, data_offer = false;
        if (d.wr_valid_i && d.wr_ready_o) offer = false;
        const bool idle = d.idle_o;
        complete = active && !flushing && !offer && !done && !asked && sent == beats && bursts.empty() && responses.empty() && !aw_seen;
        t.tick();
        if (done) {
            for (const auto &g : given) {
                auto w = written.find(g.first);
                if (w == written.end() || w->second.strobe != g.second.strobe) return t.fail("strobe", g.first, 0, g.second.strobe);
                if (w->second.data != g.second.data) return t.fail("data", g.first, w->second.data, g.second.data);
            }
            if (written.size() != beats) return t.fail("beats", now, written.size(), beats);
            active = false, done_requests++;
        }
        if (flushing && idle) {
            if (!bursts.empty() || !responses.empty()) return t.fail("idle_o", now, 1, 0);
            for (const auto &w : written)
                if (w.second.strobe && !given.count(w.first)) return t.fail("byte written in flush", now, w.second.strobe, 0);
            flushing = active = offer = data_offer = false;
            d.flush_i = 0;
        }
    }
    // Rate: one request of 2000 beats, nothing in the way.
    addr = 0x10000, beats = 2000;
    uint32_t cycles = 0;
    d.flush_i = d.m_bvalid_i = 0, d.wr_addr_i = addr, d.wr_beats_i = beats, d.wr_valid_i = 1, d.wdata_valid_i = 1;
    d.m_awready_i = d.m_wready_i = 1;
    responses.clear();
    for (uint32_t n = 0; n < beats; cycles++) {
        d.m_bvalid_i = !responses.empty() && responses.front() <= cycles;
        d.m_bresp_i = 0;
        d.eval();
        if (d.m_bvalid_i) responses.pop_front();
        if (d.m_wvalid_o) n++;
        if (d.m_wvalid_o && d.m_wlast_o) responses.push_back(cycles + 100);
        if (cycles > 2100) return t.fail("rate: cycles for 2000 beats", 0, n, 2000);
        t.tick();
        d.wr_valid_i = 0;
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_axi_wr>("bonnet_axi_wr", argc, argv, run); }
