// SPDX-License-Identifier: Apache-2.0
// bonnet_fbuf: four random clients of port B, of which store only reads, and one of port A, four words from any address on, against an array of bits; who waits must be
// who is weaker. Words past the end read 0 and are not written.
#include "Vbonnet_fbuf.h"
#include "conv_ref.h"

enum { MaskBits = 4 * BankMask };

struct Req {
    bool we;
    uint32_t word;
    uint64_t mask, data[4];
};
// fb_req_t as Verilator packs it: {we, word, mask, wdata}, wdata lowest.
template <class W> static void pack(W &port, const Req &r)
{
    for (int i = 0; i < 8; i++) port[i] = uint32_t(r.data[i / 2] >> 32 * (i % 2));
    unsigned __int128 top = r.mask;
    top |= static_cast<unsigned __int128>(r.word) << MaskBits | static_cast<unsigned __int128>(r.we) << (MaskBits + FbWordW);
    for (int i = 8; i < (256 + MaskBits + FbWordW + 1 + 31) / 32; i++) port[i] = uint32_t(top), top >>= 32;
}

static int run(Tb<Vbonnet_fbuf> &t)
{
    auto &d = t.dut;
    std::vector<uint64_t> mem(FeatureWords);
    uint64_t a_want[4], b_want[4];
    bool a_known = false, b_known = false;
    Req req[4];
    bool valid[4] = {};
    uint32_t pct[4] = {};
    auto random_req = [&](bool we, uint32_t word) {
        Req r{we, word, t.rng.next() & (MaskBits == 64 ? ~0ull : (1ull << MaskBits) - 1), {}};
        if (t.rng.chance(30)) r.mask = MaskBits == 64 ? ~0ull : (1ull << MaskBits) - 1;
        for (auto &w : r.data) w = t.rng.next();
        return r;
    };
    auto land = [&](const Req &r) {
        for (int i = 0; i < MaskBits; i++)
            if ((r.mask >> i & 1) && r.word + i / BankMask < FeatureWords) {
                uint64_t bits = (Group == 64 ? ~0ull : (1ull << Group) - 1) << i % BankMask * Group;
                uint64_t &w = mem[r.word + i / BankMask];
                w = (w & ~bits) | (r.data[i / BankMask] & bits);
            }
    };
    auto look = [&](uint32_t word, uint64_t *to) {
        for (uint32_t i = 0; i < 4; i++) to[i] = word + i < FeatureWords ? mem[word + i] : 0;
    };
    auto somewhere = [&] { return t.rng.chance(5) ? FeatureWords - 1 - t.rng.below(6) : t.rng.below(FeatureWords); };
    // In reset nobody is answered, whoever asks.
    d.rst_ni = 0;
    d.post_valid_i = d.stem_valid_i = d.store_valid_i = d.load_valid_i = 1, d.fa_re_i = 0;
    pack(d.post_req_i, random_req(false, 0)), pack(d.stem_req_i, random_req(false, 0)), pack(d.store_req_i, random_req(false, 0)), pack(d.load_req_i, random_req(false, 0));
    t.tick();
    if (d.post_rvalid_o || d.stem_rvalid_o || d.store_rvalid_o || d.load_rvalid_o) return t.fail("answer in reset", 0, 1, 0);
    d.post_valid_i = d.stem_valid_i = d.store_valid_i = d.load_valid_i = 0;
    d.rst_ni = 1;
    for (uint32_t word = 0; word < FeatureWords; word += 4) {  // known contents first
        Req r = random_req(true, word);
        r.mask = MaskBits == 64 ? ~0ull : (1ull << MaskBits) - 1;
        d.load_valid_i = 1, pack(d.load_req_i, r);
        d.eval();
        t.tick();
        land(r);
    }
    for (uint64_t n = 0; n < t.cases * 100; n++) {
        if (n % 64 == 0)
            for (auto &p : pct) p = t.rng.below(100);
        uint32_t near = somewhere();
        auto nearby = [&] { return t.rng.chance(30) ? std::min<uint32_t>(near + t.rng.below(5), FeatureWords - 1) : somewhere(); };
        for (int c = 0; c < 4; c++)
            if (!valid[c] && t.rng.chance(pct[c])) valid[c] = true, req[c] = random_req(c != 2 && t.rng.chance(50), nearby());
        d.post_valid_i = valid[0], d.stem_valid_i = valid[1], d.store_valid_i = valid[2], d.load_valid_i = valid[3];
        pack(d.post_req_i, req[0]), pack(d.stem_req_i, req[1]), pack(d.store_req_i, req[2]), pack(d.load_req_i, req[3]);
        d.fa_re_i = t.rng.chance(70), d.fa_word_i = nearby();
        d.eval();
        uint32_t ready = d.post_ready_o | d.stem_ready_o << 1 | d.store_ready_o << 2 | d.load_ready_o << 3, expect = 0;
        int taken = -1;
        for (int c = 3; c >= 0; c--)
            if (valid[c]) taken = c;
        for (int c = 0; c < 4; c++)
            if (taken < 0 || c <= taken) expect |= 1u << c;
        if (ready != expect) return t.fail("ready", n, ready, expect);
        uint32_t answer = 0;
        if (d.fa_re_i) a_known = true, look(d.fa_word_i, a_want);
        b_known = taken >= 0 && !req[taken].we;  // the answer stands for a cycle
        if (b_known) answer = 1u << taken, look(req[taken].word, b_want);
        t.tick();
        if (taken >= 0) {
            if (req[taken].we) land(req[taken]);
            valid[taken] = false;
        }
        uint32_t rvalid = d.post_rvalid_o | d.stem_rvalid_o << 1 | d.store_rvalid_o << 2 | d.load_rvalid_o << 3;
        if (rvalid != answer) return t.fail("rvalid", n, rvalid, answer);
        for (int i = 0; i < 8; i++) {
            uint32_t a = uint32_t(a_want[i / 2] >> 32 * (i % 2)), b = uint32_t(b_want[i / 2] >> 32 * (i % 2));
            if (a_known && d.fa_data_o[i] != a) return t.fail("fa_data_o", n, d.fa_data_o[i], a);
            if (b_known && d.fb_rdata_o[i] != b) return t.fail("fb_rdata_o", n, d.fb_rdata_o[i], b);
        }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_fbuf>("bonnet_fbuf", argc, argv, run); }
