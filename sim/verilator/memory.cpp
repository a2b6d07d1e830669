// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

namespace bonnet_sim_impl {

static const uint8_t nothing[64] = {0};  // what an access outside of every buffer reads

Memory::Memory(const bonnet_sim_config &config, uint32_t beat_bytes)
    : rng_(config.seed), beat_bytes_(beat_bytes), latency_(config.latency_cycles), bandwidth_(config.bandwidth_percent),
      stall_(config.stall_percent), error_beat_(config.error_beat), hang_beat_(config.hang_beat)
{
}

Memory::~Memory()
{
    for (auto &entry : buffers_) free(entry.second.host);
}

void *Memory::alloc(size_t bytes, uint64_t *addr)
{
    if (bytes > (size_t{1} << 40)) return nullptr;
    const size_t size = bytes ? (bytes + 63) / 64 * 64 : 64;
    auto *host = static_cast<uint8_t *>(aligned_alloc(64, size));
    if (!host) return nullptr;
    memset(host, 0, size);
    try {
        buffers_[next_addr_] = Buffer{host, size};
    } catch (...) {
        free(host);
        throw;
    }
    *addr = next_addr_;
    next_addr_ += size + 4096;  // a gap: running off the end of a buffer does not reach the next one
    next_addr_ = (next_addr_ + 63) / 64 * 64;
    return host;
}

void *Memory::map(uint64_t addr, size_t bytes)
{
    if (!bytes || addr % 4096 || bytes % 4096 || addr + bytes < addr) return nullptr;
    auto after = buffers_.lower_bound(addr);
    if (after != buffers_.end() && after->first < addr + bytes) return nullptr;
    if (after != buffers_.begin() && (--after)->first + after->second.bytes > addr) return nullptr;
    auto *host = static_cast<uint8_t *>(aligned_alloc(4096, bytes));
    if (!host) return nullptr;
    memset(host, 0, bytes);
    try {
        buffers_[addr] = Buffer{host, bytes};
    } catch (...) {
        free(host);
        throw;
    }
    if (next_addr_ < addr + bytes + 4096) next_addr_ = addr + bytes + 4096;
    return host;
}

void Memory::release(uint64_t addr)
{
    auto entry = buffers_.find(addr);
    if (entry == buffers_.end()) return;
    for (auto &burst : reads_)   // a stopped job may still have bursts out: they answer like an empty address
        if (burst.host >= entry->second.host && burst.host < entry->second.host + entry->second.bytes) burst.host = nullptr;
    for (auto &burst : writes_)
        if (burst.host >= entry->second.host && burst.host < entry->second.host + entry->second.bytes) burst.host = nullptr;
    free(entry->second.host);
    buffers_.erase(entry);
}

Memory::Burst Memory::open_burst(const char *what, uint64_t addr, uint32_t len)
{
    const uint64_t bytes = uint64_t{beat_bytes_} * (len + 1);
    if (addr % beat_bytes_) throw Failure(std::string("AXI ") + what + ": address not aligned to the bus");
    if (addr / 4096 != (addr + bytes - 1) / 4096) throw Failure(std::string("AXI ") + what + ": burst crosses 4 KiB");
    Burst burst{nullptr, len + 1, now_ + latency_, true};
    auto entry = buffers_.upper_bound(addr);
    if (entry != buffers_.begin()) {
        --entry;
        if (addr - entry->first + bytes <= entry->second.bytes) {
            burst.host = entry->second.host + (addr - entry->first);
            burst.bad = false;
        }
    }
    return burst;
}

bool Memory::count_beat()
{
    beats_++;
    if (hang_beat_ && beats_ >= hang_beat_) {
        hung_ = true;
        hang_beat_ = 0;
    }
    return beats_ == error_beat_;
}

void Memory::edge(const Chip2Mem &chip, const uint8_t *wdata, uint32_t wstrb, Pins &pins)
{
    now_++;
    // ---- what moved -------------------------------------------------------------
    if (chip.arvalid && pins.arready) reads_.push_back(open_burst("read", chip.araddr, chip.arlen));
    if (pins.rvalid && chip.rready) {
        Burst &burst = reads_.front();
        if (burst.host) burst.host += beat_bytes_;
        beat_held_ = false;
        if (--burst.beats == 0) reads_.pop_front();
    }
    if (chip.awvalid && pins.awready) {
        writes_.push_back(open_burst("write", chip.awaddr, chip.awlen));
    }
    if (chip.wvalid && pins.wready) {
        Burst &burst = writes_.front();
        if (count_beat()) burst.bad = true;
        if (burst.host) {
            for (uint32_t i = 0; i < beat_bytes_; i++)
                if (wstrb >> i & 1) burst.host[i] = wdata[i];
            burst.host += beat_bytes_;
        }
        if (chip.wlast != (--burst.beats == 0)) throw Failure("AXI write: WLAST not on the last beat");
        if (chip.wlast) {
            responses_.push_back(Response{now_ + latency_, burst.bad});
            writes_.pop_front();
        }
    }
    if (pins.bvalid && chip.bready) responses_.pop_front();

    // ---- what the next edge sees: a valid that was not taken stays ----------------------
    const bool held_r = pins.rvalid && !chip.rready, held_b = pins.bvalid && !chip.bready;
    read_credit_ += bandwidth_, write_credit_ += bandwidth_;
    if (read_credit_ > 100) read_credit_ = 100;
    if (write_credit_ > 100) write_credit_ = 100;
    pins.arready = !hung_ && reads_.size() < 64 && !rng_.chance(stall_);
    pins.awready = !hung_ && writes_.size() < 64 && !rng_.chance(stall_);
    pins.wready = !hung_ && !writes_.empty() && write_credit_ >= 100 && !rng_.chance(stall_);
    if (pins.wready) write_credit_ -= 100;
    if (!held_r) {
        pins.rvalid = !hung_ && !reads_.empty() && reads_.front().ready <= now_ && read_credit_ >= 100 && !rng_.chance(stall_);
        if (pins.rvalid) {
            Burst &burst = reads_.front();
            read_credit_ -= 100;
            const bool bad = count_beat();
            pins.rdata = burst.host ? burst.host : nothing;
            pins.rlast = burst.beats == 1;
            pins.rresp = burst.bad ? 3 : bad ? 2 : 0;
        }
    }
    if (!held_b) {
        pins.bvalid = !hung_ && !responses_.empty() && responses_.front().ready <= now_ && !rng_.chance(stall_);
        if (pins.bvalid) pins.bresp = responses_.front().bad ? 2 : 0;
    }
    idle_ = reads_.empty() && writes_.empty() && responses_.empty() && !hung_;
}

}  // namespace bonnet_sim_impl
