// SPDX-License-Identifier: Apache-2.0
// bonnet_conv (window, array, post, fc) against conv_model.h: whole descriptors, the whole feature buffer compared after each.
// Rate: where post has time for its port B accesses and port B does not refuse, a descriptor takes its feature reads, its parameter rows,
// at most 16 cycles, and the accesses of the last block's pixels. (HEAD apart: 8 cycles a pixel, also for those of the last block.) Bad descriptors write nothing.
#include "Vbonnet_conv.h"
#include "conv_model.h"

// cmd_t is {desc, addr, step, index, skip}: the descriptor starts at bit 109.
static void put_cmd(Vbonnet_conv &d, const Desc &desc)
{
    for (int i = 0; i < 20; i++) d.cmd_i[i] = 0;
    for (int i = 0; i < 512; i++)
        if (desc.w[i / 32] >> i % 32 & 1) d.cmd_i[(i + 109) / 32] |= 1u << (i + 109) % 32;
}

// A broken descriptor: one rule of bonnet_conv_check violated.
enum { Rules = 17 };
static Desc spoil(const Conv &good, uint32_t rule, Rng &r)
{
    Conv c = good;
    switch (rule % Rules) {
    case 0: c.tiles = 0; break;
    case 1: c.depth = 0; break;
    case 2: c.rows = 0; break;
    case 3: c.rows = c.out_h - c.y0 + 1; break;
    case 4: c.in_w = ((c.pool || c.s2 ? 2 : 1) * (c.out_w - 1)) + c.pool; break;
    case 5: c.post = 5 + r.below(3); break;
    case 6: c.pool = c.s2 = true; break;
    case 7: c.k3 = false, c.d2 = true; break;
    case 8: c.channel += 1; break;
    case 9: c.in_h = 0; break;
    case 10: c.k4 = false, (rule % 4 == 0 ? c.in : rule % 4 == 1 ? c.out : rule % 4 == 2 ? c.res : c.pass).therm = true; break;
    case 11: c.post = PostXnor, c.pool = false, c.k4 = c.out.therm = true; break;
    case 12: c.pool = c.d2 = false, c.k3 = true, c.in_w = c.in_h = 9, c.out_w = c.out_h = c.rows = 3, c.y0 = 0, c.in.ring = 2; break;
    case 13: c.pool = false, c.k3 = c.d2 = true, c.in_w = c.in_h = 9, c.out_w = c.out_h = c.rows = 3, c.y0 = 0, c.in.ring = 4; break;
    case 14: c.k3 = c.d2 = c.s2 = false, c.pool = true, c.post = PostStore, c.in_w = c.in_h = 9, c.out_w = c.out_h = c.rows = 3, c.y0 = 0, c.in.ring = 1; break;
    }
    Desc d = c.desc();
    const Field slots[] = {field::CONV_IN_SLOT, field::CONV_OUT_SLOT, field::CONV_RES_SLOT, field::CONV_PASS_SLOT};
    if (rule % Rules == 15) d.w[slots[rule % 4].word] |= 63u << slots[rule % 4].lsb;                     // beyond any ring
    if (rule % Rules == 16) d.w[0] = (d.w[0] & ~15u) | 4;  // not ours
    return d;
}

static void print(const Conv &c)
{
    fprintf(stderr, "post %u k3 %d s2 %d d2 %d grouped %d pool %d k4 %d in %ux%u out %ux%u y0 %u rows %u tiles %u depth %u channel %u steps %u %u coded %d%d%d%d rings %u %u %u %u\n",
            c.post, c.k3, c.s2, c.d2, c.grouped, c.pool, c.k4, c.in_w, c.in_h, c.out_w, c.out_h, c.y0, c.rows, c.tiles, c.depth, c.channel, c.group_step,
            c.tile_step, c.in.therm, c.out.therm, c.res.therm, c.pass.therm, c.in.ring, c.out.ring, c.res.ring, c.pass.ring);
}

static int run(Tb<Vbonnet_conv> &t)
{
    auto &d = t.dut;
    Buffers buf, want;
    uint32_t rule = 0;
    Ports ports{buf};
    uint64_t overhead = 0, beats = 0, rated = 0, spent = 0;
    d.start_i = d.fb_ready_i = d.fb_rvalid_i = 0;
    for (uint64_t n = 0; n < t.cases; n++) {
        if (n % 8 == 0) buf.fill(t.rng);
        Conv c = conv_random(t.rng, t.rng.chance(80));
        Fc f = fc_random(t.rng);
        bool fc = t.rng.chance(15), bad = !fc && t.rng.chance(25);
        conv_params(c, buf, t.rng), conv_operands(c, buf);
        want = buf;
        put_cmd(d, fc ? f.desc() : bad ? spoil(c, rule++, t.rng) : c.desc());
        if (fc) fc_model(f, buf, want);
        else if (!bad) conv_model(c, buf, want);
        uint32_t stall_pct = t.rng.chance(50) ? 0 : t.rng.below(90);
        d.start_i = 1;
        uint64_t cycles = 0, last_fire = 0, limit = 2000000, writes = ports.writes;
        bool done = false;
        while (!done) {
            d.fb_ready_i = !t.rng.chance(stall_pct);
            d.eval();
            ports.before(d);
            if (d.bad_o != (bad && cycles == 2)) {
                print(c);
                return t.fail("bad_o", n, d.bad_o, bad);
            }
            done = d.done_o || d.bad_o;
            last_fire = d.fa_re_o ? cycles : last_fire;
            t.tick();
            ports.after(d), ports.after_b(d);
            d.start_i = 0;
            if (!done && ++cycles > limit) return t.fail("never done", n, cycles, limit);
        }
        if (bad && ports.writes != writes) return t.fail("bad descriptor wrote", n, ports.writes - writes, 0);
        for (uint32_t i = 0; i < FeatureWords; i++)
            if (buf.feat[i] != want.feat[i]) {
                if (!fc) print(c);
                fprintf(stderr, "word %u\n", i);
                return t.fail("feature word", n, buf.feat[i], want.feat[i]);
            }
        if (fc && !stall_pct && cycles > f.tiles * (f.inputs + Lanes / 2 + 5) + 6) return t.fail("fc rate", n, cycles, f.inputs);
        if (fc || bad) continue;
        uint64_t reads = conv_walk(c).size(), extra = cycles - reads;
        if (getenv("BONNET_CONV_RATES") && !stall_pct) {
            printf("N %" PRIu64 " lost %" PRIu64 " drain %" PRIu64 " ", reads, last_fire - reads - 2, cycles - last_fire);
            fflush(stdout), print(c);
        }
        uint32_t segments = 0, accesses = c.post == PostStore ? 1 : c.post == PostInterleave ? 4 : 2;
        for (uint32_t tile = 0; tile < c.tiles; tile++) {  // 64-channel words that the lane groups of a pixel touch
            uint32_t words = 1;
            for (uint32_t g = 1; g < 4; g++)
                words += (c.channel + tile * c.tile_step + g * c.group_step) / 64 != (c.channel + tile * c.tile_step + (g - 1) * c.group_step) / 64;
            segments = std::max(segments, words);
        }
        if (!stall_pct && c.post != PostHead && c.taps() * c.depth >= segments * accesses + 2) {
            overhead = std::max(overhead, extra), rated++, beats += reads, spent += cycles;
            if (extra > 16 + Block * segments * accesses) {
                print(c);
                return t.fail("rate", n, cycles, reads);
            }
        }
    }
    printf("bonnet_conv: %" PRIu64 " rated descriptors, array busy %.1f %%, overhead at most %" PRIu64 " cycles\n", rated,
           100.0 * double(beats) / double(spent ? spent : 1), overhead);
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_conv>("bonnet_conv", argc, argv, run); }
