// SPDX-License-Identifier: Apache-2.0
// mover_tb - what the benches of load and store share: a command on its wires, bytes as the bus sees them, port B without a buffer.
#pragma once
#include "conv_ref.h"

#ifdef BONNET_GEOMETRY_ZCU102
enum { Arrays = 4 };
#else
enum { Arrays = 1 };
#endif
enum { BusBytes = BusBits / 8, MaskBits = 4 * BankMask };

template <class W> void wire_put(W &wide, int lsb, int n, uint64_t v)
{
    for (int i = 0; i < n; i++) {
        uint32_t bit = 1u << (lsb + i) % 32, &word = reinterpret_cast<uint32_t *>(&wide)[(lsb + i) / 32];
        word = (v >> i & 1) ? word | bit : word & ~bit;
    }
}
template <class W> uint64_t wire_get(const W &wide, int lsb, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++) v |= uint64_t(reinterpret_cast<const uint32_t *>(&wide)[(lsb + i) / 32] >> (lsb + i) % 32 & 1) << i;
    return v;
}
// cmd_t is {desc, addr, step, index, skip}.
template <class D> void put_cmd(D &d, const Desc &desc, uint64_t addr, uint32_t step)
{
    for (int i = 0; i < 20; i++) d.cmd_i[i] = 0;
    wire_put(d.cmd_i, 13, 32, step);
    wire_put(d.cmd_i, 45, 64, addr);
    for (int i = 0; i < 16; i++) wire_put(d.cmd_i, 109 + 32 * i, 32, desc.w[i]);
}
// fb_req_t is {we, word, mask, wdata}.
struct FbReq {
    bool we;
    uint32_t word;
    uint64_t mask, data[4];
};
template <class W> FbReq req_get(const W &req)
{
    FbReq f{};
    for (int i = 0; i < 4; i++) f.data[i] = wire_get(req, 64 * i, 64);
    f.mask = wire_get(req, 256, MaskBits), f.word = uint32_t(wire_get(req, 256 + MaskBits, FbWordW)), f.we = wire_get(req, 256 + MaskBits + FbWordW, 1);
    return f;
}
