// SPDX-License-Identifier: Apache-2.0
//
// gates.h - an ECP5's cells, simulated: LUTs, carries, LUT RAM, flip-flops, block RAMs (DP16KD), multipliers (MULT18X18D).
// tests/netlist/ecp5.py says what each cell does and to which nets it goes, in lines of text; the lines are listed there.
//
// One clock, no delays. Only what changed is computed: a cell when one of its inputs did, in the order of the levels; a flip-flop at an edge after which one of
// its inputs changed. A chip that waits for its serial line so costs a microsecond a cycle, and one at work a tenth of a
// millisecond.
// Contents of everything are random at first. Who reads a block RAM's word in the cycle in which the other port writes it gets the complement of what was
// there: the netlist must not depend on it (docs/ulx3s.md). Block RAMs are as in Lattice's FPGA-TN-02204 without output registers, resets and chip selects.
#ifndef BONNET_SIM_BOARD_ECP5_GATES_H
#define BONNET_SIM_BOARD_ECP5_GATES_H
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

class Gates {
  public:
    // Reads the file. Throws std::runtime_error with one line: not there, not understood, a loop without a flip-flop.
    Gates(const std::string &path, uint32_t seed);
    int port(const std::string &name) const;             // the net of a pin; throws
    void set(int net, bool value);                        // an input: seen by the next settle()
    bool get(int net) const { return v_[net]; }
    void settle();                                        // until nothing changes
    void edge();                                          // the clock rises: call settle() before and after
    uint64_t evaluations() const { return evaluations_; } // of cells, so far
    uint64_t collisions() const { return collisions_; }   // reads of a block RAM's word that the other port wrote in that cycle

  private:
    enum Kind { LUT, CARRY, RAM, MULT };
    struct Cell {                    // what is computed without a clock
        Kind kind;
        uint16_t init;               // RAM: its contents
        bool inject;                 // CARRY
        int level;
        int first, ins, outs;        // its nets: pins_[first], the inputs, then the outputs
    };
    struct Flop { bool init, async; int d, ce, lsr, q; };
    struct Write { int wre; std::vector<std::pair<int, int>> rams; };   // of each: its cell, where its write pins begin in pins_
    struct Bram {
        int width[2];
        char mode[2];                // N, T or R: NORMAL, WRITETHROUGH, READBEFOREWRITE
        bool heard[2];               // somebody reads there
        int ad[2][14], di[2][18], ce[2], we[2], q[2][18];
        uint32_t mem[1024];
    };
    void parse(std::istream &in);
    void order();
    void touch(int cell);
    void evaluate(int cell);
    void multiply(const Cell &cell);
    bool access(Bram &ram);
    uint32_t gather(const int *nets, int count) const;
    void later(const int *nets, int count, uint32_t value);

    std::vector<uint8_t> v_, queued_, dirty_;
    std::vector<int> pins_;
    std::vector<Cell> cells_;
    std::vector<Flop> flops_;
    std::vector<Write> writes_;
    std::vector<Bram> brams_;
    std::vector<std::pair<std::string, int>> ports_;
    std::vector<std::vector<int>> users_;     // of a net: cells, and what woken_ has as -1 - index
    std::vector<std::vector<int>> pending_;   // by level: cells to evaluate
    std::vector<int> woken_, again_;          // flip-flops, and behind them block RAMs, to look at when the clock rises
    std::vector<std::pair<int, bool>> next_;  // what an edge changes
    bool work_ = false;
    uint64_t evaluations_ = 0, collisions_ = 0;
};
#endif
