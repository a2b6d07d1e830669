// SPDX-License-Identifier: Apache-2.0
// bonnet_uart_tx against the drawn line, cycle by cycle: every bit's level and length, high when idle, ready_o exactly when a byte may
// follow, so that frames can leave back to back; an offered byte stays offered.
#include <deque>
#include "Vbonnet_uart_tx.h"
#include "tb.h"

static const int Clocks = 12;  // ClocksPerBit

static int run(Tb<Vbonnet_uart_tx> &t)
{
    auto &d = t.dut;
    std::deque<bool> line;
    uint64_t sent = 0;
    bool offer = false;
    uint32_t busy_pct = 50;
    while (sent < t.cases * 4 || !line.empty()) {
        if (!offer && sent < t.cases * 4 && t.rng.chance(busy_pct)) {
            offer = true;
            d.data_i = t.rng.below(256);
        }
        d.valid_i = offer;
        d.eval();
        bool level = line.empty() || line.front();
        if (d.tx_o != level) return t.fail("tx_o", sent, d.tx_o, level);
        if (d.ready_o != (line.size() <= 1)) return t.fail("ready_o", sent, d.ready_o, line.size() <= 1);
        if (!line.empty()) line.pop_front();
        if (d.valid_i && d.ready_o) {
            for (int i = 0; i < 10; i++)
                for (int n = 0; n < Clocks; n++) line.push_back(i == 0 ? false : i == 9 ? true : d.data_i >> (i - 1) & 1);
            sent++, offer = false;
            busy_pct = t.rng.chance(50) ? 100 : 1 + t.rng.below(50);
        }
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_uart_tx>("bonnet_uart_tx", argc, argv, run); }
