// SPDX-License-Identifier: Apache-2.0
// The C face of the chain: options, clocks, and the end of every exception.
#include "chain.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <sstream>
#include <verilated.h>
#include "Vbonnet_chain.h"
#include "bus.h"
#include "config.h"

using namespace bonnet_chain_impl;
using bonnet_sim_impl::Rng;

namespace {
struct Options {
    std::string board;  // what is left for board_new()
    uint32_t idcode = 0x24738093, dap = 0x5ba00477, port = 1, cycles = 2, stall = 0, load = 0, late = 0;
    uint64_t seed = 1;
};

// A number that fills the whole text; false: it is none, or more than `most`.
bool number(const std::string &text, int base, uint64_t most, uint64_t *value)
{
    char *end;
    *value = strtoull(text.c_str(), &end, base);
    return !text.empty() && isxdigit(static_cast<unsigned char>(text[0])) && !*end && *value <= most;
}

// One "name=value". True: it was ours, or was noted for the board as well; throws if its value is none.
void option(Options &o, const std::string &item)
{
    const size_t at = item.find('=');
    const std::string name = item.substr(0, at), value = at == std::string::npos ? "" : item.substr(at + 1);
    uint64_t n = 0;
    bool ok = true;
    if (name == "idcode" || name == "dap") {
        ok = number(value, 16, UINT32_MAX, &n);
        (name == "dap" ? o.dap : o.idcode) = static_cast<uint32_t>(n);
    } else if (name == "port") {
        ok = number(value, 10, 1, &n);
        o.port = static_cast<uint32_t>(n);
    } else if (name == "load") {
        ok = number(value, 10, 1, &n);
        o.load = static_cast<uint32_t>(n);
    } else if (name == "cycles") {
        ok = number(value, 10, 64, &n) && n;
        o.cycles = static_cast<uint32_t>(n);
    } else if (name == "late") {
        ok = number(value, 10, 10000, &n);
        o.late = static_cast<uint32_t>(n);
    } else {
        o.board += (o.board.empty() ? "" : ",") + item;  // the board judges it
        if (name == "seed" && number(value, 10, UINT64_MAX, &n)) o.seed = n;
        if (name == "stall" && number(value, 10, 90, &n)) o.stall = static_cast<uint32_t>(n);
    }
    if (!ok) throw bonnet_sim_impl::Failure("chain: bad option '" + item.substr(0, 40) + "'");
}
}  // namespace

struct chain {
    VerilatedContext context;
    std::unique_ptr<Vbonnet_chain> dut;
    struct FreeBoard { void operator()(board *b) const { board_free(b); } };
    std::unique_ptr<board, FreeBoard> behind;
    std::unique_ptr<Bus<Vbonnet_chain, Words>> bus;
    std::string error;
    Rng phase{1};
    Config config{true, true, 0};
    uint32_t cycles = 2;
    uint64_t tcks = 0, owed = 0;  // owed: cycles that the bus has made and the chip has not

    void edge()
    {
        Vbonnet_chain &d = *dut;
        bus->before(d);
        d.clk_i = 1, d.eval();
        d.clk_i = 0;
        bus->after(d);
        d.eval();
        owed++;
    }
    void run(uint32_t n)
    {
        while (n--) {
            if (owed >= BOARD_ACCESS_CYCLES && !bus->quiet(*dut)) catch_up();
            edge();
        }
    }
    // The chip's time is the bus's.
    void catch_up()
    {
        board_run(behind.get(), std::min<uint64_t>(owed, CHAIN_CATCH_UP));
        owed = 0;
    }
    int clock(int tms, int tdi)
    {
        Vbonnet_chain &d = *dut;
        const uint32_t early = phase.below(cycles + 1);  // bus cycles before TCK rises; the rest come before it falls or after
        d.tms_i = tms != 0, d.tdi_i = tdi != 0;
        run(early);
        const int tdo = d.tdo_o;
        config.clock(d.jprogram_o, d.cfg_in_o, d.jstart_o, tdi != 0);
        d.done_i = config.done, d.port_i = config.port;
        d.tck_i = 1, d.eval();
        const uint32_t high = phase.below(cycles - early + 1);
        run(high);
        d.tck_i = 0, d.eval();
        run(cycles - early - high);
        tcks++;
        if (board_failed(behind.get())[0]) error = board_failed(behind.get());
        return tdo;
    }
};

int chain_new(chain **out, const char *list, char *text)
{
    std::unique_ptr<chain> c;
    try {
        Options o;
        std::istringstream items(list ? list : getenv("BONNET_BOARD") ? getenv("BONNET_BOARD") : "");
        for (std::string item; std::getline(items, item, ',');) option(o, item);
        c.reset(new chain);
        board *behind;
        if (board_new(&behind, o.board.c_str(), text)) return -1;
        c->behind.reset(behind);
        c->context.randReset(2);  // registers power up with anything
        c->context.randSeed(static_cast<int>(o.seed % 0x7fffffff) + 1);
        c->dut.reset(new Vbonnet_chain{&c->context});
        c->bus.reset(new Bus<Vbonnet_chain, Words>(Words(behind), o.stall, o.seed));
        c->bus->delay = o.late;
        c->phase = Rng(~o.seed), c->cycles = o.cycles;
        Vbonnet_chain &d = *c->dut;
        d.clk_i = d.tck_i = d.tdi_i = 0, d.tms_i = 1, d.rst_ni = 1;
        d.idcode_i = o.idcode, d.dap_i = o.dap, d.port_i = o.port && !o.load, d.done_i = !o.load;
        c->config = Config(!o.load, o.port, o.idcode);
        c->bus->after(d);
        c->context.assertOn(false);  // what powered up at random is no contract yet
        d.eval();
        d.rst_ni = 0;
        for (int i = 0; i < 4; i++) d.clk_i = d.tck_i = i & 1, d.eval();
        d.clk_i = d.tck_i = 0, d.eval();
        c->context.assertOn(true);
        d.rst_ni = 1, d.eval();
    } catch (const std::exception &failure) {
        snprintf(text, BOARD_TEXT, "%s", failure.what());
        return -1;
    }
    *out = c.release();
    return 0;
}

void chain_free(chain *c) { delete c; }

int chain_clock(chain *c, int tms, int tdi)
{
    if (!c->error.empty()) return 1;
    try {
        return c->clock(tms, tdi);
    } catch (const std::exception &failure) {
        c->error = failure.what();
        return 1;
    }
}

board *chain_board(chain *c) { return c->behind.get(); }
const char *chain_failed(const chain *c) { return c->error.c_str(); }
uint64_t chain_tcks(const chain *c) { return c->tcks; }
