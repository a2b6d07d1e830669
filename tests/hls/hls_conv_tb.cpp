// SPDX-License-Identifier: Apache-2.0
// The conv unit of hls/ against conv_model.h: whole descriptors, CONV and FC, the whole feature buffer compared after each. What it refuses
// against the chip's own bonnet_conv_check, verilated. And descriptors whose addresses lie anywhere, under the address sanitizer.
//   hls_conv_tb [--seed n] [--cases n]
#include "Vbonnet_conv_check.h"
#include "post_ref.h"
extern "C" {
#include "hls_conv_parts.h"
#include "hls_fbuf.h"
}
static_assert(HLS_LANES == int(Lanes) && HLS_FEATURE_WORDS == int(FeatureWords) && HLS_WEIGHT_ROWS == int(WeightRows), "another geometry");
static auto *const conv_unit = HLS_NAME(hls_conv);
static auto *const fc_unit = HLS_NAME(hls_fc);

// The unit's memories: the model's words in the same order.
static hls_word feature[HLS_FEATURE_WORDS / 4][4], weight[HLS_WEIGHT_ROWS][HLS_LANES];
static hls_head_state head;
static void give(const Buffers &b)
{
    memcpy(feature, b.feat.data(), sizeof feature);
    memcpy(weight, b.weight.data(), sizeof weight);
}

static int fail(const char *what, uint64_t n, const Desc &d)
{
    fprintf(stderr, "FAIL %s, case %" PRIu64 ", descriptor", what, n);
    for (uint32_t w : d.w) fprintf(stderr, " %08x", w);
    return fprintf(stderr, "\n"), 1;
}
static int compare(const Buffers &want, uint64_t n, const Desc &d)
{
    for (uint32_t w = 0; w < FeatureWords; w++)
        if (feature[w / 4][w % 4] != want.feat[w]) {
            fprintf(stderr, "feature word %u is %016" PRIx64 ", should be %016" PRIx64 "\n", w, uint64_t(feature[w / 4][w % 4]), want.feat[w]);
            return fail("wrong word", n, d);
        }
    return memcmp(weight, want.weight.data(), sizeof weight) ? fail("weights changed", n, d) : 0;
}

// ---- sound descriptors -----------------------------------------------------------------------------------------------------------
static uint64_t seen[5], padded[3], fcs, pooled, grouped, coded, rings, strips;
// Parameter rows; for each result its accesses to the feature buffer, POOL2 one trip for each that waits for the fourth, HEAD eight beats and eight in the end.
static uint64_t post_cycles(const Conv &c)
{
    uint64_t sum = 0, results = uint64_t(c.rows) * c.out_w;
    for (uint32_t t = 0; t < c.tiles; t++)
        sum += c.par_rows() + (c.post == PostHead ? 8 * results + (c.more ? 0 : 8) : results * (post_accesses(c, t).all() + (c.pool ? 3 : 0)));
    return sum;
}
static int run_conv(const Conv &c, Buffers &buf, HeadSums &sums, uint64_t n)
{
    Buffers want = buf;
    conv_model(c, buf, want, sums);
    Desc d = c.desc();
    hls_counts counts{};
    uint64_t pixels = uint64_t(c.rows) * c.out_w * (c.pool ? 4 : 1);
    give(buf);
    if (conv_unit(d.w, feature, weight, &head, &counts)) return fail("refused", n, d);
    if (compare(want, n, d)) return 1;
    if (counts.array_cycles != c.tiles * pixels * c.taps() * c.depth) return fail("array_cycles", n, d);
    if (counts.post_cycles != post_cycles(c)) return fail("post_cycles", n, d);
    seen[c.post]++, padded[c.pad]++, pooled += c.pool, grouped += c.grouped, coded += c.in.therm || c.out.therm || c.res.therm || c.pass.therm;
    rings += c.in.ring || c.out.ring || c.res.ring || c.pass.ring, strips += c.keep;
    buf = want;
    return 0;
}
static int run_fc(const Fc &f, Buffers &buf, uint64_t n)
{
    Buffers want = buf;
    fc_model(f, buf, want);
    Desc d = f.desc();
    hls_counts counts{};
    give(buf);
    if (fc_unit(d.w, feature, weight, &counts)) return fail("refused", n, d);
    if (compare(want, n, d)) return 1;
    if (counts.array_cycles != f.tiles * f.inputs || counts.post_cycles != f.tiles * (1 + Lanes / 2)) return fail("counts", n, d);
    fcs++;
    buf = want;
    return 0;
}
// Four words from any word on, those past the end too.
static int buffer(Rng &r)
{
    Buffers want;
    want.fill(r);
    give(want);
    for (uint64_t n = 0; n < 500; n++) {
        uint32_t word = n < 16 ? FeatureWords - 8 + uint32_t(n) : r.below(FeatureWords);
        uint64_t is[4], should[4], mask[4], data[4];
        want.four(word, should), hls_fbuf_read(feature, word, is);
        if (memcmp(is, should, sizeof is)) return fail("four words read", n, Desc{});
        for (uint32_t i = 0; i < 4; i++) {
            mask[i] = r.chance(30) ? 0 : r.chance(30) ? ~0ull : r.next(), data[i] = r.next();
            if (word + i < FeatureWords) want.feat[word + i] = (want.feat[word + i] & ~mask[i]) | (data[i] & mask[i]);
        }
        hls_fbuf_write(feature, word, mask, data);
    }
    return compare(want, 500, Desc{});
}
// A layer of up to 512 channels, whose lane groups lie in words of their own. Its input, at the buffer's end, is small: neighbours share words.
static Conv wide(Rng &r)
{
    for (;;) {
        Conv c = post_layer(r);
        uint32_t top = 0;
        for (const Map *m : {&c.out, &c.res, &c.pass}) top = std::max(top, m->base + m->row * (m->ring ? m->ring : c.out_h) + m->pix);
        c.in_w = c.in_h = 300, c.in.base = FeatureWords - 700, c.in.row = c.in.pix = 1;
        if (top <= c.in.base && c.rows * c.out_w * c.taps() * c.depth < 2000) return c;
    }
}
static int sound(Rng &r, uint64_t cases)
{
    Buffers buf;
    HeadSums sums;
    for (uint64_t n = 0; n < cases; n++) {
        if (n % 8 == 0) buf.fill(r);
        if (r.chance(15)) {
            if (run_fc(fc_random(r), buf, n)) return 1;
            continue;
        }
        Conv whole = r.chance(15) ? wide(r) : conv_random(r, r.chance(80));
        if (const uint32_t window = 2 * whole.reach() + 2; whole.pool && whole.in_h >= window && r.chance(30)) whole.in.ring = window;  // as tight as can be
        for (Map *m : {&whole.out, &whole.res, &whole.pass})  // rows may share a slot
            if (r.chance(15)) m->ring = 1 + r.below(std::min(whole.out_h, m->ring ? m->ring : 63u));
        conv_params(whole, buf, r), conv_operands(whole, buf);
        for (auto &c : conv_strips(whole))
            if (run_conv(c, buf, sums, n)) return 1;
    }
    for (uint64_t s : seen)
        if (s < cases / 20) return fprintf(stderr, "FAIL: a POST was hardly seen\n"), 1;
    for (uint64_t s : padded)
        if (s < cases / 20) return fprintf(stderr, "FAIL: a PAD was hardly seen\n"), 1;
    return 0;
}

// ---- all others ------------------------------------------------------------------------------------------------------------------
// Fields replaced: those that the check reads, and where maps and rows lie.
static Desc spoil(const Desc &good, Rng &r)
{
    static const Field judged[] = {field::CONV_IN_W, field::CONV_IN_H, field::CONV_OUT_W, field::CONV_OUT_H, field::CONV_TILES, field::CONV_DEPTH, field::CONV_K3,
        field::CONV_STRIDE2, field::CONV_DILATE2, field::CONV_PAD, field::CONV_POOL2, field::CONV_K4, field::CONV_CHANNEL, field::CONV_POST, field::CONV_Y0, field::CONV_ROWS,
        field::CONV_IN_T, field::CONV_OUT_T, field::CONV_RES_T, field::CONV_PASS_T, field::CONV_KEEP, field::CONV_MORE, field::CONV_IN_RING, field::CONV_IN_SLOT,
        field::CONV_OUT_RING, field::CONV_OUT_SLOT, field::CONV_RES_RING, field::CONV_RES_SLOT, field::CONV_PASS_RING, field::CONV_PASS_SLOT, field::JOB_OP};
    static const Field places[] = {field::CONV_IN, field::CONV_OUT, field::CONV_RES, field::CONV_PASS, field::CONV_IN_ROW, field::CONV_OUT_ROW, field::CONV_RES_ROW,
        field::CONV_PASS_ROW, field::CONV_IN_PIX, field::CONV_OUT_PIX, field::CONV_RES_PIX, field::CONV_PASS_PIX, field::CONV_WROW, field::CONV_GROUP_STEP,
        field::CONV_TILE_STEP, field::CONV_S1, field::CONV_S2, field::CONV_K};
    static const Field of_fc[] = {field::FC_INPUTS, field::FC_TILES, field::FC_IN, field::FC_OUT, field::FC_WROW};
    Desc d = good;
    bool more;
    do {
        bool place = r.chance(40);
        Field f = (d.w[0] & 15) == field::OP_FC && r.chance(80) ? of_fc[r.below(sizeof of_fc / sizeof of_fc[0])] : place ? places[r.below(sizeof places / sizeof places[0])] : judged[r.below(sizeof judged / sizeof judged[0])];
        uint32_t mask = (1u << f.width) - 1, old = d.w[f.word] >> f.lsb & mask;
        uint32_t value = r.chance(30) ? 0 : r.chance(50) ? old + 1 - 2 * r.below(2) : uint32_t(r.next());
        if (place && f.width == 16 && r.chance(50)) value = (f.word == field::CONV_WROW.word ? WeightRows : FeatureWords) - r.below(9);  // across the end
        d.w[f.word] = (d.w[f.word] & ~(mask << f.lsb)) | (value & mask) << f.lsb;
        more = r.chance(40);
    } while (more);
    return d;
}
static bool chip_refuses(Vbonnet_conv_check &chip, const Desc &d)
{
    for (int i = 0; i < 16; i++) chip.desc_i[i] = d.w[i];
    chip.en_i = 1;
    chip.eval();
    return chip.bad_o;
}
static int spoiled(Rng &r, uint64_t cases)
{
    auto chip = std::make_unique<Vbonnet_conv_check>();
    Buffers buf;
    buf.fill(r);
    give(buf);
    uint64_t bad = 0, run = 0;
    for (uint64_t n = 0; n < cases; n++) {
        Desc d = spoil(r.chance(90) ? conv_random(r, true).desc() : fc_random(r).desc(), r);
        bool fc = (d.w[0] & 15) == field::OP_FC, no = chip_refuses(*chip, d);
        hls_conv_job job{};
        hls_counts counts{77, 77};
        bad += no;
        if (no) {
            if (fc_unit(d.w, feature, weight, &counts) != 1 || (!fc && conv_unit(d.w, feature, weight, &head, &counts) != 1)) return fail("the chip refuses it", n, d);
            if (counts.array_cycles != 77 || counts.post_cycles != 77) return fail("refused, but counted", n, d);
            if (n % 16 == 0 && compare(buf, n, d)) return 1;
        } else if (!fc && HLS_NAME(hls_conv_check)(d.w, &job)) {
            return fail("the chip takes it", n, d);
        } else if (fc ? (d.w[9] >> 16 & 255) < 8 : uint64_t(job.tiles) * job.rows * job.out_w * (job.pool2 ? 4 : 1) * (job.k3 ? 9 : 1) * job.depth < 4000) {
            if (fc ? fc_unit(d.w, feature, weight, &counts) : conv_unit(d.w, feature, weight, &head, &counts)) return fail("the chip takes it", n, d);
            memcpy(feature, buf.feat.data(), sizeof feature), run++;  // what it wrote means nothing; that it wrote nowhere else, the sanitizer says
        }
    }
    printf("hls_conv: %" PRIu64 " descriptors judged as the chip does: %" PRIu64 " refused, %" PRIu64 " of the others run\n", cases, bad, run);
    return bad < cases / 4 || run < cases / 8 ? fprintf(stderr, "FAIL: too few of a kind\n"), 1 : 0;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, cases = 300;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], nullptr, 0);
        if (!strcmp(argv[i], "--cases")) cases = strtoull(argv[i + 1], nullptr, 0);
    }
    printf("hls_conv: seed %" PRIu64 "\n", seed);
    Rng r{seed};
    if (buffer(r) || sound(r, cases) || spoiled(r, 10 * cases)) return printf("replay: %s --seed %" PRIu64 " --cases %" PRIu64 "\n", argv[0], seed, cases), 1;
    printf("hls_conv: %u lanes, STORE %" PRIu64 " XNOR %" PRIu64 " OR %" PRIu64 " INTERLEAVE %" PRIu64 " HEAD %" PRIu64 ", FC %" PRIu64 "; zero padding %" PRIu64 ", none %" PRIu64 ", POOL2 %" PRIu64 ", GROUPED %" PRIu64
           ", coded %" PRIu64 ", rings %" PRIu64 ", strips that went on %" PRIu64 ": every feature word agrees\n",
           unsigned(Lanes), seen[0], seen[1], seen[2], seen[3], seen[4], fcs, padded[PadZero], padded[PadNone], pooled, grouped, coded, rings, strips);
    return 0;
}
