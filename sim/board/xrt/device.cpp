// SPDX-License-Identifier: Apache-2.0
//
// device.cpp - the XRT stand-in's device: open, xclbin, contexts, registers, and the C++ names that XRT's objects expect. See shim.h.
#include <xclbin.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "shim.h"

using shim::Board;
using shim::Handle;
using shim::board_of;

namespace {
enum : uint64_t { LookCycles = 20000 };  // a pause between two looks at ISR is up to a millisecond; on a chip that is 250000 cycles

std::mutex the_lock;
Board *the_board;  // null: no handle is open
}  // namespace

bool Board::fails(const char *kind)
{
    const char *list = getenv("BONNET_XRT_FAULT");
    const unsigned n = calls[kind]++;
    const size_t chars = strlen(kind);
    while (list && *list) {
        const size_t length = strcspn(list, ",");
        if (length >= chars && !strncmp(list, kind, chars)) {
            if (length == chars) return true;
            if (list[chars] == '@' && strtoul(list + chars + 1, nullptr, 10) == n) return true;
        }
        list += length + (list[length] == ',');
    }
    return false;
}

uint32_t Board::read(uint32_t offset)
{
    const uint32_t value = board_read(chip, offset);
    if (offset == REG_ISR && !value) board_run(chip, LookCycles);
    return value;
}

// ---- what XRT's C++ objects call ----
namespace xrt_core::query {
enum class key_type;
}
namespace xclhwemhal2 {
class HwEmShim {
public:
    static HwEmShim *handleCheck(void *);
    unsigned deviceQuery(xrt_core::query::key_type);
};
HwEmShim *HwEmShim::handleCheck(void *) { return nullptr; }
unsigned HwEmShim::deviceQuery(xrt_core::query::key_type) { return 0; }
}  // namespace xclhwemhal2

int xclUpdateSchedulerStat(xclDeviceHandle) { return 0; }
int xclInternalResetDevice(xclDeviceHandle, xclResetKind) { return 0; }
int xclCmaEnable(xclDeviceHandle, bool, uint64_t) { return -ENOSYS; }
int xclCloseExportHandle(xclBufferExportHandle) { return 0; }

extern "C" {
unsigned xclVersion() { return 2; }
unsigned xclProbe() { return 1; }

xclDeviceHandle xclOpen(unsigned index, const char *, xclVerbosityLevel)
{
    const std::lock_guard<std::mutex> hold(the_lock);
    char text[BOARD_TEXT];
    if (index) {
        errno = ENODEV;
        return nullptr;
    }
    if (!the_board) {
        auto *b = new Board;
        if (b->fails("open") || board_new(&b->chip, nullptr, text)) {
            if (!b->chip && !getenv("BONNET_XRT_FAULT")) fprintf(stderr, "XRT stand-in: %s\n", text);
            delete b;
            errno = ENODEV;
            return nullptr;
        }
        the_board = b;
    }
    the_board->handles++;
    auto *h = new Handle{the_board, nullptr};
    h->core = xrt_core::hwemu::get_userpf_device(h, index);
    return h;
}

void xclClose(xclDeviceHandle handle)
{
    const std::lock_guard<std::mutex> hold(the_lock);
    auto *h = static_cast<Handle *>(handle);
    Board *b = h->board;
    if (h->exclusive) b->taken = false;
    if (h->shared) b->sharers--;
    const bool last = !--b->handles, left = last && !b->buffers.empty();
    if (!left) delete h;
    else h->core.reset();
    if (!last) return;
    if (b->kds.joinable()) {
        {
            const std::lock_guard<std::mutex> inside(b->lock);
            b->stop = true;
        }
        b->changed.notify_all();
        b->kds.join();
    }
    the_board = nullptr;
    if (*board_failed(b->chip)) fprintf(stderr, "XRT stand-in: %s\n", board_failed(b->chip));
    if (left) {  // XRT will give them back at exit, to a handle that must still be one
        fprintf(stderr, "XRT stand-in: %zu buffers were not freed\n", b->buffers.size());
        return;
    }
    board_free(b->chip);
    delete b;
}

int xclLoadXclBin(xclDeviceHandle handle, const axlf *file)
{
    if (memcmp(file->m_magic, "xclbin2", 8) || board_of(handle)->fails("load")) return -EINVAL;
    xrt_core::get_userpf_device(handle)->register_axlf(file);
    return 0;
}

int xclGetDeviceInfo2(xclDeviceHandle, xclDeviceInfo2 *info)
{
    memset(info, 0, sizeof *info);
    snprintf(info->mName, sizeof info->mName, "bonnet_verilated");
    info->mDataAlignment = 4096;
    return 0;
}

// A kernel has contexts of its number, and the managed ones one more of -1, which is nobody's.
int xclOpenContext(xclDeviceHandle handle, const xuid_t, unsigned ip, bool shared)
{
    auto *h = static_cast<Handle *>(handle);
    const std::lock_guard<std::mutex> hold(h->board->lock);
    if (ip == UINT32_MAX) return 0;
    if (ip) return -EINVAL;
    if (h->board->fails("context") || h->board->taken || (!shared && h->board->sharers)) return -EBUSY;
    if (shared) h->shared = true, h->board->sharers++;
    else h->exclusive = h->board->taken = true;
    return 0;
}

int xclCloseContext(xclDeviceHandle handle, const xuid_t, unsigned ip)
{
    auto *h = static_cast<Handle *>(handle);
    const std::lock_guard<std::mutex> hold(h->board->lock);
    if (ip == UINT32_MAX) return 0;
    if (h->exclusive) h->exclusive = h->board->taken = false;
    if (h->shared) h->shared = false, h->board->sharers--;
    return 0;
}

int xclRegRead(xclDeviceHandle handle, uint32_t ip, uint32_t offset, uint32_t *value)
{
    Board *b = board_of(handle);
    const std::lock_guard<std::mutex> hold(b->lock);
    if (ip || offset % 4 || offset >= BOARD_REGS_BYTES) return -EINVAL;
    if (b->fails("read")) return -EIO;
    *value = b->read(offset);
    return 0;
}

int xclRegWrite(xclDeviceHandle handle, uint32_t ip, uint32_t offset, uint32_t value)
{
    Board *b = board_of(handle);
    const std::lock_guard<std::mutex> hold(b->lock);
    if (ip || offset % 4 || offset >= BOARD_REGS_BYTES) return -EINVAL;
    if (b->fails("write")) return -EIO;
    board_write(b->chip, offset, value);
    return 0;
}

int xclIPName2Index(xclDeviceHandle, const char *) { return 0; }
int xclReClock2(xclDeviceHandle, unsigned short, const unsigned short *) { return 0; }
int xclP2pEnable(xclDeviceHandle, bool, bool) { return -ENOSYS; }
// Nothing of Bonnet goes around the kernel's registers.
size_t xclWrite(xclDeviceHandle, xclAddressSpace, uint64_t, const void *, size_t) { return 0; }
size_t xclRead(xclDeviceHandle, xclAddressSpace, uint64_t, void *, size_t) { return 0; }
}
