// SPDX-License-Identifier: Apache-2.0
//
// chip.h - one Verilated geometry behind a common interface. Chip<V> is instantiated once per geometry (asic.cpp, tiny.cpp, zcu102.cpp, small.cpp),
// so that the model, the pins and the memory are compiled together and the cycle loop has no call through a table in it.
//
// A cycle is two evaluations: inputs and the rising edge together (the chip samples its inputs in flip-flops only), then the
// falling edge, in which nothing happens.
#pragma once
#include <memory>
#include <verilated.h>
#ifdef BONNET_SIM_WAVE
#include <verilated_fst_c.h>
#endif
#include "memory.h"

namespace bonnet_sim_impl {

class ChipBase {
public:
    virtual ~ChipBase() = default;
    virtual bool reg_write(uint32_t offset, uint32_t value) = 0;  // false: no answer
    virtual bool reg_read(uint32_t offset, uint32_t *value) = 0;
    virtual bool run(uint64_t max_cycles) = 0;                    // true: interrupt
    virtual Memory &memory() = 0;
    virtual uint64_t cycles() const = 0;
};
std::unique_ptr<ChipBase> make_asic(const bonnet_sim_config &config);
std::unique_ptr<ChipBase> make_tiny(const bonnet_sim_config &config);
std::unique_ptr<ChipBase> make_zcu102(const bonnet_sim_config &config);
std::unique_ptr<ChipBase> make_small(const bonnet_sim_config &config);

// Beats between bytes and the model's vectors: 64 bits are a QData, more are words. Little-endian hosts only, as the library.
inline void put_bits(QData &to, const uint8_t *from) { memcpy(&to, from, sizeof to); }
template <std::size_t N> inline void put_bits(VlWide<N> &to, const uint8_t *from) { memcpy(to.data(), from, 4 * N); }
inline const uint8_t *get_bits(const QData &from) { return reinterpret_cast<const uint8_t *>(&from); }
template <std::size_t N> inline const uint8_t *get_bits(const VlWide<N> &from) { return reinterpret_cast<const uint8_t *>(from.data()); }

template <class V> class Chip final : public ChipBase {
public:
    explicit Chip(const bonnet_sim_config &config)
        : memory_(config, sizeof(V::m_axi_rdata)), rng_(~config.seed), stall_(config.stall_percent)
    {
        context_.randReset(config.power_up == BONNET_SIM_ZEROS ? 0 : config.power_up == BONNET_SIM_ONES ? 1 : 2);  // before the model exists
        context_.randSeed(static_cast<int>(config.seed % 0x7fffffff) + 1);
#ifdef BONNET_SIM_WAVE
        context_.traceEverOn(config.wave != nullptr);
#endif
        dut_.reset(new V{&context_});
#ifdef BONNET_SIM_WAVE
        if (config.wave) {
            fst_.reset(new VerilatedFstC);
            dut_->trace(fst_.get(), 99);
            fst_->open(config.wave);
            if (!fst_->isOpen()) throw Failure("wave: cannot write " + std::string(config.wave));
        }
#endif
        V &d = *dut_;
        d.clk_i = 0, d.rst_ni = 1;
        d.s_axil_awvalid = d.s_axil_wvalid = d.s_axil_bready = d.s_axil_arvalid = d.s_axil_rready = 0;
        d.m_axi_arready = d.m_axi_rvalid = d.m_axi_awready = d.m_axi_wready = d.m_axi_bvalid = 0;
        eval();
        d.rst_ni = 0;
        eval();
        context_.assertOn(false);  // what powered up at random is no contract yet
        for (int i = 0; i < 8; i++) cycle();
        context_.assertOn(true);
        d.rst_ni = 1;
        for (int i = 0; i < 16; i++) cycle();
        // A memory that never pauses is ready for its first address, whatever the pins did before reset.
        d.m_axi_arready = d.m_axi_awready = pins_.arready = pins_.awready = stall_ == 0;
    }
    ~Chip() override
    {
#ifdef BONNET_SIM_WAVE
        if (fst_) fst_->close();
#endif
    }

    bool reg_write(uint32_t offset, uint32_t value) override
    {
        V &d = *dut_;
        bool aw = false, w = false, b = false;
        for (int i = 0; i < AnswerCycles && !b; i++) {
            d.s_axil_awvalid = !aw && (d.s_axil_awvalid || !rng_.chance(stall_));
            d.s_axil_wvalid = !w && (d.s_axil_wvalid || !rng_.chance(stall_));
            d.s_axil_bready = !rng_.chance(stall_);
            d.s_axil_awaddr = offset, d.s_axil_wdata = value, d.s_axil_wstrb = 15;
            aw |= d.s_axil_awvalid && d.s_axil_awready;
            w |= d.s_axil_wvalid && d.s_axil_wready;
            b = d.s_axil_bvalid && d.s_axil_bready;
            if (b && d.s_axil_bresp) return false;
            cycle();
        }
        d.s_axil_awvalid = d.s_axil_wvalid = d.s_axil_bready = 0;
        return b;
    }
    bool reg_read(uint32_t offset, uint32_t *value) override
    {
        V &d = *dut_;
        bool ar = false, r = false;
        for (int i = 0; i < AnswerCycles && !r; i++) {
            d.s_axil_arvalid = !ar && (d.s_axil_arvalid || !rng_.chance(stall_));
            d.s_axil_rready = !rng_.chance(stall_);
            d.s_axil_araddr = offset;
            ar |= d.s_axil_arvalid && d.s_axil_arready;
            r = d.s_axil_rvalid && d.s_axil_rready;
            if (r) {
                if (d.s_axil_rresp) return false;
                *value = d.s_axil_rdata;
            }
            cycle();
        }
        d.s_axil_arvalid = d.s_axil_rready = 0;
        return r;
    }
    bool run(uint64_t max_cycles) override
    {
        const uint64_t end = cycles_ + max_cycles;
        while (cycles_ < end && !dut_->irq_o) cycle();
        return dut_->irq_o;
    }
    Memory &memory() override { return memory_; }
    uint64_t cycles() const override { return cycles_; }

private:
    static constexpr int AnswerCycles = 10000;

    void cycle()
    {
        V &d = *dut_;
        const Chip2Mem chip{d.m_axi_arvalid != 0, d.m_axi_rready != 0, d.m_axi_awvalid != 0, d.m_axi_wvalid != 0, d.m_axi_wlast != 0,
                            d.m_axi_bready != 0, d.m_axi_araddr, d.m_axi_awaddr, d.m_axi_arlen, d.m_axi_awlen};
        const bool bus = !memory_.quiet() || chip.arvalid || chip.awvalid || chip.wvalid;
        // The beat on the write channel leaves with this edge: keep it.
        uint8_t wdata[sizeof(V::m_axi_wdata)];
        uint32_t wstrb = 0;
        if (chip.wvalid) {
            memcpy(wdata, get_bits(d.m_axi_wdata), sizeof wdata);
            wstrb = d.m_axi_wstrb;
        }
        d.clk_i = 1;
        eval();
        d.clk_i = 0;
        eval();
        cycles_++;
        if (!bus) {
            memory_.tick();
            return;
        }
        memory_.edge(chip, wdata, wstrb, pins_);
        d.m_axi_arready = pins_.arready, d.m_axi_awready = pins_.awready, d.m_axi_wready = pins_.wready;
        d.m_axi_bvalid = pins_.bvalid, d.m_axi_bresp = pins_.bresp;
        d.m_axi_rvalid = pins_.rvalid;
        if (pins_.rvalid) {
            d.m_axi_rlast = pins_.rlast, d.m_axi_rresp = pins_.rresp;
            put_bits(d.m_axi_rdata, pins_.rdata);
        }
    }
    void eval()
    {
        dut_->eval();
#ifdef BONNET_SIM_WAVE
        if (fst_) fst_->dump(context_.time());
#endif
        context_.timeInc(1);
    }

    VerilatedContext context_;
    std::unique_ptr<V> dut_;
#ifdef BONNET_SIM_WAVE
    std::unique_ptr<VerilatedFstC> fst_;
#endif
    Memory memory_;
    Pins pins_;
    Rng rng_;
    const uint32_t stall_;
    uint64_t cycles_ = 0;
};

}  // namespace bonnet_sim_impl
