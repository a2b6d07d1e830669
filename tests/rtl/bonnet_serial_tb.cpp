// SPDX-License-Identifier: Apache-2.0
// bonnet_serial (with bonnet_serial_rx and bonnet_jtag_axi) against a memory in C++: every command is answered, in order, with the words that are there
// and the status that is due; refused commands touch nothing, errors stay until CLEAR; half a command ends after a gap, and not a cycle
// before; a WRITE that outruns the bus is cut short and says so, and what comes while the queue is full is lost whole. What is skipped is skipped to the
// byte: the next command is understood. Bytes as fast as they may come; answers taken with pauses, long ones so slowly that the bus must wait; a bus
// with pauses.
#include <deque>
#include <vector>
#include "Vbonnet_serial.h"
#include "tb.h"

enum { Write = 1, Read = 2, More = 3, Clear = 4, Words = 256, Base = 0x70000000, Gap = 1 << 12 };
enum { Fits = 30 };   // words of a WRITE that find room while the bus does nothing: a burst of 16 in hand, 14 in the queue
enum : uint32_t { Clean = 0x0001B0A7, BusErr = 1 << 21, OverErr = 1 << 22, OpErr = 1 << 24 };

struct Bus {   // one burst at a time; addresses from Base on are memory, the rest answers SLVERR
    uint32_t mem[Words] = {}, addr = 0, left = 0, stall = 0;
    bool hold = false, write = false, resp = false, bad = false;
    bool inside() const { return addr >= Base && addr < Base + 4 * Words; }
};

static int run(Tb<Vbonnet_serial> &t)
{
    auto &d = t.dut;
    Bus bus;
    std::vector<uint32_t> model(Words);
    std::deque<uint32_t> out;      // bytes to send; above a byte, if not 0, how many cycles behind the last one
    std::deque<uint32_t> want;
    std::vector<uint8_t> got;
    uint32_t errors = 0, wait = 0, silence = 0, lazy = 30;  // lazy: how often a byte of an answer waits, in percent
    uint64_t done = 0, stuck = 0;

    auto cycle = [&] {
        d.rx_valid_i = !wait && !silence && !out.empty();
        if (d.rx_valid_i) d.rx_data_i = out.front() & 255;
        d.tx_ready_i = !t.rng.chance(lazy);
        const bool go = !bus.hold && !t.rng.chance(bus.stall);
        d.m_awready_i = !bus.left && !bus.resp && go;
        d.m_arready_i = !bus.left && !bus.resp && go;
        d.m_wready_i = bus.left && bus.write && go;
        d.m_bvalid_i = bus.resp && (d.m_bvalid_i || go);
        d.m_bresp_i = bus.bad ? 2 : 0;
        d.m_rvalid_i = bus.left && !bus.write && (d.m_rvalid_i || go);
        d.m_rdata_i = bus.inside() ? bus.mem[(bus.addr - Base) / 4] : 0;
        d.m_rresp_i = bus.inside() ? 0 : 2;
        d.m_rlast_i = bus.left == 1;
        d.eval();
        if (d.rx_valid_i) {
            out.pop_front(), wait = 2 + t.rng.below(3);
            if (!out.empty() && out.front() >> 8) wait = (out.front() >> 8) - 1;
        }
        else if (wait) wait--;
        else if (silence) silence--;
        if (d.tx_valid_o && d.tx_ready_i) got.push_back(d.tx_data_o);
        const bool aw = d.m_awvalid_o && d.m_awready_i, ar = d.m_arvalid_o && d.m_arready_i;
        const bool w = d.m_wvalid_o && d.m_wready_i, b = d.m_bvalid_i && d.m_bready_o, r = d.m_rvalid_i && d.m_rready_o;
        if (aw || ar) bus.write = aw, bus.left = d.m_len_o + 1, bus.addr = static_cast<uint32_t>(d.m_addr_o), bus.bad = false;
        if (w) {
            if (bus.inside()) bus.mem[(bus.addr - Base) / 4] = d.m_wdata_o;
            else bus.bad = true;
            bus.addr += 4, bus.resp = --bus.left == 0;
        }
        if (r) bus.addr += 4, bus.left--;
        if (b) bus.resp = false;
        t.tick();
        if (r || b) d.m_rvalid_i = d.m_bvalid_i = 0;
    };
    auto word = [&](uint32_t v) { for (int i = 0; i < 4; i++) out.push_back(v >> 8 * i & 255); };
    auto header = [&](uint32_t op, uint32_t count, uint32_t addr) {
        word(op | count << 4 | addr << 24), word(addr >> 8);
    };
    // Bytes from FROM on, a few of them as late as they may be.
    auto late = [&](size_t from) {
        for (uint32_t i = 1 + t.rng.below(3); i; i--) out[from + t.rng.below(static_cast<uint32_t>(out.size() - from))] |= (Gap - 1) << 8;
    };
    auto sent = [&] { while (!out.empty() || wait || silence) cycle(); };
    // The line is silent for just long enough.
    auto quiet = [&] { sent(), silence = t.rng.chance(50) ? Gap + 100 : Gap, errors |= OpErr; };
    // A command that nobody hears, the queue being full; its WRITE's words are skipped.
    auto lost = [&] {
        const uint32_t op = t.rng.chance(30) ? uint32_t(Clear) : t.rng.below(t.rng.chance(70) ? 3 : 16), askew = t.rng.chance(30);
        const uint32_t n = !op || t.rng.below(4) ? 1 + t.rng.below(8) : 0;   // zeros would be nothing at all
        const bool knows = op >= Write && op <= Clear;
        header(op, n, Base + askew);
        for (uint32_t i = 0; op == Write && i < n; i++) word(0xBADBAD01);
        if (!knows || (op <= Read && askew)) errors |= OpErr;
    };
    // Until all answers are in, and right.
    auto settle = [&](uint64_t n) -> int {
        stuck = 0;
        while (got.size() < 4 * want.size() || !out.empty() || wait || silence) {
            cycle();
            if (++stuck > 400000) return t.fail("answer bytes", n, got.size(), 4 * want.size());
        }
        for (int i = 0; i < 60; i++) cycle();
        if (got.size() != 4 * want.size()) return t.fail("answer bytes", n, got.size(), 4 * want.size());
        for (size_t i = 0; i < want.size(); i++) {
            const uint32_t v = got[4 * i] | got[4 * i + 1] << 8 | got[4 * i + 2] << 16 | uint32_t(got[4 * i + 3]) << 24;
            if (v != want[i]) return t.fail("word", n, v, want[i]);
        }
        got.clear(), want.clear();
        return 0;
    };

    d.rx_valid_i = d.tx_ready_i = d.m_awready_i = d.m_arready_i = d.m_wready_i = d.m_bvalid_i = d.m_rvalid_i = 0;
    for (; done < t.cases; done++) {
        bus.stall = t.rng.chance(50) ? 0 : t.rng.below(50);
        const uint32_t kind = t.rng.below(100), most = kind >= 25 && kind < 50 && t.rng.chance(30) ? 200 : 40, at = t.rng.below(Words - most);
        const uint32_t count = t.rng.chance(15) ? 0 : t.rng.below(most);
        lazy = most == 200 && want.empty() ? 97 : 30;  // a long READ fills the queue of words, and the bus has to wait for room in it
        for (uint32_t i = t.rng.below(3); i; i--) out.push_back(0);
        uint32_t addr = Base + 4 * at;
        if (kind < 25 || kind >= 93) {
            const bool outside = t.rng.chance(10), askew = t.rng.chance(20);
            if (outside) addr += 0x100000;
            if (askew) addr += 1 + t.rng.below(3), errors |= OpErr;
            header(Write, count, addr);
            for (uint32_t i = 0; i < count; i++) {
                const uint32_t v = static_cast<uint32_t>(t.rng.next());
                word(v);
                if (!outside && !askew) model[at + i] = v;
            }
            if (outside && !askew && count) errors |= BusErr;
            want.push_back(Clean | errors);
        } else if (kind < 50) {
            const bool outside = t.rng.chance(10), askew = t.rng.chance(10);
            if (outside) addr += 0x100000;
            if (askew) addr += 2, errors |= OpErr;
            header(Read, count, addr);
            for (uint32_t i = 0; i < count && !askew; i++) want.push_back(outside ? 0 : model[at + i]);
            if (outside && !askew && count) errors |= BusErr;
            want.push_back(Clean | errors);
        } else if (kind < 55) {
            header(More, count, addr);
            want.push_back(Clean | errors);
        } else if (kind < 62) {   // no such op; 0 in the first byte would be nothing
            if (t.rng.chance(30)) header(0, count | 1, addr);
            else if (t.rng.chance(20)) header(15, count | 15, addr);
            else header(5 + t.rng.below(11), count, addr);
            errors |= OpErr;
            want.push_back(Clean | errors);
        } else if (kind < 68) {   // a WRITE that stops in mid-air, after whole words and a bit
            const uint32_t whole = t.rng.below(count + 1);
            header(Write, count + 1, addr);
            for (uint32_t i = 0; i < whole; i++) word(0x55000000 + i), model[at + i] = 0x55000000 + i;
            for (uint32_t i = t.rng.below(4); i; i--) out.push_back(0x99);
            quiet();
            want.push_back(Clean | errors);
        } else if (kind < 71) {   // one that was to be skipped does
            header(Write, count + 1, addr + 1);
            for (uint32_t i = t.rng.below(4 * count + 4); i; i--) out.push_back(0x99);
            quiet();
            want.push_back(Clean | errors);
        } else if (kind < 74) {   // a header that does: no answer
            header(Read, count + 1, addr), out.resize(out.size() - 1 - t.rng.below(7));
            quiet();
        } else if (kind < 79) {   // bytes that come in the last moment are in time
            const size_t from = out.size() + 1;
            const uint32_t n = 1 + t.rng.below(4), askew = t.rng.chance(30);
            header(Write, n, addr + askew);
            for (uint32_t i = 0; i < n; i++) {
                word(0x77000000 + i);
                if (!askew) model[at + i] = 0x77000000 + i;
            }
            late(from);
            if (askew) errors |= OpErr;
            want.push_back(Clean | errors);
        } else if (kind < 82) {   // short commands one behind the other, answered slowly: each waits for the answer before it
            header(Clear, count, addr), errors = 0, want.push_back(Clean);
            if (settle(done)) return 1;
            lazy = t.rng.chance(60) ? 98 : 80 + t.rng.below(18);
            for (uint32_t i = 3 + t.rng.below(3); i; i--) {
                const uint32_t op = t.rng.below(4), to = at + i;
                header(op ? op : uint32_t(Clear), op == Write || op == Read, Base + 4 * to);
                if (op == Write) model[to] = static_cast<uint32_t>(t.rng.next()), word(model[to]);
                if (op == Read) want.push_back(model[to]);
                want.push_back(Clean);
            }
        } else if (kind < 90) {   // nobody answers: the queue runs over. What arrived is a prefix, of whole bursts
            if (t.rng.chance(70)) header(Clear, count, addr), errors = 0, want.push_back(Clean);   // new errors are seen
            if (settle(done)) return 1;   // an answer that is still owed would tell of it, too
            const uint32_t size = t.rng.chance(35) ? 64 : Fits - 1 + t.rng.below(3);
            const bool breathes = size > Fits && t.rng.chance(30);   // the queue is full, but not for long
            const uint32_t come = size == 64 && !breathes && t.rng.chance(40) ? 40 : size, mark = static_cast<uint32_t>(t.rng.next()) & 0xFFFFFF00;
            header(Write, size, Base);
            bus.hold = true;
            for (uint32_t i = 0; i < come; i++) {
                if (breathes && i == Fits) {
                    sent(), bus.hold = false;
                    for (uint32_t wait = 0; wait < 1000; wait++) cycle();
                }
                word(mark + i);
            }
            sent();
            if (come < size) quiet(), sent();
            if (!breathes && size > Fits) errors |= OverErr;
            if (!breathes && size >= Fits && t.rng.chance(50)) errors |= OverErr, lost();
            if (!breathes && size > Fits)
                for (uint32_t i = t.rng.below(3); i; i--) lost();
            sent();
            for (int i = 0; i < 50; i++) cycle();
            bus.hold = false;
            want.push_back(Clean | errors);
            if (settle(done)) return 1;
            uint32_t n = 0;
            while (n < size && bus.mem[n] == mark + n) n++;
            const uint32_t fit = size < Fits || breathes ? size : uint32_t(Fits);
            if (n != fit) return t.fail("words of a WRITE that ran over", done, n, fit);
            for (uint32_t i = 0; i < n; i++) model[i] = bus.mem[i];
        } else {
            header(Clear, count, addr);
            errors = 0;
            want.push_back(Clean);
        }
        if (((kind >= 62 && kind < 93) || t.rng.chance(40)) && settle(done)) return 1;
        else if (kind >= 25 && kind < 50 && settle(done)) return 1;   // nothing follows a READ before its answer
        else if (want.size() > 6 && settle(done)) return 1;
    }
    if (settle(done)) return 1;
    for (uint32_t i = 0; i < Words; i++)
        if (bus.mem[i] != model[i]) return t.fail("memory", i, bus.mem[i], model[i]);
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_serial>("bonnet_serial", argc, argv, run); }
