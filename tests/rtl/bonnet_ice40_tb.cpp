// SPDX-License-Identifier: Apache-2.0
// bonnet_ice40, the whole machine, through its pins: requests as levels of RX, answers as levels of TX, 4 clocks a bit, a pause of 256 clocks.
// Every status of the protocol, when it comes and what it leaves behind; random layers on random words against ice40_model.h: every word
// that a run wrote, some that it did not, and the cycles that it says it took.
#include <map>
#include <vector>
#include "Vbonnet_ice40.h"
#include "ice40_model.h"

enum { Clocks = 4, Pause = 256, Byte = 10 * Clocks };  // rules.mk
struct Dut : Vbonnet_ice40 {                          // tb.h speaks of clk_i and rst_ni; an iCE40's flip-flops wake up 0
    CData &clk_i = CLK;
    uint8_t rst_ni = 0;
    explicit Dut(VerilatedContext *ctx) : Vbonnet_ice40((ctx->randReset(0), ctx)) { RX = 1; }
};
typedef std::vector<uint8_t> Bytes;

static uint16_t crc16(const uint8_t *p, size_t n)
{
    uint16_t crc = 0xffff;
    for (; n; n--, p++)
        for (int i = 7; i >= 0; i--) crc = uint16_t(crc << 1 ^ (((crc >> 15) ^ (*p >> i & 1)) ? 0x1021 : 0));
    return crc;
}
static void seal(Bytes &b, size_t from)
{
    const uint16_t crc = crc16(b.data() + from, b.size() - from);
    b.push_back(uint8_t(crc)), b.push_back(uint8_t(crc >> 8));
}

struct Machine {
    Tb<Dut> &t;
    Bytes heard;
    int tx_at = -1;
    uint32_t tx_bits = 0;
    uint64_t now = 0, first = 0, lit = 0;  // first: when the answer's first start bit fell; lit: clocks that the green LED was on
    std::map<uint32_t, uint64_t> mem;      // what is known of it

    void clock(bool rx)
    {
        t.dut.RX = rx;
        t.tick(), now++;
        lit += !t.dut.LEDG_N;
        if (tx_at < 0 && t.dut.TX) return;
        if (tx_at < 0) {
            tx_at = 0, tx_bits = 0;
            if (heard.empty()) first = now;
        }
        if (tx_at % Clocks == Clocks / 2) tx_bits |= uint32_t(t.dut.TX) << tx_at / Clocks;
        if (++tx_at < Byte - 1) return;
        heard.push_back(tx_bits >> 9 == 1 && !(tx_bits & 1) ? uint8_t(tx_bits >> 1) : 0xEE);
        tx_at = -1;
    }
    void idle(uint64_t n) { while (n--) clock(true); }
    void say(uint8_t byte, bool stop = true)
    {
        for (int i = 0; i < 10; i++)
            for (int c = 0; c < Clocks; c++) clock(i == 0 ? false : i == 9 ? stop : byte >> (i - 1) & 1);
    }
    void say(const Bytes &b) { for (uint8_t byte : b) say(byte); }
    static Bytes header(char command, uint32_t addr, uint32_t count)
    {
        Bytes b{uint8_t(command), uint8_t(addr), uint8_t(addr >> 8), uint8_t(count), uint8_t(count >> 8)};
        seal(b, 0);
        return b;
    }
    static Bytes request(char command, uint32_t addr, const std::vector<uint64_t> &words)
    {
        Bytes b = header(command, addr, uint32_t(words.size()));
        for (uint64_t w : words)
            for (int i = 0; i < 8; i++) b.push_back(uint8_t(w >> 8 * i));
        seal(b, 7);
        return b;
    }
    // The answer: `status` within [least, most] clocks from now, the words if it is 0, nothing behind it. 0: all of this came.
    int answer(const char *what, uint32_t status, std::vector<uint64_t> *words, size_t n, uint64_t least, uint64_t most)
    {
        const uint64_t asked = now;
        const size_t size = 3 + (status ? 0 : 8 * n);
        while (heard.empty() && now < asked + most + Byte) clock(true);
        if (heard.empty()) return t.fail(what, now, 0, 1);
        const uint64_t took = first - asked;
        if (took < least || took > most) return t.fail(what, now, took, took < least ? least : most);
        while (heard.size() < size && now < first + (size + 1) * Byte) clock(true);
        if (heard.size() != size) return t.fail(what, now, heard.size(), size);
        if (heard[0] != status) return t.fail(what, now, heard[0], status);
        if ((heard[size - 2] | heard[size - 1] << 8) != crc16(heard.data(), size - 2)) return t.fail("CRC of an answer", now, heard[size - 1], 0);
        idle(3);
        if (!t.dut.LEDR_N != (status != 0)) return t.fail("the red LED", now, !t.dut.LEDR_N, status != 0);
        if (words) words->assign(n, 0);
        for (size_t i = 0; words && !status && i < 8 * n; i++) (*words)[i / 8] |= uint64_t(heard[1 + i]) << 8 * (i % 8);
        heard.clear();
        return 0;
    }
    int soon(const char *what, uint32_t status, std::vector<uint64_t> *words = nullptr, size_t n = 0) { return answer(what, status, words, n, 0, 12); }
    // From the last bit on; the receiver says so in the middle of the stop bit.
    int late(const char *what, uint32_t status) { return answer(what, status, nullptr, 0, Pause - 6, Pause + 12); }
    int silent(uint64_t n)
    {
        idle(n);
        return heard.empty() && tx_at < 0 ? 0 : t.fail("nobody was asked", now, heard.empty() ? 0 : heard[0], 0);
    }
    int write(uint32_t addr, const std::vector<uint64_t> &words)
    {
        say(request('W', addr, words));
        for (size_t i = 0; i < words.size(); i++) mem[(addr + i) % Words] = words[i];
        return soon("write", 0);
    }
    int read(uint32_t addr, size_t n)
    {
        std::vector<uint64_t> got;
        say(header('R', addr, uint32_t(n)));
        if (soon("read", 0, &got, n)) return 1;
        for (size_t i = 0; i < n; i++) {
            const auto at = mem.find((addr + i) % Words);
            if (at != mem.end() && at->second != got[i]) return t.fail("a word of the memory", (addr + i) % Words, got[i], at->second);
        }
        return 0;
    }
    int read_some(uint32_t n)
    {
        for (; n; n--) {
            auto at = mem.lower_bound(t.rng.below(Words));
            if (at == mem.end()) at = mem.begin();
            if (read(at->first, 1 + t.rng.below(3))) return 1;
        }
        return 0;
    }
};

static int layer(Machine &m)
{
    Rng &r = m.t.rng;
    const Layer l = random_layer(r);
    // What the run will read and nobody wrote yet is written first; thresholds near the sums that come.
    std::map<uint32_t, uint64_t> fresh;
    const uint32_t tile_rows = 4 * (l.rows() + 1);
    auto known = [&](uint32_t a) -> uint64_t & {
        const auto at = m.mem.find(a);
        if (at != m.mem.end()) return at->second;
        return fresh.emplace(a, r.next()).first->second;
    };
    for (uint32_t i = 0; i < l.tiles * tile_rows; i++) {
        const uint32_t a = (l.weights + i) % Words;
        uint64_t word = r.next();
        if (i % tile_rows < 4)
            for (int j = 0; j < 4; j++) word = (word & ~(0x1fffull << 16 * j)) | uint64_t(32 * l.rows() - 12 + r.below(25)) << 16 * j;
        m.mem.erase(a), fresh[a] = word;
    }
    std::map<uint32_t, uint64_t> after, wrote;
    Memory look{[&](uint32_t a) { return after.count(a) ? after[a] : known(a); },
                [&](uint32_t a, uint64_t mask, uint64_t bits) { const uint64_t old = after.count(a) ? after[a] : known(a); after[a] = wrote[a] = (old & ~mask) | bits; }};
    const uint64_t cycles = run_layer(l, look);
    for (auto i = fresh.begin(); i != fresh.end();) {
        std::vector<uint64_t> words;
        const uint32_t first = i->first;
        for (; i != fresh.end() && i->first == first + words.size(); ++i) words.push_back(i->second);
        if (m.write(first, words)) return 1;
    }
    uint64_t cfg[5];
    l.pack(cfg, r.next());
    m.lit = 0;
    m.say(Machine::request('X', r.below(Words / 8) * 8, {cfg, cfg + 5}));
    std::vector<uint64_t> took;
    if (m.answer("run", 0, &took, 1, 0, cycles + 12)) return 1;
    if (took[0] != cycles) return m.t.fail("cycles of a run", m.now, took[0], cycles);
    if (m.lit != cycles) return m.t.fail("the green LED", m.now, m.lit, cycles);
    for (auto &w : wrote) m.mem[w.first] = w.second;
    for (auto i = wrote.begin(); i != wrote.end();) {
        const uint32_t first = i->first;
        size_t n = 0;
        for (; i != wrote.end() && i->first == first + n; ++i) n++;
        if (m.read(first, n)) return 1;
    }
    return m.read_some(2);
}

// Each way that a request can go wrong, in a place of its own; then the machine is in step again.
static int mishap(Machine &m, uint32_t kind)
{
    Rng &r = m.t.rng;
    const uint32_t addr = r.below(Words - 4);
    std::vector<uint64_t> words{r.next(), r.next()}, got;
    Bytes b = Machine::request('W', addr, words);
    auto landed = [&] { m.mem[addr] = words[0], m.mem[addr + 1] = words[1]; };
    auto garbage = [&] { for (uint32_t n = r.below(4); n; n--) m.idle(r.below(Pause - 2 * Byte)), m.say(uint8_t(r.next())); };
    if (m.write(addr, {r.next(), r.next()})) return 1;
    switch (kind) {
    case 0:  // a header's CRC, either byte; nothing was done
        b[5 + r.below(2)] ^= uint8_t(1 << r.below(8)), m.say(b), garbage();
        if (m.late("header CRC", 1)) return 1;
        break;
    case 1:  // data's CRC: the words are what arrived
        b[b.size() - 1 - r.below(2)] ^= uint8_t(1 << r.below(8)), m.say(b), landed(), garbage();
        if (m.late("data CRC", 2)) return 1;
        break;
    case 2: {  // no stop bit, anywhere
        const size_t at = r.below(uint32_t(b.size()));
        for (size_t i = 0; i < at; i++) m.say(b[i]);
        if (at >= 15) m.mem[addr] = words[0];
        if (at >= 23) m.mem[addr + 1] = words[1];
        m.say(b[at], false), m.idle(Clocks), garbage();
        if (m.answer("framing", 3, nullptr, 0, Pause - 12, Pause + 12)) return 1;
        break;
    }
    case 3: {  // a request that stops
        const size_t at = 1 + r.below(uint32_t(b.size() - 1));
        for (size_t i = 0; i < at; i++) m.say(b[i]);
        if (at >= 15) m.mem[addr] = words[0];
        if (at >= 23) m.mem[addr + 1] = words[1];
        if (m.late("a pause", 4)) return 1;
        break;
    }
    case 4: {  // no such command, or not with that count
        const char command = r.chance(50) ? 'X' : r.chance(50) ? 'I' : "VYwQSHJ\0Z"[r.below(9)];
        uint32_t count = r.below(8);
        if (command == 'X' && count == 5) count = 0x105;
        if (command == 'I' && count == 1) count = r.chance(50) ? 0 : 0x8001;
        m.say(Machine::header(command, addr, count)), garbage();
        if (m.late("a command", 5)) return 1;
        break;
    }
    case 5: {  // a byte in a run ends it
        Layer l = random_layer(r);
        const uint32_t in = r.below(3);  // long dot products; mostly slices; mostly the positions of a pool: nothing of it is left in the next run
        l.raw = 0, l.kernel3 = in == 0, l.dilation2 = 0, l.pool2 = l.stride2 = in == 2, l.depth = in ? 1 : 20, l.tiles = 2;
        l.in_h = l.in_w = l.out_h = l.out_w = 200;
        if (in) l.slices4 = 1;
        uint64_t cfg[5];
        l.pack(cfg, 0);
        m.say(Machine::request('X', 0, {cfg, cfg + 5}));
        m.idle(20 + r.below(2000));
        if (m.t.dut.LEDG_N) return m.t.fail("it does not run", m.now, 0, 1);
        m.mem.clear();  // where it wrote is nobody's business
        const bool stop = r.chance(50);
        m.say(uint8_t(r.next()), stop), m.idle(Clocks);
        if (!m.t.dut.LEDG_N) return m.t.fail("it still runs", m.now, 1, 0);
        garbage();
        if (m.answer("a byte in a run", stop ? 6 : 3, nullptr, 0, Pause - 12, Pause + 12)) return 1;
        break;
    }
    case 6: {  // a byte in an answer: the answer is whole, and then it is said
        m.say(Machine::header('R', addr, 2));
        m.idle(r.below(17 * Byte));
        m.say(uint8_t(r.next()), r.chance(80));
        std::vector<uint64_t> was{m.mem[addr], m.mem[addr + 1]};
        while (m.heard.size() < 19 && m.heard.size() + 1 > 0 && m.now < m.first + 22 * Byte) m.clock(true);
        if (m.heard.size() != 19 || m.heard[0]) return m.t.fail("an answer that was disturbed", m.now, m.heard.size(), 19);
        for (int i = 0; i < 16; i++)
            if (m.heard[1 + i] != uint8_t(was[i / 8] >> 8 * (i % 8))) return m.t.fail("its words", m.now, m.heard[1 + i], 0);
        m.heard.clear();
        if (m.answer("a byte in an answer", 6, nullptr, 0, 0, Pause + 2 * Byte)) return 1;
        break;
    }
    case 7:  // a descriptor with a bad CRC does not run
        b = Machine::request('X', 0, {1, 2, 3, 4, 5});
        b[b.size() - 1] ^= 1, m.lit = 0, m.say(b);
        if (m.late("a descriptor's CRC", 2)) return 1;
        if (m.lit) return m.t.fail("it ran", m.now, m.lit, 0);
        break;
    default:  // nothing is wrong: no words, and who is there
        if (m.write(addr, {})) return 1;
        m.say(Machine::header('R', addr, 0));
        if (m.soon("no words", 0)) return 1;
        m.say(Machine::header('I', addr, 1));
        if (m.soon("who is there", 0, &got, 1)) return 1;
        if (got[0] != 0x0e040001424e3430) return m.t.fail("its name", m.now, got[0], 0x0e040001424e3430);
    }
    if (r.chance(20) && m.silent(Pause + 4 * Byte)) return 1;
    return kind == 5 ? 0 : m.read(addr, 2);
}

static int run(Tb<Dut> &t)
{
    Machine m{t};
    // In the first 15 cycles the machine is in reset: a byte that falls into them never was.
    m.idle(6), m.say(0);
    if (m.silent(2 * Pause)) return 1;
    if (!t.dut.LEDR_N || !t.dut.LEDG_N) return t.fail("a LED, and nobody asked for anything", m.now, !t.dut.LEDR_N, !t.dut.LEDG_N);
    for (uint64_t n = 0; n < 4 + t.cases / 4; n++) {
        if (layer(m)) return 1;
        for (int i = 0; i < 2; i++)
            if (mishap(m, uint32_t(2 * n + i) % 9)) return 1;
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Dut>("bonnet_ice40", argc, argv, run); }
