/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_fault.h - what can go wrong in the C chip and on the way to it. FAULT(NAME, "name", what `at` counts, "what happens").
 *
 * Each happens once, at `at`, except where it says "from": those last until the device is closed. docs/devices.md says how a run ends.
 */
#ifndef BONNET_MOCK_FAULT_H
#define BONNET_MOCK_FAULT_H
#include <stdint.h>

#define MOCK_FAULT_LIST(FAULT)                                                                                                                       \
    /* in the job */                                                                                                                                 \
    FAULT(BUS, "bus", "descriptor", "meets a bus error")                                                                                             \
    FAULT(AXI_READ, "axi-read", "read beat, of all jobs", "is answered with SLVERR or DECERR")                                                       \
    FAULT(AXI_WRITE, "axi-write", "write beat, of all jobs", "is answered with SLVERR or DECERR")                                                    \
    FAULT(BADDESC, "baddesc", "descriptor", "is refused")                                                                                            \
    FAULT(HANG, "hang", "descriptor", "never finishes; the watchdog notices")                                                                        \
    FAULT(DEAD, "dead", "descriptor", "never finishes, and the watchdog sleeps: only RESET helps")                                                   \
    FAULT(STUCK, "stuck", "", "with dead: RESET does not help either")                                                                               \
    FAULT(RESET, "reset", "descriptor", "somebody resets the chip: every register at its reset value, no DONE, no interrupt")                        \
    FAULT(HALT, "halt", "descriptor", "somebody writes RESET: idle with CAUSE 4, no DONE, no interrupt")                                             \
    FAULT(BUSY, "busy", "", "a job of somebody who died runs at opening, for ever")                                                                  \
    FAULT(SHORT, "short", "job", "does one walk, whatever FRAMES says")                                                                              \
    /* its end */                                                                                                                                    \
    FAULT(IRQLOST, "irqlost", "job", "ends without its interrupt")                                                                                   \
    FAULT(IRQ_EARLY, "irq-early", "job", "raises its interrupt when it has just begun, and again at its end")                                        \
    FAULT(IRQ_LATE, "irq-late", "job", "raises its interrupt only when the next has begun")                                                          \
    FAULT(IRQ_SPURIOUS, "irq-spurious", "call of wait", "returns, and there was no interrupt")                                                       \
    FAULT(DONE_LOST, "done-lost", "job", "ends with its interrupt, but somebody else has read DONE away")                                            \
    FAULT(DONE_TWICE, "done-twice", "job", "shows DONE again after it was read")                                                                     \
    FAULT(DONE_LATE, "done-late", "job", "shows DONE again when the next has begun")                                                                 \
    /* who it is */                                                                                                                                  \
    FAULT(ID, "id", "", "the chip has another ID")                                                                                                   \
    FAULT(ABI, "abi", "", "the chip has another register version")                                                                                   \
    FAULT(GEOMETRY, "geometry", "bit, 32 a register", "GEOMETRY, WEIGHT_ROWS, FEATURE_WORDS, STEM_ROWS, STEM_WIDTHS, RECORDS: the bit is wrong")     \
    /* registers */                                                                                                                                  \
    FAULT(READ, "read", "register read", "fails")                                                                                                    \
    FAULT(WRITE, "write", "register write", "fails")                                                                                                 \
    FAULT(READ_ONES, "read-ones", "register read", "gives all ones")                                                                                 \
    FAULT(READ_FLIP, "read-flip", "register read", "gives one wrong bit")                                                                            \
    FAULT(WRITE_LOST, "write-lost", "register write", "does nothing and says nothing")                                                               \
    FAULT(WRITE_HALF, "write-half", "register write", "reaches only the lower 16 bits")                                                              \
    FAULT(GONE, "gone", "register access", "from this one on reads are all ones and writes do nothing: no power, no bitstream")                      \
    FAULT(BLANK, "blank", "register access", "the same with zeros")                                                                                  \
    FAULT(UNPLUG, "unplug", "call of any kind", "from this one on every call fails with BONNET_ENODEV: the cable is out")                            \
    /* memory */                                                                                                                                     \
    FAULT(ALLOC, "alloc", "call of alloc", "fails")                                                                                                  \
    FAULT(XFER, "xfer", "transfer", "fails before it moved anything")                                                                                \
    FAULT(XFER_PART, "xfer-part", "transfer", "fails after half of its bytes")                                                                       \
    FAULT(STALE_IN, "stale-in", "transfer to the device", "moves nothing and says nothing: a cache that was not cleaned")                            \
    FAULT(STALE_IN_LINE, "stale-in-line", "transfer to the device", "leaves out one line of 64 bytes")                                               \
    FAULT(STALE_OUT, "stale-out", "transfer to the host", "moves nothing and says nothing: a cache that was not invalidated")                        \
    FAULT(STALE_OUT_LINE, "stale-out-line", "transfer to the host", "leaves out one line of 64 bytes")                                               \
    /* waiting */                                                                                                                                    \
    FAULT(WAIT, "wait", "call of wait", "fails")                                                                                                     \
    FAULT(WAIT_TIMEOUT, "wait-timeout", "call of wait", "is a time-out at once")

typedef enum mock_fault_kind {
    MOCK_NO_FAULT,
#define MOCK_FAULT_ENUM(name, text, at, what) MOCK_##name,
    MOCK_FAULT_LIST(MOCK_FAULT_ENUM)
#undef MOCK_FAULT_ENUM
        MOCK_FAULT_KINDS
} mock_fault_kind;

typedef struct mock_fault {
    mock_fault_kind kind;
    uint32_t at;
    int spent; /* it has happened */
} mock_fault;
#endif
