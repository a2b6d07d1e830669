// SPDX-License-Identifier: Apache-2.0
// bonnet_merge against the four operators channel by channel on a copy of the words, coded or not; segments at random, stalls on every side. A step that
// has its pixel, its segment and a free port is made: one write per cycle.
#include "Vbonnet_merge.h"
#include "post_ref.h"

static int run(Tb<Vbonnet_merge> &t)
{
    auto &d = t.dut;
    std::vector<uint64_t> got(FeatureWords), want;
    for (auto &w : got) w = t.rng.next();
    want = got;
    d.pix_valid_i = d.seg_valid_i = d.wr_ready_i = 0, d.en_i = 1;
    for (uint64_t n = 0; n < t.cases; n++) {
        bool k4 = t.rng.chance(60), flat = t.rng.chance(30);
        uint32_t post = n ? t.rng.below(4) : uint32_t(PostInterleave), k = k4 ? 4 : 1, idle_pct = flat ? 0 : t.rng.below(80), stall_pct = flat ? 0 : t.rng.below(80);
        uint64_t steps = 0, cycles = 0;
        bool therm = k4 && post != PostXnor && t.rng.chance(50);
        uint32_t words = therm ? 3 : k;
        d.post_i = post, d.k4_i = k4, d.out_t_i = therm;
        uint32_t pixels = 1 + t.rng.below(20);
        for (uint32_t px = 0; px < pixels; px++) {
            bool bits[4][Lanes];
            for (int j = 0; j < 4; j++)
                for (int l = 0; l < Lanes; l++)
                    put_bits(d.pix_bits_i, j * Lanes + l, 1, bits[j][l] = t.rng.chance(40) || (therm && j && bits[j - 1][l]));
            auto segs = seg_random(t.rng);
            d.pix_last_i = px == pixels - 1;
            bool pix = false;
            for (auto &s : segs) {
                uint64_t res[4], pass[4];
                s.out_word = t.rng.below(FeatureWords - 16), s.first_pix = t.rng.chance(50), s.last_pix = px == pixels - 1;
                for (int j = 0; j < 4; j++) {
                    res[j] = t.rng.next() | (therm && j ? res[j - 1] : 0), pass[j] = t.rng.next() | (therm && j ? pass[j - 1] : 0);
                    put_bits(d.res_i, 64 * j, 64, res[j]), put_bits(d.pass_i, 64 * j, 64, pass[j]);
                }
                s.put(d.seg_i);
                bool halves[2] = {};
                for (int l = 0; l < Lanes; l++)
                    if (s.groups >> l / Group & 1) {
                        uint32_t c = s.pos[l / Group] * Group + l % Group;
                        uint64_t even[4] = {}, odd[4] = {};
                        for (uint32_t j = 0; j < k; j++) {
                            bool a = bits[j][l], r = res[j] >> c & 1;
                            even[j] = post == PostStore ? a : post == PostXnor ? a == r : (a | r), odd[j] = pass[j] >> c & 1;
                        }
                        auto put = [&](uint32_t ch, const uint64_t *v) {
                            for (uint32_t i = 0; i < words; i++) {
                                uint64_t &w = want[s.out_word + ch / 64 * words + i], bit = therm ? therm_code(v, i) : v[i];
                                w = (w & ~(1ull << ch % 64)) | (bit & 1) << ch % 64;
                            }
                        };
                        if (post == PostInterleave) put(2 * c, even), put(2 * c + 1, odd), halves[c / 32] = true;
                        else put(c, even);
                    }
                steps += post == PostInterleave ? halves[0] + halves[1] : 1;
                bool seg = false;
                for (bool taken = false; !taken;) {
                    pix |= !t.rng.chance(idle_pct), seg |= !t.rng.chance(idle_pct);
                    d.pix_valid_i = pix, d.seg_valid_i = seg, d.wr_ready_i = !t.rng.chance(stall_pct);
                    d.eval();
                    FbWrite w;
                    if (d.wr_valid_o && d.wr_ready_i) {
                        if (!fb_req_get(d.wr_req_o, w)) return t.fail("wr_req_o.we", n, 0, 1);
                        w.apply(got);
                    }
                    taken = d.seg_ready_o;
                    if (taken && !seg) return t.fail("seg_ready_o alone", n, 1, 0);
                    if (d.pix_ready_o != (taken && s.last_seg)) return t.fail("pix_ready_o", n, d.pix_ready_o, s.last_seg);
                    t.tick();
                    if (++cycles > 100000) return t.fail("stuck", n, px, pixels);
                }
            }
        }
        d.pix_valid_i = d.seg_valid_i = 0, d.wr_ready_i = 1;
        d.eval();
        FbWrite w;
        if (!d.wr_valid_o) return t.fail("last write", n, 0, 1);
        fb_req_get(d.wr_req_o, w), w.apply(got);
        t.tick();
        if (d.wr_valid_o) return t.fail("write from nothing", n, 1, 0);
        if (flat && cycles != steps) return t.fail("rate", n, cycles, steps);
        for (uint32_t i = 0; i < FeatureWords; i++)
            if (got[i] != want[i]) {
                fprintf(stderr, "word %u, post %u, k4 %d, therm %d\n", i, post, k4, therm);
                return t.fail("feature word", n, got[i], want[i]);
            }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_merge>("bonnet_merge", argc, argv, run); }
