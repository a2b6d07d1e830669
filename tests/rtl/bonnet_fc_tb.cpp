// SPDX-License-Identifier: Apache-2.0
// bonnet_fc against conv_model.h: random tiles, inputs, alignments, refusals of port B. Rate: inputs + Lanes/2 + 4 cycles a tile and one, to the cycle.
// Each four features and each row are read once, each two logits written once, and between descriptors the unit touches nothing.
#include "Vbonnet_fc.h"
#include "conv_model.h"

static int run(Tb<Vbonnet_fc> &t)
{
    auto &d = t.dut;
    Buffers buf, want;
    Ports ports{buf};
    d.start_i = d.fb_ready_i = 0;
    d.eval();
    if (d.busy_o || d.done_o) return t.fail("out of reset", 0, d.busy_o << 1 | d.done_o, 0);
    for (uint64_t n = 0; n < t.cases; n++) {
        if (n % 16 == 0) buf.fill(t.rng);
        Fc f = fc_random(t.rng);
        Desc desc = f.desc();
        if (t.rng.chance(20))  // the extremes of int8 and int16 meet
            for (uint32_t i = 0; i < f.inputs / 4; i++) buf.feat[f.in + i] = 0x8000800080008000ull;
        if (t.rng.chance(20))
            for (size_t i = 0; i < buf.weight.size(); i++) buf.weight[i] = t.rng.chance(50) ? 0x8080808080808080ull : 0x7f7f7f7f7f7f7f7full;
        want = buf;
        fc_model(f, buf, want);
        for (int i = 0; i < 16; i++) d.desc_i[i] = desc.w[i];
        uint32_t stall_pct = t.rng.chance(50) ? 0 : t.rng.below(90);
        uint64_t cycles = 0, stalls = 0;
        ports.writes = ports.fa_reads = ports.wb_reads = 0;
        d.start_i = 1;
        do {
            d.fb_ready_i = !t.rng.chance(stall_pct);
            d.eval();
            if (d.busy_o == d.start_i) return t.fail("busy_o", n, d.busy_o, !d.start_i);
            stalls += d.fb_valid_o && !d.fb_ready_i;
            ports.before(d);
            t.tick();
            ports.after(d);
            d.start_i = 0;
            d.eval();
            if (++cycles > 1000 + 14 * f.tiles * (f.inputs + Lanes)) return t.fail("never done", n, cycles, 0);
        } while (!d.done_o);
        uint64_t work = f.tiles * (f.inputs + Lanes / 2 + 4) + stalls + 1;
        if (cycles != work) return t.fail("rate", n, cycles, work);
        if (ports.fa_reads != f.tiles * f.inputs / 4) return t.fail("feature reads", n, ports.fa_reads, f.tiles * f.inputs / 4);
        if (ports.wb_reads != f.tiles * (f.inputs / 8 + 1)) return t.fail("weight reads", n, ports.wb_reads, f.tiles * (f.inputs / 8 + 1));
        if (ports.writes != f.tiles * Lanes / 2) return t.fail("writes", n, ports.writes, f.tiles * Lanes / 2);
        for (uint32_t idle = t.rng.below(4); idle--;) {
            d.fb_ready_i = t.rng.chance(50);
            d.eval();
            if (d.busy_o || d.fb_valid_o || d.fa_re_o || d.wb_re_o) return t.fail("busy between", n, d.fb_valid_o << 2 | d.fa_re_o << 1 | d.wb_re_o, 0);
            t.tick();
            d.eval();
            if (d.done_o) return t.fail("done_o twice", n, 1, 0);
        }
        for (uint32_t i = 0; i < FeatureWords; i++)
            if (buf.feat[i] != want.feat[i]) return t.fail("feature word", n, buf.feat[i], want.feat[i]);
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_fc>("bonnet_fc", argc, argv, run); }
