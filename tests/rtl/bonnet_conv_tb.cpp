// SPDX-License-Identifier: Apache-2.0
// bonnet_conv (window, array, post, fc) against conv_model.h: whole descriptors, the whole feature buffer compared after each. Built with two
// arrays (BONNET_CONV_ARRAYS) each has a buffer of its own, with other words in it, and what it makes of them is its own.
// Rate: done_o comes in the cycle that the formula in bonnet_conv.sv names, where port B does not refuse. Bad descriptors write nothing.
// BONNET_CONV_RATES in the environment prints cycles and formula of every descriptor.
#include "Vbonnet_conv.h"
#include <set>
#include "conv_model.h"

#ifndef BONNET_CONV_ARRAYS
#define BONNET_CONV_ARRAYS 1
#endif
enum { Arrays = BONNET_CONV_ARRAYS, FbReqBits = 256 + 4 * BankMask + FbWordW + 1 };

// The ports of one array, as Ports wants them.
struct View {
    bool fa_re_o, wb_re_o, fb_valid_o, fb_ready_i, fb_rvalid_i = false;
    uint32_t fa_word_o, wb_row_o, fb_req_o[FbReqBits / 32 + 1], fa_data_i[8] = {}, wb_data_i[2 * Lanes] = {}, fb_rdata_i[8] = {};
    void look(const Vbonnet_conv &d, uint32_t a)
    {
        fa_re_o = d.fa_re_o, wb_re_o = d.wb_re_o, fa_word_o = d.fa_word_o, wb_row_o = d.wb_row_o;
        fb_valid_o = d.fb_valid_o >> a & 1, fb_ready_i = d.fb_ready_i >> a & 1;
        for (uint32_t i = 0; i < FbReqBits; i++) {
            if (i % 32 == 0) fb_req_o[i / 32] = 0;
            const uint32_t at = FbReqBits * a + i;
            fb_req_o[i / 32] |= (d.fb_req_o[at / 32] >> at % 32 & 1) << i % 32;
        }
    }
    void drive(Vbonnet_conv &d, uint32_t a) const
    {
        for (uint32_t i = 0; i < 8; i++) d.fa_data_i[8 * a + i] = fa_data_i[i], d.fb_rdata_i[8 * a + i] = fb_rdata_i[i];
        if (!a) memcpy(&d.wb_data_i, wb_data_i, sizeof wb_data_i);
        d.fb_rvalid_i = static_cast<CData>((d.fb_rvalid_i & ~(1u << a)) | uint32_t(fb_rvalid_i) << a);
    }
};

// cmd_t is {desc, addr, step, index, skip}: the descriptor starts at bit 109.
static void put_cmd(Vbonnet_conv &d, const Desc &desc)
{
    for (int i = 0; i < 20; i++) d.cmd_i[i] = 0;
    for (int i = 0; i < 512; i++)
        if (desc.w[i / 32] >> i % 32 & 1) d.cmd_i[(i + 109) / 32] |= 1u << (i + 109) % 32;
}

// A broken descriptor: one rule of bonnet_conv_check violated.
enum { Rules = 33 };
static Desc spoil(const Conv &good, uint32_t rule, Rng &r)
{
    Conv c = good;
    // Rows y0 .. y0+rows-1 of nine, with nothing else to be said against them.
    auto strip = [&](uint32_t post, uint32_t y0, uint32_t rows, bool keep, bool more, uint32_t tiles) {
        c.post = post, c.y0 = y0, c.rows = rows, c.keep = keep, c.more = more, c.tiles = tiles;
        c.pool = c.s2 = c.d2 = false, c.k3 = true, c.pad = PadEdge, c.in_w = c.in_h = c.out_w = c.out_h = 9, c.in.ring = c.out.ring = c.res.ring = c.pass.ring = 0;
    };
    auto alone = [&] { c.keep = c.more = false; };
    switch (rule % Rules) {
    case 0: c.tiles = 0; break;
    case 1: c.depth = 0; break;
    case 2: c.rows = 0; break;
    case 3: c.rows = c.out_h - c.y0 + 1; break;
    case 4: c.in_w = (c.pool || c.s2 ? 2 : 1) * (c.out_w - 1) + 2 * c.border(); break;
    case 5: c.post = 5 + r.below(3); break;
    case 6: strip(PostStore, 0, 3, false, false, 1), c.pool = c.s2 = true, c.out_w = c.out_h = 3; break;
    case 7: c.k3 = false, c.d2 = true, c.pad = PadEdge; break;
    case 8: c.channel += 1; break;
    case 9: c.in_h = 2 * c.border(); break;
    case 10: c.k4 = false, (rule % 4 == 0 ? c.in : rule % 4 == 1 ? c.out : rule % 4 == 2 ? c.res : c.pass).therm = true; break;
    case 11: c.post = PostXnor, c.pool = false, c.k4 = c.out.therm = true; break;
    case 12: alone(), c.pool = c.d2 = false, c.k3 = true, c.in_w = c.in_h = 9, c.out_w = c.out_h = c.rows = 3, c.y0 = 0, c.in.ring = 2; break;
    case 13: alone(), c.pool = false, c.k3 = c.d2 = true, c.in_w = c.in_h = 9, c.out_w = c.out_h = c.rows = 3, c.y0 = 0, c.in.ring = 4; break;
    case 14: alone(), c.k3 = c.d2 = c.s2 = false, c.pad = PadEdge, c.pool = true, c.post = PostStore, c.in_w = c.in_h = 9, c.out_w = c.out_h = c.rows = 3, c.y0 = 0, c.in.ring = 1; break;
    case 17: strip(r.chance(50) ? PostStore : PostInterleave, 3, 6, true, false, 1); break;
    case 18: strip(r.chance(50) ? PostStore : PostOr, 0, 6, false, true, 1); break;
    case 19: strip(PostHead, 0, 6, false, true, 2); break;
    case 20: strip(PostHead, 3, 6, true, false, 2); break;
    case 21: strip(PostHead, 0, 9, true, false, 1); break;
    case 22: strip(PostHead, 0, 9, false, true, 1); break;
    case 23: strip(PostHead, 3, 6, false, false, 1); break;
    case 24: strip(PostHead, 0, 6, false, false, 1); break;
    case 25: c.in_h = (c.pool || c.s2 ? 2 : 1) * (c.out_h - 1) + 2 * c.border(); break;
    case 27: c.k3 = c.d2 = false, c.pad = 1 + r.below(2); break;
    case 28: c.pad = 3; break;
    case 29: strip(PostStore, 0, 3, false, false, 1), c.pool = true, c.out_w = c.out_h = 3, c.in.ring = 3; break;
    case 30: strip(PostStore, 0, 3, false, false, 1), c.pool = c.d2 = true, c.out_w = c.out_h = 3, c.in.ring = 5; break;
    case 31: strip(PostStore, 0, 1, false, false, 1), c.pad = PadNone, c.out_h = 1, c.out_w = 7, c.in_h = 3, c.in.ring = 2; break;  // one row of centres
    case 32: strip(1 + r.below(4), 0, 3, false, false, 1), c.pool = true, c.out_w = c.out_h = 3; break;
    case 26: (rule % 3 == 0 ? c.out : rule % 3 == 1 ? c.res : c.pass).ring = 7; break;  // and the slot behind it, below
    }
    Desc d = c.desc();
    const Field slots[] = {field::CONV_IN_SLOT, field::CONV_OUT_SLOT, field::CONV_RES_SLOT, field::CONV_PASS_SLOT};
    if (rule % Rules == 15) d.w[slots[rule % 4].word] |= 63u << slots[rule % 4].lsb;                     // beyond any ring
    if (rule % Rules == 26) {
        const Field &slot = slots[1 + rule % 3];
        d.w[slot.word] = (d.w[slot.word] & ~(63u << slot.lsb)) | 7u << slot.lsb;
    }
    if (rule % Rules == 16) d.w[0] = (d.w[0] & ~15u) | 4;  // not ours
    return d;
}

// What is just allowed. The widest map there is, or the tallest: one row or column of 1023 pixels; then rings of as many rows as a window.
static const struct {
    bool k3, d2, pool;
    uint32_t pad, w, h;
} tight[] = {
    {true, true, false, PadEdge, 7, 7}, {true, false, false, PadEdge, 7, 7}, {false, false, true, PadEdge, 7, 7}, {true, false, true, PadEdge, 7, 7},
    {true, false, true, PadNone, 7, 7}, {true, true, true, PadNone, 9, 9}, {true, true, true, PadZero, 7, 7}, {true, true, true, PadEdge, 6, 6},
    {true, true, false, PadZero, 1, 7}, {true, true, false, PadZero, 7, 1}, {true, true, false, PadNone, 5, 7}, {true, false, false, PadNone, 7, 3},
};
enum { Edges = 2 + sizeof tight / sizeof tight[0] };
static Conv edge(uint64_t n)
{
    Conv c{};
    if (n >= 2) {
        const auto &e = tight[n - 2];
        c.k3 = e.k3, c.d2 = e.d2, c.pool = e.pool, c.pad = e.pad, c.in_w = e.w, c.in_h = e.h;
        c.out_w = (e.w - 2 * c.border()) / (c.pool ? 2 : 1), c.out_h = c.rows = (e.h - 2 * c.border()) / (c.pool ? 2 : 1);
        c.in.ring = std::min(e.h, 2 * c.reach() + (c.pool ? 2 : 1));
        c.tiles = c.depth = 1, c.k = c.taps() * 64, c.group_step = Group, c.tile_step = Lanes;
        c.in.row = c.out.row = 9, c.in.pix = c.out.pix = 1, c.out.base = 1500;
        return c;
    }
    const bool tall = n == 1;
    c.in_w = c.out_w = tall ? 1 : 1023, c.in_h = c.out_h = c.rows = tall ? 1023 : 1;
    c.tiles = c.depth = 1, c.k = 64, c.group_step = Group, c.tile_step = Lanes;
    c.in.row = c.out.row = tall ? 1 : 1023, c.in.pix = c.out.pix = 1, c.out.base = 1500;
    return c;
}

static void print(const Conv &c)
{
    fprintf(stderr, "post %u keep %d more %d pad %u k3 %d s2 %d d2 %d grouped %d pool %d k4 %d in %ux%u out %ux%u y0 %u rows %u tiles %u depth %u channel %u steps %u %u coded %d%d%d%d rings %u %u %u %u\n",
            c.post, c.keep, c.more, c.pad, c.k3, c.s2, c.d2, c.grouped, c.pool, c.k4, c.in_w, c.in_h, c.out_w, c.out_h, c.y0, c.rows, c.tiles, c.depth, c.channel, c.group_step,
            c.tile_step, c.in.therm, c.out.therm, c.res.therm, c.pass.therm, c.in.ring, c.out.ring, c.res.ring, c.pass.ring);
}

// The cycle of done_o, start_i being cycle 0, when port B never refuses: the formula of bonnet_conv.sv.
struct Cost {
    uint64_t cycles, reads;
    uint64_t port_b;  // cycles that port B has work for, at most
    bool plain;  // nothing but the array and the last block sets the pace: exact to the cycle
};
static Cost conv_cost(const Conv &c)
{
    uint64_t pixels = uint64_t(c.rows) * c.out_w * (c.pool ? 4 : 1), taps = c.taps() * c.depth, fire = 2, most = 0, words = 0, port_b = 0;
    uint64_t reads = c.post == PostStore ? 0 : c.post == PostInterleave ? 2 : 1, step = 1, free = 0;  // free: post takes the next result
    if (pixels == 1 && c.tiles * c.par_rows() > 2) fire += c.tiles * c.par_rows() - 2;  // all of it before the last result
    for (uint32_t t = 0; t < c.tiles; t++) {
        std::set<uint32_t> in, out;
        for (uint32_t g = 0; g < 4; g++) {
            uint32_t ch = c.channel + t * c.tile_step + g * c.group_step;
            in.insert(ch / 64);
            if (c.post == PostInterleave) out.insert(2 * ch / 64), out.insert((2 * ch + 2 * Group - 1) / 64);
            else out.insert(ch / 64);
        }
        step = c.post == PostHead ? 8 : out.size(), words = std::max<uint64_t>(words, in.size());
        most = std::max<uint64_t>(most, c.post == PostHead ? 9 : reads * in.size() + out.size());
        port_b += pixels * (c.post == PostHead ? 9 : reads * in.size() + out.size());
        for (uint64_t b = 0; b < pixels; b += Block) {
            uint64_t n = std::min<uint64_t>(Block, pixels - b);
            fire += n * (taps - 1);
            for (uint64_t i = 0; i < n; i++) {
                fire++;  // the pixel's last read; its result can be taken five cycles later
                free = std::max(fire + 5, free) + (c.pool && (b + i) % 4 != 3 ? 1 : step);
            }
        }
    }
    uint64_t tail = pixels % Block ? pixels % Block : uint64_t(Block);
    uint64_t done = free + (c.post == PostHead ? (c.more ? 5 : 6) : c.pool ? 3 : 2);
    return {done, c.tiles * pixels * taps, port_b, pixels * taps >= 8 && (reads ? words <= 2 && tail * taps >= Block * most : taps >= most)};
}

static int run(Tb<Vbonnet_conv> &t)
{
    auto &d = t.dut;
    std::vector<Buffers> buf(Arrays), want;   // the weights are the same
    std::vector<View> views(Arrays);
    std::vector<Ports> ports;
    for (Buffers &b : buf) ports.push_back(Ports{b});
    uint32_t rule = 0;
    uint64_t beats = 0, rated = 0, spent = 0, exact = 0;
    int64_t worst = 0;
    d.start_i = d.fb_ready_i = d.fb_rvalid_i = 0;
    std::vector<Conv> strips;  // of the HEAD under way, the next one last
    HeadSums sums[Arrays];
    bool bad = false;
    for (uint64_t n = 0; n < t.cases; n += !bad) {  // what is refused is no case
        Fc f = fc_random(t.rng);
        bool fc = false;
        bad = false;
        if (strips.empty()) {
            for (Buffers &b : buf)
                if (n % 8 == 0) b.fill(t.rng), b.weight = buf[0].weight;
            Conv whole = n < Edges ? edge(n) : conv_random(t.rng, t.rng.chance(80));
            fc = n >= Edges && t.rng.chance(15), bad = n >= Edges && t.rng.chance(40);
            if (fc && bad) {
                const uint32_t what = t.rng.below(3);
                if (what == 0) f.tiles = 0;
                else if (what == 1) f.inputs |= 1 + t.rng.below(7);
                else f.inputs = 0;
            }
            conv_params(whole, buf[0], t.rng);
            for (Buffers &b : buf) b.weight = buf[0].weight, conv_operands(whole, b);
            strips = conv_strips(whole);
            std::reverse(strips.begin(), strips.end());
        }
        Conv c = strips.back();
        strips.pop_back();
        if (fc || bad) strips.clear();
        want = buf;
        put_cmd(d, fc ? f.desc() : bad ? spoil(c, rule++, t.rng) : c.desc());
        for (uint32_t a = 0; a < Arrays; a++) {
            if (fc && !bad) fc_model(f, buf[a], want[a]);
            else if (!bad) conv_model(c, buf[a], want[a], sums[a]);
        }
        auto writes = [&] {
            uint64_t sum = 0;
            for (const Ports &p : ports) sum += p.writes;
            return sum;
        };
        uint32_t stall_pct = t.rng.chance(50) ? 0 : t.rng.below(90);
        d.start_i = 1;
        // What hangs is found soon: port B is free one cycle in ten at least.
        const Cost cost = bad || fc ? Cost{} : conv_cost(c);
        const uint64_t least = bad ? 0 : fc ? f.tiles * (f.inputs + Lanes / 2 + 5) + 6 : std::max(cost.cycles, cost.port_b);
        uint64_t cycles = 0, limit = least * (stall_pct ? 14 : 2) + 1000, before = writes();
        bool done = false;
        // What the counters and the weight buffer see, to the cycle: a stall is an address that waits for neither a parameter row's turn nor the end.
        const uint32_t tile_rows = c.par_rows() + c.taps() * c.depth;
        const uint64_t pixels = uint64_t(c.rows) * c.out_w * (c.pool ? 4 : 1), addresses = c.tiles * pixels * c.taps() * c.depth;
        const uint64_t rows_read = c.tiles * ((pixels + Block - 1) / Block * c.taps() * c.depth + c.par_rows());
        uint64_t fires = 0, rows = 0;
        while (!done) {
            d.fb_ready_i = t.rng.chance(stall_pct) ? 0 : (1u << Arrays) - 1;   // all or none: they are in step
            d.eval();
            for (uint32_t a = 0; a < Arrays; a++) views[a].look(d, a), ports[a].before(views[a]);
            bool param = d.wb_re_o && (d.wb_row_o - c.wrow) % tile_rows < c.par_rows();
            bool stalls = fc ? !bad && d.fb_valid_o && !d.fb_ready_i : !bad && cycles > 2 && fires < addresses && !d.fa_re_o && !param;
            if (d.sts_o != stalls) return t.fail("sts_o", n, d.sts_o, stalls);
            fires += d.fa_re_o, rows += d.wb_re_o;
            if (d.bad_o != (bad && cycles == 2)) {
                print(c);
                return t.fail("bad_o", n, d.bad_o, bad);
            }
            done = d.done_o || d.bad_o;
            t.tick();
            for (uint32_t a = 0; a < Arrays; a++) ports[a].after(views[a]), ports[a].after_b(views[a]), views[a].drive(d, a);
            d.start_i = 0;
            if (!done && ++cycles > limit) return t.fail("never done", n, cycles, limit);
        }
        if (!fc && (fires != (bad ? 0 : addresses) || rows != (bad ? 0 : rows_read))) return t.fail("weight rows read", n, rows, rows_read);
        for (int i = 0; bad && i < 4; i++, t.tick())
            if (d.done_o || d.bad_o || d.fb_valid_o) return t.fail("something after bad_o", n, d.done_o, 0);
        if (bad && writes() != before) return t.fail("bad descriptor wrote", n, writes() - before, 0);
        for (uint32_t i = 0; i < Arrays * FeatureWords; i++) {
            const uint64_t got = buf[i / FeatureWords].feat[i % FeatureWords], due = want[i / FeatureWords].feat[i % FeatureWords];
            if (got == due) continue;
            if (!fc) print(c);
            fprintf(stderr, "array %u, word %u\n", i / FeatureWords, i % FeatureWords);
            return t.fail("feature word", n, got, due);
        }
        if (fc && !bad && !stall_pct && cycles > f.tiles * (f.inputs + Lanes / 2 + 5) + 6) return t.fail("fc rate", n, cycles, f.inputs);
        if (fc || bad || stall_pct) continue;
        int64_t off = int64_t(cycles) - int64_t(cost.cycles);
        if (getenv("BONNET_CONV_RATES")) printf("case %" PRIu64 " cycles %" PRIu64 " model %+" PRId64 " ", n, cycles, off), fflush(stdout), print(c);
        rated++, exact += off == 0, worst = std::max<int64_t>(worst, off < 0 ? -off : off), beats += cost.reads, spent += cycles + 1;
        if (off && cost.plain) {
            print(c);
            return t.fail("cycles", n, cycles, cost.cycles);
        }
    }
    printf("bonnet_conv: %" PRIu64 " rated descriptors, array busy %.1f %%; %" PRIu64 " as the formula says, the others at most %" PRId64 " cycles off\n", rated,
           100.0 * double(beats) / double(spent ? spent : 1), exact, worst);
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_conv>("bonnet_conv", argc, argv, run); }
