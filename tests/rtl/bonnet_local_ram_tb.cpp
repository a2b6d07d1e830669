// SPDX-License-Identifier: Apache-2.0
// bonnet_local_ram against an array in C++. Every word is written once through the word port, so that no two addresses are one; then bursts both ways and
// words at a time, all at once, on pages that differ (who reads what is being written is nobody's to say). Beats, strobes, statuses, last; pages outside and
// addresses far away, by each of their bits; nothing of them is written; an address offered too early waits. Alone, a burst has its beats a cycle apart; a word is there two cycles after.
#include <vector>
#include "Vbonnet_local_ram.h"
#include "tb.h"

enum : uint32_t { Words = 15 * 1024, Page = 512, Pages = Words / Page, Base = 0x70000000, DecErr = 3 };

struct Burst {
    bool addr = false, on = false, inside = false;   // asked; taken
    uint64_t at = 0, start = 0, asked = 0;
    uint32_t word = 0, left = 0;
};

static int run(Tb<Vbonnet_local_ram> &t)
{
    auto &d = t.dut;
    std::vector<uint64_t> mem(Words);
    Burst rd, wr, next;   // next: a write that is offered before the one under way is answered
    bool b_due = false, req = false, quiet_rd = false, quiet_wr = false;
    uint32_t pause = 0, word = 0, word_data = 0, busy = 0;
    uint64_t n = 0, bursts = 0, first = 0, req_at = 0;
    const char *wrong = nullptr;
    uint64_t got = 0, want = 0;

    auto go = [&] { return !t.rng.chance(pause); };
    auto differ = [&](const char *what, uint64_t g, uint64_t w) { if (g != w && !wrong) wrong = what, got = g, want = w; };
    auto cycle = [&] {
        // An address that nobody offers means nothing, also while the last beat still waits for its taker.
        d.s_arvalid_i = rd.addr, d.s_araddr_i = rd.addr ? rd.at : Base + 8ull * t.rng.below(Words), d.s_arlen_i = rd.addr ? rd.left - 1 : t.rng.below(256);
        if (next.addr && !wr.addr && !wr.on && !b_due) wr = next, next.addr = false;
        d.s_awvalid_i = wr.addr || next.addr, d.s_awaddr_i = wr.addr ? wr.at : next.addr ? next.at : Base + 8ull * t.rng.below(Words);
        if (!d.s_wvalid_i && wr.on && wr.left && go()) {
            d.s_wvalid_i = 1, d.s_wdata_i = t.rng.next(), d.s_wstrb_i = t.rng.chance(60) ? 0xff : t.rng.below(256), d.s_wlast_i = wr.left == 1;
        }
        d.s_rready_i = go(), d.s_bready_i = go();
        d.req_i = req, d.word_i = word, d.wdata_i = word_data;
        d.eval();
        if (d.s_rvalid_o && d.s_rready_i) {
            differ("a beat that nobody wanted", rd.on && rd.left, 1);
            differ("data of a beat", d.s_rdata_o, rd.inside ? mem[rd.word] : 0);
            differ("status of a beat", d.s_rresp_o, rd.inside ? 0 : DecErr);
            differ("last of a beat", d.s_rlast_o, rd.left == 1);
            if (quiet_rd) {
                if (!first) first = t.cycle(), differ("cycles to the first beat", first - rd.start, 2);
                if (rd.left == 1) differ("cycles of a burst", t.cycle() - first, busy - 1);
            }
            rd.word++;
            if (--rd.left == 0) rd.on = false, bursts++;
        }
        if (d.s_arvalid_i && d.s_arready_o) rd.addr = false, rd.on = true, rd.start = t.cycle(), first = 0;
        if (d.s_bvalid_o && d.s_bready_i) {
            differ("an answer that is due", b_due, 1);
            differ("status of a write", d.s_bresp_o, wr.inside ? 0 : DecErr);
            b_due = false, bursts++;
        }
        const bool w = d.s_wvalid_i && d.s_wready_o, aw = d.s_awvalid_i && d.s_awready_o;
        if (aw) differ("a write before the last was answered", b_due || wr.on || !wr.addr, 0);
        if (w) {
            differ("data before its address", wr.on, 1);
            for (int b = 0; b < 8 && wr.inside; b++)
                if (d.s_wstrb_i >> b & 1) mem[wr.word] = (mem[wr.word] & ~(0xffull << 8 * b)) | (d.s_wdata_i & 0xffull << 8 * b);
            wr.word++;
            if (--wr.left == 0) {
                wr.on = false, b_due = true;
                if (quiet_wr) differ("cycles of a write", t.cycle() - wr.start, busy);
            }
        } else if (quiet_wr && wr.on) {
            differ("a beat a cycle", d.s_wready_o, 1);
        }
        if (aw) {
            if (quiet_wr) differ("cycles of an address", t.cycle() - wr.asked, 0);
            wr.addr = false, wr.on = true, wr.start = t.cycle();
        }
        if (d.req_i && d.ack_o) {
            const bool inside = word < 2 * Words;
            differ("status of a word", d.err_o, !inside);
            if (!d.we_i) differ("a word", d.rdata_o, inside ? mem[word / 2] >> (word % 2 * 32) & 0xffffffff : 0);
            else if (inside) mem[word / 2] = (mem[word / 2] & ~(0xffffffffull << word % 2 * 32)) | uint64_t(word_data) << word % 2 * 32;
            if (!inside || d.we_i) differ("a word at once", t.cycle() - req_at, 0);
            else if (!rd.on) differ("cycles of a word", t.cycle() - req_at, 1);
            req = false;
        }
        t.tick();
        if (w) d.s_wvalid_i = 0;
    };
    // The word address of a page, or one that is nobody's: the first page behind, or one bit of an inside one turned.
    auto place = [&](Burst &b, uint32_t page) {
        b.left = t.rng.chance(30) ? 1 + t.rng.below(256) : 1 + t.rng.below(16);
        b.word = page * Page + t.rng.below(Page - b.left + 1), b.inside = true, b.addr = true, busy = b.left;
        b.at = Base + 8ull * b.word, b.asked = t.cycle();
        if (t.rng.chance(85)) return;
        const uint32_t bit = 17 + t.rng.below(47);
        b.at = t.rng.chance(30) ? Base + 8ull * (Words + (t.rng.chance(50) ? 0 : b.word % Page)) : b.at ^ (1ull << bit);
        b.inside = false;   // 17: Pages of 120 KiB are two pages short of 2^17
    };
    auto ask = [&](bool we, uint32_t at) { req = true, d.we_i = we, word = at, word_data = static_cast<uint32_t>(t.rng.next()), req_at = t.cycle(); };
    auto settle = [&] {
        for (uint64_t i = 0; (rd.addr || rd.on || wr.addr || wr.on || next.addr || b_due || req) && !wrong; i++) {
            if (i > 20000) wrong = "no end";
            else cycle();
        }
        return !wrong;
    };

    d.s_arvalid_i = d.s_awvalid_i = d.s_wvalid_i = d.req_i = d.we_i = 0;
    for (uint32_t i = 0; i < 2 * Words; i++) {
        ask(true, i);
        if (!settle()) return t.fail(wrong, i, got, want);
    }
    while (n < t.cases && !wrong) {
        pause = t.rng.chance(40) ? 0 : t.rng.below(70);
        const uint32_t a = t.rng.below(Pages), b = (a + 1 + t.rng.below(Pages - 2)) % Pages, kind = t.rng.below(6);
        if (kind == 0) {   // alone, and on time
            pause = 0, quiet_rd = t.rng.chance(50), quiet_wr = !quiet_rd;
            place(quiet_rd ? rd : wr, a);
            if (!settle()) break;
            quiet_rd = quiet_wr = false, n++;
        } else {
            const uint64_t until = bursts + 2 + t.rng.below(6);
            uint32_t guard = 0;
            while ((bursts < until || req) && !wrong && guard++ < 20000) {   // reads on page a, writes on page b, words on a third
                if (!rd.addr && !rd.on && kind != 1) place(rd, a);
                if (!wr.addr && !wr.on && !b_due && !next.addr && kind != 2) place(wr, b);
                if ((wr.on || b_due) && !next.addr && t.rng.chance(5)) place(next, b);
                if (!req && t.rng.chance(kind == 3 ? 80 : 20)) {
                    uint32_t c = t.rng.below(Pages);
                    while (c == a || c == b) c = (c + 1) % Pages;
                    uint32_t at = 2 * (c * Page + t.rng.below(Page)) + t.rng.below(2);
                    if (t.rng.chance(10)) at = t.rng.chance(50) ? 2 * Words + t.rng.below(2 * Page) : at | 1u << (15 + t.rng.below(11));
                    ask(t.rng.chance(50), at);
                }
                cycle();
            }
            if (guard >= 20000) wrong = "no end";
            if (!wrong && settle()) n++;
        }
    }
    // All of it, by bursts.
    pause = 0;
    for (uint32_t at = 0; at < Words && !wrong; at += 256) {
        rd.word = at, rd.left = 256, rd.inside = rd.addr = true, rd.at = Base + 8ull * at;
        settle();
    }
    return wrong ? t.fail(wrong, n, got, want) : 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_local_ram>("bonnet_local_ram", argc, argv, run); }
