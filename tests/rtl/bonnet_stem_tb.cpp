// SPDX-License-Identifier: Apache-2.0
// The whole stem unit against docs/operators.md section 2, written out plainly below: random descriptors, parameters and images; a bus
// with latency and gaps, a feature buffer that refuses; refused descriptors; and the promised rate when nothing stalls.
#include "tb.h"
#include "Vbonnet_stem.h"
#include <algorithm>
#include <deque>
#include <vector>

namespace {

#ifdef BONNET_GEOMETRY_TINY
constexpr int kLanes = 16, kBus = 64, kFbWords = 4096, kStemRows = 64, kImageW = 64, kMapW = 32, kFbRowBits = 10;
#else
constexpr int kLanes = 64, kBus = 128, kFbWords = 24576, kStemRows = 32, kImageW = 512, kMapW = 128, kFbRowBits = 13;
#endif
constexpr int kBusBytes = kBus / 8, kGroup = kLanes / 4, kParts = 64 / kGroup, kMaskBits = 4 * kParts;

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
constexpr int kDescAt = 73, kAddrAt = 9;  // bonnet_pkg::cmd_t: skip, index, addr, desc from bit 0 up

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
#define PUT(NAME, v) put(d.cmd_i, kDescAt + F_##NAME##_LSB, F_##NAME##_BITS, (v))

struct Job {
    int planes, is_signed, k, stride, pool, dw, dw_const, slices;
    int in_w, in_h, conv_w, conv_h, out_w, out_h;
    int out, out_row, out_pix, channel, prow;
    uint64_t addr;
    std::vector<uint8_t> image;
    std::vector<int8_t> w, dw_w, border;  // [lane][tap]
    std::vector<int> sh, t;               // [lane], [lane][4]
    int taps() const { return k * k * planes; }
    int rows() const { return (taps() + 7) / 8; }
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

// Places the map in the feature buffer: pitches with random slack, aligned for four slices.
bool place(Job &j, Rng &r)
{
    int words = 1 + static_cast<int>(r.below(2)), unit = j.slices;
    j.channel = static_cast<int>(r.below(static_cast<uint32_t>(words * 64 / kLanes))) * kLanes;
    j.out_pix = unit * (words + static_cast<int>(r.below(2)));
    j.out_row = j.out_pix * j.out_w + unit * static_cast<int>(r.below(3));
    int span = (j.out_h - 1) * j.out_row + j.out_w * j.out_pix;
    if (span > kFbWords || j.out_row > 0xffff) return false;
    j.out = static_cast<int>(r.below(static_cast<uint32_t>((kFbWords - span) / unit + 1))) * unit;
    if (r.chance(20)) j.out = (kFbWords - span) / unit * unit;
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

struct World {  // what stands around the unit
    std::vector<uint64_t> fb = std::vector<uint64_t>(kFbWords), want;
    std::vector<std::vector<uint32_t>> sp = std::vector<std::vector<uint32_t>>(kStemRows, std::vector<uint32_t>(kLanes * 2));
    struct Beat { uint64_t addr, due; };
    std::deque<Beat> bus;
    int bus_gap = 0, rd_stall = 0, fb_stall = 0, latency = 0;
};

void byte_at(World &w, int row, int lane, int i, int v)
{
    uint32_t &u = w.sp[row][lane * 2 + i / 4];
    u = (u & ~(0xffu << 8 * (i % 4))) | static_cast<uint32_t>(v & 0xff) << 8 * (i % 4);
}

void load_params(World &w, const Job &j, Rng &r)
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

void expect(World &w, const Job &j)
{
    std::vector<int32_t> d;
    w.want = w.fb;
    for (int l = 0; l < kLanes; l++) {
        reference(j, l, d);
        int c = j.channel + l;
        for (int y = 0; y < j.out_h; y++)
            for (int x = 0; x < j.out_w; x++)
                for (int s = 0; s < j.slices; s++) {
                    uint64_t &word = w.want[j.out + y * j.out_row + x * j.out_pix + c / 64 * j.slices + s], bit = 1ull << c % 64;
                    word = d[y * j.out_w + x] >= j.t[l * 4 + s] ? word | bit : word & ~bit;
                }
    }
}

void command(Vbonnet_stem &d, const Job &j)
{
    for (int i = 0; i < 19; i++) d.cmd_i[i] = 0;
    put(d.cmd_i, kAddrAt, 64, j.addr);
    put(d.cmd_i, kDescAt + J_OP_LSB, J_OP_BITS, 4);
    PUT(PLANES3, j.planes == 3), PUT(SIGNED, j.is_signed), PUT(KERNEL, (j.k - 3) / 2), PUT(STRIDE2, j.stride == 2), PUT(POOL, j.pool);
    PUT(DW, j.dw), PUT(DW_CONST, j.dw_const), PUT(K4, j.slices == 4), PUT(IN_W, j.in_w), PUT(IN_H, j.in_h), PUT(CONV_W, j.conv_w);
    PUT(CONV_H, j.conv_h), PUT(OUT_W, j.out_w), PUT(OUT_H, j.out_h), PUT(OUT, j.out), PUT(OUT_ROW, j.out_row), PUT(OUT_PIX, j.out_pix);
    PUT(CHANNEL, j.channel), PUT(PROW, j.prow);
}

// One clock with the world around it. Returns false and reports on a broken promise.
bool cycle(Tb<Vbonnet_stem> &t, World &w, const Job &j, uint64_t n)
{
    auto &d = t.dut;
    uint64_t now = t.cycle();
    bool offered = d.rdata_valid_i;  // a beat once offered stays offered
    d.rdata_valid_i = !w.bus.empty() && w.bus.front().due <= now && (offered || !t.rng.chance(w.bus_gap));
    if (d.rdata_valid_i)
        for (int i = 0; i < kBusBytes; i++) {
            uint64_t at = w.bus.front().addr + i - j.addr;
            uint8_t byte = static_cast<uint8_t>(at < j.image.size() ? j.image[at] : t.rng.next());
            memcpy(reinterpret_cast<uint8_t *>(&d.rdata_i) + i, &byte, 1);  // 64 or 128 bits, little-endian either way
        }
    d.rd_ready_i = !t.rng.chance(w.rd_stall);
    d.fb_ready_i = !t.rng.chance(w.fb_stall);
    d.eval();
    if (d.rd_valid_o && d.rd_ready_i) {
        uint64_t addr = get(d.rd_req_o, 20, 64), beats = get(d.rd_req_o, 0, 20);
        uint64_t end = j.addr + (j.image.size() + kBusBytes - 1) / kBusBytes * kBusBytes;
        if (!beats || addr % kBusBytes || addr < j.addr || addr + beats * kBusBytes > end) return t.fail("rd_req", n, addr, end), false;
        for (uint64_t i = 0; i < beats; i++) w.bus.push_back({addr + i * kBusBytes, now + w.latency});
    }
    if (d.rdata_valid_i && !d.rdata_ready_o) return t.fail("rdata_ready_o", n, 0, 1), false;
    bool taken = d.rdata_valid_i, read = d.sp_re_o;
    int row = d.sp_row_o;
    if (d.fb_valid_o && d.fb_ready_i) {
        uint64_t frow = get(d.fb_req_o, 256 + kMaskBits, kFbRowBits), mask = get(d.fb_req_o, 256, kMaskBits);
        if (frow >= kFbWords / 4) return t.fail("fb row", n, frow, kFbWords / 4), false;
        for (int b = 0; b < 4; b++)
            for (int i = 0; i < kParts; i++)
                if (mask >> (b * kParts + i) & 1) {
                    uint64_t bits = ((1ull << kGroup) - 1) << i * kGroup, &word = w.fb[frow * 4 + b];
                    word = (word & ~bits) | (get(d.fb_req_o, 64 * b, 64) & bits);
                }
    }
    t.tick();
    if (taken) w.bus.pop_front(), d.rdata_valid_i = 0;
    if (read) {
        if (row >= kStemRows) return t.fail("sp_row_o", n, row, kStemRows), false;
        for (int i = 0; i < kLanes * 2; i++) d.sp_data_i[i] = w.sp[row][i];
    }
    return true;
}

// Runs one descriptor to its end; cycles from start to done in *spent.
int run_job(Tb<Vbonnet_stem> &t, World &w, const Job &j, uint64_t n, uint64_t *spent)
{
    auto &d = t.dut;
    for (auto &word : w.fb) word = t.rng.next();
    load_params(w, j, t.rng);
    expect(w, j);
    command(d, j);
    uint64_t begin = t.cycle(), limit = begin + 5000 + 200ull * j.in_w * j.in_h * (j.rows() + 10);
    d.start_i = 1;
    if (!cycle(t, w, j, n)) return 1;
    d.start_i = 0;
    while (!d.done_o) {
        if (d.bad_o) return t.fail("bad_o", n, 1, 0);
        if (t.cycle() > limit) return t.fail("hang", n, t.cycle() - begin, limit - begin);
        if (!cycle(t, w, j, n)) return 1;
    }
    *spent = t.cycle() - begin;
    for (int i = 0; i < kFbWords; i++)
        if (w.fb[i] != w.want[i]) {
            fprintf(stderr, "word %d of map at %d: %dx%dx%d k%d s%d pool%d dw%d/%d slices%d signed%d -> %dx%d -> %dx%d chan %d row %d pix %d\n", i,
                    j.out, j.in_w, j.in_h, j.planes, j.k, j.stride, j.pool, j.dw, j.dw_const, j.slices, j.is_signed, j.conv_w, j.conv_h, j.out_w,
                    j.out_h, j.channel, j.out_row, j.out_pix);
            return t.fail("feature word", n, w.fb[i], w.want[i]);
        }
    return cycle(t, w, j, n) ? 0 : 1;  // done_o is a pulse
}

// A descriptor the unit must refuse, at once and without touching anything.
int run_bad(Tb<Vbonnet_stem> &t, World &w, Job j, uint64_t n)
{
    auto &d = t.dut;
    command(d, j);
    int what = static_cast<int>(t.rng.below(20));
    switch (what) {
    case 0: put(d.cmd_i, kDescAt + J_OP_LSB, J_OP_BITS, 2); break;
    case 1: PUT(KERNEL, 3); break;
    case 2: PUT(POOL, 3); break;
    case 3: PUT(IN_W, 0); break;
    case 4: PUT(IN_H, 0); break;
    case 5: PUT(OUT_W, j.out_w + 1); break;
    case 6: PUT(OUT_H, j.out_h - 1); break;
    case 7: PUT(CONV_W, j.conv_w + 1); break;
    case 8: PUT(CONV_H, j.conv_h - 1); break;
    case 9: j.in_w = kImageW + 1, j.stride = 2, j.pool = 2, sizes(j), command(d, j); break;  // too wide an image
    case 10: j.in_w = kMapW + 1, j.stride = 1, j.pool = 0, j.out_row = j.out_pix = 0, sizes(j), command(d, j); break;  // too wide a map
    case 11: PUT(CHANNEL, j.channel + 1 + t.rng.below(kLanes - 1)); break;
    case 12: put(d.cmd_i, kAddrAt, 64, j.addr + 1 + t.rng.below(kBusBytes - 1)); break;
    case 13: PUT(K4, 1), PUT(OUT, (j.out & ~3) + 1 + static_cast<int>(t.rng.below(3))); break;
    case 14: PUT(K4, 1), PUT(OUT_PIX, (j.out_pix & ~3) + 1 + static_cast<int>(t.rng.below(3))); break;
    case 15: PUT(K4, 1), PUT(OUT_ROW, (j.out_row & ~3) + 1 + static_cast<int>(t.rng.below(3))); break;
    case 16: {  // one pixel past the end
        int end = (j.out_h - 1) * j.out_row + (j.out_w - 1) * j.out_pix + j.channel / 64 * j.slices;
        PUT(OUT, kFbWords - end);
        break;
    }
    case 17: PUT(PROW, kStemRows - 5 - j.rows() + 1); break;
    case 18: PUT(K4, 1), PUT(OUT, 0xfffc), PUT(OUT_ROW, 0), PUT(OUT_PIX, 0), PUT(CHANNEL, 4032); break;  // wraps at 2^16
    default: PUT(OUT_ROW, 0xfffc), PUT(OUT_H, j.out_h), PUT(OUT, 0xfffc); break;
    }
    d.start_i = 1;
    d.eval();
    t.tick();
    d.start_i = 0;
    for (int i = 0; i < 4; i++) {
        d.eval();
        if (d.done_o || d.rd_valid_o || d.sp_re_o || d.fb_valid_o || d.bad_o != (i == 0))
            return t.fail("refusal", n, static_cast<uint64_t>(what) << 8 | d.bad_o, i == 0);
        t.tick();
    }
    (void)w;
    return 0;
}

int rate(Tb<Vbonnet_stem> &t, const Job &j, uint64_t n, uint64_t spent)
{
    uint64_t conv = static_cast<uint64_t>(j.conv_w) * j.conv_h, pad = (j.k - 1) / 2;
    uint64_t core = conv * std::max(j.rows(), j.stride * j.stride), dw = static_cast<uint64_t>(j.out_w) * j.out_h * (j.dw ? 9 : 1);
    uint64_t first = (pad + 1) * j.in_w + 40, last = j.dw ? 9 * (2 * j.out_w + 2) + 20 : 20;
    uint64_t limit = std::max(core, dw) + first + last;
    // Where the pixels bind (5x5 and 3x3 with stride 2 on one plane) the convolution may catch up with them once a row.
    if (j.stride * j.stride >= j.rows()) limit += static_cast<uint64_t>(j.conv_h) * 8;
    return spent > limit ? t.fail("rate", n, spent, limit) : 0;
}

int run(Tb<Vbonnet_stem> &t)
{
    auto &d = t.dut;
    auto &r = t.rng;
    World w;
    uint64_t spent = 0;
    d.start_i = d.rd_ready_i = d.rdata_valid_i = d.fb_ready_i = 0;
    w.latency = 10;

    // The two stems the project is about, nothing stalling.
    for (int c = 0; c < 64; c += kLanes) {
        Job j{1, 0, 5, 1, 1, 1, 0, 4, 28, 28, 0, 0, 0, 0, 64, 14 * 8, 8, c, 3, 0, {}, {}, {}, {}, {}, {}};
        sizes(j), fill(j, r);
        if (run_job(t, w, j, 0, &spent)) return 1;
        if (spent > 3400) return t.fail("28x28 cycles", 0, spent, 3400);
    }
    uint64_t small = spent;
    // A stride-2 7x7 window needs nine rows of a ring of eight: a gap at every row would show here.
    Job tall{3, 0, 7, 2, 0, 0, 0, 4, 40, 63, 0, 0, 0, 0, 0, 20 * 4, 4, 0, 0, 0, {}, {}, {}, {}, {}, {}};
    sizes(tall), fill(tall, r);
    if (run_job(t, w, tall, 0, &spent) || rate(t, tall, 0, spent)) return 1;
    // Rows of six pixels of two cycles: a gap at the start of a row would show here.
    Job narrow{1, 1, 3, 1, 0, 0, 0, 1, 6, 200, 0, 0, 0, 0, 0, 6, 1, 0, 0, 0, {}, {}, {}, {}, {}, {}};
    sizes(narrow), fill(narrow, r);
    if (run_job(t, w, narrow, 0, &spent) || rate(t, narrow, 0, spent)) return 1;
    spent = 0;
#ifndef BONNET_GEOMETRY_TINY
    Job big{3, 1, 7, 2, 2, 1, 1, 4, 224, 224, 0, 0, 0, 0, 4, 56 * 4, 4, 0, 8, 0, {}, {}, {}, {}, {}, {}};
    sizes(big), fill(big, r);
    if (run_job(t, w, big, 0, &spent)) return 1;
    if (spent > 19 * 12544 + 2500) return t.fail("224x224 cycles", 0, spent, 19 * 12544 + 2500);
#endif
    printf("28x28: %" PRIu64 " cycles, 224x224: %" PRIu64 " cycles\n", small, spent);

    for (uint64_t n = 1; n <= t.cases; n++) {
        Job j{};
        do {
            j.planes = r.chance(50) ? 3 : 1, j.is_signed = r.chance(50), j.k = 3 + 2 * static_cast<int>(r.below(3));
            j.stride = 1 + static_cast<int>(r.below(2)), j.pool = static_cast<int>(r.below(3)), j.dw = r.chance(60), j.dw_const = r.chance(50);
            j.slices = r.chance(60) ? 4 : 1;
            j.in_w = 1 + static_cast<int>(r.below(r.chance(70) ? 12 : 40)), j.in_h = 1 + static_cast<int>(r.below(r.chance(70) ? 12 : 30));
            if (r.chance(3)) j.in_w = kImageW - static_cast<int>(r.below(3)), j.in_h = 1 + static_cast<int>(r.below(6));
            j.prow = static_cast<int>(r.below(kStemRows)), sizes(j);
            if (r.chance(20)) j.prow = kStemRows - 5 - j.rows();
        } while (!fits(j) || !place(j, r));
        fill(j, r);
        bool free = r.chance(30);
        w.bus_gap = free ? 0 : static_cast<int>(r.below(95)), w.rd_stall = free ? 0 : static_cast<int>(r.below(95));
        w.fb_stall = free || r.chance(40) ? 0 : static_cast<int>(r.below(98)), w.latency = free ? 10 : static_cast<int>(r.below(60));
        if (r.chance(25) && run_bad(t, w, j, n)) return 1;
        if (run_job(t, w, j, n, &spent)) return 1;
        if (free && rate(t, j, n, spent)) return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char **argv) { return tb_main<Vbonnet_stem>("bonnet_stem", argc, argv, run); }
