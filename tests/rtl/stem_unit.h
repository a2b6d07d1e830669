// SPDX-License-Identifier: Apache-2.0
// What the benches of a stem unit have in common: the fields of its descriptor, the parameter rows of a pass, what a pass leaves in a feature buffer.
#pragma once
#include "stem_ref.h"

namespace {

// ---- descriptor: positions from the one definition file ----
enum {
#define OP(...)
#define HDR(...)
#define LOAD(...)
#define CONV(...)
#define FC(...)
#define STORE(...)
#define JOB(NAME, word, lsb, width, text) J_##NAME##_LSB = 32 * (word) + (lsb), J_##NAME##_BITS = (width),
#define STEM(NAME, word, lsb, width, text) F_##NAME##_LSB = 32 * (word) + (lsb), F_##NAME##_BITS = (width),
#include "bonnet_job.def"
#undef STEM
#undef JOB
    kEnd
};
constexpr int kDescAt = 109, kAddrAt = 45;  // bonnet_pkg::cmd_t: skip, index, step, addr, desc from bit 0 up

template <class W> void put(W &w, int lsb, int width, uint64_t v)
{
    for (int i = 0; i < width; i++) {
        uint32_t bit = static_cast<uint32_t>(v >> i & 1);
        w[(lsb + i) / 32] = (w[(lsb + i) / 32] & ~(1u << (lsb + i) % 32)) | bit << (lsb + i) % 32;
    }
}
template <class W> uint64_t get(const W &w, int lsb, int width)
{
    uint64_t v = 0;
    for (int i = 0; i < width; i++) v |= static_cast<uint64_t>(w[(lsb + i) / 32] >> (lsb + i) % 32 & 1) << i;
    return v;
}
struct Memories {  // of one stem
    std::vector<uint64_t> fb = std::vector<uint64_t>(kFbWords), want;
    std::vector<std::vector<int32_t>> d = std::vector<std::vector<int32_t>>(kLanes);
    std::vector<std::vector<uint32_t>> sp = std::vector<std::vector<uint32_t>>(kStemRows, std::vector<uint32_t>(kLanes * 2));
};

void byte_at(Memories &w, int row, int lane, int i, int v)
{
    uint32_t &u = w.sp[row][lane * 2 + i / 4];
    u = (u & ~(0xffu << 8 * (i % 4))) | static_cast<uint32_t>(v & 0xff) << 8 * (i % 4);
}

void load_params(Memories &w, const Job &j, Rng &r)
{
    for (auto &row : w.sp) for (auto &u : row) u = static_cast<uint32_t>(r.next());
    for (int l = 0; l < kLanes; l++) {
        byte_at(w, j.prow, l, 0, j.sh[l] | static_cast<int>(r.below(8)) << 5);  // bits outside a field mean nothing
        byte_at(w, j.prow, l, 1, j.border[l]);
        for (int i = 0; i < 9; i++) byte_at(w, j.prow + 1 + i / 8, l, i % 8, j.dw_w[l * 9 + i]);
        for (int s = 0; s < 4; s++) {
            uint32_t &u = w.sp[j.prow + 3 + s / 2][l * 2 + s % 2];
            u = (u & ~0xfffffu) | (static_cast<uint32_t>(j.t[l * 4 + s]) & 0xfffffu);
        }
        for (int i = 0; i < j.rows() * 8; i++) byte_at(w, j.prow + 5 + i / 8, l, i % 8, i < j.taps() ? j.w[static_cast<size_t>(l) * j.taps() + i] : 0);
    }
}

// What the strip from map row y0 on leaves in the feature buffer.
void expect(Memories &w, const Job &j, const Strip &p, int y0)
{
    for (int l = 0; l < kLanes; l++) {
        int c = j.channel + l;
        uint64_t bit = 1ull << c % 64;
        for (int y = y0; y < y0 + p.rows; y++)
            for (int x = 0; x < j.out_w; x++) {
                bool s[4], t[3];
                for (int i = 0; i < 4; i++) s[i] = w.d[l][y * j.out_w + x] >= j.t[l * 4 + i];
                t[0] = s[0], t[1] = s[2], t[2] = s[2] ? s[1] : s[3];
                int row = p.ring ? (p.slot + y - y0) % p.ring : y;
                for (int i = 0; i < j.words(); i++) {
                    uint64_t &word = w.want[p.out + row * p.out_row + x * j.out_pix + c / 64 * j.words() + i];
                    word = (j.coded ? t[i] : s[i]) ? word | bit : word & ~bit;
                }
            }
    }
}

// BASE of a pass: any.
uint64_t base_of(const Job &j) { return j.addr >> 6 & 3; }

// The fields of a pass in its command; those of its first strip are the caller's.
template <class W> void put_pass(W &cmd, const Job &j)
{
#define FIELD(NAME, v) put(cmd, kDescAt + F_##NAME##_LSB, F_##NAME##_BITS, (v))
    put(cmd, kAddrAt, 64, j.addr);
    FIELD(BASE, base_of(j));
    FIELD(PLANES3, j.planes == 3), FIELD(SIGNED, j.is_signed), FIELD(KERNEL, (j.k - 3) / 2), FIELD(STRIDE2, j.stride == 2), FIELD(POOL, j.pool);
    FIELD(DW, j.dw), FIELD(DW_CONST, j.dw_const), FIELD(K4, j.slices == 4), FIELD(IN_W, j.in_w), FIELD(IN_H, j.in_h), FIELD(CONV_W, j.conv_w);
    FIELD(CONV_H, j.conv_h), FIELD(OUT_W, j.out_w), FIELD(OUT_H, j.out_h), FIELD(OUT_PIX, j.out_pix), FIELD(OUT_T, j.coded);
    FIELD(CHANNEL, j.channel), FIELD(PROW, j.prow);
#undef FIELD
}

// A write of the feature buffer's port B, which begins at bit lsb of req. Returns false when it is past the end.
template <class W> bool land(Memories &m, const W &req, int lsb)
{
    uint64_t first = get(req, lsb + 256 + kMaskBits, kFbWordBits), mask = get(req, lsb + 256, kMaskBits);
    for (unsigned b = 0; b < 4; b++)
        for (int i = 0; i < kParts; i++)
            if (mask >> (b * kParts + i) & 1) {
                if (first + b >= kFbWords) return false;
                uint64_t bits = ((1ull << kGroup) - 1) << i * kGroup, &word = m.fb[first + b];
                word = (word & ~bits) | (get(req, lsb + 64 * b, 64) & bits);
            }
    return true;
}

}  // namespace
