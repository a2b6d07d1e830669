// SPDX-License-Identifier: Apache-2.0
//
// bus.h - what the AXI4 master of the JTAG port meets: the board's registers and DRAM, 32 bits wide, with random pauses; and the rules of
// the bus. Works on any Verilated model with the pins m_axi_* of bonnet_jtag.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include "../board.h"
#include "verilator/memory.h"

namespace bonnet_chain_impl {

// AXI responses.
enum : uint8_t { Okay = 0, SlvErr = 2, DecErr = 3 };

// One word of the board: the chip's registers, its DRAM, or nobody.
class Words {
public:
    explicit Words(board *b) : board_(b) {}
    uint8_t read(uint64_t addr, uint32_t *value)
    {
        *value = 0xDEADDEAD;
        if (const uint8_t *dram = board_dram(board_, addr, 4)) return memcpy(value, dram, 4), Okay;
        if (!is_register(addr)) return DecErr;
        *value = board_read(board_, static_cast<uint32_t>(addr - BOARD_REGS_ADDR));
        return Okay;
    }
    uint8_t write(uint64_t addr, uint32_t value)
    {
        if (uint8_t *dram = board_dram(board_, addr, 4)) return memcpy(dram, &value, 4), Okay;
        if (!is_register(addr)) return DecErr;
        board_write(board_, static_cast<uint32_t>(addr - BOARD_REGS_ADDR), value);
        return Okay;
    }

private:
    static bool is_register(uint64_t addr) { return addr >= BOARD_REGS_ADDR && addr - BOARD_REGS_ADDR < BOARD_REGS_BYTES; }
    board *board_;
};

// One burst at a time, as the port makes them. Throws bonnet_sim_impl::Failure when the port breaks a rule of AXI.
template <class Model, class Target> class Bus {
public:
    Bus(Target target, uint32_t stall_percent, uint64_t seed) : stall(stall_percent), target_(target), rng_(seed) {}
    uint32_t stall;       // chance in percent, per cycle and channel, of a pause
    uint32_t delay = 0;   // cycles from a burst's address to the first that can move of it
    bool hold = false;    // nobody answers
    uint64_t bursts = 0;  // so far

    // Around a rising edge: before() looks at the pins as the edge finds them, after() puts what the next edge finds.
    void before(const Model &d)
    {
        held("AW", d.m_axi_awvalid, d.m_axi_awready, d.m_axi_awaddr * 256 + d.m_axi_awlen, aw_);
        held("AR", d.m_axi_arvalid, d.m_axi_arready, d.m_axi_araddr * 256 + d.m_axi_arlen, ar_);
        held("W", d.m_axi_wvalid, d.m_axi_wready, d.m_axi_wdata * 2ull + d.m_axi_wlast, w_);
        if (d.m_axi_awvalid && d.m_axi_awready) {
            if (owed_b_) throw bonnet_sim_impl::Failure("jtag bus: a write burst before the response of the last");
            waddr_ = d.m_axi_awaddr, wleft_ = burst(d.m_axi_awaddr, d.m_axi_awlen), owed_b_ = true, bresp_ = Okay, late_ = delay;
        }
        if (d.m_axi_wvalid && d.m_axi_wready) {
            if (!wleft_) throw bonnet_sim_impl::Failure("jtag bus: more data than the burst has words");
            const uint8_t resp = target_.write(waddr_, d.m_axi_wdata);
            if (resp != Okay) bresp_ = resp;
            waddr_ += 4;
            if (d.m_axi_wlast != (--wleft_ == 0)) throw bonnet_sim_impl::Failure("jtag bus: WLAST not with the last word");
        }
        if (d.m_axi_bvalid && d.m_axi_bready) owed_b_ = false;
        if (d.m_axi_rvalid && d.m_axi_rready) rvalid_ = false, rleft_--, raddr_ += 4;
        if (d.m_axi_arvalid && d.m_axi_arready) raddr_ = d.m_axi_araddr, rleft_ = burst(d.m_axi_araddr, d.m_axi_arlen), late_ = delay;
        took_b_ = d.m_axi_bvalid && d.m_axi_bready;
    }
    void after(Model &d)
    {
        if (late_) late_--;
        d.m_axi_awready = !owed_b_ && go();
        d.m_axi_wready = wleft_ != 0 && go();                     // the data waits for its address
        d.m_axi_bvalid = owed_b_ && !wleft_ && ((d.m_axi_bvalid && !took_b_) || go());
        d.m_axi_bresp = bresp_;
        d.m_axi_arready = !rleft_ && go();
        if (rleft_ && !rvalid_ && go()) {
            rresp_ = target_.read(raddr_, &rdata_);
            rvalid_ = true;
        }
        d.m_axi_rvalid = rvalid_;
        d.m_axi_rdata = rvalid_ ? rdata_ : rng_.below(0xFFFFFFFF);
        d.m_axi_rresp = rvalid_ ? rresp_ : 0;
        d.m_axi_rlast = rvalid_ && rleft_ == 1;
    }
    // Nothing is under way or asked for: an edge would change nothing here.
    bool quiet(const Model &d) const { return !owed_b_ && !rleft_ && !d.m_axi_awvalid && !d.m_axi_arvalid; }

private:
    struct Stalled { bool yes = false; uint64_t what = 0; };
    bool go() { return !hold && !late_ && !rng_.chance(stall); }
    uint32_t burst(uint64_t addr, uint32_t len)
    {
        if (len > 15 || addr % 4 || addr / 4096 != (addr + 4 * len + 3) / 4096) throw bonnet_sim_impl::Failure("jtag bus: a burst too long, across 4 KiB or not aligned");
        bursts++;
        return len + 1;
    }
    static void held(const char *channel, bool valid, bool ready, uint64_t what, Stalled &s)
    {
        if (s.yes && (!valid || what != s.what)) throw bonnet_sim_impl::Failure(std::string("jtag bus: ") + channel + " moved while stalled");
        s = {valid && !ready, what};
    }
    Target target_;
    bonnet_sim_impl::Rng rng_;
    Stalled aw_, ar_, w_;
    uint64_t waddr_ = 0, raddr_ = 0;
    uint32_t wleft_ = 0, rleft_ = 0, rdata_ = 0, late_ = 0;
    uint8_t bresp_ = 0, rresp_ = 0;
    bool owed_b_ = false, took_b_ = false, rvalid_ = false;
};

}  // namespace bonnet_chain_impl
