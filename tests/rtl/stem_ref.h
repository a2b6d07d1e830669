// SPDX-License-Identifier: Apache-2.0
// What the stem bench asks for and what must come out: a random pass of the stem cut into strips, and docs/operators.md section 2 written plainly.
#pragma once
#include "tb.h"
#include <algorithm>
#include <vector>

namespace {

#ifdef BONNET_GEOMETRY_TINY
constexpr int kLanes = 16, kBus = 64, kFbWords = 4096, kStemRows = 64, kImageW = 64, kMapW = 32, kFbWordBits = 12;
#else
constexpr int kLanes = 64, kBus = 128, kFbWords = 24576, kStemRows = 32, kImageW = 512, kMapW = 128, kFbWordBits = 15;
#endif
constexpr int kBusBytes = kBus / 8, kGroup = kLanes / 4, kParts = 64 / kGroup, kMaskBits = 4 * kParts;

struct Strip {  // what one descriptor makes
    int rows, out, out_row, ring, slot;
};

struct Job {
    int planes, is_signed, k, stride, pool, dw, dw_const, slices;
    int in_w, in_h, conv_w, conv_h, out_w, out_h;
    int out_pix, channel, prow, coded;
    std::vector<Strip> strips;
    uint64_t addr;
    std::vector<uint8_t> image;
    std::vector<int8_t> w, dw_w, border;  // [lane][tap]
    std::vector<int> sh, t;               // [lane], [lane][4]
    int taps() const { return k * k * planes; }
    int rows() const { return (taps() + 7) / 8; }
    int words() const { return coded ? 3 : slices; }  // of 64 channels of a pixel
};

void sizes(Job &j)
{
    j.conv_w = (j.in_w + j.stride - 1) / j.stride, j.conv_h = (j.in_h + j.stride - 1) / j.stride;
    j.out_w = j.pool == 0 ? j.conv_w : j.pool == 1 ? j.conv_w / 2 : (j.conv_w + 1) / 2;
    j.out_h = j.pool == 0 ? j.conv_h : j.pool == 1 ? j.conv_h / 2 : (j.conv_h + 1) / 2;
}

bool fits(const Job &j)
{
    if (j.out_w < 1 || j.out_h < 1 || j.in_w > kImageW || j.out_w > kMapW || j.in_h > 1023) return false;
    return j.prow + 5 + j.rows() <= kStemRows;
}

// Cuts the pass into strips and places each in the feature buffer, in a ring or not, with random slack in the pitches.
bool place(Job &j, Rng &r, int cuts)
{
    int words = 1 + static_cast<int>(r.below(2)), y = 0;
    j.channel = static_cast<int>(r.below(static_cast<uint32_t>(words * 64 / kLanes))) * kLanes;
    j.out_pix = j.words() * words + static_cast<int>(r.below(3));
    j.strips.clear();
    while (y < j.out_h) {
        Strip s{j.out_h - y, 0, 0, 0, 0};
        if (cuts) s.rows = 1 + static_cast<int>(r.below(static_cast<uint32_t>(std::min(s.rows, cuts))));
        if (r.chance(50)) s.ring = 1 + static_cast<int>(r.below(r.chance(80) ? 5 : 63)), s.slot = static_cast<int>(r.below(static_cast<uint32_t>(s.ring)));
        s.out_row = j.out_pix * j.out_w + static_cast<int>(r.below(3));
        int span = (s.ring ? s.ring : y + s.rows) * s.out_row;
        if (span > kFbWords || s.out_row > 0xffff) return false;
        int last = span - s.out_row + (j.out_w - 1) * j.out_pix + j.channel / 64 * j.words() + j.words() - 1;  // the word written last in memory
        s.out = r.chance(20) ? kFbWords - 1 - last : static_cast<int>(r.below(static_cast<uint32_t>(kFbWords - span + 1)));
        j.strips.push_back(s), y += s.rows;
    }
    return true;
}

void fill(Job &j, Rng &r)
{
    j.image.resize(static_cast<size_t>(j.in_w) * j.in_h * j.planes);
    bool extreme = r.chance(20);
    for (auto &b : j.image) b = static_cast<uint8_t>(extreme ? (r.chance(50) ? 0xff : 0x80) : r.next());
    j.w.resize(static_cast<size_t>(kLanes) * j.taps());
    for (auto &b : j.w) b = static_cast<int8_t>(extreme ? (r.chance(80) ? 127 : -127) : static_cast<int>(r.below(255)) - 127);
    j.dw_w.resize(kLanes * 9), j.border.resize(kLanes), j.sh.resize(kLanes), j.t.resize(kLanes * 4);
    for (auto &b : j.dw_w) b = static_cast<int8_t>(extreme ? -127 : static_cast<int>(r.below(255)) - 127);
    for (auto &b : j.border) b = static_cast<int8_t>(r.next());
    bool mid = r.chance(80);
    for (auto &s : j.sh) s = static_cast<int>(mid ? 6 + r.below(12) : r.below(25));
    int range = j.dw ? (r.chance(50) ? 40000 : 147456) : 128;
    for (auto &t : j.t)
        t = r.chance(5) ? -(1 << 19) : r.chance(5) ? (1 << 19) - 1 : static_cast<int>(r.below(static_cast<uint32_t>(2 * range + 1))) - range;
    j.addr = (r.next() & 0xffffffffffull) * 64;
}

// ---- docs/operators.md, section 2 ----
int32_t round_shift(int32_t x, int s) { return (x + ((1 << s) >> 1)) >> s; }
int32_t sat8(int32_t x) { return std::clamp(x, -128, 127); }

void reference(const Job &j, int lane, std::vector<int32_t> &d)
{
    int pad = (j.k - 1) / 2;
    auto pixel = [&](int p, int y, int x) -> int {
        if (y < 0 || y >= j.in_h || x < 0 || x >= j.in_w) return 0;
        uint8_t b = j.image[static_cast<size_t>((y * j.in_w + x) * j.planes + p)];
        return j.is_signed ? static_cast<int8_t>(b) : b;
    };
    std::vector<int32_t> a(static_cast<size_t>(j.conv_w) * j.conv_h), m(static_cast<size_t>(j.out_w) * j.out_h);
    const int8_t *w = &j.w[static_cast<size_t>(lane) * j.taps()];
    for (int y = 0; y < j.conv_h; y++)
        for (int x = 0; x < j.conv_w; x++) {
            int32_t c = 0;
            for (int p = 0; p < j.planes; p++)
                for (int i = 0; i < j.k; i++)
                    for (int n = 0; n < j.k; n++)
                        c += w[(p * j.k + i) * j.k + n] * pixel(p, j.stride * y + i - pad, j.stride * x + n - pad);
            a[y * j.conv_w + x] = sat8(round_shift(c, j.sh[lane]));
        }
    for (int y = 0; y < j.out_h; y++)
        for (int x = 0; x < j.out_w; x++) {
            int y0 = j.pool ? 2 * y : y, x0 = j.pool ? 2 * x : x, lo = j.pool == 2 ? -1 : 0, hi = j.pool ? 1 : 0;
            int32_t best = -1000;
            for (int i = lo; i <= hi; i++)
                for (int n = lo; n <= hi; n++)
                    if (y0 + i >= 0 && y0 + i < j.conv_h && x0 + n >= 0 && x0 + n < j.conv_w)
                        best = std::max(best, a[(y0 + i) * j.conv_w + x0 + n]);
            m[y * j.out_w + x] = best;
        }
    d = m;
    if (!j.dw) return;
    for (int y = 0; y < j.out_h; y++)
        for (int x = 0; x < j.out_w; x++) {
            int32_t s = 0;
            for (int i = 0; i < 3; i++)
                for (int n = 0; n < 3; n++) {
                    int v = y + i - 1, u = x + n - 1;
                    bool in = v >= 0 && v < j.out_h && u >= 0 && u < j.out_w;
                    int value = in || !j.dw_const ? m[std::clamp(v, 0, j.out_h - 1) * j.out_w + std::clamp(u, 0, j.out_w - 1)] : j.border[lane];
                    s += j.dw_w[lane * 9 + 3 * i + n] * value;
                }
            d[y * j.out_w + x] = s;
        }
}

}  // namespace
