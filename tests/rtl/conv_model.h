// SPDX-License-Identifier: Apache-2.0
// conv_model - what CONV and FC leave in the feature buffer, channel by channel from docs/chip.md and docs/operators.md; and the
// buffers themselves with random contents.
#pragma once
#include "conv_ref.h"

struct Buffers {
    std::vector<uint64_t> feat = std::vector<uint64_t>(FeatureWords);
    std::vector<uint64_t> weight = std::vector<uint64_t>(size_t(WeightRows) * Lanes);  // row * Lanes + lane
    void fill(Rng &r)
    {
        for (auto &w : feat) w = r.next();
        for (auto &w : weight) w = r.next();
    }
    // Four words from any word on; those past the end read 0.
    void four(uint32_t word, uint64_t *to) const
    {
        for (uint32_t i = 0; i < 4; i++) to[i] = word + i < FeatureWords ? feat[word + i] : 0;
    }
    bool bit(const Map &m, uint32_t y, uint32_t x, uint32_t k, uint32_t c, uint32_t slice) const
    {
        const uint64_t *w = &feat[m.word(y, x) + c / 64 * m.words(k)];
        return (m.therm ? therm_slice(w, slice) : w[slice]) >> c % 64 & 1;
    }
    // All slices of one channel.
    void set(const Map &m, uint32_t y, uint32_t x, uint32_t k, uint32_t c, const bool *slices)
    {
        uint64_t s[4] = {slices[0], slices[1], slices[2], slices[3]};
        for (uint32_t i = 0; i < m.words(k); i++) {
            uint64_t &w = feat[m.word(y, x) + c / 64 * m.words(k) + i], bit = m.therm ? therm_code(s, i) : s[i];
            w = (w & ~(1ull << c % 64)) | (bit & 1) << c % 64;
        }
    }
    // The slices of a map that a thermometer code is made of: ordered; coded, one of the five codes. Not where maps overlap.
    void order(const Map &m, uint32_t y0, uint32_t rows, uint32_t width, uint32_t words)
    {
        for (uint32_t y = y0; y < y0 + rows; y++)
            for (uint32_t x = 0; x < width; x++)
                for (uint32_t i = 0; i < words; i++) {
                    uint64_t *w = &feat[m.word(y, x) + i * m.words(4)];
                    if (m.therm) w[0] &= w[1] & w[2];
                    else w[1] |= w[0], w[2] |= w[1], w[3] |= w[2];
                }
    }
};

inline int64_t round_shift(int64_t x, uint32_t s) { return (x + ((1ll << s) >> 1)) >> s; }
inline int64_t sat16(int64_t x) { return std::min<int64_t>(std::max<int64_t>(x, -32768), 32767); }
inline int64_t sext(uint64_t v, int bits) { return int64_t(v << (64 - bits)) >> (64 - bits); }

// Parameter rows that mean something: thresholds near the middle, now and then always or never; C of the head below 2^29.
inline void conv_params(const Conv &c, Buffers &b, Rng &r)
{
    for (uint32_t t = 0; t < c.tiles; t++) {
        uint64_t *row = &b.weight[size_t(c.wrow + t * c.tile_rows()) * Lanes];
        for (uint32_t l = 0; l < Lanes; l++) {
            if (c.post == PostHead) {
                int64_t big = sext(r.next(), 30) / (r.chance(50) ? 1 : 1 << 12);
                row[l] = (r.next() & 0xffffffffu) | uint64_t(uint32_t(big)) << 32;
                continue;
            }
            bool all = r.chance(50);
            uint32_t p[4];
            for (auto &one : p) {
                uint32_t spread = 4 + c.k / 16;
                one = c.k / 2 + r.below(spread) - spread / 2;
                if (r.chance(5)) one = 0;
                if (r.chance(5)) one = c.k + 1;
            }
            if (c.out.therm) std::sort(p, p + 4, [](uint32_t a, uint32_t b) { return a > b; });
            row[l] = 0;
            for (int j = 0; j < 4; j++) row[l] |= uint64_t(p[j] | r.below(4) << 13 & 0x6000 | uint32_t(all) << 15) << 16 * j;
        }
    }
}

// Operands that are written into a coded map must be ordered themselves.
inline void conv_operands(const Conv &c, Buffers &b)
{
    if (!c.out.therm) return;
    uint32_t top = c.channel + (c.tiles - 1) * c.tile_step + 3 * c.group_step + Group, words = (top + 63) / 64;
    b.order(c.res, c.y0, c.rows, c.out_w, words), b.order(c.pass, c.y0, c.rows, c.out_w, words);
}

// What a lane of group g counts with its weights in row d of tap t.
inline int conv_count(const Conv &c, const Buffers &b, const Pixel &px, uint32_t t, uint32_t d, uint32_t g, uint64_t weight)
{
    const uint64_t *w = &b.feat[conv_addr(c, px, t, d)];
    return conv_masked(c, px, t) ? 32 : __builtin_popcountll(~(weight ^ (c.in.therm ? therm_slice(w, c.grouped ? g : d % 4) : w[c.grouped ? g : 0])));
}

// sums: what a HEAD with MORE leaves for the next descriptor.
typedef std::vector<int64_t> HeadSums;
inline void head_feature(const Conv &c, uint32_t ch, int64_t sum, Buffers &after)
{
    uint64_t &word = after.feat[c.out.base + ch / 4];
    uint32_t at = 16 * (ch % 4);
    word = (word & ~(0xffffull << at)) | uint64_t(uint16_t(sat16(round_shift(sum, c.s2shift)))) << at;
}

inline void conv_model(const Conv &c, const Buffers &before, Buffers &after, HeadSums &sums)
{
    sums.resize(Lanes);
    auto pixels = conv_pixels(c);
    uint32_t k = c.slices();
    for (uint32_t t = 0; t < c.tiles; t++) {
        const uint64_t *par = &before.weight[size_t(c.wrow + t * c.tile_rows()) * Lanes], *w = par + c.par_rows() * Lanes;
        for (uint32_t l = 0; l < Lanes; l++) {
            uint32_t g = l / Group, ch = c.channel + t * c.tile_step + g * c.group_step + l % Group;
            uint64_t p0 = par[l], p1 = par[Lanes + l];
            int64_t sum = c.keep ? sums[l] : 0;
            bool pooled[4] = {};
            for (size_t i = 0; i < pixels.size(); i++) {
                const Pixel &px = pixels[i];
                int64_t p = 0;
                for (uint32_t r = 0; r < c.taps() * c.depth; r++)
                    p += conv_count(c, before, px, r / c.depth, r % c.depth, g, w[r * Lanes + l]);
                if (c.post == PostHead) {
                    int64_t m = 0;
                    for (uint32_t j = 0; j < k; j++) m += before.bit(c.res, px.y, px.x, k, ch, j) ? 1 : -1;
                    int64_t A = sext(p0, 16), B = sext(p0 >> 16, 16), C = sext(p0 >> 32, 32), S = sext(p1, 16);
                    int64_t v = sat16(round_shift(A * (2 * p - int64_t(c.k)) + B * m + C, c.s1));
                    sum += v >= 0 ? v : sat16(round_shift(S * v, 8));
                    continue;
                }
                bool out[4] = {}, odd[4] = {};
                for (uint32_t j = 0; j < k; j++) {
                    bool a = p >= int64_t(p0 >> 16 * j & 0x1fff), res = c.post != PostStore && before.bit(c.res, px.y, px.x, k, ch, j);
                    if (c.pool) pooled[j] = a = i % 4 == 0 ? a : (p0 >> 15 & 1) ? (pooled[j] && a) : (pooled[j] || a);
                    out[j] = c.post == PostStore ? a : c.post == PostXnor ? a == res : (a || res);
                    if (c.post == PostInterleave) odd[j] = before.bit(c.pass, px.y, px.x, k, ch, j);
                }
                after.set(c.out, px.y, px.x, k, c.post == PostInterleave ? 2 * ch : ch, out);
                if (c.post == PostInterleave) after.set(c.out, px.y, px.x, k, 2 * ch + 1, odd);
            }
            sums[l] = sum;
            if (c.post == PostHead && !c.more) head_feature(c, ch, sum, after);
        }
    }
}

// ---- FC ----------------------------------------------------------------------
struct Fc {
    uint32_t in, out, wrow, tiles, inputs;
    Desc desc() const
    {
        Desc d;
        d.set(field::JOB_OP, field::OP_FC);
        d.set(field::FC_IN, in), d.set(field::FC_OUT, out), d.set(field::FC_WROW, wrow), d.set(field::FC_TILES, tiles);
        d.set(field::FC_INPUTS, inputs);
        return d;
    }
};
inline Fc fc_random(Rng &r)
{
    Fc f;
    do {
        f.tiles = 1 + r.below(4), f.inputs = 8 * (1 + r.below(r.chance(80) ? 16 : 64)), f.wrow = r.below(8);
    } while (f.wrow + f.tiles * (1 + f.inputs / 8) > WeightRows);
    uint32_t in_words = f.inputs / 4, out_words = f.tiles * Lanes / 2;
    f.in = r.below(FeatureWords / 2 - in_words), f.out = FeatureWords / 2 + r.below(FeatureWords / 2 - out_words);
    return f;
}
inline void fc_model(const Fc &f, const Buffers &before, Buffers &after)
{
    for (uint32_t i = 0; i < f.tiles * Lanes; i++) {
        const uint64_t *row = &before.weight[size_t(f.wrow + i / Lanes * (1 + f.inputs / 8)) * Lanes + i % Lanes];
        uint32_t acc = uint32_t(row[0]);
        for (uint32_t j = 0; j < f.inputs; j++) {
            int32_t w = int8_t(row[size_t(1 + j / 8) * Lanes] >> 8 * (j % 8)), x = int16_t(before.feat[f.in + j / 4] >> 16 * (j % 4));
            acc += uint32_t(w * x);
        }
        uint64_t &word = after.feat[f.out + i / 2];
        word = (word & ~(0xffffffffull << 32 * (i % 2))) | uint64_t(acc) << 32 * (i % 2);
    }
}

// ---- the buffers' ports, one cycle at a time ---------------------------------
// Call before the clock edge with inputs settled, then tick, then after(). Port B refuses stall_pct of the requests.
struct Ports {
    Buffers &b;
    uint64_t writes = 0, fa_reads = 0, wb_reads = 0;
    bool fa = false, wb = false, read = false;
    uint32_t wb_row = 0;
    uint64_t fa_data[4], rdata[4];
    template <class D> void before(D &d)
    {
        enum { MaskBits = 4 * BankMask };
        fa = d.fa_re_o, wb = d.wb_re_o, wb_row = d.wb_row_o, read = false;
        fa_reads += fa, wb_reads += wb;
        if (fa) b.four(d.fa_word_o, fa_data);
        if (!d.fb_valid_o || !d.fb_ready_i) return;
        unsigned __int128 top = 0;
        for (int i = (256 + MaskBits + FbWordW) / 32; i >= 8; i--) top = top << 32 | d.fb_req_o[i];
        uint64_t mask = uint64_t(top);
        uint32_t word = uint32_t(top >> MaskBits) & ((1u << FbWordW) - 1);
        if (!(top >> (MaskBits + FbWordW) & 1)) {
            read = true, b.four(word, rdata);
            return;
        }
        writes++;
        for (int i = 0; i < MaskBits; i++)
            if (mask >> i & 1) {
                uint32_t bank = uint32_t(i) / BankMask;
                if (word + bank >= FeatureWords) continue;
                uint64_t bits = ((1ull << Group) - 1) << i % BankMask * Group;
                uint64_t data = d.fb_req_o[2 * bank] | uint64_t(d.fb_req_o[2 * bank + 1]) << 32;
                b.feat[word + bank] = (b.feat[word + bank] & ~bits) | (data & bits);
            }
    }
    template <class D> void after(D &d)
    {
        if (fa)
            for (int i = 0; i < 8; i++) d.fa_data_i[i] = uint32_t(fa_data[i / 2] >> 32 * (i % 2));
        if (wb)
            for (int i = 0; i < 2 * Lanes; i++) d.wb_data_i[i] = uint32_t(b.weight[size_t(wb_row) * Lanes + i / 2] >> 32 * (i % 2));
    }
    template <class D> void after_b(D &d)  // only where port B is read
    {
        d.fb_rvalid_i = read;
        for (int i = 0; i < 8; i++) d.fb_rdata_i[i] = read ? uint32_t(rdata[i / 2] >> 32 * (i % 2)) : 0xdeadbeef;
    }
};
