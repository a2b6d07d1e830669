/* SPDX-License-Identifier: Apache-2.0 */
#include "ft232h.h"
#include <deque>
#include <new>

struct ft232h {
    ft232h_clock *clock;
    void *user;
    std::deque<uint8_t> in, out;     // commands that wait; answers that wait
    uint8_t head[3] = {0};           // a command and its parameters
    unsigned n_head = 0;
    uint32_t left = 0;               // bytes of data that the command in head[] still has
    bool mpsse = false, loop = false, by_5 = true, tms = true, tdi = false;
    uint8_t low = 0, low_out = 0, high = 0, high_out = 0;
    uint32_t divisor = 0;
    uint64_t tcks = 0, unknown = 0;
    int lose = 0;

    bool wired() const { return (low_out & 0xeb) == 0xeb && (low & 0xe0) == 0xe0 && (high_out & 0x60) == 0x60 && !(high & 0x60); }
    void answer(uint8_t b)
    {
        if (lose) lose--;
        else out.push_back(b);
    }
    bool edge()
    {
        tcks++;
        const bool tdo = wired() ? clock(user, tms, tdi) : true;
        return loop ? tdi : tdo;
    }
    uint8_t bits(uint8_t data, unsigned n, bool drive, bool lsb)
    {
        uint8_t r = 0;
        for (unsigned k = 0; k < n; k++) {
            if (drive) tdi = lsb ? data >> k & 1 : data >> (7 - k) & 1;
            const bool o = edge();
            r = lsb ? uint8_t(r >> 1 | o << 7) : uint8_t(r << 1 | o);
        }
        return r;
    }
    // Bytes of a command before its data: itself and its parameters.
    static unsigned length(uint8_t c)
    {
        if (!(c & 0x80)) return (c & 0x40) ? 3 : (c & 0x02) ? ((c & 0x10) ? 3 : 2) : 3;
        switch (c) {
        case 0x80: case 0x82: case 0x86: case 0x8f: case 0x9e: return 3;
        case 0x8e: return 2;
        default: return 1;
        }
    }
    void shift()
    {
        const uint8_t c = head[0];
        const bool bit = c & 2, lsb = c & 8, drive = c & 0x10, read = c & 0x20;
        if (c & 0x40) {
            uint8_t r = 0;
            tdi = head[2] >> 7;
            for (unsigned k = 0; k <= (head[1] & 7u); k++) {
                tms = head[2] >> k & 1;
                r = uint8_t(r >> 1 | edge() << 7);
            }
            if (read) answer(r);
        } else if (bit) {
            const uint8_t r = bits(head[2], (head[1] & 7u) + 1, drive, lsb);
            if (read) answer(r);
        } else {
            left = (head[1] | uint32_t(head[2]) << 8) + 1;
        }
    }
    void other()
    {
        switch (head[0]) {
        case 0x80: low = head[1], low_out = head[2], tms = low >> 3 & 1, tdi = low >> 1 & 1; break;
        case 0x81: answer(low); break;
        case 0x82: high = head[1], high_out = head[2]; break;
        case 0x83: answer(high); break;
        case 0x84: loop = true; break;
        case 0x85: loop = false; break;
        case 0x86: divisor = head[1] | uint32_t(head[2]) << 8; break;
        case 0x8a: by_5 = false; break;
        case 0x8b: by_5 = true; break;
        case 0x8e: bits(0, (head[1] & 7u) + 1, false, true); break;
        case 0x8f: for (uint32_t k = 0; k <= (head[1] | uint32_t(head[2]) << 8); k++) bits(0, 8, false, true); break;
        case 0x87: case 0x8c: case 0x8d: case 0x96: case 0x97: case 0x9e: break;
        default: answer(0xfa), answer(head[0]), unknown++;
        }
    }
    // One step of the engine; false: it waits, for commands or for room.
    bool step()
    {
        if (out.size() + 2 > FT232H_FIFO) return false;
        if (left) {
            const bool drive = head[0] & 0x10, lsb = head[0] & 8;
            uint8_t data = 0;
            if (drive) {
                if (in.empty()) return false;
                data = in.front(), in.pop_front();
            }
            const uint8_t r = bits(data, 8, drive, lsb);
            if (head[0] & 0x20) answer(r);
            left--;
            return true;
        }
        if (in.empty()) return false;
        head[n_head++] = in.front(), in.pop_front();
        if (n_head < length(head[0])) return true;
        n_head = 0;
        if (head[0] & 0x80) other();
        else shift();
        return true;
    }
    void run()
    {
        while (mpsse && step()) {}
    }
    void clear_in() { in.clear(), n_head = 0, left = 0; }
};

extern "C" {
ft232h *ft232h_new(ft232h_clock *clock, void *user)
{
    ft232h *f = new (std::nothrow) ft232h;
    if (f) f->clock = clock, f->user = user;
    return f;
}

void ft232h_free(ft232h *f) { delete f; }

void ft232h_control(ft232h *f, uint8_t request, uint16_t value)
{
    if (request == 0) { // reset all, purge what goes to the host, purge what comes from it. Which of 1 and 2 is which is told both ways: both do both
        f->out.clear();
        f->clear_in();
    } else if (request == 11) {
        f->mpsse = value >> 8 == 2;
        f->by_5 = true, f->loop = false;
        f->low = f->low_out = f->high = f->high_out = 0;
        f->clear_in();
    }
}

size_t ft232h_write(ft232h *f, const uint8_t *bytes, size_t n)
{
    size_t took = 0;
    if (!f->mpsse) return n; // a serial port with nothing connected
    while (took < n && f->in.size() < FT232H_FIFO) {
        while (took < n && f->in.size() < FT232H_FIFO) f->in.push_back(bytes[took++]);
        f->run();
    }
    return took;
}

size_t ft232h_read(ft232h *f, uint8_t *bytes, size_t n)
{
    size_t at = 0;
    for (bool full = true; full && n - at >= 2;) {
        size_t k = 2;
        bytes[at] = 0x32, bytes[at + 1] = 0x60;
        for (; k < FT232H_PACKET && at + k < n && !f->out.empty(); k++) {
            bytes[at + k] = f->out.front(), f->out.pop_front();
            f->run();
        }
        at += k;
        full = k == FT232H_PACKET && !f->out.empty();
    }
    return at;
}

size_t ft232h_waiting(const ft232h *f) { return f->out.size(); }
uint64_t ft232h_unknown(const ft232h *f) { return f->unknown; }
uint64_t ft232h_tcks(const ft232h *f) { return f->tcks; }
uint32_t ft232h_khz(const ft232h *f) { return (f->by_5 ? 6000 : 30000) / (1 + f->divisor); }
void ft232h_lose(ft232h *f) { f->out.empty() ? void(f->lose = 1) : f->out.pop_front(); }
void ft232h_extra(ft232h *f) { f->out.push_back(0xff); }
}
