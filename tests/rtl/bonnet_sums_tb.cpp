// SPDX-License-Identifier: Apache-2.0
// bonnet_sums: jobs of random beats, read and written at every base and in any cycle, against sums made in C; cleared at the start of a job or by a reset only,
// complete two cycles after the last beat, and carries that go through all 64 bits.
#include "Vbonnet_sums.h"
#include "tb.h"

#ifdef BONNET_GEOMETRY_TINY
static constexpr uint32_t Words = 1;
static uint64_t put(QData &d, const uint64_t *v) { return d = v[0]; }
#else
static constexpr uint32_t Words = 2;
static uint64_t put(VlWide<4> &d, const uint64_t *v)
{
    for (uint32_t i = 0; i < 4; i++) d[i] = static_cast<uint32_t>(v[i / 2] >> 32 * (i % 2));
    return v[0] + v[1];
}
#endif

static int run(Tb<Vbonnet_sums> &t)
{
    auto &d = t.dut;
    d.clear_i = d.rd_valid_i = d.wr_valid_i = 0;
    t.tick();
    for (uint64_t n = 0; n < t.cases; n++) {
        uint64_t want[4] = {0, 0, 0, 0};
        if (n) {  // out of reset they are 0, and a reset forgets what was there
            (t.rng.chance(20) ? d.rst_ni = 0 : d.clear_i = 1);
            t.tick();
            d.rst_ni = 1, d.clear_i = 0;
        }
        const uint32_t in = t.rng.chance(30) ? 100 : t.rng.below(101), out = t.rng.chance(30) ? 100 : t.rng.below(101);
        for (uint32_t cycle = t.rng.below(300); cycle; cycle--) {
            uint64_t r[2], w[2];
            for (uint32_t i = 0; i < Words; i++) {
                r[i] = t.rng.chance(20) ? ~uint64_t{0} : t.rng.next();   // many ones: long carries
                w[i] = t.rng.chance(20) ? ~uint64_t{0} : t.rng.next();
            }
            d.rd_valid_i = t.rng.chance(in), d.rd_base_i = t.rng.below(4);
            d.wr_valid_i = t.rng.chance(out), d.wr_base_i = t.rng.below(4);
            const uint64_t read = put(d.rd_data_i, r), written = put(d.wr_data_i, w);
            if (d.rd_valid_i && d.rd_base_i < 2) want[d.rd_base_i] += read;
            if (d.wr_valid_i && d.wr_base_i >= 2) want[d.wr_base_i] += written;
            t.tick();
        }
        d.rd_valid_i = d.wr_valid_i = 0;
        for (uint32_t wait = 1 + t.rng.below(5); wait; wait--) t.tick();   // and then they stay
        for (uint32_t i = 0; i < 4; i++) {
            const uint64_t got = d.sums_o[2 * i] | static_cast<uint64_t>(d.sums_o[2 * i + 1]) << 32;
            if (got != want[i]) return t.fail("sums_o", 4 * n + i, got, want[i]);
        }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_sums>("bonnet_sums", argc, argv, run); }
