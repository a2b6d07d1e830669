// SPDX-License-Identifier: Apache-2.0
// bonnet_reset and bonnet_rst_sync: a pin that falls at any time resets all at once, and releases the shell two edges after it rises; the core
// comes MinCycles later at least, or when the bus is idle, whatever is the last; a halt does the same to the core alone.
#include "Vbonnet_reset.h"
#include "tb.h"

// tb.h calls a reset pin rst_ni. It falls once before the first clock edge: a simulator acts on the edge, a flip-flop on the level.
struct Reset : Vbonnet_reset {
    CData &rst_ni = pin_rst_ni;
    explicit Reset(VerilatedContext *ctx) : Vbonnet_reset(ctx)
    {
        clk_i = 0, pin_rst_ni = 1, eval();
        pin_rst_ni = 0, eval();
    }
};

static int run(Tb<Reset> &t)
{
    constexpr int MinCycles = 4;  // the module's default
    auto &d = t.dut;
    int high = 0, drained = 0;  // edges that saw the pin high; that saw the core halted
    bool core = false;
    uint32_t idle_pct = 50;
    auto reset = [&] { high = drained = 0, core = false; };
    reset();
    d.pin_rst_ni = 0;
    for (uint64_t n = 0; n < 200 * t.cases; n++) {
        if (n % 32 == 0) idle_pct = t.rng.chance(30) ? 100 : t.rng.below(100);
        if (t.rng.chance(d.pin_rst_ni ? 1 : 50)) d.pin_rst_ni = !d.pin_rst_ni;  // between edges
        if (!d.pin_rst_ni) reset();
        d.halt_i = t.rng.chance(5), d.rd_idle_i = t.rng.chance(idle_pct), d.wr_idle_i = t.rng.chance(idle_pct);
        d.eval();
        const bool shell = high >= 2;
        if (d.rst_no != shell) return t.fail("rst_no", n, d.rst_no, shell);
        if (d.core_rst_no != core) return t.fail("core_rst_no", n, d.core_rst_no, core);
        if (d.ready_o != core) return t.fail("ready_o", n, d.ready_o, core);
        if (d.flush_o != !core) return t.fail("flush_o", n, d.flush_o, !core);
        if (shell) {
            core = !d.halt_i && (core || (drained == MinCycles && d.rd_idle_i && d.wr_idle_i));
            if (d.halt_i) drained = 0;
            else if (!d.ready_o && drained < MinCycles) drained++;
        }
        if (d.pin_rst_ni) high++;
        t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Reset>("bonnet_reset", argc, argv, run); }
