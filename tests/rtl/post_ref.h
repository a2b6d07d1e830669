// SPDX-License-Identifier: Apache-2.0
// post_ref - what the post room's benches share: the room's answer channel by channel from docs/chip.md and docs/operators.md, given
// the array's popcounts; port B of the feature buffer; the number of accesses a descriptor needs.
#pragma once
#include <set>
#include "conv_model.h"

enum { FbMaskBits = 4 * BankMask };
typedef std::vector<uint16_t> Sums;  // one result: popcount of each lane

// A write of port B applied to the feature words.
struct FbWrite {
    uint32_t word;
    uint64_t mask, data[4];
    void apply(std::vector<uint64_t> &feat) const
    {
        for (int i = 0; i < FbMaskBits; i++)
            if ((mask >> i & 1) && word + i / BankMask < FeatureWords) {
                uint64_t bits = ((1ull << Group) - 1) << i % BankMask * Group, &w = feat[word + i / BankMask];
                w = (w & ~bits) | (data[i / BankMask] & bits);
            }
    }
};
// fb_req_t is {we, word, mask, wdata}.
template <class W> bool fb_req_get(const W &req, FbWrite &f)
{
    auto bits = [&](int lsb, int n) {
        uint64_t v = 0;
        for (int i = 0; i < n; i++) v |= uint64_t(req[(lsb + i) / 32] >> (lsb + i) % 32 & 1) << i;
        return v;
    };
    for (int b = 0; b < 4; b++) f.data[b] = bits(64 * b, 64);
    f.mask = bits(256, FbMaskBits), f.word = uint32_t(bits(256 + FbMaskBits, FbWordW));
    return bits(256 + FbMaskBits + FbWordW, 1);
}
template <class W> void put_bits(W &wide, int lsb, int n, uint64_t v)
{
    for (int i = 0; i < n; i++) {
        uint32_t one = 1u << (lsb + i) % 32;
        wide[(lsb + i) / 32] = (v >> i & 1) ? wide[(lsb + i) / 32] | one : wide[(lsb + i) / 32] & ~one;
    }
}

// The tiny geometry's ports of 64 bits are plain integers.
inline void put_bits(QData &wide, int lsb, int n, uint64_t v)
{
    for (int i = 0; i < n; i++) wide = (v >> i & 1) ? wide | 1ull << (lsb + i) : wide & ~(1ull << (lsb + i));
}
inline void put_bits(IData &wide, int lsb, int n, uint64_t v)
{
    QData w = wide;
    put_bits(w, lsb, n, v), wide = IData(w);
}
template <class W> bool get_bit(const W &wide, int i) { return wide[i / 32] >> i % 32 & 1; }
inline bool get_bit(const QData &wide, int i) { return wide >> i & 1; }
inline bool get_bit(const IData &wide, int i) { return wide >> i & 1; }
template <class W> uint64_t get_word(const W &wide, int i) { return wide[2 * i] | uint64_t(wide[2 * i + 1]) << 32; }  // 64 bits

inline uint32_t post_channel(const Conv &c, uint32_t tile, uint32_t lane)
{
    return c.channel + tile * c.tile_step + lane / Group * c.group_step + lane % Group;
}
inline int64_t head_u(const Conv &c, uint64_t p0, uint64_t p1, int64_t p, int64_t m)
{
    int64_t v = sat16(round_shift(sext(p0, 16) * (2 * p - int64_t(c.k)) + sext(p0 >> 16, 16) * m + sext(p0 >> 32, 32), c.s1));
    return v >= 0 ? v : sat16(round_shift(sext(p1, 16) * v, 8));
}

// One tile: params are its one or two rows (lane l of row r at r * Lanes + l), sums its results in the array's order, kept what a HEAD
// with MORE leaves for the next descriptor.
inline void post_model(const Conv &c, uint32_t tile, const uint64_t *params, const std::vector<Sums> &sums, const Buffers &before, Buffers &after,
                       HeadSums &kept)
{
    kept.resize(Lanes);
    uint32_t k = c.slices();
    auto pixels = conv_pixels(c);
    for (uint32_t l = 0; l < Lanes; l++) {
        uint32_t ch = post_channel(c, tile, l);
        int64_t total = c.keep ? kept[l] : 0;
        for (size_t i = 0; i < pixels.size(); i++) {
            int y = pixels[i].y, x = pixels[i].x;
            if (c.post == PostHead) {
                int64_t m = 0;
                for (uint32_t j = 0; j < k; j++) m += before.bit(c.res, y, x, k, ch, j) ? 1 : -1;
                total += head_u(c, params[l], params[Lanes + l], sums[i][l], m);
                continue;
            }
            if (c.pool && i % 4) continue;
            bool even[4] = {}, odd[4] = {};
            for (uint32_t j = 0; j < k; j++) {
                auto fires = [&](size_t n) { return sums[n][l] >= (params[l] >> 16 * j & 0x1fff); };
                bool a = fires(i), r = c.post != PostStore && before.bit(c.res, y, x, k, ch, j);
                if (c.pool) {
                    int ones = fires(i) + fires(i + 1) + fires(i + 2) + fires(i + 3);
                    a = (params[l] >> 15 & 1) ? ones == 4 : ones > 0;
                }
                even[j] = c.post == PostStore ? a : c.post == PostXnor ? a == r : (a || r);
                if (c.post == PostInterleave) odd[j] = before.bit(c.pass, y, x, k, ch, j);
            }
            after.set(c.out, y, x, k, c.post == PostInterleave ? 2 * ch : ch, even);
            if (c.post == PostInterleave) after.set(c.out, y, x, k, 2 * ch + 1, odd);
        }
        kept[l] = total;
        if (c.post == PostHead && !c.more) head_feature(c, ch, total, after);
    }
}

// Port B for one pixel of a tile: 64 channels are read once from each map and written once.
struct Accesses {
    uint32_t segments, reads, writes;  // reads of a segment
    uint32_t all() const { return segments * reads + writes; }
};
inline Accesses post_accesses(const Conv &c, uint32_t tile)
{
    std::set<uint32_t> in, out;
    for (uint32_t l = 0; l < Lanes; l++) {
        uint32_t ch = post_channel(c, tile, l);
        in.insert(ch / 64), out.insert(c.post == PostInterleave ? 2 * ch / 64 : ch / 64);
    }
    uint32_t reads = c.post == PostStore ? 0 : c.post == PostInterleave ? 2 : 1;
    return {uint32_t(in.size()), reads, c.post == PostHead ? 0 : uint32_t(out.size())};
}
// Cycles from the last result of a descriptor to idle_o, as rtl/post/bonnet_post.sv has it: results come in blocks of eight, one a
// cycle, eight times `pace` cycles apart, and `pixels` of them a tile.
inline int64_t post_drain(const Conv &c, int64_t pixels, int64_t pace)
{
    Accesses a = post_accesses(c, c.tiles - 1);
    int64_t last = (pixels - 1) % Block + 1, worst = 0;
    if (c.pool) return 5 + last / 4 * (a.writes - 1);
    int64_t work = c.post == PostHead ? 8 : a.writes, reads = c.post == PostHead ? 0 : a.reads, tail = c.post != PostHead ? 4 : c.more ? 7 : 8;
    for (int64_t n = last, since = last; n <= pixels; n += Block) {  // n results whose first came `since` cycles ago, when the last came
        worst = std::max(worst, tail + n * work - since + reads * std::max<int64_t>(0, n * a.segments - 2 * Block));
        since = n * pace + Block;
    }
    return worst;
}

// A layer as BoolNet and BaseNet have them, a few pixels of it: what the array needs for a result is in c.k, 64 operands a cycle.
inline Conv post_layer(Rng &r)
{
    for (;;) {
        Conv c{};
        uint32_t channels = 64u << r.below(4);
        c.post = r.below(5), c.k3 = c.post == PostHead || r.chance(60), c.pool = !c.k3 && c.post == PostStore && r.chance(60);
        c.k4 = r.chance(80), c.grouped = c.k4 && c.k3, c.depth = channels / 64 * (c.grouped || !c.k4 ? 1 : 4);
        if (c.post == PostInterleave && !c.grouped) continue;
        c.k = (c.k3 ? 9 : 1) * c.depth * 64;
        if (!c.k3 && !c.pool && c.k / 64 < (c.post == PostStore ? 1 : 2)) continue;  // no network has that
        uint32_t all = channels / Lanes, first = r.below(all);
        c.tiles = 1 + r.below(std::min(all - first, 3u));
        c.group_step = c.grouped ? channels / 4 : uint32_t(Group), c.tile_step = c.grouped ? uint32_t(Group) : uint32_t(Lanes);
        c.channel = first * c.tile_step;
        c.in_w = c.in_h = 32, c.out_w = 1 + r.below(8), c.rows = 1 + r.below(4), c.y0 = r.chance(50) ? 0 : r.below(8);
        if (r.chance(15)) c.out_w = 1, c.rows = 65 + r.below(6), c.y0 = r.below(40);  // more rows than a ring can have
        c.out_h = c.y0 + c.rows;
        if (c.post == PostHead) {
            c.strip = c.y0 ? std::min(c.y0, c.rows) : 0;
            c.y0 = 0, c.rows = c.out_h;
        }
        c.s1 = r.below(25), c.s2shift = r.below(25);
        c.out.therm = c.k4 && c.post != PostXnor && c.post != PostHead && r.chance(70), c.res.therm = c.pass.therm = c.k4 && r.chance(70);
        uint32_t next = r.below(16), words = channels / 64;
        auto place = [&](Map &m, uint32_t pix) {
            m.base = next, m.pix = pix, m.row = pix * c.out_w, m.ring = c.rows < 60 && r.chance(50) ? r.chance(70) ? c.rows + r.below(3) : 1 + r.below(c.rows) : 0;
            next += m.row * (m.ring ? m.ring : c.out_h);
        };
        place(c.out, std::max(words * c.out.words(c.slices()) * (c.post == PostInterleave ? 2 : 1), c.post == PostHead ? 16 * words : 1));
        place(c.res, words * c.res.words(c.slices())), place(c.pass, words * c.pass.words(c.slices()));
        if (next > FeatureWords || c.tiles * c.tile_rows() > WeightRows) continue;
        return c;
    }
}

// ---- a segment as the units hand it on: bonnet_post_pkg::seg_t, first field in the highest bits ----
enum { PosW = 5, Places = 64 / Group };
struct Seg {
    uint32_t out_word = 0, groups = 0, pos[4] = {};
    bool last_seg = false, first_pix = false, last_pix = false;
    template <class W> void put(W &w) const
    {
        put_bits(w, 0, 3, last_pix | first_pix << 1 | last_seg << 2);
        for (int g = 0; g < 4; g++) put_bits(w, 3 + PosW * g, PosW, pos[g]);
        put_bits(w, 3 + 4 * PosW, 4, groups);
        put_bits(w, 3 + 4 * PosW + 4, 32, 0);
        put_bits(w, 3 + 4 * PosW + 36, 16, out_word);
    }
};
// The segments of a pixel: lane groups split at random, at rising places within a word.
inline std::vector<Seg> seg_random(Rng &r)
{
    std::vector<Seg> segs;
    uint32_t place = r.below(Places), next = 0;
    for (uint32_t g = 0; g < 4; g++) {
        if (segs.empty() || place >= Places || r.chance(40)) segs.push_back({}), place = r.below(Places);
        segs.back().groups |= 1u << g, segs.back().pos[g] = place;
        next = place + 1 + (r.chance(70) ? 0 : r.below(2)), place = next;
    }
    segs.back().last_seg = true;
    return segs;
}
