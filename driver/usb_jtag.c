/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usb_jtag.c - the ZCU102's chain: TDI -> PS/PL TAP (instructions of 12 bits) -> ARM DAP (4 bits), or a dummy of 1 bit while the DAP is off -> TDO.
 *
 * What is shifted first ends up nearest TDO. After Test-Logic-Reset every TAP with an IDCODE has it in its data register, least significant
 * bit, always 1, first; one without has a single 0. That is read before anything else, and shifts only ones into registers that take nothing.
 */
#include <stdio.h>
#include <string.h>
#include "usb.h"

enum {
    PL_IDCODE = 0x04738093, /* XCZU9EG; the upper four bits are the revision */
    DAP_IDCODE = 0x0ba00477,
    IDCODE_MASK = 0x0fffffff,
    CHAIN_BYTES = 16, /* of a look at the chain: three IDCODEs and what shows the end */
    CHAIN_MOST = 4,
    JTAG_CTRL = 0x824,
    JTAG_CTRL_ALL = 3, /* DAP and PL in the chain */
    USER1 = 0x902,
    DAP_BYPASS = 0xf,
    PL_BITS = 12,
    DAP_BITS = 4
};

/* TMS from Run-Test/Idle, first bit first. */
enum { TO_SHIFT_DR = 0x1, TO_SHIFT_DR_N = 3, TO_SHIFT_IR = 0x3, TO_SHIFT_IR_N = 4, TO_IDLE = 0x3, TO_IDLE_N = 3 };

void bonnet_tap_scan(bonnet_ftdi *f) { bonnet_ftdi_tms(f, TO_SHIFT_DR, TO_SHIFT_DR_N); }
void bonnet_tap_done(bonnet_ftdi *f) { bonnet_ftdi_tms(f, TO_IDLE, TO_IDLE_N); }
void bonnet_tap_done_read(bonnet_ftdi *f) { bonnet_ftdi_tms_read(f, TO_IDLE, TO_IDLE_N); }
_Static_assert(BONNET_TAP_LAST == 8 - TO_IDLE_N, "the TCK that leaves Shift-DR is the first of the way out");

static void reset(bonnet_ftdi *f)
{
    bonnet_ftdi_tms(f, 0x3f, 6); /* five are enough from anywhere */
    bonnet_ftdi_tms(f, 0, 1);
}

/* `count` bits of a register, 2..40, exactly; what came out before them into in[(count + 6) / 8]. */
static bonnet_status exact(bonnet_ftdi *f, uint64_t value, uint32_t count, uint8_t *in, bonnet_error *err)
{
    uint32_t at = 0;
    for (uint32_t n; at < count - 1; at += n) {
        n = count - 1 - at < 8 ? count - 1 - at : 8;
        bonnet_ftdi_bits(f, (uint8_t)(value >> at), n);
    }
    bonnet_ftdi_tms(f, (uint32_t)(value >> at & 1) << 7 | TO_IDLE, TO_IDLE_N); /* the last bit goes with the way out */
    return bonnet_ftdi_flush(f, in, err);
}

static bonnet_status instruction(bonnet_ftdi *f, uint64_t value, uint32_t count, uint8_t *in, bonnet_error *err)
{
    bonnet_ftdi_tms(f, TO_SHIFT_IR, TO_SHIFT_IR_N);
    return exact(f, value, count, in, err);
}

typedef struct chain {
    uint32_t id[CHAIN_MOST]; /* from TDO on; 0: one bit, no IDCODE */
    uint32_t n;
    int stuck; /* TDO never moved: its level is id[0] */
} chain;

static uint32_t word_at(const uint8_t *bytes, uint32_t bit)
{
    uint64_t v = 0;
    for (uint32_t i = 0; i < 5 && bit / 8 + i < CHAIN_BYTES; i++) v |= (uint64_t)bytes[bit / 8 + i] << 8 * i;
    return (uint32_t)(v >> bit % 8);
}

/* Resets the TAPs and reads who is there. */
static bonnet_status look(bonnet_ftdi *f, chain *c, bonnet_error *err)
{
    uint8_t ones[CHAIN_BYTES], in[CHAIN_BYTES];
    memset(ones, 0xff, sizeof ones);
    memset(c, 0, sizeof *c);
    reset(f);
    bonnet_tap_scan(f);
    bonnet_ftdi_exchange(f, ones, sizeof ones);
    bonnet_tap_done(f);
    bonnet_status st = bonnet_ftdi_flush(f, in, err);
    if (st != BONNET_OK) return st;
    c->stuck = 1;
    for (uint32_t i = 1; i < sizeof in; i++) c->stuck &= in[i] == in[0];
    c->stuck &= in[0] == 0 || in[0] == 0xff;
    c->id[0] = in[0];
    for (uint32_t bit = 0; !c->stuck && c->n < CHAIN_MOST && bit + 32 < 8 * CHAIN_BYTES; c->n++) {
        const uint32_t id = word_at(in, bit);
        if (id == UINT32_MAX) break; /* our own ones: the end */
        c->id[c->n] = id & 1 ? id : 0;
        bit += id & 1 ? 32 : 1;
    }
    return st;
}

static int is_pl(uint32_t id) { return (id & IDCODE_MASK) == PL_IDCODE; }
static int is_dap(uint32_t id) { return (id & IDCODE_MASK) == DAP_IDCODE; }

static bonnet_status foreign(const bonnet_ftdi *f, const chain *c, bonnet_error *err)
{
    char text[16 * CHAIN_MOST] = "";
    if (c->stuck)
        return bonnet_fail(err, BONNET_ENODEV, "usb: %s: no JTAG chain answers (TDO stays %d); is the board switched on?", f->serial, c->id[0] != 0);
    for (uint32_t i = 0; i < c->n; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, c->id[i] ? " 0x%08x" : " (no IDCODE)", c->id[i]);
    }
    return bonnet_fail(
        err, BONNET_ENODEV,
        "usb: %s: not a ZCU102: IDCODEs%s, not 0x04738093 (XCZU9EG) behind an ARM DAP; nothing was written; choose the cable by usb:SERIAL",
        f->serial, text);
}

bonnet_status bonnet_tap_attach(bonnet_ftdi *f, bonnet_error *err)
{
    uint8_t in[8];
    chain c;
    bonnet_status st = look(f, &c, err);
    if (st != BONNET_OK) return st;
    if (c.n != 2 || !is_pl(c.id[1]) || !(c.id[0] == 0 || is_dap(c.id[0]))) return foreign(f, &c, err);
    if (c.id[0]) return BONNET_OK;
    /* The DAP is off; its dummy takes the first bit of everything. */
    st = instruction(f, JTAG_CTRL << 1 | 1, PL_BITS + 1, in, err);
    if (st != BONNET_OK) return st;
    bonnet_ftdi_tms(f, TO_SHIFT_DR, TO_SHIFT_DR_N);
    st = exact(f, JTAG_CTRL_ALL << 1, 32 + 1, in, err);
    if (st != BONNET_OK) return st;
    for (int i = 0; i < 16; i++) bonnet_ftdi_tms(f, 0, 7); /* the PS takes a moment; a hundred TCKs, as OpenOCD gives it */
    st = look(f, &c, err);
    if (st != BONNET_OK) return st;
    if (c.n == 2 && is_pl(c.id[1]) && is_dap(c.id[0])) return BONNET_OK;
    return bonnet_fail(err, BONNET_ENODEV, "usb: %s: the ARM DAP does not come into the chain (JTAG_CTRL); switch the board off and on", f->serial);
}

bonnet_status bonnet_tap_user1(bonnet_ftdi *f, bonnet_error *err)
{
    uint8_t in[(PL_BITS + DAP_BITS + 6) / 8];
    bonnet_status st = instruction(f, USER1 << DAP_BITS | DAP_BYPASS, PL_BITS + DAP_BITS, in, err);
    /* IEEE 1149.1: every instruction register captures ..01. The DAP's is first. */
    if (st == BONNET_OK && ((in[0] & 3) != 1 || (in[0] >> DAP_BITS & 3) != 1)) {
        f->lost = 1;
        st = bonnet_fail(err, BONNET_EIO, "usb: %s: the chain answers an instruction with 0x%02x; lower clock-khz= (now %u), check the cable",
                         f->serial, in[0], f->khz);
    }
    return st;
}
