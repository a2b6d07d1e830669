// SPDX-License-Identifier: Apache-2.0
// bonnet_post against post_ref.h: whole descriptors of every kind, driven as the array would (blocks of results behind room_o, parameter
// rows behind busy_o), port B refusing at random, and the whole feature buffer compared after each.
// Rates, where port B does not refuse: one result per cycle for STORE, one port access per cycle for the rest, eight cycles a pixel
// for HEAD. At the pace of the array, for the layers that networks have, room_o is always up and the drain is the formula, to the cycle.
// Where nothing leaves, room_o falls with the very result that leaves no room for a block beside one under way.
#include "Vbonnet_post.h"
#include "post_ref.h"

struct Drive {
    bool flat_out;       // results as fast as room_o allows; else at the pace of pace cycles per result
    bool layer;          // of post_layer(), at the array's pace: room_o and drain are checked
    uint32_t pace, latency, stall_pct;
    bool dam = false;    // port B refuses all until room_o falls: it must fall with the very result
};
enum { OnTheWay = 2 };   // results between the queue and port B then

struct Bench {
    Tb<Vbonnet_post> &t;
    Buffers buf, want;
    FbWrite req;
    bool reading = false;
    uint64_t read[4], reads = 0, writes = 0, wrong_sts = 0;
    HeadSums kept;

    // One clock cycle; true if room_o and idle_o may be believed afterwards.
    void cycle(uint32_t stall_pct)
    {
        auto &d = t.dut;
        d.fb_ready_i = !t.rng.chance(stall_pct);
        d.eval();
        bool we = fb_req_get(d.fb_req_o, req), take = d.fb_valid_o && d.fb_ready_i;
        wrong_sts += d.sts_o != (d.fb_valid_o && !take);  // stall_in, stall_out
        if (take && we) req.apply(buf.feat), writes++;
        reading = take && !we;
        if (reading) buf.four(req.word, read), reads++;
        t.tick();
        d.fb_rvalid_i = reading;
        for (int i = 0; i < 8; i++) d.fb_rdata_i[i] = reading ? uint32_t(read[i / 2] >> 32 * (i % 2)) : uint32_t(t.rng.next());
        d.res_valid_i = d.prow_valid_i = d.cfg_start_i = 0;
        d.eval();
    }
};

static uint32_t sum_for(const Conv &c, uint64_t param, Rng &r)
{
    if (c.post == PostHead || r.chance(20)) return r.below(c.k + 1);
    int64_t near = int64_t(param >> 16 * r.below(4) & 0x1fff) + int64_t(r.below(5)) - 2;
    return uint32_t(std::min<int64_t>(std::max<int64_t>(near, 0), c.k));
}

static int descriptor(Bench &b, uint64_t n, const Conv &c, const Drive &how)
{
    auto &d = b.t.dut;
    auto &rng = b.t.rng;
    size_t pixels = conv_pixels(c).size();
    conv_operands(c, b.buf);
    b.want = b.buf, b.reads = b.writes = 0;
    std::vector<std::vector<Sums>> sums(c.tiles);
    uint64_t accesses = 0, reads = 0, writes = 0;
    for (uint32_t t = 0; t < c.tiles; t++) {
        const uint64_t *params = &b.buf.weight[size_t(c.wrow + t * c.tile_rows()) * Lanes];
        for (size_t i = 0; i < pixels; i++) {
            Sums s;
            for (uint32_t l = 0; l < Lanes; l++) s.push_back(uint16_t(sum_for(c, params[l], rng)));
            sums[t].push_back(s);
        }
        post_model(c, t, params, sums[t], b.buf, b.want, b.kept);
        Accesses a = post_accesses(c, t);
        accesses += a.all() * (c.pool ? pixels / 4 : pixels);
        reads += a.segments * a.reads * pixels, writes += c.post == PostHead ? (c.more ? 0 : 8) : a.writes * (c.pool ? pixels / 4 : pixels);
    }
    Desc desc = c.desc();
    for (int i = 0; i < 16; i++) d.cfg_i[i] = desc.w[i];
    d.cfg_start_i = 1;
    b.cycle(how.stall_pct);
    if (!how.flat_out)  // the array's first results are never sooner; operands come meanwhile
        for (int i = 0; i < 20; i++) b.cycle(how.stall_pct);

    // tile/pixel of the next block; results on their way are (due cycle, tile, pixel)
    uint64_t now = 0, first = 0, last = 0, next_block = 0, did = 0, moved = 0;
    uint32_t rows_sent = 0, tile = 0, base = rng.below(2);
    bool shut = how.dam;
    size_t pixel = 0;
    struct Flight {
        uint64_t due;
        uint32_t tile;
        size_t pixel;
    };
    std::vector<Flight> flight;
    size_t landed = 0;
    std::vector<uint64_t> pending(c.tiles, pixels);  // results of a tile not yet shown to post
    for (;; now++) {
        if (landed == flight.size() && tile == c.tiles && d.idle_o) break;
        if (d.idle_o) return b.t.fail("idle_o early", n, landed, c.tiles * pixels);
        // parameter rows: at most one tile ahead, when its set is free
        uint32_t row_tile = rows_sent / c.par_rows();
        bool row_free = row_tile < 2 || pending[row_tile - 2] == 0;
        if (row_tile < c.tiles && row_free && !(d.busy_o >> ((base + row_tile) & 1) & 1) && !rng.chance(how.flat_out ? 0 : 30)) {
            d.prow_valid_i = 1, d.prow_tile_i = (base + row_tile) & 1, d.prow_second_i = rows_sent % c.par_rows();
            const uint64_t *row = &b.buf.weight[size_t(c.wrow + row_tile * c.tile_rows() + rows_sent % c.par_rows()) * Lanes];
            for (int i = 0; i < 2 * Lanes; i++) d.prow_data_i[i] = uint32_t(row[i / 2] >> 32 * (i % 2));
            rows_sent++;
        }
        // a block: its results follow each other
        if (tile < c.tiles && rows_sent >= (tile + 1) * c.par_rows() && now >= next_block) {
            // Nothing leaves: what was given is in the queue, but for what is on its way to port B.
            if (shut && d.room_o != (landed <= OnTheWay + Block)) return b.t.fail("room_o, nothing leaving", n, landed, OnTheWay + Block);
            shut = shut && d.room_o;
            if (d.room_o) {
                size_t count = std::min<size_t>(Block, pixels - pixel);
                uint64_t latency = how.layer ? count * (how.pace - 1) + 3 : how.latency;  // results come with the last weight row
                for (size_t i = 0; i < count; i++) flight.push_back({now + latency + i, tile, pixel + i});
                next_block = now + (how.flat_out ? count : count * how.pace);
                pixel += count;
                if (pixel == pixels) pixel = 0, tile++;
            } else if (how.layer) {
                return b.t.fail("room_o at the array's pace", n, 0, 1);
            }
        }
        if (landed < flight.size() && flight[landed].due <= now) {
            const Flight &f = flight[landed++];
            d.res_valid_i = 1, d.res_tile_i = (base + f.tile) & 1, d.res_last_i = f.pixel == pixels - 1;
            for (uint32_t l = 0; l < Lanes; l++) put_bits(d.res_sum_i, int(SumW * l), SumW, sums[f.tile][f.pixel][l]);
            pending[f.tile]--;
            if (!first) first = now;
            last = now;
        }
        shut = shut && tile < c.tiles;
        b.cycle(shut ? 100 : how.stall_pct);
        const uint64_t done = landed + rows_sent + b.reads + b.writes;   // within two blocks of the slowest array something happens
        if (done != did) did = done, moved = now;
        if (now > moved + 5000) return b.t.fail("never idle", n, now, 0);
    }
    auto explain = [&] {
        fprintf(stderr,
                "post %u pool %d keep %d more %d k4 %d grouped %d group_step %u channel %u out %ux%u y0 %u rows %u tiles %u out word %u pix %u row %u ring %u "
                "coded %d %d %d; flat out %d layer %d pace %u latency %u stall %u%%\n",
                c.post, c.pool, c.keep, c.more, c.k4, c.grouped, c.group_step, c.channel, c.out_w, c.out_h, c.y0, c.rows, c.tiles, c.out.base, c.out.pix, c.out.row,
                c.out.ring, c.out.therm, c.res.therm, c.pass.therm, how.flat_out, how.layer, how.pace, how.latency, how.stall_pct);
    };
    if (b.wrong_sts) return explain(), b.t.fail("sts_o", n, b.wrong_sts, 0);
    if (b.reads != reads) return explain(), b.t.fail("reads", n, b.reads, reads);
    if (b.writes != writes) return explain(), b.t.fail("writes", n, b.writes, writes);
    for (uint32_t i = 0; i < FeatureWords; i++)
        if (b.buf.feat[i] != b.want.feat[i]) {
            fprintf(stderr, "word %u: ", i), explain();
            return b.t.fail("feature word", n, b.buf.feat[i], b.want.feat[i]);
        }
    if (!how.stall_pct && how.flat_out) {
        if (c.pool && accesses > pixels * c.tiles / 4) accesses += pixels * c.tiles;  // the pool holds its pixel for the further writes
        uint64_t work = std::max<uint64_t>(accesses, c.tiles * pixels * (c.post == PostHead ? 8 : 1));
        uint64_t ends = 8 + 3 * c.tiles;  // its fill and drain; a tile's rows may have to wait for the set
        if (now - first > work + ends) return explain(), b.t.fail("rate", n, now - first, work);
    }
    if (how.layer) {
        int64_t drain = post_drain(c, int64_t(pixels), how.pace), got = int64_t(now - last), slip = c.post == PostInterleave ? 2 : 0;
        if (got < drain || got > drain + slip) return explain(), b.t.fail("drain", n, uint64_t(got), uint64_t(drain));
    }
    return 0;
}

static int run(Tb<Vbonnet_post> &t)
{
    Bench b{t, {}, {}, {}};
    auto &d = t.dut;
    d.cfg_start_i = d.res_valid_i = d.prow_valid_i = d.fb_rvalid_i = d.fb_ready_i = 0;
    d.eval();
    b.buf.fill(t.rng);
    for (uint32_t rest = 0; rest < Block; rest++) {   // room_o to the result: tiles that end with any number of them in the last block
        Conv c{};
        c.in_w = c.out_w = Block + rest, c.in_h = c.out_h = c.rows = c.depth = 1, c.tiles = 2, c.k = 64, c.group_step = Group, c.tile_step = Lanes;
        c.out.pix = 2 * Lanes / 64 + 1, c.out.row = c.out_w * c.out.pix;
        conv_params(c, b.buf, t.rng);
        if (int rc = descriptor(b, rest, c, {false, false, 40, Block, 0, true})) return rc;
    }
    for (uint64_t n = 0; n < t.cases; n++) {
        if (n % 8 == 0) b.buf.fill(t.rng);
        Conv c = conv_random(t.rng, t.rng.chance(70));
        uint32_t pace = t.rng.chance(50) ? 9 : 1 + t.rng.below(12), latency = 1 + t.rng.below(Block);
        Drive how{t.rng.chance(50), false, pace, latency, t.rng.chance(50) ? 0 : t.rng.below(90)};
        if (t.rng.chance(30)) {
            c = post_layer(t.rng);
            how = {false, true, c.k / 64, Block, 0};
        }
        if (n == 0) {  // a result a cycle, asked for as late as may be: room_o says so with Block left
            do c = conv_random(t.rng, false);
            while (c.post != PostStore || c.pool || c.tiles != 1 || conv_pixels(c).size() < 20 * Block || post_accesses(c, 0).all() != 1);
            how = {true, false, 1, Block, 0};
        }
        conv_params(c, b.buf, t.rng);
        for (const Conv &s : conv_strips(c))
            if (int rc = descriptor(b, n, s, how)) return rc;
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_post>("bonnet_post", argc, argv, run); }
