// SPDX-License-Identifier: Apache-2.0
// bonnet_wbuf against an array: writes and reads in the same cycle, old bits on a clash, data held without re_i.
#include "Vbonnet_wbuf.h"
#include "conv_ref.h"

enum { RowWords = 2 * Lanes, ColWords = BusBits / 32, Cols = RowWords / ColWords };  // 32-bit words
static uint32_t get(const uint64_t &port, int i) { return uint32_t(port >> 32 * i); }
static void put(uint64_t &port, int i, uint32_t v) { port = (port & ~(0xffffffffull << 32 * i)) | uint64_t(v) << 32 * i; }
template <class W> static uint32_t get(const W &port, int i) { return port[i]; }
template <class W> static void put(W &port, int i, uint32_t v) { port[i] = v; }

static int run(Tb<Vbonnet_wbuf> &t)
{
    auto &d = t.dut;
    std::vector<std::vector<uint32_t>> mem(WeightRows, std::vector<uint32_t>(RowWords));
    auto write = [&](uint32_t row, uint32_t col) {
        d.we_i = 1, d.wrow_i = row, d.wcol_i = col;
        for (int i = 0; i < ColWords; i++) {
            uint32_t v = uint32_t(t.rng.next());
            put(d.wdata_i, i, v);
        }
    };
    auto land = [&] {
        if (d.we_i)
            for (int i = 0; i < ColWords; i++) mem[d.wrow_i][d.wcol_i * ColWords + i] = get(d.wdata_i, i);
    };
    d.re_i = 0;
    for (uint32_t r = 0; r < WeightRows; r++)
        for (uint32_t c = 0; c < Cols; c++) write(r, c), t.tick(), land();
    std::vector<uint32_t> want;
    for (uint64_t n = 0; n < t.cases * 100; n++) {
        uint32_t row = t.rng.chance(5) ? WeightRows - 1 : t.rng.below(WeightRows);
        d.we_i = 0;
        if (t.rng.chance(50)) write(t.rng.chance(30) ? row : t.rng.below(WeightRows), t.rng.below(Cols));
        d.re_i = t.rng.chance(70), d.row_i = row;
        if (d.re_i) want = mem[row];
        t.tick();
        land();
        for (int i = 0; !want.empty() && i < RowWords; i++)
            if (d.rdata_o[i] != want[i]) return t.fail("rdata_o", n, d.rdata_o[i], want[i]);
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_wbuf>("bonnet_wbuf", argc, argv, run); }
