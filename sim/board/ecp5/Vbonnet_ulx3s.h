// SPDX-License-Identifier: Apache-2.0
// Vbonnet_ulx3s.h - for sim/board/serial/board.cpp, in the place of the header that Verilator writes: the ULX3S as the cells of its netlist (gates.h).
// ULX3S_GATES names the file; at the end one line on stderr says what was counted. The PLL locks after eight cycles, and a cycle of the board's clock is one of
// the chip's (sim/board/vendor/EHXPLLL.v).
#ifndef BONNET_SIM_BOARD_ECP5_VBONNET_ULX3S_H
#define BONNET_SIM_BOARD_ECP5_VBONNET_ULX3S_H
#include <verilated.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include "gates.h"

class Vbonnet_ulx3s {
  public:
    uint8_t clk_25mhz = 0, btn_fire1 = 0, ftdi_txd = 1, ftdi_rxd = 1, wifi_gpio0 = 0, led = 0;

    explicit Vbonnet_ulx3s(VerilatedContext *context)
    {
        const char *path = getenv("ULX3S_GATES");
        try {
            gates_.reset(new Gates(path ? path : "", static_cast<uint32_t>(context->randSeed())));
            button_ = gates_->port("btn_fire1"), in_ = gates_->port("ftdi_txd"), out_ = gates_->port("ftdi_rxd"), wifi_ = gates_->port("wifi_gpio0");
            lock_ = gates_->port("lock");
            for (int i = 0; i < 8; i++) leds_[i] = gates_->port("led[" + std::to_string(i) + "]");
        } catch (const std::exception &e) {
            fprintf(stderr, "ULX3S_GATES=%s: %s\n", path ? path : "", e.what());
            exit(2);
        }
    }
    ~Vbonnet_ulx3s()
    {
        fprintf(stderr, "gates: %llu evaluations of cells, %llu reads of a word that the block RAM's other port wrote in that cycle\n",
                static_cast<unsigned long long>(gates_->evaluations()), static_cast<unsigned long long>(gates_->collisions()));
    }
    Vbonnet_ulx3s(const Vbonnet_ulx3s &) = delete;
    Vbonnet_ulx3s &operator=(const Vbonnet_ulx3s &) = delete;
    void eval()
    {
        const bool rises = clk_25mhz && !clock_;
        clock_ = clk_25mhz;
        if (!rises) return;
        gates_->set(button_, btn_fire1), gates_->set(in_, ftdi_txd), gates_->set(lock_, cycles_ >= 8);
        gates_->settle(), gates_->edge(), gates_->settle();
        cycles_++;
        ftdi_rxd = gates_->get(out_), wifi_gpio0 = gates_->get(wifi_), led = 0;
        for (int i = 0; i < 8; i++) led = static_cast<uint8_t>(led | gates_->get(leds_[i]) << i);
    }

  private:
    std::unique_ptr<Gates> gates_;
    bool clock_ = false;
    uint64_t cycles_ = 0;
    int button_ = 0, in_ = 0, out_ = 0, wifi_ = 0, lock_ = 0, leds_[8] = {};
};
#endif
