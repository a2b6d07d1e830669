// SPDX-License-Identifier: Apache-2.0
// bonnet_store: random lengths from random words, the bus and port B slow at random; the bytes written, with their strobes, must be the
// words of the buffer; of each array, to its own place. Counters see what waits. Rate: with a bus that never waits and port B free every other cycle at least, one beat a cycle.
#include "Vbonnet_store.h"
#include "mover_tb.h"

static int run(Tb<Vbonnet_store> &t)
{
    auto &d = t.dut;
    std::vector<uint64_t> feat[Arrays];
    for (auto &f : feat) {
        f.resize(FeatureWords);
        for (auto &w : f) w = t.rng.next();
    }
    d.start_i = d.wr_ready_i = d.wdata_ready_i = d.wr_done_i = d.fb_ready_i = d.fb_rvalid_i = 0;
    for (uint64_t n = 0; n < t.cases; n++) {
        uint32_t count = 1 + t.rng.below(t.rng.chance(80) ? 40 : 800), at = t.rng.chance(20) ? FeatureWords - count : t.rng.below(FeatureWords - count + 1), bytes = 8 * count;
        uint32_t spoil = t.rng.chance(15) ? 1 + t.rng.below(3) : 0;
        if (spoil == 1) bytes = 0;
        if (spoil == 2) bytes -= 4;
        if (spoil == 3) at = FeatureWords - count + 1;
        uint64_t addr = t.rng.next() & 0xffffffffc0ull;
        const uint32_t base = uint32_t(addr >> 6 & 3);
        Desc desc;
        desc.set(field::JOB_OP, 5), desc.set({3, 0, 2}, base), desc.set({4, 0, 24}, bytes), desc.set({5, 0, 16}, at);
        const uint32_t step = t.rng.chance(20) ? 0 : uint32_t(t.rng.next()) & ~63u;
        put_cmd(d, desc, addr, step);
        uint32_t beats = (bytes + BusBytes - 1) / BusBytes, bus_pct = t.rng.chance(50) ? 0 : t.rng.below(90), fb_pct = t.rng.chance(50) ? 0 : t.rng.below(90);
        std::vector<uint8_t> got;
        uint32_t array = 0, reader = 0;  // whose turn it is; who reads
        bool asked = false, other = t.rng.chance(50), done = false;
        uint32_t sent = 0, landing = 0;
        uint64_t first = 0, last = 0;
        FbReq read{};
        bool reading = false;
        d.start_i = 1;
        for (uint64_t cycles = 0; !done; cycles++) {
            d.fb_rvalid_i = reading << reader;
            for (uint32_t i = 0; i < 4 * Arrays; i++) {
                const uint32_t word = read.word + i % 4;
                wire_put(d.fb_rdata_i, int(64 * i), 64, !reading || i / 4 != reader ? t.rng.next() : word < FeatureWords ? feat[reader][word] : 0);
            }
            d.wr_ready_i = !t.rng.chance(bus_pct), d.wdata_ready_i = !t.rng.chance(bus_pct), d.fb_ready_i = 0;
            for (int a = 0; a < Arrays; a++) d.fb_ready_i |= uint32_t(!(other && !fb_pct && cycles % 2) && !t.rng.chance(fb_pct)) << a;
            d.wr_done_i = landing == 1;
            if (landing) landing--;
            d.eval();
            if (d.wr_valid_o && d.wr_ready_i) {
                if (asked || array == Arrays) return t.fail("wr_valid_o", n, array, Arrays);
                if (d.wr_addr_o != addr + uint64_t(array) * step) return t.fail("wr_addr_o", n, d.wr_addr_o, addr + uint64_t(array) * step);
                if (d.wr_beats_o != beats) return t.fail("wr_beats_o", n, d.wr_beats_o, beats);
                if (d.wr_base_o != base) return t.fail("wr_base_o", n, d.wr_base_o, base);
                asked = true;
            } else if ((d.sts_o >> 1 & 1) != (asked && sent < beats && !d.wdata_valid_o)) return t.fail("sts_o.stall_in", n, d.sts_o, d.wdata_valid_o);
            if ((d.sts_o & 1) != (d.wdata_valid_o && !d.wdata_ready_i)) return t.fail("sts_o.stall_out", n, d.sts_o, d.wdata_valid_o);
            if (d.wdata_valid_o && d.wdata_ready_i) {
                uint32_t strobes = uint32_t(d.wstrb_o), full = (1u << BusBytes) - 1;
                if (!asked || (++sent < beats && strobes != full)) return t.fail("wstrb_o", n, strobes, full);
                for (int i = 0; i < BusBytes; i++)
                    if (strobes >> i & 1) got.push_back(uint8_t(wire_get(d.wdata_o, 8 * i, 8)));
                first = first ? first : cycles, last = cycles;
                if (sent == beats) landing = 1 + t.rng.below(5);
            }
            if (d.fb_valid_o & (d.fb_valid_o - 1) || (d.fb_valid_o && d.fb_valid_o != 1u << array)) return t.fail("fb_valid_o", n, d.fb_valid_o, 1u << array);
            reading = (d.fb_valid_o & d.fb_ready_i) != 0;
            if (reading) read = req_get(d.fb_req_o), reader = array;
            if (reading && (read.we || read.word >= FeatureWords)) return t.fail("fb_req_o", n, read.word, read.we);
            done = d.done_o || d.bad_o;
            if (d.wr_done_i) asked = false, sent = 0, array++;
            if (done && d.bad_o != (spoil != 0)) return t.fail("bad_o", n, d.bad_o, spoil);
            t.tick();
            d.start_i = 0;
            if (cycles > 100000) return t.fail("never done", n, 0, 0);
        }
        if (spoil) continue;
        if (got.size() != Arrays * bytes) return t.fail("bytes", n, got.size(), Arrays * bytes);
        for (uint32_t i = 0; i < Arrays * bytes; i++) {
            uint8_t want = uint8_t(feat[i / bytes][at + i % bytes / 8] >> 8 * (i % 8));
            if (got[i] != want) return t.fail("byte", n, got[i], want);
        }
        if (Arrays == 1 && !bus_pct && !fb_pct && last - first + 1 != beats) return t.fail("rate", n, last - first + 1, beats);
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_store>("bonnet_store", argc, argv, run); }
