// SPDX-License-Identifier: Apache-2.0
// bonnet_jtag behind a BSCANE2's pins, against docs/jtag.md: random commands behind any number of zeros, cut anywhere, with rubbish behind them;
// reads continued over scans that end anywhere; a bus that stalls, fails and does not answer; BUSY, OP and OVER errors; scans of other
// instructions, pauses, a TCK that stops, a reset; at clock ratios that wander. The bus's rules: sim/board/jtag/bus.h.
#include "Vbonnet_jtag.h"
#include <algorithm>
#include <deque>
#include <map>
#include <vector>
#include "board/jtag/bus.h"
#include "tb.h"

using bonnet_chain_impl::Bus;
enum { Write = 1, Read, More, Clear };
enum : uint32_t { BusyBit = 1 << 20, BusErr = 1 << 21, OverErr = 1 << 22, BusyErr = 1 << 23, OpErr = 1 << 24 };
static constexpr uint32_t Good = 0xB0A7 | 1 << 16, Line = 64, Prefetch = 64, WordTcks = 35;

struct Mem {
    std::map<uint64_t, uint32_t> *words;
    static bool bad(uint64_t addr) { return addr >> 24 & 1; }  // SLVERR there
    uint32_t at(uint64_t addr) const
    {
        const auto w = words->find(addr);
        return w != words->end() ? w->second : static_cast<uint32_t>(addr * 0x9E3779B1u);
    }
    uint8_t read(uint64_t addr, uint32_t *value) { return *value = at(addr), bad(addr) ? 2 : 0; }
    uint8_t write(uint64_t addr, uint32_t value)
    {
        if (bad(addr)) return 2;
        (*words)[addr] = value;
        return 0;
    }
};
struct Wrong { const char *what; uint64_t got, want; };

struct Bench {
    Tb<Vbonnet_jtag> &t;
    Vbonnet_jtag &d;
    std::map<uint64_t, uint32_t> words, want;  // what is in memory; what should be
    Mem mem{&words}, model{&want};
    Bus<Vbonnet_jtag, Mem> bus{mem, 0, 1};
    std::deque<uint32_t> due;                  // words of a READ that the host has not seen
    uint32_t err = 0, status = 0, ratio = 2, pause = 0;
    size_t release = 0;                        // the bus answers from this bit of a scan on
    bool dap = false;                          // the bypass bit between the port and TDO
    std::vector<size_t> starts;                // where words began in the last scan

    explicit Bench(Tb<Vbonnet_jtag> &tb) : t(tb), d(tb.dut) {}
    void cycle(bool tck = false)
    {
        bus.before(d);
        if (d.m_axi_bvalid && !d.m_axi_bready) throw Wrong{"a response that waits", 0, 1};  // nothing else is to be done then
        // 32-bit INCR bursts of whole words, bufferable and modifiable, unprivileged.
        if (d.m_axi_wstrb != 15 || d.m_axi_awsize != 2 || d.m_axi_arsize != 2 || d.m_axi_awburst != 1 || d.m_axi_arburst != 1) throw Wrong{"kind of burst", 0, 0};
        if (d.m_axi_awcache != 3 || d.m_axi_arcache != 3 || d.m_axi_awprot || d.m_axi_arprot) throw Wrong{"cache or protection of a burst", 0, 0};
        if (tck) d.tck_i = 1;  // both edges at once
        t.half(1);
        bus.after(d);
        t.half(0);
    }
    void cycles(uint32_t n) { while (n--) cycle(); }
    // One TCK in a state of the TAP; TDO of the chain before the edge.
    bool tck(bool capture, bool shift, bool update, bool tdi)
    {
        d.capture_i = capture, d.shift_i = shift, d.update_i = update, d.tdi_i = tdi;
        const uint32_t low = t.rng.below(ratio + 1);
        cycles(low);
        if (t.rng.below(500) == 0) cycles(300);  // TCK stops, the bus does not
        d.eval();
        const bool tdo = dap, next = d.tdo_o;
        if (low < ratio && t.rng.chance(30)) cycle(true);
        else d.tck_i = 1, d.eval(), cycles(low < ratio);
        d.tck_i = 0, d.eval();
        cycles(low < ratio ? ratio - low - 1 : 0);
        dap = shift ? next : capture ? false : dap;
        return tdo;
    }
    std::vector<bool> scan(const std::vector<bool> &out)
    {
        std::vector<bool> in;
        tck(0, 0, 0, 1), tck(1, 0, 0, 1);
        for (const bool bit : out) {
            in.push_back(tck(0, 1, 0, bit));
            if (in.size() == release) bus.hold = false;
            if (in.size() < out.size() && t.rng.below(100) < pause)  // Exit1, Pause, Exit2
                for (int n = 3 + t.rng.below(4); n--;) tck(0, 0, 0, t.rng.chance(50));
        }
        tck(0, 0, 0, 1), tck(0, 0, 1, 1);
        if (t.rng.chance(30)) tck(0, 0, 0, 0);
        return in;
    }
    std::vector<bool> command(uint32_t op, uint32_t count, uint64_t addr, const std::vector<uint32_t> &data = {})
    {
        std::vector<bool> out(t.rng.chance(50) ? t.rng.below(4) : t.rng.below(80));
        out.push_back(true);
        const uint64_t head = op | static_cast<uint64_t>(count) << 4 | addr << 24;
        for (int i = 0; i < 64; i++) out.push_back(head >> i & 1);
        for (const uint32_t word : data)
            for (int i = 0; i < 32; i++) out.push_back(word >> i & 1);
        return out;
    }
    // The output: status at once, words that are due. Every bit of it is accounted for. next: those of the next READ may begin.
    void take(const std::vector<bool> &in, bool next = false)
    {
        const auto get = [&](size_t at, int n) {
            uint32_t v = 0;
            for (int i = 0; i < n; i++) v |= static_cast<uint32_t>(in[at + i]) << i;
            return v;
        };
        starts.clear();
        if (in.size() < 33) return;
        if (in[0] || !in[1]) throw Wrong{"a one, first of all", in[0] + 2u * in[1], 2};
        status = get(2, 31);
        if ((status & ~(BusyBit | 0xFu << 21)) != Good) throw Wrong{"status", status, Good};
        for (size_t at = 33; at < in.size();) {
            if (!in[at]) { at++; continue; }
            if (due.empty() && !(next && in.size() - at < 33)) throw Wrong{"a word that nobody asked for", at, 0};
            starts.push_back(at);
            if (in.size() - at < 33) break;
            const uint32_t word = get(at + 1, 32);
            if (word != due.front()) throw Wrong{"word", word, due.front()};
            due.pop_front(), at += 33;
        }
    }
    void tail(std::vector<bool> &out, uint32_t n, bool rubbish)
    {
        while (n--) out.push_back(rubbish && t.rng.chance(50));
    }
    // Until the bus is quiet; takes words as they come. Then the status is exact.
    void settle()
    {
        for (int i = 0;; i++) {
            std::vector<bool> out = t.rng.chance(50) ? command(More, t.rng.below(9), t.rng.next()) : std::vector<bool>(33);
            tail(out, t.rng.below(due.size() > Prefetch ? 400 : 40), false);
            take(scan(out));
            if (!(status & BusyBit)) break;
            if (i == 3000) throw Wrong{"BUSY for ever", status, Good};
        }
        if (status != (Good | err)) throw Wrong{"errors", status, Good | err};
        if (words != want) throw Wrong{"memory", words.size(), want.size()};
    }
    uint64_t address(uint32_t count)
    {
        static const uint64_t bases[] = {0xA0000000, 0x70000000, 0x8000000000, 0xFFFFFE0000};
        uint64_t addr = bases[t.rng.below(4)] + t.rng.below(0x8000) / 4 * 4;
        if (t.rng.chance(30)) addr = (addr | 0xFFF) + 1 - 4ull * t.rng.below(count + 1);  // about the end of a page
        return t.rng.chance(10) ? addr ^ 1 << 24 : addr;
    }
    static uint64_t lines(uint64_t addr, uint32_t n) { return n ? (addr + 4ull * n - 1) / Line - addr / Line + 1 : 0; }
    std::vector<uint32_t> random_words(uint32_t n)
    {
        std::vector<uint32_t> data(n);
        for (auto &word : data) word = static_cast<uint32_t>(t.rng.next());
        return data;
    }
    void expect_write(uint64_t addr, const std::vector<uint32_t> &data, size_t n)
    {
        for (size_t i = 0; i < n; i++)
            if (model.write(addr + 4 * i, data[i])) err |= BusErr;
    }
    void expect_read(uint64_t addr, uint32_t count)
    {
        if (count) due.clear();  // none: nothing happens
        for (uint32_t i = 0; i < count; i++) {
            uint32_t word;
            if (model.read(addr + 4 * i, &word)) err |= BusErr;
            due.push_back(word);
        }
    }

    void write(bool cut)
    {
        const uint32_t count = t.rng.chance(15) ? 0 : 1 + t.rng.below(t.rng.chance(50) ? 20 : 120);
        const uint64_t addr = address(count), before = bus.bursts;
        const auto data = random_words(count);
        auto out = command(Write, count, addr, data);
        size_t done = count;
        if (cut) {
            const size_t head = out.size() - 32 * count;
            out.resize(1 + t.rng.below(out.size()));
            done = out.size() < head ? 0 : (out.size() - head) / 32;
        } else {
            tail(out, t.rng.below(100), true);
        }
        take(scan(out));
        expect_write(addr, data, done);
        settle();
        if (bus.bursts - before != lines(addr, done)) throw Wrong{"bursts of a WRITE", bus.bursts - before, lines(addr, done)};
    }
    // What is left of an older READ is void; it may still be seen in this scan, so no more of this scan than cannot hold a new word.
    void read(uint32_t count)
    {
        const uint64_t addr = address(count), before = bus.bursts;
        const bool whole = bus.hold;
        auto out = command(Read, count, addr);
        const bool left = !due.empty();
        tail(out, t.rng.below(left ? 30 : 400), true);
        if (!left) expect_read(addr, count);
        take(scan(out), left);
        if (left) expect_read(addr, count);
        if (whole) return;
        take_all();
        settle();
        if (bus.bursts - before != lines(addr, count)) throw Wrong{"bursts of a READ", bus.bursts - before, lines(addr, count)};
    }
    void take_all()
    {
        for (int i = 0; !due.empty(); i++) {
            if (i == 3000) throw Wrong{"words that never come", due.size(), 0};
            look();
        }
    }
    void look()
    {
        std::vector<bool> out(33);
        tail(out, t.rng.below(600), false);
        take(scan(out));
    }
    void clear()
    {
        auto out = command(Clear, t.rng.below(9), t.rng.next() & 0xFFFFFFFFFF);
        tail(out, t.rng.below(30), true);
        take(scan(out));
        due.clear(), err = 0;
    }
    void bad_command()
    {
        uint64_t addr = address(1);
        uint32_t op = 0;
        if (t.rng.chance(40)) op = t.rng.chance(50) ? Write : Read, addr |= 1 + t.rng.below(3);
        else if (t.rng.chance(50)) op = Clear + 1 + t.rng.below(11);
        auto out = command(op, 1 + t.rng.below(20), addr, random_words(t.rng.below(20)));
        tail(out, t.rng.below(70), true);
        take(scan(out));
        err |= OpErr;
    }
    // A bus that does not answer: BUSY, and a second command is refused; CLEAR is not.
    void refused()
    {
        bus.hold = true;
        if (t.rng.chance(50)) read(1 + t.rng.below(100));
        else {
            const auto data = random_words(1);
            const uint64_t addr = address(1);
            take(scan(command(Write, 1, addr, data)));
            expect_write(addr, data, 1);
        }
        take(scan(std::vector<bool>(33)));
        if (!(status & BusyBit)) throw Wrong{"BUSY", status, status | BusyBit};
        const bool is_read = t.rng.chance(50);
        auto out = command(is_read ? Read : Write, 3, address(3), is_read ? std::vector<uint32_t>() : random_words(3));
        tail(out, t.rng.below(70), true);
        take(scan(out));
        err |= BusyErr;
        bus.hold = false;
    }
    // CLEAR ends a READ after the burst at hand: the bus is asked for no more than the port could hold.
    void abandon()
    {
        const uint64_t before = bus.bursts;
        bus.hold = true, read(3000), bus.hold = false;
        clear(), settle();
        if (bus.bursts - before > Prefetch * 4 / Line + 12) throw Wrong{"bursts of a READ that was cleared", bus.bursts - before, Prefetch * 4 / Line};
    }
    // A READ that arrives as CLEAR ends an older one on the bus: refused, or its words and no older come.
    void race()
    {
        bus.hold = true;
        read(1 + t.rng.below(100));
        clear();
        const uint32_t count = 1 + t.rng.below(20);
        const uint64_t addr = address(count);
        const auto out = command(Read, count, addr);
        release = out.size() - 3 - t.rng.below(t.rng.chance(80) ? 14 : 40);
        scan(out);
        release = 0, bus.hold = false;
        take(scan(std::vector<bool>(33)));
        if (status & BusyErr) err |= BusyErr;
        else expect_read(addr, count);
        settle();
        take_all();
    }
    // A WRITE into a bus that does not answer: what fits is kept, the rest is lost from the first lost word on.
    void overflow()
    {
        const uint32_t count = 40 + t.rng.below(40);
        const uint64_t addr = address(count) & ~(1ull << 24);
        const auto data = random_words(count);
        bus.hold = true;
        auto out = command(Write, count, addr, data);
        tail(out, 3, false);
        if (t.rng.chance(50)) release = out.size() - t.rng.below(32 * 20);
        take(scan(out));
        const bool late = !release;
        const uint32_t to_line = static_cast<uint32_t>(Line - addr % Line) / 4;  // words of the first burst: these wait outside of the queue
        const uint32_t kept = std::min(to_line + 30, count);
        release = 0;
        const bool clears = late && t.rng.chance(50);  // while the queue is full
        if (clears) clear();
        bus.hold = false;
        for (uint32_t i = 0; i < 3000; i++) {
            take(scan(std::vector<bool>(33)));
            if (!(status & BusyBit)) break;
        }
        uint32_t n = 0;
        while (n < count && mem.at(addr + 4 * n) == data[n]) n++;
        if (n < kept || (late && n > kept + 2)) throw Wrong{"words kept", n, kept};
        if (n < count && !clears) err |= OverErr;
        expect_write(addr, data, n);
        settle();
    }
    void other_instruction()
    {
        d.sel_i = 0;
        auto out = command(1 + t.rng.below(4), 5, address(5), random_words(5));
        scan(out);
        d.sel_i = 1;
    }
    void reset()
    {
        bus.~Bus();
        new (&bus) Bus<Vbonnet_jtag, Mem>{mem, 0, t.rng.next()};
        d.rst_ni = 0, d.eval();
        bus.after(d);
        for (int i = 0; i < 3; i++) d.tck_i = 1, d.eval(), d.tck_i = 0, d.eval(), t.tick();
        d.rst_ni = 1, d.eval();
        for (int i = 0; i < 3; i++) tck(0, 0, 0, 1);
        due.clear(), err = 0, want = words;
    }
    // In the middle of a scan: its rest is nothing.
    void reset_in_scan()
    {
        const uint32_t count = 1 + t.rng.below(20);
        const auto out = command(Write, count, address(count), random_words(count));
        const size_t at = t.rng.below(static_cast<uint32_t>(out.size()));
        tck(0, 0, 0, 1), tck(1, 0, 0, 1);
        for (size_t i = 0; i < out.size(); i++) {
            if (i == at) reset();
            tck(0, 1, 0, out[i]);
        }
        tck(0, 0, 0, 1), tck(0, 0, 1, 1);
    }
    // The promised rate: words that are there come every WordTcks.
    void rate()
    {
        const uint32_t count = 1 + t.rng.below(Prefetch);
        settle();
        clear(), settle();
        const uint64_t addr = address(count);
        take(scan(command(Read, count, addr)));
        expect_read(addr, count);
        cycles(20000);
        bus.hold = true;  // from here on the bus is not asked: the words are in the port
        const uint32_t was = pause;
        pause = 0;
        take(scan(std::vector<bool>(33 + WordTcks * count + 2)));
        pause = was, bus.hold = false;
        for (size_t i = 0; i < starts.size(); i++)
            if (starts[i] != 34 + WordTcks * i) throw Wrong{"where a word begins", starts[i], 34 + WordTcks * i};
        if (!due.empty()) throw Wrong{"words behind their time", due.size(), 0};
    }
};

static int run(Tb<Vbonnet_jtag> &t)
{
    Bench b(t);
    auto &d = t.dut;
    d.sel_i = 1, d.tck_i = d.capture_i = d.shift_i = d.update_i = d.reset_i = 0;
    d.eval(), d.rst_ni = 1, d.eval();
    uint64_t n = 0;
    try {
        b.reset();
        b.rate(), b.reset_in_scan();
        for (; n < t.cases; n++) {
            b.ratio = 1 + t.rng.below(t.rng.chance(50) ? 3 : 12), b.pause = t.rng.chance(30) ? t.rng.below(10) : 0;
            b.bus.stall = t.rng.chance(50) ? 0 : t.rng.below(70);
            b.settle();
            switch (t.rng.below(13)) {
            case 0: case 1: b.write(false); break;
            case 2: case 3: b.write(true); break;
            case 4: case 5: b.read(t.rng.chance(15) ? 0 : 1 + t.rng.below(t.rng.chance(50) ? 20 : 200)); break;
            case 6:  // a READ that CLEAR or another READ ends
                b.bus.hold = true, b.read(1 + t.rng.below(200)), b.bus.hold = false;
                while (t.rng.chance(70)) b.look();
                if (t.rng.chance(50)) b.other_instruction();
                if (t.rng.chance(60) || b.due.size() > Prefetch) b.clear();
                b.settle();
                break;
            case 7: t.rng.chance(50) ? b.clear() : b.abandon(); break;
            case 8: b.bad_command(); break;
            case 9: b.refused(); if (t.rng.chance(50)) b.clear(); break;
            case 10: b.overflow(); break;
            case 11:
                b.ratio += 4, b.bus.stall = 0;
                for (int i = 4; i--;) b.race();
                break;
            default:
                if (t.rng.chance(30)) t.rng.chance(50) ? b.reset() : b.reset_in_scan();
                else if (t.rng.chance(40)) b.rate();
                else b.other_instruction();
            }
        }
        b.settle();
    } catch (const Wrong &w) {
        return t.fail(w.what, n, w.got, w.want);
    } catch (const bonnet_sim_impl::Failure &f) {
        return t.fail(f.what(), n, 0, 0);
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_jtag>("bonnet_jtag", argc, argv, run); }
