// SPDX-License-Identifier: Apache-2.0
//
// buffers.cpp - the XRT stand-in's buffers: two views, and xclSyncBO between them. See shim.h.
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "shim.h"

using shim::Board;
using shim::Buffer;
using shim::board_of;

namespace {
enum : size_t { Page = 4096 };

size_t up(size_t bytes) { return (bytes + Page - 1) / Page * Page; }

// Both views begin with noise, each with another: nothing may count on zeros, or on what the other side sees.
unsigned make(xclDeviceHandle handle, void *user, size_t bytes, unsigned flags)
{
    Board *b = board_of(handle);
    const std::lock_guard<std::mutex> hold(b->lock);
    Buffer made{static_cast<uint8_t *>(user), nullptr, 0, bytes, flags, !user};
    errno = ENOMEM;
    const bool packet = (flags & XCL_BO_FLAGS_EXECBUF) != 0;
    if (!bytes || bytes > BOARD_DRAM_BYTES || (!packet && b->fails("alloc"))) return XRT_NULL_BO;
    if (!packet) {
        made.addr = b->find_dram(up(bytes));
        if (!made.addr) return XRT_NULL_BO;
        made.device = board_dram(b->chip, made.addr, up(bytes));
        memset(made.device, 0xA5, up(bytes));
    }
    if (!user) {
        made.host = static_cast<uint8_t *>(aligned_alloc(Page, up(bytes)));
        if (!made.host) return XRT_NULL_BO;
        memset(made.host, packet ? 0 : 0x5A, up(bytes));
    }
    b->buffers[b->next_buffer] = made;
    return b->next_buffer++;
}

// The buffer, or null: a handle that is none.
Buffer *find(Board *b, xclBufferHandle handle)
{
    const auto at = b->buffers.find(handle);
    return at == b->buffers.end() ? nullptr : &at->second;
}
}  // namespace

// First fit: tries the start of DRAM and the end of every buffer.
uint64_t Board::find_dram(size_t bytes)
{
    std::map<uint64_t, uint64_t> taken;  // start to end
    for (const auto &b : buffers)
        if (b.second.device) taken[b.second.addr] = b.second.addr + up(b.second.bytes);
    uint64_t at = BOARD_DRAM_ADDR;
    for (const auto &t : taken) {
        if (t.first - at >= bytes) break;
        at = t.second;
    }
    return at + bytes <= BOARD_DRAM_ADDR + BOARD_DRAM_BYTES ? at : 0;
}

void Board::free_buffer(unsigned handle)
{
    Buffer *at = find(this, handle);
    if (!at) return;
    if (at->owned) free(at->host);
    buffers.erase(handle);
}

extern "C" {
xclBufferHandle xclAllocBO(xclDeviceHandle h, size_t bytes, int, unsigned flags) { return make(h, nullptr, bytes, flags); }

xclBufferHandle xclAllocUserPtrBO(xclDeviceHandle h, void *user, size_t bytes, unsigned flags) { return make(h, user, bytes, flags); }

void xclFreeBO(xclDeviceHandle h, xclBufferHandle handle)
{
    Board *b = board_of(h);
    const std::lock_guard<std::mutex> hold(b->lock);
    b->free_buffer(handle);
}

void *xclMapBO(xclDeviceHandle h, xclBufferHandle handle, bool)
{
    Board *b = board_of(h);
    const std::lock_guard<std::mutex> hold(b->lock);
    Buffer *at = find(b, handle);
    if (!at || (at->device && b->fails("map"))) {
        errno = EINVAL;
        return nullptr;
    }
    return at->host;
}

int xclUnmapBO(xclDeviceHandle, xclBufferHandle, void *) { return 0; }

int xclSyncBO(xclDeviceHandle h, xclBufferHandle handle, xclBOSyncDirection direction, size_t bytes, size_t offset)
{
    Board *b = board_of(h);
    const std::lock_guard<std::mutex> hold(b->lock);
    Buffer *at = find(b, handle);
    if (!at || offset > at->bytes || bytes > at->bytes - offset) return -EINVAL;
    if (b->fails("sync")) return -EIO;
    if (!at->device || b->fails("nosync")) return 0;
    if (direction == XCL_BO_SYNC_BO_TO_DEVICE) memcpy(at->device + offset, at->host + offset, bytes);
    else memcpy(at->host + offset, at->device + offset, bytes);
    return 0;
}

int xclGetBOProperties(xclDeviceHandle h, xclBufferHandle handle, xclBOProperties *out)
{
    Board *b = board_of(h);
    const std::lock_guard<std::mutex> hold(b->lock);
    const Buffer *at = find(b, handle);
    if (!at) return -EINVAL;
    memset(out, 0, sizeof *out);
    out->handle = handle;
    out->flags = at->flags;
    out->size = at->bytes;
    out->paddr = at->addr;
    return 0;
}

// Ways that no program of ours takes.
int xclCopyBO(xclDeviceHandle, xclBufferHandle, xclBufferHandle, size_t, size_t, size_t) { return -ENOSYS; }
size_t xclWriteBO(xclDeviceHandle, xclBufferHandle, const void *, size_t, size_t) { return static_cast<size_t>(-1); }
size_t xclReadBO(xclDeviceHandle, xclBufferHandle, void *, size_t, size_t) { return static_cast<size_t>(-1); }
xclBufferExportHandle xclExportBO(xclDeviceHandle, xclBufferHandle) { return XRT_NULL_BO_EXPORT; }
xclBufferHandle xclImportBO(xclDeviceHandle, xclBufferExportHandle, unsigned) { return XRT_NULL_BO; }
ssize_t xclUnmgdPread(xclDeviceHandle, unsigned, void *, size_t, uint64_t) { return -ENOSYS; }
ssize_t xclUnmgdPwrite(xclDeviceHandle, unsigned, const void *, size_t, uint64_t) { return -ENOSYS; }
}
