// SPDX-License-Identifier: Apache-2.0
// verilated.h - what tests/rtl/tb.h wants of Verilator, for a bench whose module is C: nothing random, no waves.
#pragma once
#include <cstdint>

class VerilatedContext {
    uint64_t time_ = 0;

public:
    void randReset(int) {}
    void randSeed(int) {}
    void commandArgs(int, char **) {}
    void traceEverOn(bool) {}
    uint64_t time() const { return time_; }
    void timeInc(uint64_t by) { time_ += by; }
};
