// SPDX-License-Identifier: Apache-2.0
//
// shim.h - inside of the XRT stand-in: a driver library for Debian's own libxrt_coreutil whose board is the Verilated chip.
//
// XRT's interface library calls C functions named xcl* in a driver library, and wants C++ objects around them. Debian's libxrt_hwemu.a has
// those objects, over xcl* that it leaves to the linker. So build/board/xrt/lib/libxrt_core.so.2 is that archive and this folder: no XRT source and
// no private header. It stands where the driver of a board stands; everything above it is the library that a user has.
//
// What it does as zocl does: buffers have two views, and only xclSyncBO copies between them; a second exclusive context is refused; a managed run
// writes every word from 0x10 to the last argument, starts, and polls CTRL. What it does not: timing, caches, programming the PL.
//
// BONNET_BOARD says what the chip is (sim/board/board.h). BONNET_XRT_FAULT says what goes wrong here, separated by commas, N from 0:
//     open  load  context        refused                       alloc@N  map@N  sync@N  read@N  write@N  exec@N    the N-th call fails
//     nosync                     xclSyncBO says yes and copies nothing
#ifndef BONNET_XRT_SHIM_H
#define BONNET_XRT_SHIM_H
#include <xrt.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "board/board.h"

// Offsets of the registers, REG_ISR and so on.
#define REG(offset, name, access, reset, text) REG_##name = offset,
#define FIELD(reg, name, lsb, width, text)
enum : uint32_t {
#include "bonnet_csr.def"
};
#undef REG
#undef FIELD

// The C++ names that libxrt_coreutil and libxrt_hwemu.a know each other by; the classes are theirs.
namespace xrt_core {
class device {
public:
    void register_axlf(const struct axlf *);
};
std::shared_ptr<device> get_userpf_device(void *);
namespace hwemu {
std::shared_ptr<device> get_userpf_device(void *, unsigned int);
}
}  // namespace xrt_core

namespace shim {

struct Buffer {
    uint8_t *host;    // the program's view
    uint8_t *device;  // the chip's, in the board's DRAM; null for command packets, which the chip does not see
    uint64_t addr;    // of the chip's view
    size_t bytes;
    unsigned flags;
    bool owned;  // host is ours to free
};

// The one board, shared by all handles of the process; there while one of them is open.
struct Board {
    std::mutex lock;  // of everything below
    board *chip = nullptr;
    std::map<unsigned, Buffer> buffers;
    unsigned next_buffer = 1, handles = 0;
    bool taken = false;  // somebody has the kernel for himself
    unsigned sharers = 0;
    std::map<std::string, unsigned> calls;  // of each kind so far, for faults

    std::thread kds;
    std::condition_variable changed;
    std::deque<unsigned> commands;
    unsigned done = 0;
    bool stop = false;

    bool fails(const char *kind);          // is this call of the kind the one that BONNET_XRT_FAULT names?
    uint32_t read(uint32_t offset);        // a register; a look at ISR lets time pass, as the program's pause between two looks would
    void run_commands();                   // what the kds thread does
    uint64_t find_dram(size_t bytes);      // address of free DRAM, pages; 0: none
    void free_buffer(unsigned handle);
};

// What xclOpen returns.
struct Handle {
    Board *board;
    std::shared_ptr<xrt_core::device> core;
    bool exclusive = false, shared = false;
};

inline Board *board_of(xclDeviceHandle handle) { return static_cast<Handle *>(handle)->board; }

}  // namespace shim
#endif
