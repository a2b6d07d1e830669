/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regs.h - the register map in C: offsets, fields and reset values of rtl/csr/bonnet_csr.def.
 *
 *     BONNET_REG_CTRL                                   byte offset
 *     bonnet_reg_get(value, BONNET_RF_CTRL_DONE)        one field of a register's value
 */
#ifndef BONNET_REGS_H
#define BONNET_REGS_H
#include <stdint.h>

/* Access types as in the def file: read only, read/write, write only, clear on read, toggle on write 1. */
typedef enum bonnet_access { BONNET_RO, BONNET_RW, BONNET_WO, BONNET_COR, BONNET_TOW } bonnet_access;

#define REG(offset, name, access, reset, text) BONNET_REG_##name = offset,
#define FIELD(reg, name, lsb, width, text)
enum {
#include "bonnet_csr.def"
    BONNET_REG_COUNTERS = 0x8000, /* + 32 * descriptor index: eight words, below */
    BONNET_REG_END = 0x10000
};
#undef REG
#undef FIELD

/* A field is lsb << 8 | width. */
#define REG(offset, name, access, reset, text)
#define FIELD(reg, name, lsb, width, text) BONNET_RF_##reg##_##name = (lsb) << 8 | (width),
enum {
#include "bonnet_csr.def"
    BONNET_RF_NONE = 0
};
#undef REG
#undef FIELD

#define REG(offset, name, access, reset, text) _Static_assert((offset) % 4 == 0 && (offset) < BONNET_REG_COUNTERS, "register offset: " #name);
#define FIELD(reg, name, lsb, width, text)     _Static_assert((width) >= 1 && (lsb) + (width) <= 32, "field outside its register: " #reg "." #name);
#include "bonnet_csr.def"
#undef REG
#undef FIELD

enum {
    BONNET_CHIP_ID = 0x424E4E31, /* ASCII BNN1 */
    BONNET_ABI_MAJOR = 2,
    BONNET_ABI_MINOR = 2, /* at least: PAD of a CONV */
    BONNET_CAUSE_DONE = 0,
    BONNET_CAUSE_DESCRIPTOR = 1,
    BONNET_CAUSE_BUS = 2,
    BONNET_CAUSE_WATCHDOG = 3,
    BONNET_CAUSE_RESET = 4,
    BONNET_UNIT_SEQ = 0,
    BONNET_UNIT_LOAD = 1,
    BONNET_UNIT_CONV = 2,
    BONNET_UNIT_STEM = 3,
    BONNET_UNIT_STORE = 4,
    BONNET_COUNTER_START = 0,
    BONNET_COUNTER_END = 4,
    BONNET_COUNTER_BUSY = 8,
    BONNET_COUNTER_STALL_IN = 12,
    BONNET_COUNTER_STALL_OUT = 16,
    BONNET_COUNTER_BYTES = 20,
    BONNET_COUNTER_SIZE = 32
};

/* What the library asks for is what the chip of this tree says. */
#define REG(offset, name, access, reset, text) \
    _Static_assert((offset) != BONNET_REG_ABI || (reset) == ((uint32_t)BONNET_ABI_MAJOR << 16 | BONNET_ABI_MINOR), "register version: " #name);
#define FIELD(reg, name, lsb, width, text)
#include "bonnet_csr.def"
#undef REG
#undef FIELD

static inline uint32_t bonnet_reg_get(uint32_t value, int field)
{
    unsigned width = (unsigned)field & 0xFFu;
    uint32_t mask = width >= 32 ? 0xFFFFFFFFu : (1u << width) - 1u;
    return value >> ((field >> 8) & 31) & mask;
}

static inline uint32_t bonnet_reg_put(int field, uint32_t value) { return value << ((field >> 8) & 31); }
#endif
