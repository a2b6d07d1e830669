// SPDX-License-Identifier: Apache-2.0
// Vbonnet_csr.h - hls/hls_regs.c with the ports that Verilator gives rtl/csr/bonnet_csr.sv, so that tests/rtl/bonnet_csr_tb.cpp judges both.
#pragma once
#include <cstring>
#include <memory>
#include "verilated.h"
extern "C" {
#include "hls_regs.h"
}

class Vbonnet_csr {
    hls_regs regs{};
    std::unique_ptr<hls_regs> trial = std::make_unique<hls_regs>();
    uint32_t clk_last = 0;

    void ports(hls_regs_in &in) const
    {
        in = hls_regs_in{};
        in.rst_n = rst_ni, in.we = we_i, in.waddr = waddr_i, in.wdata = wdata_i, in.wstrb = wstrb_i, in.re = re_i, in.raddr = raddr_i;
        in.ready = ready_i, in.tick = 1;
        for (int i = 0; i < 4; i++) in.sum[i] = static_cast<uint64_t>(sums_i[2 * i + 1]) << 32 | sums_i[2 * i];
        // job_sts_t from its low end: rec 192, rec_index 12, rec_we, frame, cause 20, stop, done
        for (int i = 0; i < 6; i++) in.event.rec[i] = sts_i[i];
        in.event.rec_index = sts_i[6] & 0xFFF, in.event.rec_we = sts_i[6] >> 12 & 1, in.event.frame = sts_i[6] >> 13 & 1;
        in.event.cause = sts_i[6] >> 14 | (sts_i[7] & 3) << 18, in.event.stop = sts_i[7] >> 2 & 1, in.event.done = sts_i[7] >> 3 & 1;
        in.event.beats_in = beat_in_i, in.event.beats_out = beat_out_i;
    }
    void config(const hls_config &c)
    {
        const uint64_t wide[5] = {c.scratch, c.output, c.input, c.model, c.job};
        cfg_o[0] = c.watchdog, cfg_o[1] = c.output_stride, cfg_o[2] = c.input_stride, cfg_o[3] = c.frames;
        for (int i = 0; i < 5; i++) cfg_o[4 + 2 * i] = static_cast<uint32_t>(wide[i]), cfg_o[5 + 2 * i] = static_cast<uint32_t>(wide[i] >> 32);
    }

public:
    explicit Vbonnet_csr(VerilatedContext *) { memset(&regs, 0xA5, sizeof regs); }
    uint32_t clk_i = 0, rst_ni = 0, we_i = 0, waddr_i = 0, wdata_i = 0, wstrb_i = 0, re_i = 0, raddr_i = 0, ready_i = 0, beat_in_i = 0, beat_out_i = 0;
    uint32_t sts_i[8] = {}, sums_i[8] = {};
    uint32_t rdata_o = 0, start_o = 0, halt_o = 0, irq_o = 0, cycle_o = 0, cfg_o[14] = {};

    void eval()
    {
        hls_regs_in in;
        hls_regs_out out{};
        ports(in);
        if (clk_i && !clk_last) {
            HLS_NAME(hls_regs_cycle)(&regs, &in, &out);
            if (re_i) rdata_o = out.rdata;
            start_o = out.start, irq_o = out.irq, cycle_o = static_cast<uint32_t>(regs.cycles);
            config(out.config);
        }
        clk_last = clk_i;
        *trial = regs;  // halt_o comes in the cycle of its reason
        HLS_NAME(hls_regs_cycle)(trial.get(), &in, &out);
        halt_o = out.halt;
    }
};
