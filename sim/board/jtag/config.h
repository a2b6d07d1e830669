// SPDX-License-Identifier: Apache-2.0
//
// config.h - the configuration logic of the stand-in: what CFG_IN, JPROGRAM and JSTART do to a PL, as far as a loader can tell.
//
// Bits of CFG_IN, most significant of a word first: nothing counts before the sync word; then the packets of UG570: type 1 writes, with a type 2
// behind where there is much data. IDCODE must be the part's, or DONE never rises. A PL whose USR_ACCESS was written with "BNN1" has our port.
#ifndef BONNET_CHAIN_CONFIG_H
#define BONNET_CHAIN_CONFIG_H
#include <cstdint>

namespace bonnet_chain_impl {
class Config {
public:
    static constexpr uint32_t Sync = 0xAA995566, Access = 0x424E4E31;
    bool done = false, port = false;

    Config(bool loaded, bool ours, uint32_t idcode) : done(loaded), port(loaded && ours), part_(idcode & Part) {}
    // A TCK, with the instruction as it is before the rising edge.
    void clock(bool jprogram, bool cfg_in, bool jstart, bool tdi)
    {
        if (jprogram) *this = Config(false, false, part_);
        if (cfg_in) bit(tdi);
        if (jstart && whole_ && !wrong_) done = true, port = ours_;
    }

private:
    static constexpr uint32_t Part = 0x0fffffff;
    enum { Cmd = 4, Idcode = 12, UsrAccess = 13, Desync = 13 };
    uint32_t part_, word_ = 0, bits_ = 0, left_ = 0, reg_ = 0;
    bool synced_ = false, whole_ = false, wrong_ = false, ours_ = false;

    void bit(bool tdi)
    {
        word_ = word_ << 1 | uint32_t(tdi);
        if (!synced_) {
            synced_ = word_ == Sync;
            bits_ = 0;
        } else if (++bits_ == 32) {
            bits_ = 0;
            if (left_) data();
            else packet();
        }
    }
    void packet()
    {
        const uint32_t type = word_ >> 29, op = word_ >> 27 & 3;
        if (type == 1) reg_ = word_ >> 13 & 31;
        left_ = op != 2 ? 0 : type == 1 ? word_ & 0x7ff : type == 2 ? word_ & 0x7ffffff : 0;
    }
    void data()
    {
        left_--;
        if (reg_ == Idcode) wrong_ = (word_ & Part) != part_;
        if (reg_ == UsrAccess) ours_ = word_ == Access;
        if (reg_ == Cmd && word_ == Desync) whole_ = true, synced_ = false;
    }
};
}  // namespace bonnet_chain_impl
#endif
