// SPDX-License-Identifier: Apache-2.0
// bonnet_csr: every register and every hole of the map by its access type, straight from bonnet_csr.def; then ap_ctrl_hs, interrupt,
// stop and reset, counters and the statistics of a job. Addresses and data mean nothing without their enable, and an answer stays.
#include <array>
#include <vector>
#include "Vbonnet_csr.h"
#include "tb.h"

enum Access { RO, RW, WO, COR, TOW };
struct Reg { uint32_t offset; const char *name; Access access; uint32_t reset; };
static const Reg regs[] = {
#define REG(offset, name, access, reset, text) {offset, #name, access, reset},
#define FIELD(reg, name, lsb, width, text)
#include "bonnet_csr.def"
#undef REG
#undef FIELD
};
enum : uint32_t {
#define REG(offset, name, access, reset, text) name = offset,
#define FIELD(reg, name, lsb, width, text)
#include "bonnet_csr.def"
};
using T = Tb<Vbonnet_csr>;

static uint32_t any_offset(T &t) { return t.rng.chance(40) ? uint32_t(CTRL) : t.rng.chance(30) ? 0x8000 + t.rng.below(0x8000) : regs[t.rng.below(sizeof regs / sizeof regs[0])].offset; }
static uint32_t read(T &t, uint32_t offset)
{
    t.dut.re_i = 1, t.dut.raddr_i = offset;
    t.tick();
    t.dut.re_i = 0, t.dut.raddr_i = any_offset(t);
    t.dut.eval();
    return t.dut.rdata_o;
}
static void write(T &t, uint32_t offset, uint32_t value, uint32_t strobe = 15)
{
    t.dut.we_i = 1, t.dut.waddr_i = offset, t.dut.wdata_i = value, t.dut.wstrb_i = strobe;
    t.tick();
    t.dut.we_i = 0, t.dut.waddr_i = any_offset(t), t.dut.wdata_i = static_cast<uint32_t>(t.rng.next());
}
// The answer stays until the next read.
static uint32_t held(T &t, uint32_t offset)
{
    read(t, offset);
    t.tick();
    t.dut.eval();
    return t.dut.rdata_o;
}
// job_sts_t from its low end: rec 192, rec_index 12, rec_we, frame, cause 20, stop, done.
static void status(T &t, bool done, bool stop, uint32_t cause, bool frame)
{
    t.dut.sts_i[6] = static_cast<uint32_t>(frame) << 13 | cause << 14;
    t.dut.sts_i[7] = cause >> 18 | static_cast<uint32_t>(stop) << 2 | static_cast<uint32_t>(done) << 3;
}
static void status_off(T &t) { t.dut.sts_i[6] = t.dut.sts_i[7] = 0; }
static uint32_t implemented(const Reg &r) { return r.offset == GIE ? 1u : r.offset == IER || r.offset == ISR ? 3u : ~0u; }
static uint32_t strobes(uint32_t s) { return (s & 1 ? 0xFFu : 0) | (s & 2 ? 0xFF00u : 0) | (s & 4 ? 0xFF0000u : 0) | (s & 8 ? 0xFF000000u : 0); }

// The sizes of this build, as the registers have them.
#if defined BONNET_GEOMETRY_TINY
static const uint32_t sizes[][2] = {{GEOMETRY, 16 | 1 << 8 | 6 << 12 | 8 << 16 | 8 << 24}, {WEIGHT_ROWS, 256}, {FEATURE_WORDS, 4096}, {STEM_ROWS, 64},
                                    {STEM_WIDTHS, 64 | 32 << 16}, {RECORDS, 1024}};
#elif defined BONNET_GEOMETRY_SMALL
static const uint32_t sizes[][2] = {{GEOMETRY, 16 | 1 << 8 | 6 << 12 | 8 << 16 | 8 << 24}, {WEIGHT_ROWS, 512}, {FEATURE_WORDS, 8192}, {STEM_ROWS, 64},
                                    {STEM_WIDTHS, 64 | 32 << 16}, {RECORDS, 512}};
#else
static const uint32_t sizes[][2] = {{GEOMETRY, 64 | 1 << 8 | 7 << 12 | 8 << 16 | 8 << 24}, {WEIGHT_ROWS, 576}, {FEATURE_WORDS, 24576}, {STEM_ROWS, 32},
                                    {STEM_WIDTHS, 512 | 128 << 16}, {RECORDS, 1024}};
#endif

static int map(T &t)
{
    for (const Reg &r : regs) {
        const uint32_t at_reset = read(t, r.offset);
        uint32_t want = r.access == WO ? 0 : r.reset;
        for (const auto &size : sizes) want = r.offset == size[0] ? size[1] : want;
        if (at_reset != want) return t.fail(r.name, 0, at_reset, want);
    }
    for (uint64_t n = 0; n < t.cases; n++) {
        const Reg &r = regs[t.rng.below(sizeof regs / sizeof regs[0])];
        if (r.offset == CTRL || r.offset == RESET) continue;  // they act: below
        const uint32_t before = read(t, r.offset), value = static_cast<uint32_t>(t.rng.next()), s = t.rng.below(16);
        write(t, r.offset, value, s);
        const uint32_t mask = strobes(s), bits = implemented(r);
        uint32_t want = before;
        if (r.access == RW) want = ((before & ~mask) | (value & mask)) & bits;
        if (r.access == TOW) want = before ^ (value & mask & bits);
        if (r.access == WO) want = 0;
        const uint32_t got = held(t, r.offset);
        if (got != want) return t.fail(r.name, n, got, want);
    }
    for (uint32_t v = 0; v < 8; v++) {  // toggle on write 1
        const uint32_t before = read(t, ISR);
        write(t, ISR, v);
        if (read(t, ISR) != (before ^ (v & 3))) return t.fail("ISR toggles", v, read(t, ISR), before ^ (v & 3));
    }
    write(t, RESET, 0);
    write(t, ISR, read(t, ISR));
    for (uint32_t offset = 0; offset < 0x8000; offset += 4) {
        bool known = false;
        for (const Reg &r : regs) known |= r.offset == offset;
        if (known) continue;
        write(t, offset, ~0u);
        if (read(t, offset)) return t.fail("hole", offset, read(t, offset), 0);
    }
    return 0;
}

static int job(T &t, uint64_t n)
{
    const uint32_t list[14] = {WATCHDOG, OUTPUT_STRIDE, INPUT_STRIDE, FRAMES, SCRATCH_LO, SCRATCH_HI, OUTPUT_LO, OUTPUT_HI,
                               INPUT_LO, INPUT_HI, MODEL_LO, MODEL_HI, JOB_LO, JOB_HI};
    uint32_t value[14];
    for (int i = 0; i < 14; i++) write(t, list[i], value[i] = static_cast<uint32_t>(t.rng.next()));
    const bool gie = t.rng.chance(70);
    const uint32_t ier = t.rng.below(4);
    write(t, GIE, gie), write(t, IER, ier);
    if (t.rng.chance(50)) {  // while the core drains the job waits
        t.dut.ready_i = 0;
        write(t, CTRL, 1);
        for (int i = 0; i < 4; i++) t.tick();
        if (t.dut.start_o || read(t, CTRL) != 1) return t.fail("START before ready", n, read(t, CTRL), 1);
        if (t.rng.chance(50)) {  // a reset forgets it, also in the cycle in which it could start
            t.dut.ready_i = t.rng.chance(50);
            write(t, RESET, 1);
            t.dut.ready_i = 1;
            for (int i = 0; i < 4; i++) {
                t.tick();
                if (t.dut.start_o) return t.fail("START after a reset", n, 1, 0);
            }
            if (read(t, CTRL) != 4) return t.fail("CTRL after a reset", n, read(t, CTRL), 4);
            write(t, CTRL, 1);
        }
        t.dut.ready_i = 1;
    } else {
        write(t, CTRL, ~1u), write(t, CTRL, ~0u, 14);  // no START
        for (int i = 0; i < 3; i++) {
            t.tick();
            if (t.dut.start_o) return t.fail("START nobody wrote", n, 1, 0);
        }
        write(t, CTRL, 1);
    }
    int starts = 0;
    uint64_t began = 0;
    for (int i = 0; i < 6; i++) {
        t.tick();
        starts += t.dut.start_o;
        if (t.dut.start_o) began = t.cycle();
        if (t.dut.start_o)
            for (int w = 0; w < 14; w++)
                if (t.dut.cfg_o[w] != value[w]) return t.fail("cfg_o", w, t.dut.cfg_o[w], value[w]);
    }
    if (starts != 1) return t.fail("start_o pulses", n, starts, 1);
    for (int i = 0; i < 14; i++) write(t, list[i], static_cast<uint32_t>(t.rng.next()));  // the next job's: the running one keeps its own
    for (int w = 0; w < 14; w++)
        if (t.dut.cfg_o[w] != value[w]) return t.fail("cfg_o while running", w, t.dut.cfg_o[w], value[w]);
    if (read(t, CTRL) != 0) return t.fail("CTRL while running", n, read(t, CTRL), 0);
    uint32_t in = 0, out = 0, frames = 0;
    for (int kind = 0; kind < 2; kind++) {  // no reset
        t.dut.we_i = 1, t.dut.waddr_i = RESET, t.dut.wdata_i = kind ? ~0u : ~1u, t.dut.wstrb_i = kind ? 14 : 15;
        t.dut.eval();
        if (t.dut.halt_o) return t.fail("a reset nobody wrote", n, kind, 0);
        t.tick();
        t.dut.we_i = 0;
    }
    for (uint32_t i = t.rng.below(60); i; i--) {
        const bool frame = t.rng.chance(20);
        t.dut.beat_in_i = t.rng.chance(50), t.dut.beat_out_i = t.rng.chance(50);
        in += t.dut.beat_in_i, out += t.dut.beat_out_i, frames += frame;
        status(t, false, false, t.rng.below(1 << 20), frame);   // a cause without a stop is none
        t.tick();
        status_off(t);
        t.dut.beat_in_i = t.dut.beat_out_i = 0;
        if (t.dut.cycle_o != t.cycle() - began) return t.fail("cycle_o", n, t.dut.cycle_o, t.cycle() - began);
    }
    const int end = static_cast<int>(t.rng.below(4));  // done, stop, reset by host, that in the cycle in which it was done
    const bool again = end < 2 && t.rng.chance(30);    // START was written while it ran
    if (again) write(t, CTRL, 1);
    if (again && read(t, CTRL) != 1) return t.fail("CTRL with the next START", n, read(t, CTRL), 1);
    uint32_t seen = ~0u;                               // what a read in the last cycle said
    const uint32_t cause = 0x80000 | t.rng.below(0x7FFFF);
    bool halted = false;
    t.dut.eval();
    if (end < 2) {
        status(t, end == 0, end == 1, cause, false);   // without a stop it is none
        if (!again && t.rng.chance(30)) t.dut.re_i = 1, t.dut.raddr_i = CTRL;             // too early: it clears nothing
        if (t.rng.chance(30)) t.dut.we_i = 1, t.dut.waddr_i = ISR, t.dut.wdata_i = 3, t.dut.wstrb_i = 15;  // nor does this
        t.dut.eval();
        halted = t.dut.halt_o;
        t.tick();
        if (t.dut.re_i) seen = t.dut.rdata_o;
        t.dut.re_i = t.dut.we_i = 0;
        status_off(t);
    } else {
        if (end == 3) status(t, true, false, 0, false);
        t.dut.we_i = 1, t.dut.waddr_i = RESET, t.dut.wdata_i = 1, t.dut.wstrb_i = 15;
        t.dut.eval();
        halted = t.dut.halt_o;
        t.tick();
        t.dut.we_i = 0;
        status_off(t);
    }
    const uint64_t ended = t.cycle();
    t.dut.eval();
    if (seen != ~0u && seen != 0) return t.fail("CTRL in the last cycle", n, seen, 0);
    if (halted != (end != 0)) return t.fail("halt_o", n, halted, end != 0);
    const uint32_t isr = end >= 2 ? 0 : ier, done = end >= 2 ? 0 : 0xA;
    if (t.dut.irq_o != (gie && isr)) return t.fail("irq_o", n, t.dut.irq_o, gie && isr);
    uint32_t got = 0;
    if (again) {  // and off it goes; it ends at once
        for (starts = 0; starts < 4 && !t.dut.start_o; starts++) t.tick();
        if (!t.dut.start_o) return t.fail("the next START", n, 0, 1);
        status(t, true, false, 0, false);
        t.tick();
        status_off(t);
        if ((got = read(t, CTRL)) != (done | 4)) return t.fail("CTRL of the next job", n, got, done | 4);
        if ((got = read(t, CAUSE)) || (got = read(t, FRAME)) || (got = read(t, BEATS_IN)) || (got = read(t, BEATS_OUT))) return t.fail("counters of the next job", n, got, 0);
        if ((got = read(t, CYCLES_LO)) != 1) return t.fail("CYCLES of the next job", n, got, 1);
        write(t, ISR, isr);
        return 0;
    }
    read(t, FRAMES);   // any other read clears nothing
    if (end < 2 && t.rng.chance(25)) {   // a reset does
        write(t, RESET, 1);
        if (t.dut.irq_o || (got = read(t, CTRL)) != 4 || (got = read(t, ISR))) return t.fail("CTRL, ISR after the end and a reset", n, got, 0);
        return 0;
    }
    if ((got = read(t, CTRL)) != (done | 4)) return t.fail("CTRL at the end", n, got, done | 4);
    if ((got = read(t, CTRL)) != 4) return t.fail("CTRL read again", n, got, 4);
    if ((got = read(t, ISR)) != isr) return t.fail("ISR", n, got, isr);
    write(t, ISR, isr);
    if (t.dut.irq_o || read(t, ISR)) return t.fail("ISR cleared", n, read(t, ISR), 0);
    // Nothing of this is the job's any more.
    status(t, false, true, 0x12345, true), t.dut.beat_in_i = t.dut.beat_out_i = 1;
    t.dut.eval();
    if (t.dut.halt_o) return t.fail("a stop without a job", n, 1, 0);
    t.tick();
    status_off(t), t.dut.beat_in_i = t.dut.beat_out_i = 0;
    if (t.dut.irq_o || (got = read(t, CTRL)) != 4) return t.fail("CTRL without a job", n, got, 4);
    const uint32_t want_cause = end == 0 ? 0 : end == 1 ? cause : 4;
    if ((got = read(t, CAUSE)) != want_cause) return t.fail("CAUSE", n, got, want_cause);
    if ((got = read(t, FRAME)) != frames) return t.fail("FRAME", n, got, frames);
    if ((got = read(t, BEATS_IN)) != in) return t.fail("BEATS_IN", n, got, in);
    if ((got = read(t, BEATS_OUT)) != out) return t.fail("BEATS_OUT", n, got, out);
    for (uint32_t w = 0; w < 8; w++) t.dut.sums_i[w] = static_cast<uint32_t>(t.rng.next());  // SUM_MODEL_LO .. SUM_SCRATCH_HI
    for (uint32_t w = 0; w < 8; w++)
        if ((got = read(t, SUM_MODEL_LO + 4 * w)) != t.dut.sums_i[w]) return t.fail("SUM registers", w, got, t.dut.sums_i[w]);
    const uint64_t cycles = ended - began;
    for (int i = 0; i < 2; i++)
        if (read(t, CYCLES_LO) != cycles || read(t, CYCLES_HI)) return t.fail("CYCLES", n, read(t, CYCLES_LO), cycles);
    return 0;
}

static int records(T &t)
{
    const uint32_t count = read(t, RECORDS);
    if (count < 2 || count > 1024) return t.fail("RECORDS", 0, count, 1024);
    std::vector<std::array<uint32_t, 6>> want(count);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t w = 0; w < 6; w++) t.dut.sts_i[w] = want[i][w] = static_cast<uint32_t>(t.rng.next());
        t.dut.sts_i[6] = i | 1u << 12;
        t.tick();
    }
    t.dut.sts_i[6] = 0;
    for (int n = 0; n < 3000; n++) {  // the window ends at 64 KiB; records that this build does not have read 0
        const uint32_t i = t.rng.below(1024), w = t.rng.below(8), expect = i < count && w < 6 ? want[i][w] : 0;
        const uint32_t got = held(t, 0x8000 + 32 * i + 4 * w);
        if (got != expect) return t.fail("counter window", 8 * i + w, got, expect);
    }
    return 0;
}

static int run(T &t)
{
    t.dut.ready_i = 1;
    t.dut.we_i = t.dut.re_i = t.dut.beat_in_i = t.dut.beat_out_i = 0;
    for (int w = 0; w < 8; w++) t.dut.sts_i[w] = t.dut.sums_i[w] = 0;
    t.tick();
    if (int rc = map(t)) return rc;
    for (uint64_t n = 0; n < t.cases; n++)
        if (int rc = job(t, n)) return rc;
    return records(t);
}

int main(int argc, char **argv) { return tb_main<Vbonnet_csr>("bonnet_csr", argc, argv, run); }
