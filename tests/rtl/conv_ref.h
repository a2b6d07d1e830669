// SPDX-License-Identifier: Apache-2.0
// conv_ref - CONV descriptors for benches: random ones, their bits, and the walk of docs/chip.md written the long way.
#pragma once
#include <algorithm>
#include <utility>
#include <vector>
#include "tb.h"

#ifdef BONNET_GEOMETRY_TINY
enum { Lanes = 16, FeatureWords = 4096, WeightRows = 256, BusBits = 64 };
#else
enum { Lanes = 64, FeatureWords = 24576, WeightRows = 576, BusBits = 128 };
#endif
enum { Group = Lanes / 4, Block = 8, SumW = 13, MaxK = 4608, BankMask = 64 / Group, FbWordW = Lanes == 16 ? 12 : 15 };

struct Field {
    int word, lsb, width;
};
namespace field {
#define OP(name, code, text) [[maybe_unused]] static const uint32_t OP_##name = code;
#define JOB(name, word, lsb, width, text) [[maybe_unused]] static const Field JOB_##name{word, lsb, width};
#define HDR(name, word, lsb, width, text)
#define LOAD(name, word, lsb, width, text)
#define CONV(name, word, lsb, width, text) [[maybe_unused]] static const Field CONV_##name{word, lsb, width};
#define FC(name, word, lsb, width, text) [[maybe_unused]] static const Field FC_##name{word, lsb, width};
#define STEM(name, word, lsb, width, text)
#define STORE(name, word, lsb, width, text)
#include "bonnet_job.def"
#undef OP
#undef JOB
#undef HDR
#undef LOAD
#undef CONV
#undef FC
#undef STEM
#undef STORE
}  // namespace field

struct Desc {
    uint32_t w[16] = {};
    void set(Field f, uint32_t v)
    {
        uint32_t mask = f.width == 32 ? ~0u : (1u << f.width) - 1;
        if (v & ~mask) fprintf(stderr, "bench: field value too wide\n"), exit(2);
        w[f.word] |= v << f.lsb;
    }
};

enum { PadEdge, PadZero, PadNone };
enum { PostStore, PostXnor, PostOr, PostInterleave, PostHead };
struct Map {
    uint32_t base = 0, row = 0, pix = 0, ring = 0;
    bool therm = false;  // three words for four slices
    uint32_t slot(uint32_t y) const { return ring ? y % ring : y; }
    uint32_t word(uint32_t y, uint32_t x) const { return base + slot(y) * row + x * pix; }
    uint32_t words(uint32_t k) const { return therm ? 3 : k; }  // of 64 channels
};
// Thermometer code: slice j of the words t, and back.
inline uint64_t therm_slice(const uint64_t *t, uint32_t j) { return j == 0 ? t[0] : j == 1 ? t[1] & t[2] : j == 2 ? t[1] : t[1] | t[2]; }
inline uint64_t therm_code(const uint64_t *s, uint32_t i) { return i == 0 ? s[0] : i == 1 ? s[2] : (s[2] & s[1]) | (~s[2] & s[3]); }
struct Conv {
    Map in, out, res, pass;
    uint32_t in_w, in_h, out_w, out_h, wrow, tiles, depth, y0, rows, group_step, tile_step, channel, post, s1 = 0, s2shift = 0, k;
    bool k3, s2, d2, grouped, pool, k4;
    uint32_t pad = PadEdge;  // PadNone: in, in_w and in_h are the whole map's here, the descriptor's those of the centres
    uint32_t strip = 0;  // HEAD: rows at a time, tile by tile; 0: the whole map in one descriptor
    bool keep = false, more = false;
    uint32_t taps() const { return k3 ? 9 : 1; }
    uint32_t reach() const { return !k3 ? 0 : d2 ? 2 : 1; }
    uint32_t border() const { return pad == PadNone ? reach() : 0; }  // columns and rows of the map that are no centres, on each side
    uint32_t par_rows() const { return post == PostHead ? 2 : 1; }
    uint32_t tile_rows() const { return par_rows() + taps() * depth; }
    uint32_t slices() const { return k4 ? 4 : 1; }
    Desc desc() const
    {
        using namespace field;
        Desc d;
        d.set(JOB_OP, OP_CONV);
        d.set(CONV_IN, in.base + border() * (in.pix + (in.ring ? 0 : in.row))), d.set(CONV_IN_ROW, in.row), d.set(CONV_IN_PIX, in.pix);
        d.set(CONV_OUT, out.base), d.set(CONV_OUT_ROW, out.row), d.set(CONV_OUT_PIX, out.pix);
        d.set(CONV_RES, res.base), d.set(CONV_RES_ROW, res.row), d.set(CONV_RES_PIX, res.pix);
        d.set(CONV_PASS, pass.base), d.set(CONV_PASS_ROW, pass.row), d.set(CONV_PASS_PIX, pass.pix);
        d.set(CONV_IN_W, in_w - 2 * border()), d.set(CONV_IN_H, in_h - 2 * border()), d.set(CONV_OUT_W, out_w), d.set(CONV_OUT_H, out_h);
        d.set(CONV_WROW, wrow), d.set(CONV_TILES, tiles), d.set(CONV_DEPTH, depth);
        d.set(CONV_K3, k3), d.set(CONV_STRIDE2, s2), d.set(CONV_DILATE2, d2), d.set(CONV_GROUPED, grouped);
        d.set(CONV_POOL2, pool), d.set(CONV_PAD, pad), d.set(CONV_K4, k4), d.set(CONV_POST, post), d.set(CONV_Y0, y0), d.set(CONV_ROWS, rows);
        d.set(CONV_GROUP_STEP, group_step), d.set(CONV_TILE_STEP, tile_step), d.set(CONV_CHANNEL, channel);
        d.set(CONV_IN_T, in.therm), d.set(CONV_OUT_T, out.therm), d.set(CONV_RES_T, res.therm), d.set(CONV_PASS_T, pass.therm);
        auto ring = [&](Field size, Field slot, const Map &m, uint32_t y) { d.set(size, m.ring), d.set(slot, m.ring ? y % m.ring : 0); };
        ring(CONV_IN_RING, CONV_IN_SLOT, in, (s2 || pool ? 2 : 1) * y0 + border()), ring(CONV_OUT_RING, CONV_OUT_SLOT, out, y0);
        ring(CONV_RES_RING, CONV_RES_SLOT, res, y0), ring(CONV_PASS_RING, CONV_PASS_SLOT, pass, y0);
        d.set(CONV_S1, s1), d.set(CONV_S2, s2shift), d.set(CONV_K, k);
        d.set(CONV_KEEP, keep), d.set(CONV_MORE, more);
        return d;
    }
};

// Output pixels in the order of the array: centre of the window of each.
struct Pixel {
    int y, x;    // output
    int cy, cx;  // input
};
inline std::vector<Pixel> conv_pixels(const Conv &c)
{
    std::vector<Pixel> p;
    int s = c.s2 ? 2 : 1, b = c.border(), last_y = int(c.in_h) - 1 - b, last_x = int(c.in_w) - 1 - b;
    for (int y = c.y0; y < int(c.y0 + c.rows); y++)
        for (int x = 0; x < int(c.out_w); x++)
            for (int q = 0; q < (c.pool ? 4 : 1); q++)
                p.push_back(c.pool ? Pixel{y, x, std::min(b + 2 * y + q / 2, last_y), std::min(b + 2 * x + q % 2, last_x)} : Pixel{y, x, b + s * y, b + s * x});
    return p;
}
// First feature word that is read for tap t (3*ky + kx; 1x1: 0), weight row d, of a pixel. Coded and not grouped: of the three that
// hold slice d % 4.
inline uint32_t conv_addr(const Conv &c, const Pixel &p, int t, int d)
{
    int dil = c.d2 ? 2 : 1, ky = c.k3 ? t / 3 - 1 : 0, kx = c.k3 ? t % 3 - 1 : 0;
    int y = std::min(std::max(p.cy + dil * ky, 0), int(c.in_h) - 1), x = std::min(std::max(p.cx + dil * kx, 0), int(c.in_w) - 1);
    if (c.in.therm) return c.in.word(y, x) + 3 * (c.grouped ? d : d / 4);
    return c.in.word(y, x) + (c.grouped ? 4 * d : d);
}
// The tap lies in the zero padding.
inline bool conv_masked(const Conv &c, const Pixel &p, int t)
{
    int dil = c.d2 ? 2 : 1, y = c.k3 ? p.cy + dil * (t / 3 - 1) : p.cy, x = c.k3 ? p.cx + dil * (t % 3 - 1) : p.cx;
    return c.pad == PadZero && (y < 0 || x < 0 || y >= int(c.in_h) || x >= int(c.in_w));
}
struct Beat {
    uint32_t addr, pix, slice;
    bool mask, new_row, first, last, tile, end, tile_end;
};
inline std::vector<Beat> conv_walk(const Conv &c)
{
    std::vector<Beat> beats;
    auto pixels = conv_pixels(c);
    uint32_t rows = c.taps() * c.depth;
    for (uint32_t t = 0; t < c.tiles; t++)
        for (size_t b = 0; b < pixels.size(); b += Block)
            for (uint32_t r = 0; r < rows; r++) {
                size_t n = std::min<size_t>(Block, pixels.size() - b);
                for (size_t i = 0; i < n; i++)
                    beats.push_back({conv_addr(c, pixels[b + i], r / c.depth, r % c.depth), uint32_t(i), r % c.depth % 4, conv_masked(c, pixels[b + i], r / c.depth), i == 0, r == 0, r == rows - 1,
                                     bool(t % 2), i == n - 1, b + i == pixels.size() - 1});
            }
    return beats;
}

// Input rows that the descriptor reads: first and last.
inline std::pair<uint32_t, uint32_t> conv_in_rows(const Conv &c)
{
    uint32_t lo = ~0u, hi = 0;
    for (auto &p : conv_pixels(c))
        for (int ky = c.k3 ? -1 : 0; ky <= (c.k3 ? 1 : 0); ky++) {
            uint32_t y = uint32_t(std::min(std::max(p.cy + (c.d2 ? 2 : 1) * ky, 0), int(c.in_h) - 1));
            lo = std::min(lo, y), hi = std::max(hi, y);
        }
    return {lo, hi};
}

// What the chip is given: the descriptor itself, or the strips of its tiles in turn.
inline std::vector<Conv> conv_strips(const Conv &c)
{
    if (!c.strip) return {c};
    std::vector<Conv> list;
    for (uint32_t t = 0; t < c.tiles; t++)
        for (uint32_t y = 0; y < c.out_h; y += c.strip) {
            Conv s = c;
            s.tiles = 1, s.wrow += t * c.tile_rows(), s.channel += t * c.tile_step;
            s.y0 = y, s.rows = std::min(c.strip, c.out_h - y), s.keep = y != 0, s.more = y + s.rows < c.out_h;
            list.push_back(s);
        }
    return list;
}

// A random descriptor whose maps fit the buffers and do not overlap. Maps are sized for every post-processing; they begin at any word,
// some are rings, some are coded, and some descriptors make a part of the channels only.
inline Conv conv_random(Rng &r, bool small)
{
    for (;;) {
        Conv c{};
        c.grouped = r.chance(50), c.pool = r.chance(20), c.k3 = r.chance(c.pool ? 50 : 75), c.s2 = !c.pool && r.chance(30);
        c.d2 = c.k3 && r.chance(30), c.k4 = c.grouped || r.chance(60), c.pad = c.k3 ? r.below(3) : 0;
        c.post = c.pool ? PostStore : r.below(5);
        c.in_w = 1 + r.below(small ? 8 : 30), c.in_h = 1 + r.below(small ? 8 : 30);
        if (r.chance(15)) c.in_w = 1 + r.below(3);
        c.in_w += 2 * c.border(), c.in_h += 2 * c.border();
        const uint32_t centres_w = c.in_w - 2 * c.border(), centres_h = c.in_h - 2 * c.border();
        uint32_t by = c.pool || c.s2 ? 2 : 1;
        uint32_t up = c.pool && r.chance(50) ? 0 : by - 1;  // an odd edge is dropped or kept
        c.out_w = (centres_w + up) / by, c.out_h = (centres_h + up) / by;
        if (!c.out_w || !c.out_h) continue;
        if (r.chance(20)) c.out_w = 1 + r.below(c.out_w), c.out_h = 1 + r.below(c.out_h);
        c.y0 = r.chance(50) ? 0 : r.below(c.out_h), c.rows = r.chance(50) ? c.out_h - c.y0 : 1 + r.below(c.out_h - c.y0);
        if (c.post == PostHead) {  // sums of a whole map, whole or strip by strip
            if (c.out_h > 1 && r.chance(50)) c.strip = 1 + r.below(c.out_h - 1);
            c.y0 = 0, c.rows = c.out_h;
        }
        c.depth = 1 + r.below(r.chance(50) ? 1 : c.k3 ? 3 : 8);
        uint32_t step = std::max(1, 64 / int(Lanes));  // tiles of 64 channels
        uint32_t all = step * (1 + r.below(3)), first = r.chance(50) ? 0 : r.below(all);
        c.tiles = first || r.chance(30) ? 1 + r.below(all - first) : all;
        uint32_t channels = all * Lanes;
        c.group_step = c.grouped ? channels / 4 : uint32_t(Group), c.tile_step = c.grouped ? uint32_t(Group) : uint32_t(Lanes);
        c.channel = first * c.tile_step;
        if (!c.grouped && r.chance(20)) c.channel += Group * r.below(4), channels += Lanes;  // across words
        channels = (channels + 63) / 64 * 64;
        c.k = c.taps() * c.depth * 64;
        c.wrow = r.below(8);
        if (c.k > MaxK || c.wrow + c.tiles * c.tile_rows() > WeightRows) continue;
        c.s1 = r.below(25), c.s2shift = r.below(25);
        c.in.therm = c.k4 && r.chance(50), c.out.therm = c.k4 && c.post != PostXnor && c.post != PostHead && r.chance(50);
        c.res.therm = c.k4 && r.chance(50), c.pass.therm = c.k4 && r.chance(50);
        uint32_t in_rows = 0, out_rows = c.strip ? c.strip : c.rows;  // at a time
        for (auto &s : conv_strips(c)) in_rows = std::max(in_rows, conv_in_rows(s).second - conv_in_rows(s).first + 1);
        auto ring = [&](Map &m, uint32_t need) {
            if (need <= 63 && r.chance(40)) m.ring = need + r.below(r.chance(60) ? std::min(3u, 64 - need) : 64 - need);
        };
        uint32_t taps = 2 * c.reach() + (c.pool ? 2 : 1);  // rows that the window of a pixel inside the map spans
        if (c.pad != PadNone) taps = std::min(taps, c.in_h);
        // Rows may even share a slot, as long as a window does not leave the ring: the walk must stay inside it.
        ring(c.in, r.chance(20) ? taps : std::max(taps, in_rows)), ring(c.out, out_rows), ring(c.res, out_rows), ring(c.pass, out_rows);
        if (c.pool && r.chance(50)) c.in.ring = 2 * c.reach() + 3;  // odd: pooled pixels lie across its end
        if (!c.k3 && c.s2 && r.chance(50)) c.in.ring = 1;  // a step is longer than the ring
        uint32_t next = r.below(16), words = channels / 64;
        auto place = [&](Map &m, uint32_t h, uint32_t w, uint32_t pix) {
            m.pix = pix + r.below(3), m.row = m.pix * w + r.below(8), m.base = next + r.below(8);
            next = m.base + m.row * (m.ring ? m.ring : h) + 4;
        };
        uint32_t in_pix = c.in.therm ? 3 * (c.grouped ? c.depth : (c.depth + 3) / 4) : c.grouped ? 4 * c.depth : c.depth;
        place(c.in, c.in_h, c.in_w, in_pix);
        place(c.out, c.out_h, c.out_w, words * c.out.words(c.slices()) * (c.post == PostInterleave ? 2 : 1));
        if (c.post == PostHead) next = std::max(next, c.out.base + channels / 4 + 4);
        place(c.res, c.out_h, c.out_w, words * c.res.words(c.slices()));
        place(c.pass, c.out_h, c.out_w, words * c.pass.words(c.slices()));
        if (next > FeatureWords || c.in.pix > 255 || c.out.pix > 255) continue;
        return c;
    }
}
