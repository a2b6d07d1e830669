// SPDX-License-Identifier: Apache-2.0
// bonnet_seq: random jobs - four lists of any length, tokens between them, ONCE, one to five walks - with units and a bus of random speed. Checked:
// every command of every unit in order, its addresses and step; every counter of every record; that no token is taken before it was given and
// none is left lying for longer than the arbitration takes; walks and the end; that a descriptor that waits in its queue starts two cycles
// after the one before. Then one thing is wrong - header, descriptor, unit, bus, tokens, silence - and CAUSE must name it.
#include <algorithm>
#include <deque>
#include <string>
#include <vector>
#include "Vbonnet_seq.h"
#include "tb.h"

using T = Tb<Vbonnet_seq>;
struct Field { const char *kind, *name; uint32_t word, lsb, width; };
static const Field fields[] = {
#define OP(name, code, text)
#define JOB(name, word, lsb, width, text)   {"JOB", #name, word, lsb, width},
#define HDR(name, word, lsb, width, text)   {"HDR", #name, word, lsb, width},
#define LOAD(name, word, lsb, width, text)  {"LOAD", #name, word, lsb, width},
#define CONV(name, word, lsb, width, text)  {"CONV", #name, word, lsb, width},
#define FC(name, word, lsb, width, text)    {"FC", #name, word, lsb, width},
#define STEM(name, word, lsb, width, text)  {"STEM", #name, word, lsb, width},
#define STORE(name, word, lsb, width, text) {"STORE", #name, word, lsb, width},
#include "bonnet_job.def"
};
#ifdef BONNET_GEOMETRY_TINY
constexpr uint32_t Records = 1024, BusBytes = 8;
#else
constexpr uint32_t Records = 1024, BusBytes = 16;
#endif
constexpr uint32_t Units = 4, Beats = 64 / BusBytes, Fill = 8 * Units * Beats + 50;   // Fill: cycles until all queues are full
static const char *const kind_of_op[] = {"HDR", "LOAD", "CONV", "FC", "STEM", "STORE"};
static const uint32_t unit_of_op[] = {9, 0, 1, 1, 2, 3};

struct Desc { uint32_t w[16] = {}; };
static uint32_t mask(uint32_t width) { return width == 32 ? ~0u : (1u << width) - 1; }
static const Field &field(const char *kind, const char *name)
{
    for (const Field &f : fields)
        if (!strcmp(f.kind, kind) && !strcmp(f.name, name)) return f;
    abort();
}
static void put(Desc &d, const char *kind, const char *name, uint32_t v)
{
    const Field &f = field(kind, name);
    d.w[f.word] = (d.w[f.word] & ~(mask(f.width) << f.lsb)) | (v & mask(f.width)) << f.lsb;
}
static uint32_t get(const Desc &d, const char *kind, const char *name)
{
    const Field &f = field(kind, name);
    return d.w[f.word] >> f.lsb & mask(f.width);
}
static bool known(const char *kind, uint32_t word, uint32_t bit)
{
    for (const Field &f : fields)
        if ((!strcmp(f.kind, "JOB") || !strcmp(f.kind, kind)) && f.word == word && bit >= f.lsb && bit < f.lsb + f.width) return true;
    return false;
}
template <class W> static uint64_t bits(const W &w, uint32_t lsb, uint32_t width)
{
    uint64_t v = 0;
    for (uint32_t i = 0; i < width; i++) v |= static_cast<uint64_t>(w[(lsb + i) / 32] >> (lsb + i) % 32 & 1) << i;
    return v;
}

// What happened to a descriptor: grant, end; -1 not yet. In cycles of the job.
struct Life { int64_t grant = -1, end = -1, first = -1, able = -1; uint32_t beats = 0, in = 0, out = 0; bool skip = false; };
enum Fault { NONE, HEADER, DESCRIPTOR, UNIT_BAD, BUS, OVERFLOW, SILENCE, FAULTS };
struct Job {
    std::vector<Desc> desc;                   // header first
    uint32_t first[Units], count[Units], walks;
    uint64_t job, model, in, out, scratch;
    uint32_t in_stride, out_stride, step[4], watchdog;
    uint32_t unit_min[Units], unit_max[Units];   // cycles of a descriptor
    bool rush = false;                        // the first LOAD takes long; all that waits for it then takes a cycle each
    uint32_t latency, gap, outstanding;       // bus: cycles, percent of pauses, requests on the way
    uint32_t ask_gap = 0;                     // percent of cycles in which it takes no request
    bool shy = false;                         // it says READY only where it sees VALID
    Fault fault = NONE;
    uint32_t cause = 0;
    uint32_t bad_index = 0, bad_walk = 0;     // UNIT_BAD, SILENCE: where; BUS: this beat
    uint32_t bus_client = 0;                  // BUS: of the sequencer, or of LOAD 1, STEM 2, STORE 3 (a write)
    uint32_t alive = 0;                       // a beat of somebody comes at least so often: the watchdog must not bark
    uint32_t total() const { return static_cast<uint32_t>(desc.size()) - 1; }
    uint32_t unit_of(uint32_t index) const { return unit_of_op[get(desc[index], "JOB", "OP")]; }
};

static void random_desc(T &t, Desc &d, uint32_t op)
{
    for (const Field &f : fields)
        if (!strcmp(f.kind, kind_of_op[op])) d.w[f.word] |= (static_cast<uint32_t>(t.rng.next()) & mask(f.width)) << f.lsb;
    if (op == 1 || op >= 4) d.w[2] &= ~63u;   // OFFSET
    put(d, "JOB", "OP", op);
    put(d, "JOB", "ONCE", op == 1 && t.rng.chance(25));
    put(d, "JOB", "LAYER", t.rng.below(256));
}
// A semaphore names at most one place of a descriptor. `once`: for the first walk only, which WAIT0 alone can be (any place, where all is once).
static bool add_sem(Desc &d, bool post, uint32_t sem, bool once = false)
{
    const Field &f = field("JOB", post ? "POST0" : "WAIT0");
    const bool all_once = get(d, "JOB", "ONCE"), wait0_once = !post && get(d, "JOB", "WAIT_ONCE");
    if (once != all_once && (post || all_once)) return false;
    uint32_t at = 99;
    for (uint32_t i = 0; i < 3; i++) {
        const uint32_t v = d.w[f.word] >> (f.lsb + 4 * i) & 15;
        if (v == sem) return false;
        if (!v && (all_once || once == (i == 0 && (once || wait0_once)))) at = i;
    }
    if (at == 99) return false;
    if (once && !all_once) put(d, "JOB", "WAIT_ONCE", 1);
    d.w[f.word] |= sem << (f.lsb + 4 * at);
    return true;
}
// Tokens that make a job that ends: in the order `order`, walk after walk, every wait finds its token; one taking unit each, as
// many posts as waits.
static void random_tokens(T &t, Job &j)
{
    std::vector<uint32_t> order, at(Units, 0);
    while (order.size() < j.total()) {
        const uint32_t u = t.rng.below(Units);
        if (at[u] < j.count[u]) order.push_back(j.first[u] + at[u]++);
    }
    for (uint32_t sem = 1; sem <= 15; sem++) {
        if (t.rng.chance(20)) continue;
        const uint32_t giver = t.rng.below(Units), taker = t.rng.below(Units), most = 1 + t.rng.below(8);
        if (!j.count[giver] || !j.count[taker]) continue;
        std::vector<int> delta(j.total() + 1, 0), waits(j.total() + 1, 0), first(j.total() + 1, 0);   // every walk; first walk only, net
        std::vector<int> first_waits(j.total() + 1, 0);
        for (uint32_t n = 0; n < most; n++) {
            const uint32_t a = j.first[giver] + t.rng.below(j.count[giver]), b = j.first[taker] + t.rng.below(j.count[taker]);
            Desc save = j.desc[a];
            const bool once = get(j.desc[a], "JOB", "ONCE");
            if (!add_sem(j.desc[a], true, sem, once)) continue;
            if (!add_sem(j.desc[b], false, sem, once)) j.desc[a] = save;
            else if (once) first[a]++, first_waits[b]++;
            else delta[a]++, waits[b]++;
        }
        int have = 0, least = 0;
        for (uint32_t walk = 0; walk < 2; walk++)
            for (uint32_t index : order) {
                have -= waits[index] + (walk ? 0 : first_waits[index]);
                least = std::min(least, have);
                have += delta[index] + (walk ? 0 : first[index]);
            }
        const uint32_t tokens = std::min(15u, static_cast<uint32_t>(-least) + t.rng.below(3));
        j.desc[0].w[4 + sem / 8] |= tokens << 4 * (sem % 8);
    }
}

static Job random_job(T &t, Fault fault)
{
    Job j;
    j.fault = fault;
    const uint32_t size = t.rng.chance(5) ? Records - 1 : t.rng.chance(50) ? 1 + t.rng.below(6) : 1 + t.rng.below(60);
    uint32_t weight[Units], sum = 0;
    for (uint32_t &w : weight) sum += w = t.rng.chance(30) ? 0 : 1 + t.rng.below(10);
    if (!sum) sum = weight[t.rng.below(Units)] = 1;
    for (uint32_t &c : j.count) c = 0;
    for (uint32_t n = 0; n < size; n++) {
        uint32_t r = t.rng.below(sum), u = 0;
        while (r >= weight[u]) r -= weight[u++];
        j.count[u]++;
    }
    j.desc.resize(1);
    for (uint32_t u = 0; u < Units; u++) {
        j.first[u] = static_cast<uint32_t>(j.desc.size());
        for (uint32_t i = 0; i < j.count[u]; i++) {
            Desc d;
            random_desc(t, d, u == 0 ? 1 : u == 1 ? 2 + t.rng.below(2) : u + 2);
            put(d, "JOB", "LAST", i + 1 == j.count[u]);
            j.desc.push_back(d);
        }
    }
    Desc &h = j.desc[0];
    put(h, "HDR", "MAGIC", 0x324A4E42);
    put(h, "HDR", "COUNT", size);
    put(h, "HDR", "LOADS", j.count[0]), put(h, "HDR", "CONVS", j.count[1]), put(h, "HDR", "STEMS", j.count[2]), put(h, "HDR", "STORES", j.count[3]);
    j.step[0] = 0;
    const char *const steps[] = {"", "IN_STEP", "OUT_STEP", "SCRATCH_STEP"};
    for (uint32_t b = 1; b < 4; b++) put(h, "HDR", steps[b], j.step[b] = static_cast<uint32_t>(t.rng.next()) & ~63u);
    j.walks = 1 + t.rng.below(size > 100 ? 2 : 5);
    uint64_t *const bases[] = {&j.job, &j.model, &j.in, &j.out, &j.scratch};
    for (uint64_t *b : bases) *b = t.rng.next() & ~UINT64_C(63);
    j.in_stride = static_cast<uint32_t>(t.rng.next()) & ~63u, j.out_stride = static_cast<uint32_t>(t.rng.next()) & ~63u;
    for (uint32_t u = 0; u < Units; u++) {
        j.unit_min[u] = t.rng.chance(50) ? 1 : 1 + t.rng.below(150);
        j.unit_max[u] = j.unit_min[u] + t.rng.below(t.rng.chance(50) ? 3 : 150);
        if (size > 100) j.unit_min[u] = 1, j.unit_max[u] = 4;   // a long job is one of many descriptors
    }
    j.latency = t.rng.below(t.rng.chance(50) ? 4 : 200), j.gap = t.rng.chance(50) ? 0 : t.rng.below(60);
    j.outstanding = 1 + t.rng.below(20);
    j.shy = t.rng.chance(30);
    j.watchdog = t.rng.chance(50) ? 0 : 2500;
    if (t.rng.chance(30)) j.watchdog = 4 + t.rng.below(60), j.alive = j.watchdog - t.rng.below(2);
    if (size <= 100 && t.rng.chance(15)) {   // steady: every descriptor waits in its queue when the one before ends
        j.latency = t.rng.below(4), j.gap = 0, j.outstanding = 4;
        for (uint32_t u = 0; u < Units; u++) j.unit_max[u] += Fill, j.unit_min[u] += Fill;
        for (size_t i = 1; i < j.desc.size(); i++) put(j.desc[i], "JOB", "ONCE", 0);
        random_tokens(t, j);
        return j;
    }
    j.rush = t.rng.chance(20);
    for (uint32_t u = 0; j.rush && u < Units; u++) {
        j.unit_min[u] = j.unit_max[u] = 1;
        for (uint32_t i = 0; i < j.count[u]; i++) put(j.desc[j.first[u] + i], "JOB", "ONCE", !u && i && t.rng.chance(60));
        if (u && j.count[0] && j.count[u]) add_sem(j.desc[j.first[0]], true, u), add_sem(j.desc[j.first[u]], false, u);
    }
    if (!j.rush) random_tokens(t, j);
    return j;
}

// Make one thing wrong.
// One after the other, so that few jobs meet them all: kinds of HEADER, kinds of DESCRIPTOR, the others. `turn` chooses among variants of one.
constexpr uint32_t HeaderKinds = 10, DescKinds = 7, Kinds = HeaderKinds + DescKinds + FAULTS - 3, More = 8;
static Fault fault_of(uint32_t kind)
{
    if (kind >= Kinds) return kind % 4 == 0 ? UNIT_BAD : kind % 4 == 1 ? DESCRIPTOR : BUS;   // each unit may meet them
    if (kind < HeaderKinds) return HEADER;
    return kind < HeaderKinds + DescKinds ? DESCRIPTOR : static_cast<Fault>(DESCRIPTOR + 1 + kind - HeaderKinds - DescKinds);
}
static void spoil(T &t, Job &j, uint32_t kind, uint32_t turn)
{
    const uint32_t n = j.total();
    uint32_t index = 1 + t.rng.below(n);
    if (kind >= Kinds) {   // of any unit alike, however short its list; an operation that is none looks like the first list's
        kind = HeaderKinds + 4;
        uint32_t any = j.fault == DESCRIPTOR ? 0 : t.rng.below(Units);
        while (!j.count[any]) any = (any + 1) % Units;
        index = j.first[any] + t.rng.below(j.count[any]);
    }
    Desc &h = j.desc[0], &d = j.desc[index];
    const uint32_t u = j.unit_of(index);
    const uint32_t twice[] = {0x404, 0x033, 0x330};   // one semaphore in two places
    uint32_t word, bit;
    j.cause = (j.fault == DESCRIPTOR ? index << 8 : 0) | 1;
    switch (j.fault) {
    case HEADER:
        switch (kind) {
        case 0: h.w[2] ^= 1u << t.rng.below(32); break;
        case 1: put(h, "HDR", "COUNT", t.rng.chance(50) ? n + 1 : n - 1); break;
        case 2: {   // more than there are records, and the sum agrees; or so many that the sum wraps
            const uint32_t more = turn % 2 ? Records - n : 0x10000;
            const uint32_t loads = std::min(0xFFFFu, j.count[0] + more), rest = more - (loads - j.count[0]);
            put(h, "HDR", "LOADS", loads), put(h, "HDR", "CONVS", j.count[1] + rest), put(h, "HDR", "COUNT", n + more);
            break;
        }
        case 3:
            for (uint32_t w : {3u, 6u, 7u}) h.w[w] = 0;
            break;
        case 4:
            do word = t.rng.below(16), bit = t.rng.below(32);
            while (known("HDR", word, bit));
            h.w[word] |= 1u << bit;
            break;
        case 5: h.w[8 + turn % 3] |= 1u << t.rng.below(6); break;
        case 6: h.w[0] |= 1 + t.rng.below(15); break;
        case 7:
            for (const char *list : {"COUNT", "LOADS", "CONVS", "STEMS", "STORES"}) put(h, "HDR", list, 0);
            break;
        case 8: j.job |= 1 + t.rng.below(63); break;   // fetched from the aligned place, and refused
        default: j.walks = turn % 2 ? 0 : 0x10000 | (1 + t.rng.below(3));
        }
        break;
    case DESCRIPTOR:
        switch (kind - HeaderKinds) {
        case 0:
            do word = t.rng.below(16), bit = t.rng.below(32);
            while (known(kind_of_op[get(d, "JOB", "OP")], word, bit));
            d.w[word] |= 1u << bit;
            break;
        case 1: put(d, "JOB", "LAST", !get(d, "JOB", "LAST")); break;
        case 2: d.w[0] = (d.w[0] & ~0x0FFF0000u) | twice[t.rng.below(3)] << 16; break;
        case 3: d.w[1] = (d.w[1] & ~0xFFFu) | twice[t.rng.below(3)]; break;
        case 4: {   // an operation of another list, or of none; its own fields are 0, so known everywhere
            uint32_t op;
            const bool none = t.rng.chance(50);
            do op = none ? t.rng.below(16) : 1 + t.rng.below(5);
            while (op >= 1 && op <= 5 && unit_of_op[op] == u);
            for (uint32_t w = 2; w < 16; w++) d.w[w] = 0;
            put(d, "JOB", "OP", op);
            break;
        }
        case 5:
            if (u) put(d, "JOB", "ONCE", 1);
            else put(d, "JOB", "LAST", !get(d, "JOB", "LAST"));
            break;
        default:
            if (u == 1) put(d, "JOB", "LAST", !get(d, "JOB", "LAST"));
            else d.w[2] |= 1u << t.rng.below(6);
        }
        break;
    case UNIT_BAD:
    case SILENCE:
        j.bad_index = index, j.bad_walk = get(d, "JOB", "ONCE") ? 0 : t.rng.below(j.walks);
        j.cause = index << 8 | (u + 1) << 4 | 1;
        if (j.fault == SILENCE) j.watchdog = 400 + t.rng.below(400), j.alive = 0, j.cause = 3;
        break;
    case BUS:
        j.bad_index = 1 + t.rng.below((1 + n * j.walks) * Beats);
        if (t.rng.chance(20)) j.bad_index = 1 + t.rng.below(Beats);   // of the header
        else if (u != 1 && t.rng.chance(60)) {
            j.bus_client = u == 0 ? 1 : u, j.bad_index = index, j.bad_walk = get(d, "JOB", "ONCE") ? 0 : t.rng.below(j.walks);
            j.cause = index << 8 | (u + 1) << 4 | 2;
        }
        break;
    case OVERFLOW:   // one list gives and gives
        for (uint32_t w : {4u, 5u}) h.w[w] = 0x77777777u << (w == 4 ? 4 : 0);
        for (uint32_t i = 1; i <= n; i++) j.desc[i].w[0] &= ~0x0FFF0000u, j.desc[i].w[1] = 0x321, put(j.desc[i], "JOB", "ONCE", 0);
        j.cause = n * j.walks + 7 > 63 ? 1 : 0;
        break;
    default: j.cause = 0;
    }
}

struct Bench {
    T &t;
    const Job &j;
    const uint64_t n;
    std::string wrong;
    std::vector<Life> lives[Units];      // of every walk, in the order of the list
    size_t recorded[Units] = {};
    uint64_t asked[Units] = {};          // descriptors, of every walk
    uint32_t waits[Units] = {};          // requests of others since it could have asked
    bool able[Units] = {};
    struct Request { uint64_t addr; uint32_t beats; int64_t ready; };
    std::deque<Request> requests;
    struct { bool runs = false; size_t which = 0; int64_t until = 0; } unit[Units];
    uint32_t cause = ~0u, frames = 0, want_cause, beat = 0;
    int64_t ended = -1, cycle = 0, sign = 0;  // sign: the last of life
    int64_t moved = 0;                        // the last cycle in which anything happened

    void check(bool ok, const char *what, uint64_t got, uint64_t want)
    {
        if (!ok && wrong.empty()) wrong = what, t.fail(what, n, got, want);
    }
    uint32_t index_of(uint32_t u, size_t which) const { return j.first[u] + static_cast<uint32_t>(which % j.count[u]); }
    uint32_t walk_of(uint32_t u, size_t which) const { return static_cast<uint32_t>(which / j.count[u]); }

    template <class W> void started(uint32_t u, const W &cmd)
    {
        size_t &k = unit[u].which;
        k = lives[u].size();
        while (j.count[u] && k < j.count[u] * size_t{j.walks} && walk_of(u, k) && get(j.desc[index_of(u, k)], "JOB", "ONCE")) {
            lives[u].push_back(Life{});
            lives[u].back().skip = true;
            k++;
        }
        check(!unit[u].runs && j.count[u] && k < j.count[u] * size_t{j.walks}, "start of a unit that runs, or has no more", k, u);
        if (!wrong.empty()) return;
        const uint32_t index = index_of(u, k), walk = walk_of(u, k);
        const Desc &d = j.desc[index];
        for (uint32_t w = 0; w < 16; w++) {
            const uint32_t want = !w && walk && get(d, "JOB", "WAIT_ONCE") ? d.w[0] & ~0xF0000u : d.w[w];
            check(bits(cmd, 109 + 32 * w, 32) == want, "word of the descriptor", bits(cmd, 109 + 32 * w, 32), want);
        }
        const uint32_t base = u == 1 ? 0 : d.w[3] & 3;
        const uint64_t bases[4] = {j.model, j.in + uint64_t{walk} * j.in_stride, j.out + uint64_t{walk} * j.out_stride, j.scratch};
        const uint64_t addr = u == 1 ? 0 : bases[base] + d.w[2];
        check(bits(cmd, 0, 1) == 0, "skip", 1, 0);
        check(bits(cmd, 1, 12) == index, "index", bits(cmd, 1, 12), index);
        check(bits(cmd, 13, 32) == j.step[base], "step", bits(cmd, 13, 32), j.step[base]);
        check(bits(cmd, 45, 64) == addr, "address", bits(cmd, 45, 64), addr);
        lives[u].push_back(Life{});
        lives[u].back().grant = cycle - 1;
        unit[u].runs = true;
        unit[u].until = (j.rush && index == 1 && !u) ? cycle + 700 : cycle + j.unit_min[u] + t.rng.below(j.unit_max[u] - j.unit_min[u] + 1);
    }

    // Inputs of one unit for this cycle.
    void drive(uint32_t u, CData &sts, uint32_t &done, uint32_t &bad, uint32_t &beats)
    {
        sts = 0;
        if (!unit[u].runs) return;
        Life &life = lives[u][unit[u].which];
        const bool here = index_of(u, unit[u].which) == j.bad_index && walk_of(u, unit[u].which) == j.bad_walk;
        if (j.fault == SILENCE && here) return;
        if (j.fault == BUS && j.bus_client && here && cycle > life.grant + 1) {
            if (j.bus_client == 3) t.dut.wr_err_i = 1;
            else t.dut.rd_err_i = 1, t.dut.rd_err_client_i = static_cast<CData>(j.bus_client);
            unit[u].until = INT64_MAX;
        }
        const bool in = t.rng.chance(30), out = t.rng.chance(30), b = t.rng.chance(30);
        sts = static_cast<CData>(in << 1 | out);
        life.in += in, life.out += out, life.beats += b, beats |= static_cast<uint32_t>(b) << u;
        if (cycle < unit[u].until) return;
        unit[u].runs = false;
        if (j.fault == UNIT_BAD && here) {
            bad |= 1u << u;
            unit[u].runs = true, unit[u].until = INT64_MAX;
            return;
        }
        done |= 1u << u;
        life.end = cycle;
    }

    void record()
    {
        const auto &s = t.dut.sts_o;
        if (bits(s, 205, 1)) frames++;
        if (!bits(s, 204, 1)) return;
        const uint32_t index = static_cast<uint32_t>(bits(s, 192, 12));
        check(index >= 1 && index <= j.total(), "index of a record", index, j.total());
        if (!wrong.empty()) return;
        const uint32_t u = j.unit_of(index);
        const size_t k = recorded[u]++;
        check(k < j.count[u] * size_t{j.walks} && index == index_of(u, k), "record out of order", index, index_of(u, k));
        if (!wrong.empty()) return;
        if (k >= lives[u].size()) lives[u].push_back(Life{}), lives[u].back().skip = true;
        Life &life = lives[u][k];
        const bool skip = walk_of(u, k) && get(j.desc[index], "JOB", "ONCE");
        check(skip == life.skip, "started, or not", life.skip, skip);
        life.first = s[0];
        if (skip) life.grant = life.end = s[1];
        check(s[1] == life.end && (!skip || life.end < cycle), "END", s[1], static_cast<uint64_t>(life.end));
        check(s[2] == life.end - life.grant, "BUSY", s[2], static_cast<uint64_t>(life.end - life.grant));
        check(s[3] == life.in + (life.grant - life.first), "STALL_IN", s[3], life.in + static_cast<uint64_t>(life.grant - life.first));
        check(s[4] == life.out, "STALL_OUT", s[4], life.out);
        check(s[5] == life.beats * BusBytes, "BYTES", s[5], life.beats * BusBytes);
        check(life.first <= life.grant && (!k || life.first > lives[u][k - 1].end), "START", static_cast<uint64_t>(life.first), static_cast<uint64_t>(life.grant));
    }

    // Lists take turns: who had a place and something to ask for when the last request was taken is served before anybody has two more.
    void turns(uint32_t index, uint32_t many)
    {
        for (uint32_t u = 0; u < Units; u++) {
            const bool served = index >= j.first[u] && index < j.first[u] + j.count[u];
            if (served) asked[u] += many;
            waits[u] = served || !able[u] ? 0 : waits[u] + 1;
            check(waits[u] <= 4, "requests of others before a list's turn", waits[u], u);
            able[u] = asked[u] < uint64_t{j.count[u]} * j.walks && asked[u] < lives[u].size() + 8;
        }
    }

    void bus()
    {
        auto &d = t.dut;
        d.rdata_valid_i = d.rd_beat_i = 0;
        if (!requests.empty() && requests.front().ready <= cycle && !t.rng.chance(j.gap)) {
            Request &r = requests.front();
            for (uint32_t i = 0; i < BusBytes / 4; i++) {
                const uint64_t word = (r.addr - (j.job & ~UINT64_C(63))) / 4 + i;
                const uint32_t value = word / 16 <= j.total() ? j.desc[word / 16].w[word % 16] : 0xDEADBEEF;
                memcpy(reinterpret_cast<char *>(&d.rdata_i) + 4 * i, &value, 4);
            }
            d.rdata_valid_i = d.rd_beat_i = 1;
            if (++beat == j.bad_index && j.fault == BUS && !j.bus_client) d.rd_err_i = 1, want_cause = static_cast<uint32_t>((r.addr - j.job) / 64) << 8 | 2;
            r.addr += BusBytes;
            if (--r.beats == 0) requests.pop_front();
        }
        check(d.rdata_ready_o, "rdata_ready_o", d.rdata_ready_o, 1);
        d.rd_ready_i = requests.size() < j.outstanding && !t.rng.chance(std::max(j.gap, j.ask_gap)) && (!j.shy || d.rd_valid_o);
        if (d.rd_valid_o && d.rd_ready_i) {
            const uint64_t addr = bits(d.rd_req_o, 20, 64), index = (addr - (j.job & ~UINT64_C(63))) / 64, many = bits(d.rd_req_o, 0, 20) / Beats;
            const bool inside = j.fault == HEADER || (index + many <= j.desc.size() && many && bits(d.rd_req_o, 0, 20) % Beats == 0);
            check(bits(d.rd_req_o, 84, 2) == 0, "request: the list counts as model", index, many);
            check(inside && addr % 64 == 0, "request", index, many);
            if (j.fault != HEADER && index) turns(static_cast<uint32_t>(index), static_cast<uint32_t>(many));
            requests.push_back(Request{addr, static_cast<uint32_t>(bits(d.rd_req_o, 0, 20)), cycle + 1 + j.latency});
        }
    }

    // No token before it was given, and none left lying: a give at the end D can be taken from D + 2 on.
    void tokens()
    {
        for (uint32_t sem = 1; sem <= 15 && wrong.empty(); sem++) {
            std::vector<int64_t> given(j.desc[0].w[4 + sem / 8] >> 4 * (sem % 8) & 15, -1), taken;
            for (uint32_t u = 0; u < Units; u++)
                for (size_t k = 0; k < lives[u].size(); k++) {
                    const Desc &d = j.desc[index_of(u, k)];
                    if (lives[u][k].skip) continue;
                    for (uint32_t i = 0; i < 3; i++) {
                        if ((d.w[1] >> 4 * i & 15) == sem) given.push_back(lives[u][k].end + 2);
                        if (!i && walk_of(u, k) && get(d, "JOB", "WAIT_ONCE")) continue;
                        if ((d.w[0] >> (16 + 4 * i) & 15) == sem) taken.push_back(lives[u][k].grant);
                    }
                }
            std::sort(given.begin(), given.end()), std::sort(taken.begin(), taken.end());
            check(taken.size() <= given.size(), "tokens", taken.size(), given.size());
            for (size_t i = 0; i < taken.size() && wrong.empty(); i++) {
                check(taken[i] >= given[i], "token taken before it was given", static_cast<uint64_t>(taken[i]), static_cast<uint64_t>(given[i]));
                for (uint32_t u = 0; u < Units; u++)
                    for (Life &life : lives[u])   // when it could have started at the latest
                        if (life.grant == taken[i]) life.able = std::max(life.able, given[i]);
            }
        }
        const bool fast = j.latency < 4 && j.gap == 0 && j.outstanding > 2;
        bool once = false;
        for (const Desc &d : j.desc) once = once || get(d, "JOB", "ONCE");
        // One grant a cycle: the three units before it, or, as they skip or take a cycle each, their queues.
        const int64_t most = j.rush ? 200 : once && j.walks > 1 ? 3 * 9 : 3;
        for (uint32_t u = 0; u < Units && wrong.empty(); u++)
            for (size_t k = 0; k < lives[u].size() && wrong.empty(); k++) {
                const Life &life = lives[u][k];
                const int64_t able = std::max(life.able, life.first);
                check(life.grant - able <= most, "tokens there, not started", static_cast<uint64_t>(life.grant), static_cast<uint64_t>(able));
                // Fast memory, all units busy for long: it was in its queue when the one before ended.
                bool slow = fast && k;
                for (uint32_t v = 0; v < Units; v++) slow = slow && (!j.count[v] || j.unit_min[v] >= Fill);
                if (slow && (!once || j.walks == 1)) check(life.first == lives[u][k - 1].end + 1, "START two cycles after", static_cast<uint64_t>(life.first), static_cast<uint64_t>(lives[u][k - 1].end + 1));
            }
    }

    bool run()
    {
        auto &d = t.dut;
        const uint64_t cfg[7] = {uint64_t{j.out_stride} << 32 | j.watchdog, uint64_t{j.walks} << 32 | j.in_stride, j.scratch, j.out, j.in, j.model, j.job};
        for (int i = 0; i < 14; i++) d.cfg_i[i] = static_cast<uint32_t>(cfg[i / 2] >> 32 * (i % 2));
        want_cause = j.cause;
        d.start_i = 1;
        for (cycle = 0; cause == ~0u && wrong.empty(); cycle++) {
            check(cycle < 4000000 && cycle - moved < 5000, "no end", static_cast<uint64_t>(moved), 0);
            d.cycle_i = static_cast<uint32_t>(cycle);
            const uint32_t starts = d.unit_start_o;
            if (starts || bits(d.sts_o, 204, 1)) moved = cycle;
            if (starts & 1) started(0, d.load_cmd_o);
            if (starts & 2) started(1, d.conv_cmd_o);
            if (starts & 4) started(2, d.stem_cmd_o);
            if (starts & 8) started(3, d.store_cmd_o);
            record();
            if (bits(d.sts_o, 226, 1)) cause = static_cast<uint32_t>(bits(d.sts_o, 206, 20));
            else if (bits(d.sts_o, 227, 1)) cause = 0, ended = cycle;
            uint32_t done = 0, bad = 0, beats = 0;
            d.wr_beat_i = d.wr_err_i = d.rd_err_i = d.rd_err_client_i = 0;
            drive(0, d.load_sts_i, done, bad, beats), drive(1, d.conv_sts_i, done, bad, beats);
            drive(2, d.stem_sts_i, done, bad, beats), drive(3, d.store_sts_i, done, bad, beats);
            d.unit_done_i = static_cast<CData>(done), d.unit_bad_i = static_cast<CData>(bad), d.unit_beat_i = static_cast<CData>(beats);
            bus();
            if (done || bad || d.rd_beat_i) moved = cycle;
            if (d.rd_beat_i || bits(d.sts_o, 204, 1)) sign = cycle;
            if (j.alive && cycle >= sign + j.alive) sign = cycle, (t.rng.chance(50) ? d.wr_beat_i : d.rd_beat_i) = 1;
            t.tick();
            d.start_i = 0;
        }
        d.unit_done_i = d.unit_bad_i = d.unit_beat_i = 0;
        d.rdata_valid_i = d.rd_err_i = 0;
        // A fault that came too late to matter is none.
        if (j.fault == BUS && !j.bus_client && beat < j.bad_index) want_cause = 0;
        check(cause == want_cause, "CAUSE", cause, want_cause);
        // The watchdog counts from the last sign of life; two cycles later the registers know.
        if (j.fault == SILENCE) check(cycle - 1 - sign == j.watchdog + 2, "cycles without a sign of life", static_cast<uint64_t>(cycle - 1 - sign), j.watchdog + 2);
        if (!wrong.empty()) return false;
        if (cause == 0) {
            int64_t last = 0;
            for (uint32_t u = 0; u < Units; u++) {
                check(recorded[u] == j.count[u] * size_t{j.walks}, "records", recorded[u], j.count[u] * j.walks);
                for (const Life &life : lives[u]) last = std::max(last, life.end);
            }
            check(frames == (j.count[3] ? j.walks : 0), "walks completed", frames, j.walks);
            check(ended > last && ended <= last + 8, "the end", static_cast<uint64_t>(ended), static_cast<uint64_t>(last));
            if (j.fault != OVERFLOW) tokens();
        } else {
            for (int i = 0; i < 10 && j.fault == HEADER; i++, t.tick()) check(!d.rd_valid_o && !d.unit_start_o, "something after a refused header", d.rd_valid_o, d.unit_start_o);
            d.rst_ni = 0;
            for (int i = 0; i < 3; i++) t.tick();
            d.rst_ni = 1;
            t.tick();
        }
        return wrong.empty();
    }
};

// From the end of a descriptor to the start of the next: of the same unit, of another that waited for its token.
static int rates(T &t, uint32_t ask_gap)
{
    Job j = random_job(t, NONE);
    j.desc.resize(1);
    uint32_t at = 1;
    for (uint32_t u = 0; u < Units; u++) {
        j.first[u] = at, j.count[u] = u < 2 ? 40 : 0, at += j.count[u];
        j.unit_min[u] = j.unit_max[u] = 60;
        for (uint32_t i = 0; i < j.count[u]; i++) {
            Desc d;
            put(d, "JOB", "OP", u + 1), put(d, "JOB", "LAST", i == 39);
            put(d, "JOB", u ? "WAIT0" : "POST0", 1);
            j.desc.push_back(d);
        }
    }
    Desc &h = j.desc[0];
    h.w[4] = h.w[5] = 0;
    put(h, "HDR", "COUNT", 80), put(h, "HDR", "LOADS", 40), put(h, "HDR", "CONVS", 40), put(h, "HDR", "STEMS", 0), put(h, "HDR", "STORES", 0);
    j.walks = 2, j.latency = 200, j.gap = 0, j.outstanding = 8, j.watchdog = 0, j.ask_gap = ask_gap, j.shy = false;
    Bench b{t, j, 0};
    if (!b.run()) return 1;
    int64_t same = 0, other = 0;
    for (size_t k = 8; k < 80; k++) {
        same = std::max(same, b.lives[0][k].grant + 1 - b.lives[0][k - 1].end);
        other = std::max(other, b.lives[1][k].grant + 1 - b.lives[0][k].end);
    }
    printf("end to start: same unit %d cycles, other unit by a token %d cycles (memory latency 200)\n", static_cast<int>(same), static_cast<int>(other));
    return same == 2 && other >= 3 && other <= 3 + (ask_gap != 0) ? 0 : t.fail("end to start", 0, static_cast<uint64_t>(same), 2);
}

static int run(T &t)
{
    t.dut.start_i = 0, t.dut.unit_done_i = t.dut.unit_bad_i = t.dut.unit_beat_i = 0;
    t.dut.rd_ready_i = t.dut.rdata_valid_i = t.dut.rd_err_i = t.dut.wr_err_i = t.dut.rd_beat_i = t.dut.wr_beat_i = 0;
    t.dut.eval();
    for (uint64_t i = 0; i < 12; i++, t.tick())
        if (bits(t.dut.sts_o, 204, 2) || bits(t.dut.sts_o, 226, 2) || t.dut.unit_start_o || t.dut.rd_valid_o) return t.fail("out of reset", i, t.dut.unit_start_o, 0);
    if (rates(t, 0) || rates(t, 80)) return 1;
    for (uint64_t n = 0; n < t.cases; n++) {
        const uint64_t wrong = n - n / 4;   // three jobs of four
        const uint32_t kind = static_cast<uint32_t>(wrong % (Kinds + More)), turn = static_cast<uint32_t>(wrong / (Kinds + More));
        Job j = random_job(t, n % 4 ? fault_of(kind) : NONE);
        if (j.fault != NONE) spoil(t, j, kind, turn);
        Bench b{t, j, n};
        if (!b.run()) {
            fprintf(stderr, "fault %d, %u + %u + %u + %u descriptors, %u walks, latency %u\n", j.fault, j.count[0], j.count[1], j.count[2], j.count[3], j.walks, j.latency);
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv) { return tb_main<Vbonnet_seq>("bonnet_seq", argc, argv, run); }
