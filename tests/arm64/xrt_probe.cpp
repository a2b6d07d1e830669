// SPDX-License-Identifier: Apache-2.0
//
// xrt_probe - the two ways of XRT that the backend xrt: does not go, on the same chip: a run that XRT manages (ERT_START_CU, as any Vitis
// program starts a kernel), and a user-managed xrt::ip that waits for the interrupt. A job copies bytes from one buffer to another, so a
// lost argument, a lost sync or a lost interrupt shows.
//
//     xrt_probe FILE.xclbin [--seed N]      exit 0, or 1 and a line that says what differed
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <experimental/xrt_ip.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>
#include "copy_job.h"

enum { // driver/regs.h is C; this is all of it that is needed
#define REG(offset, name, access, reset, text) BONNET_REG_##name = offset,
#define FIELD(reg, name, lsb, width, text)
#include "bonnet_csr.def"
#undef REG
#undef FIELD
};

static constexpr uint32_t kBytes = 1024, kPage = 4096, kRounds = 3;
static constexpr uint8_t kGuard = 0xee;

struct Buffer {
    xrt::bo bo;
    uint8_t *host;
    explicit Buffer(const xrt::device &device) : bo(device, kPage, xrt::bo::flags::cacheable, 0), host(bo.map<uint8_t *>()) { std::memset(host, 0, kPage); }
    void to_device() { bo.sync(XCL_BO_SYNC_BO_TO_DEVICE); }
    void to_host() { bo.sync(XCL_BO_SYNC_BO_FROM_DEVICE); }
};

struct Buffers {
    Buffer job, model, input, output, scratch;
    explicit Buffers(const xrt::device &d) : job(d), model(d), input(d), output(d), scratch(d) {}
    void fill(uint64_t &state, int broken)
    {
        for (uint32_t i = 0; i < kBytes; i++) model.host[i] = (state = state * 6364136223846793005u + 1442695040888963407u) >> 56;
        std::memset(output.host, kGuard, kPage);
        copy_job(job.host, kBytes, broken);
        job.to_device(), model.to_device(), output.to_device();
    }
    bool copied() const { return !std::memcmp(model.host, output.host, kBytes) && output.host[kBytes] == kGuard; }
    bool untouched() const { return output.host[0] == kGuard && !std::memcmp(output.host, output.host + 1, kPage - 1); }
};

static void expect(bool holds, const char *what)
{
    if (!holds) throw std::runtime_error(what);
}

static void managed(const xrt::device &device, const xrt::uuid &uuid, uint64_t seed)
{
    xrt::kernel kernel(device, uuid, "bonnet");
    Buffers b(device);
    for (uint32_t round = 0; round < kRounds; round++) {
        const bool broken = round + 1 == kRounds; // last: what comes after it has to reset the chip
        b.fill(seed, broken);
        xrt::run run = kernel(b.job.bo, b.model.bo, b.input.bo, b.output.bo, b.scratch.bo, 1u, 0u, 0u, 100000u);
        expect(run.wait() == ERT_CMD_STATE_COMPLETED, "a managed run must complete");
        expect(b.untouched(), "without a sync the host must see nothing of the run");
        b.output.to_host();
        expect(broken ? b.untouched() : b.copied(), broken ? "a job with a bad descriptor must write nothing" : "a managed run must copy the bytes");
    }
    bool refused = false;
    try {
        xrt::ip second(device, uuid, "bonnet");
    } catch (const std::exception &) {
        refused = true;
    }
    expect(refused, "an exclusive context beside a shared one must be refused");
}

static void put64(xrt::ip &ip, uint32_t offset, uint64_t value)
{
    ip.write_register(offset, static_cast<uint32_t>(value));
    ip.write_register(offset + 4, static_cast<uint32_t>(value >> 32));
}

static void interrupts(const xrt::device &device, const xrt::uuid &uuid, uint64_t seed)
{
    xrt::ip ip(device, uuid, "bonnet");
    Buffers b(device);
    xrt::ip::interrupt irq = ip.create_interrupt_notify();
    expect(ip.read_register(BONNET_REG_ID) == 0x424E4E31u, "ID through xrt::ip");
    ip.write_register(BONNET_REG_RESET, 1);
    for (int i = 0; i < 1000 && !(ip.read_register(BONNET_REG_CTRL) & 4); i++) {}
    if (const uint32_t old = ip.read_register(BONNET_REG_ISR)) ip.write_register(BONNET_REG_ISR, old);
    ip.write_register(BONNET_REG_GIE, 1);
    ip.write_register(BONNET_REG_IER, 1);
    for (uint32_t round = 0; round < kRounds; round++) {
        const bool broken = round + 1 == kRounds; // last: what comes after it has to reset the chip
        b.fill(seed, broken);
        put64(ip, BONNET_REG_JOB_LO, b.job.bo.address());
        put64(ip, BONNET_REG_MODEL_LO, b.model.bo.address());
        put64(ip, BONNET_REG_OUTPUT_LO, b.output.bo.address());
        ip.write_register(BONNET_REG_FRAMES, 1);
        ip.write_register(BONNET_REG_WATCHDOG, 100000);
        ip.write_register(BONNET_REG_CTRL, 1);
        irq.wait();
        expect(ip.read_register(BONNET_REG_ISR) == 1, "the interrupt must come from DONE");
        ip.write_register(BONNET_REG_ISR, 1);
        expect(ip.read_register(BONNET_REG_ISR) == 0, "ISR must clear");
        expect((ip.read_register(BONNET_REG_CTRL) & 6) == 6, "DONE and IDLE after the interrupt");
        expect((ip.read_register(BONNET_REG_CAUSE) & 15) == (broken ? 1u : 0u), "CAUSE");
        b.output.to_host();
        expect(broken ? b.untouched() : b.copied(), "the bytes after the interrupt");
        irq.enable();
    }
    ip.write_register(BONNET_REG_GIE, 0);
}

int main(int argc, char **argv)
{
    uint64_t seed = 1;
    if (argc == 4 && !std::strcmp(argv[2], "--seed")) seed = std::strtoull(argv[3], nullptr, 0);
    else if (argc != 2) return std::fprintf(stderr, "usage: xrt_probe FILE.xclbin [--seed N]\n"), 2;
    try {
        xrt::device device(0);
        const xrt::uuid uuid = device.load_xclbin(std::string(argv[1]));
        managed(device, uuid, seed);
        interrupts(device, uuid, seed);
    } catch (const std::exception &e) {
        std::fprintf(stderr, "xrt_probe: %s\nreplay: --seed %llu\n", e.what(), static_cast<unsigned long long>(seed));
        return 1;
    }
    std::printf("xrt_probe: %u managed runs and %u waits for an interrupt, %u bytes each; seed %llu\n", kRounds, kRounds, kBytes,
                static_cast<unsigned long long>(seed));
}
