// SPDX-License-Identifier: Apache-2.0
// gates.cpp - gates.h: what the cells do.
#include "gates.h"

void Gates::touch(int cell)
{
    if (queued_[cell]) return;
    queued_[cell] = 1, work_ = true;
    pending_[cells_[cell].level].push_back(cell);
}

void Gates::set(int net, bool value)
{
    if (v_[net] == value) return;
    v_[net] = value;
    for (int user : users_[net]) {
        if (user >= 0) touch(user);
        else if (!dirty_[-1 - user]) dirty_[-1 - user] = 1, woken_.push_back(-1 - user);
    }
}

uint32_t Gates::gather(const int *nets, int count) const
{
    uint32_t value = 0;
    for (int i = 0; i < count; i++) value |= uint32_t(v_[nets[i]]) << i;
    return value;
}

void Gates::later(const int *nets, int count, uint32_t value)
{
    for (int i = 0; i < count; i++)
        if (nets[i] >= 0 && v_[nets[i]] != (value >> i & 1)) next_.emplace_back(nets[i], value >> i & 1);
}

// A carry is half a CCU2C: Yosys' ecp5/cells_sim.v.
void Gates::evaluate(int index)
{
    const Cell &c = cells_[index];
    const int *in = &pins_[c.first], *out = in + c.ins;
    evaluations_++;
    if (c.kind == MULT) return multiply(c);
    const unsigned at = gather(in, 4);
    const bool lut = c.init >> at & 1;
    if (c.kind != CARRY) return set(out[0], lut);
    const bool ci = v_[in[4]], generate = !c.inject && (c.init >> (at & 3) & 1);
    if (out[0] >= 0) set(out[0], lut ^ (!c.inject && ci));
    if (out[1] >= 0) set(out[1], lut ? ci : generate);
}

// P = A * B, each of 18 bits, signed or not.
void Gates::multiply(const Cell &c)
{
    const int *in = &pins_[c.first], *out = in + c.ins;
    int64_t a = gather(in, 18), b = gather(in + 18, 18);
    if (v_[in[36]]) a = (a ^ 0x20000) - 0x20000;
    if (v_[in[37]]) b = (b ^ 0x20000) - 0x20000;
    const uint64_t p = static_cast<uint64_t>(a * b);
    for (int i = 0; i < 36; i++)
        if (out[i] >= 0) set(out[i], p >> i & 1);
}

// An asynchronous reset is the one thing that changes a flip-flop between two edges.
void Gates::settle()
{
    do {
        for (std::vector<int> &level : pending_) {
            for (size_t i = 0; i < level.size(); i++) queued_[level[i]] = 0, evaluate(level[i]);
            level.clear();
        }
        work_ = false;
        for (size_t i = 0; i < woken_.size(); i++) {
            if (woken_[i] >= static_cast<int>(flops_.size())) continue;
            const Flop &f = flops_[woken_[i]];
            if (f.async && v_[f.lsr]) set(f.q, f.init);
        }
    } while (work_);
}

void Gates::edge()
{
    next_.clear();
    again_.clear();
    for (int i : woken_) {
        dirty_[i] = 0;
        if (i >= static_cast<int>(flops_.size())) {
            if (access(brams_[i - flops_.size()])) again_.push_back(i);
            continue;
        }
        const Flop &f = flops_[i];
        const bool q = v_[f.lsr] ? f.init : v_[f.ce] ? v_[f.d] : v_[f.q];
        if (q != v_[f.q]) next_.emplace_back(f.q, q);
    }
    woken_.clear();
    for (int i : again_) dirty_[i] = 1, woken_.push_back(i);
    for (const Write &w : writes_) {
        if (!v_[w.wre]) continue;
        for (const auto &[cell, pin] : w.rams) {
            const uint16_t bit = 1u << gather(&pins_[pin + 1], 4);
            uint16_t &word = cells_[cell].init;
            word = v_[pins_[pin]] ? word | bit : word & ~bit;
            touch(cell);
        }
    }
    for (const auto &[net, value] : next_) set(net, value);
}

namespace {
// 18,432 bits, seen as 1,024 words of two bytes of nine. Where the data of a port that is narrower begin in such a word.
unsigned shift(int width, uint32_t ad)
{
    const unsigned byte = ad & 8 ? 9 : 0;
    return width >= 18 ? 0 : width == 9 ? byte : byte + (ad & 7 & ~(width - 1u));
}
// The bits of a word that a port which writes at `ad` changes. Byte enables: AD[1:0] of a port of 18, AD[3:0] of one of 36, which has two words.
uint32_t changes(int width, uint32_t ad, uint32_t word)
{
    if (width == 36 ? word >> 1 != ad >> 5 : word != ad >> 4) return 0;
    if (width < 18) return ((1u << width) - 1) << shift(width, ad);
    const uint32_t bytes = width == 36 && word & 1 ? ad >> 2 : ad;
    return (bytes & 2 ? 0x3fe00u : 0) | (bytes & 1 ? 0x1ffu : 0);
}
}  // namespace

// A port of 36 (A writes, B reads) has two words: the lower at DIA and DOB, the upper at DIB and DOA. True: the same inputs can give something else the next time.
bool Gates::access(Bram &r)
{
    const bool ce[2] = {v_[r.ce[0]] != 0, v_[r.ce[1]] != 0}, wide = r.width[0] == 36;
    if (!ce[0] && !ce[1]) return false;
    const uint32_t ad[2] = {gather(r.ad[0], 14), gather(r.ad[1], 14)}, di[2] = {gather(r.di[0], 18), gather(r.di[1], 18)};
    const bool write[2] = {ce[0] && v_[r.we[0]], ce[1] && v_[r.we[1]] && !wide};
    bool again = false;   // as long as the inputs stay, an access gives what the one before gave, unless that changed the word
    auto reads = [&](int port, uint32_t at) {
        const uint32_t mine = r.width[port] < 18 ? ((1u << r.width[port]) - 1) << shift(r.width[port], ad[port]) : 0x3ffff;
        const uint32_t both = write[1 - port] ? mine & changes(r.width[1 - port], ad[1 - port], at) : 0;
        if (both) collisions_++, again = true;
        return r.mem[at] ^ both;
    };
    for (int p = wide; p < 2; p++) {
        if (!ce[p] || !r.heard[p] || (write[p] && r.mode[p] == 'N')) continue;
        if (r.width[p] == 36) later(r.q[1], 18, reads(p, ad[p] >> 5 << 1)), later(r.q[0], 18, reads(p, ad[p] >> 5 << 1 | 1));
        else later(r.q[p], 18, write[p] && r.mode[p] == 'T' ? di[p] : reads(p, ad[p] >> 4) >> shift(r.width[p], ad[p]));
    }
    for (int p = 0; p < 2; p++) {
        if (!write[p]) continue;
        for (uint32_t half = 0; half < (r.width[p] == 36 ? 2u : 1u); half++) {
            const uint32_t at = r.width[p] == 36 ? ad[p] >> 5 << 1 | half : ad[p] >> 4, bits = changes(r.width[p], ad[p], at);
            const uint32_t word = (r.mem[at] & ~bits) | ((r.width[p] == 36 ? di[half] : di[p] << shift(r.width[p], ad[p])) & bits);
            again |= word != r.mem[at], r.mem[at] = word;
        }
    }
    return again;
}
