// SPDX-License-Identifier: Apache-2.0
// bonnet_head against docs/operators.md section 5 in 64-bit integers: tiles of random maps, saturating and not, both k; the features in their words, each
// eighth of a tile written once; or nothing written, and the sums go on in the next case. Eight cycles per pixel when nobody stalls.
#include "Vbonnet_head.h"
#include "post_ref.h"

// Two rows of parameters. |A*n + B*m + C| stays below 2^30, as the compiler promises.
static std::vector<uint64_t> params_random(Rng &r)
{
    std::vector<uint64_t> p(2 * Lanes);
    bool small = r.chance(40);
    for (int l = 0; l < Lanes; l++) {
        uint64_t a = small ? r.below(200) - 100u : r.next(), c = uint64_t(sext(r.next(), small ? 16 : 30));
        p[l] = (a & 0xffff) | (r.next() & 0xffff) << 16 | c << 32;
        p[Lanes + l] = r.chance(30) ? uint64_t(r.below(300)) : r.chance(20) ? 0x8000 : r.next();  // -32768 * -32768: the one product of 31 bits
    }
    return p;
}

static int run(Tb<Vbonnet_head> &t)
{
    auto &d = t.dut;
    std::vector<uint64_t> got(FeatureWords), want;
    for (auto &w : got) w = t.rng.next();
    want = got;
    uint32_t beat = 0;
    std::vector<int64_t> total(Lanes);
    bool keep = false, more = false;
    d.pix_valid_i = d.seg_valid_i = d.wr_ready_i = 0, d.en_i = 1;
    for (uint64_t n = 0; n < t.cases; n++) {
        bool k4 = t.rng.chance(60), flat = t.rng.chance(40);
        uint32_t k = k4 ? 4 : 1, K = 64 * (1 + t.rng.below(72)), s1 = t.rng.below(25), s2 = t.rng.below(t.rng.chance(60) ? 8 : 25);
        uint32_t pixels = 1 + t.rng.below(12), idle_pct = flat ? 0 : t.rng.below(60), stall_pct = flat ? 0 : t.rng.below(90);
        keep = more, more = t.rng.chance(40);
        d.keep_i = keep, d.more_i = more;
        d.k4_i = k4, d.dot_i = K, d.s1_i = s1, d.s2_i = s2;
        const auto p = params_random(t.rng);
        Conv c{};
        c.k = K, c.s1 = s1;
        auto shape = seg_random(t.rng);  // the same for every pixel of a tile
        uint32_t out = t.rng.below(FeatureWords - 80);
        for (auto &s : shape) s.out_word = out, out += 16;
        if (!keep) total.assign(Lanes, 0);
        uint64_t cycles = 0, writes = 0;
        for (uint32_t px = 0; px < pixels; px++) {
            std::vector<uint32_t> sum(Lanes);
            bool pix = false;
            for (int l = 0; l < Lanes; l++) put_bits(d.pix_sum_i, int(SumW * l), SumW, sum[l] = t.rng.chance(90) ? t.rng.below(K + 1) : t.rng.chance(50) ? K : 0);
            d.pix_last_i = px == pixels - 1;
            for (size_t i = 0; i < shape.size(); i++) {
                Seg s = shape[i];
                s.first_pix = px == 0, s.last_pix = px == pixels - 1;
                s.put(d.seg_i);
                uint64_t res[4];
                for (int j = 0; j < 4; j++) put_bits(d.res_i, 64 * j, 64, res[j] = t.rng.next());
                for (int l = 0; l < Lanes; l++)
                    if (s.groups >> l / Group & 1) {
                        uint32_t ch = s.pos[l / Group] * Group + l % Group;
                        int64_t m = 0;
                        for (uint32_t j = 0; j < k; j++) m += (res[j] >> ch & 1) ? 1 : -1;
                        total[l] += head_u(c, p[l], p[Lanes + l], sum[l], m);
                        if (s.last_pix && !more) {
                            uint64_t &w = want[s.out_word + ch / 4];
                            w = (w & ~(0xffffull << 16 * (ch % 4))) | (uint64_t(sat16(round_shift(total[l], s2))) & 0xffff) << 16 * (ch % 4);
                        }
                    }
                bool seg = false;
                for (bool taken = false; !taken;) {
                    pix |= !t.rng.chance(idle_pct), seg |= !t.rng.chance(idle_pct);
                    d.pix_valid_i = pix, d.seg_valid_i = seg, d.wr_ready_i = !t.rng.chance(stall_pct);
                    d.eval();
                    FbWrite w;
                    if (d.wr_valid_o && d.wr_ready_i && fb_req_get(d.wr_req_o, w)) w.apply(got), writes++;
                    taken = d.seg_ready_o;
                    if (d.pix_ready_o != (taken && s.last_seg)) return t.fail("pix_ready_o", n, d.pix_ready_o, s.last_seg);
                    bool ask = d.beat_en_o;
                    if (ask) beat = d.beat_o;
                    t.tick(), cycles++;
                    if (ask)
                        for (int b = 0; b < Lanes / 8; b++) {
                            put_bits(d.beat_row_i, 64 * b, 64, p[beat * (Lanes / 8) + b]);
                            put_bits(d.beat_slope_i, 16 * b, 16, p[Lanes + beat * (Lanes / 8) + b] & 0xffff);
                        }
                    if (cycles > 100000) return t.fail("stuck", n, px, pixels);
                }
            }
        }
        if (flat && cycles != 8 * pixels) return t.fail("rate", n, cycles, 8 * pixels);
        d.pix_valid_i = d.seg_valid_i = 0;
        d.eval();
        uint64_t waited = 0;
        for (uint64_t wait = 0; !d.idle_o; wait++) {
            d.wr_ready_i = !t.rng.chance(stall_pct);
            d.eval();
            FbWrite w;
            if (d.wr_valid_o && d.wr_ready_i && fb_req_get(d.wr_req_o, w)) w.apply(got), writes++;
            t.tick();
            if (wait > 1000) return t.fail("latency", n, wait, 6);
            waited = wait + 1;
        }
        if (flat && waited != (more ? 5 : 6)) return t.fail("latency", n, waited, more ? 5 : 6);
        if (writes != (more ? 0 : 8)) return t.fail("writes of a tile", n, writes, more ? 0 : 8);
        for (uint32_t i = 0; i < FeatureWords; i++)
            if (got[i] != want[i]) {
                fprintf(stderr, "word %u, k4 %d, s1 %u, s2 %u, pixels %u\n", i, k4, s1, s2, pixels);
                return t.fail("feature word", n, got[i], want[i]);
            }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_head>("bonnet_head", argc, argv, run); }
