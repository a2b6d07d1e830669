// SPDX-License-Identifier: Apache-2.0
// The whole stem unit against docs/operators.md section 2, written out plainly below: random descriptors, parameters and images; a bus
// with latency and gaps, a feature buffer that refuses; passes cut into strips with waits between, rings, coded maps; refused descriptors,
// also while a pass is held; a reset that forgets one; and the promised cycles when nothing stalls, with what the counters see of them.
#include "Vbonnet_stem.h"
#include "stem_time.h"
#include "stem_unit.h"
#include <deque>

namespace {

#define PUT(NAME, v) put(d.cmd_i, kDescAt + F_##NAME##_LSB, F_##NAME##_BITS, (v))

struct World : Memories {  // what stands around the unit
    struct Beat { uint64_t addr, due; };
    std::deque<Beat> bus;
    std::vector<int64_t> resume, row;  // of the last pass, from its start: a strip that begins with row y; the last write of row y
    uint64_t begin = 0, moved = 0;  // moved: the last beat or write
    int64_t starved = 0;  // cycles of stall_in
    int writes = 0;
    int bus_gap = 0, rd_stall = 0, fb_stall = 0, latency = 0;
};

// Strip n of the pass; a CONT says nothing of use about the pass itself.
void command(Tb<Vbonnet_stem> &tb, const Job &j, size_t n)
{
    auto &d = tb.dut;
    const Strip &s = j.strips[n];
    for (int i = 0; i < 20; i++) d.cmd_i[i] = n ? static_cast<uint32_t>(tb.rng.next()) : 0;
    put(d.cmd_i, 0, 1, 0);
    put(d.cmd_i, kDescAt + J_OP_LSB, J_OP_BITS, 4);
    int rest = 0;
    for (size_t i = n; i < j.strips.size(); i++) rest += j.strips[i].rows;
    PUT(OUT, s.out), PUT(OUT_ROW, s.out_row), PUT(OUT_RING, s.ring), PUT(OUT_SLOT, s.ring || !n ? s.slot : tb.rng.below(64));
    PUT(ROWS, s.rows == rest && tb.rng.chance(50) ? 0 : s.rows), PUT(CONT, n != 0);
    if (n) return;
    put_pass(d.cmd_i, j);
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
    if ((d.sts_o & 1) != (d.fb_valid_o && !d.fb_ready_i)) return t.fail("sts_o.stall_out", n, d.sts_o, d.fb_valid_o), false;
    w.starved += d.sts_o >> 1;
    if (d.rd_valid_o && d.rd_ready_i) {
        uint64_t addr = get(d.rd_req_o, 20, 64), beats = get(d.rd_req_o, 0, 20);
        uint64_t end = j.addr + (j.image.size() + kBusBytes - 1) / kBusBytes * kBusBytes;
        if (get(d.rd_req_o, 84, 2) != base_of(j)) return t.fail("rd_req.base", n, get(d.rd_req_o, 84, 2), base_of(j)), false;
        if (!beats || addr % kBusBytes || addr < j.addr || addr + beats * kBusBytes > end) return t.fail("rd_req", n, addr, end), false;
        for (uint64_t i = 0; i < beats; i++) w.bus.push_back({addr + i * kBusBytes, now + w.latency});
    }
    if (d.rdata_valid_i && !d.rdata_ready_o) return t.fail("rdata_ready_o", n, 0, 1), false;
    bool taken = d.rdata_valid_i, read = d.sp_re_o;
    int row = d.sp_row_o;
    if (taken || (d.fb_valid_o && d.fb_ready_i)) w.moved = now;
    if (d.fb_valid_o && d.fb_ready_i) {
        if (++w.writes % j.out_w == 0) w.row.push_back(static_cast<int64_t>(now - w.begin));
        if (!land(w, d.fb_req_o, 0)) return t.fail("fb word", n, get(d.fb_req_o, 256 + kMaskBits, kFbWordBits), kFbWords), false;
    }
    t.tick();
    if (taken) w.bus.pop_front(), d.rdata_valid_i = 0;
    if (read) {
        if (row >= kStemRows) return t.fail("sp_row_o", n, row, kStemRows), false;
        for (int i = 0; i < kLanes * 2; i++) d.sp_data_i[i] = w.sp[row][i];
    }
    return true;
}

int start_cmd(Tb<Vbonnet_stem> &t, World &w, const Job &j, uint64_t n)
{
    t.dut.start_i = 1;
    if (!cycle(t, w, j, n)) return 1;
    t.dut.start_i = 0;
    return 0;
}

int refused(Tb<Vbonnet_stem> &t, uint64_t n, int what)
{
    auto &d = t.dut;
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
    return 0;
}

// A descriptor the unit must refuse, at once and without touching anything: `what` is wrong with it.
constexpr int kBads = 24;
int run_bad(Tb<Vbonnet_stem> &t, Job j, uint64_t n, int what)
{
    auto &d = t.dut;
    command(t, j, 0);
    const Strip &s = j.strips[0];
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
    case 9: j.in_w = kImageW + 1, j.stride = 2, j.pool = 2, sizes(j), command(t, j, 0); break;  // too wide an image
    case 10: j.in_w = kMapW + 1, j.stride = 1, j.pool = 0, j.strips[0].out_row = j.out_pix = 0, sizes(j), command(t, j, 0); break;  // too wide a map
    case 11: PUT(CHANNEL, j.channel + 1 + t.rng.below(kLanes - 1)); break;
    case 12: put(d.cmd_i, kAddrAt, 64, j.addr + 1 + t.rng.below(kBusBytes - 1)); break;
    case 13: PUT(K4, 0), PUT(OUT_T, 1); break;
    case 14: PUT(CONT, 1); break;
    case 15: PUT(ROWS, j.out_h + 1 + static_cast<int>(t.rng.below(3))); break;
    case 16: {  // one word past the end
        int end = (s.ring ? s.ring - 1 : s.rows - 1) * s.out_row + (j.out_w - 1) * j.out_pix + j.channel / 64 * j.words() + j.words() - 1;
        PUT(OUT, kFbWords - end);
        break;
    }
    case 17: PUT(PROW, kStemRows - 5 - j.rows() + 1); break;
    case 18: PUT(K4, 1), PUT(OUT, 0xfffc), PUT(OUT_ROW, 0), PUT(OUT_PIX, 0), PUT(CHANNEL, 4032); break;  // wraps at 2^16
    case 19: PUT(OUT_RING, 1 + t.rng.below(5)), PUT(OUT_SLOT, 5 + t.rng.below(59)); break;
    case 20: PUT(OUT_RING, 5), PUT(OUT_SLOT, 5); break;
    case 21: case 22:  // sizes that follow from each other, and a map of nothing, somewhere in the buffer
        (what == 21 ? j.in_w : j.in_h) = 1, j.stride = 1, j.pool = 1, sizes(j), command(t, j, 0);
        PUT(OUT_ROW, 8), PUT(OUT_RING, 0), PUT(OUT_SLOT, 0), PUT(ROWS, 0), PUT(OUT, kFbWords / 2);
        break;
    default: PUT(OUT_ROW, 0xfffc), PUT(OUT_H, j.out_h), PUT(OUT, 0xfffc); break;
    }
    return refused(t, n, what);
}

// The same while the pass is held: it must go on as if nothing had been asked. Strip s is the next.
int run_bad_held(Tb<Vbonnet_stem> &t, World &w, const Job &j, uint64_t n, size_t s)
{
    auto &d = t.dut;
    command(t, j, s);
    int rest = 0, y = 0, what = static_cast<int>(t.rng.below(5));
    for (size_t i = 0; i < j.strips.size(); i++) (i < s ? y : rest) += j.strips[i].rows;
    switch (what) {
    case 0: put(d.cmd_i, kDescAt + J_OP_LSB, J_OP_BITS, 2); break;
    case 1: command(t, j, 0); break;
    case 2: PUT(ROWS, rest + 1); break;
    case 3: PUT(OUT_RING, 7), PUT(OUT_SLOT, 7); break;
    default: {  // one word past the end, in a row that is not the pass's first
        const Strip &p = j.strips[s];
        int end = (p.ring ? p.ring - 1 : y + p.rows - 1) * p.out_row + (j.out_w - 1) * j.out_pix + j.channel / 64 * j.words() + j.words() - 1;
        PUT(OUT, kFbWords - end);
    }
    }
    if (start_cmd(t, w, j, n)) return 1;
    return d.bad_o && !d.done_o ? (cycle(t, w, j, n) ? 0 : 1) : t.fail("held refusal", n, static_cast<uint64_t>(what) << 8 | d.bad_o, 1);
}

int start(Tb<Vbonnet_stem> &t, World &w, const Job &j, uint64_t n, size_t strip)
{
    command(t, j, strip);
    return start_cmd(t, w, j, n);
}

// Runs the strips of a pass, all or the first few; cycles from the first start to the last done in *spent.
int run_job(Tb<Vbonnet_stem> &t, World &w, const Job &j, uint64_t n, uint64_t *spent, size_t few = ~size_t{0}, bool wait = true)
{
    auto &d = t.dut;
    for (auto &word : w.fb) word = t.rng.next();
    w.want = w.fb;
    load_params(w, j, t.rng);
    for (int l = 0; l < kLanes; l++) reference(j, l, w.d[l]);
    w.resume.assign(j.out_h, 0), w.row.clear(), w.writes = 0, w.starved = 0, w.begin = w.moved = t.cycle();
    uint64_t begin = t.cycle(), limit = begin + 5000 + 200ull * j.in_w * j.in_h * (j.rows() + 10);
    int y = 0;
    for (size_t s = 0; s < std::min(few, j.strips.size()); s++) {
        if (s && t.rng.chance(20) && run_bad_held(t, w, j, n, s)) return 1;
        expect(w, j, j.strips[s], y);
        if (s) w.resume[y] = static_cast<int64_t>(t.cycle() - begin);
        y += j.strips[s].rows;
        w.moved = t.cycle();
        if (start(t, w, j, n, s)) return 1;
        while (!d.done_o) {
            if (d.bad_o) return t.fail("bad_o", n, 1, 0);
            // Between two beats or writes lie the pixels of two rows at most.
            if (t.cycle() > limit || t.cycle() > w.moved + 20000) return t.fail("hang", n, t.cycle() - begin, limit - begin);
            if (!cycle(t, w, j, n)) return 1;
        }
        *spent = t.cycle() - begin;
        for (int i = 0; i < kFbWords; i++)
            if (w.fb[i] != w.want[i]) {
                const Strip &p = j.strips[s];
                fprintf(stderr, "word %d of strip %zu of %zu, %d rows to row %d at %d, row %d, ring %d slot %d: %dx%dx%d k%d s%d pool%d dw%d/%d slices%d%s "
                        "signed%d -> %dx%d -> %dx%d chan %d pix %d\n", i, s, j.strips.size(), p.rows, y, p.out, p.out_row, p.ring, p.slot, j.in_w, j.in_h,
                        j.planes, j.k, j.stride, j.pool, j.dw, j.dw_const, j.slices, j.coded ? " coded" : "", j.is_signed, j.conv_w, j.conv_h, j.out_w,
                        j.out_h, j.channel, j.out_pix);
                return t.fail("feature word", n, w.fb[i], w.want[i]);
            }
        uint64_t pause = !wait ? 1 : t.rng.chance(30) ? 1 + t.rng.below(3000) : 1 + t.rng.below(20);
        while (pause--) {  // done_o is a pulse, and a held pass writes nothing
            if (!cycle(t, w, j, n)) return 1;
            if (d.done_o || d.bad_o || d.fb_valid_o || d.sts_o) return t.fail("held", n, d.done_o << 1 | d.fb_valid_o, 0);
            limit++;
        }
    }
    return 0;
}

// A reset of one cycle in the middle of a strip: nothing comes of it.
int run_cut(Tb<Vbonnet_stem> &t, World &w, const Job &j, uint64_t n)
{
    auto &d = t.dut;
    load_params(w, j, t.rng);
    if (start(t, w, j, n, 0)) return 1;
    for (uint32_t i = t.rng.below(400); i && !d.done_o; i--)
        if (!cycle(t, w, j, n)) return 1;
    d.rst_ni = 0, d.rdata_valid_i = 0, w.bus.clear();
    t.tick();
    d.rst_ni = 1;
    for (int i = 0; i < 8; i++) {
        if (!cycle(t, w, j, n)) return 1;
        if (d.done_o || d.bad_o || d.rd_valid_o || d.fb_valid_o || d.sp_re_o) return t.fail("out of a reset", n, d.done_o, 0);
    }
    return 0;
}

// Every row of the pass at the promised cycle, when neither bus nor buffer stalled; and, unless it was held, the cycles without taps.
int rate(Tb<Vbonnet_stem> &t, const World &w, const Job &j, uint64_t n)
{
    StemTime want = stem_time(j, w.latency, w.resume);
    int64_t slack = j.strips.size() > 1 ? kHeldSlack : 0;
    for (size_t y = 0; y < want.row.size(); y++)
        if (std::abs(w.row[y] - want.row[y]) > slack) return t.fail("rate", n << 16 | y, static_cast<uint64_t>(w.row[y]), static_cast<uint64_t>(want.row[y]));
    if (!slack && w.starved != want.starved) return t.fail("sts_o.stall_in", n, static_cast<uint64_t>(w.starved), static_cast<uint64_t>(want.starved));
    return 0;
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
        Job j{1, 0, 5, 1, 1, 1, 0, 4, 28, 28, 0, 0, 0, 0, 8, c, 3, 0, {{14, 64, 14 * 8, 0, 0}}, 0, {}, {}, {}, {}, {}};
        sizes(j), fill(j, r);
        if (run_job(t, w, j, 0, &spent)) return 1;
        if (spent > 3400) return t.fail("28x28 cycles", 0, spent, 3400);
    }
    uint64_t small = spent;
    // A stride-2 7x7 window needs nine rows of a ring of eight: a gap at every row would show here.
    Job tall{3, 0, 7, 2, 0, 0, 0, 4, 40, 63, 0, 0, 0, 0, 4, 0, 0, 0, {{32, 0, 20 * 4, 0, 0}}, 0, {}, {}, {}, {}, {}};
    sizes(tall), fill(tall, r);
    if (run_job(t, w, tall, 0, &spent) || rate(t, w, tall, 0)) return 1;
    // Rows of six pixels of two cycles: a gap at the start of a row would show here, and thresholds that take longer than the sums.
    for (int slices = 1; slices <= 4; slices += 3) {
        Job narrow{1, 1, 3, 1, 0, 0, 0, slices, 6, 160, 0, 0, 0, 0, slices, 0, 0, 0, {{160, 0, 6 * slices, 0, 0}}, 0, {}, {}, {}, {}, {}};
        sizes(narrow), fill(narrow, r);
        if (run_job(t, w, narrow, 0, &spent) || rate(t, w, narrow, 0)) return 1;
    }
    // Rows of two pooled pixels wait for the depthwise: the pixel of the buffer that the next one meets is asked for only when that one comes.
    Job strait{1, 1, 3, 1, 2, 1, 0, 4, 3, 40, 0, 0, 0, 0, 4, 0, 0, 0, {{20, 0, 2 * 4, 0, 0}}, 0, {}, {}, {}, {}, {}};
    sizes(strait), fill(strait, r);
    if (run_job(t, w, strait, 0, &spent)) return 1;
    // A bus as late as the queue can hide, and a window that takes a pixel a cycle: a request that waits for a beat more would show here.
    Job late{3, 0, 3, 2, 0, 0, 0, 1, 60, 24, 0, 0, 0, 0, 1, 0, 0, 0, {{12, 0, 30, 0, 0}}, 0, {}, {}, {}, {}, {}};
    sizes(late), fill(late, r), w.latency = 16 * kBusBytes / 3;
    if (run_job(t, w, late, 0, &spent) || rate(t, w, late, 0)) return 1;
    w.latency = 10;
    // The highest image there is: every row counter to its last bit.
    Job high{1, 0, 3, 1, 0, 0, 0, 1, 2, 1023, 0, 0, 0, 0, 1, 0, 0, 0, {{1023, 0, 2, 0, 0}}, 0, {}, {}, {}, {}, {}};
    sizes(high), fill(high, r);
    if (run_job(t, w, high, 0, &spent) || rate(t, w, high, 0)) return 1;
    // The largest sums there are, both signs: 147 taps of 255 * -128 and of -128 * -128.
    for (int is_signed = 0; is_signed < 2; is_signed++) {
        Job brim{3, is_signed, 7, 1, 0, 0, 0, 4, 14, 14, 0, 0, 0, 0, 4, 0, 0, 0, {{14, 0, 14 * 4, 0, 0}}, 0, {}, {}, {}, {}, {}};
        sizes(brim), fill(brim, r);
        std::fill(brim.image.begin(), brim.image.end(), static_cast<uint8_t>(is_signed ? 0x80 : 0xff));
        std::fill(brim.w.begin(), brim.w.end(), static_cast<int8_t>(-128));
        std::fill(brim.sh.begin(), brim.sh.end(), 16);
        if (run_job(t, w, brim, 0, &spent)) return 1;
    }
    spent = 0;
#ifndef BONNET_GEOMETRY_TINY
    Job big{3, 1, 7, 2, 2, 1, 1, 4, 224, 224, 0, 0, 0, 0, 3, 0, 8, 1, {{56, 4, 56 * 3, 0, 0}}, 0, {}, {}, {}, {}, {}};
    sizes(big), fill(big, r);
    if (t.cases >= 100 && run_job(t, w, big, 0, &spent)) return 1;   // a short run leaves out the long image
    if (spent > 19 * 12544 + 2500) return t.fail("224x224 cycles", 0, spent, 19 * 12544 + 2500);
#endif
    printf("28x28: %" PRIu64 " cycles, 224x224: %" PRIu64 " cycles\n", small, spent);

    for (uint64_t n = 1; n <= t.cases; n++) {
        Job j{};
        const bool quick = r.chance(8);  // a pixel or four at once: taps could be there before the parameters are
        do {
            j.planes = r.chance(50) ? 3 : 1, j.is_signed = r.chance(50), j.k = 3 + 2 * static_cast<int>(r.below(3));
            j.stride = 1 + static_cast<int>(r.below(2)), j.pool = static_cast<int>(r.below(3)), j.dw = r.chance(60), j.dw_const = r.chance(50);
            j.slices = r.chance(60) ? 4 : 1, j.coded = j.slices == 4 && r.chance(50);
            j.in_w = 1 + static_cast<int>(r.below(r.chance(70) ? 12 : 40)), j.in_h = 1 + static_cast<int>(r.below(r.chance(70) ? 12 : 30));
            if (r.chance(3)) j.in_w = kImageW - static_cast<int>(r.below(3)), j.in_h = 1 + static_cast<int>(r.below(6));
            if (quick) j.in_w = 1 + static_cast<int>(r.below(2)), j.in_h = 1 + static_cast<int>(r.below(2));
            j.prow = static_cast<int>(r.below(kStemRows)), sizes(j);
            if (r.chance(20)) j.prow = kStemRows - 5 - j.rows();
        } while (!fits(j) || !place(j, r, r.chance(50) ? 0 : r.chance(50) ? 2 : 1000));
        fill(j, r);
        bool free = !quick && r.chance(30);
        w.bus_gap = quick || free ? 0 : static_cast<int>(r.below(95)), w.rd_stall = quick || free ? 0 : static_cast<int>(r.below(95));
        w.fb_stall = free || r.chance(40) ? 0 : static_cast<int>(r.below(98)), w.latency = quick ? 0 : free ? 10 : static_cast<int>(r.below(60));
        if (n <= kBads ? run_bad(t, j, n, static_cast<int>(n - 1)) : r.chance(25) && run_bad(t, j, n, static_cast<int>(r.below(kBads)))) return 1;
        if (r.chance(10) && run_cut(t, w, j, n)) return 1;
        if (j.strips.size() > 1 && r.chance(10)) {  // the core is reset while a pass is held
            if (run_job(t, w, j, n, &spent, 1 + r.below(static_cast<uint32_t>(j.strips.size() - 1)))) return 1;
            d.rst_ni = 0, d.rdata_valid_i = 0, w.bus.clear();
            t.tick();
            d.rst_ni = 1;
        }
        if (run_job(t, w, j, n, &spent)) return 1;
        if (free && rate(t, w, j, n)) return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char **argv) { return tb_main<Vbonnet_stem>("bonnet_stem", argc, argv, run); }
