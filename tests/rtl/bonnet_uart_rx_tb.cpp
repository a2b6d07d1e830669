// SPDX-License-Identifier: Apache-2.0
// bonnet_uart_rx on a line drawn by a sender that is up to 3 % too fast or slow: every byte and nothing else, frames back to back and with
// gaps, glitches that are no start bit, low stop bits and breaks that are an error each; a reset in the middle of a frame forgets it.
#include <deque>
#include "Vbonnet_uart_rx.h"
#include "tb.h"

static const double Clocks = 12;  // ClocksPerBit
static const uint32_t Error = 256;

static int run(Tb<Vbonnet_uart_rx> &t)
{
    auto &d = t.dut;
    std::deque<bool> line;      // what comes, one sample a cycle
    std::deque<uint32_t> want;  // bytes, or Error
    double owed = 0;            // fractions of a cycle that the sender's bits have not had yet
    uint64_t sent = 0, got = 0;
    auto level = [&](bool high, double cycles) {
        for (owed += cycles; owed >= 1; owed -= 1) line.push_back(high);
    };
    d.rx_i = 1;
    level(true, 3);
    uint64_t quiet = 0;
    while (got < t.cases * 4 || !want.empty()) {
        if (line.empty() && got + want.size() < t.cases * 4 && !(want.empty() && quiet++ % 2 == 0 && t.rng.chance(50))) {
            double bit = Clocks * (0.97 + 0.06 * t.rng.below(1001) / 1000);
            uint32_t byte = t.rng.below(256), kind = t.rng.below(100);
            if (kind < 8) {  // too short for a start bit
                level(false, 1 + t.rng.below(4)), level(true, Clocks);
                continue;
            }
            level(false, bit);
            for (int i = 0; i < 8; i++) level(byte >> i & 1, bit);
            if (kind < 16) {
                level(false, bit * (1 + (t.rng.chance(30) ? t.rng.below(30) : 0))), level(true, 4 + t.rng.below(20));
                want.push_back(Error);
            } else {
                level(true, bit);
                want.push_back(byte);
            }
            if (t.rng.chance(50)) level(true, t.rng.below(60));
            sent++;
        }
        d.rx_i = line.empty() ? 1 : line.front();
        if (!line.empty()) line.pop_front();
        t.tick();
        if (d.valid_o && d.error_o) return t.fail("valid_o and error_o", got, 1, 0);
        if (d.valid_o || d.error_o) {
            uint32_t is = d.error_o ? Error : d.data_o;
            if (want.empty()) return t.fail("a byte that nobody sent", got, is, 0);
            if (is != want.front()) return t.fail("data_o", got, is, want.front());
            want.pop_front(), got++;
        }
        if (line.empty() && !want.empty() && ++quiet > 400) return t.fail("a byte was lost", got, 0, want.front());
        if (!line.empty()) quiet = 0;
    }
    // An exact frame: the byte leaves in the middle of the stop bit, two to three cycles late.
    for (int i = 0; i < 60; i++) t.tick();
    for (int i = 0; i < 10 * int(Clocks); i++) {
        d.rx_i = i / int(Clocks) == 0 ? 0 : i / int(Clocks) == 9 ? 1 : 0x35 >> (i / int(Clocks) - 1) & 1;
        t.tick();
        const double late = i - 9.5 * Clocks;  // 0: at the edge that sees the middle
        if (d.valid_o && (late < 2 || late > 3)) return t.fail("cycles after the middle of the stop bit", got, uint64_t(late), 2);
        if (d.valid_o) got = UINT64_MAX;
    }
    if (got != UINT64_MAX) return t.fail("an exact frame was lost", 0, 0, 1);
    // A reset in mid-frame: the rest of the frame is high, so nothing may follow; nor of a line that is low when the reset ends.
    for (int low_after = 0; low_after < 2; low_after++) {
        d.rx_i = 0;
        for (int i = 0; i < 40; i++) t.tick();
        d.rst_ni = 0, d.rx_i = !low_after;
        for (int i = 0; i < 3; i++) t.tick();
        d.rst_ni = 1;
        for (int i = 0; i < 300; i++) {
            t.tick();
            if (d.valid_o || d.error_o) return t.fail("a byte after a reset", got, d.data_o, 0);
        }
        d.rx_i = 1;
        for (int i = 0; i < 300; i++) {
            t.tick();
            if (d.valid_o || d.error_o) return t.fail("a byte of an idle line", got, d.data_o, 0);
        }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_uart_rx>("bonnet_uart_rx", argc, argv, run); }
