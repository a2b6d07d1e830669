// SPDX-License-Identifier: Apache-2.0
// bonnet_stems with two arrays, each with an image of its own on one bus, against docs/operators.md section 2: parameters through the port, passes whose arrays
// end at different times, one that starves while the other has ended, a reset then, a step that is not aligned. What one stem does is bonnet_stem_tb's.
#include "Vbonnet_stems.h"
#include "stem_unit.h"
#include <deque>

namespace {

constexpr int kArrays = 2, kReqBits = 86, kFbBits = 1 + kFbWordBits + kMaskBits + 256, kStepAt = 13, kAll = (1 << kArrays) - 1;

struct Bench {
    Tb<Vbonnet_stems> &t;
    Vbonnet_stems &d;
    Rng &r;
    uint64_t n = 0;
    Job job[kArrays]{};             // the same but for the image
    Memories m[kArrays];
    uint64_t step = 0;
    std::deque<uint64_t> bus[kArrays];
    int starved = -1;               // the array whose beats do not come
    uint32_t bus_gap = 0, fb_stall[kArrays]{};

    explicit Bench(Tb<Vbonnet_stems> &tb) : t(tb), d(tb.dut), r(tb.rng) {}
    uint64_t start_of(int a) const { return job[0].addr + step * static_cast<uint64_t>(a); }

    int cycle()
    {
        const int first = static_cast<int>(r.below(kArrays));
        int to = -1;
        for (int i = 0; i < kArrays; i++)
            if (const int a = (first + i) % kArrays; !bus[a].empty() && a != starved && !r.chance(bus_gap)) to = a;
        d.rdata_valid_i = to < 0 ? 0 : 1 << to;
        for (int i = 0; i < kBusBytes; i++) {
            const uint64_t at = to < 0 ? ~0ull : bus[to].front() + i - start_of(to);
            const uint8_t byte = static_cast<uint8_t>(to >= 0 && at < job[to].image.size() ? job[to].image[at] : r.next());
            memcpy(reinterpret_cast<uint8_t *>(&d.rdata_i) + i, &byte, 1);
        }
        d.rd_ready_i = r.below(kAll + 1), d.fb_ready_i = 0;
        for (int a = 0; a < kArrays; a++) d.fb_ready_i |= !r.chance(fb_stall[a]) << a;
        d.eval();
        if (to >= 0 && !(d.rdata_ready_o >> to & 1)) return t.fail("rdata_ready_o", n, d.rdata_ready_o, 1 << to);
        if (to >= 0) bus[to].pop_front();
        if ((d.sts_o & 1) != ((d.fb_valid_o & ~d.fb_ready_i & kAll) != 0)) return t.fail("sts_o.stall_out", n, d.sts_o, d.fb_valid_o);
        for (int a = 0; a < kArrays; a++) {
            if (d.rd_valid_o & d.rd_ready_i & 1 << a) {
                const uint64_t beats = get(d.rd_req_o, kReqBits * a, 20), addr = get(d.rd_req_o, kReqBits * a + 20, 64);
                const uint64_t end = start_of(a) + (job[a].image.size() + kBusBytes - 1) / kBusBytes * kBusBytes;
                if (addr < start_of(a) || addr + beats * kBusBytes > end) return t.fail("rd_req", n, addr, start_of(a));
                if (get(d.rd_req_o, kReqBits * a + 84, 2) != base_of(job[0])) return t.fail("rd_req.base", n, a, base_of(job[0]));
                for (uint64_t i = 0; i < beats; i++) bus[a].push_back(addr + i * kBusBytes);
            }
            if ((d.fb_valid_o & d.fb_ready_i & 1 << a) && !land(m[a], d.fb_req_o, kFbBits * a)) return t.fail("fb word", n, a, kFbWords);
        }
        t.tick();
        return 0;
    }
    int idle(int cycles, const char *what)
    {
        while (cycles--) {
            if (cycle()) return 1;
            if (d.done_o || d.bad_o || d.sts_o || d.rd_valid_o || d.fb_valid_o) return t.fail(what, n, d.done_o << 2 | d.sts_o, d.bad_o);
        }
        return 0;
    }
    int reset()
    {
        d.rst_ni = 0, d.rdata_valid_i = 0;
        t.tick();
        if (d.done_o || d.bad_o) return t.fail("in a reset", n, d.done_o, d.bad_o);
        d.rst_ni = 1;
        for (auto &queue : bus) queue.clear();
        return idle(8, "out of a reset");
    }
    bool whole(int a) const { return m[a].fb == m[a].want; }

    void parameters()
    {
        for (auto &mem : m) mem.sp = m[0].sp;
        for (int row = job[0].prow; row < job[0].prow + 5 + job[0].rows(); row++)
            for (int col = 0; col < kLanes * 64 / kBus; col++) {
                d.sp_we_i = 1, d.sp_wrow_i = row, d.sp_wcol_i = col;
                memcpy(&d.sp_wdata_i, &m[0].sp[row][col * kBus / 32], kBusBytes);
                t.tick();
            }
        d.sp_we_i = 0;
    }
    void command()
    {
        const Strip &s = job[0].strips[0];
        for (int i = 0; i < 20; i++) d.cmd_i[i] = static_cast<uint32_t>(r.next());
        put(d.cmd_i, 0, 1, 0), put(d.cmd_i, kStepAt, 32, step);
        put_pass(d.cmd_i, job[0]);
        const auto field = [&](int lsb, int bits, uint64_t v) { put(d.cmd_i, kDescAt + lsb, bits, v); };
        field(J_OP_LSB, J_OP_BITS, 4), field(F_OUT_LSB, F_OUT_BITS, s.out), field(F_OUT_ROW_LSB, F_OUT_ROW_BITS, s.out_row);
        field(F_OUT_RING_LSB, F_OUT_RING_BITS, s.ring), field(F_OUT_SLOT_LSB, F_OUT_SLOT_BITS, s.slot);
        field(F_ROWS_LSB, F_ROWS_BITS, s.rows), field(F_CONT_LSB, F_CONT_BITS, 0);
    }
    int start()
    {
        d.start_i = 1;
        if (cycle()) return 1;
        d.start_i = 0;
        return 0;
    }
    void choose()
    {
        Job &j = job[0];
        do {
            j.planes = r.chance(50) ? 3 : 1, j.is_signed = r.chance(50), j.k = 3 + 2 * static_cast<int>(r.below(2)), j.stride = 1 + static_cast<int>(r.below(2));
            j.pool = static_cast<int>(r.below(3)), j.dw = r.chance(50), j.dw_const = r.chance(50), j.slices = r.chance(50) ? 4 : 1, j.coded = 0;
            j.in_w = 1 + static_cast<int>(r.below(8)), j.in_h = 1 + static_cast<int>(r.below(8)), j.prow = static_cast<int>(r.below(kStemRows));
            sizes(j);
        } while (!fits(j) || !place(j, r, 0));
        fill(j, r), job[1] = j;
        for (auto &b : job[1].image) b = static_cast<uint8_t>(r.next());
        step = (r.next() & 0xffffffff) / kBusBytes * kBusBytes;
        bus_gap = r.below(80);
        for (auto &stall : fb_stall) stall = r.chance(50) ? 0 : r.below(90);
    }
    // Runs the pass; with one array starved first, until the other has ended. cut: it is reset then.
    int pass(bool cut)
    {
        load_params(m[0], job[0], r), parameters();
        for (int a = 0; a < kArrays; a++) {
            for (auto &word : m[a].fb) word = r.next();
            m[a].want = m[a].fb;
            for (int l = 0; l < kLanes; l++) reference(job[a], l, m[a].d[l]);
            expect(m[a], job[a], job[a].strips[0], 0);
        }
        starved = cut || r.chance(40) ? static_cast<int>(r.below(kArrays)) : -1;
        command();
        if (start()) return 1;
        int after = 0;
        for (uint64_t i = 0; !d.done_o; i++) {
            if (d.bad_o) return t.fail("bad_o", n, 1, 0);
            if (i > 200000) return t.fail("hang", n, whole(0), whole(1));
            if (starved >= 0 && whole(!starved) && ++after == 100) {
                if (!(d.sts_o >> 1)) return t.fail("sts_o.stall_in", n, d.sts_o >> 1, 1);
                starved = -1;
                if (cut) return reset();
            }
            if (cycle()) return 1;
        }
        for (int a = 0; a < kArrays; a++)
            if (!whole(a)) return t.fail("feature buffer", n, a, 0);
        t.tick();   // done_o is a pulse
        return idle(1 + static_cast<int>(r.below(10)), "behind the end");
    }
    // A step that is not aligned: the second array refuses what the first one takes.
    int askew()
    {
        step += 1 + r.below(kBusBytes - 1), command(), starved = 0;
        if (start()) return 1;
        d.eval();
        if (!d.bad_o || d.done_o) return t.fail("bad_o of one array", n, d.bad_o, 1);
        return reset();
    }
};

int run(Tb<Vbonnet_stems> &t)
{
    Bench b(t);
    t.dut.start_i = t.dut.sp_we_i = t.dut.rdata_valid_i = t.dut.rd_ready_i = t.dut.fb_ready_i = 0;
    if (b.idle(4, "before anything")) return 1;
    for (b.n = 1; b.n <= 10 + t.cases / 5; b.n++) {
        b.choose();
        if (t.rng.chance(20) && b.pass(true)) return 1;
        if (b.pass(false)) return 1;
        if (t.rng.chance(20) && b.askew()) return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char **argv) { return tb_main<Vbonnet_stems>("bonnet_stems", argc, argv, run); }
