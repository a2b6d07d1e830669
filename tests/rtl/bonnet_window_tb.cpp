// SPDX-License-Identifier: Apache-2.0
// bonnet_window against the walk of docs/chip.md written the long way (conv_ref.h). Rate: the first address
// two cycles after start_i, then one a cycle.
#include "Vbonnet_window.h"
#include "conv_ref.h"

static int run(Tb<Vbonnet_window> &t)
{
    auto &d = t.dut;
    d.prep_i = d.start_i = d.ready_i = 0;
    for (uint64_t n = 0; n < t.cases; n++) {
        Conv c = conv_random(t.rng, t.rng.chance(70));
        Desc desc = c.desc();
        std::vector<Beat> want = conv_walk(c);
        for (int i = 0; i < 16; i++) d.desc_i[i] = desc.w[i];
        uint32_t stall_pct = t.rng.chance(50) ? 0 : t.rng.below(90);
        d.prep_i = 1, d.ready_i = 0;
        t.tick();
        d.prep_i = 0, d.start_i = 1;
        t.tick();
        d.start_i = 0;
        uint32_t waited = 1;
        size_t i = 0;
        while (i < want.size()) {
            d.ready_i = !t.rng.chance(stall_pct);
            d.eval();
            if (!d.busy_o) return t.fail("busy_o before the last address", n, 0, 1);
            if (!d.valid_o) {
                if (i || ++waited > 2) return t.fail("rate", n, i, want.size());
            } else if (d.ready_i) {
                const Beat &b = want[i];
                if (d.word_o != b.addr) return t.fail("word_o", n, d.word_o, b.addr);
                if (d.slice_o != b.slice) return t.fail("slice_o", n, d.slice_o, b.slice);
                if (d.mask_o != b.mask) return t.fail("mask_o", n, d.mask_o, b.mask);
                if (d.pix_o != b.pix) return t.fail("pix_o", n, d.pix_o, b.pix);
                uint32_t got = d.new_o << 5 | d.first_o << 4 | d.last_o << 3 | d.tile_o << 2 | d.end_o << 1 | d.tile_end_o;
                uint32_t flags = b.new_row << 5 | b.first << 4 | b.last << 3 | b.tile << 2 | b.end << 1 | b.tile_end;
                if (got != flags) return t.fail("flags", n, got, flags);
                i++;
            }
            t.tick();
        }
        if (d.valid_o || d.busy_o) return t.fail("busy_o after the last address", n, 1, 0);
        d.ready_i = t.rng.chance(50);
        for (int k = t.rng.below(3); k > 0; k--) t.tick();
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_window>("bonnet_window", argc, argv, run); }
