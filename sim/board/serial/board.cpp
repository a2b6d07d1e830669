// SPDX-License-Identifier: Apache-2.0
//
// board.cpp - a ULX3S as its serial line shows it: the Verilated rtl/board/ulx3s behind a pseudo-terminal.
//
//     build/board/ulx3s [-v] [-s SEED] LINK COMMAND [ARGUMENT]...
//
// LINK becomes a symbolic link to the tty while COMMAND runs (serial:LINK). The line is drawn on the FPGA's pins, CLOCKS_PER_BIT cycles a bit, and heard the
// same way.
// Exits as COMMAND does; 2: this could not be set up, 3: a contract of the RTL broke, or the line carried what is no frame.
// -v: afterwards one line on stderr: cycles, bytes each way, LEDs.
//
// Time: the clock runs while a byte is on the line, a job runs or an answer is coming; else IDLE cycles every ten milliseconds, so that a gap ends.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <verilated.h>
#include "Vbonnet_ulx3s.h"

#ifndef CLOCKS_PER_BIT
#define CLOCKS_PER_BIT 4 // as sim/board/serial/rules.mk builds the RTL
#endif
#ifndef RESET_CYCLES
#define RESET_CYCLES 128 // the PLL locks, and the count of ResetBits = 4
#endif

namespace {
enum { CLOCKS = CLOCKS_PER_BIT, IDLE = 1024, SLICE = 512, AFTER = 20 * 10 * CLOCKS };

bool broken = false;

struct Line {
    VerilatedContext context;
    std::unique_ptr<Vbonnet_ulx3s> dut;
    uint64_t cycles = 0, in = 0, out = 0, active = 0;
    uint32_t tx = 1, tx_left = 0, tx_count = 0;   // to the board: bits to send, least significant first
    uint32_t rx = 0, rx_bits = 0, rx_count = 0;   // from the board: 0 bits: waiting for a start bit
    uint8_t answer[4096];
    size_t answers = 0;

    explicit Line(uint32_t seed)
    {
        context.randReset(2);
        context.randSeed(static_cast<int>(seed));
        dut.reset(new Vbonnet_ulx3s{&context});
        dut->clk_25mhz = 0, dut->btn_fire1 = 0, dut->ftdi_txd = 1;
        context.assertOn(false);   // what powered up at random is no contract yet
        for (int i = 0; i < 64; i++) cycle();
        context.assertOn(true);
        for (int i = 64; i < RESET_CYCLES; i++) cycle();
        rx_bits = 0, broken = false;   // the line was anything until the reset
    }
    void cycle()
    {
        dut->clk_25mhz = 1, dut->eval();
        dut->clk_25mhz = 0, dut->eval();
        cycles++;
        if (tx_left && ++tx_count == CLOCKS) tx_count = 0, tx >>= 1, tx_left--;
        dut->ftdi_txd = tx_left ? tx & 1 : 1;
        hear(dut->ftdi_rxd);
        if (context.gotFinish()) broken = true;
    }
    void hear(bool level)
    {
        if (!rx_bits) {
            if (!level) rx_bits = 10, rx_count = CLOCKS / 2 - 1, rx = 0;
        } else if (rx_count) {
            rx_count--;
        } else {
            rx |= uint32_t(level) << (10 - rx_bits), rx_count = CLOCKS - 1;
            if (--rx_bits == 0) {
                if (rx & 1 || !(rx & 512)) broken = true;
                else if (answers < sizeof answer) answer[answers++] = static_cast<uint8_t>(rx >> 1), out++;
                active = cycles + AFTER;
            }
        }
    }
    void send(uint8_t byte) { tx = uint32_t(byte) << 1 | 512, tx_left = 10, tx_count = 0, in++, active = cycles + AFTER; dut->ftdi_txd = 0; }
    bool busy() const { return tx_left || rx_bits || dut->led & 2 || cycles < active; }
};

// Everything that can move now, moves. False: the command's end has been seen.
bool serve(Line &line, int master, pid_t child, int *status)
{
    uint8_t bytes[512];
    const bool room = line.answers + 512 < sizeof line.answer;
    pollfd f = {master, static_cast<short>(room ? POLLIN : 0), 0};
    if (poll(&f, 1, line.busy() ? 0 : 10) == 0 && !line.busy()) {
        for (int i = 0; i < IDLE; i++) line.cycle();
        return waitpid(child, status, WNOHANG) == 0;
    }
    ssize_t n = f.revents & POLLIN ? read(master, bytes, sizeof bytes) : 0;
    for (ssize_t i = 0; i < n; i++) {
        line.send(bytes[i]);
        while (line.tx_left) line.cycle();
    }
    for (int i = 0; i < SLICE && line.busy(); i++) line.cycle();
    if (line.answers) {
        n = write(master, line.answer, line.answers);
        if (n > 0) line.answers -= static_cast<size_t>(n), memmove(line.answer, line.answer + n, line.answers);
    }
    return waitpid(child, status, WNOHANG) == 0;
}

int usage() { return fprintf(stderr, "usage: ulx3s [-v] [-s SEED] LINK COMMAND [ARGUMENT]...\n"), 2; }
}  // namespace

// A failed contract ends in here (VL_USER_STOP); what the command sees is a line without answers.
void vl_stop(const char *file, int line, const char *) { fprintf(stderr, "ulx3s: %s:%d: a contract of the RTL broke\n", file, line), broken = true; }
void vl_finish(const char *, int, const char *) {}
void vl_fatal(const char *file, int line, const char *, const char *msg) { fprintf(stderr, "ulx3s: %s:%d: %s\n", file, line, msg), broken = true; }

int main(int argc, char **argv)
{
    int at = 1, status = 0;
    bool verbose = false;
    uint32_t seed = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (!strcmp(argv[at], "-v")) verbose = true;
        else if (!strcmp(argv[at], "-s") && at + 1 < argc) seed = static_cast<uint32_t>(strtoul(argv[++at], nullptr, 10));
        else return usage();
    }
    if (argc - at < 2) return usage();
    const char *link = argv[at];
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    char name[64];
    if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, sizeof name)) return perror("ulx3s: no pseudo-terminal"), 2;
    const int slave = open(name, O_RDWR | O_NOCTTY);   // held: the line does not hang up between two opens
    termios t;
    if (slave < 0 || tcgetattr(slave, &t)) return perror("ulx3s: no pseudo-terminal"), 2;
    cfmakeraw(&t);
    tcsetattr(slave, TCSANOW, &t);
    unlink(link);
    if (symlink(name, link)) return perror(link), 2;
    Line line(seed);
    const pid_t child = fork();
    if (child < 0) return perror("ulx3s: fork"), 2;
    if (!child) {
        close(master), close(slave);
        execvp(argv[at + 1], argv + at + 1);
        perror(argv[at + 1]);
        _exit(127);
    }
    while (!broken && serve(line, master, child, &status)) {}
    if (broken) kill(child, SIGTERM), waitpid(child, &status, 0);
    unlink(link);
    if (verbose)
        fprintf(stderr, "ulx3s: %llu cycles, %llu bytes in, %llu out, LEDs %02x\n", static_cast<unsigned long long>(line.cycles),
                static_cast<unsigned long long>(line.in), static_cast<unsigned long long>(line.out), line.dut->led);
    return broken ? 3 : WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
