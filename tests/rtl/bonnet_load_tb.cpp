// SPDX-License-Identifier: Apache-2.0
// bonnet_load: random lengths and places into the three buffers, the bus and port B slow at random; every byte must land where it belongs
// and nothing else be touched. Features are fetched for each array, from its own place. Counters see what waits. Rate: with a bus that never waits and port B free every other cycle at least, one beat a cycle.
#include "Vbonnet_load.h"
#include "mover_tb.h"

enum { StemRows = Lanes == 16 ? 64 : 32, RowBytes = 8 * Lanes };

static int run(Tb<Vbonnet_load> &t)
{
    auto &d = t.dut;
    std::vector<uint8_t> memory[2 + Arrays], want[2 + Arrays];  // weights, stem parameters, the arrays' features
    memory[0].resize(size_t(WeightRows) * RowBytes), memory[1].resize(size_t(StemRows) * RowBytes);
    for (int a = 0; a < Arrays; a++) memory[2 + a].resize(size_t(FeatureWords) * 8);
    for (auto &m : memory)
        for (auto &b : m) b = uint8_t(t.rng.next());
    d.start_i = d.rd_ready_i = d.rdata_valid_i = d.fb_ready_i = 0;
    for (uint64_t n = 0; n < t.cases; n++) {
        uint32_t dest = t.rng.chance(60) ? 2 : t.rng.below(2), unit = dest == 2 ? 8 : RowBytes, room = uint32_t(memory[dest].size() / unit);
        uint32_t count = 1 + t.rng.below(t.rng.chance(80) ? std::min(room, dest == 2 ? 40u : 4u) : std::min(room, 400u));
        uint32_t at = t.rng.chance(20) ? room - count : t.rng.below(room - count + 1), bytes = count * unit;
        uint32_t spoil = t.rng.chance(15) ? 1 + t.rng.below(4) : 0, said_dest = dest;
        if (spoil == 1) said_dest = 3;
        if (spoil == 2) bytes = 0;
        if (spoil == 3) bytes -= 4;
        if (spoil == 4) at = room - count + 1;
        uint64_t addr = t.rng.next() & 0xffffffffc0ull;
        const uint32_t base = uint32_t(addr >> 6 & 3);
        Desc desc;
        desc.set(field::JOB_OP, 1), desc.set({3, 4, 2}, said_dest), desc.set({3, 0, 2}, base), desc.set({4, 0, 24}, bytes), desc.set({5, 0, 16}, at);
        const uint32_t step = t.rng.chance(20) ? 0 : uint32_t(t.rng.next()) & ~63u, walks = dest == 2 ? Arrays : 1;
        put_cmd(d, desc, addr, step);
        const size_t size = (bytes + BusBytes - 1) / BusBytes * BusBytes;  // of a walk
        std::vector<uint8_t> data(size * walks);
        for (auto &b : data) b = uint8_t(t.rng.next());
        for (int i = 0; i < 2 + Arrays; i++) want[i] = memory[i];
        for (uint32_t w = 0; w < walks && !spoil; w++) std::copy_n(data.begin() + long(w * size), bytes, want[dest + w].begin() + long(size_t(at) * unit));
        uint32_t bus_pct = t.rng.chance(50) ? 0 : t.rng.below(90), fb_pct = t.rng.chance(50) ? 0 : t.rng.below(90);
        bool other = t.rng.chance(50), done = false;
        size_t sent = 0, asked = 0;  // bytes
        uint64_t cycles = 0, first = 0, last = 0;
        d.start_i = 1;
        for (; !done; cycles++) {
            bool busy = other && !fb_pct && cycles % 2;  // another client on port B every other cycle
            d.rd_ready_i = !t.rng.chance(bus_pct), d.fb_ready_i = 0;
            for (int a = 0; a < Arrays; a++) d.fb_ready_i |= uint32_t(!busy && !t.rng.chance(fb_pct)) << a;
            d.rdata_valid_i = sent < asked && !t.rng.chance(bus_pct);
            for (int i = 0; i < BusBytes / 4; i++) {
                uint32_t word = uint32_t(t.rng.next());
                if (d.rdata_valid_i) memcpy(&word, &data[sent + 4 * size_t(i)], 4);
                wire_put(d.rdata_i, 32 * i, 32, word);
            }
            d.eval();
            if (d.rd_valid_o && d.rd_ready_i) {
                const uint64_t place = addr + asked / size * step;
                if (sent != asked || asked == data.size()) return t.fail("rd_valid_o", n, asked, data.size());
                if (wire_get(d.rd_req_o, 20, 64) != place) return t.fail("rd_req_o.addr", n, wire_get(d.rd_req_o, 20, 64), place);
                if (wire_get(d.rd_req_o, 0, 20) != size / BusBytes) return t.fail("rd_req_o.beats", n, wire_get(d.rd_req_o, 0, 20), size / BusBytes);
                if (wire_get(d.rd_req_o, 84, 2) != base) return t.fail("rd_req_o.base", n, wire_get(d.rd_req_o, 84, 2), base);
                asked += size;
            } else if ((d.sts_o >> 1 & 1) != (sent < asked && !d.rdata_valid_i)) return t.fail("sts_o.stall_in", n, d.sts_o, d.rdata_valid_i);
            if ((d.sts_o & 1) != (d.fb_valid_o && !(d.fb_valid_o & d.fb_ready_i))) return t.fail("sts_o.stall_out", n, d.sts_o, d.fb_valid_o);
            if (d.fb_valid_o & (d.fb_valid_o - 1)) return t.fail("two arrays", n, d.fb_valid_o, 1);
            const size_t in = size ? sent % size / BusBytes + 1 : 0;  // beats of the walk with this one; the write before is only in the way of a whole one
            const bool held = dest == 2 && (d.sts_o & 1) && (in % (32 / BusBytes) == 0 || in * BusBytes == size);
            if (d.rdata_valid_i && d.rdata_ready_o == held) return t.fail("rdata_ready_o", n, d.rdata_ready_o, !held);
            if (d.rdata_valid_i && d.rdata_ready_o) sent += BusBytes, first = first ? first : cycles, last = cycles;
            if (d.wb_we_o) for (int i = 0; i < BusBytes; i++) memory[0][d.wb_wrow_o * RowBytes + d.wb_wcol_o * BusBytes + size_t(i)] = uint8_t(wire_get(d.wb_wdata_o, 8 * i, 8));
            if (d.sp_we_o) for (int i = 0; i < BusBytes; i++) memory[1][d.sp_wrow_o * RowBytes + d.sp_wcol_o * BusBytes + size_t(i)] = uint8_t(wire_get(d.sp_wdata_o, 8 * i, 8));
            if (d.fb_valid_o & d.fb_ready_i) {
                auto &features = memory[2 + __builtin_ctz(d.fb_valid_o)];
                FbReq f = req_get(d.fb_req_o);
                if (!f.we || f.word >= FeatureWords) return t.fail("fb_req_o", n, f.word, f.we);
                for (uint32_t i = 0; i < 4; i++) {
                    uint64_t all = BankMask == 64 ? ~0ull : (1ull << BankMask) - 1, m = f.mask >> i * BankMask & all;
                    if (m && m != all) return t.fail("part of a word", n, m, 0);
                    if (m && f.word + i < FeatureWords) memcpy(&features[8 * (size_t(f.word) + i)], &f.data[i], 8);
                }
            }
            done = d.done_o || d.bad_o;
            if (done && d.bad_o != (spoil != 0)) return t.fail("bad_o", n, d.bad_o, spoil);
            t.tick();
            d.start_i = 0;
            if (cycles > 100000) return t.fail("never done", n, 0, 0);
        }
        for (int i = 0; i < 2 + Arrays; i++)
            if (memory[i] != want[i]) {
                size_t k = 0;
                while (memory[i][k] == want[i][k]) k++;
                return t.fail(i == 0 ? "weight byte" : i == 1 ? "stem byte" : "feature byte", n, memory[i][k], want[i][k]);
            }
        if (!spoil && walks == 1 && !bus_pct && !fb_pct && last - first + 1 != data.size() / BusBytes) return t.fail("rate", n, last - first + 1, data.size() / BusBytes);
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_load>("bonnet_load", argc, argv, run); }
