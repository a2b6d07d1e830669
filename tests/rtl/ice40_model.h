// SPDX-License-Identifier: Apache-2.0
// ice40_model - the iCE40 machine's layer, word by word (docs/ice40.md, bonnet_ice40_cfg.sv): random descriptors, what a run leaves in memory,
// and how many cycles it takes.
#pragma once
#include <functional>
#include "tb.h"

enum { Words = 16384 };
struct Layer {
    uint32_t in, in_row, in_pix, in_step, in_h, in_w, out_h, out_w;  // sides as they are, not less one
    uint32_t weights, out, out_pix, depth, tiles, res, res_pix, pass, pass_pix;
    uint32_t nibble, kernel3, stride2, dilation2, pool2, post, slices4, raw;
    uint32_t rows() const { return (kernel3 ? 9 : 1) * depth; }
    void pack(uint64_t w[5], uint64_t noise) const  // noise: the bits without a name
    {
        auto put = [&](int n, int lsb, int width, uint64_t v) { w[n] = (w[n] & ~(((1ull << width) - 1) << lsb)) | v << lsb; };
        for (int i = 0; i < 5; i++) w[i] = noise;
        put(0, 0, 14, in), put(0, 16, 14, in_row), put(0, 32, 14, in_pix), put(0, 48, 14, in_step);
        put(1, 0, 8, in_h - 1), put(1, 16, 8, in_w - 1), put(1, 32, 8, out_h - 1), put(1, 48, 8, out_w - 1);
        put(2, 0, 14, weights), put(2, 16, 14, out), put(2, 32, 14, out_pix), put(2, 48, 8, depth - 1), put(2, 56, 8, tiles - 1);
        put(3, 0, 14, res), put(3, 16, 14, res_pix), put(3, 32, 14, pass), put(3, 48, 14, pass_pix);
        put(4, 0, 8, nibble), put(4, 8, 1, kernel3), put(4, 9, 1, stride2), put(4, 10, 1, dilation2), put(4, 11, 1, pool2);
        put(4, 12, 2, post), put(4, 14, 1, slices4), put(4, 15, 1, raw), put(4, 16, 8, rows());
    }
};

inline Layer random_layer(Rng &r)
{
    Layer l{};
    l.kernel3 = r.chance(60), l.raw = r.chance(20), l.slices4 = r.chance(60), l.post = r.below(4);
    l.pool2 = !l.kernel3 && r.chance(50), l.stride2 = l.pool2 || r.chance(40), l.dilation2 = l.kernel3 && r.chance(40);
    if (l.raw) l.slices4 = l.pool2 = 0, l.post = 0;
    l.depth = 1 + r.below(l.kernel3 ? 2 : 4), l.tiles = 1 + r.below(3);
    if (r.chance(4)) l.kernel3 = l.dilation2 = l.pool2 = 0, l.depth = 127, l.tiles = 1;  // as many as a sum can hold
    l.in_h = 1 + r.below(6), l.in_w = 1 + r.below(6);
    if (r.chance(4)) (r.chance(50) ? l.in_h : l.in_w) = 256, (l.in_h == 256 ? l.in_w : l.in_h) = 1, l.tiles = 1, l.kernel3 = l.dilation2 = 0, l.depth = 1;
    l.out_h = l.stride2 ? (l.in_h + 1) / 2 : l.in_h, l.out_w = l.stride2 ? (l.in_w + 1) / 2 : l.in_w;
    if (r.chance(30) && l.out_h > 1) l.out_h--;  // the part of a map
    for (uint32_t *p : {&l.in, &l.weights, &l.out, &l.res, &l.pass}) *p = r.below(Words);
    l.in_step = 1 + r.below(4), l.in_pix = 1 + r.below(9), l.in_row = 1 + r.below(60);
    if (r.chance(10)) l.in_pix = r.below(Words), l.in_row = r.below(Words), l.in_step = r.below(Words);
    l.out_pix = 1 + r.below(9), l.res_pix = 1 + r.below(9), l.pass_pix = 1 + r.below(9);
    if (r.chance(10)) l.out_pix = r.below(Words), l.res_pix = r.below(Words), l.pass_pix = r.below(Words);
    l.nibble = r.below(r.chance(50) ? 16 : 250);
    return l;
}

// A run: memory is asked and changed through the two functions, in the machine's order. Returns the cycles of the run.
struct Memory {
    std::function<uint64_t(uint32_t)> read;
    std::function<void(uint32_t, uint64_t, uint64_t)> write;  // address, mask, bits
};
inline uint64_t run_layer(const Layer &l, const Memory &m)
{
    const uint32_t wrap = Words - 1, slices = l.slices4 ? 4 : 1, taps = l.kernel3 ? 9 : 1, positions = l.pool2 ? 4 : 1;
    uint64_t cycles = 0;
    auto clamp = [](int i, uint32_t n) { return uint32_t(i < 0 ? 0 : i >= int(n) ? int(n) - 1 : i); };
    auto field = [](uint64_t word, uint32_t n) { return uint32_t(word >> 4 * n & 15); };
    uint32_t next = l.weights;
    for (uint32_t tile = 0; tile < l.tiles; tile++) {
        const uint32_t nib = (l.nibble + tile) & 255, narrow = (nib / 16) << (l.slices4 ? 2 : 0), wide = (nib / 8) << (l.slices4 ? 2 : 0);
        uint64_t row[256][4];
        for (uint32_t r = 0; r <= l.rows(); r++)
            for (auto &word : row[r]) word = m.read(next++ & wrap);
        cycles += 4 * (l.rows() + 1) + 1;
        for (uint32_t pixel = 0; pixel < l.out_h * l.out_w; pixel++) {
            const uint32_t y = pixel / l.out_w, x = pixel % l.out_w, s = l.stride2 ? 2 : 1, far = l.dilation2 ? 2 : 1;
            uint32_t sum[4], pooled[4] = {};
            for (uint32_t p = 0; p < positions; p++) {
                for (auto &v : sum) v = 0;
                for (uint32_t tap = 0, r = 1; tap < taps; tap++) {
                    const int ky = l.kernel3 ? int(tap / 3) - 1 : int(p / 2), kx = l.kernel3 ? int(tap % 3) - 1 : int(p % 2);
                    const uint32_t iy = clamp(int(s * y) + ky * int(far), l.in_h), ix = clamp(int(s * x) + kx * int(far), l.in_w);
                    for (uint32_t d = 0; d < l.depth; d++, r++) {
                        const uint64_t act = m.read((l.in + iy * l.in_row + ix * l.in_pix + d * l.in_step) & wrap);
                        for (int i = 0; i < 4; i++) sum[i] += uint32_t(__builtin_popcountll(~(row[r][i] ^ act)));
                    }
                }
                cycles += l.rows() + 2;
                for (uint32_t j = 0; j < slices && !l.raw; j++) {
                    uint32_t bits = 0, ands = 0;
                    for (int i = 0; i < 4; i++) bits |= uint32_t(sum[i] >= (row[0][i] >> 16 * j & 0x1fff)) << i, ands |= uint32_t(row[0][i] >> 15 & 1) << i;
                    pooled[j] = p == 0 ? bits : (ands & pooled[j] & bits) | (~ands & (pooled[j] | bits));
                }
                if (p + 1 < positions) cycles += slices;
            }
            if (l.raw) {
                uint64_t word = 0;
                for (int i = 0; i < 4; i++) word |= uint64_t(sum[i]) << 16 * i;
                m.write((l.out + pixel * l.out_pix + nib) & wrap, ~0ull, word);
                cycles++;
            }
            for (uint32_t j = 0; j < slices && !l.raw; j++) {
                uint32_t a = pooled[j];
                if (l.post) {
                    const uint32_t r = field(m.read((l.res + pixel * l.res_pix + narrow + j) & wrap), nib % 16);
                    a = l.post == 1 ? ~(a ^ r) & 15 : a | r;
                }
                if (l.post == 3) {
                    const uint32_t t = field(m.read((l.pass + pixel * l.pass_pix + narrow + j) & wrap), nib % 16);
                    uint64_t both = 0;
                    for (int i = 0; i < 4; i++) both |= uint64_t(a >> i & 1) << 2 * i | uint64_t(t >> i & 1) << (2 * i + 1);
                    m.write((l.out + pixel * l.out_pix + wide + j) & wrap, 0xffull << 8 * (nib % 8), both << 8 * (nib % 8));
                } else m.write((l.out + pixel * l.out_pix + narrow + j) & wrap, 0xfull << 4 * (nib % 16), uint64_t(a) << 4 * (nib % 16));
                cycles += l.post == 0 ? 2 : l.post == 3 ? 4 : 3;
            }
        }
    }
    return cycles;
}
