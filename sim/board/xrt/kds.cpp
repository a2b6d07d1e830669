// SPDX-License-Identifier: Apache-2.0
//
// kds.cpp - managed runs in the XRT stand-in: what zocl's scheduler does with an ERT_START_CU packet for an ap_ctrl_hs kernel. See shim.h.
//
// The packet carries an image of the registers; words 0x00..0x0C of it are not used. All others are written in order, holes between
// arguments too, then START; then CTRL is read until it says DONE, which goes away by that.
#include <ert.h>

#include <cerrno>
#include <chrono>

#include "shim.h"

using shim::Board;
using shim::board_of;

namespace {
enum : uint64_t { PollCycles = 4096, MaxPolls = 250000 };  // a run that takes longer than a thousand million cycles has failed
enum : uint32_t { FirstWord = 4, Done = 2 };
}  // namespace

void Board::run_commands()
{
    for (;;) {
        std::unique_lock<std::mutex> hold(lock);
        changed.wait(hold, [this] { return stop || !commands.empty(); });
        if (stop) return;
        const auto at = buffers.find(commands.front());
        commands.pop_front();
        if (at == buffers.end()) continue;
        auto *packet = reinterpret_cast<ert_start_kernel_cmd *>(at->second.host);
        ert_cmd_state end = ERT_CMD_STATE_ERROR;
        if (packet->opcode == ERT_START_CU && !fails("exec")) {
            const uint32_t *words = packet->data + packet->extra_cu_masks, n = packet->count - 1 - packet->extra_cu_masks;
            packet->state = ERT_CMD_STATE_RUNNING;
            for (uint32_t i = FirstWord; i < n; i++) board_write(chip, 4 * i, words[i]);
            board_write(chip, REG_CTRL, 1);
            end = ERT_CMD_STATE_TIMEOUT;
            for (uint64_t polls = 0; polls < MaxPolls && !stop && end == ERT_CMD_STATE_TIMEOUT; polls++) {
                if (board_read(chip, REG_CTRL) & Done) {
                    end = ERT_CMD_STATE_COMPLETED;
                    break;
                }
                board_run(chip, PollCycles);
                hold.unlock();  // others may want a buffer meanwhile
                hold.lock();
            }
        }
        packet->state = end;
        done++;
        changed.notify_all();
    }
}

extern "C" {
int xclExecBuf(xclDeviceHandle handle, xclBufferHandle command)
{
    Board *b = board_of(handle);
    {
        const std::lock_guard<std::mutex> hold(b->lock);
        if (!b->buffers.count(command)) return -EINVAL;
        if (!b->kds.joinable()) b->kds = std::thread([b] { b->run_commands(); });
        b->commands.push_back(command);
    }
    b->changed.notify_all();
    return 0;
}

int xclExecWait(xclDeviceHandle handle, int ms)
{
    Board *b = board_of(handle);
    std::unique_lock<std::mutex> hold(b->lock);
    if (!b->changed.wait_for(hold, std::chrono::milliseconds(ms), [b] { return b->done > 0; })) return 0;
    b->done--;
    return 1;
}
}
