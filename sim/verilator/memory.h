// SPDX-License-Identifier: Apache-2.0
//
// memory.h - device memory behind the AXI4 master of the simulated chip: buffers, latency, bandwidth, stalls, injected faults, and
// the rules of the bus. Works in beats; the chip template (chip.h) moves them to and from its pins.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include "bonnet_sim.h"

namespace bonnet_sim_impl {

// A broken bus rule or RTL contract; unwinds to the API, which remembers the text.
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// xorshift64*: small, fast, the same everywhere.
struct Rng {
    uint64_t state;
    explicit Rng(uint64_t seed) : state(seed * 0x9E3779B97F4A7C15ull + 0xD1B54A32D192ED03ull) { if (!state) state = 1; }
    uint32_t below(uint32_t n)
    {
        state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
        return static_cast<uint32_t>(((state * 0x2545F4914F6CDD1Dull) >> 32) * n >> 32);
    }
    bool chance(uint32_t percent) { return percent && below(100) < percent; }
};

// What the pins of the memory side show for one clock edge.
struct Pins {
    bool arready = false, rvalid = false, rlast = false, awready = false, wready = false, bvalid = false;
    uint8_t rresp = 0, bresp = 0;
    const uint8_t *rdata = nullptr;  // beat_bytes bytes, valid with rvalid
};

// What the chip shows, sampled before the edge.
struct Chip2Mem {
    bool arvalid, rready, awvalid, wvalid, wlast, bready;
    uint64_t araddr, awaddr;
    uint32_t arlen, awlen;
};

class Memory {
public:
    Memory(const bonnet_sim_config &config, uint32_t beat_bytes);
    ~Memory();
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;

    void *alloc(size_t bytes, uint64_t *addr);  // nullptr: out of memory
    void *map(uint64_t addr, size_t bytes);     // at a place of the caller's choice; nullptr: out of memory, or taken
    void release(uint64_t addr);

    // Nothing in flight, nothing offered: edge() would change nothing but the clock.
    bool quiet() const { return idle_; }
    // One clock edge passed with `pins` and `chip` as they were; `pins` becomes what the next edge sees.
    void edge(const Chip2Mem &chip, const uint8_t *wdata, uint32_t wstrb, Pins &pins);
    void tick() { now_++; }
    void unhang() { hung_ = false; }

private:
    struct Buffer { uint8_t *host; size_t bytes; };
    struct Burst { uint8_t *host; uint32_t beats; uint64_t ready; bool bad; };  // host nullptr: nobody there
    struct Response { uint64_t ready; bool bad; };
    Burst open_burst(const char *what, uint64_t addr, uint32_t len);
    bool count_beat();  // true: this one is to be an error

    std::map<uint64_t, Buffer> buffers_;
    std::deque<Burst> reads_, writes_;
    std::deque<Response> responses_;
    Rng rng_;
    const uint32_t beat_bytes_, latency_, bandwidth_, stall_;
    const uint64_t error_beat_;
    uint64_t hang_beat_, now_ = 0, beats_ = 0, next_addr_ = 0x100000000ull;
    uint32_t read_credit_ = 0, write_credit_ = 0, write_left_ = 0;
    bool hung_ = false, idle_ = true, read_bad_ = false, beat_held_ = false;
};

}  // namespace bonnet_sim_impl
