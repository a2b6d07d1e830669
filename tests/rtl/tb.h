// SPDX-License-Identifier: Apache-2.0
// tb - what every RTL bench shares: seed, clock, wave, verdict.
//   int main(int argc, char **argv) { return tb_main<Vbonnet_x>("bonnet_x", argc, argv, run); }
// run(t) drives t.dut until t.cases cases agree with golden and returns 0, or t.fail(...).
#pragma once
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <verilated.h>
#if VM_TRACE
#include <verilated_fst_c.h>
#else
struct VerilatedFstC;  // built without waves: make wave-rtl-<module>
#endif

// Built with -DVL_USER_STOP: a failed contract unwinds to main like any other failure.
struct AssertFailed {};
void vl_stop(const char *file, int line, const char *)
{
    fprintf(stderr, "ASSERT %s:%d\n", file, line);
    throw AssertFailed{};
}

// splitmix64: one seed, one stream, the same on every machine.
struct Rng {
    uint64_t s;
    uint64_t next()
    {
        uint64_t z = (s += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    uint32_t below(uint32_t n) { return static_cast<uint32_t>(next() % n); }
    bool chance(uint32_t pct) { return below(100) < pct; }
};

template <class Dut> struct Tb {
    VerilatedContext &ctx;
    Dut &dut;
    VerilatedFstC *fst;
    uint64_t cases;
    Rng rng;

    void half(int clk)
    {
        dut.clk_i = clk;
        dut.eval();
#if VM_TRACE
        if (fst) fst->dump(ctx.time());
#endif
        ctx.timeInc(1);
    }
    void tick() { half(1), half(0); }
    uint64_t cycle() const { return ctx.time() / 2; }

    int fail(const char *what, uint64_t n, uint64_t got, uint64_t want)
    {
        fprintf(stderr, "FAIL %s case=%" PRIu64 " got=%" PRIu64 " want=%" PRIu64 " cycle=%" PRIu64 "\n", what, n, got, want, cycle());
        return 1;
    }
};

template <class Dut> int tb_main(const char *name, int argc, char **argv, int (*run)(Tb<Dut> &))
{
    uint64_t seed = 1, cases = 300;
    const char *wave = nullptr;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], nullptr, 0);
        if (!strcmp(argv[i], "--cases")) cases = strtoull(argv[i + 1], nullptr, 0);
        if (!strcmp(argv[i], "--wave")) wave = argv[i + 1];
    }
    VerilatedContext ctx;  // seeded before the model exists: registers power up random
    ctx.randReset(2);
    ctx.randSeed(static_cast<int>(seed % 0x7fffffff) + 1);
    ctx.commandArgs(argc, argv);  // +mutant=n: tests/mutate.sh
    ctx.traceEverOn(wave != nullptr);
    Dut dut{&ctx};
    VerilatedFstC *fst = nullptr;
#if VM_TRACE
    std::unique_ptr<VerilatedFstC> owner;
    if (wave) {
        owner.reset(fst = new VerilatedFstC);
        dut.trace(fst, 99);
        fst->open(wave);
    }
#endif
    Tb<Dut> t{ctx, dut, fst, cases, Rng{seed}};
    int rc = 1;
    try {
        dut.rst_ni = 0;
        for (int i = 0; i < 4; i++) t.tick();
        dut.rst_ni = 1;
        rc = run(t);
    } catch (AssertFailed &) {
    }
#if VM_TRACE
    if (fst) fst->close();
#endif
    if (rc) fprintf(stderr, "FAIL %s; replay: make test-rtl-%s SEED=%" PRIu64 "\n", name, name, seed);
    else printf("PASS %s cases=%" PRIu64 " seed=%" PRIu64 " cycles=%" PRIu64 "\n", name, cases, seed, t.cycle());
    return rc;
}
