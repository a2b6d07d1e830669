// SPDX-License-Identifier: Apache-2.0
// bonnet_local_bus between a master of bursts, AXI4-Lite registers and a memory of words, all three in C++ and with pauses. Every word of a burst asks one
// slave once, in order, with its address and data; every beat answers with that word and its status, a write burst with its last error; what lies past the
// end of a page is nobody's. A read that stands beside a write goes second. Quiet slaves: the cycles a word takes.
#include <deque>
#include "Vbonnet_local_bus.h"
#include "tb.h"

enum : uint64_t { Regs = 0xA0000000, RegsEnd = Regs + 0x10000, Mem = 0x70000000, MemEnd = Mem + 0x10000000 };
enum { Okay = 0, SlvErr = 2, DecErr = 3 };

struct Access {
    bool mem, write;
    uint32_t addr, data;   // of a read: what it answers
    uint32_t resp;
};
struct Beat {
    uint32_t data, resp;
    bool last;
};

static int run(Tb<Vbonnet_local_bus> &t)
{
    auto &d = t.dut;
    std::deque<Access> todo;     // what the slaves are to be asked
    std::deque<uint32_t> wdata;  // of the burst under way
    std::deque<Beat> beats;      // what the master is to be answered
    uint32_t bresp = 0, pause = 0, seen = 0;
    bool aw = false, ar = false, b_due = false;
    bool got_aw = false, got_w = false, got_ar = false;   // the registers
    uint32_t reg_addr = 0, reg_data = 0;
    uint64_t n = 0;
    const char *wrong = nullptr;

    auto go = [&] { return !t.rng.chance(pause); };
    auto asked = [&](bool mem, bool write, uint32_t addr, uint32_t data) {
        if (todo.empty()) wrong = "a word that nobody wanted";
        else if (todo.front().mem != mem || todo.front().write != write || todo.front().addr != addr) wrong = "another word than the next";
        else if (write && todo.front().data != data) wrong = "other data";
    };
    auto cycle = [&] {
        d.s_awvalid_i = aw, d.s_arvalid_i = ar;
        d.s_wvalid_i = !wdata.empty() && (d.s_wvalid_i || go());
        if (!wdata.empty()) d.s_wdata_i = wdata.front();
        d.s_rready_i = go(), d.s_bready_i = go();
        d.m_awready_i = !got_aw && go(), d.m_wready_i = !got_w && go(), d.m_arready_i = !got_ar && go();
        d.m_bvalid_i = got_aw && got_w && (d.m_bvalid_i || go());
        d.m_rvalid_i = got_ar && (d.m_rvalid_i || go());
        // What is not valid says nothing.
        d.m_bresp_i = t.rng.below(4), d.m_rresp_i = t.rng.below(4), d.m_rdata_i = static_cast<uint32_t>(t.rng.next());
        if (!todo.empty() && d.m_bvalid_i) d.m_bresp_i = todo.front().resp;
        if (!todo.empty() && d.m_rvalid_i) d.m_rresp_i = todo.front().resp, d.m_rdata_i = todo.front().data;
        d.eval();
        d.mem_ack_i = d.mem_req_o && go();
        d.mem_err_i = d.mem_ack_i && !todo.empty() && todo.front().resp;
        d.mem_rdata_i = d.mem_ack_i && !todo.empty() ? todo.front().data : static_cast<uint32_t>(t.rng.next());
        d.eval();
        if (d.s_awvalid_i && d.s_arvalid_i && d.s_arready_o) wrong = "a read beside a write was taken";
        if ((d.s_awvalid_i && !d.s_awready_o) || (d.s_arvalid_i && !d.s_awvalid_i && !d.s_arready_o)) wrong = "an address that waits, and nothing before it";
        if (d.s_awvalid_i && d.s_awready_o) aw = false, seen++;
        if (d.s_arvalid_i && d.s_arready_o) ar = false, seen++;
        if ((d.s_rvalid_o || d.s_bvalid_o) && (got_aw || got_w || got_ar)) wrong = "an answer, and the registers' not taken";
        if (d.s_wvalid_i && d.s_wready_o) wdata.pop_front();
        if (d.s_rvalid_o && d.s_rready_i) {
            const Beat &b = beats.empty() ? Beat{} : beats.front();
            if (beats.empty()) wrong = "a beat too many";
            else if (d.s_rdata_o != b.data) wrong = "data of a beat";
            else if (d.s_rresp_o != b.resp) wrong = "status of a beat";
            else if (d.s_rlast_o != b.last) wrong = "last of a beat";
            if (!beats.empty()) beats.pop_front();
        }
        if (d.s_bvalid_o && d.s_bready_i) {
            if (!b_due || !todo.empty() || !wdata.empty()) wrong = "an answer too early";
            else if (d.s_bresp_o != bresp) wrong = "status of a burst";
            b_due = false;
        }
        if (d.m_awvalid_o && d.m_awready_i) got_aw = true, reg_addr = d.m_addr_o;
        if (d.m_wvalid_o && d.m_wready_i) got_w = true, reg_data = d.m_wdata_o;
        if (d.m_arvalid_o && d.m_arready_i) got_ar = true, reg_addr = d.m_addr_o;
        if ((got_aw || got_w) && got_ar) wrong = "registers asked for two things";
        if (d.m_bvalid_i && d.m_bready_o) asked(false, true, reg_addr, reg_data), got_aw = got_w = false;
        if (d.m_rvalid_i && d.m_rready_o) asked(false, false, reg_addr, 0), got_ar = false;
        if (d.mem_ack_i) asked(true, d.mem_we_o, d.mem_word_o, d.m_wdata_o);
        if (((d.m_bvalid_i && d.m_bready_o) || (d.m_rvalid_i && d.m_rready_o) || d.mem_ack_i) && !todo.empty()) todo.pop_front();
        const bool b = d.m_bvalid_i && d.m_bready_o, r = d.m_rvalid_i && d.m_rready_o, w = d.s_wvalid_i && d.s_wready_o;
        t.tick();
        if (b) d.m_bvalid_i = 0;
        if (r) d.m_rvalid_i = 0;
        if (w) d.s_wvalid_i = 0;
        d.mem_ack_i = 0;
    };
    // What a burst asks for, and its answers.
    auto plan = [&](bool write, uint64_t addr, uint32_t len) {
        bresp = Okay;
        for (uint32_t i = 0; i <= len; i++, addr += 4) {
            const bool mem = addr >= Mem && addr < MemEnd, regs = addr >= Regs && addr < RegsEnd;
            const uint32_t data = static_cast<uint32_t>(t.rng.next());
            const uint32_t resp = !mem && !regs ? DecErr : !t.rng.chance(4) ? Okay : mem ? DecErr : t.rng.chance(50) ? SlvErr : DecErr;
            if (mem) todo.push_back({true, write, static_cast<uint32_t>((addr - Mem) / 4), data, resp});
            if (regs) todo.push_back({false, write, static_cast<uint32_t>(addr - Regs), data, resp});
            if (write) {
                wdata.push_back(data);
                if (resp) bresp = resp;
            } else {
                beats.push_back({mem || regs ? data : 0, resp, i == len});
            }
        }
        b_due = write;
    };
    auto settle = [&](uint64_t most) {
        for (uint64_t i = 0; (aw || ar || b_due || !todo.empty() || !wdata.empty() || !beats.empty()) && !wrong; i++) {
            if (i > most) wrong = "no end";
            else cycle();
        }
        return !wrong;
    };

    d.s_awvalid_i = d.s_arvalid_i = d.s_wvalid_i = d.m_bvalid_i = d.m_rvalid_i = d.mem_ack_i = 0;
    for (; n < t.cases; n++) {
        pause = t.rng.chance(30) ? 0 : t.rng.below(80);
        const uint32_t len = t.rng.chance(10) ? t.rng.below(256) : t.rng.below(12), kind = t.rng.below(12);
        const uint64_t near = 4 * t.rng.below(8), any = t.rng.next();
        const uint64_t addr = kind < 3 ? Mem + any % (MemEnd - Mem) / 4 * 4 : kind < 6 ? Regs + any % 0x10000 / 4 * 4
            : kind == 6 ? Regs - near : kind == 7 ? RegsEnd - near : kind == 8 ? Mem - near : kind == 9 ? MemEnd - near
            : kind == 10 ? any % (uint64_t(1) << 40) / 4 * 4 : (any % 256 << 32 | (t.rng.chance(50) ? Regs : Mem)) + near;
        const bool write = t.rng.chance(50), both = write && t.rng.chance(20);
        const uint64_t start = t.cycle();
        d.s_addr_i = addr | t.rng.below(4), d.s_len_i = len;   // whole words: the last two bits are nothing
        plan(write, addr, len);
        const bool fast = !pause && ((addr >= Mem && addr + 4 * len < MemEnd) || (addr >= Regs && addr + 4 * len < RegsEnd));
        const uint64_t own = addr >= Regs ? 1 : 0;   // a register answers a cycle after it was asked
        aw = write, ar = !write || both, seen = 0;
        for (uint64_t i = 0; aw && !wrong; i++) {
            if (i > 1000) wrong = "a write that is not taken";
            else cycle();
        }
        const bool read_waits = both && ar;
        ar = ar && !read_waits;
        if (!settle(100 + 400 * (len + 1))) return t.fail(wrong, n, addr & 0xffffffff, len);
        if (seen != 1) return t.fail("addresses taken", n, seen, 1);
        // Idle, then three cycles and the register's own a word, and of a write the answer.
        const uint64_t want = 1 + (3 + own) * (len + 1) + (write ? 1 : 0);
        if (fast && t.cycle() - start != want) return t.fail("cycles", n, t.cycle() - start, want);
        if (read_waits) {
            plan(false, addr, len);
            ar = true;
            if (!settle(100 + 400 * (len + 1))) return t.fail(wrong, n, addr & 0xffffffff, len);
        }
        for (uint32_t i = t.rng.below(4); i; i--) {
            cycle();
            if (d.s_rvalid_o || d.s_bvalid_o || d.m_awvalid_o || d.m_wvalid_o || d.m_arvalid_o || d.mem_req_o) return t.fail("not idle", n, 1, 0);
        }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_local_bus>("bonnet_local_bus", argc, argv, run); }
