// SPDX-License-Identifier: Apache-2.0
// The C face of the simulation: exceptions end here.
#include "bonnet_sim.h"
#include <cstdio>
#include <ctime>
#include <new>
#include "chip.h"

using namespace bonnet_sim_impl;

// Verilator calls these from inside eval(); the unwinding ends in guarded().
[[noreturn]] static void fail_at(const char *what, const char *file, int line)
{
    throw Failure(std::string(what) + " " + (file ? file : "?") + ":" + std::to_string(line));
}
void vl_stop(const char *file, int line, const char *) { fail_at("RTL contract broken:", file, line); }
void vl_finish(const char *file, int line, const char *) { fail_at("$finish in the RTL:", file, line); }
void vl_fatal(const char *file, int line, const char *, const char *) { fail_at("simulation error:", file, line); }

struct bonnet_sim {
    std::unique_ptr<ChipBase> chip;
    std::string error;
    double seconds = 0;
    uint32_t clock_hz = 0;
    bool failed = false;
};

static double cpu_seconds()
{
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Runs `body`, which may throw; a failure sticks to the instance.
template <class Body> static bonnet_sim_status guarded(bonnet_sim *sim, Body body)
{
    if (sim->failed) return BONNET_SIM_EFAILED;
    const double start = cpu_seconds();
    bonnet_sim_status status = BONNET_SIM_EFAILED;
    try {
        status = body();
    } catch (const std::bad_alloc &) {
        status = BONNET_SIM_ENOMEM;
    } catch (const std::exception &failure) {
        sim->failed = true;
        try {
            sim->error = failure.what();
        } catch (...) {
        }
    }
    sim->seconds += cpu_seconds() - start;
    return status;
}

bonnet_sim_status bonnet_sim_new(bonnet_sim **out, const bonnet_sim_config *config, char *text)
{
    const char *wrong = nullptr;
    if (!out || !config) return BONNET_SIM_EINVAL;
    if (config->geometry < BONNET_SIM_ASIC || config->geometry > BONNET_SIM_SMALL) wrong = "geometry: asic, zcu102, small or tiny";
    else if (config->latency_cycles > 100000) wrong = "latency: 0..100000 cycles";
    else if (config->bandwidth_percent < 1 || config->bandwidth_percent > 100) wrong = "bandwidth: 1..100 percent";
    else if (config->clock_mhz > 4000) wrong = "clock-mhz: 1..4000, or 0 for the nominal clock";
    else if (config->stall_percent > 90) wrong = "stall: 0..90 percent";
#ifndef BONNET_SIM_WAVE
    else if (config->wave) wrong = "wave: this build has no waves; make WAVE=1 O=build-wave";
#endif
    if (wrong) {
        if (text) snprintf(text, BONNET_SIM_TEXT, "%s", wrong);
        return BONNET_SIM_EINVAL;
    }
    bonnet_sim *sim = new (std::nothrow) bonnet_sim;
    bonnet_sim_status status = BONNET_SIM_ENOMEM;
    if (sim) {
        static const uint32_t nominal_mhz[] = {1000, 50, 250, 50};  // in the order of BONNET_SIM_ASIC, ..
        static std::unique_ptr<ChipBase> (*const make[])(const bonnet_sim_config &) = {make_asic, make_tiny, make_zcu102, make_small};
        sim->clock_hz = 1000000u * (config->clock_mhz ? config->clock_mhz : nominal_mhz[config->geometry]);
        status = guarded(sim, [&] {
            sim->chip = make[config->geometry](*config);
            return BONNET_SIM_OK;
        });
    }
    if (status == BONNET_SIM_OK) {
        *out = sim;
        return status;
    }
    if (text) snprintf(text, BONNET_SIM_TEXT, "%s", sim && sim->failed ? sim->error.c_str() : "out of memory");
    delete sim;
    return status;
}

void bonnet_sim_free(bonnet_sim *sim) { delete sim; }
uint32_t bonnet_sim_clock_hz(const bonnet_sim *sim) { return sim->clock_hz; }

bonnet_sim_status bonnet_sim_read(bonnet_sim *sim, uint32_t offset_bytes, uint32_t *value)
{
    return guarded(sim, [&] { return sim->chip->reg_read(offset_bytes, value) ? BONNET_SIM_OK : BONNET_SIM_EBUS; });
}

bonnet_sim_status bonnet_sim_write(bonnet_sim *sim, uint32_t offset_bytes, uint32_t value)
{
    enum { RESET_OFFSET = 0x6C };
    return guarded(sim, [&] {
        const bool ok = sim->chip->reg_write(offset_bytes, value);
        if (offset_bytes == RESET_OFFSET) sim->chip->memory().unhang();  // the interconnect gives up as well
        return ok ? BONNET_SIM_OK : BONNET_SIM_EBUS;
    });
}

bonnet_sim_status bonnet_sim_alloc(bonnet_sim *sim, size_t bytes, uint64_t *addr, void **host)
{
    return guarded(sim, [&] {
        void *memory = sim->chip->memory().alloc(bytes, addr);
        if (!memory) return BONNET_SIM_ENOMEM;
        *host = memory;
        return BONNET_SIM_OK;
    });
}

bonnet_sim_status bonnet_sim_map(bonnet_sim *sim, uint64_t addr, size_t bytes, void **host)
{
    return guarded(sim, [&] {
        void *memory = sim->chip->memory().map(addr, bytes);
        if (!memory) return BONNET_SIM_ENOMEM;
        *host = memory;
        return BONNET_SIM_OK;
    });
}

void bonnet_sim_release(bonnet_sim *sim, uint64_t addr) { sim->chip->memory().release(addr); }

bonnet_sim_status bonnet_sim_run(bonnet_sim *sim, uint64_t max_cycles)
{
    return guarded(sim, [&] { return sim->chip->run(max_cycles) ? BONNET_SIM_OK : BONNET_SIM_BOUND; });
}

void bonnet_sim_time(const bonnet_sim *sim, uint64_t *cycles, double *seconds)
{
    if (cycles) *cycles = sim->chip->cycles();
    if (seconds) *seconds = sim->seconds;
}

const char *bonnet_sim_error(const bonnet_sim *sim) { return sim->error.c_str(); }
