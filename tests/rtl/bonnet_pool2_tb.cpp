// SPDX-License-Identifier: Apache-2.0
// bonnet_pool2 against AND/OR of four, bit by bit; and the wire it is otherwise. Four pixels in, one out, without a gap.
#include <deque>
#include "Vbonnet_pool2.h"
#include "post_ref.h"

struct Pooled {
    std::vector<bool> bit;
    bool last;
};

static int run(Tb<Vbonnet_pool2> &t)
{
    auto &d = t.dut;
    for (uint64_t n = 0; n < t.cases; n++) {
        bool pool = t.rng.chance(70), flat = t.rng.chance(30), offer = false;
        uint32_t idle_pct = flat ? 0 : t.rng.below(90), stall_pct = flat ? 0 : t.rng.below(90), want_count = 1 + t.rng.below(40), pos = 0;
        uint64_t all = t.rng.next(), cycles = 0;
        std::vector<bool> in(4 * Lanes), acc(4 * Lanes);
        std::deque<Pooled> want;
        uint32_t sent = 0, got = 0;
        d.pool2_i = pool, d.valid_i = d.ready_i = 0;
        for (int l = 0; l < Lanes; l++) d.and_i = all & (Lanes == 64 ? ~0ull : (1ull << Lanes) - 1);
        while (got < want_count) {
            if (!offer && sent < want_count && !t.rng.chance(idle_pct)) {
                offer = true, d.last_i = (!pool || pos == 3) && t.rng.chance(20);
                uint32_t ones = t.rng.below(101);
                for (int i = 0; i < 4 * Lanes; i++) put_bits(d.bits_i, i, 1, in[i] = t.rng.chance(ones));
            }
            d.valid_i = offer, d.ready_i = !t.rng.chance(stall_pct);
            d.eval();
            if (offer && d.ready_i && !d.ready_o) return t.fail("rate", n, 0, 1);
            if (pool && want.empty() && !d.ready_o) return t.fail("room that is not used", n, 0, 1);
            if (d.valid_i && d.ready_o) {
                for (int i = 0; i < 4 * Lanes; i++)
                    acc[i] = !pool || pos == 0 ? in[i] : (all >> i % Lanes & 1) ? acc[i] && in[i] : acc[i] || in[i];
                if (!pool || pos == 3) want.push_back({acc, bool(d.last_i)}), sent++;
                pos = (pos + 1) % 4, offer = false;
            }
            if (d.valid_o && d.ready_i) {
                if (want.empty()) return t.fail("valid_o too early", n, 1, 0);
                for (int i = 0; i < 4 * Lanes; i++)
                    if (get_bit(d.bits_o, i) != want.front().bit[i]) return t.fail("bits_o", n, i, want.front().bit[i]);
                if (d.last_o != want.front().last) return t.fail("last_o", n, d.last_o, want.front().last);
                want.pop_front(), got++;
            }
            t.tick(), cycles++;
            if (cycles > 100000) return t.fail("stuck", n, got, want_count);
        }
        if (flat && cycles > want_count * (pool ? 4 : 1) + 1) return t.fail("cycles", n, cycles, want_count * 4 + 1);
        if (pos && pool) return t.fail("bench", n, pos, 0);
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_pool2>("bonnet_pool2", argc, argv, run); }
