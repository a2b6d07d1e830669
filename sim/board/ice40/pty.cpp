// SPDX-License-Identifier: Apache-2.0
//
// pty.cpp - the iCE40 machine behind a pseudo terminal: what `ice40:` opens in the tests instead of a board's /dev/ttyUSB1.
//
//   pty [--noise N]      prints the terminal's name, then runs until stdin ends; then says on stderr how many clocks went by
//
// Built over the RTL or over the netlist read from the bitstream (the class is Vbonnet_ice40 in both), with CLOCKS_PER_BIT as in there.
// Only the pins are touched: bytes become levels of RX, levels of TX become bytes, by code that shares nothing with the RTL's. The clock
// stands still when nobody speaks and the machine had QUIET cycles to end what it does. --noise N:
// about every N-th byte arrives with one bit wrong, in both directions; the stop bit is one of them.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>
#include <verilated.h>
#include "Vbonnet_ice40.h"

namespace {

const int Clocks = CLOCKS_PER_BIT;
const uint64_t Quiet = 600000;  // more than two pauses of 2^18

struct Machine {
    VerilatedContext ctx;
    Vbonnet_ice40 top{&ctx};
    uint64_t cycles = 0;
    std::deque<uint8_t> to, from;  // bytes to RX, bytes of TX
    int rx_left = 0, tx_at = -1;   // cycles left of the byte on RX; cycles since the start bit on TX
    uint32_t rx_bits = 0, tx_bits = 0;
    bool bad_stop = false;
    uint32_t noise = 0, random = 1, damaged = 0;

    // A mask of one of bits 1..9 now and then: eight of data, and the stop bit.
    uint32_t damage()
    {
        random = random * 1664525u + 1013904223u;
        if (!noise || (random >> 8) % noise) return 0;
        damaged++;
        return 2u << (random >> 4) % 9;
    }

    void clock()
    {
        if (!rx_left && !to.empty()) {
            rx_bits = (0x200u | to.front() << 1) ^ damage();  // stop, data, start
            to.pop_front();
            rx_left = 10 * Clocks;
        }
        top.RX = rx_left ? rx_bits >> (10 - (rx_left + Clocks - 1) / Clocks) & 1 : 1;
        if (rx_left) rx_left--;
        top.CLK = 1, top.eval();
        top.CLK = 0, top.eval();
        cycles++;
        if (tx_at < 0 && !top.TX) tx_at = 0, tx_bits = 0;
        if (tx_at < 0) return;
        if (tx_at % Clocks == Clocks / 2) tx_bits |= (top.TX ? 1u : 0u) << tx_at / Clocks;
        if (++tx_at < 10 * Clocks - Clocks / 4) return;  // the next start bit may come at once
        tx_at = -1;
        if (tx_bits >> 9 != 1 || tx_bits & 1) bad_stop = true;
        from.push_back(static_cast<uint8_t>((tx_bits ^ damage()) >> 1));
    }
    bool busy() const { return rx_left || !to.empty() || tx_at >= 0 || !top.LEDG_N; }
};

int open_terminal()
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master)) return -1;
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);  // stays open: without one the master reads errors
    termios t;
    if (slave < 0 || tcgetattr(slave, &t)) return -1;
    cfmakeraw(&t);
    if (tcsetattr(slave, TCSANOW, &t) || fcntl(master, F_SETFL, O_NONBLOCK)) return -1;
    return master;
}

}  // namespace

int main(int argc, char **argv)
{
    uint64_t idle = 0;
    static Machine m;
    if (argc == 3 && !strcmp(argv[1], "--noise")) m.noise = static_cast<uint32_t>(strtoul(argv[2], nullptr, 0));
    else if (argc != 1) return fprintf(stderr, "usage: pty [--noise N]\n"), 2;
    m.top.CLK = 0, m.top.RX = 1;
    const int master = open_terminal();
    if (master < 0) return perror("pty"), 1;
    printf("%s\n", ptsname(master)), fflush(stdout);
    for (int i = 0; i < 100; i++) m.clock(); // power-up and reset: what TX did until then is nothing
    m.from.clear(), m.bad_stop = false;
    for (;;) {
        pollfd p[2] = {{master, POLLIN, 0}, {0, POLLIN, 0}};
        if (poll(p, 2, idle > Quiet ? 20 : 0) < 0) break;
        char end;
        if ((p[1].revents & (POLLIN | POLLHUP)) && read(0, &end, 1) <= 0) break;
        uint8_t bytes[4096];
        ssize_t n = (p[0].revents & POLLIN) && m.to.size() < sizeof bytes ? read(master, bytes, sizeof bytes) : 0;
        if (n > 0) m.to.insert(m.to.end(), bytes, bytes + n), idle = 0;
        for (int i = 0; i < 2000 && idle <= Quiet; i++) m.clock(), idle = m.busy() ? 0 : idle + 1;
        while (!m.from.empty() && write(master, &m.from.front(), 1) == 1) m.from.pop_front();
    }
    fprintf(stderr, "ice40: %" PRIu64 " cycles, %u bytes damaged%s\n", m.cycles, m.damaged, m.bad_stop ? "; a frame without its stop bit" : "");
    return m.bad_stop || (m.noise && !m.damaged);  // noise that never came tests nothing
}
